"""Finishing assets on threads while requests are under way; results are taken back on the event loop's thread."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assetgen.build.lockkeeper import LockKeeper
from assetgen.build.options import PARCEL
from assetgen.build.outputs import Writer
from assetgen.build.report import AssetReport, BuildReport, Progress, told
from assetgen.build.session import Session
from assetgen.build.shelf import Shelf
from assetgen.build.work import Done, Work, do, prepare
from assetgen.model.cost import FREE
from assetgen.model.errors import AssetError, AssetgenError, StoreError
from assetgen.model.lock import Block
from assetgen.plan.keys import TOOL, Keys
from assetgen.plan.project import INDEX
from assetgen.plan.sources import upstream

if TYPE_CHECKING:
    from assetgen.build.crew import Crew
    from assetgen.build.crewmate import Told
    from assetgen.build.finish import Finished

_AHEAD = 16
"""Assets under way for each thread: enough that none waits for the next, few enough that memory stays bounded."""


class _Item(Struct, frozen=True):
    """One asset to be finished, by these keys and this layout; `work` None: in another process."""

    keys: Keys
    layout: str | None
    work: Work | None
    write: frozenset[str]
    block: Block | None


def _finished(
    items: Sequence[tuple[Work, _Item]], shelf: Shelf, writer: Writer, output: str
) -> list[Done | AssetgenError]:
    """What became of each (on any thread)."""
    found: list[Done | AssetgenError] = []
    for work, item in items:
        try:
            found.append(do(work, shelf, writer, output, item.write, item.block))
        except AssetgenError as error:
            found.append(error)
    return found


class Processing:
    """The local half of a build. `records` has what was finished, by name, without its pictures: for atlases and index.

    `failed` says why by name. `sound` are those whose files are written or in the writer's hands, with nothing left to
    say of them.
    """

    def __init__(
        self,
        session: Session,
        writer: Writer,
        keeper: LockKeeper,
        report: BuildReport,
        progress: Progress,
        *,
        locked: bool = False,
        crew: Crew | None = None,
    ) -> None:
        self.session = session
        self.project = session.project
        self.writer = writer
        self.keeper = keeper
        self.report = report
        self.progress = progress
        self.locked = locked
        self.crew = crew
        self.failed: dict[str, str] = {}
        self.sound: set[str] = set()
        self.records: dict[str, Finished] = {}
        threads = session.options.jobs or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(threads, "assetgen")
        self._parcel = _AHEAD if crew is None else PARCEL
        # What is in other processes' hands takes no memory here, and each is to have its next parcel waiting.
        self._ahead = _AHEAD * threads if crew is None else 4 * PARCEL * len(crew.lanes)
        self._seen: set[str] = set()
        self._queue: dict[str, None] = {}
        self._running: dict[str, asyncio.Future[None]] = {}
        self._parcels: dict[int | None, dict[str, _Item]] = {}
        self._woken = False
        self._idle = asyncio.Event()
        self._bug: BaseException | None = None
        writer.unwritten = self._unwritten

    def submit(self, name: str) -> None:
        """Finishes an asset if that is due, when its turn comes; never twice."""
        if name not in self._seen and name not in self.failed:
            self._seen.add(name)
            self._queue[name] = None
            if not self._woken:
                self._woken = True
                asyncio.get_running_loop().call_soon(self._pump)

    def _pump(self) -> None:
        """Begins what waits, as far as there is room: pictures of few assets are in memory at any time."""
        self._woken = False
        try:
            self._begin_some()
        except BaseException as bug:  # it would be lost in the event loop: `drain` raises it
            self._bug = self._bug or bug
            self._queue.clear()
        if not self._queue and not self._running:
            self._idle.set()

    def _begin_some(self) -> None:
        # Small ones go in parcels: handing one over takes as long as finishing it.
        size = min(self._parcel, 1 + len(self._queue) * self._parcel // (4 * self._ahead))
        while self._queue and len(self._running) + sum(map(len, self._parcels.values())) < self._ahead:
            self._begin(next(iter(self._queue)))
            self._send(size)
        self._send()

    def _begin(self, name: str) -> None:
        """Begins one asset, and before it those that it is put together from."""
        del self._queue[name]
        if name in self.failed:
            return
        sources = upstream(self.project.manifest, [name])[1:]
        for source in sources:
            if source in self._queue:
                self._begin(source)
        if any(not parcel.keys().isdisjoint(sources) for parcel in self._parcels.values()):
            self._send()
        waits = [self._running[source] for source in sources if source in self._running]
        if waits:
            # What it is put together from comes first: that may number its tiles, and is then there to be read.
            self._track((name,), self._later(name, waits))
            return
        entry = self.report.assets.setdefault(name, AssetReport())
        try:
            self._decide(name, entry)
        except AssetgenError as error:
            self._fail(name, error)

    def _decide(self, name: str, entry: AssetReport) -> None:
        """Puts an asset that is due into a parcel. Raises AssetgenError."""
        state, keys = self.project.state(name), self.project.keys(name)
        block = state.block
        entry.outputs = sorted(block.outputs) if block is not None else []
        due = self.project.stale_reason(name) is not None
        if not due and block is not None and self.session.options.force:
            due = any(check.state == "drifted" for check in self.project.check_outputs(block))
        if not due or keys is None:
            return
        lane = self.crew.lane_of(name) if self.crew is not None and self.crew.knows(self.project, name) else None
        work = self._prepared(name) if lane is None else None
        if lane is None and work is None:
            return
        write = self.project.write_for(state.asset)
        item = _Item(keys, self.project.pinned_layout(name), work, write, block)
        self._parcels.setdefault(lane, {})[name] = item

    def _prepared(self, name: str) -> Work | None:
        return prepare(self.project, self.session.disk, name, self.session.palette)

    def _send(self, least: int = 1) -> None:
        """Hands over the parcels that hold as many assets."""
        for lane, items in list(self._parcels.items()):
            if len(items) >= least:
                del self._parcels[lane]
                self._track(tuple(items), self._done(lane, items))

    def _track(self, names: tuple[str, ...], work: Coroutine[None, None, None]) -> None:
        self._idle.clear()
        task = asyncio.ensure_future(work)
        self._running.update(dict.fromkeys(names, task))
        task.add_done_callback(partial(self._ended, names))

    def _ended(self, names: tuple[str, ...], task: asyncio.Task[None]) -> None:
        for name in names:
            if self._running.get(name) is task:
                del self._running[name]
        if not task.cancelled() and task.exception() is not None:
            self._bug = self._bug or task.exception()
        self._pump()

    async def _later(self, name: str, waits: Sequence[asyncio.Future[None]]) -> None:
        await asyncio.wait(waits)
        self._queue[name] = None

    async def _done(self, lane: int | None, items: Mapping[str, _Item]) -> None:
        found = await (self._there(lane, items) if lane is not None else self._here(items))
        for (name, item), done in zip(items.items(), found, strict=True):
            if isinstance(done, Done):
                self._take(name, item, done)
            else:
                self._fail(name, done)

    async def _here(self, items: Mapping[str, _Item]) -> Sequence[Done | AssetgenError]:
        """Finishes a parcel on a thread."""
        known: list[tuple[Work, _Item]] = []
        for name, item in items.items():
            work = item.work or self._prepared(name)
            assert work is not None, "an asset with keys has all that it is made of"
            known.append((work, item))
        call = partial(_finished, known, self.session.shelf, self.writer, self.session.manifest.output)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    async def _there(self, lane: int, items: Mapping[str, _Item]) -> Sequence[Done | AssetgenError]:
        """Finishes a parcel in the lane's process; here, where that is gone."""
        assert self.crew is not None
        loop = asyncio.get_running_loop()
        found = {name: self.crew.told(name, item.keys.files) for name, item in items.items()}
        wanted = [(name, items[name].keys.files) for name, tale in found.items() if tale is None]
        if wanted:
            told = await loop.run_in_executor(self.crew.lanes[lane], self.crew.finish, lane, wanted)
            found.update(zip((name for name, _files in wanted), told or [None] * len(wanted), strict=True))
        left = {name: items[name] for name, tale in found.items() if tale is None}
        here = dict(zip(left, await self._here(left) if left else (), strict=True))
        for tale in found.values():
            if tale is not None:
                self._learn(lane, tale)
        return [here[name] if tale is None else tale.done() for name, tale in found.items()]

    def _learn(self, lane: int, tale: Told) -> None:
        """Knows what another process keeps, but has not written yet."""
        assert self.crew is not None
        for key, record in tale.records:
            self.session.cache.learn(key, record)
        for key, laid in tale.pictures:
            self.session.shelf.lend(key, partial(self.crew.see, lane, laid))

    def _take(self, name: str, item: _Item, done: Done) -> None:
        errors = [f for f in done.finished.findings if f.level == "error"]
        for finding in done.finished.findings:
            self.report.warn(name, finding.check, finding.message)
        for note in done.finished.notes:
            self.report.warn(name, "recipe", note)
        if errors:
            # The previous good output stays in place; the purchase stands.
            defect = AssetError("; ".join(f"{f.check}: {f.message}" for f in errors), asset=name)
            self._fail(name, defect)
            return
        self._commit(name, item, done)
        if done.finished.built:
            self.records[name] = replace(done.finished, pictures={})

    def _commit(self, name: str, item: _Item, done: Done) -> None:
        """Hands the files to the writer and the keys to the lock."""
        state = self.project.state(name)
        block = state.block if state.block is not None else Block(name, state.asset.kind)
        self.writer.add(done.judged)
        kept = self.writer.remove(block.outputs, done.judged.obsolete)
        outputs = {**done.judged.outputs, **{path: block.outputs[path] for path in kept}}
        if self.locked and outputs != block.outputs:
            self._fail(name, AssetError("not as in the lock: other pictures come out of it", asset=name))
        keys = item.keys.with_tiles(done.finished.tiles)
        block = replace(
            block,
            kind=state.asset.kind,
            layout=item.layout,
            frames=keys.pictures,
            files=keys.files,
            outputs=outputs,
            tiles=done.finished.tiles,
            tool=TOOL,
            drawn=self.project.drawn(name),
        )
        self.project.finished(name, block, keys)
        self.keeper.set(block)
        self.keeper.tick()
        entry = self.report.assets.setdefault(name, AssetReport())
        entry.status = entry.status if entry.status in ("failed", "skipped") else "built"
        entry.outputs = sorted(outputs)
        if not state.asset.steps and not kept and not done.judged.drifted and entry.status == "built":
            self.sound.add(name)
        self.progress.finished(name, FREE)

    def _fail(self, name: str, error: AssetgenError) -> None:
        entry = self.report.assets.setdefault(name, AssetReport())
        entry.status, entry.error = "failed", told(error)
        self.failed[name] = entry.error
        self.sound.discard(name)
        self.progress.failed(name, entry.error)

    def _unwritten(self, path: str, error: StoreError) -> None:
        """One file that cannot be written fails what it belongs to, and nothing else."""
        name = next((n for n, block in self.project.blocks.items() if path in block.outputs), INDEX)
        if name in self.project.manifest.assets:
            self._fail(name, error)
            return
        self.report.others[name] = AssetReport("failed", error=str(error))
        self.progress.failed(name, str(error))

    def halt(self) -> None:
        """Begins nothing more; what is under way goes on."""
        self._queue.clear()

    async def drain(self) -> None:
        """Waits for everything that was submitted."""
        while self._queue or self._running:
            self._idle.clear()
            await self._idle.wait()
        if self._bug is not None:
            raise self._bug
        self._pool.shutdown()
