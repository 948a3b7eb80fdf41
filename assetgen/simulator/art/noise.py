"""Noise that tiles: every field wraps around its own edges, so textures made of it are seamless."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def value_noise(width: int, height: int, cells_x: int, cells_y: int, rng: np.random.Generator) -> Floats:
    """Smooth noise in 0…1 of shape (height, width) with that many cells across, wrapping on both axes."""
    cells_x, cells_y = max(1, min(cells_x, width)), max(1, min(cells_y, height))
    lattice = rng.random((cells_y, cells_x))
    x = (np.arange(width) + 0.5) * cells_x / width
    y = (np.arange(height) + 0.5) * cells_y / height
    x0, y0 = x.astype(np.intp), y.astype(np.intp)
    tx, ty = x - x0, (y - y0)[:, None]
    tx, ty = tx * tx * (3 - 2 * tx), ty * ty * (3 - 2 * ty)
    x1, y1 = (x0 + 1) % cells_x, ((y0 + 1) % cells_y)[:, None]
    x0, y0 = x0 % cells_x, (y0 % cells_y)[:, None]
    top = lattice[y0, x0] * (1 - tx) + lattice[y0, x1] * tx
    bottom = lattice[y1, x0] * (1 - tx) + lattice[y1, x1] * tx
    return np.asarray(top * (1 - ty) + bottom * ty)


def fractal(
    width: int, height: int, cells: int, octaves: int, rng: np.random.Generator, stretch: float = 1.0
) -> Floats:
    """Several octaves of value noise, normalised to 0…1; `stretch` > 1 draws it out along x."""
    total = np.zeros((height, width))
    weight = 1.0
    for octave in range(octaves):
        across = max(1, round(cells * 2**octave / stretch))
        down = max(1, round(cells * 2**octave * height / width))
        total += value_noise(width, height, across, down, rng) * weight
        weight *= 0.55
    low, high = total.min(), total.max()
    return np.asarray((total - low) / max(high - low, 1e-9))


def cells(
    width: int, height: int, across: int, rng: np.random.Generator, *, jitter: float = 0.8
) -> tuple[Floats, Floats, NDArray[np.intp], Floats, Floats]:
    """Wrapping Voronoi cells.

    Returns distance to the nearest and the second point (in pixels), the nearest point's number, and the
    vector to the pixel from it (x, y) in pixels.
    """
    across = max(1, across)
    down = max(1, round(across * height / width))
    # A brick-like start breaks up the columns; it wraps when the rows are even in number.
    shift = 0.5 if down % 2 == 0 and across > 1 else 0.0
    px = 0.5 + (rng.random((down, across)) - 0.5) * jitter
    py = 0.5 + (rng.random((down, across)) - 0.5) * jitter
    x = (np.arange(width) + 0.5)[None, :] * (across / width)
    y = (np.arange(height) + 0.5)[:, None] * (down / height)
    cell_x, cell_y = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    sx, sy = width / across, height / down
    best = np.full((height, width), np.inf)
    second = best.copy()
    number = np.zeros((height, width), np.intp)
    vx, vy = np.zeros((height, width)), np.zeros((height, width))
    for dj in (-1, 0, 1):
        row = cell_y + dj
        wrapped_row = row % down
        for di in (-2, -1, 0, 1, 2):
            column = cell_x + di
            wrapped = column % across
            dx = (x - column - px[wrapped_row, wrapped] - shift * (wrapped_row % 2)) * sx
            dy = (y - row - py[wrapped_row, wrapped]) * sy
            d2 = dx * dx + dy * dy
            nearer = d2 < best
            second = np.where(nearer, best, np.minimum(second, d2))
            number = np.where(nearer, wrapped_row * across + wrapped, number)
            vx, vy, best = np.where(nearer, dx, vx), np.where(nearer, dy, vy), np.where(nearer, d2, best)
    return np.sqrt(best), np.sqrt(second), number, vx, vy
