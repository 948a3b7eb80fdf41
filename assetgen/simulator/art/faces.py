"""Faces of people: eyes, features, beards, ears. Units as in the rig; the head's centre lies at (0, -25)."""

from __future__ import annotations

import math

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import color_at, ramp, ramp_of
from assetgen.simulator.art.looks import Look

CY = -25.2
RX, RY = 7.0, 6.8


def draw_eyes(c: Canvas, look: Look, angle: float, eyes: str) -> None:
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
            c.dot(x - 1, y + 1.6, color_at(look.skin, 0), 2, 0.8)
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
            c.dot(x - 1.2, top - 1.2, color_at(look.hair if look.hair_style != "bald" else look.skin, 0), 2.4, 0.5)
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


def features(c: Canvas, look: Look, angle: float, x: float) -> None:
    """Nose, mouth and cheeks of a large face."""
    nose = x + 1.4 * math.sin(angle)
    c.paint(c.ellipse(nose, CY + 2.7, 0.7, 0.8), look.skin, level=1)
    c.paint(c.ellipse(nose - 0.2, CY + 2.4, 0.5, 0.5), look.skin, level=3)
    if look.species != "orc":
        c.paint(c.line((x - 1.3, CY + 4.7), (x, CY + 5.1), (x + 1.3, CY + 4.7), width=0.6), look.skin, level=0)
    for side in (-0.8, 0.8):
        if math.cos(angle + side) > 0.3:
            c.paint(c.ellipse(math.sin(angle + side) * 5.4, CY + 3.2, 0.9, 0.6), look.skin, level=1)


def beard(c: Canvas, look: Look, sin: float) -> None:
    x = 3.4 * sin
    c.paint(
        c.poly(
            [
                (x - 4.6, CY + 2.4),
                (x + 4.6, CY + 2.4),
                (x + 4.2, CY + 6),
                (x + 1.6, CY + 11),
                (x, CY + 12.4),
                (x - 1.6, CY + 11),
                (x - 4.2, CY + 6),
            ]
        ),
        look.hair,
        edge=True,
    )
    c.paint(c.capsule(x - 2.6, CY + 3.3, x + 2.6, CY + 3.3, 1.1), look.hair, level=3)
    c.dot(x - 0.8, CY + 4.5, color_at(look.skin, 1), 1.6, 0.8)


def ears(c: Canvas, look: Look, angle: float) -> None:
    for side in (-1, 1):
        depth = -math.sin(angle) * side
        x = math.cos(angle) * side
        if depth < -0.7:
            continue
        tip, base = x * 11.4 - 0.8 * math.sin(angle), x * 5.6
        if abs(x) < 0.3:
            continue
        c.paint(c.poly([(base, CY - 2), (tip, CY - 4.2), (base, CY + 2.6)]), look.skin)
