"""Quality checks as a build applies them: who fails, who goes on, what stays in place, and the entry's own settings."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from drawings import drawn, save, shown, square, strip
from pixel_samples import SAMPLES, drawn_tileset, needs_samples, sample
from test_quality import DAMAGES
from workbench import Workbench, bench

from assetgen.pixels.picture import Picture, read

MANIFEST = """\
version: 1
provider: placeholder
animations:
  walk: {file: art/walk.png, layout: {columns: 4, rows: 1}}
  hero: {parts: [walk]}
  other: {file: art/other.png, layout: {columns: 2, rows: 1}}
"""


def figure(step: int, height: int = 20) -> Picture:
    return drawn(32, 32, (11 + step, 28 - height, 8, height, "406080"), (13 + step, 30 - height, 2, 2, "ffcc99"))


@pytest.fixture
def game(tmp_path: Path) -> Workbench:
    made = bench(tmp_path, MANIFEST)
    save(made.root, "art/walk.png", strip(*map(figure, range(4))))
    save(made.root, "art/other.png", strip(figure(0), figure(1)))
    made.build()
    return made


def findings(report: object, asset: str) -> dict[str, str]:
    assert isinstance(report, dict)
    return {item["check"]: item["message"] for item in report["warnings"] if item["asset"] == asset}


def test_an_error_fails_its_asset_and_what_is_made_of_it_and_keeps_the_good_output(game: Workbench) -> None:
    before = game.files("generated/animations/hero")
    save(game.root, "art/walk.png", strip(figure(0), drawn(32, 32), figure(2), figure(3)))
    save(game.root, "art/other.png", strip(figure(1), figure(2)))
    report = game.build(status=1)
    assert {name: asset["status"] for name, asset in report["assets"].items()} == {
        "walk": "failed", "hero": "failed", "other": "built",
    }  # fmt: skip
    assert "cell 1" in report["assets"]["walk"]["error"]
    assert "walk: cell 1" in report["assets"]["hero"]["error"]
    assert game.files("generated/animations/hero") == before
    assert np.array_equal(shown(game.root, "animations/other/animation_00.png"), figure(1))
    ran = game.run("check", "--json")
    assert ran.status == 1


def test_levels_and_thresholds_of_the_entry(game: Workbench) -> None:
    save(game.root, "art/walk.png", strip(figure(0), figure(0), figure(2), figure(3)))
    report = game.build()
    assert "cells are equal" in findings(report, "walk")["duplicate"]
    game.edit("rows: 1}}\n  hero", "rows: 1}, quality: {duplicate: error}}\n  hero")
    assert "duplicate" in game.build(status=1)["assets"]["walk"]["error"]
    game.edit("{duplicate: error}", "{duplicate: {level: error, threshold: 1}}")
    assert "duplicate" not in findings(game.build(), "walk")
    game.edit("{duplicate: {level: error, threshold: 1}}", "{duplicate: off}")
    assert "duplicate" not in findings(game.build(), "walk")


def test_only_grounded_tags_must_keep_their_feet_on_the_ground(game: Workbench) -> None:
    high = [figure(0), np.roll(figure(1), -6, axis=0), np.roll(figure(2), -6, axis=0), figure(3)]
    save(game.root, "art/walk.png", strip(*high))
    assert "baseline" not in findings(game.build(), "walk")
    game.edit("rows: 1}}\n  hero", "rows: 1}, grounded: [animation]}\n  hero")
    assert "lower edge moves by 6 px" in game.build(status=1)["assets"]["walk"]["error"]


def test_a_drawn_background_is_meant_and_a_trimmed_figure_may_touch_its_border(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """\
version: 1
provider: placeholder
sprites:
  figure: {file: art/figure.png, process: {trim: true}}
animations:
  water: {file: art/water.png, layout: {columns: 2, rows: 1}}
  tight: {file: art/walk.png, layout: {columns: 4, rows: 1}, process: {trim: true}}
""",
    )
    save(game.root, "art/figure.png", figure(0))
    save(game.root, "art/water.png", strip(square("0000ff"), square("2020ff")))
    save(game.root, "art/walk.png", strip(*map(figure, range(4))))
    assert game.build()["warnings"] == []


def test_a_corner_sheet_is_verified(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """\
version: 1
provider: placeholder
tilesets:
  meadow: {file: art/meadow.png, layout: rd_tile__tileset}
  world: {terrains: {meadow: [stone, grass]}}
""",
    )
    cells = drawn_tileset(16)

    def sheet() -> Picture:
        return np.vstack([np.hstack(cells[row * 4 : row * 4 + 4]) for row in range(5)])

    save(game.root, "art/meadow.png", sheet())
    game.build()
    cells[5], cells[10] = cells[10], cells[5]
    save(game.root, "art/meadow.png", sheet())
    report = game.build(status=1)
    assert "shows the other material" in report["assets"]["meadow"]["error"]
    assert "shows the other material" in report["assets"]["world"]["error"]
    game.edit("layout: rd_tile__tileset}", "layout: rd_tile__tileset, quality: {corners: warn, seam: off}}")
    assert "corners" in findings(game.build(), "meadow")


@needs_samples
def test_real_sheets_pass(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """\
version: 1
provider: placeholder
sprites:
  icon: {file: art/item_icon.png}
  panel: {file: art/ui_panel.png}
animations:
  four: {file: art/four_angle_walking.png, layout: rd_animation__four_angle_walking}
  idle: {file: art/walking_and_idle.png, layout: rd_animation__four_angle_walking_idle}
  small: {file: art/small_sprites.png, layout: rd_animation__small_sprites}
  battle: {file: art/battle_sprites.png, layout: rd_animation__battle_sprites}
  strike: {file: art/advanced_attack_8f_64px.png, layout: rd_advanced_animation__attack, frames: 8}
  hero: {parts: [idle, strike]}
tilesets:
  small_tiles: {file: art/tileset_16px.png, layout: rd_tile__tileset, autotile: [blob47, dual_grid, rpgmaker_a2]}
  tiles: {file: art/tileset_32px.png, layout: rd_tile__tileset, autotile: [blob47, dual_grid, rpgmaker_a2]}
  one: {file: art/single_tile_32px.png, tile_size: 32}
""",
    )
    shutil.copytree(Path(SAMPLES or ""), game.root / "art")
    game.build()
    hero = game.index()["animations"]["hero"]
    assert hero["cell"][0] == 64
    assert {"walk_down", "idle_up", "attack"} <= set(hero["tags"])


@needs_samples
@pytest.mark.parametrize("name", ["tileset_16px.png", "tileset_32px.png"])
def test_two_exchanged_tiles_of_a_real_sheet_are_found(tmp_path: Path, name: str) -> None:
    game = bench(
        tmp_path,
        "version: 1\nprovider: placeholder\ntilesets:\n  t: {file: art/t.png, layout: rd_tile__tileset}\n",
    )
    sheet = read(Path(SAMPLES or "") / name).copy()
    side = sheet.shape[0] // 5
    first, second = sheet[:side, side : 2 * side].copy(), sheet[side : 2 * side, side : 2 * side].copy()
    sheet[:side, side : 2 * side], sheet[side : 2 * side, side : 2 * side] = second, first
    save(game.root, "art/t.png", sheet)
    assert "shows the other material" in game.build(status=1)["assets"]["t"]["error"]


_STYLES = {
    "four_angle_walking.png": "animation__four_angle_walking",
    "walking_and_idle.png": "animation__walking_and_idle",
    "small_sprites.png": "animation__small_sprites",
    "battle_sprites.png": "rd_animation__battle_sprites",
    "advanced_attack_8f_64px.png": "rd_advanced_animation__attack, frames: 8",
}


@needs_samples
def test_the_build_finds_the_damage_in_copies_of_real_sheets(tmp_path: Path) -> None:
    """A sheet each: the 15 damaged animations of the checks' own tests, and five more; and all of them undamaged."""
    entries, expected = [], {}
    game = bench(tmp_path, "")
    for number, (name, damage, check, level) in enumerate(DAMAGES.values()):
        settings = "grounded: ['walk_*'], quality: {background: error}" if name != "vfx_16x1.png" else ""
        settings = "quality: {background: error}" if "advanced" in _STYLES[name] else settings
        for kind in ("good", "bad"):
            sheet = sample(name).copy()
            if kind == "bad":
                damage(sheet, name)
            save(game.root, f"art/{kind}_{number}.png", sheet)
            entries.append(f"  {kind}_{number}: {{file: art/{kind}_{number}.png, layout: {_STYLES[name]}, {settings}}}")
        expected[f"bad_{number}"] = (check, level)
    cropped = sample("walking_and_idle.png")[:-2]
    save(game.root, "art/cropped.png", cropped)
    entries.append("  cropped: {file: art/cropped.png, layout: animation__walking_and_idle}\ntilesets:")
    for name in ("tileset_16px.png", "tileset_32px.png"):
        side = sample(name).shape[0] // 5
        for kind in ("good", "exchanged", "torn"):
            sheet = sample(name).copy()
            if kind == "exchanged":
                held = sheet[side : 2 * side, 2 * side : 3 * side].copy()
                sheet[side : 2 * side, 2 * side : 3 * side] = sheet[2 * side : 3 * side, :side]
                sheet[2 * side : 3 * side, :side] = held
                expected[f"exchanged_{side}"] = ("corners", "error")
            if kind == "torn":
                sheet[side : 2 * side, 4 * side - 1, :3] = 255 - sheet[side : 2 * side, 4 * side - 1, :3]
                expected[f"torn_{side}"] = ("seam", "error")
            save(game.root, f"art/{kind}_{side}.png", sheet)
            entries.append(f"  {kind}_{side}: {{file: art/{kind}_{side}.png, layout: rd_tile__tileset}}")
    game.write("\n".join(["version: 1\nprovider: placeholder\nanimations:", *entries, ""]))
    report = game.build(status=1)
    assets = report["assets"]
    assert len(expected) == 19
    for name, (check, level) in expected.items():
        assert check in findings(report, name), name
        if level == "error":
            assert assets[name]["status"] == "failed"
            assert f"{check}: " in assets[name]["error"]
    assert "192" in assets["cropped"]["error"]
    assert "190" in assets["cropped"]["error"]
    assert {name for name in assets if name.startswith("good") and assets[name]["status"] != "built"} == set()
    told = {(item["asset"], item["check"]) for item in game.run("check", "--json").json["findings"]}
    assert {(name, check) for name, (check, _) in expected.items()} <= told
