"""What goes into a purchase and what comes out of it: the seam between `build` and the providers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct, field

from assetgen.model.cost import UNKNOWN, Cost
from assetgen.model.errors import AssetError
from assetgen.model.position import Position
from assetgen.model.request import Json, Request

if TYPE_CHECKING:
    from assetgen.catalog.types import Style

Approve = Callable[[Cost], Awaitable[None] | None]
"""Called before each paid POST with its expected price; raises StoppedError to forbid it (IDENTITY 25)."""

Report = Callable[[str], None]
"""Takes one sentence for people about what the transport is doing (`rate limit reached: waiting 12 s`)."""


class Job(Struct, frozen=True):
    """One purchase: what is asked, and all that is needed to ask it.

    `pictures` maps the pixel digests that stand in the request to canonical RGBA PNG bytes. `size` is the width
    and height sent (None for edits), `palette` the opaque colours sent, `rrggbb`, in order. `expected` is the
    price of the catalog, UNKNOWN where it is not known. `attempt` is the least attempt number of the derived
    idempotency key; the journal raises it after a refund. `rebuy` says that buying an already bought request
    again has been approved (`--rebuy`): then a new attempt is begun whatever the journal holds.
    """

    asset: str
    position: Position | None
    request: Request
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    style: Style | None = None
    size: tuple[int, int] | None = None
    palette: tuple[str, ...] | None = None
    expected: Cost = UNKNOWN
    attempt: int = 0
    rebuy: bool = False


class Received(Struct, frozen=True):
    """One file of a reply, byte for byte. `extension` is its real format (`png`, `gif`, `webp`, `json`).

    `candidate` counts from 1. `extra` is None for a candidate itself, else `pre_palette`, `background` or `data`.
    `pixels` is the pixel digest (the byte digest for `data`, whose size is (0, 0)).
    """

    data: bytes
    extension: str
    candidate: int
    extra: str | None
    size: tuple[int, int]
    pixels: str


class Delivery(Struct, frozen=True):
    """The pictures of one purchase. `price` is what the reply says was charged, else the expected price.

    `date` is UTC, `2026-11-21T08:00:00Z`. `entry` is the journal's id (None where nothing is journalled):
    give it to `Provider.close` once everything is stored. `raw` is the SHA-256 of the stored reply.
    """

    images: tuple[Received, ...]
    price: Cost
    model: str | None
    date: str
    warnings: tuple[str, ...] = ()
    entry: str | None = None
    raw: str | None = None
    attempt: int = 0
    """Which purchase of its request it is: the number behind its idempotency key (IDENTITY 22)."""
    earlier: bool = False
    """It was paid for by an earlier build: it costs nothing now."""


class RejectedDelivery(AssetError):  # noqa: N818 - it is the delivery that was rejected
    """A paid reply that cannot be used: it is kept, and never bought again by itself. `delivery` holds its usable
    pictures (perhaps none), price and date."""

    def __init__(self, message: str, *, delivery: Delivery, asset: str = "", position: Position | None = None) -> None:
        super().__init__(message, asset=asset, position=position)
        self.delivery = delivery


class Settled(Struct, frozen=True):
    """What became of one open journal entry of an earlier run.

    `state`: `received` (`delivery` is there, not yet stored by build: store it, then close the entry), `rejected`
    (`delivery` holds what is usable, `message` says why), `refunded` or `refused` (nothing was charged; closed),
    `open` (still unknown or still running: `message` says why; blocks paid sends).
    """

    entry: str
    asset: str
    request: Request
    state: Literal["received", "rejected", "refunded", "refused", "open"]
    message: str = ""
    delivery: Delivery | None = None
    sent: bool = False
    """It was sent once more, under its key: what it costs may have been charged only now."""


class Runtime(Struct, frozen=True):
    """Clock, sleep and randomness, passed in so that nothing below `cli` reads them by itself.

    `now` gives seconds since 1970 (UTC), `monotonic` seconds of a clock that never jumps, `random` floats in [0, 1).
    """

    now: Callable[[], float]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    random: Callable[[], float]


class Tuning(Struct, frozen=True):
    """Times in seconds and sizes in bytes that suit the service; tests shorten them.

    `grace` is how long an interruption waits for what is paid; `poll` the first and longest pause between two
    looks at a task; `patience` how many times `network.timeout` one task is waited for; `backoff` the first and
    longest pause between retries; `wait_429` how long one request goes on waiting while the service says 429;
    `claim` how often, and how far apart, v1's task list is looked at.
    """

    grace: float = 10.0
    poll: tuple[float, float] = (0.25, 5.0)
    patience: float = 3.0
    backoff: tuple[float, float] = (0.5, 30.0)
    wait_429: float = 900.0
    connect: float = 10.0
    claim: tuple[int, float] = (4, 1.0)
    reply_limit: int = 64 * 1024 * 1024
    file_limit: int = 32 * 1024 * 1024


class StyleCall(Struct, frozen=True):
    """One call that makes, changes or removes a user's own style. `style` is its id, empty for a new one; `fields` are
    the service's names, pictures as raw base64."""

    method: Literal["POST", "PATCH", "DELETE"]
    style: str = ""
    fields: Mapping[str, Json] = field(default_factory=dict)


class Provider(Protocol):
    """A source of generated pictures.

    All methods may raise AccountError (key or balance), ProviderError (the service's own words) and StoppedError.
    """

    name: str
    realm: str
    paid: bool

    async def run(self, job: Job) -> Delivery:
        """Buys one job. Raises AssetError for a job that cannot be sent or is refused, RejectedDelivery,
        UnknownOutcomeError (its entry stays open), OpenEntryError, StoppedError. Cancelled, it sends nothing more,
        waits up to `grace` for what is paid, and leaves it in the journal for the next `settle`."""
        ...

    async def settle(self) -> list[Settled]:
        """Finishes the open entries of earlier runs. Call it before the first `run`."""
        ...

    def close(self, *entries: str) -> None:
        """Says that the results (or rejections) of entries are stored and in the lock: they are not settled again."""
        ...

    async def redecode(self, raw: str, job: Job) -> Delivery:
        """Decodes a stored raw reply once more, free. Raises RejectedDelivery again, StoreError when the reply or a
        file that it names cannot be had."""
        ...

    async def check_cost(self, job: Job) -> Cost:
        """What the service says the job would cost; free."""
        ...

    async def balance(self) -> Cost:
        """The account's balance; credits in `other` when there are both."""
        ...

    async def own_style(self, call: StyleCall) -> dict[str, Json]:
        """Makes, changes or removes one of the account's own styles; what the service says of it. Never charged."""
        ...

    def outstanding(self) -> Cost:
        """In flight and unknown, at expected prices (IDENTITY 25)."""
        ...

    def spent(self) -> Cost:
        """What has been charged since this provider was opened. A purchase moves from `outstanding` to here in one
        step, so that their sum never misses one."""
        ...

    def sent(self, asset: str) -> int:
        """How many purchases of an asset, each a POST that may charge, went out since this provider was opened: one
        that was refunded and asked for again is two, a repeat under the same key none more."""
        ...

    async def styles(self) -> list[dict[str, Json]]:
        """The rows of the live style selector."""
        ...

    async def tools(self) -> list[dict[str, Json]]:
        """The rows of the live list of edit tools; empty where the dialect has none."""
        ...

    def stop(self) -> None:
        """From now on nothing that may charge is sent: `run` raises StoppedError."""
        ...

    async def aclose(self) -> None: ...
