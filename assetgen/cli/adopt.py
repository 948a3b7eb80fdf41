"""Put a retouched file in the place of a bought picture, or go back to it with --drop. Free, nothing is lost."""

from __future__ import annotations

import argparse
from pathlib import Path

from assetgen.cli.chosen import open_session, show_applied
from assetgen.cli.context import Context
from assetgen.model.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("asset", metavar="ASSET", help="its name; or a glob, for all that were changed by hand")
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
    names = _meant(args, context)
    for name in names:  # each on its own: a choice is in the lock before the next is made
        session = open_session(args, context)
        try:
            if args.drop:
                drop_adopted(session, name)
                context.say(f"{name}: back to the bought picture; the adopted file stays in originals/")
            else:
                file = context.root / args.file if args.file is not None else None
                done = adopt(session, name, file, args.stage)
                source = f" (from {', '.join(done.outputs)})" if done.outputs else ""
                how = "finished as it is" if done.stage == "final" else "goes through the recipe"
                context.say(f"{done.asset}: adopted as {done.file}{source}, {how}; the bought original stays beside it")
        finally:
            session.close()
    return show_applied(args, context, names)


def _meant(args: argparse.Namespace, context: Context) -> list[str]:
    """The asset; of several that a glob matches, those that there is something to adopt from, or to drop of."""
    from assetgen.build.choices import matched

    session = open_session(args, context)
    try:
        names = matched(session, [args.asset])
        if args.file is not None or len(names) < 2:
            return [args.asset]
        project = session.project
        blocks = {name: block for name in names if (block := project.state(name).block) is not None}
        if args.drop:
            found = [name for name, block in blocks.items() if block.adopted is not None]
        else:
            states = {name: {check.state for check in project.check_outputs(block)} for name, block in blocks.items()}
            found = [name for name in blocks if "drifted" in states[name]]
    finally:
        session.close()
    if not found:
        what = "adopted" if args.drop else "changed by hand"
        raise UsageError(f"'{args.asset}' matches {len(names)} assets, and none of them was {what}")
    return found
