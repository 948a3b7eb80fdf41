"""Finishing assets on threads while requests are under way; results are taken back on the event loop's thread."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from assetgen.build.lockkeeper import LockKeeper
from assetgen.build.outputs import Writer
from assetgen.build.report import AssetReport, BuildReport, Progress
from assetgen.build.session import Session
from assetgen.build.work import Done, Work, do, finished_of, prepare
from assetgen.model.cost import FREE
from assetgen.model.errors import AssetError, AssetgenError, StoreError
from assetgen.model.lock import Block
from assetgen.plan.keys import TOOL
from assetgen.plan.project import INDEX
from assetgen.plan.sources import upstream

if TYPE_CHECKING:
    from assetgen.model.built import Picture


class Processing:
    """The local half of a build. `records` collects finished assets by name as they stand, for atlases and index."""

    def __init__(
        self,
        session: Session,
        writer: Writer,
        keeper: LockKeeper,
        report: BuildReport,
        progress: Progress,
        *,
        locked: bool = False,
    ) -> None:
        self.session = session
        self.project = session.project
        self.writer = writer
        self.keeper = keeper
        self.report = report
        self.progress = progress
        self.locked = locked
        self.failed: dict[str, str] = {}
        self._pool = ThreadPoolExecutor(session.options.jobs or os.cpu_count() or 1, "assetgen")
        self._running: dict[str, asyncio.Future[Done | None]] = {}
        writer.unwritten = self._unwritten

    def submit(self, name: str) -> None:
        """Finishes an asset if that is due; never twice."""
        if name in self._running or name in self.failed:
            return
        sources = upstream(self.project.manifest, [name])[1:]
        waits = [self._running[s] for s in sources if s in self._running and not self._running[s].done()]
        if waits:
            # What it is put together from comes first: that may number its tiles, and is then there to be read.
            self._running[name] = asyncio.ensure_future(self._later(name, waits))
            return
        entry = self.report.assets.setdefault(name, AssetReport())
        try:
            state = self.project.state(name)
            reason = self.project.stale_reason(name)
            work = prepare(self.project, self.session.disk, name, self.session.palette) if reason else None
        except AssetgenError as error:
            self._fail(name, error)
            return
        block = state.block
        entry.outputs = sorted(block.outputs) if block is not None else []
        if work is None:
            drifted = block is not None and any(c.state == "drifted" for c in self.project.check_outputs(block))
            if drifted and self.session.options.force:
                work = prepare(self.project, self.session.disk, name, self.session.palette)
        if work is not None:
            self._start(name, work, block)

    def _start(self, name: str, work: Work, block: Block | None) -> None:
        write = self.project.write_for(work.asset)
        output = self.session.manifest.output
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._pool, do, work, self.session.cache, self.writer, output, write, block)
        self._running[name] = asyncio.ensure_future(self._take(name, work, future))

    async def _later(self, name: str, waits: Sequence[asyncio.Future[Done | None]]) -> Done | None:
        await asyncio.gather(*waits, return_exceptions=True)
        del self._running[name]
        self.submit(name)
        again = self._running.get(name)
        return await again if again is not None else None

    async def _take(self, name: str, work: Work, future: asyncio.Future[Done]) -> Done:
        try:
            done = await future
        except AssetgenError as error:
            self._fail(name, error)
            raise
        errors = [f for f in done.finished.findings if f.level == "error"]
        for finding in done.finished.findings:
            self.report.warn(name, finding.check, finding.message)
        for note in done.finished.notes:
            self.report.warn(name, "recipe", note)
        if errors:
            # The previous good output stays in place; the purchase stands.
            defect = AssetError("; ".join(f"{f.check}: {f.message}" for f in errors), asset=name)
            self._fail(name, defect)
            raise defect
        self._commit(name, work, done)
        return done

    def _commit(self, name: str, work: Work, done: Done) -> None:
        """Hands the files to the writer and the keys to the lock."""
        state = self.project.state(name)
        block = state.block if state.block is not None else Block(name, work.asset.kind)
        self.writer.add(done.judged)
        kept = self.writer.remove(block.outputs, done.judged.obsolete)
        outputs = {**done.judged.outputs, **{path: block.outputs[path] for path in kept}}
        if self.locked and outputs != block.outputs:
            self._fail(name, AssetError("not as in the lock: other pictures come out of it", asset=name))
        keys = work.keys.with_tiles(done.finished.tiles)
        block = replace(
            block,
            kind=work.asset.kind,
            layout=work.layout,
            frames=keys.pictures,
            files=keys.files,
            outputs=outputs,
            tiles=done.finished.tiles,
            tool=TOOL,
            drawn=self.project.drawn(name),
        )
        self.project.blocks[name] = block
        self.project.refresh([name])
        self.keeper.set(block)
        self.keeper.tick()
        entry = self.report.assets.setdefault(name, AssetReport())
        entry.status = entry.status if entry.status in ("failed", "skipped") else "built"
        entry.outputs = sorted(outputs)
        self.progress.finished(name, FREE)

    def _fail(self, name: str, error: AssetgenError) -> None:
        position = getattr(error, "position", None)
        told = f"{position}: {error}" if position is not None else str(error)
        self.failed[name] = told
        entry = self.report.assets.setdefault(name, AssetReport())
        entry.status, entry.error = "failed", told
        self.progress.failed(name, told)

    def _unwritten(self, path: str, error: StoreError) -> None:
        """One file that cannot be written fails what it belongs to, and nothing else."""
        name = next((n for n, block in self.project.blocks.items() if path in block.outputs), INDEX)
        if name in self.project.manifest.assets:
            self._fail(name, error)
            return
        self.report.others[name] = AssetReport("failed", error=str(error))
        self.progress.failed(name, str(error))

    async def drain(self) -> None:
        """Waits for everything that was submitted."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        for future in self._running.values():
            error = future.exception()
            if error is not None and not isinstance(error, AssetgenError):
                raise error
        self._pool.shutdown()

    def pictures_of(self, name: str) -> Mapping[str, Picture]:
        """All finished pictures of an asset, from the shelf or made again."""
        work = prepare(self.project, self.session.disk, name, self.session.palette)
        if work is None:
            raise AssetError(f"{name} has no picture", asset=name)
        return finished_of(work, self.session.cache).pictures
