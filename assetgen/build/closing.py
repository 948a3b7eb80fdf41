"""Closing the journal's entries of purchases whose results are stored and in the lock."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from assetgen.build.lockkeeper import LockKeeper
from assetgen.generate.types import Provider
from assetgen.model.errors import StoreError

TOGETHER = 0.25
"""Seconds for which purchases are collected that enter the lock file together: a flush to the disk for each would keep
a fast service waiting. A build that dies before finds their results in the journal."""


class Closing:
    """Writes the lock, then closes the entries of all that is in it: soon after each purchase, and at the end."""

    def __init__(self, keeper: LockKeeper) -> None:
        self._keeper = keeper
        self._waiting: dict[str, tuple[Provider, list[str]]] = {}
        self._soon: asyncio.TimerHandle | None = None

    def add(self, provider: Provider, entry: str | None) -> None:
        """An entry whose result is stored and given to the lock's keeper; None for what is not journalled."""
        if entry is None:
            return
        self._waiting.setdefault(provider.name, (provider, []))[1].append(entry)
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(TOGETHER, self._early)

    def _early(self) -> None:
        with suppress(StoreError):  # `all` is tried again, and says it
            self.all()

    def all(self) -> None:
        """Closes everything. StoreError where the disk refuses."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        self._keeper.flush()
        while self._waiting:
            provider, entries = next(iter(self._waiting.values()))
            provider.close(*entries)
            del self._waiting[provider.name]
