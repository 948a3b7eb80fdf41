"""Damages files the way bad days do, and a little cleverer: inside compressed parts, with checksums put right again."""

from __future__ import annotations

import copy
import json
import random
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

Seeds = Sequence[bytes]
Mutator = Callable[[random.Random, bytes, Seeds], bytes]
Chunk = tuple[Any, bytes]
"""Its kind, by the name or number that the format gives it, and its body."""

NUMBERS = (0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = (
    b"", b"null", b"true", b"-1", b"0", b"1e999", b"NaN", b'""', b"{}", b"[]", b"[[[[", b"{{{{", b"&a *a", b"<<: *a",
    b"!!python/object", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\r\n", b"\t", b"../../x", b"/etc/passwd", b"%00",
    b"9" * 400, b"\xed\xa0\x80", "ſ\u202e\u0301".encode(), b"- " * 50, b"  " * 40,
)  # fmt: skip


VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**70, 10**400, 0.5, -0.0, 1e308, float("nan"), float("inf"), "", "x",
    "null", "\0", "../../x", "/etc/passwd", "\ud800", "1" * 5000, "1e999", "NaN", "-1", "a" * 64, "http://x", [], {},
    [[]], [{}], {"x": 1}, {"": None}, [1, 2], [None, None], ["x", 1, {}], {"!": "Frame"}, 1e-320,
)  # fmt: skip
"""What may stand where something else is expected in JSON."""


def plain(dice: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """One to eight small damages anywhere."""
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        data = _damaged(dice, data, seeds)
    return data


def text(dice: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Damages by lines and words."""
    lines = data.split(b"\n")
    for _ in range(dice.choice((1, 1, 2, 4))):
        at = dice.randrange(len(lines) + 1)
        kind = dice.randrange(7)
        if kind == 0:
            lines[at:at] = dice.choice(seeds).split(b"\n")[:: dice.choice((1, 3))][: dice.randrange(1, 6)]
        elif kind == 1 and lines:
            del lines[at : at + dice.randrange(1, 4)]
        elif kind == 2 and at < len(lines):
            lines[at] = b" " * dice.choice((1, 2, 4, 9)) + lines[at]
        elif kind == 3 and at < len(lines):
            lines[at] = lines[at].lstrip()
        elif kind == 4 and at < len(lines):
            words = lines[at].split(b" ")
            words[dice.randrange(len(words))] = dice.choice(WORDS)
            lines[at] = b" ".join(words)
        elif kind == 5 and at < len(lines):
            lines[at:at] = [lines[at]] * dice.choice((1, 2, 60))
        elif at < len(lines):
            lines[at] = _damaged(dice, lines[at], seeds)
    return b"\n".join(lines)


def document(dice: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Another value somewhere inside the JSON (the whole, or a line of it, behind whatever stands before)."""
    if dice.random() < 0.3:
        return plain(dice, data, seeds)
    lines = [data] if dice.random() < 0.5 else data.split(b"\n")
    at = dice.randrange(len(lines))
    head, brace, _ = lines[at].partition(b"{")
    try:
        made = json.loads(lines[at][len(head) :])
        for _ in range(dice.choice((1, 1, 2, 3))):
            _spoil(dice, made)
        lines[at] = head + json.dumps(made, separators=(",", ":")).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return text(dice, data, seeds) if brace else plain(dice, data, seeds)
    return b"\n".join(lines)


def _spoil(dice: random.Random, root: Any) -> None:
    place = root
    while isinstance(place, dict | list) and place:
        key: Any = dice.choice(list(place)) if isinstance(place, dict) else dice.randrange(len(place))
        if not isinstance(place[key], dict | list) or not place[key] or dice.random() < 0.25:
            kind = dice.randrange(6)
            if kind == 0:
                del place[key]
            elif kind == 1 and isinstance(place, dict):
                place[dice.choice(("", "x", "!", "../x", "\ud800"))] = place[key]
            elif kind == 1 and isinstance(place, list):
                place.extend([place[key]] * dice.choice((1, 3, 40)))
            else:
                place[key] = copy.deepcopy(dice.choice(VALUES))
            return
        place = place[key]


def png(dice: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Damages chunks of a PNG, and the pixels in them, and puts their checksums right."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or dice.random() < 0.2:
        return plain(dice, data, seeds)
    parts: list[Chunk] = []
    place = 8
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        parts.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + length]))
        place += 12 + length

    def damaged(choice: int, kind: bytes, body: bytes) -> Chunk:
        if choice == 2 and kind in (b"IDAT", b"fdAT", b"zTXt"):
            return kind, _recompressed(dice, body, seeds)
        return kind, _damaged(dice, body, seeds)

    _spoil_chunks(dice, parts, dice.choice((1, 1, 2, 3)), damaged)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def aseprite(dice: random.Random, data: bytes, seeds: Seeds) -> bytes:
    """Damages chunks of an Aseprite file, inside their compressed cels too, and puts lengths right."""
    if len(data) < 144 or dice.random() < 0.3:
        return plain(dice, data, seeds)
    head, frames, place = bytearray(data[:128]), [], 128
    while place + 16 <= len(data):
        (length,) = struct.unpack_from("<I", data, place)
        frames.append(data[place : place + max(length, 16)])
        place += max(length, 16)
    at = dice.randrange(len(frames))
    frames[at] = _frame(dice, frames[at], seeds)
    if dice.random() < 0.2:
        frames.append(dice.choice(frames))
        struct.pack_into("<H", head, 6, len(frames) & 0xFFFF)
    if dice.random() < 0.2:
        struct.pack_into("<H", head, dice.choice((8, 10, 12)), dice.choice(NUMBERS) & 0xFFFF)
    body = b"".join(frames)
    struct.pack_into("<I", head, 0, (128 + len(body)) & 0xFFFFFFFF)
    return bytes(head) + body


def _frame(dice: random.Random, frame: bytes, seeds: Seeds) -> bytes:
    chunks: list[Chunk] = []
    place = 16
    while place + 6 <= len(frame):
        (length, kind) = struct.unpack_from("<IH", frame, place)
        chunks.append((kind, frame[place + 6 : place + max(length, 6)]))
        place += max(length, 6)

    def damaged(choice: int, kind: int, body: bytes) -> Chunk:
        if choice == 2 and kind == 0x2005 and len(body) > 20:
            return kind, body[:20] + _recompressed(dice, body[20:], seeds)
        if choice == 3:
            return dice.choice((0x2004, 0x2005, 0x2018, 0x2019, 0x2022, 0x2023, 0x0004, 0x0011, 0x2006)), body
        return kind, _damaged(dice, body, seeds)

    _spoil_chunks(dice, chunks, dice.choice((1, 1, 2)), damaged)
    body = b"".join(struct.pack("<IH", len(b) + 6, k) + b for k, b in chunks)
    head = struct.pack("<IHHH", 16 + len(body), 0xF1FA, min(len(chunks), 0xFFFF), 100) + bytes(2)
    return head + struct.pack("<I", len(chunks)) + body


def _spoil_chunks(
    dice: random.Random, chunks: list[Chunk], times: int, damaged: Callable[[int, Any, bytes], Chunk]
) -> None:
    """Takes some away, doubles some, and damages others: `damaged` gets a number (2 to 4), kind and body."""
    for _ in range(times):
        if not chunks:
            break
        at = dice.randrange(len(chunks))
        choice = dice.randrange(5)
        if choice == 0:
            del chunks[at]
        elif choice == 1:
            chunks.insert(dice.randrange(len(chunks) + 1), chunks[at])
        else:
            chunks[at] = damaged(choice, *chunks[at])


def _recompressed(dice: random.Random, data: bytes, seeds: Seeds) -> bytes:
    try:
        inner = zlib.decompressobj().decompress(data, 1 << 20)
    except zlib.error:
        return _damaged(dice, data, seeds)
    choice = dice.randrange(3)
    if choice == 0:
        inner = inner[: dice.randrange(len(inner) + 1)]
    elif choice == 1:
        inner += bytes(dice.choice((1, 100, 1 << 16)))
    else:
        inner = _damaged(dice, inner, seeds)
    return zlib.compress(inner, 1)


def _damaged(dice: random.Random, data: bytes, seeds: Seeds) -> bytes:
    at = dice.randrange(len(data) + 1)
    kind = dice.randrange(8)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + data[at + dice.choice((1, 2, 4, 16)) :]
    if kind == 2:
        return data[:at] + bytes(dice.randrange(256) for _ in range(dice.choice((1, 2, 4)))) + data[at:]
    if kind == 3 and at < len(data):
        return data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]
    if kind == 4:
        form = dice.choice(("<H", ">H", "<I", ">I", "B"))
        size = struct.calcsize(form)
        number = struct.pack(form, dice.choice(NUMBERS) & ((1 << 8 * size) - 1))
        return data[:at] + number + data[at + size :]
    if kind == 5:
        other = dice.choice(seeds)
        start = dice.randrange(len(other) + 1)
        return data[:at] + other[start : start + dice.choice((4, 16, 200))] + data[at:]
    if kind == 6:
        length = dice.choice((1, 8, 64))
        return data[:at] + data[at : at + length] * dice.choice((2, 3, 50)) + data[at + length :]
    return data[:at] + dice.choice(WORDS) + data[at:]
