"""What of a TileSet is ours, and how a build leaves the rest as Godot's editor saved it.

Owned: texture, margins, separation, region size, which tiles exist, their animation, probability and terrain bits, the
terrains' names. Seeded (ours until somebody changes them): collision polygons and custom data. Kept: everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from assetgen.export.base import Keys
from assetgen.export.godot_frames import adopt, keep_pictures
from assetgen.export.shapes import three_way
from assetgen.export.tres import Document, Section, meaning, parse, parse_value, quoted, references

TERRAIN = "terrain="
_CELL = re.compile(r"(\d+):(\d+)/(.*)", re.DOTALL)
_SOURCE = re.compile(r"sources/(\d+)")
_OWNED_TILE = re.compile(r"0/probability$")
_TERRAIN_TILE = re.compile(r"0/(terrain_set|terrain|terrains_peering_bit/\w+)$")
_ANIMATION = re.compile(r"animation_(columns|separation|speed|frame_\d+/duration|frames_count|mode)$")
_POLYGON = re.compile(r"0/physics_layer_0/polygon_\d+/points$")
_CUSTOM = re.compile(r"0/custom_data_(\d+)$")
_TERRAIN_NAME = re.compile(r"terrain_set_0/terrain_(\d+)/name")
_LAYER_NAME = re.compile(r"custom_data_layer_(\d+)/name")
_GRID = {"texture": None, "margins": [0, 0], "separation": [0, 0], "texture_region_size": [16, 16]}


def sources(found: Document) -> dict[str, Section]:
    """Atlas sources by id."""
    result = {}
    for key, raw in found.resource.properties.items():
        match = _SOURCE.fullmatch(key)
        refs = references(raw) if match else []
        if match and refs and refs[0][1] in found.parts:
            result[match.group(1)] = found.parts[refs[0][1]]
    return result


def _tiles(source: Section) -> dict[str, dict[str, str]]:
    """Properties of each cell, by `X:Y`, without that prefix."""
    cells: dict[str, dict[str, str]] = {}
    for key, raw in source.properties.items():
        match = _CELL.fullmatch(key)
        if match:
            cells.setdefault(f"{match.group(1)}:{match.group(2)}", {})[match.group(3)] = raw
    return cells


def pack_scope(made: Document, terrains: tuple[int, ...]) -> str:
    """Our tiles and terrains as text for the lock: `0=0:0-3,1:0-3;terrain=0,1` (source, row, columns)."""
    parts = []
    for source, section in sources(made).items():
        rows: dict[int, list[int]] = {}
        for cell in _tiles(section):
            column, row = map(int, cell.split(":"))
            rows.setdefault(row, []).append(column)
        runs = [
            f"{row}:{start}-{end}" for row, columns in sorted(rows.items()) for start, end in _runs(sorted(columns))
        ]
        parts.append(f"{source}={','.join(runs)}")
    if terrains:
        parts.append(TERRAIN + ",".join(map(str, terrains)))
    return ";".join(parts)


def _runs(values: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for value in values:
        if runs and value == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return runs


def unpack_scope(text: str) -> tuple[str, ...]:
    """`0/0:0` for each tile, `terrain=0` for each terrain."""
    found = []
    for part in filter(None, text.split(";")):
        source, _, runs = part.partition("=")
        if part.startswith(TERRAIN):
            found += [TERRAIN + index for index in runs.split(",")]
            continue
        for run in filter(None, runs.split(",")):
            row, _, columns = run.partition(":")
            first, _, last = columns.partition("-")
            found += [f"{source}/{column}:{row}" for column in range(int(first), int(last) + 1)]
    return tuple(found)


class Seeds(Struct, frozen=True):
    """Collision and custom data as written: by `SOURCE/X:Y`, polygons as lists of numbers, data by layer name."""

    polygons: Mapping[str, list[list[float]]] = field(default_factory=dict)
    data: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @staticmethod
    def of(found: Document) -> Seeds:
        layers = _layer_names(found)
        shapes, data = {}, {}
        for source, section in sources(found).items():
            for cell, properties in _tiles(section).items():
                lists = [parse_value(raw)[1:] for key, raw in sorted(properties.items()) if _POLYGON.match(key)]
                named = {
                    layers[match.group(1)]: parse_value(raw)
                    for match, raw in ((_CUSTOM.match(key), raw) for key, raw in properties.items())
                    if match and match.group(1) in layers
                }
                if lists:
                    shapes[f"{source}/{cell}"] = lists
                if named:
                    data[f"{source}/{cell}"] = named
        return Seeds(shapes, data)

    def to_json(self) -> list[Any]:
        return [dict(self.polygons), {key: dict(value) for key, value in self.data.items()}]

    @staticmethod
    def from_json(value: list[Any]) -> Seeds:
        return Seeds(value[0], value[1])


def _layer_names(found: Document) -> dict[str, str]:
    pairs = ((_LAYER_NAME.fullmatch(key), raw) for key, raw in found.resource.properties.items())
    return {match.group(1): str(parse_value(raw)) for match, raw in pairs if match}


def read(text: str, scope: tuple[str, ...], *, file: str, known: Iterable[str], uid: str) -> Keys:
    """The owned keys of a TileSet, defaults filled in. `uid` is ours: a game that saves a resource leaves it out."""
    found, known = parse(text), tuple(known)
    ours = {entry for entry in scope if not entry.startswith(TERRAIN)}
    terrains = {entry.removeprefix(TERRAIN) for entry in scope if entry.startswith(TERRAIN)}
    resource = found.resource.properties
    keys: dict[str, Any] = {
        "uid": found.head.text("uid") or uid,
        "tile_size": parse_value(resource.get("tile_size", "Vector2i(16, 16)"))[1:],
    }
    if terrains:
        keys["terrain mode"] = parse_value(resource.get("terrain_set_0/mode", "0"))
        names = ((_TERRAIN_NAME.fullmatch(key), raw) for key, raw in resource.items())
        keys |= {match.group(): parse_value(raw) for match, raw in names if match and match.group(1) in terrains}
    held = {entry.partition("/")[0] for entry in ours}
    for source, section in sources(found).items():
        if source in held:
            keys[f"source {source}"] = _grid(found, section, file, known)
            for cell, properties in _tiles(section).items():
                if f"{source}/{cell}" in ours and "0" in properties:
                    keys[f"tile {source}/{cell}"] = _tile_keys(properties, bool(terrains))
    return keys


def _grid(found: Document, section: Section, file: str, known: tuple[str, ...]) -> dict[str, Any]:
    grid: dict[str, Any] = {}
    for key, default in _GRID.items():
        raw = section.properties.get(key)
        if key == "texture":
            picture = found.external.get(references(raw)[0][1]) if raw and references(raw) else None
            grid[key] = meaning(picture.text("path"), file, known) if picture else ""
        else:
            grid[key] = parse_value(raw)[1:] if raw else default
    return grid


def _tile_keys(properties: Mapping[str, str], terrains: bool) -> dict[str, Any]:
    frames = {key: parse_value(raw) for key, raw in properties.items() if key.endswith("/duration")}
    found: dict[str, Any] = {"probability": float(parse_value(properties.get("0/probability", "1.0")))}
    if len(frames) > 1 or "animation_columns" in properties:
        found["columns"] = parse_value(properties.get("animation_columns", "0"))
        speed = float(parse_value(properties.get("animation_speed", "1.0")))
        found["seconds"] = [
            round(float(frames[f"animation_frame_{step}/duration"]) / speed, 4) for step in range(len(frames))
        ]
    if terrains:
        bits = {key: parse_value(raw) for key, raw in properties.items() if _TERRAIN_TILE.match(key)}
        found["terrain"] = {key: value for key, value in bits.items() if value != -1}
    return found


def join(
    existing: str,
    *,
    file: str,
    known: Iterable[str],
    content: str,
    scope: tuple[str, ...],
    before: tuple[str, ...],
    last: Seeds,
) -> str:
    """The existing TileSet with our keys as `content` has them."""
    ours, theirs = parse(content), parse(existing)
    keep_pictures(ours, theirs, file, known)
    theirs.head.attributes["uid"] = ours.head.attributes["uid"]
    layers = _join_layers(ours, theirs)
    wanted, present, seeds = sources(ours), sources(theirs), Seeds.of(ours)
    for source in {entry.partition("/")[0] for entry in before if not entry.startswith(TERRAIN)} - set(wanted):
        theirs.resource.properties.pop(f"sources/{source}", None)
    for source, section in wanted.items():
        if source not in present:
            raw = ours.resource.properties[f"sources/{source}"]
            theirs.resource.properties[f"sources/{source}"] = adopt(theirs, ours, raw)
            continue
        section.properties["texture"] = adopt(theirs, ours, section.properties["texture"])
        merged = _join_source(source, section, present[source], {*scope, *before})
        _join_seeds(source, merged, last, seeds, layers)
        present[source].properties = _flatten(merged)
    _join_resource(ours, theirs)
    _drop_unused(theirs)
    return theirs.write()


def _join_source(source: str, ours: Section, theirs: Section, scope: set[str]) -> dict[str, dict[str, str]]:
    """Properties by cell (`""`: of the source itself)."""
    terrains = any(entry.startswith(TERRAIN) for entry in scope)
    kept = {key: raw for key, raw in theirs.properties.items() if not _CELL.fullmatch(key) and key not in _GRID}
    merged = {"": {**{key: ours.properties[key] for key in _GRID if key in ours.properties}, **kept}}
    wanted, present = _tiles(ours), _tiles(theirs)
    covered = _covered(wanted)
    for cell in sorted({*wanted, *present}, key=lambda text: [int(part) for part in reversed(text.split(":"))]):
        if cell not in wanted:
            if f"{source}/{cell}" not in scope and cell not in covered:
                merged[cell] = present[cell]
            continue
        rest = {key: raw for key, raw in present.get(cell, {}).items() if not _is_ours(key, terrains)}
        front = {key: raw for key, raw in rest.items() if not key[0].isdigit()}
        owned = {k: raw for k, raw in wanted[cell].items() if not _POLYGON.match(k) and not _CUSTOM.match(k)}
        animation = {key: raw for key, raw in owned.items() if _ANIMATION.match(key)}
        merged[cell] = {**front, **animation, **owned, **{k: raw for k, raw in rest.items() if k not in front}}
    return merged


def _is_ours(key: str, terrains: bool) -> bool:
    if key == "0" or _ANIMATION.match(key) or _OWNED_TILE.match(key):
        return True
    return bool(terrains and _TERRAIN_TILE.match(key))


def _covered(cells: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Cells under an animation of ours, its own first cell left out."""
    found: set[str] = set()
    for cell, properties in cells.items():
        count = sum(key.endswith("/duration") for key in properties)
        column, row = map(int, cell.split(":"))
        wrap = int(properties.get("animation_columns", "0")) or max(count, 1)
        found |= {f"{column + step % wrap}:{row + step // wrap}" for step in range(1, count)}
    return found


def _join_layers(ours: Document, theirs: Document) -> dict[str, str]:
    """Index in the existing file of each of our custom data layers, by name; new ones take the next free index."""
    names = {name: index for index, name in _layer_names(theirs).items()}
    resource = ours.resource.properties
    for index, name in _layer_names(ours).items():
        if name not in names:
            free = str(max((int(value) for value in names.values()), default=-1) + 1)
            names[name] = free
            theirs.resource.properties[f"custom_data_layer_{free}/name"] = resource[f"custom_data_layer_{index}/name"]
            theirs.resource.properties[f"custom_data_layer_{free}/type"] = resource[f"custom_data_layer_{index}/type"]
    return names


def _join_seeds(
    source: str,
    merged: dict[str, dict[str, str]],
    last: Seeds,
    seeds: Seeds,
    layers: Mapping[str, str],
) -> None:
    """Collision polygons and custom data: ours where nobody changed what we wrote last, else as they are."""
    for cell, properties in merged.items():
        at = f"{source}/{cell}"
        held = [parse_value(raw)[1:] for key, raw in sorted(properties.items()) if _POLYGON.match(key)]
        shapes = three_way(held, last.polygons.get(at, []), seeds.polygons.get(at, [])) or []
        if shapes != held:
            for key in [key for key in properties if _POLYGON.match(key)]:
                del properties[key]
            for index, shape in enumerate(shapes):
                values = ", ".join(str(value) for value in shape)
                properties[f"0/physics_layer_0/polygon_{index}/points"] = f"PackedVector2Array({values})"
        for name in {*last.data.get(at, {}), *seeds.data.get(at, {})}:
            key = f"0/custom_data_{layers[name]}" if name in layers else ""
            value = parse_value(properties[key]) if key in properties else None
            new = three_way(value, last.data.get(at, {}).get(name), seeds.data.get(at, {}).get(name))
            if new is None:
                properties.pop(key, None)
            elif new != value:
                properties[key] = _raw(new)


def _raw(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else str(value)


def _flatten(merged: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {f"{cell}/{key}" if cell else key: raw for cell, found in merged.items() for key, raw in found.items()}


def _join_resource(ours: Document, theirs: Document) -> None:
    """The TileSet's own properties: ours where owned, added where missing; colours as the editor has them."""
    target = theirs.resource.properties
    for key, raw in ours.resource.properties.items():
        owned = key in ("tile_size", "terrain_set_0/mode") or bool(_TERRAIN_NAME.fullmatch(key))
        if owned or (key not in target and not key.startswith(("sources/", "custom_data_layer_"))):
            target[key] = raw


def _drop_unused(found: Document) -> None:
    """Removes pictures and sub-resources that nothing refers to any more."""
    while True:
        values = [*found.resource.properties.values()]
        values += [raw for part in found.parts.values() for raw in part.properties.values()]
        used = {reference for raw in values for reference in references(raw)}
        parts = [key for key in found.parts if ("SubResource", key) not in used]
        external = [key for key in found.external if ("ExtResource", key) not in used]
        if not parts and not external:
            return
        for key in parts:
            del found.parts[key]
        for key in external:
            del found.external[key]
