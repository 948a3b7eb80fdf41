"""Recipes: each operation's property, the fixed order, and frames that stay registered."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pixel_samples import colors, needs_samples, noise, pictures, sample

from assetgen.model.errors import AssetError
from assetgen.model.manifest import Operation
from assetgen.pixels.colors import off_palette, unique_colors
from assetgen.pixels.operations import cleanup, drawing, framing, grid
from assetgen.pixels.picture import Picture, canonical
from assetgen.pixels.recipe import Applied, Context, added_colors, apply, cleaning, swapped_colors
from assetgen.pixels.versions import OPERATION_VERSIONS, ORDER


def op(name: str, /, **params: Any) -> Operation:
    return Operation(name, params)


def run(frames: Picture | list[Picture], *operations: Operation, **palettes: list[str]) -> Applied:
    return apply(frames if isinstance(frames, list) else [frames], operations, Context(palettes))


def dot(width: int, height: int, *at: tuple[int, int], color: tuple[int, ...] = (200, 80, 40, 255)) -> Picture:
    picture = np.zeros((height, width, 4), np.uint8)
    for x, y in at:
        picture[y, x] = color
    return picture


@st.composite
def animations(draw: st.DrawFn) -> list[Picture]:
    width, height = draw(st.integers(1, 10)), draw(st.integers(1, 10))
    frames = []
    for _ in range(draw(st.integers(1, 4))):
        points = draw(st.lists(st.tuples(st.integers(0, width - 1), st.integers(0, height - 1)), max_size=5))
        frames.append(dot(width, height, *points))
    return frames


def test_every_operation_has_a_version() -> None:
    assert set(ORDER) <= set(OPERATION_VERSIONS)


# --- grid ---


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 999), st.integers(2, 9))
def test_enlarged_pictures_come_back_exactly(seed: int, scale: int) -> None:
    art = noise(seed, 24, 20)
    large = framing.enlarge(art, scale)
    result = run(large, op("grid", scale="auto"))
    assert (result.frames[0] == art).all()
    assert result.move.point(3 * scale, 7 * scale) == (3, 7)
    assert (run(large, op("grid", scale=scale)).frames[0] == art).all()


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 999), st.integers(3, 8), st.integers(0, 7), st.integers(0, 7))
def test_cropped_enlargements_keep_their_whole_pixels(seed: int, scale: int, left: int, top: int) -> None:
    art = noise(seed, 24, 20)
    left, top = left % scale, top % scale
    large = framing.enlarge(art, scale)[top:, left:]
    small = run(np.ascontiguousarray(large), op("grid")).frames[0]
    begin_x, begin_y = int(left * 2 > scale), int(top * 2 > scale)
    assert (small == art[begin_y:, begin_x:]).all()


def test_grids_survive_jpeg_and_noise() -> None:
    art = noise(4, 32, 32)
    art[..., :3] = art[..., :3] // 64 * 64
    large = framing.enlarge(art, 6)
    packed = BytesIO()
    Image.fromarray(large[..., :3]).save(packed, "JPEG", quality=80)
    jpeg = np.dstack([np.array(Image.open(packed)), large[..., 3]])
    small = run(jpeg, op("grid")).frames[0]
    assert small.shape == art.shape
    assert np.abs(small.astype(int) - art.astype(int)).mean() < 8


def test_pictures_without_a_grid_are_left_alone_and_say_so() -> None:
    art = noise(9, 40, 40)
    result = run(art, op("grid"))
    assert (result.frames[0] == art).all()
    assert "no pixel grid found" in result.notes[0]
    flat = dot(16, 16)
    assert (run(flat, op("grid")).frames[0] == flat).all()


@needs_samples
@pytest.mark.parametrize("name", ["walking_and_idle.png", "item_icon.png", "tileset_16px.png", "ui_panel.png"])
def test_real_sheets_are_native(name: str) -> None:
    art = sample(name)
    assert grid.detect([art]).confidence < 0.2
    assert grid.detect([framing.enlarge(art, 8)]).confidence == 1
    assert (run(framing.enlarge(art, 8), op("grid")).frames[0] == art).all()


# --- background, alpha, specks ---


def test_floods_from_the_border_and_leaves_enclosed_areas() -> None:
    picture = np.full((9, 9, 4), (250, 250, 250, 255), np.uint8)
    picture[0, 3] = (245, 252, 250, 255)
    picture[2:7, 2:7] = (30, 30, 30, 255)
    picture[4, 4] = (250, 250, 250, 255)
    result = run(picture, op("background", flood=8)).frames[0]
    assert result[4, 4].tolist() == [250, 250, 250, 255]
    assert int((result[..., 3] > 0).sum()) == 25
    assert (result[0, 3] == 0).all()
    assert (run(result, op("background", flood=8)).frames[0] == result).all()


@settings(deadline=None, max_examples=60)
@given(pictures(), st.integers(1, 255))
def test_alpha_is_all_or_nothing_once(picture: Picture, threshold: int) -> None:
    result = cleanup.threshold_alpha(picture, threshold)
    assert set(np.unique(result[..., 3]).tolist()) <= {0, 255}
    assert ((result[..., 3] == 255) == (picture[..., 3] >= threshold)).all()
    assert (canonical(result) == result).all()
    assert (cleanup.threshold_alpha(result, threshold) == result).all()


def test_specks_go_but_art_and_the_largest_part_stay() -> None:
    picture = dot(12, 8, *[(x, y) for x in range(2, 6) for y in range(2, 6)])
    picture[3, 3] = (1, 2, 3, 255)
    dusty = picture.copy()
    dusty[0, 11] = dusty[7, 9] = dusty[7, 10] = (9, 9, 9, 255)
    assert (run(dusty, op("specks", size=2)).frames[0] == picture).all()
    assert int((run(dusty, op("specks", size=1)).frames[0][..., 3] > 0).sum()) == 18
    single = dot(4, 4, (1, 1))
    assert (run(single, op("specks", size=50)).frames[0] == single).all()


# --- trim, canvas, mirror, rotate ---


@settings(deadline=None, max_examples=80)
@given(animations())
def test_trim_then_paste_restores(frames: list[Picture]) -> None:
    result = run(frames, op("trim"))
    height, width = frames[0].shape[:2]
    left, top = -int(result.move.dx), -int(result.move.dy)
    for before, after in zip(frames, result.frames, strict=True):
        assert after.shape == result.frames[0].shape
        assert (framing.place(after, (width, height), left, top) == before).all()


@settings(deadline=None, max_examples=60)
@given(animations(), st.sampled_from(["center", "top", "bottom_left", "right", "bottom"]), st.integers(0, 3))
def test_all_frames_move_alike_and_points_follow(frames: list[Picture], align: str, margin: int) -> None:
    size = [frames[0].shape[1] + 2 * margin + 3, frames[0].shape[0] + 2 * margin + 2]
    steps = [op("canvas", size=size, align=align, margin=margin), op("mirror", axis="x"), op("rotate", degrees=90)]
    result = run(frames, op("trim"), *steps)
    for before, after in zip(frames, result.frames, strict=True):
        ys, xs = np.nonzero(before[..., 3])
        for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
            corners = [result.move.point(x, y), result.move.point(x + 1, y + 1)]
            to_x, to_y = min(c[0] for c in corners), min(c[1] for c in corners)
            assert (after[to_y, to_x] == before[y, x]).all()


def test_a_canvas_never_resizes() -> None:
    with pytest.raises(AssetError, match="canvas: the picture of 9×4 and a margin of 1 does not fit into 10×10"):
        run(dot(9, 4), op("canvas", size=[10, 10], margin=1))
    result = run(dot(9, 4, (0, 0)), op("canvas", margin=2))
    assert result.frames[0].shape == (8, 13, 4)
    assert result.move.point(0, 0) == (2, 2)


@settings(deadline=None, max_examples=60)
@given(pictures(), st.sampled_from("xy"))
def test_mirror_twice_is_identity(picture: Picture, axis: str) -> None:
    assert (framing.mirror(framing.mirror(picture, axis), axis) == picture).all()


@settings(deadline=None, max_examples=60)
@given(pictures())
def test_four_quarter_turns_are_identity(picture: Picture) -> None:
    turned = picture
    for _ in range(4):
        turned = framing.rotate(turned, 90)
    assert (turned == picture).all()
    assert (framing.rotate(framing.rotate(picture, 90), 180) == framing.rotate(picture, 270)).all()
    assert (framing.rotate(picture, 90)[0, -1] == picture[0, 0]).all()


@settings(deadline=None, max_examples=40)
@given(pictures(), st.integers(1, 5))
def test_enlarged_pictures_sample_back(picture: Picture, factor: int) -> None:
    large = framing.enlarge(picture, factor)
    assert large.shape[:2] == (picture.shape[0] * factor, picture.shape[1] * factor)
    assert all((large[y::factor, x::factor] == picture).all() for x in range(factor) for y in range(factor))


# --- palette, colors, recolor ---


@settings(deadline=None, max_examples=60)
@given(pictures(), colors((1, 9)))
def test_a_mapped_picture_comes_back_unchanged(picture: Picture, palette: list[str]) -> None:
    once = run(picture, op("palette", colors=palette, dither="bayer4")).frames[0]
    assert not off_palette(once, palette).any()
    assert (run(once, op("palette", colors=palette, dither="bayer4")).frames[0] == once).all()


def test_palettes_by_name_come_from_the_context() -> None:
    mapped = run(noise(1, 4, 4), op("palette", name="dusk", colors=None), dusk=["102030"]).frames[0]
    assert unique_colors([mapped])[0].tolist() == [0x102030]


def test_frames_share_the_reduced_colours() -> None:
    frames = [noise(seed, 16, 16) for seed in range(3)]
    result = run(frames, op("colors", count=8))
    assert len(unique_colors(result.frames)[0]) <= 8
    assert (run(result.frames, op("colors", count=8)).frames[1] == result.frames[1]).all()


def test_recolour_there_and_back() -> None:
    team, other = ["ff0000", "aa0000"], ["0000ff", "0000aa"]
    red = dot(4, 2, (0, 0), color=(255, 0, 0, 255))
    red[1, 1] = (1, 2, 3, 255)
    params = {"from": {"colors": team}, "to": {"name": "blue"}}
    blue = run(red, Operation("recolor", params), blue=other).frames[0]
    assert blue[0, 0].tolist() == [0, 0, 255, 255]
    assert blue[1, 1].tolist() == [1, 2, 3, 255]
    back = Operation("recolor", {"from": {"colors": other}, "to": {"colors": team}})
    assert (run(blue, back).frames[0] == red).all()
    with pytest.raises(AssetError, match="none of the colours to replace occurs"):
        run(blue, Operation("recolor", params), blue=other)
    with pytest.raises(AssetError, match="recolor: 2 colours cannot become 1"):
        run(red, Operation("recolor", {"from": {"colors": team}, "to": {"colors": other[:1]}}))
    assert swapped_colors([*team, "010203"], [back, Operation("recolor", params)], Context({"blue": other})) == [
        *other,
        "010203",
    ]


# --- outline, shadow ---


@settings(deadline=None, max_examples=60)
@given(animations(), st.booleans())
def test_outlines_surround_and_never_cover(frames: list[Picture], corners: bool) -> None:
    result = run(frames, op("outline", color="010203", corners=corners))
    dx, dy = int(result.move.dx), int(result.move.dy)
    for before, after in zip(frames, result.frames, strict=True):
        height, width = before.shape[:2]
        inner = after[dy : dy + height, dx : dx + width]
        visible = before[..., 3] > 0
        assert (inner[visible] == before[visible]).all()
        reach = [(0, 1), (1, 0), (0, -1), (-1, 0)] + ([(1, 1), (-1, -1), (1, -1), (-1, 1)] if corners else [])
        for y, x in np.argwhere(visible):
            for step_y, step_x in reach:
                assert after[y + dy + step_y, x + dx + step_x, 3] == 255


def test_an_outline_needs_room_where_the_canvas_is_fixed() -> None:
    full = dot(4, 4, (0, 0), (3, 3))
    assert run(full, op("outline")).frames[0].shape == (6, 6, 4)
    assert run(dot(4, 4, (1, 1)), op("outline")).frames[0].shape == (4, 4, 4)
    with pytest.raises(AssetError, match="outline: 1 more clear pixels are needed"):
        run(full, op("canvas", size=[4, 4]), op("outline"))


def test_inner_outlines_stay_inside() -> None:
    square = dot(7, 7, *[(x, y) for x in range(1, 6) for y in range(1, 6)])
    result = run(square, op("outline", side="inside", color="000000")).frames[0]
    assert ((result[..., 3] > 0) == (square[..., 3] > 0)).all()
    assert int((result[..., :3].sum(axis=2) == 0).sum()) - 24 == 16
    assert (result[2:5, 2:5] == square[2:5, 2:5]).all()


def test_shadows_lie_under_the_figure_and_get_room() -> None:
    figure = dot(3, 3, (1, 1))
    result = run(figure, op("shadow", offset=[2, 1], opacity=100, color="102030"))
    assert result.frames[0].shape == (5, 5, 4)
    assert result.frames[0][3, 4].tolist() == [16, 32, 48, 100]
    assert result.frames[0][2, 2].tolist() == [200, 80, 40, 255]
    assert int((result.frames[0][..., 3] > 0).sum()) == 2
    assert added_colors([op("shadow", color="102030"), op("outline")]) == ["102030", "000000"]


def test_a_ground_shadow_stays_where_it_is() -> None:
    low = dot(16, 16, *[(x, y) for x in range(4, 12) for y in range(8, 14)])
    high = np.roll(low, -5, axis=0)
    shadows = [frame[..., 3] == 96 for frame in run([low, high], op("shadow", kind="ground")).frames]
    assert shadows[0].any()
    assert (shadows[1] | ~shadows[0]).all()
    empty = dot(8, 8)
    assert (run(empty, op("shadow", kind="ground")).frames[0] == empty).all()


def test_outline_of_an_empty_picture_is_empty() -> None:
    assert not run(dot(3, 3), op("outline"), op("trim")).frames[0].any()
    assert drawing.outline_room([dot(3, 3)], "outside") == 0


# --- the whole ---


def test_operations_run_in_the_fixed_order_and_leave_their_input_alone() -> None:
    frames = [noise(seed, 12, 12, 255) for seed in range(2)]
    for frame in frames:
        frame[:3] = 0
    before = [frame.copy() for frame in frames]
    steps = [
        op("mirror", axis="y"),
        op("outline", color="ff00ff"),
        op("palette", colors=["000000", "ffffff"]),
        op("canvas", size=[20, 20], align="bottom", margin=2),
        op("trim"),
    ]
    result = apply(frames, steps)
    assert all((a == b).all() for a, b in zip(frames, before, strict=True))
    assert {f"{value:06x}" for value in unique_colors(result.frames)[0].tolist()} == {"000000", "ffffff", "ff00ff"}
    again = apply(frames, steps[::-1])
    assert all((a == b).all() for a, b in zip(result.frames, again.frames, strict=True))
    # The figure of 12×9 stands on the lower margin, then everything is mirrored top to bottom.
    assert result.move.point(0, 3) == (4, 11)
    assert result.move.point(0, 12) == (4, 2)


def test_cleaning_is_what_comes_before_trim() -> None:
    steps = [op("trim"), op("specks", size=2), op("outline"), op("background", flood=8)]
    assert [step.name for step in cleaning(steps)] == ["specks", "background"]
