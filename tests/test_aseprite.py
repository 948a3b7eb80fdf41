"""Aseprite documents, written here chunk by chunk: flattened as Aseprite does, and never a traceback."""

from __future__ import annotations

import json
import struct
import zlib
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.model.errors import AssetgenError, PictureError
from assetgen.pixels import aseprite
from assetgen.pixels.aseprite import Document, FileTag, Slice
from assetgen.pixels.palettes import read as read_palette
from assetgen.pixels.picture import Limits, Picture

RED, BLUE, CLEAR = (255, 0, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)


def text(value: str) -> bytes:
    return struct.pack("<H", len(value.encode())) + value.encode()


def chunk(kind: int, body: bytes) -> bytes:
    return struct.pack("<IH", len(body) + 6, kind) + body


def layer(
    name: str = "ink", flags: int = 1, kind: int = 0, level: int = 0, blend: int = 0, opacity: int = 255
) -> bytes:
    head = struct.pack("<HHHHHHB3x", flags, kind, level, 0, 0, blend, opacity)
    return chunk(0x2004, head + text(name) + (struct.pack("<I", 0) if kind == 2 else b""))


def cel(
    pixels: Any, *, at: tuple[int, int] = (0, 0), on: int = 0, opacity: int = 255, order: int = 0, raw: bool = False
) -> bytes:
    """A cel of (h, w, bytes) pixels."""
    array = np.array(pixels, np.uint8)
    height, width = array.shape[:2]
    data = array.tobytes() if raw else zlib.compress(array.tobytes())
    head = struct.pack("<HhhBHh5x", on, *at, opacity, 0 if raw else 2, order)
    return chunk(0x2005, head + struct.pack("<HH", width, height) + data)


def linked(frame: int, on: int = 0) -> bytes:
    return chunk(0x2005, struct.pack("<HhhBHh5xH", on, 0, 0, 255, 1, 0, frame))


def palette(*rows: tuple[int, int, int, int]) -> bytes:
    body = struct.pack("<III8x", len(rows), 0, len(rows) - 1)
    return chunk(0x2019, body + b"".join(struct.pack("<HBBBB", 1, *row) + text("x") for row in rows))


def tags(*entries: tuple[int, int, int, int, str]) -> bytes:
    body = struct.pack("<H8x", len(entries))
    for first, last, direction, repeat, name in entries:
        body += struct.pack("<HHBH10x", first, last, direction, repeat) + text(name)
    return chunk(0x2018, body)


def document(
    *frames: list[bytes], size: tuple[int, int] = (2, 2), depth: int = 32, flags: int = 1, clear: int = 0
) -> bytes:
    body = b""
    for index, chunks in enumerate(frames):
        part = b"".join(chunks)
        body += struct.pack("<IHHHHI", 16 + len(part), 0xF1FA, 0xFFFF, 100 + index, 0, len(chunks)) + part
    head = struct.pack("<IHHHHHIH8xB3xH", 128 + len(body), 0xA5E0, len(frames), *size, depth, flags, 70, clear, 0)
    return head.ljust(128, b"\0") + body


def read(data: bytes) -> Document:
    return aseprite.read(data, "a.aseprite")


def block(color: tuple[int, ...], width: int = 2, height: int = 2) -> Picture:
    return np.full((height, width, 4), color, np.uint8)


def test_cels_are_placed_cut_at_the_canvas_and_layered() -> None:
    frames = read(
        document([layer(), layer("top"), cel(block(RED, 5, 5), at=(-1, -1)), cel(block(BLUE), at=(1, 1), on=1)])
    ).frames
    assert frames[0].tolist() == [[list(RED), list(RED)], [list(RED), list(BLUE)]]


def test_linked_and_raw_cels_share_pixels() -> None:
    first = [layer(), cel([[RED, CLEAR], [CLEAR, BLUE]], raw=True)]
    found = read(document(first, [linked(0)], [linked(1)]))
    assert all((frame == found.frames[0]).all() for frame in found.frames)
    assert found.durations == (100, 101, 102)


def test_opacities_multiply_and_blend_in_integers() -> None:
    half = read(document([layer(opacity=128), cel(block(RED))])).frames[0]
    assert half[0, 0].tolist() == [255, 0, 0, 128]
    ignored = read(document([layer(opacity=128), cel(block(RED))], flags=0)).frames[0]
    assert ignored[0, 0].tolist() == list(RED)
    both = read(document([layer(), layer(), cel(block(BLUE)), cel(block(RED), on=1, opacity=128)])).frames[0]
    assert both[0, 0].tolist() == [128, 0, 127, 255]


def test_hidden_layers_groups_and_references_are_not_drawn() -> None:
    chunks = [
        layer("shown"),
        layer("hidden", flags=0),
        layer("group", flags=0, kind=1),
        layer("in it", level=1),
        layer("reference", flags=65),
        cel(block(RED)),
        *(cel(block(BLUE), on=index) for index in (1, 3, 4)),
    ]
    assert (read(document(chunks)).frames[0] == block(RED)).all()


def test_z_index_reorders_cels() -> None:
    chunks = [layer(), layer(), cel(block(RED), order=2), cel(block(BLUE), on=1)]
    assert (read(document(chunks)).frames[0] == block(RED)).all()


def test_indexed_and_grey_files() -> None:
    colors = palette((9, 9, 9, 255), RED, (0, 0, 255, 128))
    indexed = [colors, layer(), cel([[[0], [1]], [[2], [1]]])]
    frame = read(document(indexed, depth=8)).frames[0]
    assert frame.tolist() == [[list(CLEAR), list(RED)], [[0, 0, 255, 128], list(RED)]]
    background = read(document([colors, layer(flags=9), cel([[[0], [1]], [[2], [1]]])], depth=8)).frames[0]
    assert background[0, 0].tolist() == [9, 9, 9, 255]
    assert read_palette(document(indexed, depth=8), "p.ase") == ["090909", "ff0000", "0000ff80"]
    grey = read(document([layer(), cel([[[7, 255], [8, 0]], [[9, 100], [1, 255]]])], depth=16)).frames[0]
    assert grey.tolist() == [[[7, 7, 7, 255], list(CLEAR)], [[9, 9, 9, 100], [1, 1, 1, 255]]]


def test_old_palettes_and_colour_changes_between_frames() -> None:
    old = chunk(0x0004, struct.pack("<HBB", 1, 0, 2) + bytes([0, 0, 0, 255, 0, 0]))
    change = chunk(0x0004, struct.pack("<HBB", 1, 1, 1) + bytes([0, 0, 255]))
    found = read(document([old, layer(), cel([[[1]]])], [change, linked(0)], depth=8, size=(1, 1)))
    assert [frame[0, 0].tolist() for frame in found.frames] == [list(RED), list(BLUE)]


def test_tilemaps_with_flips() -> None:
    tiles = np.zeros((2, 2, 2, 4), np.uint8)
    tiles[1, 0, 0] = RED
    tiles[1, 0, 1] = BLUE
    packed = zlib.compress(tiles.tobytes())
    tileset = chunk(
        0x2023, struct.pack("<IIIHHh14x", 0, 2, 2, 2, 2, 1) + text("t") + struct.pack("<I", len(packed)) + packed
    )
    cells = np.array([[1, 0], [1 | 0x80000000, 1 | 0x40000000]], "<u4")
    head = struct.pack("<HhhBHh5x", 0, 0, 0, 255, 3, 0)
    masks = struct.pack("<HHHIIII10x", 2, 2, 32, 0x1FFFFFFF, 0x80000000, 0x40000000, 0x20000000)
    body = chunk(0x2005, head + masks + zlib.compress(cells.tobytes()))
    frame = read(document([tileset, layer(kind=2), body], size=(4, 4))).frames[0]
    assert frame[0, :2].tolist() == [list(RED), list(BLUE)]
    assert not frame[:2, 2:].any()
    assert frame[2, :2].tolist() == [list(BLUE), list(RED)]
    assert frame[3, 2:].tolist() == [list(RED), list(BLUE)]


def test_tags_slices_and_play_order() -> None:
    slices = chunk(
        0x2022,
        struct.pack("<III", 1, 3, 0) + text("panel") + struct.pack("<IiiII", 0, 1, 2, 10, 12)
        + struct.pack("<iiII", 3, 4, 5, 6) + struct.pack("<ii", 5, 12),
    )  # fmt: skip
    entries = [
        (0, 3, 0, 0, "walk"),
        (0, 2, 1, 0, "back"),
        (0, 2, 2, 0, "sway"),
        (1, 3, 3, 0, "yaws"),
        (0, 1, 0, 1, "hit"),
    ]
    found = read(document([layer(), tags(*entries), slices], [], [], []))
    assert found.slices == (Slice("panel", (1, 2, 10, 12), (3, 4, 5, 6), (5, 12)),)
    assert found.slices[0].borders == (3, 4, 2, 2)
    played = {tag.name: ([cell.index for cell in tag.cells], tag.loop) for tag in found.resolved_tags("animation")}
    assert played == {
        "walk": ([0, 1, 2, 3], "repeat"),
        "back": ([2, 1, 0], "repeat"),
        "sway": ([0, 1, 2, 1], "pingpong"),
        "yaws": ([3, 2, 1, 2], "pingpong"),
        "hit": ([0, 1], "once"),
    }
    assert found.resolved_tags("animation")[1].durations == (102, 101, 100)
    assert [tag.name for tag in read(document([layer()])).resolved_tags("animation")] == ["animation"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (document([layer(blend=1), cel(block(RED))]), "layer `ink` has a blend mode other than Normal"),
        (document([layer(), linked(0)]), "links to a cel that is not there"),
        (document([layer(), cel(block(RED), on=3)]), "missing layer 3"),
        (document([layer()], depth=24), "unknown colour depth of 24 bits"),
        (document([layer()], size=(0, 5)), "nothing, or too much"),
        (document([layer()], size=(60000, 60000)), "nothing, or too much"),
        (document([layer(), cel(block(RED))])[:-5], "a.aseprite: "),
        (b"\0" * 200, "is no Aseprite file"),
    ],
)
def test_what_cannot_be_read_is_said(data: bytes, words: str) -> None:
    with pytest.raises(PictureError) as caught:
        read(data)
    assert str(caught.value).startswith("a.aseprite: ")
    assert words in str(caught.value)


@pytest.mark.parametrize("layers", [8, 16])
def test_links_cannot_make_the_reader_draw_for_hours(layers: int) -> None:
    """Each of 20 frames shows all layers of the first: 16 of them are twice what may be drawn."""
    side, frames = 16, 20
    first = [layer() for _ in range(layers)] + [cel(block(RED, side, side), on=index) for index in range(layers)]
    data = document(first, *([[linked(0, index) for index in range(layers)]] * (frames - 1)), size=(side, side))
    limits = Limits(pixels=side * side * frames)
    if layers == 8:
        assert (aseprite.read(data, "a.aseprite", limits).frames[-1] == RED).all()
        return
    with pytest.raises(PictureError, match="draws more than the limit"):
        aseprite.read(data, "a.aseprite", limits)


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    head = struct.pack("<HhhBHh5xHH", 0, 0, 0, 255, 2, 0, 60000, 60000)
    bomb = document([layer(), chunk(0x2005, head + zlib.compress(b"\0" * 1000))])
    with pytest.raises(PictureError, match="unpacks to more than the limit"):
        aseprite.read(bomb, "a", Limits(pixels=1 << 20))


WHOLE = document(
    [
        palette(RED, BLUE),
        layer(),
        layer("top", opacity=90),
        cel(block(RED, 3, 3)),
        cel(block(BLUE), on=1),
        tags((0, 1, 2, 0, "a")),
    ],
    [linked(0), cel(block(BLUE), at=(1, 0), on=1)],
    size=(4, 4),
)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_damaged_files_never_end_in_a_traceback(data: st.DataObject) -> None:
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PictureError):
        read(bytes(content[: data.draw(st.integers(100, len(content)))]))


# --- JSON beside a picture ---

SHEET = np.zeros((2, 6, 4), np.uint8)
SHEET[:, 0:2] = RED
SHEET[:, 2:3] = BLUE


def exported(hashed: bool = True) -> dict[str, Any]:
    frames: list[dict[str, Any]] = [
        {"filename": "0", "frame": {"x": 0, "y": 0, "w": 2, "h": 2}, "duration": 80},
        {
            "filename": "1", "frame": {"x": 2, "y": 0, "w": 1, "h": 2}, "trimmed": True, "duration": 120,
            "spriteSourceSize": {"x": 1, "y": 1, "w": 1, "h": 2}, "sourceSize": {"w": 3, "h": 3},
        },
    ]  # fmt: skip
    frames[0] |= {"spriteSourceSize": {"x": 0, "y": 0, "w": 2, "h": 2}, "sourceSize": {"w": 3, "h": 3}}
    meta = {
        "image": "art\\hero.png",
        "frameTags": [{"name": "walk", "from": 0, "to": 1, "direction": "pingpong", "repeat": "1"}],
        "slices": [
            {"name": "s", "keys": [{"frame": 0, "bounds": {"x": 0, "y": 0, "w": 3, "h": 3}, "pivot": {"x": 1, "y": 3}}]}
        ],
    }
    return {"frames": {f.pop("filename"): f for f in frames} if hashed else frames, "meta": meta}


@pytest.mark.parametrize("hashed", [True, False])
def test_json_exports_put_trimmed_frames_back(hashed: bool) -> None:
    data = json.dumps(exported(hashed)).encode()
    assert aseprite.picture_name(data, "a.json") == "art/hero.png"
    found = aseprite.read_json(data, SHEET, "a.json")
    assert found.durations == (80, 120)
    assert found.tags == (FileTag("walk", 0, 1, "pingpong", 1),)
    assert found.slices == (Slice("s", (0, 0, 3, 3), None, (1, 3)),)
    assert found.frames[0][:2, :2].tolist() == SHEET[:, :2].tolist()
    assert found.frames[1][1:, 1].tolist() == [list(BLUE), list(BLUE)]
    assert int((found.frames[1][..., 3] > 0).sum()) == 2


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_damaged_json_never_ends_in_a_traceback(data: st.DataObject) -> None:
    document = exported()
    parent: Any = document
    for _ in range(data.draw(st.integers(1, 5))):
        keys = sorted(parent) if isinstance(parent, dict) else list(range(len(parent)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(parent[key], dict | list):
            break
        parent = parent[key]
    if not isinstance(parent, dict | list) or not parent:
        return
    keys = sorted(parent) if isinstance(parent, dict) else list(range(len(parent)))
    parent[data.draw(st.sampled_from(keys))] = data.draw(
        st.sampled_from([None, -1, 1 << 40, "x", [], {}, True, 0.5, [{}], {"x": 1}])
    )
    text = json.dumps(document).encode()
    with suppress(AssetgenError):
        aseprite.picture_name(text, "a.json")
    with suppress(AssetgenError):
        aseprite.read_json(text, SHEET, "a.json")


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"[" * 99999, b"\xff", b'{"frames": [], "meta": {}}'])
def test_other_json_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError, match=r"^a\.json: "):
        aseprite.read_json(data, SHEET, "a.json")
