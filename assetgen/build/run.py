"""Build: load → plan → approve → generate → process → pack → export → commit the lock.

What only a build with something to do needs (the provider's client, threads, exporters) is in `carry`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assetgen.build.options import MANY
from assetgen.build.report import AssetReport, BuildReport, Progress
from assetgen.build.session import Session
from assetgen.build.shards import finished, selected
from assetgen.manifest.messages import some_of
from assetgen.model.errors import ManifestError
from assetgen.model.manifest import FileRef
from assetgen.model.plan import Plan
from assetgen.model.position import Problem
from assetgen.plan.planner import Prices, make_plan
from assetgen.plan.select import Selection, require_known, select
from assetgen.store import registry
from assetgen.store.guard import project_lock

if TYPE_CHECKING:
    from assetgen.build.approval import Ask
    from assetgen.build.crew import Crew


class Hooks(Struct, frozen=True):
    """What the command line lends to a build: where progress goes, and who is asked before money is spent."""

    progress: Progress
    ask: Ask | None = None


def plan(session: Session, prices: Prices | None = None) -> Plan:
    """The plan for the session's selection. Nothing is written or sent; a shared store is asked what it holds."""
    selection = select(session.manifest, session.options.assets)
    hold_unselected(session, selection)
    look_ahead(session, selection)
    crew = look_together(session, selection, ahead=False)
    if crew is not None:
        crew.close()
    made = make_plan(session.project, selection, provider_label(session), prices)
    refuse_unsendable(session, made)
    hints = [*made.hints, *(note for _path, note in session.originals.notes())]
    if session.store.unreachable is not None:
        hints.append(f"{session.store.unreachable}; it may hold what seems new")
    sent = _sent_already(session, made)
    if sent:
        hints.append(
            f"{some_of(sent, 3)}: sent by an earlier build; the next one takes the result in and pays no second time"
        )
    return replace(made, hints=tuple(hints))


def _sent_already(session: Session, made: Plan) -> list[str]:
    """Assets of the plan that cost, and whose very requests were sent by a build that was stopped or killed."""
    dear = dict.fromkeys(action.asset for action in made.actions if action.cost)
    if not dear:
        return []
    from assetgen.store.journal import default_folder
    from assetgen.store.journals import under_way

    folder, project, found = default_folder(session.environment.cache_dir), session.project, []
    sent: dict[str, set[str]] = {}
    for name in dear:
        state = project.state(name)
        realm = project.realm_of(state.asset).name
        if realm not in sent:
            sent[realm] = under_way(folder, realm)
        if any(step.request is not None and step.request.digest in sent[realm] for step in state.steps):
            found.append(name)
    return found


def refuse_unsendable(session: Session, plan: Plan) -> None:
    """ManifestError where a request would have to be sent that the service, when it was asked, said it refuses. Results
    that are here stand whatever the service offers today (rule 15)."""
    wanted = {action.asset for action in plan.actions if action.action == "generate"}
    found = [Problem(item.position, item.message) for item in session.manifest.unsendable if item.asset in wanted]
    if found:
        raise ManifestError(found)


def provider_label(session: Session) -> str:
    return session.options.provider or session.manifest.provider


def hold_unselected(session: Session, selection: Selection) -> None:
    """Everything that is not selected keeps its last accepted result (rule 18)."""
    if not selection.whole:
        chosen = frozenset(selection.assets)
        session.project.leave(name for name in session.manifest.assets if name not in chosen)


def look_ahead(session: Session, selection: Selection) -> None:
    """Asks the team's store, all at once, what the plan for a selection will want to know."""
    if session.store.team is None:
        return

    def evaluate() -> None:
        for name in selection.assets:
            session.project.state(name)

    def forget() -> None:
        session.disk.moved()
        session.project.refresh(selection.assets)

    session.store.look_ahead(evaluate, forget)


def build(session: Session, hooks: Hooks) -> BuildReport:
    """Carries out the plan. Raises AssetgenError only where nothing at all could be done."""
    with project_lock(session.root):
        registry.register(session.folders.data, session.lock_path)
        session.state.prepare()
        selection = selected(session)
        require_known(session.manifest, session.options.rebuy)
        hold_unselected(session, selection)
        look_ahead(session, selection)
        crew = look_together(session, selection, ahead=True)
        try:
            drawn = make_plan(session.project, selection, provider_label(session))
            refuse_unsendable(session, drawn)
            if not drawn.actions and not drawn.blocked and not _wants_more(session):
                report = unchanged(session, selection)
            else:
                import asyncio

                from assetgen.build.carry import carry_out

                crew = crew or hands_for(session, drawn)
                report = asyncio.run(carry_out(session, hooks, selection, drawn, crew))
        finally:
            if crew is not None:
                crew.close()
        finished(session)
        remark(session, report)
        return report


def hands_for(session: Session, drawn: Plan) -> Crew | None:
    """Further processes where many assets are to be finished."""
    if sum(action.action == "process" for action in drawn.actions) < MANY:
        return None
    from assetgen.build.crew import hire

    return hire(session, ahead=False)


def look_together(session: Session, selection: Selection, *, ahead: bool) -> Crew | None:
    """Where many files have never been looked at (a new project, a fresh clone) several processes do it at once.

    `ahead`: they finish what is new while they have it in hand; nothing is written before the plan is approved.
    """
    stamps, assets, blocks = session.state.stamps, session.manifest.assets, session.project.blocks
    unknown: dict[str, list[str]] = {}
    for name in selection.assets if len(selection.assets) >= MANY else ():
        start, block = assets[name].start, blocks.get(name)
        paths = [start.path] if isinstance(start, FileRef) and not start.glob else []
        paths += [path for path in block.outputs if path.endswith(".png")] if block is not None else []
        found = [path for path in paths if not stamps.known(path)]
        if found:
            unknown[name] = found
    if len(unknown) < MANY:
        return None
    from assetgen.build.crew import hire

    crew = hire(session, ahead=ahead)
    if crew is not None:
        try:
            crew.look(session, unknown)
        except BaseException:
            crew.close()
            raise
    return crew


def remark(session: Session, report: BuildReport) -> None:
    """Says which originals are not the very files that were bought, and are taken all the same (rule 10)."""
    for path, note in session.originals.notes():
        folder = path.removeprefix(f"{session.manifest.originals}/")
        report.warn(folder.rpartition("/")[0] or folder, "original", note)


def _wants_more(session: Session) -> bool:
    """Whether something is asked for that no plan shows."""
    return session.options.repack or session.options.renumber


def unchanged(session: Session, selection: Selection) -> BuildReport:
    """The report of a build that finds nothing to do."""
    report = BuildReport(clean=True)
    for name in selection.assets:
        block = session.project.blocks.get(name)
        report.assets[name] = AssetReport(outputs=sorted(block.outputs) if block is not None else [])
    return report
