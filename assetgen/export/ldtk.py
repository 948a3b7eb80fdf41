"""LDtk: a project with the tileset, an IntGrid layer and the rules that draw it.

Corner sets: each IntGrid cell is a corner point, and the tile between four of them is drawn half a tile to the right
and down. Blob sheets: a rule for each neighbourhood of a cell. Owned: our tileset, our layer's values and rule group;
levels, entities, enums and everything else belong to the editor.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from assetgen.export import ldtk_json as make
from assetgen.export.base import Context, Keys, Output, OwnedKeys
from assetgen.export.jsontext import dumps
from assetgen.export.names import equal_names, missing_project, missing_roles, plain
from assetgen.export.regions import autotile_size, blob_blocks, file_of, relative, tileset_size, tilesets
from assetgen.export.tiled_model import COLORS
from assetgen.export.tres import meaning
from assetgen.model.built import AutotileSheet, Built, BuiltTileset, Size
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "ldtk"
needs = frozenset({"sheet"})
always = frozenset({"tileset:sheet"})
options: frozenset[str] = frozenset()
_CELLS = (16, 12)
_TILESET = ("__cWid", "__cHei", "identifier", "uid", "relPath", "pxWid", "pxHei", "tileGridSize", "spacing", "padding")


def identifier(text: str) -> str:
    """Letters, digits and `_`, a capital first: `ui/key-2` is `Ui_key_2`."""
    word = plain(text)
    return word[:1].upper() + word[1:]


def check(manifest: Manifest) -> list[Problem]:
    """Identifiers are letters, digits and `_`; ids are derived from `project`; tilesets need their sheets."""
    found = equal_names(manifest, name, identifier, kinds=["tileset"]) + missing_roles(manifest, name, always)
    return found + missing_project(manifest, name)


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`tilesets/N.ldtk`, and `tilesets/N-blob47.ldtk` for a blob sheet; square tiles only, as LDtk has."""
    for tileset in tilesets(built):
        file = file_of(built, tileset.name, "sheet")
        if file is not None and _square(tileset.name, tileset.tile_size, context):
            yield _corner_project(built, tileset, file, context)
        for sheet in tileset.sheets:
            file = file_of(built, tileset.name, f"sheet:{sheet.label}")
            if file is not None and sheet.kind.startswith("blob47") and _square(tileset.name, sheet.tile_size, context):
                yield _blob_project(built, tileset, sheet, file, context)


def _square(owner: str, tile: Size, context: Context) -> bool:
    if tile[0] == tile[1]:
        return True
    context.warn(owner, f"ldtk: its tiles are {tile[0]}×{tile[1]}, LDtk's are square: no file")
    return False


class _Ids:
    """Numbers and iids of one project, fixed in the lock under one seed."""

    def __init__(self, built: Built, owner: str, kind: str, context: Context) -> None:
        project = built.project or ""
        self.seed = context.unique(built, owner, f"ldtk:{kind}", lambda added: make.iid(project, owner + added, kind))

    def uid(self, *parts: str) -> int:
        return make.uid(self.seed, *parts)

    def iid(self, *parts: str) -> str:
        return make.iid(self.seed, *parts)


def _corner_project(built: Built, tileset: BuiltTileset, file: str, context: Context) -> Output:
    ids = _Ids(built, tileset.name, "sheet", context)
    path = f"tilesets/{tileset.name}.ldtk"
    values = context.numbers(built, tileset.name, "ldtk:value:", tileset.terrains)
    rules = []
    by_corners: dict[tuple[int, ...], list[int]] = {}
    for tile in tileset.tiles:
        if tile.corners is not None and all(tile.corners):
            by_corners.setdefault(tuple(values[corner] for corner in tile.corners if corner), []).append(tile.id)
    for (top_left, top_right, bottom_left, bottom_right), tiles in sorted(by_corners.items()):
        pattern = [0, 0, 0, 0, top_left, top_right, 0, bottom_left, bottom_right]
        rules.append(
            make.rule(ids.uid("rule", *map(str, pattern)), tiles, pattern, bottom_right, tileset.tile_size[0] // 2)
        )
    definition = make.tileset_def(
        identifier(tileset.name),
        ids.uid("tileset"),
        relative(file, path),
        tileset_size(tileset),
        tileset.tile_size[0],
        tileset.spacing,
        tileset.margin,
    )
    ground = _ground(tileset, values)
    return _output(tileset.name, path, file, ids, definition, values, rules, ground)


def _blob_project(built: Built, tileset: BuiltTileset, sheet: AutotileSheet, file: str, context: Context) -> Output:
    ids = _Ids(built, tileset.name, sheet.label, context)
    path = f"tilesets/{tileset.name}-{sheet.label}.ldtk"
    values: dict[str, int] = {}
    rules = []
    for value, block in enumerate(blob_blocks(tileset, sheet), 1):
        values[block.name] = value
        for cell, mask in block.cells:
            rules.append(make.rule(ids.uid("rule", block.name, str(mask)), [cell], blob_pattern(mask, value), None, 0))
    definition = make.tileset_def(
        identifier(f"{tileset.name}_{sheet.label}"),
        ids.uid("tileset"),
        relative(file, path),
        autotile_size(sheet),
        sheet.tile_size[0],
        0,
        0,
    )
    ground = [[int((x - 7) ** 2 + (y - 5) ** 2 < 14) for x in range(_CELLS[0])] for y in range(_CELLS[1])]
    return _output(tileset.name, path, file, ids, definition, values, rules, ground)


def blob_pattern(mask: int, value: int = 1) -> list[int]:
    """A neighbourhood as LDtk's 3×3 pattern: `value` inside, its negative not, 0 where it does not matter."""
    north, east, south, west = (bool(mask & flag) for flag in (1, 4, 16, 64))

    def corner(flag: int, first: bool, second: bool) -> int:
        """Corners behind a side that is outside do not matter."""
        return side(bool(mask & flag)) if first and second else 0

    def side(present: bool) -> int:
        return value if present else -value

    return [
        *(corner(128, north, west), side(north), corner(2, north, east)),
        *(side(west), value, side(east)),
        *(corner(32, south, west), side(south), corner(8, south, east)),
    ]


def _ground(tileset: BuiltTileset, values: dict[str, int]) -> list[list[int]]:
    """Corner points of a small level: a blob of the inside terrain in the outside one."""
    pairs = tileset.pairs or ((tileset.terrains[:2],) if len(tileset.terrains) > 1 else ())
    columns, rows = _CELLS
    if not pairs:
        return [[0] * columns for _ in range(rows)]
    inside, outside = (values[terrain] for terrain in pairs[0][:2])
    return [[inside if (x - 7) ** 2 + (y - 5) ** 2 < 14 else outside for x in range(columns)] for y in range(rows)]


def _output(
    owner: str,
    path: str,
    file: str,
    ids: _Ids,
    definition: dict[str, Any],
    values: dict[str, int],
    rules: list[Any],
    ground: list[list[int]],
) -> Output:
    grid = definition["tileGridSize"]
    listed = [
        make.int_grid_value(value, plain(terrain), COLORS[(value - 1) % len(COLORS)].upper())
        for terrain, value in sorted(values.items(), key=lambda item: item[1])
    ]
    groups = [make.rule_group(ids.uid("rules"), "assetgen", rules)] if rules else []
    layer = make.layer_def("Ground", ids.uid("layer"), grid, definition["uid"], listed, groups)
    number = ids.uid("level")
    instance = make.layer_instance(layer, definition, number, ids.iid("ground"), ground)
    size = (len(ground[0]) * grid, len(ground) * grid)
    level = make.level("Sample", number, ids.iid("level"), size, instance)
    text = dumps(make.project(ids.seed, grid, [layer], [definition], [level], ids.iid("world")))
    scope = (str(definition["uid"]), str(layer["uid"]), str(ids.uid("rules")))
    owned = OwnedKeys(text, scope, scope, partial(_read, file=path), partial(_join, content=text, scope=scope))
    return Output(path, text, owner, pictures=(file,), owned=owned)


def _parse(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict) or "defs" not in found:
        raise ValueError("no LDtk project")
    return found


def _by_uid(entries: Iterable[dict[str, Any]], number: str) -> dict[str, Any] | None:
    return next((entry for entry in entries if str(entry.get("uid")) == number), None)


def _read(text: str, scope: tuple[str, ...], *, file: str) -> Keys:
    """Our tileset's grid and picture, our layer's values, our rules' tiles and patterns."""
    found = _parse(text)
    keys: dict[str, Any] = {}
    tileset = _by_uid(found["defs"]["tilesets"], scope[0])
    if tileset is not None:
        keys["tileset"] = {key: tileset.get(key) for key in _TILESET}
        keys["tileset"]["relPath"] = meaning(str(tileset.get("relPath")), file)
    layer = _by_uid(found["defs"]["layers"], scope[1])
    if layer is not None:
        keys["values"] = [[value["value"], value["identifier"]] for value in layer["intGridValues"]]
        keys["layer tileset"] = layer["tilesetDefUid"]
        group = _by_uid(layer["autoRuleGroups"], scope[2])
        if group is not None:
            keys |= {
                f"rule {rule['uid']}": [rule["tileRectsIds"], rule["pattern"], rule.get("tileXOffset", 0)]
                for rule in group["rules"]
            }
    return keys


def _join(existing: str, *, content: str, scope: tuple[str, ...]) -> str:
    """Our tileset, values and rules into the project that the editor saved."""
    theirs, ours = _parse(existing), _parse(content)
    _put(theirs["defs"]["tilesets"], ours["defs"]["tilesets"][0], _TILESET)
    layer = ours["defs"]["layers"][0]
    held = _by_uid(theirs["defs"]["layers"], scope[1])
    if held is None:
        theirs["defs"]["layers"].append(layer)
    else:
        colors = {value["value"]: value for value in held["intGridValues"]}
        held["intGridValues"] = [
            {**colors.get(value["value"], value), "identifier": value["identifier"]} for value in layer["intGridValues"]
        ]
        held["tilesetDefUid"] = layer["tilesetDefUid"]
        for group in layer["autoRuleGroups"]:
            _put(held["autoRuleGroups"], group, ("rules",))
    return dumps(theirs)


def _put(entries: list[dict[str, Any]], ours: dict[str, Any], keys: Iterable[str]) -> None:
    """Our keys into the entry of our uid; the whole entry at the end where there is none."""
    held = _by_uid(entries, str(ours["uid"]))
    if held is None:
        entries.append(ours)
    else:
        held.update({key: ours[key] for key in keys})
