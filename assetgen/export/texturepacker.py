"""TexturePacker's JSON: the hash form that PixiJS reads as it is, and the records that Phaser's form shares."""

from __future__ import annotations

import posixpath
from typing import Any

from assetgen.export.base import Output
from assetgen.export.jsontext import Laid, dumps, laid
from assetgen.export.regions import Region, Texture, TextureSet, View
from assetgen.model.built import Built

APP = "assetgen"
_WIDTH = 200


def record(region: Region) -> dict[str, Any]:
    """A frame without its name: rect, trim and anchor as both engines read them."""
    width, height = region.size
    x, y = region.anchor
    return {
        "frame": {"x": region.x, "y": region.y, "w": region.w, "h": region.h},
        "rotated": False,
        "trimmed": region.trimmed,
        "spriteSourceSize": {"x": region.ox, "y": region.oy, "w": region.w, "h": region.h},
        "sourceSize": {"w": width, "h": height},
        "anchor": {"x": x, "y": y},
    }


def meta(texture: Texture, file: str) -> dict[str, Any]:
    width, height = texture.size
    return {
        "app": APP,
        "version": "1.0",
        "image": posixpath.relpath(texture.file, posixpath.dirname(file) or "."),
        "format": "RGBA8888",
        "size": {"w": width, "h": height},
        "scale": "1",
    }


def hash_record(region: Region) -> Laid:
    """`record` with the borders of a nine-slice, as it stands in a hash file."""
    width, height = region.size
    x, y = region.anchor
    members = [
        f'"frame": {{"x": {region.x}, "y": {region.y}, "w": {region.w}, "h": {region.h}}}',
        '"rotated": false',
        f'"trimmed": {"true" if region.trimmed else "false"}',
        f'"spriteSourceSize": {{"x": {region.ox}, "y": {region.oy}, "w": {region.w}, "h": {region.h}}}',
        f'"sourceSize": {{"w": {width}, "h": {height}}}',
        f'"anchor": {{"x": {x}, "y": {y}}}',
    ]
    if region.nine_slice is not None:
        left, top, right, bottom = region.nine_slice
        members.append(f'"borders": {{"left": {left}, "top": {top}, "right": {right}, "bottom": {bottom}}}')
    return laid(members, 2, width=_WIDTH)


def hash_text(group: TextureSet, index: int, files: tuple[str, ...]) -> str:
    """One page's hash file. `files` are the paths of all pages' hash files.

    A tag stands on the page that holds all its frames: PixiJS resolves names within one file only.
    """
    texture = group.textures[index]
    tags = {tag.key: list(tag.tag.frames) for tag in group.tags if all(n in texture.regions for n in tag.tag.frames)}
    about = meta(texture, files[index])
    others = [file for file in files if file != files[index]]
    if others:
        about["related_multi_packs"] = [posixpath.relpath(o, posixpath.dirname(files[index]) or ".") for o in others]
    frames = {name: hash_record(region) for name, region in texture.regions.items()}
    return dumps({"frames": frames, "animations": tags, "meta": about}, width=_WIDTH)


def core(built: Built) -> list[Output]:
    """`atlases/A-0.json` of every page: written with an atlas whatever the engines."""
    outputs = []
    for group in View(built).atlas_sets():
        files = tuple(page.data for page in built.atlases[group.name].pages)
        for index, path in enumerate(files):
            text = hash_text(group, index, files)
            outputs.append(Output(path, text, group.owner, pictures=(group.textures[index].file,)))
    return outputs
