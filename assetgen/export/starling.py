"""Starling's (Sparrow's) XML, one file a page: negative trim offsets, pivots in pixels of the whole frame."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from assetgen.export.base import Context, Output
from assetgen.export.regions import Region, Texture, View, relative
from assetgen.model.built import Built
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "starling"
needs = frozenset({"single", "sheet", "atlas"})
always: frozenset[str] = frozenset()
options: frozenset[str] = frozenset()


def check(manifest: Manifest) -> list[Problem]:
    """Nothing: names are attribute values."""
    return []


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`A-0.xml` of every page, and `animations/N.xml` over the sheet of an unpacked animation."""
    for group in View(built).sets():
        for index, texture in enumerate(group.textures):
            path = f"{group.page_stem(index)}.xml"
            yield Output(path, _text(texture, path), group.owner, pictures=(texture.file,))


def _text(texture: Texture, path: str) -> str:
    width, height = texture.size
    image = quoteattr(relative(texture.file, path))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<TextureAtlas imagePath={image} width="{width}" height="{height}">',
    ]
    return "\n".join([*lines, *map(_sub_texture, texture.regions.values()), "</TextureAtlas>", ""])


def _sub_texture(region: Region) -> str:
    rect = f'x="{region.x}" y="{region.y}" width="{region.w}" height="{region.h}"'
    frame = ""
    if region.trimmed:
        width, height = region.size
        frame = f' frameX="{-region.ox}" frameY="{-region.oy}" frameWidth="{width}" frameHeight="{height}"'
    pivot = f' pivotX="{region.pivot[0]}" pivotY="{region.pivot[1]}"'
    return f"  <SubTexture name={quoteattr(region.name)} {rect}{frame}{pivot}/>"
