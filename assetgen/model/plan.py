"""A plan: ordered actions with reasons and costs, and what stands in the way."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from assetgen.model.cost import FREE, Cost, total
from assetgen.model.manifest import Kind

Verb = Literal["generate", "edit", "fix", "restore", "rename", "process", "pack", "export", "delete"]
BlockState = Literal["lost", "waiting", "rejected", "adopted", "pinned", "drifted"]

EXIT_OF_STATE: dict[BlockState, int] = {
    "lost": 1,
    "rejected": 1,
    "drifted": 1,
    "waiting": 3,
    "adopted": 0,
    "pinned": 0,
}


class Action(Struct, frozen=True):
    """One thing that build would do. `asset` is a name, `palette:NAME`, `atlas:NAME` or `index`.

    `cause` groups actions with one origin for the report (`preset card changed`); `path` is set for `delete`.
    """

    action: Verb
    asset: str
    kind: Kind
    reason: str
    cost: Cost = FREE
    cause: str | None = None
    path: str | None = None

    def to_json(self) -> dict[str, Any]:
        reason = self.reason if self.path is None else f"{self.reason}: {self.path}"
        return {
            "action": self.action,
            "asset": self.asset,
            "kind": self.kind,
            "reason": reason,
            "cost": self.cost.to_json(),
        }


MODIFIED = "output modified by hand"


class Blocked(Struct, frozen=True):
    """An asset that build will leave as it is, and why: `reason`, and what of it programs go by.

    `path` is the output that drifted; `waits_for` what a waiting asset needs (None: a person's pick); `pointer`: the
    lost original is Git LFS's to bring; `bought`: what is pinned was, and no placeholder takes its place.
    """

    asset: str
    state: BlockState
    reason: str
    path: str | None = None
    waits_for: str | None = None
    pointer: bool = False
    bought: bool = False

    def to_json(self) -> dict[str, str]:
        return {"asset": self.asset, "state": self.state, "reason": self.reason}


def drifted(asset: str, path: str) -> Blocked:
    """An output that somebody changed: kept as it is."""
    return Blocked(asset, "drifted", f"{MODIFIED}: {path}", path=path)


class Plan(Struct, frozen=True):
    """What build would do, in order."""

    provider: str
    actions: tuple[Action, ...]
    blocked: tuple[Blocked, ...]
    unchanged: int
    hints: tuple[str, ...] = ()

    @property
    def cost(self) -> Cost:
        return total(action.cost for action in self.actions)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "provider": self.provider,
            "actions": [action.to_json() for action in self.actions],
            "blocked": [item.to_json() for item in self.blocked],
            "unchanged": self.unchanged,
            "cost": self.cost.to_json(),
        }
