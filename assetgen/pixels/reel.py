"""A base picture as cells: the one place that knows how sheets, GIFs and plain grids become frames and tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from assetgen.catalog.tags import resolve_tags
from assetgen.model.built import Size
from assetgen.model.errors import AssetError, LayoutError
from assetgen.model.layout import Layout, Tag
from assetgen.model.manifest import Asset, Grid
from assetgen.pixels.picture import Picture, decode_frames
from assetgen.pixels.slice import cut, cut_durations, cut_frames, drawn, enlarged, grid_of, plain_grid


class Reel(Struct, frozen=True):
    """Cells as cut, and the grid that they lie in; `tags` and `durations` (ms a cell) where the file brought them.

    `named`: the tags are another asset's, their directions renamed already.
    """

    cells: Sequence[Picture]
    columns: int
    rows: int
    tags: tuple[Tag, ...] = ()
    durations: tuple[int, ...] | None = None
    named: bool = False


def cell_size(asset: Asset) -> Size | None:
    """The size that the last request asked a cell (or tile) to have."""
    return next((step.size for step in reversed(asset.steps) if step.size is not None), None)


def read_reel(asset: Asset, data: bytes, layout: Layout | None, what: str) -> Reel:
    """The cells of an animation's or a tileset's base picture. LayoutError or PictureError name `what`."""
    animated = decode_frames(data, what=what)
    sheet = animated.frames[0]
    size = (sheet.shape[1], sheet.shape[0])
    if asset.kind == "tileset":
        wanted = asset.tileset.tile_size or cell_size(asset)
        tiled = layout is not None and layout.tiles
        plain = asset.grid or Grid(1, 1)
        found = grid_of(size, layout, None, None, what, cell=wanted) if tiled else plain_grid(size, plain, what)
        own = asset.tileset.tile_size
        if tiled and asset.source == "file" and own is not None and not enlarged((found.width, found.height), own):
            needed = f"{found.columns}×{found.rows} tiles of {own[0]}×{own[1]}"
            raise LayoutError(
                f"{what} is {size[0]}×{size[1]} pixels; its layout and `tile_size` ({needed}) "
                f"need {found.columns * own[0]}×{found.rows * own[1]}"
            )
        return Reel(cut(sheet, found), found.columns, found.rows)
    if len(animated.frames) > 1:
        cells = cut_frames(animated, layout, what)
        columns = layout.columns if layout is not None and layout.columns else len(cells)
        durations = tuple(cut_durations(animated, layout, what))
        return Reel(cells, columns, -(-len(cells) // columns), durations=durations)
    cell = cell_size(asset)
    if layout is not None and asset.source == "file":  # a person draws at any size: the picture divided by its grid
        layout, cell = replace(layout, cell=None), layout.cell
    grid = asset.grid or Grid()
    found = grid_of(size, layout, grid.columns, grid.rows, what, cell=cell)
    return Reel(cut(sheet, found), found.columns, found.rows)


def tags_of(asset: Asset, reel: Reel, layout: Layout | None, directions: Mapping[str, str]) -> tuple[Tag, ...]:
    """The animation's tags, by its layout, its own rules, or what its file brought along."""
    return resolve_tags(
        layout,
        len(reel.cells),
        asset.timing,
        directions,
        columns=reel.columns,
        rows=reel.rows,
        given=reel.tags,
        named=reel.named,
        cell_durations=reel.durations,
    )


def base_piece(asset: Asset, reel: Reel, layout: Layout | None, piece: str, directions: Mapping[str, str]) -> Picture:
    """One frame (`TAG_NN`, or `NN` counting cells) or tile (`NN`), no recipe. AssetError where there is none."""
    missing = AssetError(f"{asset.name} has no frame or tile '{piece}'", asset=asset.name, position=asset.position)
    if piece.isdigit():
        if int(piece) >= len(reel.cells):
            raise missing
        return reel.cells[int(piece)]
    tag_name, _, number = piece.rpartition("_")
    tag = next((tag for tag in tags_of(asset, reel, layout, directions) if tag.name == tag_name), None)
    if tag is None or not number.isdigit() or int(number) >= len(tag.cells):
        raise missing
    return drawn(reel.cells, tag.cells[int(number)])
