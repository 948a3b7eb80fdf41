"""Many small derived texts of one project in one file, in front of the user's cache: one read instead of thousands."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Protocol

from assetgen.model.errors import StoreError
from assetgen.store import atomic

_LARGEST = 64 << 20  # bytes of a file beyond which what nobody asked for is dropped
_LENT = 32 << 20  # bytes of what others keep that are held for this command


class Memo(Protocol):
    """Remembers bytes under a key; may forget at any time. What it returns is checked."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, data: bytes) -> None: ...


class _Behind(Memo, Protocol):
    def is_void(self) -> bool: ...


class Bundle:
    """Keys that begin with `prefix` are kept in `file`, and behind it with all others. Safe for threads.

    The file is a digest, then a line `KEY TEXT` each: texts of one line only. Damaged, it is none.
    """

    def __init__(self, file: Path, behind: _Behind, prefix: str) -> None:
        self.file = file
        self.behind = behind
        self.prefix = prefix
        self._known: dict[str, bytes] | None = None
        self._used: set[str] = set()
        self._dirty = False
        self._lent: dict[str, bytes] = {}
        self._lent_bytes = 0
        self._loading = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """The bytes kept under a key, or None."""
        if not key.startswith(self.prefix):
            lent = self._lent.get(key)
            return self.behind.get(key) if lent is None else lent
        known = self._loaded()
        found = known.get(key)
        if found is None:
            found = self.behind.get(key)
            if found is not None:
                self._add(key, found)
        self._used.add(key)
        return found

    def put(self, key: str, data: bytes) -> None:
        """Remember bytes under a key; may be forgotten at any time."""
        self.behind.put(key, data)
        if key.startswith(self.prefix):
            self._add(key, data)

    def is_void(self) -> bool:
        """Whether nothing is kept at all."""
        return not self._loaded() and self.behind.is_void()

    def learn(self, key: str, data: bytes) -> None:
        """Remember what somebody else has put behind already, or is about to."""
        if key.startswith(self.prefix):
            self._add(key, data)
        elif self._lent_bytes + len(data) <= _LENT:
            self._lent[key] = data
            self._lent_bytes += len(data)

    def absorb(self, file: Path) -> None:
        """Take in what another file of this kind holds; a damaged one holds nothing."""
        found = Bundle(file, self.behind, self.prefix)._read()
        self._loaded().update(found)
        self._used.update(found)
        self._dirty = self._dirty or bool(found)

    def save(self) -> None:
        """Write the file if anything was added. Unsynced, and never an error: it can be made again.

        What others keep is let go.
        """
        self._lent, self._lent_bytes = {}, 0
        if not self._dirty or self._known is None:
            return
        lines = [key.encode() + b" " + data for key, data in self._known.items()]
        if sum(map(len, lines)) > _LARGEST:
            lines = [key.encode() + b" " + data for key, data in self._known.items() if key in self._used]
        body = b"\n".join(lines)
        try:
            atomic.write(self.file, hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        except StoreError:
            return
        self._dirty = False

    def _add(self, key: str, data: bytes) -> None:
        if b"\n" not in data:
            self._loaded()[key] = data
            self._used.add(key)
            self._dirty = True

    def _loaded(self) -> dict[str, bytes]:
        with self._loading:  # two threads that read it at once would each keep what the other forgets
            if self._known is None:
                self._known = self._read()
            return self._known

    def _read(self) -> dict[str, bytes]:
        try:
            seal, _newline, body = self.file.read_bytes().partition(b"\n")
        except OSError:
            return {}
        if hashlib.sha256(body).hexdigest().encode() != seal or not body:
            return {}
        pairs = (line.partition(b" ") for line in body.split(b"\n"))
        return {key.decode(): data for key, _blank, data in pairs}
