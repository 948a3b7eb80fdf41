"""Palettes from pictures: weighted k-means in OKLab over unique colours, deterministic, snapped to real colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assetgen.pixels.colors import Floats, nearest, oklab, unique_colors, unpacked
from assetgen.pixels.palettes import color_of
from assetgen.pixels.picture import Picture

_ROUNDS = 32
_MANY = 1 << 14


def extract(pictures: Sequence[Picture], count: int) -> list[str]:
    """At most `count` colours (`rrggbb`) that stand best for the pictures' visible pixels, from dark to light.

    Every colour returned occurs in the pictures. With no more colours than asked for, all are returned.
    The result depends on the colours and how often they occur alone; no pixels give no colours.
    """
    if count < 1:
        raise ValueError(f"a palette needs at least one colour, not {count}")
    values, weights = unique_colors(pictures)
    if len(values) > max(_MANY, count):
        values, weights = _thinned(values, weights)
    rgb = unpacked(values)
    points = oklab(rgb)
    chosen = np.arange(len(values)) if len(values) <= count else _centres(points, weights.astype(np.float64), count)
    by_lightness = sorted(chosen.tolist(), key=lambda index: (points[index, 0], values[index]))
    return [color_of(*rgb[index].tolist()) for index in by_lightness]


def _thinned(values: NDArray[np.uint32], weights: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """One colour for each cube of 8×8×8: its most frequent one, with the weight of all. For photographs and noise."""
    cube = values >> 3 & 0x1F1F1F
    order = np.lexsort((values, -weights, cube))
    first = np.flatnonzero(np.r_[True, np.diff(cube[order]) != 0])
    sums = np.add.reduceat(weights[order], first)
    return values[order][first], sums


def _centres(points: Floats, weights: Floats, count: int) -> NDArray[np.intp]:
    """Indexes of `count` points: k-means started at the heaviest point and then wherever most error is left."""
    start = int(np.argmax(weights))
    chosen = [start]
    distance = ((points - points[start]) ** 2).sum(axis=1)
    while len(chosen) < count:
        chosen.append(int(np.argmax(distance * weights)))
        distance = np.minimum(distance, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
    centres = points[chosen]
    owner = nearest(points, centres)
    for _ in range(_ROUNDS):
        mass = np.bincount(owner, weights, count)
        sums = np.stack([np.bincount(owner, weights * points[:, axis], count) for axis in range(3)], axis=1)
        centres = np.where(mass[:, None] > 0, sums / np.maximum(mass, 1e-300)[:, None], centres)
        previous, owner = owner, nearest(points, centres)
        if (owner == previous).all():
            break
    snapped = []
    for number in range(count):
        members = np.flatnonzero(owner == number)
        if len(members):
            distance = ((points[members] - centres[number]) ** 2).sum(axis=1)
            snapped.append(int(members[np.argmin(distance)]))
    return np.array(snapped, np.intp)
