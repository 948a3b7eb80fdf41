"""Sum what was spent, from the lock: by asset, style and month; or draft a store's disclosure."""

from __future__ import annotations

import argparse

from assetgen.cli import flags
from assetgen.cli.context import Context, print_json, tell
from assetgen.manifest.messages import count_of


def configure(parser: argparse.ArgumentParser) -> None:
    flags.add_json(parser)
    parser.add_argument("--disclosure", action="store_true", help="draft what stores ask about generated content")


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.build.spending import Spending, disclosure, purchases
    from assetgen.model.cost import total
    from assetgen.store import journals, lockfile
    from assetgen.store.journal import default_folder

    root = context.project_root()
    lock = lockfile.read(root / "assets.lock").lock
    if args.disclosure:
        drawn = sum(
            not block.steps and block.kind in ("sprite", "animation", "tileset") for block in lock.blocks.values()
        )
        draft = disclosure(lock, drawn)
        if args.json:
            print_json({"version": 1, "disclosure": draft})
        else:
            print(draft, end="")
        return 0
    folder = default_folder(context.environment().cache_dir)
    open_entries = journals.spent_unknown(folder, now=context.now) if folder.is_dir() else []
    spending = Spending(tuple(purchases(lock)), total(entry.price for entry in open_entries))
    if args.json:
        print_json(spending.to_json())
        return 0
    for title, field in (("month", "month"), ("style", "style"), ("asset", "asset")):
        rows = spending.by(field)
        if rows:
            tell(f"by {title}")
            width = max(map(len, rows))
            for name, cost in rows.items():
                tell(f"  {name:<{width}}  {cost}")
    tell(f"total {spending.total}, {count_of(len(spending.paid), 'purchase')}")
    if spending.rehearsed:
        tell(f"of that {spending.rehearsed} rehearsed against the simulator")
    if spending.unknown:
        tell(f"and {spending.unknown} in purchases of unknown outcome (all projects of this machine)")
    return 0
