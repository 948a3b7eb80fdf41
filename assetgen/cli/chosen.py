"""What the choosing commands share: the free local build after a choice, and what it says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from assetgen.cli import flags
from assetgen.cli.context import Context
from assetgen.manifest.messages import count_of, some_of

if TYPE_CHECKING:
    from assetgen.build.session import Session

_SHOWN = 6


def open_session(args: argparse.Namespace, context: Context) -> Session:
    """A session over the whole project."""
    from msgspec.structs import replace

    from assetgen.build.session import Session

    return Session(replace(flags.options(args, context), assets=()), context.environment())


def show_applied(args: argparse.Namespace, context: Context, names: Sequence[str]) -> int:
    """Writes what the choice changes in the outputs, free; tells what a build would still ask for."""
    from assetgen.build.apply import apply
    from assetgen.build.report import Silent
    from assetgen.cli.planview import failure

    applied = apply(flags.options(args, context), context.environment(), names, Silent())
    report = applied.report
    for warned in report.warnings:
        context.say(f"  warning: {warned.asset}: {warned.check}: {warned.message}", "yellow")
    failed = [(name, entry.error) for name, entry in report.everything.items() if entry.status == "failed"]
    for name, error in failed:
        context.error(f"  ✗ {failure(name, error or '')}")
    kept = [item for item in report.blocked if item.state == "drifted"]
    for item in kept:
        context.error(f"  ! {item.asset}: {item.reason}: kept as it is")
    if report.written or report.deleted:
        gone = f", {report.deleted} deleted" if report.deleted else ""
        built = [name for name, entry in report.everything.items() if entry.status == "built"]
        context.say(f"  {some_of(built, _SHOWN)}: {count_of(report.written, 'file')} written{gone}")
    elif not failed and not kept:
        context.say("  the outputs show it already")
    for action in applied.to_buy[:_SHOWN]:
        price = f", {action.cost}" if action.cost else ""
        context.say(f"  the next build will {action.action} {action.asset}: {action.reason}{price}", "yellow")
    if len(applied.to_buy) > _SHOWN:
        context.say(f"  … and {len(applied.to_buy) - _SHOWN} more: see 'assetgen plan'", "yellow")
    return 1 if failed or kept else 0


def configure_verdict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assets", metavar="GLOB", nargs="+", help="names or globs of assets")


def judge(args: argparse.Namespace, context: Context, verdict: Literal["approved", "rejected"]) -> int:
    """Notes a person's verdict and says who got it; 1 when nothing did."""
    from assetgen.build.choices import review

    session = open_session(args, context)
    try:
        reviewed = review(session, args.assets, verdict)
    finally:
        session.close()
    if reviewed.judged:
        context.say(f"{some_of(reviewed.judged, _SHOWN)}: {verdict}")
    for name in reviewed.pictureless:
        context.error(f"  ! {name} has no picture yet: build it first")
    return 0 if reviewed.judged else 1
