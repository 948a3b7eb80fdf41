"""What every command is given: where it works, how it speaks, and the world outside."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from assetgen.model.errors import UsageError

if TYPE_CHECKING:
    from assetgen.build.options import Environment


_CODES = {"green": "32", "red": "31", "yellow": "33", "cyan": "36", "bold": "1"}
_STEERING = (*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_HARMLESS = dict.fromkeys(_STEERING, "\ufffd")


class Context(NamedTuple):
    """`interactive`: a person is at the terminal and can be asked."""

    root: Path
    quiet: bool
    verbose: bool
    color: bool
    variables: Mapping[str, str]
    now: Callable[[], float]
    monotonic: Callable[[], float]
    random: Callable[[], float]
    interactive: bool

    def project_root(self) -> Path:
        """The folder with the manifest. UsageError where there is none."""
        if not self.root.is_dir():
            raise UsageError(f"{self.root} is no folder")
        if not (self.root / "assets.yaml").is_file():
            raise UsageError(f"there is no assets.yaml in {self._place()}: {self._manifest_elsewhere()}")
        return self.root

    def _place(self) -> str:
        return "this folder" if self.root == Path() else str(self.root)

    def _manifest_elsewhere(self) -> str:
        """What to do: name the project that a folder above holds, or begin one."""
        for above in self.root.absolute().parents:
            if (above / "assets.yaml").is_file():
                place = f'"{above}"' if " " in str(above) else str(above)
                return f"'assetgen -C {place} …' works with the one above it"
        return "'assetgen init' writes one"

    def environment(self) -> Environment:
        from assetgen.build.options import Environment

        return Environment(self.variables, self.now, self.monotonic, self.random)

    def say(self, text: str = "", style: str | None = None) -> None:
        """Human text, to stderr; in a colour where that is wanted and a terminal is there."""
        if not self.quiet:
            self.error(text, style)

    def error(self, text: str, style: str | None = None) -> None:
        """Human text that even --quiet shows."""
        text = plain(text)
        if style is not None and self.color and sys.stderr.isatty():
            text = f"\x1b[{_CODES[style]}m{text}\x1b[0m"
        print(text, file=sys.stderr)


def plain(text: str) -> str:
    """The text as a terminal may get it. A lock, a file name or a service's words may hold what steers one: it would
    move the cursor over a price, or turn the line around."""
    return text if text.isprintable() else text.translate(_HARMLESS)


def tell(text: str) -> None:
    """What the command was asked for, for people, to stdout."""
    print(plain(text))


def print_json(document: Any) -> None:
    """The one JSON document of a command, to stdout."""
    sys.stdout.write(json_text(document))


def json_text(document: Any) -> str:
    """Its text."""
    import json

    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
