"""Packing: nothing overlaps, everything is there, pages are small, and what stays the same stays put."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import quick

from assetgen.atlas.build import AtlasPlan, plan_atlas
from assetgen.atlas.compose import compose_page
from assetgen.atlas.pack import pack
from assetgen.atlas.types import REPACK_SHARE, Options, Packing, Rect, Spot
from assetgen.model.built import Box, Frame, Load
from assetgen.model.errors import AssetError, AssetgenError
from assetgen.model.manifest import Atlas
from assetgen.model.position import Position
from assetgen.model.request import Json
from assetgen.pixels.geometry import trim_box
from assetgen.pixels.picture import Picture, pixel_digest

HERE = Position("assets.yaml", 9, 3)
SOME = settings(deadline=None, max_examples=50)

OPTIONS = st.builds(
    Options,
    max_size=st.sampled_from([40, 64, 100]),
    padding=st.integers(0, 3),
    extrude=st.integers(0, 2),
    pot=st.booleans(),
    square=st.booleans(),
)


@st.composite
def rectangles(draw: st.DrawFn, most: int = 40) -> list[Rect]:
    """Rectangles of up to 28 px, some equal, some in groups."""
    count = draw(st.integers(0, most))
    side = st.integers(1, 28)
    result: list[Rect] = []
    for number in range(count):
        twin = draw(st.integers(0, 5)) == 0 and result
        like = draw(st.sampled_from(result)) if twin else Rect("", draw(side), draw(side), f"p{number}")
        group = draw(st.sampled_from([None, None, "a", "b", "c"]))
        result.append(Rect(f"s{number:03}", like.width, like.height, like.pixels, group))
    return result


def check(packing: Packing, rects: list[Rect], options: Options) -> None:
    """Every rectangle is on its page, and no two places come nearer than padding and extrusion allow."""
    by_name = {rect.name: rect for rect in rects}
    assert set(packing.spots) == set(by_name)
    boxes: dict[int, dict[Box, set[str]]] = {}
    for name, spot in packing.spots.items():
        rect = by_name[name]
        box = (
            spot.x - options.extrude,
            spot.y - options.extrude,
            rect.width + 2 * options.extrude,
            rect.height + 2 * options.extrude,
        )
        boxes.setdefault(spot.page, {}).setdefault(box, set()).add(rect.pixels or name)
    for page, places in boxes.items():
        width, height = packing.sizes[page]
        assert max(width, height) <= options.max_size
        used = np.zeros((height + options.padding, width + options.padding), np.uint8)
        for (x, y, w, h), pixels in places.items():
            assert len(pixels) == 1  # one place, one picture
            assert 0 <= x <= x + w <= width
            assert 0 <= y <= y + h <= height
            used[y : y + h + options.padding, x : x + w + options.padding] += 1
        assert used.max() == 1
        right = max(x + w for x, _, w, _ in places)
        bottom = max(y + h for _, y, _, h in places)
        assert (width, height) == options.page_size(right, bottom)
        if options.pot:
            assert width.bit_count() == height.bit_count() == 1
        if options.square:
            assert width == height


@SOME
@given(rectangles(), OPTIONS)
def test_nothing_overlaps_and_everything_is_there(rects: list[Rect], options: Options) -> None:
    packing = pack(rects, options)
    check(packing, rects, options)
    unique = len({rect.key for rect in rects})
    assert len({(s.page, s.x, s.y) for s in packing.spots.values()}) >= unique
    if len(packing.sizes) == 1:
        assert len({(s.page, s.x, s.y) for s in packing.spots.values()}) == unique
        placed = sum(w * h for w, h in {rect.key: (rect.width, rect.height) for rect in rects}.values())
        assert packing.occupancy == round(placed / math.prod(packing.sizes[0]), 4)


@SOME
@given(rectangles(), OPTIONS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(rects: list[Rect], options: Options, rng: random.Random) -> None:
    mixed = rects[:]
    rng.shuffle(mixed)
    assert pack(mixed, options) == pack(rects, options)


@SOME
@given(rectangles(), OPTIONS)
def test_a_group_is_on_one_page_when_it_can(rects: list[Rect], options: Options) -> None:
    packing = pack(rects, options)
    for group in {rect.group for rect in rects} - {None}:
        members = [rect for rect in rects if rect.group == group]
        pages = {packing.spots[rect.name].page for rect in members}
        alone = pack(members, options)
        assert len(pages) == 1 or len(alone.sizes) > 1


@SOME
@given(rectangles(), OPTIONS)
def test_nothing_changed_moves_nothing(rects: list[Rect], options: Options) -> None:
    first = pack(rects, options)
    again = pack(rects, options, json.loads(json.dumps(first.remembered)))
    assert (again.spots, again.sizes, again.remembered) == (first.spots, first.sizes, first.remembered)


@SOME
@given(rectangles(), OPTIONS, st.data())
def test_adding_changing_and_removing_moves_no_other(rects: list[Rect], options: Options, data: st.DataObject) -> None:
    first = pack(rects, options)
    kept = [rect for rect in rects if data.draw(st.integers(0, 6))]
    if len(kept) > 0 and data.draw(st.booleans()):
        index = data.draw(st.integers(0, len(kept) - 1))
        old = kept[index]
        kept[index] = Rect(old.name, data.draw(st.integers(1, 28)), data.draw(st.integers(1, 28)), "changed", old.group)
        changed = {old.name}
    else:
        changed = set()
    more = [
        Rect(f"new{i}", data.draw(st.integers(1, 28)), data.draw(st.integers(1, 28)), f"n{i}")
        for i in range(data.draw(st.integers(0, 40)))
    ]
    second = pack(kept + more, options, first.remembered)
    check(second, kept + more, options)
    groups = {rect.group for rect in kept if rect.name in changed and rect.group}
    for rect in kept:
        if rect.name not in changed and rect.group not in groups:
            assert second.spots[rect.name] == first.spots[rect.name]


def uniform(count: int, seed: int = 5, low: int = 8, high: int = 96) -> list[Rect]:
    rng = random.Random(seed)
    return [Rect(f"s{i}", rng.randint(low, high), rng.randint(low, high), f"p{i}") for i in range(count)]


def test_a_sprite_takes_the_place_of_one_that_is_gone() -> None:
    rects = uniform(1500)
    first = pack(rects, Options())
    gone = rects[700]
    second = pack(
        [*rects[:700], *rects[701:], Rect("new", gone.width, gone.height, "new")], Options(), first.remembered
    )
    assert second.spots["new"] == first.spots[gone.name]
    assert second.sizes == first.sizes


def test_a_smaller_picture_stays_a_larger_one_moves_alone() -> None:
    rects = uniform(300)
    first = pack(rects, Options(max_size=1024))
    smaller = [Rect("s7", 5, 5, "x"), *(r for r in rects if r.name != "s7")]
    assert pack(smaller, Options(max_size=1024), first.remembered).spots == first.spots
    larger = [Rect("s7", 120, 90, "x"), *(r for r in rects if r.name != "s7")]
    moved = pack(larger, Options(max_size=1024), first.remembered).spots
    assert [name for name in moved if moved[name] != first.spots[name]] == ["s7"]


def test_only_the_touched_page_changes() -> None:
    atlas = Atlas("a", HERE, (), max_size=256, padding=1)
    frames = [Frame(r.name, (r.width, r.height), r.pixels, (0, 0, r.width, r.height)) for r in uniform(150)]
    first = plan_atlas(atlas, frames)
    assert len(first.keys) > 3
    page = first.placements["s20"].page
    changed = [Frame(f.name, f.size, "other", f.trim) if f.name == "s20" else f for f in frames]
    second = plan_atlas(atlas, changed, first.remembered)
    assert [n for n, (a, b) in enumerate(zip(first.keys, second.keys, strict=True)) if a != b] == [page]
    assert plan_atlas(atlas, frames[::-1], first.remembered).keys == first.keys


def test_a_small_page_that_grows_does_not_become_a_tower() -> None:
    first = pack([Rect("a", 16, 16, "a")], Options())
    more = [Rect(f"b{i}", 16, 16, f"b{i}") for i in range(200)]
    (width, height) = pack([Rect("a", 16, 16, "a"), *more], Options(), first.remembered).sizes[0]
    assert height < 2 * width


def test_many_newcomers_use_free_space_before_new_pages() -> None:
    rects = uniform(1500)
    first = pack(rects, Options())
    kept = [rect for i, rect in enumerate(rects) if i % 3]
    newcomers = [Rect(f"n{i}", rect.width, rect.height, f"n{i}") for i, rect in enumerate(rects) if i % 3 == 0]
    second = pack(kept + newcomers, Options(), first.remembered)
    check(second, kept + newcomers, Options())
    assert second.occupancy > first.occupancy - 0.07
    assert all(second.spots[rect.name] == first.spots[rect.name] for rect in kept)


def test_a_thin_atlas_says_what_repacking_would_gain() -> None:
    rects = uniform(400)
    first = pack(rects, Options())
    assert not first.worth_repacking
    thin = pack(rects[::7], Options(), first.remembered)
    assert thin.worth_repacking
    assert thin.fresh == pack(rects[::7], Options()).occupancy > thin.occupancy + REPACK_SHARE
    assert not pack(rects, Options(), first.remembered).worth_repacking


def test_repack_starts_afresh() -> None:
    atlas = Atlas("a", HERE, (), padding=1)
    frames = [Frame(r.name, (r.width, r.height), r.pixels, (0, 0, r.width, r.height)) for r in uniform(200)]
    thin = plan_atlas(atlas, frames[::5], plan_atlas(atlas, frames).remembered)
    assert plan_atlas(atlas, frames[::5], thin.remembered, repack=True) == plan_atlas(atlas, frames[::5])
    assert plan_atlas(atlas, frames[::5], thin.remembered).occupancy < plan_atlas(atlas, frames[::5]).occupancy


@pytest.mark.parametrize(
    "memory",
    [
        {},
        [],
        "pages",
        {"options": [2048, 0, 0], "pages": [{"s0": [0, 0, 9, 9], "s1": [5, 5, 9, 9]}]},
        {"options": [2048, 0, 0], "pages": [{"s0": [-3, 0, 9, 9]}]},
        {"options": [2048, 0, 0], "pages": [{"s0": [2045, 0, 9, 9]}]},
        {"options": [2048, 0, 0], "pages": [{"s0": [0, 0]}]},
        {"options": [2048, 0, 0], "pages": [{"s0": ["x", 0, 9, 9]}]},
        {"options": [1024, 0, 0], "pages": [{"s0": [500, 500, 90, 90]}]},
    ],
)
def test_a_memory_that_is_damaged_or_of_other_options_is_not_used(memory: Json) -> None:
    rects = uniform(20)
    assert pack(rects, Options(), memory) == pack(rects, Options())


def test_an_animation_that_outgrows_its_page_moves_as_a_whole() -> None:
    options = Options(max_size=64)
    hero = [Rect(f"hero/{i}", 16, 16, f"h{i}", "hero") for i in range(4)]
    rocks = [Rect(f"rock{i}", 16, 16, f"r{i}") for i in range(12)]
    first = pack(hero + rocks, options)
    assert len(first.sizes) == 1
    grown = [*hero, Rect("hero/9", 16, 16, "h9", "hero")]
    second = pack(grown + rocks, options, first.remembered)
    assert {second.spots[rect.name].page for rect in grown} == {1}
    assert all(second.spots[rect.name] == first.spots[rect.name] for rect in rocks)


def test_identical_frames_are_placed_once() -> None:
    rects = [Rect(f"s{i}", 20, 30, "same") for i in range(9)] + [Rect("t", 20, 30, "other")]
    packing = pack(rects, Options())
    assert len({(s.x, s.y) for s in packing.spots.values()}) == 2
    assert packing.occupancy == 1.0
    later = pack([*rects, Rect("u", 20, 30, "other")], Options(), packing.remembered)
    assert later.spots["u"] == packing.spots["t"]


def test_a_frame_larger_than_a_page_names_both() -> None:
    atlas = Atlas("props", HERE, (), max_size=256)
    frame = Frame("dragon", (300, 90), "d", (4, 4, 290, 80))
    with pytest.raises(
        AssetError, match="frame dragon is 290×80 pixels; a page of atlas props is at most 256×256"
    ) as caught:
        plan_atlas(atlas, [frame])
    assert (caught.value.asset, caught.value.position) == ("atlas:props", HERE)
    with pytest.raises(AssetgenError, match="200×200 pixels with 1 px of extrusion"):
        pack([Rect("x", 200, 200)], Options(max_size=200, extrude=1))
    assert pack([Rect("x", 200, 200)], Options(max_size=200, padding=5)).sizes == ((200, 200),)


# Density and speed (the benchmark has the exact figures)


def numbered(sizes: Iterable[tuple[int, ...]]) -> list[Rect]:
    return [Rect(f"s{i}", width, height, f"p{i}") for i, (width, height) in enumerate(sizes)]


def spread(count: int, *sides: tuple[int, int], seed: int = 7) -> list[tuple[int, ...]]:
    """Sizes whose sides lie between (low, high) of width, then of height."""
    rng = random.Random(seed)
    return [tuple(rng.randint(low, high) for low, high in sides) for _ in range(count)]


MIXES = {
    "uniform": (uniform(1000), 0.985),
    "squares": (numbered((s, s) for s in random.Random(3).choices((16, 32, 64), k=1000)), 0.985),
    "tall": (numbered(spread(1000, (16, 40), (40, 96))), 0.975),
    "large and small": (numbered(spread(10, (300, 900), (300, 900)) + spread(1500, (8, 32), (8, 32))), 0.98),
    "one size": (numbered([(64, 64)] * 240), 1.0),
    "few": (uniform(40), 0.9),
}


@pytest.mark.parametrize("mix", MIXES)
def test_density(mix: str) -> None:
    rects, least = MIXES[mix]
    assert pack(rects, Options()).occupancy >= least


def test_five_thousand() -> None:
    rects = uniform(5000)
    packing = quick(lambda: pack(rects, Options()), 10)  # far above what it takes: catches quadratic growth only
    assert packing.occupancy >= 0.985
    assert len(packing.sizes) == 4


def test_powers_of_two_and_squares_choose_their_shape() -> None:
    rects = uniform(200)
    assert pack(rects, Options(pot=True)).sizes == ((1024, 1024),)
    (width, height) = pack(rects, Options(square=True)).sizes[0]
    assert width == height < 800


# Pictures


@st.composite
def frames_and_pictures(draw: st.DrawFn) -> tuple[list[Frame], dict[str, Picture]]:
    pictures: dict[str, Picture] = {}
    frames: list[Frame] = []
    for number in range(draw(st.integers(1, 12))):
        rng = np.random.default_rng(draw(st.integers(0, 50)))
        height, width = rng.integers(1, 20, 2)
        picture = rng.integers(1, 256, (height, width, 4), np.uint8)
        picture[rng.random((height, width)) < rng.choice([0.1, 0.6, 1.0])] = 0
        digest = pixel_digest(picture)
        pictures[digest] = picture
        frames.append(Frame(f"f{number:02}", (int(width), int(height)), digest, trim_box(picture)))
    return frames, pictures


def drawn_pages(atlas: Atlas, plan: AtlasPlan, load: Load) -> list[Picture]:
    placements = plan.placements.values()
    return [compose_page(placements, page, size, load, atlas.extrude) for page, size in enumerate(plan.sizes)]


@SOME
@given(frames_and_pictures(), st.integers(0, 2), st.integers(0, 2), st.booleans(), st.sampled_from(["pack", "grid"]))
def test_placed_cuts_restore_their_frames(
    drawn: tuple[list[Frame], dict[str, Picture]],
    padding: int,
    extrude: int,
    trim: bool,
    layout: Literal["pack", "grid"],
) -> None:
    frames, pictures = drawn
    atlas = Atlas("a", HERE, (), 48, padding, extrude, trim, layout=layout)
    plan = plan_atlas(atlas, frames)
    pages = drawn_pages(atlas, plan, pictures.__getitem__)
    for frame in frames:
        placement = plan.placements[frame.name]
        page = pages[placement.page]
        left, top, w, h = placement.trim
        restored = np.zeros((frame.size[1], frame.size[0], 4), np.uint8)
        x, y = placement.x, placement.y
        restored[top : top + h, left : left + w] = page[y : y + h, x : x + w]
        assert np.array_equal(restored, pictures[frame.pixels])
        if extrude:
            block = page[y - extrude : y + h + extrude, x - extrude : x + w + extrude]
            cut = pictures[frame.pixels][top : top + h, left : left + w]
            assert np.array_equal(block, np.pad(cut, ((extrude, extrude), (extrude, extrude), (0, 0)), mode="edge"))
    assert [page.shape[1::-1] for page in pages] == list(plan.sizes)


def test_translucent_pixels_are_copied_not_blended() -> None:
    picture = np.full((3, 3, 4), (200, 100, 50, 128), np.uint8)
    frame = Frame("glass", (3, 3), "g", (0, 0, 3, 3))
    atlas = Atlas("a", HERE, ())
    (page,) = drawn_pages(atlas, plan_atlas(atlas, [frame]), lambda _: picture)
    assert np.array_equal(page, picture)


def test_an_empty_atlas_and_an_empty_frame() -> None:
    assert plan_atlas(Atlas("a", HERE, ()), []).sizes == ()
    frame = Frame("ghost", (9, 9), "g", (0, 0, 1, 1))
    assert plan_atlas(Atlas("a", HERE, ()), [frame]).sizes == ((1, 1),)


def test_grids_keep_the_order_and_begin_rows_with_tags() -> None:
    names = [
        "hero/walk_down_00",
        "hero/walk_down_01",
        "hero/walk_up_00",
        "hero/walk_up_01",
        "hero/walk_up_02",
        "gem",
        "key",
    ]
    frames = [Frame(name, (16, 16), "same", (0, 0, 16, 16)) for name in names]
    plan = plan_atlas(Atlas("a", HERE, (), padding=2, extrude=1, layout="grid"), frames)
    at = {name: ((p.x - 1) // 20, (p.y - 1) // 20) for name, p in plan.placements.items()}
    assert at == {
        "hero/walk_down_00": (0, 0),
        "hero/walk_down_01": (1, 0),
        "hero/walk_up_00": (0, 1),
        "hero/walk_up_01": (1, 1),
        "hero/walk_up_02": (2, 1),
        "gem": (0, 2),
        "key": (1, 2),
    }
    assert plan.sizes == ((58, 58),)
    tiles = [Frame(f"meadow/{i:02}", (32, 32), str(i), (0, 0, 32, 32)) for i in range(20)]
    paged = plan_atlas(Atlas("a", HERE, (), max_size=64, padding=0, layout="grid"), tiles)
    assert len(paged.sizes) == 5
    assert paged.placements["meadow/05"].page == 1
    assert Spot(1, paged.placements["meadow/05"].x, paged.placements["meadow/05"].y) == Spot(1, 32, 0)
