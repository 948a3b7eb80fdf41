"""Phaser 3.60 to 4: multi-atlas JSON, animations, and a pack file that loads the lot.

Texture keys are the atlas's name, or the asset's where it is not packed. Phaser takes the durations of frames only if
every frame has one and the animation has neither `frameRate` nor `duration`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Any

from assetgen.export.base import Context, Output
from assetgen.export.jsontext import dumps
from assetgen.export.names import in_use
from assetgen.export.regions import (
    Region,
    TextureSet,
    View,
    animations,
    file_of,
    sheet_size,
    sprites,
    tilesets,
)
from assetgen.export.texturepacker import APP, meta, record
from assetgen.model.built import Built, BuiltAnimation, BuiltTag
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "phaser"
needs = frozenset({"single", "sheet", "atlas"})
always: frozenset[str] = frozenset()
options: frozenset[str] = frozenset()
ANIMATIONS = "phaser.anims.json"
PACK = "phaser.pack.json"


def check(manifest: Manifest) -> list[Problem]:
    """Texture keys are one namespace: an atlas and an unpacked asset of one name would replace each other."""
    if in_use(manifest, name) is None:
        return []
    message = "the atlas {0!r} and the asset {0!r} are one texture key for phaser: rename one of them"
    return [
        Problem(atlas.position, message.format(atlas.name))
        for atlas in manifest.atlases.values()
        if atlas.name in manifest.assets and manifest.atlas_of(atlas.name) is None
    ]


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`atlases/A.phaser.json`, `phaser.anims.json`, `phaser.pack.json`."""
    view = View(built)
    groups = view.atlas_sets()
    for group in groups:
        yield Output(_atlas_path(group), _multi_atlas(group), group.owner, pictures=group.pages)
    cycles = [cycle for group in groups for cycle in _packed_cycles(group)]
    files: list[dict[str, Any]] = [
        {"type": "multiatlas", "key": group.name, "url": _atlas_path(group), "path": "atlases/"} for group in groups
    ]
    pictures: list[str] = []
    for entry in _loose_files(built):
        pictures.append(entry["url"])
        files.append(entry)
    for animation in animations(built):
        if built.atlas_of(animation.name) is None and file_of(built, animation.name, "sheet"):
            cycles += _sheet_cycles(animation)
    owner = f"export:{name}"
    yield Output(ANIMATIONS, dumps({"anims": cycles, "globalTimeScale": 1}, width=160), owner)
    files.append({"type": "animation", "key": "assetgen", "url": ANIMATIONS})
    yield Output(PACK, dumps({"assetgen": {"files": files}, "meta": {"app": APP}}), owner, pictures=tuple(pictures))


def _atlas_path(group: TextureSet) -> str:
    return f"{group.stem}.phaser.json"


def _multi_atlas(group: TextureSet) -> str:
    path = _atlas_path(group)
    textures = []
    for texture in group.textures:
        about = meta(texture, path)
        frames = [_record(region) for region in texture.regions.values()]
        textures.append(
            {"image": about["image"], "format": about["format"], "size": about["size"], "scale": 1, "frames": frames}
        )
    return dumps({"textures": textures, "meta": {"app": APP, "version": "1.0"}}, width=200)


def _record(region: Region) -> dict[str, Any]:
    found = {"filename": region.name, **record(region)}
    inner = region.inner_slice
    if inner is not None:
        left, top, right, bottom = inner
        found["scale9Borders"] = {"x": left, "y": top, "w": region.w - left - right, "h": region.h - top - bottom}
    return found


def _cycle(key: str, tag: BuiltTag, frames: Iterable[dict[str, Any]]) -> dict[str, Any]:
    timed = [{**frame, "duration": time} for frame, time in zip(frames, tag.durations, strict=True)]
    return {"key": key, "type": "frame", "repeat": 0 if tag.loop == "once" else -1, "frames": timed}


def _packed_cycles(group: TextureSet) -> Iterable[dict[str, Any]]:
    for tag in group.tags:
        yield _cycle(tag.key, tag.tag, ({"key": group.name, "frame": frame} for frame in tag.tag.frames))


def _sheet_cycles(animation: BuiltAnimation) -> Iterable[dict[str, Any]]:
    """A sheet's frames are numbers in reading order, padding cells counted."""
    columns = sheet_size(animation)[0] // animation.cell[0]
    for row, tag in enumerate(animation.tags):
        frames = ({"key": animation.name, "frame": row * columns + step} for step in range(len(tag.frames)))
        yield _cycle(f"{animation.name}/{tag.name}", tag, frames)


def _loose_files(built: Built) -> Iterable[dict[str, Any]]:
    """Pack entries of the assets that have pictures of their own."""
    for sprite in sprites(built):
        file = file_of(built, sprite.name, "single")
        if file and built.atlas_of(sprite.name) is None:
            yield {"type": "image", "key": sprite.name, "url": file}
    for animation in animations(built):
        file = file_of(built, animation.name, "sheet")
        if file and built.atlas_of(animation.name) is None:
            width, height = animation.cell
            yield _spritesheet(animation.name, file, {"frameWidth": width, "frameHeight": height})
    for tileset in tilesets(built):
        width, height = tileset.tile_size
        frame = {"frameWidth": width, "frameHeight": height, "margin": tileset.margin, "spacing": tileset.spacing}
        file = file_of(built, tileset.name, "sheet")
        if file:
            yield _spritesheet(tileset.name, file, frame)
        for sheet in tileset.sheets:
            file = file_of(built, tileset.name, f"sheet:{sheet.label}")
            if file:
                cell = {"frameWidth": sheet.tile_size[0], "frameHeight": sheet.tile_size[1]}
                yield _spritesheet(posixpath.splitext(posixpath.relpath(file, "tilesets"))[0], file, cell)


def _spritesheet(key: str, file: str, frame: dict[str, int]) -> dict[str, Any]:
    return {"type": "spritesheet", "key": key, "url": file, "frameConfig": frame}
