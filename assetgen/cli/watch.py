"""Rebuild what is free as files are saved, and serve the review page. Spends nothing without --yes."""

from __future__ import annotations

import argparse
from contextlib import suppress
from typing import TYPE_CHECKING

from assetgen.cli import flags
from assetgen.cli.context import Context
from assetgen.manifest.messages import count_of, some_of
from assetgen.model.errors import INTERRUPTED, AssetgenError, ManifestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assetgen.build.report import BuildReport
    from assetgen.model.plan import Plan


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="buy what changes ask for, up to the session's budget")
    parser.add_argument(
        "--max-cost",
        type=flags.cap,
        metavar="X",
        help="the most that the session may spend: X US dollars, or 'N credits'",
    )
    parser.add_argument(
        "--port", type=flags.port, default=0, metavar="N", help="the page's port; any free one where none is given"
    )
    parser.add_argument("--no-page", action="store_true", help="serve no page")
    flags.add_provider(parser)


def run(args: argparse.Namespace, context: Context) -> int:
    import asyncio

    from assetgen.cli.extras import require

    require("watch", "review", "watchfiles", *(() if args.no_page else ("uvicorn",)))
    with suppress(KeyboardInterrupt):  # that is how it ends
        asyncio.run(_watch(args, context))
    return INTERRUPTED


async def _watch(args: argparse.Namespace, context: Context) -> None:
    import asyncio

    from assetgen.cli.serving import Serving, desk_of
    from assetgen.review.events import News
    from assetgen.review.watching import Watcher

    news = News()
    desk = desk_of(args, context, news)
    serving = None if args.no_page else Serving.at(desk, news, args.port)

    teller = Teller(context)
    watcher = Watcher(desk, args.yes, teller.tell, teller.fail, lambda plan: announce(plan, context, args.no_page))
    page = "" if args.no_page else " The page is at this address, for you alone."
    watcher.ready = Once(lambda: context.say(f"Watching: what is free is built as you save.{page} Ctrl-C ends it."))
    tasks = [asyncio.create_task(watcher.run())]
    if serving is not None:
        watcher.changed = serving.review.changed
        watcher.lock = serving.review.lock
        print(serving.url, flush=True)
        tasks.append(asyncio.create_task(serving.run()))
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for task in done:
        task.result()


class Once:
    """Does it the first time."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.work: Callable[[], None] | None = work

    def __call__(self) -> None:
        work, self.work = self.work, None
        if work is not None:
            work()


class Teller:
    """Says in a line what a build did, or why there was none; and that what was wrong is mended."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.failed = False
        self.troubles: list[str] = []

    def fail(self, error: AssetgenError) -> None:
        for problem in error.problems if isinstance(error, ManifestError) else [error]:
            self.context.error(f"  ✗ {problem}")
        self.failed = True

    def tell(self, report: BuildReport, seconds: float) -> None:
        from assetgen.cli.planview import failure

        if self.failed:
            self.context.say("  ✓ mended")
            self.failed = False
        entries = report.everything.items()
        troubles = [f"  ✗ {failure(n, e.error)}" for n, e in entries if e.status in ("failed", "skipped") and e.error]
        troubles += [f"  {report.stopped}"] if report.stopped is not None else []
        stays = ("drifted", "lost", "rejected")
        troubles += [f"  ! {item.asset}: {item.reason}" for item in report.blocked if item.state in stays]
        for trouble in troubles:
            if trouble not in self.troubles:  # each save would say it again
                self.context.error(trouble)
        self.troubles = troubles
        built = [name for name, entry in report.everything.items() if entry.status == "built"]
        if built or report.written or report.deleted:
            paid = f", {report.cost}" if report.cost else ""
            self.context.say(
                f"  ✓ {some_of(built, 6)}: {count_of(report.written, 'file')}, {seconds * 1000:.0f} ms{paid}"
            )


def announce(plan: Plan, context: Context, no_page: bool) -> None:
    """Says what would cost, and how to allow it."""
    paid = [action for action in plan.actions if action.cost]
    for action in paid[:8]:
        context.say(f"  $ {action.asset}: {action.reason}, {action.cost}")
    if len(paid) > 8:
        context.say(f"  $ … and {len(paid) - 8} more")
    where = "" if no_page else ", or say yes on the page"
    context.say(f"    {plan.cost} in all is not spent: 'assetgen build'{where}, or watch with --yes")
