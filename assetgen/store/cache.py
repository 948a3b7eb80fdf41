"""What can be made again, kept in diskcache: bytes in, bytes out, checked; nothing is ever unpickled."""

from __future__ import annotations

import errno
import functools
import hashlib
import re
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from assetgen.store.gc import remove_folder, size_of

_SEAL = hashlib.sha256().digest_size
_LARGE = 16_384  # bytes; larger values get a file of their own
_BATCH, _BATCH_BYTES = 512, 16 << 20  # entries and bytes that wait to be written together
_LATER = 1 << 16  # the same for one whose end has time to write them
_RAW, _BINARY = 1, 2  # diskcache's modes for bytes in a row and bytes in a file
_SQLITE_FULL = 13  # without importing sqlite3, which is slow to come and not always needed
_VALUE_FILE = re.compile(r"[0-9a-f]{2}[/\\][0-9a-f]{2}[/\\][0-9a-f]+\.val")


class Cache:
    """Derived bytes by key (at most 200 characters or so). Opened at first use; safe for threads.

    Any trouble is a miss: a damaged cache is moved aside (`NAME.damaged`) and made anew, an unusable
    one is done without, and a full disk adds nothing. `limit`, in bytes, drops what was stored longest ago; None drops
    nothing.
    """

    def __init__(self, folder: Path, *, limit: int | None = None) -> None:
        self.folder = folder
        self.limit = limit
        self._lock = threading.Lock()
        self._cache: Any = None
        self._broken = False
        self._pending: dict[str, bytes] = {}
        self._pending_bytes = 0
        self._batch = _BATCH

    def later(self) -> None:
        """Write nothing before `close` but what would take too much memory till then."""
        self._batch = _LATER

    def get(self, key: str) -> bytes | None:
        """The bytes stored under a key, or None. What does not fit its digest is dropped."""
        waiting = self._pending.get(key)
        if waiting is not None:
            return waiting
        sealed = self._tried("get", key)
        if sealed is None:
            return None
        data: bytes = sealed[_SEAL:]
        if _seal(key, data) == sealed[:_SEAL]:
            return data
        self._tried("delete", key)
        return None

    def put(self, key: str, data: bytes) -> None:
        """Remember bytes under a key; may be forgotten at any time. Written with others, at the latest by `close`."""
        with self._lock:
            self._pending[key] = data
            self._pending_bytes += len(data)
            full = len(self._pending) >= self._batch or self._pending_bytes >= _BATCH_BYTES
        if full:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting, in one transaction: one each would cost more than all the rest of a put."""
        with self._lock:
            batch, self._pending, self._pending_bytes = self._pending, {}, 0
        if batch:
            self._tried("put_all", batch)

    def is_void(self) -> bool:
        """Whether nothing is kept at all."""
        return not self._pending and not self._tried("__len__")

    def info(self) -> tuple[int, int]:
        """Number of entries, and bytes on the disk."""
        self.flush()
        cache = self._opened() if self.folder.is_dir() else None
        return (len(cache) if cache is not None else 0), size_of(self.folder)

    def close(self) -> None:
        """Write what is waiting and close this thread's connection; the next use opens it again."""
        self.flush()
        if self._cache is not None:
            with suppress(Exception):
                self._cache.close()

    def _tried(self, method: str, *args: object) -> Any:
        import diskcache

        cache = self._opened()
        if cache is None:
            return None
        try:
            return _put_all(cache, *args) if method == "put_all" else getattr(cache, method)(*args)
        except diskcache.Timeout:
            return None  # somebody else has been writing for a minute
        except Exception as error:
            # Whatever comes out of a damaged database (sqlite3 errors, wrong types, refused modes): start anew.
            if not _is_full(error):
                self._start_anew(cache)
            return None

    def _opened(self) -> Any:
        with self._lock:
            if self._cache is None and not self._broken:
                try:
                    self._cache = self._open()
                except Exception:
                    self._move_aside()
            return self._cache

    def _open(self) -> Any:
        import diskcache

        # No memory map: a database that somebody cuts short while it is open would end the process (SIGBUS).
        policy = {"eviction_policy": "none", "size_limit": 2**62, "sqlite_mmap_size": 0}
        if self.limit is not None:
            policy |= {"eviction_policy": "least-recently-stored", "size_limit": self.limit}
        opened = diskcache.Cache(str(self.folder), disk=_disk(), disk_min_file_size=_LARGE, **policy)
        opened.cull_limit = 0  # looking for what has to go takes longer than an entry: once a batch will do
        return opened

    def _start_anew(self, damaged: Any) -> None:
        with self._lock:
            if self._cache is damaged:
                with suppress(Exception):
                    damaged.close()
                self._cache = None
                self._move_aside()

    def _move_aside(self) -> None:
        """Put the folder out of the way and open a new one; without a cache from now on if that fails."""
        aside = self.folder.with_name(self.folder.name + ".damaged")
        remove_folder(aside)
        try:
            if self.folder.exists():
                self.folder.replace(aside)
            self._cache = self._open()
        except Exception:
            self._broken = True


def _is_full(error: Exception) -> bool:
    """Whether the disk is: then what is kept is whole, and only nothing can be added."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
    return getattr(error, "sqlite_errorcode", None) == _SQLITE_FULL


def _put_all(cache: Any, batch: Any) -> None:
    with cache.transact():
        for key, data in batch.items():
            cache.set(key, _seal(key, data) + data)
        cache.cull()


def _seal(key: str, data: bytes) -> bytes:
    """A digest over key and value: neither can be exchanged for another unnoticed."""
    return hashlib.sha256(key.encode() + b"\0" + data).digest()


@functools.cache
def _disk() -> Any:
    """diskcache's Disk, without pickle, text and paths that lead elsewhere."""
    import sqlite3

    import diskcache

    class BytesDisk(diskcache.Disk):  # type: ignore[misc]  # it comes without types
        def put(self, key: Any) -> Any:
            if not isinstance(key, str):
                raise TypeError("keys are text")
            return key, True

        def get(self, key: Any, raw: Any) -> Any:
            if not isinstance(key, str):
                raise sqlite3.DataError("a key that is no text")
            return key

        def store(self, value: Any, read: Any, key: Any = None) -> Any:
            if type(value) is not bytes or read:
                raise TypeError("values are bytes")
            return super().store(value, False, key)

        def fetch(self, mode: Any, filename: Any, value: Any, read: Any) -> Any:
            if mode == _RAW and type(value) is bytes and not read:
                return value
            if mode == _BINARY and isinstance(filename, str) and _VALUE_FILE.fullmatch(filename) and not read:
                return (Path(self._directory) / filename).read_bytes()
            raise sqlite3.DataError("an entry that this program did not write")

    return BytesDisk
