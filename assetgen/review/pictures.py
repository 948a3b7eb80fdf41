"""Pictures that a page shows: each once, as indexed PNG, named by its pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from assetgen.store.bundle import Memo

if TYPE_CHECKING:
    from assetgen.model.built import Load, Picture, Size

    Draw = Callable[[], Picture]

_NAME = 20
"""Hex digits of a pixel digest that name a picture on a page: enough that no two are ever mixed up."""


class PagePictures(Struct):
    """Collects PNG files by name. `memo` keeps encoded ones between runs."""

    memo: Memo
    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, picture: Picture) -> str:
        """Takes a picture; gives its name."""
        from assetgen.pixels.picture import pixel_digest

        return self.add_known(pixel_digest(picture), lambda: picture)

    def add_known(self, digest: str, picture: Draw) -> str:
        """The same for a picture whose digest is known: it is drawn only where no PNG of it was kept."""
        name = digest[:_NAME]
        if name not in self.files:
            key = f"png:{digest}"
            data = self.memo.get(key)
            if data is None:
                from assetgen.pixels.png import encode

                data = encode(picture())
                self.memo.put(key, data)
            self.files[name] = data
        return name

    def add_strip(self, digests: Sequence[str], cell: Size, load: Load) -> Strip:
        """Pictures of one size on a compact grid, each distinct one once."""
        from assetgen.build.files import grid_sheet
        from assetgen.plan.keys import key_of

        order = list(dict.fromkeys(digests))
        columns = max(1, math.ceil(math.sqrt(len(order) * cell[1] / max(cell[0], 1))))
        rows = -(-len(order) // columns)
        places = {(i % columns, i // columns): digest for i, digest in enumerate(order)}
        key = key_of(["strip", order, list(cell), columns])
        name = self.add_known(key, lambda: grid_sheet(cell, columns, rows, places, load))
        return Strip(name, cell, columns, {digest: i for i, digest in enumerate(order)})


class Strip(Struct, frozen=True):
    """One picture that holds several: `index` tells which cell, in reading order, shows a pixel digest."""

    name: str
    cell: Size
    columns: int
    index: Mapping[str, int]
