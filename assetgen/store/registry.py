"""The projects that use the user's store, so that nothing that a lock names is ever collected (IDENTITY 27)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from assetgen.model.errors import StoreError
from assetgen.model.jsontext import parse_json
from assetgen.model.lock import Accepted, Adopted, Lock, Original, Rejected
from assetgen.store import atomic, lockfile


class Project(Struct, frozen=True):
    """A known project: its lock file, and the note in the store that says so."""

    lock: Path
    note: Path


def register(store: Path, lock: Path) -> None:
    """Make a project known by its lock file's path. Writes only the first time. StoreError where it cannot."""
    place = os.path.realpath(lock)  # pathlib would raise for a ring of links, which the lock's reader names
    note = store / "projects" / f"{hashlib.sha256(place.encode()).hexdigest()[:16]}.json"
    try:
        atomic.write_if_changed(note, (json.dumps({"lock": place}) + "\n").encode())
    except StoreError as error:
        raise StoreError(
            f"{error}; what is bought is kept there: name a folder that can be written in ASSETGEN_CACHE_DIR"
        ) from error


def projects(store: Path) -> list[Project]:
    """All known projects. StoreError for a damaged note."""
    found = []
    for note in sorted((store / "projects").glob("*.json")):
        try:
            found.append(Project(Path(parse_json(note.read_bytes())["lock"]), note))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{note} is damaged: remove it, and build that project once") from error
    return found


def named(store: Path, *, forget_missing: bool = False) -> set[str]:
    """SHA-256 of every original that the lock of any known project names.

    StoreError when a lock is gone or unreadable, since it may name anything; `forget_missing` forgets the gone.
    """
    digests: set[str] = set()
    for project in projects(store):
        if not project.lock.is_file():
            if not forget_missing:
                raise StoreError(
                    f"{project.lock} is not there: is its disk mounted? If the project is gone for good, "
                    f"remove {project.note}"
                )
            project.note.unlink(missing_ok=True)
            continue
        digests.update(original.sha256 for original in originals_of(lockfile.read(project.lock).lock))
    return digests


def originals_of(lock: Lock) -> Iterator[Original]:
    """Every original that a lock names: accepted, adopted, usable among rejected, superseded and retired."""
    for block in (*lock.blocks.values(), *lock.retired):
        yield from _result(block.steps, block.adopted, block.rejected)
        for past in block.history:
            yield from _result(past.steps, past.adopted, past.rejected)


def _result(steps: tuple[Accepted, ...], adopted: Adopted | None, rejected: Rejected | None) -> Iterator[Original]:
    for step in steps:
        yield from step.originals
    if adopted:
        yield adopted.original
    if rejected:
        yield from rejected.usable
