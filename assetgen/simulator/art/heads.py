"""Heads of people: hair, faces, hats. Units and origin as in the rig; the head's centre lies at (0, -25)."""

from __future__ import annotations

import math

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import color_at, ramp_of
from assetgen.simulator.art.faces import CY, RX, RY, beard, draw_eyes, ears, features
from assetgen.simulator.art.hats import headgear
from assetgen.simulator.art.looks import Look


def draw_head(c: Canvas, look: Look, yaw: float, eyes: str, glance: float, sway: float) -> None:
    """Draw a head that looks along `yaw`; `glance` turns it a little further, `sway` moves hair and plume."""
    angle = math.radians(yaw + glance)
    sin, cos = math.sin(angle), math.cos(angle)
    if look.headgear == "robot" or look.species == "robot":
        _robot_head(c, look, sin, cos)
        return
    if look.species == "golem":
        c.paint(c.box(-6, CY - 5, 6, CY + 6.6, 2), look.skin, edge=True)
        draw_eyes(c, look, angle, eyes)
        return
    if cos <= -0.3:
        hair_back(c, look, sin, cos, sway)
    if look.species in ("elf", "goblin") or (look.species == "demon"):
        ears(c, look, angle)
    bald = look.hair_style == "bald" or look.species == "skeleton"
    head = c.paint(c.ellipse(0, CY, RX, RY), look.skin if bald else look.hair, edge=True)
    visible = [head]
    if cos > -0.25:
        face_x = 3.3 * sin
        rx = 5.9 - 1.5 * abs(sin)
        if not bald:
            visible.append(c.paint(c.ellipse(face_x, CY + 1.2, rx, 5.9), look.skin, clip=[head]))
        if look.species == "skeleton":
            c.paint(c.box(face_x - 3.2, CY + 4, face_x + 3.2, CY + 7.4, 0.8), look.skin, bias=-0.05)
            for k in (-1.6, 0, 1.6):
                c.dot(face_x + k - 0.3, CY + 5.6, color_at(look.skin, 0), 0.6, 1.6)
        draw_eyes(c, look, angle, eyes)
        if look.species == "orc":
            c.dot(face_x - 2.6, CY + 4.9, color_at(look.skin, 0), 5.2, 0.7)
            for k in (-2.4, 1.6):
                c.dot(face_x + k, CY + 3.9, (244, 236, 214), 0.9, 1.6)
        if look.species == "vampire" and cos > 0:
            c.dot(face_x - 1.6, CY + 4.4, (250, 250, 250), 0.9, 1.2)
            c.dot(face_x + 0.8, CY + 4.4, (250, 250, 250), 0.9, 1.2)
        if c.scale >= 2 and not look.beard and look.species != "skeleton":
            features(c, look, angle, face_x)
        if look.beard:
            beard(c, look, sin)
        if look.mask:
            c.paint(c.box(-7, CY + 1.8, 7, CY + 6), look.top, clip=visible)
    if not bald:
        fringe(c, look, sin, cos, visible)
    headgear(c, look, sin, cos, sway, visible, angle, eyes)


def hair_back(c: Canvas, look: Look, sin: float, cos: float, sway: float) -> None:
    """Hair that hangs behind the head."""
    style = look.hair_style
    if look.headgear in ("helm", "hood", "ninja", "bubble", "wraps"):
        return
    if style == "long":
        x = -1.9 * sin + sway * 0.4
        c.paint(
            c.poly(
                [(-7 - min(0, x), CY), (7 - max(0, x), CY), (6.4 + x, CY + 10.6), (x, CY + 12), (-6.4 + x, CY + 10.6)],
                1,
            ),
            look.hair,
            bias=-0.2,
            edge=cos < 0,
        )
    elif style == "ponytail":
        x = -6.0 * sin
        if cos < 0.6:
            c.paint(c.capsule(x, CY - 3.4, x - 2.4 * sin + sway * 0.8, CY + 6.6, 2.5, 1.2), look.hair, edge=True)
        else:
            c.paint(c.capsule(5.5, CY - 3.4, 8 + sway * 0.6, CY + 4.6, 2.4, 1.2), look.hair)
    elif style == "bun":
        c.paint(c.ellipse(-3.4 * sin, CY - 7.6, 3.1), look.hair, edge=True)


def fringe(c: Canvas, look: Look, sin: float, cos: float, face: list[int]) -> None:
    """Hair over the forehead and at the sides, and the crown's outline."""
    style, hair = look.hair_style, look.hair
    shift = -1.3 * sin
    clip = face
    c.paint(c.ellipse(shift, CY - 4.8, 7.6, 4.3), hair, clip=clip, shine=True)
    if cos > -0.25:
        x = 3.3 * sin
        if style in ("messy", "spiky", "short"):
            for k, drop in ((-3.6, 1.6), (-0.9, 0.9), (2.4, 1.5)):
                c.paint(
                    c.poly(
                        [
                            (x + k - 1.6, CY - 2.4),
                            (x + k + 1.7, CY - 2.4),
                            (x + k + (0.5 if k < 0 else -0.4), CY - 1.2 + drop),
                        ]
                    ),
                    hair,
                    clip=clip,
                )
        elif style == "side":
            c.paint(
                c.poly([(x - 5, CY - 4), (x + 4.5, CY - 4), (x + 2.6, CY - 1.4), (x - 3.4, CY + 0.4)]), hair, clip=clip
            )
        if style in ("long", "bun", "ponytail", "side"):
            for side in (-1, 1):
                e = side * 5.7 * abs(cos) + (-2.6 * sin)
                if abs(sin) < 0.9 or side * sin < 0:
                    c.paint(
                        c.capsule(e, CY - 2, e, CY + (5.4 if style == "long" else 2.6), 1.5, 1.0),
                        hair,
                        clip=None if style == "long" else clip,
                    )
    if style == "spiky":
        for k in range(5):
            a = -2.7 + k * 0.55
            x, y = math.cos(a) * 6.4 + shift * 0.4, CY + math.sin(a) * 6.2
            c.paint(
                c.poly([(x - 2.0, y + 1.8), (x + 2.0, y + 1.8), (x + math.cos(a) * 3.0, y + math.sin(a) * 2.8)]),
                hair,
                bias=0.1,
            )
    elif style == "messy":
        for a in (-2.5, -1.9, -1.2, -0.6):
            c.paint(c.ellipse(math.cos(a) * 5.6 + shift * 0.5, CY + math.sin(a) * 5.8, 2.2, 1.7), hair, bias=0.1)


def _robot_head(c: Canvas, look: Look, sin: float, cos: float) -> None:
    metal = look.hat if look.headgear == "robot" else look.skin
    c.dot(-0.5, CY - 10, color_at(look.legs, 1), 1, 4)
    c.paint(c.ellipse(0, CY - 10.4, 1.5), look.plume, shine=True)
    head = c.paint(c.box(-6.8, CY - 6.2, 6.8, CY + 5.8, 2.4), metal, edge=True, shine=True)
    for side in (-1, 1):
        if side * sin <= 0.3:
            x = side * 7.0 * max(abs(cos), 0.0)
            c.paint(c.box(x - 1.2, CY - 2, x + 1.2, CY + 2, 0.6), look.legs, edge=True)
    if cos > -0.25:
        x = 3.0 * sin
        wide = 5.2 - 1.3 * abs(sin)
        c.paint(c.box(x - wide, CY - 3.2, x + wide, CY + 3.4, 1.2), ramp_of("24304a"), level=1, clip=[head])
        for turn in (-0.47, 0.47):
            ex = math.sin(math.atan2(sin, cos) + turn) * 4.8
            if math.cos(math.atan2(sin, cos) + turn) > 0.12:
                c.dot(ex - 1, CY - 1.4, look.eye, 2, 2.8)
