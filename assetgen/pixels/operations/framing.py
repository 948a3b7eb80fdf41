"""What moves pixels without changing them: trim, canvas, mirror, rotate, enlarge; and how points move along."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

import numpy as np
from msgspec import Struct

from assetgen.model.built import Size
from assetgen.model.errors import AssetError
from assetgen.pixels.geometry import common_box, crop
from assetgen.pixels.picture import Picture


class Move(Struct, frozen=True):
    """How a point of the picture before (pixel edges, y down) lies in the picture after:
    `x' = xx·x + xy·y + dx`, `y' = yx·x + yy·y + dy`."""

    xx: float = 1
    xy: float = 0
    yx: float = 0
    yy: float = 1
    dx: float = 0
    dy: float = 0

    def point(self, x: int, y: int) -> tuple[int, int]:
        """The point after the move, as whole pixels (halves go up)."""
        return floor(self.xx * x + self.xy * y + self.dx + 0.5), floor(self.yx * x + self.yy * y + self.dy + 0.5)

    def then(self, later: Move) -> Move:
        """This move followed by `later`."""
        return Move(
            later.xx * self.xx + later.xy * self.yx,
            later.xx * self.xy + later.xy * self.yy,
            later.yx * self.xx + later.yy * self.yx,
            later.yx * self.xy + later.yy * self.yy,
            later.xx * self.dx + later.xy * self.dy + later.dx,
            later.yx * self.dx + later.yy * self.dy + later.dy,
        )


STILL = Move()


def trim(frames: Sequence[Picture]) -> tuple[list[Picture], Move]:
    """All frames cropped by the one box that holds the visible pixels of all: registered frames stay registered."""
    box = common_box(frames)
    return [crop(frame, box).copy() for frame in frames], Move(dx=-box[0], dy=-box[1])


def canvas_offset(content: Size, size: Size, align: str, margin: int) -> tuple[int, int]:
    """Where the content's top left lies on a canvas of `size`. AssetError when it does not fit inside the margin."""
    width, height = content
    if width + 2 * margin > size[0] or height + 2 * margin > size[1]:
        around = f" and a margin of {margin}" if margin else ""
        raise AssetError(
            f"canvas: the picture of {width}×{height}{around} does not fit into {size[0]}×{size[1]}. "
            "Give a larger canvas (a canvas never resizes), or add `trim: true`"
        )
    words = set(align.split("_"))
    left = margin if "left" in words else size[0] - margin - width if "right" in words else (size[0] - width) // 2
    top = margin if "top" in words else size[1] - margin - height if "bottom" in words else (size[1] - height) // 2
    return left, top


def canvas(
    frames: Sequence[Picture], size: Size | None, align: str = "center", margin: int = 0
) -> tuple[list[Picture], Move]:
    """Frames on a canvas of `size` (None: their size plus the margin on all sides), all at the same place."""
    height, width = frames[0].shape[:2]
    full = size or (width + 2 * margin, height + 2 * margin)
    left, top = canvas_offset((width, height), full, align, margin)
    return [place(frame, full, left, top) for frame in frames], Move(dx=left, dy=top)


def place(picture: Picture, size: Size, left: int, top: int) -> Picture:
    """The picture on a transparent canvas of `size`; it must fit."""
    height, width = picture.shape[:2]
    result = np.zeros((size[1], size[0], 4), np.uint8)
    result[top : top + height, left : left + width] = picture
    return result


def mirror(picture: Picture, axis: str) -> Picture:
    """Mirrored: axis `x` swaps left and right, `y` top and bottom."""
    return np.ascontiguousarray(picture[:, ::-1] if axis == "x" else picture[::-1])


def mirror_move(size: Size, axis: str) -> Move:
    """How points of a picture of `size` move when it is mirrored."""
    return Move(xx=-1, dx=size[0]) if axis == "x" else Move(yy=-1, dy=size[1])


def rotate(picture: Picture, degrees: int) -> Picture:
    """Turned clockwise by 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(picture, -degrees // 90))


def rotate_move(size: Size, degrees: int) -> Move:
    """How points of a picture of `size` move when it is turned."""
    result, (width, height) = STILL, size
    for _ in range(degrees // 90 % 4):
        result = result.then(Move(0, -1, 1, 0, height, 0))
        width, height = height, width
    return result


def enlarge(picture: Picture, factor: int) -> Picture:
    """Every pixel as a square of `factor`×`factor`."""
    if factor == 1:
        return picture
    height, width = picture.shape[:2]
    wide = np.broadcast_to(picture[:, None, :, None], (height, factor, width, factor, 4))
    return wide.reshape(height * factor, width * factor, 4)
