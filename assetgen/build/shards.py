"""`build --shard I/N`: one of N machines slices, finishes and packs its part; a last run without it joins them.

An asset that is packed goes where its atlas goes, any other by its name; what an asset is made of comes along. The
index and the engines' files are made of everything, so only the joining run writes them. What it needs to know of the
finished assets (their records, not their pictures) each shard leaves in `.assetgen/shards/`: with these files and the
shards' outputs in place it cuts nothing again.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from assetgen.model.errors import UsageError
from assetgen.model.manifest import Manifest
from assetgen.plan.select import Selection, build_order, select
from assetgen.store import atomic
from assetgen.store.gc import remove_folder

if TYPE_CHECKING:
    from assetgen.build.session import Session

FOLDER = "shards"
_MOST = 10_000


class Shard(Struct, frozen=True):
    """Part `index` (from 1) of `count`."""

    index: int
    count: int

    def holds(self, name: str) -> bool:
        """Whether a name falls into this part: the same on every machine, for ever."""
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
        return number % self.count == self.index - 1

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


def parse(text: str) -> Shard:
    """`2/8`. ValueError for anything else."""
    match = re.fullmatch(r"([0-9]{1,5})/([0-9]{1,5})", text.strip())
    index, count = (int(part) for part in match.groups()) if match else (0, 0)
    if not 1 <= index <= count <= _MOST:
        raise ValueError(f"'{text}' is no part of a whole: write 1/8, 2/8 and so on up to 8/8")
    return Shard(index, count)


def selected(session: Session) -> Selection:
    """What the session's command is about: what its words name, or its shard of the whole project."""
    options = session.options
    selection = select(session.manifest, options.assets)
    if options.shard is None:
        _join(session)
        return selection
    if options.assets:
        raise UsageError("--shard divides the whole project: give no ASSET with it")
    return part(selection, session.manifest, options.shard)


def part(selection: Selection, manifest: Manifest, shard: Shard) -> Selection:
    """The shard's part of a selection, with all that its assets are made of."""
    names = {name: None for name in selection.assets if shard.holds(_group(manifest, name))}
    palettes = tuple(name for name in selection.palettes if shard.holds(f"palette:{name}"))
    for name in palettes:
        names.update((ref.name, None) for ref in manifest.palettes[name].sources)
    atlases = tuple(name for name in selection.atlases if shard.holds(f"atlas:{name}"))
    return Selection(tuple(build_order(manifest, names)), palettes, atlases, whole=False, index=False)


def _group(manifest: Manifest, name: str) -> str:
    atlas = manifest.atlas_of(name)
    return name if atlas is None else f"atlas:{atlas.name}"


def finished(session: Session) -> None:
    """After a build: a shard leaves its records for the run that joins, which removes them."""
    shard, folder = session.options.shard, session.state.folder / FOLDER
    if shard is None:
        remove_folder(folder)
        return
    import shutil

    session.cache.save()
    with suppress(FileNotFoundError):
        atomic.make_folder(folder)
        shutil.copyfile(session.cache.file, folder / f"{shard.index}-of-{shard.count}")


def _join(session: Session) -> None:
    """Takes up what shards have left. What cannot be read is only done again."""
    folder = session.state.folder / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        session.cache.absorb(path)
