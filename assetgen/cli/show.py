"""Show everything known of an asset, and draw it in the terminal; of all assets, a line each."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assetgen.cli import flags
from assetgen.cli.chosen import open_session
from assetgen.cli.context import Context, print_json, tell

if TYPE_CHECKING:
    from assetgen.build.session import Session
    from assetgen.model.built import Picture
    from assetgen.review.terminal import Way


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("asset", metavar="ASSET", nargs="?", help="its name; all when none is given")
    ways = ("auto", "kitty", "iterm", "sixel", "blocks", "none")
    parser.add_argument(
        "--draw",
        choices=ways,
        default="auto",
        metavar="WAY",
        help=f"{', '.join(ways[1:])}; auto: what the terminal can do",
    )
    flags.add_provider(parser)
    flags.add_json(parser)


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.build.choices import one_asset
    from assetgen.cli.terminal_query import ask, questions
    from assetgen.review.gallery import cards_of
    from assetgen.review.terminal import way_answered, way_of

    session = open_session(args, context)
    if args.asset is None:
        return _show_all(session, args)
    try:
        cards, pictures = cards_of(session, one_asset(session, args.asset).name)
    finally:
        session.close()
    if args.json:
        print_json({"version": 1, "asset": cards[0]["asset"], "entries": [_plain(card) for card in cards]})
        return 0
    way: Way = args.draw
    if args.draw == "auto":
        way = way_of(context.variables, terminal=sys.stdout.isatty(), color=context.color)
        if way == "blocks" and sys.stdin.isatty():
            way = way_answered(ask(sys.stdin.fileno(), sys.stdout.fileno(), questions(context.variables))) or way
    for card in cards:
        _show(card, pictures, way)
    return 0


def _show_all(session: Session, args: argparse.Namespace) -> int:
    """A line an asset. What is in a build's way counts before what it would do."""
    from assetgen.build.run import plan

    try:
        made, assets = plan(session), session.manifest.assets
    finally:
        session.close()
    standing = {a.asset: ("new", "") if a.reason == "new" else ("stale", a.reason) for a in reversed(made.actions)}
    standing.update({item.asset: (item.state, item.reason) for item in reversed(made.blocked)})
    rows = []
    for name, asset in assets.items():
        style = next((step.style for step in asset.steps if step.style), None) or ""
        rows.append((name, asset.kind, *standing.get(name, ("current", "")), style))
    if args.json:
        keys = ("asset", "kind", "status", "reason", "style")
        print_json({"version": 1, "assets": [dict(zip(keys, row, strict=True)) for row in rows]})
        return 0
    cells = [
        (name, kind, style, f"{status}: {reason}" if reason else status) for name, kind, status, reason, style in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        tell("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _plain(card: dict[str, Any]) -> dict[str, Any]:
    """The card without what only a page needs."""
    left_out = {"sheet", "candidates", "takes"}
    candidates = [{k: c[k] for k in ("n", "file", "chosen", "provisional")} for c in card.get("candidates", ())]
    return {**{k: v for k, v in card.items() if k not in left_out}, "candidates": candidates}


def _show(card: dict[str, Any], pictures: dict[str, Picture], way: Way) -> None:
    from assetgen.review.terminal import draw

    columns = shutil.get_terminal_size((80, 24)).columns
    if "sheet" in card:
        sys.stdout.write(draw(pictures[card["sheet"]["pic"]], way, columns))
    for candidate in card["candidates"]:
        if way != "none" and candidate["pic"] in pictures and not candidate["chosen"]:
            tell(f"candidate {candidate['n']}:")
            sys.stdout.write(draw(pictures[candidate["pic"]], way, columns))
    lines = list(facts(card))
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        tell(f"{name:<{width}}  {value}")


def facts(card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is known, in the order in which people ask for it."""
    yield card["kind"], card["name"] + (f"  ({'×'.join(map(str, card['size']))})" if card.get("size") else "")
    yield "status", card["status"] + (f": {card['reason']}" if card["reason"] else "")
    for name in ("prompt", "outside", "style", "of", "override", "palette", "atlas"):
        if card.get(name):
            yield name, str(card[name])
    if card["flags"]:
        yield "is", ", ".join(card["flags"])
    for tag in card.get("tags", ()):
        times = sorted(set(tag["durations"]))
        each = f"{times[0]} ms" if len(times) == 1 else f"{times[0]}–{times[-1]} ms"
        yield "tag", f"{tag['name']}: {len(tag['frames'])} frames of {each}, {tag['loop']}"
    if card.get("terrains"):
        yield "terrains", ", ".join(card["terrains"])
    if card.get("pivot"):
        yield "pivot", ", ".join(map(str, card["pivot"]))
    for candidate in card["candidates"]:
        state = " (chosen)" if candidate["chosen"] and not candidate["provisional"] else ""
        yield (
            "candidate",
            f"{candidate['n']}: {candidate['file']}{state or (' (stands in)' if candidate['chosen'] else '')}",
        )
    for name, title in (("date", "made"), ("realm", "from"), ("model", "model"), ("seed", "seed"), ("price", "price")):
        if card.get(name) is not None and card[name] != "":
            yield title, str(card[name])
    if card["adopted"]:
        yield "adopted", f"{card['adopted']['file']} ({card['adopted']['stage']})"
    if card["reviewed"]:
        yield "review", card["reviewed"]["state"] + ("" if card["reviewed"]["same"] else ", but it looks different now")
    for finding in card["findings"]:
        yield finding["level"], f"{finding['check']}: {finding['message']}"
    if len(card["takes"]) > 1:
        yield "takes", f"{len(card['takes'])}: see 'assetgen history {card['asset']}'"
    for name, title in (("uses", "made with"), ("usedBy", "used by")):
        if card[name]:
            yield title, ", ".join(card[name])
    yield "entry", card["position"]
    for path in card["outputs"][:6]:
        yield "file", path
    if len(card["outputs"]) > 6:
        yield "file", f"… and {len(card['outputs']) - 6} more"
