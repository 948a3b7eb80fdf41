"""Look at and tidy the local stores."""

from __future__ import annotations

import argparse

from assetgen.cli import flags
from assetgen.cli.context import Context, print_json


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("info", "verify", "gc"), help="what to do")
    parser.add_argument("--paid", action="store_true", help="gc: also originals that no known project names")
    parser.add_argument("--yes", action="store_true", help="gc --paid: do it")
    flags.add_json(parser)


def run(args: argparse.Namespace, context: Context) -> int:
    if args.what == "info":
        return _info(args, context)
    return _verify(args, context) if args.what == "verify" else _gc(args, context)


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
    print(f"store     {places.data}")
    print(f"  {len(blobs)} paid originals, {_size(sum(blob.size for blob in blobs))}: never deleted by themselves")
    for realm, count in sorted(realms.items()):
        print(f"    {realm}: {count}")
    print(f"  {document['projects']} known projects")
    print(f"cache     {places.cache}")
    print(f"  {entries} derived entries, {_size(size)}: can be made again")
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

    objects = Objects(folders(context.environment().cache_dir).data)
    bad = objects.verify()
    if args.json:
        print_json({"version": 1, "damaged": bad})
    for name in bad:
        context.error(f"damaged, moved aside: {name}")
    if not bad:
        context.say("Every original in the store is whole.")
    return 1 if bad else 0


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
    if not args.paid:
        return 0
    records = Records(Objects(places.data))
    items = gc.unnamed(records, now=now)
    if not items:
        context.say("Every paid original is named by a project's lock: nothing else to remove.")
        return 0
    cost = total(item.price for item in items)
    for item in items:
        context.say(f"  {item.date[:10]}  {item.price}  {item.what}")
    if not args.yes:
        context.say(f"{len(items)} results that cost {cost} are named by no known lock: --yes moves them to the trash")
        return 3
    gc.discard(records, items, now=now)
    context.say(f"{len(items)} results that cost {cost} moved to the trash, where they stay for 30 days.")
    return 0
