"""Writes the journal off the event loop: what waits together is written together, with one flush to the disk."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct, field

from assetgen.store.entries import Entry, State
from assetgen.store.journal import Journal, Line

_Waiting = tuple[Line, "asyncio.Future[Entry]"]


class Scribe(Struct):
    """The writer of one journal on one event loop. Lines reach the disk in the order in which they were given, also
    those of purchases that were cancelled meanwhile; a call returns once its line is there."""

    journal: Journal
    _waiting: list[_Waiting] = field(default_factory=list)
    _writing: asyncio.Task[None] | None = None

    async def intend(self, entry: Entry) -> Entry:
        """See `Journal.intend`."""
        return await self._written(self.journal.intended(entry))

    async def record(self, entry: str, state: State, **values: Any) -> Entry:
        """See `Journal.record`."""
        return await self._written(self.journal.moved(entry, state, **values))

    def soon(self, entry: str, state: State, **values: Any) -> None:
        """The same without waiting for it."""
        self._given(self.journal.moved(entry, state, **values))

    async def _written(self, line: Line) -> Entry:
        return await asyncio.shield(self._given(line))

    def _given(self, line: Line) -> asyncio.Future[Entry]:
        done: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()
        self._waiting.append((line, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return done

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                entries = await asyncio.to_thread(self.journal.commit, [line for line, _ in batch])
            except Exception as error:
                for _, done in batch:
                    done.set_exception(error)
                    done.exception()  # nobody may be waiting any more: asyncio need not complain
            else:
                for (_, done), entry in zip(batch, entries, strict=True):
                    done.set_result(entry)
        self._writing = None

    async def drain(self) -> None:
        """Returns when everything that was given is on the disk."""
        while self._writing is not None:
            await asyncio.wait({self._writing})
