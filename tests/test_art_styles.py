"""The artist: every style gives pictures of exactly the ordered form, and the same ones every time."""

from __future__ import annotations

import numpy as np
import pytest
from art_orders import hero, one, style, wrap_ratio
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.catalog import STYLES
from assetgen.catalog.types import Style
from assetgen.simulator.art import Order, draw

PROMPTS = (
    "lantern-bearing knight",
    "a raven with a glowing green eye",
    "red potion bottle",
    "mossy stone bricks",
    "swirling fire",
    "zorblax",
    "",
    "castle on a hill at sunset",
    "corgi wearing a party hat",
)


def ordered(row: Style, prompt: str, count: int = 1) -> Order:
    side = row.default_size or max(48, min(64, row.max_size), row.min_size)
    side = min(side, row.max_size) if not row.default_size else side
    needs = row.input == "required"
    return Order(
        style=row, size=(side, side), prompt=prompt, count=count, seed=3, input=hero(side) if needs else None, frames=8
    )


def grid_of(row: Style) -> tuple[int, int]:
    if row.makes == "tileset":
        return 4, 5
    if row.makes != "animation":
        return 1, 1
    return {"small_sprites": (5, 4), "battle_sprites": (14, 4), "8_dir_rotation": (3, 3), "rotate": (3, 3)}.get(
        row.layout or "", (4, 2) if row.family == "advanced" else (4, 4)
    )


@pytest.mark.parametrize("name", sorted(STYLES))
def test_every_style_has_its_form(name: str) -> None:
    row = STYLES[name]
    for prompt in ("lantern-bearing knight", "zorblax", "stone"):
        order = ordered(row, prompt)
        picture = draw(order)[0]
        columns, rows = grid_of(row)
        assert picture.dtype == np.uint8
        assert picture.shape == (order.size[1] * rows, order.size[0] * columns, 4)
        assert set(np.unique(picture[..., 3])) <= {0, 255}
        assert not picture[picture[..., 3] == 0].any()
        assert (picture[..., 3] > 0).any()
        assert len(np.unique(picture[..., :3].reshape(-1, 3), axis=0)) > (1 if "1_bit" in name else 3)


@given(
    prompt=st.one_of(st.sampled_from(PROMPTS), st.text(max_size=60)),
    name=st.sampled_from(sorted(n for n, s in STYLES.items() if s.makes in ("picture", "tile") and not s.sides)),
    width=st.integers(16, 140),
    height=st.integers(16, 140),
    seed=st.one_of(st.none(), st.integers(0, 2**31)),
    remove_bg=st.booleans(),
)
@settings(deadline=None, max_examples=60)
def test_any_words_and_size_give_a_picture(
    prompt: str, name: str, width: int, height: int, seed: int | None, remove_bg: bool
) -> None:
    row = STYLES[name]
    given_input = hero() if row.input == "required" else None
    order = Order(
        style=row, size=(width, height), prompt=prompt, seed=seed, remove_bg=remove_bg, count=2, input=given_input
    )
    pictures = draw(order)
    assert [p.shape for p in pictures] == [(height, width, 4)] * 2
    assert all((p[..., 3] > 0).sum() >= 8 for p in pictures)
    assert all(np.array_equal(a, b) for a, b in zip(pictures, draw(order), strict=True))


@pytest.mark.parametrize("side", [256, 384, 512])
@pytest.mark.parametrize("prompt", ["castle on a hill at sunset", "wizard", "stone bricks", "treasure chest"])
def test_large_pictures(side: int, prompt: str) -> None:
    assert one("rd_fast__default", prompt, side).shape == (side, side, 4)


def test_candidates_and_seeds_differ_but_keep_the_subject() -> None:
    row = style("rd_fast__default")
    four = draw(Order(style=row, size=(64, 64), prompt="goblin archer", count=4, seed=1))
    assert len({p.tobytes() for p in four}) == 4
    assert not np.array_equal(one("rd_fast__default", "fox", seed=1), one("rd_fast__default", "fox", seed=2))


def test_words_choose_the_colour() -> None:
    def strongest(word: str) -> int:
        """Of red, green and blue."""
        picture = one("rd_fast__mc_item", f"{word} gem", 32, remove_bg=True)
        return int(picture[picture[..., 3] > 0][:, :3].astype(int).mean(axis=0).argmax())

    assert [strongest(word) for word in ("red", "green", "blue")] == [0, 1, 2]


def test_a_sent_palette_is_kept_exactly() -> None:
    palette = ((26, 28, 44), (93, 39, 93), (177, 62, 83), (239, 125, 87), (255, 205, 117))
    for name in ("rd_fast__default", "rd_plus__environment", "rd_tile__single_tile", "rd_fast__mc_item"):
        picture = one(name, "wizard in a forest", 64, palette=palette)
        assert {tuple(c) for c in picture[picture[..., 3] > 0][:, :3].tolist()} <= set(palette)


@pytest.mark.parametrize("name", ["rd_fast__default", "rd_plus__default", "rd_pro__default", "rd_fast__portrait"])
@pytest.mark.parametrize("prompt", PROMPTS[:3])
def test_remove_bg_leaves_empty_corners(name: str, prompt: str) -> None:
    bare, whole = one(name, prompt, 64, remove_bg=True), one(name, prompt, 64)
    assert bare[0, 0, 3] == bare[0, -1, 3] == 0
    assert (whole[..., 3] == 255).all()


@pytest.mark.parametrize("name", ["rd_fast__mc_item", "rd_plus__topdown_item", "rd_tile__tile_object"])
def test_items_have_no_background(name: str) -> None:
    for side in (16, 32, 64):
        picture = one(name, "golden sword", side)
        assert picture[0, 0, 3] == 0
        assert 0.04 < (picture[..., 3] > 0).mean() < 0.9


TERRAIN_PROMPTS = (
    "grass", "dirt path", "sand", "grey cobblestone", "red brick wall", "wood planks", "water", "lava", "snow", "ice",
    "metal plates", "moss", "autumn leaves", "swamp", "starry void", "red carpet", "marble tiles", "roof shingles",
    "volcanic rock with cracks", "mossy stone", "grass with flowers", "gravel",
)  # fmt: skip


@pytest.mark.parametrize("prompt", TERRAIN_PROMPTS)
def test_tiles_repeat(prompt: str) -> None:
    for name, side in (("rd_tile__single_tile", 16), ("rd_tile__single_tile", 32), ("rd_fast__texture", 64)):
        picture = one(name, prompt, side, tile_x=True, tile_y=True, seed=5)
        assert (picture[..., 3] == 255).all()
        assert wrap_ratio(picture, 0) < 1.5
        assert wrap_ratio(picture, 1) < 1.5


def test_anything_asked_to_repeat_does() -> None:
    picture = one("rd_fast__default", "a fox", 64, tile_x=True, tile_y=True)
    assert (picture[..., 3] == 255).all()
    assert np.abs(picture[0].astype(int) - picture[-1]).max() < 60


def test_a_variation_keeps_the_tiles_colours() -> None:
    tile = one("rd_tile__single_tile", "grass", 32)
    varied = one("rd_tile__tile_variation", "with flowers", 32, input=tile)
    assert not np.array_equal(tile, varied)
    colors = {tuple(c) for c in tile[..., :3].reshape(-1, 3).tolist()}
    kept = [tuple(c) in colors for c in varied[..., :3].reshape(-1, 3).tolist()]
    assert np.mean(kept) > 0.8


@pytest.mark.parametrize("name", ["rd_fast__mc_item", "rd_plus__topdown_asset", "rd_pro__default"])
@pytest.mark.parametrize("prompt", ["a sword", "x"])
def test_candidates_are_never_the_same_picture(name: str, prompt: str) -> None:
    row = STYLES[name]
    size = (16, 16) if name == "rd_fast__mc_item" else (64, 64)
    pictures = draw(Order(style=row, size=size, prompt=prompt, count=4, seed=5))
    assert len({picture.tobytes() for picture in pictures}) == 4
