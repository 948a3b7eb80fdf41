"""IDENTITY, sentence by sentence: what comes back, under which name, and why."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from PIL import Image
from workbench import Workbench, bench

from assetgen.build.spending import purchases
from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.testing import configure, ledger, running
from assetgen.store import lockfile

HEAD = """version: 1
provider: placeholder
defaults: {sprites: {style: rd_fast__default, size: 64}}
sprites:
"""


def project(tmp_path: Path, sprites: str) -> Workbench:
    return bench(tmp_path, HEAD + sprites)


def drawing(path: Path, color: tuple[int, int, int, int], size: tuple[int, int] = (8, 8)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGBA", size, color).save(path)


def test_a_number_written_otherwise_changes_nothing(tmp_path: Path) -> None:
    game = project(
        tmp_path,
        """  cat: {prompt: a cat, input: ./in.png, strength: 1, quality: {holes: {level: warn, threshold: 30}}}
  dog: {edit: cat, edits: [{tool: palette_converter, palette: p, dither_mode: bayer_2x2, dither_strength: 50}]}
palettes: {p: [000000, ffffff]}
animations: {walk: {prompt: walks, style: animation__vfx, size: 32, fps: 8, tags: {"*": {fps: 10}}}}
tilesets: {rocks: {file: in.png, tile_size: 32}, world: {tile_size: 32, tiles: [in.png, {0: {probability: 2}}]}}
""",
    )
    drawing(game.root / "in.png", (200, 3, 3, 255), (32, 32))
    game.build()
    for old, new in (("strength: 1", "strength: 1.0"), ("threshold: 30", "threshold: 3e1"), ("fps: 8", "fps: 8.0"),
                     ("fps: 10", "fps: 0xa"), ("dither_strength: 50", "dither_strength: 50.0"),
                     ("probability: 2", "probability: 2.0")):  # fmt: skip
        game.edit(old, new)
    assert game.plan()["actions"] == []


def test_a_removed_entry_that_is_back_has_its_take_and_its_adopted_picture_again(tmp_path: Path) -> None:
    game = project(tmp_path, "  cat: a cat\n  dog: a dog\n  cow: a cow\n")
    game.build()
    assert game.run("reroll", "dog").status == 0
    drawing(game.root / "mine.png", (200, 3, 3, 255), (64, 64))
    assert game.run("adopt", "cat", "mine.png").status == 0
    before, lock = game.files(), (game.root / "assets.lock").read_text()

    game.edit("  cat: a cat\n  dog: a dog\n", "")
    game.build()
    assert "retired:" in (game.root / "assets.lock").read_text()
    game.edit("sprites:\n  cow", "sprites:\n  cat: a cat\n  dog: a dog\n  cow")

    assert game.actions() == {"cat": "restore: restored", "dog": "restore: restored"}
    report = game.build()
    assert report["requests"] == 0
    assert game.files() == before
    assert (game.root / "assets.lock").read_text() == lock


def test_a_retired_result_goes_to_the_entry_of_its_own_name_first(tmp_path: Path) -> None:
    game = project(tmp_path, "  cow: a cow\n  dog: a dog\n")
    game.build()
    game.edit("  dog: a dog\n", "")
    game.build()
    game.edit("sprites:\n", "sprites:\n  ape: a dog\n  dog: a dog\n")
    assert game.actions() == {"ape": "restore: same request as dog", "dog": "restore: restored"}
    game.edit("  ape: a dog\n  dog: a dog\n", "  hound: a dog\n")
    assert game.actions() == {"hound": "rename: renamed from dog"}


def test_a_drawn_entry_is_found_under_its_new_name(tmp_path: Path) -> None:
    game = project(tmp_path, "  logo: {file: art/logo.png}\n  cow: {file: art/cow.png}\n")
    drawing(game.root / "art/logo.png", (1, 2, 3, 255))
    drawing(game.root / "art/cow.png", (4, 5, 6, 255))
    game.build()
    game.edit("  logo:", "  badge:")
    assert game.actions() == {"badge": "rename: renamed from logo"}
    game.build()
    assert sorted(game.files()) == [
        "generated/assets.json",
        "generated/sprites/badge.png",
        "generated/sprites/cow.png",
    ]
    assert game.actions() == {}


def test_a_missing_output_concerns_its_asset_alone(tmp_path: Path) -> None:
    game = project(tmp_path, "  logo: {file: logo.png}\n  cow: {file: cow.png}\n")
    drawing(game.root / "logo.png", (1, 2, 3, 255))
    drawing(game.root / "cow.png", (4, 5, 6, 255))
    game.build()
    (game.root / "generated/sprites/cow.png").unlink()
    assert [(a["asset"], a["action"], a["reason"]) for a in game.plan()["actions"]] == [
        ("cow", "process", "output missing")
    ]
    assert game.run("check", "--json").json["stale"] == [
        {"asset": "cow", "reason": "output missing", "path": "generated/sprites/cow.png"}
    ]
    game.build()
    assert game.run("check").status == 0


def test_an_original_saved_anew_is_accepted_with_a_warning_each_time(tmp_path: Path) -> None:
    game = project(tmp_path, "  cow: a cow\n")
    game.build()
    original = next((game.root / "originals/cow").glob("*.png"))
    picture = Image.open(original)
    picture.load()
    picture.save(original, compress_level=0)
    for _ in range(2):
        warning = game.build()["warnings"]
        assert [(w["asset"], w["check"]) for w in warning] == [("cow", "original")]
        assert original.name in warning[0]["message"]
    assert game.build("--locked", "--offline")["warnings"] == warning
    assert game.run("check", "--json").json["stale"] == []
    assert original.name in game.run("plan").err


def test_a_redrawn_placeholder_is_said_to_be_built(tmp_path: Path) -> None:
    game = project(tmp_path, "  cow: a cow\n")
    game.build()
    outputs = game.files()
    next((game.root / "originals/cow").glob("*.png")).write_bytes(b"no picture")
    assert [a["reason"] for a in game.plan()["actions"]] == ["placeholder original missing: drawn again"]
    assert game.build("--locked", status=1)["blocked"][0]["state"] == "lost"
    assert game.build()["assets"]["cow"]["status"] == "built"
    assert game.files() == outputs
    assert game.run("check").status == 0


def test_an_output_that_cannot_be_written_fails_its_asset_alone(tmp_path: Path) -> None:
    game = project(tmp_path, "  logo: {file: logo.png}\n  cow: {file: logo.png}\n")
    drawing(game.root / "logo.png", (1, 2, 3, 255))
    (game.root / "generated/sprites/cow.png/folder").mkdir(parents=True)
    report = game.build(status=1)
    assert report["assets"]["logo"]["status"] == "built"
    assert report["assets"]["cow"]["status"] == "failed"
    assert "cow.png" in report["assets"]["cow"]["error"]
    assert "generated/sprites/logo.png" in game.files()


def test_a_plan_needs_no_folder_to_write_to(tmp_path: Path) -> None:
    game = project(tmp_path, "  logo: {file: logo.png}\n")
    drawing(game.root / "logo.png", (1, 2, 3, 255))
    (game.root / ".assetgen").write_text("in the way")
    assert game.run("plan").status == 0
    assert game.run("plan", "--json").status == 0


def test_rebuy_wants_the_name_of_an_asset(tmp_path: Path) -> None:
    game = project(tmp_path, "  cow: a cow\n")
    ran = game.run("build", "--rebuy", "cew")
    assert ran.status == 2
    assert "did you mean 'cow'?" in ran.err


def test_what_changed_of_a_drawn_entry_is_told_apart(tmp_path: Path) -> None:
    game = project(tmp_path, "  logo: {file: logo.png}\n  a: {file: logo.png}\n")
    drawing(game.root / "logo.png", (1, 2, 3, 255))
    game.build()
    game.edit("  logo: {file: logo.png}", "  logo: {file: logo.png, pivot: bottom}")
    assert game.actions() == {"logo": "process: recipe changed"}
    drawing(game.root / "logo.png", (3, 2, 1, 255))
    assert game.actions() == {"logo": "process: file changed", "a": "process: file changed"}
    game.build()
    Image.open(game.root / "logo.png").convert("P").save(game.root / "logo.png")
    assert game.actions() == {}


def test_documents_hold_the_keys_of_the_contract_and_no_others(tmp_path: Path) -> None:
    game = project(tmp_path, "  logo: {file: logo.png}\n  old: {file: logo.png}\n  cow: a cow\n")
    drawing(game.root / "logo.png", (1, 2, 3, 255))
    game.build()
    game.edit("  old: {file: logo.png}\n  cow: a cow", "  cow: {prompt: a bull, pin: true}\n  hen: a hen")
    plan = game.plan()
    assert list(plan) == ["version", "provider", "actions", "blocked", "unchanged", "cost"]
    assert {tuple(action) for action in plan["actions"]} == {("action", "asset", "kind", "reason", "cost")}
    assert {action["action"] for action in plan["actions"]} == {"generate", "delete", "export"}
    assert plan["blocked"] == [{"asset": "cow", "state": "pinned", "reason": "prompt changed"}]
    report = game.build()
    assert list(report) == ["version", "status", "assets", "blocked", "requests", "cost", "warnings"]
    assert {tuple(entry) for entry in report["assets"].values()} == {("status", "requests", "cost", "outputs", "error")}
    (game.root / "generated/sprites/hen.png").unlink()
    checked = game.run("check", "--json").json
    assert list(checked) == ["version", "stale", "findings"]
    assert checked["stale"] == [{"asset": "hen", "reason": "output missing", "path": "generated/sprites/hen.png"}]
    assert {tuple(finding) for finding in checked["findings"]} == {("asset", "check", "level", "message")}


def test_a_placeholder_drawn_again_is_the_same_result(tmp_path: Path) -> None:
    game = project(tmp_path, "  hero: {prompt: knight, size: 64, candidates: 3}\n")
    game.build()
    assert game.run("pick", "hero", "2").status == 0
    lock = (game.root / "assets.lock").read_text()
    old = lock.replace(re.findall(r"date: (.*)", lock)[0], '"2026-01-02T03:04:05Z"')
    game.write(old, "assets.lock")
    outputs = game.files("generated")
    game.forget("originals", "store")
    game.build()
    assert (game.root / "assets.lock").read_text() == old
    assert game.files("generated") == outputs


def test_a_pointer_is_named_for_its_asset_and_the_others_go_on(tmp_path: Path) -> None:
    game = project(tmp_path, "  hero: {prompt: knight}\n  slime: {prompt: slime}\n")
    game.build()
    (original,) = (game.root / "originals/hero").iterdir()
    digest = hashlib.sha256(original.read_bytes()).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 5\n"
    original.write_text(pointer)
    game.forget("generated", "store")
    report = game.build(status=1)
    assert [(b["asset"], b["state"]) for b in report["blocked"]] == [("hero", "lost")]
    assert "git lfs pull" in report["blocked"][0]["reason"]
    assert "--rebuy" not in game.run("plan").err, "it is on the LFS server, and paid for"
    assert report["assets"]["slime"]["error"] is None
    assert (game.root / "generated/sprites/slime.png").exists()
    assert original.read_text() == pointer
    assert [item["asset"] for item in game.run("check", "--json").json["stale"]].count("hero") == 1


def test_a_lost_picture_can_be_bought_again_though_the_store_remembers_it(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v2") as base:
        game = bench(tmp_path, "version: 1\nsprites:\n  hero: {prompt: knight, style: rd_pro__default, size: 64}\n")
        game.env.update(RD_API_KEY="rdpk-x", ASSETGEN_API_URL=base)
        game.build("--yes")
        shutil.rmtree(game.store / "objects")
        game.forget("originals")
        report = game.build("--yes", status=1)
        assert [(b["asset"], b["state"]) for b in report["blocked"]] == [("hero", "lost")]
        # The lock forgets it, too: what was bought once is still not bought again by itself.
        lock = (game.root / "assets.lock").read_text()
        (game.root / "assets.lock").unlink()
        report = game.build("--yes", status=1)
        assert [(b["asset"], b["state"]) for b in report["blocked"]] == [("hero", "lost")]
        game.write(lock, "assets.lock")
        assert ledger(base)["charges"] == 1
        assert game.build("--yes", "--rebuy", "hero")["requests"] == 1
        assert ledger(base)["charges"] == 2
        assert len(purchases(lockfile.read(game.root / "assets.lock", None).lock)) == 2


def test_an_adopted_file_that_is_nowhere_is_lost(tmp_path: Path) -> None:
    game = bench(tmp_path, "version: 1\nprovider: placeholder\nsprites:\n  logo: {file: logo.png}\n")
    Image.new("RGBA", (8, 8), (1, 2, 3, 255)).save(game.root / "logo.png")
    Image.new("RGBA", (8, 8), (4, 5, 6, 255)).save(game.root / "mine.png")
    game.build()
    assert game.run("adopt", "logo", str(game.root / "mine.png")).status == 0
    game.forget("originals")
    assert [(b["asset"], b["state"]) for b in game.build(status=1)["blocked"]] == [("logo", "lost")]
    assert game.run("check").status == 1
    assert game.run("build", "--locked").status == 1
    assert game.run("adopt", "logo", "--drop").status == 0
    game.build()


def test_a_rejected_reply_stays_in_the_books_when_another_take_is_bought(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v2") as base:
        configure(base, faults=[{"action": "not_a_picture", "prompt": "*knight*"}])
        game = bench(tmp_path, "version: 1\nsprites:\n  hero: {prompt: knight, style: rd_pro__default, size: 64}\n")
        game.env.update(RD_API_KEY="rdpk-x", ASSETGEN_API_URL=base)
        assert game.build("--yes", status=1)["blocked"][0]["state"] == "rejected"
        configure(base, faults=[])
        assert game.run("reroll", "hero", "--yes").status == 0
        assert ledger(base)["charges"] == 2
        assert "0.36 USD" in game.run("report").out
        game.edit("hero: {prompt: knight", "villain: {prompt: orc")
        game.build("--yes")
        assert "0.54 USD" in game.run("report").out


def test_what_gc_removes_is_a_document_too(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v2") as base:
        game = bench(tmp_path, "version: 1\nsprites:\n  hero: {prompt: knight, style: rd_pro__default, size: 64}\n")
        game.env.update(RD_API_KEY="rdpk-x", ASSETGEN_API_URL=base)
        game.build("--yes")
    game.write("version: 1\n", "assets.lock")
    for path in game.store.rglob("*"):
        os.utime(path, (1_600_000_000, 1_600_000_000))  # old enough that no build is about to name it
    document = game.run("cache", "gc", "--json").json
    assert (document["version"], set(document)) == (1, {"version", "bytes"})
    for flags, status in (([], 3), (["--yes"], 0)):
        ran = game.run("cache", "gc", "--paid", "--json", *flags)
        (item,) = ran.json["unnamed"]
        assert (ran.status, ran.json["discarded"], item["what"]) == (status, status == 0, "knight")
        assert ran.json["cost"] == item["cost"] == {"amount": "0.18", "unit": "USD"}
    assert game.run("cache", "gc", "--paid", "--json").json["unnamed"] == []


def test_what_was_never_sent_is_no_request(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v1") as base:
        configure(base, faults=[{"action": "drop", "when": "after", "path": "/v1/edit", "times": 1}])
        game = bench(tmp_path, "version: 1\nsprites:\n  hat: {edit: ./logo.png, prompt: add a hat}\n")
        game.env.update(RD_API_KEY="rdpk-x", ASSETGEN_API_URL=base)
        drawing(game.root / "logo.png", (1, 2, 3, 255), (64, 64))
        assert game.build("--yes", status=3)["requests"] == 1
        assert game.build("--yes", status=3)["requests"] == 0
        assert ledger(base)["charges"] == 1


def test_of_equal_requests_the_first_by_name_bears_the_price(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v2") as base:
        game = project(tmp_path, "  z: {prompt: same}\n  y: {edit: z, prompt: hat}\n  m: {prompt: same}\n")
        game.edit("provider: placeholder\n", "")
        game.env.update(RD_API_KEY="rdpk-x", ASSETGEN_API_URL=base)
        plan = {a["asset"]: a["cost"]["amount"] for a in game.plan()["actions"]}
        built = {name: entry["cost"]["amount"] for name, entry in game.build("--yes")["assets"].items()}
        assert built == {name: plan[name] for name in built}
        assert (built["z"], ledger(base)["charges"]) == ("0", 2)
