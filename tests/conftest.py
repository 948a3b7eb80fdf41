"""Every test has a store of its own and can touch neither the network nor the home of whoever runs it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from isolation import GUARD, safe_environment

if TYPE_CHECKING:
    from generate_service import Service
    from shared_servers import Place
    from simulator_client import Client

FOREIGN = ("RD_API_KEY", "ASSETGEN_API_URL", "ASSETGEN_SHARED_STORE", "NO_COLOR", "FORCE_COLOR")
"""Settings of the person who runs the tests that would change what the program does."""

# No example fails for being slow: machines are. In CI the same examples each time, whatever the version: new ones are
# looked for at home and by the fuzzers.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("patient"), derandomize=True, database=None)
settings.load_profile("same" if os.environ.get("CI") else "patient")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two for each processor: half of the time a test waits for servers, processes and disks."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(scope="session", autouse=True)
def nothing_outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Network, home and the user's store raise `Touched` for as long as the tests run."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in safe_environment(tmp_path_factory.mktemp("home")).items():
            patch.setenv(name, value)
        for name in FOREIGN:
            patch.delenv(name, raising=False)
        GUARD.active = True
        yield
        GUARD.active = False


@pytest.fixture(scope="session")
def s3() -> Iterator[Place]:
    """Moto's S3 server, one for all tests of a process: it takes a second to start. Give each test its own prefix."""
    from shared_servers import place

    with place("s3", Path()) as found:
        yield found


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    """The root of a running simulator (`http://127.0.0.1:PORT`), one for each file."""
    from assetgen.simulator.config import SimulatorConfig
    from assetgen.simulator.testing import running

    with running(SimulatorConfig()) as base:
        yield base.rsplit("/", 1)[0]


@pytest.fixture(scope="module")
def v2_client(simulator: str) -> Iterator[Client]:
    from simulator_client import Client

    client = Client(f"{simulator}/v2")
    yield client
    client.close()


@pytest.fixture
def v2(v2_client: Client) -> Client:
    """The simulator as a client sees it, new for each test."""
    v2_client.reset()
    return v2_client


@pytest.fixture
def v1(v2: Client) -> Iterator[Client]:
    """The same, through the older interface."""
    client = v2.other("v1")
    yield client
    client.close()


@pytest.fixture
def service(simulator: str, tmp_path: Path) -> Iterator[Service]:
    """The simulator and a journal, for the program's own client."""
    from generate_service import Service

    service = Service(simulator, tmp_path / "journal")
    yield service
    service.reset()


@pytest.fixture(autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A new, empty store and cache for this test; fails it when it touched the outside and hid the exception."""
    monkeypatch.setenv("ASSETGEN_CACHE_DIR", str(tmp_path_factory.mktemp("store")))
    GUARD.touched.clear()
    yield
    assert not GUARD.touched, f"touched, and the exception was swallowed: {', '.join(GUARD.touched)}"
