"""What a process that opens one project again and again (`watch`, `review`) keeps in memory between its sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from msgspec import Struct, field

from assetgen.manifest.memo import Recent
from assetgen.plan.keys import KnownKeys
from assetgen.store.lockfile import LockFile

if TYPE_CHECKING:
    from assetgen.build.finish import Finished

T = TypeVar("T")

_RECORDS = 100_000  # a day of saves, or a very large project: then it begins anew


class Warm(Struct):
    """Nothing here is believed: manifest, lock, stamps and log are compared with the files before they are used again,
    and the rest is kept under digests of what it follows from. Of one project, for one session at a time.
    """

    manifest: Recent = field(default_factory=Recent)
    lock: LockFile | None = None
    keys: KnownKeys = field(default_factory=KnownKeys)
    records: dict[str, Finished] = field(default_factory=dict)
    _parts: dict[str, object] = field(default_factory=dict)

    def remember(self, files: str, finished: Finished) -> None:
        """A finished asset's record, by its files key."""
        if len(self.records) >= _RECORDS:
            self.records.clear()
        self.records[files] = finished

    def keep(self, name: str, make: Callable[[], T]) -> T:
        """The part of that name, made when it is first asked for."""
        if name not in self._parts:
            self._parts[name] = make()
        return cast("T", self._parts[name])
