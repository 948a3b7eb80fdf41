"""Note in the lock that a person approved these assets as they look now: 'check --require-review' reads it."""

from __future__ import annotations

import argparse

from assetgen.cli.chosen import open_session, show_reviewed
from assetgen.cli.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assets", metavar="GLOB", nargs="+", help="names or globs of assets")


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.build.choices import review

    session = open_session(args, context)
    try:
        reviewed = review(session, args.assets, "approved")
    finally:
        session.close()
    return show_reviewed(context, reviewed, "approved")
