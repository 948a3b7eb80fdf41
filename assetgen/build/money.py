"""Budgets and approvals: nothing is sent that was not allowed (IDENTITY 25)."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from assetgen.model.cost import CREDITS, FREE, USD, Cost, amount_of, total
from assetgen.model.errors import StoppedError

CENT = Decimal("0.01")


def smaller(one: Cost | None, other: Cost | None) -> Cost | None:
    """The cap that bites: of two in one unit the smaller, of two in different units the command line's (`other`)."""
    if one is None or other is None:
        return other if one is None else one
    if one.unit != other.unit or one.amount is None or other.amount is None:
        return other
    return one if one.amount <= other.amount else other


def amount_in(cost: Cost, unit: str) -> Decimal | None:
    """The part of a cost in one unit; None when it is unknown."""
    if cost.unit == unit:
        return cost.amount
    for part in cost.other:
        if part.unit == unit:
            return part.amount
    return None if cost.amount is None else Decimal(0)


class Purse(Struct):
    """What may still be spent. `cap` is the invocation's, `balance` the account's at its beginning, when known.

    `exact`: the catalog's prices do not hold for this account, the service is asked for each (free). `asks`: it is
    asked for those that the catalog does not know."""

    cap: Cost | None
    balance: Cost | None = None
    unknown_allowed: bool = False
    stopped: str | None = None
    exact: bool = False
    asks: bool = False

    def approve(self, price: Cost, committed: Cost = FREE) -> None:
        """Called before each paid POST with what this invocation has spent or has under way (in flight and unknown
        at expected prices). Raises StoppedError where the cap or the balance would be exceeded."""
        if self.stopped is not None:
            raise StoppedError(self.stopped)
        if not price.known and not self.unknown_allowed:
            self._stop("the price of the next request is not known: see it with --check-cost")
        wanted = total((committed, price))
        self._within(self.cap, wanted, "the budget", Decimal(0))
        self._within(self.balance, wanted, "the balance", CENT)

    def _within(self, cap: Cost | None, wanted: Cost, name: str, margin: Decimal) -> None:
        if cap is None or cap.amount is None:
            return
        amount = amount_in(wanted, cap.unit)
        if amount is not None and amount > cap.amount - margin:
            shown = Cost(amount, cap.unit)
            self._stop(f"{name} of {cap} would be exceeded ({shown} spent or under way): nothing more is sent")

    def _stop(self, reason: str) -> None:
        self.stopped = reason
        raise StoppedError(reason)


def affordable(plan_cost: Cost, cap: Cost | None, balance: Cost | None, committed: Cost = FREE) -> str | None:
    """Why a plan must not begin: over the budget, or not covered by the balance; None when it may. `committed` is what
    this invocation has spent already: purchases of an earlier one that were sent once more."""
    if cap is not None and cap.amount is not None:
        wanted = amount_in(total((plan_cost, committed)), cap.unit)
        if wanted is not None and wanted > cap.amount and plan_cost:
            more = f" after the {committed} of what an earlier build left open" if committed else ""
            return f"the plan costs {plan_cost}{more}, more than the budget of {cap}: nothing was sent"
    if balance is not None and balance.amount is not None:
        wanted = amount_in(plan_cost, balance.unit)
        if wanted is not None and wanted > 0 and wanted > balance.amount - CENT:
            return (
                f"the plan costs {plan_cost} and the balance is {balance}: nothing was sent (the service keeps a cent)"
            )
    return None


def bounds(cap: Cost | None, balance: Cost) -> str | None:
    """Why a cap cannot hold what an account pays with: units are never converted. None when it can."""
    units = [balance.unit, *(part.unit for part in balance.other)]
    if cap is None or cap.unit in units:
        return None
    return f"the budget is {cap}, and the account pays in {' and '.join(units)}: give it in that; nothing was sent"


def in_credits(balance: Cost) -> bool:
    """Whether an account pays in credits only: then the catalog's prices in dollars say nothing (IDENTITY 25)."""
    return balance.unit == CREDITS and not balance.other


def parse_cap(text: str) -> Cost:
    """`5`, `5.00` or `$5` in US dollars, `200 credits`. Raises ValueError."""
    words = text.strip().removeprefix("$").split()
    if len(words) not in (1, 2) or (len(words) == 2 and words[1].lower() not in ("credits", "usd")):
        raise ValueError(f"'{text}' is no amount: write 5.00 for US dollars, or '200 credits'")
    try:
        amount = amount_of(words[0])
    except ValueError:
        raise ValueError(f"'{text}' is no amount: write 5.00 for US dollars, or '200 credits'") from None
    if amount < 0:
        raise ValueError(f"'{text}' is no amount that can be spent")
    unit = "credits" if len(words) == 2 and words[1].lower() == "credits" else USD
    return Cost(amount, unit)
