"""Bevy: a `TextureAtlasLayout` in RON and, since that has no names, a JSON file of names beside it.

The layout knows no trim: `offset` and `size` in the names file tell where a cut lies in its whole frame. The sheet of
an unpacked animation is an untrimmed grid, of which the layout can as well be made by `from_grid`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assetgen.export.base import Context, Output
from assetgen.export.jsontext import dumps
from assetgen.export.regions import Region, TextureSet, View, relative
from assetgen.model.built import Built
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "bevy"
needs = frozenset({"single", "sheet", "atlas"})
always: frozenset[str] = frozenset()
options: frozenset[str] = frozenset()


def check(manifest: Manifest) -> list[Problem]:
    """Nothing: names are keys of a map."""
    return []


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`A-0.ron` and `A-0.names.json` of every page; `animations/N.ron` and names over an unpacked sheet."""
    for group in View(built).sets():
        for index, texture in enumerate(group.textures):
            stem = group.page_stem(index)
            layout = f"{stem}.ron"
            yield Output(layout, _layout(texture.size, texture.regions.values()), group.owner, pictures=(texture.file,))
            names = f"{stem}.names.json"
            yield Output(names, _names(group, index, names), group.owner, pictures=(texture.file,))


def _layout(size: tuple[int, int], regions: Iterable[Region]) -> str:
    rects = "".join(
        f"    (min: ({r.x}, {r.y}), max: ({r.x + r.w}, {r.y + r.h})),\n"  # max is exclusive
        for r in regions
    )
    return f"(\n  size: ({size[0]}, {size[1]}),\n  textures: [\n{rects}  ],\n)\n"


def _names(group: TextureSet, index: int, path: str) -> str:
    texture = group.textures[index]
    numbers = {frame: number for number, frame in enumerate(texture.regions)}
    tags = {
        tag.key: {
            "indices": [numbers[frame] for frame in tag.tag.frames],
            "durations_ms": list(tag.tag.durations),
            "loop": tag.tag.loop != "once",
        }
        for tag in group.tags
        if all(frame in numbers for frame in tag.tag.frames)
    }
    frames = {frame: _frame(numbers[frame], region) for frame, region in texture.regions.items()}
    return dumps({"image": relative(texture.file, path), "frames": frames, "animations": tags}, width=160)


def _frame(number: int, region: Region) -> dict[str, Any]:
    found: dict[str, Any] = {
        "index": number,
        "offset": [region.ox, region.oy],
        "size": list(region.size),
        "pivot": list(region.pivot),
    }
    if region.hitbox is not None:
        found["hitbox"] = list(region.hitbox)
    if region.nine_slice is not None:
        found["nine_slice"] = dict(zip(("left", "top", "right", "bottom"), region.nine_slice, strict=True))
    return found
