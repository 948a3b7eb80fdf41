"""The team's store: pictures by digest, and which request brought which. What comes out of it is checked."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

from assetgen.model.errors import StoreError
from assetgen.model.jsontext import parse_json
from assetgen.model.lock import Accepted
from assetgen.model.request import Json
from assetgen.store import atomic
from assetgen.store.blocks import dump_accepted, load_accepted
from assetgen.store.records import bare
from assetgen.store.shared import keys
from assetgen.store.shared.address import Address
from assetgen.store.shared.backend import Backend, damaged
from assetgen.store.shared.keys import MAIN, Key
from assetgen.store.shared.signing import PUBLIC, Signing
from assetgen.store.yamlet import Damage

_VERSION = 1
_RIVALS = 20  # machines that may write down a result of the same request in the same moment
_FILE = re.compile(r"([0-9a-f]{8})[0-9a-f]*-[0-9]{1,4}(-[a-z_]{1,20})?\.(png|gif|webp|jpg|json|bin)")
_DIGEST = re.compile(r"[0-9a-f]{64}")

Held = Callable[[str], bool]
"""Whether a picture need not be looked for, by its digest: it is in the user's own store."""


class Team:
    """A shared store as one machine may use it. Safe for threads; opened at its first use.

    `notes` is a folder of the user in which the stores that were seen are remembered. `token` is unequal for
    all processes, `who` what people are told about this one. Every method raises StoreError for trouble.
    """

    def __init__(
        self, backend: Backend, address: Address, signing: Signing, *, notes: Path, token: str, who: str
    ) -> None:
        self.backend = backend
        self.address = address
        self.signing = signing
        self.token = token
        self.who = who
        self._notes = notes
        self._open = False
        self._failed: StoreError | None = None
        self._opening = threading.Lock()

    @property
    def where(self) -> str:
        return self.backend.where

    # -- pictures -------------------------------------------------------------

    def has(self, digest: str) -> bool:
        """Whether there is an object of that name, unread."""
        self.open()
        return self.backend.size(keys.blob(digest)) is not None

    def read(self, digest: str) -> bytes | None:
        """A picture, checked; None when it is not there. Wrong bytes under its name are an error, never a miss."""
        self.open()
        key = keys.blob(digest)
        data = self.backend.get(key)
        if data is not None and hashlib.sha256(data).hexdigest() != digest:
            raise damaged(self.where, f"use {key.tree}", "its bytes are not those of its name; remove it there")
        return data

    def put(self, data: bytes) -> str:
        """Stores a picture, durable on return; gives its digest."""
        self._may_write()
        digest = hashlib.sha256(data).hexdigest()
        key = keys.blob(digest)
        there = self.backend.size(key)
        if there is None and self.backend.create(key, data):
            return digest
        there = self.backend.size(key)
        if there != len(data):
            raise damaged(
                self.where, f"write {key.tree}", f"other bytes ({there}) stand under its name; remove it there"
            )
        return digest

    # -- records --------------------------------------------------------------

    def recorded(self, realm: str, digest: str, held: Held = lambda digest: False) -> Accepted | None:
        """The newest result of a request that this machine believes; None when there is none.

        StoreError for a record that cannot be believed, and for one whose picture is gone: something was bought.
        """
        results = self.results(realm, digest)
        if not results:
            return None
        for original in results[-1].originals:
            if not held(original.sha256) and not self.has(original.sha256):
                raise StoreError(
                    f"shared store {self.where}: request {digest[:8]}… was bought on {results[-1].date[:10] or '?'}, "
                    f"but its picture {original.sha256[:8]}… is gone from there. Bring it back with 'assetgen cache "
                    "push' from a machine or a checkout that has it; only --rebuy buys it again"
                )
        return results[-1]

    def results(self, realm: str, digest: str) -> tuple[Accepted, ...]:
        """All results of a request, oldest first: the main branch's, then those of this machine's own level."""
        self.open()
        levels = dict.fromkeys((MAIN, self.address.level))
        return tuple(result for level in levels for result in self._believed(level, realm, digest))

    def _believed(self, level: str, realm: str, digest: str) -> list[Accepted]:
        """Records that are signed as asked for. Where there are only others, that is an error: somebody bought it."""
        chain = self._chain(level, realm, digest)
        believed = [result for result, is_believed in chain if is_believed]
        if chain and not believed:
            key = keys.record(level, realm, digest, len(chain) - 1)
            why = f"it is not signed by a key in {PUBLIC}; 'assetgen cache push' with the key signs what a lock names"
            raise damaged(self.where, f"use {key.tree}", why)
        return believed

    def _chain(self, level: str, realm: str, digest: str) -> list[tuple[Accepted, bool]]:
        """All records of a level, and whether each is believed."""
        found: list[tuple[Accepted, bool]] = []
        while True:
            key = keys.record(level, realm, digest, len(found))
            data = self.backend.get(key)
            if data is None:
                return found
            found.append(self._opened(key, data, level, realm, digest))

    def record(self, result: Accepted) -> None:
        """Writes down a result whose pictures are stored already, after those that are there. Never twice."""
        obstacle = self.obstacle
        if obstacle is not None:
            raise StoreError(f"shared store {self.where}: {obstacle}")
        for original in result.originals:
            if not self.has(original.sha256):
                raise StoreError(f"{original.file} must be in the shared store before the record that names it")
        level, realm, digest = self.address.level, result.realm, result.request.digest
        result = bare(result)
        data = self._sealed(level, realm, digest, result)
        for _attempt in range(_RIVALS):
            chain = self._chain(level, realm, digest)
            if any(_pictures(other) == _pictures(result) for other, believed in chain if believed):
                return
            if self.backend.create(keys.record(level, realm, digest, len(chain)), data):
                return
        key = keys.record(level, realm, digest, 0)
        raise damaged(self.where, f"write {key.tree}", "it says that there is a record, and shows none")

    @property
    def obstacle(self) -> str | None:
        """Why records of this machine cannot be written or would not be believed; None when all is well."""
        if not self.address.write:
            return "write=no is set in ASSETGEN_SHARED_STORE"
        if self.address.level != MAIN:
            return None
        why = self.signing.obstacle
        return f"{why}; without a key, give yourself a trust level: …?level=NAME" if why is not None else None

    def _sealed(self, level: str, realm: str, digest: str, result: Accepted) -> bytes:
        record = {"realm": realm, "digest": digest, "level": level, "by": self.who, "result": dump_accepted(result)}
        body = _body(record)
        document = {"version": _VERSION, "check": hashlib.sha256(body).hexdigest(), "record": record}
        signature = self.signing.sign(body)
        return json.dumps(document | ({"signature": signature} if signature else {}), sort_keys=True).encode()

    def _opened(self, key: Key, data: bytes, level: str, realm: str, digest: str) -> tuple[Accepted, bool]:
        try:
            document = parse_json(data)
            record = document["record"]
            body = _body(record)
            if document["version"] != _VERSION or hashlib.sha256(body).hexdigest() != document["check"]:
                raise ValueError("the checksum is wrong")
            if (record["realm"], record["digest"], record["level"]) != (realm, digest, level):
                raise ValueError("it belongs elsewhere")
            result = load_accepted(record["result"])
            _checked(result, realm, digest)
        except (ValueError, KeyError, TypeError, RecursionError, Damage) as error:
            raise damaged(self.where, f"use {key.tree}", f"the record is damaged ({error})") from error
        return result, level != MAIN or self.signing.believes(body, document.get("signature"))

    # -- the store itself -----------------------------------------------------

    def open(self) -> None:
        """Makes sure that this is a store, and the one that it was. An empty one is set up at its first use; one that
        was seen before and is empty now is an error: a drive that is not mounted, a wrong bucket."""
        with self._opening:
            if self._failed is not None:
                raise self._failed  # many ask at once: each would wait for it as long as the first
            if not self._open:
                try:
                    self._identify()
                except StoreError as error:
                    self._failed = error
                    raise
                self._open = True

    def _identify(self) -> None:
        place = self.address.url + dict(self.address.settings).get("endpoint", "")
        note = self._notes / f"{hashlib.sha256(place.encode()).hexdigest()[:16]}.json"
        seen = _noted(note)
        found = self.backend.get(keys.marker())
        if found is None and seen is not None:
            raise StoreError(
                f"shared store {self.where}: it is empty, and it was not when this machine last saw it: is the drive "
                f"mounted, the address right? If it is meant to be new, remove {note}"
            )
        if found is None and self.address.write:
            document = json.dumps({"assetgen": "shared store", "version": 1, "id": self.token}).encode()
            self.backend.create(keys.marker(), document)
            found = self.backend.get(keys.marker())
        if found is None:
            return
        name = _id(found)
        if name is None:
            raise damaged(self.where, f"use {keys.marker().tree}", "it is not what this program writes")
        if seen is not None and seen != name:
            raise StoreError(
                f"shared store {self.where}: it is another one than this machine last saw there; remove {note} if "
                "that is meant"
            )
        if seen is None:
            text = json.dumps({"store": self.where, "id": name}) + "\n"
            atomic.write(note, text.encode())

    def _may_write(self) -> None:
        self.open()
        if not self.address.write:
            raise StoreError(f"shared store {self.where}: write=no is set in ASSETGEN_SHARED_STORE")

    def close(self) -> None:
        self.backend.close()


def _checked(result: Accepted, realm: str, digest: str) -> None:
    """ValueError where a record says what no purchase brings: its file names become paths."""
    if result.request.digest != digest or result.realm != realm or not result.originals:
        raise ValueError("it is of another request")
    for original in result.originals:
        match = _FILE.fullmatch(original.file)
        digests = (original.sha256, original.pixels)
        if match is None or not all(_DIGEST.fullmatch(d) for d in digests) or original.candidate < 1:
            raise ValueError("it names no pictures")


def _pictures(result: Accepted) -> list[tuple[str, int, str | None]]:
    return [(original.sha256, original.candidate, original.extra) for original in result.originals]


def _body(record: Json) -> bytes:
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _noted(note: Path) -> str | None:
    try:
        return _id(note.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise atomic.cannot("read", note, error) from error


def _id(data: bytes) -> str | None:
    try:
        document = parse_json(data)
    except ValueError:
        return None
    name = document.get("id") if isinstance(document, dict) else None
    return name if isinstance(name, str) else None
