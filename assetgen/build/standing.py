"""What each asset gives to atlases, index and engines now: its new record, or the last good one where it failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assetgen.build.session import Session
from assetgen.build.work import finished_of, prepare
from assetgen.model.built import BuiltAnimation, BuiltAsset, BuiltSprite, BuiltTileset, Frame
from assetgen.model.errors import AssetError, AssetgenError

if TYPE_CHECKING:
    from assetgen.build.finish import Finished
    from assetgen.model.built import Picture


_HELD = 128
"""Assets whose pictures are in memory at any time."""


class Standing(Struct, frozen=True):
    """One asset as it stands: its record and the key of its pictures. `failed`: this is the last good one."""

    name: str
    built: tuple[BuiltAsset, ...]
    pictures: str
    failed: bool


class Cast:
    """All standing assets of a project, looked up lazily; gives their pictures by digest.

    `failed` are held at their last good picture; `records` are those finished in this build, known already.
    """

    def __init__(
        self, session: Session, failed: Mapping[str, str], records: Mapping[str, Finished] | None = None
    ) -> None:
        self.session = session
        self.failed = failed
        self.records = records or {}
        self._standing: dict[str, Standing | None] = {}
        self._owner: dict[str, str] = {}
        self._pictures: dict[str, Mapping[str, Picture]] = {}

    def of(self, name: str) -> Standing | None:
        """How an asset stands; None when it never had a picture."""
        if name not in self._standing:
            self._standing[name] = self._find(name)
        return self._standing[name]

    def _find(self, name: str) -> Standing | None:
        session = self.session
        keys = session.project.keys(name) if name not in self.failed else None
        if keys is not None:
            known = self.records.get(name) or session.record(keys.files) or self._finished(name)
            if known is not None:
                return Standing(name, known.built, keys.pictures, failed=False)
        block = session.project.blocks.get(name)
        if block is None or block.files is None or block.frames is None:
            return None
        known = session.record(block.files)
        if known is None or session.shelf.find_pictures(block.frames) is None:
            return None
        return Standing(name, known.built, block.frames, failed=True)

    def _finished(self, name: str, *, pictures: bool = False) -> Finished | None:
        """The asset made again; None where that fails."""
        session = self.session
        try:
            work = prepare(session.project, session.disk, name, session.palette)
            return finished_of(work, session.shelf, pictures=pictures) if work is not None else None
        except AssetgenError:
            return None

    def own(self, standing: Standing, frames: Iterable[Frame]) -> None:
        """Says that these frames' pictures, and the cells of autotile sheets, come from this asset."""
        for frame in frames:
            self._owner.setdefault(frame.pixels, standing.name)
        for built in standing.built:
            for sheet in built.sheets if isinstance(built, BuiltTileset) else ():
                for cell in sheet.cells:
                    if cell is not None:
                        self._owner.setdefault(cell, standing.name)

    def load(self, digest: str) -> Picture:
        """A finished picture by its digest."""
        owner = self._owner[digest]
        pictures = self._pictures.pop(owner, None)
        if pictures is None:
            pictures = self._read(owner)
        self._pictures[owner] = pictures
        while len(self._pictures) > _HELD:
            self._pictures.pop(next(iter(self._pictures)))
        return pictures[digest]

    def _read(self, owner: str) -> Mapping[str, Picture]:
        standing = self.of(owner)
        assert standing is not None
        pictures = self.session.shelf.find_pictures(standing.pictures)
        if pictures is None and not standing.failed:
            again = self._finished(owner, pictures=True)
            pictures = again.pictures if again is not None else None
        if pictures is None:
            raise AssetError(f"the last good pictures of {owner} are gone", asset=owner)
        return pictures


def frames_of(built: BuiltAsset) -> list[Frame]:
    """Every frame of a record, in order. A nine-slice is never trimmed: its borders count from its own edges."""
    if isinstance(built, BuiltSprite):
        frame = built.frame
        return [frame if built.nine_slice is None else replace(frame, trim=(0, 0, *frame.size))]
    if isinstance(built, BuiltAnimation):
        return list(built.frames.values())
    assert isinstance(built, BuiltTileset)
    return [*(tile.frame for tile in built.tiles), *built.objects]
