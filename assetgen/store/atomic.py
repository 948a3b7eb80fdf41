"""The one way to write a file: beside its target, then renamed. A reader sees the old bytes or the new, never half."""

from __future__ import annotations

import errno
import itertools
import os
import re
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from assetgen.model.errors import StoreError

_SERIAL = itertools.count()
_OURS = re.compile(r"\..+\.[0-9a-f]+-[0-9a-f]+\.tmp")
_STEM = 80  # characters of the target's name kept in the temporary one, so that it fits where the target fits

ONE_PIECE = 1 << 16
"""Bytes that a file system puts on the disk at once or not at all, as far as experience goes."""

_NO_SUCH_THING = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})  # how a file system says so

_RETRIES = 12
_FIRST_PAUSE = 0.005  # seconds; doubled up to a fifth of a second, in all about 1.5 s


def write(path: Path, data: bytes, *, sync: bool = False) -> None:
    """Put `data` at `path`, creating its folders; an existing file's mode is kept.

    `sync` returns only when file and name are on the disk. A symbolic link at `path` is replaced, never followed.
    StoreError when it cannot be written; the old file is then untouched.
    """
    try:
        temporary = _prepared(path, data, sync=sync, mode=_mode_of(path))
        try:
            _patiently(lambda: _replace(temporary, path))
        except OSError:
            _remove(temporary)
            raise
        if sync:
            sync_folder(path.parent)
    except OSError as error:
        raise cannot("write", path, error) from error


def stage(path: Path | str, data: bytes, *, new: bool = False, folder: str | None = None) -> str:
    """A complete temporary file beside `path`, to be given that name by `place`. StoreError when that cannot be.

    `new`: there is no file whose mode it would keep. `folder`: one that is there, to hold it until then.
    """
    try:
        mode = None if new else _mode_of(path)
        return _prepared(path, data, sync=len(data) > ONE_PIECE, mode=mode, folder=folder)
    except OSError as error:
        raise cannot("write", Path(path), error) from error


def workbench(folder: Path) -> Path:
    """A folder in `folder` for files that one process stages: where several fill one folder they wait for each other.
    `sweep` takes it for a temporary file. StoreError."""
    path = folder / f".bench.{os.getpid():x}-{next(_SERIAL):x}.tmp"
    try:
        make_folder(path)
    except OSError as error:
        raise cannot("make", path, error) from error
    return path


def place(staged: Path | str, path: Path | str) -> None:
    """Give a staged file its name."""
    try:
        _patiently(lambda: _move(staged, path))
    except OSError as error:
        discard(staged)
        raise cannot("write", Path(path), error) from error


def discard(staged: Path | str) -> None:
    """Do away with a staged file that is not to be placed."""
    _remove(staged)


def write_if_changed(path: Path, data: bytes) -> bool:
    """`write`, durably, unless the file holds exactly `data` already. Whether it wrote."""
    try:
        same = path.stat().st_size == len(data) and not path.is_symlink() and path.read_bytes() == data
    except OSError:
        same = False
    if not same:
        write(path, data, sync=True)
    return not same


def create(path: Path, data: bytes, *, sync: bool = False, mode: int | None = None) -> bool:
    """Like `write`, but never over an existing file: False when there is one already, whatever it holds.

    `mode` are the new file's permission bits (None: as the umask has it).
    """
    try:
        if os.path.lexists(path):
            return False
        temporary = _prepared(path, data, sync=sync, mode=mode)
        try:
            created = claim(temporary, path)
        finally:
            _remove(temporary)
        if sync:
            sync_folder(path.parent)
    except OSError as error:
        raise cannot("write", path, error) from error
    return created


def claim(source: Path | str, target: Path) -> bool:
    """Give `source` the name `target` unless that is taken (False). Afterwards `source` may be gone or still there."""
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except (OSError, NotImplementedError):  # no hard links here: FAT, some network folders
        if os.path.lexists(target):
            return False
        _patiently(lambda: _replace(source, target))
    return True


def settle(path: Path) -> None:
    """Make sure that a file found complete is on the disk with its name: its writer may have died before it was."""
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            if os.name != "nt":
                os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(path.parent)
    except OSError as error:
        raise cannot("sync", path, error) from error


def make_folder(folder: Path, *, sync: bool = False) -> None:
    """Create a folder and its parents; `sync` makes the new names durable too."""
    if folder.is_dir():
        return
    make_folder(folder.parent, sync=sync)
    with suppress(FileExistsError):
        folder.mkdir()
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "A file stands where a folder is needed", str(folder))
    if sync:
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names inside a folder durable, where the system can (not on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_SUCH_THING:
            raise
    finally:
        os.close(handle)


def sweep(folder: Path, *, before: float) -> list[Path]:
    """Delete temporary files of ours under `folder`, last written before the time `before` (seconds since 1970):
    what a killed process left. Those of a process still at work are younger. Returns what was deleted."""
    swept = []
    benches = []
    for place, folders, names in os.walk(folder):
        benches += [Path(place, name) for name in folders if _is_ours(name)]
        for name in names:
            if _is_ours(name):
                path = Path(place, name)
                with suppress(OSError):
                    if path.lstat().st_mtime < before:
                        path.unlink()
                        swept.append(path)
    for bench in benches:
        with suppress(OSError):  # not empty: somebody is at work
            bench.rmdir()
    return swept


def _is_ours(name: str) -> bool:
    return name.endswith(".tmp") and _OURS.fullmatch(name) is not None


def cannot(verb: str, path: Path, error: OSError) -> StoreError:
    """The error for people: `cannot write generated/a.png: No space left on device`."""
    return StoreError(f"cannot {verb} {path}: {error.strerror or error}")


def _prepared(path: Path | str, data: bytes, *, sync: bool, mode: int | None, folder: str | None = None) -> str:
    """A complete temporary file beside `path`, or in `folder`."""
    parent, name = os.path.split(path)
    folder = parent if folder is None else folder
    if sync:
        make_folder(Path(folder), sync=True)
    try:
        temporary, handle = _opened(folder, name)
    except FileNotFoundError:
        make_folder(Path(folder))
        temporary, handle = _opened(folder, name)
    try:
        try:
            _fill(handle, data)
            if mode is not None and mode != stat.S_IMODE(os.fstat(handle).st_mode):
                os.chmod(temporary, mode)  # noqa: PTH101
            if sync:
                os.fsync(handle)
        finally:
            os.close(handle)
    except BaseException:
        _remove(temporary)
        raise
    return temporary


def _fill(handle: int, data: bytes) -> None:
    """All of `data`: a system may take less than it is given."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _opened(folder: str, name: str) -> tuple[str, int]:
    """A new temporary file's path and handle. Process and serial number make its name; no clock, no randomness."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        # As text: this happens many thousands of times.
        temporary = os.path.join(folder, f".{name[:_STEM]}.{os.getpid():x}-{next(_SERIAL):x}.tmp")  # noqa: PTH118
        try:
            return temporary, os.open(temporary, flags, 0o666)
        except FileExistsError:
            continue


def _mode_of(path: Path | str) -> int | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return stat.S_IMODE(found.st_mode) if stat.S_ISREG(found.st_mode) else None


def _patiently(action: Callable[[], None]) -> None:
    """On Windows a virus scanner or an editor may hold the file for a moment: try again for about a second."""
    pause = _FIRST_PAUSE
    for _attempt in range(_RETRIES if os.name == "nt" else 0):
        try:
            return action()
        except PermissionError:
            time.sleep(pause)
            pause = min(pause * 2, 0.2)
    return action()


def _move(source: Path | str, target: Path | str) -> None:
    """`_replace`, from a folder that may be another one than the target's, which may not be there yet."""
    try:
        os.replace(source, target)  # noqa: PTH105  (many thousands of times)
    except FileNotFoundError:
        make_folder(Path(target).parent)
        os.replace(source, target)  # noqa: PTH105
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        data = Path(source).read_bytes()  # a link, or another disk, leads the target's folder elsewhere
        write(Path(target), data, sync=len(data) > ONE_PIECE)
        _remove(source)


def _replace(source: Path | str, target: Path) -> None:
    os.replace(source, target)  # noqa: PTH105


def _remove(path: Path | str) -> None:
    with suppress(OSError):
        os.unlink(path)  # noqa: PTH108
