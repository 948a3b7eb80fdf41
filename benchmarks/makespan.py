"""How long `assetgen build` takes for 200 independent requests, against a service that answers each after one second
and works on sixteen at once; and how much memory it needs.

    python benchmarks/makespan.py             # the whole command, as a process of its own
    python benchmarks/makespan.py --runs 3    # the best of three

The ideal is the service's own: ceil(200 / 16) rounds of a second. Exit 1 when the build takes over 10 % more than
that, or 300 MB or more. The simulator runs in a process of its own, on the same machine.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REQUESTS, SLOTS, LATENCY = 200, 16, 1.0
IDEAL = math.ceil(REQUESTS / SLOTS) * LATENCY
MOST_TIME, MOST_MEMORY = 1.10, 300


@dataclass(frozen=True)
class Run:
    """One build: seconds from start to end of the process, its largest memory in MB, and what it spent in processor
    seconds."""

    seconds: float
    memory: float
    processor: float


@contextmanager
def simulator() -> Iterator[str]:
    """A service on a free port; gives its base URL."""
    command = [sys.executable, "-m", "assetgen", "simulator", "--port", "0", "--latency", str(LATENCY)]
    command += ["--slots", str(SLOTS), "--balance", "endless"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield _address(process)
        finally:
            process.terminate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"http://\S+/v2", line)
        if found:
            return found[0]
    raise SystemExit("the simulator did not start")


def manifest(requests: int) -> str:
    lines = ["version: 1", f"network: {{concurrency: {SLOTS}}}", "sprites:"]
    lines += [
        f"  item_{n:03d}: {{prompt: item number {n}, style: rd_fast__default, size: 64}}" for n in range(requests)
    ]
    return "\n".join(lines) + "\n"


def build(base: str, folder: Path, requests: int = REQUESTS) -> Run:
    """Builds a new project with an empty store, by a program that is compiled as an installed one is."""
    folder.mkdir()
    (folder / "assets.yaml").write_text(manifest(requests))
    environment = {**os.environ, "RD_API_KEY": "rdpk-benchmark", "ASSETGEN_API_URL": base}
    environment["ASSETGEN_CACHE_DIR"] = str(folder.with_suffix(".store"))
    environment |= {"PYTHONPYCACHEPREFIX": str(folder.parent / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-m", "assetgen", "-C", str(folder), "build", "--yes", "--json", "--quiet"]
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    report = json.loads(process.stdout.read())
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or report["requests"] != requests:
        raise SystemExit(f"the build ended with {process.returncode}, {report['requests']} requests")
    return Run(seconds, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)


def _build(folder: Path, requests: int = REQUESTS) -> Run:
    # A service of its own for each: the same requests under the same keys are answered from memory.
    with simulator() as base:
        return build(base, folder, requests)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        _build(Path(folder) / "first", requests=1)  # compiles it
        done = [_build(Path(folder) / f"game{n}") for n in range(runs)]
    for run in done:
        share = run.seconds / IDEAL
        print(
            f"{run.seconds:.2f} s of ideally {IDEAL:.0f} s ({share - 1:+.1%}), {run.memory:.0f} MB, "
            f"{run.processor:.1f} s of processor time"
        )
    best = min(done, key=lambda run: run.seconds)
    return int(best.seconds > IDEAL * MOST_TIME or best.memory >= MOST_MEMORY)


if __name__ == "__main__":
    raise SystemExit(main())
