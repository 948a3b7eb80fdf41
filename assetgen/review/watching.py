"""`watch`: what is free is built again when a file that matters is saved; what costs is announced."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assetgen.build.report import BuildReport
from assetgen.build.run import plan
from assetgen.build.session import Session
from assetgen.model.errors import AssetgenError, UsageError
from assetgen.model.manifest import Asset, FileRef, Manifest
from assetgen.model.plan import Plan

if TYPE_CHECKING:
    from assetgen.review.work import Desk

STEP, DEBOUNCE = 10, 30
"""Milliseconds: how long a save may take to be whole, and how long saves are collected at most."""


@dataclass(frozen=True)
class Watched:
    """Files (relative, with `/`) and globs whose change means a build."""

    files: frozenset[str]
    globs: tuple[str, ...]

    def folders(self, root: Path) -> frozenset[Path]:
        """The folders that hold them, as far as they are there."""
        names = {Path(path).parent for path in self.files} | {_fixed_part(glob) for glob in self.globs}
        return frozenset(folder for name in names if (folder := (root / name).resolve()).is_dir())

    def matters(self, path: str) -> bool:
        """Whether a file (relative) is one of them."""
        return path in self.files or any(fnmatch.fnmatchcase(path, glob) for glob in self.globs)


def _fixed_part(glob: str) -> Path:
    parts = Path(glob).parts
    first = next((i for i, part in enumerate(parts) if "*" in part), len(parts) - 1)
    return Path(*parts[:first])


def watched(manifest: Manifest) -> Watched:
    """Everything that a project is made from: manifests, tables, palettes, drawn pictures, templates."""
    files = {manifest.file, *manifest.files}
    globs = {glob for glob, _ in manifest.globs}
    for asset in manifest.assets.values():
        for ref in _file_refs(asset):
            (globs if ref.glob and "*" in ref.path else files).add(ref.path)
    files.update(palette.file.path for palette in manifest.palettes.values() if palette.file is not None)
    for engine in manifest.engines:
        template = engine.options.get("template")
        if isinstance(template, str):
            files.add(template)
    return Watched(frozenset(files), tuple(sorted(globs)))


def _file_refs(asset: Asset) -> Iterator[FileRef]:
    refs = [asset.start, asset.override]
    refs += [ref for step in asset.steps for group in step.inputs.values() for ref in group]
    refs += [entry.of for entry in asset.tileset.tiles]
    refs += asset.tileset.objects
    return (ref for ref in refs if isinstance(ref, FileRef))


@dataclass
class Watcher:
    """Builds at the start and after each save that matters. `tell` gets a report, `fail` words, `announce` a plan."""

    desk: Desk
    spend: bool
    tell: Callable[[BuildReport, float], None]
    fail: Callable[[AssetgenError], None]
    announce: Callable[[Plan], None]
    changed: Callable[[], None] = lambda: None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _announced: str = ""

    async def run(self) -> None:
        """Until it is cancelled."""
        known = await self.build()
        while True:
            async for _ in self._saves(known):
                before, known = known, await self.build() or known
                if known is None or before is None or known.folders(self.root) != before.folders(self.root):
                    break  # other folders are to be watched now

    @property
    def root(self) -> Path:
        return self.desk.options.root

    async def build(self) -> Watched | None:
        """One build; gives what to watch from now on, None while the manifest cannot be read."""
        clock = self.desk.environment.monotonic
        async with self.lock:
            start = clock()
            try:
                now = await asyncio.to_thread(self._read)
                report = await asyncio.to_thread(lambda: self.desk.build(spend=self.spend))
                self.tell(report, clock() - start)
                left = await asyncio.to_thread(self._left)
            except AssetgenError as error:
                self.fail(error)
                return None
        self._say_what_costs(left)
        self.changed()
        return now

    def _read(self) -> Watched:
        session = Session(self.desk.options, self.desk.environment)
        try:
            return watched(session.manifest)
        finally:
            session.close()

    def _left(self) -> Plan:
        session = Session(self.desk.options, self.desk.environment)
        try:
            return plan(session)
        finally:
            session.close()

    def _say_what_costs(self, left: Plan) -> None:
        told = str([(action.asset, action.reason, str(action.cost)) for action in left.actions if action.cost])
        if left.cost and told != self._announced:
            self.announce(left)
        self._announced = told

    async def _saves(self, known: Watched | None) -> AsyncIterator[None]:
        awatch = _awatch()
        now = known or Watched(frozenset({"assets.yaml"}), ("*.yaml", "art/*.yaml"))
        root = self.root.resolve()
        folders = now.folders(root)
        async for changes in awatch(*folders, recursive=False, step=STEP, debounce=DEBOUNCE):
            paths = [Path(path) for _, path in changes]
            inside = [path.relative_to(root).as_posix() for path in paths if path.is_relative_to(root)]
            if any(now.matters(path) for path in inside):
                yield


def _awatch() -> Callable[..., AsyncIterator[Any]]:
    try:
        from watchfiles import awatch
    except ImportError:
        raise UsageError("'assetgen watch' needs watchfiles: pip install 'assetgen[watch]'") from None
    return awatch


def require_watchfiles() -> None:
    """Raises UsageError with the way to install it where watchfiles is missing."""
    _awatch()
