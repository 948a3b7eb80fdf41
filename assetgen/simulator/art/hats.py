"""What people wear on their heads. Units as in heads."""

from __future__ import annotations

import math

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import color_at, ramp_of
from assetgen.simulator.art.faces import CY, RX, RY, beard, draw_eyes
from assetgen.simulator.art.looks import Look


def headgear(
    c: Canvas, look: Look, sin: float, cos: float, sway: float, head: list[int], angle: float, eyes: str
) -> None:
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
                c.dot(x + k, CY + 3.2, color_at(hat, 0), 0.8, 2.2)
            c.paint(c.box(x - 0.5, CY - 6.4, x + 0.5, CY - 0.6), hat, level=4, clip=[dome])
        c.paint(
            c.poly(
                [
                    (1.4 * back - 1.5, CY - 6.6),
                    (2 * back - 1.2, CY - 10.4),
                    (3.6 * back + 1.6, CY - 11),
                    (8 * back + 1.6 + sway * 0.5, CY - 7.6),
                    (9.4 * back + sway * 0.6, CY - 2.6),
                    (5.4 * back, CY - 5.6),
                    (1.5, CY - 6.4),
                ],
                1,
            ),
            look.plume,
            edge=True,
        )
    elif gear in ("kettle", "horned", "kabuto"):
        c.paint(c.ellipse(0, CY - 3.6, RX + 0.5, 5.2), hat, shine=True, edge=True)
        c.paint(
            c.box(-8.6 if gear == "kettle" else -7.6, CY - 2.8, 8.6 if gear == "kettle" else 7.6, CY - 1.0, 0.8),
            hat,
            bias=-0.05,
            edge=True,
        )
        if gear != "kettle":
            horn = ramp_of("f0e4c4" if gear == "horned" else "f0b92c")
            for side in (-1, 1):
                x = side * cos * 6.4
                if abs(cos) < 0.3:
                    x = 0.0 if side * sin < 0 else 99.0
                if x < 50:
                    lean = side * (1 if cos >= 0 else -1) if abs(cos) >= 0.3 else -sin * 0.4
                    c.paint(
                        c.poly(
                            [
                                (x - 1.4, CY - 4),
                                (x + 1.4, CY - 4),
                                (x + lean * 3.4 + 0.6, CY - 7.4),
                                (x + lean * 2.6, CY - 11),
                                (x + lean * 1.6 - 0.6, CY - 7.2),
                            ]
                        ),
                        horn,
                        edge=True,
                    )
    elif gear in ("wizard", "party", "santa"):
        _pointed(c, look, gear, sin, sway)
    elif gear == "hood":
        hood = c.paint(c.ellipse(-0.8 * sin, CY - 0.5, RX + 1.0, RY + 1.2), hat, edge=True)
        c.paint(c.poly([(-4 + 5 * back, CY - 5), (4 + 5 * back, CY - 5), (7.4 * back, CY - 8.8)]), hat) if abs(
            sin
        ) > 0.3 else None
        if cos > -0.25:
            x, rx = 3.6 * sin, 5.1 - 1.2 * abs(sin)
            inner = c.paint(c.ellipse(x, CY + 1.1, rx, 5.3), hat, level=0, clip=[hood, hood + 1])
            c.paint(c.ellipse(x, CY + 1.9, rx - 0.5, 4.6), look.skin, bias=-0.12, clip=[inner])
            draw_eyes(c, look, angle, eyes)
            if look.beard:
                beard(c, look, sin)
    elif gear == "crown":
        points = [
            (-5.6, CY - 4.2),
            (-6, CY - 9.6),
            (-3.2, CY - 7.4),
            (0, CY - 10.6),
            (3.2, CY - 7.4),
            (6, CY - 9.6),
            (5.6, CY - 4.2),
        ]
        c.paint(c.poly(points), hat, shine=True, edge=True)
        c.dot(2.6 * sin - 0.8, CY - 6.6, (224, 52, 84), 1.6, 1.8)
    elif gear in ("cap", "pirate"):
        c.paint(c.ellipse(0, CY - 4.6, RX + 0.6, 4.4), hat, edge=True)
        if gear == "cap":
            c.paint(
                c.poly(
                    [
                        (-6.6 * cos - 1 + 3 * sin, CY - 3.8),
                        (7.6 * sin + 6.6 * abs(cos), CY - 2.6),
                        (-7.6 * abs(cos) + 6 * sin, CY - 1.6),
                    ]
                ),
                hat,
                bias=-0.1,
                edge=True,
            )
            c.paint(
                c.capsule(
                    -4.6 * (cos if abs(cos) > 0.3 else sin),
                    CY - 5,
                    -7.6 * (cos if abs(cos) > 0.3 else sin),
                    CY - 10 + sway * 0.4,
                    1.1,
                    0.5,
                ),
                look.plume,
                edge=True,
            )
        else:
            c.paint(
                c.poly([(-10, CY - 2.6), (-8, CY - 6), (0, CY - 8.8), (8, CY - 6), (10, CY - 2.6), (0, CY - 4)]),
                hat,
                edge=True,
            )
            if cos > 0:
                c.dot(2.5 * sin - 1, CY - 6.6, (244, 240, 228), 2, 2)
    elif gear == "bandana":
        c.paint(c.box(-8, CY - 4.4, 8, CY - 2.2), hat, clip=head + list(range(head[-1], c.count[0] + 1)))
        x = -6.8 * sin + (6.4 if cos > 0.6 else 0)
        c.paint(c.capsule(x, CY - 3, x - 3 * sin + 1.6 * cos + sway * 0.6, CY + 1.4, 1.2, 0.6), hat, edge=True)
    elif gear == "ninja":
        wrap = c.paint(c.ellipse(0, CY, RX + 0.3, RY + 0.2), hat, edge=True)
        if cos > -0.25:
            c.paint(
                c.box(3.4 * sin - 5 + abs(sin), CY - 0.9, 3.4 * sin + 5 - abs(sin), CY + 3.2, 1), look.skin, clip=[wrap]
            )
            draw_eyes(c, look, angle, eyes)
        c.paint(c.box(-8, CY - 3.8, 8, CY - 2.0), look.plume, clip=[wrap])
        c.paint(
            c.capsule(-6.4 * sin + 5 * max(cos, 0), CY - 2.6, -9.6 * sin + 8 * max(cos, 0), CY + 1.6 + sway, 1.1, 0.6),
            look.plume,
        )
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
            c.paint(
                c.line((x, CY - 5), (x + lean * 2.8, CY - 8), (x + lean * 2.4, CY - 11.4), width=2.0), horn, edge=True
            )
            if gear == "antlers":
                c.paint(c.line((x + lean * 2.6, CY - 8), (x + lean * 6, CY - 10.4), width=1.3), horn)
    elif gear == "halo":
        ring = c.ellipse(0, CY - 10, 6, 2.1).cut(c.ellipse(0, CY - 10, 4.2, 1.0))
        c.paint(ring, hat, level=3)
    elif gear == "goggles":
        c.paint(c.box(-8, CY - 5, 8, CY - 3.4), ramp_of("6a4430"), clip=head + list(range(head[-1], c.count[0] + 1)))
        if cos > -0.2:
            for k in (-2.3, 2.3):
                c.paint(
                    c.ellipse(3.2 * sin + k * max(cos, 0.4), CY - 4.2, 2.0), ramp_of("72d0e8"), shine=True, edge=True
                )
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
        cone = c.paint(
            c.poly(
                [
                    (-6.2, CY - 3.2),
                    (-4.0, CY - 8.6),
                    (tip * 0.5 - 1.4, CY - 13.2),
                    (tip + sway * 0.4, CY - 16.2),
                    (tip * 0.8 + 1.6, CY - 11.4),
                    (4.2, CY - 8),
                    (6.2, CY - 3.2),
                    (0, CY - 2.2),
                ]
            ),
            hat,
            edge=True,
        )
        c.paint(
            c.poly([(-6.4, CY - 3.2), (-5.4, CY - 5.4), (5.4, CY - 5.4), (6.4, CY - 3.2), (0, CY - 2)]),
            look.trim,
            clip=[cone],
        )
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
