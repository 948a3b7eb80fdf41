"""Fail when outputs, lock and manifest disagree. No network, no writes: for hooks and CI."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from assetgen.cli import flags
from assetgen.cli.context import Context, print_json
from assetgen.manifest.messages import some_of
from assetgen.model.plan import MODIFIED

if TYPE_CHECKING:
    from assetgen.build.check import Noted


def configure(parser: argparse.ArgumentParser) -> None:
    flags.add_json(parser)
    flags.add_provider(parser)
    parser.add_argument("--release", action="store_true", help="fail on placeholders, waiting and unpicked assets")
    parser.add_argument("--require-review", action="store_true", help="fail on assets that nobody has approved")


def run(args: argparse.Namespace, context: Context) -> int:
    from msgspec.structs import replace

    from assetgen.build.check import check
    from assetgen.build.session import Session
    from assetgen.cli.planview import ALIKE, FOLD, adoptable

    session = Session(replace(flags.options(args, context), locked=True, offline=True), context.environment())
    report = check(session, release=args.release, require_review=args.require_review)
    if args.json:
        print_json(report.to_json())
        return report.exit_status
    for reason, items in groupby(report.stale, attrgetter("reason")):
        alike = list(items)
        shown = alike[:FOLD] if len(alike) > ALIKE and not context.verbose else alike
        for item in shown:
            context.error(f"  ! {item.path or item.asset}: {reason}", "red")
        if len(shown) < len(alike):
            context.error(f"    … and {len(alike) - len(shown):,} more (--verbose lists them)")
    for (level, check_name, message), assets in _grouped(report.findings).items():
        text = f"  {level}: {some_of(assets, 3)}: {check_name}: {message}"
        if level == "error":
            context.error(text, "red")
        else:
            context.say(text, "yellow")
    if report.exit_status == 0:
        context.say("Outputs, lock and manifest agree.")
    elif report.stale:
        modified = [item.asset for item in report.stale if item.reason == MODIFIED]
        if modified:
            keep = "'assetgen adopt' keeps what was modified by hand, " if any(map(adoptable, modified)) else ""
            context.say(
                f"Modified by hand: {keep}'assetgen build --force' replaces it (yours goes to the trash).", "bold"
            )
        if len(modified) < len(report.stale):
            context.say("Not up to date: run 'assetgen plan' to see why, 'assetgen build' to mend it.", "bold")
    else:
        context.say("Up to date, but not ready: what is named above has to be settled first.", "bold")
    return report.exit_status


def _grouped(findings: Sequence[Noted]) -> dict[tuple[str, str, str], list[str]]:
    """Assets by what was found, so that one fact about many assets is one line."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for finding in findings:
        groups.setdefault((finding.level, finding.check, finding.message), []).append(finding.asset)
    return groups
