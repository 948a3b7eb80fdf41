"""The short way to read a PNG file gives what the general decoder gives, or leaves the file to it."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pixel_samples import noise, pictures

from assetgen.model.errors import PictureError
from assetgen.pixels import picture as reading
from assetgen.pixels import png
from assetgen.pixels.picture import Picture, canonical, decode
from assetgen.pixels.plain_png import read_plain

HEAD = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def written(size: tuple[int, int], depth: int, color: int, lines: bytes, *middle: bytes, interlaced: int = 0) -> bytes:
    """A PNG by hand: `lines` with a filter byte before each."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, color, 0, 0, interlaced))
    return HEAD + head + b"".join(middle) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def pillow(data: bytes) -> Picture:
    return canonical(np.array(Image.open(io.BytesIO(data)).convert("RGBA")))


def outcome(data: bytes) -> bytes | str:
    """The picture, or what is said of the file."""
    try:
        found = decode(data, what="x")
    except PictureError as error:
        return str(error)
    return repr(found.shape).encode() + found.tobytes()


def generally(data: bytes, patch: pytest.MonkeyPatch) -> bytes | str:
    """The same without the short way."""
    with patch.context() as without:
        without.setattr(reading, "read_plain", lambda _data: None)
        return outcome(data)


@settings(deadline=None, max_examples=60)
@given(pictures(few=False))
def test_what_is_written_here_is_read_the_short_way(picture: Picture) -> None:
    for data in (png.encode(picture), png.encode_truecolor(picture)):
        found = read_plain(data)
        assert found is not None
        assert np.array_equal(found, picture)


@settings(deadline=None, max_examples=80)
@given(st.data(), st.sampled_from([1, 2, 4, 8]), st.integers(1, 19), st.integers(1, 5))
def test_indexed_files_are_read_as_by_pillow(data: st.DataObject, depth: int, width: int, height: int) -> None:
    count = data.draw(st.integers(1, 1 << depth))
    palette = data.draw(st.binary(min_size=3 * count, max_size=3 * count))
    alpha = data.draw(st.binary(max_size=count))
    length = (width * depth + 7) // 8
    rows = data.draw(st.lists(st.binary(min_size=length, max_size=length), min_size=height, max_size=height))
    middle = [chunk(b"PLTE", palette), *([chunk(b"tRNS", alpha)] if alpha else [])]
    file = written((width, height), depth, 3, b"".join(b"\0" + row for row in rows), *middle)
    found = read_plain(file)
    assert found is not None or count < 1 << depth  # an index without a colour is the other's business
    assert np.array_equal(decode(file, what="x"), pillow(file))


@settings(deadline=None, max_examples=60)
@given(pictures(few=False), st.booleans())
def test_filtered_colours_are_read_as_by_pillow(picture: Picture, opaque: bool) -> None:
    file = io.BytesIO()
    Image.fromarray(picture[..., :3] if opaque else picture).save(file, "PNG")
    found = read_plain(file.getvalue())
    assert found is not None
    assert np.array_equal(found, pillow(file.getvalue()))


def test_large_indexed_pictures_are_read_in_bands() -> None:
    values = np.random.default_rng(5).integers(0, 1 << 32, 9, dtype=np.uint32)
    picture = canonical(np.random.default_rng(6).choice(values, (700, 1201)).view(np.uint8).reshape(700, 1201, 4))
    found = read_plain(png.encode(picture))
    assert found is not None
    assert np.array_equal(found, picture)


PALETTE = chunk(b"PLTE", bytes(range(48)))
ROWS = b"".join(bytes([0, 0x12 + n, 0x34]) for n in range(4))


@pytest.mark.parametrize(
    "data",
    [
        written((4, 4), 4, 3, ROWS[:3] + b"\1" + ROWS[4:], PALETTE),
        written((4, 4), 4, 3, ROWS, PALETTE, interlaced=1),
        written((4, 4), 4, 3, ROWS + b"more", PALETTE),
        written((4, 4), 4, 3, ROWS[:-1], PALETTE),
        written((4, 4), 4, 3, ROWS, PALETTE, PALETTE),
        written((4, 4), 4, 3, ROWS, chunk(b"tRNS", b"\0"), PALETTE),
        written((4, 4), 4, 3, ROWS, chunk(b"PLTE", bytes(6))),
        written((4, 4), 4, 3, ROWS, chunk(b"PLTE", bytes(7))),
        written((4, 4), 4, 3, ROWS, chunk(b"PLTE", bytes(51))),
        written((4, 4), 4, 3, ROWS, PALETTE, chunk(b"tRNS", bytes(17))),
        written((4, 4), 4, 3, ROWS),
        written((4, 4), 4, 0, ROWS),
        written((4, 4), 16, 2, b"".join(b"\0" + noise(n, 24, 1)[0, :, 0].tobytes() for n in range(4))),
        written((2, 2), 8, 2, b"\0abcabc\0defabc", chunk(b"tRNS", b"\0a\0b\0c")),
        written((2, 2), 8, 4, b"\0abab\0cdcd"),
        written((2, 2), 8, 6, b"\5abcdabcd\0efghefgh"),
        written((2, 2), 8, 6, b"\1abcdabcd\0efghefg"),
    ],
)
def test_anything_else_is_left_to_the_general_decoder(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_plain(data) is None
    assert outcome(data) == generally(data, monkeypatch)


def test_no_damaged_byte_makes_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    base = canonical(noise(1, 3, 2) & np.uint8(0xC0))
    filtered = io.BytesIO()
    Image.fromarray(base).save(filtered, "PNG")
    for whole in (png.encode(base), png.encode_truecolor(base), filtered.getvalue()):
        for place in (*range(8, 16), 19, 23, *range(24, len(whole))):  # without sizes that take long
            for bit in (1, 0x80):
                data = whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]
                assert outcome(data) == generally(data, monkeypatch), place
                resummed = _resummed(data)
                assert outcome(resummed) == generally(resummed, monkeypatch), place


def _resummed(data: bytes) -> bytes:
    """The file with right checksums, as far as its chunks can be told apart."""
    found, at = data[:8], 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if at + 12 + length > len(data):
            break
        found += chunk(data[at + 4 : at + 8], data[at + 8 : at + 8 + length])
        at += 12 + length
    return found + data[at:]
