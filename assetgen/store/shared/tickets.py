"""One rate for all machines of an account: time is cut into slots, and each slot's ticket can be had once."""

from __future__ import annotations

import math
from collections.abc import Callable

from assetgen.store.shared import keys
from assetgen.store.shared.backend import Backend, damaged
from assetgen.store.shared.keys import Key

HORIZON = 900.0
"""Seconds: nobody claims tickets further ahead."""


class Tickets:
    """Tickets of one account at `rate` requests a minute. `token` is unequal for all processes. `now` gives seconds
    since 1970, near enough on all machines: a clock that is wrong by some seconds costs some tickets, and the
    service's own limit stands behind this one."""

    def __init__(
        self, backend: Backend, realm: str, account: str, rate: float, now: Callable[[], float], token: str
    ) -> None:
        self.backend = backend
        self.realm = realm
        self.account = account
        self.rate = rate
        self._now = now
        self._token = token
        self._next = 0

    @property
    def spacing(self) -> float:
        """Seconds between two slots."""
        return 60.0 / self.rate

    def claim(self) -> float:
        """The time (seconds since 1970) at which the next request may be sent; nobody else gets the same."""
        first = math.ceil(self._now() / self.spacing)
        last = first + math.ceil(HORIZON / self.spacing)
        # A clock that was put back must not make us wait until it is as late again.
        slot = first if self._next > last else max(first, self._next)
        while not self.backend.create(self._key(slot), self._token.encode()):
            slot += 1
            if slot > last:
                raise damaged(self.backend.where, "get a ticket", "all of the next quarter of an hour are taken")
        self._next = slot + 1
        return slot * self.spacing

    def is_mine(self, at: float) -> bool:
        """Whether the ticket of that time is still ours: of a server that looks first and writes later two can get
        one, and the later of them keeps it."""
        return self.backend.get(self._key(round(at / self.spacing))) == self._token.encode()

    def _key(self, slot: int) -> Key:
        return keys.ticket(self.realm, self.account, f"{self.rate:g}", slot)
