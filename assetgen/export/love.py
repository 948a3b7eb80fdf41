"""LÖVE: a Lua table that is pure data, and for unpacked animations the plain grid that anim8 wants.

Times are seconds, positions pixels from the top left. `ox oy` are where the cut lies in the whole frame of `sw` by
`sh`, `px py` the pivot in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from assetgen.export.base import Context, Output
from assetgen.export.regions import (
    Region,
    Tag,
    TextureSet,
    View,
    file_of,
    relative,
    tile_origin,
    tileset_size,
    tilesets,
)
from assetgen.export.shapes import number
from assetgen.model.built import Built, BuiltTile, BuiltTileset
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem
from assetgen.model.request import Json

name = "love"
needs = frozenset({"single", "sheet", "atlas"})
always: frozenset[str] = frozenset()
options: frozenset[str] = frozenset()


def check(manifest: Manifest) -> list[Problem]:
    """Nothing: keys are quoted, and no name has a dot, which `require` could not take."""
    return []


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`atlases/A.lua`, `animations/N.lua` over the sheet of an unpacked animation, `tilesets/N.lua`."""
    for group in View(built).sets():
        path = f"{group.stem}.lua"
        yield Output(path, _text(group, path), group.owner, pictures=group.pages)
    for tileset in tilesets(built):
        file = file_of(built, tileset.name, "sheet")
        if file is not None:
            path = f"tilesets/{tileset.name}.lua"
            yield Output(path, _tileset(tileset, relative(file, path)), tileset.name, pictures=(file,))


def quoted(text: str) -> str:
    """A Lua string: what `%q` would write, on one line."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return '"' + plain.replace("\0", "\\0") + '"'


def _text(group: TextureSet, path: str) -> str:
    first = group.textures[0]
    head = f"image={quoted(relative(first.file, path))}, width={first.size[0]}, height={first.size[1]}"
    lines = ["return {", f"  {head},"]
    if not group.packed and group.tags:
        region = first.regions[group.tags[0].tag.frames[0]]
        lines.append(f"  grid={{width={region.w}, height={region.h}}},")
    lines.append("  pages={")
    lines += [
        f"    {{image={quoted(relative(page.file, path))}, width={page.size[0]}, height={page.size[1]}}},"
        for page in group.textures
    ]
    lines += ["  },", "  frames={"]
    for page_number, page in enumerate(group.textures, 1):
        lines += [f"    [{quoted(frame)}]={_frame(region, page_number)}," for frame, region in page.regions.items()]
    lines += ["  },", "  animations={"]
    lines += [f"    [{quoted(tag.key)}]={_animation(tag, row, group.packed)}," for row, tag in enumerate(group.tags, 1)]
    return "\n".join([*lines, "  },", "}", ""])


def _frame(region: Region, page: int) -> str:
    fields = [
        f"page={page}, x={region.x}, y={region.y}, w={region.w}, h={region.h}, ox={region.ox}, oy={region.oy}",
        f"sw={region.size[0]}, sh={region.size[1]}, px={region.pivot[0]}, py={region.pivot[1]}, rotated=false",
    ]
    if region.hitbox is not None:
        x, y, w, h = region.hitbox
        fields.append(f"hitbox={{x={x}, y={y}, w={w}, h={h}}}")
    if region.nine_slice is not None:
        left, top, right, bottom = region.nine_slice
        fields.append(f"nine_slice={{left={left}, top={top}, right={right}, bottom={bottom}}}")
    return "{" + ", ".join(fields) + "}"


def _animation(tag: Tag, row: int, packed: bool) -> str:
    frames = ", ".join(quoted(frame) for frame in tag.tag.frames)
    durations = ", ".join(number(time / 1000) for time in tag.tag.durations)
    loop = "false" if tag.tag.loop == "once" else "true"
    grid = "" if packed else f', row={row}, columns="1-{len(tag.tag.frames)}"'
    return f"{{frames={{{frames}}}, durations={{{durations}}}, loop={loop}{grid}}}"


def _tileset(tileset: BuiltTileset, image: str) -> str:
    """Tiles in order; `x y` their place in the picture, `corners` the terrains TL TR BL BR."""
    width, height = tileset_size(tileset)
    lines = [
        "return {",
        f"  image={quoted(image)}, width={width}, height={height},",
        f"  tile={{width={tileset.tile_size[0]}, height={tileset.tile_size[1]}}},",
        f"  columns={tileset.columns}, margin={tileset.margin}, spacing={tileset.spacing},",
        f"  terrains={_list(tileset.terrains)},",
        "  tiles={",
        *(f"    {_tile(tileset, tile)}," for tile in tileset.tiles),
        "  },",
        "}",
        "",
    ]
    return "\n".join(lines)


def _list(names: Iterable[str | None]) -> str:
    return "{" + ", ".join("false" if name is None else quoted(name) for name in names) + "}"


def _tile(tileset: BuiltTileset, tile: BuiltTile) -> str:
    x, y = tile_origin(tileset, tile.id)
    fields = [f"id={tile.id}, x={x}, y={y}"]
    if tile.corners is not None:
        fields.append(f"corners={_list(tile.corners)}")
    if tile.probability != 1.0:
        fields.append(f"probability={number(tile.probability)}")
    if tile.animation:
        steps = ", ".join(f"{{id={step}, duration={number(time / 1000)}}}" for step, time in tile.animation)
        fields.append(f"animation={{{steps}}}")
    if tile.properties:
        pairs = (f"[{quoted(key)}]={_value(value)}" for key, value in sorted(tile.properties.items()))
        fields.append(f"properties={{{', '.join(pairs)}}}")
    return "{" + ", ".join(fields) + "}"


def _value(value: Json) -> str:
    """A JSON value as a Lua literal; null is `false`, since a nil would leave a hole."""
    if isinstance(value, bool) or value is None:
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{quoted(str(key))}]={_value(item)}" for key, item in value.items()) + "}"
    return "{" + ", ".join(map(_value, value)) + "}" if isinstance(value, list | tuple) else quoted(str(value))
