"""`serve`: the simulator as a process of its own, on this machine only."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pytest
from patience import LONG

from assetgen.model.errors import UsageError
from assetgen.simulator import testing
from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.listening import listen

PROGRAM = """
from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.server import serve
serve(SimulatorConfig.from_options(balance="5"), 0, announce=lambda url: print(url, flush=True))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_a_process_prints_its_address_first_and_ends_on_ctrl_c() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        assert base.startswith("http://127.0.0.1:")
        assert base.endswith("/v2")
        reply = httpx.get(f"{base}/inferences/credits", headers={"X-RD-Token": "rdpk-x"})
        assert reply.json() == {"credits": 0, "balance": 5.0}
        process.send_signal(signal.SIGINT)
        assert process.wait(LONG) == 0


def test_a_taken_port_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"--port {port}"):
            listen(port)


def test_the_helpers_for_tests() -> None:
    with testing.running(SimulatorConfig()) as base:
        assert testing.ledger(base)["lines"] == []
        assert testing.configure(base, latency=1.5)["latency"] == 1.5
        with pytest.raises(httpx.HTTPStatusError):
            testing.configure(base, latency="slow")
        with pytest.raises(httpx.HTTPStatusError):
            testing.configure(base, color="red")
        testing.reset(base)
        assert testing.configure(base)["latency"] == 0
        httpx.get(f"{base}/status")
        assert testing.requests(base)["counts"] == {"GET /v2/status": 1}


def test_importing_the_application_draws_nothing() -> None:
    program = (
        "import sys, assetgen.simulator.app; print('assetgen.simulator.art' in sys.modules, 'uvicorn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
