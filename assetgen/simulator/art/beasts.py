"""Four-legged animals and dragons on one rig, facing any direction. Units and origin as in the person's rig."""

from __future__ import annotations

import math
from collections.abc import Callable

from assetgen.simulator.art.beast_look import BeastLook
from assetgen.simulator.art.beast_parts import head, tail, wings
from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import chance
from assetgen.simulator.art.rig import Pose


def draw_beast(c: Canvas, look: BeastLook, yaw: float, pose: Pose) -> None:
    """Draw one animal with its feet at the origin."""
    if look.extra == "dragon":
        c = c.at(0, 0, 0, 0.98)
    angle = math.radians(yaw)
    sin, cos = math.sin(angle), math.cos(angle)
    # The head is heavier than the tail: side views are drawn a little back, so that turns stay in place.
    c = c.at(-1.8 * sin, 0)
    bob = pose.bob - pose.air
    crouch = pose.crouch * 0.8
    length = look.bulk * (1.35 if look.legs > 4 else 1.6)
    body_y = -look.legs - look.bulk * 0.72 + bob + crouch
    # Screen x of a point z forward; depth in the other axis is drawn by order.
    half = length * abs(sin) * 0.62
    front, rear = half * (1 if sin >= 0 else -1), -half * (1 if sin >= 0 else -1)
    if abs(sin) < 0.2:
        front = rear = 0.0
    tilt = 1.7 * cos
    head_x = front * 1.28 + (2.2 * sin)
    head_y = (
        body_y
        - look.bulk * 0.72
        - look.head * 0.42
        - (3.4 if look.extra in ("horse", "unicorn", "antlers") else 0)
        + pose.crouch * 0.5
    )
    legs = _legs(c, look, pose, front, rear, sin, cos, body_y)
    away = cos < -0.35
    for depth, draw in legs:
        if depth < 0:
            draw()
    winged = look.extra == "dragon" or "wings" in look.gear
    if winged and not away:
        wings(c, look, body_y, rear * 0.2, sin, cos, pose.sway)
    if not away:
        tail(c, look, rear * 1.3, body_y, sin, cos, pose.sway)
        body = _body(c, look, front, rear, body_y, tilt)
        for depth, draw in legs:
            if depth >= 0:
                draw()
        _chest(c, look, body, front, body_y, cos)
        _neck(c, look, front, body_y, head_x, head_y)
        head(c, look, head_x, head_y, angle, pose)
    else:
        _neck(c, look, front, body_y, head_x, head_y)
        head(c, look, head_x, head_y, angle, pose)
        body = _body(c, look, front, rear, body_y, tilt)
        for depth, draw in legs:
            if depth >= 0:
                draw()
        if winged:
            wings(c, look, body_y, rear * 0.2, sin, cos, pose.sway)
        tail(c, look, rear * 1.2, body_y, sin, cos, pose.sway)


def _legs(
    c: Canvas, look: BeastLook, pose: Pose, front: float, rear: float, sin: float, cos: float, body_y: float
) -> list[tuple[float, Callable[[], None]]]:
    spread = look.bulk * 0.56
    out: list[tuple[float, Callable[[], None]]] = []
    for along, base in ((1, front), (-1, rear)):
        for side in (-1, 1):
            # Diagonal pairs step together, as trotting animals do.
            forward, lift = pose.right_foot if side * along > 0 else pose.left_foot
            depth = -side * sin + along * cos * 0.8
            x = base * 0.86 + side * spread * abs(cos) + forward * 0.62 * sin - (0.9 * side * sin)
            y = (
                -lift * 0.8
                - pose.air
                + (min(0.0, along * cos + forward * 0.2 * cos) * 1.5 - (0.7 if side * sin > 0.5 else 0))
            )
            y = min(y, 0.0)
            r = 1.2 + look.bulk * 0.12

            def draw(
                x: float = x, y: float = y, base: float = base, side: int = side, depth: float = depth, r: float = r
            ) -> None:
                bias = -0.22 if depth < 0 else 0.0
                top = base * 0.8 + side * spread * abs(cos) * 0.9
                paw = (
                    look.belly
                    if look.marks == "bib" and look.subject in ("corgi", "cat")
                    else look.dark
                    if look.subject in ("fox", "horse", "deer", "cow", "sheep", "goat", "pig")
                    else look.coat
                )
                c.paint(
                    c.capsule(top, body_y + look.bulk * 0.3, x, y - 1.6, r + 0.7, r),
                    look.coat if look.extra != "wool" else look.dark,
                    bias=bias,
                    edge=depth >= 0,
                )
                c.paint(c.capsule(x + 0.5 * sin, y - 1.3, x + 1.0 * sin, y - 1.2, r + 0.1), paw, bias=bias)

            out.append((depth, draw))
    return sorted(out, key=lambda p: p[0])


def _body(c: Canvas, look: BeastLook, front: float, rear: float, y: float, tilt: float) -> int:
    r = look.bulk
    if look.extra == "wool":
        for k in range(9):
            a = k * math.tau / 8
            x = (front + rear) / 2 + math.cos(a) * (abs(front - rear) / 2 + r * 0.5) * (k < 8)
            c.paint(
                c.ellipse(x, y + math.sin(a) * r * 0.5 * (k < 8), r * 0.66, r * 0.62),
                look.coat,
                bias=-0.16 * math.sin(a),
            )
        return c.paint(c.capsule(rear * 0.8, y, front * 0.8, y, r * 0.8), look.coat)
    body = c.paint(c.capsule(rear, y + 0.4, front, y - tilt * 0.1, r * 0.94, r), look.coat, edge=True)
    if look.marks == "stripes" and abs(front - rear) > 1:
        for k in range(4):
            x = rear + (front - rear) * (0.1 + 0.26 * k)
            c.paint(
                c.poly([(x - 0.9, y - r), (x + 0.9, y - r), (x - 0.2, y - r * 0.1)]), look.dark, level=2, clip=[body]
            )
    elif look.marks == "stripes":
        for k in (-1, 0, 1):
            c.paint(
                c.poly([(k * 3 - 0.8, y - r), (k * 3 + 0.8, y - r), (k * 2.6, y - r * 0.35)]),
                look.dark,
                level=2,
                clip=[body],
            )
    elif look.marks == "patch":
        for k in range(3):
            x = rear + (front - rear) * chance(look.key, "patch", k) + (chance(look.key, "px", k) - 0.5) * r
            c.paint(c.ellipse(x, y + (chance(look.key, "py", k) - 0.7) * r, r * 0.44, r * 0.36), look.dark, clip=[body])
    elif look.marks == "spots":
        for k in range(5):
            x = rear + (front - rear) * (0.1 + 0.2 * k)
            c.dot(x - 0.5, y - r * (0.35 + 0.35 * (k % 2)), (250, 236, 210), 1, 1)
    if abs(front - rear) > 1:
        c.paint(
            c.ellipse((front + rear) / 2, y + r * 0.78, abs(front - rear) * 0.62, r * 0.34),
            look.belly,
            bias=-0.1,
            clip=[body],
        )
    if look.extra == "dragon":
        for k in range(5):
            x = rear + (front - rear) * (k / 4)
            c.paint(
                c.poly(
                    [
                        (x - 1.5, y - r * 0.8),
                        (x + 1.5, y - r * 0.8),
                        (x - (0.6 if front >= rear else -0.6), y - r - 2.2),
                    ]
                ),
                look.belly,
            )
    return body


def _chest(c: Canvas, look: BeastLook, body: int, front: float, y: float, cos: float) -> None:
    if (cos > 0.3 and look.marks in ("bib",)) or (cos > 0.3 and look.extra == "dragon"):
        c.paint(c.ellipse(front, y + look.bulk * 0.2, look.bulk * 0.5, look.bulk * 0.72), look.belly, clip=[body])
        if look.extra == "dragon":
            for k in range(3):
                c.paint(
                    c.box(front - 3.4, y - 1.2 + k * 2.4, front + 3.4, y - 0.6 + k * 2.4),
                    look.belly,
                    level=1,
                    clip=[c.count[0]],
                )


def _neck(c: Canvas, look: BeastLook, front: float, y: float, hx: float, hy: float) -> None:
    r = look.head * (0.72 if look.extra in ("horse", "unicorn", "antlers") else 0.8)
    c.paint(c.capsule(front * 0.92, y - look.bulk * 0.2, hx * 0.94, hy + 1, r, r * 0.86), look.coat)
    if "scarf" in look.gear:
        c.paint(
            c.capsule((front + hx) / 2 - 3.4, (y + hy) / 2 + 0.6, (front + hx) / 2 + 3.4, (y + hy) / 2 + 0.6, 1.7),
            look.accent,
            edge=True,
        )
    if "cape" in look.gear:
        c.paint(
            c.poly(
                [
                    (front * 0.7 - 4, y - look.bulk),
                    (front * 0.7 + 3, y - look.bulk),
                    (-front * 1.2 - 3, y + 3),
                    (-front * 1.2 - 5, y - 1),
                ]
            ),
            look.accent,
            edge=True,
        )
