"""Packed pages as pictures. Each page is drawn on its own, from the frames on it alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from assetgen.model.built import Placement, Size

if TYPE_CHECKING:
    from assetgen.model.built import Load, Picture


def compose_page(placements: Iterable[Placement], page: int, size: Size, load: Load, extrude: int = 0) -> Picture:
    """Draw one page of `size` (width, height): each placed cut once, its border pixels repeated `extrude` times."""
    width, height = size
    picture = np.zeros((height, width, 4), np.uint8)
    drawn: set[tuple[int, int]] = set()
    for placement in placements:
        spot = (placement.x, placement.y)
        if placement.page == page and spot not in drawn:
            drawn.add(spot)
            left, top, w, h = placement.trim
            _draw(picture, load(placement.frame.pixels)[top : top + h, left : left + w], spot, extrude)
    return picture


def _draw(page: Picture, cut: Picture, spot: tuple[int, int], extrude: int) -> None:
    """Copy exactly (a blend would change translucent pixels), then repeat the border outwards, corners too."""
    x, y = spot
    height, width = cut.shape[:2]
    page[y : y + height, x : x + width] = cut
    if extrude:
        rows = slice(y, y + height)
        page[rows, x - extrude : x] = page[rows, x : x + 1]
        page[rows, x + width : x + width + extrude] = page[rows, x + width - 1 : x + width]
        columns = slice(x - extrude, x + width + extrude)
        page[y - extrude : y, columns] = page[y : y + 1, columns]
        page[y + height : y + height + extrude, columns] = page[y + height - 1 : y + height, columns]
