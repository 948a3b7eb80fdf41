"""The way in: from an order to its pictures."""

from __future__ import annotations

import numpy as np

from assetgen.pixels.colors import map_to
from assetgen.simulator.art.canvas import Picture
from assetgen.simulator.art.color import RGB
from assetgen.simulator.art.ground import tile, tileset
from assetgen.simulator.art.order import Order
from assetgen.simulator.art.pictures import single
from assetgen.simulator.art.sheets import sheet


def draw(order: Order) -> list[Picture]:
    """The ordered pictures: RGBA, RGB zero where transparent, one for each of `count`.

    Pictures and tiles have the order's size, animations and tilesets are whole sheets of cells of that size. The
    same order gives the same pixels on every machine.
    """
    makers = {"animation": sheet, "tileset": tileset, "tile": tile, "picture": single}
    maker = makers[order.style.makes]
    return [_finished(maker(order, candidate), order.palette) for candidate in range(max(1, order.count))]


def _finished(picture: Picture, palette: tuple[RGB, ...] | None) -> Picture:
    if palette:
        picture = map_to(picture, [f"{r:02x}{g:02x}{b:02x}" for r, g, b in palette])
    picture = np.ascontiguousarray(picture)
    picture[picture[..., 3] == 0] = 0
    return picture
