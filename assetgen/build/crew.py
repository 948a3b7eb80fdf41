"""Processes beside this one that finish small assets: threads would wait for each other at the interpreter's lock.

They are forked when a build has many assets to look at or to finish, know all that is known by then, and are told
names only. No picture travels to them; records come back, and files and pictures for atlas pages lie ready, these in
memory that both see. What is given its place, and when, is decided by the one process that holds the project's lock.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assetgen.build.crewmate import Bug, Looked, Told, serve, stands_alone
from assetgen.build.options import PARCEL
from assetgen.build.places import Move, Placed, WhatBecame
from assetgen.build.strip import Laid, Strip
from assetgen.model.errors import StoreError
from assetgen.plan.project import Project
from assetgen.store import atomic

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor
    from multiprocessing.connection import Connection

    from assetgen.build.session import Session
    from assetgen.model.built import Picture

LANES = 8
"""More processes than these would wait for the one that commits their work."""


_STRIPS = 32 << 20  # bytes of pictures that all processes together lay where we see them
_SWITCHING = 0.0005
"""Seconds that a lane waits for its turn while results are taken up: a tenth of what is usual, since a process waits
for what it sends next."""


def hire(session: Session, *, ahead: bool) -> Crew | None:
    """A crew of as many processes as `-j` allows; None where this system or this moment does not allow a fork.

    `ahead`: what they look at and find new they finish at once, and keep until it is asked for.
    """
    count = min(session.options.jobs or os.cpu_count() or 1, LANES)
    if count < 2 or sys.platform != "linux" or threading.active_count() > 1:
        return None
    import assetgen.build.finish
    import assetgen.pixels.documents
    import assetgen.pixels.png
    import assetgen.pixels.quality
    import assetgen.pixels.recipe  # noqa: F401  (once, before there are several of us)

    session.keep_derived()  # nothing that waits to be written is inherited
    gc.freeze()  # what is known by now is never garbage: the collector would only touch, and so copy, shared memory
    try:
        return Crew(session, count, ahead)
    except OSError:  # the system has no process, handle or memory to give: this one does it alone
        gc.unfreeze()
        return None


class Crew:
    """`look` and `finish` block: each process has a lane, a thread of ours that talks to it."""

    def __init__(self, session: Session, count: int, ahead: bool) -> None:
        import multiprocessing

        context = multiprocessing.get_context("fork")
        self._output = session.root / session.manifest.output
        self._order = {name: number for number, name in enumerate(session.manifest.assets)}
        self._blocks = dict(session.project.blocks)
        self._pipes: list[Connection] = []
        self._processes: list[Any] = []
        self._told: dict[str, tuple[str, Told]] = {}
        self._lost = False
        self._ahead = ahead
        self._strips = [Strip(_STRIPS // count) for _ in range(count)]
        self._switching = sys.getswitchinterval()
        try:
            with _uninterrupted():
                for strip in self._strips:
                    self._start(context, strip, session)
        except OSError:
            self.close()
            raise
        session.leave_manifest()
        sys.setswitchinterval(_SWITCHING)

    def _start(self, context: Any, strip: Strip, session: Session) -> None:
        ours, theirs = context.Pipe()
        whole = (os.getpid(), theirs, [*self._pipes, ours], strip, session, self._ahead)
        process = context.Process(target=serve, args=whole, kwargs={"first": not self._pipes}, daemon=True)
        try:
            with warnings.catch_warnings():
                # Libraries' own idle threads; none of ours runs, and none of theirs is used over there.
                warnings.simplefilter("ignore", DeprecationWarning)
                process.start()
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self._pipes.append(ours)
        self._processes.append(process)

    @cached_property
    def lanes(self) -> list[ThreadPoolExecutor]:
        """A thread for each process, when one is needed: what is looked at needs none."""
        from concurrent.futures import ThreadPoolExecutor

        return [ThreadPoolExecutor(1, "assetgen-lane") for _ in self._pipes]

    def lane_of(self, name: str) -> int:
        """Which process an asset belongs to: the one that looked at its picture may have finished it already."""
        return self._order.get(name, 0) // PARCEL % len(self._pipes)

    def knows(self, project: Project, name: str) -> bool:
        """Whether the processes know all that finishing the asset takes: it stands alone, and nothing of it is new."""
        block = project.blocks.get(name)
        same = self._blocks.get(name) is block and project.state(name).block is block  # not that of an older name
        return same and stands_alone(project, project.manifest.assets[name])

    def look(self, session: Session, unknown: Mapping[str, Sequence[str]]) -> None:
        """Finds out the digests of each asset's files, all processes at once."""
        parcels: dict[int, list[tuple[str, Sequence[str]]]] = {}
        for name, paths in unknown.items():
            parcels.setdefault(self._order.get(name, 0) // PARCEL, []).append((name, paths))
        count = len(self._pipes)
        for lane in range(count):
            self._request(lane, "look", [parcel for number, parcel in parcels.items() if number % count == lane])
        if self._ahead:
            import assetgen.build.carry  # noqa: F401  (what comes next, while the others are at work)
        known = not (session.project.blocks or session.project.lock.retired)  # which name a block goes to takes order
        for number in parcels:
            looked: list[Looked] | None = self._answer(number % count)
            for found in looked or ():
                for path, row in found.rows:
                    session.state.stamps.learn(path, row)
                if found.keys is not None:
                    if found.told is not None:
                        self._told[found.name] = found.keys.files, found.told
                    session.project.learn(found.name, found.base, found.keys)
                    if known:
                        session.project.keys(found.name)  # while the others are at work

    def told(self, name: str, files: str) -> Told | None:
        """What became of an asset (by its files key) that was finished while it was looked at, once; None where its
        process is to be asked."""
        known, told = self._told.pop(name, (None, None))
        return told if known == files else None

    def see(self, lane: int, laid: Laid) -> dict[str, Picture]:
        """Pictures by digest that a lane's process made."""
        return self._strips[lane].see(laid)

    def finish(self, lane: int, wanted: Sequence[tuple[str, str]]) -> list[Told | None] | None:
        """What became of each asset (its name and files key). None where it, or that process, is to be done without:
        then it is to be finished here."""
        found: list[Told | None] | None = self._ask(lane, "finish", list(wanted))
        return found

    def place(self, moves: Sequence[Move]) -> Callable[[], WhatBecame]:
        """Begins to give files that lie beside their places these, all processes at once; what it returns waits."""
        count = len(self.lanes)
        parts = [list(moves[lane::count]) for lane in range(count)]
        calls = [self.lanes[lane].submit(self._ask, lane, "place", part) for lane, part in enumerate(parts)]

        def became() -> WhatBecame:
            found: dict[str, Placed | StoreError | None] = {}
            for part, call in zip(parts, calls, strict=True):
                answers: list[Placed | StoreError | None] = call.result() or [None] * len(part)
                found.update(zip((move.path for move in part), answers, strict=True))
            return found

        return became

    def _ask(self, lane: int, what: str, parcel: Sequence[Any]) -> Any:
        self._request(lane, what, [parcel])
        return self._answer(lane)

    def _request(self, lane: int, what: str, parcels: Sequence[Sequence[Any]]) -> None:
        """Hands parcels over, each of which will be answered for itself."""
        try:
            self._pipes[lane].send((what, parcels))
        except OSError:
            self._lost = True

    def _answer(self, lane: int) -> Any:
        """The answer to the next parcel; None from a process that is gone."""
        try:
            answer = self._pipes[lane].recv()
        except (EOFError, OSError):
            self._lost = True
            return None
        if isinstance(answer, Bug):
            raise RuntimeError(answer.text)
        return answer

    def dismiss(self) -> None:
        """There is nothing more to do: the processes write down what they keep between builds, and end."""
        for lane in self.__dict__.get("lanes", ()):
            lane.shutdown()
        for pipe in self._pipes:
            pipe.close()

    def close(self) -> None:
        """Waits for their end. What one that was killed has left beside the outputs goes."""
        self.dismiss()
        for process in self._processes:
            process.join()
        gc.unfreeze()
        sys.setswitchinterval(self._switching)
        if self._lost:
            atomic.sweep(self._output, before=float("inf"))


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """An interrupt waits: a process that is being born does not know yet what it means."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
