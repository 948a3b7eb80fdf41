"""Show what the account holds. Free."""

from __future__ import annotations

import argparse

from assetgen.cli import flags
from assetgen.cli.context import Context, print_json, tell


def configure(parser: argparse.ArgumentParser) -> None:
    flags.add_json(parser)


def run(args: argparse.Namespace, context: Context) -> int:
    import asyncio

    from assetgen.cli.account import with_provider

    balance = asyncio.run(with_provider(context, lambda provider: provider.balance()))
    if args.json:
        print_json({"version": 1, "balance": balance.to_json()})
    else:
        tell(str(balance))
    return 0
