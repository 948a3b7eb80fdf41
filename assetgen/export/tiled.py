"""Tiled: tilesets as `.tsx` and `.tsj` with wangsets, tile animations and variants, and a sample map."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from assetgen.export import tiled_json, tiled_xml
from assetgen.export.base import Context, Keys, Output, OwnedKeys
from assetgen.export.jsontext import dumps
from assetgen.export.names import missing_roles
from assetgen.export.regions import object_file, relative, tilesets
from assetgen.export.tiled_model import Tileset, blob_tileset, dual_tileset, main_tileset, object_tileset
from assetgen.model.built import Built, BuiltTileset
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "tiled"
needs = frozenset({"sheet"})
always = frozenset({"tileset:sheet"})
options: frozenset[str] = frozenset()
_MAP = (16, 12)


def check(manifest: Manifest) -> list[Problem]:
    """Tilesets need their sheets."""
    return missing_roles(manifest, name, always)


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`tilesets/N.tsx`, `.tsj` and a sample `N.tmx`; the same for synthesised sheets (no map) and objects."""
    for tileset in tilesets(built):
        for made in _parts(built, tileset, context):
            yield from _files(built, tileset.name, made, context)
            if made.name == tileset.name:
                path = f"tilesets/{tileset.name}.tmx"
                yield Output(path, sample_map(tileset, made, path), tileset.name, pictures=made.pictures)


def _parts(built: Built, tileset: BuiltTileset, context: Context) -> Iterator[Tileset]:
    made = main_tileset(built, tileset, context)
    if made is not None:
        yield made
    for sheet in tileset.sheets:
        found = None
        if sheet.kind.startswith("blob47"):
            found = blob_tileset(built, tileset, sheet)
        elif sheet.kind == "dual_grid":
            found = dual_tileset(built, tileset, sheet)
        if found is not None:
            yield found
    files = {frame.name: object_file(built, tileset, frame.name) for frame in tileset.objects}
    known = {key: file for key, file in files.items() if file is not None}
    for key in files.keys() - known.keys():
        context.warn(tileset.name, f"tiled: the object {key!r} has no picture of its own: left out")
    if len(known) == len(files):
        numbers = context.numbers(built, tileset.name, "tiled:object:", files, first=0)
        collection = object_tileset(tileset, known, numbers)
        if collection is not None:
            yield collection


def _files(built: Built, owner: str, made: Tileset, context: Context) -> Iterator[Output]:
    stem = f"tilesets/{made.name}"
    scope = tuple([f"tile {tile.id}" for tile in made.tiles] + [f"wangset {found.name}" for found in made.sets])
    before = tuple(json.loads(_last(built, owner, made.name, "scope", json.dumps(scope), context)))
    seeded = tiled_json.document(made, f"{stem}.tsj").get("tiles", [])
    seeds = {
        str(tile["id"]): {key: tile[key] for key in ("properties", "objectgroup") if key in tile}
        for tile in seeded
        if "properties" in tile or "objectgroup" in tile
    }
    last = json.loads(_last(built, owner, made.name, "seeds", json.dumps(seeds), context))
    both = frozenset({*scope, *before})
    for path, write, read, join in (
        (f"{stem}.tsj", dumps, _read_json, _join_json),
        (f"{stem}.tsx", tiled_xml.text, _read_xml, _join_xml),
    ):
        document = tiled_json.document(made, path)
        text = write(document)
        owned = OwnedKeys(
            content=text,
            scope=scope,
            before=before,
            read=partial(read, file=path),
            join=partial(join, ours=document, scope=both, last=last),
        )
        yield Output(path, text, owner, pictures=made.pictures, owned=owned)


def _last(built: Built, owner: str, name: str, word: str, value: str, context: Context) -> str:
    """`context.recall` under a purpose that a renamed tileset keeps; it once held the file's whole name."""
    former = built.ids.get(owner, {}).get(f"tiled:{word}:{name}")
    known = built.ids.get(owner, {}).get(f"tiled:{word}{name.removeprefix(owner)}")
    last = context.recall(built, owner, f"tiled:{word}{name.removeprefix(owner)}", value)
    return former if known is None and former is not None else last


def _read_json(text: str, scope: tuple[str, ...], *, file: str) -> Keys:
    return tiled_json.read(tiled_json.parse(text), scope, file=file)


def _read_xml(text: str, scope: tuple[str, ...], *, file: str) -> Keys:
    return tiled_json.read(tiled_xml.to_json(tiled_xml.parse(text)), scope, file=file)


def _join_json(existing: str, *, ours: dict[str, Any], scope: frozenset[str], last: dict[str, Any]) -> str:
    theirs = tiled_json.parse(existing)
    tiled_json.join(theirs, ours, scope, last)
    return dumps(theirs)


def _join_xml(existing: str, *, ours: dict[str, Any], scope: frozenset[str], last: dict[str, Any]) -> str:
    root = tiled_xml.parse(existing)
    before = tiled_xml.to_json(root)
    after = json.loads(json.dumps(before))
    tiled_json.join(after, ours, scope, last)
    tiled_xml.graft(root, before, after)
    return tiled_xml.write(root)


def sample_map(tileset: BuiltTileset, made: Tileset, path: str) -> str:
    """A small orthogonal map over the tileset: a lake of the first pair of terrains, else all tiles in rows."""
    columns, rows = _MAP
    cells = _terrain_cells(tileset) or _listed_cells(tileset)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<map version="{tiled_json.VERSION}" tiledversion="{tiled_json.TILED}" orientation="orthogonal" '
        f'renderorder="right-down" width="{columns}" height="{rows}" tilewidth="{made.tile_size[0]}" '
        f'tileheight="{made.tile_size[1]}" infinite="0" nextlayerid="2" nextobjectid="1">',
        f' <tileset firstgid="1" source="{relative(f"tilesets/{made.name}.tsx", path)}"/>',
        f' <layer id="1" name="ground" width="{columns}" height="{rows}">',
        '  <data encoding="csv">',
    ]
    text = [",".join(str(cell + 1) for cell in row) for row in cells]
    return "\n".join([*lines, ",\n".join(text), "</data>", " </layer>", "</map>", ""])


def _listed_cells(tileset: BuiltTileset) -> list[list[int]]:
    columns, rows = _MAP
    ids = [tile.id for tile in tileset.tiles]
    flat = [ids[number] if number < len(ids) else -1 for number in range(columns * rows)]
    return [flat[row * columns : (row + 1) * columns] for row in range(rows)]


def _terrain_cells(tileset: BuiltTileset) -> list[list[int]] | None:
    """Tile ids of a blob of one terrain in another, looked up by their corners; None if a tile is missing."""
    by_corners: dict[tuple[str | None, ...], int] = {}
    for tile in tileset.tiles:
        if tile.corners is not None:
            by_corners.setdefault(tile.corners, tile.id)
    pairs = tileset.pairs or (tileset.terrains[:2],)
    if len(pairs[0]) < 2:
        return None
    inside, outside = pairs[0]
    columns, rows = _MAP

    def point(x: int, y: int) -> str:
        """A lattice point's terrain: inside two overlapping circles."""
        near = min((x - 6) ** 2 + (y - 5) ** 2, (x - 10) ** 2 + (y - 7) ** 2)
        return inside if near <= 10 else outside

    cells = []
    for y in range(rows):
        row = []
        for x in range(columns):
            found = by_corners.get((point(x, y), point(x + 1, y), point(x, y + 1), point(x + 1, y + 1)))
            if found is None:
                return None
            row.append(found)
        cells.append(row)
    return cells
