"""Corner tiles: terrains of their corners, variants of equal ones, and the autotile sheets made of them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from assetgen.build.finish import Album
from assetgen.model.built import AutotileSheet, BuiltTile, BuiltTileset
from assetgen.model.errors import AssetError
from assetgen.model.layout import Layout
from assetgen.model.manifest import Asset

INSIDE, OUTSIDE = "inside", "outside"
Pair = tuple[str, str]
"""Names of the inside and the outside terrain of a corner sheet."""


def corner_names(layout: Layout | None) -> list[tuple[str, str, str, str]] | None:
    """Terrain names of each cell's corners (TL TR BL BR) on the provider's 4×5 sheet, None for other sheets."""
    from assetgen.catalog.layouts import CORNERS

    if layout is None or not layout.tiles:
        return None
    names = (OUTSIDE, INSIDE)
    return [(names[tl], names[tr], names[bl], names[br]) for tl, tr, bl, br in CORNERS]


def with_variants(tiles: Sequence[BuiltTile]) -> list[BuiltTile]:
    """Tiles of equal corners share their probability: three full tiles get a third each, copies of one picture none."""
    first: dict[tuple[object, str], int] = {}
    groups: dict[object, set[str]] = {}
    for tile in tiles:
        if tile.corners is not None:
            first.setdefault((tile.corners, tile.frame.pixels), tile.id)
            groups.setdefault(tile.corners, set()).add(tile.frame.pixels)
    result = []
    for tile in tiles:
        if tile.corners is not None:
            repeated = first[(tile.corners, tile.frame.pixels)] != tile.id
            share = round(1 / len(groups[tile.corners]), 4)
            tile = replace(tile, probability=0.0 if repeated else share)
        result.append(tile)
    return result


def autotile_sheets(asset: Asset, built: BuiltTileset, album: Album) -> tuple[AutotileSheet, ...]:
    """The sheets that `autotile` asks for, one for each pair of terrains; `corners` is the tileset's own sheet."""
    kinds = [kind for kind in asset.tileset.autotile if kind != "corners"]
    if not asset.tileset.autotile:
        return ()
    if not built.pairs:
        raise AssetError("autotile needs corner tiles: a generated 4×5 sheet, or terrains", position=asset.position)
    return tuple(_sheet(kind, pair, built, album) for kind in kinds for pair in built.pairs)


def _sheet(kind: str, pair: Pair, built: BuiltTileset, album: Album) -> AutotileSheet:
    from assetgen.pixels.autotile import build

    mine = [(tile, tile.corners) for tile in built.tiles if tile.corners and set(tile.corners) <= set(pair)]
    inside = pair[0]
    bits = [(int(a == inside), int(b == inside), int(c == inside), int(d == inside)) for _, (a, b, c, d) in mine]
    made = build(kind, [album.pictures[tile.frame.pixels] for tile, _ in mine], bits)
    cells = tuple(None if picture is None else album.frame("", picture).pixels for picture in made.cells)
    suffix = "-".join(pair) if pair != built.pairs[0] else ""
    return AutotileSheet(made.kind, made.tile_size, made.columns, cells, made.peering, pair, suffix)
