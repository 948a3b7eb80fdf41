"""Note in the lock that a person rejected these assets as they look now: 'check --require-review' reads it."""

from __future__ import annotations

import argparse

from assetgen.cli.chosen import configure_verdict, judge
from assetgen.cli.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    configure_verdict(parser)


def run(args: argparse.Namespace, context: Context) -> int:
    return judge(args, context, "rejected")
