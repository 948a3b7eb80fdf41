"""The trail that one submission leaves: in the journal, or nowhere for what is free."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct, field

from assetgen.generate.scribe import Scribe
from assetgen.model.errors import StoppedError, StoreError
from assetgen.store.entries import Entry, State
from assetgen.store.journal import Journal


class Raw(Protocol):
    """Where raw replies go: `store.raw.RawStore`, or memory for what is free."""

    def put(self, data: bytes) -> str: ...
    def get(self, digest: str) -> bytes: ...
    def has(self, digest: str) -> bool: ...
    def note(self, digest: str) -> dict[str, Any]: ...
    def put_note(self, digest: str, note: dict[str, Any]) -> None: ...


class MemoryRaw(Struct):
    """Replies of free calls: kept as long as they are looked at."""

    files: dict[str, bytes] = field(default_factory=dict)
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        self.files[digest] = data
        return digest

    def get(self, digest: str) -> bytes:
        if digest not in self.files:
            raise StoreError(f"raw reply {digest[:8]} is not stored")
        return self.files[digest]

    def has(self, digest: str) -> bool:
        return digest in self.files

    def note(self, digest: str) -> dict[str, Any]:
        return self.notes.get(digest, {})

    def put_note(self, digest: str, note: dict[str, Any]) -> None:
        self.notes[digest] = note


class Track(Struct):
    """Follows one submission; itself it follows nothing (free calls). `stopping` says whether sending has ended.

    `in_flight` is true from the moment that bytes may leave until the service has refused them or the end.
    """

    stopping: Callable[[], bool] = lambda: False
    in_flight: bool = False
    task: str | None = None
    request_id: str | None = None

    @property
    def id(self) -> str | None:
        return None

    @property
    def attempt(self) -> int:
        return 0

    async def sending(self) -> None:
        if self.stopping():
            raise StoppedError("interrupted: nothing more is sent")
        await self.record("sent")
        if self.stopping():  # while it was written down
            await self.record("intended")
            raise StoppedError("interrupted: nothing more is sent")
        self.in_flight = True

    async def refused(self) -> None:
        await self.record("intended")
        self.in_flight = False

    async def accepted(self, task: str, request_id: str | None) -> None:
        self.task, self.request_id = task, request_id
        await self.record("accepted", task=task, request_id=request_id)

    async def received(self, raw: str) -> None:
        await self.record("received", raw=raw)

    async def close(self, state: State, reason: str = "") -> None:
        self.in_flight = False
        await self.record(state, reason=reason)

    async def record(self, state: State, **values: Any) -> None:
        """Nothing is written down of what is free."""


class JournalTrack(Track, kw_only=True):
    """A track that is on the disk before each step is taken."""

    scribe: Scribe
    entry: Entry
    went_out: Callable[[str, str], None] = lambda asset, entry: None
    """Told of asset and entry each time that a request is about to be sent."""

    @property
    def journal(self) -> Journal:
        return self.scribe.journal

    @property
    def id(self) -> str:
        return self.entry.id

    @property
    def attempt(self) -> int:
        return self.entry.attempt

    async def sending(self) -> None:
        await super().sending()
        self.went_out(self.entry.asset, self.entry.id)

    async def record(self, state: State, **values: Any) -> None:
        if state == self.entry.state == "sent":
            return  # sent again under the same key: one purchase
        self.entry = await self.scribe.record(self.entry.id, state, **values)
