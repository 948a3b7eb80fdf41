"""What the planner finds out about one asset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from assetgen.model.lock import Accepted, Adopted, Block, Past
from assetgen.model.manifest import Asset, Step
from assetgen.model.plan import Blocked
from assetgen.model.request import Request

StepStatus = Literal["kept", "restore", "redraw", "reuse", "buy", "waits", "held"]
"""kept: accepted and there · restore: accepted, its picture comes from another store · redraw: a placeholder to be
drawn again · reuse: an earlier or equal result answers it, free · buy: to be asked of the provider · waits: its input
is not there yet · held: to be bought, but something forbids it."""


class StepState(Struct, frozen=True):
    """One remote step: the request it asks for now (None while an input is missing) and the result that answers it.

    `accepted` is the result that answers the request for kept, restore, redraw and reuse; for the others the
    outdated one that stands in the lock, or None. `unpicked` names the asset of whose candidates a person has to choose
    before this step can be bought.
    """

    index: int
    step: Step
    status: StepStatus
    request: Request | None
    accepted: Accepted | None
    reason: str = ""
    unpicked: str | None = None

    @property
    def pending(self) -> bool:
        """Whether its result is not known yet. (A placeholder drawn again gives the same picture.)"""
        return self.status in ("buy", "waits")


def standing_result(block: Block | None, steps: Sequence[StepState], asset: Asset) -> Accepted | None:
    """The result whose picture stands: that of the last step, or, while one is held, of the last chain that was whole.

    A chain that is redone in part (its edit waits for a pick, or failed) keeps the picture that it had; one that was
    never whole has none.
    """
    if not steps:
        return None
    if not any(step.status == "held" for step in steps) or block is None or not block.steps:
        return steps[-1].accepted
    if len(block.steps) >= len(asset.steps):
        return block.steps[-1]
    whole = _last_whole(block)
    if whole is not None:
        return whole.steps[-1]
    return block.steps[-1] if block.frames is not None else None


def _last_whole(block: Block) -> Past | None:
    """The last earlier result of a chain that went further than the block's own does now."""
    return next((past for past in reversed(block.history) if len(past.steps) > len(block.steps)), None)


def standing_past(block: Block | None, steps: Sequence[StepState], asset: Asset) -> Past | None:
    """The earlier result that stands while a chain is redone in part; None where the block's own stands."""
    held = any(step.status == "held" for step in steps)
    if block is None or not held or not 0 < len(block.steps) < len(asset.steps):
        return None
    return _last_whole(block)


class AssetState(Struct, frozen=True):
    """One asset against the lock and the disk.

    `block` is the block it starts from (its own, or one carried over from `renamed_from`). `past` is the earlier
    result of its own history that answers it as a whole. `base` is the digest of its base picture, None while that
    is not there (`pending`) or will not come (`stuck`).
    """

    asset: Asset
    block: Block | None
    renamed_from: str | None
    past: Past | None
    steps: tuple[StepState, ...]
    blocked: Blocked | None
    base: str | None
    pending: bool

    @property
    def adopted(self) -> Adopted | None:
        """What a person put in the place of the picture that stands: the block's own, or, while a chain is redone in
        part, that of its last whole result."""
        if self.block is None or self.block.adopted is not None:
            return self.block.adopted if self.block is not None else None
        past = standing_past(self.block, self.steps, self.asset)
        return past.adopted if past is not None else None

    @property
    def stands(self) -> tuple[Accepted, ...]:
        """The chain of results that the picture which stands comes from."""
        past = standing_past(self.block, self.steps, self.asset)
        if past is not None:
            return past.steps
        return self.block.steps if self.block is not None else ()

    @property
    def stuck(self) -> bool:
        """Blocked, and never had a result that could stand in."""
        return self.base is None and not self.pending and bool(self.steps)

    @property
    def remote_work(self) -> bool:
        return any(step.status in ("buy", "waits", "redraw", "restore", "reuse") for step in self.steps)
