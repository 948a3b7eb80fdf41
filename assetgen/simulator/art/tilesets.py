"""The 4×5 sheet of corner tiles: islands of one terrain in another, every seam legal.

A tile's terrain at a point is the smooth interpolation of its four corners plus noise that wraps. On a shared
edge both neighbours interpolate the same two corners, with the same noise, so pictures meet; and since the smooth
step has no slope at the ends, the light on the border meets as well.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assetgen.catalog.layouts import CORNERS, Corners
from assetgen.simulator.art.canvas import Picture
from assetgen.simulator.art.color import generator
from assetgen.simulator.art.noise import Floats, fractal

COLUMNS, ROWS = 4, 5

# How the border of an inside terrain looks: roughness in pixels of a 32 px tile, and how far it stands above.
_BORDERS = {
    "grass": (2.4, 1.0), "leaves": (2.6, 1.0), "moss": (2.4, 0.7), "snow": (1.6, 0.9), "stone": (1.2, 0.8),
    "brick": (0.5, 1.0),
    "wood": (0.4, 0.9), "tiles": (0.4, 0.8), "carpet": (0.2, 0.5), "metal": (0.2, 1.0), "roof": (0.4, 1.0),
    "dirt": (1.8, 0.4),
    "sand": (1.6, 0.4), "gravel": (1.8, 0.4), "ice": (1.0, 0.7), "water": (1.4, -1.0), "lava": (1.4, -1.0),
    "swamp": (1.8, -0.8),
    "void": (1.0, -1.0),
}  # fmt: skip
_FOAM = {"water": (226, 244, 252), "lava": (255, 214, 96), "swamp": (176, 190, 110), "void": (120, 96, 190)}


def corner_sheet(
    inside: Picture, outside: Picture, key: str, *, inner: str = "grass", outer: str = "dirt", softness: float = 1.0
) -> Picture:
    """The sheet of 4×5 tiles from two wrapping textures of one tile's size (h, w, 4). Opaque."""
    h, w = inside.shape[:2]
    rough, rise = _BORDERS.get(inner, (1.6, 0.8))
    if inner not in _FOAM and outer in _FOAM:
        rise = max(rise, 0.9)
    scale = max(1.0, min(w, h) / 32)
    rng = generator(key, "border", w, h)
    noise = (fractal(w, h, max(3, round(6 * max(w, 24) / 32)), 2, rng) - 0.5) * 2 * rough * softness * scale
    # A jagged fringe of single pixels, as blades have it.
    if inner in ("grass", "leaves", "moss"):
        noise = noise + (rng.random((h, w)) - 0.5) * 1.5 * scale
    noise = noise * min(1.0, w / 22)
    sheet = np.zeros((h * ROWS, w * COLUMNS, 4), np.uint8)
    for index, bits in enumerate(CORNERS):
        y, x = index // COLUMNS * h, index % COLUMNS * w
        sheet[y : y + h, x : x + w] = _tile(bits, inside, outside, noise, rise, inner, outer, scale)
    return sheet


def _smooth(t: Floats) -> tuple[Floats, Floats]:
    return t * t * (3 - 2 * t), 6 * t * (1 - t)


def _tile(
    bits: Corners, inside: Picture, outside: Picture, noise: Floats, rise: float, inner: str, outer: str, scale: float
) -> Picture:
    h, w = inside.shape[:2]
    tl, tr, bl, br = bits
    if all(bits):
        return inside
    if not any(bits):
        return outside
    u, du = _smooth((np.arange(w) + 0.5) / w)
    v, dv = _smooth(((np.arange(h) + 0.5) / h)[:, None])
    field = tl * (1 - u) * (1 - v) + tr * u * (1 - v) + bl * (1 - u) * v + br * u * v
    gx = ((tr - tl) * (1 - v) + (br - bl) * v) * du / w
    gy = ((bl - tl) * (1 - u) + (br - tr) * u) * dv / h
    slope = np.maximum(np.hypot(gx, gy), 0.35 / max(w, h))
    # Distance to the border in pixels, positive inside.
    distance = (field - 0.5) / slope + noise
    # -1 where the border faces down or right (away from light), +1 where it faces up or left.
    facing = np.clip((gx * 0.5 + gy * 0.85) / slope, -1, 1)
    out = np.where((distance > 0)[..., None], inside, outside)
    if rise > 0:
        drop = scale * rise
        depth = np.where(facing < 0, 1.2 - 3.4 * facing, 0.9 - 0.5 * facing) * drop
        shadow = (distance <= 0) & (distance > -depth)
        deep = (distance <= 0) & (distance > -depth * 0.5)
        out[shadow, :3] = _shade(out[shadow, :3], 0.74)
        out[deep, :3] = _shade(outside[deep, :3], 0.56)
        rim = (distance > 0) & (distance < (1.1 + 0.7 * facing) * scale)
        out[rim, :3] = _tint(out[rim, :3], 1.16, 10)
        under = (distance > 0) & (distance < 1.4 * scale) & (facing < -0.3)
        out[under, :3] = _shade(inside[under, :3], 0.80)
        if outer in _FOAM:
            foam = (distance <= -depth) & (distance > -depth - 1.15 * scale)
            out[foam, :3] = _FOAM[outer]
    else:
        # A hollow: its far bank casts a shadow into it, its shore has a bright line.
        depth = np.where(facing > 0, 1.2 + 3.0 * facing, 0.8) * scale
        bank = (distance > 0) & (distance < depth)
        out[bank, :3] = _shade(inside[bank, :3], 0.72)
        foam = (distance >= depth) & (distance < depth + 1.15 * scale)
        out[foam, :3] = _FOAM.get(inner, (240, 240, 240))
        edge = (distance <= 0) & (distance > -1.2 * scale)
        out[edge, :3] = _shade(outside[edge, :3], 0.70)
    return np.asarray(out, np.uint8)


def _shade(colors: NDArray[np.uint8], amount: float) -> NDArray[np.uint8]:
    """Darker, towards violet."""
    tint = np.array([amount * 0.96, amount * 0.93, min(1.0, amount * 1.10)])
    return np.asarray(colors * tint, np.uint8)


def _tint(colors: NDArray[np.uint8], amount: float, warm: int) -> NDArray[np.uint8]:
    """Lighter, towards yellow."""
    return np.asarray(np.clip(colors * amount + np.array([warm, warm, 0]), 0, 255), np.uint8)
