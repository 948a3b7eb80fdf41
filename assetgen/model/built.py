"""Finished assets as data: what atlas, export, index and preview read. Pixels are named by digest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from assetgen.model.layout import Loop
from assetgen.model.request import Json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    """One picture: uint8 array of shape (height, width, 4), RGBA, RGB zero where alpha is zero."""

    Load = Callable[[str], Picture]
    """Gives the picture of a pixel digest."""
else:
    Picture = Load = object  # named at run time, too, without NumPy

Size = tuple[int, int]
Box = tuple[int, int, int, int]
"""left, top, width, height in pixels, y down."""


class Kept(Struct, frozen=True, omit_defaults=True, tag_field="!", tag=True):
    """A record that is kept between builds: written without what is as usual, and with its class's name."""


class Frame(Struct, frozen=True):
    """One finished picture. `name` is its atlas name (`hero`, `hero_walk/walk_down_00`, `meadow/03`);
    `pixels` its pixel digest; `trim` the box of its opaque pixels (1×1 at the origin when empty)."""

    name: str
    size: Size
    pixels: str
    trim: Box


class BuiltTag(Struct, frozen=True):
    """A tag's one cycle: frame names in play order (ping-pong written out), milliseconds each."""

    name: str
    frames: tuple[str, ...]
    durations: tuple[int, ...]
    loop: Loop


class BuiltSprite(Kept, frozen=True):
    """`pivot` is a whole-pixel edge from the untrimmed top left; `nine_slice` left, top, right, bottom."""

    name: str
    frame: Frame
    pivot: tuple[int, int]
    nine_slice: tuple[int, int, int, int] | None = None
    hitbox: Box | None = None
    palette: str | None = None
    scales: tuple[int, ...] = (1,)
    meta: Mapping[str, Json] = field(default_factory=dict)
    asset: str = ""
    """The manifest entry that it comes from, where that is another name (pieces of `cut`)."""


class BuiltAnimation(Kept, frozen=True):
    """`frames` holds each step of each tag once, keyed by frame name, tags in order."""

    name: str
    cell: Size
    pivot: tuple[int, int]
    tags: tuple[BuiltTag, ...]
    frames: Mapping[str, Frame]
    hitbox: Box | None = None
    palette: str | None = None
    scales: tuple[int, ...] = (1,)
    meta: Mapping[str, Json] = field(default_factory=dict)


class BuiltTile(Kept, frozen=True):
    """One tile. `corners` are terrain names TL TR BL BR (None: no terrain); `cell` its place in the sheet.

    `animation` lists (tile id, milliseconds) for an animated tile.
    """

    id: int
    frame: Frame
    corners: tuple[str | None, str | None, str | None, str | None] | None = None
    probability: float = 1.0
    properties: Mapping[str, Json] = field(default_factory=dict)
    collision: Json = None
    animation: tuple[tuple[int, int], ...] = ()


class AutotileSheet(Kept, frozen=True):
    """A synthesised sheet: `cells` lists the pixel digest of each cell in reading order, None where empty.

    A tileset has one of a kind for each pair of its terrains; `suffix` tells those after the first apart.

    `peering` gives per cell the neighbourhood mask for which it is drawn (blob: N=1 NE=2 E=4 SE=8 S=16 SW=32 W=64
    NW=128), `terrain` the (inside, outside) pair that it belongs to.
    """

    kind: Literal["blob47", "dual_grid", "rpgmaker_a2", "blob47_approx", "rpgmaker_a2_approx"]
    tile_size: Size
    columns: int
    cells: tuple[str | None, ...]
    peering: tuple[int | None, ...] = ()
    terrain: tuple[str, str] | None = None
    suffix: str = ""

    @property
    def label(self) -> str:
        """What files and roles call it: `blob47`, `blob47-water-grass`."""
        return f"{self.kind}-{self.suffix}" if self.suffix else self.kind


class BuiltTileset(Kept, frozen=True):
    """`columns`, `margin`, `spacing` describe the sheet as written; ids are cells in reading order.

    `pairs` are the (inside, outside) terrains of its corner sheets: which of the two a mixed tile is painted as.
    """

    name: str
    tile_size: Size
    columns: int
    tiles: tuple[BuiltTile, ...]
    terrains: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    margin: int = 0
    spacing: int = 0
    extrude: int = 0
    sheets: tuple[AutotileSheet, ...] = ()
    objects: tuple[Frame, ...] = ()
    palette: str | None = None
    scales: tuple[int, ...] = (1,)
    meta: Mapping[str, Json] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return (max((tile.id for tile in self.tiles), default=0) // self.columns) + 1


BuiltAsset = BuiltSprite | BuiltAnimation | BuiltTileset


class BuiltPalette(Struct, frozen=True):
    """Colours as `#rrggbb` or `#rrggbbaa`, in order; `files` maps a format to its path below the output folder."""

    name: str
    colors: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)


class Placement(Struct, frozen=True):
    """Where a frame's trimmed picture lies on a page: `x`, `y` of its inner top left; `trim` is the cut that is packed.

    Frames with equal pixels share one place.
    """

    frame: Frame
    page: int
    x: int
    y: int
    trim: Box


class BuiltPage(Struct, frozen=True):
    """One page: its picture and its data, relative to the output folder, and its size."""

    file: str
    data: str
    size: Size


class BuiltAtlas(Struct, frozen=True):
    """`placements` by frame name; `occupancy` is sprite area over page area; `partial` names members left out."""

    name: str
    pages: tuple[BuiltPage, ...]
    placements: Mapping[str, Placement]
    members: tuple[str, ...]
    occupancy: float
    partial: tuple[str, ...] = ()
    scales: tuple[int, ...] = (1,)
    padding: int = 0
    extrude: int = 0


class Built(Struct, frozen=True, dict=True):
    """A whole project, finished. `files` maps an asset's roles to paths relative to the output folder:
    `single`, `sheet`, `frame:TAG_NN`, `tile:NN`, `sheet:blob47`…; absent roles were not written."""

    project: str | None
    assets: Mapping[str, BuiltAsset]
    palettes: Mapping[str, BuiltPalette]
    atlases: Mapping[str, BuiltAtlas]
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Ids fixed in the lock at first export, by asset (or `atlas:NAME`) and purpose."""

    def atlas_of(self, asset: str) -> BuiltAtlas | None:
        """The atlas that holds an asset, if any."""
        return self._membership.get(asset)

    @cached_property
    def _membership(self) -> dict[str, BuiltAtlas]:
        return {member: atlas for atlas in self.atlases.values() for member in atlas.members}
