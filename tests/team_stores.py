"""What the tests of a team's store share: an open one, and something to keep in it."""

from __future__ import annotations

import hashlib
import itertools
from decimal import Decimal
from pathlib import Path

from shared_servers import Place

from assetgen.model.cost import Cost
from assetgen.model.lock import Accepted, Original
from assetgen.model.request import Request
from assetgen.store.shared.opening import open_team
from assetgen.store.shared.team import Team

DATA = b"\x89PNG pixels"


_SERIAL = itertools.count()
_OPEN: list[Team] = []


def opened(
    where: Place, tmp_path: Path, *, options: str = "", root: Path | None = None, key: str | None = None
) -> Team:
    """The store at a place, as a user's environment names it."""
    url = where.url
    if options:
        url += ("&" if "?" in url else "?") + options
    variables = {"ASSETGEN_SHARED_STORE": url, **where.env, "USER": "ada"}
    if key is not None:
        variables["ASSETGEN_SIGNING_KEY"] = key
    serial = next(_SERIAL)
    team = open_team(variables, tmp_path / "home", root, now=lambda: float(serial), random=lambda: 0.5)
    assert team is not None
    _OPEN.append(team)
    return team


def close_all() -> None:
    """Whatever a test has opened."""
    while _OPEN:
        _OPEN.pop().close()


def original(data: bytes = DATA) -> Original:
    digest = hashlib.sha256(data).hexdigest()
    return Original(f"originals/hero/{digest[:8]}-1.png", digest, hashlib.sha256(b"p" + data).hexdigest(), (16, 16))


def result(data: bytes = DATA, prompt: str = "a hero", realm: str = "official") -> Accepted:
    request = Request("generate", {"prompt": prompt, "width": 16})
    return Accepted(request, realm, (original(data),), price=Cost(Decimal("0.18")), date="2026-11-21T08:00:00Z")


def kept(team: Team, accepted: Accepted, data: bytes = DATA) -> Accepted:
    """A purchase that the store has."""
    team.put(data)
    team.record(accepted)
    return accepted
