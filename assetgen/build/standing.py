"""What each asset gives to atlases, index and engines now: its new record, or the last good one where it failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assetgen.build import shelf
from assetgen.build.session import Session
from assetgen.build.work import Work, finished_of, prepare
from assetgen.model.built import BuiltAnimation, BuiltAsset, BuiltSprite, BuiltTileset, Frame
from assetgen.model.errors import AssetError, AssetgenError

if TYPE_CHECKING:
    from assetgen.build.finish import Finished
    from assetgen.model.built import Picture


@dataclass(frozen=True)
class Standing:
    """One asset as it stands: its record and the key of its pictures. `work` None: the last good one, it failed."""

    name: str
    built: tuple[BuiltAsset, ...]
    pictures: str
    work: Work | None


class Cast:
    """All standing assets of a project, looked up lazily; gives their pictures by digest.

    `failed` are held at their last good picture; `records` are those finished in this build, known already.
    """

    def __init__(
        self,
        session: Session,
        failed: Mapping[str, str],
        records: Mapping[str, Finished] | None = None,
        *,
        held: int = 128,
    ) -> None:
        self.session = session
        self.failed = failed
        self.records = records or {}
        self._standing: dict[str, Standing | None] = {}
        self._owner: dict[str, str] = {}
        self._pictures: dict[str, Mapping[str, Picture]] = {}
        self._held = held

    def of(self, name: str) -> Standing | None:
        """How an asset stands; None when it never had a picture."""
        if name not in self._standing:
            self._standing[name] = self._find(name)
        return self._standing[name]

    def _find(self, name: str) -> Standing | None:
        session = self.session
        work = None
        if name not in self.failed:
            work = prepare(session.project, session.disk, name, session.palette)
        if work is not None:
            try:
                finished = self.records.get(name) or finished_of(work, session.cache, pictures=False)
                return Standing(name, finished.built, work.keys.pictures, work)
            except AssetgenError:
                work = None
        block = session.project.blocks.get(name)
        if block is None or block.files is None or block.frames is None:
            return None
        known = shelf.find_record(session.cache, block.files)
        if known is None or shelf.find_pictures(session.cache, block.frames) is None:
            return None
        return Standing(name, known.built, block.frames, None)

    def own(self, standing: Standing, frames: Iterable[Frame]) -> None:
        """Says that these frames' pictures come from this asset."""
        for frame in frames:
            self._owner.setdefault(frame.pixels, standing.name)

    def load(self, digest: str) -> Picture:
        """A finished picture by its digest."""
        owner = self._owner[digest]
        pictures = self._pictures.pop(owner, None)
        if pictures is None:
            pictures = self._read(owner)
        self._pictures[owner] = pictures
        while len(self._pictures) > self._held:
            self._pictures.pop(next(iter(self._pictures)))
        return pictures[digest]

    def _read(self, owner: str) -> Mapping[str, Picture]:
        standing = self.of(owner)
        assert standing is not None
        if standing.work is not None:
            return finished_of(standing.work, self.session.cache).pictures
        pictures = shelf.find_pictures(self.session.cache, standing.pictures)
        if pictures is None:
            raise AssetError(f"the last good pictures of {owner} are gone", asset=owner)
        return pictures


def frames_of(built: BuiltAsset) -> list[Frame]:
    """Every frame of a record, in order."""
    if isinstance(built, BuiltSprite):
        return [built.frame]
    if isinstance(built, BuiltAnimation):
        return list(built.frames.values())
    assert isinstance(built, BuiltTileset)
    return [*(tile.frame for tile in built.tiles), *built.objects]
