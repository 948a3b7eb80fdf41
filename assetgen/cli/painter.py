"""Lines for people, coloured where that is wanted and a terminal is there."""

from __future__ import annotations

import sys

from assetgen.cli.context import Context

CODES = {"green": "32", "red": "31", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


class Painter:
    """Prints lines to stderr."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.color = context.color and sys.stderr.isatty()

    def line(self, text: str = "", style: str | None = None, *, error: bool = False) -> None:
        """`error`: said with --quiet, too."""
        if style is not None and self.color:
            text = f"\x1b[{CODES[style]}m{text}\x1b[0m"
        (self.context.error if error else self.context.say)(text)
