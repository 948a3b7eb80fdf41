"""How fast we may ask: one pause for all when the service says 429, slots that adapt, a pace."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC
from email.utils import parsedate_to_datetime

from msgspec import Struct

from assetgen.generate.types import Report, Runtime

LONGEST_PAUSE = 300.0
"""Seconds: a `Retry-After` beyond it is cut, so that a mistaken header cannot stop a build for days."""


class Gate:
    """Closed for all requests together while the service wants to be left alone."""

    def __init__(self, runtime: Runtime, report: Report) -> None:
        self._runtime = runtime
        self._report = report
        self._until = 0.0
        self._streak = 0

    @property
    def closed(self) -> bool:
        return self._runtime.monotonic() < self._until

    def refused(self, retry_after: float | None, backoff: float) -> bool:
        """Notes a 429. `backoff` is waited when the service does not say how long. Whether it is news: of the many
        requests that one limit refuses together only the first is."""
        news = not self.closed
        wait = min(retry_after if retry_after is not None else backoff * 2**self._streak, LONGEST_PAUSE)
        if news:
            self._streak = min(self._streak + 1, 6)
        if news and wait >= 1:
            self._report(f"the service asks for a pause: waiting {wait:.0f} s")
        self._until = max(self._until, self._runtime.monotonic() + wait)
        return news

    def passed(self) -> None:
        """Notes a request that was not refused."""
        if not self.closed:
            self._streak = 0

    async def wait(self) -> None:
        """Returns when requests may go out. Waiters do not all leave in the same instant."""
        while (rest := self._until - self._runtime.monotonic()) > 0:
            await self._runtime.sleep(rest + self._runtime.random() * min(0.25, rest * 0.1))


class Slots:
    """At most `most` purchases at once; fewer after a 429, one more for every round of successes (AIMD)."""

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._limit = float(most)
        self._used = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def limit(self) -> int:
        return int(self._limit)

    def shrink(self) -> None:
        self._limit = max(1.0, self._limit / 2)

    def grow(self) -> None:
        self._limit = min(self._most, self._limit + 1 / self._limit)
        self._wake()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Slot]:
        """Holds a slot, in order of arrival, until the block ends or it is given back before."""
        if self._used >= self.limit or self._waiting:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():  # the slot was handed over in the same moment: pass it on
                    self._used -= 1
                    self._wake()
                elif turn in self._waiting:  # else it was passed over already, on the way to the next in line
                    self._waiting.remove(turn)
                raise
        else:
            self._used += 1
        slot = Slot(self)
        try:
            yield slot
        finally:
            slot.release()

    def returned(self) -> None:
        """Takes one slot back and hands it on."""
        self._used -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self._used < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self._used += 1
                turn.set_result(None)


class Slot(Struct):
    """One purchase's place among those that the service works on."""

    slots: Slots
    held: bool = True

    def release(self) -> None:
        """Gives it back; a second time does nothing."""
        if self.held:
            self.held = False
            self.slots.returned()


class Leaving:
    """Submissions on their way out: while there are some, what has come back can wait to be decoded. Sixteen results
    that come together would else keep the service idle until the last of them is a picture on the disk."""

    _MOST = 0.25
    """Seconds: one submission that hangs holds nothing up."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    def __enter__(self) -> None:
        self._count += 1
        self._none.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._none.set()

    async def over(self) -> None:
        """Returns when nothing is on its way out, or soon."""
        await asyncio.sleep(0)  # who was given our slot begins first
        with suppress(TimeoutError):
            async with asyncio.timeout(self._MOST):
                await self._none.wait()


_MINUTE = 60.0


class Pace:
    """At most `count` starts in any minute (None: as many as you like)."""

    def __init__(self, runtime: Runtime, count: float | None) -> None:
        self._runtime = runtime
        self._count = None if count is None else max(1, int(count))
        self._starts: deque[float] = deque()

    async def wait(self) -> None:
        while self._count is not None:
            now = self._runtime.monotonic()
            while self._starts and self._starts[0] <= now - _MINUTE:
                self._starts.popleft()
            if len(self._starts) < self._count:
                self._starts.append(now)
                return
            await self._runtime.sleep(self._starts[0] + _MINUTE - now)


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait by a `Retry-After` header (seconds or a date); None when there is none or it is no such thing."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now)
