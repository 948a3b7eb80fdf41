"""Autotile sheets from the sixteen corner tiles of a generated 4×5 tileset.

The exact sheets use a cell of 2×2 corner tiles: every seam inside and between cells is one that the corner tiles
already have, so a map drawn from the blob sheet equals the same map drawn from the corner tiles. With a cell
of one tile that is impossible; `blob47_approx` and `rpgmaker_a2_approx` compose quarters, their textures may jump.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from assetgen.model.errors import AssetError
from assetgen.model.request import Json
from assetgen.pixels.picture import Picture

if TYPE_CHECKING:
    from assetgen.model.finding import Finding

N, NE, E, SE, S, SW, W, NW = (1 << bit for bit in range(8))
SIDES = N | E | S | W

Corners = tuple[int, int, int, int]
"""Corner bits TL TR BL BR, 1 inside."""
Kind = Literal["blob47", "dual_grid", "rpgmaker_a2", "blob47_approx", "rpgmaker_a2_approx"]
Cells = NDArray[np.bool_]


class Sheet(Struct, frozen=True):
    """A synthesised sheet: pictures in reading order (None: empty cell) and the neighbourhood that each is drawn for.

    `peering`: bits N=1 NE=2 E=4 SE=8 S=16 SW=32 W=64 NW=128; in a dual grid the four diagonal bits are the corners.
    """

    kind: Kind
    tile_size: tuple[int, int]
    columns: int
    cells: tuple[Picture | None, ...]
    peering: tuple[int | None, ...]


def corner_code(corners: Sequence[int]) -> int:
    """TL TR BL BR as one number, TL the highest bit: 0 to 15."""
    top_left, top_right, bottom_left, bottom_right = corners
    return top_left << 3 | top_right << 2 | bottom_left << 1 | bottom_right


def corner_tiles(tiles: Sequence[Picture], corners: Sequence[Corners]) -> list[Picture]:
    """The sixteen tiles by corner code, of several with equal corners the first. AssetError when one is missing."""
    found: dict[int, Picture] = {}
    for tile, bits in zip(tiles, corners, strict=True):
        found.setdefault(corner_code(bits), tile)
    if len(found) < 16:
        missing = ", ".join(format(code, "04b") for code in range(16) if code not in found)
        raise AssetError(f"autotile needs all sixteen corner tiles; these are missing (TL TR BL BR): {missing}")
    return [found[code] for code in range(16)]


def reduced(mask: int) -> int:
    """A neighbourhood without the diagonals that do not show: one counts only when both sides beside it are there."""
    for diagonal, first, second in ((NE, N, E), (SE, S, E), (SW, S, W), (NW, N, W)):
        if not (mask & first and mask & second):
            mask &= ~diagonal
    return mask


BLOB_MASKS: tuple[int, ...] = tuple(sorted({reduced(mask) for mask in range(256)}))
"""The 47 neighbourhoods that look different."""

_A2_MASKS = (0, SIDES, E | SE | S, W | SW | S, N | NE | E, N | NW | W)
"""RPG Maker's A2 block, 2×3 cells: lone cell, four inner corners, then the corners of a larger area."""


def blob_corners(mask: int) -> tuple[Corners, Corners, Corners, Corners]:
    """The corner tiles of a cell's quarters (NW, NE, SW, SE), from the labels of its nine lattice points.

    Centre 1, mid-edges the neighbour there, corners the AND of the three neighbours there: cells that share a
    point compute the same label for it.
    """
    north, east, south, west = (int(bool(mask & bit)) for bit in (N, E, S, W))
    nw, ne = north & west & bool(mask & NW), north & east & bool(mask & NE)
    sw, se = south & west & bool(mask & SW), south & east & bool(mask & SE)
    return (nw, north, west, 1), (north, ne, 1, east), (west, 1, sw, south), (1, east, south, se)


def build(kind: str, tiles: Sequence[Picture], corners: Sequence[Corners]) -> Sheet:
    """The sheet of one kind from a tileset's tiles and their corner bits. AssetError when it cannot be made."""
    sixteen = corner_tiles(tiles, corners)
    height, width = sixteen[0].shape[:2]
    double = (width * 2, height * 2)
    if kind == "dual_grid":
        bits = [
            (code >> 3 & 1) * NW | (code >> 2 & 1) * NE | (code >> 1 & 1) * SW | (code & 1) * SE for code in range(16)
        ]
        return Sheet("dual_grid", (width, height), 4, tuple(sixteen), tuple(bits))
    if kind == "blob47":
        return _composed("blob47", BLOB_MASKS, 8, double, lambda mask: blob_cell(sixteen, mask))
    if kind == "rpgmaker_a2":
        return _composed("rpgmaker_a2", _A2_MASKS, 2, double, lambda mask: blob_cell(sixteen, mask))
    if width % 2 or height % 2:
        raise AssetError(f"{kind} is put together from quarters: tiles of {width}×{height} cannot be halved")
    if kind == "blob47_approx":
        return _composed("blob47_approx", BLOB_MASKS, 8, (width, height), lambda mask: quarter_cell(sixteen, mask))
    if kind == "rpgmaker_a2_approx":
        return _composed("rpgmaker_a2_approx", _A2_MASKS, 2, (width, height), lambda mask: quarter_cell(sixteen, mask))
    raise AssetError(f"no autotile sheet is called {kind}")


def _composed(
    kind: Kind, masks: Sequence[int], columns: int, size: tuple[int, int], draw: Callable[[int], Picture]
) -> Sheet:
    empty = (None,) * (-len(masks) % columns)
    return Sheet(kind, size, columns, (*(draw(mask) for mask in masks), *empty), (*masks, *empty))


def blob_cell(sixteen: Sequence[Picture], mask: int) -> Picture:
    """The exact cell for a neighbourhood: 2×2 corner tiles."""
    nw, ne, sw, se = (sixteen[corner_code(corners)] for corners in blob_corners(mask))
    return np.vstack([np.hstack([nw, ne]), np.hstack([sw, se])])


def quarter_cell(sixteen: Sequence[Picture], mask: int) -> Picture:
    """An approximate cell of one tile's size: for each of its quarters as much of the corner tile that belongs there.

    Along an axis on which the material changes the quarter is taken from the tile's middle, where the change is:
    outlines meet, but the texture may jump there. Elsewhere it is the quarter's own half, and the texture runs on.
    """
    height, width = sixteen[0].shape[0] // 2, sixteen[0].shape[1] // 2
    quarters = []
    for place, corners in enumerate(blob_corners(mask)):
        top_left, top_right, bottom_left, bottom_right = corners
        x = width // 2 if (top_left, bottom_left) != (top_right, bottom_right) else place % 2 * width
        y = height // 2 if (top_left, top_right) != (bottom_left, bottom_right) else place // 2 * height
        quarters.append(sixteen[corner_code(corners)][y : y + height, x : x + width])
    return np.vstack([np.hstack(quarters[:2]), np.hstack(quarters[2:])])


def sheet_picture(sheet: Sheet) -> Picture:
    """The sheet as one picture, without margin or spacing."""
    width, height = sheet.tile_size
    rows = -(-len(sheet.cells) // sheet.columns)
    result = np.zeros((rows * height, sheet.columns * width, 4), np.uint8)
    for index, cell in enumerate(sheet.cells):
        if cell is not None:
            row, column = divmod(index, sheet.columns)
            result[row * height : (row + 1) * height, column * width : (column + 1) * width] = cell
    return result


def verify_sheet(tiles: Sequence[Picture], settings: Mapping[str, Json] | None = None) -> list[Finding]:
    """Checks of a generated 4×5 sheet's twenty tiles: empty ones, corner materials, seams (see `quality_tiles`)."""
    from assetgen.catalog.layouts import CORNERS
    from assetgen.pixels.quality_tiles import check_tileset

    return check_tileset(tiles, CORNERS, settings)


def neighbourhoods(cells: Cells) -> NDArray[np.intp]:
    """For each cell of a (rows, columns) map the mask of its neighbours; beyond the border is outside."""
    padded = np.pad(cells, 1).astype(np.intp)
    rows, columns = cells.shape
    steps = {N: (0, 1), NE: (0, 2), E: (1, 2), SE: (2, 2), S: (2, 1), SW: (2, 0), W: (1, 0), NW: (0, 0)}
    return sum(
        (padded[y : y + rows, x : x + columns] * bit for bit, (y, x) in steps.items()), np.zeros_like(cells, np.intp)
    )


def draw_blob(cells: Cells, blob: Mapping[int, Picture], outside: Picture) -> Picture:
    """A map from blob cells by neighbourhood; cells outside show `outside` (of a cell's size)."""
    masks = neighbourhoods(cells)
    rows = [
        np.hstack([blob[reduced(int(mask))] if inside else outside for mask, inside in zip(*pair, strict=True)])
        for pair in zip(masks, cells, strict=True)
    ]
    return np.vstack(rows)


def lattice(cells: Cells) -> Cells:
    """Labels of the map's lattice points, two a cell: a point is inside when every cell that touches it is.

    (rows, columns) cells give (2·rows + 1, 2·columns + 1) points.
    """
    padded = np.pad(cells, 1)
    wide = padded.repeat(2, axis=0).repeat(2, axis=1)[1:-1, 1:-1]
    return wide[:-1, :-1] & wide[:-1, 1:] & wide[1:, :-1] & wide[1:, 1:]


def draw_corners(points: Cells, sixteen: Sequence[Picture]) -> Picture:
    """A map from corner tiles: one for each square of four neighbouring lattice points."""
    codes = points[:-1, :-1] * 8 + points[:-1, 1:] * 4 + points[1:, :-1] * 2 + points[1:, 1:]
    return np.vstack([np.hstack([sixteen[int(code)] for code in row]) for row in codes])
