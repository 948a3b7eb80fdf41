"""Pictures on the wire: base64 in and out, GIFs as the service makes them."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assetgen.model.errors import PictureError
from assetgen.pixels.containers import DEFAULT_LIMITS, header_of
from assetgen.pixels.picture import Picture, canonical, decode
from assetgen.pixels.png import encode_truecolor

Alpha = Literal["allowed", "refused"]


def encode_rgba(picture: Picture) -> bytes:
    """A PNG of the picture. The service writes RGB where nothing is transparent, and so does this."""
    return encode_truecolor(picture)


def text(data: bytes) -> str:
    """Raw base64."""
    return base64.b64encode(data).decode("ascii")


def raw(value: str) -> bytes:
    """The bytes of raw base64. Raises PictureError saying what is wrong with it."""
    if value.startswith("data:"):
        raise PictureError("has a `data:` prefix; send the raw base64 only")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise PictureError("is not base64") from None


def received(value: str, what: str, *, rgb: bool = False, opaque: bool = False) -> Picture:
    """The picture in a base64 field. `rgb`: must be stored as RGB without alpha; `opaque`: no transparent pixel.

    Raises PictureError.
    """
    data = raw(value)
    header = header_of(data, what=what, limits=DEFAULT_LIMITS, animated=False)
    picture = decode(data, what=what)
    if rgb and (mode := _mode(data)) != "RGB":
        raise PictureError(f"{what}: must be RGB without alpha, not {mode} ({header.format})")
    if opaque and (picture[..., 3] != 255).any():
        raise PictureError(f"{what}: must not be transparent")
    return picture


def _mode(data: bytes) -> str:
    from io import BytesIO

    with Image.open(BytesIO(data)) as image:
        return f"{image.mode} with transparency" if "transparency" in image.info else image.mode


def enlarged(picture: Picture, factor: int) -> Picture:
    """Each pixel as a square of `factor`."""
    return canonical(picture.repeat(factor, axis=0).repeat(factor, axis=1)) if factor > 1 else picture


def gif(frames: Sequence[Picture], duration: int) -> bytes:
    """An endless GIF89a, `duration` ms a frame, disposal 2, one frame a picture even where two are equal.

    Written here because encoders merge equal frames and the frame count is part of the layout.
    """
    height, width = frames[0].shape[:2]
    indexes, colors = _indexed(frames)
    bits = max(2, len(colors).bit_length())  # one more entry than colours: index 0 is the transparent one
    size = 1 << bits
    table = bytes(3) + colors.tobytes()
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80 | (bits - 1), 0, 0)
    parts = [head, table.ljust(size * 3, b"\0"), b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"]
    control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 2 << 2 | 1, duration // 10, 0, 0)
    for plane in indexes:
        data = _lzw(plane.tobytes(), bits)
        blocks = b"".join(bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255))
        descriptor = struct.pack("<BHHHHB", 0x2C, 0, 0, width, height, 0)
        parts += [control, descriptor, bytes([bits]), blocks, b"\0"]
    return b"".join([*parts, b";"])


def _indexed(frames: Sequence[Picture]) -> tuple[list[NDArray[np.uint8]], NDArray[np.uint8]]:
    """Planes of indexes (0 transparent) and the colours (n, 3) of indexes from 1, at most 255."""
    stack = np.stack(frames)
    solid = stack[..., 3] >= 128
    packed = stack[..., 0].astype(np.uint32) << 16 | stack[..., 1].astype(np.uint32) << 8 | stack[..., 2]
    shown = packed[solid]
    distinct = np.unique(shown)
    mask = 0xFFFFFF
    while len(distinct) > 255:  # coarser until a GIF can hold them, as every encoder has to
        mask = (mask << 1) & 0xFEFEFE
        distinct = np.unique(shown & mask)
    planes = np.zeros(packed.shape, np.uint8)
    planes[solid] = np.searchsorted(distinct, shown & mask) + 1
    colors = np.stack([distinct >> 16, distinct >> 8, distinct], axis=1).astype(np.uint8)
    return list(planes), colors


def _lzw(data: bytes, bits: int) -> bytes:
    """GIF's LZW of indexes below 2**bits."""
    clear, end = 1 << bits, (1 << bits) + 1
    out = bytearray()
    buffer = filled = 0
    width = bits + 1

    def emit(code: int) -> None:
        nonlocal buffer, filled
        buffer |= code << filled
        filled += width
        while filled >= 8:
            out.append(buffer & 255)
            buffer >>= 8
            filled -= 8

    emit(clear)
    table: dict[tuple[int, int], int] = {}
    following = end + 1
    prefix = data[0]
    for value in data[1:]:
        known = table.get((prefix, value))
        if known is not None:
            prefix = known
            continue
        emit(prefix)
        if following == 4096:
            emit(clear)
            table.clear()
            following, width = end + 1, bits + 1
        else:
            table[prefix, value] = following
            if following == 1 << width:
                width += 1
            following += 1
        prefix = value
    emit(prefix)
    emit(end)
    if filled:
        out.append(buffer & 255)
    return bytes(out)
