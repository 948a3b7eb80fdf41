"""Where something stands in a manifest, and what is wrong there."""

from __future__ import annotations

from typing import NamedTuple


class Position(NamedTuple):
    """A place in a file. `line` and `column` count from 1; `file` is as the user would type it."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(NamedTuple):
    """One mistake: where, what, and what to do about it."""

    position: Position
    message: str

    def __str__(self) -> str:
        return f"{self.position}: {self.message}"
