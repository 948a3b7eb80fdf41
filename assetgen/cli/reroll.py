"""Ask for another take of an asset. It is a build of that asset: bought at once, under the same approvals."""

from __future__ import annotations

import argparse

from assetgen.cli import flags
from assetgen.cli.context import Context, print_json


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("asset", metavar="ASSET", help="its name")
    flags.add_json(parser)
    flags.add_provider(parser)
    parser.add_argument("--yes", action="store_true", help="approve the total shown")
    parser.add_argument("--max-cost", type=flags.cap, metavar="X", help="approve up to X US dollars, or 'N credits'")
    parser.add_argument("--pick-first", action="store_true", help="use candidate 1 of inputs where nobody has picked")
    parser.add_argument("--force", action="store_true", help="replace outputs modified by hand (kept in the trash)")


def run(args: argparse.Namespace, context: Context) -> int:
    from msgspec.structs import replace

    from assetgen.build.choices import next_take, one_asset
    from assetgen.build.run import Hooks, build
    from assetgen.build.session import Session
    from assetgen.cli.chosen import open_session
    from assetgen.cli.merge_driver import refuse_half_merged
    from assetgen.cli.progress import asker, open_progress, show_report

    refuse_half_merged(context.project_root())
    session = open_session(args, context)
    try:
        name = one_asset(session, args.asset).name
        take = next_take(session, name)
    finally:
        session.close()
    options = replace(flags.options(args, context), assets=(name,), rerolls={name: take})
    session = Session(options, context.environment())
    try:
        with open_progress(context) as progress:
            ask = asker(progress) if context.interactive and not args.json else None
            report = build(session, Hooks(progress, ask))
    finally:
        session.close()
    if args.json:
        print_json(report.to_json())
    show_report(report, context, warnings=session.manifest.warnings)
    if report.exit_status == 0:
        context.say(
            f"The take before is kept: 'assetgen history {name}' lists all, 'assetgen pick --take' goes back, free."
        )
    return report.exit_status
