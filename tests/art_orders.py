"""Orders for the artist, as the tests of its rooms need them."""

from __future__ import annotations

from typing import Any

import numpy as np

from assetgen.catalog import find
from assetgen.catalog.types import Style
from assetgen.simulator.art import Order, draw
from assetgen.simulator.art.canvas import Picture


def style(name: str) -> Style:
    found = find(name)
    assert found is not None
    return found


def one(name: str, prompt: str, size: int | tuple[int, int] | None = None, **more: Any) -> Picture:
    row = style(name)
    side = size or row.default_size or max(64, row.min_size)
    pair = side if isinstance(side, tuple) else (side, side)
    return draw(Order(style=row, size=pair, prompt=prompt, **more))[0]


def hero(size: int = 64) -> Picture:
    return one("rd_pro__default", "lantern-bearing knight", size, seed=7, remove_bg=True)


def wrap_ratio(picture: Picture, axis: int) -> float:
    """The colour step across the wrap, by the mean step inside."""
    p = picture[..., :3].astype(float)
    inside = np.abs(np.diff(p, axis=axis)).mean()
    first, last = np.take(p, 0, axis=axis), np.take(p, -1, axis=axis)
    return float(np.abs(first - last).mean() / max(inside, 1e-9))
