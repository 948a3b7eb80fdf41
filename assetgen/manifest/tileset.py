"""What tilesets have beyond their source: terrains, tiles, objects, and the sheet's geometry."""

from __future__ import annotations

from typing import Any

from assetgen.manifest.expand import Expanded
from assetgen.manifest.messages import quoted
from assetgen.manifest.nodes import Items, Located, Map, Node
from assetgen.manifest.refs import World, asset_ref, resolve
from assetgen.manifest.steps import size_of
from assetgen.model.manifest import AssetRef, TileEntry, TilesetSpec
from assetgen.model.position import Position


def spec(entry: Expanded, world: World) -> TilesetSpec:
    """The tileset's own keys; references resolved."""
    values = entry.values
    objects = [resolve(value, world, "object", entry.where, "final") for value in values.get("objects") or ()]
    return TilesetSpec(
        tile_size=size_of(values.get("tile_size")),
        terrains=_terrains(entry, world),
        tiles=_tiles(entry, world),
        objects=tuple(ref for ref in objects if ref is not None),
        autotile=tuple(dict.fromkeys(values.get("autotile") or ())),
        columns=values.get("columns"),
        margin=values.get("margin") or 0,
        spacing=values.get("spacing") or 0,
        extrude=values.get("extrude") or 0,
    )


def _terrains(entry: Expanded, world: World) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    node = entry.node.entries.get("terrains")
    for name, pair in (entry.values.get("terrains") or {}).items():
        assert node is not None
        assert isinstance(node.value, Map)
        position = node.value.entries[name].position
        ref = asset_ref(Located.of(name, position), world, "terrain sheet", entry.where)
        if ref is None or not isinstance(pair, list) or len(pair) != 2:
            continue
        if world.entries[ref.name].kind != "tileset" or ref.piece is not None:
            tail = "expected a tileset of 4×5 corner tiles"
            world.problems.add(position, f"terrain sheet {quoted(name)} is no tileset", where=entry.where, tail=tail)
        elif pair[0] == pair[1]:
            head = f"inside and outside of {quoted(name)} are both {quoted(str(pair[0]))}"
            world.problems.add(position, head, where=entry.where, tail="give two terrains")
        else:
            found[name] = (pair[0], pair[1])
    return found


def _tiles(entry: Expanded, world: World) -> tuple[TileEntry, ...]:
    listed = entry.values.get("tiles")
    if not listed:
        return ()
    node = entry.node.entries["tiles"].value
    assert isinstance(node, Items)
    found: list[TileEntry] = []
    ids: dict[int, Position] = {}
    for value, item in zip(listed, node.items, strict=True):
        if isinstance(value, dict) and "animation" not in value and "of" not in value:
            found += _data(value, item, ids, entry, world)
            continue
        animated = isinstance(value, dict) and "animation" in value
        wanted = value["animation"] if animated else value
        ref = (
            asset_ref(wanted, world, "tile", entry.where, "final")
            if animated
            else resolve(wanted, world, "tile", entry.where, "final")
        )
        if ref is None:
            continue
        if animated and isinstance(ref, AssetRef) and world.entries[ref.name].kind != "animation":
            world.problems.add(item.position, f"{quoted(str(ref))} is no animation", where=entry.where)
        else:
            found.append(TileEntry(item.position, ref, animated, value.get("tag") if animated else None))
    return tuple(found)


def _data(
    value: dict[str, Any], item: Node, ids: dict[int, Position], entry: Expanded, world: World
) -> list[TileEntry]:
    found = []
    for key, data in value.items():
        if not key.isdigit() or not isinstance(data, dict):
            continue
        position = item.entries[key].position if isinstance(item, Map) else item.position
        number = int(key)
        if number in ids:
            tail = f"first at line {ids[number].line}"
            world.problems.add(position, f"tile {number} is described twice", where=entry.where, tail=tail)
            continue
        ids[number] = position
        collision = data.get("collision")
        found.append(
            TileEntry(
                position,
                id=number,
                properties=dict(data.get("properties") or {}),
                collision=None if collision == "none" else collision,
                probability=data.get("probability"),
            )
        )
    return found
