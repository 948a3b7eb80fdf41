"""Which picture files a finished asset is written as, and what stands in each (OUTPUTS, 'Which files')."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from assetgen.model.built import AutotileSheet, BuiltAnimation, BuiltAsset, BuiltSprite, BuiltTileset, Size

if TYPE_CHECKING:
    from assetgen.model.built import Load, Picture


class PictureFile(Struct, frozen=True):
    """One picture to be written. `path` is relative to the output folder, `role` as in `Built.files`.

    `pixels` is its pixel digest where it is known without drawing it; `draw` gives the picture.
    """

    path: str
    role: str
    draw: Callable[[], Picture]
    pixels: str | None = None


def picture_files(built: BuiltAsset, write: frozenset[str], load: Load) -> Iterator[PictureFile]:
    """The files of one finished asset, in the order of OUTPUTS' table."""
    if isinstance(built, BuiltSprite):
        if "single" in write:
            yield from _sprite_files(built, load)
    elif isinstance(built, BuiltAnimation):
        yield from _animation_files(built, write, load)
    else:
        yield from _tileset_files(built, write, load)


def roles(built: BuiltAsset, write: frozenset[str]) -> dict[str, str]:
    """Paths by role of what `picture_files` would yield."""

    def refuse(digest: str) -> Picture:
        raise LookupError(digest)

    return {file.role: file.path for file in picture_files(built, write, refuse)}


def scaled(path: str, scale: int) -> str:
    """`hero.png` at scale 2 is `hero@2x.png`."""
    return path if scale == 1 else f"{path.removesuffix('.png')}@{scale}x.png"


def _enlarged(draw: Callable[[], Picture], scale: int) -> Callable[[], Picture]:
    def enlarged() -> Picture:
        from assetgen.pixels.operations.framing import enlarge

        return enlarge(draw(), scale)

    return draw if scale == 1 else enlarged


def _at_scales(file: PictureFile, scales: tuple[int, ...]) -> Iterator[PictureFile]:
    for scale in scales:
        role = file.role if scale == 1 else f"{file.role}@{scale}x"
        digest = file.pixels if scale == 1 else None
        yield PictureFile(scaled(file.path, scale), role, _enlarged(file.draw, scale), digest)


def _sprite_files(built: BuiltSprite, load: Load) -> Iterator[PictureFile]:
    digest = built.frame.pixels
    file = PictureFile(f"sprites/{built.name}.png", "single", lambda: load(digest), digest)
    yield from _at_scales(file, built.scales)


def _animation_files(built: BuiltAnimation, write: frozenset[str], load: Load) -> Iterator[PictureFile]:
    if "sheet" in write:
        file = PictureFile(f"animations/{built.name}.png", "sheet", lambda: animation_sheet(built, load))
        yield from _at_scales(file, built.scales)
    if "frames" in write:
        for name, frame in built.frames.items():
            part = name.removeprefix(f"{built.name}/")
            yield PictureFile(f"animations/{name}.png", f"frame:{part}", _loader(load, frame.pixels), frame.pixels)


def _loader(load: Load, digest: str) -> Callable[[], Picture]:
    return lambda: load(digest)


def animation_sheet(built: BuiltAnimation, load: Load) -> Picture:
    """One row a tag in play order, one cell a step, short rows padded with nothing, no margin."""
    rows = [[built.frames[name].pixels for name in tag.frames] for tag in built.tags]
    columns = max((len(row) for row in rows), default=1)
    return grid_sheet(
        built.cell, columns, len(rows), {(x, y): d for y, row in enumerate(rows) for x, d in enumerate(row)}, load
    )


def grid_sheet(
    cell: Size,
    columns: int,
    rows: int,
    digests: dict[tuple[int, int], str],
    load: Load,
    margin: int = 0,
    spacing: int = 0,
    extrude: int = 0,
) -> Picture:
    """Pictures of one size on a grid. `margin` lies around the whole, `spacing` between cells; `extrude` repeats each
    cell's edge into them by that many pixels."""
    import numpy as np

    width, height = cell
    size = (2 * margin + rows * height + (rows - 1) * spacing, 2 * margin + columns * width + (columns - 1) * spacing)
    sheet = np.zeros((*size, 4), np.uint8)
    for (column, row), digest in digests.items():
        x, y = margin + column * (width + spacing), margin + row * (height + spacing)
        picture = load(digest)
        if extrude:
            padded = np.pad(picture, ((extrude, extrude), (extrude, extrude), (0, 0)), mode="edge")
            top, left = max(y - extrude, 0), max(x - extrude, 0)
            bottom, right = min(y + height + extrude, size[0]), min(x + width + extrude, size[1])
            cut = padded[top - y + extrude : bottom - y + extrude, left - x + extrude : right - x + extrude]
            sheet[top:bottom, left:right] = cut
        sheet[y : y + height, x : x + width] = picture
    return sheet


def _tileset_files(built: BuiltTileset, write: frozenset[str], load: Load) -> Iterator[PictureFile]:
    if "sheet" in write:
        whole = PictureFile(f"tilesets/{built.name}.png", "sheet", lambda: tileset_sheet(built, load))
        yield from _at_scales(whole, built.scales)
        for sheet in built.sheets:
            draw = _autotile_drawer(sheet, load)
            file = PictureFile(f"tilesets/{built.name}-{sheet.label}.png", f"sheet:{sheet.label}", draw)
            yield from _at_scales(file, built.scales)
        for frame in built.objects:
            path = f"tilesets/{built.name}-objects/{frame.name.rpartition('/')[2]}.png"
            yield PictureFile(path, f"object:{frame.name}", _loader(load, frame.pixels), frame.pixels)
    if "frames" in write:
        for tile in built.tiles:
            path = f"tilesets/{built.name}/{tile.id:02d}.png"
            yield PictureFile(path, f"tile:{tile.id:02d}", _loader(load, tile.frame.pixels), tile.frame.pixels)


def tileset_sheet(built: BuiltTileset, load: Load) -> Picture:
    """Each tile in the cell of its id, in reading order."""
    cells = {(tile.id % built.columns, tile.id // built.columns): tile.frame.pixels for tile in built.tiles}
    size = built.tile_size
    return grid_sheet(size, built.columns, built.rows, cells, load, built.margin, built.spacing, built.extrude)


def _autotile_drawer(sheet: AutotileSheet, load: Load) -> Callable[[], Picture]:
    columns = sheet.columns
    rows = -(-len(sheet.cells) // columns)
    cells = {(i % columns, i // columns): digest for i, digest in enumerate(sheet.cells) if digest is not None}
    return lambda: grid_sheet(sheet.tile_size, columns, rows, cells, load)
