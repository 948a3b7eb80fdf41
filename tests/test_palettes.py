"""Palettes: every format there and back, real files in all their spellings, and damage that ends in a clear error."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pixel_samples import colors

from assetgen.model.errors import AssetgenError
from assetgen.pixels import palettes, png
from assetgen.pixels.palettes import FORMATS, normal_color, read, write

DUSK = ["1a1c2c", "5d275d", "b13e53", "ef7d57"]
ANY_ALPHA = st.lists(
    st.tuples(st.integers(0, 0xFFFFFF), st.integers(1, 255)).map(
        lambda pair: f"{pair[0]:06x}" + (f"{pair[1]:02x}" if pair[1] < 255 else "")
    ),
    min_size=1,
    max_size=20,
)


def ase(models: list[tuple[bytes, tuple[float, ...]]]) -> bytes:
    blocks = b""
    for model, values in models:
        name = "köln\0".encode("utf-16-be")
        body = struct.pack(">H", len(name) // 2) + name + model + struct.pack(f">{len(values)}f", *values) + b"\0\0"
        blocks += struct.pack(">HI", 1, len(body)) + body
    group = struct.pack(">HIH", 0xC001, 4, 1) + b"\0\0"
    return b"ASEF" + struct.pack(">HHI", 1, 0, len(models) + 1) + group + blocks


def aco(rows: Sequence[tuple[int, ...]], names: bool = True) -> bytes:
    first = struct.pack(">HH", 1, len(rows)) + b"".join(struct.pack(">5H", *row) for row in rows)
    if not names:
        return first
    named = b"".join(struct.pack(">5H", *row) + struct.pack(">I", 2) + "a\0".encode("utf-16-be") for row in rows)
    return first + struct.pack(">HH", 2, len(rows)) + named


def act(table: list[str], tail: bytes = b"") -> bytes:
    return b"".join(bytes.fromhex(color) for color in table).ljust(768, b"\0") + tail


def riff(table: list[str]) -> bytes:
    body = struct.pack("<HH", 0x300, len(table)) + b"".join(bytes.fromhex(color) + b"\0" for color in table)
    chunk = b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"PAL " + chunk


def swatch(table: list[str], side: int) -> bytes:
    pixels = np.array([[*bytes.fromhex(color), 255] for color in table], np.uint8)[None]
    return png.encode(np.repeat(np.repeat(pixels, side, axis=0), side, axis=1))


GPL = "GIMP Palette\nName: Dusk\nColumns: 4\n# a comment\n 26  28  44\tInk\n93 39 93 1 more\n177\t62\t83\nef 7\n"
FILES: dict[str, bytes] = {
    "gpl": GPL.replace("ef 7", "239 125  87 x").encode(),
    "gpl, BOM, CRLF, tabs": b"\xef\xbb\xbf"
    + b"GIMP Palette\r\n#\r\n26\t28\t44\tInk\r\n93\t39\t93\r\n\r\n177\t62\t83\ta b c\r\n239\t125\t87",
    "gpl, RGBA": b"GIMP Palette\nChannels: RGBA\n26 28 44 255 Untitled\n93 39 93 255\n177 62 83 255\n239 125 87 255",
    "gpl, old code page": "GIMP Palette\nName: Dämmerung\n26 28 44 Käse\n93 39 93\n177 62 83\n239 125 87\n".encode(
        "latin-1"
    ),
    "hex": b"1a1c2c\n5d275d\nb13e53\nef7d57",
    "hex, CRLF, #, capitals": b"\xef\xbb\xbf#1A1C2C\r\n#5D275D\r\n\r\n#b13e53\r\n#ef7d57\r\n",
    "hex, UTF-16": "1a1c2c\n5d275d\nb13e53\nef7d57\n".encode("utf-16"),
    "lospec json": json.dumps({"name": "Dusk", "author": "", "colors": DUSK}).encode(),
    "json list": json.dumps(["#" + color for color in DUSK]).encode(),
    "json numbers": b"[[26,28,44],[93,39,93,255],[177,62,83],[239,125,87]]",
    "jasc": b"JASC-PAL\r\n0100\r\n4\r\n26 28 44\r\n93 39 93\r\n177 62 83\r\n239 125 87\r\n",
    "jasc, tabs": b"JASC-PAL\n0100\n4\n26\t28\t44\n93 39 93 255\n177 62 83\n239 125 87",
    "paint.net": b"; paint.net Palette File\n; comment\nFF1A1C2C\nFF5D275D\nFFB13E53 ; red\nFFEF7D57\n",
    "png": swatch(DUSK, 1),
    "png 8x": swatch(DUSK, 8),
    "png 32x": swatch(DUSK, 32),
    "riff": riff(DUSK),
    "ase": ase([(b"RGB ", tuple(value / 255 for value in bytes.fromhex(color))) for color in DUSK]),
    "aco": aco([(0, *(value * 257 for value in bytes.fromhex(color)), 0) for color in DUSK]),
    "aco without names": aco([(0, *(value * 257 for value in bytes.fromhex(color)), 0) for color in DUSK], names=False),
    "act with count": act(DUSK, struct.pack(">HH", 4, 0xFFFF)),
}


@pytest.mark.parametrize("name", FILES)
def test_formats_are_told_apart_by_content(name: str) -> None:
    assert read(FILES[name], "art/palette") == DUSK


def test_colour_tables_without_a_count_have_256_colours() -> None:
    table = [f"{value:02x}{255 - value:02x}80" for value in range(256)]
    assert read(act(table), "p.act") == table
    clear = read(act(table, struct.pack(">HH", 256, 3)), "p.act")
    assert clear[3] == table[3] + "00"
    assert clear[:3] == table[:3]


def test_vga_tables_hold_six_bits() -> None:
    assert read(bytes([63, 0, 32]) + bytes(765), "p.pal")[0] == "ff0082"


def test_other_colour_models() -> None:
    models = [(b"Gray", (0.5,)), (b"CMYK", (0.0, 1.0, 1.0, 0.0)), (b"LAB ", (1.0, 0.0, 0.0))]
    assert read(ase(models), "p.ase") == ["808080", "ff0000", "ffffff"]
    rows = [(1, 0, 65535, 65535, 0), (2, 65535, 0, 0, 65535), (7, 10000, 0, 0, 0), (8, 0, 0, 0, 0)]
    assert read(aco(rows), "p.aco") == ["ff0000", "ff0000", "ffffff", "ffffff"]


def test_order_and_duplicates_are_kept() -> None:
    twice = ["ff0000", "00ff00", "ff0000", "ff0000"]
    for form in FORMATS:
        assert read(write(twice, "twice", form), form) == twice


@settings(deadline=None, max_examples=60)
@given(ANY_ALPHA, st.sampled_from(FORMATS), st.text(max_size=20))
@example(["00000001"], "gpl", "\x00")
def test_written_palettes_read_back(table: list[str], form: palettes.Format, name: str) -> None:
    assert read(write(table, name, form), "p") == table


@settings(deadline=None, max_examples=60)
@given(colors(), st.sampled_from(["gpl", "hex", "pal", "json"]), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_line_ends_and_boms_change_nothing(table: list[str], form: palettes.Format, end: str, bom: bool) -> None:
    text = write(table, "p", form).decode().replace("\r\n", "\n").replace("\n", end)
    assert read(text.encode("utf-8-sig" if bom else "utf-8"), "p") == table


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "p: the file is empty"),
        (b" \r\n", "p: the file is empty"),
        (b"GIMP Palette\n#\n", "p: holds no colours"),
        (b"GIMP Palette\n#\n1 2 3\n1 2\n", "p:4: expected 3 numbers"),
        (b"GIMP Palette\nChannels: RGBA\n1 2 3 red\n", "p:3: expected numbers from 0 to 255"),
        (b"GIMP Palette\n1 2 300\n", "p:2: 300 is above 255"),
        (b"GIMP Palette\n1 -2 3\n", "p:2: expected numbers"),
        (b"JASC-PAL\r\n0100\r\n", "p: ends before its colours"),
        (b"JASC-PAL\r\n0100\r\n3\r\n1 2 3\r\n", "p:3: says 3 colours, but 1 follow"),
        (b"JASC-PAL\r\n0100\r\n1\r\n1 2 3\r\n4 5 6\r\n", "p:3: says 1 colours, but 2 follow"),
        (b"JASC-PAL\r\n0100\r\nmany\r\n1 2 3\r\n", "p:3: expected the number of colours"),
        (b"1a1c2c\nxyz\n", "p:2: expected a colour"),
        (b"<html>", "p:1: expected a colour such as 1a1c2c, found `<html>`: is it a palette?"),
        (b'{"name": "x"}', "p: expected"),
        (b'{"colors": ["1a1c2c", 5]}', "p: colour 1 of the list"),
        (b'{"colors": [', "p:1: not valid JSON"),
        (b"[" * 100_000, "p: not valid JSON"),
        (FILES["ase"][:40], "p: "),
        (FILES["riff"][:30], "p: says 4 colours, but ends after"),
        (FILES["aco without names"][:30], "p: "),
        (FILES["png"][:40], "p"),
        (png.encode(np.full((100, 101, 4), 255, np.uint8)), "p: a 101×100 picture, not a palette"),
        (b"ffffff\n" * 5000, "p: 5000 colours, a palette has 4096 at most"),
        (b"0" * (9 << 20), "p: 9 MiB is too large"),
    ],
)
def test_damage_is_told_with_its_place(content: bytes, words: str) -> None:
    with pytest.raises(AssetgenError) as caught:
        read(content, "p")
    assert str(caught.value).startswith(words)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_damaged_files_never_end_in_a_traceback(name: str, data: st.DataObject) -> None:
    content = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    part = bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        found = read(part, "p")
    except AssetgenError:
        return
    assert found
    assert all(normal_color(color) == color for color in found)


@settings(deadline=None, max_examples=200)
@given(
    st.binary(max_size=900),
    st.sampled_from([b"", b"ASEF", b"GIMP Palette\n", b"JASC-PAL\n", b"RIFF\0\0\0\0PAL ", b"\0\1"]),
)
def test_garbage_never_ends_in_a_traceback(content: bytes, start: bytes) -> None:
    with suppress(AssetgenError):
        assert read(start + content, "p")


def test_colours_are_normalised() -> None:
    assert [normal_color(text) for text in ("#FFF", "1A1C2C", "#1a1c2cff", "1a1c2c80", "f008")] == [
        "ffffff", "1a1c2c", "1a1c2c", "1a1c2c80", "ff000088",
    ]  # fmt: skip
    assert [normal_color(text) for text in ("", "ff", "red", "12345", "#")] == [None] * 5


@pytest.mark.parametrize("name", ["dusk.png", "dusk.gpl", "dusk.hex"])
def test_a_git_lfs_pointer_is_named(name: str) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12345\n"
    with pytest.raises(AssetgenError, match=f"{name}: is a Git LFS pointer, not a palette: run `git lfs pull`"):
        read(pointer, name)
