"""The Retro Diffusion client: buys jobs, each once, and answers the free questions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from assetgen.catalog.tools import FIXER_PER_MINUTE
from assetgen.generate import account
from assetgen.generate.claim import Turns
from assetgen.generate.dialects import TASKS, Submission, is_paid, submission
from assetgen.generate.limits import Leaving, Pace
from assetgen.generate.money import Book
from assetgen.generate.purchase import Line, Purchase, RefundedError
from assetgen.generate.scribe import Scribe
from assetgen.generate.settle import open_entry_error, settle_all, when
from assetgen.generate.shape import Shape, shape_of
from assetgen.generate.track import JournalTrack, MemoryRaw, Track
from assetgen.generate.types import Approve, Delivery, Job, RejectedDelivery, Report, Settled, StyleCall
from assetgen.model.codec import to_json
from assetgen.model.cost import FREE, Cost
from assetgen.model.errors import AssetError, ProviderError, StoppedError, StoreError
from assetgen.model.request import Json
from assetgen.store.entries import Entry, State, derived_key, entry_id, request_json
from assetgen.store.journal import Journal

FREE_TRIES = 3
"""How often a free call is made whose result cannot be used."""

NO_KEY = "no API key: set the environment variable RD_API_KEY"


class Flight(Struct):
    """What a cancelled `run` must know of its purchase."""

    track: Track | None = None

    @property
    def paid_for(self) -> bool:
        return self.track is not None and self.track.id is not None and self.track.in_flight


class Client:
    """A provider (see `types.Provider`) over one line.

    `paid` False: the placeholder, all of it free. `journal` None with `paid`: there is no key, nothing can be bought.
    """

    def __init__(
        self,
        name: str,
        realm: str,
        line: Line,
        journal: Journal | None,
        *,
        paid: bool,
        approve: Approve | None,
        report: Report,
        pace: Callable[[], Awaitable[None]] | None = None,
        alone: bool = True,
    ) -> None:
        self.name = name
        self.realm = realm
        self.paid = paid
        self.line = line
        self.journal = journal
        self.scribe = Scribe(journal) if journal is not None else None
        self.turns = Turns(line, journal, alone) if journal is not None else None
        self.book = Book(approve, self.is_stopping)
        self._report = report
        self._stopping = False
        self._told = False
        self._clear = False
        self._rejected: set[str] = set()
        self._pace = pace or Pace(line.transport.runtime, line.transport.network.account_rate).wait
        self._leaving = Leaving()
        self._fixes = Pace(line.transport.runtime, FIXER_PER_MINUTE if paid else None)

    def __repr__(self) -> str:
        return f"<{self.name} in realm {self.realm}>"

    async def aclose(self) -> None:
        """Closes connections and journal; open entries are left to the next `settle`."""
        await self.line.transport.aclose()
        if self.scribe is not None:
            await self.scribe.drain()
            self.scribe.journal.close()

    def stop(self) -> None:
        self._stopping = True

    def is_stopping(self) -> bool:
        return self._stopping

    def outstanding(self) -> Cost:
        return self.book.outstanding

    def spent(self) -> Cost:
        return self.book.spent

    def sent(self, asset: str) -> int:
        return self.book.sent(asset)

    # -- free questions -------------------------------------------------------------------------------------------

    async def check_cost(self, job: Job) -> Cost:
        if not self.paid:
            return FREE
        self.needed_journal()
        return await account.ask_cost(self.line, job, where(job))

    async def balance(self) -> Cost:
        self.needed_journal()
        return await account.ask_balance(self.line)

    async def styles(self) -> list[dict[str, Json]]:
        return await account.ask_styles(self.line)

    async def tools(self) -> list[dict[str, Json]]:
        return await account.ask_tools(self.line)

    async def own_style(self, call: StyleCall) -> dict[str, Json]:
        """See `Provider.own_style`."""
        return await account.manage_style(self.line, call)

    # -- buying ---------------------------------------------------------------------------------------------------

    async def run(self, job: Job) -> Delivery:
        """See `Provider.run`."""
        flight = Flight()
        task = asyncio.create_task(self._run(job, flight))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self.stop()
            if flight.paid_for:  # what is paid for is waited for, stored, and found by the next `settle`
                self._tell_of_the_wait()
                await asyncio.wait({task}, timeout=self.line.transport.tuning.grace)
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # looked at, so that asyncio does not complain: the journal has it
            raise

    def _tell_of_the_wait(self) -> None:
        """Once: a person who pressed Ctrl-C and sees nothing for ten seconds presses it again."""
        if not self._told:
            self._told = True
            grace = self.line.transport.tuning.grace
            self._report(
                f"interrupted: waiting up to {grace:.0f} seconds for what is paid for; Ctrl-C again does not wait"
            )

    async def _run(self, job: Job, flight: Flight) -> Delivery:
        if not (self.paid and is_paid(job.request.op)):
            async with self.line.transport.slots.one():
                return await self._free(job, flight)
        try:
            return await self._buy(job, flight)
        except RefundedError as error:
            if not error.again:
                raise
            self._report(f"{error}; that was refunded, and is asked for once more")
            return await self._buy(job, flight)

    async def _free(self, job: Job, flight: Flight) -> Delivery:
        """A call that costs nothing: made again when its result cannot be used."""
        if self._stopping:
            raise StoppedError("interrupted: nothing more is sent")
        if job.request.op.startswith("fix_"):
            await self._fixes.wait()
        ask = submission(job, self.line.dialect, derived_key(self.realm, job.request, job.attempt))
        tries = FREE_TRIES
        while True:
            flight.track = Track(self.is_stopping)
            purchase = Purchase(
                self.line, where(job), ask.kind, shape_of(job), FREE, flight.track, MemoryRaw(), job.asset, job.position
            )
            try:
                raw = await self.submitted(purchase, replace(ask, paid=False))
                return replace(await purchase.deliver(raw), price=FREE, raw=None)
            except RejectedDelivery as error:
                tries -= 1
                if not tries:
                    raise AssetError(str(error), asset=job.asset, position=job.position) from None

    async def _buy(self, job: Job, flight: Flight) -> Delivery:
        scribe = self.needed_scribe()
        journal = scribe.journal
        ledger = await asyncio.to_thread(journal.ledger)
        known = ledger.open_for(job.request.digest)
        if known is not None:
            if (early := await self._resumed(scribe, known, job)) is not None:
                return early
            ledger = await asyncio.to_thread(journal.ledger)
        await self._refuse_while_open(journal)
        attempt = ledger.next_attempt(job.request.digest, least=job.attempt, rebuy=job.rebuy)
        key = derived_key(self.realm, job.request, attempt)
        before = ledger.entries.get(entry_id(key))
        if before is not None and before.state == "rejected":
            return await self._unusable(before, job)
        ask, shape = submission(job, self.line.dialect, key), shape_of(job)
        await self.book.reserve(entry_id(key), job.expected)
        try:
            body = await asyncio.to_thread(journal.bodies.put, ask.body)
            wanted = _entry(job, ask, shape, attempt, self.line.base, journal.session, body)
            entry = await self._intended(scribe, wanted)
        except BaseException:
            self.book.forget(entry_id(key))
            raise
        track = self.track_of(entry)
        flight.track = track
        return await self._booked(self._purchase(job, shape, track), ask)

    async def _unusable(self, entry: Entry, job: Job) -> Delivery:
        """What was paid for and could not be used, decoded once more. The lock does not know of it (another project's
        build settled it, or the lock is gone), but it is not bought again by itself all the same (rule 24)."""
        try:
            delivery = await self.redecode(entry.raw or "", job)
        except RejectedDelivery as error:
            earlier = replace(error.delivery, attempt=entry.attempt, earlier=True)
            raise RejectedDelivery(str(error), delivery=earlier, asset=job.asset, position=job.position) from None
        except StoreError as error:
            told = f"{where(job)}: the reply paid for on {when(entry)} could not be used, and is gone ({error})"
            hint = f"`assetgen reroll {job.asset}` buys another take"
            raise AssetError(f"{told}; {hint}", asset=job.asset, position=job.position) from None
        return replace(delivery, attempt=entry.attempt, earlier=True)

    def track_of(self, entry: Entry) -> JournalTrack:
        """Follows an entry of the journal, and counts when it goes out."""
        return JournalTrack(self.is_stopping, scribe=self.needed_scribe(), entry=entry, went_out=self.book.went_out)

    async def _intended(self, scribe: Scribe, entry: Entry) -> Entry:
        try:
            return await scribe.intend(entry)
        except asyncio.CancelledError:  # its line may be on its way to the disk
            scribe.soon(entry.id, "refused", reason="never sent")
            raise

    async def _booked(self, purchase: Purchase, ask: Submission | None) -> Delivery:
        """Sends (unless the reply is here already), delivers and books one purchase."""
        track = purchase.track
        assert isinstance(track, JournalTrack)

        async def work() -> Delivery:
            raw = await self._in_slot(purchase, ask) if ask is not None else track.entry.raw or ""
            await self._leaving.over()
            return await purchase.deliver(raw)

        try:
            return await self.book.accounted(track, work())
        except RejectedDelivery:
            self._rejected.add(track.entry.id)
            raise

    async def _in_slot(self, purchase: Purchase, ask: Submission) -> str:
        """`submitted`, as one of those that the service works on together. All else is done before and after: while
        we write and decode, it works on others. The account's rate counts from here: whoever waited for a place after
        its time had come would go out together with others."""
        slots = self.line.transport.slots
        async with slots.one() as slot:
            await self._pace()
            raw = await self.submitted(replace(purchase, finished=slot.release), ask)
            slots.grow()
            return raw

    async def submitted(self, purchase: Purchase, ask: Submission, *, uncertain: bool = False) -> str:
        """Sends and waits; returns the digest of the stored reply. Submissions that cannot be repeated go out one
        by one, so that the task list can tell whose a task is."""

        async def claim() -> str | None:
            return await self.turns.claim(purchase.track.id or "") if self.turns is not None else None

        with self._leaving if ask.kind in TASKS else nullcontext():  # others come back with their result
            if self.turns is not None and ask.kind == "inference" and not ask.repeatable:
                async with self.turns.one():
                    raw = await purchase.submit(ask, claim, uncertain=uncertain)
            else:
                raw = await purchase.submit(ask, claim, uncertain=uncertain)
        return await purchase.follow() if raw is None else raw

    async def _resumed(self, scribe: Scribe, entry: Entry, job: Job) -> Delivery | None:
        """The result of an open entry for the same request, if it is here already; None when it never went out."""
        mine = scribe.journal.adopt(entry.id) if entry.state in ("received", "intended") else None
        if mine is None:
            raise open_entry_error([entry])
        track = self.track_of(mine)
        if mine.state == "intended":
            await track.close("refused", "never sent")
            return None
        return await self._booked(self._purchase(job, shape_of(job), track), None)

    def _purchase(self, job: Job, shape: Shape, track: JournalTrack) -> Purchase:
        return Purchase(
            self.line,
            where(job),
            track.entry.kind,
            shape,
            job.expected,
            track,
            track.journal.raw,
            job.asset,
            job.position,
        )

    async def _refuse_while_open(self, journal: Journal) -> None:
        """Raises OpenEntryError while an earlier purchase of this account has an unknown outcome."""
        if self._clear:
            return
        if blocking := await asyncio.to_thread(journal.blocking):
            raise open_entry_error(blocking)
        self._clear = True

    def needed_journal(self) -> Journal:
        return self.needed_scribe().journal

    def needed_scribe(self) -> Scribe:
        if self.scribe is None:
            raise StoppedError(NO_KEY if self.paid else "the placeholder has no account: everything is free")
        return self.scribe

    # -- afterwards -----------------------------------------------------------------------------------------------

    async def settle(self) -> list[Settled]:
        """See `Provider.settle`."""
        if self.journal is None:
            return []
        self._clear = False
        settled = await settle_all(self, self.journal)
        self._rejected |= {item.entry for item in settled if item.state == "rejected"}
        return settled

    def close(self, *entries: str) -> None:
        """See `Provider.close`."""
        if self.journal is not None and entries:
            ends = ((entry, "rejected" if entry in self._rejected else "done") for entry in entries)
            self.journal.commit([self.journal.moved(entry, cast("State", end)) for entry, end in ends])

    async def redecode(self, raw: str, job: Job) -> Delivery:
        """See `Provider.redecode`."""
        journal = self.needed_journal()
        kind = str(journal.raw.note(raw).get("kind") or "inference")
        purchase = Purchase(
            self.line, where(job), kind, shape_of(job), job.expected, Track(), journal.raw, job.asset, job.position
        )
        try:
            return await purchase.deliver(raw)
        except ProviderError as error:
            raise StoreError(str(error)) from None


def where(job: Job) -> str:
    """`hero (assets.yaml:4:3)`."""
    return f"{job.asset} ({job.position})" if job.position is not None else job.asset


def _entry(job: Job, ask: Submission, shape: Shape, attempt: int, base: str, session: str, body: str) -> Entry:
    """What the journal will hold of a job; `body` is the digest of its stored body."""
    return Entry(
        id=entry_id(ask.key),
        state="intended",
        at=0.0,
        changed=0.0,
        session=session,
        asset=job.asset,
        digest=job.request.digest,
        request=request_json(job.request),
        attempt=attempt,
        key=ask.key,
        base=base,
        path=ask.path,
        body=body,
        kind=ask.kind,
        expected=job.expected.to_json(),
        shape=to_json(shape),
    )
