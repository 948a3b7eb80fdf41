"""Opens each provider when it is first needed, and never for `--locked` or `--offline` purchases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from assetgen.build.report import Progress
from assetgen.build.session import Session
from assetgen.generate.types import Provider, Runtime
from assetgen.model.cost import Cost, total
from assetgen.model.errors import StoppedError
from assetgen.store.journal import Journal, account_of, default_folder


class Providers:
    """The providers of one command. `approve` is asked before each paid POST, with what is already committed."""

    def __init__(self, session: Session, progress: Progress) -> None:
        self.session = session
        self.progress = progress
        self.approve: Callable[[Cost, Cost], None] = lambda price, outstanding: None
        self._open: dict[str, Provider] = {}

    async def open(self, name: str) -> Provider:
        """The provider, opened once. StoppedError where it must not be: no key, or no socket allowed."""
        if name not in self._open:
            self._open[name] = self._opened(name)
        return self._open[name]

    def _opened(self, name: str) -> Provider:
        from assetgen.generate.provider import open_provider

        environment = self.session.environment
        paid = self.session.realm_of_provider(name).paid
        if paid and self.session.options.offline:
            raise StoppedError("--offline: nothing can be bought without a network")
        if paid and environment.api_key is None:
            raise StoppedError("RD_API_KEY is not set, so nothing can be bought: set it to your API key")
        return open_provider(
            name,
            base_url=environment.api_url,
            key=environment.api_key if paid else None,
            network=self.session.manifest.network,
            journal=self.journal_folder,
            runtime=self._runtime(),
            approve=lambda price: self.approve(price, self.committed()),
            report=self.progress.note,
            pace=self._pace(name) if paid else None,
            alone=self.session.store.team is None,
        )

    def _pace(self, name: str) -> Callable[[], Awaitable[None]] | None:
        from assetgen.build.turns import open_pace

        return open_pace(self.session, self.session.realm_of_provider(name).name)

    def committed(self) -> Cost:
        """What this command has spent, and what is in flight or unknown at expected prices."""
        return total(part for provider in self._open.values() for part in (provider.spent(), provider.outstanding()))

    @property
    def journal_folder(self) -> Path:
        return default_folder(self.session.environment.cache_dir)

    def has_open_entries(self, name: str) -> bool:
        """Whether an earlier run left purchases of this provider's account unsettled (looks at files only)."""
        realm = self.session.realm_of_provider(name)
        key = self.session.environment.api_key
        if not realm.paid or key is None or self.session.options.offline or self.session.options.locked:
            return False
        folder = self.journal_folder
        if not folder.is_dir():
            return False
        journal = Journal(folder, realm.name, account_of(key), now=self.session.environment.now)
        try:
            return any(True for _ in journal.left_behind())
        finally:
            journal.close()

    def _runtime(self) -> Runtime:
        environment = self.session.environment
        return Runtime(
            now=environment.now, monotonic=environment.monotonic, sleep=asyncio.sleep, random=environment.random
        )

    async def aclose(self) -> None:
        for provider in self._open.values():
            await provider.aclose()
