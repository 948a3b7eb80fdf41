"""Text to a checked model: every error with file, line, column and a suggestion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assetgen.manifest.files import ReadPalette
    from assetgen.model.manifest import Manifest


def load(root: Path, file: str = "assets.yaml", read_palette: ReadPalette | None = None) -> Manifest:
    """Reads and checks the manifest of a project. Raises ManifestError with every problem, in file order.

    `read_palette` gives the colours of a palette file's bytes (`assetgen.pixels.palettes.read`).
    """
    from assetgen.manifest.loading import load as read

    return read(root, file, read_palette)


def schema_text() -> str:
    """The JSON Schema of the manifest, as published."""
    from assetgen.manifest.schema import schema_text as read

    return read()
