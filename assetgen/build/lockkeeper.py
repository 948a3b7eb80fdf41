"""The lock while a build goes on: acceptances are written soon and together, nobody else's blocks are touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from assetgen.model.lock import Accepted, Adopted, Block, Past
from assetgen.store import lockfile
from assetgen.store.lockfile import LockFile

_SECONDS = 0.5
_SHARE = 20  # a large lock is written less often: writing takes at most this part of the time


class LockKeeper:
    """Collects changed blocks and writes them, at once or at most every half second or so (rule 21).

    What is waiting to be written is never lost: a paid result is in the user's store and the journal before it
    comes here. `left` names blocks that somebody else changed meanwhile.
    """

    def __init__(self, path: Path, base: LockFile, monotonic: Callable[[], float]) -> None:
        self.path = path
        self.file = base
        self.left: dict[str, None] = {}
        self._monotonic = monotonic
        self._changed: dict[str, Block | None] = {}
        self._rendered: dict[str, tuple[Block, str]] = {}
        self._retired: list[Block] = []
        self._revived: list[tuple[str, Block]] = []
        self._last = monotonic()
        self._pause = _SECONDS

    def set(self, block: Block) -> None:
        self._changed[block.name] = block

    def drop(self, name: str) -> None:
        self._changed[name] = None

    def retire(self, block: Block) -> None:
        """Move a removed result to the retired ones."""
        if block.name in self.file.lock.blocks:
            self.drop(block.name)
        self._retired.append(block)

    def revive(self, name: str, retired: Block) -> None:
        """Take a retired block out: it became the block `name`."""
        self._revived.append((name, retired))

    def settle(self, retired: Block, left: Block | None) -> None:
        """A retired block owns less than it did, or nothing that is worth a line. Another block may have its name."""
        self._revived.append((retired.name, retired))
        self._retired += [left] if left is not None else []

    def tick(self) -> None:
        """Write if the last time is long enough ago."""
        if self._monotonic() - self._last >= self._pause:
            self.flush()

    def render(self) -> None:
        """Make the texts of what is waiting, for whoever has to wait for others before it is written."""
        self._rendered = {
            name: (block, lockfile.render_block(block)) for name, block in self._due().items() if block is not None
        }

    def flush(self) -> None:
        """Write what has changed; synced to disk on return."""
        if not (self._changed or self._retired or self._revived):
            return
        changed = self._due()
        texts = {name: text for name, (block, text) in self._rendered.items() if changed.get(name) is block}
        begun = self._monotonic()
        updated = lockfile.update(
            self.path, changed, self.file, retire=self._retired, revive=self._revived, texts=texts
        )
        self.file = updated.file
        self.left.update(dict.fromkeys(updated.left))
        self._changed, self._retired, self._revived, self._rendered = {}, [], [], {}
        self._last = self._monotonic()
        self._pause = max(_SECONDS, _SHARE * (self._last - begun))

    def _due(self) -> dict[str, Block | None]:
        """What is waiting and not in the file already."""
        known = self.file.lock.blocks
        return {name: block for name, block in self._changed.items() if known.get(name) != block or block is None}


def superseded(block: Block) -> tuple[Past, ...]:
    """The block's history with its present result added (rule 8), unless it stands there last of its request.

    The last one is what comes back with the request: an earlier take or pick that was chosen again is noted again.
    """
    if not block.steps and block.adopted is None:
        return filed(block)
    past = Past(block.steps, block.adopted, block.rejected)
    asked = _asked(past)
    last = next((earlier for earlier in reversed(block.history) if _asked(earlier) == asked), None)
    return block.history if last == past else (*block.history, past)


def filed(block: Block) -> tuple[Past, ...]:
    """The block's history with its rejected reply: it was paid for, whatever takes its place."""
    if block.rejected is None or any(past.rejected == block.rejected for past in block.history):
        return block.history
    return (*block.history, Past((), None, block.rejected))


def _asked(past: Past) -> tuple[str, ...]:
    """What a result answers, whatever its take: the intents of its steps."""
    return tuple(step.request.intent for step in past.steps)


def with_step(block: Block, index: int, accepted: Accepted) -> Block:
    """The block after step `index` got a new result: what it replaces, and all after it, goes to the history."""
    history = superseded(block) if index < len(block.steps) else filed(block)
    steps = (*block.steps[:index], accepted)
    keep_adopted: Adopted | None = block.adopted if index >= len(block.steps) else None
    return replace(block, steps=steps, history=history, rejected=None, adopted=keep_adopted, reviewed={})


def with_past(block: Block, past: Past) -> Block:
    """The block with an earlier result of its own put back, whole."""
    return replace(
        block, steps=past.steps, adopted=past.adopted, rejected=past.rejected, history=superseded(block), reviewed={}
    )
