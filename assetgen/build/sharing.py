"""`cache push`, `pull` and `verify` for one project, or for everything that the user's store holds."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from assetgen.model.errors import UsageError
from assetgen.model.lock import Original
from assetgen.store.objects import Objects
from assetgen.store.records import Records

if TYPE_CHECKING:
    from assetgen.build.options import Environment
    from assetgen.build.session import Session
    from assetgen.store.shared.team import Team
    from assetgen.store.shared.transfer import Outcome, Tick


def open_alone(environment: Environment, data: Path, root: Path | None) -> Team:
    """The team's store without a build. UsageError where none is named."""
    from assetgen.store.shared.opening import VARIABLE, open_team

    variables: Mapping[str, str] = environment.variables
    team = open_team(variables, data, root, now=environment.now, random=environment.random)
    if team is None:
        raise UsageError(f"{VARIABLE} is not set: it names the team's store (a directory, https://…, s3://…)")
    return team


def push(team: Team, objects: Objects, session: Session | None, tick: Tick) -> Outcome:
    """Everything that the session's lock names; without a session all of the user's store."""
    from assetgen.store.shared import transfer

    if session is None:
        what = transfer.stored(Records(objects))
        return transfer.push(team, what, lambda realm, original: objects.get(realm, original.sha256), tick)
    originals = session.originals

    one = threading.Lock()  # the folder of originals is looked through once, not by many threads

    def read(realm: str, original: Original) -> bytes | None:
        with one:
            if originals.locate(original).state == "exact":
                return originals.read(original)
        return objects.get(realm, original.sha256)

    return transfer.push(team, transfer.named(session.lock.lock), read, tick)


def pull(team: Team, objects: Objects, session: Session | None, tick: Tick) -> Outcome:
    """What the session's lock names and neither the project nor the user's store has; without one, all there is."""
    from assetgen.store.shared import transfer

    records = Records(objects)
    if session is None:
        what = transfer.shared(team)
        return transfer.pull(team, what, lambda realm, o: objects.has(realm, o.sha256), records, tick)
    originals = session.originals

    one = threading.Lock()

    def here(realm: str, original: Original) -> bool:
        with one:
            found = originals.locate(original).usable
        return found or objects.has(realm, original.sha256)

    return transfer.pull(team, transfer.named(session.lock.lock), here, records, tick)


def verify(team: Team, session: Session | None, tick: Tick) -> Outcome:
    """Reads what the session's lock names in the team's store; without a session all that its records name."""
    from assetgen.store.shared import transfer

    return transfer.verify(team, transfer.named(session.lock.lock) if session else transfer.shared(team), tick)
