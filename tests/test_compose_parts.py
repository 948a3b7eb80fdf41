"""Several animations become one: every frame's pivot on the same pixel, tags of all, mirrored directions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawings import drawn, places, save, shown, strip
from workbench import Workbench, bench

from assetgen.pixels.picture import Picture

MARK = "ff00ff"

MANIFEST = """\
version: 1
provider: placeholder
defaults: {animations: {fps: 8}}
animations:
  hero_walk:
    file: art/walk.png
    layout: {columns: 3, rows: 1}
    tags: {walk_left: [0, 1, 2]}
    pivot: [20, 44]
  hero_attack:
    file: art/attack.png
    layout: {columns: 2, rows: 2}
    tags: {attack_left: {cells: [0, 1], durations: [80, 200], loop: once}, hurt: {cells: [2, 3], loop: pingpong}}
    pivot: [40, 60]
  hero: {parts: [hero_walk, hero_attack]}
"""


def figure(size: int, pivot: tuple[int, int], step: int) -> Picture:
    """A body that moves, and a mark on the pixel above the pivot."""
    x, y = pivot
    body = (8 + step, 6 + step, 10, size - 20, "406080")
    return drawn(size, size, body, (x, y - 1, 1, 1, MARK))


@pytest.fixture
def game(tmp_path: Path) -> Workbench:
    made = bench(tmp_path, MANIFEST)
    walk = strip(*(figure(48, (20, 44), step) for step in range(3)))
    attack = strip(*(figure(64, (40, 60), step) for step in range(2)))
    below = strip(*(figure(64, (40, 60), step + 2) for step in range(2)))
    save(made.root, "art/walk.png", walk)
    save(made.root, "art/attack.png", np.vstack([attack, below]))
    return made


def frames(game: Workbench, name: str = "hero") -> dict[str, Picture]:
    tags = game.index()["animations"][name]["tags"]
    return {path: shown(game.root, path) for tag in tags.values() for path in tag["files"]}


def test_pivots_lie_on_the_same_pixel_in_every_frame(game: Workbench) -> None:
    game.build()
    hero = game.index()["animations"]["hero"]
    x, y = hero["pivot"]
    found = frames(game)
    assert len(found) == 3 + 2 + 2
    for path, picture in found.items():
        assert picture.shape[:2] == tuple(reversed(hero["cell"])), path
        assert places(picture, MARK) == [(x, y - 1)], path


def test_the_common_canvas_is_the_smallest(game: Workbench) -> None:
    game.build()
    # 40 pixels to the left of the pivot and 24 to the right by the attack, 28 to the right by the walk.
    assert game.index()["animations"]["hero"]["cell"] == [40 + 28, 60 + 4]
    assert game.index()["animations"]["hero"]["pivot"] == [40, 60]


def test_parts_keep_their_own_timing_and_are_not_exported(game: Workbench) -> None:
    game.build()
    animations = game.index()["animations"]
    assert list(animations) == ["hero"]
    tags = animations["hero"]["tags"]
    assert tags["walk_left"]["durations_ms"] == [125, 125, 125]
    assert tags["attack_left"]["durations_ms"] == [80, 200]
    assert (tags["attack_left"]["loop"], tags["hurt"]["loop"]) == ("once", "pingpong")
    assert not (game.root / "generated/animations/hero_walk.png").exists()
    game.edit("parts: [hero_walk, hero_attack]}", "parts: [hero_walk, hero_attack], fps: 4}")
    game.build()
    assert game.index()["animations"]["hero"]["tags"]["attack_left"]["durations_ms"] == [250, 250]


def test_a_part_says_that_it_is_exported_as_well(game: Workbench) -> None:
    game.edit("    tags: {walk_left: [0, 1, 2]}", "    tags: {walk_left: [0, 1, 2]}\n    export: true")
    game.build()
    assert list(game.index()["animations"]) == ["hero", "hero_walk"]


def test_rules_of_a_part_rename_and_time_its_tags(game: Workbench) -> None:
    changed = "parts: [hero_walk, {of: hero_attack, tags: {hurt: {name: ouch, fps: 10}, 'attack_*': {loop: repeat}}}]"
    game.edit("parts: [hero_walk, hero_attack]", changed)
    game.build()
    tags = game.index()["animations"]["hero"]["tags"]
    assert list(tags) == ["walk_left", "attack_left", "ouch"]
    assert tags["ouch"]["durations_ms"] == [100, 100]
    assert tags["attack_left"]["loop"] == "repeat"


def test_mirrored_directions_keep_the_pivot(game: Workbench) -> None:
    game.edit("parts: [hero_walk, hero_attack]", "parts: [hero_walk, hero_attack], mirror: {right: left}")
    game.build()
    hero = game.index()["animations"]["hero"]
    assert list(hero["tags"]) == ["walk_left", "walk_right", "attack_left", "attack_right", "hurt"]
    x, y = hero["pivot"]
    for path, picture in frames(game).items():
        turned = "_right_" in path
        assert places(picture, MARK) == [(x - 1 if turned else x, y - 1)], path


def test_a_tag_that_comes_twice_is_told_at_its_part(game: Workbench) -> None:
    game.edit("tags: {walk_left: [0, 1, 2]}", "tags: {hurt: [0, 1, 2]}")
    ran = game.run("build")
    assert ran.status == 2
    assert "assets.yaml:15:29: tag 'hurt' comes from 'hero_walk' and from 'hero_attack'" in ran.err


def test_a_tag_that_comes_twice_by_its_file_is_told_by_the_build(game: Workbench) -> None:
    import json

    from test_aseprite import BLUE, RED, block, cel, document, layer, tags

    data = document([layer(), cel(block(RED))], [cel(block(BLUE))], [tags((0, 1, 0, 0, "hurt"))])
    (game.root / "art/extra.aseprite").write_bytes(data)
    game.edit("  hero: {", "  hero_extra: {file: art/extra.aseprite}\n  hero: {")
    game.edit("parts: [hero_walk, hero_attack]", "parts: [hero_walk, hero_attack, hero_extra]")
    report = game.build(status=1)
    assert report["assets"]["hero"]["status"] == "failed"
    assert "assets.yaml:16:" in report["assets"]["hero"]["error"]
    assert "tag hurt comes from hero_attack and from hero_extra" in report["assets"]["hero"]["error"]
    assert json.dumps(report)


def test_a_changed_part_changes_the_whole_and_nothing_else_twice(game: Workbench) -> None:
    game.build()
    assert game.plan()["actions"] == []
    save(game.root, "art/walk.png", strip(*(figure(48, (20, 44), step + 3) for step in range(3))))
    assert game.actions() == {"hero_walk": "process: file changed", "hero": "process: its parts changed"}
    game.build()
    assert game.plan()["actions"] == []


def test_a_pivot_of_its_own_and_a_recipe(game: Workbench) -> None:
    game.edit(
        "hero: {parts: [hero_walk, hero_attack]}",
        "hero: {parts: [hero_walk, hero_attack], process: {outline: {color: 000000}}}",
    )
    game.build()
    hero = game.index()["animations"]["hero"]
    x, y = hero["pivot"]
    for path, picture in frames(game).items():
        assert places(picture, MARK) == [(x, y - 1)], path


def test_generated_parts_are_joined_in_the_build_that_buys_them(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """\
version: 1
provider: placeholder
animations:
  walk: {prompt: knight, style: animation__walking_and_idle, pivot: bottom}
  turn: {prompt: knight, style: rd_animation__8_dir_rotation}
  knight: {parts: [walk, turn]}
sprites:
  portrait: {edit: knight/face_s_00, prompt: add a hat}
""",
    )
    game.build()
    knight = game.index()["animations"]["knight"]
    assert {"walk_down", "idle_left", "face_s", "turn"} <= set(knight["tags"])
    assert game.plan()["actions"] == []


def test_a_mirrored_figure_turns_around_its_pivot(game: Workbench) -> None:
    game.write(
        MANIFEST.replace("  hero: {parts: [hero_walk, hero_attack]}\n", "").replace(
            "pivot: [20, 44]", "pivot: [20, 44]\n    mirror: {right: left}\n    hitbox: [8, 6, 10, 28]"
        )
    )
    game.build()
    walk = game.index()["animations"]["hero_walk"]
    assert (walk["cell"], walk["pivot"], walk["hitbox"]) == ([56, 48], [28, 44], [16, 6, 10, 28])
    for path, picture in frames(game, "hero_walk").items():
        assert places(picture, MARK) == [(27 if "_right_" in path else 28, 43)], path


def test_directions_are_renamed_and_missing_ones_mirrored(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """\
version: 1
provider: placeholder
directions: {left: west, right: east}
animations:
  fox: {prompt: a fox, style: rd_animation__small_sprites}
  cat: {file: art/cat.png, layout: {columns: 2, rows: 1}, tags: {run_west: [0, 1]}, mirror: {east: west}}
  owl: {file: art/cat.png, layout: {columns: 2, rows: 1}, tags: {run_left: [0, 1]}, mirror: {right: left}}
  again: {copy: owl, fps: 5}
""",
    )
    save(game.root, "art/cat.png", strip(figure(32, (10, 30), 0), figure(32, (10, 30), 2)))
    game.build()
    animations = game.index()["animations"]
    assert {"walk_west", "walk_east"} <= set(animations["fox"]["tags"])
    assert list(animations["cat"]["tags"]) == ["run_west", "run_east"]
    assert list(animations["owl"]["tags"]) == ["run_west", "run_east"]
    assert list(animations["again"]["tags"]) == ["run_west", "run_east"]
    for name, west, east in (("fox", "walk_west", "walk_east"), ("cat", "run_west", "run_east")):
        for step in range(2):
            left = shown(game.root, f"animations/{name}/{west}_{step:02d}.png")
            right = shown(game.root, f"animations/{name}/{east}_{step:02d}.png")
            assert np.array_equal(left[:, ::-1], right)
    sheet = shown(game.root, "animations/cat.png")
    assert np.array_equal(sheet[32:, :32], sheet[:32, :32][:, ::-1]), "mirrored rows are real pixels"
