"""Originals in the user's store: content-addressed, durable, read-only, checked at every read, realms apart."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from assetgen.model.errors import StoreError
from assetgen.store import atomic
from assetgen.store.folders import realm_folder, realm_of

_DIGEST = re.compile(r"[0-9a-f]{64}")
_READ_ONLY = 0o444


class Blob(Struct, frozen=True):
    """One stored object. `size` in bytes, `written` in seconds since 1970."""

    realm: str
    digest: str
    path: Path
    size: int
    written: float


class Objects:
    """Blobs under `root/objects/REALM/ab/SHA256`. `warnings` collects what was said, each once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.warnings: dict[str, None] = {}

    def put(self, realm: str, data: bytes) -> str:
        """Store bytes, durable on return; gives their SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(realm, digest)
        while not atomic.create(path, data, sync=True, mode=_READ_ONLY):
            if self.get(realm, digest) is not None:  # otherwise it has just been put aside as damaged
                atomic.settle(path)
                break
        return digest

    def get(self, realm: str, digest: str) -> bytes | None:
        """The bytes of that digest, checked; None when they are not there.

        A damaged object is moved to `quarantine/`, said, and not there. One in the trash comes back.
        StoreError when the store cannot be read: that is not a miss.
        """
        path = self.path(realm, digest)
        data = self._read(path)
        if data is None and self.revive(path):
            data = self._read(path)
        if data is None or hashlib.sha256(data).hexdigest() == digest:
            return data
        self._quarantine(path, realm, digest)
        return None

    def has(self, realm: str, digest: str) -> bool:
        """Whether there is a file of that name, unread."""
        path = self.path(realm, digest)
        return path.is_file() or self.revive(path)

    def path(self, realm: str, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise StoreError(f"`{digest[:80]}` is no SHA-256")
        return self.root / "objects" / realm_folder(realm) / digest[:2] / digest

    def blobs(self, realm: str | None = None) -> Iterator[Blob]:
        """All objects, sorted by realm and digest."""
        for place in sorted((self.root / "objects").glob("*/??/*")):
            found = realm_of(place.parent.parent.name)
            if _DIGEST.fullmatch(place.name) and realm in (None, found):
                info = place.stat()
                yield Blob(found, place.name, place, info.st_size, info.st_mtime)

    def verify(self) -> list[str]:
        """Read everything; `REALM/DIGEST` of what was damaged, now in quarantine."""
        return [
            f"{blob.realm}/{blob.digest}" for blob in list(self.blobs()) if self.get(blob.realm, blob.digest) is None
        ]

    def discard(self, path: Path, *, now: float) -> None:
        """Move a file of the store (object or record) to the trash of the day of `now`."""
        day = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d")
        target = self.root / "trash" / day / path.relative_to(self.root)
        _rename(path, target)

    def revive(self, path: Path) -> bool:
        """Bring the file that belongs at `path` back from the newest trash that has it; whether there was one."""
        relative = path.relative_to(self.root)
        for day in sorted((self.root / "trash").glob("[0-9]*"), reverse=True):
            if (day / relative).is_file():
                _rename(day / relative, path)
                return True
        return False

    def _read(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise atomic.cannot("read", path, error) from error

    def _quarantine(self, path: Path, realm: str, digest: str) -> None:
        number = 0
        target = self.root / "quarantine" / realm_folder(realm) / digest
        while os.path.lexists(target):
            number += 1
            target = target.with_name(f"{digest}~{number}")
        _rename(path, target)
        self.warnings[f"{realm}: object {digest[:8]}… was damaged: moved to {target}"] = None


def _rename(source: Path, target: Path) -> None:
    try:
        atomic.make_folder(target.parent, sync=True)
        source.replace(target)
        atomic.sync_folder(target.parent)
    except OSError as error:
        raise atomic.cannot("move", source, error) from error
