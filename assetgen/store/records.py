"""What each request brought: request digest → originals, price, date. A record is never taken for a miss by mistake."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from assetgen.model.errors import StoreError
from assetgen.model.jsontext import parse_json
from assetgen.model.lock import Accepted, Original
from assetgen.model.request import Json
from assetgen.store import atomic
from assetgen.store.blocks import dump_accepted, load_accepted
from assetgen.store.folders import realm_folder, realm_of
from assetgen.store.objects import Objects
from assetgen.store.yamlet import Damage

_VERSION = 1


class Record(Struct, frozen=True):
    """All results of one request, newest last: more than one after `--rebuy`."""

    realm: str
    digest: str
    results: tuple[Accepted, ...]
    path: Path

    @property
    def originals(self) -> tuple[Original, ...]:
        return tuple(original for result in self.results for original in result.originals)


class Records:
    """Records under `root/records/REALM/ab/REQUEST.json`, beside the objects that they name."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.root = objects.root

    def keep(self, result: Accepted, contents: Mapping[str, bytes]) -> None:
        """Store a result: its originals' bytes (`contents` by SHA-256) first, then their record. Durable on return."""
        for original in result.originals:
            if self.objects.put(result.realm, contents[original.sha256]) != original.sha256:
                raise StoreError(f"{original.file}: its bytes are not those of its digest")
        self.put(result)

    def put(self, result: Accepted) -> None:
        """Write the record of a result whose originals are stored already, without pick and inputs (the project's)."""
        for original in result.originals:
            if not self.objects.has(result.realm, original.sha256):
                raise StoreError(f"{original.file} must be in the store before the record that names it")
        result = bare(result)
        old = self.record(result.realm, result.request.digest)
        results = [other for other in (old.results if old else ()) if other != result]
        document = _sealed([dump_accepted(each) for each in (*results, result)])
        atomic.write(self.path(result.realm, result.request.digest), document, sync=True)

    def get(self, realm: str, digest: str) -> Accepted | None:
        """The newest result of a request, or None. Its originals' `file` is a bare name (`D8-N.png`).

        StoreError for a damaged record, or one whose objects are gone: a picture was bought, so this is no miss.
        """
        record = self.record(realm, digest)
        if record is None:
            return None
        result = record.results[-1]
        for original in result.originals:
            if not self.objects.has(realm, original.sha256):
                raise StoreError(
                    f"{record.path}: the request was bought on {result.date[:10] or 'an unknown day'}, but its picture "
                    f"{original.sha256[:8]}… is gone from the store. Bring it back (backup, `assetgen cache pull`), "
                    "or remove this file: then it can be bought again"
                )
        return result

    def record(self, realm: str, digest: str) -> Record | None:
        """The whole record, its objects not looked at."""
        path = self.path(realm, digest)
        if not path.is_file() and not self.objects.revive(path):
            return None
        try:
            results = _opened(path.read_bytes())
        except OSError as error:
            raise atomic.cannot("read", path, error) from error
        except (ValueError, KeyError, TypeError, AttributeError, Damage) as error:
            raise _damaged(path) from error
        if not results or any(result.request.digest != digest or result.realm != realm for result in results):
            raise _damaged(path)
        return Record(realm, digest, results, path)

    def records(self) -> Iterator[Record]:
        """All records, sorted. StoreError at a damaged one."""
        for path in sorted((self.root / "records").glob("*/??/*.json")):
            record = self.record(realm_of(path.parent.parent.name), path.stem)
            if record is not None:
                yield record

    def path(self, realm: str, digest: str) -> Path:
        return self.root / "records" / realm_folder(realm) / digest[:2] / f"{digest}.json"


def bare(result: Accepted) -> Accepted:
    """A result without what belongs to one project: folders, pick and references."""
    originals = tuple(replace(original, file=Path(original.file).name) for original in result.originals)
    return replace(result, originals=originals, pick=None, inputs={})


def _sealed(results: Json) -> bytes:
    """The file's text: a checksum tells damage from what was written."""
    body = json.dumps(results, sort_keys=True, ensure_ascii=False)
    document = {"version": _VERSION, "check": hashlib.sha256(body.encode()).hexdigest(), "results": results}
    return (json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()


def _opened(data: bytes) -> tuple[Accepted, ...]:
    document = parse_json(data)
    if document["version"] != _VERSION:
        raise ValueError("another version")
    body = json.dumps(document["results"], sort_keys=True, ensure_ascii=False)
    if hashlib.sha256(body.encode()).hexdigest() != document["check"]:
        raise ValueError("the checksum is wrong")
    return tuple(load_accepted(result) for result in document["results"])


def _damaged(path: Path) -> StoreError:
    return StoreError(
        f"{path}: this record of a purchase is damaged (or of a newer assetgen). Restore it from a backup; "
        "if you remove it, the request can be bought again"
    )
