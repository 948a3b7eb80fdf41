"""Where the user's store is."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from msgspec import Struct

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789._-")


class Folders(Struct, frozen=True):
    """`data` holds what was paid for (objects, records, trash, locks), `cache` what can be made again."""

    data: Path
    cache: Path


def folders(cache_dir: str | None) -> Folders:
    """The user's folders; `cache_dir` is ASSETGEN_CACHE_DIR, which holds both when it is set."""
    if cache_dir:
        return Folders(Path(cache_dir), Path(cache_dir) / "cache")
    from platformdirs import user_cache_path, user_data_path

    return Folders(user_data_path("assetgen", appauthor=False), user_cache_path("assetgen", appauthor=False))


def realm_folder(realm: str) -> str:
    """A realm (`official`, `localhost:8000`) as a folder name, unequal for unequal realms on every system."""
    name = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02x}" for byte in realm.encode())
    return name if name.strip(".") else name.replace(".", "%2e")


def realm_of(folder: str) -> str:
    """The inverse of `realm_folder`."""
    return unquote(folder)
