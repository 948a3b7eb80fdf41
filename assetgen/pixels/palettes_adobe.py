"""Binary palettes: Adobe `.ase` (swatch exchange), `.aco` (swatches), `.act` (colour table), RIFF `.pal`, raw VGA."""

from __future__ import annotations

import colorsys
import math
import struct
from collections.abc import Sequence

from assetgen.model.errors import AssetError
from assetgen.pixels.palettes import color_of


def read(data: bytes, what: str) -> list[str] | None:
    """The colours of a binary palette, or None when the content is none of these formats."""
    try:
        if data.startswith(b"ASEF"):
            return _read_ase(data, what)
        if data[:4] == b"RIFF" and data[8:12] == b"PAL ":
            return _read_riff(data, what)
        if _is_aco(data):
            return _read_aco(data, what)
    except struct.error:
        raise AssetError(f"{what}: ends in the middle of a colour: the file is cut short") from None
    return _read_table(data, what) if len(data) in (768, 772) and not _is_text(data) else None


def _is_text(data: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 32 for byte in data)


def _byte(value: float) -> int:
    return max(0, min(255, round(value * 255))) if math.isfinite(value) else 0


def _rgb(*values: float) -> str:
    return color_of(*(_byte(value) for value in values))


def _cmyk(cyan: float, magenta: float, yellow: float, black: float) -> str:
    return _rgb(*((1 - ink) * (1 - black) for ink in (cyan, magenta, yellow)))


def _lab(lightness: float, a: float, b: float) -> str:
    """CIE Lab (D50: 0–100, ±128) as sRGB, adapted to D65 after Bradford."""
    fy = (lightness + 16) / 116
    x, y, z = (
        white * (f**3 if f > 6 / 29 else (f - 4 / 29) * 3 * (6 / 29) ** 2)
        for white, f in zip((0.9642, 1.0, 0.8251), (fy + a / 500, fy, fy - b / 200), strict=True)
    )
    linear = (
        3.1338561 * x - 1.6168667 * y - 0.4906146 * z,
        -0.9787684 * x + 1.9161415 * y + 0.0334540 * z,
        0.0719453 * x - 0.2289914 * y + 1.4052427 * z,
    )
    return _rgb(*(12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in linear))


_ASE_VALUES = {b"RGB ": 3, b"CMYK": 4, b"LAB ": 3, b"Gray": 1}


def _read_ase(data: bytes, what: str) -> list[str]:
    """Blocks of big-endian type and length; colour blocks: a UTF-16 name, a model, floats. Groups are flattened."""
    (blocks,) = struct.unpack_from(">I", data, 8)
    colors: list[str] = []
    position = 12
    for _ in range(blocks):
        if position == len(data):
            raise AssetError(f"{what}: says {blocks} blocks, but the file ends after {len(colors)} colours")
        kind, length = struct.unpack_from(">HI", data, position)
        body = position + 6
        position = body + length
        if kind != 1:
            continue
        (name_length,) = struct.unpack_from(">H", data, body)
        place = body + 2 + 2 * name_length
        model = bytes(data[place : place + 4])
        if model not in _ASE_VALUES:
            raise AssetError(f"{what}: colour {len(colors)} has an unknown colour model {model!r}")
        values = struct.unpack_from(f">{_ASE_VALUES[model]}f", data, place + 4)
        colors.append(_ase_color(model, values))
    return colors


def _ase_color(model: bytes, values: tuple[float, ...]) -> str:
    if not all(math.isfinite(value) and abs(value) < 1e4 for value in values):
        return "000000"
    if model == b"CMYK":
        return _cmyk(*values)
    if model == b"LAB ":
        return _lab(values[0] * 100, values[1], values[2])
    return _rgb(*values) if model == b"RGB " else _rgb(*values * 3)


def _is_aco(data: bytes) -> bool:
    if len(data) < 14:
        return False
    version, count, space = struct.unpack_from(">HHH", data)
    if version == 1:
        end = 4 + 10 * count
        return count > 0 and space <= 9 and (len(data) <= end or data[end : end + 2] == b"\x00\x02")
    return version == 2 and count > 0 and space <= 9 and len(data) not in (768, 772)


def _read_aco(data: bytes, what: str) -> list[str]:
    """Version 1 holds 10 bytes a colour; a version 2 part with names repeats it, so the first part is enough."""
    version, count = struct.unpack_from(">HH", data)
    colors = []
    position = 4
    for index in range(count):
        if position == len(data):
            raise AssetError(f"{what}: says {count} colours, but ends after {index}")
        space, *values = struct.unpack_from(">5H", data, position)
        position += 10
        if version == 2:
            (length,) = struct.unpack_from(">I", data, position)
            position += 4 + 2 * length
        colors.append(_aco_color(space, values, index, what))
    return colors


def _aco_color(space: int, values: Sequence[int], index: int, what: str) -> str:
    unit = [value / 65535 for value in values]
    if space == 0:
        return _rgb(*unit[:3])
    if space == 1:
        return _rgb(*colorsys.hsv_to_rgb(*unit[:3]))
    if space == 2:  # 0 is full ink
        return _cmyk(*(1 - value for value in unit))
    if space == 7:
        a, b = (value - 65536 if value > 32767 else value for value in values[1:3])
        return _lab(values[0] / 100, a / 100, b / 100)
    if space == 8:
        return _rgb(*[1 - min(values[0], 10000) / 10000] * 3)
    if space == 9:
        return _cmyk(*(min(value, 10000) / 10000 for value in values))
    raise AssetError(f"{what}: colour {index} has the unknown colour space {space}")


def _read_table(data: bytes, what: str) -> list[str]:
    """256 RGB triples; Photoshop adds the count and the transparent index. 768 bytes below 64 are 6-bit VGA values."""
    count, clear = 256, 0xFFFF
    values: Sequence[int] = data[:768]
    if len(data) == 772:
        count, clear = struct.unpack_from(">HH", data, 768)
        count = count or 256
        if count > 256:
            raise AssetError(f"{what}: a colour table of {count} colours, expected 256 at most")
    elif max(data) < 64:
        values = [value << 2 | value >> 4 for value in data]
    return [
        color_of(values[at * 3], values[at * 3 + 1], values[at * 3 + 2], 0 if at == clear else 255)
        for at in range(count)
    ]


def _read_riff(data: bytes, what: str) -> list[str]:
    """Microsoft's form: chunk `data` with version 0x300, count, then red, green, blue, flags."""
    position = 12
    while position + 8 <= len(data):
        name = data[position : position + 4]
        (size,) = struct.unpack_from("<I", data, position + 4)
        if name == b"data":
            _version, count = struct.unpack_from("<HH", data, position + 8)
            start = position + 12
            if start + 4 * count > len(data):
                raise AssetError(f"{what}: says {count} colours, but ends after {(len(data) - start) // 4}")
            return [color_of(*data[at : at + 3]) for at in range(start, start + 4 * count, 4)]
        position += 8 + size + size % 2
    raise AssetError(f"{what}: a RIFF file without a palette in it")
