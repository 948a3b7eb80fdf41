"""What is bought, kept, moved, restored and lost: the identity rules, by the real command on real files."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from workbench import Workbench, bench

from assetgen.pixels.picture import read

MANIFEST = """\
version: 1
provider: placeholder
presets:
  item: {style: rd_fast__mc_item, size: 16, remove_bg: true}
palettes:
  dusk: [1a1c2c, 5d275d, b13e53, ef7d57, ffcd75, a7f070, 38b764, 257179]
sprites:
  hero: {prompt: lantern-bearing knight, style: rd_pro__default, size: 64, seed: 7}
  gem: {preset: item, prompt: blue gem, palette: dusk}
  sword: {preset: item, prompt: iron sword}
animations:
  hero_walk: {prompt: lantern-bearing knight, style: animation__walking_and_idle, input: hero}
atlases:
  items: {include: [gem, sword]}
"""


@pytest.fixture
def game(tmp_path: Path) -> Workbench:
    made = bench(tmp_path, MANIFEST)
    made.build()
    return made


def no_purchase(game: Workbench) -> None:
    """Nothing of the plan asks the provider."""
    verbs = {action["action"] for action in game.plan()["actions"]}
    assert not verbs & {"generate", "edit", "fix"}, verbs


def test_second_build_does_nothing(game: Workbench) -> None:
    before = {**game.times("generated"), **game.times("originals")}
    lock = (game.root / "assets.lock").read_bytes()
    ran = game.run("build")
    assert ran.status == 0
    assert "Nothing to do" in ran.err
    assert {**game.times("generated"), **game.times("originals")} == before
    assert (game.root / "assets.lock").read_bytes() == lock


def test_one_prompt_plans_that_asset_what_takes_it_and_its_atlas(game: Workbench) -> None:
    game.edit("lantern-bearing knight, style: rd_pro__default", "lantern-bearing rogue, style: rd_pro__default")
    assert game.actions() == {"hero": "generate: prompt changed", "hero_walk": "generate: input hero changed"}
    game.edit("iron sword", "golden sword")
    assert game.actions()["sword"] == "generate: prompt changed"
    assert game.actions()["atlas:items"] == "pack: sword changed"
    assert "gem" not in game.actions()


def test_going_back_to_an_earlier_prompt_is_free_and_gives_the_same_pixels(game: Workbench) -> None:
    before = game.files()
    game.edit("iron sword", "golden sword")
    game.build()
    assert game.files() != before
    game.edit("golden sword", "iron sword")
    no_purchase(game)
    assert game.actions()["sword"].startswith("restore: prompt changed, restored")
    game.build()
    assert game.files() == before
    game.edit("iron sword", "golden sword")
    no_purchase(game)


def test_a_plain_rename_is_found_and_carries_originals(game: Workbench) -> None:
    game.edit("  sword:", "  blade:")
    game.edit("[gem, sword]", "[gem, blade]")
    assert game.actions()["blade"] == "rename: renamed from sword"
    no_purchase(game)
    game.build()
    assert not (game.root / "originals/sword").exists()
    assert len(list((game.root / "originals/blade").iterdir())) == 1
    assert game.run("plan", "--exit-code").status == 0


def test_was_carries_over_when_the_prompt_changed_too(game: Workbench) -> None:
    game.edit("  sword: {preset: item, prompt: iron sword}", "  blade: {preset: item, prompt: steel blade, was: sword}")
    game.edit("[gem, sword]", "[gem, blade]")
    actions = [(a["action"], a["reason"]) for a in game.plan()["actions"] if a["asset"] == "blade"]
    assert actions == [("rename", "renamed from sword"), ("generate", "prompt changed")]
    game.build()
    assert "iron sword" in (game.root / "assets.lock").read_text(), "the old result is kept in the history"


def test_reordering_comments_and_timing_never_buy(game: Workbench) -> None:
    game.edit("  gem: {preset: item, prompt: blue gem, palette: dusk}\n", "")
    game.edit("animations:", "  gem: {preset: item, prompt: blue gem, palette: dusk} # moved\nanimations:")
    assert game.plan()["actions"] == []
    game.edit("input: hero}", "input: hero, fps: 12}")
    no_purchase(game)
    game.build()
    assert game.index()["animations"]["hero_walk"]["tags"]["walk_down"]["durations_ms"] == [83] * 4


def test_a_palette_colour_maps_again_for_nothing(game: Workbench) -> None:
    game.edit("257179", "3b5dc9")
    no_purchase(game)
    assert game.actions()["gem"] == "process: recipe changed"
    game.build()
    colors = {tuple(c) for c in read(game.root / "generated/palettes/dusk.png")[0, :, :3].tolist()}
    assert (0x3B, 0x5D, 0xC9) in colors


def test_an_input_saved_again_otherwise_is_the_same_input(tmp_path: Path) -> None:
    game = bench(tmp_path, "version: 1\nprovider: placeholder\nsprites:\n"
                 "  hero: {prompt: knight, style: rd_fast__default, size: 64, input: art/base.png}\n")  # fmt: skip
    (game.root / "art").mkdir()
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[16:48, 16:48] = (200, 40, 40)
    path = game.root / "art/base.png"
    Image.fromarray(pixels).save(path)
    game.build()
    Image.fromarray(pixels).save(path, compress_level=0)
    assert game.plan()["actions"] == []
    Image.fromarray(pixels).quantize(4).save(path)
    assert game.plan()["actions"] == []
    pixels[0, 0] = (1, 2, 3)
    Image.fromarray(pixels).save(path)
    assert game.actions() == {"hero": "generate: input art/base.png changed"}


def test_outputs_of_a_removed_asset_go_unless_retouched(game: Workbench) -> None:
    walk = game.root / "generated/animations/hero_walk.png"
    frame = game.root / "generated/animations/hero_walk/walk_down_00.png"
    (game.root / "generated/animations/hero_walk.png.import").write_text("an engine's file beside ours")
    picture = Image.open(frame).convert("RGBA")
    picture.putpixel((0, 0), (255, 0, 0, 255))
    picture.save(frame)
    text = (game.root / "assets.yaml").read_text()
    game.write(text.replace("animations:\n  hero_walk:", "x-animations:\n  hero_walk:"))
    ran = game.run("build")
    assert ran.status == 1
    assert "hero_walk/walk_down_00.png" in ran.err
    assert frame.exists()
    assert not walk.exists()
    assert not walk.with_name("hero_walk.png.import").exists()
    assert game.run("build").status == 1, "it stays named"
    assert game.run("build", "--force").status == 0
    assert not frame.exists()
    assert list((game.root / ".assetgen/trash").rglob("walk_down_00*"))
    game.write(text)
    no_purchase(game)


def test_a_retouched_output_is_kept_and_named(game: Workbench) -> None:
    path = game.root / "generated/animations/hero_walk.png"
    picture = Image.open(path).convert("RGBA")
    picture.putpixel((5, 5), (255, 0, 255, 255))
    picture.save(path)
    retouched = path.read_bytes()
    game.edit("input: hero}", "input: hero, fps: 20}")
    report = game.build(status=1)
    assert path.read_bytes() == retouched
    assert [item["state"] for item in report["blocked"]] == ["drifted"]
    checked = game.run("check", "--json")
    assert checked.status == 1
    assert {
        "asset": "hero_walk",
        "reason": "output modified by hand",
        "path": "generated/animations/hero_walk.png",
    } in (checked.json["stale"])
    game.build("--force")
    assert path.read_bytes() != retouched


def test_locked_offline_restores_every_pixel(game: Workbench) -> None:
    before = game.files()
    game.forget("generated", ".assetgen", "store")
    report = game.build("--locked", "--offline")
    assert game.files() == before
    assert report["requests"] == 0
    assert game.run("check").status == 0


def test_a_lost_original_is_named_and_never_drawn_again_when_locked(game: Workbench) -> None:
    game.forget("generated", ".assetgen", "store", "originals/sword")
    report = game.build("--locked", "--offline", status=1)
    assert report["assets"]["sword"]["status"] == "failed"
    assert [(b["asset"], b["state"]) for b in report["blocked"]] == [("sword", "lost")]
    assert not (game.root / "originals/sword").exists()
    # The placeholder is free: without --locked it is drawn again, and that is said.
    assert game.actions()["sword"] == "generate: placeholder original missing: drawn again"
    game.build()
    assert game.run("check").status == 0


def test_branches_and_teammates_never_look_like_drift(game: Workbench, tmp_path: Path) -> None:
    """`generated/` ignored by git, the lock switched back and forth, a lock pulled from a teammate."""
    lock, manifest = game.root / "assets.lock", game.root / "assets.yaml"
    main = (lock.read_bytes(), manifest.read_bytes())
    game.edit("iron sword", "golden sword")
    game.build()
    branch = (lock.read_bytes(), manifest.read_bytes())
    for state in (main, branch, main):
        lock.write_bytes(state[0])
        manifest.write_bytes(state[1])
        plan = game.plan()
        assert plan["blocked"] == []
        no_purchase(game)
        game.build()
    mate = Workbench(tmp_path / "mate", tmp_path / "mate-store")
    shutil.copytree(game.root, mate.root, ignore=shutil.ignore_patterns(".assetgen"))
    mate.edit("blue gem", "green gem")
    mate.build()
    for name in ("assets.lock", "assets.yaml"):
        shutil.copy(mate.root / name, game.root / name)
    shutil.copytree(mate.root / "originals", game.root / "originals", dirs_exist_ok=True)
    assert game.plan()["blocked"] == []
    no_purchase(game)
    game.build()
    assert game.files() == mate.files()


def test_equal_requests_are_one_result(tmp_path: Path) -> None:
    game = bench(tmp_path, "version: 1\nprovider: placeholder\nsprites:\n"
                 "  a: {prompt: fox, style: rd_fast__default, size: 64}\n"
                 "  b: {prompt: fox, style: rd_fast__default, size: 64}\n")  # fmt: skip
    assert game.actions() == {"a": "generate: new", "b": "generate: same request as a"}
    game.build()
    files = game.files()
    assert files["generated/sprites/a.png"] == files["generated/sprites/b.png"]


def test_selection_builds_inputs_and_what_it_feeds(tmp_path: Path) -> None:
    game = bench(tmp_path, MANIFEST)
    report = game.build("hero_walk")
    assert set(report["assets"]) == {"hero", "hero_walk"}
    game.build("gem")
    assert set(game.index()["atlases"]["items"]["partial"]) == {"sword"}
    game.build()
    assert "partial" not in game.index()["atlases"]["items"]


def test_an_output_that_somebody_else_put_there_is_not_overwritten(tmp_path: Path) -> None:
    game = bench(tmp_path, MANIFEST)
    path = game.root / "generated/sprites/hero.png"
    path.parent.mkdir(parents=True)
    Image.new("RGBA", (8, 8), (1, 2, 3, 255)).save(path)
    mine = path.read_bytes()
    game.build(status=1)
    assert path.read_bytes() == mine
    assert game.run("plan", "--exit-code").status == 1


def test_accept_binds_a_changed_request_to_the_picture_that_is_there(game: Workbench) -> None:
    game.edit("iron sword", "an iron sword that shines")
    assert game.actions()["sword"] == "generate: prompt changed"
    assert game.run("accept", "sword").status == 0
    assert game.plan()["actions"] == []
    assert game.run("build").status == 0


def test_pinned_assets_are_never_bought_again(game: Workbench) -> None:
    game.edit("prompt: iron sword}", "prompt: golden sword, pin: true}")
    plan = game.plan()
    assert plan["blocked"] == [{"asset": "sword", "state": "pinned", "reason": "prompt changed"}]
    assert game.run("build").status == 0


def test_a_deleted_output_is_written_again(game: Workbench) -> None:
    path = game.root / "generated/sprites/hero.png"
    before = path.read_bytes()
    path.unlink()
    assert game.actions() == {"hero": "process: output missing"}
    game.build()
    assert path.read_bytes() == before


def test_conflict_markers_point_to_the_merge_driver(game: Workbench) -> None:
    lock = game.root / "assets.lock"
    lock.write_text(lock.read_text().replace("version: 1\n", "version: 1\n<<<<<<< ours\n", 1))
    ran = game.run("plan")
    assert ran.status == 2
    assert "merge-lock" in ran.err
