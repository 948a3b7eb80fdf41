"""Single pictures: which composition a style and a prompt ask for."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from assetgen.simulator.art.actors import LIVING
from assetgen.simulator.art.backdrop import cleared, grounded, simple_ground
from assetgen.simulator.art.canvas import BAYER4, Picture, over
from assetgen.simulator.art.color import adjust, pick, rgb
from assetgen.simulator.art.compositions import BARE, COMPOSITIONS
from assetgen.simulator.art.order import Order
from assetgen.simulator.art.reworked import reworked
from assetgen.simulator.art.scenes import landscape
from assetgen.simulator.art.subjects import subject
from assetgen.simulator.art.terrain import TERRAINS, texture
from assetgen.simulator.art.words import Brief, read

FINEST = 160
"""Sides above this are drawn in bigger pixels: a figure of more would no longer look like pixel art."""


def single(order: Order, candidate: int) -> Picture:
    """One picture of the order's size, opaque unless its style or the order wants no background."""
    width, height = order.size
    grain = -(-max(width, height) // FINEST)
    if read(order.prompt, _prefer(order.short)).kind == "item" and order.short not in ("item_sheet", "inventory_items"):
        grain = -(-max(width, height) // 96)
    if order.short in ("topdown_map", "dungeon_map", "environment"):
        grain = -(-max(width, height) // 256)
    if grain == 1:
        return _drawn(order, candidate)
    small = replace(order, size=(-(-width // grain), -(-height // grain)), input=_reduced(order.input, grain))
    return np.asarray(_drawn(small, candidate).repeat(grain, 0).repeat(grain, 1)[:height, :width])


def _reduced(picture: Picture | None, grain: int) -> Picture | None:
    return None if picture is None else picture[::grain, ::grain]


def _drawn(order: Order, candidate: int) -> Picture:
    brief = read(order.prompt, _prefer(order.short))
    if order.input is not None and order.short not in ("texture", "mc_texture"):
        return reworked(order, candidate, brief)
    if order.tile_x or order.tile_y:
        return _repeating(order, candidate, brief)
    compose = COMPOSITIONS.get(order.short)
    picture = compose(order, candidate, brief) if compose else _usual(order, candidate, brief)
    if order.short == "1_bit":
        picture = _one_bit(picture)
    if order.remove_bg and (picture[..., 3] == 255).all() and brief.kind not in ("terrain", "scene"):
        return cleared(picture)
    return picture


def _prefer(style: str) -> tuple[str, ...]:
    if style in ("texture", "mc_texture"):
        return ("terrain",)
    if style in ("ui", "ui_element", "ui_panel"):
        return ("interface",)
    if style in ("mc_item", "topdown_item", "skill_icon", "inventory_items", "item_sheet", "fps_weapon"):
        return ("item", "effect")
    if style in ("portrait", "character_turnaround", "spritesheet"):
        return LIVING
    if style in ("scene_object", "tile_object", "topdown_asset", "isometric_asset"):
        return ("scenery", "item")
    return ()


def _usual(order: Order, candidate: int, brief: Brief) -> Picture:
    """The subject on a simple ground, in a landscape when there is room, or alone."""
    width, height = order.size
    key = order.key(candidate)
    bare = order.remove_bg or order.short in BARE
    if brief.kind == "terrain" and brief.subject in TERRAINS and order.short not in BARE:
        return texture(brief, width, height, key)
    views = brief.kind == "scene" or (
        brief.kind == "scenery" and any(kind == "scene" for kind, _ in brief.nouns) and order.short not in BARE
    )
    if views and not order.remove_bg:
        return landscape(width, height, brief, key)
    figure = subject(order, candidate, brief, width, height)
    if bare or brief.kind == "interface":
        return figure
    if min(width, height) >= 128 and brief.kind in (*LIVING, "scenery"):
        return grounded(figure, landscape(width, height, brief, key, empty=True))
    return grounded(
        figure,
        simple_ground(width, height, f"{brief.key}{order.seed}{candidate}", floor=brief.kind not in ("item", "effect")),
    )


def _repeating(order: Order, candidate: int, brief: Brief) -> Picture:
    """A picture that repeats: a wrapping texture, or the subject in the middle of a plain cloth."""
    width, height = order.size
    key = order.key(candidate)
    if brief.kind in ("terrain", "") or (brief.kind == "scenery" and order.short in ("texture", "mc_texture")):
        return texture(brief, width, height, key)
    cloth = adjust(rgb(pick(("5b7a94", "6f8f72", "8a6f94", "94785b"), brief.key, "cloth")), 0.9, 0.8)
    ground = np.full((height, width, 4), 255, np.uint8)
    ground[..., :3] = cloth
    ground[::4, ::4, :3] = adjust(cloth, 1.0, 0.88)
    ground[2::4, 2::4, :3] = adjust(cloth, 1.0, 1.1)
    side = max(12, round(min(width, height) * 0.7))
    return over(ground, subject(order, candidate, brief, side, side), (width - side) // 2, (height - side) // 2)


def _one_bit(picture: Picture) -> Picture:
    """Black and white: light from dark by an ordered threshold, outlines kept."""
    h, w = picture.shape[:2]
    light = picture[..., :3] @ np.array([0.30, 0.59, 0.11]) / 255
    pattern = np.tile(BAYER4, (-(-h // 4), -(-w // 4)))[:h, :w]
    out = picture.copy()
    out[..., :3] = np.where((light + pattern * 0.28 > 0.46)[..., None], 255, 0)
    out[picture[..., 3] == 0] = 0
    return out
