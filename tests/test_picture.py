"""Pictures: bounded decoding, one digest for one picture, PNG files as small as pixel art allows."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import warnings
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from assetgen.model.errors import PictureError
from assetgen.pixels import png
from assetgen.pixels.picture import (
    Limits,
    Picture,
    animated_digest,
    canonical,
    decode,
    decode_frames,
    file_digest,
    pixel_digest,
    read,
    size_of,
    sniff,
)

FEW = settings(deadline=None, max_examples=60)
SIDES = st.integers(1, 17)


@st.composite
def pictures(draw: st.DrawFn, colors: tuple[int, int] = (1, 300)) -> Picture:
    """Pictures of a handful of colours, some of them transparent or translucent."""
    palette = draw(arrays(np.uint8, (draw(st.integers(*colors)), 4)))
    palette[:: draw(st.integers(1, 5)), 3] = 255
    indexes = draw(arrays(np.uint16, (draw(SIDES), draw(SIDES)), elements=st.integers(0, len(palette) - 1)))
    return canonical(palette[indexes])


def saved(picture: Picture | Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(buffer, **{"format": "PNG", **options})
    return buffer.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def raw_png(width: int, height: int, depth: int, color: int, rows: Iterable[bytes], *extra: bytes) -> bytes:
    """A PNG by hand: `rows` are the packed bytes of each row."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@FEW
@given(pictures())
def test_encode_then_decode_is_identity(picture: Picture) -> None:
    for data in (png.encode(picture), png.encode_truecolor(picture)):
        assert np.array_equal(decode(data, what="x"), picture)
        assert size_of(data) == (picture.shape[1], picture.shape[0])


@FEW
@given(pictures(), st.integers(0, 9))
def test_digest_is_the_same_however_the_picture_was_saved(picture: Picture, level: int) -> None:
    digests = {
        pixel_digest(picture),
        file_digest(png.encode(picture), "x"),
        file_digest(png.encode_truecolor(picture), "x"),
        file_digest(saved(picture, compress_level=level), "x"),
        file_digest(saved(picture, format="WEBP", lossless=True, exact=True), "x"),
    }
    assert len(digests) == 1


def test_digest_is_the_published_formula() -> None:
    picture = np.array([[[1, 2, 3, 255], [9, 9, 9, 0]]], np.uint8)
    expected = hashlib.sha256(b"RGBA8" + struct.pack(">II", 2, 1) + bytes([1, 2, 3, 255, 0, 0, 0, 0])).hexdigest()
    assert pixel_digest(picture) == expected
    animated = hashlib.sha256(b"RGBA8A" + struct.pack(">IIII", 2, 1, 1, 80) + bytes([1, 2, 3, 255, 0, 0, 0, 0]))
    assert animated_digest([picture], [80]) == animated.hexdigest()


def test_hidden_colour_does_not_count_and_the_argument_is_left_alone() -> None:
    white = np.full((4, 4, 4), 255, np.uint8)
    white[..., 3] = 0
    kept = white.copy()
    assert pixel_digest(white) == pixel_digest(np.zeros((4, 4, 4), np.uint8))
    assert np.array_equal(white, kept)
    assert not decode(saved(white), what="x").any()


@FEW
@given(pictures(colors=(1, 256)))
def test_indexed_form_whenever_256_colours_suffice(picture: Picture) -> None:
    data = png.encode(picture)
    assert data[25] == 3
    assert data == png.encode(picture.copy())
    assert {data[i : i + 4] for i in range(len(data)) if data[i : i + 4] in (b"tEXt", b"gAMA", b"pHYs")} == set()


def test_more_colours_are_written_truecolour() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 4), np.uint8)
    assert png.encode(canonical(noise))[25] == 6
    noise[..., 3] = 255
    assert png.encode(noise)[25] == 2


def test_large_picture_whose_last_pixels_bring_new_colours() -> None:
    picture = np.zeros((300, 400, 4), np.uint8)
    picture[..., 3] = 255
    picture[-1, :200, 0] = np.arange(200)
    assert np.array_equal(decode(png.encode(picture), what="x"), picture)
    picture[-1, 200:, 1] = np.arange(200)
    assert np.array_equal(decode(png.encode(picture), what="x"), picture)


def test_palette_picture_keeps_order_and_duplicates() -> None:
    picture = decode(png.encode_palette(["ff0000", "#00ff00", "ff0000", "0000ff80"]), what="x")
    assert picture.tolist() == [[[255, 0, 0, 255], [0, 255, 0, 255], [255, 0, 0, 255], [0, 0, 255, 128]]]


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_transparent_grey_value_at_every_depth(depth: int) -> None:
    top = (1 << depth) - 1
    row = bytes(
        [0b0_1 << 6] if depth == 1 else [(0 << 6) | (top << 4)] if depth == 2 else [top] if depth == 4 else [0, top]
    )
    data = raw_png(2, 1, depth, 0, [row], chunk(b"tRNS", struct.pack(">H", top)))
    assert decode(data, what="x").tolist() == [[[0, 0, 0, 255], [0, 0, 0, 0]]]


def test_sixteen_bits_keep_the_high_byte() -> None:
    grey = raw_png(2, 1, 16, 0, [struct.pack(">HH", 0x12FF, 0xFEDC)])
    assert decode(grey, what="x").tolist() == [[[0x12, 0x12, 0x12, 255], [0xFE, 0xFE, 0xFE, 255]]]
    rgba = raw_png(1, 1, 16, 6, [struct.pack(">4H", 0x01FF, 0x02FF, 0x03FF, 0x80FF)])
    assert decode(rgba, what="x").tolist() == [[[1, 2, 3, 0x80]]]
    both = raw_png(1, 1, 16, 4, [struct.pack(">2H", 0x41FF, 0x80FF)])
    assert decode(both, what="x").tolist() == [[[0x41, 0x41, 0x41, 0x80]]]


def test_sixteen_bit_transparency_is_compared_at_full_depth() -> None:
    rgb = raw_png(2, 1, 16, 2, [struct.pack(">6H", 0x0102, 0x0304, 0x0506, 0x0103, 0x0304, 0x0506)],
                  chunk(b"tRNS", struct.pack(">3H", 0x0103, 0x0304, 0x0506)))  # fmt: skip
    assert decode(rgb, what="x").tolist() == [[[1, 3, 5, 255], [0, 0, 0, 0]]]
    grey = raw_png(2, 1, 16, 0, [struct.pack(">HH", 0x0102, 0x0103)], chunk(b"tRNS", struct.pack(">H", 0x0103)))
    assert decode(grey, what="x").tolist() == [[[1, 1, 1, 255], [0, 0, 0, 0]]]


def test_no_colour_management_and_no_exif_turn() -> None:
    image = Image.new("RGB", (3, 2), (10, 20, 30))
    exif = Image.Exif()
    exif[0x0112] = 6
    plain = file_digest(saved(image), "x")
    assert file_digest(saved(image, exif=exif, icc_profile=b"not a profile"), "x") == plain


def gif(frames: Sequence[Picture], durations: int | list[int], **options: Any) -> bytes:
    images = [Image.fromarray(frame) for frame in frames]
    buffer = io.BytesIO()
    images[0].save(buffer, save_all=True, append_images=images[1:], duration=durations, loop=0,
                   **{"format": "GIF", "disposal": 2, **options})  # fmt: skip
    return buffer.getvalue()


def moving(count: int = 4, side: int = 9) -> list[Picture]:
    frames = np.zeros((count, side, side, 4), np.uint8)
    for number, frame in enumerate(frames):
        frame[number : number + 3, 1:4] = (200, 30 * number, 40, 255)
    return list(frames)


@pytest.mark.parametrize("options", [{}, {"format": "PNG"}, {"format": "WEBP", "lossless": True}])
def test_frames_and_durations_of_animations(options: dict[str, Any]) -> None:
    frames = moving()
    data = gif(frames, [100, 150, 200, 120], **options)
    animated = decode_frames(data, what="x")
    assert animated.durations == [100, 150, 200, 120]
    assert all(np.array_equal(a, b) for a, b in zip(animated.frames, frames, strict=True))
    assert np.array_equal(decode(data, what="x"), frames[0])
    assert file_digest(data, "x") == animated_digest(frames, [100, 150, 200, 120])


def test_default_picture_of_an_apng_that_is_no_frame() -> None:
    frames = moving()
    data = gif([np.full((9, 9, 4), 255, np.uint8), *frames], 50, format="PNG", default_image=True, disposal=1)
    animated = decode_frames(data, what="x")
    assert all(np.array_equal(a, b) for a, b in zip(animated.frames, frames, strict=True))
    assert decode(data, what="x").min() == 255


def test_one_frame_is_a_still_picture() -> None:
    frame = moving(1)
    assert file_digest(gif(frame, 100), "x") == pixel_digest(frame[0])


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (saved(moving(1)[0]), "png"),
        (gif(moving(), 9), "gif"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"BMxx", "bmp"),
        (b"hm", None),
    ],
)
def test_sniff_goes_by_content(data: bytes, kind: str | None) -> None:
    assert sniff(data) == kind


# Hostile and damaged files


def claims(width: int, height: int) -> bytes:
    return raw_png(width, height, 8, 6, [b"\0" * 16])


@pytest.mark.parametrize("size", [(1 << 15, 1 << 15), (1 << 31, 1 << 31), (0, 5), (8192, 8193)])
def test_a_claimed_gigabyte_is_refused_before_anything_is_allocated(size: tuple[int, int]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PictureError, match=r"^hero\.png: (claims|0×5)"):
            decode(claims(*size), what="hero.png")


def test_a_second_header_cannot_claim_another_size() -> None:
    """Found by a fuzzer: decoders believe the last header, we had checked the first."""
    second = chunk(b"IHDR", struct.pack(">IIBBBBB", 1 << 15, 1 << 15, 8, 6, 0, 0, 0))
    with pytest.raises(PictureError, match="more than one IHDR"):
        decode(raw_png(1, 1, 8, 6, [b"\1\2\3\xff"], second), what="x")
    jpeg = saved(Image.new("RGB", (8, 8)), format="JPEG")
    at = jpeg.index(b"\xff\xc0")
    (length,) = struct.unpack_from(">H", jpeg, at + 2)
    frame = bytearray(jpeg[at : at + 2 + length])
    struct.pack_into(">HH", frame, 5, 1 << 15, 1 << 15)
    with pytest.raises(PictureError, match="contradicts itself: 8×8 in one place, 32768×32768"):
        decode(jpeg[:at] + jpeg[at : at + 2 + length] + bytes(frame) + jpeg[at + 2 + length :], what="x")


def test_text_bombs_are_not_unpacked() -> None:
    bomb = zlib.compress(b"\0" * (200 << 20), 9)
    extra = [chunk(kind, b"a\0\0" + bomb) for kind in (b"zTXt", b"iCCP")] + [chunk(b"iTXt", b"a\0\1\0\0\0" + bomb)]
    data = raw_png(1, 1, 8, 6, [b"\1\2\3\xff"], *extra)
    assert decode(data, what="x").tolist() == [[[1, 2, 3, 255]]]


def test_too_many_chunks_frames_and_pixels() -> None:
    crumbs = raw_png(1, 1, 8, 6, [b"\1\2\3\xff"], *[chunk(b"tEXt", b"")] * 50)
    with pytest.raises(PictureError, match="more than 20 chunks"):
        decode(crumbs, what="x", limits=Limits(chunks=20))
    animation = gif(moving(), 50)
    with pytest.raises(PictureError, match="4 frames; at most 3"):
        decode_frames(animation, what="x", limits=Limits(frames=3))
    with pytest.raises(PictureError, match="9×9 pixels × 4 frames"):
        decode_frames(animation, what="x", limits=Limits(pixels=200))
    assert decode(animation, what="x", limits=Limits(pixels=200)).shape == (9, 9, 4)


@pytest.mark.parametrize("options", [{"format": "PNG"}, {"format": "GIF"}, {"format": "WEBP", "lossless": True}])
def test_every_truncation_is_a_named_error(options: dict[str, Any]) -> None:
    data = gif(moving(), 50, **options)
    for length in range(0, len(data) - 13, 7):
        with pytest.raises(PictureError, match=r"^art/hero: "):
            decode_frames(data[:length], what="art/hero")


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(["PNG", "GIF", "WEBP", "JPEG", "APNG"]), st.data())
def test_damaged_bytes_are_a_picture_or_a_named_error(kind: str, data: st.DataObject) -> None:
    if kind == "JPEG":
        damaged = bytearray(saved(Image.new("RGB", (9, 9), (200, 40, 30)), format="JPEG"))
    else:
        damaged = bytearray(gif(moving(), 50, **({} if kind == "GIF" else {"format": kind.removeprefix("A")})))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        frames = decode_frames(bytes(damaged), what="reply").frames
    except PictureError as error:
        said = str(error)
    else:
        said = "reply: fine"
        assert len({frame.shape for frame in frames}) == 1
    assert said.startswith("reply: ")


def test_pointer_files_and_other_things_say_what_they_are(tmp_path: Path) -> None:
    pointer = tmp_path / "hero.png"
    pointer.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(PictureError, match="git lfs pull"):
        read(pointer, "art/hero.png")
    with pytest.raises(PictureError, match="is a psd file"):
        decode(b"8BPS", what="x")
    with pytest.raises(PictureError, match=r"art/none\.png: cannot be read: No such file"):
        read(tmp_path / "none.png", "art/none.png")


@pytest.mark.skipif("ASSETGEN_SAMPLES" not in os.environ, reason="ASSETGEN_SAMPLES names no folder of real outputs")
def test_real_outputs_survive_and_shrink() -> None:
    for path in sorted(Path(os.environ["ASSETGEN_SAMPLES"]).glob("*.png")):
        data = path.read_bytes()
        picture = decode(data, what=path.name)
        again = png.encode(picture)
        assert pixel_digest(picture) == file_digest(again, path.name)
        assert len(again) < len(saved(picture))


@pytest.mark.parametrize("colors", [1, 2, 3, 17, 255, 256, 257])
def test_large_pictures_are_indexed_exactly(colors: int) -> None:
    """More pixels than one band, with colours that first appear late."""
    noise = np.random.default_rng(colors)
    palette = noise.permutation(1 << 24)[:colors].astype(np.uint32) | np.uint32(0xFF000000)
    places = np.sort(noise.integers(0, colors, 400 * 200))
    places[-colors:] = np.arange(colors)
    pixels = canonical(palette[places].reshape(400, 200, 1).view(np.uint8).reshape(400, 200, 4))
    data = png.encode(pixels)
    assert (decode(data, what="x") == pixels).all()
    assert data[25] == (3 if colors <= 256 else 2)
