"""`originals/`: pictures exactly as received. Created and found; never overwritten, never deleted (IDENTITY 10)."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from assetgen.model.errors import PictureError, StoreError
from assetgen.model.lock import Accepted, Adopted, Block, Original, Past, Rejected
from assetgen.store import atomic
from assetgen.store.paths import inside, problem
from assetgen.store.stamps import Stamps

_LENGTHS = (8, 12, 16, 32, 64)  # digits of the digest in a name: more where files collide
_NAME = re.compile(r"(?:adopted-)?([0-9a-f]{8})[0-9a-f]*[-.]")
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?s:.*)oid sha256:([0-9a-f]{64})\n")
_POINTER_SIZE = 1024  # by Git LFS's own specification

Found = Literal["exact", "pixels", "pointer", "wrong", "missing"]


class Location(Struct, frozen=True):
    """Where an original is. `path` is relative to the project, set unless the state is wrong or missing.

    exact: these very bytes · pixels: another file of the same picture · pointer: Git LFS has not fetched it ·
    wrong: a file of its name holds something else · missing. `note` says so to people, empty for exact.
    """

    state: Found
    path: str | None
    note: str = ""

    @property
    def usable(self) -> bool:
        return self.state in ("exact", "pixels")


def file_name(sha256: str, candidate: int, extra: str | None, extension: str, digits: int = 8) -> str:
    """`D8-N[-EXTRA].EXT`."""
    return f"{sha256[:digits]}-{candidate}{f'-{extra}' if extra else ''}.{extension}"


class Originals:
    """The folder `folder` (relative) of the project at `root`. `warnings` collects what was said,
    each once, with the path that it is about."""

    def __init__(self, root: Path, folder: str = "originals", *, stamps: Stamps) -> None:
        self.root = root
        self.folder = folder
        self.stamps = stamps
        self.warnings: dict[str, str] = {}
        self._files: list[str] | None = None
        self._by_prefix: dict[str, list[str]] = {}
        self._by_bytes: dict[str, str] | None = None
        self._by_pixels: dict[str, str] | None = None

    def put(
        self,
        name: str,
        data: bytes,
        candidate: int = 1,
        extra: str | None = None,
        *,
        extension: str,
        pixels: str,
        size: tuple[int, int],
    ) -> Original:
        """Store what was received for asset `name`, durable on return. `pixels` is the byte digest for what is no
        picture. The same bytes already there are fine; other bytes of the same name make the name longer."""
        digest = hashlib.sha256(data).hexdigest()
        names = [file_name(digest, candidate, extra, extension, digits) for digits in _LENGTHS]
        return Original(self._create(name, names, data, pixels), digest, pixels, size, candidate, extra)

    def adopt(self, name: str, data: bytes, *, extension: str, pixels: str, size: tuple[int, int]) -> Original:
        """Store a retouched file as `adopted-D8.EXT` (IDENTITY 13)."""
        digest = hashlib.sha256(data).hexdigest()
        names = [f"adopted-{digest[:digits]}.{extension}" for digits in _LENGTHS]
        return Original(self._create(name, names, data, pixels), digest, pixels, size)

    def find(self, original: Original) -> Path | None:
        """The file of an original, by its digest over the whole folder; None when it is not there.

        StoreError where Git LFS left a pointer in its place.
        """
        found = self.locate(original)
        if found.state == "pointer":
            raise StoreError(found.note)
        return self.root / found.path if found.usable and found.path else None

    def locate(self, original: Original) -> Location:
        """Like `find`, without an exception: what there is instead, in words."""
        return self._located(original) or Location("missing", None, f"{original.file} is not there")

    def read(self, original: Original) -> bytes:
        """Its bytes, checked. StoreError naming what is wrong when they are not to be had."""
        found = self.locate(original)
        if not found.usable or found.path is None:
            raise StoreError(found.note)
        data = self._bytes(found.path)
        if hashlib.sha256(data).hexdigest() != original.sha256 and not self._same_picture(data, original, found.path):
            raise StoreError(f"{found.path} changed while it was read")
        return data

    def move(self, old_name: str, new_name: str) -> dict[str, str]:
        """Move the files of asset `old_name` to `new_name`. Gives new relative paths by old ones.

        A file whose new name is taken stays where it is.
        """
        source, target = (inside(self.root, f"{self.folder}/{name}") for name in (old_name, new_name))
        moved = {}
        try:
            for entry in sorted(os.scandir(source), key=lambda entry: entry.name) if source.is_dir() else ():
                if entry.is_file(follow_symlinks=False):
                    atomic.make_folder(target, sync=True)
                    if atomic.claim(Path(entry.path), target / entry.name):
                        moved[f"{self.folder}/{old_name}/{entry.name}"] = f"{self.folder}/{new_name}/{entry.name}"
            if moved:
                atomic.sync_folder(target)  # the new names are safe before the old ones go
                for path in moved:
                    (self.root / path).unlink(missing_ok=True)
                self._remove_empty(source)
        except OSError as error:
            raise atomic.cannot("move", source, error) from error
        self.refresh()
        return moved

    def refresh(self) -> None:
        """Look at the folder anew: others may have changed it."""
        self._files = None
        self._by_prefix = {}
        self._by_bytes = self._by_pixels = None

    def _create(self, name: str, names: list[str], data: bytes, pixels: str) -> str:
        atomic.create(inside(self.root, f"{self.folder}/.gdignore"), b"")
        for file in names:
            relative = f"{self.folder}/{name}/{file}"
            path = inside(self.root, relative)
            created = atomic.create(path, data, sync=True)
            if created or self._holds(path, data):
                if not created:
                    atomic.settle(path)
                self.stamps.note(relative, data, pixels=pixels)
                self._add(relative)
                return relative
        raise StoreError(f"{self.folder}/{name}/{names[-1]} holds something else; move it away")

    def _holds(self, path: Path, data: bytes) -> bool:
        try:
            return path.read_bytes() == data
        except OSError:
            return False

    def _located(self, original: Original) -> Location | None:
        # The usual case, thousands of times: links need no look where the very bytes are found.
        if problem(original.file) is None and self.stamps.byte_digest(original.file) == original.sha256:
            return Location("exact", original.file)
        self._scan()
        near = [original.file, *self._by_prefix.get(original.sha256[:8], ())]
        near = [path for path in dict.fromkeys(near) if not self._problem(path)]
        for path in near:
            if self.stamps.byte_digest(path) == original.sha256:
                return Location("exact", path)
        elsewhere = self._bytes_index().get(original.sha256)
        if elsewhere is not None and self.stamps.byte_digest(elsewhere) == original.sha256:
            return Location("exact", elsewhere)
        return self._second_best(original, near)

    def _second_best(self, original: Original, near: list[str]) -> Location | None:
        """The same picture in another file, a pointer to it, or a file that should have been it."""
        wrong: Location | None = None
        for path in near:
            if self.stamps.byte_digest(path) is None:
                continue
            data = self._bytes(path)
            pointer = _POINTER.match(data) if len(data) < _POINTER_SIZE else None
            if pointer:
                return Location("pointer", path, f"{path} is a Git LFS pointer: run `git lfs pull`")
            if self._same_picture(data, original, path):
                return self._other_bytes(path)
            note = f"{path} does not hold what was bought (sha256 {original.sha256[:8]}…): damaged, or edited by hand"
            wrong = wrong or self._said(path, Location("wrong", None, note))
        same = None if original.pixels == original.sha256 else self._pixel_index().get(original.pixels)
        return self._other_bytes(same) if same is not None else wrong

    def _other_bytes(self, path: str) -> Location:
        return self._said(path, Location("pixels", path, f"{path} was saved anew: same picture, other bytes; accepted"))

    def _same_picture(self, data: bytes, original: Original, path: str) -> bool:
        if original.pixels == original.sha256:
            return False
        try:
            return self.stamps.pixels(data, path) == original.pixels
        except PictureError:
            return False

    def notes(self) -> list[tuple[str, str]]:
        """What there is to say of originals that are not the files that were bought: path and sentence, in order."""
        return sorted((path, note) for note, path in self.warnings.items())

    def _said(self, path: str, location: Location) -> Location:
        self.warnings[location.note] = path
        return location

    def _problem(self, path: str) -> bool:
        """Whether a path (the lock may come from anyone) leads out of the project."""
        try:
            inside(self.root, path)
        except StoreError:
            return True
        return False

    def _bytes(self, path: str) -> bytes:
        try:
            return inside(self.root, path).read_bytes()
        except OSError as error:
            raise atomic.cannot("read", Path(path), error) from error

    def _scan(self) -> list[str]:
        if self._files is None:
            self._files = []
            for path in sorted(_walk(self.root / self.folder, self.folder)):
                self._add(path)
        return self._files

    def _add(self, path: str) -> None:
        """Put one file into the index, where there is one."""
        if self._files is not None:
            self._files.append(path)
            found = _NAME.match(path.rpartition("/")[2])
            if found:
                self._by_prefix.setdefault(found[1], []).append(path)

    def _bytes_index(self) -> dict[str, str]:
        """All files by byte digest: for those that somebody renamed."""
        if self._by_bytes is None:
            self._by_bytes = {}
            for path in self._scan():
                digest = self.stamps.byte_digest(path)
                if digest is not None:
                    self._by_bytes.setdefault(digest, path)
        return self._by_bytes

    def _pixel_index(self) -> dict[str, str]:
        """All pictures by pixel digest: the last resort before an original counts as lost."""
        if self._by_pixels is None:
            self._by_pixels = {}
            for path in self._scan():
                try:
                    digest = self.stamps.pixel_digest(path)
                except PictureError:
                    continue
                if digest is not None:
                    self._by_pixels.setdefault(digest, path)
        return self._by_pixels

    def _remove_empty(self, folder: Path) -> None:
        stop = self.root / self.folder
        while folder != stop and not list(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent


def _walk(folder: Path, relative: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise atomic.cannot("read", folder, error) from error
    for entry in entries:
        path = f"{relative}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), path)
        elif entry.is_file() and not entry.name.startswith("."):
            yield path


def relocated(block: Block, moved: Mapping[str, str]) -> Block:
    """A block whose originals stand at new paths (`Originals.move`), its history as well."""

    def original(old: Original) -> Original:
        return replace(old, file=moved.get(old.file, old.file))

    def steps(old: tuple[Accepted, ...]) -> tuple[Accepted, ...]:
        return tuple(replace(step, originals=tuple(map(original, step.originals))) for step in old)

    def adopted(old: Adopted | None) -> Adopted | None:
        return replace(old, original=original(old.original)) if old else None

    def rejected(old: Rejected | None) -> Rejected | None:
        return replace(old, usable=tuple(map(original, old.usable))) if old else None

    def past(old: Past) -> Past:
        return Past(steps(old.steps), adopted(old.adopted), rejected(old.rejected))

    return replace(
        block,
        steps=steps(block.steps),
        adopted=adopted(block.adopted),
        rejected=rejected(block.rejected),
        history=tuple(map(past, block.history)),
    )
