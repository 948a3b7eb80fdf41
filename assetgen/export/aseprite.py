"""Aseprite's JSON: frames in play order, one frame tag a tag, pivot and hitbox as slices.

The hash form numbers its frames "0", "1", …, which Phaser asks for; `form: array` names them, which other readers want.
A repeated frame is a further entry: tags are ranges.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assetgen.export.base import Context, Output, option
from assetgen.export.jsontext import dumps
from assetgen.export.names import in_use
from assetgen.export.regions import Region, Texture, View, animations, relative
from assetgen.model.built import Built, BuiltAnimation
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "aseprite"
needs = frozenset({"sheet", "atlas"})
always: frozenset[str] = frozenset()
options = frozenset({"form"})
_FORMS = ("hash", "array")


def check(manifest: Manifest) -> list[Problem]:
    """`form` must be hash or array."""
    entry = in_use(manifest, name)
    if entry is None or option(entry, "form", "hash") in _FORMS:
        return []
    return [Problem(entry.at("form"), f"aseprite: form is {entry.options['form']!r}, expected hash or array")]


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`animations/N.aseprite.json` over the animation's sheet, or over its page if it is packed."""
    array = option(engine, "form", "hash") == "array"
    view = View(built)
    for animation in animations(built):
        places = view.places(animation)
        textures = {texture.file: texture for texture, _ in places.values()}
        if len(textures) > 1:
            context.warn(
                animation.name, "aseprite: its frames lie on several pages, which one file cannot hold: no file"
            )
            continue
        for texture in textures.values():
            path = f"animations/{animation.name}.aseprite.json"
            text = _text(animation, texture, relative(texture.file, path), array)
            yield Output(path, text, animation.name, pictures=(texture.file,))


def _frame(region: Region, duration: int) -> dict[str, Any]:
    return {
        "frame": {"x": region.x, "y": region.y, "w": region.w, "h": region.h},
        "rotated": False,
        "trimmed": region.trimmed,
        "spriteSourceSize": {"x": region.ox, "y": region.oy, "w": region.w, "h": region.h},
        "sourceSize": {"w": region.size[0], "h": region.size[1]},
        "duration": duration,
    }


def _text(animation: BuiltAnimation, texture: Texture, image: str, array: bool) -> str:
    steps = [step for tag in animation.tags for step in zip(tag.frames, tag.durations, strict=True)]
    records = [_frame(texture.regions[frame], duration) for frame, duration in steps]
    frames: Any
    if array:
        frames = [{"filename": step[0], **found} for step, found in zip(steps, records, strict=True)]
    else:
        frames = {str(number): found for number, found in enumerate(records)}
    width, height = texture.size
    return dumps(
        {
            "frames": frames,
            "meta": {
                "app": "http://www.aseprite.org/",
                "version": "1.3",
                "image": image,
                "format": "RGBA8888",
                "size": {"w": width, "h": height},
                "scale": "1",
                "frameTags": _tags(animation),
                "layers": [],
                "slices": _slices(animation),
            },
        },
        width=200,
    )


def _tags(animation: BuiltAnimation) -> list[dict[str, Any]]:
    found, start = [], 0
    for tag in animation.tags:
        entry = {
            "name": tag.name,
            "from": start,
            "to": start + len(tag.frames) - 1,
            "direction": "forward",
            "color": "#000000ff",
        }
        found.append({**entry, "repeat": "1"} if tag.loop == "once" else entry)
        start += len(tag.frames)
    return found


def _slices(animation: BuiltAnimation) -> list[dict[str, Any]]:
    """Aseprite has pivots on slices only: one over the whole cell, named `pivot`."""
    (width, height), (x, y) = animation.cell, animation.pivot
    whole = {"frame": 0, "bounds": {"x": 0, "y": 0, "w": width, "h": height}, "pivot": {"x": x, "y": y}}
    found = [{"name": "pivot", "color": "#0000ffff", "keys": [whole]}]
    if animation.hitbox is not None:
        left, top, wide, high = animation.hitbox
        bounds = {"x": left, "y": top, "w": wide, "h": high}
        found.append({"name": "hitbox", "color": "#ff0000ff", "keys": [{"frame": 0, "bounds": bounds}]})
    return found
