"""Collision shapes of tiles, and what three-way merging means for a key that a person may have changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from assetgen.model.built import Size
from assetgen.model.request import Json

Polygon = list[tuple[float, float]]
T = TypeVar("T")


def polygons(collision: Json, tile: Size) -> list[Polygon]:
    """A tile's collision as polygons in its pixels, y down from the top left: `full` is the whole tile, None nothing,
    else a list of polygons, each a list of points."""
    if collision == "full":
        right, bottom = tile
        return [[(0, 0), (right, 0), (right, bottom), (0, bottom)]]
    return [[(float(x), float(y)) for x, y in shape] for shape in collision or ()]


def three_way(theirs: T | None, last: T | None, ours: T | None) -> T | None:
    """What a key becomes that we seed and people may change: ours, unless theirs is not what we wrote last."""
    return ours if theirs == last else theirs


def number(value: float) -> str:
    """`8` rather than `8.0`."""
    return str(int(value)) if value == int(value) else repr(round(value, 6))


def points(shape: Sequence[tuple[float, float]], dx: float = 0, dy: float = 0) -> list[float]:
    """A polygon's coordinates in one list, moved."""
    return [value for x, y in shape for value in (x + dx, y + dy)]
