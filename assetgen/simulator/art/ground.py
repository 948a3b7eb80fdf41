"""Tiles and tilesets as the tile styles ask for them."""

from __future__ import annotations

import numpy as np

from assetgen.simulator.art.canvas import Picture
from assetgen.simulator.art.color import generator, pick
from assetgen.simulator.art.noise import fractal
from assetgen.simulator.art.order import Order
from assetgen.simulator.art.terrain import TERRAINS, texture
from assetgen.simulator.art.tilesets import corner_sheet
from assetgen.simulator.art.weather import weathered
from assetgen.simulator.art.words import Brief, read

_NEIGHBOURS = {
    "grass": "dirt", "dirt": "grass", "sand": "water", "water": "sand", "stone": "grass", "brick": "stone",
    "snow": "stone",
    "lava": "stone", "wood": "stone", "ice": "snow", "leaves": "grass", "void": "stone", "metal": "void",
    "tiles": "stone",
}  # fmt: skip
"""What surrounds a terrain when the prompt does not say."""


def _terrain(brief: Brief) -> str:
    if brief.kind == "terrain" and brief.subject in TERRAINS:
        return brief.subject
    return {"rock": "stone", "tree": "leaves", "bush": "leaves", "mountain": "stone"}.get(brief.subject) or pick(
        tuple(TERRAINS), brief.key, "terrain"
    )


def tile(order: Order, candidate: int) -> Picture:
    """One opaque tile that repeats; a variation keeps the input's colours and adds what words say."""
    width, height = order.size
    brief = read(order.prompt, ("terrain",))
    key = order.key(candidate)
    if order.input is not None:
        return varied(_sized(order.input, width, height), brief, key)
    return texture(brief, width, height, key, _terrain(brief))


def varied(picture: Picture, brief: Brief, key: str) -> Picture:
    """A tile's pixels moved along soft waves that wrap, then weathered: alike, not the same."""
    h, w = picture.shape[:2]
    rng = generator(key, "varied")
    dx = np.round((fractal(w, h, 2, 2, rng) - 0.5) * max(2.0, w / 6)).astype(np.intp)
    dy = np.round((fractal(w, h, 2, 2, rng) - 0.5) * max(2.0, h / 6)).astype(np.intp)
    y, x = np.mgrid[:h, :w]
    out = picture[(y + dy) % h, (x + dx) % w]
    out = out.copy()
    out[..., :3] = weathered(out[..., :3], brief, "", w, h, rng)
    out[..., 3] = 255
    return np.asarray(out)


def _sized(picture: Picture, width: int, height: int) -> Picture:
    """The picture at another size by nearest pixels."""
    h, w = picture.shape[:2]
    if (w, h) == (width, height):
        return picture
    return np.asarray(picture[np.arange(height)[:, None] * h // height, np.arange(width)[None, :] * w // width])


def tileset(order: Order, candidate: int) -> Picture:
    """The 4×5 sheet: `prompt` inside `outside`; textures may be given as pictures."""
    width, height = order.size
    inner = read(order.prompt, ("terrain",))
    inner_name = _terrain(inner)
    if order.outside:
        outer = read(order.outside, ("terrain",))
        outer_name = _terrain(outer)
    else:
        others = [subject for kind, subject in inner.nouns if kind == "terrain" and subject != inner_name]
        outer_name = others[0] if others else _NEIGHBOURS.get(inner_name, "grass")
        outer = read(outer_name, ("terrain",))
    key = order.key(candidate)
    inside = texture(inner, width, height, f"{key}|inside", inner_name)
    outside = texture(outer, width, height, f"{key}|outside", outer_name)
    if order.input is not None:
        inside = _opaque(_sized(order.input, width, height))
    if order.outside_input is not None:
        outside = _opaque(_sized(order.outside_input, width, height))
    return corner_sheet(inside, outside, key, inner=inner_name, outer=outer_name)


def _opaque(picture: Picture) -> Picture:
    out = picture.copy()
    out[..., 3] = 255
    return out
