"""What no test may touch: the network beyond this machine, the user's home, the user's store and caches.

One audit hook sees every way in (sockets, files, folders) and cannot be patched away by the code under test. It guards
this process; processes that tests start are kept apart by their environment (`safe_environment`).
"""

from __future__ import annotations

import ipaddress
import os
import site
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs


class Touched(AssertionError):
    """A test reached for something outside its own folder."""


CHECKOUT = Path(__file__).resolve().parent.parent
HOME = Path.home().resolve()
ENGINES = Path(os.environ.get("ASSETGEN_ENGINES_CACHE") or HOME / ".cache" / "assetgen-engines").resolve()

USER_FOLDERS = tuple(
    Path(folder("assetgen", appauthor=False)).resolve()
    for folder in (platformdirs.user_data_dir, platformdirs.user_cache_dir, platformdirs.user_state_dir)
)
"""Where the program keeps paid pictures, journal and caches of the person who runs the tests."""

_WRITABLE = tuple(
    os.path.realpath(place)
    for place in (CHECKOUT, tempfile.gettempdir(), sys.prefix, sys.base_prefix, site.getuserbase(), ENGINES)
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_READS = frozenset({"os.listdir", "os.scandir", "os.chdir"})
_WRITES = frozenset(
    {"os.mkdir", "os.remove", "os.rmdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.utime", "os.chmod"}
)
_SOCKETS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


class Guard:
    """The audit hook. `touched` keeps what it refused, in case the code under test swallowed the exception."""

    def __init__(self) -> None:
        self.active = False
        self.touched: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.active:
            return
        if event == "open":
            path, mode, flags = arguments
            writes = bool(flags & _WRITING) if isinstance(flags, int) else bool(set(mode or "r") & set("wax+"))
            self._path(path, writes)
        elif event in _READS:
            self._path(arguments[0], False)
        elif event in _WRITES:
            for path in arguments[:2]:
                self._path(path, True)
        elif event in _SOCKETS:
            self._host(arguments[1][0] if isinstance(arguments[1], tuple) else None)
        elif event in _LOOKUPS:
            self._host(arguments[0])

    def _path(self, path: object, writes: bool) -> None:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return  # a file descriptor or a mode
        full = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - resolve() would follow links, and be slow
        if any(_within(full, str(folder)) for folder in USER_FOLDERS):
            self._refuse(f"the user's own store: {full}")
        if writes and _within(full, str(HOME)) and not any(_within(full, place) for place in _WRITABLE):
            self._refuse(f"the user's home: {full}")

    def _host(self, host: object) -> None:
        name = host.decode() if isinstance(host, bytes) else host
        if isinstance(name, str) and not is_loopback(name):
            self._refuse(f"the network: {name or 'all interfaces'}")

    def _refuse(self, what: str) -> None:
        self.touched.append(what)
        raise Touched(f"a test touched {what}")


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def safe_environment(home: Path) -> Mapping[str, str]:
    """Variables that make `home` the home of every process that a test starts."""
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "APPDATA": str(home / "AppData" / "Roaming"),
        "LOCALAPPDATA": str(home / "AppData" / "Local"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "ASSETGEN_ENGINES_CACHE": str(ENGINES),
    }


GUARD = Guard()
sys.addaudithook(GUARD)
