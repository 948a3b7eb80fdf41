"""What one invocation has spent, and what is on its way (IDENTITY 25)."""

from __future__ import annotations

import asyncio
import inspect
from collections import defaultdict
from collections.abc import Awaitable, Callable

from assetgen.generate.track import JournalTrack
from assetgen.generate.types import Approve, Delivery, RejectedDelivery
from assetgen.model.cost import FREE, Cost, total
from assetgen.model.errors import StoppedError
from assetgen.store.entries import UNSETTLED


class Book:
    """Expected prices of what is out, and the sum of what came back. A purchase moves from one to the other in one
    step, so that no approval is given between the two."""

    def __init__(self, approve: Approve | None, stopping: Callable[[], bool]) -> None:
        self._approve = approve
        self._stopping = stopping
        self._one = asyncio.Lock()
        self._out: dict[str, Cost] = {}
        self._spent: Cost = FREE
        self._sent: dict[str, set[str]] = defaultdict(set)

    @property
    def outstanding(self) -> Cost:
        return total(self._out.values())

    @property
    def spent(self) -> Cost:
        return self._spent

    def went_out(self, asset: str, entry: str) -> None:
        """Counts a purchase as sent; sent again under its key it is the same one."""
        self._sent[asset].add(entry)

    def sent(self, asset: str) -> int:
        """How many purchases of an asset went out."""
        return len(self._sent.get(asset, ()))

    def is_sent(self, asset: str, entry: str) -> bool:
        return entry in self._sent.get(asset, ())

    def assume(self, entry: str, cost: Cost) -> None:
        """Counts an open entry of an earlier run: it may have been charged."""
        self._out[entry] = cost

    def forget(self, entry: str) -> None:
        self._out.pop(entry, None)

    async def reserve(self, entry: str, cost: Cost) -> None:
        """Asks whether `cost` may be spent and counts it as outstanding, in one step. Raises what `approve` raises."""
        async with self._one:
            if self._stopping():
                raise StoppedError("interrupted: nothing more is sent")
            before = self._out.pop(entry, None)
            try:
                if self._approve is not None:
                    answer = self._approve(cost)
                    if inspect.isawaitable(answer):
                        await answer
            except BaseException:
                if before is not None:
                    self._out[entry] = before
                raise
            self._out[entry] = cost

    async def accounted(self, track: JournalTrack, work: Awaitable[Delivery]) -> Delivery:
        """Carries the work of a reserved entry out and books how it ended. What was never sent is closed."""
        entry = track.entry.id
        try:
            delivery = await work
        except RejectedDelivery as error:
            self._charge(entry, error.delivery.price)
            raise
        except BaseException:
            if track.entry.state == "intended":
                await track.close("refused", "never sent")
            if track.entry.state not in UNSETTLED and track.entry.state != "received":
                self.forget(entry)
            raise
        self._charge(entry, delivery.price)
        return delivery

    def _charge(self, entry: str, price: Cost) -> None:
        # An entry of an earlier run that nobody reserved here was charged to that run.
        if self._out.pop(entry, None) is not None:
            self._spent = self._spent + price
