"""Small animals: birds of all kinds, fish, frogs, snakes, bees, crabs, snails."""

from __future__ import annotations

import math

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import color_at, ramp_of
from assetgen.simulator.art.critter_look import CritterLook, eyes, mouth, wear
from assetgen.simulator.art.rig import Pose


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
        c.paint(
            c.poly(
                [
                    (tail * 5, y - 2.6),
                    (tail * (8 + long), y - 3.4 - (4 if kind == "chicken" else 0) + pose.sway * 0.5),
                    (tail * (7.4 + long), y + 0.6),
                    (tail * 4, y + 3),
                ]
            ),
            plume,
            bias=-0.1,
        )
    elif away:
        c.paint(c.poly([(-2, y + 2), (2, y + 2), (3.2, y + 7), (-3.2, y + 7)]), plume, edge=True)
    body = c.paint(c.ellipse(0, y, 8.0, 7.4), look.main, edge=True)
    if not away:
        c.paint(c.ellipse(sin * 3.4, y + 2.6, 5.6, 4.8), look.second, clip=[body])
    wing_y = y + 0.4 + pose.sway * 0.7 - (3.0 if pose.bob and kind != "owl" else 0) * 0.5
    for side in (-1, 1) if not side_view else (1,):
        x = side * 6.4 * (1 if not side_view else 0) - sin * 1.6
        spread = pose.air > 1 or kind in ("phoenix",)
        if spread:
            up = 5 + pose.sway * 2
            k = side if not side_view else -math.copysign(1.0, sin)
            c.paint(
                c.poly(
                    [
                        (x, wing_y - 2),
                        (x + k * 9, wing_y - up - 3),
                        (x + k * 12, wing_y - up + 2),
                        (x + k * 8, wing_y + 1),
                        (x + k * 2, wing_y + 3),
                    ]
                ),
                look.main,
                edge=True,
                bias=0.1,
            )
        else:
            c.paint(
                c.ellipse(x, wing_y + 0.6, 2.3 if not side_view else 4.4, 4.4 if not side_view else 3.3),
                look.main,
                edge=True,
                bias=-0.12,
            )
    hx, hy = sin * 3.6, y - 8.6
    head = c.paint(c.ellipse(hx, hy, 6.2, 5.8), look.main, edge=True)
    c.paint(c.ellipse(hx, hy + 3.4, 5.2, 4), look.main, clip=[body, head, body + 1])
    if kind == "chicken":
        for dx, r in ((-2.2, 1.6), (0, 2.1), (2.2, 1.6)):
            c.paint(c.ellipse(hx + dx * max(0.5, abs(sin)), hy - 6.0, r), ramp_of("e03c3c"))
    if kind == "owl":
        for side in (-1, 1):
            c.paint(
                c.poly([(hx + side * 1.6, hy - 4.4), (hx + side * 5.2, hy - 8), (hx + side * 5.4, hy - 2.6)]),
                look.main,
                edge=True,
            )
    if kind == "phoenix":
        c.paint(
            c.poly(
                [
                    (hx - 2, hy - 4),
                    (hx - 4 * sin - 1, hy - 11),
                    (hx + 1, hy - 6.4),
                    (hx - 2 * sin + 3, hy - 10),
                    (hx + 3, hy - 4),
                ]
            ),
            look.second,
        )
    if not away:
        if kind == "owl":
            for turn in (-0.5, 0.5):
                if math.cos(angle + turn) > 0.1:
                    ex = hx + math.sin(angle + turn) * 4.8
                    c.paint(c.ellipse(ex, hy, 2.7), look.second, level=3)
                    c.dot(ex - 1.1, hy - 1.1, look.eye, 2.2, 2.2)
                    c.dot(ex - 0.5, hy - 0.5, (30, 24, 36), 1.1, 1.1)
        else:
            eyes(c, look, hx, hy - 0.6, 4.6, angle, pose, 0.62, 2.4, white=kind != "raven")
        reach = 4.6 if kind in ("raven", "duck") else 3.2
        if side_view:
            c.paint(
                c.poly([(hx + sin * 5.0, hy - 0.4), (hx + sin * (5.4 + reach), hy + 1.4), (hx + sin * 5.0, hy + 3.0)]),
                beak,
            )
        else:
            c.paint(c.poly([(hx - 1.9, hy + 1.0), (hx + 1.9, hy + 1.0), (hx, hy + 3.8)]), beak, edge=True)
        if kind == "chicken":
            c.paint(c.ellipse(hx + sin * 5, hy + 4, 1.2, 1.7), ramp_of("e03c3c"))
    wear(c, look, hx, hy - 4.8, sin)


def fish(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A fish that swims; seen from the side whenever it can be."""
    sin = math.sin(angle)
    k = 1.0 if sin >= -0.01 else -1.0
    y = -13 + pose.bob - pose.air
    wag = pose.sway * 1.4
    c.paint(
        c.poly([(-k * 7, y), (-k * 15, y - 6 + wag), (-k * 12.6, y + wag * 0.6), (-k * 15, y + 6 + wag)]), look.accent
    )
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
            c.dot(x * k + wave - 0.6, y - 1.4, color_at(look.second, 2), 1.2, 1.2)
    c.paint(c.capsule(-8.6 * k, -2.4, -13 * k + wave, -5, 1.8, 0.8), look.main)
    y = -19.6 + pose.bob - pose.air * 0.6
    c.paint(c.capsule(3 * k, -10, sin * 4 + 1, y + 1, 2.6), look.main, edge=True)
    c.paint(c.ellipse(sin * 5.4 + 0.6, y, 5.0, 4.0), look.main, edge=True)
    if cos > -0.35:
        eyes(c, look, sin * 5 + 0.6, y - 1, 3.6, angle, pose, 0.6, 2.4, white=False)
        c.dot(sin * 10 + 0.2, y + 2.6, (224, 60, 80), 1.0 if abs(sin) < 0.3 else 2.6, 2.2 if abs(sin) < 0.3 else 0.9)


def frog(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A sitting frog."""
    sin, cos = math.sin(angle), math.cos(angle)
    hop = pose.air + max(pose.left_foot[1], pose.right_foot[1]) * 0.4
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
        c.paint(
            c.line((sin * 5 - 4.4, y - 0.6), (sin * 5, y + 0.6), (sin * 5 + 4.4, y - 0.6), width=0.8),
            look.main,
            level=0,
        )
    wear(c, look, sin * 2, y - 9.2, sin)


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
            c.paint(
                c.poly([(0, y + 1), (k * 11, y + 1), (k * 9.6, y + 9), (k * 4, y + 8)], 1), wing, bias=-0.1, edge=True
            )
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
        eyes(c, look, 0, y - 0.6, 6.0, angle, pose, 0.55, 3.0)
        mouth(c, look, 0, y + 2.4, 5, angle)
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
            c.paint(
                c.line(
                    (side * 6, y + 2),
                    (side * (10 + k * 1.2), y + 1 + k),
                    (side * (10.5 + k * 1.8) + s, -0.6 - pose.air),
                    width=1.6,
                ),
                look.main,
                bias=-0.1,
            )
    for side in (-1, 1):
        up = (pose.right_hand if side > 0 else pose.left_hand)[1] * 0.3 + pose.sway * side * 0.6
        c.paint(c.capsule(side * 8, y - 1, side * 12, y - 5.4 - up, 1.5), look.main)
        c.paint(
            c.ellipse(side * 12.6, y - 8.4 - up, 3.8, 3.6).cut(
                c.poly([(side * 12.6, y - 8 - up), (side * 11, y - 14 - up), (side * 15, y - 14 - up)])
            ),
            look.main,
            edge=True,
        )
    body = c.paint(c.ellipse(0, y, 10, 6.6), look.main, edge=True)
    c.paint(c.ellipse(0, y + 4, 7, 2.6), look.second, clip=[body])
    if cos > -0.35:
        for side in (-1, 1):
            x = side * 3 + sin * 2.4
            c.paint(c.line((x, y - 5), (x, y - 8.4), width=1.3), look.main)
            c.paint(c.ellipse(x, y - 9.4, 2.0), ramp_of("f8f4ec"), level=3)
            c.dot(x + sin * 0.7 - 0.7, y - 10.2, look.eye, 1.4, 1.8)
        mouth(c, look, 0, y + 0.6, 3, angle, 3.4)
    wear(c, look, 0, y - 6, sin)


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
