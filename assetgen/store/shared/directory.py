"""A shared store in a directory: NFS, a mounted drive, a folder on the same machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from assetgen.model.errors import StoreError
from assetgen.store import atomic
from assetgen.store.shared.backend import LIMIT, damaged, trouble
from assetgen.store.shared.keys import Key


class Directory:
    """Files below `root`, written beside their name, synced, then linked to it: the link is what only one can make."""

    def __init__(self, root: Path, where: str) -> None:
        self.root = root
        self.where = where
        self._atomic: bool | None = None

    @property
    def atomic(self) -> bool:
        """Whether the file system has hard links; FAT and some network drives have none."""
        if self._atomic is None:
            self._atomic = self._links()
        return self._atomic

    def get(self, key: Key) -> bytes | None:
        try:
            with (self.root / key.tree).open("rb") as file:
                data = file.read(LIMIT + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise trouble(self.where, f"read {key.tree}", error.strerror or str(error)) from error
        if len(data) > LIMIT:
            raise damaged(self.where, f"read {key.tree}", f"it is larger than {LIMIT >> 20} MB")
        return data

    def size(self, key: Key) -> int | None:
        try:
            return (self.root / key.tree).stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise trouble(self.where, f"look at {key.tree}", error.strerror or str(error)) from error

    def create(self, key: Key, data: bytes) -> bool:
        try:
            return atomic.create(self.root / key.tree, data, sync=True)
        except StoreError as error:
            raise trouble(self.where, f"write {key.tree}", str(error).rpartition(": ")[2]) from error

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        def failed(error: OSError) -> None:
            if not isinstance(error, FileNotFoundError):
                raise trouble(self.where, f"list {prefix}", error.strerror or str(error)) from error

        for place, folders, names in os.walk(self.root / prefix, onerror=failed):
            folders.sort()
            for name in sorted(names):
                path = Path(place, name)
                if not name.endswith(".tmp"):
                    yield path.relative_to(self.root).as_posix(), path.stat().st_size

    def close(self) -> None: ...

    def _links(self) -> bool:
        target = self.root / f".links.{os.getpid():x}.tmp"
        source = target.with_suffix(".from.tmp")
        try:
            atomic.make_folder(self.root)
            source.write_bytes(b"")
            os.link(source, target)
        except (OSError, NotImplementedError):
            return False
        finally:
            source.unlink(missing_ok=True)
            target.unlink(missing_ok=True)
        return True
