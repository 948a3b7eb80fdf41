"""One sheet to many sprites (`cut`): by a grid, by connected parts, or by the service's own atlas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from assetgen.model.built import Box
from assetgen.model.errors import AssetError
from assetgen.model.jsontext import parse_json
from assetgen.model.manifest import Cut
from assetgen.pixels.components import Labels, Mask, label
from assetgen.pixels.geometry import crop
from assetgen.pixels.picture import Picture

SPECK = 4
"""Parts of fewer visible pixels are dust, not sprites."""
NEAR = 1
"""Parts at most this many clear pixels apart are one sprite: a sparkle belongs to its gem."""
_MAX_PIECES = 4096
_SKIPPED = "_"
_BAD = re.compile(r"[^a-z0-9_-]+")


class Piece(Struct, frozen=True):
    """One sprite of a sheet: its name, its box in the sheet, and its pixels (what other pieces put there is clear)."""

    name: str
    box: Box
    picture: Picture


def cut(picture: Picture, rule: Cut, what: str, data: bytes | None = None) -> list[Piece]:
    """The named pieces of a sheet in reading order; `data` is the service's atlas JSON for `{data: true}`.

    Names count over all pieces, `_` (or None) skips one; without names pieces are called 00, 01, …
    AssetError when the grid does not divide the sheet, names are too many or few, or the atlas cannot be used.
    """
    if rule.mode == "data":
        if data is None:
            raise AssetError(f"{what}: `cut: {{data: true}}` needs the atlas that comes with `data: true` requests")
        return _by_atlas(picture, data, rule.names, what)
    if rule.mode == "grid":
        boxes = grid_boxes(picture, rule.grid or (1, 1), what)
        pieces = [crop(picture, box).copy() for box in boxes]
    else:
        found = parts(picture)
        boxes, pieces = [box for box, _ in found], [piece for _, piece in found]
    if len(boxes) > _MAX_PIECES:
        raise AssetError(f"{what}: {len(boxes)} pieces, at most {_MAX_PIECES} are cut from one sheet")
    names = _names(rule.names, len(boxes), rule.mode, what)
    return [Piece(name, box, piece) for name, box, piece in zip(names, boxes, pieces, strict=True) if name is not None]


def grid_boxes(picture: Picture, cell: tuple[int, int], what: str) -> list[Box]:
    """The cells of a plain grid in reading order."""
    height, width = picture.shape[:2]
    if width % cell[0] or height % cell[1]:
        raise AssetError(f"{what}: {width}×{height} pixels cannot be cut into cells of {cell[0]}×{cell[1]}")
    return [(x, y, *cell) for y in range(0, height, cell[1]) for x in range(0, width, cell[0])]


def parts(picture: Picture, near: int = NEAR) -> list[tuple[Box, Picture]]:
    """The connected parts of a sheet in reading order: rows of pieces from the top, each from the left.

    Parts at most `near` clear pixels apart are one; dust is dropped. A row takes every piece whose middle lies
    above the lower edge of the row's first piece.
    """
    visible = picture[..., 3] > 0
    labels, count = label(_thick(visible, near), diagonal=True)
    labels = np.where(visible, labels, np.int32(0))
    ys, xs = np.nonzero(labels)
    owner = labels[ys, xs]
    low = np.full((count + 1, 2), np.iinfo(np.int64).max)
    high = np.full((count + 1, 2), -1)
    np.minimum.at(low, owner, np.stack([xs, ys], axis=1))
    np.maximum.at(high, owner, np.stack([xs, ys], axis=1))
    sizes = np.bincount(owner, minlength=count + 1)
    found: list[tuple[Box, int]] = []
    for number in np.flatnonzero(sizes >= SPECK).tolist():
        (left, top), (right, bottom) = low[number].tolist(), high[number].tolist()
        found.append(((left, top, right - left + 1, bottom - top + 1), number))
    return [(box, _alone(picture, labels, box, number)) for box, number in _reading_order(found)]


def _alone(picture: Picture, labels: Labels, box: Box, number: int) -> Picture:
    left, top, width, height = box
    mine = labels[top : top + height, left : left + width] == number
    return np.where(mine[..., None], crop(picture, box), 0).astype(np.uint8)


def _thick(mask: Mask, reach: int) -> Mask:
    """The mask with every pixel spread `reach` to the right and down: gaps of that width close."""
    result = mask.copy()
    for dy in range(reach + 1):
        for dx in range(reach + 1):
            result[dy:, dx:] |= mask[: mask.shape[0] - dy, : mask.shape[1] - dx]
    return result


def _reading_order(found: list[tuple[Box, int]]) -> list[tuple[Box, int]]:
    rest = sorted(found, key=lambda item: (item[0][1], item[0][0]))
    ordered: list[tuple[Box, int]] = []
    while rest:
        bottom = rest[0][0][1] + rest[0][0][3]
        row = [item for item in rest if item[0][1] + item[0][3] / 2 <= bottom]
        rest = [item for item in rest if item[0][1] + item[0][3] / 2 > bottom]
        ordered += sorted(row, key=lambda item: item[0][0])
    return ordered


def _names(names: Sequence[str | None], count: int, mode: str, what: str) -> list[str | None]:
    if not names:
        return [f"{index:02}" for index in range(count)]
    if len(names) != count:
        found = "cells" if mode == "grid" else "connected parts"
        raise AssetError(f"{what}: {len(names)} names for {count} {found}: name each, `_` skips one")
    return [None if name == _SKIPPED else name for name in names]


def _by_atlas(picture: Picture, data: bytes, names: Sequence[str | None], what: str) -> list[Piece]:
    """Pieces of `{"data": {"meta": {"image_w", "image_h"}, "sprites": [{"x", "y", "w", "h", "id", "name"}]}}`,
    scaled from the size that it names to the sheet's. The service sends it inside `{"downloadable_json": …}`."""
    try:
        document = parse_json(data)
    except ValueError:
        raise AssetError(f"{what}: its atlas is not valid JSON") from None
    try:
        document = document.get("downloadable_json", document)
        body = document.get("data", document)
        sprites, meta = body["sprites"], body.get("meta") or {}
        scale = (
            picture.shape[1] / (meta.get("image_w") or picture.shape[1]),
            picture.shape[0] / (meta.get("image_h") or picture.shape[0]),
        )
        boxes = [_scaled(sprite, scale) for sprite in sprites]
        own = [str(sprite.get("name") or sprite.get("id") or "") for sprite in sprites]
    except (KeyError, TypeError, AttributeError, ValueError, ZeroDivisionError, OverflowError):
        raise AssetError(f"{what}: its atlas is not of the known form (data.sprites with x, y, w, h)") from None
    if len(boxes) > _MAX_PIECES:
        raise AssetError(f"{what}: {len(boxes)} pieces, at most {_MAX_PIECES} are cut from one sheet")
    for left, top, width, height in boxes:
        inside = left + width <= picture.shape[1] and top + height <= picture.shape[0]
        if min(left, top) < 0 or min(width, height) < 1 or not inside:
            raise AssetError(f"{what}: its atlas names a box outside the picture ({left},{top} {width}×{height})")
    chosen = _names(names, len(boxes), "data", what) if names else _unique(own)
    return [
        Piece(name, box, crop(picture, box).copy()) for name, box in zip(chosen, boxes, strict=True) if name is not None
    ]


def _scaled(sprite: dict[str, Any], scale: tuple[float, float]) -> Box:
    left, top, width, height = (float(sprite[key]) for key in ("x", "y", "w", "h"))
    return round(left * scale[0]), round(top * scale[1]), round(width * scale[0]), round(height * scale[1])


def _unique(names: Sequence[str]) -> list[str | None]:
    """The service's names as names of the manifest's grammar; equal ones are numbered."""
    result: list[str | None] = []
    for index, name in enumerate(names):
        plain = _BAD.sub("_", name.lower()).strip("_-") or f"{index:02}"
        candidate, number = plain, 2
        while candidate in result:
            candidate, number = f"{plain}_{number}", number + 1
        result.append(candidate)
    return result
