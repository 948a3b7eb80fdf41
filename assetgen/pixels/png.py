"""Writing PNG files that suit pixel art: filter 0, exact palette where 256 colours suffice, no metadata.

Adaptive filters make pixel art larger, and Pillow cannot turn them off for RGBA (notes in docs/performance.md).
The same pixels give the same bytes with the same zlib; identity is judged by pixels, never by these bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assetgen.pixels.containers import PNG
from assetgen.pixels.picture import Picture, canonical

LEVEL = 6


def encode(picture: Picture) -> bytes:
    """PNG bytes of a picture, indexed with packed bits when it has at most 256 colours. Deterministic."""
    picture = canonical(picture)
    values = picture.view(np.uint32)[..., 0]
    colors = _few_colors(values)
    if colors is None:
        return encode_truecolor(picture)
    rgba = colors.view(np.uint8).reshape(-1, 4)
    # Transparent and translucent entries first, so that tRNS is as short as it can be.
    order = np.lexsort((rgba[:, 2], rgba[:, 1], rgba[:, 0], rgba[:, 3]))
    rank = np.empty(len(order), np.uint8)
    rank[order] = np.arange(len(order), dtype=np.uint8)
    rgba = rgba[order]
    depth = next(bits for bits in (1, 2, 4, 8) if len(rgba) <= 1 << bits)
    rows = _packed(_indexes(values, colors, rank), depth)
    alpha = rgba[rgba[:, 3] < 255, 3]
    middle = _chunk(b"PLTE", rgba[:, :3].tobytes()) + (_chunk(b"tRNS", alpha.tobytes()) if len(alpha) else b"")
    return _file(picture, depth, 3, middle, rows)


def encode_truecolor(picture: Picture) -> bytes:
    """PNG bytes as 8-bit RGB when every pixel is opaque, else RGBA."""
    picture = canonical(picture)
    if (picture[..., 3] == 255).all():
        return _file(picture, 8, 2, b"", picture[..., :3].reshape(len(picture), -1))
    return _file(picture, 8, 6, b"", picture.reshape(len(picture), -1))


def encode_palette(colors: Sequence[str]) -> bytes:
    """A palette (`rrggbb` or `rrggbbaa`, `#` allowed) as a picture one pixel high; order and duplicates kept."""
    pixels = [bytes.fromhex(color.lstrip("#").ljust(8, "f")) for color in colors]
    return encode_truecolor(np.frombuffer(b"".join(pixels), np.uint8).reshape(1, -1, 4))


def _few_colors(values: NDArray[np.uint32]) -> NDArray[np.uint32] | None:
    """The sorted distinct values, or None when there are more than 256."""
    flat = values.reshape(-1)
    step = 1 << 16
    found: NDArray[np.uint32] = np.unique(flat[:step])
    for start in range(step, len(flat), step):
        if len(found) > 256:
            return None
        part = flat[start : start + step]
        known = found[np.minimum(np.searchsorted(found, part), len(found) - 1)] == part
        if not known.all():
            found = np.union1d(found, part[~known])
    return found if len(found) <= 256 else None


def _indexes(values: NDArray[np.uint32], colors: NDArray[np.uint32], rank: NDArray[np.uint8]) -> NDArray[np.uint8]:
    indexes = np.empty(values.shape, np.uint8)
    band = max(1, (1 << 20) // values.shape[1])  # in bands: positions take eight bytes a pixel
    for top in range(0, len(values), band):
        indexes[top : top + band] = rank[np.searchsorted(colors, values[top : top + band])]
    return indexes


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


def _file(picture: Picture, depth: int, color: int, middle: bytes, rows: NDArray[np.uint8]) -> bytes:
    height, width = picture.shape[:2]
    lines = np.zeros((height, rows.shape[1] + 1), np.uint8)
    lines[:, 1:] = rows
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    return PNG + header + middle + _chunk(b"IDAT", zlib.compress(lines.data, LEVEL)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
