"""Boxes and pivots of frames. Boxes are (left, top, width, height) in pixels, y down, from the untrimmed top left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from assetgen.model.built import Box, Size
from assetgen.pixels.picture import Picture

Point = tuple[int, int]
PivotRule = Literal["bottom", "center"] | Point

EMPTY: Box = (0, 0, 1, 1)
"""The cut of a frame without a visible pixel."""


def visible_box(picture: Picture) -> Box | None:
    """The smallest box around all pixels that are not wholly transparent; None when there are none."""
    alpha = picture[..., 3]
    rows = np.logical_or.reduce(alpha, axis=1).tobytes()  # bytes are searched faster than arrays
    top, bottom = rows.find(1), rows.rfind(1) + 1
    if not bottom:
        return None
    columns = np.logical_or.reduce(alpha[top:bottom], axis=0).tobytes()
    left, right = columns.find(1), columns.rfind(1) + 1
    return left, top, right - left, bottom - top


def trim_box(picture: Picture) -> Box:
    """`visible_box`, or 1×1 at the origin for an empty frame."""
    return visible_box(picture) or EMPTY


def union(boxes: Iterable[Box | None]) -> Box | None:
    """The smallest box that holds all of them."""
    known = [box for box in boxes if box is not None]
    if not known:
        return None
    left, top = min(box[0] for box in known), min(box[1] for box in known)
    right, bottom = max(box[0] + box[2] for box in known), max(box[1] + box[3] for box in known)
    return left, top, right - left, bottom - top


def common_box(pictures: Iterable[Picture]) -> Box:
    """One box for all frames of an animation, so that cropping by it moves none against another."""
    return union(visible_box(picture) for picture in pictures) or EMPTY


def crop(picture: Picture, box: Box) -> Picture:
    """The pixels inside a box, as a view."""
    left, top, width, height = box
    return picture[top : top + height, left : left + width]


def pivot_of(rule: PivotRule, size: Size, frames: Sequence[Picture], grounded: Sequence[Picture] = ()) -> Point:
    """The pivot as a whole-pixel edge from the top left of the untrimmed frame.

    `bottom`: x = width // 2, y the lower edge of the union of visible pixels of the `grounded` frames, else of all
    `frames` (the frame's own lower edge when nothing is visible). `center`: (width // 2, height // 2).
    """
    if not isinstance(rule, str):
        return rule
    width, height = size
    if rule == "center":
        return width // 2, height // 2
    box = union(map(visible_box, grounded)) or union(map(visible_box, frames))
    return width // 2, box[1] + box[3] if box else height


def hitbox_of(rule: Literal["auto"] | Box | None, frames: Iterable[Picture]) -> Box | None:
    """A hitbox in the untrimmed frame: as given, or (`auto`) the box around all visible pixels of all frames."""
    return common_box(frames) if rule == "auto" else rule


def nine_slice_fits(slices: tuple[int, int, int, int], size: Size) -> bool:
    """Whether borders left, top, right, bottom leave a centre of at least one pixel in a frame of `size`."""
    left, top, right, bottom = slices
    return min(slices) >= 0 and left + right < size[0] and top + bottom < size[1]
