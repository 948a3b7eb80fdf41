"""The subject of a prompt alone on a transparent picture."""

from __future__ import annotations

import numpy as np

from assetgen.simulator.art.actors import actor_for
from assetgen.simulator.art.buildings import SCENERY
from assetgen.simulator.art.canvas import Canvas, Picture
from assetgen.simulator.art.color import pick
from assetgen.simulator.art.effects import EFFECTS, effect_frames
from assetgen.simulator.art.interface import INTERFACE, skin_for
from assetgen.simulator.art.items import paint_for
from assetgen.simulator.art.maps import iso_block
from assetgen.simulator.art.order import Order
from assetgen.simulator.art.rig import Pose
from assetgen.simulator.art.scenes import sprite
from assetgen.simulator.art.terrain import TERRAINS
from assetgen.simulator.art.treasures import ICONS, draw_item
from assetgen.simulator.art.words import Brief

_ITEM_STYLES = frozenset({"mc_item", "topdown_item", "inventory_items", "tile_object", "item_sheet", "skill_icon"})


def subject(order: Order, candidate: int, brief: Brief, width: int, height: int) -> Picture:
    """The prompt's subject alone on a transparent picture."""
    key = order.key(candidate)
    side = min(width, height)
    if brief.kind == "interface" and brief.subject in INTERFACE:
        return INTERFACE[brief.subject](width, height, skin_for(brief, key))
    if brief.kind == "item":
        return placed(
            item_picture(brief.subject, brief, side, detail(order, candidate, brief)), width, height, middle=True
        )
    if brief.kind == "effect":
        name = brief.subject if brief.subject in EFFECTS else "magic"
        return placed(effect_frames(brief, name, side, 8, key)[3], width, height, middle=True)
    if brief.kind == "scenery" and brief.subject in SCENERY:
        return placed(sprite(brief.subject, side, brief, detail(order, candidate, brief)), width, height)
    if brief.kind == "terrain" and brief.subject in TERRAINS:
        block, _ = iso_block(side, side, brief.subject, key, brief)
        return placed(block, width, height)
    if brief.subject == "icon" or (not brief.known and order.short in _ITEM_STYLES):
        name = pick(tuple(ICONS), brief.key, "item")
        return placed(item_picture(name, brief, side, key), width, height, middle=True)
    return placed(figure_picture(order, candidate, side), width, height)


def detail(order: Order, candidate: int, brief: Brief) -> str:
    """What decides details: the words alone for the first picture, so that one prompt keeps one look."""
    return f"{brief.key}|{order.variation(candidate) or ''}"


def item_picture(name: str, brief: Brief | None, side: int, key: str) -> Picture:
    """One item as an outlined transparent square."""
    c = Canvas(side, side, scale=(side - 2) / 32, origin=(1, 1))
    draw_item(c, name, paint_for(name, brief, key))
    c.outline()
    return c.picture()


def figure_picture(order: Order, candidate: int, side: int) -> Picture:
    """Somebody standing, as large as the square allows."""
    variation = order.variation(candidate)
    actor = actor_for(order.prompt, variation)
    yaw = (0.0, 30.0, 330.0, 0.0)[variation % 4 if variation else 0]
    base = side - max(2, side // 14)
    scale = (base - 3) / max(actor.tall, 36)
    for _ in range(2):
        c = Canvas(side, side, scale=scale, origin=(side // 2, base))
        actor.draw(c, yaw, Pose())
        c.outline()
        picture = c.picture()
        touching = (picture[0, :, 3].any(), picture[:, 0, 3].any(), picture[:, -1, 3].any())
        if not any(touching):
            break
        scale *= 0.86
    return picture


def placed(picture: Picture, width: int, height: int, middle: bool = False) -> Picture:
    """A picture in a larger transparent one: centred, resting at the bottom or in the middle."""
    h, w = picture.shape[:2]
    if (w, h) == (width, height):
        return picture
    out = np.zeros((height, width, 4), np.uint8)
    top = (height - h) // 2 if middle else height - h
    out[top : top + h, (width - w) // 2 : (width - w) // 2 + w] = picture
    return out
