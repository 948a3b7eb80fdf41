"""Retouched files and overrides: what stands in for a picture, and what becomes of it (IDENTITY 8, 12–14)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from choosing import block, dotted, draw, ok, output, project
from workbench import Workbench, bench

from assetgen.pixels.picture import pixel_digest, read
from assetgen.pixels.png import encode_truecolor


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """The project, built once."""
    return project(tmp_path_factory.mktemp("built"))


@pytest.fixture
def game(built: Workbench, tmp_path: Path) -> Workbench:
    """A copy of it."""
    return built.copy(tmp_path)


def test_adopt_final_skips_the_recipe_and_original_goes_through_it(game: Workbench, tmp_path: Path) -> None:
    gem = output(game, "sprites/gem.png")
    mine = dotted(gem)
    mine[1, 1] = (1, 2, 3, 255)  # not in the palette
    path = str(draw(tmp_path / "gem.png", mine))
    ran = ok(game.run("adopt", "gem", path))
    assert "finished as it is" in ran.err
    assert np.array_equal(output(game, "sprites/gem.png"), mine)
    adopted = block(game, "gem").adopted
    assert (game.root / adopted.original.file).read_bytes() == Path(path).read_bytes()
    assert adopted.original.file.startswith("originals/gem/adopted-")
    ok(game.run("adopt", "gem", path, "--stage", "original"))
    assert (output(game, "sprites/gem.png")[1, 1, :3] == [0x1A, 0x1C, 0x2C]).all()
    assert len(block(game, "gem").history) == 1
    ok(game.run("adopt", "gem", "--drop"))
    assert np.array_equal(output(game, "sprites/gem.png"), gem)


def test_while_adopted_changes_are_told_and_nothing_is_replaced(game: Workbench, tmp_path: Path) -> None:
    mine = dotted(output(game, "sprites/hero.png"))
    ok(game.run("adopt", "hero", str(draw(tmp_path / "mine.png", mine))))
    game.edit("lantern-bearing knight, style: rd_pro__default", "a torch-bearing knight, style: rd_pro__default")
    plan = game.plan()
    assert ("hero", "adopted", "prompt changed") in [(b["asset"], b["state"], b["reason"]) for b in plan["blocked"]]
    game.build("hero")
    assert np.array_equal(output(game, "sprites/hero.png"), mine)
    assert "stands in for it" in ok(game.run("pick", "hero", "3")).err
    assert np.array_equal(output(game, "sprites/hero.png"), mine)
    game.edit("a torch-bearing knight", "lantern-bearing knight")
    assert [(b["asset"], b["reason"]) for b in game.plan()["blocked"]] == [("hero", "pick changed")]
    ok(game.run("pick", "hero", "1"))
    assert game.plan()["blocked"] == []
    game.edit("lantern-bearing knight, style: rd_pro__default", "a torch-bearing knight, style: rd_pro__default")
    ok(game.run("pick", "hero", "3"))
    ran = ok(game.run("adopt", "hero", "--drop"))
    assert "prompt changed" in ran.err
    chosen = block(game, "hero").steps[0]
    assert pixel_digest(output(game, "sprites/hero.png")) == chosen.candidates[2].pixels


def test_a_recipe_that_an_adopted_picture_skips_is_told_and_changes_nothing(game: Workbench, tmp_path: Path) -> None:
    def told() -> list[tuple[str, str, str]]:
        return [(b["asset"], b["state"], b["reason"]) for b in game.plan()["blocked"]]

    gem = dotted(output(game, "sprites/gem.png"))
    ok(game.run("adopt", "gem", str(draw(tmp_path / "gem.png", gem))))
    logo = dotted(output(game, "sprites/logo.png"), 3, 3) // 2
    ok(game.run("adopt", "logo", str(draw(tmp_path / "logo.png", logo))))
    game.build()
    before = game.times("generated")
    game.edit("prompt: blue gem, palette: dusk", "prompt: blue gem, palette: dusk, process: {mirror: x}")
    draw(game.root / "art/logo.png", np.full((8, 8, 4), 200, np.uint8))
    assert told() == [("gem", "adopted", "recipe changed"), ("logo", "adopted", "file changed")]
    assert game.actions("gem", "logo") == {}
    game.build()
    assert game.times("generated") == before
    assert game.run("check").status == 0
    assert len(told()) == 2
    ok(game.run("adopt", "gem", "--drop"))
    assert told() == [("logo", "adopted", "file changed")]
    assert not np.array_equal(output(game, "sprites/gem.png"), gem)
    # One that goes through the recipe follows it.
    ok(game.run("adopt", "gem", str(draw(tmp_path / "gem.png", gem)), "--stage", "original"))
    game.edit("process: {mirror: x}", "process: {mirror: y}")
    assert game.actions("gem")["gem"] == "process: recipe changed"


def test_an_output_edited_by_hand_is_adopted(game: Workbench) -> None:
    mine = dotted(output(game, "sprites/gem.png"), 3, 3)
    draw(game.root / "generated/sprites/gem.png", mine)
    assert game.run("build", "gem").status == 1
    ran = ok(game.run("adopt", "gem"))
    assert "generated/sprites/gem.png" in ran.err
    assert np.array_equal(output(game, "sprites/gem.png"), mine)
    game.build()
    assert game.run("check").status == 0
    assert np.array_equal(output(game, "sprites/gem.png"), mine)


def test_a_renamed_asset_that_would_be_bought_again_is_told_of(game: Workbench, tmp_path: Path) -> None:
    """Adopted, its prompt changed meanwhile: under another name its results are found only where `was` says so."""
    mine = draw(tmp_path / "hero.png", dotted(output(game, "sprites/hero.png")))
    game.run("adopt", "hero", str(mine))
    game.edit("prompt: lantern-bearing knight, style: rd_pro", "prompt: old knight, style: rd_pro")
    game.edit("  hero: {", "  knight: {")
    game.edit("input: hero", "input: knight")
    told = " ".join(game.run("plan").err.split())
    assert "if knight was hero before, write 'was: hero' into its entry" in told
    game.edit("  knight: {", "  knight: {was: hero, ")
    assert "hint" not in game.run("plan").err
    assert game.actions()["knight"] == "rename: renamed from hero"
    game.build()
    assert np.array_equal(output(game, "sprites/knight.png"), read(mine))


def test_a_hand_edit_is_not_lost_when_another_file_is_adopted(game: Workbench, tmp_path: Path) -> None:
    by_hand = dotted(output(game, "sprites/gem.png"), 2, 2)
    other = dotted(output(game, "sprites/gem.png"), 9, 9)
    draw(game.root / "generated/sprites/gem.png", by_hand)
    ran = game.run("adopt", "gem", str(draw(tmp_path / "other.png", other)))
    assert ran.status == 1
    assert "modified by hand" in ran.err
    assert np.array_equal(output(game, "sprites/gem.png"), by_hand)
    game.build(status=1)
    assert np.array_equal(output(game, "sprites/gem.png"), by_hand)
    game.build("--force")
    assert np.array_equal(output(game, "sprites/gem.png"), other)


def test_a_size_that_fits_nothing_asks_for_the_stage(game: Workbench, tmp_path: Path) -> None:
    odd = draw(tmp_path / "odd.png", np.full((20, 24, 4), 200, np.uint8))
    ran = game.run("adopt", "gem", str(odd))
    assert ran.status == 2
    assert "24×20" in ran.err
    assert "say --stage" in ran.err
    ok(game.run("adopt", "gem", str(odd), "--stage", "final"))
    assert output(game, "sprites/gem.png").shape[:2] == (20, 24)
    assert game.run("adopt", "hero", str(tmp_path / "none.png")).status == 1
    (tmp_path / "no.png").write_bytes(b"not a picture")
    assert game.run("adopt", "hero", str(tmp_path / "no.png")).status == 1


def test_a_finished_animation_sheet_is_cut_by_its_own_layout(game: Workbench, tmp_path: Path) -> None:
    before = game.index()["animations"]["hero_walk"]
    sheet = dotted(output(game, "animations/hero_walk.png"), 50, 2)  # second cell of the first tag
    ok(game.run("adopt", "hero_walk", str(draw(tmp_path / "walk.png", sheet))))
    assert block(game, "hero_walk").adopted.stage == "final"
    assert np.array_equal(output(game, "animations/hero_walk.png"), sheet)
    after = game.index()["animations"]["hero_walk"]
    assert {tag: v["frames"] for tag, v in after["tags"].items()} == {t: v["frames"] for t, v in before["tags"].items()}
    first = next(iter(after["tags"].values()))["files"][1]
    assert (output(game, first)[2, 2] == 255).all()
    game.build()
    assert game.run("check").status == 0


def test_one_frame_edited_by_hand_is_adopted_into_the_sheet(game: Workbench) -> None:
    path = "animations/hero_walk/walk_down_01.png"
    mine = dotted(output(game, path), 5, 5)
    draw(game.root / "generated" / path, mine)
    sheet = output(game, "animations/hero_walk.png")
    ok(game.run("adopt", "hero_walk"))
    assert np.array_equal(output(game, path), mine)
    assert (output(game, "animations/hero_walk.png") != sheet).any(axis=2).sum() == 1
    assert game.run("check").status == 0


def test_a_tile_edited_by_hand_and_a_finished_tileset(game: Workbench, tmp_path: Path) -> None:
    mine = dotted(output(game, "tilesets/meadow/07.png"), 4, 4)
    draw(game.root / "generated/tilesets/meadow/07.png", mine)
    ok(game.run("adopt", "meadow"))
    assert np.array_equal(output(game, "tilesets/meadow/07.png"), mine)
    corners = [tile["corners"] for tile in game.index()["tilesets"]["meadow"]["tiles"]]
    sheet = dotted(output(game, "tilesets/meadow.png"), 0, 0)
    ok(game.run("adopt", "meadow", str(draw(tmp_path / "meadow.png", sheet))))
    assert np.array_equal(output(game, "tilesets/meadow.png"), sheet)
    assert np.array_equal(output(game, "tilesets/meadow/07.png"), mine)
    assert [tile["corners"] for tile in game.index()["tilesets"]["meadow"]["tiles"]] == corners
    wrong = draw(tmp_path / "wrong.png", sheet[:-3])
    assert game.run("adopt", "meadow", str(wrong), "--stage", "final").status == 2


def test_override_stands_in_from_a_living_file(game: Workbench) -> None:
    hero = output(game, "sprites/hero.png")
    mine = dotted(hero)
    draw(game.root / "art/hero.png", mine)
    game.edit("candidates: 4}", "candidates: 4, override: art/hero.png}")
    game.build("hero")
    assert np.array_equal(output(game, "sprites/hero.png"), mine)
    assert block(game, "hero").steps  # the bought picture stays pinned beside it
    again = dotted(mine, 9, 9)
    draw(game.root / "art/hero.png", again)
    assert game.actions("hero")["hero"].startswith("process: ")
    game.build("hero")
    assert np.array_equal(output(game, "sprites/hero.png"), again)
    assert game.run("adopt", "hero", str(game.root / "art/hero.png")).status == 2
    assert "a retouched file stands in for it" in game.run("pick", "hero", "2").err
    game.run("pick", "hero", "1")
    lock = (game.root / "assets.lock").read_bytes()
    refused = game.run("reroll", "hero")  # it would be paid for, and not be seen
    assert (refused.status, "override: art/hero.png" in refused.err) == (2, True)
    assert (game.root / "assets.lock").read_bytes() == lock
    game.edit(", override: art/hero.png", "")
    game.build("hero")
    assert np.array_equal(output(game, "sprites/hero.png"), hero)


def test_an_override_that_is_finished_skips_the_recipe(game: Workbench) -> None:
    mine = dotted(output(game, "sprites/gem.png"))
    mine[1, 1] = (1, 2, 3, 255)
    draw(game.root / "art/gem.png", mine)
    game.edit("palette: dusk}", "palette: dusk, override: art/gem.png}")
    game.build("gem")
    assert np.array_equal(output(game, "sprites/gem.png"), mine)


def test_a_glob_adopts_all_that_were_retouched_and_drops_them(tmp_path: Path) -> None:
    items = "".join(f"  item/{n}: {{prompt: gem {n}, style: rd_fast__mc_item, size: 16}}\n" for n in range(4))
    game = bench(tmp_path, "version: 1\nprovider: placeholder\nsprites:\n" + items)
    game.build()
    before = game.files("generated")
    assert "none of them was changed by hand" in game.run("adopt", "item/*").err
    for number in (1, 3):
        path = game.root / f"generated/sprites/item/{number}.png"
        picture = read(path).copy()
        picture[0, 0] = (number, 2, 3, 255)
        path.write_bytes(encode_truecolor(picture))
    ran = game.run("adopt", "item/*")
    assert (ran.status, ran.err.count(": adopted as ")) == (0, 2), ran.err
    assert game.run("plan", "--exit-code").status == 0
    assert game.run("adopt", "item/*", "x.png").status == 2
    assert game.run("adopt", "--drop", "item/*").err.count("back to the bought picture") == 2
    assert game.files("generated") == before
    assert "none of them was adopted" in game.run("adopt", "--drop", "item/*").err
