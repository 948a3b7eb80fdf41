"""What the journal knows of one purchase, as values and pure functions on them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from msgspec import Struct, field
from msgspec.structs import fields, replace

from assetgen.model.codec import from_json, to_json
from assetgen.model.cost import UNKNOWN, Cost
from assetgen.model.errors import StoreError
from assetgen.model.request import Json, Request, canonical_digest

State = Literal[
    "intended", "sent", "accepted", "received", "unknown", "done", "rejected", "refused", "refunded", "lost"
]

OPEN: frozenset[State] = frozenset({"intended", "sent", "accepted", "received", "unknown"})
UNSETTLED: frozenset[State] = frozenset({"sent", "accepted", "unknown"})
"""Open, and it is not known what was charged: these block further paid sends of the account."""

REPEATABLE_FOR = 24 * 3600.0
"""Seconds after which an entry is never repeated by itself (IDENTITY 23)."""


_STATES = frozenset(get_args(State))
_KINDS: dict[str, Any] = {
    **dict.fromkeys(
        ("id", "asset", "digest", "key", "base", "path", "body", "kind", "session", "reason", "state"), str
    ),
    **dict.fromkeys(("at", "changed"), int | float),
    **dict.fromkeys(("task", "request_id", "raw"), str | None),
    "attempt": int,
    "sent_at": int | float | None,
    "expected": Mapping,
}
"""What an entry's fields are, whoever wrote the line."""


class Entry(Struct, frozen=True):
    """One purchase.

    `at` is when it was intended, `sent_at` when it was last sent, `changed` when its state was entered (seconds
    since 1970, UTC). `session` is the process that works on it. `digest` is the request digest, `key` the
    idempotency key of (realm, digest, take, attempt). `base` and `path` say where it was sent, `body` is the
    SHA-256 of the stored body. `shape` says what the reply must hold. `task`, `request_id` come from the service;
    `raw` is the SHA-256 of the stored reply. `reason` says why it is in its state.
    """

    id: str
    state: State
    at: float
    changed: float
    session: str
    asset: str
    digest: str
    request: Json
    attempt: int
    key: str
    base: str
    path: str
    body: str
    kind: str
    expected: Mapping[str, Any]
    shape: Json = None
    sent_at: float | None = None
    task: str | None = None
    request_id: str | None = None
    raw: str | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        for name, kinds in _KINDS.items():
            if not isinstance(getattr(self, name), kinds):
                raise TypeError(f"`{name}` is {getattr(self, name)!r:.40}")
        if not all(abs(time or 0) < 1e12 for time in (self.at, self.changed, self.sent_at)):
            raise ValueError("a time that is none")
        if self.state not in _STATES:
            raise ValueError(f"no state is called {self.state!r:.40}")

    @property
    def price(self) -> Cost:
        """The expected price. StoreError when the journal holds none that can be read."""
        try:
            return Cost.from_json(dict(self.expected)) if self.expected else UNKNOWN
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
            raise StoreError(f"journal entry {self.id}: its price cannot be read ({error})") from error

    @property
    def full_request(self) -> Request:
        """The request that it is about. StoreError when the journal holds none that can be read."""
        try:
            return from_json(Request, self.request)
        except ValueError as error:
            raise StoreError(f"journal entry {self.id}: its request cannot be read ({error})") from error

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def age(self, now: float) -> float:
        return now - self.at


class Attempts(Struct, frozen=True):
    """The attempts made on one request: the `last` one, and the one to be made `next` unless a re-buy is approved."""

    last: int
    next: int


class Ledger(Struct, frozen=True):
    """The whole journal: entries by id in order of their intent, attempts by request digest, and when each task of
    the service's list was first seen by us."""

    entries: dict[str, Entry] = field(default_factory=dict)
    attempts: dict[str, Attempts] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)

    def copy(self) -> Ledger:
        return Ledger(dict(self.entries), dict(self.attempts), dict(self.seen))

    def apply(self, line: Mapping[str, Any]) -> None:
        """Takes one line of the file in. Lines and fields not known here are left alone: a newer version wrote them.

        KeyError, TypeError, ValueError, ArithmeticError, AttributeError: the line says something else than it must.
        """
        if "entry" in line:
            self._put(Entry(**_known(line["entry"])))
        elif "id" in line and line["id"] in self.entries:
            self._put(replace(self.entries[line["id"]], **_known(line["set"])))
        elif "attempts" in line:
            self.attempts.update({digest: Attempts(*map(int, pair)) for digest, pair in line["attempts"].items()})
        elif "seen" in line:
            for task in line["seen"]:
                self.seen.setdefault(str(task), float(line["at"]))

    def _put(self, entry: Entry) -> None:
        self.entries[entry.id] = entry
        before = self.attempts.get(entry.digest, Attempts(-1, 0))
        rises = entry.attempt + (entry.state in ("refunded", "lost"))
        self.attempts[entry.digest] = Attempts(max(before.last, entry.attempt), max(before.next, rises))

    def next_attempt(self, digest: str, *, least: int = 0, rebuy: bool = False) -> int:
        """The attempt number for the next purchase of a request. An approved re-buy begins a new one even where
        this journal has never heard of the first: it may have been made on another machine."""
        known = self.attempts.get(digest, Attempts(0, 0))
        return max(least, known.next, known.last + 1 if rebuy else 0)

    def open_for(self, digest: str) -> Entry | None:
        """The open entry of a request, if there is one."""
        return next((e for e in self.entries.values() if e.digest == digest and e.is_open), None)

    def claimed(self) -> frozenset[str]:
        return frozenset(entry.task for entry in self.entries.values() if entry.task is not None)


_FIELDS = frozenset(item.name for item in fields(Entry))


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in _FIELDS}


def derived_key(realm: str, request: Request, attempt: int) -> str:
    """The idempotency key: SHA-256 of (realm, request digest, take, attempt), as 64 hex digits (IDENTITY 22)."""
    return canonical_digest([realm, request.digest, request.take, attempt])


def entry_id(key: str) -> str:
    """The journal's id of the purchase with an idempotency key: short enough to be typed."""
    return hashlib.sha256(key.encode()).hexdigest()[:10]


def request_json(request: Request) -> Json:
    return to_json(request)


def worth_keeping(ledger: Ledger, now: float) -> Iterable[Entry]:
    """What compaction keeps: what is open, lost or rejected for ever, and everything of the last two days; all of
    it while anything is open, since a task may only be claimed when it is known whose the others are."""
    recent = now - 2 * REPEATABLE_FOR
    busy = any(entry.is_open for entry in ledger.entries.values())
    for entry in ledger.entries.values():
        if busy or entry.is_open or entry.state in ("lost", "rejected") or entry.changed > recent:
            yield entry
