"""Small creatures that are neither people nor four-legged: slimes, ghosts, bats, birds and other friends."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import RGB, Ramp, chance, pick, ramp, ramp_of, rgb
from assetgen.simulator.art.rig import Pose
from assetgen.simulator.art.words import Brief


@dataclass(frozen=True, slots=True)
class CritterLook:
    """One critter: its kind, ramps and worn things."""

    subject: str
    main: Ramp
    second: Ramp
    accent: Ramp
    hat: Ramp
    eye: RGB
    gear: tuple[str, ...]
    key: str
    size: float = 1.0


_COLORS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "slime": (("4cc05c", "4c9ce8", "e0587c", "f0b03c", "9a5ae0"), "e8f8e0", "2c2434"),
    "ghost": (("e8ecf8", "cfe0f8"), "a8b4e0", "2c2c48"),
    "bat": (("5a4470", "4a4458", "7a3c4c"), "a8688c", "f0e04c"),
    "spider": (("3c3444", "6a3a34"), "c8403c", "f04c3c"),
    "bird": (("4c94e0", "e0584c", "f0c03c", "58b468"), "faf2dc", "2c2430"),
    "raven": (("3a3a4c",), "5a5a74", "e8d84c"),
    "owl": (("96683e", "b8a890"), "f0e0c0", "f0b92c"),
    "chicken": (("f8f4ea", "c8783c"), "f8f4ea", "2c2430"),
    "duck": (("f8d848", "f4f4f0", "3c4460"), "faf4e4", "2c2430"),
    "phoenix": (("f07828",), "fbd850", "fff4c8"),
    "fish": (("f0883c", "4c9ce8", "e05878"), "fae8cc", "2c2430"),
    "snake": (("5ca840", "c8a03c", "8a4ca8"), "f0e4ac", "d0323c"),
    "frog": (("5cb04c", "4c90c0", "c8883c"), "f0ecc0", "2c2430"),
    "bee": (("f5c430",), "3a3038", "2c2430"),
    "butterfly": (("e8703c", "5a8cf0", "c058d0"), "f8dc6c", "2c2430"),
    "crab": (("e0583c", "4c80c8"), "f8c4a0", "2c2430"),
    "beholder": (("a05ac8", "c85a5a", "4c9c8c"), "f8f4ec", "3cae4c"),
    "mimic": (("8e5a34",), "d0405c", "f0e04c"),
    "snail": (("c87a4c", "8a6ac0"), "e8c89c", "2c2430"),
    "octopus": (("e0688c", "7a6ae0", "4cac9c", "f0903c"), "f8d0d0", "2c2430"),
    "mushling": (("d8483c", "a860c8", "e0983c"), "f4e8d4", "2c2430"),
}


def critter_look(brief: Brief, seed: int = 0) -> CritterLook:
    """The look of the critter that a prompt names; `random` ones are chosen by its words."""
    subject = brief.subject
    if subject not in _COLORS:
        subject = pick(("slime", "octopus", "mushling", "beholder", "bat", "ghost", "crab", "frog"), brief.key, "critter")
    mains, second, eye = _COLORS[subject]
    color = brief.color() or rgb(pick(mains, brief.key, seed or "", "main"))
    worn = ("hat", "crown", "glasses", "halo", "party", "scarf", "horns", "cap", "sword", "bandana")
    gear = tuple(e for e in (*brief.extras, *(("party",) if brief.has("party") else ()), *(("crown",) if brief.has("king", "queen") else ())) if e in worn)
    return CritterLook(
        subject=subject,
        main=ramp(color),
        second=ramp(brief.color("skin") or rgb(second)),
        accent=ramp(brief.color("wings") or rgb(pick(("f0b92c", "e0587c", "4c9ce8"), brief.key, "accent"))),
        hat=ramp(brief.color("hat") or rgb("f0b92c" if "crown" in gear else pick(("4a3cb0", "d0323c", "2f8f8f"), brief.key, "hat"))),
        eye=brief.color("eye") or rgb(eye),
        gear=gear,
        key=brief.key,
        size=0.8 if brief.has("tiny", "small", "little", "baby") else 1.12 if brief.has("giant", "huge", "big", "king") else 1.0,
    )


def draw_critter(c: Canvas, look: CritterLook, yaw: float, pose: Pose) -> None:
    """Draw one critter, standing or hovering over the origin."""
    CRITTERS[look.subject](c.at(0, 0, 0, look.size), look, math.radians(yaw), pose)


def _c(r: Ramp, step: int) -> RGB:
    return int(r[step][0]), int(r[step][1]), int(r[step][2])


def _eyes(c: Canvas, look: CritterLook, x: float, y: float, r: float, angle: float, pose: Pose, apart: float = 0.5, tall: float = 3.4, white: bool = True) -> None:
    """Two friendly eyes on a ball of radius r around (x, y)."""
    angle += math.radians(pose.look)
    for side in (-apart, apart):
        if math.cos(angle + side) < 0.1:
            continue
        ex = x + math.sin(angle + side) * r
        if pose.eyes == "closed":
            c.dot(ex - 1.2, y + 1, _c(look.main, 0), 2.4, 0.9)
            continue
        c.dot(ex - 1.1, y - tall / 2, look.eye, 2.2, tall * (1.2 if pose.eyes == "wide" else 1))
        if white:
            c.dot(ex - 1.1, y - tall / 2, (255, 255, 255), 1.0, 1.2)


def _mouth(c: Canvas, look: CritterLook, x: float, y: float, r: float, angle: float, wide: float = 2.4) -> None:
    if math.cos(angle) > 0.3:
        mx = x + math.sin(angle) * r
        c.dot(mx - wide / 2, y, _c(look.main, 0), wide, 0.9)


def _wear(c: Canvas, look: CritterLook, x: float, y: float, sin: float) -> None:
    """Whatever is worn, its lower edge at (x, y)."""
    if "party" in look.gear:
        c.paint(c.poly([(x - 3.6, y), (x - sin, y - 8.6), (x + 3.6, y)]), look.hat, edge=True)
        c.paint(c.ellipse(x - sin, y - 8.8, 1.6), ramp_of("f8f4ec"))
    elif "crown" in look.gear:
        c.paint(c.poly([(x - 4.2, y + 0.6), (x - 4.8, y - 4.4), (x - 2.2, y - 2.2), (x, y - 5.4), (x + 2.2, y - 2.2), (x + 4.8, y - 4.4), (x + 4.2, y + 0.6)]), look.hat, shine=True, edge=True)
        c.dot(x - 0.7, y - 1.9, (224, 52, 84), 1.5, 1.5)
    elif "hat" in look.gear or "cap" in look.gear:
        c.paint(c.ellipse(x, y + 0.4, 7.4, 1.9), look.hat, bias=-0.1, edge=True)
        cone = c.paint(c.poly([(x - 4.4, y + 0.4), (x - 2, y - 5.4), (x + 1.8 - sin * 2, y - 10), (x + 2.6, y - 4.4), (x + 4.4, y + 0.4)]), look.hat, edge=True)
        c.paint(c.box(x - 5, y - 1.9, x + 5, y - 0.3), ramp_of("f0b92c"), clip=[cone])
    elif "halo" in look.gear:
        c.paint(c.ellipse(x, y - 3, 5, 1.7).cut(c.ellipse(x, y - 3, 3.4, 0.8)), ramp_of("f8dc5c"), level=3)
    elif "horns" in look.gear:
        for side in (-1, 1):
            c.paint(c.poly([(x + side * 3 - 1.4, y + 2), (x + side * 3 + 1.4, y + 2), (x + side * 5, y - 4)]), ramp_of("f0e0bc"), edge=True)


def slime(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A jelly that squashes as it hops."""
    squash = 1 + 0.05 * pose.bob + 0.05 * pose.crouch
    hop = pose.air + max(pose.left_foot[1], pose.right_foot[1]) * 1.2
    w, h = 12.4 * squash, 18.0 / squash
    y = -hop
    wob = pose.sway * 0.7
    shape = [(-w, y), (-w * 1.02, y - h * 0.34), (-w * 0.78 + wob, y - h * 0.76), (wob, y - h * 1.06), (w * 0.78 + wob, y - h * 0.76), (w * 1.02, y - h * 0.34), (w, y)]
    body = c.paint(c.poly(shape, 2), look.main, bias=0.06)
    c.paint(c.ellipse(wob * 0.5 + 1.5, y - h * 0.28, w * 0.62, h * 0.2), look.main, level=3, clip=[body])
    c.paint(c.ellipse(-w * 0.42 + wob, y - h * 0.74, 2.5, 1.6), look.main, level=4, clip=[body])
    c.paint(c.ellipse(-w * 0.66 + wob, y - h * 0.56, 0.9, 1.1), look.main, level=4, clip=[body])
    _eyes(c, look, wob * 0.6, y - h * 0.44, w * 0.62, angle, pose, 0.52, 4.0)
    _mouth(c, look, wob * 0.6, y - h * 0.26, w * 0.55, angle)
    _wear(c, look, wob, y - h * 0.92, math.sin(angle))


def ghost(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A sheet that floats."""
    sin = math.sin(angle)
    y = -3.0 + pose.bob * 0.8 - pose.air
    wave = pose.sway * 0.9
    lean = -sin * 2.4
    shape = [(-8.6, y - 18), (-6, y - 25), (0, y - 27), (6, y - 25), (8.6, y - 18), (9.4 + lean * 0.4, y - 6)]
    tail = [(8.8 + lean, y + wave), (5.4 + lean, y - 2.6), (2.2 + lean, y + 1 - wave), (-1.4 + lean, y - 2.4), (-4.6 + lean, y + 0.8 + wave), (-8.6 + lean, y - 1.4 - wave)]
    c.paint(c.poly([*shape, *tail, (-9.4 + lean * 0.4, y - 6)], 1), look.main, bias=0.08)
    if math.cos(angle) > -0.3:
        for side in (-0.5, 0.5):
            if math.cos(angle + side) > 0.1:
                x = math.sin(angle + side) * 6.4
                c.paint(c.ellipse(x, y - 17.6, 1.7, 2.6 if pose.eyes != "wide" else 3.2), look.main, level=0)
                c.dot(x - 0.9, y - 19.2, (255, 255, 255), 0.9, 1)
        c.paint(c.ellipse(sin * 5.2, y - 12.4, 1.4, 1.9), look.main, level=0)
        for side in (-0.95, 0.95):
            if math.cos(angle + side) > 0.2:
                c.dot(math.sin(angle + side) * 7 - 1, y - 14.6, (244, 160, 184), 2, 1)
    for side in (-1, 1):
        x = side * 9 * abs(math.cos(angle)) + sin * 4
        lift = (pose.right_hand if side > 0 else pose.left_hand)[1] * 0.4
        c.paint(c.capsule(x * 0.8, y - 13, x * 1.12 + sin * 2, y - 11 - lift, 1.9, 1.5), look.main, edge=True)
    _wear(c, look, 0, y - 25.4, sin)


def bat(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A flapping bat."""
    sin, cos = math.sin(angle), math.cos(angle)
    flap = pose.sway * 4.4 + (2.4 if pose.bob else -1.4)
    y = -17.0 + pose.bob * 1.4 - pose.air
    for side in (-1, 1):
        k = side * (0.5 + 0.5 * abs(cos))
        tip = y - 3 - flap
        c.paint(c.poly([(k * 3, y - 2), (k * 10, tip - 5.4), (k * 18.5, tip - 1.4), (k * 17.4, tip + 6), (k * 13.4, tip + 4), (k * 11, tip + 8.4), (k * 7.4, y + 4.4), (k * 3, y + 4)]), look.second, edge=True, bias=-0.1)
        c.paint(c.line((k * 3, y - 1), (k * 10, tip - 5), (k * 18, tip - 1), width=1.5), look.main)
        c.paint(c.line((k * 10, tip - 4), (k * 11, tip + 7), width=0.8), look.main, level=1)
    for side in (-1, 1):
        c.paint(c.poly([(side * 1.4, y - 5), (side * 5.8, y - 11), (side * 5.4, y - 3)]), look.main, edge=True)
    c.paint(c.ellipse(0, y, 6.6, 6.4), look.main, edge=True)
    if cos > -0.3:
        c.paint(c.ellipse(sin * 3, y + 2.4, 3.6, 2.6), look.second, bias=0.1)
        _eyes(c, look, 0, y - 1.2, 5.0, angle, pose, 0.5, 2.6, white=False)
        for k in (-1.6, 0.8):
            c.dot(sin * 4 + k, y + 2.2, (255, 255, 255), 0.9, 1.6)
    for side in (-1, 1):
        c.dot(side * 2 - 0.5, y + 6, _c(look.main, 0), 1, 1.8)


def spider(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A round spider with eight legs."""
    sin, cos = math.sin(angle), math.cos(angle)
    y = -8.4 + pose.bob - pose.air
    step = pose.right_foot[0] * 0.32
    for k in range(4):
        for side in (-1, 1):
            s = step * (1 if (k + side) % 2 else -1)
            reach = side * (8.5 + 2.4 * k * 0.7) + s
            knee = (side * (6 + 2.0 * k), y - 6.4 + k * 1.7 - abs(s) * 0.4)
            c.paint(c.line((side * 3, y), knee, (reach + side * (k == 0) * 1.5, -0.6 - pose.air + (k - 3) * 0.9), width=1.6), look.main, bias=0.1)
    c.paint(c.ellipse(-sin * 5.6, y - 3.4 - (cos < -0.3) * -2.0, 8.4, 7.6), look.main, edge=True)
    c.paint(c.poly([(-sin * 5.6 - 2, y - 7), (-sin * 5.6 + 2, y - 7), (-sin * 5.6 + 0.6, y - 4.2), (-sin * 5.6 + 2, y - 1.6), (-sin * 5.6 - 2, y - 1.6), (-sin * 5.6 - 0.6, y - 4.2)]), look.second, level=2)
    if cos > -0.35:
        x = sin * 5.4
        c.paint(c.ellipse(x, y + 1.2, 5.0, 4.4), look.main, edge=True)
        for k, (dx, dy, s) in enumerate(((-2.2, 0, 1.9), (0.9, 0, 1.9), (-3.4, -1.6, 1.0), (2.8, -1.6, 1.0))):
            c.dot(x + dx * max(0.6, abs(cos)) + sin, y + dy, look.eye, s, s)
            _ = k
        for k in (-1.6, 1.0):
            c.dot(x + k + sin, y + 3.8, (244, 240, 230), 0.9, 1.8)
    _wear(c, look, sin * 3, y - 9.6, sin)


def bird(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A round bird; ravens, owls, chickens, ducks and phoenixes are forms of it."""
    sin, cos = math.sin(angle), math.cos(angle)
    kind = look.subject
    y = -8.8 + pose.bob - pose.air
    side_view = abs(sin) > 0.3
    beak = ramp_of("f09a30" if kind not in ("raven",) else "9a9aa8")
    away = cos < -0.35
    if pose.air < 1:
        for k in (-2.2, 2.2):
            forward = (pose.right_foot if k > 0 else pose.left_foot)[0] * 0.3 * sin
            lift = (pose.right_foot if k > 0 else pose.left_foot)[1]
            x = k * max(0.45, abs(cos)) + forward
            c.paint(c.line((x, y + 5), (x, -0.8 - lift), width=1.1), beak, level=1)
            c.paint(c.box(x - 1.4 + sin, -1.1 - lift, x + 1.6 + sin, -lift), beak, level=2)
    tail = -math.copysign(1, sin) if side_view else 0.0
    plume = look.second if kind in ("phoenix",) else look.main
    if side_view:
        long = 6 if kind in ("phoenix", "raven") else 4
        c.paint(c.poly([(tail * 5, y - 2.6), (tail * (8 + long), y - 3.4 - (4 if kind == "chicken" else 0) + pose.sway * 0.5), (tail * (7.4 + long), y + 0.6), (tail * 4, y + 3)]), plume, bias=-0.1)
    elif away:
        c.paint(c.poly([(-2, y + 2), (2, y + 2), (3.2, y + 7), (-3.2, y + 7)]), plume, edge=True)
    body = c.paint(c.ellipse(0, y, 8.0, 7.4), look.main, edge=True)
    if not away:
        c.paint(c.ellipse(sin * 3.4, y + 2.6, 5.6, 4.8), look.second, clip=[body])
    wing_y = y + 0.4 - (3.0 if pose.bob and kind != "owl" else 0) * 0.5
    for side in ((-1, 1) if not side_view else (1,)):
        x = side * 6.4 * (1 if not side_view else 0) - sin * 1.6
        spread = pose.air > 1 or kind in ("phoenix",)
        if spread:
            up = 5 + pose.sway * 2
            k = side if not side_view else -math.copysign(1.0, sin)
            c.paint(c.poly([(x, wing_y - 2), (x + k * 9, wing_y - up - 3), (x + k * 12, wing_y - up + 2), (x + k * 8, wing_y + 1), (x + k * 2, wing_y + 3)]), look.main, edge=True, bias=0.1)
        else:
            c.paint(c.ellipse(x, wing_y + 0.6, 2.3 if not side_view else 4.4, 4.4 if not side_view else 3.3), look.main, edge=True, bias=-0.12)
    hx, hy = sin * 3.6, y - 8.6
    head = c.paint(c.ellipse(hx, hy, 6.2, 5.8), look.main, edge=True)
    c.paint(c.ellipse(hx, hy + 3.4, 5.2, 4), look.main, clip=[body, head, body + 1])
    if kind == "chicken":
        for dx, r in ((-2.2, 1.6), (0, 2.1), (2.2, 1.6)):
            c.paint(c.ellipse(hx + dx * max(0.5, abs(sin)), hy - 6.0, r), ramp_of("e03c3c"))
    if kind == "owl":
        for side in (-1, 1):
            c.paint(c.poly([(hx + side * 1.6, hy - 4.4), (hx + side * 5.2, hy - 8), (hx + side * 5.4, hy - 2.6)]), look.main, edge=True)
    if kind == "phoenix":
        c.paint(c.poly([(hx - 2, hy - 4), (hx - 4 * sin - 1, hy - 11), (hx + 1, hy - 6.4), (hx - 2 * sin + 3, hy - 10), (hx + 3, hy - 4)]), look.second)
    if not away:
        if kind == "owl":
            for side in (-0.5, 0.5):
                if math.cos(angle + side) > 0.1:
                    ex = hx + math.sin(angle + side) * 4.8
                    c.paint(c.ellipse(ex, hy, 2.7), look.second, level=3)
                    c.dot(ex - 1.1, hy - 1.1, look.eye, 2.2, 2.2)
                    c.dot(ex - 0.5, hy - 0.5, (30, 24, 36), 1.1, 1.1)
        else:
            _eyes(c, look, hx, hy - 0.6, 4.6, angle, pose, 0.62, 2.4, white=kind != "raven")
        reach = 4.6 if kind in ("raven", "duck") else 3.2
        if side_view:
            c.paint(c.poly([(hx + sin * 5.0, hy - 0.4), (hx + sin * (5.4 + reach), hy + 1.4), (hx + sin * 5.0, hy + 3.0)]), beak)
        else:
            c.paint(c.poly([(hx - 1.9, hy + 1.0), (hx + 1.9, hy + 1.0), (hx, hy + 3.8)]), beak, edge=True)
        if kind == "chicken":
            c.paint(c.ellipse(hx + sin * 5, hy + 4, 1.2, 1.7), ramp_of("e03c3c"))
    _wear(c, look, hx, hy - 4.8, sin)


def fish(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A fish that swims; seen from the side whenever it can be."""
    sin = math.sin(angle)
    k = 1.0 if sin >= -0.01 else -1.0
    y = -13 + pose.bob - pose.air
    wag = pose.sway * 1.4
    c.paint(c.poly([(-k * 7, y), (-k * 15, y - 6 + wag), (-k * 12.6, y + wag * 0.6), (-k * 15, y + 6 + wag)]), look.accent)
    c.paint(c.poly([(-k * 3, y - 5), (k * 1, y - 10.6), (k * 5, y - 5)]), look.accent)
    body = c.paint(c.ellipse(k * 0.6, y, 10.4, 7), look.main, edge=True)
    c.paint(c.ellipse(k * 2, y + 4.4, 8, 3), look.second, clip=[body])
    for x in (-3.4, 0.6):
        c.paint(c.line((k * x, y - 6), (k * (x + 0.8), y + 5.6), width=1.4), look.accent, level=3, clip=[body])
    c.paint(c.ellipse(k * 6, y - 1.4, 2.2), ramp_of("f8f8f8"), level=4)
    c.dot(k * 6.4 - 0.8, y - 2.2, look.eye, 1.7, 1.9)
    c.paint(c.poly([(k * 0, y + 1), (-k * 4, y + 4 + wag), (k * 2, y + 4)]), look.accent, edge=True)


def snake(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A coiled snake with its head up."""
    sin, cos = math.sin(angle), math.cos(angle)
    k = -1.0 if sin < -0.3 else 1.0
    wave = pose.sway * 0.9
    for x0, x1, y, r in ((-9, 8, -2.8, 2.7), (-7, 7, -6.2, 2.5), (-4.6, 5, -9.2, 2.3)):
        c.paint(c.capsule(x0 * k + wave, y, x1 * k + wave, y, r), look.main, edge=True)
        for t in range(4):
            x = x0 + (x1 - x0) * (t + 0.5) / 4
            c.dot(x * k + wave - 0.6, y - 1.4, _c(look.second, 2), 1.2, 1.2)
    c.paint(c.capsule(-8.6 * k, -2.4, -13 * k + wave, -5, 1.8, 0.8), look.main)
    y = -19.6 + pose.bob - pose.air * 0.6
    c.paint(c.capsule(3 * k, -10, sin * 4 + 1, y + 1, 2.6), look.main, edge=True)
    c.paint(c.ellipse(sin * 5.4 + 0.6, y, 5.0, 4.0), look.main, edge=True)
    if cos > -0.35:
        _eyes(c, look, sin * 5 + 0.6, y - 1, 3.6, angle, pose, 0.6, 2.4, white=False)
        c.dot(sin * 10 + 0.2, y + 2.6, (224, 60, 80), 1.0 if abs(sin) < 0.3 else 2.6, 2.2 if abs(sin) < 0.3 else 0.9)


def frog(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A sitting frog."""
    sin, cos = math.sin(angle), math.cos(angle)
    hop = pose.air + max(pose.left_foot[1], pose.right_foot[1]) * 1.4
    y = -7.4 - hop + pose.bob
    for side in (-1, 1):
        x = side * 8.0 * (0.55 + 0.45 * abs(cos)) - sin * 2.4
        c.paint(c.ellipse(x, y + 2.6, 4.4, 4.2), look.main, bias=-0.1, edge=True)
        c.paint(c.box(x - 3.4 + sin * 2, y + 5.4, x + 3.8 + sin * 2, y + 7.3, 0.9), look.main, bias=0.05)
    body = c.paint(c.ellipse(0, y, 8.8, 7.2), look.main, edge=True)
    if cos > -0.35:
        c.paint(c.ellipse(sin * 4, y + 3.4, 6.2, 4.2), look.second, clip=[body])
    for side in (-1, 1):
        x = side * 4.6 * (0.4 + 0.6 * abs(cos)) + sin * 3
        c.paint(c.ellipse(x, y - 6.6, 3.2, 3.2), look.main, edge=True)
        if cos > -0.35:
            c.paint(c.ellipse(x + sin * 0.6, y - 6.8, 2.0, 2.0), ramp_of("f8f4dc"), level=3)
            c.dot(x + sin * 0.8 - 0.7, y - 7.6, look.eye, 1.4, 2.0 if pose.eyes != "closed" else 0.8)
    if cos > 0.2:
        c.paint(c.line((sin * 5 - 4.4, y - 0.6), (sin * 5, y + 0.6), (sin * 5 + 4.4, y - 0.6), width=0.8), look.main, level=0)
    _wear(c, look, sin * 2, y - 9.2, sin)


def flier(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """Bees and butterflies."""
    sin, cos = math.sin(angle), math.cos(angle)
    y = -15 + pose.bob * 1.6 - pose.air
    flap = 1 - 0.35 * abs(pose.sway) - 0.15 * pose.bob
    butterfly = look.subject == "butterfly"
    wing = look.main if butterfly else ramp_of("d4ecf8")
    for side in (-1, 1):
        k = side * flap * (0.55 + 0.45 * abs(cos))
        if butterfly:
            c.paint(c.poly([(0, y), (k * 6, y - 11), (k * 14, y - 10), (k * 12, y - 1)], 1), wing, edge=True)
            c.paint(c.poly([(0, y + 1), (k * 11, y + 1), (k * 9.6, y + 9), (k * 4, y + 8)], 1), wing, bias=-0.1, edge=True)
            c.paint(c.ellipse(k * 9.4, y - 6.6, 2.4), look.second, level=3)
            c.paint(c.ellipse(k * 7, y + 4.4, 1.7), look.second, level=2)
        else:
            c.paint(c.ellipse(k * 7, y - 7, 4.4, 5.2), wing, edge=True, bias=0.15)
    if butterfly:
        c.paint(c.capsule(0, y - 5, 0, y + 7, 1.6, 1.1), ramp_of("4a3a44"), edge=True)
        for side in (-1, 1):
            c.paint(c.line((0, y - 6), (side * 3, y - 11), width=0.8), ramp_of("4a3a44"), level=1)
        return
    body = c.paint(c.ellipse(0, y, 8.4 if abs(sin) > 0.3 else 7.2, 6.6), look.main, edge=True)
    for x in (-3.6, 0.4):
        d = -sin * 2 if abs(sin) > 0.3 else 0
        if abs(sin) > 0.3:
            c.paint(c.box(x + d - 0.8, y - 7, x + d + 1.2, y + 7), look.second, level=1, clip=[body])
        elif cos < 0:
            c.paint(c.box(-8, y + x, 8, y + x + 2), look.second, level=1, clip=[body])
    if cos > -0.35:
        _eyes(c, look, 0, y - 0.6, 6.0, angle, pose, 0.55, 3.0)
        _mouth(c, look, 0, y + 2.4, 5, angle)
    for side in (-1, 1):
        c.paint(c.line((sin * 4 + side * 1.4, y - 6), (sin * 5 + side * 3, y - 9.4), width=0.8), look.second, level=1)
    if abs(sin) > 0.3:
        c.paint(c.poly([(-sin * 8, y - 1), (-sin * 11, y + 0.6), (-sin * 8, y + 2)]), look.second, level=1)


def crab(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A crab with raised claws."""
    sin, cos = math.sin(angle), math.cos(angle)
    y = -8 + pose.bob - pose.air
    step = pose.right_foot[0] * 0.3
    for k in range(3):
        for side in (-1, 1):
            s = step * (1 if (k + side) % 2 else -1)
            c.paint(c.line((side * 6, y + 2), (side * (10 + k * 1.2), y + 1 + k), (side * (10.5 + k * 1.8) + s, -0.6 - pose.air), width=1.6), look.main, bias=-0.1)
    for side in (-1, 1):
        up = (pose.right_hand if side > 0 else pose.left_hand)[1] * 0.3 + pose.sway * side * 0.6
        c.paint(c.capsule(side * 8, y - 1, side * 12, y - 5.4 - up, 1.5), look.main)
        c.paint(c.ellipse(side * 12.6, y - 8.4 - up, 3.8, 3.6).cut(c.poly([(side * 12.6, y - 8 - up), (side * 11, y - 14 - up), (side * 15, y - 14 - up)])), look.main, edge=True)
    body = c.paint(c.ellipse(0, y, 10, 6.6), look.main, edge=True)
    c.paint(c.ellipse(0, y + 4, 7, 2.6), look.second, clip=[body])
    if cos > -0.35:
        for side in (-1, 1):
            x = side * 3 + sin * 2.4
            c.paint(c.line((x, y - 5), (x, y - 8.4), width=1.3), look.main)
            c.paint(c.ellipse(x, y - 9.4, 2.0), ramp_of("f8f4ec"), level=3)
            c.dot(x + sin * 0.7 - 0.7, y - 10.2, look.eye, 1.4, 1.8)
        _mouth(c, look, 0, y + 0.6, 3, angle, 3.4)
    _wear(c, look, 0, y - 6, sin)


def beholder(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A floating eye with stalks."""
    sin, cos = math.sin(angle), math.cos(angle)
    y = -16 + pose.bob * 1.2 - pose.air
    for k in range(5):
        a = -2.5 + k * 0.46
        wave = math.sin(k * 2 + pose.sway) * 1.2
        x, top = math.cos(a) * 9, y + math.sin(a) * 9
        c.paint(c.line((math.cos(a) * 7, y + math.sin(a) * 7), (x * 1.24 + wave, top * 1.0 - 4.6), width=1.7), look.main)
        c.paint(c.ellipse(x * 1.26 + wave, top - 5.6, 1.9), look.second, level=3)
        c.dot(x * 1.26 + wave - 0.5, top - 6.0, look.eye, 1.1, 1.3)
    c.paint(c.ellipse(0, y, 11, 10.6), look.main, edge=True, bias=0.05)
    if cos > -0.35:
        ex = sin * 5.6
        wide = 6.2 - 2.2 * abs(sin)
        white = c.paint(c.ellipse(ex, y - 1.6, wide, 5.6), look.second, bias=0.25, edge=True)
        if pose.eyes == "closed":
            c.paint(c.box(ex - 8, y - 8, ex + 8, y - 0.6), look.main, clip=[white])
        else:
            c.paint(c.ellipse(ex + sin * 1.4 + pose.look * 0.03, y - 1.4, 3.0, 3.4), ramp(look.eye), clip=[white])
            c.paint(c.ellipse(ex + sin * 1.8 + pose.look * 0.03, y - 1.2, 1.3, 2.0), look.main, level=0, clip=[white, c.count[0]])
            c.dot(ex - 1.9, y - 4, (255, 255, 255), 1.2, 1.2)
        if cos > 0.2:
            c.paint(c.poly([(sin * 5 - 5, y + 5), (sin * 5 + 5, y + 5), (sin * 5 + 3, y + 7.6), (sin * 5 - 3, y + 7.6)]), look.main, level=0)
            for k in (-3, -0.6, 1.8):
                c.dot(sin * 5 + k, y + 5, (250, 246, 236), 1.2, 1.4)


def mimic(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A chest with teeth."""
    sin = math.sin(angle)
    gold = ramp_of("f0b92c")
    hop = pose.air + max(pose.left_foot[1], pose.right_foot[1])
    y = -hop
    gap = 4.4 + pose.sway * 1.6 + pose.bob
    c.paint(c.box(-11, y - 12, 11, y, 1), look.main)
    for x in (-11, 8):
        c.paint(c.box(x, y - 12, x + 3, y), gold)
    c.paint(c.box(-10, y - 14 - gap, 10, y - 11), look.second, level=0)
    if math.cos(angle) > -0.35:
        c.paint(c.poly([(-3, y - 12), (3, y - 12), (4 + sin * 3, y - 6), (sin * 3, y - 4), (-3 + sin * 3, y - 6)], 1), look.second, edge=True)
        for k in range(6):
            x = -9 + k * 3.4
            c.paint(c.poly([(x, y - 11.6), (x + 2.6, y - 11.6), (x + 1.3, y - 14.8)]), ramp_of("f8f4e8"), level=3)
        for k in (-4, 2.4):
            c.dot(k + sin * 2, y - 13.4 - gap * 0.7, look.eye, 1.8, 2.2)
    c.paint(c.poly([(-11.4, y - 12.6 - gap), (-11, y - 17 - gap), (-7, y - 20 - gap), (7, y - 20 - gap), (11, y - 17 - gap), (11.4, y - 12.6 - gap)]), look.main, edge=True)
    for x in (-10.4, 7.6):
        c.paint(c.box(x, y - 18.6 - gap, x + 2.8, y - 12.6 - gap), gold)
    c.paint(c.box(-11.6, y - 13.6 - gap, 11.6, y - 12.2 - gap), gold)


def snail(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A snail with a spiral shell."""
    sin, cos = math.sin(angle), math.cos(angle)
    k = math.copysign(1.0, sin) if abs(sin) > 0.3 else 0.4
    stretch = pose.sway * 0.8
    c.paint(c.capsule(-k * 11, -1.8, k * (9 + stretch), -2.2, 1.4, 2.4), look.second)
    c.paint(c.capsule(k * (8 + stretch), -3, k * (11 + stretch), -8 + pose.bob, 2.5), look.second)
    for side in (-1, 1):
        x = k * (11 + stretch) + side * 1.7
        c.paint(c.line((x, -9), (x + side * 0.6, -13.4 + pose.bob), width=1.1), look.second)
        c.dot(x + side * 0.6 - 0.9, -14.8 + pose.bob, look.eye, 1.8, 1.8)
    c.paint(c.ellipse(-k * 1.6, -10, 8.2, 8), look.main, edge=True)
    for r, level in ((5.6, 1), (4.6, 2), (2.8, 1), (1.8, 3)):
        c.paint(c.ellipse(-k * 1.2, -9.6, r, r), look.main, level=level)
    _ = cos


def octopus(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A big-headed friend with tentacles."""
    sin, cos = math.sin(angle), math.cos(angle)
    y = -14 + pose.bob - pose.air
    for k in (-2, -1, 1, 2, 0):
        wave = math.sin(k * 1.3 + pose.sway * 1.4) * 1.5
        x = k * 4.3
        lift = max(pose.right_foot[1], 0) * (k % 2) * 0.6 + max(pose.left_foot[1], 0) * ((k + 1) % 2) * 0.6
        c.paint(c.capsule(x * 0.7, y + 5, x + wave, -2 - lift - pose.air, 2.3, 1.7), look.main, bias=-0.12, edge=True)
        c.paint(c.capsule(x + wave, -2 - lift - pose.air, x + wave + 1.8 * (1 if k >= 0 else -1), -1.7 - lift - pose.air, 1.6), look.main, edge=False)
    head = c.paint(c.poly([(-9, y + 6), (-10.4, y - 2), (-7, y - 10), (0, y - 13), (7, y - 10), (10.4, y - 2), (9, y + 6), (0, y + 8)], 2), look.main, edge=True, bias=0.05)
    for k in range(4):
        c.paint(c.ellipse(-6 + 12 * chance(look.key, "spot", k), y - 10 + 6 * chance(look.key, "y", k), 1.2), look.main, level=1, clip=[head])
    _eyes(c, look, 0, y + 0.6, 7.2, angle, pose, 0.5, 4.2)
    if cos > 0.2:
        c.dot(sin * 6 - 1, y + 4.4, _c(look.main, 0), 2, 1)
        for side in (-0.95, 0.95):
            c.dot(math.sin(angle + side) * 8 - 1, y + 3.2, _c(look.second, 2), 2, 1.1)
    _wear(c, look, 0, y - 10.6, sin)


def mushling(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A mushroom on two feet."""
    sin, cos = math.sin(angle), math.cos(angle)
    y = -4 + pose.bob - pose.air
    for side in (-1, 1):
        forward, lift = pose.right_foot if side > 0 else pose.left_foot
        c.paint(c.ellipse(side * 3.0 * max(0.5, abs(cos)) + forward * 0.5 * sin + sin, -1.6 - lift - pose.air, 2.7, 1.8), look.second, bias=-0.2)
    c.paint(c.poly([(-5, y - 13), (5, y - 13), (6.6, y - 2), (4, y + 1), (-4, y + 1), (-6.6, y - 2)], 1), look.second)
    _eyes(c, look, 0, y - 6.4, 5.0, angle, pose, 0.5, 3.4)
    _mouth(c, look, 0, y - 3.0, 4.4, angle)
    for side in (-1, 1):
        up = (pose.right_hand if side > 0 else pose.left_hand)[1] * 0.4
        x = side * 6.4 * max(0.2, abs(cos))
        c.paint(c.capsule(x, y - 6, x + side * 1.6, y - 3.6 - up, 1.5), look.second, edge=True)
    tilt = pose.sway * 0.8
    cap = c.paint(c.poly([(-13, y - 10), (-11, y - 17), (-5 + tilt, y - 22), (tilt, y - 23), (5 + tilt, y - 22), (11, y - 17), (13, y - 10), (6, y - 8.6), (-6, y - 8.6)], 2), look.main, edge=True, shine=True)
    for x, dy, r in ((-6.4, -14, 2.2), (0.6, -18.4, 2.4), (6.6, -13.4, 2.0), (-0.4, -11.8, 1.7)):
        c.paint(c.ellipse(x + tilt * 0.6 + sin, y + dy, r, r * 0.85), look.second, bias=0.15, clip=[cap])


Drawing = Callable[[Canvas, CritterLook, float, Pose], None]
CRITTERS: dict[str, Drawing] = {
    "slime": slime, "ghost": ghost, "bat": bat, "spider": spider, "bird": bird, "raven": bird, "owl": bird, "chicken": bird,
    "duck": bird, "phoenix": bird, "fish": fish, "snake": snake, "frog": frog, "bee": flier, "butterfly": flier, "crab": crab,
    "beholder": beholder, "mimic": mimic, "snail": snail, "octopus": octopus, "mushling": mushling,
}  # fmt: skip
