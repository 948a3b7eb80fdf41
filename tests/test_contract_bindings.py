"""One picture, several requests: what a seed written down, `accept` and a rehearsal bind it to (IDENTITY 4, 6, 12)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench import Workbench, bench

from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.testing import ledger, running

HERO = "{prompt: knight, style: rd_fast__default, size: 64}"


@pytest.fixture
def service() -> Iterator[str]:
    with running(SimulatorConfig(), "v2") as base:
        yield base


def bought(tmp_path: Path, base: str) -> Workbench:
    game = bench(tmp_path, f"version: 1\nsprites:\n  hero: {HERO}\n")
    game.env.update(RD_API_KEY="rdpk-x", ASSETGEN_API_URL=base)
    game.build("--yes")
    return game


def derived_seed(game: Workbench) -> str:
    found = re.search(r"seed: (\d+)", (game.root / "assets.lock").read_text())
    assert found
    return found[1]


@pytest.mark.parametrize("forgotten", [(), ("store",)])
def test_writing_the_derived_seed_down_is_the_very_same_request(
    tmp_path: Path, service: str, forgotten: tuple[str, ...]
) -> None:
    game = bought(tmp_path, service)
    plain, named = "size: 64}", f"size: 64, seed: {derived_seed(game)}}}"
    outputs = game.files("generated/sprites")
    for old, new in ((plain, named), (named, plain)):
        game.edit(old, new)
        game.forget(*forgotten)
        assert game.actions() == {"hero": "restore: seed changed, restored"}
        assert game.build()["requests"] == 0
        assert game.actions() == {}
    assert game.files("generated/sprites") == outputs
    assert ledger(service)["charges"] == 1
    assert "total 0.017 USD, 1 purchase" in game.run("report").out


def test_an_entry_that_names_the_seed_another_derives_shares_its_purchase(tmp_path: Path, service: str) -> None:
    seed = derived_seed(bought(tmp_path, service))
    both = f"version: 1\nsprites:\n  hero: {HERO}\n  twin: {HERO[:-1]}, seed: {seed}}}\n"
    (tmp_path / "both").mkdir()
    game = bench(tmp_path / "both", both)
    game.env.update(RD_API_KEY="rdpk-x", ASSETGEN_API_URL=service)
    assert game.actions() == {"hero": "generate: new", "twin": "generate: same request as hero"}
    report = game.build("--yes")
    assert (report["requests"], report["cost"]["amount"]) == (1, "0.017")
    assert game.actions() == {}


def test_the_request_before_accept_is_still_answered(tmp_path: Path, service: str) -> None:
    game = bought(tmp_path, service)
    outputs = game.files("generated/sprites")
    game.edit("knight", "elf")
    assert game.run("accept", "hero").status == 0
    game.forget("store")
    for old, new in (("elf", "knight"), ("knight", "elf")):
        game.edit(old, new)
        assert game.actions() == {"hero": "restore: prompt changed, restored"}
        assert game.build()["requests"] == 0
    assert game.files("generated/sprites") == outputs
    assert len(game.run("history", "hero", "--json").json["takes"]) == 1
    assert "total 0.017 USD, 1 purchase" in game.run("report").out


def test_a_rehearsal_is_not_ready_for_a_release(tmp_path: Path, service: str) -> None:
    game = bought(tmp_path, service)
    assert game.run("check", "--release").status == 0, "in its own realm it is what was asked for"
    del game.env["ASSETGEN_API_URL"]
    ran = game.run("check", "--json")
    assert ran.status == 0
    assert [(f["asset"], f["check"], f["level"]) for f in ran.json["findings"]] == [("hero", "rehearsal", "warn")]
    assert game.run("check", "--release").status == 1


def test_who_plans_for_the_placeholder_is_told_how_to_get_out(tmp_path: Path, service: str) -> None:
    game = bought(tmp_path, service)
    game.edit("knight", "elf")
    ran = game.run("plan", "--provider", "placeholder")
    assert "the placeholder never replaces a bought picture" in ran.err
    assert "remove 'pin'" not in ran.err
    assert "assetgen accept" in ran.err
