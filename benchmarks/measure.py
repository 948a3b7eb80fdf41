"""Running contenders by turns as processes of their own, and showing what came out as a table."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LIMIT = 300.0
"""Seconds after which a process is ended and counts as too slow."""


@dataclass(frozen=True)
class Sample:
    """One run: wall-clock seconds, processor seconds (user and system), and the largest memory in MiB."""

    seconds: float
    cpu: float
    memory: float


class Failed(Exception):  # noqa: N818  (a result, like the others)
    """A contender that could not be run; the message goes into the table's notes."""


@dataclass
class Contender:
    """`command` is timed; `before` puts everything into the state that is asked about, untimed. `after` may look at
    what came out, once, and gives more columns."""

    name: str
    command: Sequence[str]
    before: Callable[[], None] = lambda: None
    after: Callable[[], Mapping[str, str]] = dict
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None


def run(contender: Contender, limit: float = LIMIT) -> Sample:
    """Runs it once, start-up included. Failed when it fails or takes longer than `limit` seconds."""
    contender.before()
    with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as result:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(result.fileno()), str(limit), *contender.command],
            cwd=contender.cwd,
            env={**os.environ, **contender.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=told,
            pass_fds=[result.fileno()],
        )
        process.wait()
        told.seek(0)
        result.seek(0)
        status, seconds, cpu, memory = map(float, result.read().split())
        if seconds >= limit:
            raise Failed(f"{contender.name}: ended after {limit:.0f} s")
        if status:
            raise Failed(f"{contender.name}: status {status:.0f}: {told.read().strip()[-300:]}")
    return Sample(seconds, cpu, memory / 1024)


_LAUNCHER = """
import os, signal, sys, time
out, limit, command = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
begun = time.perf_counter()
child = os.fork()
if not child:
    os.close(out)
    try:
        os.execvp(command[0], command)
    finally:
        os._exit(127)
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
signal.setitimer(signal.ITIMER_REAL, limit)
_, status, used = os.wait4(child, 0)
seconds = time.perf_counter() - begun
os.write(out, f"{status} {seconds} {used.ru_utime + used.ru_stime} {used.ru_maxrss}".encode())
"""
"""A small process between us and the contender: the largest memory of a child begins with that of its parent."""


def alternate(contenders: Sequence[Contender], rounds: int) -> tuple[dict[str, Sample], dict[str, dict[str, str]]]:
    """Every contender once a round, in turn. Medians by name, and the further columns by name."""
    samples: dict[str, list[Sample]] = {}
    more: dict[str, dict[str, str]] = {}
    out: set[str] = set()
    for _ in range(rounds):
        for contender in contenders:
            if contender.name in out:
                continue
            try:
                samples.setdefault(contender.name, []).append(run(contender))
                more[contender.name] = dict(contender.after())
            except Failed as failure:
                print(f"  skipped: {failure}")
                out.add(contender.name)
                samples.pop(contender.name, None)
    return {name: middle(found) for name, found in samples.items() if found}, more


def middle(samples: Sequence[Sample]) -> Sample:
    """The median of each number."""
    return Sample(
        statistics.median(s.seconds for s in samples),
        statistics.median(s.cpu for s in samples),
        statistics.median(s.memory for s in samples),
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, rows)])


def compared(title: str, contenders: Sequence[Contender], rounds: int, ours: str = "assetgen") -> dict[str, Sample]:
    """Runs them and prints a table: medians, how many times as long as ours, memory, and further columns."""
    print(f"\n### {title}\n", flush=True)
    medians, more = alternate(contenders, rounds)
    extra = list(dict.fromkeys(key for found in more.values() for key in found))
    rows = []
    base = medians.get(ours)
    for name, sample in medians.items():
        ratio = f"{sample.seconds / base.seconds:.2f}" if base is not None else ""
        cells = [name, seconds(sample.seconds), seconds(sample.cpu), ratio, f"{sample.memory:.0f}"]
        rows.append([*cells, *(more.get(name, {}).get(key, "") for key in extra)])
    print(table(["", "s", "CPU s", f"× {ours}", "MiB", *extra], rows), flush=True)
    return medians


def seconds(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"
