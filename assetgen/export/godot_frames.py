"""Godot's SpriteFrames: an animation for each tag, merged with what the editor added."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from assetgen.export.base import Context, Keys, Output, OwnedKeys
from assetgen.export.regions import Region, Texture, View, relative
from assetgen.export.tres import (
    Document,
    Section,
    document,
    meaning,
    parse,
    parse_value,
    quoted,
    raw_items,
    real,
    references,
    texture,
)
from assetgen.model.built import Built, BuiltAnimation, BuiltTag

_SPEED = 10  # frames a second: a frame's `duration` is then a tenth of its milliseconds over ten
_SCOPE = "godot:tags"


def sprite_frames(built: Built, view: View, animation: BuiltAnimation, uid: str, context: Context) -> Output | None:
    """`animations/N.tres` over the animation's sheet or its pages; None if neither was written."""
    places = view.places(animation)
    if not places:
        return None
    path = f"animations/{animation.name}.tres"
    files = tuple(dict.fromkeys(places[name][0].file for tag in animation.tags for name in tag.frames))
    text = _document(animation, places, files, path, uid).write()
    tags = tuple(tag.name for tag in animation.tags)
    before = context.recall(built, animation.name, _SCOPE, json.dumps(tags))
    owned = OwnedKeys(
        content=text,
        scope=tags,
        before=tuple(json.loads(before)),
        read=partial(_read, file=path, known=files, uid=uid),
        join=partial(_join, file=path, known=files, content=text, scope=tags, before=tuple(json.loads(before))),
    )
    return Output(path, text, animation.name, pictures=files, owned=owned)


def atlas_region(region: Region) -> dict[str, str]:
    """Properties of an AtlasTexture: the cut, and the transparent rim that was trimmed off."""
    found = {"region": f"Rect2({region.x}, {region.y}, {region.w}, {region.h})"}
    if region.trimmed:
        width, height = region.size
        found["margin"] = f"Rect2({region.ox}, {region.oy}, {width - region.w}, {height - region.h})"
    return {**found, "filter_clip": "true"}


def metadata(pivot: tuple[int, int], hitbox: tuple[int, int, int, int] | None) -> dict[str, str]:
    """Geometry that Godot has no field for: `get_meta("pivot")`."""
    found = {"metadata/pivot": f"Vector2i({pivot[0]}, {pivot[1]})"}
    if hitbox is not None:
        x, y, w, h = hitbox
        found["metadata/hitbox"] = f"Rect2i({x}, {y}, {w}, {h})"
    return found


def _document(
    animation: BuiltAnimation,
    places: Mapping[str, tuple[Texture, Region]],
    files: tuple[str, ...],
    path: str,
    uid: str,
) -> Document:
    made = document("SpriteFrames", uid)
    keys = {file: f"{number}_sheet" for number, file in enumerate(files, 1)}
    for file, key in keys.items():
        made.external[key] = texture(relative(file, path), key)
    entries = []
    for tag in animation.tags:
        frames = []
        for step, (name, time) in enumerate(zip(tag.frames, tag.durations, strict=True)):
            page, region = places[name]
            key = f"AtlasTexture_{tag.name}_{step:02d}"
            properties = {"atlas": f'ExtResource("{keys[page.file]}")', **atlas_region(region)}
            made.parts[key] = Section("sub_resource", {"type": '"AtlasTexture"', "id": quoted(key)}, properties)
            frames.append(f'{{\n"duration": {real(time * _SPEED / 1000)},\n"texture": SubResource("{key}")\n}}')
        entries.append(_entry(tag, frames))
    made.resource.properties["animations"] = f"[{', '.join(entries)}]"
    made.resource.properties.update(metadata(animation.pivot, animation.hitbox))
    return made


def _entry(tag: BuiltTag, frames: list[str]) -> str:
    loop = "false" if tag.loop == "once" else "true"
    return (
        f'{{\n"frames": [{", ".join(frames)}],\n"loop": {loop},\n"name": &{quoted(tag.name)},\n'
        f'"speed": {real(_SPEED)}\n}}'
    )


def _read(text: str, scope: tuple[str, ...], *, file: str, known: tuple[str, ...], uid: str) -> Keys:
    """The resource's uid, and of each of our tags its loop and its frames' time, picture, region and margin."""
    found = parse(text)
    keys: dict[str, Any] = {"uid": found.head.text("uid") or uid}  # a game that saves a resource leaves it out
    for entry in parse_value(found.resource.properties.get("animations", "[]")):
        if entry["name"] in scope:
            speed = float(entry.get("speed", 5.0))
            keys[f"animation {entry['name']}"] = {
                "loop": bool(entry.get("loop", True)),
                "frames": [_frame(found, item, speed, file, known) for item in entry["frames"]],
            }
    return keys


def _frame(found: Document, item: Mapping[str, Any], speed: float, file: str, known: tuple[str, ...]) -> Any:
    time = round(float(item.get("duration", 1.0)) / speed * 1000, 3) if speed else 0.0
    kind, key = (*item["texture"], "", "")[:2] if item["texture"] else ("", "")
    part = found.parts.get(key)
    if kind != "SubResource" or part is None:
        return [time, _picture(found, kind, key, file, known), None, None]
    properties = part.properties
    atlas = (*parse_value(properties.get("atlas", '[""]')), "", "")[:2]
    region = parse_value(properties.get("region", "Rect2(0, 0, 0, 0)"))[1:]
    margin = parse_value(properties.get("margin", "Rect2(0, 0, 0, 0)"))[1:]
    return [time, _picture(found, str(atlas[0]), str(atlas[1]), file, known), region, margin]


def _picture(found: Document, kind: str, key: str, file: str, known: tuple[str, ...]) -> str:
    section = found.external.get(key) if kind == "ExtResource" else None
    return meaning(section.text("path"), file, known) if section else ""


def _join(
    existing: str,
    *,
    file: str,
    known: tuple[str, ...],
    content: str,
    scope: tuple[str, ...],
    before: tuple[str, ...],
) -> str:
    """Our animations as `content` has them; those of the editor with their sub-resources, and its other properties."""
    ours, theirs = parse(content), parse(existing)
    kept = [
        raw
        for raw in raw_items(theirs.resource.properties.get("animations", "[]"))
        if parse_value(raw)["name"] not in {*scope, *before}
    ]
    for number, raw in enumerate(kept):
        kept[number] = adopt(ours, theirs, raw)
    entries = [*raw_items(ours.resource.properties["animations"]), *kept]
    keep_properties(ours, theirs)
    ours.resource.properties["animations"] = f"[{', '.join(entries)}]"
    keep_pictures(ours, theirs, file, known)
    return ours.write()


def keep_properties(ours: Document, theirs: Document) -> None:
    """Adds the other document's properties that ours lacks, with what they refer to."""
    for key, raw in theirs.resource.properties.items():
        if key not in ours.resource.properties:
            ours.resource.properties[key] = adopt(ours, theirs, raw)
    for key, part in theirs.parts.items():
        if key in ours.parts and part.attributes.get("type") == ours.parts[key].attributes.get("type"):
            for name, raw in part.properties.items():
                # a margin that we do not write is no margin, not one of the editor's
                if name != "margin" and name not in ours.parts[key].properties:
                    ours.parts[key].properties[name] = adopt(ours, theirs, raw)


def keep_pictures(ours: Document, theirs: Document, file: str, known: Iterable[str]) -> None:
    """Keeps the uid and path form that Godot gave to a picture which is still the same one."""
    known = tuple(known)
    given = {meaning(section.text("path"), file, known): section for section in theirs.external.values()}
    for section in ours.external.values():
        same = given.get(meaning(section.text("path"), file, known))
        if same is not None:
            section.attributes = {**same.attributes, "id": section.attributes["id"]}


def adopt(ours: Document, theirs: Document, raw: str) -> str:
    """`raw` of the other document, with all it refers to taken over; ids that clash are renamed."""
    for kind, key in references(raw):
        source, target = (theirs.external, ours.external) if kind == "ExtResource" else (theirs.parts, ours.parts)
        section = source.get(key)
        if section is None:
            continue
        held = target.get(key)
        if held is not None and held.write() == section.write():
            continue
        new = key
        while new in target:
            new += "_"
        copy = Section(section.kind, {**section.attributes, "id": quoted(new)})
        if kind == "SubResource":
            copy.properties = {name: adopt(ours, theirs, value) for name, value in section.properties.items()}
        target[new] = copy
        raw = raw.replace(f'{kind}("{key}")', f'{kind}("{new}")')
    return raw
