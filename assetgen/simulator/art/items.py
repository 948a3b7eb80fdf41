"""Things to pick up, drawn on a 32×32 design grid. Held things have their grip at the origin and point up."""

from __future__ import annotations

import math
from collections.abc import Callable

from msgspec import Struct

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import Ramp, chance, color_at, pick, ramp, ramp_of, rgb
from assetgen.simulator.art.words import Brief

WOOD = "8a5a36"
STEEL = "b4c0cc"
GOLD = "f0b92c"
LEATHER = "7a4a30"


class Paint(Struct, frozen=True):
    """Colours for one thing: `main` is what the prompt colours, `trim` its fittings; `key` decides small details."""

    main: Ramp
    trim: Ramp
    key: str
    brief: Brief | None = None

    def fixed(self, part: str, default: str) -> Ramp:
        """The ramp of a named part: the prompt's colour for it, or the default."""
        color = self.brief.color(part) if self.brief else None
        return ramp(color) if color else ramp_of(default)


_DEFAULTS: dict[str, tuple[tuple[str, ...], str]] = {
    "potion": (("d0323c", "3468d8", "46a83e", "8442b8", "ee8228", "3cc8e0"), "a8764a"),
    "sword": ((STEEL, "c4ccd8"), GOLD),
    "dagger": ((STEEL,), GOLD),
    "axe": (("9aa6b4",), WOOD),
    "hammer": (("7f8a98",), WOOD),
    "pickaxe": (("8f9aa8",), WOOD),
    "bow": (("9a6238", "a8703c"), "f2e6c4"),
    "spear": ((STEEL,), WOOD),
    "arrow": ((STEEL,), WOOD),
    "staff": (("3cc8e0", "8a4fd8", "e83c5c", "46c86e"), WOOD),
    "shield": (("3468d8", "b3133a", "2c7a4c"), GOLD),
    "gem": (("e03454", "3c7cf0", "34b868", "a050e0", "34c8d8"), GOLD),
    "coin": ((GOLD,), "d88a1c"),
    "key": ((GOLD, "c8ccd4"), "d0323c"),
    "ring": ((GOLD,), "d0323c"),
    "amulet": (("34b868", "d0323c", "3c94ec"), GOLD),
    "scroll": (("f0dcae",), "b3133a"),
    "book": (("8a2c3c", "2c5a8a", "3c6e44", "6a3c8a"), GOLD),
    "apple": (("d8303c",), "5a9c38"),
    "mushroom": (("d8383c", "c87838", "8a5ac8"), "f2e6d0"),
    "heart": (("e02c4c",), "f8a0b0"),
    "star": (("f8cc34",), "f0922c"),
    "torch": (("f5a623",), WOOD),
    "lantern": (("f8c850",), "5e6470"),
    "crown": ((GOLD,), "d0323c"),
    "bomb": (("3c4254",), "c8a070"),
    "helm": (("a8b4c4",), "d0323c"),
    "armor": (("9aa8bc",), GOLD),
    "boots": ((LEATHER,), GOLD),
    "hat": (("4a3cb0", "8442b8"), GOLD),
    "bread": (("d8964c",), "8a5a36"),
    "cheese": (("f5cc4c",), "d89a2c"),
    "meat": (("b85a3c",), "f2e6d0"),
    "egg": (("f2e6d0", "a8d8c8"), "8a8f98"),
    "feather": (("72b8f0", "eef0f2"), "d8c8a0"),
    "leaf": (("56b040",), "8a5a36"),
    "flower": (("e8506c", "f5d23c", "8a6ae0"), "46a04a"),
    "skull": (("ece4d0",), "34323e"),
    "candle": (("f2e6c4",), "f5a623"),
    "bag": (("a8764a",), GOLD),
    "rock": (("8a8f98",), "6b8a3a"),
    "ore": (("e09a3c", "3cc8e0"), "7a7f88"),
    "ingot": ((GOLD,), "d88a1c"),
    "cup": ((GOLD,), "d0323c"),
    "orb": (("5a7cf0", "a050e0"), GOLD),
    "moon": (("f2e08c",), "c8a84c"),
    "sun": (("f8c434",), "f08c2c"),
    "cake": (("f0a0bc",), "c8884c"),
    "carrot": (("f08830",), "56a83c"),
    "hourglass": (("f0d48c",), WOOD),
    "dice": (("f0f0ec",), "d0323c"),
    "rune": (("7a8290",), "3cc8e0"),
    "gun": (("5e6878",), WOOD),
    "chest": (("8e5a34",), GOLD),
}


def paint_for(name: str, brief: Brief | None, key: str) -> Paint:
    """The colours of a thing: the prompt's words first, else its own usual ones, chosen by the key."""
    mains, trim = _DEFAULTS.get(name, (("a8764a",), GOLD))
    color = brief.color() if brief else None
    # One word of colour means the thing's heart, two its heart and its fittings.
    second = brief.color("trim") if brief else None
    if second is None and brief and len(brief.colors) > 1:
        second = brief.colors[1]
    main = ramp(color) if color else ramp_of(pick(mains, key, "main"))
    if name in ("staff", "torch", "lantern") and brief and brief.color("glow"):
        main = ramp(brief.color("glow") or rgb(GOLD))
    return Paint(main, ramp(second) if second else ramp_of(trim), key, brief)


def _glass(c: Canvas, p: Paint, cx: float, cy: float, r: float) -> None:
    glass = ramp_of("c4dce8")
    body = c.paint(c.ellipse(cx, cy, r), glass)
    inner = c.ellipse(cx, cy, r - 1.6)
    level = cy - r * 0.28
    c.paint(inner, glass, level=3, clip=[body])
    liquid = c.paint(inner.cut(c.box(cx - r, cy - r - 1, cx + r, level)), p.main, bias=0.05, clip=[c.count[0]])
    c.paint(c.ellipse(cx, level + 0.4, r * 0.72, 1.0), p.main, level=3, clip=[liquid])
    for k in range(4):
        angle = chance(p.key, "bubble", k)
        c.dot(cx - r * 0.4 + angle * r * 0.9, level + 2.4 + (k * 2.3) % (r * 0.9), color_at(p.main, 4), 0.8, 0.8)
    c.paint(c.ellipse(cx - r * 0.48, cy - r * 0.36, r * 0.16, r * 0.3), glass, level=4, clip=[body, liquid, liquid - 1])


def _little_potion(c: Canvas, p: Paint) -> None:
    """A flask of a few pixels: nearly all of it is what it holds."""
    glass = ramp_of("c4dce8")
    form = pick(("round", "round", "tall", "cone"), p.key, "flask")
    c.paint(c.box(12, 6, 20, 14), glass, level=3)
    if form == "tall":
        body = c.paint(c.box(8, 12, 24, 29.6, 3), p.main, level=2)
    elif form == "cone":
        body = c.paint(c.poly([(12, 12), (20, 12), (27, 29.6), (5, 29.6)]), p.main, level=2)
    else:
        body = c.paint(c.ellipse(16, 20.6, 9.4), p.main, level=2)
    c.paint(c.box(17, 11, 30, 30), p.main, level=1, clip=[body])
    c.paint(c.box(4, 11, 28, 15.4), glass, level=2, clip=[body, body + 1])
    c.dot(11.6, 18, color_at(p.main, 4), 2, 4)
    c.paint(c.box(11.6, 2.4, 20.4, 6.4), p.trim, edge=True)


def potion(c: Canvas, p: Paint) -> None:
    """A corked flask; its form varies with the key."""
    glass, cork = ramp_of("c4dce8"), p.trim
    if c.scale < 0.75:
        _little_potion(c, p)
        return
    form = pick(("round", "round", "tall", "cone"), p.key, "flask")
    c.paint(c.box(12.6, 7, 19.4, 14), glass)
    c.paint(c.box(14.4, 8, 17.6, 14), glass, level=3)
    if form == "tall":
        body = c.paint(c.box(9.5, 11.5, 22.5, 28.5, 3.5), glass)
        fill = c.paint(c.box(11, 16, 21, 27, 2.2), p.main, clip=[body])
        c.paint(c.box(11, 16, 21, 17.2), p.main, level=3, clip=[fill])
        c.paint(c.box(11.6, 13.4, 12.8, 25), glass, level=4, clip=[body, fill])
        c.paint(c.box(12.5, 19, 19.5, 24.5, 1), ramp_of("f2e6c4"), clip=[fill])
        c.paint(c.ellipse(16, 21.7, 1.6), p.main, level=1, clip=[c.count[0]])
    elif form == "cone":
        body = c.paint(c.poly([(13.5, 12), (18.5, 12), (25.5, 27.5), (24, 29), (8, 29), (6.5, 27.5)]), glass)
        fill = c.paint(c.poly([(12.6, 18), (19.4, 18), (23.8, 27.4), (8.2, 27.4)]), p.main, clip=[body])
        c.paint(c.box(11, 17.5, 21, 19), p.main, level=3, clip=[fill])
        c.dot(14, 22, color_at(p.main, 4), 1.2, 1.2)
        c.dot(17.5, 24.5, color_at(p.main, 4), 0.8, 0.8)
        c.paint(c.line((12.4, 17.5), (9.6, 24), width=1.0), glass, level=4, clip=[body, fill])
    else:
        _glass(c, p, 16, 20.5, 8.8)
    c.paint(c.box(11.8, 6.2, 20.2, 8.6, 0.8), glass, bias=0.1)
    c.paint(c.box(13.4, 2.6, 18.6, 7, 0.8), cork, edge=True)


# -- held: grip at (0, 0), pointing up --------------------------------------------------------------------------------


def sword(c: Canvas, p: Paint, length: float = 17.0) -> None:
    """A straight blade with a lit and a shaded side, cross-guard, wrapped grip and pommel."""
    w = 1.5 + length * 0.055
    c.paint(c.poly([(-w, -2), (-w, -length + w * 1.4), (0, -length), (0, -2)]), p.main, level=3)
    c.paint(c.poly([(0, -2), (0, -length), (w, -length + w * 1.4), (w, -2)]), p.main, level=1)
    c.paint(c.box(-w * 0.32, -length + w * 2, w * 0.32, -2), p.main, level=2)
    if c.scale > 0.8:
        c.paint(c.line((-w * 0.72, -4), (-w * 0.72, -length + w * 2.4), width=0.6), p.main, level=4)
    c.paint(c.capsule(0, 0, 0, 3.6, 0.9), p.fixed("", LEATHER), bias=0.05)
    c.paint(c.capsule(-w - 1.8, -1.4, w + 1.8, -1.4, 1.05), p.trim, shine=True)
    c.paint(c.ellipse(0, 4.6, 1.5), p.trim, shine=True)


def dagger(c: Canvas, p: Paint) -> None:
    """A short sword."""
    sword(c, p, 10.0)


def axe(c: Canvas, p: Paint) -> None:
    """A bearded axe head on a shaft."""
    c.paint(c.capsule(0, 6, 0, -12.5, 1.0), p.trim)
    c.paint(
        c.poly([(-0.6, -13), (5, -15), (8.2, -11.6), (8.6, -8), (7.6, -4.4), (4, -6.4), (-0.6, -7)], 1),
        p.main,
        edge=True,
    )
    c.paint(c.poly([(6.2, -14.4), (8.6, -11.5), (8.9, -7.8), (7.8, -4.2), (7, -8), (7, -11)]), p.main, level=4)
    c.paint(c.box(-2.2, -12, 1, -8, 0.6), p.main, bias=-0.2)


def hammer(c: Canvas, p: Paint) -> None:
    """A war hammer."""
    c.paint(c.capsule(0, 6, 0, -10, 1.0), p.trim)
    c.paint(c.box(-6, -15, 6, -8, 1.2), p.main, edge=True, shine=True)
    c.paint(c.box(-3, -15, -1.8, -8), p.main, level=1)
    c.paint(c.box(1.8, -15, 3, -8), p.main, level=1)


def pickaxe(c: Canvas, p: Paint) -> None:
    """A miner's pick."""
    c.paint(c.capsule(0, 7, 0, -11, 1.0), p.trim)
    arc = [(-9.5, -6.5), (-5, -11.5), (0, -13.4), (5, -11.5), (9.5, -6.5), (5, -9.4), (0, -10.4), (-5, -9.4)]
    c.paint(c.poly(arc, 1), p.main, edge=True, shine=True)


def spear(c: Canvas, p: Paint) -> None:
    """A spear with a leaf-shaped point."""
    c.paint(c.capsule(0, 9, 0, -12, 0.8), p.trim)
    c.paint(c.poly([(0, -19), (-2.4, -14.5), (0, -11.5)]), p.main, level=3)
    c.paint(c.poly([(0, -19), (2.4, -14.5), (0, -11.5)]), p.main, level=1)


def arrow(c: Canvas, p: Paint) -> None:
    """An arrow with feathers."""
    c.paint(c.capsule(0, 12, 0, -10, 0.7), p.trim)
    c.paint(c.poly([(0, -16), (-2.6, -9.6), (0, -11), (2.6, -9.6)]), p.main, shine=True)
    for k in (-1, 1):
        c.paint(c.poly([(0, 8), (k * 3, 10), (k * 3, 15), (0, 13)]), ramp_of("d0323c"), level=2 if k > 0 else 3)


def staff(c: Canvas, p: Paint) -> None:
    """A gnarled staff that ends in a glowing orb."""
    c.paint(c.capsule(0, 10, 0, -9, 0.9, 1.1), p.trim)
    c.paint(c.capsule(0, -9, -2.8, -11.6, 0.9), p.trim)
    c.paint(c.capsule(0, -9, 2.8, -11.6, 0.9), p.trim)
    c.paint(c.ellipse(0, -13, 2.9), p.main, shine=True, bias=0.12)
    c.dot(-1.3, -14.4, color_at(p.main, 4), 1, 1)


def bow(c: Canvas, p: Paint) -> None:
    """A recurved bow, string to the left."""
    curve = [(-1.5, -12), (0.2, -11), (3.2, -7), (4.2, -3), (3.6, 0), (4.2, 3), (3.2, 7), (0.2, 11), (-1.5, 12)]
    c.paint(c.line((-1, -11.5), (-1, 11.5), width=0.4), p.trim, level=3)
    c.paint(c.line(*curve, width=2.0), p.main)
    c.paint(c.capsule(3.9, -1.8, 3.9, 1.8, 1.5), ramp_of(LEATHER))


def torch(c: Canvas, p: Paint) -> None:
    """A burning torch."""
    c.paint(c.poly([(-1.1, 7), (1.1, 7), (1.9, -4), (-1.9, -4)]), p.trim)
    c.paint(c.box(-2.5, -5.4, 2.5, -3), ramp_of("5a5e68"))
    flame(c, 0, -5, 3.6, 9, p.main)


def flame(c: Canvas, x: float, y: float, r: float, height: float, main: Ramp) -> None:
    """A little fire standing on (x, y)."""
    hot = ramp_of("fbe07a")
    tip = [
        (x - r, y - r * 0.7),
        (x - r * 0.7, y - height * 0.5),
        (x - r * 0.2, y - height * 0.66),
        (x + r * 0.1, y - height),
    ]
    c.paint(c.poly([(x, y), *tip, (x + r * 0.7, y - height * 0.58), (x + r, y - r * 0.7)], 2), main, level=2)
    c.paint(c.ellipse(x, y - r * 0.8, r * 0.72, r * 0.85), main, level=3)
    c.paint(c.ellipse(x, y - r * 0.62, r * 0.42, r * 0.6), hot, level=3)


def lantern(c: Canvas, p: Paint) -> None:
    """A hanging lantern, its ring at the origin."""
    metal = p.trim
    c.paint(c.line((-1.6, 2.4), (0, 0), (1.6, 2.4), width=0.8), metal, level=2)
    c.paint(c.poly([(-3.4, 4.2), (0, 1.6), (3.4, 4.2)]), metal)
    body = c.paint(c.box(-2.9, 4, 2.9, 10, 0.6), p.main, level=3)
    c.paint(c.ellipse(0, 7.4, 1.5, 2.1), p.main, level=4, clip=[body])
    c.dot(-0.5, 4, color_at(metal, 1), 0.7, 6)
    c.paint(c.box(-3.5, 9.6, 3.5, 11.4, 0.5), metal)


def shield(c: Canvas, p: Paint) -> None:
    """A heater shield with rim and emblem, centred on the origin."""
    rim = [(-6.6, -7.4), (0, -8.6), (6.6, -7.4), (6.6, 0), (4.4, 5), (0, 8.8), (-4.4, 5), (-6.6, 0)]
    c.paint(c.poly(rim), p.trim, edge=True, shine=True)
    face = c.paint(c.poly([(x * 0.76, y * 0.78) for x, y in rim]), p.main)
    kind = pick(("cross", "chevron", "star", "half"), p.key, "emblem")
    if kind == "cross":
        c.paint(c.box(-0.9, -7, 0.9, 7), p.trim, level=3, clip=[face])
        c.paint(c.box(-6, -2.4, 6, -0.6), p.trim, level=3, clip=[face])
    elif kind == "chevron":
        c.paint(c.poly([(-6, 3), (0, -3), (6, 3), (6, 0), (0, -6), (-6, 0)]), p.trim, level=3, clip=[face])
    elif kind == "star":
        c.paint(c.poly(star_points(0, -0.6, 3.6)), p.trim, level=3, clip=[face])
    else:
        c.paint(c.box(0, -9, 7, 9), p.main, level=1, clip=[face])
        c.paint(c.ellipse(0, -0.5, 1.9), p.trim, shine=True, clip=[face, face + 1])


def star_points(x: float, y: float, r: float, inner: float = 0.45, points: int = 5) -> list[tuple[float, float]]:
    """Corners of a star around (x, y), its first point up."""
    return [
        (
            x + math.sin(k * math.pi / points) * r * (inner if k % 2 else 1),
            y - math.cos(k * math.pi / points) * r * (inner if k % 2 else 1),
        )
        for k in range(points * 2)
    ]


def book(c: Canvas, p: Paint) -> None:
    """A thick closed book with clasp and emblem, centred on the origin."""
    c.paint(c.poly([(-8, -8), (6, -10), (9, -8), (9, 9), (-5, 11), (-8, 9)]), p.main, bias=-0.25)
    c.paint(c.poly([(-5, 7), (8.2, 5.2), (8.2, 8.2), (-5, 10)]), ramp_of("f2e6c4"))
    c.paint(c.poly([(-5, 8.4), (8.2, 6.6), (8.2, 7.2), (-5, 9)]), ramp_of("f2e6c4"), level=1)
    cover = c.paint(c.poly([(-5, -7), (8.4, -9), (8.4, 4.6), (-5, 7)]), p.main)
    c.paint(c.poly([(-8, -8), (-5, -7), (-5, 10.4), (-8, 9)]), p.main, level=1)
    c.paint(c.poly(star_points(1.8, -1.2, 3.4, 0.5, 4)), p.trim, level=3, clip=[cover])
    for x, y in ((-4, -5.6), (6.2, -7), (6.2, 2.4), (-4, 4)):
        c.dot(x, y, color_at(p.trim, 2), 1.4, 1.4)


def orb(c: Canvas, p: Paint) -> None:
    """A crystal ball, centred on the origin."""
    c.paint(c.poly([(-5, 9), (5, 9), (3, 5), (-3, 5)]), p.trim)
    c.paint(c.ellipse(0, 0, 7.6), p.main, shine=True)
    c.paint(c.ellipse(1.5, 2.2, 3.6, 2.6), p.main, level=3)
    c.paint(c.ellipse(-2.8, -3.2, 1.5, 1.1), p.main, level=4)


def gun(c: Canvas, p: Paint) -> None:
    """A chunky ray pistol, barrel up."""
    c.paint(c.poly([(-1.8, 5.5), (2, 5), (1.6, -1), (-2, -1)], 1), p.trim)
    c.paint(c.box(-2, -9, 3, 0.6, 1), p.main, shine=True)
    c.paint(c.box(-0.6, -13, 1.6, -8), p.main)
    c.paint(c.box(-0.2, -7, 1.6, -3), ramp_of("3cc8e0"), level=3)


def broom(c: Canvas, p: Paint) -> None:
    """A witch's broom, brush down."""
    c.paint(c.capsule(0, -10, 0, 6, 0.8), p.trim)
    c.paint(c.poly([(-1.4, 5), (1.4, 5), (4, 12), (-4, 12)]), ramp_of("d8a84c"), edge=True)


HELD: dict[str, tuple[Callable[[Canvas, Paint], None], float, float]] = {
    "sword": (sword, -17.5, 6.1),
    "dagger": (dagger, -10.5, 6.1),
    "axe": (axe, -15, 7),
    "hammer": (hammer, -15, 7),
    "pickaxe": (pickaxe, -14, 8),
    "spear": (spear, -19, 9.8),
    "arrow": (arrow, -16, 14),
    "staff": (staff, -16, 11),
    "bow": (bow, -12.5, 12.5),
    "torch": (torch, -14, 7),
    "gun": (gun, -13, 5.5),
    "broom": (broom, -11, 12),
}
"""Held things and how far they reach above and below the grip, for centring an icon."""

CENTRED: dict[str, tuple[Callable[[Canvas, Paint], None], float]] = {
    "shield": (shield, 1.55),
    "book": (book, 1.25),
    "orb": (orb, 1.5),
}
"""Things drawn around the origin, and the scale that fills an icon."""
