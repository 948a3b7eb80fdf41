"""Writing PNG files that suit pixel art: filter 0, exact palette where 256 colours suffice, no metadata.

Adaptive filters make pixel art larger, and Pillow cannot turn them off for RGBA (numbers in docs/performance.md).
The same pixels give the same bytes with the same zlib; identity is judged by pixels, never by these bytes.
Large pictures are compressed in pieces, which several threads can do at once: each piece knows what is before it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assetgen.pixels.containers import PNG
from assetgen.pixels.picture import Picture, canonical

MOST_COLORS = 256
LEVEL = 6
_PIECE = 1 << 18  # bytes of rows that are compressed together
_WINDOW = 1 << 15  # how far back deflate looks


def encode(picture: Picture, threads: int = 1) -> bytes:
    """PNG bytes of a picture, indexed with packed bits when it has at most 256 colours. The same with any `threads`."""
    picture = canonical(picture)
    found = _indexed(picture.view(np.uint32)[..., 0])
    if found is None:
        return encode_truecolor(picture, threads)
    colors, indexes = found
    rgba = colors.view(np.uint8).reshape(-1, 4)
    # Transparent and translucent entries first, so that tRNS is as short as it can be.
    order = np.lexsort((rgba[:, 2], rgba[:, 1], rgba[:, 0], rgba[:, 3]))
    rank = np.empty(len(order), np.uint8)
    rank[order] = np.arange(len(order), dtype=np.uint8)
    rgba = rgba[order]
    depth = next(bits for bits in (1, 2, 4, 8) if len(rgba) <= 1 << bits)
    rows = _packed(rank[indexes], depth)
    alpha = rgba[rgba[:, 3] < 255, 3]
    middle = _chunk(b"PLTE", rgba[:, :3].tobytes()) + (_chunk(b"tRNS", alpha.tobytes()) if len(alpha) else b"")
    return _file(picture, depth, 3, middle, rows, threads)


def count_colors(picture: Picture) -> int:
    """How many colours a picture has; all that is transparent is one."""
    return len(_distinct(canonical(picture).view(np.uint32).reshape(-1)))


def encode_truecolor(picture: Picture, threads: int = 1) -> bytes:
    """PNG bytes as 8-bit RGB when every pixel is opaque, else RGBA."""
    picture = canonical(picture)
    if (picture[..., 3] == 255).all():
        return _file(picture, 8, 2, b"", picture[..., :3].reshape(len(picture), -1), threads)
    return _file(picture, 8, 6, b"", picture.reshape(len(picture), -1), threads)


def encode_palette(colors: Sequence[str]) -> bytes:
    """A palette (`rrggbb` or `rrggbbaa`, `#` allowed) as a picture one pixel high; order and duplicates kept."""
    pixels = [bytes.fromhex(color.lstrip("#").ljust(8, "f")) for color in colors]
    return encode_truecolor(np.frombuffer(b"".join(pixels), np.uint8).reshape(1, -1, 4))


_SLOTS = 16  # bits: 256 colours find slots of their own among 65,536 after a few attempts
_SMALL = 1 << 13  # pixels; sorting these few is faster than filling a table
_BAND = 1 << 16  # pixels looked at together: their slots stay in the processor's cache


def _indexed(values: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint8]] | None:
    """The distinct values in no order and, for each pixel, which one it has; None when there are more than 256.

    A multiplication sends each value to a slot of its own, so that finding it is a look-up and no search.
    """
    flat = values.reshape(-1)
    if len(flat) <= _SMALL:
        colors = _distinct(flat)
        return None if len(colors) > 256 else (colors, np.searchsorted(colors, values).astype(np.uint8))
    indexes = np.empty(len(flat), np.uint8)
    colors = flat[:1].copy()
    table = _table(colors)
    for start in range(0, len(flat), _BAND):
        part = flat[start : start + _BAND]
        factor, held, places = table
        slots = (part * factor) >> (32 - _SLOTS)
        unknown = held[slots] != part
        if unknown.any():
            colors = np.concatenate([colors, _distinct(part[unknown])])
            if len(colors) > 256:
                return None
            table = _table(colors)
            factor, held, places = table
            slots = (part * factor) >> (32 - _SLOTS)
        indexes[start : start + _BAND] = places[slots]
    return colors, indexes.reshape(values.shape)


def _distinct(values: NDArray[Any]) -> NDArray[Any]:
    """As np.unique, which imports masked arrays for it."""
    found = np.sort(values)
    first = np.ones(len(found), np.bool_)
    np.not_equal(found[1:], found[:-1], out=first[1:])
    return found[first]


def _table(colors: NDArray[np.uint32]) -> tuple[np.uint32, NDArray[np.uint32], NDArray[np.uint8]]:
    """An odd factor under which the values have slots of their own, the value in each slot, and its place.

    A free slot holds the first value, which never has business there.
    """
    factor = 0x9E3779B1
    while True:
        slots = (colors * np.uint32(factor)) >> (32 - _SLOTS)
        if len(_distinct(slots)) == len(colors):
            break
        factor = (factor * 0x2C1B3C6D + 0x297A2D39) & 0xFFFFFFFF | 1
    held = np.full(1 << _SLOTS, colors[0], np.uint32)
    places = np.zeros(1 << _SLOTS, np.uint8)
    held[slots] = colors
    places[slots] = np.arange(len(colors), dtype=np.uint8)
    return np.uint32(factor), held, places


def _packed(indexes: NDArray[np.uint8], depth: int) -> NDArray[np.uint8]:
    """Indexes of `depth` bits packed into bytes, each row padded with zero bits, first pixel in the high bits."""
    if depth == 8:
        return indexes
    each = 8 // depth
    height, width = indexes.shape
    padded = np.zeros((height, -(-width // each) * each), np.uint8)
    padded[:, :width] = indexes
    parts = padded.reshape(height, -1, each)
    packed = np.zeros(parts.shape[:2], np.uint8)
    for place in range(each):
        packed |= parts[:, :, place] << (8 - depth * (place + 1))
    return packed


def _file(picture: Picture, depth: int, color: int, middle: bytes, rows: NDArray[np.uint8], threads: int) -> bytes:
    height, width = picture.shape[:2]
    lines = np.zeros((height, rows.shape[1] + 1), np.uint8)
    lines[:, 1:] = rows
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    return PNG + header + middle + _chunk(b"IDAT", _deflated(lines.reshape(-1).data, threads)) + _chunk(b"IEND", b"")


def _deflated(data: memoryview, threads: int) -> bytes:
    """A zlib stream. Of much data each piece is compressed for itself, with what lies before it as its dictionary."""
    if len(data) < 2 * _PIECE:
        return zlib.compress(data, LEVEL)
    starts = range(0, len(data), _PIECE)
    if threads > 1:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(threads, len(starts)), "assetgen-png") as pool:
            parts = list(pool.map(partial(_piece, data), starts))
    else:
        parts = [_piece(data, start) for start in starts]
    return b"".join([_ZLIB, *parts, struct.pack(">I", zlib.adler32(data))])


_ZLIB = zlib.compress(b"", LEVEL)[:2]
"""The head of a zlib stream of our level."""


def _piece(data: memoryview, start: int) -> bytes:
    """Deflate blocks of the piece that begins at `start`, ending on a whole byte; the last one ends the stream."""
    end = start + _PIECE
    before = bytes(data[max(0, start - _WINDOW) : start])
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=before)
    return deflate.compress(data[start:end]) + deflate.flush(zlib.Z_FINISH if end >= len(data) else zlib.Z_SYNC_FLUSH)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
