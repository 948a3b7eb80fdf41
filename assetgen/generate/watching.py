"""When to look at a task: just when it may be ready, so that nothing waits for us and few questions are asked."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct, field

from assetgen.generate.types import Runtime

_FINEST = 0.02
"""Seconds: no two looks at a task of unknown duration lie closer together."""

_BLIND = (0.08, 0.25)
"""While nobody knows how long tasks of a kind take, the pause between two looks, as a share of the time that has gone
by: the first for one alone, the second where many watch, since the first that is ready tells all others."""


_REMEMBERED = 8
"""Tasks of a kind whose times count: the service's pace changes within minutes."""


class _Kind(Struct):
    """What is known of one kind of task: about how many seconds the last ones took, and how many are watched now."""

    took: deque[float]
    watchers: int = 0
    learned: asyncio.Event = field(default_factory=asyncio.Event)


class Typical:
    """How long tasks have taken lately, by kind."""

    def __init__(self) -> None:
        self._kinds: dict[str, _Kind] = {}

    def note(self, kind: str, seconds: float, running: float | None = None) -> None:
        """A task of this kind was seen to be ready after so long, and last seen `running` after so long (None: it was
        ready at the first look). Those that wait blindly for one of its kind are woken."""
        known = self._of(kind)
        # Ready at the first look tells nothing of how long it had been: the next one is looked at a little earlier.
        known.took.append(seconds * 0.985 if running is None else (running + seconds) / 2)
        known.learned.set()

    def expected(self, kind: str) -> float | None:
        """Seconds after which one may be ready; None when none of its kind has ended yet."""
        return min(self._of(kind).took, default=None)

    @contextmanager
    def watching(self, kind: str, runtime: Runtime, pauses: tuple[float, float]) -> Iterator[Watch]:
        """`pauses`: seconds until the first look at a kind that nobody knows, and the longest between two looks."""
        known = self._of(kind)
        known.watchers += 1
        try:
            yield Watch(self, kind, known, runtime, pauses)
        finally:
            known.watchers -= 1

    def _of(self, kind: str) -> _Kind:
        return self._kinds.setdefault(kind, _Kind(deque(maxlen=_REMEMBERED)))


class Watch:
    """Waits between the looks at one accepted task."""

    def __init__(self, typical: Typical, name: str, kind: _Kind, runtime: Runtime, pauses: tuple[float, float]) -> None:
        self._typical = typical
        self._name = name
        self._kind = kind
        self._runtime = runtime
        self._first, self._longest = pauses
        self._begin = runtime.monotonic()
        self._looked: float | None = None
        self._before: float | None = None
        self._share = 0.005

    @property
    def elapsed(self) -> float:
        """Seconds since the task was accepted."""
        return self._runtime.monotonic() - self._begin

    def ready(self) -> None:
        """The last look showed that it is."""
        self._typical.note(self._name, self.elapsed, self._before)

    async def pause(self) -> None:
        """Returns when the task should be looked at (again)."""
        expected = self._typical.expected(self._name)
        if expected is None:
            await self._blindly()
            expected = self._typical.expected(self._name)
        if expected is not None:
            early = expected - self.elapsed
            if early > 0 and (self._looked is None or self._looked < expected * 0.999):
                await self._runtime.sleep(early)
            elif self._looked is not None:
                await self._late()
        self._before, self._looked = self._looked, self.elapsed

    async def _late(self) -> None:
        """It was due and is not ready: a pause of half a percent of the time at first, of a tenth at most."""
        await self._runtime.sleep(min(self._longest, max(min(self._first, 0.005), self.elapsed * self._share)))
        self._share = min(0.1, self._share * 1.5)

    async def _blindly(self) -> None:
        """A pause that ends early when another task of this kind tells how long they take."""
        least, most = _BLIND
        share = min(most, max(least, 0.02 * self._kind.watchers))
        if self._looked is None:  # not all in the same instant: together they see the first that is ready
            seconds = self._first * (1 + self._runtime.random() * share)
        else:
            seconds = min(self._longest, max(min(self._first, _FINEST), self.elapsed * share))
        sleep = asyncio.ensure_future(self._runtime.sleep(seconds))
        learned = asyncio.ensure_future(self._kind.learned.wait())
        try:
            await asyncio.wait({sleep, learned}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            learned.cancel()
