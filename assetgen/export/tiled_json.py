"""Tiled's `.tsj`: JSON of a tileset, its owned keys, and merging with what the editor added."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assetgen.export.base import Keys
from assetgen.export.regions import relative
from assetgen.export.shapes import Polygon, three_way
from assetgen.export.tiled_model import COLORS, Tile, Tileset, WangSet
from assetgen.export.tres import meaning

VERSION, TILED = "1.8", "1.8.2"
_GRID = ("name", "tilewidth", "tileheight", "spacing", "margin", "tilecount", "columns")
_IMAGE = ("image", "imagewidth", "imageheight")
_TYPES: dict[type, str] = {bool: "bool", int: "int", float: "float", str: "string"}


def property_type(value: Any) -> str:
    return _TYPES.get(type(value), "string")


def property_value(value: Any) -> Any:
    """A value as Tiled holds it: lists and maps as JSON text."""
    return value if type(value) in _TYPES else json.dumps(value, ensure_ascii=False)


def document(tileset: Tileset, path: str) -> dict[str, Any]:
    """The file as a value."""
    made: dict[str, Any] = {
        "columns": tileset.columns,
        "name": tileset.name,
        "margin": tileset.margin,
        "spacing": tileset.spacing,
        "tilecount": tileset.count,
        "tiledversion": TILED,
        "tilewidth": tileset.tile_size[0],
        "tileheight": tileset.tile_size[1],
        "type": "tileset",
        "version": VERSION,
    }
    if tileset.image is not None:
        made |= {
            "image": relative(tileset.image, path),
            "imagewidth": tileset.image_size[0],
            "imageheight": tileset.image_size[1],
        }
    else:
        made["grid"] = {"height": 1, "orientation": "orthogonal", "width": 1}
    if tileset.tiles:
        made["tiles"] = [_tile(tile, path) for tile in tileset.tiles]
    if tileset.sets:
        made["wangsets"] = [_wang_set(found) for found in tileset.sets]
    return made


def _tile(tile: Tile, path: str) -> dict[str, Any]:
    made: dict[str, Any] = {"id": tile.id}
    if tile.image is not None:
        file, (width, height) = tile.image
        made |= {"image": relative(file, path), "imagewidth": width, "imageheight": height}
    if tile.animation:
        made["animation"] = [{"duration": time, "tileid": step} for step, time in tile.animation]
    if tile.probability != 1.0:
        made["probability"] = tile.probability
    if tile.properties:
        made["properties"] = [property_entry(key, value) for key, value in sorted(tile.properties.items())]
    if tile.collision:
        made["objectgroup"] = _object_group(tile.collision)
    return made


def property_entry(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "type": property_type(value), "value": property_value(value)}


def _object_group(shapes: tuple[Polygon, ...]) -> dict[str, Any]:
    objects = []
    for number, shape in enumerate(shapes, 1):
        left, top = shape[0]
        common = {"height": 0, "id": number, "name": "", "rotation": 0, "type": "", "visible": True, "width": 0}
        points = [{"x": x - left, "y": y - top} for x, y in shape]
        objects.append({**common, "polygon": points, "x": left, "y": top})
    return {
        "draworder": "index",
        "name": "",
        "objects": objects,
        "opacity": 1,
        "type": "objectgroup",
        "visible": True,
        "x": 0,
        "y": 0,
    }


def _wang_set(found: WangSet) -> dict[str, Any]:
    return {
        "colors": [
            {"color": COLORS[number % len(COLORS)], "name": name, "probability": 1, "tile": tile}
            for number, (name, tile) in enumerate(found.colors)
        ],
        "name": found.name,
        "tile": -1,
        "type": found.type,
        "wangtiles": [{"tileid": tile, "wangid": list(wangid)} for tile, wangid in sorted(found.tiles.items())],
    }


def read(found: Mapping[str, Any], scope: tuple[str, ...], *, file: str) -> Keys:
    """The owned keys: grid and picture; of our tiles animation, probability, picture; our wangsets' names and tiles."""
    keys: dict[str, Any] = {key: found.get(key, 0) for key in _GRID}
    if "image" in found:
        keys["image"] = [meaning(found["image"], file), found.get("imagewidth", 0), found.get("imageheight", 0)]
    ours = set(scope)
    for tile in found.get("tiles", []):
        if f"tile {tile['id']}" in ours:
            keys[f"tile {tile['id']}"] = [
                [[step["tileid"], step["duration"]] for step in tile.get("animation", [])],
                float(tile.get("probability", 1)),
                meaning(tile["image"], file) if "image" in tile else None,
            ]
    for entry in found.get("wangsets", []):
        if f"wangset {entry['name']}" in ours:
            tiles = {str(tile["tileid"]): list(tile["wangid"]) for tile in entry.get("wangtiles", [])}
            keys[f"wangset {entry['name']}"] = [
                entry["type"],
                [color["name"] for color in entry.get("colors", [])],
                tiles,
            ]
    return keys


def parse(text: str) -> dict[str, Any]:
    found = json.loads(text)  # JSONDecodeError is a ValueError
    if not isinstance(found, dict) or "tilewidth" not in found:
        raise ValueError("no Tiled tileset")
    return found


def join(theirs: dict[str, Any], ours: Mapping[str, Any], scope: frozenset[str], last: Mapping[str, Any]) -> None:
    """Puts our keys into the existing tileset, in place. `last` is what was seeded last time, by tile id."""
    for key in (*_GRID, *_IMAGE):
        if key in ours:
            theirs[key] = ours[key]
        elif key in _IMAGE:
            theirs.pop(key, None)
    wanted = {tile["id"]: tile for tile in ours.get("tiles", [])}
    held = {tile["id"]: tile for tile in theirs.get("tiles", [])}
    merged = []
    for identity in sorted({*wanted, *held}):
        tile = dict(held.get(identity, {"id": identity}))
        if identity in wanted or f"tile {identity}" in scope:
            _join_tile(tile, wanted.get(identity, {}), last.get(str(identity), {}))
        if tile.keys() - {"id"}:
            merged.append(tile)
    theirs.pop("tiles", None)
    if merged:
        theirs["tiles"] = merged
    _join_sets(theirs, ours, scope)


def _join_tile(tile: dict[str, Any], ours: Mapping[str, Any], last: Mapping[str, Any]) -> None:
    for key in ("animation", "probability", "image", "imagewidth", "imageheight"):
        if key in ours:
            tile[key] = ours[key]
        else:
            tile.pop(key, None)
    held = {entry["name"]: entry for entry in tile.get("properties", [])}
    wanted = {entry["name"]: entry for entry in ours.get("properties", [])}
    written = {entry["name"]: entry for entry in last.get("properties", [])}
    for name in {*written, *wanted}:
        new = three_way(held.get(name), written.get(name), wanted.get(name))
        if new is None:
            held.pop(name, None)
        else:
            held[name] = new
    groups = tile.get("objectgroup"), last.get("objectgroup"), ours.get("objectgroup")
    shapes = [_shapes(group) for group in groups]
    new = three_way(*shapes)
    if new != shapes[0]:
        tile["objectgroup"] = groups[2]
    tile["properties"] = [held[name] for name in sorted(held)]
    for key in ("properties", "objectgroup"):
        if not tile.get(key):
            tile.pop(key, None)


def _shapes(group: Any) -> Any:
    """A collision's shapes by value: the editor renumbers and reorders the rest."""
    if not group:
        return None
    return [[entry.get("x"), entry.get("y"), entry.get("polygon")] for entry in group.get("objects", [])]


def _join_sets(theirs: dict[str, Any], ours: Mapping[str, Any], scope: frozenset[str]) -> None:
    held = {entry["name"]: entry for entry in theirs.get("wangsets", [])}
    wanted = {entry["name"]: entry for entry in ours.get("wangsets", [])}
    merged = [entry for name, entry in held.items() if name not in wanted and f"wangset {name}" not in scope]
    first = []
    for name, entry in wanted.items():
        old = dict(held.get(name, entry))
        colors = {color["name"]: color for color in old.get("colors", [])}
        kept = ("color", "probability", "properties")
        old["colors"] = [
            {**color, **{key: colors[color["name"]][key] for key in kept if key in colors.get(color["name"], {})}}
            for color in entry["colors"]
        ]
        first.append({**old, "name": name, "type": entry["type"], "wangtiles": entry["wangtiles"]})
    theirs.pop("wangsets", None)
    if first or merged:
        theirs["wangsets"] = first + merged
