"""Money: nothing is sent without approval, nothing is paid twice, nothing paid for is lost. Over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from workbench import Workbench, bench

from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.faults import parse_rules
from assetgen.simulator.testing import ledger, running

KEY = "rdpk-a-secret-that-must-stay-one"
MANIFEST = """\
version: 1
sprites:
  hero: {prompt: lantern-bearing knight, style: rd_pro__default, size: 64, seed: 7}
  hero_hat: {edit: hero, prompt: add a pointed hat}
  gem: {prompt: blue gem, style: rd_fast__mc_item, size: 16}
animations:
  hero_walk: {prompt: lantern-bearing knight, style: animation__walking_and_idle, input: hero}
"""
TOTAL = Decimal("0.18") + Decimal("0.18") + Decimal("0.023") + Decimal("0.07")


@pytest.fixture(params=["v2", "v1"])
def service(request: pytest.FixtureRequest) -> Iterator[str]:
    with running(SimulatorConfig(), request.param) as base:
        yield base


def paid(tmp_path: Path, base: str, manifest: str = MANIFEST) -> Workbench:
    game = bench(tmp_path, manifest)
    game.env.update(RD_API_KEY=KEY, ASSETGEN_API_URL=base)
    return game


def charges(base: str) -> int:
    return int(ledger(base)["charges"])


def test_the_whole_way_in_both_dialects(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service)
    plan = game.plan()
    assert plan["cost"] == {"amount": str(TOTAL), "unit": "USD"}
    assert {a["asset"]: a["reason"] for a in plan["actions"] if a["asset"] in ("hero_hat", "hero_walk")} == {
        "hero_hat": "waits for hero",
        "hero_walk": "waits for hero",
    }
    report = game.build("--yes")
    assert report["requests"] == 4
    assert Decimal(report["cost"]["amount"]) == TOTAL
    assert charges(service) == 4
    assert game.build("--yes")["requests"] == 0
    assert charges(service) == 4


def test_the_same_pictures_as_the_placeholder(tmp_path: Path, service: str) -> None:
    (tmp_path / "paid").mkdir()
    (tmp_path / "free").mkdir()
    game, free = paid(tmp_path / "paid", service), bench(tmp_path / "free", MANIFEST)
    game.build("--yes")
    free.build("--provider", "placeholder")
    assert game.files() == free.files()


def test_nothing_is_sent_without_approval(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service)
    report = game.build(status=3)
    assert {entry["status"] for entry in report["assets"].values()} == {"skipped"}
    assert game.run("build", "--max-cost", "0.30").status == 3
    assert game.run("build", "--yes", RD_API_KEY="").status == 3
    game.edit("version: 1", "version: 1\nbudget: 0.40")
    assert game.run("build", "--yes").status == 3
    assert charges(service) == 0


def test_a_balance_that_does_not_cover_the_plan_is_found_before(tmp_path: Path) -> None:
    with running(SimulatorConfig(balance=Decimal("0.40")), "v2") as base:
        game = paid(tmp_path, base)
        ran = game.run("build", "--yes")
        assert ran.status == 3
        assert "balance" in ran.err
        assert charges(base) == 0


def test_a_lost_paid_original_is_never_bought_silently(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service)
    game.build("--yes")
    before = charges(service)
    game.forget("generated", ".assetgen", "store", "originals/gem")
    for flags in (("--yes",), ("--max-cost", "5"), ("--yes", "--max-cost", "5"), ("--locked", "--offline")):
        report = game.build(*flags, status=1)
        assert [(b["asset"], b["state"]) for b in report["blocked"]] == [("gem", "lost")]
    assert charges(service) == before
    game.build("--yes", "--rebuy", "gem")
    assert charges(service) == before + 1
    assert game.build("--yes")["requests"] == 0


def test_the_users_store_brings_back_what_the_project_lost(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service)
    game.build("--yes")
    files, before = game.files(), charges(service)
    game.forget("generated", ".assetgen", "originals")
    assert {a["action"] for a in game.plan()["actions"]} <= {"restore", "process", "export", "pack"}
    game.build()
    assert game.files() == files
    (game.root / "assets.lock").unlink()
    game.forget("originals")
    game.build()
    assert game.files() == files
    assert charges(service) == before


def test_an_unpicked_input_waits(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service, MANIFEST.replace("seed: 7", "seed: 7, candidates: 3"))
    report = game.build("--yes", status=3)
    assert {(b["asset"], b["reason"]) for b in report["blocked"]} == {
        ("hero_hat", "pick a candidate of hero first"),
        ("hero_walk", "pick a candidate of hero first"),
    }
    assert charges(service) == 2
    game.build("--yes", "--pick-first")
    assert charges(service) == 4


def test_a_rejected_reply_is_kept_and_not_bought_again(tmp_path: Path) -> None:
    rules = parse_rules([{"action": "not_a_picture", "prompt": "*blue gem*"}])
    with running(SimulatorConfig(faults=rules), "v2") as base:
        game = paid(tmp_path, base)
        report = game.build("--yes", status=1)
        assert report["assets"]["gem"]["status"] == "failed"
        assert report["assets"]["hero"]["status"] == "built"
        before = charges(base)
        report = game.build("--yes", status=1)
        assert [(b["asset"], b["state"]) for b in report["blocked"]] == [("gem", "rejected")]
        assert charges(base) == before
        game.edit("blue gem", "green gem")
        game.build("--yes")
        assert charges(base) == before + 1


def test_the_key_is_in_no_file_and_no_output(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service)
    told = [
        game.run(*words)
        for words in (("plan",), ("build", "--yes", "--verbose"), ("balance",), ("report",), ("settle",))
    ]
    for ran in told:
        assert KEY not in ran.out + ran.err
    for path in [*game.root.rglob("*"), *game.store.rglob("*")]:
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path


def test_check_cost_balance_and_report(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service)
    exact = game.run("plan", "--json", "--check-cost").json
    priced = {a["asset"]: a["cost"]["amount"] for a in exact["actions"] if a["asset"] in ("hero", "gem")}
    assert priced == {"hero": "0.18", "gem": "0.023"}
    assert charges(service) == 0
    game.build("--yes")
    assert game.run("balance", "--json").json["balance"] == {"amount": str(Decimal(100) - TOTAL), "unit": "USD"}
    report = game.run("report", "--json").json
    assert report["total"] == {"amount": str(TOTAL), "unit": "USD"}
    assert set(report["by_asset"]) == {"hero", "hero_hat", "gem", "hero_walk"}


def test_placeholders_to_be_bought_are_one_cause(tmp_path: Path) -> None:
    head = "version: 1\nprovider: placeholder\nsprites:\n"
    game = bench(
        tmp_path,
        head + "".join(f"  gem_{i}: {{prompt: gem {i}, style: rd_fast__mc_item, size: 16}}\n" for i in range(20)),
    )
    game.build()
    told = game.run("plan", "--provider", "retrodiffusion").err
    assert "placeholders stand where pictures are to be bought → 20 assets, 0.46 USD" in told
    assert "… and 8 more (--verbose lists them)" in told
    assert "gem_19" in game.run("plan", "--provider", "retrodiffusion", "--verbose").err


def test_many_free_actions_alike_are_a_dozen_lines_and_paid_ones_are_all_there(tmp_path: Path) -> None:
    items = "".join(f"  gem_{i:02}: {{prompt: gem {i}, style: rd_fast__mc_item, size: 16}}\n" for i in range(60))
    game = bench(tmp_path, "version: 1\nprovider: placeholder\nsprites:\n" + items)
    free = game.run("plan").err
    assert "… and 48 more (--verbose lists them)" in free
    assert "gem_11 " in free
    assert "gem_12 " not in free
    assert "60 to generate" in free
    for told in (game.run("plan", "--verbose").err, game.run("plan", "--provider", "retrodiffusion").err):
        assert "more (--verbose" not in told
        assert all(f"gem_{i:02} " in told for i in range(60))


def test_what_another_palette_changes_is_its_doing_and_no_preset_s(tmp_path: Path) -> None:
    head = "version: 1\nprovider: placeholder\npalettes: {dusk: [1a1c2c, ef7d57]}\n"
    items = "{prompt: '{x}', preset: item, for_each: {x: [gem, coin]}}"
    presets = "presets: {item: {style: rd_fast__mc_item, size: 16, palette: dusk}}\n"
    game = bench(tmp_path, head + presets + 'sprites: {"{x}": ' + items + "}\n")
    game.build()
    game.edit("ef7d57", "ffcd75")
    told = game.run("plan").err
    assert "palette dusk changed → 2 assets" in told
    assert "preset" not in told


@pytest.mark.parametrize(("entry", "told"), [("", True), (", size: 24", False)])
def test_what_a_preset_changes_for_all_its_users_is_its_doing(tmp_path: Path, entry: str, told: bool) -> None:
    """An entry that sets the size itself is not touched by the preset's: then it is no common cause."""
    game = bench(
        tmp_path,
        "version: 1\nprovider: placeholder\npresets: {item: {style: rd_fast__mc_item, size: 16}}\nsprites:\n"
        f"  gem: {{prompt: gem, preset: item}}\n  coin: {{prompt: coin, preset: item{entry}}}\n",
    )
    game.build()
    game.edit("size: 16", "size: 32")
    assert ("preset item changed → 2 assets" in game.run("plan").err) is told
    assert "generate gem" in game.run("plan").err


def test_a_result_of_the_simulator_never_passes_for_an_official_one(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service)
    game.build("--yes")
    official = game.run("plan", "--json", ASSETGEN_API_URL="https://api.retrodiffusion.ai/v2").json
    assert {a["asset"] for a in official["actions"] if a["action"] in ("generate", "edit")} == {
        "hero", "hero_hat", "gem", "hero_walk"
    }  # fmt: skip
    assert game.run("build", "--provider", "placeholder").status == 0
    assert "realm: placeholder" not in (game.root / "assets.lock").read_text()


def test_an_atlas_that_shows_a_lost_picture_is_not_packed_again(tmp_path: Path) -> None:
    """Its page may be the last place where the picture can be seen (rule 18)."""
    with running(SimulatorConfig(), "v2") as base:
        game = paid(tmp_path, base, MANIFEST + "atlases:\n  all: {include: [hero, gem]}\n")
        game.build("--yes")
        before = game.files("generated/atlases")
        index = (game.root / "generated/assets.json").read_bytes()
        game.forget(".assetgen", "store", "originals/gem")
        game.edit("seed: 7", "seed: 7, pivot: bottom")
        report = game.build("--yes", status=1)
        assert [(b["asset"], b["state"]) for b in report["blocked"]] == [("gem", "lost")]
        assert game.files("generated/atlases") == before
        assert (game.root / "generated/assets.json").read_bytes() == index
