"""Keep the accepted picture although its request changed: the present request is bound to it, free."""

from __future__ import annotations

import argparse

from assetgen.cli import flags
from assetgen.cli.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assets", metavar="GLOB", nargs="+", help="names or globs of assets")
    flags.add_provider(parser)


def run(args: argparse.Namespace, context: Context) -> int:
    from msgspec.structs import replace

    from assetgen.build.choices import accept
    from assetgen.build.session import Session

    session = Session(replace(flags.options(args, context), assets=()), context.environment())
    try:
        changed = accept(session, args.assets)
    finally:
        session.close()
    for name in changed:
        context.say(f"{name}: its picture is kept for the request as it is now")
    if not changed:
        context.say("Nothing to accept: every picture is already the one for its request.")
    return 0
