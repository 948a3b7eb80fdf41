"""The project's folder as the manifest sees it: paths that stay inside, files that exist, globs that match.

Everything that was looked at is remembered, so that a memo can tell whether it still holds.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from assetgen.manifest.messages import nearest, quoted
from assetgen.manifest.nodes import Problems
from assetgen.model.position import Position

MAX_TABLE = 16 << 20
_HEADER = 64  # bytes of a picture that tell its size

Size = tuple[int, int]
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f]")
_WILD = re.compile(r"[*?\[]")


ReadPalette = Callable[[bytes, str], Sequence[str]]
"""Colours of a palette file's bytes, told what to call it in errors. Pictures are no business of this package."""


class Files:
    """Reads below `root`. Paths are relative to it, with `/`. `read_palette` None: palette files are refused."""

    def __init__(self, root: Path, read_palette: ReadPalette | None = None) -> None:
        self.root = root
        self.read_palette = read_palette
        self.real_root = os.path.realpath(root)
        self.digests: dict[str, str] = {}
        self.globs: dict[str, tuple[str, ...]] = {}
        self.present: dict[str, None] = {}
        self.absent: dict[str, None] = {}
        self.sizes: dict[str, Size | None] = {}
        self._folders: dict[str, str] = {}

    def relative(self, text: str, position: Position, what: str, problems: Problems, *, where: str = "") -> str | None:
        """`text`, written in the file of `position`, relative to the root; None (and a problem) if it leaves."""

        def refuse(problem: str, tail: str) -> None:
            problems.add(position, f"{what} {quoted(text)} {problem}", where=where, tail=tail)

        if "\\" in text:
            refuse("holds a backslash", "write '/' between folders")
        elif text.startswith("/") or _DRIVE.match(text):
            refuse("is absolute", "write it relative to this file")
        elif text != text.strip() or not text or _CONTROL.search(text):
            refuse("is no path", "expected one like art/hero.png")
        else:
            path = normal(f"{position.file.rpartition('/')[0]}/{text}")
            if path is None:
                refuse("leaves the project", "files must lie in the manifest's folder or below")
            return path
        return None

    def _target(self, path: str) -> str:
        """Where a path leads by the links in its folders."""
        folder, _, name = path.rpartition("/")
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(f"{self.real_root}/{folder}")
        return f"{real}/{name}"

    def is_plain(self, path: str) -> bool:
        """Whether a path in the project is a file, and no link: the usual case, told by one look."""
        target = self._target(path)
        try:
            plain = stat.S_ISREG(os.lstat(target).st_mode)
        except OSError:
            return False
        return plain and target.startswith(self.real_root.rstrip("/\\") + os.sep)

    def inside(self, path: str) -> bool:
        """Whether a path, symbolic links followed, lies in the project."""
        target = self._target(path)
        if os.path.islink(target):  # noqa: PTH114
            target = os.path.realpath(target)
        return target == self.real_root or target.startswith(self.real_root.rstrip("/\\") + os.sep)

    def require(self, path: str, position: Position, what: str, problems: Problems, *, where: str = "") -> bool:
        """Whether `path` is a file inside the project; a problem with the nearest name if not."""
        if self.is_plain(path):
            self.present[path] = None
            return True
        if not self.inside(path):
            tail = "a symbolic link may not lead out of the project"
            problems.add(position, f"{what} {quoted(path)} leaves the project", where=where, tail=tail)
            return False
        if not os.path.isfile(f"{self.root}/{path}"):  # noqa: PTH113
            there = os.path.lexists(f"{self.root}/{path}")
            head = f"{what} {quoted(path)} {'is no file' if there else 'does not exist'}"
            problems.add(position, head, where=where, tail="" if there else self._near(path))
            return False
        self.present[path] = None
        return True

    def _near(self, path: str) -> str:
        """The nearest file that is there, folder by folder."""
        folders, found = PurePosixPath(path).parent.parts, PurePosixPath()
        for part in (*folders, PurePosixPath(path).name):
            # Endings are alike among pictures: what is before them tells.
            names = {PurePosixPath(name).stem: name for name in reversed(self._names(found))}
            stem = nearest(PurePosixPath(part).stem, names)
            near = None if stem is None else names[stem]
            if near is None or not self.inside(str(found / near)):
                is_there = found.parts == folders
                return "" if is_there else "its folder does not exist either"
            found /= near
        return f"did you mean {quoted(str(found))}?"

    def _names(self, folder: PurePosixPath) -> list[str]:
        try:
            return sorted(os.listdir(self.root / folder))  # noqa: PTH208
        except OSError:
            return []

    def read(
        self, path: str, position: Position, what: str, problems: Problems, *, limit: int, where: str = ""
    ) -> bytes | None:
        """The content of a file that the model is made from; None (and a problem) if it cannot be read."""
        if not self.require(path, position, what, problems, where=where):
            return None
        try:
            with (self.root / path).open("rb") as file:
                data = file.read(limit + 1)
        except OSError as error:
            problems.add(position, f"{what} {quoted(path)} cannot be read", where=where, tail=error.strerror or "")
            return None
        if len(data) > limit:
            problems.add(position, f"{what} {quoted(path)} is larger than {limit >> 20} MiB", where=where)
            return None
        self.digests[path] = hashlib.sha256(data).hexdigest()
        return data

    def matches(self, pattern: str) -> tuple[str, ...]:
        """Files that match a pattern relative to the root, sorted; `*` stops at `/`, `**` does not."""
        known = self.globs.get(pattern)
        if known is None:
            known = self.globs[pattern] = find(self.root, pattern)
        return known

    def size_of(self, path: str) -> Size | None:
        """Width and height of a PNG or GIF by its header; None for anything else."""
        if path not in self.sizes:
            try:
                with (self.root / path).open("rb") as file:
                    self.sizes[path] = header_size(file.read(_HEADER))
            except OSError:
                self.sizes[path] = None
        return self.sizes[path]

    def first_of(self, paths: Iterable[str]) -> str | None:
        """The first of these paths that exists; those before it are remembered as absent."""
        for path in paths:
            if os.path.lexists(f"{self.root}/{path}"):
                return path
            self.absent[path] = None
        return None

    def all_present(self, paths: Iterable[str]) -> bool:
        """Whether all are files inside the project: one listing a folder, no call a file."""
        folders: dict[str, list[str]] = {}
        for path in paths:
            folder, _, name = path.rpartition("/")
            folders.setdefault(folder, []).append(name)
        return all(self._hold(folder, names) for folder, names in folders.items())

    def _hold(self, folder: str, names: list[str]) -> bool:
        prefix = f"{folder}/" if folder else ""
        try:
            with os.scandir(self.root / folder) as entries:
                links = {entry.name: entry.is_symlink() for entry in entries if entry.is_file()}
        except OSError:
            return False
        if not all(name in links for name in names):
            return False
        return self.inside(prefix + names[0]) and all(self.inside(prefix + n) for n in names if links[n])


def header_size(data: bytes) -> Size | None:
    """Width and height from the first bytes of a PNG, GIF or Aseprite file; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    if data[4:6] == b"\xe0\xa5" and len(data) >= 12:
        return int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    return None


def normal(path: str) -> str | None:
    """A relative path without `.` and `..`; None when it climbs out. The root itself is `.`."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "."


def is_glob(text: str) -> bool:
    """Whether a path holds wildcards."""
    return _WILD.search(text) is not None


def glob_regex(pattern: str) -> re.Pattern[str]:
    """A glob as a pattern for `fullmatch`: `*` and `?` stop at `/`, `**` does not, `[…]` is a set."""
    out: list[str] = []
    index = 0
    while index < len(pattern):
        if pattern.startswith("**/", index):
            out.append("(?:.*/)?")
            index += 3
        elif pattern.startswith("**", index):
            out.append(".*")
            index += 2
        else:
            piece, index = _glob_piece(pattern, index)
            out.append(piece)
    return re.compile("".join(out), re.DOTALL)


def _glob_piece(pattern: str, index: int) -> tuple[str, int]:
    sign = pattern[index]
    if sign == "*":
        return "[^/]*", index + 1
    if sign == "?":
        return "[^/]", index + 1
    end = pattern.find("]", index + 2) if sign == "[" else -1
    if end == -1:
        return re.escape(sign), index + 1
    body = pattern[index + 1 : end]
    negated = body[0] in "!^"
    members = re.escape(body[negated:]).replace("\\-", "-")
    return f"[{'^/' if negated else ''}{members}]", end + 1


def find(root: Path, pattern: str) -> tuple[str, ...]:
    """Files below `root` that match, sorted. Names that begin with a dot only where the pattern spells the dot."""
    try:
        regex = glob_regex(pattern)
    except re.error:
        return ()
    return tuple(sorted(path for _, files in _walk(root, pattern) for path in files if regex.fullmatch(path)))


def folders_of(root: Path, pattern: str) -> list[str]:
    """The folders whose content decides what a pattern matches, relative to `root` (itself is empty)."""
    return [folder for folder, _ in _walk(root, pattern)]


def _walk(root: Path, pattern: str) -> Iterator[tuple[str, list[str]]]:
    """Every folder that a pattern looks into, with the paths of the files in it that it may match."""
    parts = pattern.split("/")
    fixed = next((i for i, part in enumerate(parts) if is_glob(part)), len(parts) - 1)
    depth = None if "**" in pattern else len(parts)
    hidden = any(part.startswith(".") for part in parts)
    pending = ["/".join(parts[:fixed])]
    while pending:
        folder = pending.pop()
        files: list[str] = []
        for name, is_folder in _listing(root, folder):
            path = f"{folder}/{name}" if folder else name
            if name.startswith(".") and not hidden:
                continue
            if not is_folder:
                files.append(path)
            elif depth is None or path.count("/") + 1 < depth:
                pending.append(path)
        yield folder, files


def _listing(root: Path, folder: str) -> list[tuple[str, bool]]:
    """Names in a folder and whether each is a folder; links to folders are not followed."""
    try:
        with os.scandir(root / folder) as entries:
            return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return []
