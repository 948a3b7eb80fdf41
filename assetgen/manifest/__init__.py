"""Text to a checked model: every error with file, line, column and a suggestion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assetgen.model.manifest import Manifest


def load(root: Path, file: str = "assets.yaml") -> Manifest:
    """Reads and checks the manifest of a project. Raises ManifestError with every problem, in file order."""
    from assetgen.manifest.loading import load as read

    return read(root, file)


def schema_text() -> str:
    """The JSON Schema of the manifest, as published."""
    from assetgen.manifest.schema import schema_text as read

    return read()
