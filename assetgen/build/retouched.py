"""Finishing what a person retouched: a finished picture or sheet in place of the one that the recipe would give.

A finished sheet lies in the output's layout (one row a tag, one cell a step; a tileset's tiles at their ids), not in
the provider's: what it is cut by comes from the picture beneath it, finished as ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from assetgen.build.finish import Album, Finished, Sources, finish, finished_sprite
from assetgen.export.regions import sheet_size, tile_origin, tileset_size
from assetgen.model.built import BuiltAnimation, BuiltSprite, BuiltTileset, Frame, Size
from assetgen.model.errors import AssetgenError, LayoutError
from assetgen.model.layout import Cell, Tag
from assetgen.model.manifest import Asset

if TYPE_CHECKING:
    from assetgen.model.built import Picture

Beneath = Callable[[], tuple[bytes, ...]]


def finish_retouched(asset: Asset, sources: Sources, beneath: Beneath | None, *, by_size: bool) -> Finished:
    """Finishes an adopted picture of stage `final`, or (`by_size`) an `override` file: finished already when its size
    is the finished picture's, else through the recipe.

    `sources.files` are the retouched file's bytes, `beneath` gives those of the picture that it stands in for.
    Raises AssetError, LayoutError or PictureError.
    """
    plain = replace(sources, final=False)
    reference = _reference(asset, plain, beneath)
    picture = _still(sources)
    if by_size and (picture is None or reference is None or finished_size(reference) != _size(picture)):
        return finish(asset, plain)
    if picture is None or asset.kind == "sprite" or asset.cut is not None:
        return _sprite(asset, replace(sources, final=True), reference)
    known = reference if reference is not None else _blank(asset, plain)
    built = known.built[0]
    if isinstance(built, BuiltAnimation):
        return _animation(asset, built, picture, sources)
    assert isinstance(built, BuiltTileset)
    return _tileset(asset, built, known, picture, sources)


def finished_size(finished: Finished) -> Size | None:
    """Width and height of the finished picture (of the sheet, for animations and tilesets); None for pieces."""
    if len(finished.built) != 1:
        return None
    built = finished.built[0]
    if isinstance(built, BuiltSprite):
        return built.frame.size
    return sheet_size(built) if isinstance(built, BuiltAnimation) else tileset_size(built)


def _size(picture: Picture) -> Size:
    return picture.shape[1], picture.shape[0]


def _still(sources: Sources) -> Picture | None:
    """The file as one picture; None for documents, several files and animated ones."""
    from assetgen.pixels.picture import decode_frames, sniff

    if len(sources.files) != 1 or sniff(sources.files[0]) in (None, "aseprite"):
        return None
    frames = decode_frames(sources.files[0], what=sources.what).frames
    return frames[0] if len(frames) == 1 else None


def _reference(asset: Asset, sources: Sources, beneath: Beneath | None) -> Finished | None:
    """What stands beneath, finished; None where there is nothing, or it cannot be read or cut any more."""
    made_of_others = asset.source in ("copy", "parts", "tiles")
    if beneath is None and not made_of_others:
        return None
    try:
        return finish(asset, replace(sources, files=beneath() if beneath is not None else ()))
    except AssetgenError:
        return None


def _blank(asset: Asset, sources: Sources) -> Finished:
    """The structure of a sheet that was never bought, from its layout alone."""
    from assetgen.pixels.picture import canonical
    from assetgen.pixels.png import encode_truecolor

    layout, grid = sources.layout, asset.grid
    columns = (layout.columns if layout is not None else None) or (grid.columns if grid is not None else None)
    rows = (layout.rows if layout is not None else None) or (grid.rows if grid is not None else None)
    if columns is None or rows is None:
        raise LayoutError(
            f"how many frames {asset.name} has is only known from the provider's sheet: build it first, "
            "or adopt a sheet as the provider sends it with --stage original",
            asset=asset.name,
            position=asset.position,
        )
    import numpy as np

    cell = (layout.cell if layout is not None else None) or asset.tileset.tile_size or (16, 16)
    empty = canonical(np.zeros((rows * cell[1], columns * cell[0], 4), np.uint8))
    bare = replace(asset, recipe=(), quality=_OFF)
    return finish(bare, replace(sources, files=(encode_truecolor(empty),)))


_OFF = dict.fromkeys(("size", "empty", "static", "duplicate", "copied", "corners", "seam"), "off")


# -- one kind each ------------------------------------------------------------


def _sprite(asset: Asset, sources: Sources, reference: Finished | None) -> Finished:
    from assetgen.pixels.picture import decode

    finished = finished_sprite(asset, decode(sources.files[0], what=sources.what), sources)
    built = finished.built[0]
    before = reference.built[0] if reference is not None else None
    if isinstance(built, BuiltSprite) and isinstance(before, BuiltSprite) and isinstance(asset.pivot, tuple):
        # A written pivot counts in pixels before the recipe: the recipe that was skipped may have moved it.
        built = replace(built, pivot=before.pivot if before.frame.size == built.frame.size else built.pivot)
    return replace(finished, built=(built,))


def _animation(asset: Asset, before: BuiltAnimation, sheet: Picture, sources: Sources) -> Finished:
    from assetgen.catalog.tags import matching
    from assetgen.pixels.geometry import hitbox_of, pivot_of

    columns, rows = max(len(tag.frames) for tag in before.tags), len(before.tags)
    width, height = sheet.shape[1] // columns, sheet.shape[0] // rows
    if (width * columns, height * rows) != _size(sheet):
        raise LayoutError(
            f"{sources.what}: a finished sheet of {columns}×{rows} frames (one row a tag) does not divide "
            f"{sheet.shape[1]}×{sheet.shape[0]} pixels",
            asset=asset.name,
            position=asset.position,
        )
    album = Album()
    frames: dict[str, Frame] = {}
    played: dict[str, list[Picture]] = {}
    tags: list[Tag] = []
    for row, tag in enumerate(before.tags):
        first = len(frames)
        for column, name in enumerate(tag.frames):
            left, top = column * width, row * height
            frames[name] = album.frame(name, sheet[top : top + height, left : left + width].copy())
        played[tag.name] = [album.pictures[frames[name].pixels] for name in tag.frames]
        cells = tuple(Cell(index) for index in range(first, len(frames)))
        tags.append(Tag(tag.name, cells, tag.durations, tag.loop))
    pictures = [album.pictures[frame.pixels] for frame in frames.values()]
    pivot = before.pivot
    if not isinstance(asset.pivot, tuple):
        grounded = [p for name in matching(asset.timing.grounded, list(played)) for p in played[name]]
        pivot = pivot_of(asset.pivot or "bottom", (width, height), pictures, grounded)
    built = replace(
        before,
        cell=(width, height),
        pivot=pivot,
        frames=frames,
        hitbox=hitbox_of(asset.hitbox, pictures),
    )
    digests = tuple(frame.pixels for frame in frames.values())
    return Finished((built,), album.pictures, cells=digests, tags=tuple(tags))


def _tileset(asset: Asset, before: BuiltTileset, reference: Finished, sheet: Picture, sources: Sources) -> Finished:
    if tileset_size(before) != _size(sheet):
        wanted = "×".join(map(str, tileset_size(before)))
        raise LayoutError(
            f"{sources.what}: the finished sheet is {wanted} pixels, the file {sheet.shape[1]}×{sheet.shape[0]}",
            asset=asset.name,
            position=asset.position,
        )
    album = Album()
    album.pictures.update({frame.pixels: reference.pictures[frame.pixels] for frame in before.objects})
    width, height = before.tile_size
    tiles = []
    for tile in before.tiles:
        x, y = tile_origin(before, tile.id)
        frame = album.frame(tile.frame.name, sheet[y : y + height, x : x + width].copy())
        tiles.append(replace(tile, frame=frame))
    built = replace(before, tiles=tuple(tiles), sheets=())
    if before.sheets:
        from assetgen.build.terrains import autotile_sheets

        built = replace(built, sheets=autotile_sheets(asset, built, album))
    return Finished((built,), album.pictures, tiles=reference.tiles)
