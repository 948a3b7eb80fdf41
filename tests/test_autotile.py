"""Autotiles: 47 tiles from 256 neighbourhoods, and maps that equal those drawn from the corner tiles."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from pixel_samples import SAMPLES, cut_grid, drawn_tileset, sample

from assetgen.catalog.layouts import CORNERS
from assetgen.model.errors import AssetError
from assetgen.pixels import autotile
from assetgen.pixels.autotile import (
    BLOB_MASKS,
    blob_cell,
    blob_corners,
    build,
    corner_code,
    corner_tiles,
    draw_blob,
    draw_corners,
    lattice,
    neighbourhoods,
    reduced,
    sheet_picture,
)
from assetgen.pixels.picture import Picture, pixel_digest

TILESETS = ["drawn", *(["tileset_32px.png", "tileset_16px.png"] if SAMPLES else [])]


@pytest.fixture(params=TILESETS)
def tiles(request: pytest.FixtureRequest) -> list[Picture]:
    return drawn_tileset() if request.param == "drawn" else cut_grid(sample(request.param), 4, 5)


def test_256_neighbourhoods_give_47_tiles(tiles: list[Picture]) -> None:
    sixteen = corner_tiles(tiles, CORNERS)
    drawn = {pixel_digest(blob_cell(sixteen, mask)) for mask in range(256)}
    assert len(BLOB_MASKS) == 47
    assert len(drawn) == 47
    assert all((blob_cell(sixteen, mask) == blob_cell(sixteen, reduced(mask))).all() for mask in range(256))


def test_the_diagonal_tiles_are_never_needed() -> None:
    used = {corner_code(corners) for mask in range(256) for corners in blob_corners(mask)}
    assert {0b0110, 0b1001}.isdisjoint(used)


def test_200_random_maps_equal_the_corner_tiles(tiles: list[Picture]) -> None:
    sixteen = corner_tiles(tiles, CORNERS)
    sheet = build("blob47", tiles, CORNERS)
    blob = {
        mask: cell
        for mask, cell in zip(sheet.peering, sheet.cells, strict=True)
        if mask is not None and cell is not None
    }
    outside = np.tile(sixteen[0], (2, 2, 1))
    rng = np.random.default_rng(7)
    for _ in range(200):
        cells = rng.random((rng.integers(1, 7), rng.integers(1, 7))) < rng.uniform(0.3, 0.9)
        assert (draw_blob(cells, blob, outside) == draw_corners(lattice(cells), sixteen)).all()


def test_neighbours_are_seen_in_all_eight_directions() -> None:
    cells = np.zeros((3, 3), bool)
    bits = [autotile.NW, autotile.N, autotile.NE, autotile.W, 0, autotile.E, autotile.SW, autotile.S, autotile.SE]
    for index, bit in enumerate(bits):
        cells[:] = False
        cells[divmod(index, 3)] = True
        assert neighbourhoods(cells)[1, 1] == bit


def test_sheets_have_their_engines_shape(tiles: list[Picture]) -> None:
    side = tiles[0].shape[0]
    shapes = {
        "blob47": (6 * 2 * side, 8 * 2 * side),
        "dual_grid": (4 * side, 4 * side),
        "rpgmaker_a2": (3 * 2 * side, 2 * 2 * side),
        "blob47_approx": (6 * side, 8 * side),
        "rpgmaker_a2_approx": (3 * side, 2 * side),
    }
    for kind, shape in shapes.items():
        sheet = build(kind, tiles, CORNERS)
        picture = sheet_picture(sheet)
        assert picture.shape[:2] == shape
        for index, cell in enumerate(sheet.cells):
            row, column = divmod(index, sheet.columns)
            width, height = sheet.tile_size
            place = picture[row * height : (row + 1) * height, column * width : (column + 1) * width]
            assert (place == (0 if cell is None else cell)).all()


def test_dual_grid_keeps_the_sixteen_tiles(tiles: list[Picture]) -> None:
    sheet = build("dual_grid", tiles, CORNERS)
    for bits in product((0, 1), repeat=4):
        mask = sum(b * m for b, m in zip(bits, (autotile.NW, autotile.NE, autotile.SW, autotile.SE), strict=True))
        cell = sheet.cells[sheet.peering.index(mask)]
        assert cell is not None
        assert (cell == tiles[CORNERS.index(bits)]).all()


# RPG Maker draws a floor cell from four quarters of the A2 block, x and y in quarters: the tables of its own engine
# for the four corners of a cell, by whether the two sides and the diagonal are of the same ground.
A2_QUARTERS = {
    "nw": {"full": (2, 4), "inner": (2, 0), "upper": (2, 2), "side": (0, 4), "outer": (0, 2)},
    "ne": {"full": (1, 4), "inner": (3, 0), "upper": (1, 2), "side": (3, 4), "outer": (3, 2)},
    "sw": {"full": (2, 3), "inner": (2, 1), "upper": (2, 5), "side": (0, 3), "outer": (0, 5)},
    "se": {"full": (1, 3), "inner": (3, 1), "upper": (1, 5), "side": (3, 3), "outer": (3, 5)},
}


def quarter_name(vertical: bool, horizontal: bool, diagonal: bool) -> str:
    if vertical and horizontal:
        return "full" if diagonal else "inner"
    return "side" if vertical else "upper" if horizontal else "outer"


def test_rpg_maker_draws_the_blob_from_its_block(tiles: list[Picture]) -> None:
    block = sheet_picture(build("rpgmaker_a2", tiles, CORNERS))
    sixteen = corner_tiles(tiles, CORNERS)
    side = tiles[0].shape[0]
    around = {
        "nw": (autotile.N, autotile.W, autotile.NW),
        "ne": (autotile.N, autotile.E, autotile.NE),
        "sw": (autotile.S, autotile.W, autotile.SW),
        "se": (autotile.S, autotile.E, autotile.SE),
    }
    for mask in BLOB_MASKS:
        quarters = []
        for place in ("nw", "ne", "sw", "se"):
            vertical, horizontal, diagonal = (bool(mask & bit) for bit in around[place])
            x, y = A2_QUARTERS[place][quarter_name(vertical, horizontal, diagonal)]
            quarters.append(block[y * side : (y + 1) * side, x * side : (x + 1) * side])
        cell = np.vstack([np.hstack(quarters[:2]), np.hstack(quarters[2:])])
        assert (cell == blob_cell(sixteen, mask)).all()


def test_what_cannot_be_made_is_said() -> None:
    tiles = drawn_tileset()
    with pytest.raises(AssetError, match=r"missing \(TL TR BL BR\): 1001"):
        build("blob47", tiles[:19], CORNERS[:19])
    with pytest.raises(AssetError, match="tiles of 15×15 cannot be halved"):
        build("blob47_approx", [tile[:15, :15] for tile in tiles], CORNERS)
    with pytest.raises(AssetError, match="no autotile sheet is called blob48"):
        build("blob48", tiles, CORNERS)
