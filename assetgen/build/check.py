"""`check`: do outputs, lock and manifest agree? Reads only, never a network (rule 20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from assetgen.build.looks import looks
from assetgen.build.report import BuildReport
from assetgen.build.run import provider_label, remark
from assetgen.build.session import Session
from assetgen.build.shelf import Shelf
from assetgen.build.work import finished_of, prepare
from assetgen.model.errors import AssetgenError
from assetgen.model.plan import EXIT_OF_STATE, MODIFIED, Action
from assetgen.model.realm import PLACEHOLDER, SIMULATOR
from assetgen.plan.planner import OUTPUT_REASONS, make_plan
from assetgen.plan.select import select
from assetgen.plan.state import AssetState

if TYPE_CHECKING:
    from assetgen.build.finish import Finished
    from assetgen.model.built import Picture


class Stale(Struct, frozen=True):
    """Something that is not as it should be. `path` is set where one output is meant."""

    asset: str
    reason: str
    path: str | None = None


class Noted(Struct, frozen=True):
    """A finding: of a quality check, or that something is not ready for a release."""

    asset: str
    check: str
    level: str
    message: str


class CheckReport(Struct):
    """What check found. `failing` findings are those that the flags turn into failures."""

    stale: list[Stale] = field(default_factory=list)
    findings: list[Noted] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        return 1 if self.stale or any(finding.level == "error" for finding in self.findings) else 0

    def to_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "stale": [{"asset": item.asset, "reason": item.reason, "path": item.path} for item in self.stale],
            "findings": [
                {"asset": item.asset, "check": item.check, "level": item.level, "message": item.message}
                for item in self.findings
            ],
        }


def check(session: Session, *, release: bool = False, require_review: bool = False) -> CheckReport:
    """Compares everything. `release` fails on placeholders and open choices, `require_review` on unapproved assets."""
    report = CheckReport()
    selection = select(session.manifest, ())
    plan = make_plan(session.project, selection, provider_label(session))
    ignored = session.manifest.outputs == "ignored"
    for action in plan.actions:
        if not (ignored and _about_outputs_only(action)):
            report.stale += _stale_of(session, action)
    for item in plan.blocked:
        if EXIT_OF_STATE[item.state] == 1 and not (ignored and item.state == "drifted"):
            report.stale.append(Stale(item.asset, item.reason if item.path is None else MODIFIED, item.path))
        elif item.state == "waiting":
            report.findings.append(Noted(item.asset, "waiting", _level(release), item.reason))
    for name in session.manifest.assets:
        report.findings += _readiness(session, session.project.state(name), release)
        if require_review:
            report.findings += _review(session, name)
        report.findings += _quality(session, name)
    said = BuildReport()
    remark(session, said)
    report.findings += [Noted(item.asset, item.check, "warn", item.message) for item in said.warnings]
    return report


def _about_outputs_only(action: Action) -> bool:
    return action.reason in OUTPUT_REASONS or (action.action == "delete" and action.path is not None)


def _stale_of(session: Session, action: Action) -> list[Stale]:
    """One entry per missing or outdated output, so that each path is named; else one for the asset."""
    if action.path is not None:
        return [Stale(action.asset, action.reason, action.path)]
    if action.reason in OUTPUT_REASONS:
        label = "index:assets" if action.asset == "index" else action.asset
        block = session.project.blocks.get(label)
        if block is not None:
            states = {"missing": "output missing", "stale": "output out of date"}
            checks = session.project.check_outputs(block)
            return [Stale(action.asset, states[c.state], c.path) for c in checks if c.state in states]
    return [Stale(action.asset, action.reason)]


def _level(failing: bool) -> str:
    return "error" if failing else "warn"


def _readiness(session: Session, state: AssetState, release: bool) -> list[Noted]:
    name = state.asset.name
    found = []
    results = [step.accepted for step in state.steps if step.accepted is not None]
    if any(accepted.realm == PLACEHOLDER for accepted in results):
        found.append(Noted(name, "placeholder", _level(release), "a placeholder stands in for the real picture"))
    if any(accepted.realm == SIMULATOR for accepted in results) and session.realm_of(state.asset).name != SIMULATOR:
        found.append(Noted(name, "rehearsal", _level(release), "the simulator's picture stands in for the real one"))
    last = results[-1] if results else None
    if last is not None and last.pick is None and len(last.candidates) > 1 and state.asset.variant is None:
        found.append(Noted(name, "unpicked", _level(release), f"nobody has picked among {len(last.candidates)}"))
    return found


def _review(session: Session, name: str) -> list[Noted]:
    """Whether a person approved the asset as it looks now. Only what was generated needs that."""
    state = session.project.state(name)
    if not state.steps:
        return []
    reviewed = state.block.reviewed if state.block is not None else {}
    verdict = reviewed.get("state")
    if verdict == "approved" and reviewed.get("looks") != looks(session, name, _ReadOnly(session.cache)):
        return [Noted(name, "review", "error", "looks different from what was approved")]
    return [] if verdict == "approved" else [Noted(name, "review", "error", verdict or "not approved")]


class _ReadOnly(Shelf):
    """A shelf on which nothing is put."""

    def keep_record(self, files: str, finished: Finished) -> None: ...

    def keep_pictures(self, key: str, pictures: Mapping[str, Picture]) -> None: ...


def _quality(session: Session, name: str) -> list[Noted]:
    """Findings about the asset as a build would finish it now: also where one failed for them."""
    keys = session.project.keys(name)
    finished = session.shelf.find_record(keys.files) if keys is not None else None
    if finished is None:
        try:
            work = prepare(session.project, session.disk, name, session.palette)
            finished = finished_of(work, _ReadOnly(session.cache), pictures=False) if work is not None else None
        except AssetgenError:  # what cannot be finished is stale, and the build says why
            return []
    if finished is None:
        return []
    return [Noted(name, finding.check, finding.level, finding.message) for finding in finished.findings]
