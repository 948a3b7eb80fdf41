"""The manifest as read: a light tree of text with positions, before anything is interpreted."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from assetgen.model.position import Position, Problem


class Scalar(NamedTuple):
    """One scalar as its source text. `plain`: written without quotes, so it may mean a number, true or null.

    `comment`: a ` #` follows that may be text, not a comment: 1 directly, 2 with no blank behind it (`door #5`).
    `broken`: what it means is not known, which was told already; whatever stands there is accepted.
    """

    text: str
    position: Position
    plain: bool = True
    comment: int = 0
    broken: bool = False

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in NULLS and not self.broken


class Items(NamedTuple):
    """A list."""

    items: tuple[Node, ...]
    position: Position


class Entry(NamedTuple):
    """One key of a map with its value; `position` is the key's."""

    key: str
    position: Position
    value: Node


class Map(NamedTuple):
    """A map: entries by key, in the order of the file. `flow`: written in braces. `torn`: it breaks off, what follows
    cannot be read."""

    entries: dict[str, Entry]
    position: Position
    flow: bool = False
    torn: bool = False


Node: TypeAlias = Scalar | Items | Map

NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Located(str):
    """Text that remembers where it stands, for checks that come later (references and paths)."""

    __slots__ = ("position",)
    position: Position

    @staticmethod
    def of(text: str, position: Position) -> Located:
        located = Located(text)
        located.position = position
        return located


class Problems:
    """Collects mistakes; one that many entries inherit (from a preset, a `for_each`) is told once."""

    def __init__(self) -> None:
        self._seen: set[tuple[Position, str]] = set()
        self._items: list[Problem] = []
        self._files: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def add(self, position: Position, head: str, *, where: str = "", tail: str = "") -> None:
        """`head` says what is wrong, `where` in which entry (`sprite 'hero'`), `tail` what to do about it."""
        if (position, head) in self._seen:
            return
        self._seen.add((position, head))
        self._files.setdefault(position.file, len(self._files))
        message = head + (f" in {where}" if where else "") + (f"; {tail}" if tail else "")
        self._items.append(Problem(position, message))

    def told_at(self, position: Position) -> bool:
        """Whether something was said of this place."""
        return any(item.position == position for item in self._items)

    def reading(self, file: str) -> None:
        """Fixes the place of a file in the order of the report."""
        self._files.setdefault(file, len(self._files))

    def ordered(self) -> list[Problem]:
        """All problems: files in the order of reading, then by line and column."""
        order = self._files
        return sorted(self._items, key=lambda p: (order[p.position.file], p.position.line, p.position.column))
