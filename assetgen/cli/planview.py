"""A plan for people: grouped by cause, with reasons and prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from assetgen.cli.context import Context
from assetgen.manifest.messages import count_of
from assetgen.model.cost import Cost, total
from assetgen.model.plan import Action, Blocked, BlockState, Plan

SIGNS = {
    "generate": ("+", "green"),
    "edit": ("+", "green"),
    "fix": ("+", "green"),
    "restore": ("<", "cyan"),
    "rename": (">", "cyan"),
    "process": ("~", "yellow"),
    "pack": ("~", "yellow"),
    "export": ("~", "yellow"),
    "delete": ("-", "red"),
}
_WHAT_TO_DO: dict[BlockState, str] = {
    "lost": "bring the file back, or buy it again with --rebuy",
    "waiting": "choose with 'assetgen pick', or take the first with --pick-first",
    "rejected": "ask again with 'assetgen reroll'",
    "adopted": "to let it change, drop the file with 'assetgen adopt ASSET --drop', or take 'override' from its entry",
    "pinned": "remove 'pin' to allow it",
    "drifted": "keep it with 'assetgen adopt ASSET', or replace it with --force",
}
FOLD = 12
ALIKE = 50  # so many free actions in a row of one kind and reason are a list that nobody reads


def what_to_do(item: Blocked) -> str:
    """How a person gets out of it. A Git LFS pointer is not lost: its file lies on the server, paid for. What is made
    of many assets cannot be adopted."""
    if item.state == "drifted" and not adoptable(item.asset):
        how = "retouch its assets with 'assetgen adopt ASSET FILE', and " if item.asset.startswith("atlas:") else ""
        return f"{how}replace it with --force: yours goes to .assetgen/trash/"
    if item.pointer:
        return "no need to buy it again: its file is on the LFS server"
    if item.waits_for is not None:
        return f"it goes on when {item.waits_for} is there"
    if item.bought:
        return "build with the provider that it was bought from, or 'assetgen accept' it as it is"
    return _WHAT_TO_DO[item.state]


def failure(name: str, error: str) -> str:
    """An asset and what is wrong with it, in one form: `hat: assets.yaml:5:17: …`. What a provider says names both
    by itself."""
    place, closed, words = error.removeprefix(f"{name} (").partition("): ")
    return f"{name}: {place}: {words}" if closed and error.startswith(f"{name} (") else f"{name}: {error}"


def adoptable(label: str) -> bool:
    """Whether it is an asset's: index, atlases and palettes are made of several, and nothing can stand for them."""
    return label != "index" and ":" not in label


def show_plan(plan: Plan, context: Context, *, warnings: Sequence[str] = ()) -> None:
    """Prints the plan as text."""
    if not plan.actions and not plan.blocked:
        for text, style in nothing_planned(plan, warnings):
            context.say(text, style)
        return
    for warning in warnings:
        context.say(warning, "yellow")
    if plan.actions:
        context.say("assetgen will:")
        context.say()
        _show_actions(plan.actions, context)
        if plan.blocked:
            context.say()
    for text, style in blocked_lines(plan.blocked):
        context.say(text, style)
    for hint in plan.hints:
        context.say(f"  hint: {hint}", "cyan")
    context.say()
    context.say(summary(plan), "bold")


def show_build_plan(plan: Plan, context: Context) -> None:
    """What a build is about to do. What is in its way is told by its report, and here before money is asked for."""
    if plan.actions:
        show_plan(plan if plan.cost else replace(plan, blocked=()), context)


def blocked_lines(blocked: Iterable[Blocked]) -> Iterator[tuple[str, str | None]]:
    """What is in the way, with its style; what to do about it once for all that follow each other."""
    for advice, items in groupby(blocked, what_to_do):
        for item in items:
            yield f"  ! {item.asset}: {item.state}: {item.reason}", "yellow" if item.state == "adopted" else "red"
        yield f"    {advice}", None


def nothing_planned(plan: Plan, warnings: Sequence[str] = ()) -> list[tuple[str, str | None]]:
    """The lines of a plan that is empty, with their style."""
    told: list[tuple[str, str | None]] = [(warning, "yellow") for warning in warnings]
    told += [(f"hint: {hint}", "cyan") for hint in plan.hints]
    return [*told, (f"Nothing to do: {count_of(plan.unchanged, 'asset')} up to date.", None)]


def _show_actions(actions: Sequence[Action], context: Context) -> None:
    groups: dict[str | None, list[Action]] = defaultdict(list)
    for action in actions:
        groups[action.cause].append(action)
    width = min(max((len(action.asset) for action in actions), default=0), 40)
    for cause, members in groups.items():
        if cause is not None:
            cost = total(action.cost for action in members)
            assets = count_of(len({action.asset for action in members}), "asset")
            context.say(f"  {cause} → {assets}{f', {cost}' if cost else ''}", "bold")
        runs = [members] if cause is not None else [list(run) for _, run in groupby(members, _likeness)]
        for run in runs:
            rows = _rows(run, width, whole=context.verbose)
            foldable = cause is not None or (len(rows) > ALIKE and not run[0].cost)
            shown = rows[:FOLD] if foldable and not context.verbose else rows
            indent = "" if cause is None else "  "
            for row, style in shown:
                context.say(indent + row, style)
            if len(shown) < len(rows):
                context.say(f"{indent}    … and {len(rows) - len(shown):,} more (--verbose lists them)")


def _likeness(action: Action) -> tuple[str, str, bool]:
    return action.action, action.reason, bool(action.cost)


def _rows(run: Sequence[Action], width: int, *, whole: bool) -> list[tuple[str, str]]:
    """A row an action, with its style; but one for all files of an asset that go, unless the `whole` list is wanted."""
    rows = []
    for (_asset, files), alike in groupby(run, lambda action: (action.asset, action.path is not None and not whole)):
        members = list(alike)
        shown = members[:1] if files else members
        rows += [(_row(each, width, len(members) if files else 1), SIGNS[each.action][1]) for each in shown]
    return rows


def _row(action: Action, width: int, files: int) -> str:
    sign = SIGNS[action.action][0]
    price = f"  {action.cost}" if action.cost else ""
    what = action.reason
    if action.path:
        what = f"{count_of(files, 'file') if files > 1 else action.path} ({action.reason})"
    return f"  {sign} {action.action:<8} {action.asset:<{width}}  {what}{price}"


def summary(plan: Plan) -> str:
    """`4 to generate, 2 to process, 0.41 USD; 12 unchanged`."""
    counts: dict[str, int] = defaultdict(int)
    for action in plan.actions:
        counts[action.action] += 1
    parts = [f"{number} to {verb}" for verb, number in counts.items()]
    blocked = len(plan.blocked)
    if blocked:
        parts.append(f"{blocked} blocked")
    cost: Cost = plan.cost
    parts.append(str(cost) if cost else "no cost")
    return f"Plan: {', '.join(parts)}; {plan.unchanged} unchanged."
