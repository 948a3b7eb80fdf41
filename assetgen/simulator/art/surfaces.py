"""Built surfaces: brick, planks, plates, carpet, floor tiles, shingles. Each wraps around its edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assetgen.simulator.art.color import RGB, Ramp, color_at, mix
from assetgen.simulator.art.noise import Floats, fractal

Steps = NDArray[np.intp]


def bands(field: Floats, *limits: float) -> Steps:
    """The number of limits that each value passes."""
    out: Steps = np.zeros(field.shape, np.intp)
    for limit in limits:
        out += field > limit
    return out


def _grid(
    w: int, h: int, columns: int, rows: int, shift: bool
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Bricks of a wrapping bond: number of the brick, and the pixel's column and row in it from its top left."""
    y = np.arange(h)
    row = y * rows // h
    top = -(-row * h // rows)
    x = np.arange(w)[None, :] + ((row % 2) * (w // columns // 2) if shift else np.zeros(h, np.intp))[:, None]
    x = x % w
    column = x * columns // w
    left = -(-column * w // columns)
    return row[:, None] * columns + column, x - left, np.broadcast_to((y - top)[:, None], (h, w))


def brick(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """A running bond with light top edges and mortar."""
    rows = max(2, round(h / 8) // 2 * 2)
    columns = max(1, round(w / 16))
    number, x, y = _grid(w, h, columns, rows, True)
    tone = rng.random(number.max() + 1)[number]
    out = 2 + bands(tone, 0.7) - (tone < 0.28)
    worn = fractal(w, h, max(2, w // 4), 2, rng)
    out = np.where(worn < 0.3, np.maximum(out - 1, 1), out)
    out = np.where(y == 1, np.minimum(out + 1, 4), out)
    out = np.where((x == 0) | (y == 0), 0, out)
    mortar = mix(color_at(r, 0), (150, 140, 130), 0.32)
    return out, np.array([mortar, color_at(r, 1), base, mix(base, color_at(r, 3), 0.8), color_at(r, 3)], np.uint8)


def wood(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Planks with grain, nails and staggered joints."""
    rows = max(2, round(h / 8))
    number, x, y = _grid(w, h, 1, rows, False)
    cut = rng.integers(0, w, rows)
    row = number
    offset = (np.arange(w)[None, :] - cut[row[:, :1]]) % w
    grain = fractal(w, h, max(3, w // 3), 2, rng, stretch=5.0)
    tone = rng.random(rows)[row]
    out = 1 + bands(grain * 0.8 + tone * 0.42, 0.36, 0.86)
    out = np.where(y == 1, np.minimum(out + 1, 4), out)
    out = np.where(y == 0, 0, out)
    out = np.where((offset == 0) & (w >= 16), 0, out)
    nails = ((offset == 2) | (offset == w - 2)) & (y == max(2, h // rows // 2)) & (w >= 16)
    out = np.where(nails, 0, out)
    _ = x
    return out, np.array(
        [
            mix(color_at(r, 0), color_at(r, 1), 0.3),
            mix(color_at(r, 1), base, 0.35),
            base,
            mix(base, color_at(r, 3), 0.7),
            color_at(r, 3),
        ],
        np.uint8,
    )


def metal(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Bolted plates, brushed."""
    side = 16 if w % 16 == 0 and w >= 16 else w
    down = 16 if h % 16 == 0 and h >= 16 else h
    x, y = np.arange(w)[None, :] % side, np.arange(h)[:, None] % down
    brushed = fractal(w, h, max(3, w // 2), 1, rng, stretch=6.0)
    out = 2 + bands(brushed, 0.72) - (brushed < 0.2)
    out = np.where((x == 1) | (y == 1), 3, out)
    out = np.where((x == side - 1) | (y == down - 1), 1, out)
    out = np.where((x == 0) | (y == 0), 0, out)
    for bx in (3, side - 3):
        for by in (3, down - 3):
            out = np.where((x == bx) & (y == by), 4, out)
            out = np.where((x == bx) & (y == by + 1) | (x == bx + 1) & (y == by), 0, out)
    return out, np.array(
        [mix(color_at(r, 0), color_at(r, 1), 0.35), color_at(r, 1), base, color_at(r, 3), color_at(r, 4)], np.uint8
    )


def carpet(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Woven diamonds."""
    side = next((s for s in (16, 12, 10, 8) if w % s == 0 and h % s == 0), w)
    x, y = np.arange(w)[None, :] % side, np.arange(h)[:, None] % side
    d = np.abs(x - side / 2 + 0.5) + np.abs(y - side / 2 + 0.5)
    out = np.where(d < side * 0.16, 4, np.where(d < side * 0.28, 1, np.where(np.abs(d - side * 0.44) < 0.8, 4, 2)))
    weave = ((x + y) % 2 == 0) & (out == 2) & (rng.random((h, w)) > 0.4)
    return np.where(weave, 3, out), np.array(
        [color_at(r, 0), color_at(r, 1), base, mix(base, color_at(r, 3), 0.5), (232, 190, 92)], np.uint8
    )


def tiles(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Polished floor tiles in a checker."""
    n = 2 if w < 48 else round(w / 32) * 2
    number, x, y = _grid(w, h, n, n, False)
    size = w // n
    dark = (number // n + number % n) % 2 == 1
    veins = np.abs(fractal(w, h, 3, 3, rng) - 0.5) < 0.025
    out = np.where(dark, 1, 3)
    out = np.where(veins, np.where(dark, 2, 2), out)
    out = np.where((x == 1) | (y == 1), np.where(dark, 2, 4), out)
    out = np.where((x == 0) | (y == 0), 0, out)
    _ = size
    return out, np.array(
        [
            mix(color_at(r, 0), color_at(r, 1), 0.6),
            mix(color_at(r, 1), base, 0.1),
            mix(color_at(r, 1), base, 0.55),
            base,
            color_at(r, 4),
        ],
        np.uint8,
    )


def roof(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Rounded shingles in rows."""
    rows = max(2, round(h / 8) // 2 * 2)
    columns = max(2, round(w / 8))
    number, x, y = _grid(w, h, columns, rows, True)
    tone = rng.random(number.max() + 1)[number]
    width, height = w / columns, h / rows
    corner = np.abs(x - width / 2 + 0.5) > width / 2 - 1.2
    out = 2 + (tone > 0.7).astype(np.intp) - (tone < 0.3)
    out = np.where(y <= 1, np.maximum(out - 1, 1), out)
    out = np.where((x == 1) & (y > 1), np.minimum(out + 1, 4), out)
    out = np.where((x == 0) | (y >= height - 1.01) | (corner & (y >= height - 2.01)), 0, out)
    return out, np.array(
        [
            mix(color_at(r, 0), color_at(r, 1), 0.2),
            color_at(r, 1),
            base,
            mix(base, color_at(r, 3), 0.8),
            color_at(r, 3),
        ],
        np.uint8,
    )
