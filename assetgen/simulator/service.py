"""The state of one simulated service: accounts, jobs, hosted files, user styles, the log of requests."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict, deque
from typing import Any, Literal

from msgspec import Struct, field

from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.errors import Refusal
from assetgen.simulator.faults import Faults
from assetgen.simulator.jobs import File, Job, Runner
from assetgen.simulator.ledger import Ledger

LOG_LIMIT = 20_000
"""Requests that are kept to be looked at; their counts are kept of all."""
FIXER_RATE = 10


class Hosted(Struct, frozen=True):
    """One URL of a result file: good until `expires`. `trick` makes the download misbehave."""

    file: File
    expires: float
    trick: Literal["oversized", "redirect"] | None = None


class UserStyle(Struct):
    """A style that a user made."""

    id: str
    account: str
    prompt_style: str
    fields: dict[str, Any]


class Service:
    """Everything that changes while a simulator runs."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.initial = config
        self.reset()

    def reset(self) -> None:
        """Forget everything, and go on with the config of the start."""
        self.config = self.initial
        self.offset = 0.0
        self.ledger = Ledger(self.config, self.now)
        self.faults = Faults(self.config.faults, self.config.seed)
        self.runner = Runner(self.config.slots, self.config.sleep, self.now)
        self.jobs: OrderedDict[str, Job] = OrderedDict()
        self.by_request: dict[str, Job] = {}
        self.by_key: dict[tuple[str, str, str], Job] = {}
        self.hosted: dict[str, Hosted] = {}
        self.styles: dict[str, UserStyle] = {}
        self.deleted_styles: set[str] = set()
        self.requests: deque[dict[str, Any]] = deque(maxlen=LOG_LIMIT)
        self.counts: Counter[str] = Counter()
        self.files_asked_with_key = 0
        self._windows: dict[tuple[str, str], deque[float]] = {}

    def now(self) -> float:
        """Unix seconds, by the config's clock and what was added to it (`/_simulator/config`: `advance`)."""
        return self.config.clock() + self.offset

    def log(self, method: str, path: str, *, key_at_file: bool = False) -> dict[str, Any]:
        """Write a request down; status and fault are added to the entry when they are known."""
        entry: dict[str, Any] = {"method": method, "path": path, "time": self.now()}
        self.requests.append(entry)
        self.counts[f"{method} {path}"] += 1
        self.files_asked_with_key += key_at_file
        return entry

    # -- jobs -----------------------------------------------------------------------------------------------------

    def remember(self, job: Job) -> None:
        self.forget_old()
        self.jobs[job.id] = job
        self.by_request[job.request_id] = job
        if job.key is not None:
            self.by_key[job.account, job.operation, job.key] = job

    def forget_old(self) -> None:
        """Results live for a day: after that the pictures are gone, the money stays spent."""
        limit = self.now() - self.config.keep_outputs
        while self.jobs and (oldest := next(iter(self.jobs.values()))).created_at < limit:
            del self.jobs[oldest.id]
            del self.by_request[oldest.request_id]
            if oldest.key is not None:
                self.by_key.pop((oldest.account, oldest.operation, oldest.key), None)
        for token in [token for token, hosted in self.hosted.items() if hosted.expires < limit]:
            del self.hosted[token]

    def job_of_key(self, account: str, operation: str, key: str) -> Job | None:
        self.forget_old()
        return self.by_key.get((account, operation, key))

    def job(self, account: str, job_id: str, operation: str) -> Job | None:
        """A listed job of this account."""
        self.forget_old()
        job = self.jobs.get(job_id)
        return job if job and job.account == account and job.operation == operation and job.listed else None

    # -- files ----------------------------------------------------------------------------------------------------

    def host(self, file: File, base: str, trick: Literal["oversized", "redirect", "expired"] | None = None) -> str:
        """A fresh URL for a file."""
        token = self.config.new_id()
        expires = self.now() + (-1 if trick == "expired" else self.config.url_lifetime)
        self.hosted[token] = Hosted(file, expires, None if trick == "expired" else trick)
        return f"{base}/files/{token}.{file.extension}?expires={math.floor(expires)}"

    # -- limits ---------------------------------------------------------------------------------------------------

    def count_submission(self, account: str) -> None:
        """Refuse with 429 what is beyond the configured rate."""
        if self.config.rate is not None:
            self._window(account, "submission", self.config.rate, "rate_limited")

    def count_fix(self, account: str) -> None:
        self._window(account, "fix", FIXER_RATE, "pixel_fixer_rate_limit_exceeded")

    def _window(self, account: str, what: str, rate: int, code: str) -> None:
        times = self._windows.setdefault((account, what), deque())
        now = self.now()
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= rate:
            wait = max(1, math.ceil(times[0] + 60 - now))
            raise Refusal(code, f"Too many requests. Try again in {wait} seconds.", retry_after=wait)
        times.append(now)


class Reply(Struct, frozen=True):
    """An answer before it becomes bytes."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
