"""The parser of a command line: its help, in which a command's own flags come first, and its mistakes, in words."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Collection, Iterable
from typing import Any, NoReturn

from assetgen.model.errors import UsageError

_WIDEST = 100
"""Columns of help on a wide terminal: longer lines are hard to read."""


class Parser(argparse.ArgumentParser):
    """Mistakes of the command line are errors like all others: with --json they stand in the document, too."""

    def __init__(self, prog: str, **more: Any) -> None:
        super().__init__(prog, formatter_class=Formatter, add_help=False, **more)
        self._positionals.title = "arguments"
        self._optionals.title = "flags"

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        raise UsageError(message)

    def spellings(self) -> list[str]:
        """Every flag that this parser takes, as it is typed."""
        return list(self._option_string_actions)

    def refuse(self, words: Iterable[str]) -> None:
        """UsageError for the first of what was left over, with what was meant."""
        for word in words:
            if word.startswith("-"):
                self.error(f"there is no flag '{word}'{meant(word.partition('=')[0], self.spellings(), self.prog)}")
            self.error(f"'{word}' is one word too many; '{self.prog} --help' says what it takes")


class Formatter(argparse.HelpFormatter):
    """Lines of a width that is easily read, and a usage that does not name each flag: the list below does."""

    def __init__(self, prog: str, **_: Any) -> None:
        super().__init__(prog, max_help_position=26, width=min(shutil.get_terminal_size().columns - 2, _WIDEST))

    def add_usage(self, usage: str | None, actions: Iterable[argparse.Action], *_: Any, **__: Any) -> None:
        words = [_word(action) for action in actions if not action.option_strings]
        super().add_usage(usage or " ".join(["%(prog)s", *words, "[FLAGS]"]), (), ())

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Paragraphs as wide as the lines; a list stands as it is."""
        import textwrap

        parts = text.strip().split("\n\n")
        return "\n\n".join(part if "\n  " in part else textwrap.fill(part, width) for part in parts)


def _word(action: argparse.Action) -> str:
    name = str(action.metavar)
    return {"?": f"[{name}]", "*": f"[{name}…]", "+": f"{name}…"}.get(str(action.nargs), name)


def meant(word: str, known: Collection[str], program: str) -> str:
    """How to say what a mistyped word was meant to be."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    return f"; did you mean '{near[0]}'?" if near else f"; '{program} --help' lists them"


class _Inward(argparse.Action):
    """Each `-C` counts from the one before it, as with make and git."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        namespace.directory = os.path.join(getattr(namespace, "directory", ""), values)  # noqa: PTH118


def add_common(to: argparse._ActionsContainer) -> None:
    """The flags that every command takes. Absent ones leave no trace: they may stand before the command, or behind."""
    to.add_argument(
        "-C",
        dest="directory",
        metavar="DIR",
        action=_Inward,
        default=argparse.SUPPRESS,
        help="work in this folder, as make and git",
    )
    to.add_argument("--quiet", action="store_true", default=argparse.SUPPRESS, help="only errors")
    to.add_argument("--verbose", action="store_true", default=argparse.SUPPRESS, help="more details")
    to.add_argument(
        "--no-color", action="store_true", default=argparse.SUPPRESS, help="no colours; NO_COLOR does the same"
    )
    to.add_argument("-h", "--help", action="help", default=argparse.SUPPRESS, help="explain the command")
