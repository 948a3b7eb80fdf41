"""The command line: parses what is common, finds the command's module, maps expected errors to exit statuses."""

from __future__ import annotations

import argparse
import atexit
import gc
import importlib
import os
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from assetgen import __version__
from assetgen.cli.context import Context, json_text
from assetgen.model.errors import AssetgenError, ManifestError, UsageError

COMMANDS: dict[str, str] = {
    "init": "write a commented assets.yaml, ready to build",
    "plan": "show what build would do, why, and what it would cost",
    "build": "generate what changed and write all outputs",
    "check": "fail when outputs, lock and manifest disagree (offline; for hooks and CI)",
    "accept": "keep the accepted picture for a changed request, free",
    "pick": "choose a candidate, or an earlier take",
    "reroll": "ask for another take (bought at once)",
    "adopt": "put a retouched file in the place of a bought picture",
    "approve": "note that a person approved assets as they look now",
    "reject": "note that a person rejected assets as they look now",
    "show": "show all that is known of an asset, and draw it in the terminal",
    "preview": "write one HTML page of all assets, to look at and to send",
    "review": "serve that page on 127.0.0.1, with buttons",
    "watch": "rebuild what is free as files are saved",
    "history": "list an asset's takes with candidates, dates and prices",
    "styles": "list, filter and explain the catalog of styles",
    "balance": "show what the account holds",
    "report": "sum what was spent, by asset, style and month",
    "settle": "list open purchases of unknown outcome, and close one",
    "merge-lock": "git's merge driver for assets.lock",
    "cache": "look at and tidy the local stores",
    "simulator": "serve the offline API on 127.0.0.1",
    "schema": "print the JSON Schema of the manifest",
}
"""Every command and its one-line help. Its module is `assetgen.cli.NAME` with `-` as `_`."""


def entry() -> None:
    """The console script."""
    # Manifests, locks and records are many small objects that live as long as the process, without cycles: looking for
    # garbage among them as often as is usual would take a tenth of a large build.
    gc.set_threshold(1_000_000, 20, 100)
    _leave(main())


def _leave(status: int) -> NoReturn:
    """Ends the process once everything registered for its end is done. Giving back hundreds of thousands of objects
    one by one would take a tenth of a large build; the system takes the memory back at once."""
    if threading.active_count() == 1:
        atexit._run_exitfuncs()
        with suppress(OSError, ValueError, AttributeError):  # a pipe without a reader: the usual way out says so
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    sys.exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(arguments)
    except AssetgenError as error:
        if "--json" in arguments:
            sys.stdout.write(json_text({"version": 1, "status": "failed", "errors": _told(error)}))
        if isinstance(error, ManifestError):
            from assetgen.manifest.messages import count_of

            for problem in error.problems:
                print(problem, file=sys.stderr)
            print(f"{count_of(len(error.problems), 'mistake')} in the manifest; nothing was done", file=sys.stderr)
        else:
            print(f"assetgen: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("assetgen: interrupted; what was done stays, run the same command to go on", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _told(error: AssetgenError) -> list[dict[str, Any]]:
    """The `errors` of a command that could do nothing, with their places in the manifest."""
    if isinstance(error, ManifestError):
        return [{**problem.position._asdict(), "message": problem.message} for problem in error.problems]
    return [{"message": str(error)}]


class _Parser(argparse.ArgumentParser):
    """Mistakes of the command line are errors like all others: with --json they stand in the document, too."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        raise UsageError(message)


def _dispatch(arguments: list[str]) -> int:
    common = _common_parser()
    parser = _Parser(
        "assetgen",
        description="A build tool for generated pixel art.",
        epilog="\n".join(f"  {name:<12}{about}" for name, about in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"assetgen {__version__}")
    parser.add_argument("command", metavar="COMMAND", nargs="?", help="one of those below")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    first = parser.parse_args(arguments)
    if first.command is None:
        parser.print_help()
        return 2
    if first.command not in COMMANDS:
        parser.error(_no_command(first.command))
    module = command_module(first.command)
    command = _Parser(f"assetgen {first.command}", description=(module.__doc__ or "").strip(), parents=[common])
    module.configure(command)
    # intermixed: `adopt hero --stage final new.png`, `build hero --yes orc`
    args = command.parse_intermixed_args(first.rest, namespace=_carried(first))
    status: int = module.run(args, _context(args))
    return status


def _no_command(word: str) -> str:
    """What to say of a word that is no command."""
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, 1)
    hint = f"did you mean '{near[0]}'?" if near else "'assetgen --help' lists them"
    return f"'{word}' is no command; {hint}"


def command_module(name: str) -> ModuleType:
    """The module of a command; only this one is imported."""
    return importlib.import_module(f"assetgen.cli.{name.replace('-', '_')}")


def _common_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("-C", dest="directory", metavar="DIR", help="work in this folder, as with make and git")
    parser.add_argument("--quiet", action="store_true", help="only errors")
    parser.add_argument("--verbose", action="store_true", help="more details")
    parser.add_argument("--no-color", action="store_true", help="no colours (NO_COLOR does the same)")
    return parser


def _carried(first: argparse.Namespace) -> argparse.Namespace:
    values = {k: v for k, v in vars(first).items() if k not in ("command", "rest")}
    return argparse.Namespace(**values)


def _random() -> float:
    """A number from 0 to below 1; few commands wait for one."""
    import random

    return random.random()


def _context(args: argparse.Namespace) -> Context:
    return Context(
        root=Path(getattr(args, "directory", ".")),
        quiet=getattr(args, "quiet", False),
        verbose=getattr(args, "verbose", False),
        color=not (getattr(args, "no_color", False) or os.environ.get("NO_COLOR")),
        variables=dict(os.environ),
        now=time.time,
        monotonic=time.monotonic,
        random=_random,
        interactive=sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty(),
    )
