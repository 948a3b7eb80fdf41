"""One rate for all machines of an account: time is cut into slots, and each slot's ticket can be had once."""

from __future__ import annotations

import math
from collections.abc import Callable

from assetgen.store.shared import keys
from assetgen.store.shared.backend import Backend, damaged

HORIZON = 900.0
"""Seconds: nobody claims tickets further ahead."""


class Tickets:
    """Tickets of one account at `rate` requests a minute. `now` gives seconds since 1970, near enough on all machines:
    a clock that is wrong by some seconds costs some tickets, and the service's own limit stands behind this one."""

    def __init__(self, backend: Backend, realm: str, account: str, rate: float, now: Callable[[], float]) -> None:
        self.backend = backend
        self.realm = realm
        self.account = account
        self.rate = rate
        self._now = now
        self._next = 0

    @property
    def spacing(self) -> float:
        """Seconds between two slots."""
        return 60.0 / self.rate

    def claim(self) -> float:
        """The time (seconds since 1970) at which the next request may be sent; nobody else gets the same."""
        first = math.ceil(self._now() / self.spacing)
        # A clock that was put back must not make us wait until it is as late again.
        slot = first if self._next > first + HORIZON / self.spacing else max(first, self._next)
        name = f"{self.rate:g}"
        last = first + math.ceil(HORIZON / self.spacing)
        while not self.backend.create(keys.ticket(self.realm, self.account, name, slot), b"1"):
            slot += 1
            if slot > last:
                raise damaged(self.backend.where, "get a ticket", "all of the next quarter of an hour are taken")
        self._next = slot + 1
        return slot * self.spacing
