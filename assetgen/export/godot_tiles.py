"""Godot's TileSet: atlas sources with terrains (corner sets, 47-tile blobs), tile animation, collision, properties."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from assetgen.export.base import Context, Output, OwnedKeys
from assetgen.export.godot_merge import Seeds, join, pack_scope, read, unpack_scope
from assetgen.export.regions import blob_blocks, file_of, object_file, relative
from assetgen.export.shapes import number, points, polygons
from assetgen.export.tres import Document, Section, document, quoted, real, texture
from assetgen.model.built import AutotileSheet, Built, BuiltTile, BuiltTileset, Size

_CORNERS = ("top_left_corner", "top_right_corner", "bottom_left_corner", "bottom_right_corner")
_BLOB = {
    1: "top_side",
    2: "top_right_corner",
    4: "right_side",
    8: "bottom_right_corner",
    16: "bottom_side",
    32: "bottom_left_corner",
    64: "left_side",
    128: "top_left_corner",
}
_COLORS = ("0.35, 0.7, 0.35", "0.3, 0.45, 0.85", "0.8, 0.6, 0.3", "0.7, 0.35, 0.7", "0.8, 0.3, 0.3", "0.4, 0.75, 0.8")
_TYPES = {bool: 1, int: 2, float: 3, str: 4}
"""Godot's Variant types of custom data; anything else is written as a string of JSON."""


def tile_set(built: Built, tileset: BuiltTileset, uid: str, context: Context) -> Output | None:
    """`tilesets/N.tres` over the tile sheet, objects as sources of one tile each; None if no sheet was written."""
    file = file_of(built, tileset.name, "sheet")
    if file is None:
        return None
    path = f"tilesets/{tileset.name}.tres"
    made = document("TileSet", uid)
    resource = made.resource.properties
    resource["tile_size"] = vector(tileset.tile_size)
    layers = _layers(tileset)
    terrains = _terrains(built, tileset, context)
    if any(tile.collision for tile in tileset.tiles):
        resource["physics_layer_0/collision_layer"] = "1"
    if terrains:
        resource.update(_terrain_set(1, terrains))
    for name, (index, kind) in layers.items():
        resource[f"custom_data_layer_{index}/name"] = quoted(name)
        resource[f"custom_data_layer_{index}/type"] = str(kind)
    source = Section("sub_resource", {"type": '"TileSetAtlasSource"', "id": quoted("TileSetAtlasSource_sheet")})
    made.external["1_sheet"] = texture(relative(file, path), "1_sheet")
    source.properties = _grid("1_sheet", tileset.tile_size, tileset.margin, tileset.spacing)
    covered = _covered(tileset, context)
    for tile in tileset.tiles:
        if tile.id not in covered:
            source.properties.update(_tile(tileset, tile, terrains, layers))
    made.parts["TileSetAtlasSource_sheet"] = source
    resource["sources/0"] = 'SubResource("TileSetAtlasSource_sheet")'
    pictures = (file, *_objects(built, tileset, made, path, context))
    return _output(built, tileset.name, "", made, path, pictures, context, tuple(terrains.values()))


def blob_set(built: Built, tileset: BuiltTileset, sheet: AutotileSheet, uid: str, context: Context) -> Output | None:
    """`tilesets/N-blob47.tres`: a TileSet of its own, since its tiles are of another size."""
    file = file_of(built, tileset.name, f"sheet:{sheet.label}")
    if file is None:
        return None
    path = f"tilesets/{tileset.name}-{sheet.label}.tres"
    made = document("TileSet", uid)
    made.resource.properties["tile_size"] = vector(sheet.tile_size)
    blocks = blob_blocks(tileset, sheet)
    terrains = {block.name: number for number, block in enumerate(blocks)}
    made.resource.properties.update(_terrain_set(0, terrains))
    made.external["1_sheet"] = texture(relative(file, path), "1_sheet")
    properties = _grid("1_sheet", sheet.tile_size, 0, 0)
    for terrain, block in enumerate(blocks):
        for cell, mask in block.cells:
            at = f"{cell % sheet.columns}:{cell // sheet.columns}/0"
            properties |= {at: "0", f"{at}/terrain_set": "0", f"{at}/terrain": str(terrain)}
            properties |= {
                f"{at}/terrains_peering_bit/{bit}": str(terrain) for flag, bit in _BLOB.items() if mask & flag
            }
    part = Section(
        "sub_resource", {"type": '"TileSetAtlasSource"', "id": quoted("TileSetAtlasSource_sheet")}, properties
    )
    made.parts["TileSetAtlasSource_sheet"] = part
    made.resource.properties["sources/0"] = 'SubResource("TileSetAtlasSource_sheet")'
    return _output(built, tileset.name, f":{sheet.label}", made, path, (file,), context, tuple(terrains.values()))


def _output(
    built: Built,
    owner: str,
    suffix: str,
    made: Document,
    path: str,
    pictures: tuple[str, ...],
    context: Context,
    terrains: tuple[int, ...],
) -> Output:
    text = made.write()
    scope = pack_scope(made, terrains)
    before = context.recall(built, owner, f"godot:tiles{suffix}", scope)
    seeds = Seeds.of(made)
    last = context.recall(built, owner, f"godot:seeds{suffix}", json.dumps(seeds.to_json()))
    owned = OwnedKeys(
        content=text,
        scope=unpack_scope(scope),
        before=unpack_scope(before),
        read=partial(read, file=path, known=pictures, uid=made.head.text("uid")),
        join=partial(
            join,
            file=path,
            known=pictures,
            content=text,
            scope=unpack_scope(scope),
            before=unpack_scope(before),
            last=Seeds.from_json(json.loads(last)),
        ),
    )
    return Output(path, text, owner, pictures=pictures, owned=owned)


def vector(pair: tuple[int, int]) -> str:
    return f"Vector2i({pair[0]}, {pair[1]})"


def _grid(key: str, tile: Size, margin: int, spacing: int) -> dict[str, str]:
    found = {"texture": f'ExtResource("{key}")'}
    if margin:
        found["margins"] = vector((margin, margin))
    if spacing:
        found["separation"] = vector((spacing, spacing))
    return {**found, "texture_region_size": vector(tile)}


def _terrain_set(mode: int, terrains: Mapping[str, int]) -> dict[str, str]:
    found = {"terrain_set_0/mode": str(mode)}
    for name, index in sorted(terrains.items(), key=lambda item: item[1]):
        found[f"terrain_set_0/terrain_{index}/name"] = quoted(name)
        found[f"terrain_set_0/terrain_{index}/color"] = f"Color({_COLORS[index % len(_COLORS)]}, 1)"
    return found


def _terrains(built: Built, tileset: BuiltTileset, context: Context) -> dict[str, int]:
    """Index of each terrain: fixed at first export, since scripts paint by it; new ones take the next free index."""
    taken = {int(value) for key, value in built.ids.get(tileset.name, {}).items() if key.startswith("godot:terrain:")}
    found = {}
    for name in tileset.terrains:
        free = next(index for index in range(len(taken) + 1) if index not in taken)
        found[name] = int(context.id(built, tileset.name, f"godot:terrain:{name}", partial(str, free)))
        taken.add(found[name])
    return found


def painted_as(tileset: BuiltTileset, tile: BuiltTile) -> str | None:
    """The terrain that painting picks a tile for: its own if whole, the inside one of its pair if mixed."""
    names = [name for name in tile.corners or () if name is not None]
    if not names:
        return None
    kinds = dict.fromkeys(names)
    inside = next((pair[0] for pair in tileset.pairs if set(kinds) == set(pair)), None)
    return inside or min(kinds, key=tileset.terrains.index)


def _tile(
    tileset: BuiltTileset, tile: BuiltTile, terrains: Mapping[str, int], layers: Mapping[str, tuple[int, int]]
) -> dict[str, str]:
    """Properties of one tile, in the order that Godot needs: animation, existence, terrain set, terrain, bits."""
    cell = f"{tile.id % tileset.columns}:{tile.id // tileset.columns}"
    at = f"{cell}/0"
    found: dict[str, str] = {}
    columns = _animation_columns(tileset, tile)
    if columns is not None:
        found[f"{cell}/animation_columns"] = str(columns)
        found[f"{cell}/animation_speed"] = "1.0"
        for step, (_, time) in enumerate(tile.animation):
            found[f"{cell}/animation_frame_{step}/duration"] = real(time / 1000)
    found[at] = "0"
    terrain = painted_as(tileset, tile)
    if terrain is not None and tile.corners is not None:
        found[f"{at}/terrain_set"] = "0"
        found[f"{at}/terrain"] = str(terrains[terrain])
        for corner, bit in zip(tile.corners, _CORNERS, strict=True):
            if corner is not None:
                found[f"{at}/terrains_peering_bit/{bit}"] = str(terrains[corner])
    if tile.probability != 1.0:
        found[f"{at}/probability"] = real(tile.probability)
    width, height = tileset.tile_size
    for index, shape in enumerate(polygons(tile.collision, tileset.tile_size)):
        values = ", ".join(number(value) for value in points(shape, -width / 2, -height / 2))
        found[f"{at}/physics_layer_0/polygon_{index}/points"] = f"PackedVector2Array({values})"
    for name, value in tile.properties.items():
        index, kind = layers[name]
        found[f"{at}/custom_data_{index}"] = _variant(value, kind)
    return found


def _layers(tileset: BuiltTileset) -> dict[str, tuple[int, int]]:
    """Custom data layers: index and Variant type of each property, sorted by name."""
    kinds: dict[str, set[type]] = {}
    for tile in tileset.tiles:
        for name, value in tile.properties.items():
            kinds.setdefault(name, set()).add(type(value))
    found = {}
    for index, name in enumerate(sorted(kinds)):
        types = kinds[name]
        single = next(iter(types)) if len(types) == 1 else (float if types == {int, float} else None)
        found[name] = (index, _TYPES.get(single, 4) if single else 4)
    return found


def _variant(value: Any, kind: int) -> str:
    if kind == 1:
        return "true" if value else "false"
    if kind == 2:
        return str(value)
    if kind == 3:
        return real(value)
    return quoted(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _animation_columns(tileset: BuiltTileset, tile: BuiltTile) -> int | None:
    """Godot's `animation_columns` of a tile: 0 where its steps lie in one row from itself on; None where it cannot."""
    steps = [step for step, _ in tile.animation]
    if not steps or steps != list(range(tile.id, tile.id + len(steps))):
        return None
    column = tile.id % tileset.columns
    if column + len(steps) <= tileset.columns:
        return 0
    return tileset.columns if column == 0 else None


def _covered(tileset: BuiltTileset, context: Context) -> set[int]:
    """Cells that an animation shows: they cannot be tiles of their own."""
    found: set[int] = set()
    for tile in tileset.tiles:
        if not tile.animation:
            continue
        if _animation_columns(tileset, tile) is None:
            message = f"godot: the steps of tile {tile.id} are not the cells from itself to the right: it stands still"
            context.warn(tileset.name, message)
        else:
            found |= {step for step, _ in tile.animation} - {tile.id}
    return found


def _objects(built: Built, tileset: BuiltTileset, made: Document, path: str, context: Context) -> list[str]:
    """Sources of one tile each for the objects whose pictures were written. Their ids are fixed at first export."""
    prefix = "godot:source:"
    fixed = built.ids.get(tileset.name, {}).items()
    taken = {0} | {int(value) for key, value in fixed if key.startswith(prefix)}
    pictures = []
    for frame in tileset.objects:
        file = object_file(built, tileset, frame.name)
        if file is None:
            context.warn(tileset.name, f"godot: the object {frame.name!r} has no picture of its own: left out")
            continue
        free = next(index for index in range(len(taken) + 1) if index not in taken)
        source = context.id(built, tileset.name, prefix + frame.name, partial(str, free))
        taken.add(int(source))
        key = f"object_{source}"
        made.external[key] = texture(relative(file, path), key)
        properties = {**_grid(key, frame.size, 0, 0), "0:0/0": "0"}
        part = f"TileSetAtlasSource_{key}"
        made.parts[part] = Section("sub_resource", {"type": '"TileSetAtlasSource"', "id": quoted(part)}, properties)
        made.resource.properties[f"sources/{source}"] = f'SubResource("{part}")'
        pictures.append(file)
    return pictures
