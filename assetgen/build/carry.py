"""Carrying a plan out: requests, finishing, what is made of several assets, the lock."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence, Set
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from assetgen.build import finals, sweep
from assetgen.build.approval import approve, purchases
from assetgen.build.lockkeeper import LockKeeper
from assetgen.build.money import Purse, smaller
from assetgen.build.outputs import Writer
from assetgen.build.processing import Processing
from assetgen.build.providers import Providers
from assetgen.build.remote import Remote
from assetgen.build.report import AssetReport, BuildReport, Status, told
from assetgen.build.session import Session
from assetgen.model.errors import (
    AccountError,
    AssetgenError,
    ProviderError,
    StoppedError,
    UnknownOutcomeError,
    WaitingError,
)
from assetgen.model.plan import Plan
from assetgen.plan.inputs import input_assets
from assetgen.plan.planner import make_plan
from assetgen.plan.select import Selection
from assetgen.plan.sources import upstream
from assetgen.store import atomic

if TYPE_CHECKING:
    from assetgen.build.crew import Crew
    from assetgen.build.run import Hooks


async def carry_out(
    session: Session, hooks: Hooks, selection: Selection, drawn: Plan, crew: Crew | None = None
) -> BuildReport:
    """Does what the plan says, as far as it is approved and succeeds; one failure never stops the rest.

    `crew`: processes that help with what is to be finished.
    """
    report = BuildReport()
    # What a killed build laid beside its places: nobody else writes in this project now.
    atomic.sweep(session.root / session.manifest.output, before=session.started)
    providers = Providers(session, hooks.progress)
    try:
        return await _carry_out(session, hooks, report, selection, drawn, providers, crew)
    finally:
        await providers.aclose()


async def _carry_out(
    session: Session,
    hooks: Hooks,
    report: BuildReport,
    selection: Selection,
    drawn: Plan,
    providers: Providers,
    crew: Crew | None,
) -> BuildReport:
    keeper = LockKeeper(session.lock_path, session.lock, session.environment.monotonic)
    purse = Purse(smaller(session.manifest.budget, session.options.max_cost))
    providers.approve = purse.approve
    remote = Remote(session, keeper, purse, report, hooks.progress, providers.open)
    drawn = await _with_what_is_paid_for(session, selection, drawn, providers, remote)
    hooks.progress.planned(drawn)
    await _ask(session, hooks, report, drawn, purse, providers)
    for move in session.state.noted_moves():
        session.moved(*move)
    writer = Writer(session.root, session.state, session.cache, force=session.options.force, spared=session.spared)
    if crew is not None:
        writer.placer = crew.place
    processing = Processing(session, writer, keeper, report, hooks.progress, crew=crew)
    try:
        await _generate_and_process(selection, remote, processing)
    except asyncio.CancelledError:
        report.interrupted = True
        hooks.progress.note("interrupted: nothing more is sent; run the same command to go on")
        processing.halt()
        await processing.drain()
    if crew is not None:
        writer.flush()
        writer.placer = None
        crew.dismiss()
    if not report.interrupted:
        finals.finish_project(selection, processing)
        if selection.whole:
            sweep.remove_orphans(session, writer, keeper, report)
    writer.flush()
    remote.closing.all()
    if session.renamed and "index" in report.others and report.others["index"].status == "built":
        session.state.forget_moves()
    session.lock_digest = keeper.file.digest
    session.warm.lock = keeper.file
    _tell(session, report, writer, keeper)
    _blocked(session, selection, drawn, report, frozenset() if writer.left else processing.sound)
    return report


async def _with_what_is_paid_for(
    session: Session, selection: Selection, drawn: Plan, providers: Providers, remote: Remote
) -> Plan:
    """The plan once earlier purchases are settled and rejected replies looked at again: what came in is not bought."""
    if any(providers.has_open_entries(name) for name in _provider_names(session, selection)):
        await _settle(providers, remote, session, selection)
        session.project.refresh(session.manifest.assets)  # what came in is in the store: nobody has to buy it
        drawn = make_plan(session.project, selection, drawn.provider)
    if await _redecode(session, remote, drawn):
        drawn = make_plan(session.project, selection, drawn.provider)
    return drawn


async def _ask(
    session: Session, hooks: Hooks, report: BuildReport, drawn: Plan, purse: Purse, providers: Providers
) -> None:
    """Has the purchases approved. Where they are not, nothing is bought, and the report says why."""
    try:
        report.stopped = await approve(session, drawn, purse, providers, hooks.ask)
    except ProviderError as error:
        report.trouble = f"nothing was bought, since the account cannot be looked at: {error}"
    if report.stopped is not None:
        _hold(session, report, drawn, "skipped", report.stopped)
    elif report.trouble is not None:
        _hold(session, report, drawn, "failed", report.trouble)


def _tell(session: Session, report: BuildReport, writer: Writer, keeper: LockKeeper) -> None:
    """What was written, and what could not be as it should."""
    for name in keeper.left:
        report.warn(name, "lock", f"the block of {name} changed in assets.lock while the build ran: it was left alone")
    for trouble in dict.fromkeys(session.store.unpushed.values()):
        report.warn("index", "shared store", f"bought, but not shared: {trouble}; 'assetgen cache push' does it later")
    for path, trouble in writer.conflicts:
        report.warn("index", "conflict", f"{path}: {trouble}")
    report.written, report.deleted, report.trashed = writer.written, writer.deleted, writer.trashed


async def _redecode(session: Session, remote: Remote, drawn: Plan) -> bool:
    """Rejected replies are looked at again by each build (rule 24); without a key their store is out of reach."""
    names = [item.asset for item in drawn.blocked if item.state == "rejected"]
    if not names or session.environment.api_key is None or session.options.offline:
        return False
    return any([await remote.redecode(name) for name in names])


def _hold(session: Session, report: BuildReport, drawn: Plan, status: Status, reason: str) -> None:
    """Nothing is bought: assets that would be keep what they had, and the free rest goes on."""
    names = dict.fromkeys(action.asset for action in purchases(session, drawn))
    for name in names:
        report.assets[name] = AssetReport(status, error=reason)
    session.project.hold(names)


def _provider_names(session: Session, selection: Selection) -> set[str]:
    return {session.provider_name(session.manifest.assets[name]) for name in selection.assets}


async def _settle(providers: Providers, remote: Remote, session: Session, selection: Selection) -> None:
    for name in sorted(_provider_names(session, selection)):
        if providers.has_open_entries(name):
            await remote.settle(await providers.open(name))


# -- generating and finishing -------------------------------------------------


async def _generate_and_process(selection: Selection, remote: Remote, processing: Processing) -> None:
    """Requests run side by side, each after its inputs; what is in hand is finished while others are under way."""
    session = processing.session
    remote.carry_names(selection.assets)
    tasks: dict[str, asyncio.Task[bool]] = {}
    stop = asyncio.Event()
    for name in _first_come(session, selection.assets):
        state = session.project.state(name)
        if state.blocked is None and (state.remote_work or state.renamed_from is not None or state.past is not None):
            needed = upstream(session.manifest, input_assets(state.asset))
            inputs = [tasks[n] for n in needed if n in tasks]
            tasks[name] = asyncio.create_task(_bring(name, inputs, remote, processing, stop))
            tasks[name].add_done_callback(partial(_ready, name=name, processing=processing))
    if tasks:
        later = asyncio.create_task(_prepare(remote))
        await asyncio.sleep(0)  # requests first
        for name in selection.assets:
            if tasks.keys().isdisjoint(upstream(session.manifest, [name])):
                processing.submit(name)
        try:
            await asyncio.gather(*tasks.values())
        finally:
            later.cancel()
    for name in selection.assets:
        if name not in tasks:
            processing.submit(name)
    await processing.drain()


async def _prepare(remote: Remote) -> None:
    """What can wait until the first requests are out: writing the next ones down, and imports that results need."""
    await asyncio.sleep(0.1)
    remote.look_ahead()
    for module in ("assetgen.pixels.documents", "assetgen.pixels.quality", "assetgen.export.index"):
        await asyncio.to_thread(import_module, module)


def _first_come(session: Session, names: Sequence[str]) -> list[str]:
    """The names in their order; but of those that ask for the same, the first by name begins: it bears the price
    (rule 5)."""
    groups: dict[str, list[str]] = {}
    for name in names:
        state = session.project.state(name)
        if state.steps and state.steps[0].status == "buy" and not input_assets(state.asset):
            request = state.steps[0].request
            groups.setdefault(request.digest if request is not None else name, []).append(name)
    first = [min(group) for group in groups.values() if len(group) > 1]
    return list(dict.fromkeys([*first, *names]))


def _ready(task: asyncio.Task[bool], *, name: str, processing: Processing) -> None:
    if not task.cancelled() and task.exception() is None:
        processing.submit(name)


async def _bring(
    name: str, inputs: list[asyncio.Task[bool]], remote: Remote, processing: Processing, stop: asyncio.Event
) -> bool:
    """Brings one asset's results in, after its inputs. False when it failed; then it keeps what it had."""
    session, report = processing.session, processing.report
    try:
        if inputs:
            await asyncio.gather(*inputs)
            session.project.refresh([name])
        if stop.is_set():
            raise StoppedError("not begun")
        await remote.bring(name)
        return True
    except StoppedError as error:
        report.stopped = report.stopped or str(error)
        _fail(session, report, name, "skipped", str(error))
    except AssetgenError as error:
        if isinstance(error, UnknownOutcomeError) and not error.settles:
            report.unsettled.append(error.entry)
        _fail(session, report, name, "skipped" if isinstance(error, WaitingError) else "failed", told(error))
        processing.progress.failed(name, told(error))
        if isinstance(error, AccountError) or session.options.fail_fast:
            stop.set()
    return False


def _fail(session: Session, report: BuildReport, name: str, status: Status, error: str) -> None:
    entry = report.assets.setdefault(name, AssetReport())
    entry.status, entry.error = status, error
    session.project.hold([name])


def _blocked(session: Session, selection: Selection, drawn: Plan, report: BuildReport, sound: Set[str]) -> None:
    """What stood in the way, as it stands after the build; `sound` assets need no second look."""
    session.project.look_again()
    after = make_plan(session.project, selection, drawn.provider, sound=sound)
    # What failed or was not bought is held at what it had, so that the plan alone would call it up to date.
    report.clean = not after.actions and not after.blocked and report.exit_status == 0
    for item in after.blocked:
        entry = report.assets.get(item.asset)
        gone_wrong = entry is not None and entry.status in ("failed", "skipped")
        if item.state == "waiting" and gone_wrong:
            continue  # it waits for what failed or was not bought: that has been said
        if item not in report.blocked:
            report.blocked.append(item)
        if entry is not None and item.state in ("lost", "rejected", "waiting") and not gone_wrong:
            entry.status = "skipped" if item.state == "waiting" else "failed"
            entry.error = f"{item.state}: {item.reason}"
