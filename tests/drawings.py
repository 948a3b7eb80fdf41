"""Pictures that a person might have drawn, for projects in tests: boxes of one colour, put side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assetgen.pixels.picture import Picture, read
from assetgen.pixels.png import encode_truecolor

Box = tuple[int, int, int, int, str]
"""x, y, width, height, `rrggbb`."""


def drawn(width: int, height: int, *boxes: Box) -> Picture:
    """A clear picture with boxes on it."""
    picture = np.zeros((height, width, 4), np.uint8)
    for x, y, w, h, color in boxes:
        picture[y : y + h, x : x + w] = (*bytes.fromhex(color), 255)
    return picture


def strip(*cells: Picture) -> Picture:
    """Cells side by side."""
    return np.hstack(cells)


def save(root: Path, path: str, picture: Picture) -> None:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(encode_truecolor(picture))


def shown(root: Path, path: str) -> Picture:
    """A picture file of the output folder."""
    return read(root / "generated" / path)


def places(picture: Picture, color: str) -> list[tuple[int, int]]:
    """(x, y) of every pixel of this colour."""
    ys, xs = np.nonzero((picture == [*bytes.fromhex(color), 255]).all(axis=2))
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def square(color: str, side: int = 16) -> Picture:
    """A tile of one colour with a darker dot, so that tiles of one colour differ from an empty cell."""
    return drawn(side, side, (0, 0, side, side, color), (2, 2, 3, 3, "101010"))
