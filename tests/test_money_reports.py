"""What a build says of its money: each POST that may charge is counted where it goes out, what an earlier build has
paid for is taken in before anything is planned, and a service that refuses the key is a failure, no missing yes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from manifest_files import png
from workbench import Workbench, bench

from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.faults import parse_rules
from assetgen.simulator.testing import configure, ledger, running

KEY = "rdpk-a-secret-of-the-reports"
ONE = "version: 1\nnetwork: {retries: 0}\nsprites:\n  gem: {prompt: blue gem, style: rd_fast__mc_item, size: 16}\n"
PRICE = {"amount": "0.023", "unit": "USD"}
FREE = {"amount": "0", "unit": "USD"}


def paid(tmp_path: Path, base: str, manifest: str = ONE) -> Workbench:
    game = bench(tmp_path, manifest)
    game.env.update(RD_API_KEY=KEY, ASSETGEN_API_URL=base)
    return game


def faulty(**fault: Any) -> SimulatorConfig:
    return SimulatorConfig(faults=parse_rules([fault]))


@pytest.mark.parametrize(("when", "charges"), [("after", 1), ("before", 0)])
def test_what_an_earlier_build_sent_is_settled_before_anything_is_planned(
    tmp_path: Path, when: str, charges: int
) -> None:
    """Nobody is asked to approve it a second time; what is sent again under its key is counted with its price."""
    with running(faulty(action="drop", when=when, method="POST", path="*/inferences", times=1)) as base:
        game = paid(tmp_path, base)
        assert game.build("--yes", status=1)["requests"] == 1
        assert ledger(base)["charges"] == charges
        ran = game.run("build", "--json")
        assert ran.status == 0, ran.err
        assert "1 to restore" in ran.err
        assert ran.json["assets"]["gem"]["status"] == "built"
        assert (ran.json["requests"], ran.json["cost"]) == (1, PRICE)
        assert ledger(base)["charges"] == 1
        assert game.run("report", "--json").json["total"] == PRICE


def test_a_task_that_was_accepted_is_fetched_without_another_request(tmp_path: Path) -> None:
    with running(faulty(action="status", status=500, method="GET", path="*/tasks/*")) as base:
        game = paid(tmp_path, base)
        assert game.build("--yes", status=1)["requests"] == 1
        configure(base, faults=[])
        settled = game.build()
        assert (settled["requests"], settled["cost"], settled["status"]) == (0, FREE, "ok")


def test_a_refunded_purchase_and_the_one_after_it_are_two_requests(tmp_path: Path) -> None:
    with running(faulty(action="failed_task", method="POST", path="*/inferences", nth=1)) as base:
        built = paid(tmp_path, base).build("--yes")
        assert (built["requests"], built["cost"]) == (2, PRICE)
        assert ledger(base)["kept"] == 1


@pytest.mark.parametrize("status", [401, 403, 500])
def test_an_account_that_cannot_be_looked_at_is_a_failure_and_not_a_missing_approval(
    tmp_path: Path, status: int
) -> None:
    with running(faulty(action="status", status=status, path="*/credits")) as base:
        game = paid(tmp_path, base, ONE + "  rock: {file: rock.png}\n")
        (game.root / "rock.png").write_bytes(png())
        ran = game.run("build", "--yes", "--json")
        assert ran.status == 1
        assert ran.json["assets"]["gem"]["status"] == "failed"
        assert f"the service says {status}" in ran.json["assets"]["gem"]["error"]
        assert ran.json["assets"]["rock"]["status"] == "built", "what costs nothing goes on"
        assert ran.err.count("the service says") == 1
        assert ledger(base)["charges"] == 0


CHAIN = """\
version: 1
network: {retries: 0}
sprites:
  hero: {prompt: knight, style: rd_pro__default, size: 64}
  hat: {edit: hero, prompt: add a hat}
"""


@pytest.mark.parametrize(
    ("flags", "status", "charges", "words"),
    [
        (["--yes"], 0, 2, ""),
        (["--max-cost", "0.36"], 0, 2, ""),
        (["--max-cost", "0.35"], 3, 1, "more than the budget of 0.35 USD"),
        (["--max-cost", "0.17"], 3, 0, "the budget of 0.17 USD would be exceeded"),
    ],
)
def test_what_is_sent_once_more_counts_towards_the_cap(
    tmp_path: Path, flags: list[str], status: int, charges: int, words: str
) -> None:
    with running(faulty(action="drop", when="before", method="POST", path="*/inferences")) as base:
        game = paid(tmp_path, base, CHAIN)
        game.build("--yes", status=1)
        configure(base, faults=[])
        ran = game.run("build", *flags)
        assert (ran.status, ledger(base)["charges"]) == (status, charges), ran.err
        assert words in ran.err


def test_a_purchase_that_several_requests_are_bound_to_is_reported_once(tmp_path: Path) -> None:
    with running(SimulatorConfig()) as base:
        game = paid(tmp_path, base)
        game.build("--yes")
        game.edit("blue gem", "azure gem")
        assert game.run("accept", "gem").status == 0  # the blue gem now answers another request
        game.build()
        game.edit("azure gem", "blue gem")
        game.build()  # and again the one that brought it
        report = game.run("report", "--json").json
        assert (ledger(base)["charges"], report["purchases"], report["total"]) == (1, 1, PRICE)


def test_what_waits_for_a_failed_input_is_not_told_to_be_picked(tmp_path: Path) -> None:
    with running(faulty(action="drop", when="before", method="POST", path="*/inferences"), "v1") as base:
        ran = paid(tmp_path, base, CHAIN).run("build", "--yes")
        assert ran.status == 3
        assert "hat: waiting: waits for hero" in ran.err
        assert "it goes on when hero is there" in ran.err
        assert "pick" not in ran.err


def test_a_disclosure_is_a_document_with_json(tmp_path: Path) -> None:
    with running(SimulatorConfig()) as base:
        game = paid(tmp_path, base)
        game.build("--yes")
        text = game.run("report", "--disclosure").out
        assert "Pre-generated content" in text
        assert game.run("report", "--disclosure", "--json").json == {"version": 1, "disclosure": text}


def test_a_usable_picture_of_a_rejected_reply_is_picked_by_its_number_and_stays_one_purchase(tmp_path: Path) -> None:
    """The first attempt is refunded, the second one's reply lacks a picture."""
    faults = [
        {"action": "failed_task", "method": "POST", "path": "*/inferences", "nth": 1},
        {"action": "fewer_images", "method": "POST", "path": "*/inferences", "nth": 2},
    ]
    with running(SimulatorConfig(faults=parse_rules(faults))) as base:
        game = paid(tmp_path, base, ONE.replace("size: 16", "size: 16, candidates: 3"))
        failed = game.run("build", "--yes")
        assert failed.status == 1
        assert failed.err.count("✗ gem: assets.yaml") + failed.err.count("✗ gem: gem (assets.yaml") == 1
        assert "assets.yaml:4:15: gem (assets.yaml" not in failed.err, "the place is told once"
        assert "candidate 2 of 3 is chosen" in game.run("pick", "gem", "2").err
        assert game.build()["requests"] == 0
        report = game.run("report", "--json").json
        assert (report["purchases"], ledger(base)["kept"]) == (1, 1)
        assert "attempt: 1" in (game.root / "assets.lock").read_text()
