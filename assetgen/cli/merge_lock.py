"""git's merge driver for assets.lock: joins three versions into OURS, keeps every paid result, never buys.

Without arguments: joins the versions of a merge that git left in conflict, into assets.lock.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from assetgen.cli.context import Context
from assetgen.model.errors import UsageError, words_of


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", metavar="BASE", nargs="?", type=Path, help="the common ancestor (%%O)")
    parser.add_argument(
        "ours", metavar="OURS", nargs="?", type=Path, help="our version, which receives the result (%%A)"
    )
    parser.add_argument("theirs", metavar="THEIRS", nargs="?", type=Path, help="their version (%%B)")


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.cli.merge_driver import LOCK, in_conflict
    from assetgen.store import atomic
    from assetgen.store.merge import merge

    given = [path for path in (args.base, args.ours, args.theirs) if path is not None]
    if len(given) not in (0, 3):
        raise UsageError("give all three, BASE OURS THEIRS, or none where git left assets.lock in conflict")
    texts: Sequence[str] | None = [_text(context.root / path) for path in given] or in_conflict(context.root, LOCK)
    if texts is None:
        raise UsageError("git holds no three versions of assets.lock here: give them, BASE OURS THEIRS")
    merged = merge(*texts)
    atomic.write(context.root / (args.ours or LOCK), merged.text.encode(), sync=True)
    for note in merged.notes:
        context.say(note)
    if not given:
        context.say(
            "assets.lock is joined: 'git add assets.lock' says so to git. 'assetgen init' lets git do it itself."
        )
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {words_of(error)}") from error
