"""Generate what changed through the provider, cut and pack it, and write all outputs."""

from __future__ import annotations

import argparse

from assetgen.cli import flags, idle
from assetgen.cli.context import Context, print_json


def configure(parser: argparse.ArgumentParser) -> None:
    flags.add_assets(parser)
    flags.add_json(parser)
    flags.add_provider(parser)
    parser.add_argument("--yes", action="store_true", help="approve the total shown")
    parser.add_argument("--max-cost", type=flags.cap, metavar="X", help="approve up to X US dollars, or 'N credits'")
    parser.add_argument("--locked", action="store_true", help="only what lock and originals give; else exit 1")
    parser.add_argument("--offline", action="store_true", help="no socket at all")
    parser.add_argument(
        "--store-optional", action="store_true", help="placeholders only: go on when the shared store fails"
    )
    parser.add_argument("--pick-first", action="store_true", help="use candidate 1 where nobody has picked")
    parser.add_argument("--rebuy", action="append", metavar="ASSET", help="buy this lost asset again")
    parser.add_argument("--force", action="store_true", help="replace outputs modified by hand (kept in the trash)")
    parser.add_argument("--fail-fast", action="store_true", help="stop at the first failure")
    parser.add_argument("--repack", action="store_true", help="pack atlases afresh")
    parser.add_argument("--renumber", action="store_true", help="give tiles new ids")
    parser.add_argument("--shard", type=flags.shard, metavar="I/N", help="only part I of N, without index and engines")
    parser.add_argument("-j", "--jobs", type=flags.jobs, metavar="N", help="threads for local work")


def run(args: argparse.Namespace, context: Context) -> int:
    name = None if args.locked else idle.name_of("build", args, but=("force", "repack", "renumber", "rebuy", "shard"))
    if name is not None and idle.told(name, args, context, beside_json=True):
        return 0
    from assetgen.build.run import Hooks, build
    from assetgen.build.session import Session
    from assetgen.cli.merge_driver import refuse_half_merged
    from assetgen.cli.progress import asker, nothing_done, open_progress, show_report

    options = flags.options(args, context)
    if not args.locked:
        refuse_half_merged(options.root)
    session = Session(options, context.environment())
    try:
        with open_progress(context) as progress:
            ask = asker(progress) if context.interactive and not args.json else None
            if args.locked:
                from assetgen.build.locked import build_locked

                report = build_locked(session, progress)
            else:
                report = build(session, Hooks(progress, ask))
        if name is not None and report.clean and not session.originals.warnings:
            idle.keep(session, name, args, *nothing_done(session))
    finally:
        session.close()
    if args.json:
        print_json(report.to_json())
    show_report(report, context, warnings=session.manifest.warnings)
    return report.exit_status
