"""Several machines, one store: everything is bought once, and trouble with the store is never a reason to buy.

`ASSETGEN_SOAK=middle` or `full` runs the sizes that the documentation promises.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from patience import Held, until
from shared_servers import Place, place
from workbench import Workbench, bench

from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.testing import configure, ledger, requests, running

COUNT = 200 if os.environ.get("ASSETGEN_SOAK") in ("middle", "full") else 12
KINDS = ["directory", "nginx", "s3"]
KEY = "rdpk-team-secret"


def manifest(count: int, network: str = "concurrency: 6") -> str:
    lines = ["version: 1", f"network: {{{network}}}", "sprites:"]
    lines += [f"  gem_{n:03d}: {{prompt: gem number {n}, style: rd_fast__mc_item, size: 16}}" for n in range(count)]
    return "\n".join(lines) + "\n"


@pytest.fixture
def service() -> Iterator[str]:
    """v1: without idempotency keys, every POST charges."""
    with running(SimulatorConfig(balance=None, latency=0.05, slots=16), "v1") as base:
        yield base


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "s3":
        yield request.getfixturevalue("s3").part(tmp_path.name)
        return
    with place(request.param, tmp_path / "server") as found:
        yield found


def machine(folder: Path, base: str, store: Place, text: str) -> Workbench:
    """A home and a checkout of its own."""
    folder.mkdir()
    game = bench(folder, text)
    game.env.update(RD_API_KEY=KEY, ASSETGEN_API_URL=base, **store.variables)
    return game


def start(game: Workbench, *args: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **game.env, "ASSETGEN_CACHE_DIR": str(game.store)}
    python = [sys.executable, "-X", "faulthandler", "-m", "assetgen"]
    command = [*python, "-C", str(game.root), "build", "--yes", "--json", "--quiet", *args]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process: subprocess.Popen[bytes], *statuses: int) -> Any:
    """The report of a build that ended with one of these statuses (0 when none is given)."""
    try:
        out, err = process.communicate(timeout=240)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # faulthandler tells where it hangs
        out, err = process.communicate()
    assert process.returncode in (statuses or (0,)), err.decode() + out.decode()
    return json.loads(out)


def charged(base: str) -> Counter[str]:
    return Counter(str(line["prompt"]) for line in ledger(base)["lines"] if line["kind"] == "charge")


def test_two_machines_build_the_same_at_the_same_time(tmp_path: Path, store: Place) -> None:
    held = Held()  # until both are at work: one that starts late finds nothing left to buy
    with running(SimulatorConfig(balance=None, latency=0.05, slots=16, sleep=held.sleep), "v1") as service:
        machines = [machine(tmp_path / name, service, store, manifest(COUNT)) for name in ("one", "two")]
        builds = [start(game) for game in machines]
        until(lambda: all(any(game.store.glob("journal/*/*")) for game in machines))
        held.release()
        reports = [ended(build) for build in builds]
        bought = charged(service)
    assert bought == Counter({f"gem number {n}": 1 for n in range(COUNT)})
    assert sum(report["requests"] for report in reports) == COUNT
    if COUNT == 200:
        assert min(report["requests"] for report in reports) > COUNT / 10, "both take their share"
    one, two = (game.files() for game in machines)
    assert len(one) >= COUNT
    assert one == two


def both(tmp_path: Path, base: str, store: Place, network: str, count: int) -> list[Workbench]:
    """Two machines of one account that want different things."""
    text = manifest(count, network)
    return [machine(tmp_path / name, base, store, text.replace("gem number", name)) for name in ("ruby", "opal")]


@pytest.mark.parametrize("store", ["directory"], indirect=True)
def test_two_machines_share_one_rate(tmp_path: Path, service: str, store: Place) -> None:
    builds = [start(game) for game in both(tmp_path, service, store, "concurrency: 8, account_rate: 600", 10)]
    for build in builds:
        ended(build)
    times = sorted(line["time"] for line in ledger(service)["lines"] if line["kind"] == "charge")
    assert len(times) == 20
    assert times[-1] - times[0] > 1.0, "twenty at ten a second; without a rate they take a fifth of a second"
    assert store.files is not None
    tickets = [path.read_text() for path in store.files.glob("rates/simulator/*/600/*/*")]
    assert len(tickets) >= 20
    assert len(set(tickets)) == 2, "of both machines"


@pytest.mark.parametrize("store", ["directory"], indirect=True)
def test_two_machines_share_one_budget(tmp_path: Path, service: str, store: Place) -> None:
    games = both(tmp_path, service, store, "concurrency: 2, account_budget: 0.10", 6)
    price = Decimal(games[0].plan()["cost"]["amount"]) / 6
    affordable = int(Decimal("0.10") / price)
    assert 3 < affordable < 12
    builds = [start(game) for game in games]
    reports = [ended(build, 0, 3) for build in builds]
    assert sum(report["requests"] for report in reports) == sum(charged(service).values()) == affordable
    told = [asset["error"] for report in reports for asset in report["assets"].values() if asset["error"]]
    assert any("the account's budget of 0.10 USD for" in text for text in told)
    third = games[0].run("build", "--yes")
    assert third.status == 3
    assert "on all machines; nothing more is sent" in third.err
    assert sum(charged(service).values()) == affordable


@pytest.mark.parametrize("store", ["directory"], indirect=True)
def test_what_was_not_charged_is_not_counted(tmp_path: Path, service: str, store: Place) -> None:
    configure(service, faults=[{"action": "status", "status": 404, "when": "before", "method": "POST", "times": 4}])
    game = machine(tmp_path / "one", service, store, manifest(4, "concurrency: 1, account_budget: 0.10"))
    assert game.run("build", "--yes").status == 1
    assert sum(charged(service).values()) == 0
    configure(service, faults=[])
    assert game.build("--yes")["requests"] == 4


def test_a_third_machine_gets_everything_for_nothing(tmp_path: Path, service: str, store: Place) -> None:
    first = machine(tmp_path / "one", service, store, manifest(5))
    assert first.build("--yes")["requests"] == 5
    second = machine(tmp_path / "two", service, store, manifest(5))
    plan = second.plan()
    assert {(a["action"], a["reason"]) for a in plan["actions"] if a["kind"] == "sprite"} == {
        ("restore", "new, found in the store")
    }
    assert second.build(RD_API_KEY="")["requests"] == 0
    assert second.files() == first.files()
    # What was read there is kept here: without the shared store all of it is still at hand.
    second.forget("originals", "generated", ".assetgen")
    (second.root / "assets.lock").unlink()
    assert second.build("--offline", RD_API_KEY="")["requests"] == 0
    assert second.files() == first.files()


def test_a_checkout_without_originals_is_restored_by_digest(tmp_path: Path, service: str, store: Place) -> None:
    first = machine(tmp_path / "one", service, store, manifest(4))
    first.build("--yes")
    second = machine(tmp_path / "two", service, store, manifest(4))
    second.write((first.root / "assets.lock").read_text(), "assets.lock")
    seen = requests(service)["counts"]
    assert second.run("build", "--locked", "--offline").status == 1
    assert second.run("build", "--locked", RD_API_KEY="").status == 0
    assert second.files() == first.files()
    assert requests(service)["counts"] == seen, "--locked never asks the service"


def test_offline_does_not_touch_the_store(tmp_path: Path, service: str, store: Place) -> None:
    game = machine(tmp_path / "one", service, store, manifest(2))
    assert game.run("build", "--offline").status == 3
    assert game.run("check").status == 1
    if store.files is not None:
        assert not list(store.files.iterdir())


@pytest.mark.parametrize("store", ["directory"], indirect=True)
def test_a_process_that_died_with_a_lease_is_followed(
    tmp_path: Path, service: str, store: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the same key makes a repeat harmless (v2), another machine goes on after the lease's term; else it says
    who was buying, and the machine itself goes on, whose journal knows."""
    from assetgen.store.shared import lease

    monkeypatch.setattr(lease, "TERM", 0.6)
    monkeypatch.setattr("assetgen.build.turns.Turns.__init__.__kwdefaults__", {"term": 0.6})
    v2 = service.replace("/v1", "/v2")
    dead = machine(tmp_path / "dead", v2, store, manifest(1))
    _die_with_a_lease(dead)
    heir = machine(tmp_path / "heir", v2, store, manifest(1))
    assert heir.build("--yes")["requests"] == 1
    assert sum(charged(service).values()) == 1

    dead = machine(tmp_path / "dead1", service, store, manifest(2))
    _die_with_a_lease(dead)
    heir = machine(tmp_path / "heir1", service, store, manifest(2))
    ran = heir.run("build", "--yes")
    assert ran.status == 3
    assert "stopped in the middle" in ran.err
    assert sum(charged(service).values()) == 1
    assert dead.build("--yes")["requests"] == 1
    assert heir.build("--yes")["requests"] == 0
    assert set(charged(service).values()) == {1}


def _die_with_a_lease(game: Workbench) -> None:
    """Runs a build in a child that is killed when it has its first lease."""
    code = (
        "import os, signal, sys\n"
        "from assetgen.build import turns\n"
        "from assetgen.cli.main import main\n"
        "from assetgen.store.shared import lease\n"
        "lease.TERM = 0.6\n"
        "turns.Turns.__init__.__kwdefaults__['term'] = 0.6\n"
        "add = lease.add\n"
        "def deadly(*args):\n"
        "    won = add(*args)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "lease.add = deadly\n"
        f"main(['-C', {str(game.root)!r}, 'build', '--yes', '--quiet'])\n"
    )
    environment = {**os.environ, **game.env, "ASSETGEN_CACHE_DIR": str(game.store)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == -9
