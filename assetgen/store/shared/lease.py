"""Leases on purchases: of all machines of a team one buys a request, the others wait for its record.

A lease is a chain of notes that nobody can overwrite. The newest note counts. The owner keeps the lease by adding a
note now and then; whoever has watched the newest note for its whole term, by the clock of his own that never jumps,
may add the next one, and the lease is his. Of several who try exactly one can. Clocks of machines are not compared.
"""

from __future__ import annotations

import json
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

from assetgen.model.jsontext import parse_json
from assetgen.store.shared import keys
from assetgen.store.shared.backend import Backend, damaged
from assetgen.store.shared.keys import MAIN

TERM = 60.0
"""Seconds that a note is good for; the owner adds one every third of it."""

SETTLE = 1.0
"""Seconds after which the winner looks again, where the server itself cannot tell who was first. The server must be
done with a small PUT in much less than that, or refuse it (docs/teams.md: `client_body_timeout`)."""

State = Literal["held", "done", "unshared", "failed", "rejected"]
"""`done`: its record is in the store; `unshared`: bought, and the store did not take it; `failed`: nothing was charged;
`rejected`: a paid reply that could not be used."""

_STATES = frozenset({"held", "done", "unshared", "failed", "rejected"})


class Note(Struct, frozen=True):
    """One step of a lease. `since` is when its owner began (seconds since 1970, for people), `term` in seconds.

    `account` and `repeatable` say whether somebody else may send the same request again without being charged twice:
    the same idempotency key of the same account. `reason` says why it was rejected. `level` is the trust level under
    which the result was written down.
    """

    state: State
    owner: str
    who: str
    account: str
    repeatable: bool
    since: float
    term: float = TERM
    reason: str = ""
    level: str = MAIN


class Seen(Struct, frozen=True):
    """The newest note and its number in the chain."""

    number: int
    note: Note


def newest(backend: Backend, realm: str, digest: str, start: int = 0) -> Seen | None:
    """The newest note of a lease, looked for from number `start` on; None when there is none."""
    found: Seen | None = None
    number = start
    while (data := backend.get(keys.lease(realm, digest, number))) is not None:
        found = Seen(number, _opened(backend, realm, digest, number, data))
        number += 1
    return found


def add(backend: Backend, realm: str, digest: str, number: int, note: Note) -> bool:
    """Adds note `number`. False when somebody else has: see who with `newest`."""
    return backend.create(keys.lease(realm, digest, number), json.dumps(asdict(note), sort_keys=True).encode())


def is_mine(backend: Backend, realm: str, digest: str, number: int, owner: str) -> bool:
    """Whether note `number` is there and of this owner."""
    data = backend.get(keys.lease(realm, digest, number))
    return data is not None and _opened(backend, realm, digest, number, data).owner == owner


def _opened(backend: Backend, realm: str, digest: str, number: int, data: bytes) -> Note:
    try:
        values = parse_json(data)
        note = Note(**values)
        texts = (note.state, note.owner, note.who, note.account, note.reason, note.level)
        if not all(isinstance(text, str) for text in texts) or note.state not in _STATES:
            raise ValueError
        if not (0 < note.term < 86_400 and 0 <= note.since < 1e12 and isinstance(note.repeatable, bool)):
            raise ValueError
        return note
    except (ValueError, TypeError) as error:
        key = keys.lease(realm, digest, number)
        raise damaged(backend.where, f"use {key.tree}", "the lease is damaged; remove it there") from error


def refuses_overwriting(backend: Backend, token: str) -> bool:
    """Whether a second `create` of one name fails, as leases need it: bazel-remote, for one, overwrites, and so do
    servers that speak S3 and know no conditions. The name is always the same one: nothing piles up."""
    key = keys.probe()
    backend.create(key, b"assetgen\n")
    return not backend.create(key, token.encode())
