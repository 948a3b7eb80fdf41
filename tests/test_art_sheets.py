"""Sheets: figures stand in their cells, walk on one line, never twice the same; tilesets join."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from art_orders import hero, one, style, wrap_ratio

from assetgen.catalog.layouts import CORNERS, LAYOUTS, layout_for
from assetgen.simulator.art import Order, draw
from assetgen.simulator.art.canvas import Picture

FIGURES = ("lantern-bearing knight", "wizard", "goblin archer", "blue slime", "corgi", "girl in a red dress", "robot")
WALKING = ("rd_animation__four_angle_walking", "rd_animation__four_angle_walking_idle")
DIRECTED = (*WALKING, "rd_animation__small_sprites", "rd_animation__battle_sprites")


def cells(picture: Picture, columns: int, rows: int) -> list[Picture]:
    h, w = picture.shape[0] // rows, picture.shape[1] // columns
    return [picture[y * h : (y + 1) * h, x * w : (x + 1) * w] for y in range(rows) for x in range(columns)]


def bottom(cell: Picture) -> int:
    return int(np.flatnonzero((cell[..., 3] > 0).any(axis=1))[-1])


@pytest.mark.parametrize("name", DIRECTED)
@pytest.mark.parametrize("prompt", FIGURES)
def test_cells_are_filled_apart_and_different(name: str, prompt: str) -> None:
    layout = layout_for(style(name), None)
    assert layout is not None
    assert layout.columns
    assert layout.rows
    frames = cells(one(name, prompt), layout.columns, layout.rows)
    for frame in frames:
        assert (frame[..., 3] > 0).mean() > 0.02
        assert not frame[0, :, 3].any()
        assert not frame[-1, :, 3].any()
        assert not frame[:, 0, 3].any()
        assert not frame[:, -1, 3].any()
    for tag in layout.tags:
        assert tag.cells
        played = [frames[c.index].tobytes() for c in tag.cells]
        assert len(played) == 1 or all(a != b for a, b in pairwise(played)), tag.name


@pytest.mark.parametrize("name", WALKING)
@pytest.mark.parametrize("prompt", ["lantern-bearing knight", "wizard", "goblin archer", "fox", "robot"])
def test_feet_stay_on_one_line(name: str, prompt: str) -> None:
    frames = cells(one(name, prompt), 4, 4)
    for row in range(4):
        feet = [bottom(f) for f in frames[row * 4 : row * 4 + 4]]
        assert max(feet) - min(feet) <= 1
        across = [float(np.nonzero(f[..., 3])[1].mean()) for f in frames[row * 4 : row * 4 + 4]]
        assert max(across) - min(across) < 0.12 * 48


def test_rotation_has_eight_views_around_an_empty_centre() -> None:
    frames = cells(one("rd_animation__8_dir_rotation", "viking"), 3, 3)
    assert not frames[4].any()
    assert len({f.tobytes() for k, f in enumerate(frames) if k != 4}) == 8


@pytest.mark.parametrize(
    "prompt", ["fire", "green explosion", "lightning", "smoke", "magic", "heal", "splash", "slash", "fireball"]
)
@pytest.mark.parametrize("side", [24, 64, 96])
def test_effects_fill_sixteen_frames(prompt: str, side: int) -> None:
    frames = cells(one("rd_animation__vfx", prompt, side), 4, 4)
    assert len({f.tobytes() for f in frames}) >= 14
    for frame in frames:
        assert (frame[..., 3] > 0).sum() >= max(4, 0.005 * side * side)
        assert not frame[0, :, 3].any()
        assert not frame[:, -1, 3].any()


ACTIONS = ("walking", "idle", "jump", "crouch", "attack", "destroy", "custom_action", "subtle_motion")


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("count", [4, 6, 8, 16])
def test_advanced_animations_move_the_given_picture(action: str, count: int) -> None:
    start = hero(64)
    row = style(f"rd_advanced_animation__{action}")
    sheet = draw(Order(style=row, size=(64, 64), prompt="swings the sword", input=start, frames=count))[0]
    layout = LAYOUTS[f"advanced_{action}_{count}"]
    assert layout.columns
    assert layout.rows
    frames = cells(sheet, layout.columns, layout.rows)
    assert len(frames) == count
    assert all(not np.array_equal(a, b) for a, b in pairwise(frames))
    assert all((f[..., 3] > 0).sum() > 20 for f in frames)
    known = {tuple(c) for c in start[start[..., 3] > 0][:, :3].tolist()}
    seen = [tuple(c) for f in frames for c in f[f[..., 3] > 0][:, :3].tolist()]
    assert np.mean([c in known for c in seen]) > 0.6


def test_an_opaque_start_frame_keeps_its_ground() -> None:
    start = one("rd_pro__default", "lantern-bearing knight", 64, seed=7)
    row = style("rd_advanced_animation__idle")
    order = Order(style=row, size=(64, 64), prompt="", input=start, frames=4)
    assert (draw(order)[0][..., 3] == 255).all()
    bare = draw(Order(style=row, size=(64, 64), prompt="", input=start, frames=4, remove_bg=True))[0]
    assert 0.1 < (bare[..., 3] > 0).mean() < 0.7


def test_one_prompt_is_one_person_in_every_style() -> None:
    """Most of the still's colours come back in the walking sheet, and its input changes its colours."""
    still = hero(64)
    sheet = one("rd_animation__four_angle_walking_idle", "lantern-bearing knight", seed=11, input=still)
    colors = {tuple(c) for c in still[still[..., 3] > 0][:, :3].tolist()}
    assert np.mean([tuple(c) in colors for c in sheet[sheet[..., 3] > 0][:, :3].tolist()]) > 0.8
    red = one("rd_pro__default", "villager in red clothes", 64, remove_bg=True)
    dressed = one("rd_animation__four_angle_walking", "villager", input=red)
    plain = one("rd_animation__four_angle_walking", "villager")

    def redness(picture: Picture) -> float:
        body = picture[picture[..., 3] > 0][:, :3].astype(int)
        return float(((body[:, 0] > 150) & (body[:, 1] < 90)).mean())

    assert redness(dressed) > redness(plain) + 0.05


PAIRS = (
    ("lush grass", "dirt"),
    ("water", "sand"),
    ("stone", "grass"),
    ("snow", "dirt"),
    ("lava", "stone"),
    ("brick", "grass"),
)


def luminous(picture: Picture) -> np.ndarray:
    return picture[..., :3].astype(float)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("side", [16, 24, 32])
def test_tilesets_have_their_corners_and_join(pair: tuple[str, str], side: int) -> None:
    row = style("rd_tile__tileset_advanced")
    sheet = draw(Order(style=row, size=(side, side), prompt=pair[0], outside=pair[1], seed=4))[0]
    tiles = cells(sheet, 4, 5)
    assert (sheet[..., 3] == 255).all()
    inside, outside = tiles[CORNERS.index((1, 1, 1, 1))], tiles[CORNERS.index((0, 0, 0, 0))]
    # A corner shows the terrain of its bit: it equals the full tile there, pixel for pixel.
    q = max(2, side // 8)
    for tile, bits in zip(tiles, CORNERS, strict=True):
        for bit, (ys, xs) in zip(bits, ((0, 0), (0, side - q), (side - q, 0), (side - q, side - q)), strict=True):
            full = inside if bit else outside
            same = (tile[ys : ys + q, xs : xs + q] == full[ys : ys + q, xs : xs + q]).all(axis=-1)
            assert same.mean() > 0.7
    # Neighbours with equal corners on their common side join as the full tile joins itself.
    base = max(wrap_ratio(inside, 1), wrap_ratio(outside, 1), 1.0)
    ratios = []
    for a, left in zip(tiles, CORNERS, strict=True):
        for b, right in zip(tiles, CORNERS, strict=True):
            if (left[1], left[3]) == (right[0], right[2]):
                step = np.abs(luminous(a)[:, -1] - luminous(b)[:, 0]).mean()
                inner = (np.abs(np.diff(luminous(a), axis=1)).mean() + np.abs(np.diff(luminous(b), axis=1)).mean()) / 2
                ratios.append(step / max(inner, 1e-9))
    assert np.mean(ratios) < 1.5 * base


def test_a_tileset_takes_given_textures() -> None:
    grass = one("rd_tile__single_tile", "grass", 32)
    row = style("rd_tile__tileset_advanced")
    sheet = draw(Order(style=row, size=(32, 32), prompt="grass", outside="sand", input=grass))[0]
    assert np.array_equal(cells(sheet, 4, 5)[6], grass)
