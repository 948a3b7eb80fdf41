"""The compositions that single styles ask for: portraits, sheets of items, icons, maps, lettering."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec.structs import replace

from assetgen.simulator.art.actors import LIVING, actor_for
from assetgen.simulator.art.backdrop import figure_box, simple_ground
from assetgen.simulator.art.canvas import Canvas, Picture, over
from assetgen.simulator.art.color import adjust, chance, pick, ramp, ramp_of, rgb
from assetgen.simulator.art.font import lettering
from assetgen.simulator.art.interface import INTERFACE, skin_for
from assetgen.simulator.art.items import CENTRED, HELD, paint_for
from assetgen.simulator.art.maps import dungeon, ground_of, hexagons, iso_block, topdown_map
from assetgen.simulator.art.order import Order
from assetgen.simulator.art.rig import YAWS, Pose, walk_pose
from assetgen.simulator.art.scenes import landscape
from assetgen.simulator.art.subjects import item_picture, placed, subject
from assetgen.simulator.art.terrain import TERRAINS, texture
from assetgen.simulator.art.treasures import ICONS
from assetgen.simulator.art.words import Brief, read

BARE = frozenset(
    {
        "mc_item", "topdown_item", "tile_object", "scene_object", "topdown_asset", "isometric_asset", "game_asset",
        "inventory_items", "ui", "ui_element", "ui_panel", "fps_weapon", "hexagonal_tiles", "spritesheet",
    }
)  # fmt: skip
"""Styles whose pictures have no background."""


def _texture(order: Order, candidate: int, brief: Brief) -> Picture:
    name = (
        brief.subject
        if brief.subject in TERRAINS
        else {
            "tree": "wood",
            "house": "brick",
            "castle": "stone",
            "rock": "stone",
            "chest": "wood",
            "crate": "wood",
            "barrel": "wood",
        }.get(brief.subject)
    )
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
    piece = subject(
        order, candidate, brief if brief.kind != "interface" else replace(brief, kind="", known=False), side, side
    )
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
        out[k // columns * cell : (k // columns + 1) * cell, k % columns * cell : (k % columns + 1) * cell] = (
            c.picture()
        )
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
    return (
        out
        if order.remove_bg
        else over(simple_ground(*order.size, brief.key, adjust(color, 0.6, 0.34, 150), floor=False), out)
    )


Composition = Callable[[Order, int, Brief], Picture]
COMPOSITIONS: dict[str, Composition] = {
    "texture": _texture, "mc_texture": _texture, "ui": _ui, "ui_element": _ui, "ui_panel": _ui, "portrait": _portrait,
    "character_turnaround": _turnaround, "item_sheet": _item_sheet, "inventory_items": _item_sheet,
    "skill_icon": _skill,
    "topdown_map": _map, "dungeon_map": _dungeon, "environment": _environment, "platformer": _platformer,
    "isometric": _isometric, "isometric_asset": _isometric, "hexagonal_tiles": _hexagonal, "spritesheet": _spritesheet,
    "fps_weapon": _weapon, "typography": _lettering,
}  # fmt: skip
