"""cocos2d: a format 3 plist for each page, and the animations as a second plist for its animation cache.

`spriteOffset` is the centre of the cut minus the centre of the frame, y up. Where the difference of sizes is odd
that is half a pixel, and the sprite would land between pixels: such a cut is widened by a transparent row or column
where the atlas has one to spare.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from math import gcd
from typing import Any

from msgspec.structs import replace

from assetgen.export.base import Context, Output
from assetgen.export.regions import Region, Tag, Texture, TextureSet, View, relative
from assetgen.model.built import Built
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "cocos2d"
needs = frozenset({"single", "sheet", "atlas"})
always: frozenset[str] = frozenset()
options: frozenset[str] = frozenset()


def check(manifest: Manifest) -> list[Problem]:
    """Nothing: names are keys of a dictionary."""
    return []


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`A-0.plist` of every page, `animations/N.plist` over an unpacked sheet, `….animations.plist` beside them."""
    for group in View(built).sets():
        atlas = built.atlases.get(group.name) if group.packed else None
        spare = atlas is not None and atlas.padding > 0 and atlas.extrude == 0
        plists = [f"{group.page_stem(index)}.plist" for index in range(len(group.textures))]
        for path, texture in zip(plists, group.textures, strict=True):
            yield Output(path, _sheet(texture, path, spare), group.owner, pictures=(texture.file,))
        if group.tags:
            yield Output(f"{group.stem}.animations.plist", _animations(group, plists), group.owner)


def even(region: Region, page: tuple[int, int], spare: bool) -> Region:
    """The region with a cut whose centre lies on whole pixels of the frame, where `spare` transparent pixels allow."""
    if spare and (region.size[0] - region.w) % 2 and region.right > 0 and region.x + region.w < page[0]:
        region = replace(region, w=region.w + 1)
    if spare and (region.size[1] - region.h) % 2 and region.below > 0 and region.y + region.h < page[1]:
        region = replace(region, h=region.h + 1)
    return region


def _half(double: int) -> str:
    return str(double // 2) if double % 2 == 0 else str(double / 2)


def _record(region: Region) -> dict[str, Any]:
    width, height = region.size
    across = 2 * region.ox + region.w - width
    up = height - 2 * region.oy - region.h
    x, y = region.anchor
    return {
        "aliases": [],
        "anchor": f"{{{x},{round(1 - y, 6)}}}",
        "spriteOffset": f"{{{_half(across)},{_half(up)}}}",
        "spriteSize": f"{{{region.w},{region.h}}}",
        "spriteSourceSize": f"{{{width},{height}}}",
        "textureRect": f"{{{{{region.x},{region.y}}},{{{region.w},{region.h}}}}}",
        "textureRotated": False,
    }


def _sheet(texture: Texture, path: str, spare: bool) -> str:
    image = relative(texture.file, path)
    width, height = texture.size
    frames = {frame: _record(even(region, texture.size, spare)) for frame, region in texture.regions.items()}
    about = {
        "format": 3,
        "pixelFormat": "RGBA8888",
        "premultiplyAlpha": False,
        "realTextureFileName": image,
        "size": f"{{{width},{height}}}",
        "textureFileName": image,
    }
    return _plist({"frames": frames, "metadata": about})


def _animations(group: TextureSet, plists: list[str]) -> str:
    folder = posixpath.dirname(group.stem) or "."
    sheets = [posixpath.relpath(path, folder) for path in plists]
    cycles = {tag.key: _cycle(tag) for tag in group.tags}
    return _plist({"animations": cycles, "properties": {"format": 2, "spritesheets": sheets}})


def _cycle(tag: Tag) -> dict[str, Any]:
    unit = gcd(*tag.tag.durations)
    steps = zip(tag.tag.frames, tag.tag.durations, strict=True)
    return {
        "delayPerUnit": unit / 1000,
        "frames": [{"delayUnits": float(time // unit), "spriteframe": frame} for frame, time in steps],
        # cocos2d has no "for ever" here: the game wraps the action in RepeatForever
        "loops": 1,
        "restoreOriginalFrame": False,
    }


def _plist(value: Any) -> str:
    import plistlib

    return plistlib.dumps(value, sort_keys=True).decode()
