"""`cache gc`: what can be made again goes; what was paid for goes to a trash first, and only when nobody names it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from assetgen.model.cost import UNKNOWN, Cost, total
from assetgen.store import atomic
from assetgen.store.objects import Blob
from assetgen.store.records import Record, Records
from assetgen.store.registry import named

DAY = 86_400.0
TRASH_DAYS = 30
_AT_WORK = DAY  # seconds: a purchase younger than this may not have reached its lock yet


class Unnamed(Struct, frozen=True):
    """One purchase (or loose objects of a realm, then without a digest) that no known lock names.

    `paths` are its files in the store, `size` their bytes, `price` what it cost, `what` its prompt or operation.
    """

    realm: str
    digest: str | None
    paths: tuple[Path, ...]
    size: int
    price: Cost
    date: str
    what: str


def unnamed(records: Records, *, now: float, forget_missing: bool = False) -> list[Unnamed]:
    """What `cache gc --paid` would remove. Nothing younger than a day. StoreError when a known lock cannot be read."""
    wanted = named(records.root, forget_missing=forget_missing)
    found = list(records.records())
    blobs = {(blob.realm, blob.digest): blob for blob in records.objects.blobs()}
    young = {key for key, blob in blobs.items() if blob.written > now - _AT_WORK}
    staying = [
        record
        for record in found
        if not wanted.isdisjoint(original.sha256 for original in record.originals)
        or not young.isdisjoint(_keys(record))
        or record.path.stat().st_mtime > now - _AT_WORK
    ]
    kept = young.union(*map(_keys, staying)) | {key for key in blobs if key[1] in wanted}
    going = [record for record in found if record not in staying]
    purchases = [
        _purchase(record, [blobs[key] for key in _keys(record) if key in blobs and key not in kept]) for record in going
    ]
    loose = blobs.keys() - kept.union(*map(_keys, going))
    return purchases + [
        Unnamed(key[0], None, (blobs[key].path,), blobs[key].size, UNKNOWN, "", "an object without a record")
        for key in sorted(loose)
    ]


def discard(records: Records, items: Iterable[Unnamed], *, now: float) -> None:
    """Move purchases to the trash: the record first, so that no record is left without its objects."""
    for item in items:
        for path in item.paths:
            if path.is_file():
                records.objects.discard(path, now=now)


def empty_trash(store: Path, *, now: float) -> int:
    """Delete what has been in the trash for more than 30 days; gives the number of bytes."""
    freed = 0
    for day in sorted((store / "trash").glob("[0-9]*")):
        if re.fullmatch(r"[0-9]{8}", day.name) and _age(day.name, now) > TRASH_DAYS * DAY:
            freed += size_of(day)
            remove_folder(day)
    return freed


def derived(cache: Path, store: Path, *, now: float) -> int:
    """Delete all that can be made again (`cache`), and what killed processes left in `store`. Gives the bytes."""
    freed = size_of(cache)
    remove_folder(cache)
    atomic.sweep(store, before=now - DAY)
    return freed + empty_trash(store, now=now)


def size_of(folder: Path) -> int:
    """Bytes in all files below a folder, 0 where there is none."""
    size = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            size += path.lstat().st_size if path.is_file() else 0
    return size


def _age(day: str, now: float) -> float:
    try:
        return now - datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _keys(record: Record) -> dict[tuple[str, str], None]:
    """Realm and digest of each object that a record names."""
    return dict.fromkeys((record.realm, original.sha256) for original in record.originals)


def _purchase(record: Record, blobs: list[Blob]) -> Unnamed:
    newest = record.results[-1]
    return Unnamed(
        realm=record.realm,
        digest=record.digest,
        paths=(record.path, *(blob.path for blob in blobs)),
        size=sum(blob.size for blob in blobs),
        price=total(result.price for result in record.results),
        date=newest.date,
        what=str(newest.request.fields.get("prompt") or newest.request.op),
    )


def remove_folder(folder: Path) -> None:
    """Delete a folder; read-only files too, which Windows would refuse."""
    for place, _folders, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(place, name)
            with suppress(OSError):
                path.chmod(0o666)
                path.unlink()
        with suppress(OSError):
            Path(place).rmdir()
