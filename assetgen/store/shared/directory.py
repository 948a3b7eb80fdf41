"""A shared store in a directory: NFS, a mounted drive, a folder on the same machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
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
            self._make(Path(key.tree).parent)
            mode = None if os.name == "nt" else self._rights() & 0o444 | 0o200
            return atomic.create(self.root / key.tree, data, sync=True, mode=mode)
        except StoreError as error:
            raise trouble(self.where, f"write {key.tree}", str(error).rpartition(": ")[2]) from error
        except OSError as error:
            raise trouble(self.where, f"write {key.tree}", error.strerror or str(error)) from error

    def _make(self, folder: Path) -> None:
        """New folders get the rights of the store's own: whoever may write there may write in all of it."""
        if (self.root / folder).is_dir():
            return
        if folder == Path():
            atomic.make_folder(self.root, sync=True)
            return
        self._make(folder.parent)
        with suppress(FileExistsError):
            (self.root / folder).mkdir()
            if os.name != "nt":
                (self.root / folder).chmod(self._rights())
            atomic.sync_folder((self.root / folder).parent)

    def _rights(self) -> int:
        return stat.S_IMODE(self.root.stat().st_mode)

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        def failed(error: OSError) -> None:
            if not isinstance(error, FileNotFoundError):
                raise trouble(self.where, f"list {prefix}", error.strerror or str(error)) from error

        for place, folders, names in os.walk(self.root / prefix, onerror=failed):
            folders.sort()
            for name in sorted(names):
                path = Path(place, name)
                if not name.endswith(".tmp"):
                    try:
                        yield path.relative_to(self.root).as_posix(), path.stat().st_size
                    except OSError as error:
                        raise trouble(self.where, f"list {prefix}", error.strerror or str(error)) from error

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
