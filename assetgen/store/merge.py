"""Three versions of a lock into one (IDENTITY 16): blocks changed on one side are taken, changed on both are joined.

Nothing paid for gets lost and nothing is bought: of two results one stays, the other goes to the block's history.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.model.lock import Accepted, Block, Lock, Past
from assetgen.model.realm import PLACEHOLDER
from assetgen.store import lockfile
from assetgen.store.blocks import dump_past
from assetgen.store.lockfile import RETIRED, LockFile
from assetgen.store.registry import originals_of

T = TypeVar("T")


class Merged(Struct, frozen=True):
    """The joined text, and one sentence for people about each block that both sides had changed."""

    text: str
    notes: tuple[str, ...] = ()


class _Notes(Struct):
    """Collects what there is to say about one block."""

    name: str
    said: list[str] = field(default_factory=list)

    def __call__(self, sentence: str) -> None:
        self.said.append(f"{self.name}: {sentence}")


def merge(base: str, ours: str, theirs: str) -> Merged:
    """Join the texts of two locks that come from `base` (empty: no common ancestor). LockError where one is damaged."""
    olds, mine, yours = (_file(text, side) for text, side in ((base, "BASE"), (ours, "OURS"), (theirs, "THEIRS")))
    blocks: dict[str, Block] = {}
    verbatim: dict[str, str] = {}
    notes: list[str] = []
    for name in sorted((mine.lock.blocks.keys() | yours.lock.blocks.keys()) - {RETIRED}):
        say = _Notes(name)
        side = _one_sided(name, olds, mine, yours, say)
        if side is None:
            blocks[name] = _join(olds.lock.blocks.get(name), mine.lock.blocks[name], yours.lock.blocks[name], say)
        elif name in side.lock.blocks:
            blocks[name] = side.lock.blocks[name]
            verbatim[name] = side.verbatim[name]
        notes += say.said
    retired = _retired(blocks, olds.lock, mine.lock, yours.lock)
    for side in (mine, yours):
        if side.lock.retired == retired and retired:
            verbatim[RETIRED] = side.verbatim[RETIRED]
    return Merged(lockfile.render(Lock(blocks, retired), verbatim), tuple(notes))


def _retired(blocks: Mapping[str, Block], old: Lock, mine: Lock, yours: Lock) -> tuple[Block, ...]:
    """What one side took out of the retired is gone, unless the block that it became did not survive the merge."""
    joined = _union(old.retired, mine.retired, yours.retired, lockfile.render_block)
    held = {each.sha256 for each in originals_of(Lock(blocks, tuple(joined)))}
    for block in (*mine.retired, *yours.retired):
        needed = {each.sha256 for each in originals_of(Lock({}, (block,)))}
        if block not in joined and not needed <= held:
            joined.append(block)
            held |= needed
    return tuple(joined)


def _file(text: str, side: str) -> LockFile:
    return lockfile.parse_file(text, f"{side} lock") if text.strip() else LockFile()


def _one_sided(name: str, base: LockFile, ours: LockFile, theirs: LockFile, say: _Notes) -> LockFile | None:
    """The side whose version of a block is simply right, None where both changed it in their own way."""
    old, mine, yours = (side.lock.blocks.get(name) for side in (base, ours, theirs))
    if mine == yours or yours == old:
        return ours
    if mine == old:
        return theirs
    if mine is None or yours is None:
        say("removed on one side, changed on the other: kept as changed")
        return theirs if mine is None else ours
    return None


def _join(base: Block | None, ours: Block, theirs: Block, say: _Notes) -> Block:
    """One block of two that both differ from their ancestor. Keys of derived stages are dropped: build makes them."""
    old = base or Block(ours.name, ours.kind)
    winner, loser = _result(old, ours, theirs, say)
    history = _union((), ours.history, theirs.history, _past_key)  # append-only: nothing in it was taken out
    if loser is not None and loser not in history:
        history.append(loser)
    return Block(
        name=ours.name,
        kind=_three(old.kind, ours.kind, theirs.kind),
        steps=winner.steps,
        rejected=winner.rejected,
        adopted=winner.adopted,
        reviewed=_map(old.reviewed, ours.reviewed, theirs.reviewed),
        layout=_three(old.layout, ours.layout, theirs.layout),
        outputs=_map(old.outputs, ours.outputs, theirs.outputs),
        ids=_map(old.ids, ours.ids, theirs.ids),
        tiles=_tiles(_map(old.tiles, ours.tiles, theirs.tiles), old.tiles, say),
        pages=_three(old.pages, ours.pages, theirs.pages),
        history=tuple(history),
    )


def _result(base: Block, ours: Block, theirs: Block, say: _Notes) -> tuple[Past, Past | None]:
    """The result that stays, and the one that goes to history (None: nothing would be lost)."""
    old, mine, yours = (Past(side.steps, side.adopted, side.rejected) for side in (base, ours, theirs))
    if _identity(mine.steps) == _identity(yours.steps):
        steps = tuple(map(_picked, _aligned(old.steps, mine.steps), mine.steps, yours.steps))
        for kept, other in zip(steps, yours.steps, strict=True):
            if kept.pick != other.pick and kept.pick is not None and other.pick is not None and yours != old:
                say(f"picked on both sides: kept candidate {kept.chosen().candidate}, not {other.chosen().candidate}")
        adopted = _three(old.adopted, mine.adopted, yours.adopted)
        rejected = _three(old.rejected, mine.rejected, yours.rejected)
        lost = yours.adopted not in (adopted, old.adopted, None) or yours.rejected not in (rejected, old.rejected, None)
        return Past(steps, adopted, rejected), yours if lost else None
    if mine == old or not _holds(mine):
        return yours, None
    if yours == old or not _holds(yours):
        return mine, None
    if _only_free(mine) and not _only_free(yours):
        say("their result was bought, ours is a placeholder: kept theirs")
        return yours, None
    if _only_free(yours):
        say("both sides have a result: kept ours" + (", theirs is a placeholder" if not _only_free(mine) else ""))
        return mine, None
    say("both sides have a result of their own: kept ours, theirs is in the history")
    return mine, yours


def _identity(steps: Sequence[Accepted]) -> list[tuple[str, str, tuple[str, ...]]]:
    """What makes two results one purchase: request, realm and the bytes that came."""
    return [(step.realm, step.request.digest, tuple(o.sha256 for o in step.originals)) for step in steps]


def _aligned(old: Sequence[Accepted], new: Sequence[Accepted]) -> list[Accepted]:
    """For each new step the old one of the same purchase, else itself without a pick."""
    known = dict(zip(_identity(old), old, strict=True))
    return [known.get(_identity([step])[0], replace(step, pick=None)) for step in new]


def _picked(old: Accepted, mine: Accepted, yours: Accepted) -> Accepted:
    return replace(
        mine, pick=_three(old.pick, mine.pick, yours.pick), inputs=_three(old.inputs, mine.inputs, yours.inputs)
    )


def _holds(result: Past) -> bool:
    return bool(result.steps or result.adopted or result.rejected)


def _only_free(result: Past) -> bool:
    """Nothing in it was paid for or made by a person."""
    realms = {step.realm for step in result.steps} | ({result.rejected.realm} if result.rejected else set())
    return result.adopted is None and realms <= {PLACEHOLDER}


def _three(old: T, mine: T, yours: T) -> T:
    """The changed value; ours where both changed."""
    return yours if mine == old else mine


def _map(old: Mapping[str, T], mine: Mapping[str, T], yours: Mapping[str, T]) -> dict[str, T]:
    """Key by key; a key that one side removed and the other left as it was is gone."""
    joined = {}
    for key in mine.keys() | yours.keys():
        value = _three(old.get(key), mine.get(key), yours.get(key))
        if value is not None:
            joined[key] = value
    return joined


def _tiles(tiles: Mapping[str, int], old: Mapping[str, int], say: _Notes) -> dict[str, int]:
    """Two new tiles may have got one cell on the two sides: one of them gets a new cell at the next build."""
    taken: dict[int, str] = {}
    for name in sorted(tiles, key=lambda name: (name not in old, name)):
        first = taken.setdefault(tiles[name], name)
        if first != name:
            say(f"tiles {first} and {name} both stand in cell {tiles[name]}: {name} gets another one")
    return {name: cell for cell, name in taken.items()}


def _union(old: Sequence[T], mine: Sequence[T], yours: Sequence[T], key: Callable[[T], str]) -> list[T]:
    """Ours, then what only they have; without what one side took out since `old`."""
    left, right = ({key(item): item for item in side} for side in (mine, yours))
    gone = {name for name in map(key, old) if name not in left or name not in right}
    return [item for name, item in {**left, **right}.items() if name not in gone]


def _past_key(past: Past) -> str:
    return json.dumps(dump_past(past), sort_keys=True)
