"""The one rig that draws every person, in any direction and pose.

Design units are pixels of a 48 px cell: the origin is between the feet, y points down, a figure is about 34 tall.
The body is a handful of points in space (x to the figure's side, z forward), turned by a yaw and projected, so the same
figure faces eight ways.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from msgspec import Struct

from assetgen.simulator.art.canvas import Canvas, Point
from assetgen.simulator.art.color import color_at, ramp_of
from assetgen.simulator.art.heads import draw_head, hair_back
from assetgen.simulator.art.items import HELD, Paint, book, lantern, orb, potion, shield
from assetgen.simulator.art.looks import Look
from assetgen.simulator.art.provisions import flower

YAWS = {"down": 0.0, "se": 45.0, "right": 90.0, "ne": 135.0, "up": 180.0, "nw": 225.0, "left": 270.0, "sw": 315.0}
"""Where the figure looks, as degrees from facing the viewer towards the viewer's right."""


class Pose(Struct, frozen=True):
    """A pose. Feet: how far forward and how high; hands: offsets from hanging (forward, up, out); the rest in units."""

    left_foot: Point = (0.0, 0.0)
    right_foot: Point = (0.0, 0.0)
    left_hand: tuple[float, float, float] = (0.0, 0.0, 0.0)
    right_hand: tuple[float, float, float] = (0.0, 0.0, 0.0)
    bob: float = 0.0
    crouch: float = 0.0
    lean: float = 0.0
    air: float = 0.0
    sway: float = 0.0
    eyes: str = "open"
    look: float = 0.0
    swing: float = 0.0


STAND = Pose()


def walk_pose(phase: float) -> Pose:
    """A moment of a walk, phase 0…1: 0 and 0.5 pass with feet together, 0.25 and 0.75 are full steps."""
    swing = math.sin(phase * math.tau)
    reach, lift = 4.4 * swing, 2.0
    passing = math.cos(phase * math.tau)
    return Pose(
        right_foot=(
            reach,
            max(0.0, -swing) * lift + (0.9 if passing > 0.3 and abs(swing) < 0.9 and abs(swing) > 0.2 else 0.0),
        ),
        left_foot=(
            -reach,
            max(0.0, swing) * lift + (0.9 if passing < -0.3 and abs(swing) < 0.9 and abs(swing) > 0.2 else 0.0),
        ),
        right_hand=(-3.6 * swing, 0.9 * max(0.0, passing) + 0.5 * abs(swing), 0.0),
        left_hand=(3.6 * swing, 0.9 * max(0.0, -passing) + 0.5 * abs(swing), 0.0),
        bob=round(abs(swing)),
        sway=-swing + 0.6 * passing,
    )


class _Figure:
    """The drawing of one figure: projection and parts. Lives for one call of `draw_person`."""

    def __init__(self, canvas: Canvas, look: Look, yaw: float, pose: Pose) -> None:
        self.c, self.look, self.pose = canvas, look, pose
        self.sin, self.cos = math.sin(math.radians(yaw)), math.cos(math.radians(yaw))
        if abs(self.cos) < 1e-9:
            self.cos = 0.0
        if abs(self.sin) < 1e-9:
            self.sin = 0.0
        self.drop = pose.bob + pose.crouch - pose.air
        self.w = look.width

    def project(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Screen x, y and depth (towards the viewer) of a body point."""
        return x * self.cos + z * self.sin, y, z * self.cos - x * self.sin

    def shift(self, y: float) -> float:
        """How far the lean moves a point at height y."""
        return self.pose.lean * self.sin * (-y / 30)

    def limb_width(self, side: float, front: float) -> float:
        """Half width of something that is `front` wide seen from the front, `side` from the side."""
        return math.sqrt((front * self.cos) ** 2 + (side * self.sin) ** 2)

    # -- parts --

    def leg(self, side: int) -> Callable[[], None]:
        look, c, pose = self.look, self.c, self.pose
        forward, lift = pose.right_foot if side > 0 else pose.left_foot
        hx, _, depth = self.project(side * 2.5 * self.w, 0, 0)
        fx, _, fdepth = self.project(side * 2.7 * self.w, 0, forward)
        fy = -lift - pose.air + 0.32 * min(0.0, fdepth) + self.settle()
        hip = -9.0 + self.drop
        toe = 1.5 * self.sin

        def draw() -> None:
            far = depth < -0.5
            thin = look.body == "bones"
            bias = -0.28 if far else 0.0
            r = 1.0 if thin else 2.15
            boots = look.skin if thin else look.boots
            knee = ((hx + fx) / 2 + 0.5 * self.sin + (0.6 * side * pose.crouch * 0.5), (hip + fy - 2.4) / 2)
            c.paint(c.capsule(hx, hip, *knee, r + 0.15, r), look.legs, bias=bias)
            c.paint(c.capsule(*knee, fx, fy - 2.4, r, r - 0.15), look.legs, bias=bias)
            if look.body == "robot":
                c.paint(c.box(fx - 2.6 + toe * 0.4, fy - 3.2, fx + 2.6 + toe, fy, 0.6), look.legs, bias=bias, edge=True)
            else:
                c.paint(c.capsule(fx, fy - 2.6, fx, fy - 1.8, r), boots, bias=bias, edge=not thin)
                c.paint(c.capsule(fx - 0.2 * toe, fy - 1.5, fx + toe, fy - 1.4, 1.5), boots, bias=bias - 0.1)

        return draw

    def settle(self) -> float:
        """How far both feet come down so that the lower one stands on the ground."""
        heights = []
        for side, (forward, lift) in ((-1, self.pose.left_foot), (1, self.pose.right_foot)):
            depth = self.project(side * 2.7 * self.w, 0, forward)[2]
            heights.append(lift - 0.32 * min(0.0, depth))
        return min(heights)

    def hand_at(self, side: int) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """Shoulder and hand of one arm in body space."""
        forward, up, out = self.pose.right_hand if side > 0 else self.pose.left_hand
        shoulder = (side * 5.1 * self.w, -17.0 + self.drop, 0.0)
        return shoulder, (side * (6.3 * self.w + out), -10.4 - up + self.drop, 0.6 + forward)

    def arm(self, side: int) -> tuple[float, float, Callable[[], None]]:
        """Depth, hand height, and the drawing of one arm with what it holds."""
        look, c = self.look, self.c
        shoulder, hand = self.hand_at(side)
        sx, sy, _ = self.project(*shoulder)
        hx, hy, depth = self.project(*hand)
        sx, hx = sx + self.shift(sy), hx + self.shift(hy)
        # Seen from the side the near arm hangs over the body's middle.
        depth += 0.05
        bare = look.body in ("bare", "bones")
        sleeve = look.skin if bare else look.top
        elbow = ((sx + hx) / 2 - 0.9 * self.sin * (1 if hand[1] > -14 else 0), (sy + hy) / 2 + 0.5)

        def draw() -> None:
            bias = -0.25 if depth < -2 else 0.0
            r = 0.95 if look.body == "bones" else 1.8
            held = look.main if side > 0 else look.off
            # What is held lies behind the hand when the figure looks away.
            if held and self.cos < -0.3:
                self.held(held, hx, hy, side)
            c.paint(c.capsule(sx, sy, *elbow, r + 0.15, r), sleeve, bias=bias, edge=True)
            c.paint(c.capsule(*elbow, hx, hy, r, r - 0.2), sleeve, bias=bias, edge=True)
            if look.body == "armor":
                c.paint(c.capsule(*elbow, hx, hy, r + 0.1, r), look.hat, bias=bias)
                c.paint(c.ellipse(sx, sy - 0.3, 2.9, 2.6), look.hat, bias=bias, edge=True, shine=True)
            if held and self.cos >= -0.3:
                self.held(held, hx, hy, side)
            glove = look.legs if look.body in ("armor", "robot") else look.skin
            c.paint(c.ellipse(hx, hy + 0.4, 1.55), glove, bias=bias + 0.08)

        return depth, hand[1], draw

    def held(self, name: str, x: float, y: float, side: int) -> None:
        look, c = self.look, self.c
        wooden = ("axe", "hammer", "spear", "staff", "pickaxe", "torch", "broom", "gun")
        p = Paint(look.held, ramp_of("8a5a36" if name in wooden else "e8e0cc" if name == "bow" else "f0b92c"), look.key)
        facing = self.sin if abs(self.sin) > 0.3 else 0.0
        turn = self.pose.swing * (1 if facing >= 0 else -1) if side > 0 else 0.0
        mirror = self.cos < -0.3 or facing < 0
        if name == "lantern":
            glow = ramp_of("f8c850") if look.main == "lantern" or name == look.off else look.held
            lantern(c.at(x, y + 0.6, turn * 0.2, 0.74), Paint(glow, ramp_of("5e6470"), look.key))
        elif name == "shield":
            squeeze = 0.62 if abs(self.sin) < 0.8 else 0.56
            shield(
                c.at(x + (1.0 * side if not facing else 0.6 * facing), y - 1.6, 0, squeeze),
                Paint(look.shield, look.trim, look.key),
            )
        elif name == "book":
            book(c.at(x + 0.8 * facing, y - 1.0, 0, 0.42), Paint(look.shield, look.trim, look.key))
        elif name == "orb":
            orb(c.at(x, y - 3, 0, 0.45), Paint(look.held, look.trim, look.key))
        elif name in ("potion", "flower"):
            (potion if name == "potion" else flower)(
                c.at(x - 4.6, y - 8.5, 0, 0.29), Paint(look.held, ramp_of("46a04a"), look.key)
            )
        elif name in HELD:
            recipe = HELD[name][0]
            rest = {"spear": 4.0, "staff": 4.0, "broom": 160.0, "bow": 8.0, "gun": 82.0}.get(name, 24.0)
            if facing:
                angle = (
                    (rest + 12 + turn) * (1 if facing > 0 else -1)
                    if name not in ("spear", "staff")
                    else (rest + turn) * facing
                )
            else:
                angle = (rest + self.pose.swing) * (-1 if mirror else 1)
            if name == "torch":
                p = Paint(ramp_of("f5a623"), p.trim, p.key)
            recipe(
                c.at(x, y + 0.3, angle, 0.78 if name != "dagger" else 0.72, flip=(name in ("axe", "bow") and (mirror))),
                p,
            )

    def torso(self) -> None:
        look, c = self.look, self.c
        dx, y = self.shift(-13), self.drop
        wide, waist = self.limb_width(3.9, 5.3) * self.w, self.limb_width(3.3, 4.3) * self.w
        top, hip = -19.0 + y, -8.0 + y
        if look.body == "bones":
            c.paint(c.capsule(dx, top, 0, hip, 1.0), look.skin)
            c.paint(c.ellipse(dx, top + 3.8, wide - 0.8, 3.9), look.skin)
            for k in range(3):
                c.paint(
                    c.box(dx - wide + 1.6, top + 2.2 + k * 2.1, dx + wide - 1.6, top + 3.1 + k * 2.1),
                    look.skin,
                    level=0,
                )
            c.paint(c.ellipse(0, hip, waist - 0.6, 1.9), look.skin)
            return
        outline = [
            (dx - wide, top + 2.0),
            (dx - wide * 0.55, top),
            (dx + wide * 0.55, top),
            (dx + wide, top + 2.0),
            (waist, hip),
            (-waist, hip),
        ]
        if look.body == "robot":
            body = c.paint(c.box(-wide - 0.4 + dx, top, wide + 0.4 + dx, hip + 1, 1.2), look.top, edge=True, shine=True)
            if self.cos > -0.2:
                px = 2.6 * self.sin + dx
                c.paint(c.box(px - 2.4, top + 3.2, px + 2.4, top + 7.2, 0.5), look.legs, level=1, clip=[body])
                c.dot(px - 1.4, top + 4.4, look.eye, 1.2, 1.2)
                c.dot(px + 0.6, top + 4.4, (240, 90, 70), 1.2, 1.2)
            return
        cloth = look.skin if look.body == "bare" else look.top
        body = c.paint(c.poly(outline), cloth, edge=True, shine=look.body == "armor")
        front = self.cos > 0.3
        center = 3.0 * self.sin + dx
        if look.body == "bare":
            c.paint(
                c.line((dx - wide, top + 1.4), (waist, hip - 1), width=1.5),
                look.trim if self.cos > -0.9 else look.top,
                level=2,
                clip=[body],
            )
            if front:
                c.dot(center - 0.5, top + 4.2, color_at(look.skin, 1), 1, 3.6)
        if look.body == "armor":
            if front:
                c.paint(c.box(center - 0.6, top + 1.5, center + 0.6, hip - 1), cloth, level=3, clip=[body])
            c.paint(c.box(dx - wide, hip - 4.4, dx + wide, hip - 3.4), cloth, level=1, clip=[body])
        if look.body in ("jacket",) and self.cos > -0.2:
            c.paint(c.box(center - 1.5, top, center + 1.5, hip), ramp_of("e8e4dc"), bias=0, clip=[body])
            c.dot(center - 0.5, top + 1.8, color_at(look.trim, 2), 1.0, 3.4)
        if look.body == "overalls":
            for x in (-2.6, 1.4):
                c.paint(
                    c.box(x * max(abs(self.cos), 0.5) + dx, top, x * max(abs(self.cos), 0.5) + 1.4 + dx, hip - 4),
                    look.legs,
                    level=2,
                    clip=[body],
                )
            c.paint(c.box(dx - wide + 0.9, hip - 5.4, dx + wide - 0.9, hip), look.legs, clip=[body])
        self.skirt(body, waist, hip)

    def skirt(self, body: int, waist: float, hip: float) -> None:
        """What hangs below the waist, and the belt."""
        look, c, pose = self.look, self.c, self.pose
        feet_spread = abs(pose.right_foot[0] - pose.left_foot[0]) * 0.42
        if look.body in ("robe", "dress"):
            length = -1.6 - pose.air if look.body == "robe" else -3.4 - pose.air
            flare = 5.9 * self.w + feet_spread * abs(self.sin)
            lean = pose.sway * 0.9 * (1 if self.cos >= 0 else -1)
            hem = [
                (-flare + lean, length),
                (-flare * 0.5 + lean, length + 0.7),
                (flare * 0.5 + lean, length + 0.7),
                (flare + lean, length),
            ]
            gown = c.paint(c.poly([(-waist, hip - 1), (waist, hip - 1), *reversed(hem)]), look.top, edge=False)
            for x in (-2.0, 1.6):
                c.paint(
                    c.line((x * 0.8, hip + 2), (x * 1.25 + lean, length), width=0.8), look.top, level=1, clip=[gown]
                )
            c.paint(
                c.poly([hem[0], hem[1], hem[2], hem[3], (flare, length - 1.1), (-flare, length - 1.1)]),
                look.trim,
                clip=[gown],
            )
            if look.body == "robe" and self.cos > 0.3:
                c.paint(
                    c.box(3 * self.sin - 0.9, hip + 1, 3 * self.sin + 0.9, length + 1), look.trim, level=2, clip=[gown]
                )
        elif look.body in ("tunic", "armor", "jacket"):
            low = hip + 3.0
            c.paint(
                c.poly([(-waist, hip - 1), (waist, hip - 1), (waist + 0.9, low), (-waist - 0.9, low)]),
                look.top,
                bias=-0.08,
            )
        if look.body in ("tunic", "armor", "robe", "bare", "jacket", "dress"):
            c.paint(c.box(-waist - 0.4, hip - 1.7, waist + 0.4, hip + 0.1), ramp_of("6a4430"))
            if self.cos > 0.2:
                x = 2.6 * self.sin
                c.dot(x - 0.9, hip - 1.7, color_at(look.trim, 3), 1.8, 1.8)
        if look.body == "bare":
            c.paint(
                c.poly(
                    [
                        (-waist, hip - 0.5),
                        (waist, hip - 0.5),
                        (waist + 0.6, hip + 3),
                        (0, hip + 4),
                        (-waist - 0.6, hip + 3),
                    ]
                ),
                look.top,
            )

    def cape(self) -> None:
        look, c, pose = self.look, self.c, self.pose
        if look.cape is None:
            return
        back = -2.6 * self.sin
        wide = self.limb_width(2.6, 5.6)
        drift = -abs(pose.sway) * 0.8 * self.sin + pose.sway * 0.7 * abs(self.cos)
        top, low = -18.6 + self.drop, -2.6 + self.drop * 0.5 - pose.air
        points = [
            (back - wide * 0.8, top),
            (back + wide * 0.8, top),
            (back * 1.7 + wide + drift, low),
            (back * 1.5 + drift, low + 0.9),
            (back * 1.7 - wide + drift, low),
        ]
        cape = c.paint(c.poly(points), look.cape, edge=self.cos < 0, bias=0 if self.cos < -0.2 else -0.25)
        if self.cos < -0.3:
            for x in (-2.2, 1.8):
                c.paint(c.line((x * 0.7, top + 4), (x * 1.5 + drift, low), width=0.9), look.cape, level=1, clip=[cape])

    def back(self) -> None:
        """Wings and packs."""
        look, c = self.look, self.c
        if look.wings is not None:
            flap = 1.4 * self.pose.sway
            for side in (-1, 1):
                if abs(self.sin) > 0.9 and side * self.sin > 0:
                    continue
                x, _, _ = self.project(side * 2.0, 0, -3)
                tx, _, _ = self.project(side * 12.5, 0, -7)
                y = -16 + self.drop
                shape = [
                    (x, y - 1.4),
                    ((x + tx) / 2, y - 6.4 - flap),
                    (tx, y - 7.6 - flap),
                    (tx * 0.96, y - 1.0),
                    (tx * 0.72, y + 1.6),
                    ((x + tx) / 2, y + 5.0),
                    (x, y + 3.6),
                ]
                c.paint(c.poly(shape, 1), look.wings, edge=True, bias=0.05)
                c.paint(c.line((x, y), (tx * 0.8, y - 4 - flap), width=0.8), look.wings, level=1)
        if look.backpack:
            x = -4.6 * self.sin
            c.paint(c.box(x - 4, -18 + self.drop, x + 4, -9.5 + self.drop, 1.4), ramp_of("8a5a36"), edge=True)


def draw_person(canvas: Canvas, look: Look, yaw: float = 0.0, pose: Pose = STAND) -> None:
    """Draw one person with the feet at the canvas's origin."""
    canvas = canvas.at(0, 0, 0, look.height)
    figure = _Figure(canvas, look, yaw, pose)
    behind = figure.cos > -0.3
    arms = [figure.arm(side) for side in (-1, 1)]
    near = -1 if figure.sin > 0 else 1
    head = canvas.at(figure.shift(-25), figure.drop, 0)
    if behind:
        hair_back(head, look, figure.sin, figure.cos, pose.sway)
        figure.back()
        figure.cape()
    for depth, height, draw in sorted(arms, key=lambda a: a[0]):
        if depth < -0.4 and height > -21 + figure.drop:
            draw()
    for side in (-near, near):
        figure.leg(side)()
    figure.torso()
    if not behind:
        figure.cape()
        figure.back()
    for depth, height, draw in sorted(arms, key=lambda a: a[0]):
        if depth >= -0.4 and height > -21 + figure.drop:
            draw()
    draw_head(head, look, yaw, pose.eyes, pose.look, pose.sway)
    for _, height, draw in arms:
        if height <= -21 + figure.drop:
            draw()
