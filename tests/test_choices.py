"""Choosing, rolling again, adopting, approving: through the command line, on real files (IDENTITY 8, 12–14)."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from workbench import Ran, Workbench, bench

from assetgen.pixels.picture import Picture, pixel_digest, read
from assetgen.pixels.png import encode_truecolor
from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.testing import ledger, running
from assetgen.store import lockfile

KEY = "rdpk-a-secret-that-must-stay-one"
MANIFEST = """\
version: 1
provider: placeholder
presets:
  item: {style: rd_fast__mc_item, size: 16, remove_bg: true}
palettes:
  dusk: [1a1c2c, 5d275d, b13e53, ef7d57, ffcd75, a7f070, 38b764, 257179]
sprites:
  hero: {prompt: lantern-bearing knight, style: rd_pro__default, size: 64, seed: 7, candidates: 4}  # the knight
  gem: {preset: item, prompt: blue gem, palette: dusk}
  logo: {file: art/logo.png}
animations:
  hero_walk: {prompt: lantern-bearing knight, style: animation__walking_and_idle, input: hero}
tilesets:
  meadow: {prompt: grey stones, outside: lush grass, style: rd_tile__tileset_advanced, tile_size: 32}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """The project, built once."""
    made = bench(tmp_path_factory.mktemp("built"), MANIFEST)
    draw(made.root / "art/logo.png", np.full((8, 8, 4), 255, np.uint8))
    made.build()
    return made


@pytest.fixture
def game(built: Workbench, tmp_path: Path) -> Workbench:
    """A copy of it."""
    return built.copy(tmp_path)


def draw(path: Path, picture: Picture) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_truecolor(picture))
    return path


def dotted(picture: Picture, x: int = 1, y: int = 1) -> Picture:
    """The picture with one white pixel."""
    changed = picture.copy()
    changed[y, x] = 255
    return changed


def ok(ran: Ran) -> Ran:
    assert ran.status == 0, f"exit {ran.status}\n{ran.err}"
    return ran


def output(game: Workbench, path: str) -> Picture:
    return read(game.root / "generated" / path)


def block(game: Workbench, name: str) -> Any:
    return lockfile.read(game.root / "assets.lock", None).lock.blocks[name]


def originals(game: Workbench) -> set[str]:
    return {path.rpartition("/")[2] for path in game.files("originals")}


# -- pick -----------------------------------------------------------------------


def test_pick_changes_lock_and_outputs_and_says_what_follows(game: Workbench) -> None:
    before = output(game, "sprites/hero.png")
    candidates = block(game, "hero").steps[0].candidates
    assert len(candidates) == 4
    ran = ok(game.run("pick", "hero", "2"))
    assert "candidate 2 of 4" in ran.err
    assert "hero_walk: input hero changed" in ran.err
    assert block(game, "hero").steps[0].pick == candidates[1].sha256
    assert pixel_digest(output(game, "sprites/hero.png")) == candidates[1].pixels != pixel_digest(before)
    assert game.actions("hero") == {}


def test_picking_the_same_again_changes_nothing(game: Workbench) -> None:
    ok(game.run("pick", "hero", "2"))
    lock = (game.root / "assets.lock").read_bytes()
    ok(game.run("pick", "hero", "2"))
    assert (game.root / "assets.lock").read_bytes() == lock


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["pick", "hero", "5"], "candidates 1 to 4, not 5"),
        (["pick", "heroo", "1"], "did you mean 'hero'"),
        (["pick", "hero*", "1"], "matches 2 assets"),
        (["pick", "hero"], "say which candidate"),
        (["pick", "logo", "1"], "no result to pick from"),
        (["pick", "hero", "--take", "9"], "one take, not 9"),
        (["reroll", "logo"], "drawn, not generated"),
        (["adopt", "hero", "--drop"], "no adopted file"),
        (["adopt", "gem"], "no output changed by hand"),
        (["approve", "nobody"], "matches no asset"),
    ],
)
def test_a_wrong_word_is_told_and_nothing_changes(game: Workbench, args: list[str], told: str) -> None:
    lock = (game.root / "assets.lock").read_bytes()
    ran = game.run(*args)
    assert ran.status == 2
    assert told in ran.err
    assert (game.root / "assets.lock").read_bytes() == lock


def test_a_pick_of_an_earlier_step_keeps_the_edit_until_it_is_made_again(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v2") as base:
        entry = "{prompt: a fox, style: rd_fast__default, size: 64, candidates: 2, edits: [add a hat]}"
        game = bench(tmp_path, f"version: 1\nsprites:\n  fox: {entry}\n")
        game.env.update(RD_API_KEY=KEY, ASSETGEN_API_URL=base)
        assert game.run("build", "--yes").status == 3  # the edit waits for a pick
        assert not (game.root / "generated/sprites/fox.png").exists()  # a fox without its hat is not the fox
        ok(game.run("pick", "fox", "1"))
        game.build("--yes")
        hatted = output(game, "sprites/fox.png")
        ran = ok(game.run("pick", "fox", "2"))
        assert "the next build will edit fox" in ran.err
        assert np.array_equal(output(game, "sprites/fox.png"), hatted)
        charged = ledger(base)["charges"]
        game.build("--yes")
        assert ledger(base)["charges"] == charged + 1
        assert not np.array_equal(output(game, "sprites/fox.png"), hatted)


def fox_with_a_hat(tmp_path: Path, base: str) -> Workbench:
    """Bought: two foxes, and the edit of the first."""
    entry = "{prompt: a fox, style: rd_fast__default, size: 64, candidates: 2, edits: [add a hat]}"
    game = bench(tmp_path, f"version: 1\nsprites:\n  fox: {entry}\n")
    game.env.update(RD_API_KEY=KEY, ASSETGEN_API_URL=base)
    game.run("build", "--yes")
    ok(game.run("pick", "fox", "1"))
    game.build("--yes")
    return game


def test_a_chain_redone_in_part_keeps_its_last_whole_picture(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v2") as base:
        game = fox_with_a_hat(tmp_path, base)
        hatted = output(game, "sprites/fox.png")
        assert game.run("reroll", "fox", "--yes").status == 3  # two new foxes, none of them picked
        assert np.array_equal(output(game, "sprites/fox.png"), hatted)
        ok(game.run("pick", "fox", "2"))
        assert np.array_equal(output(game, "sprites/fox.png"), hatted)
        game.build("--yes")
        assert not np.array_equal(output(game, "sprites/fox.png"), hatted)
        ok(game.run("pick", "fox", "--take", "1"))
        assert np.array_equal(output(game, "sprites/fox.png"), hatted)


@pytest.mark.parametrize("stage", ["final", "original"])
def test_a_chain_redone_in_part_keeps_the_retouched_picture_that_it_had(tmp_path: Path, stage: str) -> None:
    with running(SimulatorConfig(), "v2") as base:
        game = fox_with_a_hat(tmp_path, base)
        retouched = dotted(output(game, "sprites/fox.png"))
        ok(game.run("adopt", "fox", str(draw(tmp_path / "fox.png", retouched)), "--stage", stage))
        assert game.run("reroll", "fox", "--yes").status == 3  # two new foxes, none of them picked
        assert np.array_equal(output(game, "sprites/fox.png"), retouched)
        ok(game.run("pick", "fox", "2"))
        assert np.array_equal(output(game, "sprites/fox.png"), retouched)
        shutil.rmtree(game.root / "generated")
        game.build(status=3)  # the hat has to be bought: that is not approved
        assert np.array_equal(output(game, "sprites/fox.png"), retouched)
        game.build("--yes")
        assert not np.array_equal(output(game, "sprites/fox.png"), retouched)
        ok(game.run("pick", "fox", "--take", "1"))
        assert np.array_equal(output(game, "sprites/fox.png"), retouched)


def test_an_edit_that_is_added_and_not_bought_changes_nothing_yet(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v2") as base:
        game = bench(tmp_path, "version: 1\nsprites:\n  fox: {prompt: a fox, style: rd_fast__default, size: 64}\n")
        game.env.update(RD_API_KEY=KEY, ASSETGEN_API_URL=base)
        game.build("--yes")
        fox = output(game, "sprites/fox.png")
        game.edit("size: 64}", "size: 64, edits: [add a hat]}")
        game.build(status=3)
        assert np.array_equal(output(game, "sprites/fox.png"), fox)


# -- roll again, and back ----------------------------------------------------------


def test_reroll_keeps_the_earlier_take_and_history_brings_it_back(game: Workbench) -> None:
    ok(game.run("pick", "hero", "3"))
    first, kept = output(game, "sprites/hero.png"), originals(game)
    ok(game.run("reroll", "hero"))
    second = output(game, "sprites/hero.png")
    assert not np.array_equal(first, second)
    assert kept < originals(game)
    assert block(game, "hero").steps[0].request.take == 1
    takes = game.run("history", "hero", "--json").json["takes"]
    assert [(take["take"], take["current"], take["pick"]) for take in takes] == [(1, False, 3), (2, True, None)]
    assert len(takes[0]["candidates"]) == 4
    ran = ok(game.run("pick", "hero", "--take", "1"))
    assert "take 1" in ran.err
    assert np.array_equal(output(game, "sprites/hero.png"), first)
    assert game.actions("hero") == {}
    ok(game.run("pick", "hero", "2", "--take", "2"))
    assert [t["current"] for t in game.run("history", "hero", "--json").json["takes"]] == [False, True]
    assert block(game, "hero").steps[0].request.take == 1
    assert game.actions("hero") == {}


def test_what_was_chosen_last_comes_back_with_its_prompt(game: Workbench) -> None:
    def away_and_back() -> None:
        game.edit("{prompt: lantern-bearing knight, style: rd_pro", "{prompt: dark queen, style: rd_pro")
        game.build("hero")
        game.edit("dark queen", "lantern-bearing knight")
        assert "restored" in game.actions("hero")["hero"]
        game.build("hero")

    for number in ("2", "3", "2"):
        ok(game.run("pick", "hero", number))
        away_and_back()
        assert block(game, "hero").steps[0].chosen().candidate == int(number)
    ok(game.run("reroll", "hero"))
    ok(game.run("pick", "hero", "--take", "1"))
    history = block(game, "hero").history
    away_and_back()
    assert block(game, "hero").steps[0].request.take == 0
    assert block(game, "hero").steps[0].chosen().candidate == 2
    assert block(game, "hero").history[: len(history)] == history
    length = len(block(game, "hero").history)
    away_and_back()
    assert len(block(game, "hero").history) == length  # going to and fro adds nothing


def test_another_roll_is_another_take_and_prices_stay(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v2") as base:
        game = bench(tmp_path, "version: 1\nsprites:\n  hero: {prompt: a knight, style: rd_fast__default, size: 64}\n")
        game.env.update(RD_API_KEY=KEY, ASSETGEN_API_URL=base)
        game.build("--yes")
        before = game.files("generated", "originals")
        assert game.run("reroll", "hero").status == 3  # nobody approved it
        assert game.run("reroll", "hero", "--max-cost", "0.001").status == 3
        assert game.files("generated", "originals") == before
        ok(game.run("reroll", "hero", "--yes"))
        report = game.run("reroll", "hero", "--yes", "--json").json
        assert report["requests"] == 1
        takes = game.run("history", "hero", "--json").json["takes"]
        assert [take["take"] for take in takes] == [1, 2, 3]
        assert all(Decimal(take["price"]["amount"]) > 0 for take in takes)
        charged = ledger(base)["charges"]
        ok(game.run("pick", "hero", "--take", "1"))
        game.build("--yes")
        assert ledger(base)["charges"] == charged
        told = game.run("history", "hero").out
        assert "* 1" in told
        assert "a knight" in told


def test_a_reroll_that_is_refused_leaves_an_adopted_picture_in_place(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v2") as base:
        game = bench(tmp_path, "version: 1\nsprites:\n  hero: {prompt: a knight, style: rd_fast__default, size: 64}\n")
        game.env.update(RD_API_KEY=KEY, ASSETGEN_API_URL=base)
        game.build("--yes")
        mine = dotted(output(game, "sprites/hero.png"))
        ok(game.run("adopt", "hero", str(draw(tmp_path / "mine.png", mine))))
        assert game.run("reroll", "hero").status == 3
        assert np.array_equal(output(game, "sprites/hero.png"), mine)
        ok(game.run("reroll", "hero", "--yes"))
        assert not np.array_equal(output(game, "sprites/hero.png"), mine)
        takes = game.run("history", "hero", "--json").json["takes"]
        assert takes[0]["adopted"]["stage"] == "final"
        ok(game.run("pick", "hero", "--take", "1"))
        assert np.array_equal(output(game, "sprites/hero.png"), mine)


# -- adopt ------------------------------------------------------------------------


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


# -- approve, check -----------------------------------------------------------------


def test_approval_holds_for_the_pixels_that_were_seen(game: Workbench) -> None:
    assert game.run("check", "--require-review").status == 1
    ok(game.run("approve", "**"))
    assert game.run("check", "--require-review").status == 0
    ok(game.run("pick", "hero", "1"))  # the same picture, now chosen: still to be looked at again
    assert game.run("check", "--require-review").status == 1
    ok(game.run("approve", "hero"))
    assert game.run("check", "--require-review").status == 0
    game.edit("1a1c2c, 5d275d", "1a1c2d, 5d275d")
    game.edit("a7f070, 38b764", "a7f071, 38b765")
    game.build("gem", "palette:dusk")
    found = game.run("check", "--require-review", "--json").json["findings"]
    assert [f["asset"] for f in found if f["check"] == "review"] == ["gem"]
    ok(game.run("reject", "gem"))
    found = game.run("check", "--require-review", "--json").json["findings"]
    assert [f["message"] for f in found if f["check"] == "review"] == ["rejected"]
    assert game.run("check").status == 0


def test_an_asset_without_a_picture_cannot_be_approved(game: Workbench) -> None:
    game.edit("tilesets:", "  crown_run: {prompt: a crown, style: animation__walking_and_idle}\ntilesets:")
    ran = game.run("approve", "crown_run")
    assert ran.status == 1
    assert "no picture yet" in ran.err
