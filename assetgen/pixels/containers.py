"""Headers of picture files, read by hand: what a file claims is checked before a decoder allocates for it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from assetgen.model.errors import PictureError

PNG = b"\x89PNG\r\n\x1a\n"
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_STILL = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_MOVING = _STILL | {b"acTL", b"fcTL", b"fdAT"}
LFS_POINTER = b"version https://git-lfs"


class Limits(Struct, frozen=True):
    """What is decoded at most: pixels over all frames, frames, chunks or blocks of a file, bytes of a file."""

    pixels: int = 64 << 20
    frames: int = 1024
    chunks: int = 200_000
    bytes: int = 256 << 20


DEFAULT_LIMITS = Limits()


class Header(Struct, frozen=True):
    """What a file says of itself. `data` is what to give the decoder: a PNG without its ancillary chunks.

    `key` is the transparent sample value of a grey or truecolour PNG, `depth` its bits a sample.
    `default_extra`: the default picture of an APNG is no frame of its animation.
    """

    format: str
    size: tuple[int, int]
    data: bytes
    frames: int = 1
    depth: int = 8
    key: tuple[int, ...] | None = None
    default_extra: bool = False


def sniff(data: bytes) -> str | None:
    """The real format by content: `png`, `gif`, `webp`, `jpg`, `bmp`, `aseprite`, `psd`, or None."""
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:6] == b"\xe0\xa5" and len(data) >= 128:
        return "aseprite"
    starts = {PNG: "png", b"\xff\xd8\xff": "jpg", b"BM": "bmp", b"8BPS": "psd"}
    return next((name for start, name in starts.items() if data.startswith(start)), None)


def header_of(data: bytes, *, what: str, limits: Limits, animated: bool) -> Header:
    """Read and check a file's header; with `animated` also its frame count. Raises PictureError naming `what`."""
    kind = sniff(data)
    readers = {"png": _png, "gif": _gif, "webp": _webp, "jpg": _jpeg}
    if kind not in readers:
        raise PictureError(f"{what}: {_no_picture(data, kind)}")
    try:
        header = readers[kind](data, limits, animated)
    except (struct.error, IndexError) as error:
        raise PictureError(f"{what}: truncated {kind.upper()} file") from error
    except PictureError as error:
        raise PictureError(f"{what}: {error}") from error
    width, height = header.size
    if width < 1 or height < 1:
        raise PictureError(f"{what}: {width}×{height} is no size of a picture")
    if header.frames > limits.frames:
        raise PictureError(f"{what}: {header.frames} frames; at most {limits.frames} are read")
    if width * height * header.frames > limits.pixels:
        frames = f" × {header.frames} frames" if header.frames > 1 else ""
        raise PictureError(f"{what}: claims {width}×{height} pixels{frames}; at most {limits.pixels} pixels are read")
    return header


def _no_picture(data: bytes, kind: str | None) -> str:
    if data.startswith(LFS_POINTER):
        return "is a Git LFS pointer, not a picture: run `git lfs pull`"
    if not data:
        return "is empty"
    if kind is not None:
        return f"is a {kind} file; PNG, GIF, WebP and JPEG pictures are read"
    return "is no picture (PNG, GIF, WebP and JPEG are read)"


# PNG ------------------------------------------------------------------------------------------------------------


def _chunks(data: bytes, limits: Limits) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, end) of each chunk, `start` and `end` of the whole chunk, up to IEND."""
    at = 8
    for _ in range(limits.chunks):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise PictureError("truncated PNG file")
        yield kind, at, end
        if kind == b"IEND":
            return
        at = end
    raise PictureError(f"more than {limits.chunks} chunks in a PNG file")


def _png(data: bytes, limits: Limits, animated: bool) -> Header:
    width, height, depth, color = struct.unpack_from(">IIBB", data, 16)
    if data[12:16] != b"IHDR" or color not in _SAMPLES:
        raise PictureError("damaged PNG file: its first chunk is no valid IHDR")
    found = list(_chunks(data, limits))
    if sum(kind == b"IHDR" for kind, _, _ in found) > 1:
        raise PictureError("damaged PNG file: more than one IHDR, which may claim another size")
    kinds = {kind for kind, _, _ in found}
    key = _color_key(data, found, _SAMPLES[color], depth) if color in (0, 2) else None
    moving = animated and b"acTL" in kinds
    frames = _apng_frames(data, found) if moving else 1
    moving = moving and frames > 0
    keep = _MOVING if moving else _STILL
    if key is not None and not moving:
        keep = keep - {b"tRNS"}
    if not kinds <= keep:
        # Text, profiles and the like are neither needed nor given a chance to unpack into gigabytes.
        data = PNG + b"".join(data[start:end] for kind, start, end in found if kind in keep)
    order = [kind for kind, _, _ in found if kind in (b"IDAT", b"fcTL")]
    return Header(
        "png",
        (width, height),
        data,
        frames=frames if moving else 1,
        depth=depth,
        key=None if moving else key,
        default_extra=moving and order[0] == b"IDAT",
    )


def _color_key(data: bytes, found: list[tuple[bytes, int, int]], samples: int, depth: int) -> tuple[int, ...] | None:
    for kind, start, end in found:
        if kind == b"tRNS":
            if end - start - 12 != 2 * samples:
                raise PictureError("damaged PNG file: its tRNS chunk does not fit its colour type")
            values = struct.unpack_from(f">{samples}H", data, start + 8)
            return tuple(value & ((1 << depth) - 1) for value in values)
    return None


def _apng_frames(data: bytes, found: list[tuple[bytes, int, int]]) -> int:
    """Frames announced; 0 when the file is to be read as a still picture."""
    said = next(struct.unpack_from(">I", data, start + 8)[0] for kind, start, _ in found if kind == b"acTL")
    held = sum(kind == b"fcTL" for kind, _, _ in found)
    if said and said != held:
        raise PictureError(f"damaged animated PNG: {said} frames announced, {held} found")
    return int(said)


# GIF, WebP, JPEG ------------------------------------------------------------------------------------------------


def _gif(data: bytes, limits: Limits, animated: bool) -> Header:
    """Walks the blocks: the canvas is the announced one, widened to hold every frame."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    frames = 0
    for _ in range(limits.chunks):
        block = data[at]
        if block == 0x3B:
            break
        if block == 0x21:
            at = _skip_blocks(data, at + 2)
        elif block == 0x2C:
            left, top, w, h, local = struct.unpack_from("<HHHHB", data, at + 1)
            width, height = max(width, left + w), max(height, top + h)
            frames += 1
            if frames > limits.frames or not animated:
                break
            at = _skip_blocks(data, at + 11 + (3 << ((local & 7) + 1) if local & 0x80 else 0))
        else:
            raise PictureError("damaged GIF file: unknown block")
    else:
        raise PictureError(f"more than {limits.chunks} blocks in a GIF file")
    if not frames:
        raise PictureError("GIF file without a picture")
    return Header("gif", (width, height), data, frames=frames)


def _skip_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _webp(data: bytes, limits: Limits, animated: bool) -> Header:
    form = data[12:16]
    if form == b"VP8X":
        frames = data.count(b"ANMF") if animated and data[20] & 2 else 1
        size = (1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little"))
        return Header("webp", size, data, frames=max(frames, 1))
    if form == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return Header("webp", (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)), data)
    if form == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header("webp", (width & 0x3FFF, height & 0x3FFF), data)
    raise PictureError("damaged WebP file")


def _jpeg(data: bytes, limits: Limits, animated: bool) -> Header:
    at = 2
    for _ in range(limits.chunks):
        if data[at] != 0xFF:
            raise PictureError("damaged JPEG file")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return Header("jpg", (width, height), data)
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    raise PictureError("damaged JPEG file: no frame header")
