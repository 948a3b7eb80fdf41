"""Opening a provider: the service by its base URL, or the placeholder in process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from assetgen.generate.client import Client
from assetgen.generate.dialects import dialect_of, realm_of
from assetgen.generate.download import Downloads
from assetgen.generate.purchase import Line
from assetgen.generate.transport import Transport, open_client
from assetgen.generate.types import Approve, Report, Runtime, Tuning
from assetgen.model.errors import UsageError
from assetgen.model.manifest import Network
from assetgen.model.realm import DEFAULT_URL, PLACEHOLDER, PROVIDERS, RETRODIFFUSION, SIMULATOR
from assetgen.store.journal import Journal, account_of

PLACEHOLDER_URL = "http://placeholder.invalid/v2"


def open_provider(
    name: str,
    *,
    base_url: str = DEFAULT_URL,
    key: str | None = None,
    network: Network | None = None,
    journal: Path | None = None,
    runtime: Runtime | None = None,
    tuning: Tuning | None = None,
    approve: Approve | None = None,
    report: Report = lambda text: None,
    pace: Callable[[], Awaitable[None]] | None = None,
    alone: bool = True,
) -> Client:
    """The provider `name` (`retrodiffusion` or `placeholder`); close it with `aclose`.

    `base_url` decides dialect and realm and is not looked at for the placeholder. `key` may be None as long as
    nothing is bought. `journal` is the folder of all journals (`store.journal.default_folder`), needed with a key.
    `approve` is called before each paid POST, `report` with sentences for people; `pace` is awaited before each
    purchase, in the place of `network.account_rate` of this process alone; `alone` is False where other machines buy
    with the same account. Raises UsageError for a bad name
    or URL, StoreError when the journal cannot be opened.
    """
    network, tuning, runtime = network or Network(), tuning or Tuning(), runtime or real_runtime()
    if name == PLACEHOLDER:
        return _placeholder(network, runtime, report)
    if name != RETRODIFFUSION:
        raise UsageError(f"no provider is called {name}; known are {', '.join(PROVIDERS)}")
    base = base_url.rstrip("/")
    dialect, realm = dialect_of(base), realm_of(base)
    if key is not None and (not key.isascii() or not key.isprintable() or key != key.strip() or not key):
        raise UsageError("RD_API_KEY holds characters that no key has (white space, control or non-ASCII characters)")
    local = realm == SIMULATOR
    transport = Transport(
        open_client(network, tuning, loopback=local),
        key,
        network=network,
        tuning=tuning,
        runtime=runtime,
        report=report,
    )
    line = Line(transport, Downloads(transport, local=local), base, dialect)
    opened = None
    if key is not None:
        if journal is None:
            raise UsageError("a journal folder is needed to buy anything")
        opened = Journal(journal, realm, account_of(key), now=runtime.now)
    return Client(name, realm, line, opened, paid=True, approve=approve, report=report, pace=pace, alone=alone)


def _placeholder(network: Network, runtime: Runtime, report: Report) -> Client:
    """The same client over the simulator in this process: no socket, no journal, nothing to pay."""
    from assetgen.simulator.app import app
    from assetgen.simulator.config import SimulatorConfig

    tuning = Tuning(poll=(0.0, 0.02), backoff=(0.01, 0.1))
    client = open_client(network, tuning, loopback=True, app=app(SimulatorConfig.placeholder()))
    transport = Transport(client, None, network=network, tuning=tuning, runtime=runtime, report=report)
    line = Line(transport, Downloads(transport, in_process=True), PLACEHOLDER_URL, "v2")
    return Client(PLACEHOLDER, PLACEHOLDER, line, None, paid=False, approve=None, report=report)


def real_runtime() -> Runtime:
    """The machine's own clock, sleep and randomness."""
    import random
    import time

    return Runtime(now=time.time, monotonic=time.monotonic, sleep=asyncio.sleep, random=random.random)
