"""Heads of people: hair, faces, hats. Units and origin as in the rig; the head's centre lies at (0, -25)."""

from __future__ import annotations

import math

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import RGB, Ramp, ramp, ramp_of
from assetgen.simulator.art.looks import Look

CY = -25.2
RX, RY = 7.0, 6.8


def _rgb(ramp: Ramp, step: int) -> RGB:
    return int(ramp[step][0]), int(ramp[step][1]), int(ramp[step][2])


def draw_head(c: Canvas, look: Look, yaw: float, eyes: str, glance: float, sway: float) -> None:
    """Draw a head that looks along `yaw`; `glance` turns it a little further, `sway` moves hair and plume."""
    angle = math.radians(yaw + glance)
    sin, cos = math.sin(angle), math.cos(angle)
    if look.headgear == "robot" or look.species == "robot":
        _robot_head(c, look, sin, cos)
        return
    if look.species == "golem":
        c.paint(c.box(-6, CY - 5, 6, CY + 6.6, 2), look.skin, edge=True)
        _eyes(c, look, angle, eyes)
        return
    if cos <= -0.3:
        hair_back(c, look, sin, cos, sway)
    if look.species in ("elf", "goblin") or (look.species == "demon"):
        _ears(c, look, angle)
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
                c.dot(face_x + k - 0.3, CY + 5.6, _rgb(look.skin, 0), 0.6, 1.6)
        _eyes(c, look, angle, eyes)
        if look.species == "orc":
            c.dot(face_x - 2.6, CY + 4.9, _rgb(look.skin, 0), 5.2, 0.7)
            for k in (-2.4, 1.6):
                c.dot(face_x + k, CY + 3.9, (244, 236, 214), 0.9, 1.6)
        if look.species == "vampire" and cos > 0:
            c.dot(face_x - 1.6, CY + 4.4, (250, 250, 250), 0.9, 1.2)
            c.dot(face_x + 0.8, CY + 4.4, (250, 250, 250), 0.9, 1.2)
        if c.scale >= 2 and not look.beard and look.species != "skeleton":
            _features(c, look, angle, face_x)
        if look.beard:
            _beard(c, look, sin)
        if look.mask:
            c.paint(c.box(-7, CY + 1.8, 7, CY + 6), look.top, clip=visible)
    if not bald:
        fringe(c, look, sin, cos, visible)
    headgear(c, look, sin, cos, sway, visible, angle, eyes)


def _eyes(c: Canvas, look: Look, angle: float, eyes: str) -> None:
    glowing = look.species in ("skeleton", "robot", "golem", "demon")
    y = CY + 0.4
    for side in (-0.47, 0.47):
        if math.cos(angle + side) < 0.12:
            continue
        x = math.sin(angle + side) * 5.1
        if look.species == "skeleton":
            c.paint(c.ellipse(x, y + 1.0, 1.8, 2.0), look.skin, level=0)
            c.dot(x - 0.5, y + 0.6, look.eye, 1, 1)
            continue
        if eyes == "closed":
            c.dot(x - 1, y + 1.6, _rgb(look.skin, 0), 2, 0.8)
            continue
        if c.scale >= 2 and not glowing:
            _large_eye(c, look, x, y, math.sin(angle), eyes == "wide")
            continue
        tall = 3.6 if eyes == "wide" else 2.8
        top = y - (0.6 if eyes == "wide" else 0)
        if glowing:
            c.dot(x - 1, top, look.eye, 2, tall)
            continue
        white, pupil = (246, 246, 250), look.eye
        # Pupils look where the head looks; seen from the front they sit at the inner side.
        inner = 1 if side < 0 else 0
        if abs(math.sin(angle)) > 0.3:
            inner = 1 if math.sin(angle) > 0 else 0
        c.dot(x - 1, top, white, 2, tall)
        c.dot(x - 1 + inner, top, pupil, 1, tall)
        if c.scale >= 1.8:
            c.dot(x - 1 + inner, top, white, 0.5, 0.6)
        if c.scale >= 1.2:
            c.dot(x - 1.2, top - 1.2, _rgb(look.hair if look.hair_style != "bald" else look.skin, 0), 2.4, 0.5)
    if look.glasses and math.cos(angle) > -0.1:
        for side in (-0.5, 0.5):
            if math.cos(angle + side) > 0.1:
                x = math.sin(angle + side) * 5.1
                c.dot(x - 1.9, y - 0.2, (30, 28, 44), 3.8, 3.0)
                c.dot(x - 1.3, y + 0.2, (96, 108, 150), 1.0, 0.9)
        c.dot(math.sin(angle) * 4.8 - 2, y, (30, 28, 44), 4, 0.8)


def _large_eye(c: Canvas, look: Look, x: float, y: float, sin: float, wide: bool) -> None:
    """An eye with iris, pupil, gleam, lid and brow, where there are pixels for them."""
    white, iris = ramp_of("f2f2f8"), ramp(look.eye)
    ball = c.paint(c.ellipse(x, y + 0.8, 1.5, 2.0 if wide else 1.7), white, level=2)
    iris_at = c.paint(c.ellipse(x + 0.5 * sin, y + 0.9, 0.95, 1.25), iris, level=2, clip=[ball])
    c.paint(c.ellipse(x + 0.5 * sin, y + 1.0, 0.5, 0.8), iris, level=0, clip=[ball, iris_at])
    c.dot(x + 0.5 * sin - 0.7, y + 0.1, (255, 255, 255), 0.5, 0.5)
    c.paint(c.line((x - 1.6, y - 0.3), (x, y - 1.0), (x + 1.6, y - 0.3), width=0.55), look.skin, level=0)
    brow = look.hair if look.hair_style != "bald" else look.skin
    c.paint(c.line((x - 1.6, y - 2.1), (x + 1.5, y - 2.2), width=0.75), brow, level=1)


def _features(c: Canvas, look: Look, angle: float, x: float) -> None:
    """Nose, mouth and cheeks of a large face."""
    nose = x + 1.4 * math.sin(angle)
    c.paint(c.ellipse(nose, CY + 2.7, 0.7, 0.8), look.skin, level=1)
    c.paint(c.ellipse(nose - 0.2, CY + 2.4, 0.5, 0.5), look.skin, level=3)
    if look.species != "orc":
        c.paint(c.line((x - 1.3, CY + 4.7), (x, CY + 5.1), (x + 1.3, CY + 4.7), width=0.6), look.skin, level=0)
    for side in (-0.8, 0.8):
        if math.cos(angle + side) > 0.3:
            c.paint(c.ellipse(math.sin(angle + side) * 5.4, CY + 3.2, 0.9, 0.6), look.skin, level=1)


def _beard(c: Canvas, look: Look, sin: float) -> None:
    x = 3.4 * sin
    c.paint(c.poly([(x - 4.6, CY + 2.4), (x + 4.6, CY + 2.4), (x + 4.2, CY + 6), (x + 1.6, CY + 11), (x, CY + 12.4), (x - 1.6, CY + 11), (x - 4.2, CY + 6)]), look.hair, edge=True)
    c.paint(c.capsule(x - 2.6, CY + 3.3, x + 2.6, CY + 3.3, 1.1), look.hair, level=3)
    c.dot(x - 0.8, CY + 4.5, _rgb(look.skin, 1), 1.6, 0.8)


def _ears(c: Canvas, look: Look, angle: float) -> None:
    for side in (-1, 1):
        depth = -math.sin(angle) * side
        x = math.cos(angle) * side
        if depth < -0.7:
            continue
        tip, base = x * 11.4 - 0.8 * math.sin(angle), x * 5.6
        if abs(x) < 0.3:
            continue
        c.paint(c.poly([(base, CY - 2), (tip, CY - 4.2), (base, CY + 2.6)]), look.skin)


def hair_back(c: Canvas, look: Look, sin: float, cos: float, sway: float) -> None:
    """Hair that hangs behind the head."""
    style = look.hair_style
    if look.headgear in ("helm", "hood", "ninja", "bubble", "wraps"):
        return
    if style == "long":
        x = -1.9 * sin + sway * 0.4
        c.paint(c.poly([(-7 - min(0, x), CY), (7 - max(0, x), CY), (6.4 + x, CY + 10.6), (x, CY + 12), (-6.4 + x, CY + 10.6)], 1), look.hair, bias=-0.2, edge=cos < 0)
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
                c.paint(c.poly([(x + k - 1.6, CY - 2.4), (x + k + 1.7, CY - 2.4), (x + k + (0.5 if k < 0 else -0.4), CY - 1.2 + drop)]), hair, clip=clip)
        elif style == "side":
            c.paint(c.poly([(x - 5, CY - 4), (x + 4.5, CY - 4), (x + 2.6, CY - 1.4), (x - 3.4, CY + 0.4)]), hair, clip=clip)
        if style in ("long", "bun", "ponytail", "side"):
            for side in (-1, 1):
                e = side * 5.7 * abs(cos) + (-2.6 * sin)
                if abs(sin) < 0.9 or side * sin < 0:
                    c.paint(c.capsule(e, CY - 2, e, CY + (5.4 if style == "long" else 2.6), 1.5, 1.0), hair, clip=None if style == "long" else clip)
    if style == "spiky":
        for k in range(5):
            a = -2.7 + k * 0.55
            x, y = math.cos(a) * 6.4 + shift * 0.4, CY + math.sin(a) * 6.2
            c.paint(c.poly([(x - 2.0, y + 1.8), (x + 2.0, y + 1.8), (x + math.cos(a) * 3.0, y + math.sin(a) * 2.8)]), hair, bias=0.1)
    elif style == "messy":
        for a in (-2.5, -1.9, -1.2, -0.6):
            c.paint(c.ellipse(math.cos(a) * 5.6 + shift * 0.5, CY + math.sin(a) * 5.8, 2.2, 1.7), hair, bias=0.1)


def headgear(c: Canvas, look: Look, sin: float, cos: float, sway: float, head: list[int], angle: float, eyes: str) -> None:
    """Whatever is worn on the head."""
    gear, hat = look.headgear, look.hat
    back = -sin
    if gear == "helm":
        dome = c.paint(c.ellipse(0, CY - 0.2, RX + 0.7, RY + 0.6), hat, shine=True, edge=True)
        c.paint(c.box(-7.6, CY + 4.8, 7.6, CY + 7), hat, level=1, clip=[dome])
        if cos > -0.25:
            x, rx = 3.5 * sin, 5.2 - 1.3 * abs(sin)
            c.paint(c.box(x - rx, CY - 0.4, x + rx, CY + 2.0, 0.6), hat, level=0, clip=[dome])
            for side in (-0.47, 0.47):
                if math.cos(angle + side) > 0.12:
                    c.dot(math.sin(angle + side) * 4.8 - 0.5, CY + 0.2, (246, 232, 190), 1.2, 1.6)
            for k in (-1.5, 0.7):
                c.dot(x + k, CY + 3.2, _rgb(hat, 0), 0.8, 2.2)
            c.paint(c.box(x - 0.5, CY - 6.4, x + 0.5, CY - 0.6), hat, level=4, clip=[dome])
        c.paint(c.poly([(1.4 * back - 1.5, CY - 6.6), (2 * back - 1.2, CY - 10.4), (3.6 * back + 1.6, CY - 11), (8 * back + 1.6 + sway * 0.5, CY - 7.6), (9.4 * back + sway * 0.6, CY - 2.6), (5.4 * back, CY - 5.6), (1.5, CY - 6.4)], 1), look.plume, edge=True)
    elif gear in ("kettle", "horned", "kabuto"):
        c.paint(c.ellipse(0, CY - 3.6, RX + 0.5, 5.2), hat, shine=True, edge=True)
        c.paint(c.box(-8.6 if gear == "kettle" else -7.6, CY - 2.8, 8.6 if gear == "kettle" else 7.6, CY - 1.0, 0.8), hat, bias=-0.05, edge=True)
        if gear != "kettle":
            horn = ramp_of("f0e4c4" if gear == "horned" else "f0b92c")
            for side in (-1, 1):
                x = side * cos * 6.4
                if abs(cos) < 0.3:
                    x = 0.0 if side * sin < 0 else 99.0
                if x < 50:
                    lean = side * (1 if cos >= 0 else -1) if abs(cos) >= 0.3 else -sin * 0.4
                    c.paint(c.poly([(x - 1.4, CY - 4), (x + 1.4, CY - 4), (x + lean * 3.4 + 0.6, CY - 7.4), (x + lean * 2.6, CY - 11), (x + lean * 1.6 - 0.6, CY - 7.2)]), horn, edge=True)
    elif gear in ("wizard", "party", "santa"):
        _pointed(c, look, gear, sin, sway)
    elif gear == "hood":
        hood = c.paint(c.ellipse(-0.8 * sin, CY - 0.5, RX + 1.0, RY + 1.2), hat, edge=True)
        c.paint(c.poly([(-4 + 5 * back, CY - 5), (4 + 5 * back, CY - 5), (7.4 * back, CY - 8.8)]), hat) if abs(sin) > 0.3 else None
        if cos > -0.25:
            x, rx = 3.6 * sin, 5.1 - 1.2 * abs(sin)
            inner = c.paint(c.ellipse(x, CY + 1.1, rx, 5.3), hat, level=0, clip=[hood, hood + 1])
            c.paint(c.ellipse(x, CY + 1.9, rx - 0.5, 4.6), look.skin, bias=-0.12, clip=[inner])
            _eyes(c, look, angle, eyes)
            if look.beard:
                _beard(c, look, sin)
    elif gear == "crown":
        points = [(-5.6, CY - 4.2), (-6, CY - 9.6), (-3.2, CY - 7.4), (0, CY - 10.6), (3.2, CY - 7.4), (6, CY - 9.6), (5.6, CY - 4.2)]
        c.paint(c.poly(points), hat, shine=True, edge=True)
        c.dot(2.6 * sin - 0.8, CY - 6.6, (224, 52, 84), 1.6, 1.8)
    elif gear in ("cap", "pirate"):
        c.paint(c.ellipse(0, CY - 4.6, RX + 0.6, 4.4), hat, edge=True)
        if gear == "cap":
            c.paint(c.poly([(-6.6 * cos - 1 + 3 * sin, CY - 3.8), (7.6 * sin + 6.6 * abs(cos), CY - 2.6), (-7.6 * abs(cos) + 6 * sin, CY - 1.6)]), hat, bias=-0.1, edge=True)
            c.paint(c.capsule(-4.6 * (cos if abs(cos) > 0.3 else sin), CY - 5, -7.6 * (cos if abs(cos) > 0.3 else sin), CY - 10 + sway * 0.4, 1.1, 0.5), look.plume, edge=True)
        else:
            c.paint(c.poly([(-10, CY - 2.6), (-8, CY - 6), (0, CY - 8.8), (8, CY - 6), (10, CY - 2.6), (0, CY - 4)]), hat, edge=True)
            if cos > 0:
                c.dot(2.5 * sin - 1, CY - 6.6, (244, 240, 228), 2, 2)
    elif gear == "bandana":
        c.paint(c.box(-8, CY - 4.4, 8, CY - 2.2), hat, clip=head + list(range(head[-1], c.count[0] + 1)))
        x = -6.8 * sin + (6.4 if cos > 0.6 else 0)
        c.paint(c.capsule(x, CY - 3, x - 3 * sin + 1.6 * cos + sway * 0.6, CY + 1.4, 1.2, 0.6), hat, edge=True)
    elif gear == "ninja":
        wrap = c.paint(c.ellipse(0, CY, RX + 0.3, RY + 0.2), hat, edge=True)
        if cos > -0.25:
            c.paint(c.box(3.4 * sin - 5 + abs(sin), CY - 0.9, 3.4 * sin + 5 - abs(sin), CY + 3.2, 1), look.skin, clip=[wrap])
            _eyes(c, look, angle, eyes)
        c.paint(c.box(-8, CY - 3.8, 8, CY - 2.0), look.plume, clip=[wrap])
        c.paint(c.capsule(-6.4 * sin + 5 * max(cos, 0), CY - 2.6, -9.6 * sin + 8 * max(cos, 0), CY + 1.6 + sway, 1.1, 0.6), look.plume)
    elif gear == "wraps":
        for y in (-4.6, -1.6, 3.6, 5.6):
            c.paint(c.box(-8, CY + y, 8, CY + y + 0.8), hat, level=1, clip=head)
    elif gear == "straw":
        c.paint(c.ellipse(0, CY - 5.4, 5.6, 4.2), hat, edge=True)
        c.paint(c.box(-5.5, CY - 5.0, 5.5, CY - 3.4), look.plume)
        c.paint(c.ellipse(0, CY - 2.8, 10.6, 2.1), hat, bias=0.05, edge=True)
    elif gear == "top":
        c.paint(c.box(-5, CY - 13, 5, CY - 4, 0.6), hat, edge=True)
        c.paint(c.box(-5, CY - 6, 5, CY - 4.4), look.plume)
        c.paint(c.box(-8.4, CY - 4.6, 8.4, CY - 2.8, 0.8), hat, edge=True)
    elif gear == "chef":
        for x in (-3.6, 3.6, 0):
            c.paint(c.ellipse(x, CY - 9.4 - (1.2 if x == 0 else 0), 4.1, 3.6), hat)
        c.paint(c.box(-5.6, CY - 8, 5.6, CY - 3.6), hat, bias=-0.08)
    elif gear in ("horns", "antlers"):
        horn = ramp_of("f0e4c4" if gear == "horns" else "8a6a44")
        for side in (-1, 1):
            x = side * cos * 4.6
            lean = side * cos
            c.paint(c.line((x, CY - 5), (x + lean * 2.8, CY - 8), (x + lean * 2.4, CY - 11.4), width=2.0), horn, edge=True)
            if gear == "antlers":
                c.paint(c.line((x + lean * 2.6, CY - 8), (x + lean * 6, CY - 10.4), width=1.3), horn)
    elif gear == "halo":
        ring = c.ellipse(0, CY - 10, 6, 2.1).cut(c.ellipse(0, CY - 10, 4.2, 1.0))
        c.paint(ring, hat, level=3)
    elif gear == "goggles":
        c.paint(c.box(-8, CY - 5, 8, CY - 3.4), ramp_of("6a4430"), clip=head + list(range(head[-1], c.count[0] + 1)))
        if cos > -0.2:
            for k in (-2.3, 2.3):
                c.paint(c.ellipse(3.2 * sin + k * max(cos, 0.4), CY - 4.2, 2.0), ramp_of("72d0e8"), shine=True, edge=True)
    elif gear == "bubble":
        glass = ramp_of("a8d8f0")
        c.paint(c.ellipse(0, CY, RX + 1.4, RY + 1.2).cut(c.ellipse(3.0 * sin, CY + 0.6, 6.4, 5.4)), hat, edge=True)
        c.paint(c.line((-3.6 + 3 * sin, CY - 3.4), (-1.2 + 3 * sin, CY - 4.4), width=0.9), glass, level=4)


def _pointed(c: Canvas, look: Look, gear: str, sin: float, sway: float) -> None:
    """Pointed hats: a wizard's with brim, a party hat, a winter cap."""
    hat, back = look.hat, -sin
    if gear == "wizard":
        c.paint(c.ellipse(0, CY - 3.0, 10.4, 2.7), hat, bias=-0.12, edge=True)
        tip = 3.4 * back if abs(sin) > 0.3 else 2.2
        cone = c.paint(c.poly([(-6.2, CY - 3.2), (-4.0, CY - 8.6), (tip * 0.5 - 1.4, CY - 13.2), (tip + sway * 0.4, CY - 16.2), (tip * 0.8 + 1.6, CY - 11.4), (4.2, CY - 8), (6.2, CY - 3.2), (0, CY - 2.2)]), hat, edge=True)
        c.paint(c.poly([(-6.4, CY - 3.2), (-5.4, CY - 5.4), (5.4, CY - 5.4), (6.4, CY - 3.2), (0, CY - 2)]), look.trim, clip=[cone])
        return
    tip = 2.0 * back
    cone = c.paint(c.poly([(-4.6, CY - 4.6), (tip, CY - 14.4), (4.6, CY - 4.6), (0, CY - 3.8)]), hat, edge=True)
    if gear == "party":
        for k in range(3):
            c.paint(c.line((-5, CY - 5 - k * 3.4), (5, CY - 7.6 - k * 3.4), width=1.4), look.trim, level=3, clip=[cone])
        c.paint(c.ellipse(tip, CY - 14.6, 1.9), look.plume, shine=True)
    else:
        c.paint(c.capsule(-5.4, CY - 4.2, 5.4, CY - 4.2, 1.5), ramp_of("f4f4f4"))
        c.paint(c.ellipse(tip, CY - 14.4, 1.9), ramp_of("f4f4f4"))


def _robot_head(c: Canvas, look: Look, sin: float, cos: float) -> None:
    metal = look.hat if look.headgear == "robot" else look.skin
    c.dot(-0.5, CY - 10, _rgb(look.legs, 1), 1, 4)
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
        for side in (-0.47, 0.47):
            ex = math.sin(math.atan2(sin, cos) + side) * 4.8
            if math.cos(math.atan2(sin, cos) + side) > 0.12:
                c.dot(ex - 1, CY - 1.4, look.eye, 2, 2.8)
