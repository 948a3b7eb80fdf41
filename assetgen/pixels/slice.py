"""Cutting sheets and animated files into cells by the rows of the layout table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assetgen.model.errors import LayoutError
from assetgen.model.layout import Cell, Layout
from assetgen.model.manifest import Grid
from assetgen.pixels.operations.framing import mirror
from assetgen.pixels.picture import Animated, Picture

Size = tuple[int, int]


class Cells(NamedTuple):
    """A sheet's grid: `columns` × `rows` cells of `width` × `height` pixels, after `margin`, apart by `spacing`."""

    columns: int
    rows: int
    width: int
    height: int
    margin: int = 0
    spacing: int = 0


def grid_of(
    size: Size, layout: Layout | None, columns: int | None, rows: int | None, what: str, *, cell: Size | None = None
) -> Cells:
    """The grid by which a sheet of `size` (width, height) is cut.

    With a `layout` its own grid and cell count (a whole multiple of the cell is an enlarged sheet); else `columns` and
    `rows`. `cell` is the cell asked for (an advanced style's input size, a tileset's tile): it decides where the
    layout's grid is not known, and elsewhere its shape must be the cell's. Raises LayoutError naming both sizes.
    """
    width, height = size
    if layout is None:
        columns, rows = columns or 1, rows or 1
        _divides(size, columns, rows, f"a grid of {columns}×{rows} cells", what)
        return Cells(columns, rows, width // columns, height // rows)
    columns, rows = layout.columns or columns, layout.rows or rows
    if columns is None or rows is None:
        columns, rows = _open_grid(size, layout, cell, what)
    name = f"layout {layout.name} ({columns}×{rows} cells{_of(layout.cell or cell)})"
    if layout.cell is None and cell is None:
        _divides(size, columns, rows, name, what)
    shape = (width // columns, height // rows)
    exact = (shape[0] * columns, shape[1] * rows) == size
    if layout.cell is not None and not (exact and enlarged(shape, layout.cell)):
        expected = (columns * layout.cell[0], rows * layout.cell[1])
        raise LayoutError(f"{what} is {width}×{height} pixels; {name} needs {expected[0]}×{expected[1]}")
    if layout.cell is None and cell is not None and not (exact and shape[0] * cell[1] == shape[1] * cell[0]):
        raise LayoutError(
            f"{what} is {width}×{height} pixels; {name} needs {columns * cell[0]}×{rows * cell[1]} or that shape"
        )
    return Cells(columns, rows, *shape)


def plain_grid(size: Size, grid: Grid, what: str) -> Cells:
    """The grid of a file's `columns` × `rows`, or of its `tile_size` with margin and spacing.

    The outer margin may be missing at the right and bottom. Raises LayoutError naming both sizes.
    """
    if grid.tile_size is None:
        return grid_of(size, None, grid.columns, grid.rows, what)
    margin, spacing = grid.margin, grid.spacing
    counts = []
    for side, tile in zip(size, grid.tile_size, strict=True):
        count = (side - margin + spacing) // (tile + spacing)
        rest = side - margin - count * (tile + spacing) + spacing
        if count < 1 or rest not in (0, margin, spacing, margin + spacing):
            apart = f", margin {margin}, spacing {spacing}" if margin or spacing else ""
            tiles = f"tiles of {grid.tile_size[0]}×{grid.tile_size[1]}{apart}"
            raise LayoutError(f"{what} is {size[0]}×{size[1]} pixels; {tiles} do not fit")
        counts.append(count)
    return Cells(counts[0], counts[1], *grid.tile_size, margin, spacing)


def cut(picture: Picture, cells: Cells) -> list[Picture]:
    """Cells in reading order, as views on `picture`."""
    stepx, stepy = cells.width + cells.spacing, cells.height + cells.spacing
    return [
        picture[y : y + cells.height, x : x + cells.width]
        for y in range(cells.margin, cells.margin + cells.rows * stepy, stepy)
        for x in range(cells.margin, cells.margin + cells.columns * stepx, stepx)
    ]


def cut_frames(animated: Animated, layout: Layout | None, what: str = "the file") -> list[Picture]:
    """An animated file's frames as the cells of its sheet, in reading order; cells that it has no frame for are empty.

    Without a layout, frames stay in their order. Raises LayoutError with the frame count where the order in which
    this style's frames come is not known, or where there are more or fewer than the layout has.
    """
    order = _order(len(animated.frames), layout, what)
    blank = np.zeros_like(animated.frames[0])
    cells = [blank] * _count(order, layout)
    for index, frame in zip(order, animated.frames, strict=True):
        cells[index] = frame
    return cells


def cut_durations(animated: Animated, layout: Layout | None, what: str = "the file") -> list[int]:
    """Milliseconds of each cell that `cut_frames` gives (0 where unknown)."""
    order = _order(len(animated.frames), layout, what)
    durations = [0] * _count(order, layout)
    for index, duration in zip(order, animated.durations, strict=True):
        durations[index] = duration
    return durations


def drawn(cells: Sequence[Picture], cell: Cell) -> Picture:
    """The picture of one step: the cell, mirrored left to right where the tag says so."""
    picture = cells[cell.index]
    return mirror(picture, "x") if cell.mirrored else np.ascontiguousarray(picture)


def _order(count: int, layout: Layout | None, what: str) -> tuple[int, ...]:
    if layout is None or (layout.gif_order is None and layout.columns is None):
        return tuple(range(count))
    if layout.gif_order is None:
        raise LayoutError(
            f"{what} is an animation of {count} frames; in which order layout {layout.name} plays them is not known. "
            "Ask for its sheet instead (the file is kept)"
        )
    if count != len(layout.gif_order):
        raise LayoutError(f"{what} has {count} frames; layout {layout.name} has {len(layout.gif_order)}")
    return layout.gif_order


def _count(order: Sequence[int], layout: Layout | None) -> int:
    if layout is None or layout.columns is None or layout.rows is None:
        return len(order)
    return layout.columns * layout.rows


def _divides(size: Size, columns: int, rows: int, name: str, what: str) -> None:
    if size[0] % columns or size[1] % rows or min(size[0] // columns, size[1] // rows) < 1:
        raise LayoutError(f"{what} is {size[0]}×{size[1]} pixels, which {name} does not divide evenly")


def enlarged(shape: Size, cell: Size) -> bool:
    """Whether a shape is a whole multiple of the cell, at least once."""
    times = shape[0] // cell[0]
    return times >= 1 and shape == (cell[0] * times, cell[1] * times)


def _of(cell: Size | None) -> str:
    return f" of {cell[0]}×{cell[1]}" if cell else ""


def _open_grid(size: Size, layout: Layout, cell: Size | None, what: str) -> Size:
    """The grid of a layout that does not fix it: by the cell's size, else by square cells of the known number."""
    count = max((len(tag.cells) for tag in layout.tags if tag.cells is not None), default=0)
    width, height = size
    if cell is not None:
        grid = (width // cell[0], height // cell[1])
        if width % cell[0] or height % cell[1] or not grid[0] * grid[1] or grid[0] * grid[1] < count:
            frames = f"{count} frames" if count else "frames"
            raise LayoutError(f"{what} is {width}×{height} pixels; layout {layout.name} needs {frames}{_of(cell)}")
        return grid
    squares = [
        (columns, count // columns)
        for columns in range(1, count + 1)
        if count % columns == 0 and width * (count // columns) == height * columns
    ]
    if not squares:
        raise LayoutError(
            f"{what} is {width}×{height} pixels; the grid of layout {layout.name} is not known: "
            "write layout: {columns: …, rows: …}"
        )
    return squares[0]
