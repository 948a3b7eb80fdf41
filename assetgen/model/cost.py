"""Money: exact amounts of one unit, never converted into another."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from msgspec import Struct

USD = "USD"
CREDITS = "credits"


class Cost(Struct, frozen=True):
    """An amount in `unit` ("USD" or "credits"); `amount` None is an unknown price.

    `other` holds amounts in further units: units are never converted (IDENTITY 25).
    """

    amount: Decimal | None = Decimal(0)
    unit: str = USD
    other: tuple[Cost, ...] = ()

    def __bool__(self) -> bool:
        return self.amount is None or self.amount != 0 or any(self.other)

    def __add__(self, more: Cost) -> Cost:
        return total((self, more))

    @property
    def known(self) -> bool:
        return self.amount is not None and all(part.known for part in self.other)

    def to_json(self) -> dict[str, Any]:
        """`{"amount": "0.41" | null, "unit": …, "other"?: […]}`."""
        amount = None if self.amount is None else plain(self.amount)
        data: dict[str, Any] = {"amount": amount, "unit": self.unit}
        if self.other:
            data["other"] = [part.to_json() for part in self.other]
        return data

    @staticmethod
    def from_json(data: dict[str, Any]) -> Cost:
        amount = data["amount"]
        other = tuple(Cost.from_json(part) for part in data.get("other", ()))
        return Cost(None if amount is None else amount_of(amount), data["unit"], other)

    def __str__(self) -> str:
        if self.amount is None:
            first = "unknown price"
        elif self.unit == USD:
            first = f"{self.amount.quantize(Decimal('0.01')) if two_places(self.amount) else plain(self.amount)} USD"
        else:
            first = f"{plain(self.amount)} {self.unit}"
        return " + ".join([first, *(str(part) for part in self.other)])


FREE = Cost()
UNKNOWN = Cost(None)


_LARGEST = Decimal(10) ** 9
_PLACES = 30


def amount_of(value: object) -> Decimal:
    """A number, or its text, as an exact amount. ValueError for what nobody can pay: no number, infinite, a milliard
    and more, thirty decimals and more (sums and roundings of such would fail or fill the screen)."""
    try:
        amount = Decimal(str(value)) if isinstance(value, int | float | str | Decimal) else Decimal("NaN")
    except ArithmeticError:
        amount = Decimal("NaN")
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_PLACES or abs(amount) >= _LARGEST:
        raise ValueError(f"{value!r:.40} is no amount of money")
    return amount


def two_places(amount: Decimal) -> bool:
    """Whether two decimal places show the amount exactly."""
    return amount == amount.quantize(Decimal("0.01"))


def plain(amount: Decimal) -> str:
    """The shortest decimal notation without an exponent: `0.41`, `5`, `0`."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def total(costs: Iterable[Cost]) -> Cost:
    """Sum by unit, US dollars leading; an unknown part makes the sum of its unit unknown."""
    sums: dict[str, Decimal | None] = {}
    for cost in costs:
        for part in (cost, *cost.other):
            if part.amount is None or sums.get(part.unit, Decimal(0)) is None:
                sums[part.unit] = None
            elif part.amount or part.unit == USD:
                sums[part.unit] = (sums.get(part.unit) or Decimal(0)) + part.amount
    units = sorted((u for u, a in sums.items() if a is None or a != 0), key=lambda unit: (unit != USD, unit))
    if not units:
        return FREE
    parts = [Cost(sums[unit], unit) for unit in units]
    return Cost(parts[0].amount, parts[0].unit, tuple(parts[1:]))
