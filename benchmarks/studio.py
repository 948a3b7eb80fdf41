"""A studio in virtual time: many machines build the same assets, with one shared store and one account's rate.

    python benchmarks/studio.py                        # 100,000 assets, 8 machines, 250 requests a minute
    python benchmarks/studio.py --assets 2000 --json   # a small one, as the tests run it

Everything that decides who buys is the program's own: leases, tickets, records and their order (`store.shared`,
`build.turns`, `build.once`). Made up are the clock, which leaps to the next event, the store, a dictionary that answers
after LATENCY, and the service, which charges once for each request digest, as v2's idempotency keys make it. All
machines want all assets in the same order, their clocks are wrong by seconds, and one of them dies a third of the way
through, with all its leases. Exit 1 when a request is charged twice or not at all, or when it takes over 5 % longer
than the rate allows.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import resource
import selectors
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from assetgen.build.once import together
from assetgen.build.turns import Buyer, SharedPace, Turn, Turns, pauses
from assetgen.model.cost import Cost
from assetgen.model.lock import Accepted, Original
from assetgen.model.request import Request
from assetgen.store.shared.address import Address
from assetgen.store.shared.keys import Key
from assetgen.store.shared.signing import Signing
from assetgen.store.shared.team import Team
from assetgen.store.shared.tickets import Tickets

REALM, ACCOUNT = "official", "0a1b2c3d"
LATENCY = 0.03
"""Seconds for one question to the store."""

SERVICE = 10.0
"""Seconds that the service needs for one picture."""

CONCURRENCY, LOOKS = 8, 24
PICTURE = 1000  # bytes
EPOCH = 1_800_000_000.0
MOST = 1.05


class Leap(selectors.SelectSelector):
    """Nothing ever comes in from outside: instead of waiting, time passes."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing will happen any more")
        self.now += max(timeout, 0.0)
        return []


class Virtual(asyncio.SelectorEventLoop):
    """An event loop whose clock leaps to the next event."""

    def __init__(self) -> None:
        self.leap = Leap()
        super().__init__(self.leap)

    def time(self) -> float:
        return self.leap.now


class Memory:
    """A place for a shared store in a dictionary: of two that create one name the first wins, as in a bucket.

    `counted` holds how often each kind of question was asked, by area of the store, `size` the bytes held.
    """

    atomic = True
    where = "memory"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.counted: Counter[tuple[str, str]] = Counter()
        self.asked = 0
        self.size_held = 0

    def get(self, key: Key) -> bytes | None:
        self._count("GET", key)
        return self.objects.get(key.tree)

    def size(self, key: Key) -> int | None:
        self._count("HEAD", key)
        found = self.objects.get(key.tree)
        return None if found is None else len(found)

    def create(self, key: Key, data: bytes) -> bool:
        won = key.tree not in self.objects
        self._count("PUT" if won else "PUT, refused", key)
        if won:
            self.objects[key.tree] = data
            self.size_held += len(data)
        return won

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        return ((name, len(data)) for name, data in self.objects.items() if name.startswith(prefix))

    def close(self) -> None: ...

    def _count(self, verb: str, key: Key) -> None:
        self.asked += 1
        self.counted[verb, key.tree.partition("/")[0]] += 1


class PowerCut(BaseException):
    """What the tasks of a dead machine end with: none of the program's own code may answer to it."""


@dataclass
class World:
    """A machine's clocks and what it may wait for. `off`, once made: the power is off, and whatever it does waits for
    that future, which only ends when everything is over."""

    loop: Virtual
    store: Memory
    skew: float
    off: asyncio.Future[None] | None = None

    def now(self) -> float:
        return EPOCH + self.loop.time() + self.skew

    def monotonic(self) -> float:
        return 1000.0 + self.loop.time() + self.skew

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.breathe()

    async def call(self, work: Callable[..., Any], *args: Any) -> Any:
        """Does `work` at once; each question to the store that it asks takes its time, half of the first before."""
        await self.sleep(LATENCY / 2)
        before = self.store.asked
        result = work(*args)
        await self.sleep(LATENCY * max(self.store.asked - before - 0.5, 0.0))
        return result

    async def breathe(self) -> None:
        if self.off is not None:
            await asyncio.wait([self.off])
            raise PowerCut


@dataclass
class Service:
    """Charges for a request once, however often it is repeated under the key that is derived from it."""

    loop: Virtual
    charges: Counter[str] = field(default_factory=Counter)
    posts: list[float] = field(default_factory=list)

    async def post(self, digest: str) -> None:
        self.posts.append(self.loop.time())
        if digest not in self.charges:
            self.charges[digest] += 1
        await asyncio.sleep(SERVICE)

    @property
    def busiest(self) -> int:
        """The most requests in any 60 seconds."""
        window, most = deque[float](), 0
        for at in sorted(self.posts):
            window.append(at)
            while window[0] <= at - 60.0:
                window.popleft()
            most = max(most, len(window))
        return most


class Machine:
    """One machine: its own store connection, leases, tickets, and slots at the service."""

    def __init__(self, number: int, world: World, service: Service, rate: float, notes: Path) -> None:
        token, who = f"{number:x}-0-0", f"machine-{number}"
        address = Address("file", "/memory", "memory")
        self.team = Team(world.store, address, Signing(), notes=notes / str(number), token=token, who=who)
        self.turns = Turns(world.store, Buyer(token, who, ACCOUNT, repeatable=True), world)
        self.pace = SharedPace(Tickets(world.store, REALM, ACCOUNT, rate, world.now, token), world)
        self.world, self.service = world, service
        self.leases = asyncio.Semaphore(2 * CONCURRENCY)
        self.slots = asyncio.Semaphore(CONCURRENCY)
        self.bought = 0
        self.done = 0.0

    async def build(self, requests: list[Request]) -> None:
        """As `assetgen build`: looks what the store has, side by side, then brings in what is missing."""
        await _crowd(LOOKS, (self._known(request) for request in requests))
        await _crowd(20 * CONCURRENCY, (self._bring(request) for request in requests))
        self.done = self.world.loop.time()

    async def _known(self, request: Request) -> Accepted | None:
        found: Accepted | None = await self.world.call(self.team.recorded, REALM, request.digest)
        return found

    async def _bring(self, request: Request) -> None:
        found: Accepted | None = None

        @asynccontextmanager
        async def enter() -> AsyncIterator[None]:
            async with self.leases:
                await self.world.breathe()
                yield

        async def look() -> Request | None:
            nonlocal found
            found = await self._known(request)
            return request if found is None else None

        async def buy(wanted: Request, turn: Turn) -> None:
            turn.began = True
            async with self.slots:
                await self.pace.wait()
                await self.service.post(wanted.digest)
                await self.world.breathe()
            self.bought += 1
            data = picture(wanted.digest)
            await self.world.call(self.team.put, data)
            await self.world.call(self.team.record, result(wanted, data))

        told = "another machine has been buying it for an hour"
        waits = pauses(self.world, told)
        turn = partial(self.turns.turn, REALM, request.digest)
        await together(enter, turn, look, buy, waits, partial(self.turns.moved, REALM, request.digest))
        if found is not None:
            await self.world.call(self.team.read, found.originals[0].sha256)


async def _crowd(size: int, work: Iterator[Coroutine[Any, Any, object]]) -> None:
    """Does all of `work`, `size` at a time."""

    async def one() -> None:
        for each in work:
            await each

    await asyncio.gather(*(one() for _ in range(size)))


def picture(digest: str) -> bytes:
    return random.Random(digest).randbytes(PICTURE)


def result(request: Request, data: bytes) -> Accepted:
    digest = hashlib.sha256(data).hexdigest()
    original = Original(f"originals/x/{digest[:8]}-1.png", digest, digest, (64, 64))
    return Accepted(request, REALM, (original,), price=Cost(Decimal("0.12")), date="2026-11-21T08:00:00Z")


def simulate(assets: int, machines: int, rate: float, *, seed: int = 7) -> dict[str, Any]:
    """What came of it: see `report` for the words."""
    dice = random.Random(seed)
    requests = [Request("generate", {"prompt": f"thing number {n}", "width": 64, "height": 64}) for n in range(assets)]
    loop, store = Virtual(), Memory()
    service = Service(loop)
    loop.set_exception_handler(lambda *_: None)  # nobody looks at what the dead machine's tasks end with
    ideal = assets / rate * 60.0

    async def run(notes: Path) -> list[Machine]:
        worlds = [World(loop, store, dice.uniform(-2.0, 2.0)) for _ in range(machines)]
        crew = [Machine(n, world, service, rate, notes) for n, world in enumerate(worlds)]
        builds = [asyncio.create_task(machine.build(requests)) for machine in crew]
        if machines > 1:
            await asyncio.sleep(ideal / 3)
            worlds[0].off = loop.create_future()
            del builds[0]
        await asyncio.gather(*builds)
        if worlds[0].off is not None:
            worlds[0].off.set_result(None)
            await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
        return crew

    began = time.process_time()
    with tempfile.TemporaryDirectory() as notes:
        asyncio.set_event_loop(loop)
        try:
            crew = loop.run_until_complete(run(Path(notes)))
        finally:
            asyncio.set_event_loop(None)
            loop.close()
    held = Counter(name.partition("/")[0] for name in store.objects)
    makespan = max(service.posts)
    return {
        "assets": assets,
        "machines": machines,
        "rate": rate,
        "charged": sum(service.charges.values()),
        "missing": sum(request.digest not in service.charges for request in requests),
        "repeated": len(service.posts) - assets,
        "shares": [machine.bought for machine in crew],
        "ideal_minutes": ideal / 60,
        "last_minutes": makespan / 60,
        "done_minutes": max(machine.done for machine in crew) / 60,
        "over": makespan / ideal - 1,
        "busiest_minute": service.busiest,
        "store": {f"{verb} {area}": n for (verb, area), n in sorted(store.counted.items())},
        "objects": dict(held),
        "bytes": store.size_held,
        "processor_seconds": round(time.process_time() - began, 1),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def failures(made: dict[str, Any]) -> list[str]:
    """What must not be."""
    found = []
    if made["charged"] != made["assets"] or made["missing"]:
        found.append(f"{made['charged']} charges for {made['assets']} requests, {made['missing']} without one")
    if made["over"] > MOST - 1:
        found.append(f"{100 * made['over']:.1f} % over what the rate allows")
    return found


def report(made: dict[str, Any]) -> Iterator[str]:
    yield f"{made['assets']:,} assets, {made['machines']} machines, {made['rate']:g} requests a minute; one dies"
    yield f"  charged {made['charged']:,}, without a charge {made['missing']}, repeated free {made['repeated']}"
    yield f"  bought by each machine: {', '.join(f'{n:,}' for n in made['shares'])}"
    last = f"the last request is sent after {made['last_minutes']:.1f} min"
    yield f"  the rate allows {made['ideal_minutes']:.1f} min, {last}"
    yield f"  ({100 * made['over']:+.2f} %), all machines are done after {made['done_minutes']:.1f} min"
    yield f"  most requests in any 60 s: {made['busiest_minute']}"
    for name, count in made["store"].items():
        yield f"  {count:>12,}  {name}  ({count / made['assets']:.2f} an asset)"
    held = ", ".join(f"{count:,} {area}" for area, count in made["objects"].items())
    yield f"  objects held: {held}; {made['bytes']:,} bytes"
    yield f"  {made['processor_seconds']} s of processor time, {made['memory_mb']} MB"


def main() -> int:
    parser = argparse.ArgumentParser(description="A studio in virtual time.")
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--machines", type=int, default=8)
    parser.add_argument("--rate", type=float, default=250.0, help="requests a minute")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    made = simulate(args.assets, args.machines, args.rate)
    print(json.dumps(made, indent=1) if args.json else "\n".join(report(made)))
    for text in failures(made):
        print(f"✗ {text}", file=sys.stderr)
    return 1 if failures(made) else 0


if __name__ == "__main__":
    sys.exit(main())
