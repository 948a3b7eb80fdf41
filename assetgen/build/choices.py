"""What people decide about results: accept, pick, approve, roll again. Free, and written into the lock at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from assetgen.build.lockkeeper import LockKeeper, superseded
from assetgen.build.looks import looks
from assetgen.build.session import Session
from assetgen.model.errors import AssetError, UsageError
from assetgen.model.lock import Accepted, Block
from assetgen.model.manifest import Asset
from assetgen.plan.reasons import input_names
from assetgen.plan.select import matching
from assetgen.plan.state import AssetState
from assetgen.store.guard import project_lock

Edit = Callable[[AssetState], Block | None]
WAIT = 5.0
"""Seconds that a choice waits for a running build to end before it gives up."""


def matched(session: Session, globs: Sequence[str]) -> list[str]:
    """Names that the globs match. UsageError for one that matches nothing."""
    names: dict[str, None] = {}
    for glob in globs:
        found = matching(glob, session.manifest.assets)
        if not found:
            near = get_close_matches(glob, session.manifest.assets, 1)
            raise UsageError(f"'{glob}' matches no asset" + (f"; did you mean '{near[0]}'?" if near else ""))
        names.update(dict.fromkeys(found))
    return list(names)


def one_asset(session: Session, name: str) -> Asset:
    """The one asset that a name (or a glob) means. UsageError for none or several."""
    found = matched(session, [name])
    if len(found) != 1:
        raise UsageError(f"'{name}' matches {len(found)} assets: name one")
    return session.manifest.assets[found[0]]


def change(session: Session, names: Sequence[str], edit: Edit) -> list[str]:
    """Applies an edit to blocks under the project's lock; returns the names that changed."""
    with project_lock(session.root, wait=WAIT):
        session.state.prepare()
        keeper = LockKeeper(session.lock_path, session.lock, session.environment.monotonic)
        changed = []
        for name in names:
            state = session.project.state(name)
            if state.renamed_from == name:
                raise UsageError(f"{name} was removed and is back: 'assetgen build' restores its results first")
            if state.renamed_from is not None:
                raise UsageError(f"{name} was {state.renamed_from}: 'assetgen build' carries its results over first")
            block = edit(state)
            if block is not None and block != state.block:
                keeper.set(block)
                changed.append(name)
        keeper.flush()
    if keeper.left:
        raise AssetError(f"assets.lock changed meanwhile: {', '.join(keeper.left)} left alone; try again")
    return changed


def existing(state: AssetState) -> Block:
    """The asset's block. UsageError while it was never built."""
    if state.block is None:
        raise UsageError(f"{state.asset.name} is not built yet")
    return state.block


# -- accept -------------------------------------------------------------------


def accept(session: Session, globs: Sequence[str]) -> list[str]:
    """Binds the present request of each asset to its accepted result: from now on it counts as made for it. The request
    that it was made for is kept in the history: going back to it stays free."""

    def edit(state: AssetState) -> Block | None:
        block = state.block
        if block is None:
            return None
        steps = bound(session, state, block.steps)
        if steps is None or steps == block.steps:
            return None
        return replace(block, steps=steps, rejected=None, history=superseded(block))

    return change(session, matched(session, globs), edit)


def bound(session: Session, state: AssetState, results: tuple[Accepted, ...]) -> tuple[Accepted, ...] | None:
    """The results as answers to the asset's requests of today; None where their steps do not correspond."""
    if len(results) != len(state.steps):
        return None
    steps: list[Accepted] = []
    previous: str | None = None
    for step, result in zip(state.steps, results, strict=True):
        request = session.project.evaluator.request_for(state.asset, step.index, previous)
        if request is None:
            return None
        request = replace(request, take=result.request.take)
        same = request.equals(result.request)
        steps.append(result if same else replace(result, request=request, inputs=input_names(state.asset, step.index)))
        previous = result.chosen(state.asset.variant if step.index == 0 else None).pixels
    return tuple(steps)


# -- pick ---------------------------------------------------------------------


class Picked(Struct, frozen=True):
    """What `pick` did. `step` is the step whose candidate was chosen; `adopted`: a retouched file hides it still."""

    asset: str
    number: int
    step: int
    of: int
    adopted: bool


def pick(session: Session, name: str, number: int) -> Picked:
    """Chooses candidate `number` (from 1) of the asset's last step that has several, or a usable picture of a
    rejected reply. A step after it, made from another candidate, is made again by the next build."""
    asset = one_asset(session, name)
    if asset.variant is not None:
        raise UsageError(f"{asset.name} is one of several variants, and all of them are kept: there is none to pick")
    done: list[Picked] = []

    def edit(state: AssetState) -> Block | None:
        block = existing(state)
        if block.rejected is not None and not _up_to_date(state):
            done.append(Picked(asset.name, number, len(block.steps), block.rejected.request.candidates, False))
            return _from_rejected(state, block, number)
        if not block.steps:
            raise UsageError(f"{asset.name} has no result to pick from yet: build it first")
        several = [i for i, step in enumerate(block.steps) if len(step.candidates) > 1]
        index = several[-1] if several else len(block.steps) - 1
        step = block.steps[index]
        chosen = next((o for o in step.candidates if o.candidate == number), None)
        if chosen is None:
            raise UsageError(f"{asset.name} has {_numbers(step)}, not {number}")
        hidden = block.adopted is not None or asset.override is not None
        done.append(Picked(asset.name, number, index, len(step.candidates), hidden))
        if step.pick == chosen.sha256:
            return None
        steps = (*block.steps[:index], replace(step, pick=chosen.sha256), *block.steps[index + 1 :])
        return replace(block, steps=steps, reviewed={})

    change(session, [asset.name], edit)
    return done[0]


def _numbers(step: Accepted) -> str:
    numbers = sorted(o.candidate for o in step.candidates)
    if len(numbers) == 1:
        return f"one candidate, {numbers[0]}"
    gapless = numbers == list(range(numbers[0], numbers[-1] + 1))
    return f"candidates {numbers[0]} to {numbers[-1]}" if gapless else f"candidates {', '.join(map(str, numbers))}"


def _up_to_date(state: AssetState) -> bool:
    return all(step.status in ("kept", "restore", "redraw") for step in state.steps)


def _from_rejected(state: AssetState, block: Block, number: int) -> Block:
    rejected = block.rejected
    assert rejected is not None
    chosen = next((o for o in rejected.usable if o.candidate == number), None)
    if chosen is None:
        usable = ", ".join(str(o.candidate) for o in rejected.usable) or "none"
        raise UsageError(f"{state.asset.name}: the rejected reply has usable pictures: {usable}")
    index = next((s.index for s in state.steps if s.status in ("buy", "held")), 0)
    accepted = Accepted(
        rejected.request,
        rejected.realm,
        rejected.usable,
        chosen.sha256,
        rejected.price,
        date=rejected.date,
        inputs=input_names(state.asset, index),
        attempt=rejected.attempt,
    )
    history = superseded(block) if index < len(block.steps) else block.history
    return replace(block, steps=(*block.steps[:index], accepted), history=history, rejected=None, reviewed={})


# -- approve, roll again ------------------------------------------------------

Verdict = Literal["approved", "rejected"]


class Reviewed(Struct, frozen=True):
    """Names that got a verdict, and those that have no picture to judge yet."""

    judged: tuple[str, ...]
    pictureless: tuple[str, ...]


def review(session: Session, globs: Sequence[str], verdict: Verdict) -> Reviewed:
    """Notes that a person approved or rejected these assets as they look now; other pixels need another look."""
    names = matched(session, globs)
    shown = {name: looks(session, name) for name in names}
    judged = [name for name in names if shown[name] is not None and session.project.state(name).block is not None]
    now = utc(session.environment.now())

    def edit(state: AssetState) -> Block | None:
        digest = shown[state.asset.name]
        assert digest is not None
        return replace(existing(state), reviewed={"date": now, "looks": digest, "state": verdict})

    change(session, judged, edit)
    return Reviewed(tuple(judged), tuple(name for name in names if name not in judged))


def next_take(session: Session, name: str) -> int:
    """The take that a re-roll asks for: one above all that the lock knows of this intent. Another asset's and a retired
    one count, too: asked for again they would be the very request that was paid for."""
    state = session.project.state(one_asset(session, name).name)
    if not state.steps:
        raise UsageError(f"{name} is drawn, not generated: there is nothing to roll again")
    first = state.steps[0].request
    if first is None:
        raise UsageError(f"{name}: {state.steps[0].reason}")
    if state.asset.override is not None:
        line = f"override: {state.asset.override.path}"
        raise UsageError(f"{name} has '{line}' in the manifest, which would hide another take: remove the line first")
    if state.asset.pin:
        raise UsageError(f"{name} has 'pin: true' in the manifest and is never bought again: remove the line first")
    takes = [found.accepted.request.take for found in session.project.results.by_intent.get(first.intent, ())]
    rejected = [block.rejected.request for block in session.project.blocks.values() if block.rejected is not None]
    takes += [request.take for request in rejected if request.intent == first.intent]
    return max(takes, default=-1) + 1


def utc(now: float) -> str:
    """Seconds since 1970 as the lock writes a moment: `2026-11-21T08:00:00Z`."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
