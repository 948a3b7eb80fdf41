"""The way in: from an order to its pictures."""

from __future__ import annotations

import numpy as np

from assetgen.pixels.colors import map_to
from assetgen.simulator.art.canvas import Picture
from assetgen.simulator.art.color import RGB, digest
from assetgen.simulator.art.ground import tile, tileset
from assetgen.simulator.art.order import Order
from assetgen.simulator.art.pictures import single
from assetgen.simulator.art.sheets import sheet

_TINT = 5
"""How far the channels of a tinted picture are from those that were drawn."""

_SMALL = 32
"""Pictures up to this side are icons of a subject, which little tells apart."""


def draw(order: Order) -> list[Picture]:
    """The ordered pictures: RGBA, RGB zero where transparent, one for each of `count`.

    Pictures and tiles have the order's size, animations and tilesets are whole sheets of cells of that size. The
    same order gives the same pixels on every machine.
    """
    makers = {"animation": sheet, "tileset": tileset, "tile": tile, "picture": single}
    maker = makers[order.style.makes]
    pictures: list[Picture] = []
    for candidate in range(max(1, order.count)):
        picture = maker(order, candidate)
        small = max(order.size) <= _SMALL and order.style.makes == "picture"
        if small or any(np.array_equal(picture, other) for other in pictures):
            picture = _tinted(picture, order, candidate)
        pictures.append(picture)
    return [_finished(picture, order.palette) for picture in pictures]


def _tinted(picture: Picture, order: Order, candidate: int) -> Picture:
    """The picture in a hardly visible tint of its own: a small subject leaves little else to vary, and no two seeds or
    candidates of the service give the same picture. What is drawn after an input keeps that one's colours."""
    variation = order.variation(candidate)
    if not variation or order.input is not None or order.short == "1_bit":
        return picture
    steps = [digest("tint", variation, channel) % (2 * _TINT + 1) - _TINT for channel in "rgb"]
    result = picture.copy()
    result[..., :3] = np.clip(picture[..., :3].astype(np.int16) + steps, 0, 255).astype(np.uint8)
    return result


def _finished(picture: Picture, palette: tuple[RGB, ...] | None) -> Picture:
    if palette:
        picture = map_to(picture, [f"{r:02x}{g:02x}{b:02x}" for r, g, b in palette])
    picture = np.ascontiguousarray(picture)
    picture[picture[..., 3] == 0] = 0
    return picture
