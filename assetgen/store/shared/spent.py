"""What an account spends in a day over all machines: a chain of notes that nobody can overwrite, each with the sum."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from assetgen.model.cost import amount_of
from assetgen.model.jsontext import parse_json
from assetgen.store.shared import keys
from assetgen.store.shared.backend import Backend, damaged
from assetgen.store.shared.keys import Key

DAY = 86_400.0
_RIVALS = 200  # machines that may add a sum in the same moment


class Sum(Struct, frozen=True):
    """The newest note: its number (0: there is none yet) and what all notes up to it come to."""

    number: int
    total: Decimal


class Spent:
    """Sums of one account in one unit (`USD`, `credits`), by UTC day. `token` is unequal for all processes; `now`
    gives seconds since 1970. Every method raises StoreError when the store cannot tell."""

    def __init__(
        self, backend: Backend, realm: str, account: str, unit: str, now: Callable[[], float], token: str
    ) -> None:
        self.backend = backend
        self.realm = realm
        self.account = account
        self.unit = unit
        self.token = token
        self._now = now
        self._serial = 0
        self._known: dict[int, int] = {}

    def today(self) -> int:
        """Days since 1970, in UTC."""
        return int(self._now() // DAY)

    def newest(self, day: int) -> Sum:
        """Looks for the end of a day's chain: leaping first, then by halves, since a chain has no gaps."""
        low, step = self._known.get(day, 0), 1
        while self._size(day, low + step) is not None:
            low, step = low + step, step * 2
        high = low + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._size(day, middle) is not None else (low, middle)
        self._known[day] = low
        return Sum(low, self._opened(day, low)[0]) if low else Sum(0, Decimal(0))

    def add(self, day: int, amount: Decimal, cap: Decimal | None = None) -> tuple[int, str] | Decimal:
        """Adds an amount to a day (also a negative one: a correction). Gives the note's number and mark, or, where
        the sum would exceed `cap`, what has been spent."""
        self._serial += 1
        mark = f"{self.token}.{self._serial}"
        for _attempt in range(_RIVALS):
            newest = self.newest(day)
            total = newest.total + amount
            if cap is not None and total > cap:
                return newest.total
            note = {"total": str(total), "add": str(amount), "by": mark}
            if self.backend.create(self._key(day, newest.number + 1), json.dumps(note).encode()):
                return newest.number + 1, mark
            if self.is_mine(day, newest.number + 1, mark):
                return newest.number + 1, mark  # the answer to our first attempt was lost
        raise damaged(self.backend.where, f"write {self._key(day, 1).tree}", "too many write there at once")

    def is_mine(self, day: int, number: int, mark: str) -> bool:
        """Whether a note is still ours: of a server that looks first and writes later two can get one number."""
        return self._opened(day, number)[1] == mark

    def _size(self, day: int, number: int) -> int | None:
        return self.backend.size(self._key(day, number))

    def _opened(self, day: int, number: int) -> tuple[Decimal, str]:
        key = self._key(day, number)
        try:
            note = parse_json(self.backend.get(key) or b"")
            return amount_of(note["total"]), str(note["by"])
        except (ValueError, KeyError, TypeError) as error:
            raise damaged(self.backend.where, f"use {key.tree}", "the note of what was spent is damaged") from error

    def _key(self, day: int, number: int) -> Key:
        return keys.spent(self.realm, self.account, self.unit, day, number)
