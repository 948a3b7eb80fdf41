"""Work that was accepted: its state, its result, and the running of it in slots."""

from __future__ import annotations

import asyncio
import logging
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct, field

from assetgen.simulator.config import Dialect
from assetgen.simulator.errors import Refusal
from assetgen.simulator.faults import Rule
from assetgen.simulator.ledger import Charge

log = logging.getLogger("assetgen.simulator")

Status = Literal["pending", "running", "succeeded", "failed"]
STATUSES: tuple[str, ...] = ("pending", "running", "succeeded", "failed")


class File(Struct, frozen=True):
    """One file of a result. `extra` marks what is appended after the candidates (`pre_palette`, `background`)."""

    data: bytes
    extra: str | None = None

    @property
    def extension(self) -> str:
        return "gif" if self.data.startswith(b"GIF") else "png"

    @property
    def media_type(self) -> str:
        return f"image/{self.extension}"


class Output(Struct, frozen=True):
    """What drawing gave: files in the order of the reply, and the data that can be downloaded with them."""

    files: tuple[File, ...]
    downloadable: Mapping[str, Any] | None = None


class Job(Struct):
    """One accepted piece of work. `listed`: it is a task that the list shows; a synchronous one is not.

    `result` is the reply as it was made when the work ended: its URLs do not get younger.
    `input` is the digest of the body, `key` the idempotency key or custom id.
    """

    id: str
    request_id: str
    account: str
    dialect: Dialect
    operation: Literal["inference", "edit_tool"]
    created_at: float
    charge: Charge
    input: str
    key: str | None = None
    listed: bool = True
    fault: Rule | None = None
    status: Status = "pending"
    updated_at: float = 0.0
    output: Output | None = None
    result: dict[str, Any] | None = None
    refusal: Refusal | None = None
    about: dict[str, Any] = field(default_factory=dict)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def to_json(self, *, whole: bool = True) -> dict[str, Any]:
        """As `GET …/tasks/{id}` shows it; not `whole` for lists, which leave the result out."""
        data: dict[str, Any] = {
            "task_id": self.id,
            "status": self.status,
            "created_at": int(self.created_at),
            "updated_at": int(self.updated_at or self.created_at),
        }
        if self.dialect == "v2":
            data["request_id"] = self.request_id
        if whole and self.result is not None:
            data["result"] = self.result
        if self.refusal is not None:
            data["error"] = self.refusal.task_error(self.dialect, self.request_id)
        return data


class Runner:
    """Runs jobs: at most `slots` at once, each taking at least `latency` seconds, drawing in threads."""

    def __init__(self, slots: int, sleep: Callable[[float], Any], now: Callable[[], float]) -> None:
        self.slots = slots
        self.sleep = sleep
        self.now = now
        # Tests and the placeholder may use one application under several event loops, one after the other.
        self._gates: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            weakref.WeakKeyDictionary()
        )
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, job: Job, latency: float, draw: Callable[[], Output], finish: Callable[[Job], None]) -> None:
        """Begin in the background; `job.done` is set at its end, after `finish` has settled it."""
        task = asyncio.create_task(self._run(job, latency, draw, finish))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, job: Job, latency: float, draw: Callable[[], Output], finish: Callable[[Job], None]) -> None:
        gate = self._gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self.slots))
        try:
            async with gate:
                job.status, job.updated_at = "running", self.now()
                started = time.perf_counter()
                job.output = await _in_thread(draw)
                # Drawing counts towards the latency, so that a slot is taken for exactly that long.
                rest = latency - (time.perf_counter() - started)
                if rest > 0:
                    await self.sleep(rest)
        except Refusal as refusal:
            job.refusal = refusal
        except Exception:
            log.exception("drawing failed")
            job.refusal = Refusal("inference_failed", "Unable to run inference.")
        try:
            finish(job)
        finally:
            job.updated_at = self.now()
            job.done.set()


async def _in_thread(draw: Callable[[], Output]) -> Output:
    import anyio.to_thread

    return await anyio.to_thread.run_sync(draw)
