"""The rules about money, each through the command line against a service on a socket: what an attempt is, what an
unknown outcome blocks, what a rejected reply is good for, and that two processes never buy the same."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from patience import Held, until
from workbench import Workbench, bench

from assetgen.simulator.config import Dialect, SimulatorConfig
from assetgen.simulator.faults import parse_rules
from assetgen.simulator.testing import configure, ledger, requests, running

KEY = "rdpk-a-secret-of-the-rules"
ONE = "version: 1\nsprites:\n  gem: {prompt: blue gem, style: rd_fast__mc_item, size: 16}\n"
THREE = """\
version: 1
network: {retries: 0}
sprites:
  hero: {prompt: knight, style: rd_pro__default, size: 64}
  hat: {edit: hero, prompt: add a hat}
  gem: {prompt: blue gem, style: rd_fast__mc_item, size: 16}
"""


def paid(tmp_path: Path, base: str, manifest: str = ONE) -> Workbench:
    game = bench(tmp_path, manifest)
    game.env.update(RD_API_KEY=KEY, ASSETGEN_API_URL=base)
    return game


@pytest.fixture
def service() -> Iterator[str]:
    with running(SimulatorConfig()) as base:
        yield base


def process(game: Workbench, *args: str, root: Path | None = None) -> subprocess.Popen[bytes]:
    """`assetgen build --yes --json` as a process of its own."""
    environment = {**os.environ, **game.env, "ASSETGEN_CACHE_DIR": str(game.store)}
    command = [sys.executable, "-m", "assetgen", "-C", str(root or game.root), "build", "--yes", "--json", *args]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def searched(game: Workbench) -> None:
    """The key stands in no file of project, store and journal."""
    for path in [*game.root.rglob("*"), *game.store.rglob("*")]:
        assert KEY not in str(path)
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path


# -- attempts, rebuys, equal requests ---------------------------------------------------------------------------------


def test_a_refund_and_an_approved_rebuy_begin_a_new_attempt_and_nothing_else_does(tmp_path: Path) -> None:
    refused_once = parse_rules([{"action": "failed_task", "method": "POST", "path": "*/inferences", "nth": 1}])
    with running(SimulatorConfig(faults=refused_once)) as base:
        game = paid(tmp_path, base)
        game.build("--yes")
        assert (ledger(base)["charges"], ledger(base)["refunds"], ledger(base)["kept"]) == (2, 1, 1)
        game.forget("generated", ".assetgen", "originals")
        shutil.rmtree(game.store / "originals", ignore_errors=True)
        (game.root / "assets.lock").unlink()
        for part in game.store.iterdir():
            if part.name != "journal":
                shutil.rmtree(part) if part.is_dir() else part.unlink()
        game.build("--yes")  # everything but the journal is gone: the same attempt, so the same task comes back
        assert ledger(base)["kept"] == 1
        attempts = {line["attempt"] for line in _entries(game)}
        assert attempts == {0, 1}


def test_equal_requests_are_one_purchase_in_plan_and_build(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service, ONE + "  twin: {prompt: blue gem, style: rd_fast__mc_item, size: 16}\n")
    costs = {
        a["asset"]: (a["cost"]["amount"], a["reason"]) for a in game.plan()["actions"] if a["action"] == "generate"
    }
    assert costs["gem"] == ("0.023", "new")
    assert Decimal(costs["twin"][0]) == 0
    assert "same request as gem" in costs["twin"][1]
    assert game.build("--yes")["requests"] == 1
    assert ledger(service)["charges"] == 1


def test_two_checkouts_with_one_store_buy_a_new_asset_once(tmp_path: Path) -> None:
    with running(SimulatorConfig(latency=0.5)) as base:
        game = paid(tmp_path, base)
        other = tmp_path / "other"
        shutil.copytree(game.root, other)
        builds = [process(game), process(game, root=other)]
        reports = []
        for build in builds:
            out, err = build.communicate(timeout=60)
            assert build.returncode == 0, err.decode()
            reports.append(json.loads(out))
        assert sorted(report["requests"] for report in reports) == [0, 1]
        assert ledger(base)["charges"] == 1
        mine, theirs = (sorted((root / "generated").rglob("gem*.png")) for root in (game.root, other))
        assert [path.read_bytes() for path in mine] == [path.read_bytes() for path in theirs]


def _entries(game: Workbench) -> list[dict[str, Any]]:
    """The journal's entries as they were first written."""
    from assetgen.store.journal import read_lines

    (path,) = (game.store / "journal").rglob("journal.jsonl")
    return [line["entry"] for line in read_lines(path.read_bytes(), str(path))[0] if "entry" in line]


# -- unknown outcomes -------------------------------------------------------------------------------------------------

LOST = [{"action": "drop", "when": "before", "method": "POST", "prompt": "*knight*"}]


def test_an_unknown_outcome_blocks_only_its_asset_and_dependents_while_the_build_runs(tmp_path: Path) -> None:
    with running(SimulatorConfig(faults=parse_rules(LOST))) as base:
        game = paid(tmp_path, base, THREE)
        report = game.build("--yes", status=1)
        states = {name: entry["status"] for name, entry in report["assets"].items()}
        assert states == {"hero": "failed", "hat": "skipped", "gem": "built"}
        assert "may have cost" in report["assets"]["hero"]["error"]
        configure(base, faults=[])
        assert game.build("--yes")["requests"] >= 1
        assert ledger(base)["charges"] == 3


def test_open_entries_of_another_account_or_realm_do_not_block(tmp_path: Path) -> None:
    with running(SimulatorConfig(faults=parse_rules(LOST)), "v1") as base:
        game = paid(tmp_path, base, THREE)
        first = game.run("build", "--yes")
        assert first.status == 3  # v1 has no keys, and the list of tasks cannot tell: only a person can
        (entry,) = game.run("settle", "--json").json["entries"]
        assert f"entry {entry['id']}" in first.err
        assert "assetgen settle" in first.err
        configure(base, faults=[])
        blocked = game.run("build", "--yes")
        assert blocked.status == 3
        (entry,) = game.run("settle", "--json").json["entries"]
        assert entry["id"] in blocked.err + blocked.out
        assert game.run("build", "--yes", RD_API_KEY="rdpk-another-account").status == 0
        assert game.run("settle", "--json").json["entries"] == [entry]


def test_an_entry_of_another_day_is_asked_about_and_one_given_up_stays_in_the_report(tmp_path: Path) -> None:
    with running(SimulatorConfig(faults=parse_rules(LOST))) as base:
        game = paid(tmp_path, base, THREE)
        assert game.run("build", "--yes").status == 1
        configure(base, faults=[])
        _age(game.store / "journal", 25 * 3600)
        ran = game.run("build", "--yes")
        assert ran.status == 3
        assert "24 hours" in ran.err + ran.out
        before = ledger(base)["charges"]
        (entry,) = game.run("settle", "--json").json["entries"]
        assert game.run("settle", entry["id"], "--lost").status == 0
        assert game.run("report", "--json").json["unknown"]["amount"] == "0.18"
        assert game.run("build", "--yes").status == 0
        assert ledger(base)["charges"] == before + 2
        assert game.run("report", "--json").json["unknown"]["amount"] == "0.18"


def _age(folder: Path, seconds: float) -> None:
    """Makes every time in the journal so much older, as if the clock had gone on."""
    from assetgen.store.journal import encode_line, read_lines

    def older(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: v - seconds if k in ("at", "changed", "sent_at") and v else older(v) for k, v in value.items()}
        return value

    for path in folder.rglob("journal.jsonl"):
        lines, _ = read_lines(path.read_bytes(), str(path))
        path.write_bytes(b"".join(encode_line(older(line)) for line in lines))


# -- replies that cannot be used --------------------------------------------------------------------------------------


def test_usable_pictures_of_a_rejected_reply_can_be_picked(tmp_path: Path) -> None:
    fewer = parse_rules([{"action": "fewer_images", "method": "POST", "path": "*/inferences"}])
    with running(SimulatorConfig(faults=fewer)) as base:
        game = paid(tmp_path, base, ONE.replace("size: 16", "size: 16, candidates: 3"))
        report = game.build("--yes", status=1)
        assert report["assets"]["gem"]["status"] == "failed"
        assert len(list((game.root / "originals/gem").iterdir())) == 2
        assert game.build("--yes", status=1)["requests"] == 0
        assert game.run("pick", "gem", "2").status == 0
        assert game.build("--yes")["assets"]["gem"]["status"] in ("built", "unchanged")
        assert ledger(base)["charges"] == 1
        assert list((game.root / "generated").rglob("gem.png"))


def test_each_build_tries_a_rejected_reply_again_for_nothing(
    tmp_path: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(service, faults=[{"action": "wrong_size", "method": "POST", "path": "*/inferences"}])
    game = paid(tmp_path, service)
    assert game.build("--yes", status=1)["blocked"][0]["state"] == "rejected"
    assert game.build("--yes", status=1)["blocked"][0]["state"] == "rejected"
    from assetgen.generate.shape import Shape

    monkeypatch.setattr(Shape, "problem", lambda self, size, *, animated: None)  # a newer version understands it
    assert game.build("--yes")["assets"]["gem"]["status"] == "built"
    assert ledger(service)["charges"] == 1
    assert game.run("report", "--json").json["total"]["amount"] == "0.023"


@pytest.mark.parametrize("dialect", ["v1", "v2"])
def test_what_could_not_be_used_is_not_paid_for_again_where_the_lock_does_not_know_of_it(
    tmp_path: Path, dialect: Any
) -> None:
    """The lock is gone, or another project's build settled what an interrupted one had bought."""
    faults = parse_rules([{"action": "wrong_size", "method": "POST", "path": "*/inferences"}])
    with running(SimulatorConfig(faults=faults), dialect) as base:
        game = paid(tmp_path, base)
        assert game.build("--yes", status=1)["blocked"][0]["state"] == "rejected"
        configure(base, faults=[])
        (game.root / "assets.lock").unlink()
        again = game.build("--yes", status=1)
        assert again["blocked"][0]["state"] == "rejected"
        assert (again["requests"], again["cost"]["amount"]) == (0, "0")
        assert ledger(base)["charges"] == 1
        assert game.run("report", "--json").json["total"]["amount"] == "0.023"
        assert game.run("reroll", "gem", "--yes").status == 0
        assert ledger(base)["charges"] == 2
        assert game.build("--yes")["assets"]["gem"]["status"] == "unchanged"


# -- budgets, balances, prices ----------------------------------------------------------------------------------------


def test_an_account_that_pays_in_credits_is_bought_from_at_its_own_prices(tmp_path: Path) -> None:
    with running(SimulatorConfig(generation="credits", balance=Decimal(1000)), "v1") as base:
        lines = "".join(f"  gem_{n}: {{prompt: gem {n}, style: rd_fast__mc_item, size: 16}}\n" for n in range(4))
        game = paid(tmp_path, base, ONE + "  hat: {edit: gem, prompt: add a hat}\n" + lines)
        assert game.run("balance", "--json").json["balance"] == {"amount": "1000", "unit": "credits"}
        exact = game.run("plan", "--json", "--check-cost").json["actions"]
        assert next(a["cost"] for a in exact if a["asset"] == "gem") == {"amount": "1", "unit": "credits"}
        for flags in (("--yes",), ("--max-cost", "5"), ("--yes", "--max-cost", "5 usd")):
            ran = game.run("build", *flags)
            assert ran.status == 3
            assert "credits" in ran.err + ran.out
            assert ledger(base)["charges"] == 0
        assert game.run("build", "--max-cost", "3 credits").status == 3
        assert sum(Decimal(line["amount"]) for line in ledger(base)["lines"]) <= 3
        assert game.run("build", "--max-cost", "50 credits").status == 0
        assert game.run("report", "--json").json["total"] == {"amount": "10", "unit": "credits"}
        assert game.run("balance", "--json").json["balance"] == {"amount": "990", "unit": "credits"}


def test_a_budget_ends_a_build_before_the_first_request(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service, THREE.replace("version: 1", "version: 1\nbudget: 0.30"))
    ran = game.run("build", "--yes")
    assert ran.status == 3
    assert "0.30" in ran.err + ran.out
    assert ledger(service)["charges"] == 0
    assert not requests(service)["counts"].get("POST /v2/inferences")


def test_check_cost_asks_in_parallel_and_charges_nothing(tmp_path: Path, service: str) -> None:
    lines = "".join(f"  gem_{n}: {{prompt: gem {n}, style: rd_fast__mc_item, size: 16}}\n" for n in range(20))
    game = paid(tmp_path, service, "version: 1\nsprites:\n" + lines)
    configure(service, latency=0.2)
    assert Decimal(game.run("plan", "--json", "--check-cost").json["cost"]["amount"]) == 20 * Decimal("0.023")
    assert ledger(service)["charges"] == 0


def test_sums_by_asset_style_and_month_and_a_draft_for_stores(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service, THREE)
    game.build("--yes")
    report = game.run("report", "--json").json
    assert set(report["by_asset"]) == {"hero", "hat", "gem"}
    assert set(report["by_style"]) == {"rd_pro__default", "rd_fast__mc_item", "image_edit"}
    assert all(re.fullmatch(r"\d{4}-\d\d", month) for month in report["by_month"])
    for sums in ("by_asset", "by_style", "by_month"):
        assert sum(Decimal(c["amount"]) for c in report[sums].values()) == Decimal(report["total"]["amount"])
    draft = game.run("report", "--disclosure").out
    assert "Pre-generated content" in draft
    assert "Retro Diffusion" in draft


# -- interruption -----------------------------------------------------------------------------------------------------


def noticed(pid: int, number: signal.Signals) -> bool:
    """Whether a process has begun to deal with a signal, where the system tells."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return True
    waiting = re.findall(r"^(?:Sig|Shd)Pnd:\s*([0-9a-f]+)$", status.read_text(), re.M)
    return not any(int(mask, 16) >> (number - 1) & 1 for mask in waiting)


@pytest.mark.parametrize("dialect", ["v2", "v1"])
def test_ctrl_c_sends_nothing_more_and_loses_nothing(tmp_path: Path, dialect: Any) -> None:
    lines = "".join(f"  gem_{n}: {{prompt: gem {n}, style: rd_fast__mc_item, size: 16}}\n" for n in range(12))
    held = Held()
    with running(SimulatorConfig(latency=0.5, sleep=held.sleep), dialect) as base:
        game = paid(tmp_path, base, "version: 1\nnetwork: {concurrency: 3}\nsprites:\n" + lines)
        build = process(game)
        until(lambda: ledger(base)["charges"] == 3)
        build.send_signal(signal.SIGINT)
        until(lambda: noticed(build.pid, signal.SIGINT))
        held.release()
        _, err = build.communicate(timeout=60)
        assert build.returncode == 130, err.decode()
        assert b"Traceback" not in err
        assert err.count(b"interrupted: waiting up to 10 seconds for what is paid for") == 1, err.decode()
        assert b"unchanged" not in err.splitlines()[-1]
        assert ledger(base)["charges"] == 3
        assert "sent by an earlier build; the next one takes the result in" in game.run("plan").err
        assert game.build("--yes")["requests"] == 9
        assert ledger(base)["charges"] == 12


# -- the key ----------------------------------------------------------------------------------------------------------

FAULTS = [
    {"action": action, "method": "POST", "probability": 0.12}
    for action in ("drop", "html", "truncate", "bad_base64", "wrong_size", "failed_task", "not_a_picture")
]


@pytest.mark.parametrize("dialect", ["v2", "v1"])
def test_the_key_stands_nowhere_whatever_goes_wrong(tmp_path: Path, dialect: Any) -> None:
    refusals = [
        {"action": "status", "status": status, "method": "POST", "probability": 0.1} for status in (401, 404, 500, 503)
    ]
    with running(SimulatorConfig(faults=parse_rules(FAULTS + refusals), seed=3), dialect) as base:
        game = paid(tmp_path, base, THREE.replace("retries: 0", "retries: 1"))
        told = []
        for _ in range(4):
            told.append(game.run("build", "--yes", "--verbose"))
            told += [game.run(*words) for words in (("plan",), ("settle",), ("report",), ("balance",), ("check",))]
            game.edit("blue gem", "blue gem again")
        build = process(game, "--verbose")
        out, err = build.communicate(timeout=60)
        for text in [*(ran.out + ran.err for ran in told), out.decode(), err.decode()]:
            assert KEY not in text
        searched(game)


def test_a_build_that_was_stopped_is_not_taken_for_a_finished_one(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service, THREE)
    for _ in range(2):
        assert game.run("build", "--max-cost", "0.10").status == 3
    assert game.run("build", "--max-cost", "5").status == 0
    assert ledger(service)["charges"] == 3


@pytest.mark.parametrize("dialect", ["v2", "v1"])
def test_a_take_that_was_bought_elsewhere_is_not_bought_again(tmp_path: Path, dialect: Dialect) -> None:
    with running(SimulatorConfig(balance=None), dialect) as service:
        game = paid(tmp_path, service)
        game.build("--yes")
        lock = (game.root / "assets.lock").read_bytes()
        assert game.run("reroll", "gem", "--yes").status == 0
        rolled = game.files("generated/sprites")
        (game.root / "assets.lock").write_bytes(lock)  # another branch, where nobody rolled
        told = game.run("reroll", "gem")
        assert told.status == 0, "free: nobody has to approve it"
        assert "re-rolled, found in the store" in told.err
        assert game.files("generated/sprites") == rolled
        assert ledger(service)["charges"] == 2
        assert game.run("reroll", "gem", "--yes").status == 0
        assert ledger(service)["charges"] == 3
        assert game.files("generated/sprites") != rolled


@pytest.mark.parametrize("dialect", ["v2", "v1"])
def test_assets_that_share_a_request_roll_different_takes(tmp_path: Path, dialect: Dialect) -> None:
    twin = "  twin: {prompt: blue gem, style: rd_fast__mc_item, size: 16}\n"
    with running(SimulatorConfig(balance=None), dialect) as service:
        game = paid(tmp_path, service, ONE + twin)
        game.build("--yes")
        for name in ("gem", "twin"):
            assert game.run("reroll", name, "--yes").status == 0
        assert ledger(service)["charges"] == 3
        game.edit(ONE.split("sprites:\n")[1], "")  # gem goes; its takes count still
        game.build()
        assert game.run("reroll", "twin", "--yes").status == 0
        inputs = [line["input"] for line in ledger(service)["lines"]]
        assert len(set(inputs)) == 4
        assert len(set(game.files("generated/sprites").values())) == 1
