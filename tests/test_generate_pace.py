"""How much is sent and when it is looked for: pauses, slots, rates, looks at tasks; on clocks of their own."""

from __future__ import annotations

import asyncio
import selectors
from random import Random

import pytest

from assetgen.generate.limits import LONGEST_PAUSE, Gate, Pace, Slots, retry_after
from assetgen.generate.types import Runtime
from assetgen.generate.watching import Typical


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)

    @property
    def runtime(self) -> Runtime:
        return Runtime(now=lambda: self.now, monotonic=lambda: self.now, sleep=self.sleep, random=lambda: 0.5)


def test_a_429_closes_the_gate_for_all_and_longer_each_time() -> None:
    time = Time()
    said: list[str] = []
    gate = Gate(time.runtime, said.append)
    assert gate.refused(12, 0.5)
    assert not gate.refused(3, 0.5)  # of the same wave
    asyncio.run(gate.wait())
    assert 1012 <= time.now < 1013
    assert said == ["the service asks for a pause: waiting 12 s"]
    pauses = []
    for _ in range(4):
        begin = time.now
        gate.refused(None, 1.0)
        asyncio.run(gate.wait())
        pauses.append(round(time.now - begin))
    assert pauses == [2, 4, 8, 16]
    gate.passed()
    gate.refused(None, 1.0)
    assert gate._until - time.now == pytest.approx(1.0)
    gate.refused(1e9, 1.0)
    assert gate._until - time.now <= LONGEST_PAUSE


def test_slots_halve_and_grow_by_one_a_round() -> None:
    slots = Slots(8)
    slots.shrink()
    slots.shrink()
    assert slots.limit == 2
    for _ in range(3):
        slots.grow()
    assert slots.limit == 3
    for _ in range(100):
        slots.grow()
    assert slots.limit == 8
    for _ in range(10):
        slots.shrink()
    assert slots.limit == 1


def test_no_more_than_the_limit_are_at_work_even_when_some_give_up() -> None:
    async def whole() -> int:
        slots, most, working = Slots(3), 0, 0

        async def work(seconds: float) -> None:
            nonlocal most, working
            async with slots.one():
                working += 1
                most = max(most, working)
                await asyncio.sleep(seconds)
                working -= 1

        tasks = [asyncio.create_task(work(0.002)) for _ in range(30)]
        await asyncio.sleep(0.003)
        for task in tasks[10::3]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert slots._used == 0
        await work(0)
        return most

    assert asyncio.run(whole()) == 3


def test_a_pace_is_kept() -> None:
    time = Time()
    pace = Pace(time.runtime, 10)

    async def starts() -> list[float]:
        result = []
        for _ in range(21):
            await pace.wait()
            result.append(time.now)
        return result

    assert asyncio.run(starts()) == [1000.0] * 10 + [1060.0] * 10 + [1120.0]


class Skipping(asyncio.SelectorEventLoop):
    """An event loop whose time passes only by waiting, and then at once."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(Skipper(self))

    def time(self) -> float:
        return self._now

    def skip(self, seconds: float) -> None:
        self._now += seconds


class Skipper(selectors.SelectSelector):
    def __init__(self, loop: Skipping) -> None:
        super().__init__()
        self.loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.loop.skip(timeout or 0.0)
        return super().select(0)


async def looks_until(typical: Typical, time: Time, seconds: float) -> list[float]:
    """When one task that takes `seconds` is looked at."""
    seen = []
    with typical.watching("a", time.runtime, (0.25, 5.0)) as watch:
        while watch.elapsed < seconds:
            await watch.pause()
            seen.append(watch.elapsed)
        watch.ready()
    return seen


@pytest.mark.parametrize("seconds", [0.3, 1.0, 60.0, 300.0])
def test_a_task_is_looked_at_when_it_may_be_ready(seconds: float) -> None:
    async def all_looks() -> list[list[float]]:
        typical = Typical()
        return [await looks_until(typical, Time(), seconds) for _ in range(40)]

    first, *others = asyncio.run(all_looks())
    assert first[0] == pytest.approx(0.25, rel=0.1)
    assert first[-1] <= max(seconds * 1.09, 0.33)
    assert all(looks[-1] <= min(seconds * 1.02, seconds + 5) for looks in others[10:])
    assert sum(map(len, others)) <= 4.5 * len(others)


def test_the_first_that_is_ready_tells_all_that_wait_blindly() -> None:
    """Sixteen together: nobody knows how long they take until one of them is seen to be ready."""

    async def one(typical: Typical, runtime: Runtime) -> float:
        with typical.watching("a", runtime, (0.25, 5.0)) as watch:
            while watch.elapsed < 1:
                await watch.pause()
            watch.ready()
            return watch.elapsed

    async def together() -> list[float]:
        clock, chance = asyncio.get_running_loop().time, Random(7).random
        runtime = Runtime(now=clock, monotonic=clock, sleep=asyncio.sleep, random=chance)
        typical = Typical()
        return await asyncio.gather(*(one(typical, runtime) for _ in range(16)))

    with asyncio.Runner(loop_factory=Skipping) as runner:
        seen = runner.run(together())
    assert min(seen) >= 1
    assert max(seen) < 1.05


def test_tasks_of_very_different_length_are_not_looked_at_late() -> None:
    async def late() -> list[float]:
        typical, found = Typical(), []
        for seconds in (10.0, 30.0, 12.0, 25.0, 11.0, 28.0, 20.0) * 5:
            found.append((await looks_until(typical, Time(), seconds))[-1] / seconds)
        return found

    assert max(asyncio.run(late())) <= 1.1


def test_retry_after_in_all_its_forms() -> None:
    assert retry_after("7", 0) == 7
    assert retry_after("-7", 0) == 0
    assert retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 10) == 50
    assert retry_after("soon", 0) is None
    assert retry_after(None, 0) is None
