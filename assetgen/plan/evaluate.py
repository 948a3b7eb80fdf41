"""One asset against the lock: which remote steps stand, and what each other one needs (IDENTITY 3, 5, 6, 8–14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.model.cost import FREE
from assetgen.model.errors import StoreError
from assetgen.model.lock import Accepted, Block, Lock, Original, Past
from assetgen.model.manifest import Asset, FileRef, Manifest, Step
from assetgen.model.plan import Blocked, BlockState
from assetgen.model.realm import OFFICIAL, PLACEHOLDER
from assetgen.model.request import Json, Request
from assetgen.plan import reasons
from assetgen.plan.inputs import Inputs, input_assets, to_pick, why_waiting
from assetgen.plan.keys import Keys
from assetgen.plan.results import Orphans, Results, agrees, answering
from assetgen.plan.state import AssetState, StepState, standing_past, standing_result
from assetgen.plan.world import Presence, Realm, Realms, World, gone

LOST = "lost"
PLACEHOLDER_RESULT = "placeholder result"
REDRAWN = "placeholder original missing: drawn again"
EVERY_REALM = Realms(everything=True)


class Choices(Struct, frozen=True):
    """What the command line decides. `rerolls` maps an asset to its next take; `rebuy` names lost assets to replace."""

    pick_first: bool = False
    locked: bool = False
    rerolls: Mapping[str, int] = field(default_factory=dict)
    rebuy: frozenset[str] = frozenset()


class Evaluator:
    """Evaluates assets against a lock that may grow while a build goes on; each asset once, until `forget`."""

    def __init__(
        self,
        manifest: Manifest,
        lock: Lock,
        world: World,
        realm_of: Callable[[Asset], Realm],
        choices: Choices,
        palette_digest: Callable[[Step], str | None],
        drawn_keys: Callable[[Asset], Keys | None],
    ) -> None:
        self.manifest = manifest
        self.blocks: dict[str, Block] = dict(lock.blocks)
        self.world = world
        self.realm_of = realm_of
        self.choices = choices
        self.results = Results.of(lock)
        self.orphans = Orphans.of(lock, manifest.assets)
        self._palette_digest = palette_digest
        self._drawn_keys = drawn_keys
        self._states: dict[str, AssetState] = {}
        self._inputs = Inputs(manifest, world, self._states, self._must_pick, self._stand_in)
        self._claimed: dict[str, str] = {}
        self._held: set[str] = set()

    def hold(self, names: Iterable[str]) -> None:
        """These keep their last accepted result whatever they ask for: not selected, or failed (rule 18)."""
        for name in names:
            self._held.add(name)
            self.forget(name)

    def accept(self, name: str, block: Block) -> None:
        """A result entered the lock: this asset, and those that take it, are to be evaluated again."""
        self.blocks[name] = block
        for accepted in block.steps:
            self.results.add(name, accepted)
        self.forget(name)

    def forget(self, name: str) -> None:
        """Drop what was found out about an asset; the caller forgets its dependents when it comes to them."""
        self._states.pop(name, None)

    def state(self, name: str) -> AssetState:
        """The asset's state. What it takes as input is evaluated first, without recursion."""
        known = self._states.get(name)
        if known is not None:
            return known
        stack = [name]
        while stack:
            top = stack[-1]
            if top in self._states:
                stack.pop()
                continue
            missing = [n for n in input_assets(self.manifest.assets[top]) if n not in self._states]
            if missing:
                stack.extend(missing)
                continue
            self._states[top] = self._evaluate(self.manifest.assets[top])
            stack.pop()
        return self._states[name]

    def request_for(self, asset: Asset, index: int, previous: str | None) -> Request | None:
        """What step `index` asks for now, given the digest of the step before; None while an input is missing."""
        inputs = self._inputs.resolve(asset, index, previous)
        return None if inputs.obstacle is not None else self._request(asset.steps[index], inputs.digests)

    # -- one asset ------------------------------------------------------------

    def _evaluate(self, asset: Asset) -> AssetState:
        block, renamed_from = self._find_block(asset)
        if not asset.steps:
            base, pending = self._drawn_base(asset, block)
            return AssetState(asset, block, renamed_from, None, (), self._adopted_gone(asset, block), base, pending)
        states = self._chain(asset, block.steps if block else ())
        past = None
        if block is not None and any(s.status in ("buy", "waits", "reuse") for s in states):
            past, states = self._from_own_history(asset, block, states)
        blocked = self._blocked(asset, block, states)
        if blocked is not None or asset.name in self._held:
            states = tuple(replace(s, status="held") if s.pending else s for s in states)
        base, pending = self._base(asset, block, states)
        return AssetState(asset, block, renamed_from, past, states, blocked, base, pending)

    def _drawn_base(self, asset: Asset, block: Block | None) -> tuple[str | None, bool]:
        """Base picture of an asset without remote steps, and whether it is still to come."""
        standing = self._stand_in(asset, block)
        if standing is not None:
            return standing, False
        if isinstance(asset.start, FileRef):
            return self.world.file_digest(asset.start.path), False
        return None, False  # made of others: it has no picture of its own

    def _stand_in(self, asset: Asset, block: Block | None) -> str | None:
        """Digest of a picture that a person put in place of the bought one: `override`, or adopted (rule 13)."""
        if asset.override is not None:
            return self.world.file_digest(asset.override.path)
        if block is not None and block.adopted is not None and not self.rerolling(asset.name):
            return block.adopted.original.pixels
        return None

    def rerolling(self, name: str) -> bool:
        """Whether another take is asked for, and may still come: what failed or was not approved stays adopted."""
        return name in self.choices.rerolls and name not in self._held

    def _base(self, asset: Asset, block: Block | None, states: tuple[StepState, ...]) -> tuple[str | None, bool]:
        standing = self._stand_in(asset, block)
        if standing is not None:
            return standing, False
        if any(s.pending for s in states):
            return None, True
        past = standing_past(block, states, asset)
        if past is not None and past.adopted is not None:
            return past.adopted.original.pixels, False
        last = standing_result(block, states, asset)
        return (last.chosen(asset.variant).pixels if last is not None else None), False

    def _find_block(self, asset: Asset) -> tuple[Block | None, str | None]:
        """The asset's own block, or the one it was renamed from: by `was`, or by one unambiguous equal chain. What was
        retired under the asset's own name comes back under it."""
        if asset.name in self.blocks:
            return self.blocks[asset.name], None
        if asset.was is not None and asset.was in self.orphans.by_name:
            return self._claim(asset, self.orphans.by_name[asset.was])
        if not asset.steps:
            return self._drawn_block(asset)
        inputs = self._inputs.resolve(asset, 0, None)
        if inputs.obstacle is not None:
            return None, None
        intent = self._request(asset.steps[0], inputs.digests).intent
        found = [
            block
            for block in self.orphans.by_first_intent.get(intent, ())
            if self._may_claim(asset, block) and self._answers(asset, block.steps)
        ]
        found = [block for block in found if block.name == asset.name][-1:] or found
        return self._claim(asset, found[0]) if len(found) == 1 else (None, None)

    def _drawn_block(self, asset: Asset) -> tuple[Block | None, str | None]:
        """The block of a drawn asset that has another name now: the only one that gave the same pictures."""
        if not isinstance(asset.start, FileRef) or not (self.orphans.by_pictures or self.orphans.tiled):
            return None, None
        keys = self._drawn_keys(asset)
        if keys is None:
            return None, None
        found = [*self.orphans.by_pictures.get((asset.kind, keys.pictures), ())]
        found += [b for b in self.orphans.tiled if b.frames == keys.with_tiles(b.tiles).pictures]
        found = [block for block in found if self._may_claim(asset, block)]
        return self._claim(asset, found[0]) if len(found) == 1 else (None, None)

    def _may_claim(self, asset: Asset, block: Block) -> bool:
        owner = block.name if block.name in self.manifest.assets else asset.name
        return self._claimed.get(block.name, owner) == asset.name

    def _claim(self, asset: Asset, block: Block) -> tuple[Block | None, str | None]:
        if self._claimed.setdefault(block.name, asset.name) != asset.name:
            return None, None
        return block, block.name

    def _answers(self, asset: Asset, accepted: tuple[Accepted, ...]) -> bool:
        """Whether a whole chain of results answers the asset as it is now."""
        if len(accepted) != len(asset.steps):
            return False
        return all(s.status in ("kept", "restore", "redraw") for s in self._chain(asset, accepted, alone=True))

    def _chain(self, asset: Asset, accepted: tuple[Accepted, ...], *, alone: bool = False) -> tuple[StepState, ...]:
        """Each step in order; a change redoes from the first changed step (rule 9). `alone`: look nowhere else."""
        states: list[StepState] = []
        previous: str | None = None
        for index, step in enumerate(asset.steps):
            known = accepted[index] if index < len(accepted) else None
            if states and (states[-1].pending or states[-1].status == "held"):
                reason = "earlier step changed" if known else f"waits for {asset.name}"
                states.append(StepState(index, step, "waits", None, known, reason))
                continue
            state = self._step(asset, index, known, previous, alone=alone)
            if not state.pending and state.accepted is not None:
                previous = state.accepted.chosen(asset.variant if index == 0 else None).pixels
            states.append(state)
        return tuple(states)

    def _step(
        self, asset: Asset, index: int, accepted: Accepted | None, previous: str | None, *, alone: bool
    ) -> StepState:
        step = asset.steps[index]
        inputs = self._inputs.resolve(asset, index, previous)
        if inputs.obstacle is not None:
            reason = why_waiting(inputs.obstacle, accepted is not None)
            return StepState(index, step, "waits", None, accepted, reason, inputs.obstacle.unpicked)
        request = self._request(step, inputs.digests)
        reroll = self.choices.rerolls.get(asset.name) if index == 0 else None
        if reroll is not None:
            request = replace(request, take=reroll)
        elif accepted is not None and accepted.request.intent == request.intent:
            request = replace(request, take=accepted.request.take)
        if accepted is not None and accepted.realm in self._realms(asset) and request.equals(accepted.request):
            return self._kept(asset, index, request, accepted)
        reason = "new" if accepted is None else self._why_again(asset, index, request, accepted)
        found = None if alone else self._elsewhere(asset, index, request, reason, rolled=reroll is not None)
        if found is not None:
            return found
        unpicked = inputs.unpicked or self._unpicked_before(asset, index, previous)
        if unpicked is not None:
            return StepState(index, step, "waits", request, accepted, to_pick(unpicked), unpicked)
        return StepState(index, step, "buy", request, accepted, reason)

    def _unpicked_before(self, asset: Asset, index: int, previous: str | None) -> str | None:
        """A chain whose earlier result has several candidates and no pick must not be edited further (rule 14)."""
        if index == 0 or asset.variant is not None or not self._must_pick(asset):
            return None
        block = self.blocks.get(asset.name)
        before = block.steps[index - 1] if block is not None and len(block.steps) >= index else None
        if before is None or before.pick is not None or len(before.candidates) < 2:
            return None
        return asset.name if before.chosen().pixels == previous else None

    def _must_pick(self, asset: Asset) -> bool:
        return self.realm_of(asset).paid and not self.choices.pick_first

    def _why_again(self, asset: Asset, index: int, request: Request, accepted: Accepted) -> str:
        if request.equals(accepted.request):
            return PLACEHOLDER_RESULT if accepted.realm == PLACEHOLDER else f"result of {accepted.realm}"
        if request.intent == accepted.request.intent:
            return "re-rolled"
        return reasons.changed(asset, index, request, accepted)

    def _kept(self, asset: Asset, index: int, request: Request, accepted: Accepted) -> StepState:
        step = asset.steps[index]
        places = {self.world.presence(original, accepted.realm) for original in accepted.originals}
        if "pointer" in places:
            return StepState(index, step, "held", request, accepted, LOST)
        if "missing" in places:
            if accepted.realm == PLACEHOLDER and not self.choices.locked:
                return StepState(index, step, "redraw", request, accepted, REDRAWN)
            if asset.name in self.choices.rebuy:
                again = self._elsewhere(asset, index, request, "lost")
                return again or StepState(index, step, "buy", request, accepted, "lost, bought again")
            return StepState(index, step, "held", request, accepted, LOST)
        if "stored" in places:
            return StepState(index, step, "restore", request, accepted, "original missing")
        return StepState(index, step, "kept", request, accepted)

    def _elsewhere(
        self, asset: Asset, index: int, request: Request, reason: str, *, rolled: bool = False
    ) -> StepState | None:
        """A result that answers the request without a purchase: in the lock, or in a store (rules 5 and 8). A take that
        is asked for is none of the lock's, but may have been bought on another branch or machine."""
        step = asset.steps[index]
        found = None if rolled else self.results.find(request, self._realms(asset))
        if found is not None and self._present(found.accepted):
            shared = found.name if found.name != asset.name and found.name in self.manifest.assets else None
            why = f"same request as {shared}" if shared else f"{reason}, restored"
            accepted = replace(found.accepted, price=FREE) if shared else found.accepted
            return StepState(index, step, "reuse", request, answering(accepted, request), why)
        for realm in dict.fromkeys((self.realm_of(asset).name, OFFICIAL)):
            try:
                recorded = self.world.recorded(realm, request)
            except StoreError as error:  # bought once, and gone: no miss, unless a person wants it again
                if rolled or asset.name in self.choices.rebuy:
                    continue
                return StepState(index, step, "held", request, None, str(error))
            if recorded is not None:
                answer = answering(recorded, request)
                return StepState(index, step, "reuse", request, answer, f"{reason}, found in the store")
        return None

    def _present(self, accepted: Accepted) -> bool:
        return all(self.world.presence(o, accepted.realm) != "missing" for o in accepted.originals)

    def _from_own_history(
        self, asset: Asset, block: Block, states: tuple[StepState, ...]
    ) -> tuple[Past | None, tuple[StepState, ...]]:
        """An earlier result that answers the asset as a whole: take, pick and adoption come back with it."""
        if asset.name in self.choices.rerolls:
            return None, states
        why = next(s.reason for s in states if s.status in ("buy", "waits", "reuse")).removesuffix(", restored")
        for past in reversed(block.history):
            if not agrees(asset, block, past, states):
                continue
            if any(a.realm not in self._realms(asset) for a in past.steps) or not self._answers(asset, past.steps):
                continue
            chain = self._chain(asset, past.steps, alone=True)
            return past, tuple(replace(s, status="reuse", reason=f"{why}, restored") for s in chain)
        return None, states

    def _request(self, step: Step, digests: Mapping[str, Json]) -> Request:
        palette = self._palette_digest(step) if step.palette is not None else None
        fields = {**step.fields, **digests}
        return Request(step.op, fields, palette=palette, candidates=step.candidates, seeded=step.seeded)

    def _realms(self, asset: Asset) -> Realms:
        """Realms whose results satisfy the asset (rule 6). The placeholder never replaces a bought one, and `--locked`
        asks only whether lock and originals agree (rule 19)."""
        realm = self.realm_of(asset).name
        return EVERY_REALM if realm == PLACEHOLDER or self.choices.locked else Realms(realm, OFFICIAL)

    # -- what forbids a purchase ----------------------------------------------

    def _blocked(self, asset: Asset, block: Block | None, states: tuple[StepState, ...]) -> Blocked | None:
        def verdict(state: BlockState, reason: str) -> Blocked:
            return Blocked(asset.name, state, reason)

        stands_in = self._stand_in(asset, block) is not None
        if stands_in and (adopted_gone := self._adopted_gone(asset, block)) is not None:
            return adopted_gone
        lost = next((s for s in states if s.status == "held"), None)
        if lost is not None and not stands_in:
            return self._lost(asset, lost)
        work = next((s for s in states if s.pending), None)
        if work is None:
            return None
        if stands_in:
            return verdict("adopted", work.reason)
        if asset.pin and block is not None and block.steps:
            return verdict("pinned", work.reason)
        bought = block is not None and any(accepted.realm != PLACEHOLDER for accepted in block.steps)
        if bought and not self.realm_of(asset).paid:
            reason = f"{work.reason}; the placeholder never replaces a bought picture"
            return Blocked(asset.name, "pinned", reason, bought=True)
        if work.status == "buy" and self._is_rejected(asset, block, work):
            return verdict("rejected", block.rejected.reason if block and block.rejected else work.reason)
        if work.unpicked is not None:
            return verdict("waiting", work.reason)
        stuck = next((name for name in input_assets(asset) if self._states[name].stuck), None)
        if work.status != "waits" or stuck is None:
            return None
        return Blocked(asset.name, "waiting", f"waits for {stuck}", waits_for=stuck)

    def _lost(self, asset: Asset, step: StepState) -> Blocked:
        if step.accepted is None:
            return Blocked(asset.name, "lost", step.reason)
        places = ((o, self.world.presence(o, step.accepted.realm)) for o in step.accepted.originals)
        return next(_gone(asset, original, place) for original, place in places if place in ("missing", "pointer"))

    def _adopted_gone(self, asset: Asset, block: Block | None) -> Blocked | None:
        """An adopted file is pinned like any original: one that is nowhere is lost (rules 11 and 13)."""
        adopted = block.adopted if block is not None and asset.override is None else None
        if adopted is None or self.rerolling(asset.name):
            return None
        place = self.world.presence(adopted.original, self.realm_of(asset).name)
        if place not in ("missing", "pointer"):
            return None
        return _gone(asset, adopted.original, place)

    def _is_rejected(self, asset: Asset, block: Block | None, work: StepState) -> bool:
        rejected = block.rejected if block is not None else None
        if rejected is None or work.request is None or rejected.realm != self.realm_of(asset).name:
            return False
        return rejected.request.intent == work.request.intent and rejected.request.take >= work.request.take


def _gone(asset: Asset, original: Original, place: Presence) -> Blocked:
    return Blocked(asset.name, "lost", gone(original, place), pointer=place == "pointer")
