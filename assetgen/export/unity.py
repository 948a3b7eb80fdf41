"""Unity: a `.png.meta` for each picture, with sprites, pivots and borders, and ids that stay.

Scenes refer to a sprite by the picture's guid and the sprite's internalID, so both are derived once and fixed in the
lock. Rects count from the bottom. Trim has no field: the pivot of a cut is moved instead.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from msgspec import Struct

from assetgen.export.base import Context, Output, OwnedKeys, option
from assetgen.export.names import equal_names, flat, in_use, missing_project
from assetgen.export.regions import (
    Region,
    View,
    animations,
    autotile_size,
    file_of,
    object_file,
    sprites,
    tile_origin,
    tileset_size,
    tilesets,
)
from assetgen.export.unity_meta import Sprite, join, meta_text, read
from assetgen.model.built import Built, BuiltTileset, Size
from assetgen.model.errors import AssetError
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "unity"
needs = frozenset({"single", "sheet", "atlas"})
always: frozenset[str] = frozenset()
options = frozenset({"pixels_per_unit"})
PIXELS_PER_UNIT = 16


def check(manifest: Manifest) -> list[Problem]:
    """Ids are derived from `project`; sprite names have no `/`; pixels_per_unit is a positive number."""
    found = missing_project(manifest, name) + equal_names(manifest, name, flat)
    entry = in_use(manifest, name)
    if entry is not None:
        scale = option(entry, "pixels_per_unit", PIXELS_PER_UNIT)
        if isinstance(scale, bool) or not isinstance(scale, int | float) or scale <= 0:
            at = entry.at("pixels_per_unit")
            found.append(Problem(at, f"unity: pixels_per_unit is {scale!r}, expected a number above 0"))
    return found


class Picture(Struct, frozen=True):
    """One picture with what Unity is to cut from it. `single`: the whole of it is one sprite."""

    file: str
    size: Size
    owner: str
    role: str
    regions: tuple[tuple[str, str, Region], ...]
    """(asset that owns the id, what of it, where)."""
    single: bool = False


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`PICTURE.png.meta` of every page, sheet and single picture that was written.

    Raises AssetError where two sprites of one picture would have one name.
    """
    scale = float(option(engine, "pixels_per_unit", PIXELS_PER_UNIT))
    for picture in pictures(built):
        guid = context.unique(built, picture.owner, f"unity:guid:{picture.role}", partial(_guid, built, picture))
        found = [_sprite(built, context, *entry) for entry in picture.regions]
        _refuse_equal(picture, found)
        yield _output(built, context, picture, guid, found, scale)


def _output(built: Built, context: Context, picture: Picture, guid: str, found: list[Sprite], scale: float) -> Output:
    text = meta_text(guid, picture.size, found, scale, picture.single)
    scope = tuple(str(sprite.id) for sprite in found)
    before = context.recall(built, picture.owner, f"unity:sprites:{picture.role}", ",".join(scope))
    borders = {str(sprite.id): sprite.border for sprite in found if any(sprite.border)}
    last = context.recall(built, picture.owner, f"unity:borders:{picture.role}", json.dumps(borders, sort_keys=True))
    owned = OwnedKeys(
        content=text,
        scope=scope,
        before=tuple(filter(None, before.split(","))),
        read=read,
        join=partial(
            join,
            content=text,
            scope=frozenset({*scope, *before.split(",")}),
            last={key: tuple(value) for key, value in json.loads(last).items()},
        ),
    )
    return Output(f"{picture.file}.meta", text, picture.owner, pictures=(picture.file,), owned=owned)


def pictures(built: Built) -> Iterator[Picture]:
    """Every picture that Unity imports as sprites."""
    view = View(built)
    for atlas_name, atlas in sorted(built.atlases.items()):
        for index, page in enumerate(view.pages(atlas)):
            regions = tuple((region.asset, _part(region), region) for region in page.regions.values())
            yield Picture(page.file, page.size, f"atlas:{atlas_name}", f"page{index}", regions)
    for animation in animations(built):
        sheet = view.sheet(animation)
        if sheet is not None:
            regions = tuple((animation.name, _part(region), region) for region in sheet.regions.values())
            yield Picture(sheet.file, sheet.size, animation.name, "sheet", regions)
    for sprite in sprites(built):
        file = file_of(built, sprite.name, "single")
        if file is not None:
            size, pixels = sprite.frame.size, sprite.frame.pixels
            region = _whole(sprite.name, size, sprite.pivot, pixels, sprite.hitbox, sprite.nine_slice)
            yield Picture(file, size, sprite.name, "single", ((sprite.name, "", region),), single=True)
    for tileset in tilesets(built):
        yield from _tileset(built, tileset)


def _tileset(built: Built, tileset: BuiltTileset) -> Iterator[Picture]:
    (width, height), owner = tileset.tile_size, tileset.name
    file = file_of(built, owner, "sheet")
    if file is not None:
        cells = []
        for tile in tileset.tiles:
            x, y = tile_origin(tileset, tile.id)
            cells.append((owner, f"{tile.id:02d}", _cell(tile.frame.name, owner, x, y, width, height)))
        yield Picture(file, tileset_size(tileset), owner, "sheet", tuple(cells))
    for sheet in tileset.sheets:
        file = file_of(built, owner, f"sheet:{sheet.label}")
        if file is not None:
            wide, high = sheet.tile_size
            cells = [
                (owner, f"{sheet.label}_{number:02d}", _cell(
                    f"{owner}-{sheet.label}/{number:02d}", owner, number % sheet.columns * wide,
                    number // sheet.columns * high, wide, high,
                ))
                for number, cell in enumerate(sheet.cells) if cell is not None
            ]  # fmt: skip
            yield Picture(file, autotile_size(sheet), owner, sheet.label, tuple(cells))
    for frame in tileset.objects:
        file = object_file(built, tileset, frame.name)
        if file is not None and file != file_of(built, frame.name, "single"):
            pivot = (frame.size[0] // 2, frame.size[1] // 2)
            region = _whole(f"{owner}/{frame.name}", frame.size, pivot, frame.pixels, None, None)
            role = f"object_{frame.name}"
            yield Picture(file, frame.size, owner, role, ((owner, role, region),), single=True)


def _cell(label: str, asset: str, x: int, y: int, w: int, h: int) -> Region:
    return Region(label, asset, x, y, w, h, 0, 0, (w, h), (w // 2, h // 2), "")


def _whole(label: str, size: Size, pivot: tuple[int, int], pixels: str, hitbox: Any, nine_slice: Any) -> Region:
    return Region(label, label, 0, 0, size[0], size[1], 0, 0, size, pivot, pixels, hitbox, nine_slice)


def _part(region: Region) -> str:
    """What of its asset a region is: `walk_down_00`, or nothing for a sprite."""
    return region.name.removeprefix(region.asset).removeprefix("/")


def _guid(built: Built, picture: Picture, added: str) -> str:
    return hashlib.md5(f"{built.project}\n{picture.file}{added}".encode(), usedforsecurity=False).hexdigest()


def _internal_id(built: Built, label: str, added: str) -> str:
    """A signed 64-bit number that is not 0."""
    digest = hashlib.sha256(f"{built.project}\n{label}{added}".encode()).digest()
    return str(int.from_bytes(digest[:8], "big", signed=True) or 1)


def _sprite(built: Built, context: Context, owner: str, part: str, region: Region) -> Sprite:
    make = partial(_internal_id, built, region.name)
    identity = int(context.unique(built, owner, f"unity:sprite:{part}", make))
    left, top, right, bottom = region.inner_slice or (0, 0, 0, 0)
    height = region.size[1]
    return Sprite(
        name=flat(region.name),
        id=identity,
        rect=(region.x, region.y, region.w, region.h),
        pivot=(
            round((region.pivot[0] - region.ox) / region.w, 6),
            round((height - region.pivot[1] - region.below) / region.h, 6),
        ),
        border=(left, bottom, right, top),
    )


def _refuse_equal(picture: Picture, found: list[Sprite]) -> None:
    owners: dict[str, str] = {}
    for sprite, (owner, _, _) in zip(found, picture.regions, strict=True):
        if sprite.name in owners:
            message = f"unity: {owner!r} and {owners[sprite.name]!r} both give a sprite {sprite.name!r}: rename one"
            raise AssetError(message, asset=owner)
        owners[sprite.name] = owner
