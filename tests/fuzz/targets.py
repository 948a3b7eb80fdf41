"""Every reader of what may be damaged or hostile: whatever the bytes, there is a result or an error of ours."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fuzz import mutate, outside, own

CORPUS = Path(__file__).resolve().parent / "corpus"

SECONDS = 8.0
"""Of processor time, longer than this no single file may take: a limit against nesting and bombs."""


@dataclass(frozen=True)
class Target:
    """`run` returns what came of the bytes in a few words (for keeping one case of each kind); it must raise nothing
    but AssetgenError. `seeds` are whole files to begin with."""

    name: str
    run: Callable[[bytes], str]
    seeds: Callable[[], list[bytes]]
    mutator: mutate.Mutator

    def inputs(self) -> list[bytes]:
        """Seeds and the kept corpus."""
        return [*self.seeds(), *(path.read_bytes() for path in sorted((CORPUS / self.name).glob("*")))]

    def damaged(self, dice: random.Random, pool: list[bytes]) -> bytes:
        return self.mutator(dice, dice.choice(pool), pool)[: 1 << 20]


def outcome(target: Target, data: bytes) -> str:
    """Runs a target; errors of ours are outcomes, everything else is raised."""
    from assetgen.model.errors import AssetgenError

    try:
        return target.run(data)
    except AssetgenError as error:
        return f"{type(error).__name__}: {_shape(str(error))}"


def _shape(message: str) -> str:
    """A message without what differs from case to case."""
    short = re.sub(r"/\S+|\d+|'[^']*'|`[^`]*`|\"[^\"]*\"|[^\x20-\x7e]+", "", message)
    return " ".join(re.findall(r"[a-zA-Z]{3,}", short)[:8])


TARGETS = {
    target.name: target
    for target in (
        Target("manifest", outside.manifest, outside.manifest_seeds, mutate.text),
        Target("palettes", outside.palette, outside.palette_seeds, mutate.plain),
        Target("pictures", outside.picture, outside.picture_seeds, mutate.png),
        Target("aseprite", outside.aseprite, outside.aseprite_seeds, mutate.aseprite),
        Target("json", outside.exported, outside.exported_seeds, mutate.document),
        Target("replies", outside.reply, outside.reply_seeds, mutate.document),
        Target("merged", outside.merged, outside.merged_seeds, mutate.text),
        Target("lock", own.lock, own.lock_seeds, mutate.text),
        Target("journal", own.journal, own.journal_seeds, mutate.document),
        Target("records", own.records, own.record_seeds, mutate.document),
        Target("shared", own.shared, own.shared_seeds, mutate.document),
    )
}
