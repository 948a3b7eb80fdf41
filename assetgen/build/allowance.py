"""What an account may spend in a day, over all machines that share a store (`network.account_budget`)."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from typing import TYPE_CHECKING

from assetgen.build.money import amount_in
from assetgen.build.turns import Machine, World, ending
from assetgen.model.cost import FREE, Cost
from assetgen.model.errors import StoppedError, StoreError
from assetgen.store.journal import account_of
from assetgen.store.shared import lease
from assetgen.store.shared.spent import DAY, Spent

if TYPE_CHECKING:
    from assetgen.build.session import Session
    from assetgen.store.shared.backend import Backend

Told = Callable[[Cost], None]
"""Takes what was charged in the end."""


class Allowance:
    """Counts each purchase before it is sent, at its expected price, and corrects that afterwards. What a machine
    that died had under way stays counted."""

    def __init__(self, spent: Spent, cap: Decimal, world: World) -> None:
        self.spent = spent
        self.cap = cap
        self.world = world

    @asynccontextmanager
    async def counted(self, price: Cost) -> AsyncIterator[Told]:
        """Runs a purchase within the day's budget. StoppedError where that would be exceeded, StoreError where the
        store cannot tell."""
        expected = amount_in(price, self.spent.unit) or Decimal(0)
        day = self.spent.today()
        if expected > 0:
            await self._claim(day, expected)
        charged = price

        def told(cost: Cost) -> None:
            nonlocal charged
            charged = cost

        try:
            yield told
        except BaseException as error:
            end = ending(error)
            if end is None:
                raise  # unknown, or interrupted: it may have been charged
            await self._correct(day, expected, charged if end == "rejected" else FREE)
            raise
        await self._correct(day, expected, charged)

    async def _claim(self, day: int, amount: Decimal) -> None:
        added = await self._added(day, amount, self.cap)
        if isinstance(added, Decimal):
            date = datetime.datetime.fromtimestamp(day * DAY, datetime.UTC).date()
            unit = self.spent.unit
            raise StoppedError(
                f"the account's budget of {Cost(self.cap, unit)} for {date} (UTC) would be exceeded: "
                f"{Cost(added, unit)} are spent or under way on all machines; nothing more is sent"
            )

    async def _correct(self, day: int, expected: Decimal, charged: Cost) -> None:
        """Trouble here stops nothing: then what was expected stays counted."""
        amount = amount_in(charged, self.spent.unit)
        if amount is not None and amount != expected:
            with suppress(StoreError):
                await self._added(day, amount - expected, None)

    async def _added(self, day: int, amount: Decimal, cap: Decimal | None) -> Decimal | None:
        """None once it is counted; else what has been spent."""
        spent, call = self.spent, self.world.call
        while True:
            added: tuple[int, str] | Decimal = await call(spent.add, day, amount, cap)
            if isinstance(added, Decimal):
                return added
            if spent.backend.atomic:
                return None
            await self.world.sleep(lease.SETTLE)
            if await call(spent.is_mine, day, *added):
                return None


def open_allowance(session: Session, realm: str) -> Allowance | None:
    """The day's budget of this session's account; None where the manifest sets none. Without a shared store that
    machines write to, it holds over all projects of this user's store."""
    budget, environment = session.manifest.network.account_budget, session.environment
    if budget is None or budget.amount is None or environment.api_key is None:
        return None
    team = session.store.team
    backend: Backend
    if team is not None and team.address.write and team.address.leases:
        backend, token = team.backend, team.token
    else:
        from assetgen.store.shared.directory import Directory

        folder = session.folders.data / "account"
        backend, token = Directory(folder, str(folder)), f"{environment.now():.6f}-{environment.random():.9f}"
    account = account_of(environment.api_key)
    return Allowance(
        Spent(backend, realm, account, budget.unit, environment.now, token), budget.amount, Machine(environment)
    )
