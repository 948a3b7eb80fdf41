"""What the quality checks measure, one number each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assetgen.pixels.colors import oklab
from assetgen.pixels.components import Mask, flood, label
from assetgen.pixels.picture import Picture

_ALIKE = 0.1
"""Two colours nearer than this in OKLab may be one surface."""
QUIET = 2.0
"""A colour step (sum over RGB) that counts as none: flat tiles would divide by zero."""


def holes(mask: Mask) -> float:
    """Clear pixels enclosed by the figure as a part of the figure with its holes filled (0–1)."""
    edge = np.zeros(mask.shape, np.bool_)
    edge[[0, -1], :] = edge[:, [0, -1]] = True
    enclosed = int((~mask & ~flood(~mask, edge)).sum())
    return enclosed / max(1, int(mask.sum()) + enclosed)


def second_part(mask: Mask) -> float:
    """Size of the second largest connected part over that of the largest (0–1)."""
    labels, count = label(mask, diagonal=True)
    if count < 2:
        return 0.0
    sizes = np.sort(np.bincount(labels.reshape(-1))[1:])
    return float(sizes[-2] / sizes[-1])


def touching(stack: NDArray[np.uint8]) -> dict[str, NDArray[np.intp]]:
    """For each cell (n, h, w, 4) the visible pixels along its left, top and right border.

    Figures may well stand on the bottom.
    """
    visible = stack[..., 3] > 0
    borders = {"left": visible[:, :, 0], "top": visible[:, 0], "right": visible[:, :, -1]}
    return {side: border.sum(axis=1) for side, border in borders.items()}


def running_over(cell: Picture, other: Picture, axis: str) -> int:
    """Pixels of a like colour on both sides of the border to the cell at `right` or `bottom`.

    0 where they are less than half of what touches the border: two figures that happen to touch it differ in colour.
    """
    near, far = (cell[:, -1], other[:, 0]) if axis == "right" else (cell[-1], other[0])
    both = (near[:, 3] > 0) & (far[:, 3] > 0)
    if not both.any():
        return 0
    distance = np.sqrt(((oklab(near[both, :3]) - oklab(far[both, :3])) ** 2).sum(axis=1))
    alike = int((distance < _ALIKE).sum())
    touched = min(int((near[:, 3] > 0).sum()), int((far[:, 3] > 0).sum()))
    return alike if alike * 2 >= touched else 0


def centres(stack: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Centre of mass (x, y) of the visible pixels of each cell (n, h, w, 4); 0, 0 for empty ones."""
    visible = stack[..., 3] > 0
    counts = np.maximum(visible.sum(axis=(1, 2)), 1)
    x = (visible.sum(axis=1) * (np.arange(stack.shape[2]) + 0.5)).sum(axis=1) / counts
    y = (visible.sum(axis=2) * (np.arange(stack.shape[1]) + 0.5)).sum(axis=1) / counts
    return np.stack([x, y], axis=1)


def floors(stack: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Lower edge of the visible pixels of each cell, in pixels from the top; 0 for empty ones."""
    rows = np.logical_or.reduce(stack[..., 3] > 0, axis=2)
    lowest: NDArray[np.intp] = stack.shape[1] - rows[:, ::-1].argmax(axis=1)
    return np.where(rows.any(axis=1), lowest, 0)


def repeated_run(frames: Sequence[bytes]) -> int:
    """Length of the longest run of frames that appears again later in the sequence, without overlap."""
    best = 0
    for shift in range(1, len(frames)):
        run = 0
        for first, second in zip(frames, frames[shift:], strict=False):
            run = run + 1 if first == second else 0
            best = max(best, min(run, shift))
    return best


def wrap_step(picture: Picture, axis: str) -> float | None:
    """Colour step over the seam when the picture repeats along `axis`, in steps inside it; None if nothing is proven.

    A flat border proves nothing: its seam is invisible whatever the inside does.
    """
    turned = picture if axis == "x" else picture.swapaxes(0, 1)
    ends = turned[:, [0, -1]]
    if (ends == ends[:1]).all() and (ends[:, 0] == ends[:, 1]).all():
        return None
    return seam_step(turned, turned)


def seam_step(left: Picture, right: Picture) -> float:
    """Mean colour step from the last column of `left` to the first of `right`, in mean steps between columns inside."""
    inside = (inner_step(left) + inner_step(right)) / 2
    step = np.abs(left[:, -1, :3].astype(np.int32) - right[:, 0, :3].astype(np.int32)).sum(axis=1).mean()
    return float(step) / max(inside, QUIET)


def inner_step(picture: Picture) -> float:
    """Mean colour step (sum over RGB) between neighbouring columns."""
    return float(np.abs(np.diff(picture[..., :3].astype(np.int32), axis=1)).sum(axis=2).mean())
