"""Where each frame's pixels lie: the one geometry from which every format is written.

A packed asset's frames are cuts of its atlas's pages; an unpacked one's are whole cells of its sheet.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from assetgen.model.built import (
    AutotileSheet,
    Box,
    Built,
    BuiltAnimation,
    BuiltAsset,
    BuiltAtlas,
    BuiltSprite,
    BuiltTag,
    BuiltTileset,
    Frame,
    Placement,
    Size,
)


class Region(Struct, frozen=True):
    """One frame in a picture: `x y w h` the cut there; `ox oy` where the cut lies inside the whole frame of `size`.

    `pivot` is measured from the whole frame's top left, y down. `hitbox` and `nine_slice` as in the model.
    """

    name: str
    asset: str
    x: int
    y: int
    w: int
    h: int
    ox: int
    oy: int
    size: Size
    pivot: tuple[int, int]
    pixels: str
    hitbox: Box | None = None
    nine_slice: tuple[int, int, int, int] | None = None

    @property
    def trimmed(self) -> bool:
        return (self.w, self.h) != self.size

    @property
    def right(self) -> int:
        """Transparent columns cut off at the right."""
        return self.size[0] - self.w - self.ox

    @property
    def below(self) -> int:
        """Transparent rows cut off below."""
        return self.size[1] - self.h - self.oy

    @property
    def anchor(self) -> tuple[float, float]:
        """The pivot as a fraction of the whole frame."""
        return ratio(self.pivot[0], self.size[0]), ratio(self.pivot[1], self.size[1])

    @property
    def inner_slice(self) -> tuple[int, int, int, int] | None:
        """The nine-slice's left, top, right, bottom measured from the cut instead of the whole frame."""
        if self.nine_slice is None:
            return None
        left, top, right, bottom = self.nine_slice
        return max(0, left - self.ox), max(0, top - self.oy), max(0, right - self.right), max(0, bottom - self.below)


class Texture(Struct, frozen=True):
    """One picture with its regions by name. `file` is relative to the output folder."""

    file: str
    size: Size
    regions: Mapping[str, Region]


class Tag(Struct, frozen=True):
    """A tag of an animation and the key under which engines with one namespace know it."""

    asset: str
    key: str
    tag: BuiltTag


class TextureSet(Struct, frozen=True):
    """An atlas, or one unpacked animation's sheet: what one file of an atlas format describes.

    `stem` is the path of that file without its ending; `owner` the lock's name for it.
    """

    name: str
    stem: str
    owner: str
    textures: tuple[Texture, ...]
    tags: tuple[Tag, ...]
    packed: bool

    @property
    def pages(self) -> tuple[str, ...]:
        return tuple(texture.file for texture in self.textures)

    def page_stem(self, index: int) -> str:
        """Path without ending of the file that describes one page alone."""
        return posixpath.splitext(self.textures[index].file)[0] if self.packed else self.stem


def ratio(part: int, whole: int) -> float:
    return round(part / whole, 6)


_NUMBER = re.compile(r"(\d+)")


def natural(text: str) -> tuple[object, ...]:
    """Sort key that puts `walk_2` before `walk_10`."""
    return tuple(int(part) if part.isdigit() else part for part in _NUMBER.split(text))


def relative(target: str, file: str) -> str:
    """A picture's path as written in `file`; both relative to the output folder."""
    folder = posixpath.dirname(file)
    if folder == posixpath.dirname(target):
        return posixpath.basename(target)
    return posixpath.relpath(target, folder or ".")


def sprites(built: Built) -> Iterator[BuiltSprite]:
    return (asset for _, asset in sorted(built.assets.items()) if isinstance(asset, BuiltSprite))


def animations(built: Built) -> Iterator[BuiltAnimation]:
    return (asset for _, asset in sorted(built.assets.items()) if isinstance(asset, BuiltAnimation))


def tilesets(built: Built) -> Iterator[BuiltTileset]:
    return (asset for _, asset in sorted(built.assets.items()) if isinstance(asset, BuiltTileset))


def file_of(built: Built, asset: str, role: str) -> str | None:
    """Where a role's file of an asset was written, relative to the output folder; None if it was not."""
    return built.files.get(asset, {}).get(role)


def frame_roles(tag: BuiltTag) -> list[str]:
    """The roles of a tag's frame files, in play order: `frame:walk_down_00`, …"""
    return [f"frame:{tag.name}_{step:02d}" for step in range(len(tag.frames))]


def sheet_size(animation: BuiltAnimation) -> Size:
    """The sheet's size: a row for each tag, as wide as the longest."""
    columns = max((len(tag.frames) for tag in animation.tags), default=0)
    return columns * animation.cell[0], len(animation.tags) * animation.cell[1]


def tileset_size(tileset: BuiltTileset) -> Size:
    """The tile sheet's size with margin and spacing."""
    (width, height), gap, edge = tileset.tile_size, tileset.spacing, 2 * tileset.margin
    columns, rows = tileset.columns, tileset.rows
    return edge + columns * (width + gap) - gap, edge + rows * (height + gap) - gap


def autotile_size(sheet: AutotileSheet) -> Size:
    rows = -(-len(sheet.cells) // sheet.columns)
    return sheet.columns * sheet.tile_size[0], rows * sheet.tile_size[1]


def object_file(built: Built, tileset: BuiltTileset, name: str) -> str | None:
    """The picture of an object: the tileset's own copy, else that of the sprite."""
    return file_of(built, tileset.name, f"object:{name}") or file_of(built, name, "single")


class BlobBlock(Struct, frozen=True):
    """The part of a blob sheet that is drawn for one pair of terrains: (cell, neighbourhood mask) of each tile."""

    name: str
    cells: tuple[tuple[int, int], ...]


def blob_blocks(tileset: BuiltTileset, sheet: AutotileSheet) -> list[BlobBlock]:
    """A sheet's blocks: one a pair of terrains. A sheet that says its pair has one block; one that does not is
    cut into equal parts for the tileset's pairs. Named for the inside terrain where that is clear."""
    pairs = (sheet.terrain,) if sheet.terrain else tileset.pairs or ((tileset.name, ""),)
    length = len(sheet.cells) // len(pairs)
    insides = [inside for inside, _ in pairs]
    found = []
    for number, (inside, outside) in enumerate(pairs):
        cells = range(number * length, (number + 1) * length)
        masks = ((cell, sheet.peering[cell]) for cell in cells if sheet.cells[cell] is not None)
        name = inside if insides.count(inside) == 1 else f"{inside} on {outside}"
        found.append(BlobBlock(name, tuple((cell, mask) for cell, mask in masks if mask is not None)))
    return found


def tile_origin(tileset: BuiltTileset, tile: int) -> tuple[int, int]:
    """Top left of a tile's picture in the sheet, in pixels."""
    row, column = divmod(tile, tileset.columns)
    width, height = tileset.tile_size
    return tileset.margin + column * (width + tileset.spacing), tileset.margin + row * (height + tileset.spacing)


class View:
    """A project's pictures as textures; each atlas's regions are worked out once."""

    def __init__(self, built: Built) -> None:
        self.built = built
        self._pages: dict[str, tuple[Texture, ...]] = {}

    def sheet(self, animation: BuiltAnimation) -> Texture | None:
        """An animation's sheet as a texture; None if it was not written."""
        file = file_of(self.built, animation.name, "sheet")
        if file is None:
            return None
        (width, height), regions = animation.cell, {}
        for row, tag in enumerate(animation.tags):
            for column, name in enumerate(tag.frames):
                regions[name] = Region(
                    name, animation.name, column * width, row * height, width, height, 0, 0, animation.cell,
                    animation.pivot, animation.frames[name].pixels, animation.hitbox,
                )  # fmt: skip
        return Texture(file, sheet_size(animation), regions)

    def places(self, animation: BuiltAnimation) -> dict[str, tuple[Texture, Region]]:
        """Where each frame of an animation lies: on a page of its atlas, else in its sheet; empty if unwritten."""
        atlas = self.built.atlas_of(animation.name)
        if atlas is None:
            sheet = self.sheet(animation)
            return {name: (sheet, region) for name, region in sheet.regions.items()} if sheet else {}
        if not all(name in atlas.placements for name in animation.frames):
            return {}
        pages = self.pages(atlas)
        found = ((name, pages[atlas.placements[name].page]) for name in animation.frames)
        return {name: (page, page.regions[name]) for name, page in found}

    def pages(self, atlas: BuiltAtlas) -> tuple[Texture, ...]:
        """An atlas's pages with their regions in natural order of their names."""
        if atlas.name not in self._pages:
            owners = self._owners(atlas)
            regions: list[dict[str, Region]] = [{} for _ in atlas.pages]
            for name in sorted(atlas.placements, key=natural):
                placement = atlas.placements[name]
                regions[placement.page][name] = _region(placement, owners.get(name))
            pages = zip(atlas.pages, regions, strict=True)
            self._pages[atlas.name] = tuple(Texture(page.file, page.size, found) for page, found in pages)
        return self._pages[atlas.name]

    def animation_set(self, animation: BuiltAnimation) -> TextureSet | None:
        """An unpacked animation with a sheet as a texture set."""
        texture = self.sheet(animation)
        if texture is None:
            return None
        tags = tuple(Tag(animation.name, f"{animation.name}/{tag.name}", tag) for tag in animation.tags)
        stem = f"animations/{animation.name}"
        return TextureSet(animation.name, stem, animation.name, (texture,), tags, packed=False)

    def atlas_sets(self) -> list[TextureSet]:
        """Every atlas as a texture set, with the tags of the animations in it."""
        tags: dict[str, list[Tag]] = {}
        for animation in animations(self.built):
            atlas = self.built.atlas_of(animation.name)
            if atlas is not None:
                tags.setdefault(atlas.name, []).extend(
                    Tag(animation.name, f"{animation.name}/{tag.name}", tag)
                    for tag in animation.tags
                    if all(name in atlas.placements for name in tag.frames)
                )
        return [
            TextureSet(name, f"atlases/{name}", f"atlas:{name}", self.pages(atlas), tuple(tags.get(name, ())), True)
            for name, atlas in sorted(self.built.atlases.items())
        ]

    def sets(self) -> list[TextureSet]:
        """Every atlas, then every unpacked animation whose sheet was written."""
        loose = (item for item in animations(self.built) if self.built.atlas_of(item.name) is None)
        return self.atlas_sets() + [found for found in (self.animation_set(item) for item in loose) if found]

    def _owners(self, atlas: BuiltAtlas) -> dict[str, BuiltAsset]:
        found: dict[str, BuiltAsset] = {}
        for member in atlas.members:
            asset = self.built.assets.get(member)
            if asset is not None:
                found.update(dict.fromkeys((frame.name for frame in frames_of(asset)), asset))
        return found


def frames_of(asset: BuiltAsset) -> Iterable[Frame]:
    """All frames of an asset, in order."""
    if isinstance(asset, BuiltSprite):
        return (asset.frame,)
    return asset.frames.values() if isinstance(asset, BuiltAnimation) else (tile.frame for tile in asset.tiles)


def _region(placement: Placement, asset: BuiltAsset | None) -> Region:
    frame = placement.frame
    ox, oy, w, h = placement.trim
    pivot, hitbox, nine_slice = (frame.size[0] // 2, frame.size[1] // 2), None, None
    if isinstance(asset, BuiltSprite | BuiltAnimation):
        pivot, hitbox = asset.pivot, asset.hitbox
    if isinstance(asset, BuiltSprite):
        nine_slice = asset.nine_slice
    return Region(
        frame.name, asset.name if asset else frame.name, placement.x, placement.y, w, h, ox, oy, frame.size,
        pivot, frame.pixels, hitbox, nine_slice,
    )  # fmt: skip
