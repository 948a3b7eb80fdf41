"""Palettes from and to files. Formats are told apart by content, never by the file's name.

Read: GIMP `.gpl` (with Aseprite's `Channels: RGBA`), Lospec `.hex` and JSON, JASC `.pal`, RIFF `.pal`, raw VGA,
Paint.NET `.txt`, PNG swatches, Adobe `.ase`, `.act`, `.aco`, and the palette inside an Aseprite file.
Colours are `rrggbb`, or `rrggbbaa` where not opaque, lower case, in the file's order, duplicates kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Literal

from assetgen.model.errors import AssetError
from assetgen.pixels.containers import LFS_POINTER

Format = Literal["gpl", "hex", "pal", "png", "json"]
FORMATS: tuple[Format, ...] = ("gpl", "hex", "pal", "png", "json")

MAX_BYTES = 8 << 20
MAX_COLORS = 4096

_LINE = re.compile(r"\r\n|\r|\n")
_HEX = re.compile(r"[0-9a-fA-F]+")
_KNOWN = "GIMP .gpl, .hex, JSON, JASC or RIFF .pal, Paint.NET .txt, PNG, Adobe .ase, .act or .aco"


def normal_color(text: str) -> str | None:
    """`#FFF`, `1a1c2c`, `#1A1C2C80`… as `rrggbb` or (not opaque) `rrggbbaa`; None when it is no colour."""
    digits = text.strip().removeprefix("#")
    if not _HEX.fullmatch(digits) or len(digits) not in (3, 4, 6, 8):
        return None
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    digits = digits.lower()
    return digits[:6] if digits[6:] in ("", "ff") else digits


def color_of(red: int, green: int, blue: int, alpha: int = 255) -> str:
    """Four values of 0–255 as a colour."""
    return f"{red:02x}{green:02x}{blue:02x}" + ("" if alpha == 255 else f"{alpha:02x}")


def values_of(color: str) -> tuple[int, int, int, int]:
    """`rrggbb` or `rrggbbaa` as four values of 0–255."""
    red, green, blue, *alpha = bytes.fromhex(color)
    return red, green, blue, alpha[0] if alpha else 255


def read(data: bytes, what: str) -> list[str]:
    """The colours of a palette file. `what` names it in errors.

    Raises AssetError (`file:line: …` for text formats) when the content is no palette, is damaged, holds no
    colour or more than 4096; PictureError when it is a picture that cannot be decoded.
    """
    if len(data) > MAX_BYTES:
        raise AssetError(f"{what}: {len(data) >> 20} MiB is too large for a palette (limit {MAX_BYTES >> 20} MiB)")
    if not data.strip():
        raise AssetError(f"{what}: the file is empty, expected a palette ({_KNOWN})")
    if data.startswith(LFS_POINTER):
        raise AssetError(f"{what}: is a Git LFS pointer, not a palette: run `git lfs pull`")
    colors = _read_any(data, what)
    if not colors:
        raise AssetError(f"{what}: holds no colours")
    if len(colors) > MAX_COLORS:
        raise AssetError(f"{what}: {len(colors)} colours, a palette has {MAX_COLORS} at most")
    return colors


def _read_any(data: bytes, what: str) -> list[str]:
    if data.startswith(b"\x89PNG"):
        from assetgen.pixels import palettes_picture

        return palettes_picture.read(data, what)
    if data[4:6] == b"\xe0\xa5" and len(data) >= 128:
        from assetgen.pixels.aseprite import read_palette

        return read_palette(data, what)
    from assetgen.pixels import palettes_adobe

    binary = palettes_adobe.read(data, what)
    return _read_text(data, what) if binary is None else binary


def _read_text(data: bytes, what: str) -> list[str]:
    lines = _LINE.split(_decode(data, what))
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.lower().startswith("gimp palette"):
        return _read_gpl(lines, what)
    if first.upper().startswith("JASC-PAL"):
        return _read_jasc(lines, what)
    if first[:1] in ("{", "["):
        return _read_json("\n".join(lines), what)
    return _read_hex(lines, what)


def _decode(data: bytes, what: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")  # old files carry names in some 8-bit code; the colours are ASCII
    if "\x00" in text:
        raise AssetError(f"{what}: is no palette in a known format ({_KNOWN})")
    return text


def _row(parts: Sequence[str], what: str, line: int) -> tuple[int, ...]:
    if not all(part.isascii() and part.isdigit() and len(part) < 8 for part in parts):
        raise AssetError(f"{what}:{line}: expected numbers from 0 to 255, found `{' '.join(parts)[:40]}`")
    row = tuple(int(part) for part in parts)
    if max(row) > 255:
        raise AssetError(f"{what}:{line}: {max(row)} is above 255")
    return row


def _read_gpl(lines: Sequence[str], what: str) -> list[str]:
    colors: list[str] = []
    channels, started = 3, False
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not started:
            started = bool(text)  # the header, which _read_text saw
        elif not text or text.startswith("#"):
            continue
        elif not text[0].isdigit() and ":" in text:
            key, value = text.split(":", 1)
            if key.strip().lower() == "channels":
                channels = 4 if "a" in value.lower() else 3
        else:
            parts = text.split(None, channels)[:channels]
            if len(parts) < channels:
                raise AssetError(f"{what}:{number}: expected {channels} numbers, found `{text[:40]}`")
            colors.append(color_of(*_row(parts, what, number)))
    return colors


def _read_jasc(lines: Sequence[str], what: str) -> list[str]:
    rows = [(number, line.split()) for number, line in enumerate(lines, 1) if line.strip()][1:]
    if len(rows) < 2:
        raise AssetError(f"{what}: ends before its colours: expected the lines JASC-PAL, 0100, the count, then rows")
    line, count_text = rows[1][0], rows[1][1][0]
    if not (count_text.isascii() and count_text.isdigit()):
        raise AssetError(f"{what}:{line}: expected the number of colours, found `{count_text[:40]}`")
    colors: list[str] = []
    for number, parts in rows[2:]:
        if len(parts) not in (3, 4):
            raise AssetError(f"{what}:{number}: expected 3 or 4 numbers, found `{' '.join(parts)[:40]}`")
        colors.append(color_of(*_row(parts, what, number)))
    if len(colors) != int(count_text[:8]):
        raise AssetError(f"{what}:{line}: says {count_text[:8]} colours, but {len(colors)} follow")
    return colors


def _read_hex(lines: Sequence[str], what: str) -> list[str]:
    """Lospec (`rrggbb`, `#rrggbb`, `#rrggbbaa`) and Paint.NET (`AARRGGBB`, `;` comments): eight bare digits begin
    with alpha, as only Paint.NET writes them so."""
    colors: list[str] = []
    for number, line in enumerate(lines, 1):
        text = line.split(";", 1)[0].strip()
        if not text or text.startswith(("//", "# ")) or text == "#":
            continue
        color = normal_color(text) if len(text.removeprefix("#")) in (6, 8) else None
        if color is None:
            known = f": is it a palette? Known are {_KNOWN}" if not colors else ""
            raise AssetError(f"{what}:{number}: expected a colour such as 1a1c2c, found `{_shown(text)}`{known}")
        if len(text) == 8 and not text.startswith("#"):
            color = normal_color(text[2:] + text[:2]) or color
        colors.append(color)
    return colors


def _read_json(text: str, what: str) -> list[str]:
    try:
        document: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise AssetError(f"{what}:{error.lineno}: not valid JSON: {error.msg}") from None
    except (ValueError, RecursionError):
        raise AssetError(f"{what}: not valid JSON") from None
    listed = document.get("colors") if isinstance(document, dict) else document
    if not isinstance(listed, list):
        raise AssetError(f'{what}: expected {{"colors": ["1a1c2c", …]}} or a list of colours')
    return [_json_color(item, index, what) for index, item in enumerate(listed)]


def _json_color(item: Any, index: int, what: str) -> str:
    color = normal_color(item) if isinstance(item, str) else None
    if isinstance(item, list) and len(item) in (3, 4) and all(type(n) is int and 0 <= n <= 255 for n in item):
        color = color_of(*item)
    if color is None:
        raise AssetError(f'{what}: colour {index} of the list: expected "1a1c2c", found `{_shown(str(item))}`')
    return color


def _shown(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text[:40])


def write(colors: Sequence[str], name: str, format: Format) -> bytes:
    """A palette file of `colors` (`rrggbb`, `rrggbbaa`): GIMP `gpl`, Lospec `hex`, JASC `pal`, one-pixel `png`, `json`.

    `hex` writes `#` before every colour when one is not opaque, because eight bare digits mean Paint.NET's order.
    """
    rows = [values_of(color) for color in colors]
    clear = any(row[3] != 255 for row in rows)
    title = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split()) or "palette"
    if format == "png":
        from assetgen.pixels import palettes_picture

        return palettes_picture.write(colors)
    if format == "json":
        document = {"name": name, "colors": ["#" + color for color in colors]}
        return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
    if format == "hex":
        lines = [("#" if clear else "") + color for color in colors]
    elif format == "pal":
        lines = ["JASC-PAL", "0100", str(len(rows))]
        lines += [" ".join(str(value) for value in row[: 4 if clear else 3]) for row in rows]
    else:
        lines = ["GIMP Palette", f"Name: {title}", *(["Channels: RGBA"] if clear else []), "Columns: 0", "#"]
        lines += [
            " ".join(f"{value:3}" for value in row[: 4 if clear else 3]) + "\t" + color
            for row, color in zip(rows, colors, strict=True)
        ]
    return ("\r\n" if format == "pal" else "\n").join([*lines, ""]).encode()
