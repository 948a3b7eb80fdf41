"""Small pictures for the tests of pixel rooms, drawn here, and the real sheets where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from assetgen.catalog.layouts import CORNERS
from assetgen.pixels.picture import Picture, canonical, read

SAMPLES = os.environ.get("ASSETGEN_SAMPLES")
needs_samples = pytest.mark.skipif(not SAMPLES, reason="ASSETGEN_SAMPLES names no folder of real sheets")


def sample(name: str) -> Picture:
    return read(Path(SAMPLES or "") / name)


def colors(count: tuple[int, int] = (1, 12)) -> st.SearchStrategy[list[str]]:
    """Opaque palettes, duplicates allowed."""
    one = st.integers(0, 0xFFFFFF).map(lambda value: f"{value:06x}")
    return st.lists(one, min_size=count[0], max_size=count[1])


@st.composite
def pictures(draw: st.DrawFn, side: int = 12, few: bool = True) -> Picture:
    """Small pictures of few colours, alpha often 0."""
    shape = (draw(st.integers(1, side)), draw(st.integers(1, side)))
    rows = draw(hnp.arrays(np.uint8, (draw(st.integers(1, 6 if few else 40)), 4)))
    rows[:, 3] = np.where(rows[:, 3] < 100, 0, np.where(rows[:, 3] < 230, 255, rows[:, 3]))
    index = draw(hnp.arrays(np.intp, shape, elements=st.integers(0, len(rows) - 1)))
    return canonical(rows[index])


def noise(seed: int, width: int, height: int, alpha: int = 255) -> Picture:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    picture[..., 3] = alpha
    return picture


def drawn_tileset(side: int = 16, seed: int = 3) -> list[Picture]:
    """Twenty corner tiles in the provider's order: a smooth field of the corners decides each pixel's material."""
    rng = np.random.default_rng(seed)
    grounds = [
        np.array([[90, 160, 60], [100, 175, 70], [80, 150, 55]]),
        np.array([[150, 110, 90], [165, 120, 100], [140, 100, 80]]),
    ]
    y, x = np.mgrid[0:side, 0:side] / (side - 1)
    tiles = []
    for tl, tr, bl, br in CORNERS:
        field = (tl * (1 - x) + tr * x) * (1 - y) + (bl * (1 - x) + br * x) * y
        inside = (field + (1e-9 if tl + tr + bl + br > 2 else -1e-9)) > 0.5
        shade = rng.integers(0, 3, (side, side))
        rgb = np.where(inside[..., None], grounds[1][shade], grounds[0][shade])
        tiles.append(np.dstack([rgb, np.full((side, side), 255)]).astype(np.uint8))
    return tiles


def cut_grid(picture: Picture, columns: int, rows: int) -> list[Picture]:
    height, width = picture.shape[0] // rows, picture.shape[1] // columns
    cells = picture.reshape(rows, height, columns, width, 4).swapaxes(1, 2)
    return [np.ascontiguousarray(cell) for cell in cells.reshape(-1, height, width, 4)]
