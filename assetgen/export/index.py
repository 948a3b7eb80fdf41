"""`assets.json`: everything that was built, for games and tools that have no exporter of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assetgen.export.base import Output
from assetgen.export.jsontext import dumps
from assetgen.export.regions import animations, autotile_size, frame_roles, sprites, tilesets
from assetgen.export.texturepacker import core
from assetgen.model.built import Built, BuiltAnimation, BuiltAtlas, BuiltSprite, BuiltTag, BuiltTile, BuiltTileset

PATH = "assets.json"


def index(built: Built) -> str:
    """The text of `assets.json`; its shape is `schemas/assets-index.schema.json`."""
    return dumps(document(built))


def core_outputs(built: Built) -> list[Output]:
    """What is written whatever the engines: the index and each atlas page's JSON."""
    return [Output(PATH, index(built), "index"), *core(built)]


def document(built: Built) -> dict[str, Any]:
    """The index as a value. Paths are relative to the output folder, in which the index stands."""
    return {
        "version": 1,
        "project": built.project,
        "sprites": {sprite.name: _sprite(built, sprite) for sprite in sprites(built)},
        "animations": {animation.name: _animation(built, animation) for animation in animations(built)},
        "tilesets": {tileset.name: _tileset(built, tileset) for tileset in tilesets(built)},
        "palettes": {
            name: {"colors": list(palette.colors), "files": dict(sorted(palette.files.items()))}
            for name, palette in sorted(built.palettes.items())
        },
        "atlases": {name: _atlas(atlas) for name, atlas in sorted(built.atlases.items())},
    }


def _some(**values: Any) -> dict[str, Any]:
    """The values that are there: None and empty maps are left out."""
    return {key: value for key, value in values.items() if value is not None and value != {}}


def _sprite(built: Built, sprite: BuiltSprite) -> dict[str, Any]:
    files = built.files.get(sprite.name, {})
    return _some(
        file=files.get("single"),
        size=list(sprite.frame.size),
        pivot=list(sprite.pivot),
        nine_slice=dict(zip(("left", "top", "right", "bottom"), sprite.nine_slice, strict=True))
        if sprite.nine_slice
        else None,
        hitbox=list(sprite.hitbox) if sprite.hitbox else None,
        palette=sprite.palette,
        atlas=_sprite_place(built.atlas_of(sprite.name), sprite.frame.name),
        meta=dict(sprite.meta),
    )


def _sprite_place(atlas: BuiltAtlas | None, frame: str) -> dict[str, Any] | None:
    if atlas is None or frame not in atlas.placements:
        return None
    return {"name": atlas.name, "page": atlas.placements[frame].page, "frame": frame}


def _places(atlas: BuiltAtlas | None, frames: list[str]) -> dict[str, Any] | None:
    if atlas is None:
        return None
    pages = {frame: atlas.placements[frame].page for frame in frames if frame in atlas.placements}
    return {"name": atlas.name, "frames": pages} if pages else None


def _animation(built: Built, animation: BuiltAnimation) -> dict[str, Any]:
    files = built.files.get(animation.name, {})
    frames = [name for tag in animation.tags for name in tag.frames]
    return _some(
        sheet=files.get("sheet"),
        cell=list(animation.cell),
        pivot=list(animation.pivot),
        hitbox=list(animation.hitbox) if animation.hitbox else None,
        palette=animation.palette,
        tags={tag.name: _tag(files, tag) for tag in animation.tags},
        atlas=_places(built.atlas_of(animation.name), frames),
        meta=dict(animation.meta),
    )


def _tag(files: Mapping[str, str], tag: BuiltTag) -> dict[str, Any]:
    paths = [files.get(role) for role in frame_roles(tag)]
    return _some(
        frames=list(tag.frames),
        files=paths if all(paths) else None,
        durations_ms=list(tag.durations),
        loop=tag.loop,
    )


def _tileset(built: Built, tileset: BuiltTileset) -> dict[str, Any]:
    files = built.files.get(tileset.name, {})
    sheets = {
        sheet.label: {
            "file": files[f"sheet:{sheet.label}"],
            "columns": sheet.columns,
            "tile_size": list(sheet.tile_size),
            "size": list(autotile_size(sheet)),
        }
        for sheet in tileset.sheets
        if f"sheet:{sheet.label}" in files
    }
    found = _some(
        file=files.get("sheet"),
        tile_size=list(tileset.tile_size),
        columns=tileset.columns,
        margin=tileset.margin,
        spacing=tileset.spacing,
        palette=tileset.palette,
        terrains=list(tileset.terrains),
        tiles=[_tile(tile) for tile in tileset.tiles],
    )
    places = _places(built.atlas_of(tileset.name), [tile.frame.name for tile in tileset.tiles])
    return {**found, "sheets": sheets, **_some(atlas=places, meta=dict(tileset.meta))}


def _tile(tile: BuiltTile) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": tile.id,
        "corners": list(tile.corners) if tile.corners else None,
        "probability": tile.probability,
    }
    animation = [{"tile": step, "duration_ms": duration} for step, duration in tile.animation] or None
    return {**found, **_some(properties=dict(tile.properties), collision=tile.collision, animation=animation)}


def _atlas(atlas: BuiltAtlas) -> dict[str, Any]:
    pages = [{"file": page.file, "data": page.data, "size": list(page.size)} for page in atlas.pages]
    return {
        "pages": pages,
        "occupancy": round(atlas.occupancy, 4),
        **_some(partial=list(atlas.partial) or None),
    }
