"""Heads, tails and wings of beasts, and what they wear. Units as in the beasts' rig."""

from __future__ import annotations

import math
from itertools import pairwise

from assetgen.simulator.art.beast_look import BeastLook
from assetgen.simulator.art.canvas import Canvas, Point
from assetgen.simulator.art.color import color_at, ramp_of
from assetgen.simulator.art.rig import Pose


def _ear(c: Canvas, look: BeastLook, x: float, y: float, side: float, r: float, back: bool) -> None:
    kind = look.ears
    inner = look.belly if not back else look.coat
    if kind == "point":
        tall = 6.2 if look.subject in ("corgi", "fox") else 5.0
        c.paint(
            c.poly([(x - 2.5, y + 1.8), (x + side * 1.6, y - tall + 1.2), (x + 2.5, y + 1.8)]), look.coat, edge=True
        )
        c.paint(c.poly([(x - 1.1, y + 1.4), (x + side * 1.1, y - tall + 3.4), (x + 1.2, y + 1.4)]), inner, level=2)
    elif kind == "round":
        big = 3.6 if look.subject == "mouse" else 2.5
        c.paint(c.ellipse(x + side * 0.6, y - 0.6, big), look.coat, edge=True)
        c.paint(c.ellipse(x + side * 0.6, y - 0.2, big * 0.55), inner, level=1)
    elif kind == "flop":
        c.paint(
            c.poly([(x - 1, y - 1.2), (x + side * 3.8, y), (x + side * 4.0, y + 6), (x + side * 1.2, y + 5)], 1),
            look.dark,
            edge=True,
        )
    elif kind == "tall":
        c.paint(c.capsule(x * 0.9, y + 1, x * 0.9 + side * 1.4, y - 8.6, 1.9, 1.5), look.coat, edge=True)
        c.paint(
            c.capsule(x * 0.9, y, x * 0.9 + side * 1.3, y - 7.6, 0.7),
            ramp_of("f0a8b0") if not back else look.coat,
            level=2,
        )
    elif kind == "side":
        c.paint(
            c.poly([(x, y + 0.6), (x + side * 4.6, y + 0.8), (x + side * 3, y + 3), (x, y + 3)], 1),
            look.coat,
            edge=True,
        )


def head(c: Canvas, look: BeastLook, x: float, y: float, angle: float, pose: Pose) -> None:
    angle += math.radians(pose.look)
    sin, cos = math.sin(angle), math.cos(angle)
    r = look.head
    back = cos < -0.35
    side_view = abs(cos) < 0.3
    for side in (-1, 1) if not side_view else (1,):
        ex = x + (side * r * 0.66 * (cos if not side_view else 0)) - 0.9 * sin
        _ear(
            c,
            look,
            ex,
            y - r * 0.62,
            (side * (1 if cos > 0 else -1)) if not side_view else -math.copysign(0.5, sin),
            r,
            back,
        )
    if look.extra == "mane":
        for k in range(10):
            a = k * math.tau / 10
            c.paint(
                c.ellipse(x - 1.5 * sin + math.cos(a) * r * 0.92, y + 0.6 + math.sin(a) * r * 0.92, 2.7),
                look.dark,
                bias=-0.1 * math.sin(a),
            )
    _horns(c, look, x, y, sin, cos, r)
    head = c.paint(c.ellipse(x, y, r * 1.04, r * 0.92), look.coat, edge=True)
    if back:
        if look.marks == "stripes":
            c.paint(c.box(x - 0.6, y - r, x + 0.6, y - 2), look.dark, level=2, clip=[head])
        _headgear(c, look, x, y, r, sin, pose.sway)
        return
    mx, my = x + sin * r * 0.62, y + r * 0.36
    if look.marks == "bib":
        c.paint(c.ellipse(mx - sin, my + 0.8, r * 0.74, r * 0.52), look.belly, clip=[head])
        if cos > 0.5:
            c.paint(c.capsule(x, y - r * 0.7, x, my, 0.9, 1.6), look.belly, clip=[head])
    if look.marks == "stripes":
        for dx in (-1.8, 0, 1.8):
            c.paint(
                c.box(x + dx * abs(cos) - 0.4 + sin, y - r, x + dx * abs(cos) + 0.4 + sin, y - r * 0.45),
                look.dark,
                level=2,
                clip=[head],
            )
    muzzle = look.belly if look.subject not in ("pig",) else look.coat
    long = look.snout
    if abs(sin) > 0.3:
        c.paint(
            c.capsule(x + sin * r * 0.5, my, x + sin * (r * 0.52 + long), my + 0.5, 2.6, 1.9),
            muzzle if look.subject not in ("dragon", "horse", "wolf") else look.coat,
            edge=False,
        )
        c.dot(
            x + sin * (r * 0.52 + long + 1.4) - 0.8,
            my - 1.0,
            color_at(look.dark, 0) if look.extra != "dragon" else color_at(look.coat, 0),
            1.6,
            1.4,
        )
    else:
        c.paint(
            c.ellipse(x, my + 0.7, 2.6 + long * 0.28, 2.3),
            muzzle if look.subject not in ("dragon",) else look.coat,
            bias=0.05,
        )
        if look.extra in ("snout",):
            c.paint(c.ellipse(x, my + 0.4, 2.7, 2.0), look.coat, level=3)
            c.dot(x - 1.6, my, color_at(look.coat, 0), 0.9, 1.2)
            c.dot(x + 0.7, my, color_at(look.coat, 0), 0.9, 1.2)
        elif look.extra == "dragon":
            c.dot(x - 1.8, my, color_at(look.coat, 0), 0.9, 0.9)
            c.dot(x + 0.9, my, color_at(look.coat, 0), 0.9, 0.9)
        else:
            c.dot(x - 1.0, my - 0.9, color_at(look.dark, 0), 2, 1.3)
            c.dot(x - 0.5, my + 0.4, color_at(look.dark, 0), 1, 1.4)
    for turn in (-0.56, 0.56):
        if math.cos(angle + turn) > 0.2:
            ex = x + math.sin(angle + turn) * r * 0.74
            if pose.eyes == "closed":
                c.dot(ex - 1, y + 0.3, color_at(look.dark, 0), 2, 0.8)
            else:
                c.dot(ex - 1, y - 1.2, look.eye, 2, 2.7 if pose.eyes != "wide" else 3.4)
                c.dot(ex - 1, y - 1.2, (250, 250, 252), 0.9, 0.9)
    _headgear(c, look, x, y, r, sin, pose.sway)


def _horns(c: Canvas, look: BeastLook, x: float, y: float, sin: float, cos: float, r: float) -> None:
    horn = ramp_of("f0e0bc")
    pair = (-1, 1) if abs(cos) > 0.3 else (1,)
    for side in pair:
        hx = x + side * r * 0.5 * cos
        lean = side * cos if abs(cos) > 0.3 else -sin
        if look.extra == "dragon" or "horns" in look.gear:
            c.paint(
                c.poly(
                    [(hx - 1.2, y - r * 0.6), (hx + 1.2, y - r * 0.6), (hx + lean * 3.6 - sin * 1.6, y - r * 0.6 - 6)]
                ),
                horn,
            )
        elif look.extra == "antlers":
            ant = ramp_of("8a6a44")
            c.paint(
                c.line((hx, y - r * 0.7), (hx + lean * 2.6, y - r - 4), (hx + lean * 2.2, y - r - 7), width=1.5), ant
            )
            c.paint(c.line((hx + lean * 2.4, y - r - 3.4), (hx + lean * 5.4, y - r - 5.6), width=1.3), ant)
        elif look.extra in ("horns", "goat"):
            c.paint(c.poly([(hx - 1.2, y - r * 0.6), (hx + 1.2, y - r * 0.6), (hx + lean * 3.4, y - r - 3)]), horn)
    if look.extra == "unicorn":
        c.paint(
            c.poly(
                [(x + sin * 2.6 - 1.1, y - r * 0.7), (x + sin * 2.6 + 1.1, y - r * 0.7), (x + sin * 5.4, y - r - 6.6)]
            ),
            ramp_of("f8dc74"),
        )
    if look.extra in ("horse", "unicorn"):
        for k in range(4):
            c.paint(
                c.ellipse(x - sin * (2.6 + k * 1.5), y - r * 0.6 + k * 2.9, 2.1, 2.3),
                look.dark if look.extra == "horse" else look.accent,
            )


def _headgear(c: Canvas, look: BeastLook, x: float, y: float, r: float, sin: float, sway: float) -> None:
    if "glasses" in look.gear:
        for k in (-2.6, 2.6):
            gx = x + sin * r * 0.5 + k * max(0.35, 1 - abs(sin))
            c.dot(gx - 2, y - 1.6, (28, 26, 40), 4, 3.2)
            c.dot(gx - 1.3, y - 1.1, (110, 124, 168), 1.1, 1)
        c.dot(x + sin * r * 0.5 - 2.6, y - 1.4, (28, 26, 40), 5.2, 0.9)
    top = y - r * 0.84
    if "party" in look.gear or ("hat" in look.gear and "party" in look.gear):
        cone = c.paint(
            c.poly([(x - 3.4, top + 0.6), (x - sin, top - 8.4), (x + 3.4, top + 0.6), (x, top + 1.4)]),
            look.hat,
            edge=True,
        )
        for k in range(2):
            c.paint(
                c.line((x - 4, top - 0.4 - k * 3), (x + 4, top - 2.4 - k * 3), width=1.3),
                ramp_of("f8d84c"),
                level=3,
                clip=[cone],
            )
        c.paint(c.ellipse(x - sin, top - 8.6, 1.6), ramp_of("f8f4ec"), shine=True)
    elif "hat" in look.gear:
        c.paint(c.ellipse(x, top + 0.8, 7.2, 1.9), look.hat, bias=-0.1, edge=True)
        cone = c.paint(
            c.poly(
                [
                    (x - 4.2, top + 0.8),
                    (x - 2, top - 5),
                    (x + 1.6 - sin * 2, top - 9.6),
                    (x + 2.4, top - 4),
                    (x + 4.2, top + 0.8),
                ]
            ),
            look.hat,
            edge=True,
        )
        c.paint(c.box(x - 4.4, top - 1.4, x + 4.4, top + 0.2), ramp_of("f0b92c"), clip=[cone])
    elif "cap" in look.gear:
        c.paint(c.ellipse(x, top + 1, 5.4, 3.2), look.hat, edge=True)
        c.paint(c.ellipse(x + sin * 4.6, top + 2.4, 4.4, 1.2), look.hat, bias=-0.15)
    elif "crown" in look.gear:
        c.paint(
            c.poly(
                [
                    (x - 4, top + 1.6),
                    (x - 4.4, top - 3),
                    (x - 2, top - 1),
                    (x, top - 4),
                    (x + 2, top - 1),
                    (x + 4.4, top - 3),
                    (x + 4, top + 1.6),
                ]
            ),
            ramp_of("f0b92c"),
            shine=True,
            edge=True,
        )
    elif "halo" in look.gear:
        c.paint(c.ellipse(x, top - 3.4, 5, 1.7).cut(c.ellipse(x, top - 3.4, 3.4, 0.8)), ramp_of("f8dc5c"), level=3)


def tail(c: Canvas, look: BeastLook, x: float, y: float, sin: float, cos: float, sway: float) -> None:
    out = -math.copysign(1.0, sin) if abs(sin) > 0.3 else 0.55
    wag = sway * 1.2
    y -= look.bulk * 0.1
    kind = look.tail
    edge = cos < -0.3
    if abs(sin) <= 0.3 and cos > 0:
        x, y = 3.6, y - 1
    path: list[Point]
    if kind in ("long", "thin", "tuft"):
        thick = 0.9 if kind == "thin" else 1.4
        path = [
            (x, y),
            (x + out * 4, y - 1 + wag * 0.3),
            (x + out * 6.4, y - 5 + wag),
            (x + out * 5.6 + wag * 0.5, y - 9),
        ]
        for p, q in pairwise(path):
            c.paint(c.capsule(*p, *q, thick), look.coat if kind != "thin" else ramp_of("e8a0a0"), edge=edge)
        if kind == "tuft":
            c.paint(c.ellipse(path[-1][0], path[-1][1] - 1, 2.2), look.dark)
    elif kind == "bushy":
        c.paint(c.capsule(x, y, x + out * 6.4, y - 3.4 + wag, 2.0, 3.8), look.coat, edge=edge)
        c.paint(c.ellipse(x + out * 8.6, y - 5.2 + wag, 2.8, 2.6), look.belly)
    elif kind == "curl":
        c.paint(c.capsule(x + out, y - 1, x + out * 3.4, y - 5 + wag * 0.4, 1.5), look.coat, edge=edge)
        c.paint(c.ellipse(x + out * 1.8, y - 5.6 + wag * 0.4, 2.2), look.coat)
    elif kind == "flow":
        c.paint(
            c.poly([(x, y - 2), (x + out * 4.4, y - 2.4), (x + out * 6.2 + wag, y + 7), (x + out * 3 + wag, y + 8)], 1),
            look.dark if look.extra == "horse" else look.accent,
            edge=edge,
        )
    elif kind == "puff":
        c.paint(c.ellipse(x + out * 1.4, y + 0.4, 2.4), look.belly, edge=edge)
    elif kind == "nub":
        c.paint(c.ellipse(x + out * 0.8, y - 1.4 + wag * 0.3, 1.8), look.coat, edge=edge)
    elif kind == "spike":
        path = [(x, y + 1), (x + out * 5, y + 3.4), (x + out * 9.6, y + 1 + wag)]
        c.paint(c.capsule(*path[0], *path[1], 3.4, 2.2), look.coat, edge=edge)
        c.paint(c.capsule(*path[1], *path[2], 2.2, 0.9), look.coat)
        px, py = path[2]
        c.paint(c.poly([(px - out, py - 2.4), (px + out * 3.8, py - 1.8), (px + out * 0.6, py + 2.2)]), look.belly)


def wings(c: Canvas, look: BeastLook, y: float, x: float, sin: float, cos: float, sway: float) -> None:
    membrane = look.accent if look.extra == "dragon" else ramp_of("f4f0e4")
    flap = sway * 1.8
    for side in (-1, 1) if abs(cos) > 0.3 else (1,):
        k = side * abs(cos) if abs(cos) > 0.3 else -math.copysign(0.75, sin)
        sx, sy = x + 2.4 * k, y - look.bulk * 0.7
        tx, ty = x + 15.5 * k, y - look.bulk - 8.4 - flap
        c.paint(
            c.poly(
                [
                    (sx, sy),
                    (x + 9 * k, ty - 1.6),
                    (tx, ty),
                    (x + 16.8 * k, ty + 7.4),
                    (x + 12.6 * k, ty + 6.4),
                    (x + 11.4 * k, ty + 11.4),
                    (x + 7.6 * k, ty + 9),
                    (sx, sy + 4.4),
                ]
            ),
            membrane,
            edge=True,
        )
        c.paint(c.line((sx, sy), (x + 9 * k, ty - 1.4), (tx, ty), width=1.5), look.coat)
        for ex, ey in ((16.4, 7), (11.4, 11)):
            c.paint(c.line((x + 9 * k, ty - 1), (x + ex * k, ty + ey), width=0.7), membrane, level=1)
