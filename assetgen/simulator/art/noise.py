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


def fractal(width: int, height: int, cells: int, octaves: int, rng: np.random.Generator, stretch: float = 1.0) -> Floats:
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
    width: int, height: int, across: int, rng: np.random.Generator, *, jitter: float = 0.8, offset: bool = True
) -> tuple[Floats, Floats, NDArray[np.intp], Floats, Floats]:
    """Wrapping Voronoi cells.

    Returns distance to the nearest and the second point (in pixels), the nearest point's number, and the
    vector to it (x, y) in pixels.
    """
    across = max(1, across)
    down = max(1, round(across * height / width))
    gx, gy = np.meshgrid(np.arange(across), np.arange(down))
    px = (gx + 0.5 + (rng.random(gx.shape) - 0.5) * jitter) * (width / across)
    py = (gy + 0.5 + (rng.random(gx.shape) - 0.5) * jitter) * (height / down)
    if offset and across > 1:
        # A brick-like start breaks up the rows; an even count of rows keeps the wrap regular.
        px = px + (gy % 2) * (width / across / 2) * (down % 2 == 0)
    dx = (np.arange(width) + 0.5)[None, :, None] - px.ravel()
    dy = (np.arange(height) + 0.5)[:, None, None] - py.ravel()
    dx = (dx + width / 2) % width - width / 2
    dy = (dy + height / 2) % height - height / 2
    d2 = dx * dx + dy * dy
    order = np.argsort(d2, axis=-1)[..., :2] if d2.shape[-1] > 1 else np.zeros((height, width, 2), np.intp)
    near = np.take_along_axis(d2, order, axis=-1)
    first = order[..., :1]
    vx = np.take_along_axis(np.broadcast_to(dx, d2.shape), first, axis=-1)[..., 0]
    vy = np.take_along_axis(np.broadcast_to(dy, d2.shape), first, axis=-1)[..., 0]
    return np.sqrt(near[..., 0]), np.sqrt(near[..., 1]), first[..., 0], vx, vy
