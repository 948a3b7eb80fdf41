"""Operating-system locks: one writer a project, one buyer a request, one writer a journal (IDENTITY 21 to 23).

They belong to an open file and end with its process, however that ends: nothing can go stale.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO

from assetgen.model.errors import StoreError
from assetgen.store import atomic
from assetgen.store.folders import realm_folder

_PAUSE = 0.05  # seconds between attempts
_BUSY = frozenset({errno.EAGAIN, errno.EACCES, errno.EDEADLK})
_FAR = 1 << 30  # Windows locks bytes against reading too: one far behind what is written


@contextmanager
def project_lock(root: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the project's lock (`.assetgen/busy`); `wait` seconds for another process to end.

    StoreError naming that process when it does not.
    """
    path = root / ".assetgen" / "busy"
    handle = _try(path)
    for _attempt in range(_attempts(wait)):
        if handle is not None:
            break
        time.sleep(_PAUSE)
        handle = _try(path)
    if handle is None:
        raise StoreError(f"another assetgen{_holder(path)} is writing in this project: wait until it is done")
    try:
        yield
    finally:
        _release(path, handle, remove=False)


@asynccontextmanager
async def purchase_lock(store: Path, realm: str, digest: str, *, wait: float = 3600.0) -> AsyncIterator[None]:
    """Hold the lock of one purchase, from look-up to stored result; others wait for it, `wait` seconds at most.

    `store` is the user's data folder. Tasks of one process exclude each other too.
    """
    import asyncio  # slow to import, and only builds that buy need it

    path = store / "locks" / realm_folder(realm) / f"{digest}.busy"
    handle = _try(path)
    for _attempt in range(_attempts(wait)):
        if handle is not None:
            break
        await asyncio.sleep(_PAUSE)
        handle = _try(path)
    if handle is None:
        raise StoreError(f"another assetgen{_holder(path)} is buying the same request ({digest[:8]}…): wait for it")
    try:
        yield
    finally:
        _release(path, handle, remove=True)


def lock_file(path: Path, *, wait: bool) -> IO[bytes] | None:
    """A lock on a file, held until the handle is closed; None while somebody else holds it, unless `wait`.

    Its folder must be there. StoreError where the system cannot lock it.
    """
    try:
        handle = path.open("ab")
    except OSError as error:
        raise atomic.cannot("open", path, error) from error
    try:
        _lock(handle.fileno(), wait=wait)
    except OSError as error:
        handle.close()
        if error.errno in _BUSY and not wait:
            return None
        raise atomic.cannot("lock", path, error) from error
    return handle


def _attempts(wait: float) -> int:
    return round(wait / _PAUSE)


def _try(path: Path) -> int | None:
    """A handle that holds the lock, or None while somebody else does."""
    try:
        atomic.make_folder(path.parent)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    except OSError as error:
        raise atomic.cannot("lock", path, error) from error
    try:
        _lock(handle, wait=False)
        # The holder before us may have removed the file: then this is the lock of a name that is gone.
        if os.name != "nt" and not _is_at(handle, path):
            os.close(handle)
            return _try(path)
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
    except OSError as error:
        os.close(handle)
        if error.errno in _BUSY:
            return None
        raise atomic.cannot("lock", path, error) from error
    return handle


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _lock(handle: int, *, wait: bool) -> None:
    """OSError, one of _BUSY, while somebody else holds the lock; `wait`: it comes when they let go."""
    if os.name == "nt":
        while not _locked_on_windows(handle, wait=wait):
            time.sleep(_PAUSE)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def _locked_on_windows(handle: int, *, wait: bool) -> bool:
    """Windows' own way of waiting gives up after ten seconds."""
    import msvcrt

    os.lseek(handle, _FAR, os.SEEK_SET)
    try:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # which only Windows has
    except OSError as error:
        if wait and error.errno in _BUSY:
            return False
        raise
    os.lseek(handle, 0, os.SEEK_SET)
    return True


def _release(path: Path, handle: int, *, remove: bool) -> None:
    """End the lock. `remove` the file while it is still held, so that nobody can be waiting on it unseen."""
    if remove:
        with suppress(OSError):  # on Windows a file that others have open stays: no harm
            path.unlink()
    os.close(handle)


def _holder(path: Path) -> str:
    try:
        return f" (process {int(path.read_bytes())})"
    except (OSError, ValueError):
        return ""
