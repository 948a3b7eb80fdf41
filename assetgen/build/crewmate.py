"""The life of one process of a crew: it looks at files, finishes assets, and lays outputs beside their places."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from assetgen.build.finish import Finished
from assetgen.build.outputs import Judged, Pending, Writer, pending, staged, without_picture
from assetgen.build.places import Move, Placed, Staged, place_staged
from assetgen.build.shelf import PICTURES, RECORD, Shelf
from assetgen.build.strip import Laid, Strip
from assetgen.build.work import Done, do, prepare
from assetgen.model.built import BuiltAsset
from assetgen.model.errors import AssetgenError, PictureError, StoreError
from assetgen.model.finding import Finding, Level
from assetgen.model.manifest import Asset, FileRef
from assetgen.plan.keys import Keys
from assetgen.plan.project import Project, palettes_of
from assetgen.plan.sources import refs_of
from assetgen.store import atomic
from assetgen.store.paths import inside
from assetgen.store.stamps import Row

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from assetgen.build.session import Session
    from assetgen.model.built import Picture
    from assetgen.store.bundle import Memo

_AHEAD, _AHEAD_BYTES = 8192, 32 << 20  # assets that are finished before they are asked for, and their files' bytes


_SMALL = 16 << 10  # bytes up to which compressed pictures travel: it takes less time than fetching them from the cache

_PR_SET_PDEATHSIG = 1


class Told(NamedTuple):
    """What a process tells of an asset that it finished, in plain values: findings, tile ids, notes, then what it
    found of the files: digests by path, rows of those to be written, drifted and obsolete paths; records to keep,
    where pictures lie by their key, and what was built. `error` alone where it failed."""

    error: AssetgenError | None
    findings: Sequence[tuple[str, Level, str]] = ()
    tiles: dict[str, int] = {}  # noqa: RUF012  (never changed)
    notes: tuple[str, ...] = ()
    outputs: dict[str, str] = {}  # noqa: RUF012
    rows: Sequence[tuple[str, str, str, str | None, bool, str, int, str]] = ()
    drifted: Sequence[str] = ()
    obsolete: Sequence[str] = ()
    records: Sequence[tuple[str, bytes]] = ()
    pictures: Sequence[tuple[str, Laid]] = ()
    built: tuple[BuiltAsset, ...] = ()

    def done(self) -> Done | AssetgenError:
        """The same as the build knows it."""
        if self.error is not None:
            return self.error
        files = [
            pending(path, digest, seen, before, forced=forced, staged=Staged(place, size, sha256))
            for path, digest, seen, before, forced, place, size, sha256 in self.rows
        ]
        findings = tuple(Finding(*finding) for finding in self.findings)
        finished = Finished(self.built, {}, findings, self.tiles, self.notes)
        return Done(finished, Judged(self.outputs, files, list(self.drifted), list(self.obsolete)))


class Looked(NamedTuple):
    """What is known of an asset's files; of one that stands alone its base picture's digest and its keys, too; and
    what became of one that was finished at once and has no files to be written."""

    name: str
    rows: Sequence[tuple[str, Row]]
    base: str | None
    keys: Keys | None
    told: Told | None


class Bug(Struct, frozen=True):
    """An exception that nobody expected, with its trace."""

    text: str


def stands_alone(project: Project, asset: Asset) -> bool:
    """Whether an asset can be finished without looking at any other."""
    extracted = any(project.manifest.palettes[name].sources for name in palettes_of(asset))
    return not refs_of(asset) and asset.override is None and not extracted


def serve(
    parent: int,
    pipe: Connection,
    others: Sequence[Connection],
    strip: Strip,
    session: Session,
    ahead: bool,
    *,
    first: bool,
) -> None:
    """Answers until the pipe ends, which it does with `parent`, which holds its other end.

    What is only kept for later builds is written then, while the parent is at its end: the `first` of the crew keeps
    what it has inherited, too.
    """
    _end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us decides what an interrupt means
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    for other in others:
        other.close()
    session.keep_later()
    mate = _Mate(session, strip, ahead)
    works: dict[str, Callable[..., Any]] = {"look": mate.looked, "finish": mate.finished, "place": mate.placed}
    with suppress(EOFError, OSError):
        while True:
            what, parcels = pipe.recv()
            for parcel in parcels:
                pipe.send(_answer(mate, works[what], parcel))
    mate.leave()
    mate.shelf.keep_laid(session.cache.behind)
    if first:
        session.keep_manifest()
    session.keep_derived()


def _answer(mate: _Mate, work: Callable[..., Any], parcel: Sequence[Sequence[Any]]) -> Any:
    try:
        mate.checked.clear()
        return [work(*item) for item in parcel]
    except Exception:
        return Bug(traceback.format_exc())


def _end_with(parent: int) -> None:
    """Has the system end this process with the one that started it: it holds the project's lock, too."""
    import ctypes

    with suppress(AttributeError, OSError):  # the end of the pipe ends it in any case
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class _Gathered:
    """The cache, over there. Records travel home, too, where all of them lie in one file; so do small pictures."""

    def __init__(self, session: Session) -> None:
        self.cache = session.cache
        self.void = session.cache.is_void()
        self.records: list[tuple[str, bytes]] = []

    def get(self, key: str) -> bytes | None:
        if self.void and key.startswith(RECORD):
            return None  # each is finished once: there was none before, and none is asked for again
        return self.cache.get(key)

    def put(self, key: str, data: bytes) -> None:
        self.cache.behind.put(key, data)
        if key.startswith(RECORD) or (key.startswith(PICTURES) and len(data) <= _SMALL):
            self.records.append((key, data))


class _LaidOut(Shelf):
    """Pictures are put on pages before they can be read from the cache: they are laid where home sees them, while there
    is room for them, and compressed for the cache at the end."""

    def __init__(self, memo: _Gathered, strip: Strip) -> None:
        super().__init__(memo)
        self.strip = strip
        self.laid: list[tuple[str, Laid]] = []
        self._unkept: list[tuple[str, Laid]] = []

    def keep_pictures(self, key: str, pictures: Mapping[str, Picture]) -> None:
        laid = self.strip.lay(pictures)
        if laid is None:
            super().keep_pictures(key, pictures)
            return
        self.laid.append((key, laid))
        self._unkept.append((key, laid))

    def keep_laid(self, memo: Memo) -> None:
        """Puts the pictures that were laid into the cache."""
        kept = Shelf(memo)
        for key, laid in self._unkept:
            kept.keep_pictures(key, self.strip.see(laid))


class _Made(Struct, frozen=True):
    """A finished asset without its pictures: its keys, what is to be told of it, and its files."""

    keys: Keys
    told: Told
    files: Sequence[Pending]

    @property
    def size(self) -> int:
        return sum(len(item.data) for item in self.files)


class _Mate:
    """What one process knows and keeps."""

    def __init__(self, session: Session, strip: Strip, ahead: bool) -> None:
        self.session = session
        self.project = session.project
        self.ahead = ahead
        self.memo = _Gathered(session)
        self.shelf = _LaidOut(self.memo, strip)
        self.writer = Writer(session.root, session.state, self.memo, force=session.options.force)
        self.checked: set[str] = set()
        self._ready: dict[str, _Made] = {}
        self._told = 0
        self._bytes = 0
        self._bench: Path | None = None

    def looked(self, name: str, paths: Sequence[str]) -> Looked:
        """Digests of the asset's files. What cannot be read is looked at again where that can be said."""
        from assetgen.pixels.picture import forget_recent

        stamps = self.session.state.stamps
        stamps.held = {}  # what is read for its digest is finished next
        for path in paths:
            try:
                stamps.pixel_digest(path)
            except (PictureError, AssetgenError):
                continue
        base, keys = self._begun(name)
        forget_recent()
        stamps.held = None
        rows = [(path, row) for path in paths if (row := stamps.row(path)) is not None]
        return Looked(name, rows, base, keys, self._tellable(name))

    def _tellable(self, name: str) -> Told | None:
        """What became of a finished asset, if its files need not be laid anywhere: there is nothing left to ask for."""
        made = self._ready.get(name)
        if made is None or made.files:
            return None
        del self._ready[name]
        self._told += 1
        return made.told

    def _begun(self, name: str) -> tuple[str | None, Keys | None]:
        """The base picture and the keys of a drawn asset that stands alone; finishes it where that is wanted."""
        asset = self.project.manifest.assets[name]
        if asset.steps or not isinstance(asset.start, FileRef) or not stands_alone(self.project, asset):
            return None, None
        try:
            keys = self.project.keys(name)
            if keys is None or self.project.state(name).renamed_from is not None:
                return None, None
            room = len(self._ready) + self._told < _AHEAD and self._bytes < _AHEAD_BYTES
            if self.ahead and room and self.project.stale_reason(name) is not None:
                made = self._ready[name] = self._made(name, keys)
                self._bytes += made.size
            return self.project.state(name).base, keys
        except AssetgenError:
            return None, None

    def _made(self, name: str, keys: Keys) -> _Made:
        session = self.session
        work = prepare(self.project, session.disk, name, session.palette)
        assert work is not None, "an asset with keys has all that it is made of"
        self.memo.records, self.shelf.laid = [], []
        write = self.project.write_for(work.asset)
        done = do(work, self.shelf, self.writer, session.manifest.output, write, self.project.state(name).block)
        judged, finished = done.judged, done.finished
        findings = [(finding.check, finding.level, finding.message) for finding in finished.findings]
        wrong = any(level == "error" for _check, level, _message in findings)
        told = Told(
            None,
            findings,
            dict(finished.tiles),
            finished.notes,
            judged.outputs,
            drifted=judged.drifted,
            obsolete=judged.obsolete,
            records=self.memo.records,
            pictures=self.shelf.laid,
            built=finished.built,
        )
        return _Made(keys, told, [] if wrong else [without_picture(item) for item in judged.pending])

    def finished(self, name: str, files: str) -> Told | None:
        """The asset's files beside their places; None where what they follow from is not what the keys say."""
        try:
            made = self._ready.pop(name, None)
            if made is None:
                keys = self.project.keys(name)
                if keys is None or keys.files != files or self.project.state(name).renamed_from is not None:
                    return None
                made = self._made(name, keys)
            else:
                self._bytes -= made.size
            if made.keys.files != files:
                return None
            return made.told._replace(rows=[self._row(item) for item in made.files])
        except AssetgenError as error:
            return Told(error)

    def placed(self, path: str, seen: str, lying: str) -> Placed | StoreError | None:
        """A file that lies beside its place is given it, as `place_staged` says."""
        try:
            return place_staged(self.session.root, self.session.state.stamps, Move(path, seen, lying), self.checked)
        except StoreError as error:
            return error

    def _row(self, item: Pending) -> tuple[str, str, str, str | None, bool, str, int, str]:
        if self._bench is None:
            self._bench = atomic.workbench(inside(self.session.root, self.session.manifest.output))
        laid = staged(self.session.root, item, self.checked, str(self._bench))
        target = item.target
        return (target.path, target.digest, item.seen, item.recorded, item.forced, laid.path, laid.size, laid.sha256)

    def leave(self) -> None:
        """Clears its workbench away."""
        if self._bench is not None:
            with suppress(OSError):  # a file that nobody wanted lies there: the next build sweeps it
                self._bench.rmdir()
