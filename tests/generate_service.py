"""What the tests of the client share: jobs, a simulator on a real socket, a provider that does not wait long."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from msgspec.structs import replace

from assetgen.catalog import styles
from assetgen.catalog.tools import FIXERS, TOOLS
from assetgen.generate.client import Client
from assetgen.generate.provider import open_provider
from assetgen.generate.transport import Transport, open_client
from assetgen.generate.types import Delivery, Job, Runtime, Settled, Tuning
from assetgen.model.cost import FREE, Cost
from assetgen.model.manifest import Network
from assetgen.model.position import Position
from assetgen.model.request import Request
from assetgen.pixels.picture import Picture, pixel_digest
from assetgen.pixels.png import encode, encode_palette
from assetgen.store.journal import Journal, account_of

T = TypeVar("T")

KEY = "rdpk-secret-of-the-tests-5f2a"
QUICK = Tuning(grace=2.0, poll=(0.005, 0.05), backoff=(0.005, 0.02), wait_429=5.0, claim=(3, 0.02))
RUNTIME = Runtime(now=time.time, monotonic=time.monotonic, sleep=asyncio.sleep, random=lambda: 0.5)
POSITION = Position("assets.yaml", 4, 3)


def picture(width: int = 64, height: int = 64, *, seed: int = 1, hole: bool = False) -> Picture:
    """A small picture with a few colours; `hole`: transparent in the middle."""
    result = np.full((height, width, 4), 255, np.uint8)
    result[..., :3] = np.random.default_rng(seed).integers(0, 5, (height, width, 3)) * 50
    if hole:
        result[height // 4 : height // 2, width // 4 : width // 2] = 0
    return result


def job(
    style: str = "rd_fast__default",
    *,
    size: tuple[int, int] | int | None = 64,
    pictures: Mapping[str, Picture | list[Picture]] | None = None,
    palette: tuple[str, ...] | None = None,
    candidates: int = 1,
    take: int = 0,
    asset: str = "hero",
    op: str = "generate",
    **fields: Any,
) -> Job:
    """A job as build makes it: canonical fields, pictures by pixel digest."""
    files: dict[str, bytes] = {}

    def known(value: Picture) -> str:
        digest = pixel_digest(value)
        files[digest] = encode(value)
        return digest

    for name, value in (pictures or {}).items():
        fields[name] = [known(item) for item in value] if isinstance(value, list) else known(value)
    row = None
    if op == "generate":
        row = styles.find(style)
        assert row is not None
        fields |= {"style": row.name}
        size = (size, size) if isinstance(size, int) else size
        if size is not None:
            fields |= {"width": size[0], "height": size[1]}
        expected = Cost(styles.price(row, size, candidates))
    else:
        size = None
        tool = TOOLS.get(op) or FIXERS[op]
        expected = Cost(tool.price)
    sent = None
    if palette is not None:
        from assetgen.pixels.picture import file_digest

        sent = file_digest(encode_palette(palette), "palette")
    seeded = op == "generate" or (op in TOOLS and TOOLS[op].seeded)
    request = Request(op, fields, palette=sent, candidates=candidates, take=take, seeded=seeded)
    return Job(asset, POSITION, request, files, row, size, palette, expected)


def numbered(count: int) -> list[Job]:
    return [job(asset=f"hero_{n}", prompt=f"knight number {n}") for n in range(count)]


@dataclass
class Service:
    """A running simulator. `url` is its root."""

    url: str
    journal: Path
    approvals: list[Cost] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def open(self, dialect: str = "v2", **options: Any) -> Client:
        settings: dict[str, Any] = {
            "base_url": f"{self.url}/{dialect}",
            "key": KEY,
            "network": Network(concurrency=8, timeout=10.0, retries=4),
            "journal": self.journal,
            "runtime": RUNTIME,
            "tuning": QUICK,
            "approve": self.approvals.append,
            "report": self.said.append,
        }
        return open_provider("retrodiffusion", **{**settings, **options})

    def configure(self, **changes: Any) -> None:
        self._control("config", changes)

    def faults(self, *rules: Mapping[str, Any]) -> None:
        self.configure(faults=[dict(rule) for rule in rules])

    def ledger(self) -> Any:
        return self._control("ledger")

    def requests(self) -> Any:
        return self._control("requests")

    def posts(self, path: str) -> int:
        return sum(r["method"] == "POST" and r["path"].endswith(path) for r in self.requests()["requests"])

    def asked(self, method: str, beginning: str) -> int:
        """Requests of a method to paths that begin so."""
        return sum(r["method"] == method and r["path"].startswith(beginning) for r in self.requests()["requests"])

    def reset(self) -> None:
        self._control("reset", {})

    def _control(self, what: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_simulator/{what}", data, headers)
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def run(self, work: Callable[[Client], Awaitable[T]], dialect: str = "v2", **options: Any) -> T:
        """Runs `work` with an open provider, and closes it."""

        async def whole() -> T:
            client = self.open(dialect, **options)
            try:
                return await work(client)
            finally:
                await client.aclose()

        return asyncio.run(whole())

    def buy(self, wanted: Job, dialect: str = "v2", **options: Any) -> Delivery:
        """Settles, buys one job, closes its entry."""

        async def work(client: Client) -> Delivery:
            await client.settle()
            delivery = await client.run(wanted)
            if delivery.entry:
                client.close(delivery.entry)
            return delivery

        return self.run(work, dialect, **options)


async def asked(app: Any, method: str, network: Network | None = None, tuning: Tuning = QUICK, **options: Any) -> Any:
    """The reply of an ASGI application to one request of the program's transport."""
    network = network or Network()
    client = open_client(network, tuning, loopback=True, app=app)
    transport = Transport(client, KEY, network=network, tuning=tuning, runtime=RUNTIME, report=lambda text: None)
    try:
        return await transport.call(method, "http://127.0.0.1/v2", **options)
    finally:
        await transport.aclose()


def usd(text: str) -> Cost:
    return Cost(Decimal(text))


def expecting(wanted: Job, cost: Cost = FREE, **changes: Any) -> Job:
    return replace(wanted, expected=cost, **changes)


def settle(service: Service, dialect: str = "v2", **options: Any) -> list[Settled]:
    """What settling finds."""
    return service.run(lambda client: client.settle(), dialect, **options)


def entries(service: Service) -> list[Any]:
    """All that its journal holds."""
    with Journal(service.journal, "simulator", account_of(KEY), now=RUNTIME.now) as journal:
        return list(journal.ledger().entries.values())
