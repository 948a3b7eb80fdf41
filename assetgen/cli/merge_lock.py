"""git's merge driver for assets.lock: joins three versions into OURS, keeps every paid result, never buys."""

from __future__ import annotations

import argparse
from pathlib import Path

from assetgen.cli.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", metavar="BASE", type=Path, help="the common ancestor (%%O)")
    parser.add_argument("ours", metavar="OURS", type=Path, help="our version, which receives the result (%%A)")
    parser.add_argument("theirs", metavar="THEIRS", type=Path, help="their version (%%B)")


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.store import atomic
    from assetgen.store.merge import merge

    texts = [_text(context.root / path) for path in (args.base, args.ours, args.theirs)]
    merged = merge(*texts)
    atomic.write(context.root / args.ours, merged.text.encode(), sync=True)
    for note in merged.notes:
        context.say(note)
    return 0


def _text(path: Path) -> str:
    from assetgen.model.errors import UsageError

    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
