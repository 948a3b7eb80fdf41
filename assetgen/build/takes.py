"""The takes of an asset: all that was ever accepted for it, oldest first, each to be chosen again for nothing."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from assetgen.build.choices import bound, change, existing, one_asset
from assetgen.build.lockkeeper import superseded
from assetgen.build.session import Session
from assetgen.manifest.messages import count_of
from assetgen.model.cost import Cost, total
from assetgen.model.errors import UsageError
from assetgen.model.lock import Accepted, Adopted, Block, Original, Past
from assetgen.plan.state import AssetState


class Take(Struct, frozen=True):
    """One result of an asset. `number` counts from 1, oldest first, and never changes.

    `adopted` is a retouched file that stood (or stands) in for it. `pick` is the number of the chosen candidate,
    None while the first is provisional.
    """

    number: int
    current: bool
    past: Past

    @property
    def date(self) -> str:
        if self.past.adopted is not None:
            return self.past.adopted.date
        return self.past.steps[-1].date if self.past.steps else ""

    @property
    def price(self) -> Cost:
        return total(step.price for step in self.past.steps)

    @property
    def adopted(self) -> Adopted | None:
        return self.past.adopted

    @property
    def candidates(self) -> tuple[Original, ...]:
        return self.past.steps[-1].candidates if self.past.steps else ()

    @property
    def pick(self) -> int | None:
        if not self.past.steps or self.past.steps[-1].pick is None:
            return None
        return self.past.steps[-1].chosen().candidate

    @property
    def prompt(self) -> str:
        """The words that it was asked for with, the last edit's behind the first request's."""
        prompts = [str(step.request.fields.get("prompt", "")) for step in self.past.steps]
        return " → ".join(prompt for prompt in prompts if prompt)

    @property
    def realm(self) -> str:
        return self.past.steps[-1].realm if self.past.steps else ""


def _identity(past: Past) -> tuple[object, ...]:
    """Two entries with this in common are one result: bound to another request, or picked otherwise, at most."""
    originals = tuple(o.sha256 for step in past.steps for o in step.originals)
    takes = tuple(step.request.take for step in past.steps)
    return originals, takes, past.adopted.original.sha256 if past.adopted is not None else None


def takes_of(block: Block | None) -> list[Take]:
    """Every result of a block, oldest first; the one that stands now is `current`, wherever it came from."""
    if block is None:
        return []
    distinct: dict[tuple[object, ...], Past] = {}
    for past in block.history:
        if past.steps or past.adopted is not None:
            distinct[_identity(past)] = past  # where it first stood, with the candidate picked last
    standing = Past(block.steps, block.adopted)
    here = _identity(standing)
    if block.steps or block.adopted is not None:
        distinct[here] = standing
    return [Take(number, key == here, past) for number, (key, past) in enumerate(distinct.items(), 1)]


def choose_take(session: Session, name: str, number: int, candidate: int | None = None) -> Take:
    """Makes an earlier result (numbered by `takes_of`) the accepted one again, free; the present one goes to history.

    `candidate` picks one of its candidates at once.
    """
    asset = one_asset(session, name)
    done: list[Take] = []

    def edit(state: AssetState) -> Block | None:
        block = existing(state)
        takes = takes_of(block)
        if not 1 <= number <= len(takes):
            many = f"takes 1 to {len(takes)}" if len(takes) > 1 else "one take"
            raise UsageError(f"{asset.name} has {many}, not {number}: see 'assetgen history {asset.name}'")
        take = takes[number - 1]
        done.append(take)
        steps = _answering(session, state, take)
        if candidate is not None:
            steps = _picked(asset.name, steps, candidate)
        if take.current:
            return replace(block, steps=steps, reviewed={}) if steps != block.steps else None
        return replace(block, steps=steps, adopted=take.adopted, rejected=None, history=superseded(block), reviewed={})

    change(session, [asset.name], edit)
    return done[0]


def _answering(session: Session, state: AssetState, take: Take) -> tuple[Accepted, ...]:
    """The take's results bound to today's requests, or the next build would ask for others."""
    steps = take.past.steps
    if not steps:
        return steps
    answering = bound(session, state, steps)
    if answering is None:
        made, asked = count_of(len(steps), "step"), count_of(len(state.steps), "step")
        raise UsageError(f"take {take.number} of {state.asset.name} was made in {made}, the entry asks for {asked} now")
    return answering


def _picked(name: str, steps: Sequence[Accepted], candidate: int) -> tuple[Accepted, ...]:
    chosen = next((o for o in steps[-1].candidates if o.candidate == candidate), None) if steps else None
    if chosen is None:
        raise UsageError(f"that take of {name} has no candidate {candidate}")
    return (*steps[:-1], replace(steps[-1], pick=chosen.sha256))
