"""Image to image: a picture of the order's size that keeps what the input shows."""

from __future__ import annotations

import numpy as np

from assetgen.pixels.colors import map_to
from assetgen.pixels.quantize import extract
from assetgen.simulator.art.actors import LIVING, actor_for
from assetgen.simulator.art.backdrop import background_mask, cleared, cut_out, figure_box
from assetgen.simulator.art.canvas import Canvas, Picture, over
from assetgen.simulator.art.edits import k_centroid
from assetgen.simulator.art.order import Order
from assetgen.simulator.art.repaint import repainted
from assetgen.simulator.art.rig import Pose
from assetgen.simulator.art.words import Brief

_EDITING = (
    "add",
    "make",
    "change",
    "turn",
    "remove",
    "give",
    "replace",
    "recolor",
    "recolour",
    "put",
    "wearing",
    "with",
)


def reworked(order: Order, candidate: int, brief: Brief) -> Picture:
    """The input at the wanted size, changed as the prompt says and as far as `strength` allows.

    A living subject is redrawn in the input's colours on the input's ground when the strength is high; low
    strengths and the styles `pixelate` and `edit` keep the input's own pixels.
    """
    assert order.input is not None
    width, height = order.size
    base = k_centroid(order.input, width, height)
    if order.short == "pixelate":
        return _clean(map_to(base, extract([base], 24)), order)
    seed = order.variation(candidate)
    if order.short != "edit" and brief.kind in LIVING and order.strength >= 0.5 and not brief.has(*_EDITING[:-1]):
        return _clean(_redrawn(order, base, seed), order)
    prompt = order.prompt or "brighter"
    return _clean(repainted(base, prompt, seed), order)


def _redrawn(order: Order, base: Picture, seed: int) -> Picture:
    figure = cut_out(base)
    box = figure_box(figure)
    if box is None:
        return base
    actor = actor_for(order.prompt, seed, base)
    h, w = base.shape[:2]
    tall = max(8, min(box[3] - box[1], h - 4))
    c = Canvas(w, h, scale=tall / min(actor.tall, 38), origin=(round((box[0] + box[2]) / 2), box[3] - 1))
    actor.draw(c, 0.0, Pose())
    c.outline()
    behind = background_mask(base)
    ground = base.copy()
    if (base[..., 3] > 0).all() and behind.any():
        values, counts = np.unique(base[behind], axis=0, return_counts=True)
        ground[~behind] = values[counts.argmax()]
    elif not (base[..., 3] > 0).all():
        ground[:] = 0
    return over(ground, c.picture())


def _clean(picture: Picture, order: Order) -> Picture:
    return cleared(picture) if order.remove_bg else picture
