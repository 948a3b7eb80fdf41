"""Defold: `.atlas` files that name pictures, which Defold packs itself, and `.tilesource` files over tile sheets.

Paths are absolute inside the Defold project (`root`: its folder relative to the manifest, default the manifest's own).
Defold has one rate an animation: `rate` finds the lowest at which every duration is a whole number of steps.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from assetgen.export.base import Context, Output, option
from assetgen.export.names import equal_names, flat, missing_roles
from assetgen.export.regions import animations, file_of, frame_roles, sprites, tilesets
from assetgen.model.built import Built, BuiltAnimation, BuiltAsset, BuiltSprite, BuiltTileset
from assetgen.model.errors import AssetError
from assetgen.model.layout import Loop
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "defold"
needs = frozenset({"single", "frames", "sheet"})
always = frozenset({"sprite:single", "animation:frames", "tileset:sheet"})
options = frozenset({"root"})
_TOLERANCE = 0.01


def check(manifest: Manifest) -> list[Problem]:
    """Animation ids have no `/`; the pictures that Defold packs must be written."""
    return equal_names(manifest, name, flat) + missing_roles(manifest, name, always)


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`animations/N.defold.atlas`, `sprites/N.defold.atlas`, `atlases/A.defold.atlas`, `tilesets/N.tilesource`."""
    root = str(option(engine, "root", "."))
    for atlas_name, atlas in sorted(built.atlases.items()):
        members = [built.assets[member] for member in atlas.members if member in built.assets]
        blocks, pictures = _blocks(built, members, root, context)
        if blocks:
            text = _atlas(blocks, extrude=max(2, atlas.extrude))
            yield Output(f"atlases/{atlas_name}.defold.atlas", text, f"atlas:{atlas_name}", pictures=tuple(pictures))
    loose: list[BuiltAsset] = [*sprites(built), *animations(built)]
    for asset in loose:
        blocks, pictures = _blocks(built, [asset], root, context) if built.atlas_of(asset.name) is None else ([], [])
        if blocks:
            folder = "sprites" if isinstance(asset, BuiltSprite) else "animations"
            path = f"{folder}/{asset.name}.defold.atlas"
            yield Output(path, _atlas(blocks, extrude=2), asset.name, pictures=tuple(pictures))
    for tileset in tilesets(built):
        file = file_of(built, tileset.name, "sheet")
        if file is not None:
            text = _tile_source(tileset, _absolute(file, root, context), context)
            yield Output(f"tilesets/{tileset.name}.tilesource", text, tileset.name, pictures=(file,))


def rate(durations: Sequence[int]) -> tuple[int, list[int]]:
    """Steps a second, and how many of them each frame lasts: the lowest rate that is true within one percent."""
    for fps in range(1, 1001):
        steps = [max(1, round(time * fps / 1000)) for time in durations]
        if all(
            abs(count * 1000 / fps - time) <= _TOLERANCE * time for count, time in zip(steps, durations, strict=True)
        ):
            return fps, steps
    raise AssertionError("a thousand steps a second hold every millisecond")


def _absolute(file: str, root: str, context: Context) -> str:
    return "/" + posixpath.relpath(posixpath.join(context.output, file), root)


def _playback(loop: Loop) -> str:
    return "PLAYBACK_ONCE_FORWARD" if loop == "once" else "PLAYBACK_LOOP_FORWARD"


def _blocks(built: Built, members: Sequence[BuiltAsset], root: str, context: Context) -> tuple[list[str], list[str]]:
    """Text blocks of the members whose pictures were written, and those pictures. AssetError where two tags of an atlas
    would have one id."""
    blocks: list[str] = []
    files: list[str] = []
    owners: dict[str, str] = {}
    prefix = len(members) > 1
    for member in members:
        if isinstance(member, BuiltSprite):
            file = file_of(built, member.name, "single")
            if file is not None:
                blocks.append(f'images {{\n  image: "{_absolute(file, root, context)}"\n}}\n')
                files.append(file)
        elif isinstance(member, BuiltAnimation):
            for tag in member.tags:
                found = [file_of(built, member.name, role) for role in frame_roles(tag)]
                pictures = [file for file in found if file is not None]
                if len(pictures) < len(found):
                    continue
                fps, steps = rate(tag.durations)
                images = [
                    f'  images {{\n    image: "{_absolute(file, root, context)}"\n  }}\n'
                    for file, count in zip(pictures, steps, strict=True)
                    for _ in range(count)
                ]
                label = f"{flat(member.name)}_{tag.name}" if prefix else tag.name
                other = owners.setdefault(label, member.name)
                if other != member.name:
                    message = f"defold: animations of {member.name!r} and {other!r} are both {label}: rename one"
                    raise AssetError(message, asset=member.name)
                blocks.append(
                    f'animations {{\n  id: "{label}"\n{"".join(images)}  playback: {_playback(tag.loop)}\n'
                    f"  fps: {fps}\n  flip_horizontal: 0\n  flip_vertical: 0\n}}\n"
                )
                files += pictures
    return blocks, list(dict.fromkeys(files))


def _atlas(blocks: Sequence[str], extrude: int) -> str:
    return "".join(blocks) + f"margin: 0\nextrude_borders: {extrude}\ninner_padding: 0\n"


def _tile_source(tileset: BuiltTileset, image: str, context: Context) -> str:
    width, height = tileset.tile_size
    lines = [
        f'image: "{image}"',
        f"tile_width: {width}",
        f"tile_height: {height}",
        f"tile_margin: {tileset.margin}",
        f"tile_spacing: {tileset.spacing}",
        'collision: ""',
        'material_tag: "tile"',
        'collision_groups: "default"',
    ]
    for tile in tileset.tiles:
        if tile.animation:
            lines += _tile_animation(tileset.name, tile.id, tile.animation, context)
    return "\n".join([*lines, f"extrude_borders: {max(2, tileset.extrude)}", ""])


def _tile_animation(owner: str, tile: int, animation: Sequence[tuple[int, int]], context: Context) -> list[str]:
    """A run of neighbouring tiles, each for one step: all that a tile source can say."""
    first = animation[0][0]
    fps, steps = rate([time for _, time in animation])
    if [step for step, _ in animation] != list(range(first, first + len(animation))) or set(steps) != {1}:
        context.warn(owner, f"defold: the animation of tile {tile} is no even run of neighbouring tiles: left out")
        return []
    return [
        "animations {",
        f'  id: "tile_{tile}"',
        f"  start_tile: {first + 1}",
        f"  end_tile: {first + len(animation)}",
        "  playback: PLAYBACK_LOOP_FORWARD",
        f"  fps: {fps}",
        "}",
    ]
