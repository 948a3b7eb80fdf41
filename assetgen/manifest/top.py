"""The top manifest's place and bytes: all that a warm load needs of the reader."""

from __future__ import annotations

from pathlib import Path

from assetgen.model.errors import ManifestError
from assetgen.model.position import Position, Problem

MAX_BYTES = 8 << 20
"""The largest manifest that is read."""


def top_of(root: Path, file: str) -> tuple[Path, str]:
    """The folder that holds the top manifest, absolute, and its name there."""
    top = (root / file).absolute()
    return top.parent, top.name


def read_top(root: Path, file: str) -> bytes:
    """The bytes of the top manifest (one more than the limit when it is too large). Raises ManifestError."""
    place = Position(file, 1, 1)
    try:
        with (root / file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        tail = "run 'assetgen init', or name the folder with -C"
        raise ManifestError([Problem(place, f"there is no {file} here; {tail}")]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ManifestError([Problem(place, f"cannot be read: {reason}")]) from None
