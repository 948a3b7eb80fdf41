"""What each asset gives to atlases, index and engines now: its new record, or the last good one where it failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assetgen.build.session import Session
from assetgen.build.work import finished_of, prepare
from assetgen.model.built import BuiltAnimation, BuiltAsset, BuiltSprite, BuiltTileset, Frame
from assetgen.model.errors import AssetError, AssetgenError
from assetgen.model.lock import Block
from assetgen.model.manifest import FileRef
from assetgen.plan.keys import Keys
from assetgen.plan.project import Shown

if TYPE_CHECKING:
    from assetgen.build.finish import Finished
    from assetgen.model.built import Picture


_HELD = 128
"""Assets whose pictures are in memory at any time."""


class Standing(Struct, frozen=True):
    """One asset as it stands: its record and the key of its pictures. `failed`: this is the last good one. `shown` is
    the name in pages and index: that of then where a rename has not been carried out yet."""

    name: str
    shown: str
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
        project = self.session.project
        shown, keys = project.shown(name), project.keys(name)
        if name in self.failed or shown is None:
            return self._last(name)
        if keys is None or shown.name != name:
            return self._last(name)
        if shown == Shown(name, keys.pictures, keys.files):
            return self._made(name, keys)
        return self._last(name) or self._made(name, keys)  # not selected: what it would be now is asked last

    def _made(self, name: str, keys: Keys) -> Standing | None:
        """The asset as its entry says, made again where that is not on the shelf; the last good one if that fails."""
        known = self.records.get(name) or self.session.record(keys.files) or self._finished(name)
        if known is None:
            return self._last(name)
        return Standing(name, name, known.built, keys.pictures, failed=False)

    def _last(self, name: str) -> Standing | None:
        """The asset as it was last built; None where its pictures are not to be had any more."""
        block = self.session.project.state(name).block
        if block is None or block.files is None or block.frames is None:
            return None
        known = self.session.record(block.files)
        if known is None or self._last_pictures(block, known.built) is None:
            return None
        return Standing(name, block.name, known.built, block.frames, failed=True)

    def _last_pictures(self, block: Block, built: Sequence[BuiltAsset]) -> Mapping[str, Picture] | None:
        """The pictures of a block as they were last finished. A drawn sprite's is not shelved: it is its output, or
        still the drawn file."""
        found = self.session.shelf.find_pictures(block.frames or "")
        if found is not None or len(built) != 1 or not isinstance(built[0], BuiltSprite):
            return found
        from assetgen.pixels.documents import still
        from assetgen.pixels.picture import pixel_digest

        wanted = built[0].frame.pixels
        paths = [path for path, digest in block.outputs.items() if digest == wanted]
        asset = self.session.manifest.assets.get(built[0].name)
        if asset is not None and isinstance(asset.start, FileRef):
            paths.append(asset.start.path)
        for path in paths:
            with suppress(AssetgenError):
                picture = still(self.session.disk.read_files(path), path)
                if pixel_digest(picture) == wanted:
                    return {wanted: picture}
        return None

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
        block = self.session.project.state(owner).block
        if pictures is None and block is not None:
            pictures = self._last_pictures(block, standing.built)
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
