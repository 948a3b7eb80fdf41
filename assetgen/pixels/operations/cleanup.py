"""Backgrounds, half-transparent pixels and specks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assetgen.pixels.components import flood, label
from assetgen.pixels.picture import Picture


def remove_background(frames: Sequence[Picture], tolerance: int) -> list[Picture]:
    """Clears what is connected with the border and within `tolerance` (per channel, 0–255) of the background colour.

    The background is the most frequent opaque colour of all frames' corners; where no corner is opaque the
    background is gone already and frames come back as they are. Enclosed areas of that colour stay.
    """
    corners = np.concatenate([frame[[0, 0, -1, -1], [0, -1, 0, -1]] for frame in frames])
    corners = corners[corners[:, 3] == 255]
    if not len(corners):
        return list(frames)
    found, first, counts = np.unique(corners, axis=0, return_index=True, return_counts=True)
    background = found[np.lexsort((first, -counts))[0], :3]
    return [_flooded(frame, background, tolerance) for frame in frames]


def _flooded(frame: Picture, background: NDArray[np.uint8], tolerance: int) -> Picture:
    away = np.abs(frame[..., :3].astype(np.int16) - background.astype(np.int16)).max(axis=2)
    like = (away <= tolerance) | (frame[..., 3] == 0)
    edge = np.zeros(like.shape, np.bool_)
    edge[[0, -1], :] = edge[:, [0, -1]] = True
    result = frame.copy()
    result[flood(like, edge)] = 0
    return result


def threshold_alpha(picture: Picture, threshold: int) -> Picture:
    """Alpha 255 from `threshold` (1–255) up, else 0."""
    result = picture.copy()
    solid = picture[..., 3] >= threshold
    result[..., 3][solid] = 255
    result[~solid] = 0
    return result


def remove_specks(picture: Picture, size: int) -> Picture:
    """Clears visible parts of at most `size` pixels that touch nothing else, not even at a corner.

    The largest part always stays. Single pixels of another colour inside the figure are art and are left alone.
    """
    labels, count = label(picture[..., 3] > 0, diagonal=True)
    if count < 2:
        return picture
    sizes = np.bincount(labels.reshape(-1), minlength=count + 1)
    sizes[0] = 0
    small = sizes <= size
    small[[0, int(np.argmax(sizes))]] = False
    if not small.any():
        return picture
    result = picture.copy()
    result[small[labels]] = 0
    return result
