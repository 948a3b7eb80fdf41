"""Killed with SIGKILL at every step of the journal: paid once, nothing lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from generate_service import RUNTIME, Service, entries

from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.testing import running
from assetgen.store.journals import declare_lost

pytestmark = pytest.mark.skipif(os.name == "nt", reason="forks")

BOTH = pytest.mark.parametrize("dialect", ["v1", "v2"])
KILLED = -signal.SIGKILL


class Driver:
    def __init__(self) -> None:
        folder = Path(__file__).parent
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *filter(None, sys.path)])}
        self.process = subprocess.Popen(
            [sys.executable, folder / "generate_driver.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def build(self, service: Service, dialect: str, **order: Any) -> int:
        """One build in a child process; its exit status."""
        order |= {"url": service.url, "journal": str(service.journal), "dialect": dialect}
        order |= {"done": str(service.journal.parent / "done")}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    driver = Driver()
    yield driver
    driver.close()


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with running(SimulatorConfig(latency=0.01)) as base:
        yield base.rsplit("/", 1)[0]


def bought(service: Service) -> list[str]:
    return sorted((service.journal.parent / "done").read_text().split())


def states(service: Service) -> list[str]:
    return sorted(entry.state for entry in entries(service))


@BOTH
@pytest.mark.parametrize("at", ["intended", "sent", "accepted", "received", "done"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_each_step(service: Service, driver: Driver, dialect: str, at: str, when: str) -> None:
    assert driver.build(service, dialect, jobs=1, at=at, when=when) == KILLED
    assert driver.build(service, dialect, jobs=1) == 0
    if dialect == "v1" and at == "sent" and when == "after":
        # On the disk it stands as sent, but it never went out: no task tells, so the user is asked.
        assert states(service) == ["sent"]
        assert service.ledger()["charges"] == 0
        return
    assert set(bought(service)) == {"hero_0"}
    assert service.ledger()["charges"] == 1
    assert states(service) == ["done"]


STORM = [
    {"action": "drop", "when": "after", "method": "POST", "probability": 0.06},
    {"action": "html", "when": "after", "method": "POST", "probability": 0.06},
    {"action": "status", "status": 502, "when": "before", "method": "GET", "probability": 0.05},
    {"action": "truncated_picture", "method": "GET", "path": "*/tasks/*", "probability": 0.05},
    {"action": "rate_limit", "probability": 0.03, "seconds": 0},
]
JOBS = 20


def lives(count: int) -> list[float | None]:
    """Seconds until each build is killed; the last ones live."""
    dice = random.Random(5)
    return [dice.uniform(0.03, 0.15) for _ in range(count)] + [None] * 4


def test_v2_in_a_storm_of_kills_and_faults(service: Service, driver: Driver) -> None:
    """Every job ends, each charged once, whatever breaks and whenever the process dies."""
    service.configure(latency=0.05)
    service.faults(
        *STORM,
        {"action": "drop", "when": "before", "method": "POST", "probability": 0.06},
        {"action": "expired_url", "method": "POST", "probability": 0.06},
    )
    killed = [driver.build(service, "v2", jobs=JOBS, seconds=seconds) == KILLED for seconds in lives(8)]
    assert sum(killed) >= 3
    assert set(bought(service)) == {f"hero_{n}" for n in range(JOBS)}
    ledger = service.ledger()
    assert ledger["kept"] == ledger["charges"] == JOBS
    assert set(states(service)) == {"done"}


def test_v1_in_a_storm_of_kills_and_faults(service: Service, driver: Driver) -> None:
    """The same where only the task list can tell: what it cannot tell was never charged, and only that is asked."""
    service.configure(latency=0.05)
    service.faults(*STORM)
    killed = 0
    for seconds in lives(8):
        killed += driver.build(service, "v1", jobs=JOBS, seconds=seconds) == KILLED
        charged = {line["prompt"] for line in service.ledger()["lines"]}
        for settled in service.run(lambda client: client.settle(), "v1"):
            if settled.state == "open":
                assert settled.request.fields["prompt"] not in charged, settled.message
                declare_lost(service.journal, settled.entry, now=RUNTIME.now)
    assert set(bought(service)) == {f"hero_{n}" for n in range(JOBS)}
    assert service.ledger()["charges"] == JOBS
    assert killed >= 3
