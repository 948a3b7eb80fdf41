"""The command line: parses what is common, finds the command's module, maps expected errors to exit statuses."""

from __future__ import annotations

import argparse
import atexit
import errno
import gc
import importlib
import io
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
from assetgen.cli.context import Context, json_text, plain
from assetgen.cli.parser import Parser, add_common, meant
from assetgen.model.errors import INTERRUPTED, AssetgenError, ManifestError

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
    "show": "list the assets, or tell all of one and draw it in the terminal",
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
    "completion": "print what lets bash, zsh or fish complete commands and names",
}
"""Every command and its one-line help. Its module is `assetgen.cli.NAME` with `-` as `_`."""

_HEADINGS: dict[str, str] = {
    "init": "make",
    "accept": "decide",
    "show": "look",
    "styles": "catalog and account",
    "merge-lock": "machinery",
}
"""The first command of each group in the list → what the group is for."""


_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EIO})


def entry() -> None:
    """The console script."""
    # Manifests, locks and records are many small objects that live as long as the process, without cycles: looking for
    # garbage among them as often as is usual would take a tenth of a large build.
    gc.set_threshold(1_000_000, 20, 100)
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    _leave(main())


def _open_what_is_closed() -> None:
    """A stream that the caller closed (`>&-`) says nothing. Its number must not go to a file that is opened next."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _speak_utf8(stream: Any) -> None:
    """Files and pipes get UTF-8 whatever the system's code page; a terminal that lacks a letter gets its number. Else
    an arrow in a piped text ends in a traceback, on Windows above all."""
    if isinstance(stream, io.TextIOWrapper):
        if stream.isatty():
            stream.reconfigure(errors="backslashreplace")
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


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
        status = _dispatch(arguments)
        sys.stdout.flush()
        return status
    except AssetgenError as error:
        if "--json" in arguments:
            sys.stdout.write(json_text({"version": 1, "status": "failed", "errors": _told(error)}))
        if isinstance(error, ManifestError):
            from assetgen.manifest.messages import count_of

            for problem in error.problems:
                print(plain(str(problem)), file=sys.stderr)
            print(f"{count_of(len(error.problems), 'mistake')} in the manifest; nothing was done", file=sys.stderr)
        else:
            print(plain(f"assetgen: {error}"), file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("assetgen: interrupted; what was done stays, run the same command to go on", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.filename is not None or error.errno not in _FULL:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        with suppress(OSError):
            print(f"assetgen: what it has to say cannot be written: {error.strerror}", file=sys.stderr)
        return 1


def _told(error: AssetgenError) -> list[dict[str, Any]]:
    """The `errors` of a command that could do nothing, with their places in the manifest."""
    if isinstance(error, ManifestError):
        return [{**problem.position._asdict(), "message": problem.message} for problem in error.problems]
    return [{"message": str(error)}]


def _dispatch(arguments: list[str]) -> int:
    parser = Parser(
        "assetgen",
        description="A build tool for generated pixel art.",
        epilog=_command_list(),
        usage="%(prog)s [-C DIR] COMMAND [ARGUMENTS] [FLAGS]",
    )
    add_common(parser)
    parser.add_argument("--version", action="version", version=f"assetgen {__version__}", help="print the version")
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    first, unknown = parser.parse_known_args(arguments)
    parser.refuse(unknown)
    if first.command == "help":  # as git and cargo have it
        return _dispatch([*first.rest[:1], "--help"])
    if first.command is None:
        parser.print_help()
        return 2
    if first.command not in COMMANDS:
        parser.error(f"'{first.command}' is no command{meant(first.command, COMMANDS, 'assetgen')}")
    command = command_parser(first.command)
    # intermixed: `adopt hero --stage final new.png`, `build hero --yes orc`
    args, unknown = command.parse_known_intermixed_args(first.rest, namespace=_carried(first))
    command.refuse(unknown)
    status: int = command_module(first.command).run(args, _context(args))
    return status


def _command_list() -> str:
    """All commands with what they do, by what they are for."""
    lines = []
    for name, about in COMMANDS.items():
        if name in _HEADINGS:
            lines += ["", f"{_HEADINGS[name]}:"]
        lines.append(f"  {name:<12}{about}")
    return "\n".join([*lines[1:], "", "'assetgen COMMAND --help' explains a command and its flags."])


def command_parser(name: str) -> Parser:
    """The parser of a command: its own flags first, then those that all take."""
    module = command_module(name)
    parser = Parser(f"assetgen {name}", description=(module.__doc__ or "").strip())
    module.configure(parser)
    add_common(parser.add_argument_group("with every command"))
    return parser


def command_module(name: str) -> ModuleType:
    """The module of a command; only this one is imported."""
    return importlib.import_module(f"assetgen.cli.{name.replace('-', '_')}")


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
        color=not (getattr(args, "no_color", False) or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"),
        variables=dict(os.environ),
        now=time.time,
        monotonic=time.monotonic,
        random=_random,
        interactive=sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty(),
    )
