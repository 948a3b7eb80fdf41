"""Buys jobs in child processes that kill themselves with SIGKILL at a chosen step. Run by test_generate_crash.py.

Reads one JSON object a line: `{url, journal, dialect, jobs, at, when, after, seconds}`. A forked child settles, buys
the numbered jobs that are not in `done` yet, and writes the name of each one that it closed to the file `done`. It
dies right `when` (before or after) the `after`-th time that the journal goes to state `at`, or after `seconds`.
Answers each line with the child's exit status. One process that forks, because imports take longer than a purchase.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from generate_service import KEY, QUICK, RUNTIME, numbered

from assetgen.generate.client import Client
from assetgen.generate.provider import open_provider
from assetgen.generate.types import RejectedDelivery
from assetgen.model.errors import AssetgenError
from assetgen.model.manifest import Network
from assetgen.store.journal import Journal


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def plant(order: dict[str, Any]) -> None:
    """Makes the journal deadly."""
    write = Journal._write
    left = [order.get("after", 1)]

    def deadly(self: Journal, lines: list[Any]) -> None:
        states = [line.get("set", line.get("entry", {})).get("state") for line in lines]
        hit = "at" in order and order["at"] in states
        left[0] -= hit
        if hit and left[0] == 0 and order["when"] == "before":
            die()
        write(self, lines)
        if hit and left[0] == 0:
            die()

    Journal._write = deadly  # type: ignore[method-assign]  # whoever writes to a journal here may die of it
    if seconds := order.get("seconds"):
        threading.Timer(seconds, die).start()


async def child(order: dict[str, Any]) -> None:
    client = open_provider(
        "retrodiffusion",
        base_url=f"{order['url']}/{order['dialect']}",
        key=KEY,
        network=Network(concurrency=6, timeout=10.0, retries=6),
        journal=Path(order["journal"]),
        runtime=RUNTIME,
        tuning=QUICK,
    )
    done = Path(order["done"])
    jobs = {wanted.asset: wanted for wanted in numbered(order["jobs"])}

    def finish(asset: str, entry: str | None) -> None:
        with done.open("a") as file:  # the lock, as it were
            file.write(asset + "\n")
        if entry:
            client.close(entry)

    async def buy(client: Client, asset: str) -> None:
        try:
            delivery = await client.run(jobs[asset])
        except RejectedDelivery as error:
            delivery = error.delivery
        except AssetgenError as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            return
        finish(asset, delivery.entry)

    for settled in await client.settle():
        if settled.delivery is not None:
            finish(settled.asset, settled.entry)
        elif settled.state == "open":
            sys.stderr.write(f"open: {settled.message}\n")
    bought = set(done.read_text().split()) if done.exists() else set()
    await asyncio.gather(*(buy(client, asset) for asset in jobs if asset not in bought))
    await client.aclose()


def main() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            order = json.loads(line)
            plant(order)
            asyncio.run(child(order))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
