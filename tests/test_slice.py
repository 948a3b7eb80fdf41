"""Cutting sheets and GIFs, by the layout table and against real outputs; boxes and pivots."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.catalog.layouts import CORNERS, LAYOUTS, layout_for
from assetgen.catalog.styles import find
from assetgen.catalog.tags import resolve_tags
from assetgen.model.errors import LayoutError
from assetgen.model.layout import Cell, Layout
from assetgen.model.manifest import Grid, Timing
from assetgen.pixels.geometry import (
    common_box,
    crop,
    hitbox_of,
    nine_slice_fits,
    pivot_of,
    trim_box,
    visible_box,
)
from assetgen.pixels.picture import Animated, Picture, decode_frames, read
from assetgen.pixels.slice import cut, cut_durations, cut_frames, drawn, grid_of, plain_grid

SAMPLES = Path(os.environ.get("ASSETGEN_SAMPLES", "no samples"))
needs_samples = pytest.mark.skipif("ASSETGEN_SAMPLES" not in os.environ, reason="ASSETGEN_SAMPLES names no folder")


def sheet(width: int, height: int) -> Picture:
    """Every pixel different."""
    count = width * height
    pixels = np.full((count, 4), 255, np.uint8)
    pixels[:, 0], pixels[:, 1], pixels[:, 2] = (
        np.arange(count) >> 16,
        np.arange(count) >> 8 & 255,
        np.arange(count) & 255,
    )
    return pixels.reshape(height, width, 4)


# What the table says, independent of the catalog's code: cell side, then tag → (row, column, mirrored) in play order.
def row(number: int, columns: Iterable[int], mirrored: bool = False) -> list[tuple[int, int, bool]]:
    return [(number, column, mirrored) for column in columns]


EXPECTED = {
    ("animation__four_angle_walking", "four_angle_walking.png", 48): {
        f"walk_{d}": row(r, range(4)) for r, d in enumerate(["up", "right", "down", "left"])
    },
    ("animation__walking_and_idle", "walking_and_idle.png", 48): {
        f"{action}_{d}": row(r, columns)
        for r, d in enumerate(["down", "right", "up", "left"])
        for action, columns in {"idle": (2, 0), "walk": (2, 1, 2, 3)}.items()
    },
    ("animation__small_sprites", "small_sprites.png", 32): {
        **{
            f"{action}_{d}": row(r, columns, mirrored)
            for d, r, mirrored in [("down", 0, False), ("left", 1, False), ("up", 2, False), ("right", 1, True)]
            for action, columns in {"walk": (0, 1), "arm": (2,), "arms": (3,), "crouch": (4,)}.items()
        },
        **{
            name: row(3, (column,))
            for column, name in enumerate(["glance_left", "glance_right", "look", "surprised", "lying"])
        },
    },
    ("rd_animation__battle_sprites", "battle_sprites.png", 64): {
        f"{action}_{d}": row(r, columns)
        for r, d in enumerate(["down", "right", "up", "left"])
        for action, columns in {
            "idle": range(3),
            "walk": range(3, 9),
            "jump": range(9, 11),
            "attack": range(11, 14),
        }.items()
    },
    ("rd_advanced_animation__attack", "advanced_attack_8f_64px.png", 64): {
        "attack": row(0, range(4)) + row(1, range(4))
    },
}


def cut_sheet(
    picture: Picture, layout: Layout | None, *grid: int, what: str = "x", cell: tuple[int, int] | None = None
) -> list[Picture]:
    columns, rows = grid or (None, None)
    return cut(picture, grid_of((picture.shape[1], picture.shape[0]), layout, columns, rows, what, cell=cell))


@needs_samples
@pytest.mark.parametrize(("style", "file", "side"), EXPECTED)
def test_each_frame_of_a_real_sheet_is_the_crop_that_the_table_demands(style: str, file: str, side: int) -> None:
    picture = read(SAMPLES / file)
    known = find(style)
    assert known is not None
    layout = layout_for(known, 8)
    cells = cut_sheet(picture, layout, what=file)
    grid = grid_of(picture.shape[1::-1], layout, None, None, file)
    tags = resolve_tags(layout, len(cells), Timing(), {}, columns=grid.columns, rows=grid.rows)
    expected = EXPECTED[style, file, side]
    assert {tag.name for tag in tags} == set(expected)
    for tag in tags:
        assert len(tag.cells) == len(expected[tag.name])
        for cell, (r, c, mirrored) in zip(tag.cells, expected[tag.name], strict=True):
            crop_ = picture[r * side : (r + 1) * side, c * side : (c + 1) * side]
            assert np.array_equal(drawn(cells, cell), crop_[:, ::-1] if mirrored else crop_)


@needs_samples
@pytest.mark.parametrize(("file", "side"), [("tileset_32px.png", 32), ("tileset_16px.png", 16)])
def test_real_tilesets_hold_the_corners_that_the_table_says(file: str, side: int) -> None:
    cells = cut_sheet(read(SAMPLES / file), LAYOUTS["tileset"], what=file, cell=(side, side))
    assert len(cells) == 20
    assert {cell.shape for cell in cells} == {(side, side, 4)}
    # Corner windows of equal bits look alike: nearer to the mean of their own kind than to the other's.
    quarter = side // 4
    windows = {
        (index, corner): tile[y : y + quarter, x : x + quarter, :3].reshape(-1, 3).mean(axis=0)
        for index, tile in enumerate(cells)
        for corner, (y, x) in enumerate([(0, 0), (0, side - quarter), (side - quarter, 0), (side - quarter,) * 2])
    }
    means = [np.mean([w for (i, c), w in windows.items() if CORNERS[i][c] == bit], axis=0) for bit in (0, 1)]
    right = sum(
        int(np.argmin([np.abs(w - mean).sum() for mean in means])) == CORNERS[i][c] for (i, c), w in windows.items()
    )
    assert right >= 78


@needs_samples
def test_real_gifs_are_cut_where_their_order_is_known() -> None:
    turning = decode_frames((SAMPLES / "eight_dir_rotation_x8.gif").read_bytes(), what="turn")
    strip = cut_sheet(read(SAMPLES / "eight_dir_rotation_8x1.png"), None, 8, 1)
    cells = cut_frames(turning, LAYOUTS["8_dir_rotation"])
    assert len(cells) == 9
    assert not cells[4].any()
    for number, index in enumerate([0, 1, 2, 5, 8, 7, 6, 3]):
        assert np.array_equal(cells[index][4::8, 4::8], strip[number])
    effect = decode_frames((SAMPLES / "vfx_x8.gif").read_bytes(), what="vfx")
    strip = cut_sheet(read(SAMPLES / "vfx_16x1.png"), None, 16, 1)
    assert all(np.array_equal(a[4::8, 4::8], b) for a, b in zip(cut_frames(effect, LAYOUTS["vfx"]), strip, strict=True))
    assert cut_durations(effect, LAYOUTS["vfx"]) == [200] * 16
    walking = decode_frames((SAMPLES / "advanced_walking_8f_x8.gif").read_bytes(), what="walk")
    assert len(cut_frames(walking, LAYOUTS["advanced_walking_8"])) == len(
        cut_frames(walking, LAYOUTS["advanced_walking"])
    )


def test_the_expansion_of_44_frames_is_refused_with_its_count() -> None:
    frames = Animated([sheet(48, 48)] * 44, [100] * 44)
    with pytest.raises(LayoutError, match=r"hero\.gif is an animation of 44 frames.*walking_and_idle"):
        cut_frames(frames, LAYOUTS["walking_and_idle"], "hero.gif")
    with pytest.raises(LayoutError, match="44 frames; layout four_angle_walking has 16"):
        cut_frames(frames, LAYOUTS["four_angle_walking"])
    assert len(cut_frames(frames, None)) == 44


@pytest.mark.parametrize(
    ("layout", "size", "words"),
    [
        ("walking_and_idle", (192, 190), r"hero\.png is 192×190 pixels.*walking_and_idle \(4×4 cells of 48×48\)"),
        ("walking_and_idle", (256, 256), r"hero\.png is 256×256 pixels.*walking_and_idle.*needs 192×192"),
        ("small_sprites", (192, 192), r"192×192.*small_sprites \(5×4 cells of 32×32\)"),
        ("four_angle_walking", (896, 256), "896×256.*needs 192×192"),
        ("advanced_attack_10", (300, 128), "300×128.*grid of layout advanced_attack_10 is not known"),
        ("advanced_attack", (320, 128), "320×128.*is not known"),
        ("tileset", (64, 81), "64×81.*tileset"),
        ("tileset", (3, 5), "3×5.*tileset"),
    ],
)
def test_a_sheet_that_does_not_fit_names_both_sizes(layout: str, size: tuple[int, int], words: str) -> None:
    with pytest.raises(LayoutError, match=words):
        cut_sheet(sheet(*size), LAYOUTS[layout], what="hero.png")


def test_enlarged_sheets_keep_their_grid() -> None:
    assert grid_of((384, 384), LAYOUTS["walking_and_idle"], None, None, "x") == (4, 4, 96, 96, 0, 0)


def test_unknown_grids_follow_from_the_cell_or_from_square_cells() -> None:
    ten, free = LAYOUTS["advanced_walking_10"], LAYOUTS["advanced_walking"]
    assert grid_of((320, 192), ten, None, None, "x", cell=(64, 64))[:4] == (5, 3, 64, 64)
    assert grid_of((320, 128), ten, None, None, "x")[:4] == (5, 2, 64, 64)
    assert grid_of((96, 128), free, None, None, "x", cell=(48, 32))[:2] == (2, 4)
    with pytest.raises(LayoutError, match="256×128 pixels; layout advanced_walking_10 needs 10 frames of 64×64"):
        grid_of((256, 128), ten, None, None, "x", cell=(64, 64))


def test_a_sheet_with_more_frames_than_asked_for_is_not_cut_into_halves() -> None:
    with pytest.raises(LayoutError, match=r"256×256.*advanced_walking_8 \(4×2 cells of 64×64\) needs 256×128"):
        cut_sheet(sheet(256, 256), LAYOUTS["advanced_walking_8"], cell=(64, 64))
    clamped = grid_of((256, 128), LAYOUTS["advanced_walking_8"], None, None, "x", cell=(48, 48))
    assert clamped[:4] == (4, 2, 64, 64)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 6), st.integers(1, 6), st.integers(0, 2), st.integers(0, 2))
def test_plain_grids_with_margin_and_spacing(
    columns: int, rows: int, width: int, height: int, margin: int, spacing: int
) -> None:
    size = (2 * margin + columns * (width + spacing) - spacing, 2 * margin + rows * (height + spacing) - spacing)
    picture = sheet(*size)
    grid = Grid(tile_size=(width, height), margin=margin, spacing=spacing)
    found = plain_grid(size, grid, "x")
    if (found.columns, found.rows) == (columns, rows):  # a margin as wide as a tile can pass for one
        tiles = cut(picture, found)
        last = tiles[-1]
        assert len(tiles) == columns * rows
        assert np.array_equal(tiles[0][0, 0], picture[margin, margin])
        assert np.array_equal(last[-1, -1], picture[size[1] - margin - 1, size[0] - margin - 1])
    else:
        assert margin >= min(width, height)
    with pytest.raises(LayoutError, match="do not fit"):
        plain_grid((size[0] + width + 7, height - 1), grid, "x")


def test_drawn_mirrors_and_is_contiguous() -> None:
    cells = cut_sheet(sheet(8, 4), None, 2, 1)
    assert np.array_equal(drawn(cells, Cell(1, mirrored=True)), cells[1][:, ::-1])
    assert drawn(cells, Cell(0)).flags["C_CONTIGUOUS"]


# Geometry


def dot(size: tuple[int, int], *points: tuple[int, int]) -> Picture:
    picture = np.zeros((size[1], size[0], 4), np.uint8)
    for x, y in points:
        picture[y, x] = (9, 9, 9, 255)
    return picture


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_the_trim_box_holds_every_visible_pixel_and_no_empty_border(data: st.DataObject) -> None:
    size = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    points = data.draw(st.lists(st.tuples(st.integers(0, size[0] - 1), st.integers(0, size[1] - 1)), min_size=1))
    picture = dot(size, *points)
    box = trim_box(picture)
    restored = np.zeros_like(picture)
    crop(restored, box)[:] = crop(picture, box)
    assert np.array_equal(restored, picture)
    inside = crop(picture, box)[..., 3]
    assert inside[0].any()
    assert inside[-1].any()
    assert inside[:, 0].any()
    assert inside[:, -1].any()


def test_boxes_of_nothing() -> None:
    empty = dot((5, 4))
    assert visible_box(empty) is None
    assert trim_box(empty) == common_box([empty]) == (0, 0, 1, 1)
    assert common_box([empty, dot((5, 4), (3, 2)), dot((5, 4), (1, 3))]) == (1, 2, 3, 2)


def test_pivots() -> None:
    standing, jumping = dot((9, 12), (4, 8)), dot((9, 12), (4, 10))
    assert pivot_of("center", (9, 12), []) == (4, 6)
    assert pivot_of("bottom", (9, 12), [standing, jumping]) == (4, 11)
    assert pivot_of("bottom", (9, 12), [standing, jumping], grounded=[standing]) == (4, 9)
    assert pivot_of("bottom", (9, 12), [dot((9, 12))]) == (4, 12)
    assert pivot_of((2, 3), (9, 12), []) == (2, 3)


def test_hitboxes_and_nine_slices() -> None:
    frames = [dot((9, 12), (4, 8)), dot((9, 12), (5, 10))]
    assert hitbox_of("auto", frames) == (4, 8, 2, 3)
    assert hitbox_of((1, 1, 2, 2), frames) == (1, 1, 2, 2)
    assert hitbox_of(None, frames) is None
    assert nine_slice_fits((8, 8, 8, 8), (17, 17))
    assert not nine_slice_fits((8, 8, 8, 8), (16, 17))
