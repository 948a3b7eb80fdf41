"""Look at and tidy the user's store; fill and check the team's (ASSETGEN_SHARED_STORE)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from assetgen.cli import flags
from assetgen.cli.context import Context, print_json, tell
from assetgen.manifest.messages import count_of

if TYPE_CHECKING:
    from assetgen.store.shared.transfer import Outcome


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("info", "verify", "gc", "push", "pull"),
        metavar="WHAT",
        help="info: what they hold; verify: read every original; gc: remove what can be made again; push, pull: fill "
        "the team's store, and yours from it",
    )
    parser.add_argument("--paid", action="store_true", help="gc: also originals that no known project names")
    parser.add_argument("--yes", action="store_true", help="gc --paid: do it")
    parser.add_argument(
        "--all", action="store_true", help="push, pull, verify: the whole store, not what this project's lock names"
    )
    flags.add_json(parser)


def run(args: argparse.Namespace, context: Context) -> int:
    if args.what == "info":
        return _info(args, context)
    if args.what == "gc":
        return _gc(args, context)
    return _verify(args, context) if args.what == "verify" else _move(args, context)


def _info(args: argparse.Namespace, context: Context) -> int:
    from assetgen.store import registry
    from assetgen.store.cache import Cache
    from assetgen.store.folders import folders
    from assetgen.store.objects import Objects

    places = folders(context.environment().cache_dir)
    blobs = list(Objects(places.data).blobs())
    entries, size = Cache(places.cache / "derived").info()
    realms: dict[str, int] = {}
    for blob in blobs:
        realms[blob.realm] = realms.get(blob.realm, 0) + 1
    document = {
        "version": 1,
        "store": str(places.data),
        "cache": str(places.cache),
        "originals": {"count": len(blobs), "bytes": sum(blob.size for blob in blobs), "realms": realms},
        "derived": {"count": entries, "bytes": size},
        "projects": len(registry.projects(places.data)),
    }
    if args.json:
        print_json(document)
        return 0
    tell(f"store     {places.data}")
    size_paid = _size(sum(blob.size for blob in blobs))
    tell(f"  {count_of(len(blobs), 'paid original')}, {size_paid}: never deleted by themselves")
    for realm, count in sorted(realms.items()):
        tell(f"    {realm}: {count}")
    tell(f"  {count_of(len(registry.projects(places.data)), 'known project')}")
    tell(f"cache     {places.cache}")
    tell(f"  {entries} derived entries, {_size(size)}: can be made again")
    return 0


def _size(count: int) -> str:
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError("unreachable")


def _verify(args: argparse.Namespace, context: Context) -> int:
    from assetgen.store.folders import folders
    from assetgen.store.objects import Objects

    environment = context.environment()
    bad = Objects(folders(environment.cache_dir).data).verify()
    for name in bad:
        context.error(f"damaged, moved aside: {name}")
    if not bad:
        context.say("Every original in the user's store is whole.")
    shared = _moved(args, context, "verify") if environment.shared_store is not None else None
    if args.json:
        print_json({"version": 1, "damaged": bad} | ({"shared": _document(shared)} if shared is not None else {}))
    return 1 if bad or (shared is not None and shared.exit_status) else 0


def _move(args: argparse.Namespace, context: Context) -> int:
    outcome = _moved(args, context, args.what)
    if args.json:
        print_json({"version": 1, **_document(outcome)})
    return outcome.exit_status


def _moved(args: argparse.Namespace, context: Context, what: str) -> Outcome:
    """Pushes, pulls or verifies, with progress, and says what came of it."""
    from assetgen.build import sharing
    from assetgen.build.session import Session
    from assetgen.store.folders import folders
    from assetgen.store.objects import Objects

    environment = context.environment()
    data = folders(environment.cache_dir).data
    objects = Objects(data)
    session = None if args.all else Session(flags.options(args, context), environment)
    root = session.root if session is not None else None
    try:
        with closing(sharing.open_alone(environment, data, root)) as team, _bar(context) as tick:
            if what == "verify":
                outcome = sharing.verify(team, session, tick)
            else:
                outcome = (sharing.push if what == "push" else sharing.pull)(team, objects, session, tick)
            where = team.where
    finally:
        if session is not None:
            session.close()
    for text in outcome.failed:
        context.error(f"  ✗ {text}")
    for file in outcome.missing:
        context.error(f"  ! {file} is not {'here' if what == 'push' else 'there'}")
    done = {"push": "pushed to", "pull": "pulled from", "verify": "read and found whole in"}[what]
    there = f", {outcome.there} there already" if what != "verify" else ""
    context.say(f"{count_of(outcome.done, 'original')} ({_size(outcome.size)}) {done} {where}{there}.")
    return outcome


def _document(outcome: Outcome) -> dict[str, object]:
    return {
        "done": outcome.done,
        "there": outcome.there,
        "bytes": outcome.size,
        "missing": sorted(outcome.missing),
        "failed": outcome.failed,
    }


@contextmanager
def _bar(context: Context) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, silence elsewhere."""
    if context.quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True, no_color=not context.color), transient=True) as bar:
        task = bar.add_task("originals and records", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _gc(args: argparse.Namespace, context: Context) -> int:
    from assetgen.model.cost import total
    from assetgen.store import gc
    from assetgen.store.folders import folders
    from assetgen.store.objects import Objects
    from assetgen.store.records import Records

    places = folders(context.environment().cache_dir)
    now = context.now()
    freed = gc.derived(places.cache, places.data, now=now) + gc.empty_trash(places.data, now=now)
    context.say(f"Derived data and old trash removed: {_size(freed)}.")
    records = Records(Objects(places.data))
    items = gc.unnamed(records, now=now) if args.paid else []
    cost = total(item.price for item in items)
    if args.paid and not items:
        context.say("Every paid original is named by a project's lock: nothing else to remove.")
    for item in items:
        context.say(f"  {item.date[:10]}  {item.price}  {item.what}")
    if items and not args.yes:
        context.say(f"{len(items)} results that cost {cost} are named by no known lock: --yes moves them to the trash")
    elif items:
        gc.discard(records, items, now=now)
        context.say(f"{len(items)} results that cost {cost} moved to the trash, where they stay for 30 days.")
    if args.json:
        listed = [{"what": item.what, "date": item.date, "cost": item.price.to_json()} for item in items]
        done = {"unnamed": listed, "cost": cost.to_json(), "discarded": bool(items) and args.yes} if args.paid else {}
        print_json({"version": 1, "bytes": freed, **done})
    return 3 if items and not args.yes else 0
