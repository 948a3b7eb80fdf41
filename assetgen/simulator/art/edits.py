"""The edit tools and the pixel fixers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assetgen.simulator.art.canvas import Picture


def edit(tool: str, pictures: Mapping[str, Picture], fields: Mapping[str, Any]) -> Picture:
    """The input picture changed by a tool."""
    return pictures["input_image"].copy()


def fix(picture: Picture, kind: str, width: int | None = None, height: int | None = None) -> Picture:
    """The picture on its own pixel grid."""
    return picture.copy()
