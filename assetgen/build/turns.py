"""Whose turn it is to buy: of all machines of a team one sends a request, at a rate that all of them share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from assetgen.model.errors import (
    AssetError,
    OpenEntryError,
    ProviderError,
    StoppedError,
    StoreError,
    UnknownOutcomeError,
)
from assetgen.store.entries import REPEATABLE_FOR
from assetgen.store.journal import account_of
from assetgen.store.shared import lease
from assetgen.store.shared.backend import Backend
from assetgen.store.shared.buyers import Buyers
from assetgen.store.shared.keys import MAIN
from assetgen.store.shared.lease import Note, Seen, State
from assetgen.store.shared.tickets import Tickets

if TYPE_CHECKING:
    from assetgen.build.options import Environment
    from assetgen.build.session import Session

PAUSES = (0.5, 4.0)
"""Seconds between two looks at a request that somebody else is buying: the first pause, doubled each time, and the
longest."""

SHARE = 0.05
"""Who has waited for minutes may wait this share of it more."""

PATIENCE = 3600.0


class World(Protocol):
    """Clocks (seconds; `now` since 1970, `monotonic` never jumps), sleep, and how what may block is called."""

    @property
    def now(self) -> Callable[[], float]: ...

    @property
    def monotonic(self) -> Callable[[], float]: ...

    @property
    def sleep(self) -> Callable[[float], Awaitable[None]]: ...

    @property
    def call(self) -> Callable[..., Awaitable[Any]]: ...


class Buyer(Struct, frozen=True):
    """This process towards the team: `account` and `repeatable` decide whether others may go on where it dies.

    `level` is the trust level of its records. `is_here` tells whether a process, by its owner name, ran on this
    machine with this user's store and journal; `enter` writes down that this one does, before its first lease.
    """

    owner: str
    who: str
    account: str
    repeatable: bool
    level: str = MAIN
    is_here: Callable[[str], bool] = lambda owner: False
    enter: Callable[[], None] = lambda: None


class Turn(Struct):
    """`mine`: go ahead. Otherwise another machine is buying it. Whoever has the turn says `began` before it hands the
    request to the provider, and `unshared` where the result could not be put into the store."""

    mine: bool
    began: bool = False
    unshared: bool = False


class _Watched(Struct, frozen=True):
    """A note of somebody else, and since when it has been the newest, by our own clock."""

    seen: Seen
    since: float


class Turns:
    """Leases of one process. One `turn` at a time for each request."""

    def __init__(self, backend: Backend, buyer: Buyer, world: World, *, term: float = lease.TERM) -> None:
        self.backend = backend
        self.buyer = buyer
        self.world = world
        self.term = term
        self._watched: dict[tuple[str, str], _Watched] = {}
        self._tested: bool | None = None
        self._testing = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, realm: str, digest: str, *, rebuy: bool = False) -> AsyncIterator[Turn]:
        """Whether it is this process's turn to buy a request, for as long as the block runs. What the block raises
        says how it ended. `rebuy`: a person has said that it is to be bought whatever others did.

        This machine's lock on the purchase must be held: then no other process on it is at work on the same.
        StoreError when the store cannot tell or a record is missing, AssetError for a reply that could not be used,
        StoppedError where the buyer died and only its own journal knows what was charged.
        """
        await self._test()
        taken = await self._take(realm, digest, rebuy=rebuy)
        if taken is None:
            yield Turn(False)
            return
        held = _Held(self, realm, digest, *taken)
        beat = asyncio.create_task(held.keep())
        ended: State | None = "failed"
        reason, turn = "", Turn(True)
        try:
            yield turn
            if turn.began:
                ended = "unshared" if turn.unshared else "done"
        except BaseException as error:
            if turn.began:
                ended, reason = ending(error), str(error)
            raise
        finally:
            beat.cancel()
            with suppress(asyncio.CancelledError):
                await beat
            if ended is not None:
                # Trouble here loses nothing: the lease runs out.
                with suppress(StoreError):
                    await held.end(ended, reason)

    async def moved(self, realm: str, digest: str) -> bool:
        """Whether something may have changed since `turn` was somebody else's: it ended, or ran out. One question to
        the store, since notes are never overwritten: is there a next one? A holder that only keeps it is no change."""
        watched = self._watched.get((realm, digest))
        if watched is None:
            return True
        start = watched.seen.number + 1
        seen: Seen | None = await self.world.call(lease.newest, self.backend, realm, digest, start)
        if seen is None:
            return self._expired(realm, digest, watched.seen)
        return seen.note.state != "held" or self._expired(realm, digest, seen)

    async def _test(self) -> None:
        async with self._testing:
            if self._tested is None:
                await self.world.call(self.buyer.enter)
                self._tested = await self.world.call(lease.refuses_overwriting, self.backend, self.buyer.owner)
        if not self._tested:
            raise StoreError(
                f"shared store {self.backend.where}: it overwrites what is there, so that two machines could buy the "
                "same. Let the server answer 412 to a PUT over an existing file; or, where only one machine ever buys, "
                "add ?leases=no to ASSETGEN_SHARED_STORE"
            )

    async def _take(self, realm: str, digest: str, *, rebuy: bool) -> tuple[int, Note] | None:
        """The number and note of a lease that is ours now; None while another machine's."""
        buyer = self.buyer
        mine = Note(
            "held",
            buyer.owner,
            buyer.who,
            buyer.account,
            buyer.repeatable,
            self.world.now(),
            self.term,
            level=buyer.level,
        )
        watched = self._watched.get((realm, digest))
        start = watched.seen.number if watched is not None else 0
        seen: Seen | None = await self.world.call(lease.newest, self.backend, realm, digest, start)
        if seen is not None and seen.note.owner == buyer.owner and seen.note.state == "held":
            return seen.number, seen.note  # the answer to our own first attempt was lost
        if seen is not None and not self._free(realm, digest, seen, rebuy=rebuy):
            return None
        number = seen.number + 1 if seen is not None else 0
        if not await self.world.call(lease.add, self.backend, realm, digest, number, mine):
            return None
        if not self.backend.atomic:
            await self.world.sleep(lease.SETTLE)
            if not await self.world.call(lease.is_mine, self.backend, realm, digest, number, buyer.owner):
                return None
        self._watched.pop((realm, digest), None)
        return number, mine

    def _free(self, realm: str, digest: str, seen: Seen, *, rebuy: bool) -> bool:
        """Whether somebody else's lease may be taken over. Raises where that could charge twice."""
        note, buyer = seen.note, self.buyer
        if note.state == "rejected" and not rebuy:
            raise AssetError(
                f"{note.who} bought it, and the reply could not be used: {note.reason} ('reroll' or --rebuy asks again)"
            )
        if note.state in ("failed", "rejected") or (rebuy and note.state != "held"):
            return True
        if note.state == "done":
            # Who does not believe what others write down buys for itself; else the record must be there.
            return note.level not in (MAIN, buyer.level) or self._missing(realm, digest, seen)
        same_account = note.account == buyer.account
        if note.state == "held":
            if same_account and buyer.is_here(note.owner):
                return True  # it is dead, since we hold its machine's lock, and its journal is ours: that was settled
            if not self._expired(realm, digest, seen):
                return False
        same_key = note.repeatable and buyer.repeatable and same_account
        if rebuy or (same_key and abs(self.world.now() - note.since) < REPEATABLE_FOR):
            return True
        if note.state == "unshared":
            raise StoppedError(
                f"{note.who} bought it and could not put it into the shared store: run 'assetgen cache push' there; "
                "--rebuy buys it again"
            )
        raise StoppedError(
            f"{note.who} began to buy it and stopped in the middle, so it may have been charged: run 'assetgen build' "
            "there, which settles it; --rebuy buys it again"
        )

    def _missing(self, realm: str, digest: str, seen: Seen) -> bool:
        """Waits for a record that was written (a network drive may show it late); StoreError when it does not come."""
        if self._expired(realm, digest, seen):
            raise StoreError(
                f"shared store {self.backend.where}: {seen.note.who} bought it, and its record is gone from there: "
                "run 'assetgen cache push' where it is; --rebuy buys it again"
            )
        return False

    def _expired(self, realm: str, digest: str, seen: Seen) -> bool:
        """Whether a note has been the newest for its whole term, by our own clock."""
        watched = self._watched.get((realm, digest))
        if watched is None or watched.seen != seen:
            self._watched[realm, digest] = _Watched(seen, self.world.monotonic())
            return False
        return self.world.monotonic() - watched.since >= seen.note.term


class _Held(Struct):
    """A lease of ours: kept by a new note now and then, ended by a last one."""

    turns: Turns
    realm: str
    digest: str
    number: int
    note: Note

    async def keep(self) -> None:
        while True:
            await self.turns.world.sleep(self.note.term / 3)
            # A store that does not answer for a moment is asked again: the lease is good for a while.
            with suppress(StoreError):
                await self._add(self.note)

    async def end(self, state: State, reason: str) -> None:
        turns, last = self.turns, replace(self.note, state=state, reason=reason[:500])
        # The note of a heartbeat that was cut off may have got there; one of somebody else ends our say.
        while not await self._add(last):
            if not await turns.world.call(
                lease.is_mine, turns.backend, self.realm, self.digest, self.number + 1, turns.buyer.owner
            ):
                return
            self.number += 1

    async def _add(self, note: Note) -> bool:
        turns = self.turns
        added: bool = await turns.world.call(lease.add, turns.backend, self.realm, self.digest, self.number + 1, note)
        self.number += 1 if added else 0
        return added


def ending(error: BaseException) -> State | None:
    """What an error says about a purchase: `failed` when nothing was charged, `rejected` for a paid reply that cannot
    be used; None when it is not known, and the lease has to run out."""
    from assetgen.generate.types import RejectedDelivery

    if isinstance(error, RejectedDelivery):
        return "rejected"
    if isinstance(error, UnknownOutcomeError | OpenEntryError):
        return None
    return "failed" if isinstance(error, AssetError | ProviderError | StoppedError) else None


async def pauses(world: World, told: str) -> AsyncIterator[None]:
    """Waits, longer from time to time; StoreError after an hour."""
    began, pause = world.monotonic(), PAUSES[0]
    while (waited := world.monotonic() - began) < PATIENCE:
        await world.sleep(pause)
        pause = min(pause * 2, max(PAUSES[1], waited * SHARE))
        yield
    raise StoreError(told)


class SharedPace:
    """Waits until this process may send its next request, so that all machines together keep to one rate."""

    def __init__(self, tickets: Tickets, world: World) -> None:
        self._tickets = tickets
        self._world = world
        self._one = asyncio.Lock()

    async def wait(self) -> None:
        tickets, world = self._tickets, self._world
        while True:
            async with self._one:
                at: float = await world.call(tickets.claim)
            atomic = tickets.backend.atomic
            rest = max(at - world.now(), 0.0 if atomic else lease.SETTLE)
            if rest > 0:
                await world.sleep(rest)
            if atomic or await world.call(tickets.is_mine, at):
                return


class Machine:
    """The world as it is: this machine's clocks; what may block runs on a thread."""

    def __init__(self, environment: Environment) -> None:
        self.now = environment.now
        self.monotonic = environment.monotonic
        self.sleep = asyncio.sleep
        self.call = asyncio.to_thread


def open_turns(session: Session) -> Turns | None:
    """The leases of this session's account; None where nobody shares a store, or leases are switched off."""
    from assetgen.generate.dialects import dialect_of

    team, environment = session.store.team, session.environment
    if team is None or not team.address.leases:
        return None
    account = account_of(environment.api_key) if environment.api_key else ""
    buyers = Buyers(session.folders.data)
    buyer = Buyer(
        team.token,
        team.who,
        account,
        dialect_of(environment.api_url) == "v2",
        team.address.level,
        buyers.is_here,
        lambda: buyers.enter(team.token, environment.now()),
    )
    return Turns(team.backend, buyer, Machine(environment))


def open_pace(session: Session, realm: str) -> Callable[[], Awaitable[None]] | None:
    """The rate that all machines of the account share (`network.account_rate`); None where one keeps it alone."""
    team, environment, rate = session.store.team, session.environment, session.manifest.network.account_rate
    if team is None or not team.address.write or rate is None or environment.api_key is None:
        return None
    tickets = Tickets(team.backend, realm, account_of(environment.api_key), rate, environment.now, team.token)
    return SharedPace(tickets, Machine(environment)).wait
