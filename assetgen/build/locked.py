"""`build --locked`: writes what lock and originals give, lists every difference, never asks a provider (rule 19)."""

from __future__ import annotations

import asyncio

from assetgen.build import finals
from assetgen.build.lockkeeper import LockKeeper
from assetgen.build.outputs import Writer
from assetgen.build.processing import Processing
from assetgen.build.report import AssetReport, BuildReport, Progress
from assetgen.build.run import hold_unselected, look_ahead, provider_label, remark
from assetgen.build.session import Session
from assetgen.build.shards import finished, selected
from assetgen.model.errors import AssetgenError
from assetgen.model.lock import Block
from assetgen.plan.planner import NO_ENTRY, OUTPUT_REASONS, known_names, make_plan
from assetgen.plan.project import Project
from assetgen.plan.select import Selection
from assetgen.store.guard import project_lock


class NoKeeper(LockKeeper):
    """Takes nothing down: the lock stays as it is."""

    def set(self, block: Block) -> None: ...

    def flush(self) -> None: ...


def difference(project: Project, name: str) -> str | None:
    """What of an asset is not as the lock says; None when lock and originals give it whole."""
    state = project.state(name)
    if state.blocked is not None and state.blocked.state not in ("adopted", "pinned"):
        return f"{state.blocked.state}: {state.blocked.reason}"
    if state.renamed_from == name:
        return "new"
    if state.renamed_from is not None:
        return f"renamed from {state.renamed_from}"
    changed = next((s.reason for s in state.steps if s.status not in ("kept", "restore", "held")), None)
    if changed is not None:
        return changed
    if state.base is None and state.asset.source == "file":
        return "file missing"
    reason = project.stale_reason(name)
    return reason if reason is not None and reason not in OUTPUT_REASONS else None


def build_locked(session: Session, progress: Progress) -> BuildReport:
    """Writes all outputs that can be written; every difference fails its asset."""
    with project_lock(session.root):
        report = asyncio.run(_build_locked(session, progress))
        finished(session)
        remark(session, report)
        return report


async def _build_locked(session: Session, progress: Progress) -> BuildReport:
    report = BuildReport()
    selection = selected(session)
    hold_unselected(session, selection)
    look_ahead(session, selection)
    keeper = NoKeeper(session.lock_path, session.lock, session.environment.monotonic)
    writer = Writer(session.root, session.state, session.cache, force=session.options.force)
    processing = Processing(session, writer, keeper, report, progress, locked=True)
    for name in selection.assets:
        entry = report.assets.setdefault(name, AssetReport())
        try:
            wrong = difference(session.project, name)
        except AssetgenError as error:
            wrong = str(error)
        if wrong is not None:
            entry.status, entry.error = "failed", f"not as in the lock: {wrong}"
            processing.failed[name] = entry.error
            progress.failed(name, entry.error)
        else:
            processing.submit(name)
    await processing.drain()
    finals.finish_project(selection, processing)
    writer.flush()
    report.blocked = list(make_plan(session.project, selection, provider_label(session)).blocked)
    _orphans(session, selection, report)
    report.written, report.deleted, report.trashed = writer.written, writer.deleted, writer.trashed
    return report


def _orphans(session: Session, selection: Selection, report: BuildReport) -> None:
    """Blocks of entries that are gone are a difference, too."""
    if not selection.whole:
        return
    for name in sorted(session.lock.lock.blocks.keys() - known_names(session.project)):
        report.others[name] = AssetReport("failed", error=f"not as in the lock: {NO_ENTRY}")
