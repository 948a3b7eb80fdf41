"""What a simulator is told: balance, speed, strictness, faults."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from assetgen.catalog.live import NOT_ASKED, Live, parse
from assetgen.model.errors import UsageError, words_of
from assetgen.simulator.faults import Rule, read_rules

Dialect = Literal["v1", "v2"]
Generation = Literal["dollars", "credits"]
"""How replies speak of money: today's `balance_cost`, or the seeds' `credit_cost`."""

ENDLESS = Decimal(1_000_000)
"""What an endless balance says it holds."""


def new_id() -> str:
    """An id as the service makes them."""
    return str(uuid.uuid4())


class SimulatorConfig(Struct, frozen=True):
    """Everything that a simulator needs to know; nothing is read from elsewhere.

    `balance`: dollars (or credits) of each account at its first request; None never runs out.
    `generation`: which money the replies speak of. `keys`: the keys that are valid; None: all that begin `rdpk-`;
    `check_keys` False: any key, of one account. `latency`: seconds a generation takes once it has one of `slots`
    places. `rate`: submissions a minute and account before 429; None: no limit. `sizes`: `known` takes sizes of the old
    documents too, `today` only today's. `legacy`: whether v1 `/inferences/legacy` works or is gone (None: it works
    in the credit generation). `inline_limit`: bytes of base64 beyond which a result comes only as URLs.
    `url_lifetime`, `keep_outputs`: seconds that a URL and a result live. `extra_fields`: unknown request fields to
    let pass. `live`: the styles that are offered, where those are not the catalog's; `any_style`: unknown names draw.
    `public_url`: where result files are served when it is not the address that was asked.
    `clock` gives Unix seconds, `sleep` waits, `new_id` names tasks and files.
    """

    balance: Decimal | None = Decimal(100)
    generation: Generation = "dollars"
    keys: frozenset[str] | None = None
    check_keys: bool = True
    latency: float = 0.0
    slots: int = 16
    rate: int | None = None
    faults: tuple[Rule, ...] = ()
    seed: int = 0
    sizes: Literal["known", "today"] = "known"
    legacy: Literal["works", "gone"] | None = None
    inline_limit: int = 6_000_000
    url_lifetime: float = 15 * 60
    keep_outputs: float = 24 * 3600
    extra_fields: frozenset[str] = frozenset()
    live: Live = NOT_ASKED
    any_style: bool = False
    public_url: str | None = None
    clock: Callable[[], float] = field(default=time.time)
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep)
    new_id: Callable[[], str] = field(default=new_id)

    @property
    def legacy_works(self) -> bool:
        return self.legacy == "works" or (self.legacy is None and self.generation == "credits")

    @staticmethod
    def placeholder() -> SimulatorConfig:
        """What the placeholder provider talks to in process: no waiting, no end of money, any key."""
        return SimulatorConfig(balance=None, check_keys=False, any_style=True)

    @staticmethod
    def from_options(
        *,
        latency: float = 0.0,
        slots: int = 16,
        rate: int | None = None,
        balance: str | None = None,
        credits: bool = False,  # named for the flag `--credits`
        faults: str | Path | None = None,
        seed: int = 0,
        today: bool = False,
        allow_fields: tuple[str, ...] = (),
        styles: Path | None = None,
    ) -> SimulatorConfig:
        """The options of `assetgen simulator` as a config. Raises UsageError naming the flag that is wrong.

        `balance` is a number as typed, or `endless`; None is 100 dollars, or 1000 credits.
        """
        for name, value, least in (("latency", latency, 0), ("slots", slots, 1), ("rate", rate, 1)):
            if value is not None and value < least:
                raise UsageError(f"--{name} {value}: expected {least} or more")
        return SimulatorConfig(
            balance=_balance(balance, credits),
            generation="credits" if credits else "dollars",
            latency=latency,
            slots=slots,
            rate=rate,
            faults=() if faults is None else read_rules(Path(faults)),
            seed=seed,
            sizes="today" if today else "known",
            extra_fields=frozenset(allow_fields),
            live=NOT_ASKED if styles is None else _offered(styles),
        )


def _offered(path: Path) -> Live:
    try:
        return parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--styles {path}: {words_of(error)}; expected a file that 'assetgen styles --refresh' wrote"
        ) from None


def _balance(text: str | None, whole: bool) -> Decimal | None:
    if text is None:
        return Decimal(1000 if whole else 100)
    if text == "endless":
        return None
    kind = "a whole number of credits" if whole else "dollars, such as 4.50"
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise UsageError(f"--balance {text}: expected {kind}, or `endless`") from None
    if not amount.is_finite() or amount < 0 or (whole and amount != amount.to_integral_value()):
        raise UsageError(f"--balance {text}: expected {kind}, or `endless`")
    return amount
