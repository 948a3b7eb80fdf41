"""Small creatures that are neither people nor four-legged: slimes, ghosts, bats and other friends."""

from __future__ import annotations

import math
from collections.abc import Callable

from assetgen.simulator.art import animals
from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import chance, color_at, ramp, ramp_of
from assetgen.simulator.art.critter_look import CritterLook, eyes, mouth, wear
from assetgen.simulator.art.rig import Pose


def draw_critter(c: Canvas, look: CritterLook, yaw: float, pose: Pose) -> None:
    """Draw one critter, standing or hovering over the origin."""
    CRITTERS[look.subject](c.at(0, 0, 0, look.size), look, math.radians(yaw), pose)


def slime(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A jelly that squashes as it hops."""
    squash = 1 + 0.05 * pose.bob + 0.05 * pose.crouch + 0.012 * abs(pose.right_foot[0])
    hop = pose.air
    w, h = 12.4 * squash, 18.0 / squash
    y = -hop
    wob = pose.sway * 0.7
    shape = [
        (-w, y),
        (-w * 1.02, y - h * 0.34),
        (-w * 0.78 + wob, y - h * 0.76),
        (wob, y - h * 1.06),
        (w * 0.78 + wob, y - h * 0.76),
        (w * 1.02, y - h * 0.34),
        (w, y),
    ]
    body = c.paint(c.poly(shape, 2), look.main, bias=0.06)
    for turn, up, r in ((2.2, 0.5, 1.5), (3.6, 0.34, 1.0)):
        # Bubbles inside turn with it, so that its back differs from side to side.
        if math.cos(angle + turn) > -0.2:
            c.paint(c.ellipse(math.sin(angle + turn) * w * 0.6, y - h * up, r), look.main, level=1, clip=[body])
    c.paint(c.ellipse(wob * 0.5 + 1.5, y - h * 0.28, w * 0.62, h * 0.2), look.main, level=3, clip=[body])
    c.paint(c.ellipse(-w * 0.42 + wob, y - h * 0.74, 2.5, 1.6), look.main, level=4, clip=[body])
    c.paint(c.ellipse(-w * 0.66 + wob, y - h * 0.56, 0.9, 1.1), look.main, level=4, clip=[body])
    eyes(c, look, wob * 0.6, y - h * 0.44, w * 0.62, angle, pose, 0.52, 4.0)
    mouth(c, look, wob * 0.6, y - h * 0.26, w * 0.55, angle)
    wear(c, look, wob, y - h * 0.92, math.sin(angle))


def ghost(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A sheet that floats."""
    sin = math.sin(angle)
    y = -3.0 + pose.bob * 0.4 - pose.air
    wave = pose.sway * 0.9
    lean = -sin * 2.4
    shape = [(-8.6, y - 18), (-6, y - 25), (0, y - 27), (6, y - 25), (8.6, y - 18), (9.4 + lean * 0.4, y - 6)]
    tail = [
        (8.8 + lean, y + wave),
        (5.4 + lean, y - 2.6),
        (2.2 + lean, y + 1 - wave),
        (-1.4 + lean, y - 2.4),
        (-4.6 + lean, y + 0.8 + wave),
        (-8.6 + lean, y - 1.4 - wave),
    ]
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
    wear(c, look, 0, y - 25.4, sin)


def bat(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A flapping bat."""
    sin, cos = math.sin(angle), math.cos(angle)
    flap = 1.8 + pose.sway * 2.6
    y = -17.0 + pose.bob * 0.6 - pose.air
    for side in (-1, 1):
        k = side * (0.5 + 0.5 * abs(cos))
        tip = y - 3 - flap
        c.paint(
            c.poly(
                [
                    (k * 3, y - 2),
                    (k * 10, tip - 5.4),
                    (k * 18.5, tip - 1.4),
                    (k * 17.4, tip + 6),
                    (k * 13.4, tip + 4),
                    (k * 11, tip + 8.4),
                    (k * 7.4, y + 4.4),
                    (k * 3, y + 4),
                ]
            ),
            look.second,
            edge=True,
            bias=-0.1,
        )
        c.paint(c.line((k * 3, y - 1), (k * 10, tip - 5), (k * 18, tip - 1), width=1.5), look.main)
        c.paint(c.line((k * 10, tip - 4), (k * 11, tip + 7), width=0.8), look.main, level=1)
    for side in (-1, 1):
        c.paint(c.poly([(side * 1.4, y - 5), (side * 5.8, y - 11), (side * 5.4, y - 3)]), look.main, edge=True)
    c.paint(c.ellipse(0, y, 6.6, 6.4), look.main, edge=True)
    if cos > -0.3:
        c.paint(c.ellipse(sin * 3, y + 2.4, 3.6, 2.6), look.second, bias=0.1)
        eyes(c, look, 0, y - 1.2, 5.0, angle, pose, 0.5, 2.6, white=False)
        for k in (-1.6, 0.8):
            c.dot(sin * 4 + k, y + 2.2, (255, 255, 255), 0.9, 1.6)
    for side in (-1, 1):
        c.dot(side * 2 - 0.5, y + 6, color_at(look.main, 0), 1, 1.8)


_SPIDER_LEGS = ((6.0, 2.0, 7.0, 0.6), (10.0, 5.5, 12.0, 0.8), (13.0, 8.0, 17.0, 1.6), (13.5, 11.5, 20.5, 4.5))
"""Knee and foot of each leg: out from the middle, and up from the body or the ground."""


def spider(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A round spider with eight legs."""
    sin, cos = math.sin(angle), math.cos(angle)
    y = -8.4 + pose.bob - pose.air
    stride = pose.right_foot[0] * 0.32
    for k, (knee_x, knee_y, foot_x, foot_y) in enumerate(_SPIDER_LEGS):
        for side in (-1, 1):
            swing = stride * (1 if (k + side) % 2 else -1)
            knee = (side * knee_x + swing * 0.4, y - knee_y)
            foot = (side * foot_x + swing, -foot_y - pose.air - max(0.0, swing * side) * 0.5)
            c.paint(c.line((side * 3, y), knee, foot, width=1.5), look.main, bias=0.1)
    c.paint(c.ellipse(-sin * 5.6, y - 3.4 - (cos < -0.3) * -2.0, 8.4, 7.6), look.main, edge=True)
    c.paint(
        c.poly(
            [
                (-sin * 5.6 - 2, y - 7),
                (-sin * 5.6 + 2, y - 7),
                (-sin * 5.6 + 0.6, y - 4.2),
                (-sin * 5.6 + 2, y - 1.6),
                (-sin * 5.6 - 2, y - 1.6),
                (-sin * 5.6 - 0.6, y - 4.2),
            ]
        ),
        look.second,
        level=2,
    )
    if cos > -0.35:
        x = sin * 5.4
        c.paint(c.ellipse(x, y + 1.2, 5.0, 4.4), look.main, edge=True)
        for dx, dy, wide in ((-2.2, 0, 1.9), (0.9, 0, 1.9), (-3.4, -1.6, 1.0), (2.8, -1.6, 1.0)):
            c.dot(x + dx * max(0.6, abs(cos)) + sin, y + dy, look.eye, wide, wide)
        for dx in (-1.6, 1.0):
            c.dot(x + dx + sin, y + 3.8, (244, 240, 230), 0.9, 1.8)
    wear(c, look, sin * 3, y - 9.6, sin)


def beholder(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A floating eye with stalks."""
    sin, cos = math.sin(angle), math.cos(angle)
    y = -16 + pose.bob * 1.2 - pose.air
    for k in range(5):
        a = -2.5 + k * 0.46
        wave = math.sin(k * 2 + pose.sway) * 1.2
        x, top = math.cos(a) * 9, y + math.sin(a) * 9
        c.paint(
            c.line((math.cos(a) * 7, y + math.sin(a) * 7), (x * 1.24 + wave, top * 1.0 - 4.6), width=1.7), look.main
        )
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
            c.paint(
                c.ellipse(ex + sin * 1.8 + pose.look * 0.03, y - 1.2, 1.3, 2.0),
                look.main,
                level=0,
                clip=[white, c.count[0]],
            )
            c.dot(ex - 1.9, y - 4, (255, 255, 255), 1.2, 1.2)
        if cos > 0.2:
            c.paint(
                c.poly([(sin * 5 - 5, y + 5), (sin * 5 + 5, y + 5), (sin * 5 + 3, y + 7.6), (sin * 5 - 3, y + 7.6)]),
                look.main,
                level=0,
            )
            for dx in (-3.0, -0.6, 1.8):
                c.dot(sin * 5 + dx, y + 5, (250, 246, 236), 1.2, 1.4)


def mimic(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A chest with teeth."""
    sin = math.sin(angle)
    gold = ramp_of("f0b92c")
    hop = pose.air
    y = -hop
    gap = 4.4 + pose.sway * 1.6 + pose.bob
    c.paint(c.box(-11, y - 12, 11, y, 1), look.main)
    for x in (-11, 8):
        c.paint(c.box(x, y - 12, x + 3, y), gold)
    c.paint(c.box(-10, y - 14 - gap, 10, y - 11), look.second, level=0)
    if math.cos(angle) > -0.35:
        c.paint(
            c.poly([(-3, y - 12), (3, y - 12), (4 + sin * 3, y - 6), (sin * 3, y - 4), (-3 + sin * 3, y - 6)], 1),
            look.second,
            edge=True,
        )
        for k in range(6):
            at = -9 + k * 3.4
            c.paint(c.poly([(at, y - 11.6), (at + 2.6, y - 11.6), (at + 1.3, y - 14.8)]), ramp_of("f8f4e8"), level=3)
        for dx in (-4.0, 2.4):
            c.dot(dx + sin * 2, y - 13.4 - gap * 0.7, look.eye, 1.8, 2.2)
    c.paint(
        c.poly(
            [
                (-11.4, y - 12.6 - gap),
                (-11, y - 17 - gap),
                (-7, y - 20 - gap),
                (7, y - 20 - gap),
                (11, y - 17 - gap),
                (11.4, y - 12.6 - gap),
            ]
        ),
        look.main,
        edge=True,
    )
    for left in (-10.4, 7.6):
        c.paint(c.box(left, y - 18.6 - gap, left + 2.8, y - 12.6 - gap), gold)
    c.paint(c.box(-11.6, y - 13.6 - gap, 11.6, y - 12.2 - gap), gold)


def octopus(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A big-headed friend with tentacles."""
    sin, cos = math.sin(angle), math.cos(angle)
    y = -14 + pose.bob - pose.air
    for k in (-2, -1, 1, 2, 0):
        wave = math.sin(k * 1.3 + pose.sway * 1.4) * 1.5
        x = k * 4.3
        lift = max(pose.right_foot[1], 0) * (k % 2) * 0.6 + max(pose.left_foot[1], 0) * ((k + 1) % 2) * 0.6
        c.paint(c.capsule(x * 0.7, y + 5, x + wave, -2 - lift - pose.air, 2.3, 1.7), look.main, bias=-0.12, edge=True)
        c.paint(
            c.capsule(
                x + wave, -2 - lift - pose.air, x + wave + 1.8 * (1 if k >= 0 else -1), -1.7 - lift - pose.air, 1.6
            ),
            look.main,
            edge=False,
        )
    head = c.paint(
        c.poly(
            [
                (-9, y + 6),
                (-10.4, y - 2),
                (-7, y - 10),
                (0, y - 13),
                (7, y - 10),
                (10.4, y - 2),
                (9, y + 6),
                (0, y + 8),
            ],
            2,
        ),
        look.main,
        edge=True,
        bias=0.05,
    )
    for k in range(4):
        c.paint(
            c.ellipse(-6 + 12 * chance(look.key, "spot", k), y - 10 + 6 * chance(look.key, "y", k), 1.2),
            look.main,
            level=1,
            clip=[head],
        )
    eyes(c, look, 0, y + 0.6, 7.2, angle, pose, 0.5, 4.2)
    if cos > 0.2:
        c.dot(sin * 6 - 1, y + 4.4, color_at(look.main, 0), 2, 1)
        for side in (-0.95, 0.95):
            c.dot(math.sin(angle + side) * 8 - 1, y + 3.2, color_at(look.second, 2), 2, 1.1)
    wear(c, look, 0, y - 10.6, sin)


def mushling(c: Canvas, look: CritterLook, angle: float, pose: Pose) -> None:
    """A mushroom on two feet."""
    sin, cos = math.sin(angle), math.cos(angle)
    y = -4 + pose.bob - pose.air
    for side in (-1, 1):
        forward, lift = pose.right_foot if side > 0 else pose.left_foot
        c.paint(
            c.ellipse(side * 3.0 * max(0.5, abs(cos)) + forward * 0.5 * sin + sin, -1.6 - lift - pose.air, 2.7, 1.8),
            look.second,
            bias=-0.2,
        )
    c.paint(c.poly([(-5, y - 13), (5, y - 13), (6.6, y - 2), (4, y + 1), (-4, y + 1), (-6.6, y - 2)], 1), look.second)
    eyes(c, look, 0, y - 6.4, 5.0, angle, pose, 0.5, 3.4)
    mouth(c, look, 0, y - 3.0, 4.4, angle)
    for side in (-1, 1):
        up = (pose.right_hand if side > 0 else pose.left_hand)[1] * 0.4
        x = side * 6.4 * max(0.2, abs(cos))
        c.paint(c.capsule(x, y - 6, x + side * 1.6, y - 3.6 - up, 1.5), look.second, edge=True)
    tilt = pose.sway * 0.8
    cap = c.paint(
        c.poly(
            [
                (-13, y - 10),
                (-11, y - 17),
                (-5 + tilt, y - 22),
                (tilt, y - 23),
                (5 + tilt, y - 22),
                (11, y - 17),
                (13, y - 10),
                (6, y - 8.6),
                (-6, y - 8.6),
            ],
            2,
        ),
        look.main,
        edge=True,
        shine=True,
    )
    for x, dy, r in ((-6.4, -14, 2.2), (0.6, -18.4, 2.4), (6.6, -13.4, 2.0), (-0.4, -11.8, 1.7)):
        c.paint(c.ellipse(x + tilt * 0.6 + sin, y + dy, r, r * 0.85), look.second, bias=0.15, clip=[cap])


Drawing = Callable[[Canvas, CritterLook, float, Pose], None]
CRITTERS: dict[str, Drawing] = {
    "slime": slime, "ghost": ghost, "bat": bat, "spider": spider, "bird": animals.bird, "raven": animals.bird,
    "owl": animals.bird, "chicken": animals.bird,
    "duck": animals.bird, "phoenix": animals.bird, "fish": animals.fish, "snake": animals.snake,
    "frog": animals.frog, "bee": animals.flier, "butterfly": animals.flier, "crab": animals.crab,
    "beholder": beholder, "mimic": mimic, "snail": animals.snail, "octopus": octopus, "mushling": mushling,
}  # fmt: skip
