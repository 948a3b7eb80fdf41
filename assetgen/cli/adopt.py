"""Put a retouched file in the place of a bought picture, or go back to it with --drop. Free, nothing is lost."""

from __future__ import annotations

import argparse
from pathlib import Path

from assetgen.cli.chosen import open_session, show_applied
from assetgen.cli.context import Context
from assetgen.model.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("asset", metavar="ASSET", help="its name")
    parser.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        nargs="?",
        help="the retouched picture (default: the output changed by hand)",
    )
    parser.add_argument(
        "--stage",
        choices=("original", "final"),
        metavar="S",
        help="original: goes through the recipe; final: is finished (default when its size is the finished one's)",
    )
    parser.add_argument("--drop", action="store_true", help="go back to the bought picture")


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.build.adoption import adopt, drop_adopted

    if args.drop and args.file is not None:
        raise UsageError("--drop takes no file: it goes back to the bought picture")
    session = open_session(args, context)
    try:
        if args.drop:
            drop_adopted(session, args.asset)
            context.say(f"{args.asset}: back to the bought picture; the adopted file stays in originals/")
        else:
            file = context.root / args.file if args.file is not None else None
            done = adopt(session, args.asset, file, args.stage)
            source = f" (from {', '.join(done.outputs)})" if done.outputs else ""
            how = "finished as it is" if done.stage == "final" else "goes through the recipe"
            context.say(f"{done.asset}: adopted as {done.file}{source}, {how}; the bought original stays beside it")
    finally:
        session.close()
    return show_applied(args, context, [args.asset])
