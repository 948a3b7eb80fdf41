"""Copies and cuts: finished pictures through another recipe, free recolours, sheets into sprites."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from drawings import drawn, places, save, shown, strip
from workbench import Workbench, bench

MANIFEST = """\
version: 1
provider: placeholder
palettes:
  red: [7a1010, d03030]
  blue: [10107a, 3030d0]
sprites:
  flag: {file: art/flag.png, pivot: [2, 15], nine_slice: 3, hitbox: [4, 4, 8, 8]}
  "flag_{team}":
    for_each: {team: [blue]}
    copy: flag
    process: {recolor: {from: red, to: "{team}"}}
animations:
  run:
    file: art/run.png
    layout: {columns: 3, rows: 1}
    tags: {run_left: {cells: [0, 1, 2], durations: [90, 100, 110], loop: pingpong}}
    pivot: [5, 14]
"""


@pytest.fixture
def game(tmp_path: Path) -> Workbench:
    made = bench(tmp_path, MANIFEST)
    save(made.root, "art/flag.png", drawn(16, 16, (4, 4, 8, 8, "d03030"), (2, 2, 2, 14, "7a1010")))
    save(made.root, "art/run.png", strip(*(drawn(16, 16, (4 + i, 4, 6, 10, "d03030"), (5, 13, 1, 1, "7a1010"))
                                          for i in range(3))))  # fmt: skip
    return made


def test_a_recolour_costs_nothing_and_takes_geometry_along(game: Workbench) -> None:
    report = game.build()
    assert report["requests"] == 0
    sprites = game.index()["sprites"]
    old, new = shown(game.root, "sprites/flag.png"), shown(game.root, "sprites/flag_blue.png")
    assert places(new, "3030d0") == places(old, "d03030")
    assert places(new, "10107a") == places(old, "7a1010")
    assert not places(new, "d03030")
    for key in ("pivot", "nine_slice", "hitbox"):
        assert sprites["flag_blue"][key] == sprites["flag"][key], key


def test_a_nine_slice_must_leave_a_centre(game: Workbench) -> None:
    game.edit("nine_slice: 3", "nine_slice: 8")
    error = game.build(status=1)["assets"]["flag"]["error"]
    assert "nine_slice leaves no centre: left 8, top 8, right 8, bottom 8 of 16×16 pixels" in error


def test_a_changed_source_changes_its_copies(game: Workbench) -> None:
    game.build()
    save(game.root, "art/flag.png", drawn(16, 16, (1, 1, 8, 8, "d03030")))
    assert set(game.actions()) == {"flag", "flag_blue"}
    game.build()
    assert len(places(shown(game.root, "sprites/flag_blue.png"), "3030d0")) == 64
    assert game.plan()["actions"] == []


def test_a_pivot_moves_with_the_copys_recipe(game: Workbench) -> None:
    game.write(MANIFEST.replace("animations:", "  bordered: {copy: flag, process: {outline: {}}}\nanimations:"))
    game.build()
    sprites = game.index()["sprites"]
    assert sprites["bordered"]["size"] == [18, 18]
    assert (sprites["flag"]["pivot"], sprites["bordered"]["pivot"]) == ([2, 15], [3, 16])
    assert "nine_slice" not in sprites["bordered"]


def test_copies_of_animations_keep_tags_timing_and_pivot(game: Workbench) -> None:
    game.write(
        MANIFEST
        + """\
  run_blue: {copy: run, process: {recolor: {from: red, to: blue}}}
  run_fast: {copy: run, fps: 20, tags: {run_left: {name: dash_left}}, mirror: {right: left}}
"""
    )
    game.build()
    animations = game.index()["animations"]
    assert animations["run_blue"]["pivot"] == animations["run"]["pivot"] == [5, 14]
    old, new = animations["run"]["tags"]["run_left"], animations["run_blue"]["tags"]["run_left"]
    assert new["durations_ms"] == old["durations_ms"] == [90, 100, 110, 100]
    assert new["loop"] == "pingpong"
    for ours, theirs in zip(new["files"], old["files"], strict=True):
        assert places(shown(game.root, ours), "3030d0") == places(shown(game.root, theirs), "d03030")
    fast = animations["run_fast"]["tags"]
    assert list(fast) == ["dash_left", "dash_right"]
    assert fast["dash_left"]["durations_ms"] == [50] * 4
    left, right = (shown(game.root, fast[f"dash_{side}"]["files"][1]) for side in ("left", "right"))
    assert np.array_equal(left[:, ::-1], right)


def test_a_rule_of_the_source_is_not_applied_twice(game: Workbench) -> None:
    game.edit("tags: {run_left: {cells: [0, 1, 2], ", "tags: {animation: {name: trot, ")
    game.write((game.root / "assets.yaml").read_text() + "  again: {copy: run}\n")
    game.build()
    animations = game.index()["animations"]
    assert list(animations["again"]["tags"]) == list(animations["run"]["tags"]) == ["trot"]
    assert animations["again"]["tags"]["trot"]["durations_ms"] == [90, 100, 110, 100]


def test_one_frame_and_one_cell_become_sprites(game: Workbench) -> None:
    game.write(MANIFEST.replace("animations:", "  pose: {copy: run/run_left_03}\n  cell: {copy: run/02}\nanimations:"))
    game.build()
    frame = shown(game.root, "animations/run/run_left_01.png")
    assert np.array_equal(shown(game.root, "sprites/pose.png"), frame)
    assert np.array_equal(shown(game.root, "sprites/cell.png"), shown(game.root, "animations/run/run_left_02.png"))


def test_a_base_picture_can_be_copied_instead(game: Workbench) -> None:
    game.write(
        MANIFEST.replace("hitbox: [4, 4, 8, 8]", "process: {outline: {}}").replace(
            "animations:", "  bare: {copy: {of: flag, stage: base}}\n  done: {copy: flag}\nanimations:"
        )
    )
    game.build()
    assert shown(game.root, "sprites/bare.png").shape == (16, 16, 4)
    assert np.array_equal(shown(game.root, "sprites/done.png"), shown(game.root, "sprites/flag.png"))
    assert game.index()["sprites"]["done"]["size"] == [18, 18]


def test_copies_are_inputs_of_requests(game: Workbench) -> None:
    torn = "  flag_torn: {edit: flag_blue, prompt: make it torn}\n  wave: {edit: run_blue/run_left_00, prompt: wave}\n"
    copy = "  run_blue: {copy: run, process: {recolor: {from: red, to: blue}}}\n"
    game.write(MANIFEST.replace("animations:", torn + "animations:") + copy)
    game.build()
    assert game.plan()["actions"] == []
    save(game.root, "art/flag.png", drawn(16, 16, (1, 1, 8, 8, "d03030")))
    assert game.actions()["flag_torn"] == "edit: input flag_blue changed"
    assert "wave" not in game.actions()


def test_a_palette_can_be_taken_from_a_copy(game: Workbench) -> None:
    game.edit("sprites:", "  from_copy: {from: [flag_blue], colors: 8}\nsprites:")
    game.build()
    # The base picture of a copy is what it copies: its own recipe is no part of that.
    assert set(game.index()["palettes"]["from_copy"]["colors"]) == {"#7a1010", "#d03030"}


# -- cut ----------------------------------------------------------------------------

ITEMS = """\
version: 1
provider: placeholder
sprites:
  items: {file: art/items.png, cut: {auto: true, names: [gem, _, coin, key]}}
"""
SHEET = drawn(
    48, 40, (2, 2, 10, 10, "cc0000"), (20, 4, 10, 10, "00cc00"), (34, 2, 10, 8, "cccc00"), (4, 22, 8, 14, "888888")
)


@pytest.fixture
def items(tmp_path: Path) -> Workbench:
    made = bench(tmp_path, ITEMS)
    save(made.root, "art/items.png", SHEET)
    return made


def test_connected_parts_get_names_in_reading_order(items: Workbench) -> None:
    report = items.build()
    assert report["assets"]["items"]["outputs"] == [
        "generated/sprites/items/coin.png",
        "generated/sprites/items/gem.png",
        "generated/sprites/items/key.png",
    ]
    assert np.array_equal(shown(items.root, "sprites/items/coin.png"), SHEET[2:10, 34:44])
    assert np.array_equal(shown(items.root, "sprites/items/key.png"), SHEET[22:36, 4:12])
    assert items.index()["sprites"]["items/gem"]["size"] == [10, 10]
    assert items.plan()["actions"] == []


def test_a_wrong_number_of_names_tells_how_many_parts_there_are(items: Workbench) -> None:
    items.edit("[gem, _, coin, key]", "[gem, coin]")
    error = items.build(status=1)["assets"]["items"]["error"]
    assert "2 names for 4 connected parts" in error
    assert error.startswith("assets.yaml:4:3")


def test_a_grid_is_cut_and_each_piece_goes_through_the_recipe(items: Workbench) -> None:
    items.edit("{auto: true, names: [gem, _, coin, key]}", "{grid: 16x20, names: [a, b, c, d, _, _]}, "
               "process: {trim: true, canvas: {margin: 1}}, pivot: bottom, hitbox: auto")  # fmt: skip
    items.build()
    sprites = items.index()["sprites"]
    assert list(sprites) == ["items/a", "items/b", "items/c", "items/d"]
    assert sprites["items/a"]["size"] == [12, 12]
    assert (sprites["items/a"]["pivot"], sprites["items/a"]["hitbox"]) == ([6, 11], [1, 1, 10, 10])
    items.edit("grid: 16x20", "grid: 20")
    assert "48×40 pixels cannot be cut into cells of 20×20" in items.build(status=1)["assets"]["items"]["error"]


def test_a_background_goes_before_the_sheet_is_cut(items: Workbench) -> None:
    behind = SHEET.copy()
    behind[behind[..., 3] == 0] = (240, 240, 250, 255)
    save(items.root, "art/items.png", behind)
    items.edit("key]}}", "key]}, process: {background: {flood: 8}}}")
    items.edit("sprites:", "sprites:\n  gem_torn: {edit: items/gem, prompt: break it}\n  gem: {copy: items/gem}")
    items.build()
    assert np.array_equal(shown(items.root, "sprites/items/gem.png"), SHEET[2:12, 2:12])
    assert np.array_equal(shown(items.root, "sprites/gem.png"), SHEET[2:12, 2:12])
    assert items.plan()["actions"] == []


def test_pieces_are_packed_and_copied_under_their_names(items: Workbench) -> None:
    dark = "  dark: {copy: items, process: {recolor: {from: [cc0000, cccc00], to: ['660000', '666600']}}}\n"
    items.write(ITEMS + dark + "atlases:\n  all: {include: [items, dark]}\n")
    items.build()
    names = {"items/gem", "items/coin", "items/key", "dark/gem", "dark/coin", "dark/key"}
    sprites = items.index()["sprites"]
    assert set(sprites) == names
    assert {sprite["atlas"]["frame"] for sprite in sprites.values()} == names
    items.edit("from: [cc0000, cccc00]", "from: [cc0001, cccc01]")
    error = items.build(status=1)["assets"]["dark"]["error"]
    assert "none of the colours to replace occurs" in error


def test_a_copy_can_be_cut(items: Workbench) -> None:
    items.write(
        ITEMS.replace("  items: {file: art/items.png, cut: {auto: true, names: [gem, _, coin, key]}}",
                      "  sheet: {file: art/items.png}\n  items: {copy: sheet, cut: {auto: true}}")
    )  # fmt: skip
    items.build()
    assert [name for name in items.index()["sprites"] if name != "sheet"] == [f"items/{n:02d}" for n in range(4)]


def test_the_services_own_atlas_cuts_and_names(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """\
version: 1
provider: placeholder
sprites:
  loot:
    prompt: potions and gems
    style: rd_pro__inventory_items
    data: true
    cut: {data: true}
""",
    )
    game.build()
    (data,) = (game.root / "originals/loot").glob("*-data.json")
    boxes = json.loads(data.read_text())["downloadable_json"]["data"]["sprites"]
    pieces = game.index()["sprites"]
    assert len(pieces) == len(boxes) > 1
    assert all(name.startswith("loot/") for name in pieces)
    sizes = [[box["w"], box["h"]] for box in boxes]
    assert sorted(piece["size"] for piece in pieces.values()) == sorted(sizes)
