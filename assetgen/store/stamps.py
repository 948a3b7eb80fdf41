"""Digests of a project's files, computed again only when a file changed by size, time or inode."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from assetgen.model.jsontext import parse_json
from assetgen.store import atomic
from assetgen.store.clean import MISSING, is_young, signature

if TYPE_CHECKING:
    from assetgen.store.clean import Found

Clock = Callable[[], float]
"""Seconds since 1970, like `time.time`."""

PixelDigest = Callable[[bytes, str], str]
"""Pixel digest of a file's bytes; the text names it in errors. `assetgen.pixels.picture.file_digest`."""


Row = tuple[Any, ...]
"""One remembered file as plain values."""

_VERSION = 1
_HELD = 1 << 20  # bytes of a file; larger ones are read again


class _Stamp(Struct, frozen=True):
    """`racy`: read so soon after its last write that a further write need not have changed its time."""

    size: int
    mtime: int
    inode: int
    racy: bool
    sha256: str
    pixels: str | None = None
    text: str | None = None

    def fits(self, found: os.stat_result) -> bool:
        same = (self.size, self.mtime, self.inode) == (found.st_size, found.st_mtime_ns, found.st_ino)
        return same and not self.racy


class Stamps:
    """Digests by path: relative to `root` with `/`, or absolute. Kept in `file` between runs by `save`.

    A file whose stamp no longer fits is read and hashed again; its picture is decoded again only if the bytes differ.
    `looked` holds the signature of every path that was asked for, `young` the SHA-256 of those changed just before,
    `unsteady` those that somebody else changed between two looks: what an answer that follows from all this rests on.
    `held`, unless None, gets the bytes of files that had to be read, for `take`.
    """

    def __init__(self, root: Path, file: Path, *, clock: Clock, pixels: PixelDigest) -> None:
        self.root = root
        self._base = str(root)
        self.file = file
        self.clock = clock
        self.pixels = pixels
        self.looked: dict[str, str] = {}
        self.young: dict[str, str] = {}
        self.unsteady: set[str] = set()
        self.held: dict[str, bytes] | None = None
        self._stamps: dict[str, _Stamp] | None = None
        self._dirty = False

    def look_again(self) -> None:
        """Forget what was looked at, not what was found: each file is compared with its stamp once more."""
        self.looked.clear()
        self.young.clear()
        self.unsteady.clear()

    def byte_digest(self, path: str) -> str | None:
        """SHA-256 of the file's bytes; None where there is no such file."""
        found = self._current(path)
        return found[0].sha256 if found else None

    def pixel_digest(self, path: str) -> str | None:
        """Digest of its picture (IDENTITY 2); None where there is no such file. PictureError if it is no picture."""
        found = self._current(path)
        if found is None:
            return None
        stamp, data = found
        if stamp.pixels is None:
            data = self._read(path) if data is None else data
            stamp = replace(stamp, pixels=self.pixels(data, path))
            self._keep(path, stamp, data)
        return stamp.pixels

    def text_digest(self, path: str) -> str | None:
        """SHA-256 of the bytes after CRLF→LF; None where there is no such file."""
        found = self._current(path)
        if found is None:
            return None
        stamp, data = found
        if stamp.text is None:
            data = self._read(path) if data is None else data
            stamp = replace(stamp, text=text_digest(data))
            self._keep(path, stamp, data)
        return stamp.text

    def take(self, path: str) -> bytes | None:
        """The bytes that the digests of a file stand for, where it was just read for them and they were held."""
        return self.held.pop(path, None) if self.held else None

    def known(self, path: str) -> bool:
        """Whether anything is remembered of a file, whatever it is now."""
        return path in self._loaded()

    def state_of(self, path: str) -> str:
        """What tells the file as it is at this moment from any other state of it, without reading it."""
        found = self._stat(path)
        return MISSING if found is None else signature(found)

    def row(self, path: str) -> Row | None:
        """What is remembered of a file, for `learn` in another process."""
        stamp = self._loaded().get(path)
        if stamp is None:
            return None
        return (stamp.size, stamp.mtime, stamp.inode, stamp.racy, stamp.sha256, stamp.pixels, stamp.text)

    def learn(self, path: str, row: Row) -> None:
        """Take over what another process found out; it counts while the file is as it was then."""
        self._put(path, _Stamp(*row))

    def note(self, path: str, data: bytes, *, pixels: str | None = None, text: str | None = None) -> None:
        """Remember the digests of a file that was just written with `data`, so that nothing decodes it again."""
        self.note_written(path, len(data), hashlib.sha256(data).hexdigest(), pixels=pixels, text=text)

    def note_written(
        self,
        path: str,
        size: int,
        digest: str,
        *,
        pixels: str | None = None,
        text: str | None = None,
        found: Found | None = None,
    ) -> None:
        """As `note`, of bytes that are known by their number and SHA-256; `found`: the file as it was right then."""
        found = found or self._stat(path)
        self.looked.pop(path, None)  # the change was ours
        self.young.pop(path, None)
        if found is not None and found.st_size == size:
            signed = self.looked[path] = signature(found)
            young = is_young(signed, self.clock())
            if young:
                self.young[path] = digest
            self._put(path, _Stamp(*_signature(found), young, digest, pixels, text))

    def save(self) -> None:
        """Write what is known to disk, if anything changed. Unsynced: it can be made again."""
        if self._dirty and self._stamps is not None:
            rows = {
                path: [s.size, s.mtime, s.inode, int(s.racy), s.sha256, s.pixels, s.text]
                for path, s in self._stamps.items()
            }
            data = json.dumps({"version": _VERSION, "files": rows}, separators=(",", ":"))
            atomic.write(self.file, data.encode())
            self._dirty = False

    def _current(self, path: str) -> tuple[_Stamp, bytes | None] | None:
        """The stamp of the file as it is now, and its bytes if they had to be read."""
        stamps = self._loaded()
        found = self._stat(path)
        young = self._note_look(path, found)
        if found is None:
            if stamps.pop(path, None):
                self._dirty = True
            return None
        stamp = stamps.get(path)
        if stamp is not None and stamp.fits(found):
            if young:
                self.young[path] = stamp.sha256
            return stamp, None
        data = self._read(path)
        if self.held is not None and len(data) <= _HELD:
            self.held[path] = data
        again = self._stat(path)
        racy = young or again is None or _signature(again) != _signature(found)
        digest = hashlib.sha256(data).hexdigest()
        if young:
            self.young[path] = digest
        same = stamp is not None and stamp.sha256 == digest
        pixels, text = (stamp.pixels, stamp.text) if stamp is not None and same else (None, None)
        stamp = _Stamp(*_signature(found), racy, digest, pixels, text)
        self._put(path, stamp)
        return stamp, data

    def _note_look(self, path: str, found: os.stat_result | None) -> bool:
        """Whether the file is young."""
        signed = MISSING if found is None else signature(found)
        before = self.looked.get(path)
        if before != signed:
            if before is not None:
                self.unsteady.add(path)
            self.looked[path] = signed
        self.young.pop(path, None)
        return is_young(signed, self.clock())

    def _keep(self, path: str, stamp: _Stamp, data: bytes) -> None:
        """Store a completed stamp, unless the bytes it was completed from are not those it stands for."""
        if hashlib.sha256(data).hexdigest() == stamp.sha256:
            self._put(path, stamp)

    def _put(self, path: str, stamp: _Stamp) -> None:
        stamps = self._loaded()
        if stamps.get(path) != stamp:
            stamps[path] = stamp
            self._dirty = True

    def _whole(self, path: str) -> str:
        if os.sep == "/" and not path.startswith("/"):
            return f"{self._base}/{path}"
        return os.path.join(self._base, path)  # noqa: PTH118

    def _stat(self, path: str) -> os.stat_result | None:
        try:
            found = os.stat(self._whole(path))  # noqa: PTH116  (many thousands of times)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise atomic.cannot("read", Path(path), error) from error
        return found if stat.S_ISREG(found.st_mode) else None

    def _read(self, path: str) -> bytes:
        try:
            with open(self._whole(path), "rb", buffering=0) as file:  # noqa: PTH123
                return file.read()
        except OSError as error:
            raise atomic.cannot("read", Path(path), error) from error

    def _loaded(self) -> dict[str, _Stamp]:
        if self._stamps is None:
            self._stamps = _load(self.file)
        return self._stamps


def text_digest(data: bytes) -> str:
    """The digest by which text outputs are compared: SHA-256 after CRLF→LF."""
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


def _signature(found: Found) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _load(file: Path) -> dict[str, _Stamp]:
    """What an earlier run saved; nothing where that is missing or damaged."""
    try:
        document = parse_json(file.read_bytes())
        if document["version"] != _VERSION:
            return {}
        return {path: _Stamp(a, b, c, bool(d), e, f, g) for path, (a, b, c, d, e, f, g) in document["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
