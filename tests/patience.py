"""Time in tests: a slow or busy machine takes longer and gives the same result."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LONG = 60.0
"""Seconds after which something will not happen any more, on the slowest machine, too."""


def until(wanted: Callable[[], object], what: str = "nothing happened") -> None:
    """Waits for it; AssertionError with `what` when it does not come."""
    end = time.monotonic() + LONG
    while not wanted():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def quick(work: Callable[[], T], seconds: float) -> T:
    """What the work gives. In the best of three runs it takes less than so many seconds of this process's own time:
    what other processes do does not count."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        result = work()
        taken.append(time.process_time() - start)
        if taken[-1] < seconds:
            return result
    raise AssertionError(f"it took {', '.join(f'{each:.2f} s' for each in taken)}; less than {seconds} s was expected")


class Held:
    """A service whose generations, once begun, end when the test lets them: `SimulatorConfig(sleep=held.sleep)`, with
    a `latency`, which they take from then on."""

    def __init__(self) -> None:
        self._open = threading.Event()

    def release(self) -> None:
        self._open.set()

    async def sleep(self, seconds: float) -> None:
        end = time.monotonic() + LONG
        while not self._open.is_set() and time.monotonic() < end:
            await asyncio.sleep(0.005)
        await asyncio.sleep(seconds)
