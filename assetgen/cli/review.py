"""Serve the gallery on 127.0.0.1 with buttons: choose, roll again, adopt, approve, edit prompts."""

from __future__ import annotations

import argparse
from contextlib import suppress

from assetgen.cli import flags
from assetgen.cli.context import Context
from assetgen.model.errors import INTERRUPTED


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=flags.port, default=0, metavar="N", help="its port; any free one where none is given"
    )
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    flags.add_provider(parser)
    parser.add_argument(
        "--max-cost",
        type=flags.cap,
        metavar="X",
        help="the most that the session may spend: X US dollars, or 'N credits'",
    )


def run(args: argparse.Namespace, context: Context) -> int:
    import asyncio

    from assetgen.cli.extras import require
    from assetgen.cli.serving import Serving

    require("review", "review", "uvicorn")
    serving = Serving.of(args, context)
    with suppress(KeyboardInterrupt):  # that is how it ends
        print(serving.url, flush=True)
        context.say("The review page is at this address, for you alone. Each purchase is shown and confirmed there.")
        context.say("Ctrl-C ends it.")
        if args.open:
            import webbrowser

            webbrowser.open(serving.url)
        asyncio.run(serving.run())
    return INTERRUPTED
