"""After a choice: the free, local half of a build, so that the outputs show what was chosen. Buys and draws nothing."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from assetgen.build.options import Environment, Options
from assetgen.build.report import BuildReport, Progress
from assetgen.build.run import Hooks, build, plan
from assetgen.build.session import Session
from assetgen.build.warm import Warm
from assetgen.model.manifest import Manifest
from assetgen.model.plan import Action, Plan
from assetgen.plan.sources import sources_of


class Applied(Struct, frozen=True):
    """What the local build wrote, and the plan for all that is left to do."""

    report: BuildReport
    ahead: Plan

    @property
    def to_buy(self) -> list[Action]:
        """Requests that the next build would send because of the change (or was going to send anyway)."""
        return [action for action in self.ahead.actions if action.action in ("generate", "edit", "fix")]


def apply(
    options: Options, environment: Environment, names: Sequence[str], progress: Progress, warm: Warm | None = None
) -> Applied:
    """Processes, packs and exports what these assets' results now give; whatever would be requested keeps its last
    accepted picture."""
    warm = Warm() if warm is None else warm
    local = replace(options, offline=True, locked=False, yes=False, max_cost=None, rerolls={}, rebuy=())
    session = Session(replace(local, assets=()), environment, warm)
    try:
        targets = [*names, *made_of(session.manifest, names)]
        session.options = replace(local, assets=tuple(targets))
        session.project.hold(
            name for name in session.manifest.assets if any(s.pending for s in session.project.state(name).steps)
        )
        report = build(session, Hooks(progress))
    finally:
        session.close()
    session = Session(replace(local, assets=()), environment, warm)
    try:
        return Applied(report, plan(session))
    finally:
        session.close()


def made_of(manifest: Manifest, names: Sequence[str]) -> list[str]:
    """Assets that are put together locally from these (`copy`, `parts`, `tiles`, terrains), directly or not."""
    reached = dict.fromkeys(names)
    grown = True
    while grown:
        grown = False
        for name, asset in manifest.assets.items():
            if name not in reached and any(ref.name in reached for ref in sources_of(asset).values()):
                reached[name] = None
                grown = True
    extracted = [
        f"palette:{name}"
        for name, palette in manifest.palettes.items()
        if any(ref.name in reached for ref in palette.sources)
    ]
    return [*list(reached)[len(dict.fromkeys(names)) :], *extracted]
