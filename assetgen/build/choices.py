"""What people decide about results: accept, pick, adopt, approve. Free, and written into the lock at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from assetgen.build.lockkeeper import LockKeeper, superseded
from assetgen.build.session import Session
from assetgen.model.errors import AssetError, UsageError
from assetgen.model.lock import Accepted, Adopted, Block, Past
from assetgen.model.manifest import Asset
from assetgen.plan.reasons import input_names
from assetgen.plan.select import matching
from assetgen.plan.state import AssetState
from assetgen.store.guard import project_lock

Edit = Callable[[AssetState], Block | None]


def matched(session: Session, globs: Sequence[str]) -> list[str]:
    """Names that the globs match. UsageError for one that matches nothing."""
    names: dict[str, None] = {}
    for glob in globs:
        found = matching(glob, session.manifest.assets)
        if not found:
            raise UsageError(f"'{glob}' matches no asset")
        names.update(dict.fromkeys(found))
    return list(names)


def change(session: Session, names: Sequence[str], edit: Edit) -> list[str]:
    """Applies an edit to blocks under the project's lock; returns the names that changed."""
    with project_lock(session.root):
        session.state.prepare()
        keeper = LockKeeper(session.lock_path, session.lock, session.environment.monotonic)
        changed = []
        for name in names:
            block = edit(session.project.state(name))
            if block is not None:
                keeper.set(block)
                changed.append(name)
        keeper.flush()
    if keeper.left:
        raise AssetError(f"assets.lock changed meanwhile: {', '.join(keeper.left)} left alone; try again")
    return changed


def accept(session: Session, globs: Sequence[str]) -> list[str]:
    """Binds the present request of each asset to its accepted result: from now on it counts as made for it."""

    def edit(state: AssetState) -> Block | None:
        block = state.block
        if block is None or len(block.steps) != len(state.steps):
            return None
        steps: list[Accepted] = []
        previous: str | None = None
        for step, accepted in zip(state.steps, block.steps, strict=True):
            request = step.request or session.project.evaluator.request_for(state.asset, step.index, previous)
            if request is None:
                return None
            request = replace(request, take=accepted.request.take)
            bound = accepted
            if not request.equals(accepted.request):
                bound = replace(accepted, request=request, inputs=input_names(state.asset, step.index))
            steps.append(bound)
            previous = bound.chosen(state.asset.variant if step.index == 0 else None).pixels
        return replace(block, steps=tuple(steps), rejected=None) if tuple(steps) != block.steps else None

    return change(session, matched(session, globs), edit)


def pick(session: Session, name: str, number: int) -> str:
    """Chooses candidate `number` (from 1) of the asset's last step, or a usable picture of a rejected reply."""
    asset = _asset(session, name)

    def edit(state: AssetState) -> Block | None:
        block = _existing(state)
        if block.rejected is not None and not _up_to_date(state):
            return _from_rejected(state, block, number)
        if not block.steps:
            raise UsageError(f"{name} has no result to pick from yet: build it first")
        last = block.steps[-1]
        chosen = next((o for o in last.candidates if o.candidate == number), None)
        if chosen is None:
            raise UsageError(f"{name} has candidates 1 to {len(last.candidates)}, not {number}")
        return replace(block, steps=(*block.steps[:-1], replace(last, pick=chosen.sha256)), reviewed={})

    change(session, [asset.name], edit)
    return asset.name


def _up_to_date(state: AssetState) -> bool:
    return all(step.status in ("kept", "restore") for step in state.steps)


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
    )
    history = superseded(block) if block.steps else block.history
    return replace(block, steps=(*block.steps[:index], accepted), history=history, rejected=None)


def choose_past(session: Session, name: str, number: int) -> str:
    """Makes an earlier result of the asset's history (counted from 1) the accepted one again, free."""
    asset = _asset(session, name)

    def edit(state: AssetState) -> Block | None:
        block = _existing(state)
        if not 1 <= number <= len(block.history):
            raise UsageError(f"{name} has {len(block.history)} earlier results: see 'assetgen history {name}'")
        past: Past = block.history[number - 1]
        # The present request is bound to the earlier picture, or the next build would ask for another.
        steps = [
            replace(old, request=replace(step.request, take=old.request.take)) if step.request is not None else old
            for old, step in zip(past.steps, state.steps, strict=False)
        ]
        return replace(block, steps=tuple(steps), adopted=past.adopted, history=superseded(block), reviewed={})

    change(session, [asset.name], edit)
    return asset.name


Stage = Literal["original", "final"]


@dataclass(frozen=True)
class Adoption:
    """What `adopt` did: where the file lies now, and as which stage."""

    asset: str
    file: str
    stage: Stage


def adopt(session: Session, name: str, file: Path | None, stage: Stage | None) -> Adoption:
    """Puts a retouched file in the place of the bought picture; without a file, the asset's output changed by hand.

    `stage` final (the default when the size fits the finished picture) skips the recipe; original goes through it.
    """
    from assetgen.pixels.picture import decode, pixel_digest, read_bytes, sniff

    asset = _asset(session, name)
    source = file if file is not None else _drifted_output(session, asset)
    data = read_bytes(source, str(source))
    picture = decode(data, what=str(source))
    size = (picture.shape[1], picture.shape[0])
    chosen: Stage = stage if stage is not None else _fitting_stage(session, asset, size, from_output=file is None)
    done: list[Adoption] = []

    def edit(state: AssetState) -> Block | None:
        original = session.originals.adopt(
            name, data, extension=sniff(data) or "png", pixels=pixel_digest(picture), size=size
        )
        block = state.block or Block(name, asset.kind)
        done.append(Adoption(name, original.file, chosen))
        now = utc(session.environment.now())
        # Outputs that were changed by hand are ours again: they are what was adopted.
        outputs = {path: _now_or(session, path, digest) for path, digest in block.outputs.items()}
        return replace(block, adopted=Adopted(original, chosen, now), outputs=outputs, reviewed={})

    change(session, [name], edit)
    return done[0]


def _now_or(session: Session, path: str, digest: str) -> str:
    return session.disk.output_digest(path) or digest


def drop_adopted(session: Session, name: str) -> str:
    """Goes back to the bought picture; the adopted file stays in `originals/`."""
    asset = _asset(session, name)

    def edit(state: AssetState) -> Block | None:
        block = _existing(state)
        if block.adopted is None:
            raise UsageError(f"{name} has no adopted file")
        return replace(block, adopted=None, history=superseded(block), reviewed={})

    change(session, [asset.name], edit)
    return asset.name


def _drifted_output(session: Session, asset: Asset) -> Path:
    block = session.project.state(asset.name).block
    main = [
        check.path
        for check in (session.project.check_outputs(block) if block is not None else [])
        if check.state == "drifted" and check.path.endswith(".png")
    ]
    if len(main) != 1:
        what = "no output changed by hand" if not main else f"{len(main)} outputs changed by hand"
        raise UsageError(f"{asset.name} has {what}: name the file to adopt")
    return session.root / main[0]


def _fitting_stage(session: Session, asset: Asset, size: tuple[int, int], *, from_output: bool) -> Stage:
    """final when the file is as large as the finished picture (a sheet, for animations), else original."""
    state = session.project.state(asset.name)
    if from_output:
        return "final"
    finished = session.final_size(asset.name)
    last = state.block.steps[-1].chosen(asset.variant).size if state.block and state.block.steps else None
    if size == finished:
        return "final"
    if last is not None and size != last:
        raise UsageError(
            f"the file is {size[0]}×{size[1]}; {asset.name} is "
            f"{'×'.join(map(str, finished or (0, 0)))} finished and {last[0]}×{last[1]} as bought: say --stage"
        )
    return "original"


def review(session: Session, globs: Sequence[str], verdict: Literal["approved", "rejected"]) -> list[str]:
    """Notes that a person approved or rejected these assets as they are now."""
    now = utc(session.environment.now())

    def edit(state: AssetState) -> Block | None:
        block = _existing(state)
        return replace(block, reviewed={"date": now, "state": verdict})

    return change(session, matched(session, globs), edit)


def next_take(session: Session, name: str) -> int:
    """The take that a re-roll asks for: one above all that were ever taken for this intent."""
    state = session.project.state(_asset(session, name).name)
    if not state.steps:
        raise UsageError(f"{name} is drawn, not generated: there is nothing to roll again")
    first = state.steps[0].request
    if first is None:
        raise UsageError(f"{name}: {state.steps[0].reason}")
    block = state.block
    takes = [-1]
    if block is not None:
        results = [*block.steps[:1], *(past.steps[0] for past in block.history if past.steps)]
        takes += [result.request.take for result in results if result.request.intent == first.intent]
        if block.rejected is not None and block.rejected.request.intent == first.intent:
            takes.append(block.rejected.request.take)
    return max(takes) + 1


def _asset(session: Session, name: str) -> Asset:
    found = matched(session, [name])
    if len(found) != 1:
        raise UsageError(f"'{name}' matches {len(found)} assets: name one")
    return session.manifest.assets[found[0]]


def _existing(state: AssetState) -> Block:
    if state.block is None:
        raise UsageError(f"{state.asset.name} is not built yet")
    return state.block


def utc(now: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
