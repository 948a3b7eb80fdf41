"""Print the script that lets a shell complete commands, flags, and the names of your assets. With LINE, what may stand
at the end of that line: the script asks so.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from pathlib import Path

from assetgen.cli.context import Context
from assetgen.model.errors import AssetgenError

Word = tuple[str, str]
"""What may be typed, and a few words about it."""

SHELLS = ("bash", "zsh", "fish")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=f"{', '.join(SHELLS[:-1])} or {SHELLS[-1]}")
    parser.add_argument("line", metavar="LINE", nargs="?", help="a command line up to the cursor")


def run(args: argparse.Namespace, context: Context) -> int:
    if args.line is None:
        print(
            resources.files("assetgen.cli").joinpath("starter", f"completion.{args.shell}").read_text("utf-8"), end=""
        )
        return 0
    for word, about in suggestions(args.line, context.root):
        print(_FORMS[args.shell](word, about))
    return 0


def suggestions(line: str, here: Path) -> list[Word]:
    """What may stand at the end of `line`, whose first word is the program; nothing where only a file can."""
    _program, *words = _split(line)
    *before, last = words or [""]
    return [word for word in _candidates(before, last, here) if word[0].startswith(last)]


def _split(line: str) -> list[str]:
    """The words of a line. The last one is empty where the line ends in a blank."""
    try:
        words = shlex.split(line)
    except ValueError:  # quotes that are open still
        words = line.split()
    return [*words, ""] if not line or line[-1].isspace() else words


def _candidates(before: list[str], last: str, here: Path) -> Iterable[Word]:
    from assetgen.cli.main import COMMANDS, command_parser
    from assetgen.cli.parser import Parser, add_common

    common = Parser("assetgen")
    add_common(common)
    command, rest, folder = None, [], here
    words = iter(before)
    for word in words:
        if word == "-C":
            folder = folder / next(words, "")
        elif command is None and not word.startswith("-"):
            command = word
        else:
            rest.append(word)
    if before[-1:] == ["-C"]:
        return ()
    if command in (None, "help"):
        return [*_flags(common), ("--version", "print the version")] if last.startswith("-") else COMMANDS.items()
    if command not in COMMANDS:
        return ()
    return _arguments(command_parser(command), rest, last, folder)


def _arguments(parser: argparse.ArgumentParser, before: list[str], last: str, folder: Path) -> Iterable[Word]:
    """What may follow the words `before` behind a command."""
    flags = {spelling: action for action in parser._actions for spelling in action.option_strings}
    places = [action for action in parser._actions if not action.option_strings]
    given, waiting = 0, None
    for word in before:
        if waiting is not None:
            waiting = None
        elif word in flags:
            waiting = flags[word] if flags[word].nargs != 0 else None
        elif not word.startswith("-"):
            given += 1
    if waiting is not None:
        return _values(waiting, folder)
    if last.startswith("-"):
        return _flags(parser)
    if given < len(places):
        return _values(places[given], folder)
    return _values(places[-1], folder) if places and places[-1].nargs in ("*", "+") else ()


def _flags(parser: argparse.ArgumentParser) -> Iterator[Word]:
    for action in parser._actions:
        for spelling in action.option_strings:
            if spelling.startswith("--"):
                yield spelling, action.help or ""


def _values(action: argparse.Action, folder: Path) -> Iterable[Word]:
    if action.choices is not None:
        return [(str(choice), "") for choice in action.choices]
    if action.metavar in ("ASSET", "GLOB"):
        return _names(folder, whole=action.dest == "assets")
    if action.dest == "engine":
        from assetgen.export.base import names

        return [(name, "") for name in names()]
    if action.dest == "words":
        from assetgen.catalog import STYLES

        return [(style.name, style.description) for style in STYLES.values()]
    return ()


def _names(folder: Path, *, whole: bool) -> list[Word]:
    """The names of a project's assets; with `palette:` and `atlas:` ones where they are meant, too. Of a manifest that
    cannot be read, none."""
    from assetgen.manifest import load

    try:
        manifest = load(folder)
    except AssetgenError:
        return []
    found: list[Word] = [(name, asset.kind) for name, asset in manifest.assets.items()]
    if whole:
        found += [(f"palette:{name}", "palette") for name in manifest.palettes]
        found += [(f"atlas:{name}", "atlas") for name in manifest.atlases]
    return found


def _for_zsh(word: str, about: str) -> str:
    """As `_describe` takes them: a colon divides."""
    return word.replace(":", "\\:") + (f":{about}" if about else "")


_FORMS: dict[str, Callable[[str, str], str]] = {
    "bash": lambda word, _: word,
    "zsh": _for_zsh,
    "fish": lambda word, about: f"{word}\t{about}",
}
