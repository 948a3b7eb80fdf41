"""`.assetgen/`: what one checkout knows about itself. All of it can be made again, but the trash."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from assetgen.model.errors import PictureError, StoreError
from assetgen.store import atomic
from assetgen.store.paths import inside
from assetgen.store.stamps import Clock, PixelDigest, Stamps
from assetgen.store.unmerged import in_conflict

FOLDER = ".assetgen"
NOTHING = hashlib.sha256(b"").hexdigest()
_KEPT = 64  # digests remembered for one path: that many branches can be visited without a false alarm
_SLACK = 2000  # superfluous lines before the log is written anew


class Written:
    """The log of all that the tool wrote: digests by path (IDENTITY 17). Pixel digests; text digests for text."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._known: dict[str, dict[str, None]] | None = None
        self._lines = 0
        self._torn = False
        self._size = 0

    def look_again(self) -> None:
        """Forgets what was read if somebody else has written since: a log that only grows shows that by its size."""
        if self._known is not None and self._size_now() != self._size:
            self._known = None

    def _size_now(self) -> int:
        try:
            return self.file.stat().st_size
        except OSError:
            return 0

    def append(self, batch: Iterable[tuple[str, str]]) -> None:
        """Record (path, digest) pairs, synced to disk: call it before the files get their names."""
        known = self._loaded()
        new = list(dict.fromkeys(pair for pair in batch if pair[1] not in known.get(pair[0], ())))
        if not new:
            return
        text = ("\n" if self._torn else "") + "".join(_line(path, digest) for path, digest in new)
        try:
            atomic.make_folder(self.file.parent)
            fresh = not self.file.exists()
            with self.file.open("ab") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
                end = file.tell()
            if fresh:
                atomic.sync_folder(self.file.parent)
        except OSError as error:
            self._known = None  # how much of it arrived is not known: read it again when asked
            raise atomic.cannot("write", self.file, error) from error
        self._torn = False
        self._size += len(text.encode())
        if self._size != end:
            self._size = -1  # somebody else wrote between: `look_again` reads it anew
        self._lines += len(new)
        for path, digest in new:
            known.setdefault(path, {})[digest] = None

    def has(self, path: str, digest: str) -> bool:
        """Whether the tool itself once wrote this content there."""
        return digest in self._loaded().get(path, ())

    def compact(self) -> None:
        """Write the log anew when it has grown far beyond what it says; the newest digests of a path are kept."""
        known = self._loaded()
        kept = {path: list(digests)[-_KEPT:] for path, digests in known.items()}
        if self._lines <= sum(map(len, kept.values())) + _SLACK:
            return
        text = "".join(_line(path, digest) for path, digests in kept.items() for digest in digests)
        atomic.write(self.file, text.encode(), sync=True)
        self._known = None

    def _loaded(self) -> dict[str, dict[str, None]]:
        if self._known is None:
            try:
                data = self.file.read_bytes()
            except FileNotFoundError:
                data = b""
            except OSError as error:
                raise atomic.cannot("read", self.file, error) from error
            self._torn = bool(data) and not data.endswith(b"\n")
            self._size = len(data)
            self._known = {}
            lines = data.decode("utf-8", "replace").split("\n")
            self._lines = len(lines)
            for line in lines:
                digest, _blank, path = line.partition(" ")
                if len(digest) == 64 and path:
                    self._known.setdefault(_path(path), {})[digest] = None
        return self._known


class State:
    """The folder `.assetgen` of the project at `root`: `stamps`, `written`, the trash."""

    def __init__(self, root: Path, *, clock: Clock, pixels: PixelDigest) -> None:
        self.root = root
        self.folder = root / FOLDER
        self.stamps = Stamps(root, self.folder / "stamps", clock=clock, pixels=pixels)
        self.written = Written(self.folder / "written")
        self._moves = self.folder / "moves"

    def look_again(self) -> None:
        """Begin anew with what is known, for another command of the same process."""
        self.stamps.look_again()
        self.written.look_again()

    def prepare(self) -> None:
        """Create the folder, with a `.gitignore` of its own."""
        atomic.create(self.folder / ".gitignore", b"*\n")

    def save(self) -> None:
        """Keep stamps and a compact log for the next run. Never an error: a project may be read-only, and both can be
        made again."""
        with suppress(StoreError):
            self.stamps.save()
            self.written.compact()

    def note_move(self, name: str, former: str, beside: Iterable[str]) -> None:
        """Record that an asset is about to get another name: what engines' editors hold for it has to follow, be it in
        the next run. `beside`: their files beside its pictures."""
        try:
            atomic.make_folder(self.folder)
            with self._moves.open("a", encoding="utf-8") as file:
                file.write(json.dumps([name, former, sorted(beside)]) + "\n")
        except OSError as error:
            raise atomic.cannot("write", self._moves, error) from error

    def noted_moves(self) -> list[tuple[str, str, list[str]]]:
        """(name, former name, files beside its pictures), in order, of moves that no run has brought to an end."""
        found: list[tuple[str, str, list[str]]] = []
        with suppress(OSError, UnicodeDecodeError):
            for line in self._moves.read_text("utf-8").splitlines():
                with suppress(ValueError):  # a torn last line
                    name, former, beside = json.loads(line)
                    found.append((str(name), str(former), [str(path) for path in beside]))
        return found

    def forget_moves(self) -> None:
        """All of them are at an end: the engines' files lie where they belong."""
        with suppress(OSError):
            self._moves.unlink(missing_ok=True)

    def output_digest(self, path: str, *, text: bool) -> str | None:
        """Digest of an output as it is on disk: a text's after CRLF→LF, a picture's pixels; bytes of what is none.

        None where it is missing, or holds nothing (no bytes; of a picture, zeros): what a power cut leaves of a file
        that was not synced, nobody's work.
        """
        if text:
            digest = self.stamps.text_digest(path)
            return None if digest == NOTHING else digest
        try:
            return self.stamps.pixel_digest(path)
        except PictureError:
            return None if is_hollow((self.root / path).read_bytes()) else self.stamps.byte_digest(path)

    def unmerged(self, path: str) -> bool:
        """Whether a text output is one that a merge left in conflict. Nobody's work: the next build makes it anew."""
        try:
            return in_conflict(inside(self.root, path).read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            return False

    def trash(self, path: str) -> Path:
        """Move a file (relative to the project) to `.assetgen/trash/`, beside earlier ones. Where it went."""
        source = inside(self.root, path)
        wanted = self.folder / "trash" / path
        target, number = wanted, 1
        try:
            atomic.make_folder(wanted.parent)
            while not _moved(source, target):
                number += 1
                target = wanted.with_name(f"{wanted.stem}~{number}{wanted.suffix}")
        except OSError as error:
            raise StoreError(f"cannot move {path} to the trash: {error.strerror or error}") from error
        return target


def is_hollow(data: bytes) -> bool:
    """Whether a file holds nothing: no bytes, or zeros alone."""
    return not data.strip(b"\0")


def _moved(source: Path, target: Path) -> bool:
    """Move a file to a name that is free; False when it is taken."""
    if os.path.lexists(target):
        return False
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:  # else the output folder is on another disk
            raise
        import shutil

        shutil.copy2(source, target, follow_symlinks=False)
        source.unlink()
    return True


def _line(path: str, digest: str) -> str:
    plain = path.isprintable() and not path.startswith('"')
    return f"{digest} {path if plain else json.dumps(path)}\n"


def _path(text: str) -> str:
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text
