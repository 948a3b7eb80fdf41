"""Single pictures: which composition a style and a prompt ask for."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from assetgen.simulator.art.actors import LIVING, actor_for
from assetgen.simulator.art.backdrop import grounded, simple_ground
from assetgen.simulator.art.canvas import Canvas, Picture
from assetgen.simulator.art.color import chance, pick
from assetgen.simulator.art.effects import EFFECTS, effect_frames
from assetgen.simulator.art.items import paint_for
from assetgen.simulator.art.order import Order
from assetgen.simulator.art.rig import Pose
from assetgen.simulator.art.terrain import TERRAINS, texture
from assetgen.simulator.art.treasures import draw_item
from assetgen.simulator.art.words import Brief, read


def single(order: Order, candidate: int) -> Picture:
    """One picture of the order's size, opaque or not as the style has it."""
    brief = read(order.prompt, ())
    width, height = order.size
    return subject(brief, order, candidate, width, height)


def subject(brief: Brief, order: Order, candidate: int, width: int, height: int) -> Picture:
    """The prompt's subject alone on a transparent picture."""
    key = order.key(candidate)
    side = min(width, height)
    if brief.kind == "item":
        return centred(item_picture(brief, side, key), width, height)
    if brief.kind == "effect" and brief.subject in EFFECTS:
        frames = effect_frames(brief, brief.subject, side, 8, key)
        return centred(frames[3], width, height)
    if brief.kind == "terrain" and brief.subject in TERRAINS:
        return texture(brief, width, height, key)
    return centred(figure_picture(order, candidate, side), width, height)


def item_picture(brief: Brief, side: int, key: str) -> Picture:
    c = Canvas(side, side, scale=(side - 2) / 32, origin=(1, 1))
    draw_item(c, brief.subject, paint_for(brief.subject, brief, key))
    c.outline()
    return c.picture()


def figure_picture(order: Order, candidate: int, side: int) -> Picture:
    actor = actor_for(order.prompt, order.variation(candidate), order.input)
    yaw = (0.0, 45.0, 315.0, 0.0)[order.variation(candidate) % 4 if order.variation(candidate) else 0]
    c = Canvas(side, side, scale=(side - 4) / max(actor.tall, 36), origin=(side // 2, side - max(2, side // 16)))
    actor.draw(c, yaw, Pose())
    c.outline()
    return c.picture()


def centred(picture: Picture, width: int, height: int) -> Picture:
    """A picture in the middle of a larger transparent one, resting at the bottom."""
    h, w = picture.shape[:2]
    if (w, h) == (width, height):
        return picture
    out = np.zeros((height, width, 4), np.uint8)
    out[height - h :, (width - w) // 2 : (width - w) // 2 + w] = picture
    return out
