"""Connected parts of a mask, by runs and label propagation: no loop over pixels, no library beyond NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]


def label(mask: Mask, *, diagonal: bool = False) -> tuple[Labels, int]:
    """The connected parts of a (h, w) mask, numbered from 1 in reading order of their first pixel; 0 is outside.

    Neighbours are the four at the sides, with `diagonal` all eight. Returns the labels (h, w) and the number of parts.
    """
    height, width = mask.shape
    padded = np.zeros((height, width + 2), np.int8)
    padded[:, 1:-1] = mask
    edges = np.diff(padded, axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, ends = np.nonzero(edges == -1)
    if not len(rows):
        return np.zeros(mask.shape, np.int32), 0
    parents = _joined(len(rows), *_touching(rows, starts, ends, width, 1 if diagonal else 0))
    roots, numbers = np.unique(parents, return_inverse=True)
    result = np.zeros(mask.shape, np.int32)
    result[mask] = np.repeat(numbers + 1, ends - starts)
    return result, len(roots)


def _touching(
    rows: NDArray[np.intp], starts: NDArray[np.intp], ends: NDArray[np.intp], width: int, reach: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs (run, run of the next row) that overlap. Runs are ordered, so partners are one contiguous span."""
    stride = width + 3
    first = np.searchsorted(rows * stride + ends, (rows + 1) * stride + starts - reach, side="right")
    last = np.searchsorted(rows * stride + starts, (rows + 1) * stride + ends + reach, side="left")
    counts = np.maximum(last - first, 0)
    above = np.repeat(np.arange(len(rows)), counts)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return above, np.repeat(first, counts) + offsets


def _joined(count: int, left: NDArray[np.intp], right: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each of `count` nodes the lowest node that it is connected with."""
    parents = np.arange(count)
    while True:
        low, high = np.minimum(parents[left], parents[right]), np.maximum(parents[left], parents[right])
        apart = low != high
        if not apart.any():
            return parents
        np.minimum.at(parents, high[apart], low[apart])
        while True:  # each tree flat again
            flatter = parents[parents]
            if (flatter == parents).all():
                break
            parents = flatter


def flood(allowed: Mask, seeds: Mask) -> Mask:
    """Pixels of `allowed` that are connected over sides with one of `seeds`."""
    labels, count = label(allowed)
    hit = np.zeros(count + 1, np.bool_)
    hit[labels[seeds & allowed]] = True
    hit[0] = False
    return hit[labels]
