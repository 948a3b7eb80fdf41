"""Choosing, rolling again, approving: through the command line, on real files (IDENTITY 8, 12–14)."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from choosing import block, dotted, draw, ok, originals, output, project
from workbench import Workbench, bench

from assetgen.pixels.picture import pixel_digest
from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.testing import ledger, running

KEY = "rdpk-a-secret-that-must-stay-one"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """The project, built once."""
    return project(tmp_path_factory.mktemp("built"))


@pytest.fixture
def game(built: Workbench, tmp_path: Path) -> Workbench:
    """A copy of it."""
    return built.copy(tmp_path)


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


def test_what_is_pinned_is_not_rolled_again(game: Workbench) -> None:
    game.edit("candidates: 4}", "candidates: 4, pin: true}")
    lock = (game.root / "assets.lock").read_bytes()
    ran = game.run("reroll", "hero")
    assert (ran.status, "pin: true" in ran.err) == (2, True)
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


def test_words_of_a_lock_do_not_steer_the_terminal(game: Workbench) -> None:
    lock = game.root / "assets.lock"
    lock.write_text(
        lock.read_text().replace("prompt: lantern-bearing knight", r'prompt: "\u001b[2Kfree\u202e\u009b1A"')
    )
    ran = ok(game.run("history", "hero"))
    assert "\ufffd[2Kfree\ufffd\ufffd1A" in ran.out
    assert not {"\x1b", "\x9b", "\u202e"} & {*ran.out, *ran.err}
    assert "\x1b" not in game.run("plan").err


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
