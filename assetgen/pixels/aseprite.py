"""Aseprite documents: binary `.aseprite` files and the JSON that Aseprite exports beside a picture.

Both give a `Document`: flattened frames, durations, tags and slices. A reader of our own: the one on PyPI needs a
newer Python than we do, and untrusted files want bounds on what they may allocate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from msgspec import Struct

from assetgen.model.built import Box
from assetgen.model.errors import PictureError
from assetgen.model.jsontext import parse_json
from assetgen.model.layout import Cell, Loop, Tag
from assetgen.pixels.picture import DEFAULT_LIMITS, Limits, Picture, canonical

Direction = Literal["forward", "reverse", "pingpong", "pingpong_reverse"]
DIRECTIONS: tuple[Direction, ...] = ("forward", "reverse", "pingpong", "pingpong_reverse")


class FileTag(Struct, frozen=True):
    """A tag as the file has it: frames `first` to `last`; `repeat` 0 means for ever."""

    name: str
    first: int
    last: int
    direction: Direction = "forward"
    repeat: int = 0


class Slice(Struct, frozen=True):
    """A named box. `center` is the nine-patch's inner box and `pivot` a point, both relative to the box."""

    name: str
    box: Box
    center: Box | None = None
    pivot: tuple[int, int] | None = None

    @property
    def borders(self) -> tuple[int, int, int, int] | None:
        """The nine-patch's left, top, right and bottom border widths."""
        if self.center is None:
            return None
        left, top, width, height = self.center
        return left, top, max(0, self.box[2] - left - width), max(0, self.box[3] - top - height)


class Document(Struct, frozen=True):
    """Flattened frames of equal size, milliseconds each, tags, slices, and the palette (`rrggbb`, `rrggbbaa`)."""

    frames: tuple[Picture, ...]
    durations: tuple[int, ...]
    tags: tuple[FileTag, ...] = ()
    slices: tuple[Slice, ...] = ()
    palette: tuple[str, ...] = ()

    def resolved_tags(self, default: str) -> tuple[Tag, ...]:
        """The tags in the model's form: cells in play order, ping-pong written out. Without tags one, `default`."""
        tags = self.tags or (FileTag(default, 0, len(self.frames) - 1),)
        return tuple(self._resolved(tag) for tag in tags)

    def _resolved(self, tag: FileTag) -> Tag:
        order = list(range(tag.first, tag.last + 1))
        if tag.direction.endswith("reverse"):
            order.reverse()
        loop: Loop = "once" if tag.repeat == 1 else "repeat"
        if tag.direction.startswith("pingpong"):
            order += order[-2:0:-1]
            loop = "once" if tag.repeat in (1, 2) else "pingpong"
        return Tag(tag.name, tuple(Cell(index) for index in order), tuple(self.durations[i] for i in order), loop)


def is_document(data: bytes) -> bool:
    """Whether the content is a binary Aseprite file."""
    return len(data) >= 128 and data[4:6] == b"\xe0\xa5"


def read(data: bytes, what: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A binary `.aseprite` file, visible layers flattened as Aseprite draws them.

    RGBA, grey and indexed; groups, linked, compressed and tilemap cels, opacities, z-order. PictureError when damaged,
    beyond `limits`, or when a visible layer has a blend mode other than Normal.
    """
    from assetgen.pixels.aseprite_file import parse

    return parse(data, what, limits)


def read_palette(data: bytes, what: str) -> list[str]:
    """The palette of a binary `.aseprite` file."""
    from assetgen.pixels.aseprite_file import parse_palette

    return parse_palette(data, what)


def picture_name(data: bytes, what: str) -> str:
    """The name of the picture that belongs to an Aseprite JSON: relative to it, as the file says."""
    image = _document(data, what)["meta"].get("image")
    if not isinstance(image, str) or not image:
        raise PictureError(f"{what}: names no picture (`meta.image`): export it again with a sheet")
    return image.replace("\\", "/")


def read_json(data: bytes, picture: Picture, what: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The JSON of an Aseprite export (hash or array form) with its sheet: trimmed frames are put back in place.

    PictureError when it is no such file, or a frame lies outside the picture.
    """
    document = _document(data, what)
    listed = document["frames"]
    entries = list(listed.values()) if isinstance(listed, dict) else listed
    if not entries or len(entries) > limits.frames:
        raise PictureError(f"{what}: {len(entries)} frames, expected 1 to {limits.frames}")
    try:
        frames = _cut(entries, picture, limits)
        durations = tuple(_whole(entry.get("duration", 100), 1, 1 << 24) for entry in entries)
        tags = tuple(_json_tag(tag, len(frames)) for tag in document["meta"].get("frameTags") or ())
        slices = tuple(_json_slice(item) for item in document["meta"].get("slices") or ())
    except _Wrong as error:
        raise PictureError(f"{what}: {error}") from None
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise PictureError(f"{what}: not as Aseprite writes it ({type(error).__name__}: {error})") from None
    return Document(frames, durations, tags, slices)


class _Wrong(Exception):  # noqa: N818  (internal: becomes a PictureError that names the file)
    pass


def _document(data: bytes, what: str) -> dict[str, Any]:
    try:
        document = parse_json(data)
    except ValueError as error:
        raise PictureError(f"{what}: not valid JSON ({error})") from None
    meta = document.get("meta") if isinstance(document, dict) else None
    if not isinstance(meta, dict) or not isinstance(document.get("frames"), dict | list):
        raise PictureError(f"{what}: not an Aseprite JSON: it needs `frames` and `meta`")
    result: dict[str, Any] = document
    return result


def _whole(value: Any, low: int, high: int) -> int:
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or not low <= value <= high:
        raise _Wrong(f"expected a whole number from {low} to {high}, found {value!r}")
    return int(value)


def _box(entry: Mapping[str, Any]) -> Box:
    low, high = -(1 << 15), 1 << 15
    return (
        _whole(entry["x"], low, high),
        _whole(entry["y"], low, high),
        _whole(entry["w"], 0, high),
        _whole(entry["h"], 0, high),
    )


def _cut(entries: list[Any], picture: Picture, limits: Limits) -> tuple[Picture, ...]:
    sizes = {_source_size(entry) for entry in entries}
    if len(sizes) > 1:
        raise _Wrong(f"frames differ in size ({sorted(sizes)}): export without merging documents")
    width, height = sizes.pop()
    if width * height * len(entries) > limits.pixels:
        raise _Wrong(f"{len(entries)} frames of {width}×{height} are too much")
    return tuple(_frame(entry, picture, width, height) for entry in entries)


def _source_size(entry: Mapping[str, Any]) -> tuple[int, int]:
    size = entry.get("sourceSize") or entry["frame"]
    return _whole(size["w"], 1, 1 << 15), _whole(size["h"], 1, 1 << 15)


def _frame(entry: Mapping[str, Any], picture: Picture, width: int, height: int) -> Picture:
    if entry.get("rotated"):
        raise _Wrong("a frame is stored rotated, which Aseprite never does: export it from Aseprite itself")
    x, y, w, h = _box(entry["frame"])
    left, top = _box(entry["spriteSourceSize"])[:2] if "spriteSourceSize" in entry else (0, 0)
    if x < 0 or y < 0 or x + w > picture.shape[1] or y + h > picture.shape[0]:
        raise _Wrong(f"a frame at {x},{y} of {w}×{h} lies outside the picture of {picture.shape[1]}×{picture.shape[0]}")
    if left < 0 or top < 0 or left + w > width or top + h > height:
        raise _Wrong(f"a frame of {w}×{h} at {left},{top} lies outside its size {width}×{height}")
    result = np.zeros((height, width, 4), np.uint8)
    result[top : top + h, left : left + w] = picture[y : y + h, x : x + w]
    return canonical(result)


def _json_tag(tag: Mapping[str, Any], frames: int) -> FileTag:
    first = _whole(tag["from"], 0, frames - 1)
    last = _whole(tag["to"], first, frames - 1)
    direction = tag.get("direction", "forward")
    if direction not in DIRECTIONS:
        raise _Wrong(f"tag {tag['name']!r} has the unknown direction {direction!r}")
    return FileTag(str(tag["name"]), first, last, direction, _times(tag.get("repeat", 0)))


def _times(value: Any) -> int:
    """How often a tag is played; Aseprite writes it as text. 0 (for ever) for what is no small number."""
    if isinstance(value, str) and len(value) <= 5 and value.isdecimal():
        value = int(value)
    return value if type(value) is int and 0 <= value < 1 << 16 else 0


def _json_slice(item: Mapping[str, Any]) -> Slice:
    key = item["keys"][0]
    pivot = key.get("pivot")
    return Slice(
        str(item["name"]),
        _box(key["bounds"]),
        _box(key["center"]) if key.get("center") else None,
        (_whole(pivot["x"], -(1 << 15), 1 << 15), _whole(pivot["y"], -(1 << 15), 1 << 15)) if pivot else None,
    )
