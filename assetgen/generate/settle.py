"""Open entries of earlier runs, finished before anything new is bought (IDENTITY 22, 23)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from assetgen.generate.claim import Turns
from assetgen.generate.decode import iso
from assetgen.generate.dialects import Kind, Submission, dialect_of, realm_of, restored
from assetgen.generate.purchase import Line, Purchase, RefundedError
from assetgen.generate.shape import Shape
from assetgen.generate.track import JournalTrack
from assetgen.generate.types import Delivery, RejectedDelivery, Settled
from assetgen.model.codec import from_json
from assetgen.model.errors import AccountError, OpenEntryError, ProviderError, StoppedError, StoreError
from assetgen.store.entries import REPEATABLE_FOR, UNSETTLED, Entry
from assetgen.store.journal import Journal

if TYPE_CHECKING:
    from assetgen.generate.client import Client


async def settle_all(client: Client, journal: Journal) -> list[Settled]:
    """Every entry that no living process works on, as far as it can be finished now.

    Raises AccountError when the service refuses the key: then everything stays as it was.
    """
    entries = [mine for entry in journal.left_behind() if (mine := journal.adopt(entry.id)) is not None]
    for entry in entries:
        if entry.state in UNSETTLED:
            client.book.assume(entry.id, entry.price)
    results = await asyncio.gather(*(_settle(client, journal, entry) for entry in entries), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            for entry in entries:
                if journal.ledger().entries[entry.id].is_open:
                    journal.release(entry.id)
            raise result
    settled = [result for result in results if isinstance(result, Settled)]
    return [replace(item, sent=client.book.is_sent(item.asset, item.entry)) for item in settled]


def _shape_of(entry: Entry) -> Shape:
    """What the reply must hold. StoreError when the journal does not say it in a form that can be read."""
    try:
        return from_json(Shape, entry.shape)
    except ValueError as error:
        raise StoreError(f"journal entry {entry.id}: what its reply must hold cannot be read ({error})") from error


async def _settle(client: Client, journal: Journal, entry: Entry) -> Settled:
    track = client.track_of(entry)
    track.task, track.request_id = entry.task, entry.request_id
    base = Settled(entry.id, entry.asset, entry.full_request, "open")
    if entry.state == "intended":
        await track.close("refused", "never sent")
        return replace(base, state="refused", message="it was never sent")
    purchase = Purchase(
        _line_of(client.line, entry),
        entry.asset,
        entry.kind,
        _shape_of(entry),
        entry.price,
        track,
        journal.raw,
        entry.asset,
    )
    try:
        async with client.line.transport.slots.one():
            delivery = await _finish(client, purchase, track)
    except RejectedDelivery as error:
        client.book.forget(entry.id)
        return replace(base, state="rejected", message=str(error), delivery=error.delivery)
    except RefundedError as error:
        client.book.forget(entry.id)
        return replace(base, state="refunded", message=str(error))
    except AccountError:
        raise
    except (ProviderError, StoppedError, StoreError) as error:
        if not track.entry.is_open:
            client.book.forget(entry.id)
            return replace(base, state="refused", message=str(error))
        journal.release(entry.id)
        return replace(base, message=str(error))
    return replace(base, state="received", delivery=delivery)


async def _finish(client: Client, purchase: Purchase, track: JournalTrack) -> Delivery:
    """Takes an entry from where it stands to its pictures."""
    entry = track.entry
    if entry.state == "received" and entry.raw is not None:
        return await purchase.deliver(entry.raw)
    if entry.task is not None:
        raw = await purchase.follow()
        client.book.forget(entry.id)  # charged to the run that sent it
        return await purchase.deliver(raw)
    ask = _as_sent(entry, track.journal, purchase.line)
    if ask.repeatable:
        if entry.age(client.line.transport.runtime.now()) > REPEATABLE_FOR:
            raise ProviderError(f"sent at {when(entry)}, more than 24 hours ago: it is not repeated by itself")
        await client.book.reserve(entry.id, entry.price)
        return await client.book.accounted(track, _repeated(client, purchase, ask))
    if entry.kind != "inference":
        raise ProviderError(f"sent at {when(entry)}; this call leaves no task that could be looked up")
    alone = client.turns.alone if client.turns is not None else True
    turns = Turns(purchase.line, track.journal, alone)
    async with turns.one():
        task = await turns.claim(entry.id)
    if task is None:
        raise ProviderError(f"sent at {when(entry)}, and there is no single task in the service's list that fits it")
    await track.accepted(task, None)
    client.book.forget(entry.id)
    return await purchase.deliver(await purchase.follow())


async def _repeated(client: Client, purchase: Purchase, ask: Submission) -> Delivery:
    return await purchase.deliver(await client.submitted(purchase, ask, uncertain=True))


def _as_sent(entry: Entry, journal: Journal, line: Line) -> Submission:
    return restored(cast("Kind", entry.kind), entry.path, journal.bodies.get(entry.body), entry.key, line.dialect)


def _line_of(line: Line, entry: Entry) -> Line:
    """The line over which an entry went out: an answer belongs to the version that was asked."""
    if entry.base == line.base or realm_of(entry.base) != realm_of(line.base):
        return line
    return replace(line, base=entry.base, dialect=dialect_of(entry.base))


def open_entry_error(entries: Iterable[Entry]) -> OpenEntryError:
    """The error that names what stands in the way and how to close it."""
    lines = [f"  {entry.id}  {entry.asset}, {entry.price}, sent {when(entry)}: {_state(entry)}" for entry in entries]
    return OpenEntryError(
        "nothing is bought while the outcome of an earlier purchase is unknown:\n"
        + "\n".join(lines)
        + "\nrun `assetgen build` again when the service can be reached, or close it with "
        "`assetgen settle ID --task TASK` or `assetgen settle ID --lost`"
    )


def _state(entry: Entry) -> str:
    if entry.task is not None:
        return f"accepted as task {entry.task}"
    return entry.reason or {"intended": "not sent yet", "sent": "no reply was seen"}.get(entry.state, entry.state)


def when(entry: Entry) -> str:
    return iso(entry.sent_at or entry.at)
