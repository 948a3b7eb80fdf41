"""Single pictures: which composition a style and a prompt ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from assetgen.simulator.art.actors import LIVING, actor_for
from assetgen.simulator.art.backdrop import cut_out, figure_box, grounded, simple_ground
from assetgen.simulator.art.buildings import SCENERY
from assetgen.simulator.art.canvas import Canvas, Picture, over
from assetgen.simulator.art.color import adjust, chance, pick, ramp, ramp_of, rgb
from assetgen.simulator.art.effects import EFFECTS, effect_frames
from assetgen.simulator.art.font import lettering
from assetgen.simulator.art.interface import INTERFACE, skin_for
from assetgen.simulator.art.items import CENTRED, HELD, paint_for
from assetgen.simulator.art.order import Order
from assetgen.simulator.art.reworked import reworked
from assetgen.simulator.art.rig import YAWS, Pose, walk_pose
from assetgen.simulator.art.scenes import dungeon, ground_of, hexagons, iso_block, landscape, sprite, topdown_map
from assetgen.simulator.art.terrain import TERRAINS, texture
from assetgen.simulator.art.treasures import ICONS, draw_item
from assetgen.simulator.art.words import Brief, read

BARE = frozenset({"mc_item", "topdown_item", "tile_object", "scene_object", "topdown_asset", "isometric_asset", "game_asset", "inventory_items", "ui", "ui_element", "ui_panel", "fps_weapon", "hexagonal_tiles", "spritesheet"})
"""Styles whose pictures have no background."""

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
    compose = _COMPOSITIONS.get(order.short)
    picture = compose(order, candidate, brief) if compose else _usual(order, candidate, brief)
    if order.short == "1_bit":
        picture = _one_bit(picture)
    if order.remove_bg and (picture[..., 3] == 255).all() and brief.kind not in ("terrain", "scene"):
        return cut_out(picture)
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
    views = brief.kind == "scene" or (brief.kind == "scenery" and any(kind == "scene" for kind, _ in brief.nouns) and order.short not in BARE)
    if views and not order.remove_bg:
        return landscape(width, height, brief, key)
    figure = subject(order, candidate, brief, width, height)
    if bare or brief.kind == "interface":
        return figure
    if min(width, height) >= 128 and brief.kind in (*LIVING, "scenery"):
        return grounded(figure, landscape(width, height, brief, key, empty=True))
    return grounded(figure, simple_ground(width, height, f"{brief.key}{order.seed}{candidate}", floor=brief.kind not in ("item", "effect")))


def subject(order: Order, candidate: int, brief: Brief, width: int, height: int) -> Picture:
    """The prompt's subject alone on a transparent picture."""
    key = order.key(candidate)
    side = min(width, height)
    if brief.kind == "interface":
        return INTERFACE[brief.subject](width, height, skin_for(brief, key))
    if brief.kind == "item":
        return placed(item_picture(brief.subject, brief, side, _detail(order, candidate, brief)), width, height, middle=True)
    if brief.kind == "effect":
        name = brief.subject if brief.subject in EFFECTS else "magic"
        return placed(effect_frames(brief, name, side, 8, key)[3], width, height, middle=True)
    if brief.kind == "scenery" and brief.subject in SCENERY:
        return placed(sprite(brief.subject, side, brief, _detail(order, candidate, brief)), width, height)
    if brief.kind == "terrain" and brief.subject in TERRAINS:
        block, _ = iso_block(side, side, brief.subject, key, brief)
        return placed(block, width, height)
    if not brief.known and order.short in ("mc_item", "topdown_item", "inventory_items", "tile_object", "item_sheet", "skill_icon"):
        name = pick(tuple(ICONS), brief.key, "item")
        return placed(item_picture(name, brief, side, key), width, height, middle=True)
    return placed(figure_picture(order, candidate, side), width, height)


def _detail(order: Order, candidate: int, brief: Brief) -> str:
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
    from assetgen.simulator.art.canvas import BAYER4

    h, w = picture.shape[:2]
    light = picture[..., :3] @ np.array([0.30, 0.59, 0.11]) / 255
    pattern = np.tile(BAYER4, (-(-h // 4), -(-w // 4)))[:h, :w]
    out = picture.copy()
    out[..., :3] = np.where((light + pattern * 0.28 > 0.46)[..., None], 255, 0)
    out[picture[..., 3] == 0] = 0
    return out


# -- compositions by style --


def _texture(order: Order, candidate: int, brief: Brief) -> Picture:
    name = brief.subject if brief.subject in TERRAINS else {"tree": "wood", "house": "brick", "castle": "stone", "rock": "stone", "chest": "wood", "crate": "wood", "barrel": "wood"}.get(brief.subject)
    return texture(brief, *order.size, order.key(candidate), name)


def _ui(order: Order, candidate: int, brief: Brief) -> Picture:
    name = brief.subject if brief.subject in INTERFACE else "panel"
    if name == "icon" or (brief.kind == "interface" and brief.subject == "icon"):
        return _skill(order, candidate, read(order.prompt, ("item", "effect")))
    return INTERFACE[name](*order.size, skin_for(brief, order.key(candidate)))


def _portrait(order: Order, candidate: int, brief: Brief) -> Picture:
    width, height = order.size
    side = min(width, height)
    actor = actor_for(order.prompt, order.variation(candidate))
    scale, below = (side / 29, 0.30) if actor.upright else (side / (actor.tall * 0.92), 0.14)
    c = Canvas(width, height, scale=scale, origin=(width / 2, height + side * below))
    actor.draw(c, 18.0 if candidate % 2 == 0 else -18.0, Pose())
    c.outline()
    figure = c.picture()
    if order.remove_bg:
        return figure
    return over(simple_ground(width, height, f"{brief.key}{candidate}", floor=False), figure)


def _turnaround(order: Order, candidate: int, brief: Brief) -> Picture:
    width, height = order.size
    actor = actor_for(order.prompt, order.variation(candidate))
    views = ("down", "right", "up", "left") if width >= height * 1.4 else ("right", "down", "up")
    wide = width // len(views)
    scale = min(wide / 25, height * 0.84 / max(actor.tall, 36))
    c = Canvas(width, height, scale=scale)
    for k, view in enumerate(views):
        one = Canvas(width, height, scale=scale, origin=(wide * k + wide // 2, round(height * 0.92)))
        actor.draw(one, YAWS[view], Pose())
        one.outline()
        painted = one.part > 0
        c.rgb[painted], c.dark[painted], c.part[painted] = one.rgb[painted], one.dark[painted], 1
    figure = c.picture()
    if order.remove_bg:
        return figure
    ground = np.full((height, width, 4), 255, np.uint8)
    ground[..., :3] = (236, 232, 224)
    return over(ground, figure)


def _item_sheet(order: Order, candidate: int, brief: Brief) -> Picture:
    width, height = order.size
    columns = max(2, min(6, width // 30))
    side = width // columns
    rows = max(1, height // side)
    wanted = [s for k, s in brief.nouns if k == "item" and (s in ICONS or s in HELD or s in CENTRED or s == "lantern")]
    others = [n for n in (*ICONS, *HELD, *CENTRED) if n not in wanted]
    key = order.key(candidate)
    others.sort(key=lambda n: chance(key, n))
    varied = [wanted[k % len(wanted)] for k in range(columns * rows)] if len(wanted) == 1 else (wanted + others)
    out = np.zeros((height, width, 4), np.uint8)
    for k in range(columns * rows):
        name = varied[k % len(varied)]
        piece = item_picture(name, brief if len(wanted) == 1 and k == 0 else None, side - 4, f"{key}{k}")
        out = over(out, piece, k % columns * side + 2, k // columns * side + 2)
    if order.remove_bg or order.short in BARE:
        return out
    return over(simple_ground(width, height, brief.key, floor=False), out)


def _skill(order: Order, candidate: int, brief: Brief) -> Picture:
    width, height = order.size
    key = order.key(candidate)
    back = brief.color("glow") or rgb(pick(("5a2c6e", "2c4a7a", "7a2c34", "2c6a4c", "7a5a24"), brief.key, "skill"))
    out = simple_ground(width, height, key, adjust(back, 1.0, 0.9), floor=False)
    side = round(min(width, height) * 0.78)
    piece = subject(order, candidate, brief if brief.kind != "interface" else replace(brief, kind="", known=False), side, side)
    out = over(out, piece, (width - side) // 2, (height - side) // 2)
    edge = max(1, min(width, height) // 24)
    frame = ramp_of("c8963c")
    for k in range(edge + 2):
        color = frame[0] if k in (0, edge + 1) else frame[3] if k <= 1 else frame[2]
        out[k, k : width - k, :3] = out[k : height - k, k, :3] = color
        dark = frame[0] if k in (0, edge + 1) else frame[1]
        out[height - 1 - k, k : width - k, :3] = out[k : height - k, width - 1 - k, :3] = dark
    return out


def _map(order: Order, candidate: int, brief: Brief) -> Picture:
    return topdown_map(*order.size, brief, order.key(candidate))


def _dungeon(order: Order, candidate: int, brief: Brief) -> Picture:
    return dungeon(*order.size, brief, order.key(candidate))


def _environment(order: Order, candidate: int, brief: Brief) -> Picture:
    return landscape(*order.size, brief, order.key(candidate))


def _platformer(order: Order, candidate: int, brief: Brief) -> Picture:
    width, height = order.size
    back = landscape(width, height, brief, order.key(candidate), empty=True)
    if brief.kind in LIVING or brief.kind in ("item", "scenery"):
        if order.remove_bg:
            return subject(order, candidate, brief, width, height)
        side = round(min(width, height) * 0.7)
        return over(back, subject(order, candidate, brief, side, side), (width - side) // 2, height - side - 2)
    return back


def _isometric(order: Order, candidate: int, brief: Brief) -> Picture:
    width, height = order.size
    key = order.key(candidate)
    side = min(width, height)
    if brief.kind == "terrain" and brief.subject in TERRAINS:
        out = placed(iso_block(side, side, brief.subject, key, brief)[0], width, height)
    else:
        block, (x, y) = iso_block(side, side, ground_of(brief, brief.key), key)
        size = round(side * (0.66 if brief.kind == "scenery" else 0.58))
        piece = subject(order, candidate, brief, size, size)
        box = figure_box(piece) or (0, 0, size, size)
        out = placed(over(block, piece, x - size // 2, y - box[3] + round(side * 0.05)), width, height)
    if order.remove_bg or order.short in BARE or side < 64:
        return out
    return over(simple_ground(width, height, brief.key, floor=False), out)


def _hexagonal(order: Order, candidate: int, brief: Brief) -> Picture:
    return hexagons(*order.size, brief, order.key(candidate))


def _spritesheet(order: Order, candidate: int, brief: Brief) -> Picture:
    width, height = order.size
    actor = actor_for(order.prompt, order.variation(candidate))
    cell = max(16, min(width, height) // 4)
    columns, rows = width // cell, height // cell
    poses = (Pose(), walk_pose(0.25), Pose(bob=1), walk_pose(0.75))
    out = np.zeros((height, width, 4), np.uint8)
    for k in range(columns * rows):
        view = ("down", "right", "up", "left")[k // columns % 4]
        c = Canvas(cell, cell, scale=cell * 0.84 / max(actor.tall, 36), origin=(cell // 2, round(cell * 0.9)))
        actor.draw(c, YAWS[view], poses[k % 4])
        c.outline()
        out[k // columns * cell : (k // columns + 1) * cell, k % columns * cell : (k % columns + 1) * cell] = c.picture()
    return out


def _weapon(order: Order, candidate: int, brief: Brief) -> Picture:
    width, height = order.size
    name = brief.subject if brief.subject in HELD else pick(("gun", "sword", "axe", "staff"), brief.key, "weapon")
    p = paint_for(name, brief, order.key(candidate))
    side = min(width, height)
    c = Canvas(width, height, scale=side / 40, origin=(width * 0.62, height * 0.80))
    skin, sleeve = ramp_of("e8b088"), ramp(brief.color("top") or rgb("6a4430"))
    c.paint(c.capsule(14, 16, 4, 4, 7, 5), sleeve)
    HELD[name][0](c.at(0, 0, -24, 1.55), p)
    c.paint(c.ellipse(0.5, 1.5, 4.6, 4.2), skin, edge=True)
    for k in range(3):
        c.paint(c.capsule(-3.4, -1 + k * 2.3, 0.5, -1.6 + k * 2.3, 1.3), skin, edge=True)
    c.outline()
    return c.picture()


def _lettering(order: Order, candidate: int, brief: Brief) -> Picture:
    quoted = order.prompt.split('"')
    text = quoted[1] if len(quoted) > 2 else order.prompt
    color = brief.color() or rgb(pick(("f0b92c", "d0323c", "3c94ec", "46a83e"), brief.key, "letters"))
    out = lettering(text, *order.size, ramp(color), ramp(adjust(color, 1.1, 0.5)))
    return out if order.remove_bg else over(simple_ground(*order.size, brief.key, adjust(color, 0.6, 0.34, 150), floor=False), out)


Composition = Callable[[Order, int, Brief], Picture]
_COMPOSITIONS: dict[str, Composition] = {
    "texture": _texture, "mc_texture": _texture, "ui": _ui, "ui_element": _ui, "ui_panel": _ui, "portrait": _portrait,
    "character_turnaround": _turnaround, "item_sheet": _item_sheet, "inventory_items": _item_sheet, "skill_icon": _skill,
    "topdown_map": _map, "dungeon_map": _dungeon, "environment": _environment, "platformer": _platformer,
    "isometric": _isometric, "isometric_asset": _isometric, "hexagonal_tiles": _hexagonal, "spritesheet": _spritesheet,
    "fps_weapon": _weapon, "typography": _lettering,
}  # fmt: skip