"""Where earlier results are found again: every accepted result of the lock by intent and by request digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.model.lock import Accepted, Block, Lock, Past
from assetgen.model.manifest import Asset
from assetgen.model.request import Request
from assetgen.plan.state import StepState
from assetgen.plan.world import Realms


class Found(Struct, frozen=True):
    """A result and the name of the block that holds it."""

    name: str
    accepted: Accepted


class Results(Struct):
    """All results of a lock, by intent, and by the seed that their entry named. Built once a command; `add` as new
    ones are accepted."""

    by_intent: dict[str, list[Found]] = field(default_factory=dict)
    by_seed: dict[int, list[Found]] = field(default_factory=dict)

    @staticmethod
    def of(lock: Lock) -> Results:
        results = Results()
        for name, block in lock.blocks.items():
            for accepted in all_results(block):
                results.add(name, accepted)
        for block in lock.retired:
            for accepted in all_results(block):
                results.add(block.name, accepted)
        return results

    def add(self, name: str, accepted: Accepted) -> None:
        found = Found(name, accepted)
        self.by_intent.setdefault(accepted.request.intent, []).append(found)
        if accepted.request.explicit_seed is not None:
            self.by_seed.setdefault(accepted.request.explicit_seed, []).append(found)

    def find(self, request: Request, realms: Realms) -> Found | None:
        """The result that answers `request`: the exact request, else one of equal intent when that is unambiguous."""
        found = [item for item in self.by_intent.get(request.intent, ()) if item.accepted.realm in realms]
        if not found:
            return next((item for item in self._sent_alike(request) if item.accepted.realm in realms), None)
        exact = [item for item in found if item.accepted.request.digest == request.digest]
        if exact:
            return exact[-1]
        distinct = {tuple(o.sha256 for o in item.accepted.originals): item for item in found}
        return next(iter(distinct.values())) if len(distinct) == 1 else None

    def _sent_alike(self, request: Request) -> Iterator[Found]:
        """Results of the very same request, whose entry named the seed that this one derives, or the other way round:
        only the intents differ."""
        if request.take or request.seed is None:
            return
        if request.explicit_seed is None:
            alike = self.by_seed.get(request.seed, [])
        else:
            fields = {name: value for name, value in request.fields.items() if name != "seed"}
            alike = self.by_intent.get(replace(request, fields=fields).intent, [])
        yield from (item for item in alike if item.accepted.request.digest == request.digest)


def all_results(block: Block) -> Iterator[Accepted]:
    """Every result that a block holds, superseded ones first."""
    for past in block.history:
        yield from past.steps
    yield from block.steps


def answering(accepted: Accepted, request: Request) -> Accepted:
    """A result that was found for a request, as the answer to it. The very same request may stand in the lock with
    another intent: its entry named the seed that this one derives, or did not."""
    return accepted if accepted.request.equals(request) else replace(accepted, request=request)


def agrees(asset: Asset, block: Block, past: Past, states: tuple[StepState, ...]) -> bool:
    """Whether an earlier chain has the take and the candidate of each step that stands: these were asked for since."""
    for index, (state, now) in enumerate(zip(states, block.steps, strict=False)):
        if state.status not in ("kept", "restore", "redraw"):
            return True
        before = past.steps[index] if index < len(past.steps) else None
        variant = asset.variant if index == 0 else None
        if before is None or before.request.take != now.request.take:
            return False
        if before.chosen(variant).pixels != now.chosen(variant).pixels:
            return False
    return True


class Orphans(Struct, frozen=True):
    """Blocks whose name the manifest does not have any more, and retired ones: where renamed assets come from."""

    by_name: Mapping[str, Block]
    by_first_intent: Mapping[str, tuple[Block, ...]]
    by_pictures: Mapping[tuple[str, str], tuple[Block, ...]]
    tiled: tuple[Block, ...]
    """Drawn tilesets: what gave their pictures is known together with their tile ids only."""

    @staticmethod
    def of(lock: Lock, names: Iterable[str]) -> Orphans:
        wanted = frozenset(names)
        orphans = [b for name, b in lock.blocks.items() if name not in wanted and ":" not in name]
        # A retired block of a name that is used again goes to that entry, or to nobody: another may have its own.
        orphans += [b for b in lock.retired if b.name not in wanted or b.name not in lock.blocks]
        by_name: dict[str, Block] = {}
        by_intent: dict[str, list[Block]] = {}
        by_pictures: dict[tuple[str, str], list[Block]] = {}
        for block in orphans:
            if block.name not in wanted:
                by_name[block.name] = block
            if block.steps:
                by_intent.setdefault(block.steps[0].request.intent, []).append(block)
            elif block.frames and not block.tiles:
                by_pictures.setdefault((block.kind, block.frames), []).append(block)
        return Orphans(
            by_name,
            {intent: tuple(blocks) for intent, blocks in by_intent.items()},
            {key: tuple(blocks) for key, blocks in by_pictures.items()},
            tuple(block for block in orphans if block.frames and block.tiles and not block.steps),
        )
