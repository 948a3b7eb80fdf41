"""Write one self-contained HTML page of all assets: animations play, tilesets are maps to paint on."""

from __future__ import annotations

import argparse
from pathlib import Path

from assetgen.cli import flags
from assetgen.cli.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    parser.add_argument("--out", metavar="FILE", type=Path, help="where to write it (.assetgen/preview.html)")
    flags.add_provider(parser)


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.cli.chosen import open_session
    from assetgen.review.preview import write_preview

    session = open_session(args, context)
    try:
        path = write_preview(session, args.out)
    finally:
        session.close()
    print(path)
    context.say(f"{path.stat().st_size / 1e6:.1f} MB, everything inside: open it in a browser, or send it to somebody.")
    if args.open:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())
    return 0
