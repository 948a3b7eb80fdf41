"""The journal of purchases: what was meant to be bought, was sent, was accepted and came back (IDENTITY 22, 23).

An append-only file of JSON lines, each with a checksum, each on the disk before the step that it announces. Why not
SQLite: one appended line costs one fsync where a WAL transaction costs the same and a checkpoint; a person can read
the file when money is in question; and a torn last line is the only damage that a crash can do, which the checksum
finds. Appends are serialised over all processes by an operating-system lock on a file beside it, so the file may be
replaced (compaction) under that lock.

    FOLDER/REALM/ACCOUNT/journal.jsonl        one line: CHECKSUM SPACE JSON
    FOLDER/REALM/ACCOUNT/bodies/, raw/        request bodies, raw replies (see raw.py)
    FOLDER/REALM/ACCOUNT/sessions/ID          locked by the process that works on the entries of session ID
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from msgspec.structs import asdict, replace

from assetgen.model.errors import StoreError
from assetgen.model.jsontext import parse_json
from assetgen.store import atomic
from assetgen.store.entries import REPEATABLE_FOR, UNSETTLED, Entry, Ledger, State, worth_keeping
from assetgen.store.folders import folders
from assetgen.store.guard import lock_file
from assetgen.store.raw import RawStore

_SERIAL = itertools.count()
_COMPACT_AT = 500
"""Lines beyond which opening a journal rewrites it."""
_SESSION = re.compile(r"[0-9a-f]{1,16}-[0-9a-f]{1,16}-[0-9a-f]{1,16}")


def account_of(key: str) -> str:
    """The folder name of an account: the first 8 hex digits of the key's SHA-256. Says nothing about the key."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def folder_of(root: Path, realm: str) -> Path:
    """Where the journals of a realm's accounts lie."""
    return root / re.sub(r"[^A-Za-z0-9._-]", "_", realm)


def default_folder(cache_dir: str | None) -> Path:
    """Where all journals are in the user's data folder; `cache_dir` as for `folders`."""
    return folders(cache_dir).data / "journal"


class Journal:
    """The journal of one account in one realm, opened by one process. Close it, or use it as a context manager.

    `now` gives seconds since 1970. All methods that write return once the disk has it, and raise StoreError when
    it has not: then nothing may be sent.
    """

    def __init__(self, root: Path, realm: str, account: str, *, now: Callable[[], float]) -> None:
        self.folder = folder_of(root, realm) / account
        self.realm = realm
        self.bodies = RawStore(self.folder / "bodies")
        self.raw = RawStore(self.folder / "raw")
        self._file = self.folder / "journal.jsonl"
        self._now = now
        self._ledger = Ledger()
        self._offset = 0
        self._inode = 0
        self._lines = 0
        self._mine = threading.Lock()
        self.session = f"{int(now() * 1000):x}-{os.getpid():x}-{next(_SERIAL):x}"
        atomic.make_folder(self.folder / "sessions", sync=True)
        with self._locked():
            self._alive = lock_file(self.folder / "sessions" / self.session, wait=True)
            try:
                self._refresh()
                if self._lines > _COMPACT_AT:
                    self._compact()
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the session: from now on its open entries may be settled by others."""
        if self._alive is not None:
            self._alive.close()
            self._alive = None
            (self.folder / "sessions" / self.session).unlink(missing_ok=True)

    def ledger(self) -> Ledger:
        """The state as the disk has it now: a copy, which stays as it is."""
        with self._locked():
            self._refresh()
            return self._ledger.copy()

    def intend(self, entry: Entry) -> Entry:
        """Writes a new entry (its body must be in `bodies`), or re-opens a closed one under the same id."""
        return self.commit([self.intended(entry)])[0]

    def record(self, entry: str, state: State, **values: Any) -> Entry:
        """Moves an entry to another state, with what is known since then."""
        return self.commit([self.moved(entry, state, **values)])[0]

    def intended(self, entry: Entry) -> Line:
        """The line of `intend`, for `commit`."""
        entry = replace(entry, state="intended", session=self.session, at=self._now(), changed=self._now())
        return Line(entry.id, {"entry": asdict(entry)})

    def moved(self, entry: str, state: State, **values: Any) -> Line:
        """The line of `record`, for `commit`."""
        now = self._now()
        if state == "sent":
            values["sent_at"] = now
        return Line(entry, {"id": entry, "set": {"state": state, "changed": now, "session": self.session, **values}})

    def commit(self, lines: Sequence[Line]) -> list[Entry]:
        """Writes lines together, with one flush to the disk; the entries that they are about, as they stand then."""
        with self._locked():
            self._refresh()
            self._write([line.data for line in lines])
            return [self._ledger.entries[line.entry] for line in lines]

    def saw(self, tasks: Iterable[str]) -> None:
        """Remembers that these tasks exist by now: whatever is sent later cannot have made them."""
        fresh = sorted(set(tasks) - self.ledger().seen.keys())
        if fresh:
            self._append({"seen": fresh, "at": self._now()})

    def left_behind(self) -> list[Entry]:
        """Open entries that no living process works on, this one's own unknown ones not among them."""
        with self._locked():
            self._refresh()
            return [e for e in self._ledger.entries.values() if e.is_open and self._is_orphan(e)]

    def blocking(self) -> list[Entry]:
        """Entries of earlier processes whose outcome is unknown: while there is one, nothing paid is sent."""
        return [entry for entry in self.left_behind() if entry.state in UNSETTLED]

    def adopt(self, entry: str) -> Entry | None:
        """Takes over an entry of a dead process; None when another process was faster or it is closed by now."""
        with self._locked():
            self._refresh()
            found = self._ledger.entries.get(entry)
            if found is None or not found.is_open or not (self._is_orphan(found) or found.session == self.session):
                return None
            self._write([{"id": entry, "set": {"session": self.session}}])
            return self._ledger.entries[entry]

    def release(self, entry: str) -> None:
        """Gives an entry that could not be settled back: it blocks paid sends until it is."""
        self._append({"id": entry, "set": {"session": ""}})

    def compact(self) -> None:
        """Rewrites the file without what is closed and old, and removes bodies and replies that nothing names."""
        with self._locked():
            self._refresh()
            self._compact()

    def turn(self) -> IO[bytes] | None:
        """The lock under which submissions without an idempotency key go out one by one, over all processes; None
        while another process holds it. Close it to give it back."""
        return lock_file(self.folder / "turn.lock", wait=False)

    def _is_orphan(self, entry: Entry) -> bool:
        if entry.session == self.session:
            return False
        path = self.folder / "sessions" / entry.session
        if not _SESSION.fullmatch(entry.session) or not path.exists():
            return True
        held = lock_file(path, wait=False)
        if held is None:
            return False
        held.close()
        return True

    def _append(self, line: Mapping[str, Any]) -> None:
        with self._locked():
            self._refresh()
            self._write([line])

    def _write(self, lines: list[Mapping[str, Any]]) -> None:
        data = b"".join(map(encode_line, lines))
        created = not self._file.exists()
        try:
            with self._file.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                self._inode = os.fstat(file.fileno()).st_ino
            if created:
                atomic.sync_folder(self.folder)
        except OSError as error:
            raise atomic.cannot("write the journal", self._file, error) from error
        self._offset += len(data)
        self._lines += len(lines)
        for line in lines:
            self._ledger.apply(line)

    def _refresh(self) -> None:
        """Takes in what other processes wrote; cuts a torn last line off. Only under the lock."""
        try:
            with self._file.open("r+b") as file:
                stat = os.fstat(file.fileno())
                if stat.st_ino != self._inode or stat.st_size < self._offset:
                    self._ledger, self._offset, self._lines, self._inode = Ledger(), 0, 0, stat.st_ino
                if stat.st_size == self._offset:
                    return
                file.seek(self._offset)
                data = file.read()
                lines, used = read_lines(data, str(self._file))
                if used < len(data):
                    file.truncate(self._offset + used)
        except FileNotFoundError:
            self._ledger, self._offset, self._lines, self._inode = Ledger(), 0, 0, 0
            return
        except OSError as error:
            raise atomic.cannot("read the journal", self._file, error) from error
        try:
            for line in lines:
                self._ledger.apply(line)
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            self._inode = 0  # whoever asks again reads it all again
            raise StoreError(
                f"{self._file}: a whole line says what this version does not understand ({error}): a newer assetgen "
                "wrote it, or a hand. Nothing is bought while it is in the way: update assetgen, or move the file aside"
            ) from error
        self._offset += used
        self._lines += len(lines)

    def _compact(self) -> None:
        kept = list(worth_keeping(self._ledger, self._now()))
        busy = any(entry.is_open for entry in kept)
        lines: list[Mapping[str, Any]] = [
            {"attempts": {digest: [pair.last, pair.next] for digest, pair in self._ledger.attempts.items()}}
        ]
        if busy:
            by_time: dict[float, list[str]] = {}
            for task, at in self._ledger.seen.items():
                by_time.setdefault(at, []).append(task)
            lines += [{"seen": tasks, "at": at} for at, tasks in sorted(by_time.items())]
        lines += [{"entry": asdict(entry)} for entry in kept]
        atomic.write(self._file, b"".join(map(encode_line, lines)), sync=True)
        self._inode = 0
        self._refresh()
        self._sweep(kept)

    def _sweep(self, kept: list[Entry]) -> None:
        """Removes bodies and replies that no entry names, and the files of ended sessions. What is younger than a
        day may belong to an entry that another process is about to write."""
        needed = {entry.body for entry in kept} | {entry.raw for entry in kept}
        needed |= {file for entry in kept if entry.raw for file in self.raw.note(entry.raw).get("files", {}).values()}
        for store in (self.bodies, self.raw):
            for digest in store.digests(before=self._now() - REPEATABLE_FOR):
                if digest not in needed:
                    store.remove(digest)
        for path in (self.folder / "sessions").iterdir():
            if path.name != self.session and (held := lock_file(path, wait=False)) is not None:
                with suppress(OSError):
                    path.unlink()
                held.close()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone among the threads of this process and among all processes."""
        with self._mine:
            held = lock_file(self.folder / "journal.lock", wait=True)
            assert held is not None
            try:
                yield
            finally:
                held.close()


def encode_line(line: Mapping[str, Any]) -> bytes:
    text = json.dumps(line, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(text).hexdigest()[:16].encode() + b" " + text + b"\n"


def read_lines(data: bytes, what: str) -> tuple[list[dict[str, Any]], int]:
    """The whole lines in `data` and how many bytes they take. A damaged end is a write that never ended, whose step
    was never taken, and is left out; damage before a good line is a StoreError, since a purchase may be missing."""
    lines: list[dict[str, Any]] = []
    used = position = 0
    damaged: int | None = None
    for number, text in enumerate(data.split(b"\n")[:-1], 1):
        position += len(text) + 1
        line = _parsed(text)
        if line is None:
            damaged = damaged or number
        elif damaged is not None:
            raise StoreError(
                f"{what}: line {damaged} is damaged, so a purchase may be missing from it; nothing is bought while it "
                "is in the way. Compare it with the service's own list of charges, then move the file aside"
            )
        else:
            lines.append(line)
            used = position
    return lines, used


def _parsed(text: bytes) -> dict[str, Any] | None:
    checksum, _, body = text.partition(b" ")
    if hashlib.sha256(body).hexdigest()[:16].encode() != checksum:
        return None
    try:
        line = parse_json(body)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


class Line(NamedTuple):
    """One line of the file, and the entry that it is about."""

    entry: str
    data: Mapping[str, Any]
