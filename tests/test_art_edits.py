"""The edit tools do what they say."""

from __future__ import annotations

import numpy as np
import pytest
from art_orders import hero, one, wrap_ratio

from assetgen.simulator.art import edit, fix
from assetgen.simulator.art.canvas import Picture


@pytest.mark.parametrize(
    "prompt",
    ["add a pointed hat", "make it blue", "golden crown", "glowing aura", "white outline", "frozen", "hold a sword",
     "sunglasses", "burning", "snow", "mirror", "make it stranger", "", "add a lantern", "recolor the boots red"],
)  # fmt: skip
@pytest.mark.parametrize("opaque", [False, True])
def test_image_edit_changes_the_picture(prompt: str, opaque: bool) -> None:
    picture = one("rd_pro__default", "villager", 64, remove_bg=not opaque)
    changed = edit("image_edit", {"input_image": picture}, {"prompt": prompt})
    assert changed.shape == picture.shape
    assert not np.array_equal(changed, picture)
    assert np.array_equal(changed, edit("image_edit", {"input_image": picture}, {"prompt": prompt}))


def test_a_hat_is_put_on_the_head() -> None:
    picture = hero(64)
    changed = edit("image_edit", {"input_image": picture}, {"prompt": "add a red pointed hat"})
    different = (changed != picture).any(axis=-1)
    red = (changed[..., 0] > 150) & (changed[..., 1] < 90) & different
    assert red.sum() > 30
    assert np.nonzero(red)[0].mean() < 24


def test_inpainting_keeps_what_is_protected() -> None:
    picture = one("rd_fast__default", "knight", 64)
    mask = np.zeros((64, 64, 4), np.uint8)
    mask[..., 3] = 255
    mask[8:32, 8:32, :3] = 255
    changed = edit("inpainting", {"input_image": picture, "mask_image": mask}, {"prompt": "red gem"})
    inside = np.zeros((64, 64), np.bool_)
    inside[8:32, 8:32] = True
    assert np.array_equal(changed[~inside], picture[~inside])
    assert (changed[inside] != picture[inside]).any(axis=-1).mean() > 0.3


def test_outpainting_grows_and_keeps_the_old_picture() -> None:
    for picture in (one("rd_fast__default", "knight", 64), hero(64)):
        grown = edit(
            "outpainting", {"input_image": picture}, {"expand_left": 20, "expand_top": 8, "prompt": "oak tree"}
        )
        assert grown.shape == (72, 84, 4)
        assert np.array_equal(grown[8:, 20:], picture)


def test_seam_tiling_closes_the_seams() -> None:
    ramp = np.zeros((48, 48, 4), np.uint8)
    ramp[..., 0] = np.linspace(0, 255, 48)[None, :]
    ramp[..., 1] = np.linspace(0, 255, 48)[:, None]
    ramp[..., 3] = 255
    assert wrap_ratio(ramp, 1) > 10
    closed = edit("seam_tiling", {"input_image": ramp}, {"tile_x": True, "tile_y": True})
    assert wrap_ratio(closed, 0) < 1.5
    assert wrap_ratio(closed, 1) < 1.5


def test_background_remover() -> None:
    picture = one("rd_fast__default", "goblin archer", 64, seed=2)
    bare = one("rd_fast__default", "goblin archer", 64, seed=2, remove_bg=True)
    cut = edit("background_remover", {"input_image": picture}, {})
    both = (cut[..., 3] > 0) == (bare[..., 3] > 0)
    assert both.mean() > 0.97


def colors(picture: Picture) -> set[tuple[int, ...]]:
    return {tuple(c) for c in picture[picture[..., 3] > 0][:, :3].tolist()}


@pytest.mark.parametrize("mode", ["none", "bayer_2x2", "bayer_4x4", "bayer_8x8"])
def test_colour_tools(mode: str) -> None:
    picture = one("rd_plus__environment", "forest", 64)
    fields = {"color_count": 6, "dither_mode": mode, "dither_strength": 60}
    assert len(colors(edit("color_reducer", {"input_image": picture}, fields))) <= 6
    palette = np.array([[[20, 20, 30, 255], [200, 60, 80, 255], [240, 220, 180, 255]]], np.uint8)
    mapped = edit("palette_converter", {"input_image": picture, "input_palette": palette}, {"dither_mode": mode})
    assert colors(mapped) <= {(20, 20, 30), (200, 60, 80), (240, 220, 180)}


def test_style_transfer_takes_the_others_colours() -> None:
    mine, other = hero(64), one("rd_tile__single_tile", "lava", 32)
    changed = edit("color_style_transfer", {"input_image": mine, "extra_input_image": other}, {})
    assert colors(changed) <= colors(other)
    assert np.array_equal(changed[..., 3], mine[..., 3])


def test_downscaling_undoes_enlarging() -> None:
    picture = hero(32)
    large = picture.repeat(6, 0).repeat(6, 1)
    assert np.array_equal(edit("k_centroid_downscale", {"input_image": large}, {"width": 32, "height": 32}), picture)
    assert np.array_equal(edit("pixel_correction", {"input_image": large}, {}), picture)
    assert np.array_equal(fix(large, "fix_standard"), picture)
    assert fix(large, "fix_neural", 48, 40).shape == (40, 48, 4)


def test_rotation() -> None:
    picture = one("rd_fast__mc_item", "sword", 32)
    assert np.array_equal(edit("rotate", {"input_image": picture}, {"rotation_degrees": 90}), np.rot90(picture, -1))
    assert np.array_equal(edit("rotate", {"input_image": picture}, {"rotation_degrees": 360}), picture)
    turned = edit("rotate", {"input_image": picture}, {"rotation_degrees": 45})
    assert turned.shape[0] > 40
    assert colors(turned) <= colors(picture)
