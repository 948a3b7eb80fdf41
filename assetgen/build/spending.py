"""What was spent, from the lock alone: by asset, style and month; and a draft of a store's disclosure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from assetgen.manifest.messages import count_of
from assetgen.model.cost import Cost, total
from assetgen.model.lock import Accepted, Block, Lock, Rejected
from assetgen.model.realm import PLACEHOLDER, SIMULATOR


class Purchase(Struct, frozen=True):
    """One purchase, whether its picture is still in use or not."""

    asset: str
    style: str
    month: str
    realm: str
    cost: Cost
    model: str | None
    used: bool


def purchases(lock: Lock) -> list[Purchase]:
    """Every purchase that the lock knows, each once.

    What stands in several places is one purchase: in several blocks when the request is the same (shared results), in
    one block when the step and its take are (picked again; bound by `accept` to a request that was never sent).
    """
    found: list[Purchase] = []
    seen: set[tuple[object, ...]] = set()
    blocks = [(block, True) for block in lock.blocks.values()] + [(block, False) for block in lock.retired]
    for block, live in blocks:
        for step, result, used in _results(block):
            came = (result.realm, result.date, result.attempt)
            # A rejected reply that is good by now stands there as both: same request, same attempt.
            places = {
                (result.request.digest, *came),
                (block.name, step, result.request.take, *came, _delivered(result)),
            }
            if seen.isdisjoint(places):
                found.append(_purchase(block.name, result, used=used and live))
            seen |= places
    return found


def _delivered(result: Accepted | Rejected) -> tuple[str, ...]:
    """What came: two requests of one step may be of the same second."""
    return (result.raw,) if isinstance(result, Rejected) else tuple(original.sha256 for original in result.originals)


def _results(block: Block) -> Iterator[tuple[int, Accepted | Rejected, bool]]:
    """Each result with the number of its step (-1: rejected) and whether it is in use."""
    for step, accepted in enumerate(block.steps):
        yield step, accepted, True
    if block.rejected is not None:
        yield -1, block.rejected, False
    for past in block.history:
        for step, accepted in enumerate(past.steps):
            yield step, accepted, False
        if past.rejected is not None:
            yield -1, past.rejected, False


def _purchase(asset: str, result: Accepted | Rejected, *, used: bool) -> Purchase:
    style = str(result.request.fields.get("style") or result.request.op)
    model = result.model if isinstance(result, Accepted) else None
    return Purchase(asset, style, result.date[:7], result.realm, result.price, model, used)


class Spending(Struct, frozen=True):
    """Sums of purchases: all that were paid, rehearsals against the simulator among them (`rehearsed` tells)."""

    purchases: tuple[Purchase, ...]
    unknown: Cost

    @property
    def paid(self) -> list[Purchase]:
        return [item for item in self.purchases if item.realm != PLACEHOLDER]

    def by(self, field: str) -> dict[str, Cost]:
        """Sums by `asset`, `style`, `month` or `realm`."""
        groups: dict[str, list[Cost]] = defaultdict(list)
        for item in self.paid:
            groups[str(getattr(item, field))].append(item.cost)
        return {name: total(costs) for name, costs in sorted(groups.items())}

    @property
    def total(self) -> Cost:
        return total(item.cost for item in self.paid)

    @property
    def rehearsed(self) -> Cost:
        return total(item.cost for item in self.paid if item.realm == SIMULATOR)

    def to_json(self) -> dict[str, Any]:
        def dumped(sums: Mapping[str, Cost]) -> dict[str, Any]:
            return {name: cost.to_json() for name, cost in sums.items()}

        return {
            "version": 1,
            "total": self.total.to_json(),
            "purchases": len(self.paid),
            "by_asset": dumped(self.by("asset")),
            "by_style": dumped(self.by("style")),
            "by_month": dumped(self.by("month")),
            "unknown": self.unknown.to_json(),
            "by_realm": dumped(self.by("realm")),
        }


def disclosure(lock: Lock, drawn: int) -> str:
    """A draft, in plain words, of what stores ask about generated content. `drawn` counts assets made by people."""
    kinds: dict[str, int] = defaultdict(int)
    models: dict[str, None] = {}
    edited = adopted = 0
    for block in lock.blocks.values():
        if not block.steps or any(step.realm in (PLACEHOLDER, SIMULATOR) for step in block.steps):
            continue
        kinds[block.kind] += 1
        edited += len(block.steps) > 1
        adopted += block.adopted is not None
        models.update((step.model or str(step.request.fields.get("style", "")), None) for step in block.steps)
    listed = ", ".join(count_of(count, kind) for kind, count in sorted(kinds.items())) or "none"
    lines = [
        "Pre-generated content (draft: check it before you publish it)",
        "",
        f"This game contains images made with the Retro Diffusion image generator: {listed}.",
        f"Models used: {', '.join(filter(None, models)) or 'none'}.",
        f"Further assets drawn by people: {drawn}. Of the generated ones, retouched by hand: {adopted}; put through "
        f"further generated edits: {edited}.",
        "All of them were generated while the game was developed, chosen and reviewed by people before they were "
        "included; the game generates nothing while it runs.",
    ]
    return "\n".join(lines) + "\n"
