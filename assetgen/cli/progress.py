"""Progress of a build: a live display on a terminal, plain lines elsewhere, and the report at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from assetgen.build.report import BuildReport, Progress
from assetgen.cli.context import Context, plain
from assetgen.cli.planview import ALIKE, FOLD, blocked_lines, failure, show_build_plan
from assetgen.manifest.messages import count_of, some_of
from assetgen.model.cost import FREE, Cost, total
from assetgen.model.plan import Plan

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from assetgen.build.session import Session


_PAUSE = 0.1
"""Seconds between two pictures of the live display."""
_NAMED = 6
"""Assets of one and the same trouble that are named; the others are counted."""


class Plain:
    """One line an event, for logs."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def planned(self, plan: Plan) -> None:
        show_build_plan(plan, self.context)

    def started(self, asset: str, what: str) -> None:
        if self.context.verbose:
            self.context.say(f"  … {asset}: {what}")

    def finished(self, asset: str, cost: Cost) -> None:
        price = f"  {cost}" if cost else ""
        if cost or self.context.verbose:
            self.context.say(f"  ✓ {asset}{price}", "green")

    def failed(self, asset: str, error: str) -> None:
        if self.context.verbose:
            self.context.say(f"  ✗ {failure(asset, error)}", "red")

    def note(self, message: str) -> None:
        self.context.say(f"  {message}")


class Live:
    """What runs, what is done, the cost so far and the time left.

    The display opens with the plan: a build that finds nothing to do starts no terminal machinery.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.spent = FREE
        self.running: dict[str, str] = {}
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._done: set[str] = set()
        self._next = 0.0

    def planned(self, plan: Plan) -> None:
        show_build_plan(plan, self.context)
        names = {action.asset for action in plan.actions}
        self._bar = _bar(_console(self.context))
        self._task = self._bar.add_task("building", total=len(names), cost="", now="")
        self._bar.start()

    def started(self, asset: str, what: str) -> None:
        self.running[asset] = what
        self._next = 0.0
        self._show()

    def finished(self, asset: str, cost: Cost) -> None:
        self.spent = total((self.spent, cost))
        self._advance(asset)

    def failed(self, asset: str, error: str) -> None:
        self._advance(asset)

    def note(self, message: str) -> None:
        if self._bar is None:
            self.context.say(f"  {message}")
        else:
            self._bar.console.print(f"  {plain(message)}", highlight=False, markup=False)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The terminal free for a question."""
        self.close()
        yield
        if self._bar is not None:
            self._bar.start()

    def _advance(self, asset: str) -> None:
        self._done.add(asset)
        if self.running.pop(asset, None) is not None:
            self._next = 0.0  # it was shown
        self._show()

    def _show(self) -> None:
        now = time.monotonic()
        if self._bar is None or self._task is None or now < self._next:
            return  # nobody reads faster, and ten thousand assets would wait for the display
        self._next = now + _PAUSE
        cost = str(self.spent) if self.spent else ""
        self._bar.update(self._task, completed=len(self._done), cost=cost, now=running(self.running))


def running(assets: Mapping[str, str]) -> str:
    """What is under way, in few words: one asset with what is done to it, of several the names."""
    names = list(assets)
    if len(names) == 1:
        return f"{names[0]} ({assets[names[0]]})"
    return some_of(names, 3)


def _console(context: Context) -> Console:
    from rich.console import Console

    return Console(stderr=True, no_color=not context.color)


def _bar(console: Console) -> Bar:
    """One line: where the terminal is narrow what runs is cut short, and not the bar, the numbers and the price."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.table import Column

    whole = Column(no_wrap=True)
    rest = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    return Bar(
        TextColumn("{task.description}", table_column=whole),
        BarColumn(bar_width=24, table_column=whole),
        MofNCompleteColumn(table_column=whole),
        TimeRemainingColumn(table_column=whole),
        TextColumn("{task.fields[cost]}", table_column=whole),
        TextColumn("{task.fields[now]}", style="dim", table_column=rest),
        console=console,
        transient=True,
        expand=True,
    )


@contextmanager
def open_progress(context: Context) -> Iterator[Progress]:
    """A live display on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty() or context.quiet or context.variables.get("TERM") == "dumb":
        yield Plain(context)
        return
    live = Live(context)
    try:
        yield live
    finally:
        live.close()


def asker(progress: Progress) -> Callable[[Plan, Cost | None], bool]:
    """Asks the person at the terminal whether the plan's cost may be spent."""

    def ask(plan: Plan, balance: Cost | None) -> bool:
        known = f" (balance {balance})" if balance is not None else ""
        price = "an amount that is not known" if not plan.cost.known else str(plan.cost)
        question = f"Spend {price}{known}? Only 'yes' is accepted: "
        if isinstance(progress, Live):
            with progress.paused():
                return _answered(question)
        return _answered(question)

    return ask


def _answered(question: str) -> bool:
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() == "yes"


def show_report(report: BuildReport, context: Context, *, warnings: Sequence[str] = ()) -> None:
    """The end of a build, in a few lines."""
    for text in warnings:
        context.say(text, "yellow")
    everything = report.everything
    findings = [(warned.asset, f"{warned.check}: {warned.message}") for warned in report.warnings]
    findings = [(name, text) for name, text in findings if name not in everything or text != everything[name].error]
    shown = findings[:FOLD] if len(findings) > ALIKE and not context.verbose else findings
    for name, text in shown:
        context.say(f"  warning: {name}: {text}", "yellow")
    if len(shown) < len(findings):
        context.say(f"    … and {len(findings) - len(shown):,} more (--verbose lists them)")
    for text, style in blocked_lines(report.blocked):
        (context.say if style is None else context.error)(text, style)
    told = {report.stopped, report.trouble, *(f"{item.state}: {item.reason}" for item in report.blocked)}
    troubles: dict[str, list[str]] = {}
    for name, entry in everything.items():
        if entry.status in ("failed", "skipped") and entry.error and entry.error not in told:
            troubles.setdefault(entry.error, []).append(name)
    for error, names in troubles.items():  # a store or a service that fails says the same of each asset
        for named in names if len(names) <= _NAMED else [some_of(names, _NAMED)]:
            context.error(f"  ✗ {failure(named, error)}", "red")
    for reason in (report.stopped, report.trouble):
        if reason is not None:
            context.error(f"assetgen: {reason}", "red")
    if report.trashed:
        context.say(f"  what was in the place of {count_of(report.trashed, 'file')} is in .assetgen/trash/")
    context.say(_last_line(report), "bold")


def nothing_done(session: Session) -> tuple[list[tuple[str, str | None]], dict[str, Any]]:
    """What a build of the whole project says when it finds nothing to do: lines with their style, and its document."""
    from assetgen.build.run import unchanged
    from assetgen.plan.select import select

    report = unchanged(session, select(session.manifest, ()))
    warnings: list[tuple[str, str | None]] = [(text, "yellow") for text in session.manifest.warnings]
    return [*warnings, (_last_line(report), "bold")], report.to_json()


def _last_line(report: BuildReport) -> str:
    everything = report.everything.values()
    built = sum(entry.status == "built" for entry in everything)
    failed = sum(entry.status == "failed" for entry in everything)
    skipped = sum(entry.status == "skipped" for entry in everything)
    unchanged = sum(entry.status == "unchanged" for entry in report.assets.values())
    if (
        not built
        and not failed
        and not skipped
        and not report.written
        and not report.deleted
        and report.exit_status == 0
    ):
        return f"Nothing to do: {count_of(unchanged, 'asset')} up to date."
    parts = [f"{built} built"]
    if failed:
        parts.append(f"{failed} failed")
    if skipped:
        parts.append(f"{skipped} skipped")
    if not report.interrupted:  # else nobody looked at all of them
        parts.append(f"{unchanged} unchanged")
    parts.append(f"{count_of(report.written, 'file')} written")
    if report.deleted:
        parts.append(f"{report.deleted} deleted")
    if report.requests:
        parts.append(f"{count_of(report.requests, 'paid request')}, {report.cost}")
    how = "Interrupted" if report.interrupted else "Stopped" if report.stopped is not None else "Done"
    return f"{how}: {', '.join(parts)}."
