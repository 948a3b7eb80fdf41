"""What the packer takes and gives: rectangles, options, packings. No pixels."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from assetgen.model.request import Json

Size = tuple[int, int]
Point = tuple[int, int]


class Rect(Struct, frozen=True):
    """A picture to place. Rectangles of equal `pixels` (a digest, "" for none) and size share one place.

    Those of one `group` stay on one page unless they cannot.
    """

    name: str
    width: int
    height: int
    pixels: str = ""
    group: str | None = None

    @property
    def key(self) -> str:
        """Equal for rectangles that may share a place."""
        return f"{self.pixels} {self.width} {self.height}" if self.pixels else f"\n{self.name}"


class Options(Struct, frozen=True):
    """`max_size` bounds both sides of a page; `padding` keeps sprites apart (none at the page's border), `extrude`
    repeats their border pixels outwards; `pot` rounds both sides up to powers of two, `square` makes them equal."""

    max_size: int = 2048
    padding: int = 0
    extrude: int = 0
    pot: bool = False
    square: bool = False

    @property
    def limit(self) -> int:
        """The largest side of a page as written."""
        return 1 << (self.max_size.bit_length() - 1) if self.pot else self.max_size

    @property
    def around(self) -> int:
        """What a rectangle takes more than its own width and height. Padding is shared with the next one."""
        return 2 * self.extrude + self.padding

    @property
    def memory(self) -> list[int]:
        """The options under which remembered places are valid."""
        return [self.limit, self.padding, self.extrude]

    def page_size(self, width: int, height: int) -> Size:
        """The size as written of a page whose content ends at `width`, `height`; never smaller than 1×1."""
        width, height = max(width, 1), max(height, 1)
        if self.pot:
            width, height = (1 << (side - 1).bit_length() for side in (width, height))
        return (max(width, height),) * 2 if self.square else (width, height)


class Spot(Struct, frozen=True):
    """Where a rectangle's own top left lies (inside its extrusion)."""

    page: int
    x: int
    y: int


class Packing(Struct, frozen=True):
    """`spots` by rectangle name; `sizes` of the pages; `occupancy` the placed area (identical ones once) over theirs.

    `remembered` is for the lock: given back as `previous`, nothing moves that need not. `fresh` is the occupancy of a
    packing from scratch where that was worth finding out, else None.
    """

    sizes: tuple[Size, ...]
    spots: Mapping[str, Spot]
    occupancy: float
    remembered: Json
    fresh: float | None = None

    @property
    def worth_repacking(self) -> bool:
        """Whether a packing from scratch would be denser by more than REPACK_SHARE."""
        return self.fresh is not None and self.fresh - self.occupancy > REPACK_SHARE


REPACK_SHARE = 0.05
"""By how much of the page area stable pages may be less dense than fresh ones before the report says so."""
