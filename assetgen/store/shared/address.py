"""ASSETGEN_SHARED_STORE taken apart: where the store is, and how this machine may use it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from urllib.request import url2pathname

from msgspec import Struct

from assetgen.model.errors import UsageError
from assetgen.store.shared.backend import Backend
from assetgen.store.shared.keys import MAIN, RESERVED

BUCKETS = frozenset({"s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "adl"})
_LEVEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Address(Struct, frozen=True):
    """`scheme` is `file`, `http`, `https` or one of BUCKETS. `where` is the address without secrets, for people.

    `level` is the trust level that records are written at, `write` whether anything may be written, `leases` whether
    purchases need one. `settings` are those of the bucket (`endpoint`, `region`, …).
    """

    scheme: str
    url: str
    where: str
    level: str = MAIN
    write: bool = True
    leases: bool = True
    settings: tuple[tuple[str, str], ...] = ()
    auth: tuple[str, str] | None = None


def parse(text: str) -> Address:
    """`/mnt/x`, `file:///mnt/x`, `http://host/path`, `s3://bucket/path`, with `?level=NAME&write=no&leases=no`.

    UsageError for anything else, without repeating passwords.
    """
    text = text.strip()
    if "://" not in text or _DRIVE.match(text):
        path, _, query = text.partition("?")  # of a folder with a '?' in its name: file:///…%3F…
        if not Path(path).is_absolute():
            raise _wrong(f"'{text}' is no URL and no absolute path")
        options, level, write, leases = _options(query)
        _none_left(options)
        return Address("file", path, path, level, write, leases)
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        raise _wrong("nobody can read that URL") from None
    scheme = parts.scheme.lower()
    options, level, write, leases = _options(parts.query)
    where = _shown(parts)
    if scheme == "file":
        _none_left(options)
        if parts.netloc not in ("", "localhost"):
            raise _wrong(f"file://{parts.netloc}/… names another machine: mount it, and give the path")
        folder = url2pathname(parts.path)
        if not Path(folder).is_absolute():
            raise _wrong(f"'{where}' names no folder")
        return Address("file", folder, where, level, write, leases)
    if not parts.hostname:
        raise _wrong(f"'{where}' names no place")
    if scheme in ("http", "https"):
        _none_left(options)
        base = f"{scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}/"
        auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        return Address(scheme, base, where, level, write, leases, (), auth)
    if scheme in BUCKETS:
        plain = f"{scheme}://{parts.netloc}{parts.path}"
        return Address(scheme, plain, where, level, write, leases, tuple(options.items()))
    raise _wrong(f"'{scheme}' is no kind of store")


def connect(address: Address, variables: Mapping[str, str]) -> Backend:
    """Opens the place; sends nothing yet. StoreError where a package is missing."""
    if address.scheme == "file":
        from assetgen.store.shared.directory import Directory

        return Directory(Path(address.url), address.where)
    if address.scheme in ("http", "https"):
        from assetgen.store.shared.http import Http

        return Http(address.url, address.where, address.auth)
    from assetgen.store.shared.buckets import Bucket

    settings = dict(address.settings)
    if address.scheme in ("s3", "s3a") and "endpoint" not in settings:
        found = variables.get("AWS_ENDPOINT_URL_S3") or variables.get("AWS_ENDPOINT_URL")
        settings |= {"endpoint": found} if found else {}
    return Bucket(address.url, address.where, settings)


def _shown(parts: SplitResult) -> str:
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def _options(query: str) -> tuple[dict[str, str], str, bool, bool]:
    """What stands behind the `?`: the options that are not ours, level, write, leases."""
    options = dict(parse_qsl(query, keep_blank_values=True))
    level = options.pop("level", MAIN)
    if not _LEVEL.fullmatch(level) or level in RESERVED:
        raise _wrong(f"'{level[:80]}' is no trust level: use small letters, digits, '.', '_' and '-'")
    return options, level, _flag(options, "write"), _flag(options, "leases")


def _flag(options: dict[str, str], name: str) -> bool:
    text = options.pop(name, "yes").lower()
    if text not in _YES:
        raise _wrong(f"{name}={text[:20]}: say yes or no")
    return _YES[text]


def _none_left(options: Mapping[str, str]) -> None:
    if options:
        raise _wrong(f"unknown option '{next(iter(options))}'; known are level, write, leases")


def _wrong(why: str) -> UsageError:
    return UsageError(
        f"ASSETGEN_SHARED_STORE: {why}. Give an absolute path, or a URL: file:///mnt/art, https://host/path, "
        "s3://bucket/path, gs://bucket/path, az://container/path"
    )
