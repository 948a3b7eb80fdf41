"""Many pictures and records at once between a project, the user's store and the team's: push, pull, verify."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from msgspec import Struct, field

from assetgen.model.errors import StoreError
from assetgen.model.lock import Accepted, Block, Lock, Original
from assetgen.model.realm import OFFICIAL, PLACEHOLDER
from assetgen.store.folders import realm_of
from assetgen.store.records import Records
from assetgen.store.shared import keys
from assetgen.store.shared.backend import UnreachableError
from assetgen.store.shared.team import Team

T = TypeVar("T")

WORKERS = 24

Tick = Callable[[int, int], None]
"""Told how many of how many are done; from any thread."""

Read = Callable[[str, Original], bytes | None]
"""An original's bytes in the project or the user's store, by its realm; None where it is in neither."""


class Outcome(Struct):
    """`done` were moved (or checked), `there` needed nothing, `missing` are nowhere, `failed` says what went wrong.
    `size` is in bytes, of what was moved or checked. Counted from many threads."""

    done: int = 0
    there: int = 0
    size: int = 0
    missing: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    _one: threading.Lock = field(default_factory=threading.Lock)

    def count(self, size: int) -> None:
        with self._one:
            self.done += 1
            self.size += size

    def pass_over(self) -> None:
        with self._one:
            self.there += 1

    @property
    def exit_status(self) -> int:
        return 1 if self.missing or self.failed else 0


class Named(Struct, frozen=True):
    """What a lock (or a store) names: pictures with their realms, results of requests."""

    originals: tuple[tuple[str, Original], ...]
    results: tuple[Accepted, ...]


def named(lock: Lock) -> Named:
    """Everything that a lock names, but placeholders: each picture and each result once."""
    originals: dict[tuple[str, str], Original] = {}
    results: dict[tuple[str, ...], Accepted] = {}
    for block in (*lock.blocks.values(), *lock.retired):
        for result in _results(block):
            if result.realm != PLACEHOLDER:
                digests = (original.sha256 for original in result.originals)
                results[(result.realm, result.request.digest, *digests)] = result
        for realm, original in _originals(block):
            if realm != PLACEHOLDER:
                originals[realm, original.sha256] = original
    return Named(tuple((realm, o) for (realm, _), o in originals.items()), tuple(results.values()))


def stored(records: Records) -> Named:
    """Everything in the user's store that a record names."""
    found = [result for record in records.records() for result in record.results]
    originals = {(result.realm, o.sha256): o for result in found for o in result.originals}
    return Named(tuple((realm, o) for (realm, _), o in originals.items()), tuple(found))


def shared(team: Team) -> Named:
    """Everything that the team's records name. StoreError where the place has no lists."""
    team.open()
    requests = dict.fromkeys(_requests(team))
    found = [result for realm, digest in requests for result in team.results(realm, digest)]
    originals = {(result.realm, o.sha256): o for result in found for o in result.originals}
    return Named(tuple((realm, o) for (realm, _), o in originals.items()), tuple(found))


def push(team: Team, what: Named, read: Read, tick: Tick) -> Outcome:
    """Puts pictures into the team's store, then the records of results whose pictures are all there."""
    outcome, sure = Outcome(), set[str]()

    def picture(item: tuple[str, Original]) -> None:
        realm, original = item
        if team.has(original.sha256):
            outcome.pass_over()
        else:
            data = read(realm, original)
            if data is None:
                outcome.missing.append(original.file)
                return
            team.put(data)
            outcome.count(len(data))
        sure.add(original.sha256)

    def record(result: Accepted) -> None:
        if all(original.sha256 in sure for original in result.originals):
            team.record(result)

    total = len(what.originals) + len(what.results)
    team.open()
    _each(what.originals, picture, outcome, tick, total)
    obstacle = team.obstacle
    if obstacle is not None:
        outcome.failed.append(f"records are not written: {obstacle}")
    else:
        _each(what.results, record, outcome, tick, total, len(what.originals))
    return outcome


def pull(team: Team, what: Named, here: Callable[[str, Original], bool], records: Records, tick: Tick) -> Outcome:
    """Brings pictures that are not `here` into the user's store, and the records of results that are whole there."""
    outcome = Outcome()

    def picture(item: tuple[str, Original]) -> None:
        realm, original = item
        if here(realm, original):
            outcome.pass_over()
            return
        data = team.read(original.sha256)
        if data is None:
            outcome.missing.append(original.file)
            return
        records.objects.put(realm, data)
        outcome.count(len(data))

    def record(result: Accepted) -> None:
        if all(records.objects.has(result.realm, original.sha256) for original in result.originals):
            records.put(result)

    total = len(what.originals) + len(what.results)
    _each(what.originals, picture, outcome, tick, total)
    _each(what.results, record, outcome, tick, total, len(what.originals))
    return outcome


def verify(team: Team, what: Named, tick: Tick) -> Outcome:
    """Reads every picture there and compares it with its digest; opens every record."""
    outcome = Outcome()

    def picture(item: tuple[str, Original]) -> None:
        data = team.read(item[1].sha256)
        if data is None:
            outcome.missing.append(item[1].file)
        else:
            outcome.count(len(data))

    def record(result: Accepted) -> None:
        team.results(result.realm, result.request.digest)

    total = len(what.originals) + len(what.results)
    _each(what.originals, picture, outcome, tick, total)
    _each(what.results, record, outcome, tick, total, len(what.originals))
    return outcome


def _each(
    items: Iterable[T], work: Callable[[T], None], outcome: Outcome, tick: Tick, total: int, done: int = 0
) -> None:
    """Does `work` for all items side by side; what fails is noted. UnreachableError ends it at once."""
    count, lock, gone = [done], threading.Lock(), threading.Event()

    def one(item: T) -> None:
        if gone.is_set():
            return
        try:
            work(item)
        except UnreachableError:
            gone.set()
            raise
        except StoreError as error:
            outcome.failed.append(str(error))
        with lock:
            count[0] += 1
            tick(count[0], total)

    with ThreadPoolExecutor(WORKERS, "assetgen-store") as pool:
        for _ in pool.map(one, items):
            pass


def _results(block: Block) -> Iterator[Accepted]:
    yield from block.steps
    for past in block.history:
        yield from past.steps


def _originals(block: Block) -> Iterator[tuple[str, Original]]:
    for result in _results(block):
        yield from ((result.realm, original) for original in result.originals)
    aside = [(block.adopted, block.rejected), *((past.adopted, past.rejected) for past in block.history)]
    for adopted, rejected in aside:
        if adopted is not None:
            yield OFFICIAL, adopted.original  # under which the user's store keeps what people drew
        if rejected is not None:
            yield from ((rejected.realm, original) for original in rejected.usable)


def _requests(team: Team) -> Iterator[tuple[str, str]]:
    """(realm, request digest) of all records that this machine believes."""
    for level in dict.fromkeys((keys.MAIN, team.address.level)):
        for path, _size in team.backend.list(f"records/{level}"):
            realm, _prefix, name = path.split("/")[-3:]
            yield realm_of(realm), name.partition(".")[0]
