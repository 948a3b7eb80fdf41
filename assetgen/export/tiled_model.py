"""One Tiled tileset as data: what both of its forms, `.tsx` and `.tsj`, are written from.

A `wangid` lists the terrain at top, top right, right, bottom right, bottom, bottom left, left, top left: numbers from
1, 0 where unset. Corner sets use the odd places.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, field

from assetgen.export.base import Context
from assetgen.export.regions import autotile_size, blob_blocks, file_of, tileset_size
from assetgen.export.shapes import Polygon, polygons
from assetgen.model.built import AutotileSheet, Built, BuiltTileset, Size

WangId = tuple[int, ...]
COLORS = ("#3ca03c", "#2850c8", "#c89650", "#a050a0", "#c84646", "#46b4c8")
_BLOB_ORDER = (1, 2, 4, 8, 16, 32, 64, 128)
"""Our neighbourhood mask counts clockwise from north as a wangid does: N NE E SE S SW W NW."""


class WangSet(Struct, frozen=True):
    """`colors` are (name, id of the tile that shows it, or -1); `tiles` maps a tile id to its wangid."""

    name: str
    type: Literal["corner", "mixed"]
    colors: tuple[tuple[str, int], ...]
    tiles: Mapping[int, WangId]


class Tile(Struct, frozen=True):
    """What a tile has beyond its place. `image` (path, size) in an image collection only."""

    id: int
    animation: tuple[tuple[int, int], ...] = ()
    probability: float = 1.0
    properties: Mapping[str, Any] = field(default_factory=dict)
    collision: tuple[Polygon, ...] = ()
    image: tuple[str, Size] | None = None


class Tileset(Struct, frozen=True):
    """One file's worth. `image` is relative to the output folder; None in an image collection."""

    name: str
    tile_size: Size
    count: int
    columns: int
    margin: int = 0
    spacing: int = 0
    image: str | None = None
    image_size: Size = (0, 0)
    tiles: tuple[Tile, ...] = ()
    sets: tuple[WangSet, ...] = ()

    @property
    def pictures(self) -> tuple[str, ...]:
        found = [self.image] if self.image else []
        return (*found, *(tile.image[0] for tile in self.tiles if tile.image is not None))


def main_tileset(built: Built, tileset: BuiltTileset, context: Context) -> Tileset | None:
    """The tile sheet with its corner wangset; None if the sheet was not written."""
    image = file_of(built, tileset.name, "sheet")
    if image is None:
        return None
    tiles = tuple(
        Tile(
            tile.id,
            tile.animation,
            tile.probability,
            tile.properties,
            tuple(polygons(tile.collision, tileset.tile_size)),
        )
        for tile in tileset.tiles
        if tile.animation or tile.probability != 1.0 or tile.properties or polygons(tile.collision, tileset.tile_size)
    )
    for tile in tileset.tiles:
        if tile.animation and tile.animation[0][0] != tile.id:
            message = f"tiled: the animation of tile {tile.id} begins with tile {tile.animation[0][0]}, which it shows"
            context.warn(tileset.name, message)
    return Tileset(
        tileset.name,
        tileset.tile_size,
        tileset.columns * tileset.rows,
        tileset.columns,
        tileset.margin,
        tileset.spacing,
        image,
        tileset_size(tileset),
        tiles,
        _corner_sets(built, tileset, context),
    )


def _corner_sets(built: Built, tileset: BuiltTileset, context: Context) -> tuple[WangSet, ...]:
    if not tileset.terrains:
        return ()
    numbers = context.numbers(built, tileset.name, "tiled:color:", tileset.terrains)
    tiles: dict[int, WangId] = {}
    whole: dict[str, int] = {}
    for tile in tileset.tiles:
        if tile.corners is None or not any(tile.corners):
            continue
        top_left, top_right, bottom_left, bottom_right = (numbers[name] if name else 0 for name in tile.corners)
        tiles[tile.id] = (0, top_right, 0, bottom_right, 0, bottom_left, 0, top_left)
        if len(set(tile.corners)) == 1 and tile.corners[0] is not None:
            whole.setdefault(tile.corners[0], tile.id)
    names = sorted(numbers, key=lambda name: numbers[name])
    colors = tuple((name, whole.get(name, -1)) for name in names)
    return (WangSet(tileset.name, "corner", colors, tiles),)


def blob_tileset(built: Built, tileset: BuiltTileset, sheet: AutotileSheet) -> Tileset | None:
    """A blob sheet with its mixed wangset. The tile without neighbours has no wangid: Tiled drops one of zeros only."""
    image = file_of(built, tileset.name, f"sheet:{sheet.label}")
    if image is None:
        return None
    name = f"{tileset.name}-{sheet.label}"
    colors: list[tuple[str, int]] = []
    tiles: dict[int, WangId] = {}
    for number, block in enumerate(blob_blocks(tileset, sheet), 1):
        colors.append((block.name, next((cell for cell, mask in block.cells if mask == 255), -1)))
        for cell, mask in block.cells:
            if mask:
                tiles[cell] = tuple(number if mask & flag else 0 for flag in _BLOB_ORDER)
    sets = (WangSet(name, "mixed", tuple(colors), tiles),) if tiles else ()
    rows = -(-len(sheet.cells) // sheet.columns)
    return Tileset(
        name, sheet.tile_size, rows * sheet.columns, sheet.columns, 0, 0, image, autotile_size(sheet), (), sets
    )


def dual_tileset(built: Built, tileset: BuiltTileset, sheet: AutotileSheet) -> Tileset | None:
    """A dual-grid sheet: a plain grid, since Tiled has no layer that lies half a tile off by itself."""
    image = file_of(built, tileset.name, f"sheet:{sheet.label}")
    if image is None:
        return None
    rows = -(-len(sheet.cells) // sheet.columns)
    size = autotile_size(sheet)
    return Tileset(
        f"{tileset.name}-{sheet.label}",
        sheet.tile_size,
        rows * sheet.columns,
        sheet.columns,
        image=image,
        image_size=size,
    )


def object_tileset(tileset: BuiltTileset, files: Mapping[str, str], numbers: Mapping[str, int]) -> Tileset | None:
    """The objects as an image collection; `files` and `numbers` (tile ids) by object name."""
    tiles = sorted(
        (Tile(numbers[frame.name], image=(files[frame.name], frame.size)) for frame in tileset.objects),
        key=lambda tile: tile.id,
    )
    if not tiles:
        return None
    width = max(tile.image[1][0] for tile in tiles if tile.image)
    height = max(tile.image[1][1] for tile in tiles if tile.image)
    return Tileset(f"{tileset.name}-objects", (width, height), len(tiles), 0, tiles=tuple(tiles))
