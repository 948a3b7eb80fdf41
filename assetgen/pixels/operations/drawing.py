"""Outlines and shadows around figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assetgen.model.built import Box
from assetgen.pixels.geometry import common_box
from assetgen.pixels.palettes import values_of
from assetgen.pixels.picture import Picture

Mask = NDArray[np.bool_]


def outline(picture: Picture, side: str = "outside", color: str = "000000", corners: bool = False) -> Picture:
    """A line one pixel wide around the figure: `outside` on the clear pixels beside it, `inside` on its own border.

    `corners` takes the diagonal neighbours along. The picture's edge is clear for `inside`, and cuts `outside` off.
    """
    visible = picture[..., 3] > 0
    line = _grown(visible, corners) & ~visible if side == "outside" else _grown(~visible, corners, edge=True) & visible
    result = picture.copy()
    result[line] = values_of(color)
    return result


def _grown(mask: Mask, corners: bool, edge: bool = False) -> Mask:
    """The mask and its neighbours; `edge` says whether pixels beyond the picture count as part of it."""
    padded = np.pad(mask, 1, constant_values=edge)
    middle = padded[1:-1, :-2] | padded[1:-1, 1:-1] | padded[1:-1, 2:]
    if not corners:
        return middle | padded[:-2, 1:-1] | padded[2:, 1:-1]
    rows = padded[:, :-2] | padded[:, 1:-1] | padded[:, 2:]
    return rows[:-2] | rows[1:-1] | rows[2:]


def shadow(
    picture: Picture,
    kind: str = "drop",
    color: str = "000000",
    opacity: int = 96,
    offset: tuple[int, int] = (1, 1),
    box: Box | None = None,
) -> Picture:
    """A hard shadow under the figure, of one colour and opacity (1–255).

    `drop`: the silhouette moved by `offset`. `ground`: a flat ellipse as wide as `box` (default: the figure's), centred
    on its lower edge and moved by `offset`: one box for all frames keeps the shadow where it is. Clear pixels alone
    are drawn on.
    """
    visible = picture[..., 3] > 0
    dark = _moved(visible, *offset) if kind == "drop" else _ellipse(picture, box or common_box([picture]), offset)
    result = picture.copy()
    result[dark & ~visible] = (*values_of(color)[:3], opacity)
    return result


def _moved(mask: Mask, dx: int, dy: int) -> Mask:
    height, width = mask.shape
    result = np.zeros_like(mask)
    if abs(dx) < width and abs(dy) < height:
        result[max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] = mask[
            max(-dy, 0) : height + min(-dy, 0), max(-dx, 0) : width + min(-dx, 0)
        ]
    return result


def _ellipse(picture: Picture, box: Box, offset: tuple[int, int]) -> Mask:
    left, top, width, height = box
    radius_x, radius_y = width / 2, ground_height(width) / 2
    y, x = np.ogrid[: picture.shape[0], : picture.shape[1]]
    across = (x + 0.5 - (left + radius_x + offset[0])) / radius_x
    down = (y + 0.5 - (top + height + offset[1])) / radius_y
    inside: Mask = across**2 + down**2 <= 1
    return inside


def ground_height(width: int) -> int:
    """Height of the ground shadow of a figure `width` pixels wide."""
    return max(2, width // 4)


def outline_room(frames: Sequence[Picture], side: str) -> int:
    """How many clear pixels an outline lacks around the frames."""
    return 0 if side == "inside" else _missing(frames, (1, 1, 1, 1))


def shadow_room(frames: Sequence[Picture], kind: str, offset: tuple[int, int]) -> int:
    """How many clear pixels a shadow lacks around the frames."""
    dx, dy = offset
    if kind == "ground":
        dy += (ground_height(common_box(frames)[2]) + 1) // 2
    return _missing(frames, (max(-dx, 0), max(-dy, 0), max(dx, 0), max(dy, 0)))


def _missing(frames: Sequence[Picture], wanted: tuple[int, int, int, int]) -> int:
    """The most that is lacking of the pixels wanted left, top, right, bottom."""
    if not any(frame[..., 3].any() for frame in frames):
        return 0
    left, top, width, height = common_box(frames)
    free = left, top, frames[0].shape[1] - left - width, frames[0].shape[0] - top - height
    return max(0, *(int(want - have) for want, have in zip(wanted, free, strict=True)))
