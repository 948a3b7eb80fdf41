"""Godot 4: SpriteFrames for animations, TileSets, AtlasTextures (StyleBoxTextures for nine-slices) for packed sprites.

Paths are relative to each resource, so that the output folder may lie anywhere in the project.
"""

from __future__ import annotations

from collections.abc import Iterable

from assetgen.export.base import Context, Output
from assetgen.export.godot_frames import atlas_region, metadata, sprite_frames
from assetgen.export.godot_tiles import blob_set, tile_set
from assetgen.export.names import missing_project, missing_roles
from assetgen.export.regions import Region, View, animations, file_of, relative, sprites, tilesets
from assetgen.export.tres import document, real, texture, uid
from assetgen.model.built import Built, BuiltSprite
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "godot"
needs = frozenset({"single", "sheet", "atlas"})
always = frozenset({"tileset:sheet"})
options: frozenset[str] = frozenset()


def check(manifest: Manifest) -> list[Problem]:
    """Uids are derived from `project`; TileSets need the tile sheets."""
    return missing_project(manifest, name) + missing_roles(manifest, name, always)


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`animations/N.tres`, `tilesets/N.tres`, `atlases/A/SPRITE.tres`; `sprites/N.tres` for unpacked nine-slices."""
    view = View(built)
    for sprite in sprites(built):
        output = _sprite(built, view, sprite, context)
        if output is not None:
            yield output
    for animation in animations(built):
        found = sprite_frames(built, view, animation, _uid(built, context, animation.name, "animation"), context)
        if found is not None:
            yield found
    for tileset in tilesets(built):
        found = tile_set(built, tileset, _uid(built, context, tileset.name, "tileset"), context)
        if found is not None:
            yield found
        for sheet in tileset.sheets:
            if sheet.kind.startswith("blob47"):
                found = blob_set(built, tileset, sheet, _uid(built, context, tileset.name, sheet.label), context)
                if found is not None:
                    yield found


def _uid(built: Built, context: Context, owner: str, kind: str) -> str:
    return context.unique(
        built, owner, f"godot:uid:{kind}", lambda added: uid(built.project or "", kind, owner + added)
    )


def _sprite(built: Built, view: View, sprite: BuiltSprite, context: Context) -> Output | None:
    atlas = built.atlas_of(sprite.name)
    if atlas is not None and sprite.frame.name in atlas.placements:
        page = view.pages(atlas)[atlas.placements[sprite.frame.name].page]
        path, file, region = f"atlases/{atlas.name}/{sprite.name}.tres", page.file, page.regions[sprite.frame.name]
    else:
        single = file_of(built, sprite.name, "single")
        if single is None or sprite.nine_slice is None:
            return None
        width, height = sprite.frame.size
        path, file = f"sprites/{sprite.name}.tres", single
        region = Region(
            sprite.name, sprite.name, 0, 0, width, height, 0, 0, (width, height), sprite.pivot, sprite.frame.pixels,
            sprite.hitbox, sprite.nine_slice,
        )  # fmt: skip
    kind = "AtlasTexture" if sprite.nine_slice is None else "StyleBoxTexture"
    made = document(kind, _uid(built, context, sprite.name, "sprite"))
    made.external["1_picture"] = texture(relative(file, path), "1_picture")
    reference = 'ExtResource("1_picture")'
    if sprite.nine_slice is None:
        made.resource.properties = {"atlas": reference, **atlas_region(region)}
    else:
        made.resource.properties = {"texture": reference, **_style_box(region)}
    made.resource.properties.update(metadata(sprite.pivot, sprite.hitbox))
    return Output(path, made.write(), sprite.name, pictures=(file,))


def _style_box(region: Region) -> dict[str, str]:
    """A nine-slice over the cut; what was trimmed off is given back by shrinking the box that is drawn."""
    inner = region.inner_slice or (0, 0, 0, 0)
    trimmed = (region.ox, region.oy, region.right, region.below)
    found = {}
    for side, value in zip(("left", "top", "right", "bottom"), inner, strict=True):
        found[f"texture_margin_{side}"] = real(value)
    for side, value in zip(("left", "top", "right", "bottom"), trimmed, strict=True):
        if value:
            found[f"expand_margin_{side}"] = real(-value)
    return {**found, "region_rect": f"Rect2({region.x}, {region.y}, {region.w}, {region.h})"}
