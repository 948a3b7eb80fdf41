"""List purchases whose outcome is not known, and close one that no build can settle by itself."""

from __future__ import annotations

import argparse
from typing import Any

from assetgen.cli import flags
from assetgen.cli.context import Context, print_json, tell
from assetgen.model.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("entry", metavar="ID", nargs="?", help="the entry to close; none lists them")
    parser.add_argument("--lost", action="store_true", help="give it up: counted as spent; build asks to buy it again")
    parser.add_argument("--task", metavar="TASK", help="it became this task: the next build fetches its result")
    flags.add_json(parser)


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.store import journals
    from assetgen.store.journal import default_folder

    folder = default_folder(context.environment().cache_dir)
    if args.entry is None:
        if args.lost or args.task:
            raise UsageError("name the entry to close: 'assetgen settle' lists them")
        return _list(args, context)
    if args.lost == bool(args.task):
        raise UsageError("say either --lost or --task TASK")
    if args.lost:
        closed = journals.declare_lost(folder, args.entry, now=context.now)
        context.say(f"{closed.asset}: given up; {closed.price} counts as spent")
    else:
        closed = journals.claim_task(folder, args.entry, args.task, now=context.now)
        context.say(f"{closed.asset}: is task {args.task}; the next build fetches its result")
    return 0


def _list(args: argparse.Namespace, context: Context) -> int:
    from assetgen.build.choices import utc
    from assetgen.store import journals
    from assetgen.store.journal import default_folder

    found = journals.open_everywhere(default_folder(context.environment().cache_dir), now=context.now)
    rows: list[dict[str, Any]] = [
        {
            "id": item.entry.id,
            "asset": item.entry.asset,
            "state": item.entry.state,
            "realm": item.realm,
            "account": item.account,
            "sent": utc(item.entry.at),
            "cost": item.entry.price.to_json(),
            "reason": item.entry.reason,
        }
        for item in found
    ]
    if args.json:
        print_json({"version": 1, "entries": rows})
        return 0
    for item in found:
        tell(f"{item.entry.id}  {utc(item.entry.at)}  {item.entry.asset}  {item.entry.state}  {item.entry.price}")
    if not found:
        context.say("No purchase is open.")
    else:
        context.say("The next build settles what it can. For the rest: settle ID --task TASK, or settle ID --lost.")
    return 0
