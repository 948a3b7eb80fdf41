"""The simulator for tests: a real server on a real socket, in a thread of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from assetgen.simulator.app import app
from assetgen.simulator.config import Dialect, SimulatorConfig
from assetgen.simulator.listening import HOST, listen
from assetgen.simulator.server import server_of

START_LIMIT = 60.0
"""Seconds; on a busy machine, too, it is there by then, and an answer has come."""


@contextmanager
def running(config: SimulatorConfig | None = None, dialect: Dialect = "v2") -> Iterator[str]:
    """Serve on a free port while the block runs; gives the base URL (`http://127.0.0.1:PORT/v2`)."""
    with listen(0) as sock:
        server = server_of(app(config or SimulatorConfig()))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="simulator", daemon=True)
        thread.start()
        deadline = time.monotonic() + START_LIMIT
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the simulator did not start")
            time.sleep(0.005)
        try:
            yield f"http://{HOST}:{sock.getsockname()[1]}/{dialect}"
        finally:
            server.should_exit = True
            thread.join(START_LIMIT)


def ledger(base: str) -> dict[str, Any]:
    """Balances and every charge and refund of the simulator at a base URL."""
    return _control("GET", base, "ledger")


def requests(base: str) -> dict[str, Any]:
    """Every request that it saw: `requests`, `counts` by method and path, `files_asked_with_key`."""
    return _control("GET", base, "requests")


def configure(base: str, **changes: Any) -> dict[str, Any]:
    """Change it while it runs: `advance` (seconds), `balance`, `faults` (list of rules), `latency`, `rate`."""
    return _control("POST", base, "config", changes)


def reset(base: str) -> None:
    """Forget everything, back to the config of the start."""
    _control("POST", base, "reset")


def _control(method: str, base: str, what: str, body: Any = None) -> dict[str, Any]:
    import httpx

    response = httpx.request(method, f"{base.rsplit('/', 1)[0]}/_simulator/{what}", json=body, timeout=START_LIMIT)
    response.raise_for_status()
    found: dict[str, Any] = response.json()
    return found
