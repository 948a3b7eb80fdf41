"""Enlarged pictures back to one pixel a pixel: find the pixel grid, then take each cell's own colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from assetgen.pixels.picture import Picture, canonical

CONFIDENT = 0.4
"""Below this confidence a picture is taken as it is."""
_LARGEST = 64
_NEARLY = 0.85
"""Divisors of the true scale score as well as it does: the largest scale within this part of the best is meant."""

Floats = NDArray[np.float64]


class PixelGrid(Struct, frozen=True):
    """Art pixels of `scale`×`scale` picture pixels; the first full column and row begin at `left`, `top`.

    `confidence` 0–1: how much of the picture's change lies on the grid beyond chance (1: all of it).
    """

    scale: int
    left: int = 0
    top: int = 0
    confidence: float = 1.0


def detect(frames: Sequence[Picture], scale: int | None = None) -> PixelGrid:
    """The pixel grid that all frames share (they are looked at together), or only its phase when `scale` is known.

    Scores each scale and phase by a comb: the share of the squared colour steps that falls on its lines, beyond
    the share that lines so dense get by chance. Survives JPEG, noise and cropping. Scale 1, confidence 0: nothing fits.
    """
    height, width = frames[0].shape[:2]
    columns, rows = _steps(frames, axis=1), _steps(frames, axis=0)
    candidates = [scale] if scale else list(range(2, min(_LARGEST, width // 4, height // 4) + 1))
    found = []
    for candidate in candidates:
        left, across = _comb(columns, candidate)
        top, down = _comb(rows, candidate)
        found.append(PixelGrid(candidate, left, top, (across + down) / 2))
    best = max((grid.confidence for grid in found), default=0.0)
    if best <= 0:
        return PixelGrid(scale or 1, confidence=0.0)
    return max((grid for grid in found if grid.confidence >= _NEARLY * best), key=lambda grid: grid.scale)


def _steps(frames: Sequence[Picture], axis: int) -> Floats:
    """Squared colour change before each column (axis 1) or row (axis 0), summed over frames; the first is 0."""
    total = np.zeros(frames[0].shape[axis])
    for frame in frames:
        change = np.diff(frame.astype(np.float64), axis=axis)
        total[1:] += np.square(change).sum(axis=(1 - axis, 2))
    return total


def _comb(steps: Floats, scale: int) -> tuple[int, float]:
    """The phase whose lines hold most of the change, and its share beyond chance (may be negative)."""
    total = float(steps.sum())
    if total == 0 or scale < 2:
        return 0, 0.0
    padded = np.zeros(-(-len(steps) // scale) * scale)
    padded[: len(steps)] = steps
    sums = padded.reshape(-1, scale).sum(axis=0)
    phase = int(np.argmax(sums))
    return phase, (float(sums[phase]) / total - 1 / scale) / (1 - 1 / scale)


def reduce(picture: Picture, grid: PixelGrid) -> Picture:
    """One pixel for each art pixel. Cut-off art pixels at an edge are kept when at least half of them is there.

    The colour is the one most frequent in the inner part of the cell: exact for clean pictures, real for noisy ones.
    """
    if grid.scale == 1:
        return picture
    ys = lines(picture.shape[0], grid.scale, grid.top)
    xs = lines(picture.shape[1], grid.scale, grid.left)
    inset = grid.scale // 4
    samples = []
    for dy in range(inset, grid.scale - inset):
        for dx in range(inset, grid.scale - inset):
            y = np.clip(ys + dy, 0, picture.shape[0] - 1)
            x = np.clip(xs + dx, 0, picture.shape[1] - 1)
            samples.append(np.ascontiguousarray(picture[np.ix_(y, x)]).view(np.uint32)[..., 0])
    return canonical(_median_like(np.stack(samples)))


def lines(length: int, scale: int, phase: int) -> NDArray[np.intp]:
    """First pixel of each art pixel, maybe negative for one that is cut off at the start."""
    start = phase - scale if phase * 2 >= scale else phase
    stop = length - (scale + 1) // 2
    return np.arange(start, max(stop, start) + 1, scale)


def _median_like(samples: NDArray[np.uint32]) -> Picture:
    """Of n samples for each pixel (n, h, w) the one nearest to their channel-wise median: (h, w, 4) uint8."""
    count, height, width = samples.shape
    values = samples.view(np.uint8).reshape(count, height, width, 4).astype(np.int16)
    median = np.sort(values, axis=0)[count // 2]
    choice = np.abs(values - median).sum(axis=3).argmin(axis=0)
    picked = np.take_along_axis(values, choice[None, :, :, None], axis=0)[0]
    return np.ascontiguousarray(picked.astype(np.uint8))
