"""How a sheet is cut: layouts of the catalog, and the tags that result for one animation."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Loop = Literal["repeat", "once", "pingpong"]

DEFAULT_DURATION = 150
"""Milliseconds a frame where neither manifest nor file says otherwise."""


class Cell(Struct, frozen=True, order=True):
    """One cell of a sheet: its index in reading order from 0, and whether it is drawn mirrored left to right."""

    index: int
    mirrored: bool = False


class TagRow(Struct, frozen=True):
    """A default tag of a layout. `cells` None means every cell in reading order."""

    name: str
    cells: tuple[Cell, ...] | None
    loop: Loop = "repeat"


class Layout(Struct, frozen=True):
    """One row of the layout table. Rows are append-only: a changed cut gets a new `version`.

    `columns`, `rows` None: the grid follows from the picture's size divided by the cell's size.
    `cell` is the cell's width and height in pixels where the style fixes it, else None
    (then picture size divided by the grid). `gif_order` lists the cells in the order in which an
    animated GIF of this style shows them; None: the order is not known.
    `tiles` marks the 4×5 corner tileset, whose cells are tiles and not frames.
    """

    name: str
    columns: int | None
    rows: int | None
    tags: tuple[TagRow, ...] = ()
    cell: tuple[int, int] | None = None
    gif_order: tuple[int, ...] | None = None
    empty: frozenset[int] = frozenset()
    tiles: bool = False
    version: int = 1

    @property
    def key(self) -> str:
        """How the lock pins the row: `walking_and_idle@1`."""
        return f"{self.name}@{self.version}"


class Tag(Struct, frozen=True):
    """A resolved tag: one cycle of cells in play order (ping-pong written out), a duration in ms for each."""

    name: str
    cells: tuple[Cell, ...]
    durations: tuple[int, ...]
    loop: Loop
