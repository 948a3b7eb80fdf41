"""Accounts, their balances, and every charge and refund: what "never paid twice" is counted by."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from assetgen.model.cost import plain
from assetgen.simulator.config import ENDLESS, SimulatorConfig
from assetgen.simulator.errors import Refusal

CENT = Decimal("0.01")
_CREDIT = Decimal("0.036")
"""Dollars of a credit, by the old documents' two examples: an edit (0.18) is 5, a 256×256 picture (0.028) is 1."""


def credits_of(dollars: Decimal) -> Decimal:
    """The price in whole credits."""
    return Decimal(math.ceil(dollars / _CREDIT))


def account_of(key: str) -> str:
    """How an account is written down: 8 hex of the key's SHA-256, never the key."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


class Charge(Struct, frozen=True):
    """One line of the ledger. `kind` is `charge` or `refund`; `about` says what for (dialect, style, ids, …)."""

    number: int
    kind: str
    account: str
    amount: Decimal
    unit: str
    time: float
    about: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "kind": self.kind,
            "account": self.account,
            "amount": plain(self.amount),
            "unit": self.unit,
            "time": self.time,
            **self.about,
        }


class Ledger(Struct):
    """Balances by account and every line since the start."""

    config: SimulatorConfig
    now: Callable[[], float]
    balances: dict[str, Decimal] = field(default_factory=dict)
    lines: list[Charge] = field(default_factory=list)

    @property
    def unit(self) -> str:
        return "credits" if self.config.generation == "credits" else "USD"

    def price(self, dollars: Decimal) -> Decimal:
        """A price in the unit that accounts are kept in."""
        return credits_of(dollars) if self.unit == "credits" else dollars

    def balance(self, account: str) -> Decimal:
        if self.config.balance is None:
            return ENDLESS
        return self.balances.setdefault(account, self.config.balance)

    def afford(self, account: str, price: Decimal) -> None:
        """Refuse what the balance does not cover. A request for exactly all of it is refused, too."""
        if price and self.config.balance is not None and price >= self.balance(account):
            raise Refusal("not_enough_balance", "Not enough balance.")

    def charge(self, account: str, price: Decimal, about: dict[str, Any]) -> Charge:
        """Take the money. Raises Refusal when there is not enough."""
        self.afford(account, price)
        return self._write("charge", account, price, about)

    def refund(self, charge: Charge) -> None:
        """Give it back; the line names the charge."""
        self._write("refund", charge.account, charge.amount, {**charge.about, "refund_of": charge.number})

    def _write(self, kind: str, account: str, amount: Decimal, about: dict[str, Any]) -> Charge:
        if self.config.balance is not None:
            self.balances[account] = self.balance(account) + (amount if kind == "refund" else -amount)
        line = Charge(len(self.lines) + 1, kind, account, amount, self.unit, self.now(), about)
        self.lines.append(line)
        return line

    def money(self, account: str, price: Decimal) -> dict[str, Any]:
        """The fields of a reply that speak of money."""
        balance = self.balance(account)
        if self.unit == "credits":
            return {"credit_cost": int(price), "remaining_credits": int(balance)}
        return {"balance_cost": float(price), "remaining_balance": float(balance)}

    def to_json(self) -> dict[str, Any]:
        refunded = {line.about["refund_of"] for line in self.lines if line.kind == "refund"}
        kept = [line for line in self.lines if line.kind == "charge" and line.number not in refunded]
        return {
            "unit": self.unit,
            "balances": {account: plain(amount) for account, amount in sorted(self.balances.items())},
            "charges": sum(line.kind == "charge" for line in self.lines),
            "refunds": len(refunded),
            "kept": len(kept),
            "spent": plain(sum((line.amount for line in kept), Decimal(0))),
            "lines": [line.to_json() for line in self.lines],
        }
