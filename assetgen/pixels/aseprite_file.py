"""The binary Aseprite format: chunks to layers and cels, cels to flattened frames, with bounds on every size.

The format: https://github.com/aseprite/aseprite/blob/main/docs/ase-file-specs.md
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from assetgen.model.errors import PictureError
from assetgen.pixels.aseprite import DIRECTIONS, Document, FileTag, Slice
from assetgen.pixels.palettes import color_of
from assetgen.pixels.picture import Limits, Picture, canonical

_MAX_FILE = 64 << 20
_MAX_LAYERS = 4096
_VISIBLE, _BACKGROUND, _REFERENCE = 1, 8, 64
_GROUP = 1


class _Layer(Struct, frozen=True):
    flags: int
    kind: int
    level: int
    blend: int
    opacity: int
    name: str
    tileset: int = 0


class _Cel(Struct, frozen=True):
    """`pixels` raw as stored, (h, w, bytes a pixel). A linked cel is the cel it links to, in an earlier frame."""

    x: int
    y: int
    opacity: int
    order: int
    pixels: NDArray[np.uint8]


class _File(Struct):
    size: tuple[int, int]
    depth: int
    flags: int
    clear: int
    layers: list[_Layer] = field(default_factory=list)
    cels: list[dict[int, _Cel]] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)
    palette: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((256, 4), np.uint8))
    colors: int = 0
    palettes: list[NDArray[np.uint8]] = field(default_factory=list)
    tags: list[FileTag] = field(default_factory=list)
    slices: list[Slice] = field(default_factory=list)
    tilesets: dict[int, NDArray[np.uint8]] = field(default_factory=dict)
    budget: int = 0
    drawing: int = 0
    """Pixels that may still be drawn: cels that are linked cost nothing to unpack, again and again."""
    new_palette: bool = False


class _Wrong(Exception):  # noqa: N818  (internal: becomes a PictureError that names the file)
    pass


class _Reader:
    """Little-endian values from bytes, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def raw(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise _Wrong("ends too early: the file is cut short")
        part = self.data[self.at : self.at + count]
        self.at += count
        return part

    def text(self) -> str:
        (length,) = self.take("H")
        return self.raw(length).decode("utf-8", "replace")

    def rest(self) -> bytes:
        return self.data[self.at :]


def parse(data: bytes, what: str, limits: Limits) -> Document:
    """See `aseprite.read`."""
    file = _parsed(data, what, limits)
    try:
        frames = tuple(_flatten(file, index) for index in range(len(file.cels)))
    except _Wrong as error:
        raise PictureError(f"{what}: {error}") from None
    return Document(frames, tuple(file.durations), tuple(file.tags), tuple(file.slices), tuple(_colors(file)))


def parse_palette(data: bytes, what: str) -> list[str]:
    """See `aseprite.read_palette`."""
    return _colors(_parsed(data, what, Limits()))


def _colors(file: _File) -> list[str]:
    return [color_of(*row) for row in file.palette[: file.colors].tolist()]


def _parsed(data: bytes, what: str, limits: Limits) -> _File:
    try:
        if len(data) > _MAX_FILE:
            raise _Wrong(f"larger than {_MAX_FILE >> 20} MiB")
        return _read_file(_Reader(data), limits)
    except _Wrong as error:
        raise PictureError(f"{what}: {error}") from None
    except (struct.error, zlib.error) as error:
        raise PictureError(f"{what}: damaged or cut short ({error})") from None


def _read_file(reader: _Reader, limits: Limits) -> _File:
    _size, magic, frames, width, height, depth, flags, speed = reader.take("IHHHHHIH")
    reader.at = 28
    (clear,) = reader.take("B")
    if magic != 0xA5E0:
        raise _Wrong("is no Aseprite file")
    if depth not in (8, 16, 32):
        raise _Wrong(f"unknown colour depth of {depth} bits")
    if not (0 < frames <= limits.frames and width and height and width * height * frames <= limits.pixels):
        raise _Wrong(f"{frames} frames of {width}×{height}: nothing, or too much to unpack")
    file = _File((width, height), depth, flags, clear, budget=limits.pixels * 4, drawing=limits.pixels * 8)
    reader.at = 128
    for _ in range(frames):
        start = reader.at
        length, frame_magic, old_count, duration, _unused, count = reader.take("IHHHHI")
        if frame_magic != 0xF1FA or length < 16 or start + length > len(reader.data):
            raise _Wrong(f"frame {len(file.cels)} is damaged or cut short")
        file.cels.append({})
        file.durations.append(max(1, duration or speed))
        chunks = _Reader(reader.data[start + 16 : start + length])
        for _chunk in range(count or old_count % 0xFFFF):  # the old field is full when only the new one counts
            size, kind = chunks.take("IH")
            if size < 6:
                raise _Wrong(f"frame {len(file.cels) - 1} holds a damaged chunk")
            _read_chunk(file, kind, _Reader(chunks.raw(size - 6)))
        file.palettes.append(file.palette.copy())
        reader.at = start + length
    file.tags = [tag for tag in file.tags if tag.first <= tag.last < frames]
    return file


def _read_chunk(file: _File, kind: int, chunk: _Reader) -> None:
    if kind == 0x2004:
        _read_layer(file, chunk)
    elif kind == 0x2005:
        _read_cel(file, chunk)
    elif kind == 0x2018:
        _read_tags(file, chunk)
    elif kind == 0x2019:
        _read_palette(file, chunk)
    elif kind in (0x0004, 0x0011) and not file.new_palette:
        _read_old_palette(file, chunk, six_bits=kind == 0x0011)
    elif kind == 0x2022:
        _read_slice(file, chunk)
    elif kind == 0x2023:
        _read_tileset(file, chunk)


def _read_layer(file: _File, chunk: _Reader) -> None:
    flags, kind, level, _w, _h, blend, opacity = chunk.take("HHHHHHB")
    chunk.raw(3)
    name = chunk.text()
    tileset = chunk.take("I")[0] if kind == 2 else 0
    if len(file.layers) >= _MAX_LAYERS:
        raise _Wrong(f"more than {_MAX_LAYERS} layers")
    file.layers.append(_Layer(flags, kind, level, blend, opacity if file.flags & 1 else 255, name, tileset))


def _inflate(file: _File, data: bytes, size: int) -> bytes:
    """Exactly `size` bytes of a zlib stream, charged to what the whole file may unpack."""
    file.budget -= size
    if file.budget < 0:
        raise _Wrong("unpacks to more than the limit")
    result = zlib.decompressobj().decompress(data, size) if size else b""
    if len(result) != size:
        raise _Wrong(f"a cel holds {len(result)} bytes, expected {size}")
    return result


def _read_cel(file: _File, chunk: _Reader) -> None:
    layer, x, y, opacity, kind, z_index = chunk.take("HhhBHh")
    chunk.raw(5)
    frame = len(file.cels) - 1
    if layer >= len(file.layers):
        raise _Wrong(f"frame {frame} has a cel on the missing layer {layer}")
    # A layer's own place and the cel's z-index add up; between equals the z-index decides.
    order = (layer + z_index) * (1 << 17) + z_index
    each = file.depth // 8
    if kind == 1:
        (link,) = chunk.take("H")
        linked = file.cels[link].get(layer) if link < frame else None
        if linked is None:
            raise _Wrong(f"frame {frame} links to a cel that is not there")
        x, y, opacity, pixels = linked.x, linked.y, linked.opacity, linked.pixels
    elif kind in (0, 2):
        width, height = chunk.take("HH")
        size = width * height * each
        raw = chunk.raw(size) if kind == 0 else _inflate(file, chunk.rest(), size)
        pixels = np.frombuffer(raw, np.uint8).reshape(height, width, each)
    elif kind == 3:
        pixels = _tilemap(file, file.layers[layer], chunk)
    else:
        raise _Wrong(f"frame {frame} has a cel of the unknown kind {kind}")
    file.cels[frame][layer] = _Cel(x, y, opacity, order, pixels)


def _tilemap(file: _File, layer: _Layer, chunk: _Reader) -> NDArray[np.uint8]:
    width, height, bits, id_mask, x_mask, y_mask, d_mask = chunk.take("HHHIIII")
    chunk.raw(10)
    tiles = file.tilesets.get(layer.tileset)
    if bits != 32 or tiles is None:
        raise _Wrong(f"layer `{layer.name}` has a tilemap whose tiles are not in the file")
    cells = np.frombuffer(_inflate(file, chunk.rest(), width * height * 4), "<u4").reshape(height, width)
    side_y, side_x, each = tiles.shape[1:]
    file.budget -= width * height * side_x * side_y * each
    if file.budget < 0:
        raise _Wrong("unpacks to more than the limit")
    numbers = (cells & id_mask).astype(np.intp)
    if cells.size and int(numbers.max()) >= len(tiles):
        raise _Wrong(f"layer `{layer.name}` uses tile {int(numbers.max())} of {len(tiles)}")
    picked = tiles[numbers]
    if side_x == side_y:
        picked = np.where(_flag(cells, d_mask), picked.swapaxes(2, 3), picked)
    picked = np.where(_flag(cells, x_mask), picked[:, :, :, ::-1], picked)
    picked = np.where(_flag(cells, y_mask), picked[:, :, ::-1], picked)
    picked = np.where(_flag(numbers, -1), picked, 0)  # tile 0 is the empty one
    return np.ascontiguousarray(picked.swapaxes(1, 2)).reshape(height * side_y, width * side_x, each).astype(np.uint8)


def _flag(cells: NDArray[Any], mask: int) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = (cells & mask) > 0
    return result[:, :, None, None, None]


def _read_tileset(file: _File, chunk: _Reader) -> None:
    number, flags, count, width, height, _base = chunk.take("IIIHHh")
    chunk.raw(14)
    chunk.text()
    if flags & 1:
        chunk.take("II")
    if flags & 2:
        (length,) = chunk.take("I")
        each = file.depth // 8
        raw = _inflate(file, chunk.raw(length), count * width * height * each)
        file.tilesets[number] = np.frombuffer(raw, np.uint8).reshape(count, height, width, each)


def _read_tags(file: _File, chunk: _Reader) -> None:
    (count,) = chunk.take("H")
    chunk.raw(8)
    for _ in range(count):
        first, last, direction, repeat = chunk.take("HHBH")
        chunk.raw(10)
        if direction >= len(DIRECTIONS):
            raise _Wrong(f"a tag has the unknown direction {direction}")
        file.tags.append(FileTag(chunk.text(), first, last, DIRECTIONS[direction], repeat))


def _read_palette(file: _File, chunk: _Reader) -> None:
    size, first, last = chunk.take("III")
    chunk.raw(8)
    if not file.new_palette:
        file.new_palette, file.colors = True, 0
    file.colors = min(size, 256)
    for index in range(first, min(last, 255) + 1):
        flags, *rgba = chunk.take("HBBBB")
        if flags & 1:
            chunk.text()
        file.palette[index] = rgba


def _read_old_palette(file: _File, chunk: _Reader, *, six_bits: bool) -> None:
    (packets,) = chunk.take("H")
    at = 0
    for _ in range(packets):
        skip, count = chunk.take("BB")
        at += skip
        for _color in range(count or 256):
            rgb = chunk.take("BBB")
            if at < 256:
                file.palette[at] = (*((value << 2 | value >> 4) & 255 if six_bits else value for value in rgb), 255)
            at += 1
        file.colors = max(file.colors, min(at, 256))


def _read_slice(file: _File, chunk: _Reader) -> None:
    """The first key stands for the slice: pivots and nine-patches here do not move with the frames."""
    keys, flags, _reserved = chunk.take("III")
    name = chunk.text()
    if not keys:
        return
    _frame, x, y, width, height = chunk.take("IiiII")
    center = chunk.take("iiII") if flags & 1 else None
    pivot = chunk.take("ii") if flags & 2 else None
    file.slices.append(
        Slice(
            name,
            (x, y, width, height),
            (center[0], center[1], center[2], center[3]) if center else None,
            (pivot[0], pivot[1]) if pivot else None,
        )
    )


def _shown(layers: list[_Layer], flags: int) -> list[tuple[bool, int]]:
    """For each layer whether it is drawn, and its opacity with that of its groups (where the file says they count)."""
    result: list[tuple[bool, int]] = []
    groups: list[tuple[bool, int]] = []
    for layer in layers:
        del groups[layer.level :]
        visible, opacity = groups[-1] if groups else (True, 255)
        visible = visible and bool(layer.flags & _VISIBLE) and not layer.flags & _REFERENCE
        own = layer.opacity if layer.kind != _GROUP or flags & 2 else 255
        opacity = _times(opacity, own)
        result.append((visible and layer.kind != _GROUP, opacity))
        groups.append((visible, opacity))
    return result


def _times(a: int, b: int) -> int:
    """Aseprite's rounded product of two 0–255 values."""
    product = a * b + 0x80
    return ((product >> 8) + product) >> 8


def _flatten(file: _File, frame: int) -> Picture:
    width, height = file.size
    canvas = np.zeros((height, width, 4), np.uint8)
    shown = _shown(file.layers, file.flags)
    for layer, cel in sorted(file.cels[frame].items(), key=lambda item: item[1].order):
        visible, opacity = shown[layer]
        if not visible:
            continue
        if file.layers[layer].blend:
            raise _Wrong(
                f"layer `{file.layers[layer].name}` has a blend mode other than Normal: flatten it in Aseprite"
            )
        target, pixels = _overlap(canvas, cel)
        file.drawing -= pixels.shape[0] * pixels.shape[1]
        if file.drawing < 0:
            raise _Wrong("draws more than the limit: flatten its layers in Aseprite")
        rgba = _rgba(file, file.palettes[frame], pixels, background=bool(file.layers[layer].flags & _BACKGROUND))
        _draw(target, rgba, _times(cel.opacity, opacity))
    return canonical(canvas)


def _overlap(canvas: Picture, cel: _Cel) -> tuple[Picture, NDArray[np.uint8]]:
    """The part of the canvas that a cel lies on, and that part of the cel, as views."""
    left, top = max(0, -cel.x), max(0, -cel.y)
    pixels = cel.pixels[top : top + canvas.shape[0], left : left + canvas.shape[1]]
    target = canvas[max(cel.y, 0) :, max(cel.x, 0) :][: pixels.shape[0], : pixels.shape[1]]
    return target, pixels[: target.shape[0], : target.shape[1]]


def _rgba(file: _File, palette: NDArray[np.uint8], pixels: NDArray[np.uint8], *, background: bool) -> Picture:
    if file.depth == 32:
        return pixels
    if file.depth == 16:
        return np.ascontiguousarray(pixels[..., [0, 0, 0, 1]])
    result = palette[pixels[..., 0]]
    if not background:
        result[pixels[..., 0] == file.clear] = 0
    return result


def _draw(target: Picture, pixels: Picture, opacity: int) -> None:
    """Normal blending of `pixels` onto as large a target, in Aseprite's integer arithmetic."""
    source = pixels.astype(np.int32)
    below = target.astype(np.int32)
    alpha = _times_array(source[..., 3], np.int32(opacity))
    union = alpha + below[..., 3] - _times_array(below[..., 3], alpha)
    step = (source[..., :3] - below[..., :3]) * alpha[..., None]
    mixed = below[..., :3] + np.trunc(step / np.maximum(union, 1)[..., None]).astype(np.int32)
    mixed = np.where(below[..., 3:] == 0, source[..., :3], mixed)
    result = np.concatenate([mixed, union[..., None]], axis=2)
    target[...] = np.where(source[..., 3:] == 0, below, result).astype(np.uint8)


def _times_array(a: NDArray[np.int32], b: NDArray[np.int32] | np.int32) -> NDArray[np.int32]:
    product: NDArray[np.int32] = a * b + 0x80
    return ((product >> 8) + product) >> 8
