"""Flags that several commands share, and how they become options of the build."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from assetgen.cli.context import Context
from assetgen.model.realm import PROVIDERS

if TYPE_CHECKING:
    from assetgen.build.options import Options
    from assetgen.build.shards import Shard
    from assetgen.model.cost import Cost


def add_assets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "assets", metavar="ASSET", nargs="*", help="names or globs, palette:NAME, atlas:NAME; all when none is given"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def add_provider(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--provider", choices=PROVIDERS, metavar="P", help=f"{' or '.join(PROVIDERS)}, instead of the manifest's"
    )


def cap(text: str) -> Cost:
    """The type of --max-cost."""
    from assetgen.build.money import parse_cap

    try:
        return parse_cap(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def number(text: str) -> int:
    """The type of flags that are a whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number") from None


def port(text: str) -> int:
    """The type of --port."""
    if not 0 <= number(text) <= 65535:
        raise argparse.ArgumentTypeError(f"there is no port {text}: they end at 65535")
    return number(text)


def jobs(text: str) -> int:
    """The type of -j."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of jobs: give 1 or more")
    return int(text)


def shard(text: str) -> Shard:
    """The type of --shard."""
    from assetgen.build.shards import parse

    try:
        return parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def options(args: argparse.Namespace, context: Context) -> Options:
    """The options that a command line asks for; what the command has no flag for keeps its default."""
    from assetgen.build.options import Options

    given = vars(args)
    return Options(
        root=context.project_root(),
        assets=tuple(given.get("assets") or ()),
        provider=given.get("provider"),
        yes=given.get("yes", False),
        max_cost=given.get("max_cost"),
        locked=given.get("locked", False),
        offline=given.get("offline", False),
        pick_first=given.get("pick_first", False),
        rebuy=tuple(given.get("rebuy") or ()),
        force=given.get("force", False),
        fail_fast=given.get("fail_fast", False),
        repack=given.get("repack", False),
        renumber=given.get("renumber", False),
        jobs=given.get("jobs"),
        store_optional=given.get("store_optional", False),
        shard=given.get("shard"),
    )
