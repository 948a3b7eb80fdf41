"""List every take of an asset with candidates, dates and prices; 'assetgen pick ASSET --take K' goes back, free."""

from __future__ import annotations

import argparse
from typing import Any

from assetgen.build.takes import Take, takes_of
from assetgen.cli import flags
from assetgen.cli.chosen import open_session
from assetgen.cli.context import Context, print_json, tell


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("asset", metavar="ASSET", help="its name")
    flags.add_json(parser)


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.build.choices import one_asset

    session = open_session(args, context)
    try:
        asset = one_asset(session, args.asset)
        takes = takes_of(session.project.state(asset.name).block)
    finally:
        session.close()
    if args.json:
        print_json({"version": 1, "asset": asset.name, "takes": [document(take) for take in takes]})
        return 0
    if not takes:
        context.say(f"{asset.name} has no result yet.")
    for take in takes:
        tell("\n".join(described(take)))
    return 0


def document(take: Take) -> dict[str, Any]:
    """A take as JSON."""
    adopted = take.adopted
    return {
        "take": take.number,
        "current": take.current,
        "date": take.date,
        "price": take.price.to_json(),
        "realm": take.realm,
        "prompt": take.prompt,
        "pick": take.pick,
        "candidates": [{"number": o.candidate, "file": o.file} for o in take.candidates],
        "adopted": {"file": adopted.original.file, "stage": adopted.stage} if adopted is not None else None,
    }


def described(take: Take) -> list[str]:
    """A take in a few lines."""
    mark = "*" if take.current else " "
    what = [take.date[:16].replace("T", " "), str(take.price) if take.price else "free", take.realm or "drawn"]
    lines = [f"{mark} {take.number}  {'  '.join(part for part in what if part)}"]
    if take.prompt:
        lines.append(f"     “{take.prompt}”")
    chosen = take.pick if take.pick is not None else (take.candidates[0].candidate if take.candidates else None)
    for original in take.candidates:
        here = ""
        if original.candidate == chosen and len(take.candidates) > 1:
            here = "  ← chosen" if take.pick is not None else "  ← provisional: nobody has picked"
        lines.append(f"     {original.candidate}: {original.file}{here}")
    if take.adopted is not None:
        lines.append(f"     adopted: {take.adopted.original.file} ({take.adopted.stage})")
    return lines
