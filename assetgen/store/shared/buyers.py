"""Which processes bought for a team on this machine: their leases may be taken over here, where their journal is."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from assetgen.store import atomic

KEPT = 90 * 86_400.0
"""Seconds for which a process is remembered."""

_OWNER = re.compile(r"[0-9a-f]+(-[0-9a-f]+)*")


class Buyers:
    """Empty files `DATA/shared/buyers/OWNER`, one for each process that took a lease. `data` is the user's folder."""

    def __init__(self, data: Path) -> None:
        self.folder = data / "shared" / "buyers"

    def enter(self, owner: str, now: float) -> None:
        """Remembers a process (durable on return) and forgets old ones. `now` in seconds since 1970."""
        for path in self.folder.glob("*"):
            with suppress(OSError):
                if path.stat().st_mtime < now - KEPT:
                    path.unlink()
        atomic.create(self.folder / owner, b"", sync=True)

    def is_here(self, owner: str) -> bool:
        """Whether that process ran on this machine. `owner` comes from the store: it may be anything."""
        return _OWNER.fullmatch(owner) is not None and len(owner) < 200 and (self.folder / owner).is_file()
