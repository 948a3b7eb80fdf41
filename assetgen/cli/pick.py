"""Choose one of an asset's candidates, or an earlier take of it. Free; the outputs follow at once."""

from __future__ import annotations

import argparse

from assetgen.cli import flags
from assetgen.cli.chosen import open_session, show_applied
from assetgen.cli.context import Context
from assetgen.model.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("asset", metavar="ASSET", help="its name")
    parser.add_argument("number", metavar="N", type=flags.number, nargs="?", help="the candidate, from 1")
    parser.add_argument(
        "--take", metavar="K", type=flags.number, help="an earlier take, by its number in 'assetgen history'"
    )


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.build.choices import pick
    from assetgen.build.takes import choose_take

    if args.number is None and args.take is None:
        raise UsageError(
            f"say which candidate: 'assetgen pick {args.asset} N'; 'assetgen history {args.asset}' lists them"
        )
    session = open_session(args, context)
    try:
        if args.take is not None:
            take = choose_take(session, args.asset, args.take, args.number)
            context.say(f"{args.asset}: take {take.number} of {take.date[:10] or 'an earlier day'} stands again")
            hidden = args.number is not None and take.adopted is not None
        else:
            picked = pick(session, args.asset, args.number)
            context.say(f"{picked.asset}: candidate {picked.number} of {picked.of} is chosen")
            hidden = picked.adopted
        if hidden:
            context.say(
                f"  a retouched file stands in for it: 'assetgen adopt {args.asset} --drop', or an entry without "
                "'override', brings the chosen one out"
            )
    finally:
        session.close()
    return show_applied(args, context, [args.asset])
