"""The catalog against the facts: names, sizes, prices, layouts, tags."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.catalog.layouts import CORNERS, LAYOUTS, default_loop, layout_for
from assetgen.catalog.styles import STYLES, find, how_today, nearest, price
from assetgen.catalog.tags import matching, resolve_tags, revise
from assetgen.catalog.tools import FIXERS, TOOLS, find_tool
from assetgen.catalog.types import Style
from assetgen.model.errors import AssetError
from assetgen.model.layout import Cell, Layout, Loop, Tag
from assetgen.model.manifest import TagRule, Timing
from assetgen.model.position import Position

HERE = Position("assets.yaml", 3, 5)


def known(name: str, *, old_model: bool = False) -> Style:
    """A style that there is."""
    style = find(name, old_model=old_model)
    assert style is not None, name
    return style


def layout_of(style: str, frames: int | None = None) -> Layout:
    """The layout of a style that has one."""
    layout = layout_for(known(style), frames)
    assert layout is not None, style
    return layout


def tags_of(style: str, timing: Timing = Timing(), directions: Mapping[str, str] | None = None) -> dict[str, Tag]:  # noqa: B008
    layout = layout_of(style)
    columns, rows = layout.columns or 5, layout.rows or 2
    tags = resolve_tags(layout, columns * rows, timing, directions or {}, columns=columns, rows=rows)
    return {tag.name: tag for tag in tags}


def cells(tag: Tag) -> list[int]:
    return [cell.index for cell in tag.cells]


# Styles


@pytest.mark.parametrize(
    ("name", "today"),
    [
        ("animation__walking_and_idle", "rd_animation__four_angle_walking_idle"),
        ("animation__four_angle_walking", "rd_animation__four_angle_walking"),
        ("animation_four_angle_walking", "rd_animation__four_angle_walking"),
        ("animation__small_sprites", "rd_animation__small_sprites"),
        ("animation__vfx", "rd_animation__vfx"),
        ("rd_mini__skill_icon", "rd_plus__skill_icon"),
        ("rd_mini__fast_low_res", "rd_fast__low_res"),
        ("rd_pro__inventory_items", "rd_pro__inventory_items"),
        ("simple:rd_flux", "rd_fast__simple"),
    ],
)
def test_names_of_the_seeds_and_of_today(name: str, today: str) -> None:
    assert known(name).name == today
    assert (how_today(name) is None) == (name == today)


def test_bare_names_belong_to_the_old_model_only() -> None:
    assert find("simple") is None
    assert known("simple", old_model=True).name == "rd_fast__simple"
    assert known("animation_four_angle_walking", old_model=True).makes == "animation"


def test_a_users_own_style_passes_unknown_ones_do_not() -> None:
    own = known("user__knights_ab12")
    assert (own.known, own.family, own.name) == (False, "user", "user__knights_ab12")
    assert price(own, (64, 64), 2) == price(known("rd_plus__default"), (64, 64), 2)
    assert find("user__") is None
    assert find("rd_fast__simpel") is None


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("rd_fast__simpel", "rd_fast__simple"),
        ("mc_item", "rd_fast__mc_item"),
        ("rd-pro--default", "rd_pro__default"),
        ("walking_and_idle", "animation__walking_and_idle"),
        ("animation__wlking_and_idle", "animation__walking_and_idle"),
        ("qqqq", None),
    ],
)
def test_nearest_name(wrong: str, right: str | None) -> None:
    assert nearest(wrong) == right


@pytest.mark.parametrize(
    ("name", "smallest", "largest", "old_smallest", "old_largest", "images"),
    [
        ("rd_fast__default", 64, 384, None, 512, 16),
        ("rd_fast__mc_item", 16, 128, None, None, 16),
        ("rd_plus__classic", 32, 192, None, None, 16),
        ("rd_plus__skill_icon", 32, 192, 16, None, 16),
        ("rd_plus__topdown_item", 16, 96, None, 128, 16),
        ("rd_pro__default", 12, 256, None, None, 16),
        ("rd_pro__typography", 64, 256, None, None, 4),
        ("rd_pro__ui_panel", 256, 256, None, None, 4),
        ("rd_pro__pixelate", 16, 256, None, None, 16),
        ("rd_animation__battle_sprites", 64, 64, None, None, 1),
        ("rd_animation__vfx", 24, 96, None, None, 1),
        ("rd_advanced_animation__attack", 32, 256, None, None, 1),
        ("rd_tile__tileset_advanced", 16, 32, None, None, 16),
        ("rd_tile__scene_object", 64, 384, None, None, 16),
    ],
)
def test_sizes_and_counts(
    name: str, smallest: int, largest: int, old_smallest: int | None, old_largest: int | None, images: int
) -> None:
    style = STYLES[name]
    assert (style.min_size, style.max_size, style.old_min, style.old_max, style.max_images) == (
        smallest,
        largest,
        old_smallest,
        old_largest,
        images,
    )


def test_inputs_and_limits_of_families() -> None:
    required = {name for name, style in STYLES.items() if style.input == "required"}
    assert required == {
        "rd_pro__pixelate",
        "rd_pro__edit",
        "rd_tile__tile_variation",
        *(name for name in STYLES if name.startswith("rd_advanced_animation__")),
    }
    assert {style.references for style in STYLES.values()} == {0, 9}
    assert STYLES["rd_advanced_animation__rotate"].multiple == 8
    assert STYLES["rd_advanced_animation__rotate"].durations == ()
    assert [name for name, style in STYLES.items() if style.outside] == ["rd_tile__tileset_advanced"]
    assert all(style.layout in LAYOUTS for style in STYLES.values() if style.layout)
    assert all((style.layout is None) == (style.makes in ("picture", "tile")) for style in STYLES.values())
    assert len(STYLES) == 16 + 19 + 18 + 9 + 9 + 6


@pytest.mark.parametrize(
    ("name", "size", "count", "dollars"),
    [
        ("rd_fast__default", (64, 64), 1, "0.017"),
        ("rd_fast__default", (256, 256), 4, "0.110"),
        ("rd_plus__default", (64, 64), 1, "0.027"),
        ("rd_plus__default", (384, 384), 1, "0.099"),
        ("rd_fast__mc_item", (16, 16), 1, "0.023"),
        ("rd_plus__skill_icon", (192, 192), 1, "0.084"),
        ("rd_tile__single_tile", (16, 16), 3, "0.070"),
        ("rd_pro__fantasy", (64, 64), 4, "0.720"),
        ("rd_animation__vfx", None, 1, "0.070"),
        ("rd_animation__any_animation", None, 1, "0.250"),
        ("rd_animation__8_dir_rotation", None, 1, "0.250"),
        ("rd_advanced_animation__attack", (64, 64), 1, "0.140"),
        ("rd_advanced_animation__subtle_motion", None, 1, "0.250"),
        ("rd_advanced_animation__rotate", None, 1, "0.100"),
        ("rd_tile__tileset", (16, 16), 1, "0.100"),
        ("rd_tile__scene_object", (64, 64), 1, "0.027"),
    ],
)
def test_prices(name: str, size: tuple[int, int] | None, count: int, dollars: str) -> None:
    assert price(STYLES[name], size, count) == Decimal(dollars)


# Tools


def test_tools_prices_and_fields() -> None:
    assert len(TOOLS) == 11
    paid = {name: str(tool.price) for name, tool in TOOLS.items() if tool.price}
    assert paid == {
        "image_edit": "0.18",
        "inpainting": "0.18",
        "outpainting": "0.18",
        "seam_tiling": "0.18",
        "background_remover": "0.01",
        "color_style_transfer": "0.01",
    }
    assert find_tool("edit") is TOOLS["image_edit"]
    assert find_tool("nonsense") is None
    assert {tool.name for tool in TOOLS.values() if tool.url_only} == {"image_edit", "inpainting", "outpainting"}
    assert [f.wire for f in TOOLS["inpainting"].fields] == ["mask_image", "prompt", "seed", "soft_inpaint"]
    assert set(FIXERS) == {"fix_standard", "fix_neural"}


# Layouts


def test_corner_tileset_holds_all_sixteen_combinations() -> None:
    assert len(CORNERS) == 20
    assert len(set(CORNERS)) == 16
    assert CORNERS.count((0, 0, 0, 0)) == CORNERS.count((1, 1, 1, 1)) == 3
    assert CORNERS[5] == (0, 1, 0, 1)
    assert CORNERS[13] == (1, 1, 1, 0)
    assert (LAYOUTS["tileset"].columns, LAYOUTS["tileset"].rows) == (4, 5)


def test_layout_by_name_and_by_pinned_version() -> None:
    for name, layout in LAYOUTS.items():
        assert LAYOUTS[layout.key] == layout if name == layout.name else name == layout.key


def test_gif_order_is_known_but_for_the_44_frames() -> None:
    assert layout_of("animation__walking_and_idle").gif_order is None
    assert layout_of("rd_animation__8_dir_rotation").gif_order == (0, 1, 2, 5, 8, 7, 6, 3)
    assert layout_of("animation__small_sprites").gif_order == tuple(range(20))


@pytest.mark.parametrize(
    ("frames", "grid"), [(4, (2, 2)), (6, (3, 2)), (8, (4, 2)), (16, (4, 4)), (10, (None, None)), (None, (None, None))]
)
def test_advanced_grids_by_frame_count(frames: int | None, grid: tuple[int | None, int | None]) -> None:
    layout = layout_of("rd_advanced_animation__attack", frames)
    assert (layout.columns, layout.rows) == grid


# Tags


def test_four_angle_walking() -> None:
    tags = tags_of("animation__four_angle_walking")
    assert {name: cells(tag) for name, tag in tags.items()} == {
        "walk_up": [0, 1, 2, 3],
        "walk_right": [4, 5, 6, 7],
        "walk_down": [8, 9, 10, 11],
        "walk_left": [12, 13, 14, 15],
    }
    assert {tag.durations for tag in tags.values()} == {(150,) * 4}
    assert {tag.loop for tag in tags.values()} == {"repeat"}


def test_walking_and_idle() -> None:
    tags = tags_of("animation__walking_and_idle")
    assert list(tags) == [f"{action}_{d}" for action in ("idle", "walk") for d in ("down", "right", "up", "left")]
    assert cells(tags["idle_down"]) == [2, 0]
    assert cells(tags["walk_right"]) == [6, 5, 6, 7]
    assert tags_of("rd_animation__large_walking_idle") == tags


def test_small_sprites_mirror_the_left_row_for_right() -> None:
    tags = tags_of("animation__small_sprites")
    assert list(tags)[:5] == ["walk_down", "walk_left", "walk_up", "walk_right", "arm_down"]
    assert list(tags)[-5:] == ["glance_left", "glance_right", "look", "surprised", "lying"]
    assert tags["walk_right"].cells == (Cell(5, mirrored=True), Cell(6, mirrored=True))
    assert tags["arms_up"].cells == (Cell(13),)
    assert tags["crouch_right"].cells == (Cell(9, mirrored=True),)
    assert tags["lying"].cells == (Cell(19),)
    assert len(tags) == 21


def test_battle_sprites() -> None:
    tags = tags_of("rd_animation__battle_sprites")
    assert cells(tags["idle_down"]) == [0, 1, 2]
    assert cells(tags["walk_right"]) == list(range(17, 23))
    assert cells(tags["jump_up"]) == [37, 38]
    assert cells(tags["attack_left"]) == [53, 54, 55]
    assert {tag.loop for name, tag in tags.items() if name.startswith(("jump", "attack"))} == {"once"}
    assert {tag.loop for name, tag in tags.items() if name.startswith(("idle", "walk"))} == {"repeat"}


@pytest.mark.parametrize("style", ["rd_animation__8_dir_rotation", "rd_advanced_animation__rotate"])
def test_eight_directions(style: str) -> None:
    tags = tags_of(style)
    views = {name: cells(tag) for name, tag in tags.items()}
    assert views.pop("turn") == [0, 1, 2, 5, 8, 7, 6, 3]
    assert views == {
        "face_s": [1],
        "face_sw": [2],
        "face_w": [5],
        "face_nw": [8],
        "face_n": [7],
        "face_ne": [6],
        "face_e": [3],
        "face_se": [0],
    }


@pytest.mark.parametrize(
    ("style", "tag", "loop"),
    [
        ("rd_advanced_animation__walking", "walk", "repeat"),
        ("rd_advanced_animation__idle", "idle", "repeat"),
        ("rd_advanced_animation__jump", "jump", "once"),
        ("rd_advanced_animation__crouch", "crouch", "once"),
        ("rd_advanced_animation__attack", "attack", "once"),
        ("rd_advanced_animation__destroy", "destroy", "once"),
        ("rd_advanced_animation__custom_action", "action", "once"),
        ("rd_advanced_animation__subtle_motion", "motion", "repeat"),
    ],
)
@pytest.mark.parametrize("frames", [None, 4, 6, 8, 10, 12, 16])
def test_advanced_tags(style: str, tag: str, loop: Loop, frames: int | None) -> None:
    layout = layout_of(style, frames)
    resolved = resolve_tags(layout, frames or 10, Timing(), {}, columns=layout.columns or 5, rows=layout.rows or 2)
    assert [(t.name, cells(t), t.loop) for t in resolved] == [(tag, list(range(frames or 10)), loop)]


def test_effect_and_animation() -> None:
    assert cells(tags_of("animation__vfx")["effect"]) == list(range(16))
    assert list(tags_of("rd_animation__any_animation")) == ["animation"]
    assert list(tags_of("rd_animation__big_animation")) == ["animation"]


rule = partial(TagRule, position=HERE)


def test_rules_of_the_manifest() -> None:
    timing = Timing(
        fps=8,
        rules=(
            rule("attack", name="attack_down", cells=(0, 1, 2, 3), durations=(80, 80, 120, 200), loop="once"),
            rule("idle_*", fps=4, loop="pingpong"),
            rule("cheer", cells=(3, 7)),
        ),
    )
    tags = tags_of("animation__walking_and_idle", timing=timing)
    assert tags["attack_down"] == Tag("attack_down", tuple(map(Cell, range(4))), (80, 80, 120, 200), "once")
    assert tags["idle_up"].durations == (250, 250)
    assert tags["idle_up"].loop == "pingpong"
    assert tags["walk_up"].durations == (125,) * 4
    assert tags["cheer"].cells == (Cell(3), Cell(7))
    assert "attack" not in tags


def test_pingpong_is_written_out_with_its_durations() -> None:
    timing = Timing(loop="pingpong", rules=(rule("walk", cells=(0, 1, 2), durations=(10, 20, 30)),))
    (tag,) = resolve_tags(None, 4, timing, {}, columns=4, rows=1)
    assert cells(tag) == [0, 1, 2, 1]
    assert tag.durations == (10, 20, 30, 20)


def test_plain_grids_are_one_animation_until_parts_of_them_are_named() -> None:
    (whole,) = resolve_tags(None, 8, Timing(fps=10), {}, columns=8, rows=1)
    assert (whole.name, cells(whole), whole.durations) == ("animation", list(range(8)), (100,) * 8)
    named = resolve_tags(None, 8, Timing(rules=(rule("run", cells=(1, 2)),)), {}, columns=8, rows=1)
    assert [tag.name for tag in named] == ["run"]


def test_durations_for_all_per_step_and_per_cell() -> None:
    by_cell = resolve_tags(
        None, 3, Timing(durations=(10, 20, 30), rules=(rule("back", cells=(2, 0)),)), {}, columns=3, rows=1
    )
    assert by_cell[0].durations == (30, 10)
    one = resolve_tags(None, 3, Timing(durations=(70,)), {}, columns=3, rows=1)
    assert one[0].durations == (70, 70, 70)
    file = resolve_tags(None, 3, Timing(), {}, columns=3, rows=1, cell_durations=[100, 0, 40])
    assert file[0].durations == (100, 150, 40)


def test_directions_are_renamed_everywhere_and_rules_may_use_either_name() -> None:
    compass = {"down": "s", "up": "n", "left": "w", "right": "e"}
    timing = Timing(rules=(rule("walk_down", fps=5), rule("walk_n", fps=20)))
    tags = tags_of("animation__four_angle_walking", timing=timing, directions=compass)
    assert list(tags) == ["walk_n", "walk_e", "walk_s", "walk_w"]
    assert tags["walk_s"].durations == (200,) * 4
    assert tags["walk_n"].durations == (50,) * 4
    turned = tags_of("rd_animation__8_dir_rotation", directions={"s": "down", "se": "down_right"})
    assert {"face_down", "face_down_right", "face_sw", "turn"} <= set(turned)


def test_tags_that_a_manifest_or_a_file_brings_are_renamed_too() -> None:
    compass = {"s": "down", "left": "right", "right": "left"}
    rules = (rule("walk_s", cells=(0,)), rule("walk_left", cells=(1,)), rule("walk_right", cells=(2,)),
             rule("walk_down", fps=5), rule("go", cells=(3,), name="go_s"))  # fmt: skip
    tags = resolve_tags(None, 4, Timing(rules=rules), compass, columns=4, rows=1)
    assert [(tag.name, cells(tag)) for tag in tags] == [
        ("walk_down", [0]), ("walk_right", [1]), ("walk_left", [2]), ("go_s", [3]),
    ]  # fmt: skip
    assert tags[0].durations == (200,)
    file = [Tag("walk_s", (Cell(0),), (100,), "repeat")]
    assert [tag.name for tag in resolve_tags(None, 1, Timing(), compass, columns=1, rows=1, given=file)] == [
        "walk_down"
    ]
    other = resolve_tags(None, 1, Timing(), compass, columns=1, rows=1, given=file, named=True)
    assert [tag.name for tag in other] == ["walk_s"]
    twice = Timing(rules=(rule("walk_s", cells=(0,)), rule("walk_down", cells=(1,))))
    with pytest.raises(AssetError, match="two tags are called walk_down"):
        resolve_tags(None, 4, twice, compass, columns=4, rows=1)


def test_a_tag_that_is_a_direction_is_mirrored() -> None:
    timing = Timing(mirror={"right": "left"}, rules=(rule("left", cells=(0, 1)), rule("right", fps=5)))
    tags = resolve_tags(None, 2, timing, {}, columns=2, rows=1)
    assert [tag.name for tag in tags] == ["left", "right"]
    assert tags[1].cells == (Cell(0, mirrored=True), Cell(1, mirrored=True))
    assert tags[1].durations == (200, 200)


def test_missing_directions_are_mirrored_and_follow_their_original() -> None:
    timing = Timing(
        mirror={"right": "left"},
        rules=(rule("run_left", cells=(0, 1)), rule("run_left", fps=20, loop="once"), rule("run_right", fps=5)),
    )
    tags = {tag.name: tag for tag in resolve_tags(None, 4, timing, {}, columns=4, rows=1)}
    assert tags["run_right"].cells == (Cell(0, mirrored=True), Cell(1, mirrored=True))
    assert tags["run_left"].durations == (50, 50)
    assert tags["run_right"].durations == (200, 200)
    assert tags["run_right"].loop == "once"
    both = tags_of("animation__four_angle_walking", timing=Timing(mirror={"right": "left"}))
    assert cells(both["walk_right"]) == [4, 5, 6, 7]
    renamed = Timing(mirror={"right": "left"}, rules=(rule("animation", name="hop_left"),))
    names = [tag.name for tag in resolve_tags(None, 4, renamed, {"left": "w"}, columns=4, rows=1)]
    assert names == ["hop_left", "hop_right"]


def test_tags_of_a_file_keep_their_own_timing_until_told_otherwise() -> None:
    blink = Tag("blink", (Cell(0), Cell(1), Cell(2), Cell(1)), (90, 90, 400, 90), "pingpong")
    (kept,) = resolve_tags(None, 3, Timing(), {}, columns=3, rows=1, given=[blink])
    assert kept == blink
    (faster,) = resolve_tags(None, 3, Timing(fps=20), {}, columns=3, rows=1, given=[blink])
    assert faster == Tag("blink", blink.cells, (50,) * 4, "pingpong")
    assert revise([blink], [rule("bl*", name="wink")]) == (Tag("wink", blink.cells, blink.durations, "pingpong"),)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([rule("wlak_up", fps=5)], "no tag is called wlak_up; did you mean walk_up?"),
        ([rule("hop", cells=(16,))], "tag hop: cell 16 is not on the sheet, whose 16 cells count from 0"),
        ([rule("walk_*", name="walk")], "walk_.* matches several tags"),
        ([rule("walk_up", name="walk_down")], "two tags are called walk_down"),
        ([rule("walk_up", durations=(1, 2))], "tag walk_up has 4 steps and 2 durations"),
        ([rule("none", cells=())], "tag none has no cells"),
    ],
)
def test_mistakes_name_the_tag_and_where_it_stands(rules: list[TagRule], words: str) -> None:
    with pytest.raises(AssetError, match=words) as caught:
        tags_of("animation__four_angle_walking", timing=Timing(rules=tuple(rules)))
    assert caught.value.position == HERE


def test_matching_and_default_loops() -> None:
    assert matching(["walk_*", "idle"], ["idle", "walk_up", "jump"]) == ("idle", "walk_up")
    assert default_loop("attack_down") == default_loop("destroy") == "once"
    assert default_loop("walk_down") == default_loop("effect") == "repeat"


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(sorted(name for name, s in STYLES.items() if s.makes == "animation")), st.sampled_from([4, 10, 16])
)
def test_every_tag_of_every_style_lies_on_its_sheet(name: str, frames: int | None) -> None:
    layout = layout_of(name, frames)
    columns, rows = layout.columns or 5, layout.rows or 4
    for tag in resolve_tags(layout, columns * rows, Timing(), {}, columns=columns, rows=rows):
        assert len(tag.cells) == len(tag.durations) > 0
        assert all(0 <= cell.index < columns * rows and cell.index not in layout.empty for cell in tag.cells)
