"""What things are called in a shared store: one name for trees of files, one for bazel-remote's flat layout."""

from __future__ import annotations

import hashlib
import re

from msgspec import Struct

from assetgen.model.errors import StoreError
from assetgen.store.folders import realm_folder

MAIN = "main"
"""The trust level whose records everybody believes."""

RESERVED = frozenset({"ac", "cas", "leases", "rates", "records"})
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Key(Struct, frozen=True):
    """`tree` is a path below the store (`records/main/official/ab/….0.json`), `flat` one in bazel-remote's layout.

    `flat` is `cas/DIGEST` for a picture and `[AREA/]ac/KEY` for all else, KEY the SHA-256 of `tree`; AREA is the trust
    level of a record (none for `main`), or `leases`, `rates`: so that a server can give each other rights.
    """

    tree: str
    flat: str


def blob(digest: str) -> Key:
    """A picture. StoreError for what is no SHA-256."""
    if not _DIGEST.fullmatch(digest):
        raise StoreError(f"`{digest[:80]}` is no SHA-256")
    return Key(f"cas/{digest[:2]}/{digest}", f"cas/{digest}")


def record(level: str, realm: str, digest: str, number: int) -> Key:
    """Result `number` (from 0) of a request, as somebody of a trust level wrote it down."""
    tree = f"records/{level}/{realm_folder(realm)}/{digest[:2]}/{digest}.{number}.json"
    return _action(tree, "" if level == MAIN else level)


def lease(realm: str, digest: str, number: int) -> Key:
    """Step `number` (from 0) in the life of the lease of one purchase."""
    return _action(f"leases/{realm_folder(realm)}/{digest[:2]}/{digest}.{number}.json", "leases")


def ticket(realm: str, account: str, rate: str, slot: int) -> Key:
    """The right to send one request in slot `slot` of an account's time."""
    return _action(f"rates/{realm_folder(realm)}/{account}/{rate}/{slot // 10_000}/{slot}", "rates")


def spent(realm: str, account: str, unit: str, day: int, number: int) -> Key:
    """Note `number` (from 1) of what an account spent on a day (days since 1970)."""
    return _action(f"rates/{realm_folder(realm)}/{account}/spent-{unit}/{day}/{number}.json", "rates")


def marker() -> Key:
    """What says that this is a store of ours, and which."""
    return _action("assetgen-store.json", "")


def probe() -> Key:
    """Where it is tried whether the server can refuse to overwrite."""
    return _action("leases/~probe", "leases")  # no realm's folder has a ~


def _action(tree: str, area: str) -> Key:
    name = hashlib.sha256(f"assetgen:{tree}".encode()).hexdigest()
    return Key(tree, f"{area}/ac/{name}" if area else f"ac/{name}")
