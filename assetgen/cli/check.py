"""Fail when outputs, lock and manifest disagree. No network, no writes: for hooks and CI."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assetgen.cli import flags
from assetgen.cli.context import Context, print_json

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
    from assetgen.cli.painter import Painter

    session = Session(replace(flags.options(args, context), locked=True, offline=True), context.environment())
    report = check(session, release=args.release, require_review=args.require_review)
    if args.json:
        print_json(report.to_json())
        return report.exit_status
    say = Painter(context)
    for item in report.stale:
        say.line(f"  ! {item.path or item.asset}: {item.reason}", "red", error=True)
    for (level, check_name, message), assets in _grouped(report.findings).items():
        style = "red" if level == "error" else "yellow"
        say.line(f"  {level}: {_some(assets)}: {check_name}: {message}", style, error=level == "error")
    if report.exit_status == 0:
        say.line("Outputs, lock and manifest agree.")
    elif report.stale:
        say.line("Not up to date: run 'assetgen plan' to see why, 'assetgen build' to mend it.", "bold")
    else:
        say.line("Up to date, but not ready: what is named above has to be settled first.", "bold")
    return report.exit_status


def _grouped(findings: Sequence[Noted]) -> dict[tuple[str, str, str], list[str]]:
    """Assets by what was found, so that one fact about many assets is one line."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for finding in findings:
        groups.setdefault((finding.level, finding.check, finding.message), []).append(finding.asset)
    return groups


def _some(assets: Sequence[str]) -> str:
    return ", ".join(assets) if len(assets) <= 3 else f"{', '.join(assets[:3])} and {len(assets) - 3} more"
