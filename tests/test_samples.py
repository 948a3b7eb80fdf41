"""A manifest of `file:` sources over all raw sheets of the service: each frame is the crop that the table demands."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from workbench import Workbench, bench

from assetgen.pixels.picture import Picture, read

SAMPLES = os.environ.get("ASSETGEN_SAMPLES")
pytestmark = pytest.mark.skipif(not SAMPLES, reason="ASSETGEN_SAMPLES names no folder of real outputs")

MANIFEST = """\
version: 1
sprites:
  icon: {file: art/item_icon.png}
  tree: {file: art/object_tree.png}
  panel: {file: art/ui_panel.png}
  turnaround: {file: art/character_turnaround_opaque.png}
animations:
  four: {file: art/four_angle_walking.png, layout: animation__four_angle_walking}
  walker: {file: art/walking_and_idle.png, layout: animation__walking_and_idle}
  small: {file: art/small_sprites.png, layout: animation__small_sprites}
  battle: {file: art/battle_sprites.png, layout: rd_animation__battle_sprites}
  attack: {file: art/advanced_attack_8f_64px.png, layout: rd_advanced_animation__attack, frames: 8}
  boom: {file: art/vfx_16x1.png, layout: {columns: 16, rows: 1}}
  turn: {file: art/eight_dir_rotation_8x1.png, layout: {columns: 8, rows: 1}}
tilesets:
  big: {file: art/tileset_32px.png, layout: rd_tile__tileset, tile_size: 32}
  little: {file: art/tileset_16px.png, layout: rd_tile__tileset, tile_size: 16}
  one: {file: art/single_tile_32px.png, tile_size: 32}
"""

UP, RIGHT, DOWN, LEFT = range(4)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    game = bench(tmp_path_factory.mktemp("samples"), MANIFEST)
    (game.root / "art").mkdir()
    for line in MANIFEST.splitlines():
        if "art/" in line:
            name = line.split("art/")[1].split(",")[0].rstrip("}")
            shutil.copy(Path(SAMPLES or "") / name, game.root / "art" / name)
    game.build()
    return game


def cell(game: Workbench, file: str, size: int, column: int, row: int, *, mirrored: bool = False) -> Picture:
    crop = read(game.root / "art" / file)[row * size : (row + 1) * size, column * size : (column + 1) * size]
    return crop[:, ::-1] if mirrored else crop


def frame(game: Workbench, name: str) -> Picture:
    return read(game.root / f"generated/animations/{name}.png")


def check(game: Workbench, asset: str, file: str, size: int, expected: dict[str, list[tuple[int, int]]]) -> None:
    tags = game.index()["animations"][asset]["tags"]
    assert set(tags) == set(expected)
    for tag, cells in expected.items():
        assert len(tags[tag]["frames"]) == len(cells)
        for number, (column, row) in enumerate(cells):
            got = frame(game, f"{asset}/{tag}_{number:02d}")
            assert np.array_equal(got, cell(game, file, size, column, row)), (tag, number)


def test_four_angle_walking(built: Workbench) -> None:
    rows = {"up": 0, "right": 1, "down": 2, "left": 3}
    check(
        built, "four", "four_angle_walking.png", 48, {f"walk_{d}": [(c, r) for c in range(4)] for d, r in rows.items()}
    )


def test_walking_and_idle(built: Workbench) -> None:
    expected = {}
    for row, direction in enumerate(("down", "right", "up", "left")):
        expected[f"idle_{direction}"] = [(2, row), (0, row)]
        expected[f"walk_{direction}"] = [(2, row), (1, row), (2, row), (3, row)]
    check(built, "walker", "walking_and_idle.png", 48, expected)


def test_battle_sprites(built: Workbench) -> None:
    columns = {"idle": range(3), "walk": range(3, 9), "jump": range(9, 11), "attack": range(11, 14)}
    expected = {
        f"{action}_{direction}": [(column, row) for column in cells]
        for row, direction in enumerate(("down", "right", "up", "left"))
        for action, cells in columns.items()
    }
    check(built, "battle", "battle_sprites.png", 64, expected)
    tags = built.index()["animations"]["battle"]["tags"]
    assert tags["attack_down"]["loop"] == tags["jump_up"]["loop"] == "once"
    assert tags["walk_left"]["loop"] == "repeat"
    assert tags["walk_left"]["durations_ms"] == [150] * 6


def test_small_sprites_mirrors_the_missing_right(built: Workbench) -> None:
    for number in range(2):
        left = frame(built, f"small/walk_left_{number:02d}")
        assert np.array_equal(left, cell(built, "small_sprites.png", 32, number, 1))
        right = frame(built, f"small/walk_right_{number:02d}")
        assert np.array_equal(right, cell(built, "small_sprites.png", 32, number, 1, mirrored=True))
    for column, tag in enumerate(("glance_left", "glance_right", "look", "surprised", "lying")):
        assert np.array_equal(frame(built, f"small/{tag}_00"), cell(built, "small_sprites.png", 32, column, 3))
    for row, direction in enumerate(("down", "left", "up")):
        for column, action in ((2, "arm"), (3, "arms"), (4, "crouch")):
            got = frame(built, f"small/{action}_{direction}_00")
            assert np.array_equal(got, cell(built, "small_sprites.png", 32, column, row))


def test_an_advanced_sheet_of_eight(built: Workbench) -> None:
    check(built, "attack", "advanced_attack_8f_64px.png", 64, {"attack": [(n % 4, n // 4) for n in range(8)]})


def test_strips(built: Workbench) -> None:
    check(built, "boom", "vfx_16x1.png", 64, {"animation": [(n, 0) for n in range(16)]})
    check(built, "turn", "eight_dir_rotation_8x1.png", 80, {"animation": [(n, 0) for n in range(8)]})


ROWS = """
0000 0001 0011 0010
0000 0101 1111 1010
0000 0100 1100 1000
1111 1110 1101 0110
1111 1011 0111 1001
"""
CORNERS = ROWS.split()


@pytest.mark.parametrize(
    ("asset", "file", "size"), [("big", "tileset_32px.png", 32), ("little", "tileset_16px.png", 16)]
)
def test_tilesets(built: Workbench, asset: str, file: str, size: int) -> None:
    entry = built.index()["tilesets"][asset]
    assert (entry["columns"], entry["tile_size"], len(entry["tiles"])) == (4, [size, size], 20)
    for index, bits in enumerate(CORNERS):
        tile = read(built.root / f"generated/tilesets/{asset}/{index:02d}.png")
        assert np.array_equal(tile, cell(built, file, size, index % 4, index // 4))
        inside = entry["terrains"][0]
        assert "".join("1" if corner == inside else "0" for corner in entry["tiles"][index]["corners"]) == bits
    assert np.array_equal(read(built.root / f"generated/tilesets/{asset}.png"), read(built.root / "art" / file))


def test_single_pictures_come_out_as_they_are(built: Workbench) -> None:
    for name, file in (("icon", "item_icon.png"), ("tree", "object_tree.png"), ("panel", "ui_panel.png")):
        assert np.array_equal(read(built.root / f"generated/sprites/{name}.png"), read(built.root / "art" / file))
    assert built.index()["tilesets"]["one"]["tiles"][0]["id"] == 0
    assert built.index()["tilesets"]["one"]["columns"] == 1


def test_a_sheet_that_does_not_fit_names_both_sizes(built: Workbench, tmp_path: Path) -> None:
    game = bench(tmp_path, "version: 1\nanimations:\n"
                 "  wrong: {file: art/a.png, layout: animation__small_sprites}\n"
                 "  fine: {file: art/b.png, layout: animation__small_sprites}\n")  # fmt: skip
    (game.root / "art").mkdir()
    shutil.copy(built.root / "art/walking_and_idle.png", game.root / "art/a.png")
    shutil.copy(built.root / "art/small_sprites.png", game.root / "art/b.png")
    report = game.build(status=1)
    assert "192×192" in report["assets"]["wrong"]["error"]
    assert "160×128" in report["assets"]["wrong"]["error"]
    assert report["assets"]["fine"]["status"] == "built"
