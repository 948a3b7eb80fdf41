"""`watch`: what is free is built again when a file that matters is saved; what costs is announced."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable, Iterator, Set
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from assetgen.build.report import BuildReport
from assetgen.build.run import plan
from assetgen.manifest.files import folders_of, glob_regex
from assetgen.model.errors import AssetgenError, words_of
from assetgen.model.manifest import Asset, FileRef
from assetgen.model.plan import Plan

if TYPE_CHECKING:
    from assetgen.build.session import Session
    from assetgen.review.work import Desk

STEP, DEBOUNCE = 10, 30
"""Milliseconds: how long a save may take to be whole, and how long saves are collected at most."""


class Watched(Struct, frozen=True):
    """Files (relative, with `/`) and globs whose change means a build."""

    files: frozenset[str]
    globs: tuple[str, ...]

    def folders(self, root: Path) -> frozenset[Path]:
        """The folders that hold them, or may hold what a glob matches, as far as they are there."""
        names = {Path(path).parent for path in self.files}
        names |= {Path(folder) for glob in self.globs for folder in folders_of(root, glob)}
        return frozenset(folder for name in names if (folder := (root / name).resolve()).is_dir())

    def matters(self, path: str) -> bool:
        """Whether a file (relative) is one of them."""
        return path in self.files or any(glob_regex(glob).fullmatch(path) for glob in self.globs)


UNKNOWN = Watched(frozenset({"assets.yaml"}), ("*.yaml", "art/*.yaml"))
"""Where the manifest has never been read."""


def watched(session: Session) -> Watched:
    """Everything that a project is made from: manifests, tables, palettes, drawn pictures with the sheets of Aseprite's
    JSON, templates."""
    manifest = session.manifest
    files = {manifest.file, *manifest.files, *session.project.templates()}
    globs = {glob for glob, _ in manifest.globs}
    for asset in manifest.assets.values():
        for ref in _file_refs(asset):
            (globs if ref.glob else files).add(ref.path)
            beside = session.disk.beside(ref.path)
            if beside is not None:
                files.add(beside)
    files.update(palette.file.path for palette in manifest.palettes.values() if palette.file is not None)
    return Watched(frozenset(files), tuple(sorted(globs)))


def _file_refs(asset: Asset) -> Iterator[FileRef]:
    refs = [asset.start, asset.override]
    refs += [ref for step in asset.steps for group in step.inputs.values() for ref in group]
    refs += [entry.of for entry in asset.tileset.tiles]
    refs += asset.tileset.objects
    return (ref for ref in refs if isinstance(ref, FileRef))


class Watcher(Struct):
    """Builds at the start and after each save that matters. `tell` gets a report, `fail` words, `announce` a plan;
    `ready` hears when saves are seen from now on."""

    desk: Desk
    spend: bool
    tell: Callable[[BuildReport, float], None]
    fail: Callable[[AssetgenError], None]
    announce: Callable[[Plan], None]
    changed: Callable[[], None] = lambda: None
    ready: Callable[[], None] = lambda: None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    known: Watched = field(default_factory=lambda: UNKNOWN)
    _announced: str = ""

    async def run(self) -> None:
        """Until it is cancelled."""
        await self.build()
        _settle()
        while True:
            folders = self.known.folders(self.root)
            async with aclosing(self._saves(folders)) as saves:
                async for _ in saves:
                    await self.build()
                    if self.known.folders(self.root) != folders:
                        break  # other folders are to be watched now

    @property
    def root(self) -> Path:
        return self.desk.options.root

    async def build(self) -> None:
        """One build, and what to watch from now on."""
        clock = self.desk.environment.monotonic
        left: Plan | None = None
        async with self.lock:
            start = clock()
            try:
                report = await asyncio.to_thread(lambda: self.desk.build(spend=self.spend))
                self.tell(report, clock() - start)
                if self.spend or self.desk.held:
                    left = await asyncio.to_thread(lambda: self.desk.with_session(plan))
            except AssetgenError as error:
                self.fail(error)
            await asyncio.to_thread(self._read)
        self._say_what_costs(left)
        self.changed()

    def _read(self) -> None:
        """A manifest that cannot be read is watched as it was, with what may mend it."""
        try:
            self.known = self.desk.with_session(watched)
        except AssetgenError:
            self.known = Watched(self.known.files | UNKNOWN.files, tuple({*self.known.globs, *UNKNOWN.globs}))

    def _say_what_costs(self, left: Plan | None) -> None:
        paid = [action for action in left.actions if action.cost] if left is not None else []
        told = str([(action.asset, action.reason, str(action.cost)) for action in paid])
        if left is not None and paid and told != self._announced:
            self.announce(left)
        self._announced = told

    async def _saves(self, folders: Set[Path]) -> AsyncGenerator[None, None]:
        """Once at the start, when the folders are watched: what was saved before is to be found by looking. Then after
        each save that matters, and each folder more that a glob looks into."""
        from watchfiles import awatch

        root = self.root.resolve()
        async with aclosing(awatch(*folders, recursive=False, step=STEP, debounce=DEBOUNCE)) as events:
            coming = asyncio.ensure_future(anext(events))
            try:
                await asyncio.sleep(0)
                self.ready()
                yield
                while True:
                    paths = [Path(path) for _, path in await coming]
                    coming = asyncio.ensure_future(anext(events))
                    inside = [path.relative_to(root).as_posix() for path in paths if path.is_relative_to(root)]
                    grown = any(map(Path.is_dir, paths)) and self.known.folders(self.root) != folders
                    if grown or any(self.known.matters(path) for path in inside):
                        yield
            except OSError as error:  # the system watches so many files and no more
                raise AssetgenError(f"the project's folders cannot be watched: {words_of(error)}") from error
            finally:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)


def _settle() -> None:
    """What the first build left in memory stays: the collector need not go through it after each save."""
    gc.collect()
    gc.freeze()
