"""Colours in OKLab and the exact mapping of pictures to palettes.

Distances are taken between unique colours and palette entries, in float64, so the result equals a brute-force
search. Alpha is never changed: pixels with alpha 0 pass, entries with alpha 0 are no targets.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assetgen.pixels.palettes import color_of, values_of
from assetgen.pixels.picture import Picture

Dither = Literal["none", "bayer2", "bayer4", "bayer8"]
Floats = NDArray[np.float64]

_CHUNK = 1 << 14
"""Colours compared at a time: their distances stay in the processor's cache."""
_TABLE_FROM = 1 << 16
"""Pixels from which a table over all 2^24 colours is cheaper than sorting them."""

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@cache
def _linear() -> Floats:
    """Linear light of each 8-bit sRGB value."""
    value = np.arange(256) / 255
    light: Floats = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    light.setflags(write=False)
    return light


def oklab(rgb: NDArray[np.uint8]) -> Floats:
    """OKLab of sRGB bytes: (..., 3) uint8 to (..., 3) float64, L in 0–1."""
    # Written out, and not as a matrix product: a colour's value must not depend on its place in the array.
    red, green, blue = (_linear()[rgb[..., channel]] for channel in range(3))
    lms = [np.cbrt(row[0] * red + row[1] * green + row[2] * blue) for row in _TO_LMS]
    return np.stack([row[0] * lms[0] + row[1] * lms[1] + row[2] * lms[2] for row in _TO_LAB], axis=-1)


def rgb_array(colors: Sequence[str]) -> NDArray[np.uint8]:
    """RGB rows (n, 3) of the colours that can be mapped to: those not fully transparent, in order."""
    rows = [values_of(color) for color in colors]
    return np.array([row[:3] for row in rows if row[3]], np.uint8).reshape(-1, 3)


def packed(picture: Picture) -> NDArray[np.uint32]:
    """Each pixel's colour as 0xRRGGBB, alpha left out: (h, w) uint32."""
    wide: NDArray[np.uint32] = picture.astype(np.uint32)
    return wide[..., 0] * np.uint32(65536) + wide[..., 1] * np.uint32(256) + wide[..., 2]


def unpacked(values: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """0xRRGGBB values as rows of RGB: (n,) to (n, 3) uint8."""
    return np.stack([values >> 16 & 255, values >> 8 & 255, values & 255], axis=-1).astype(np.uint8)


def unique_colors(pictures: Sequence[Picture]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The RGB colours of all pixels with alpha above 0 as sorted 0xRRGGBB values, and how often each occurs."""
    values = [packed(picture)[picture[..., 3] > 0] for picture in pictures]
    if not values:
        return np.zeros(0, np.uint32), np.zeros(0, np.int64)
    found, counts = np.unique(np.concatenate(values), return_counts=True)
    return found.astype(np.uint32), counts.astype(np.int64)


def nearest(points: Floats, targets: Floats) -> NDArray[np.intp]:
    """For each OKLab point (n, 3) the index of the nearest target (m, 3); the lowest of equal ones."""
    result = np.zeros(len(points), np.intp)
    for start in range(0, len(points), _CHUNK):
        part = points[start : start + _CHUNK]
        first, second, third = (np.ascontiguousarray(part[:, axis]) for axis in range(3))
        best = np.full(len(part), np.inf)
        index = result[start : start + _CHUNK]
        for number, target in enumerate(targets):
            distance = (first - target[0]) ** 2
            distance += (second - target[1]) ** 2
            distance += (third - target[2]) ** 2
            closer = distance < best
            index[closer] = number
            np.minimum(best, distance, out=best)
    return result


def map_to(picture: Picture, colors: Sequence[str], dither: Dither = "none", strength: float = 1.0) -> Picture:
    """The picture in the colours of a palette (`rrggbb` or `rrggbbaa`), each pixel's alpha as it was.

    Every colour becomes the nearest entry in OKLab, the first of equal ones. With `dither` the lightness is
    shifted before by an ordered Bayer pattern anchored at the picture's top left, `strength` 0–1 of the palette's
    own step; colours that the palette holds are never dithered, so a picture on the palette comes back unchanged.
    """
    palette = rgb_array(colors)
    visible = picture[..., 3] > 0
    if not len(palette) or not visible.any():
        return picture
    values = packed(picture)[visible]
    mapped = (
        _map_plain(values, palette) if dither == "none" else _map_dithered(values, palette, visible, dither, strength)
    )
    result = picture.copy()
    result[visible, :3] = mapped
    return result


def off_palette(picture: Picture, colors: Sequence[str]) -> NDArray[np.bool_]:
    """Which pixels with alpha above 0 have an RGB colour that the palette lacks: (h, w) bool."""
    palette = packed(rgb_array(colors)[None])[0]
    return (picture[..., 3] > 0) & ~np.isin(packed(picture), palette)


def _map_plain(values: NDArray[np.uint32], palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB rows (n, 3) for the packed colours (n,)."""
    targets = oklab(palette)
    if len(values) < _TABLE_FROM:
        unique, inverse = np.unique(values, return_inverse=True)
        return palette[nearest(oklab(unpacked(unique)), targets)][inverse]
    seen = np.zeros(1 << 24, np.bool_)
    seen[values] = True
    unique = np.flatnonzero(seen).astype(np.uint32)
    index = np.zeros(1 << 24, np.uint16)
    index[unique] = nearest(oklab(unpacked(unique)), targets)
    return palette[index[values]]


def _map_dithered(
    values: NDArray[np.uint32], palette: NDArray[np.uint8], visible: NDArray[np.bool_], dither: Dither, strength: float
) -> NDArray[np.uint8]:
    pattern = bayer(int(dither.removeprefix("bayer")))
    side = len(pattern)
    ys, xs = np.nonzero(visible)
    place = (ys % side * side + xs % side).astype(np.uint64)
    unique, inverse = np.unique(place << np.uint64(24) | values, return_inverse=True)
    color, where = (unique & np.uint64(0xFFFFFF)).astype(np.uint32), (unique >> np.uint64(24)).astype(np.intp)
    points, targets = oklab(unpacked(color)), oklab(palette)
    kept = np.isin(color, packed(palette[None])[0])
    points[:, 0] += np.where(kept, 0.0, (pattern.reshape(-1)[where] - 0.5) * strength * palette_step(targets))
    return palette[nearest(points, targets)][inverse]


def bayer(side: int) -> Floats:
    """The ordered threshold matrix of side 2, 4 or 8: values in 0–1 around a mean of 0.5."""
    matrix = np.zeros((1, 1))
    while len(matrix) < side:
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return (matrix + 0.5) / side**2


def palette_step(targets: Floats) -> float:
    """The mean distance from a palette entry to its nearest other one, in OKLab: how far dithering may reach."""
    unique = np.unique(targets, axis=0)
    if len(unique) < 2:
        return 0.0
    total = 0.0
    for index, entry in enumerate(unique):
        distances = ((unique - entry) ** 2).sum(axis=1)
        distances[index] = np.inf
        total += float(np.sqrt(distances.min()))
    return total / len(unique)


def swap(picture: Picture, source: Sequence[str], target: Sequence[str]) -> Picture:
    """Every colour of `source` replaced by the one at its place in `target`, all at once, by exact RGB.

    Alpha stays. Lists of unequal length, or a colour that would become two, are a ValueError.
    """
    if len(source) != len(target):
        raise ValueError(f"{len(source)} colours cannot become {len(target)}")
    pairs: dict[str, str] = {}
    for old, new in zip(source, target, strict=True):
        if pairs.setdefault(old[:6], new[:6]) != new[:6]:
            raise ValueError(f"{old[:6]} would become both {pairs[old[:6]]} and {new[:6]}")
    values = packed(picture)
    result = picture.copy()
    visible = picture[..., 3] > 0
    for old, new in pairs.items():
        if old != new:
            result[(values == int(old, 16)) & visible, :3] = values_of(new)[:3]
    return result


def index_picture(picture: Picture, colors: Sequence[str]) -> Picture:
    """For shaders: a grey picture whose value is each pixel's index in the palette, alpha kept.

    The table that goes with it is the palette's own N×1 PNG. At most 256 colours; an off-palette pixel is a ValueError.
    """
    if len(colors) > 256:
        raise ValueError(f"an index picture holds 256 colours at most, the palette has {len(colors)}")
    values = packed(picture)
    result = np.zeros_like(picture)
    result[..., 3] = picture[..., 3]
    open_pixels = picture[..., 3] > 0
    for number, color in enumerate(colors):
        hit = open_pixels & (values == int(color[:6], 16))
        result[hit, :3] = number
        open_pixels &= ~hit
    if open_pixels.any():
        y, x = np.argwhere(open_pixels)[0]
        raise ValueError(f"the colour {color_of(*picture[y, x, :3].tolist())} at {x},{y} is not in the palette")
    return result
