"""v1 has no idempotency key: a submission whose reply was lost is found again in the task list, or not at all.

So that the list can tell, submissions go out one at a time, over all processes of the machine, and the tasks that
were there before are known: what appears afterwards is the one that was sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct, field

from assetgen.generate.account import list_tasks
from assetgen.generate.decode import date_of
from assetgen.generate.purchase import Line
from assetgen.model.errors import AccountError, ProviderError
from assetgen.store.entries import Entry, Ledger
from assetgen.store.journal import Journal

SKEW = 300.0
"""Seconds by which the clocks of service and machine may differ."""

_POLL = 0.02


class Turns(Struct):
    """The right to submit in v1, held by one purchase of all processes at a time. Not `alone`: other machines use the
    same account, so that a task that appears may be theirs, and none is claimed."""

    line: Line
    journal: Journal
    alone: bool = True
    _mine: asyncio.Lock = field(default_factory=asyncio.Lock)
    _based: bool = False

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        async with self._mine:
            while (held := self.journal.turn()) is None:
                await self.line.transport.runtime.sleep(_POLL)
            try:
                if not self._based:
                    await self._look_around()
                yield
            finally:
                held.close()

    async def _look_around(self) -> None:
        """Learns which tasks there are before anything is sent. Where the list cannot be had, nothing is claimed."""
        try:
            self.journal.saw(_ids(await list_tasks(self.line)))
        except AccountError:
            raise
        except ProviderError:
            return
        self._based = True

    async def claim(self, entry: str) -> str | None:
        """The task of an entry whose reply was lost. Looks a few times: the service may be slow to list it."""
        times, apart = self.line.transport.tuning.claim
        for look in range(times if self._based and self.alone else 0):
            if look:
                await self.line.transport.runtime.sleep(apart)
            try:
                tasks = await list_tasks(self.line)
            except ProviderError:
                continue
            self.journal.saw(_ids(tasks))
            span = self.line.transport.network.timeout
            task = matches(self.journal.ledger(), tasks, span=span).get(entry)
            if task is not None:
                return task
        return None


def matches(ledger: Ledger, tasks: Iterable[Mapping[str, Any]], *, span: float) -> dict[str, str]:
    """Task ids by entry id, for each entry that exactly one unclaimed task fits and that alone fits this task.

    A task fits an entry when it was not seen before the entry was sent and was created at that time; `span` is how
    many seconds a submission may take.
    """
    waiting = [entry for entry in ledger.entries.values() if _waits(entry)]
    claimed = ledger.claimed()
    free = {task["task_id"]: task for task in tasks if isinstance(task.get("task_id"), str)}
    fits = {
        entry.id: [
            name for name, task in free.items() if name not in claimed and _fits(entry, name, task, ledger.seen, span)
        ]
        for entry in waiting
    }
    wanted = [name for names in fits.values() for name in names]
    return {entry: names[0] for entry, names in fits.items() if len(names) == 1 and wanted.count(names[0]) == 1}


def _waits(entry: Entry) -> bool:
    return entry.state in ("sent", "unknown") and entry.kind == "inference" and entry.task is None


def _fits(entry: Entry, name: str, task: Mapping[str, Any], seen: Mapping[str, float], span: float) -> bool:
    sent = entry.sent_at or entry.at
    if seen.get(name, float("inf")) <= sent:
        return False
    created = _seconds(task.get("created_at"))
    return created is None or sent - SKEW <= created <= sent + span + SKEW


def _seconds(value: object) -> float | None:
    text = date_of(value)
    if text is None:
        return None
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def _ids(tasks: Iterable[Mapping[str, Any]]) -> list[str]:
    return [task["task_id"] for task in tasks if isinstance(task.get("task_id"), str)]
