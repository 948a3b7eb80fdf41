"""What a build did, as data, and how it tells of its progress."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from msgspec import Struct, field

from assetgen.model.cost import FREE, Cost, total
from assetgen.model.errors import INTERRUPTED, AssetError, AssetgenError
from assetgen.model.plan import EXIT_OF_STATE, Blocked, Plan

Status = Literal["built", "unchanged", "failed", "skipped"]


class AssetReport(Struct):
    """One asset's outcome. `outputs` are all its files, relative to the project; `requests` POSTs that may charge."""

    status: Status = "unchanged"
    requests: int = 0
    cost: Cost = FREE
    outputs: list[str] = field(default_factory=list)
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "requests": self.requests,
            "cost": self.cost.to_json(),
            "outputs": self.outputs,
            "error": self.error,
        }


class Warned(Struct, frozen=True):
    """A finding or note about an asset that did not fail it."""

    asset: str
    check: str
    message: str


class BuildReport(Struct):
    """Everything that a build did. `written`, `deleted` and `trashed` count files; `stopped` says why nothing more was
    sent, `trouble` why nothing could be: the service refuses the key, or cannot be reached."""

    assets: dict[str, AssetReport] = field(default_factory=dict)
    others: dict[str, AssetReport] = field(default_factory=dict)
    """Palettes, atlases and the index, by label."""
    blocked: list[Blocked] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    written: int = 0
    deleted: int = 0
    trashed: int = 0
    stopped: str | None = None
    trouble: str | None = None
    interrupted: bool = False
    unsettled: list[str] = field(default_factory=list)
    """Journal entries of purchases whose outcome only a person can tell (`assetgen settle`)."""
    clean: bool = False
    """Whether nothing is left to do, and nothing is in the way."""

    def __repr__(self) -> str:
        """asyncio describes the result of its task to nobody: 10,000 assets in words take a while."""
        return f"<the report of {len(self.assets)} assets>"

    @property
    def everything(self) -> dict[str, AssetReport]:
        return {**self.assets, **self.others}

    @property
    def requests(self) -> int:
        return sum(asset.requests for asset in self.assets.values())

    @property
    def cost(self) -> Cost:
        return total(asset.cost for asset in self.assets.values())

    @property
    def failed(self) -> bool:
        if any(asset.status == "failed" for asset in self.everything.values()):
            return True
        return any(EXIT_OF_STATE[item.state] == 1 for item in self.blocked)

    @property
    def exit_status(self) -> int:
        """0 done · 1 something failed · 3 stopped, or something waits for a person · 130 interrupted."""
        if self.interrupted:
            return INTERRUPTED
        if self.stopped is not None or self.unsettled:
            return 3
        if self.failed:
            return 1
        return max((EXIT_OF_STATE[item.state] for item in self.blocked), default=0)

    def warn(self, asset: str, check: str, message: str) -> None:
        found = Warned(asset, check, message)
        if found not in self.warnings:
            self.warnings.append(found)

    def to_json(self) -> dict[str, Any]:
        failed = [Warned(label, "failed", other.error) for label, other in self.others.items() if other.error]
        return {
            "version": 1,
            "status": "ok" if self.exit_status == 0 else "failed",
            "assets": {name: asset.to_json() for name, asset in sorted(self.assets.items())},
            "blocked": [item.to_json() for item in self.blocked],
            "requests": self.requests,
            "cost": self.cost.to_json(),
            "warnings": [
                {"asset": item.asset, "check": item.check, "message": item.message}
                for item in [*self.warnings, *failed]
            ],
        }


def told(error: AssetgenError) -> str:
    """An error as reports say it: behind its place in the manifest, unless it names that itself."""
    position = error.position if isinstance(error, AssetError) else None
    return str(error) if position is None or str(position) in str(error) else f"{position}: {error}"


class Progress(Protocol):
    """What a build tells while it runs. The command line owns the bar."""

    def planned(self, plan: Plan) -> None:
        """The plan, before anything is done."""

    def started(self, asset: str, what: str) -> None:
        """A request is being sent, or pictures are being finished."""

    def finished(self, asset: str, cost: Cost) -> None:
        """The asset's results are in."""

    def failed(self, asset: str, error: str) -> None:
        """The asset failed; the others go on."""

    def note(self, message: str) -> None:
        """One sentence for people."""


class Silent:
    """Says nothing."""

    def planned(self, plan: Plan) -> None: ...
    def started(self, asset: str, what: str) -> None: ...
    def finished(self, asset: str, cost: Cost) -> None: ...
    def failed(self, asset: str, error: str) -> None: ...
    def note(self, message: str) -> None: ...
