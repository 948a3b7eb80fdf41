"""How a critter looks, and the faces and hats that critters share."""

from __future__ import annotations

import math

from msgspec import Struct

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import RGB, Ramp, color_at, pick, ramp, ramp_of, rgb
from assetgen.simulator.art.rig import Pose
from assetgen.simulator.art.words import Brief


class CritterLook(Struct, frozen=True):
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


_HINTS = {
    "mushroom": "mushling", "plant": "mushling", "cactus": "mushling", "eye": "beholder", "eyed": "beholder",
    "tentacles": "octopus", "tentacle": "octopus", "sea": "octopus", "shell": "crab", "chest": "mimic", "winged": "bat",
    "flying": "bat", "jelly": "slime", "gooey": "slime", "undead": "ghost", "ghostly": "ghost", "swamp": "frog",
}  # fmt: skip
"""What a monster of no kind may be, by the words around it."""


def critter_look(brief: Brief, seed: int = 0) -> CritterLook:
    """The look of the critter that a prompt names; `random` ones are chosen by its words."""
    subject = brief.subject
    if subject not in _COLORS:
        subject = next((kind for word, kind in _HINTS.items() if brief.has(word)), "")
    if not subject:
        subject = pick(
            ("slime", "octopus", "mushling", "beholder", "bat", "ghost", "crab", "frog"), brief.key, "critter"
        )
    mains, second, eye = _COLORS[subject]
    if brief.has("penguin"):
        mains = ("3c4460",)
    color = brief.color() or rgb(pick(mains, brief.key, seed or "", "main"))
    worn = ("hat", "crown", "glasses", "halo", "party", "scarf", "horns", "cap", "sword", "bandana")
    gear = tuple(
        e
        for e in (
            *brief.extras,
            *(("party",) if brief.has("party") else ()),
            *(("crown",) if brief.has("king", "queen") else ()),
        )
        if e in worn
    )
    return CritterLook(
        subject=subject,
        main=ramp(color),
        second=ramp(brief.color("skin") or rgb(second)),
        accent=ramp(brief.color("wings") or rgb(pick(("f0b92c", "e0587c", "4c9ce8"), brief.key, "accent"))),
        hat=ramp(
            brief.color("hat")
            or rgb("f0b92c" if "crown" in gear else pick(("4a3cb0", "d0323c", "2f8f8f"), brief.key, "hat"))
        ),
        eye=brief.color("eye") or rgb(eye),
        gear=gear,
        key=brief.key,
        size=0.8
        if brief.has("tiny", "small", "little", "baby")
        else 1.12
        if brief.has("giant", "huge", "big", "king")
        else 1.0,
    )


def eyes(
    c: Canvas,
    look: CritterLook,
    x: float,
    y: float,
    r: float,
    angle: float,
    pose: Pose,
    apart: float = 0.5,
    tall: float = 3.4,
    white: bool = True,
) -> None:
    """Two friendly eyes on a ball of radius r around (x, y)."""
    angle += math.radians(pose.look)
    for side in (-apart, apart):
        if math.cos(angle + side) < 0.1:
            continue
        ex = x + math.sin(angle + side) * r
        if pose.eyes == "closed":
            c.dot(ex - 1.2, y + 1, color_at(look.main, 0), 2.4, 0.9)
            continue
        c.dot(ex - 1.1, y - tall / 2, look.eye, 2.2, tall * (1.2 if pose.eyes == "wide" else 1))
        if white:
            c.dot(ex - 1.1, y - tall / 2, (255, 255, 255), 1.0, 1.2)


def mouth(c: Canvas, look: CritterLook, x: float, y: float, r: float, angle: float, wide: float = 2.4) -> None:
    if math.cos(angle) > 0.3:
        mx = x + math.sin(angle) * r
        c.dot(mx - wide / 2, y, color_at(look.main, 0), wide, 0.9)


def wear(c: Canvas, look: CritterLook, x: float, y: float, sin: float) -> None:
    """Whatever is worn, its lower edge at (x, y)."""
    if "party" in look.gear:
        c.paint(c.poly([(x - 3.6, y), (x - sin, y - 8.6), (x + 3.6, y)]), look.hat, edge=True)
        c.paint(c.ellipse(x - sin, y - 8.8, 1.6), ramp_of("f8f4ec"))
    elif "crown" in look.gear:
        c.paint(
            c.poly(
                [
                    (x - 4.2, y + 0.6),
                    (x - 4.8, y - 4.4),
                    (x - 2.2, y - 2.2),
                    (x, y - 5.4),
                    (x + 2.2, y - 2.2),
                    (x + 4.8, y - 4.4),
                    (x + 4.2, y + 0.6),
                ]
            ),
            look.hat,
            shine=True,
            edge=True,
        )
        c.dot(x - 0.7, y - 1.9, (224, 52, 84), 1.5, 1.5)
    elif "hat" in look.gear or "cap" in look.gear:
        c.paint(c.ellipse(x, y + 0.4, 7.4, 1.9), look.hat, bias=-0.1, edge=True)
        cone = c.paint(
            c.poly(
                [
                    (x - 4.4, y + 0.4),
                    (x - 2, y - 5.4),
                    (x + 1.8 - sin * 2, y - 10),
                    (x + 2.6, y - 4.4),
                    (x + 4.4, y + 0.4),
                ]
            ),
            look.hat,
            edge=True,
        )
        c.paint(c.box(x - 5, y - 1.9, x + 5, y - 0.3), ramp_of("f0b92c"), clip=[cone])
    elif "halo" in look.gear:
        c.paint(c.ellipse(x, y - 3, 5, 1.7).cut(c.ellipse(x, y - 3, 3.4, 0.8)), ramp_of("f8dc5c"), level=3)
    elif "horns" in look.gear:
        for side in (-1, 1):
            c.paint(
                c.poly([(x + side * 3 - 1.4, y + 2), (x + side * 3 + 1.4, y + 2), (x + side * 5, y - 4)]),
                ramp_of("f0e0bc"),
                edge=True,
            )
