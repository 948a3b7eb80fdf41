"""What a command line asks of plan, build and check, and the world outside: clock, environment, terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from assetgen.model.cost import Cost
from assetgen.model.realm import DEFAULT_URL
from assetgen.plan.evaluate import Choices

if TYPE_CHECKING:
    from assetgen.build.shards import Shard

MANY = 192
"""Assets below which starting processes takes longer than they save."""

PARCEL = 32
"""Assets that are handed to another process together."""


class Environment(Struct, frozen=True):
    """The one place where clock, environment variables and randomness come in.

    `now` gives seconds since 1970 (UTC), `monotonic` seconds of a clock that never jumps.
    """

    variables: Mapping[str, str]
    now: Callable[[], float]
    monotonic: Callable[[], float]
    random: Callable[[], float]

    @property
    def api_key(self) -> str | None:
        return self.variables.get("RD_API_KEY") or None

    @property
    def api_url(self) -> str:
        return self.variables.get("ASSETGEN_API_URL") or DEFAULT_URL

    @property
    def shared_store(self) -> str | None:
        return self.variables.get("ASSETGEN_SHARED_STORE") or None

    @property
    def cache_dir(self) -> str | None:
        return self.variables.get("ASSETGEN_CACHE_DIR") or None


class Options(Struct, frozen=True):
    """Flags of build (plan and check use a part). `max_cost` and `yes` are approvals (IDENTITY 25)."""

    root: Path
    assets: tuple[str, ...] = ()
    provider: str | None = None
    yes: bool = False
    max_cost: Cost | None = None
    locked: bool = False
    offline: bool = False
    pick_first: bool = False
    rebuy: tuple[str, ...] = ()
    rerolls: Mapping[str, int] = field(default_factory=dict)
    force: bool = False
    fail_fast: bool = False
    repack: bool = False
    renumber: bool = False
    jobs: int | None = None
    store_optional: bool = False
    shard: Shard | None = None

    @property
    def choices(self) -> Choices:
        return Choices(self.pick_first, self.locked, self.rerolls, frozenset(self.rebuy))
