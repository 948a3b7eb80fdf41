"""More things on the 32×32 design grid: jewels, food, gear."""

from __future__ import annotations

import math
from collections.abc import Callable

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import chance, color_at, pick, ramp_of
from assetgen.simulator.art.items import CENTRED, HELD, Paint, lantern, potion, star_points
from assetgen.simulator.art.provisions import (
    apple,
    bread,
    cake,
    candle,
    carrot,
    cheese,
    egg,
    feather,
    flower,
    leaf,
    meat,
    mushroom,
    skull,
)


def gem(c: Canvas, p: Paint) -> None:
    """A cut stone: facets lit from the top left."""
    m = p.main
    if pick((0, 0, 1), p.key, "cut"):
        c.paint(c.poly([(16, 3), (22, 11), (20, 27), (16, 30), (12, 27), (10, 11)]), m, level=2)
        c.paint(c.poly([(16, 3), (10, 11), (12, 27), (14, 13)]), m, level=3)
        c.paint(c.poly([(16, 3), (22, 11), (20, 27), (18.5, 13)]), m, level=1)
        c.paint(c.poly([(7, 15), (10.4, 19), (9.5, 28), (5, 25)]), m, level=3, edge=True)
        c.paint(c.poly([(25, 14), (27, 24), (22.5, 28), (21.5, 19)]), m, level=1, edge=True)
        c.dot(14.5, 9, color_at(m, 4), 1.2, 4)
        return
    c.paint(c.poly([(9, 6), (23, 6), (29, 13), (16, 29), (3, 13)]), m, level=2)
    c.paint(c.poly([(9, 6), (3, 13), (11, 13)]), m, level=3)
    c.paint(c.poly([(9, 6), (16, 6), (11, 13)]), m, level=4)
    c.paint(c.poly([(16, 6), (21, 13), (11, 13)]), m, level=3)
    c.paint(c.poly([(23, 6), (29, 13), (21, 13)]), m, level=1)
    c.paint(c.poly([(3, 13), (11, 13), (16, 29)]), m, level=2)
    c.paint(c.poly([(11, 13), (21, 13), (16, 29)]), m, level=3)
    c.paint(c.poly([(21, 13), (29, 13), (16, 29)]), m, level=1)
    c.dot(8, 9.5, color_at(m, 4), 2, 1.2)
    c.dot(13, 15, color_at(m, 4), 1.2, 4)


def coin(c: Canvas, p: Paint) -> None:
    """A thick coin with a rim and a stamp."""
    c.paint(c.ellipse(17, 17, 11.5, 12.2), p.main, level=1)
    c.paint(c.ellipse(15.4, 16, 11.5, 12.2), p.main, shine=True)
    c.paint(c.ellipse(15.4, 16, 8.8, 9.4), p.main, level=1)
    c.paint(c.ellipse(15.8, 16.5, 8.3, 8.8), p.main, level=2)
    stamp = pick(("star", "crown", "bar"), p.key, "stamp")
    if stamp == "star":
        c.paint(c.poly(star_points(15.6, 16.6, 6)), p.main, level=4)
    elif stamp == "crown":
        c.paint(
            c.poly([(10.5, 20.5), (10, 12), (13, 15.5), (15.6, 11), (18.2, 15.5), (21.2, 12), (20.7, 20.5)]),
            p.main,
            level=4,
        )
    else:
        c.paint(c.box(14, 10.5, 17.2, 22.5), p.main, level=4)
        c.paint(c.box(12.6, 10.5, 14, 22.5), p.main, level=1)
    c.dot(8.6, 9.6, color_at(p.main, 4), 2, 1)


def key(c: Canvas, p: Paint) -> None:
    """An old key with a jewelled bow."""
    ring = c.ellipse(11, 10.5, 7.4).cut(c.ellipse(11, 10.5, 3.6))
    c.paint(c.capsule(14.5, 14.5, 26, 26, 1.7), p.main, bias=0.05)
    c.paint(c.capsule(22, 22, 25.5, 18.5, 1.5), p.main)
    c.paint(c.capsule(25.5, 25.5, 28.4, 22.4, 1.5), p.main)
    c.paint(ring, p.main, shine=True)
    c.paint(c.ellipse(11, 10.5, 2.6), p.trim, shine=True)


def ring(c: Canvas, p: Paint) -> None:
    """A ring with a stone."""
    c.paint(c.ellipse(16, 20, 9.4).cut(c.ellipse(16, 20.4, 6.2)), p.main, shine=True)
    c.paint(c.poly([(11.5, 5), (20.5, 5), (23, 8.5), (16, 14.5), (9, 8.5)]), p.trim, level=2, edge=True)
    c.paint(c.poly([(11.5, 5), (16, 5), (13.5, 8.5), (9, 8.5)]), p.trim, level=4)
    c.paint(c.poly([(13.5, 8.5), (18.5, 8.5), (16, 14.5)]), p.trim, level=3)


def amulet(c: Canvas, p: Paint) -> None:
    """A pendant on a chain."""
    for k in range(13):
        a = math.pi * (0.98 - k * 0.08)
        c.paint(c.ellipse(16 + math.cos(a * 1.0) * 10.5, 15 - math.sin(a) * 11.5, 1.15), p.trim, shine=True)
    c.paint(c.ellipse(16, 21, 7.2), p.trim, shine=True, edge=True)
    c.paint(c.ellipse(16, 21, 4.6), p.main, shine=True)
    c.dot(14.2, 18.8, color_at(p.main, 4), 1.4, 1.4)
    c.paint(c.line((6, 14.6), (10.5, 18), width=1.2), p.trim)
    c.paint(c.line((26, 14.6), (21.5, 18), width=1.2), p.trim)


def scroll(c: Canvas, p: Paint) -> None:
    """A scroll half unrolled, with writing and a seal."""
    page = c.paint(c.poly([(8, 6), (26, 6), (24, 26), (6, 26)]), p.main)
    for k in range(5):
        c.paint(
            c.box(10.5 - k * 0.4, 10.5 + k * 2.6, 20 + 3.4 * chance(p.key, "line", k), 11.5 + k * 2.6),
            p.main,
            level=1,
            clip=[page],
        )
    c.paint(c.capsule(7, 5.6, 27, 5.6, 2.4), p.main, bias=0.1)
    c.paint(c.ellipse(27, 5.6, 1.2, 1.6), p.main, level=1)
    c.paint(c.capsule(5, 26.4, 25, 26.4, 2.4), p.main, bias=0.1)
    c.paint(c.ellipse(5.6, 26.4, 1.2, 1.6), p.main, level=1)
    c.paint(c.ellipse(21.5, 23, 2.8), p.trim, shine=True, edge=True)


def heart(c: Canvas, p: Paint) -> None:
    """A plump heart."""
    half = [(16, 29), (9, 23.5), (3.6, 16.5), (3.4, 9.5), (7, 5), (12, 5), (16, 9.4)]
    outline = half + [(32 - x, y) for x, y in reversed(half[1:-1])]
    c.paint(c.poly(outline, 2), p.main, shine=False)
    c.paint(c.ellipse(10, 11, 2.8, 2.1), p.main, level=4)
    c.dot(7.6, 14.4, color_at(p.main, 4), 1.2, 1.6)


def star(c: Canvas, p: Paint) -> None:
    """A fat star with a friendly face."""
    c.paint(c.poly(star_points(16, 17.4, 15, 0.52), 1), p.main, shine=True, bias=0.08)
    if pick((True, True, False), p.key, "face"):
        for x in (13, 18):
            c.dot(x, 15, color_at(p.main, 0), 1.4, 3)
        c.dot(11, 18.6, color_at(ramp_of("f08c6c"), 2), 1.6, 1)
        c.dot(19.6, 18.6, color_at(ramp_of("f08c6c"), 2), 1.6, 1)


def crown(c: Canvas, p: Paint) -> None:
    """A crown with jewels."""
    c.paint(c.ellipse(16, 23, 11, 3.6), p.main, level=1)
    c.paint(
        c.poly(
            [(5, 23), (3, 9), (9.8, 15), (16, 5), (22.2, 15), (29, 9), (27, 23), (22, 25.6), (16, 26.4), (10, 25.6)]
        ),
        p.main,
        shine=True,
    )
    for x, y in ((3.4, 8.4), (16, 4.8), (28.6, 8.4)):
        c.paint(c.ellipse(x, y, 1.7), p.trim, shine=True)
    c.paint(
        c.poly(
            [(5, 20), (10, 22.2), (16, 23), (22, 22.2), (27, 20), (27, 23), (22, 25.6), (16, 26.4), (10, 25.6), (5, 23)]
        ),
        p.main,
        bias=-0.15,
    )
    c.paint(c.poly([(16, 15), (19, 18.4), (16, 22), (13, 18.4)]), p.trim, shine=True)


def bomb(c: Canvas, p: Paint) -> None:
    """A round bomb with a lit fuse."""
    c.paint(c.ellipse(14.6, 19.4, 9.8), p.main)
    c.paint(c.ellipse(10.8, 15.4, 2.4, 1.9), p.main, level=4)
    c.at(20.6, 11.8, 40).paint(c.at(20.6, 11.8, 40).box(-3, -1.6, 3, 2), p.main, bias=0.1)
    c.paint(c.line((21.6, 10.6), (23.4, 7.6), (26, 7), width=1.3), p.trim)
    c.paint(c.poly(star_points(27, 5.6, 4, 0.4, 4)), ramp_of("fbe07a"), level=3)
    c.dot(26.4, 5, color_at(ramp_of("fff4c8"), 4), 1.4, 1.4)


def helm(c: Canvas, p: Paint) -> None:
    """A knight's helmet with a plume."""
    c.paint(c.poly([(16, 8), (13, 3), (20, 1.5), (28, 6), (29, 14), (25, 10)], 2), p.trim)
    c.paint(
        c.poly([(6, 27), (5.4, 14), (10, 7.6), (16, 6), (22, 7.6), (26.6, 14), (26, 27), (16, 29.6)], 1),
        p.main,
        shine=True,
        edge=True,
    )
    c.paint(c.box(7, 15, 25, 18, 0.8), p.main, level=0)
    c.paint(c.box(15, 8, 17, 28), p.main, level=3)
    for y in (20.5, 23, 25.5):
        c.dot(19.4, y, color_at(p.main, 0), 3.4, 1)
        c.dot(9.4, y, color_at(p.main, 0), 3.4, 1)


def armor(c: Canvas, p: Paint) -> None:
    """A breastplate."""
    c.paint(
        c.poly(
            [
                (8, 6),
                (13, 8.4),
                (19, 8.4),
                (24, 6),
                (26, 15),
                (23, 20),
                (23.5, 28),
                (16, 29.6),
                (8.5, 28),
                (9, 20),
                (6, 15),
            ],
            1,
        ),
        p.main,
        shine=True,
    )
    c.paint(c.ellipse(6.6, 9, 4.6, 4), p.main, edge=True, shine=True)
    c.paint(c.ellipse(25.4, 9, 4.6, 4), p.main, edge=True)
    c.paint(c.box(15.4, 9, 16.6, 28), p.main, level=1)
    c.paint(c.box(8.6, 21.6, 23.4, 24, 0.6), p.trim)
    c.paint(c.poly(star_points(16, 15, 3.6, 0.45, 4)), p.trim, level=3)


def boots(c: Canvas, p: Paint) -> None:
    """A pair of boots."""
    for dx, dy in ((5.5, -2.5), (0, 0)):
        c.paint(
            c.poly(
                [
                    (6 + dx, 6 + dy),
                    (14 + dx, 6 + dy),
                    (14 + dx, 18 + dy),
                    (21 + dx, 21.5 + dy),
                    (22 + dx, 27 + dy),
                    (6 + dx, 27 + dy),
                ],
                1,
            ),
            p.main,
            edge=True,
        )
        c.paint(c.box(5 + dx, 5 + dy, 15 + dx, 9 + dy, 1), p.main, bias=0.25)
        c.paint(c.box(5.6 + dx, 26 + dy, 22 + dx, 28.6 + dy, 0.6), p.main, level=0)
        c.paint(c.box(6 + dx, 15.4 + dy, 14 + dx, 17 + dy), p.trim)


def hat(c: Canvas, p: Paint) -> None:
    """A pointed hat with a band."""
    c.paint(c.ellipse(16, 25, 13, 4), p.main, bias=-0.1)
    cone = c.paint(
        c.poly([(8, 25), (12, 13), (14, 6), (20, 3), (25, 6.4), (20.5, 8), (21, 14), (24, 25), (16, 27)], 1),
        p.main,
        edge=True,
    )
    c.paint(c.poly([(8.6, 22), (23.4, 22), (24.4, 25.4), (16, 27), (7.6, 25.4)]), p.trim, clip=[cone])
    c.paint(c.poly(star_points(15, 16, 2.6)), p.trim, level=3, clip=[cone])


def bag(c: Canvas, p: Paint) -> None:
    """A tied bag with a coin mark."""
    c.paint(c.poly([(10.4, 4.4), (16, 6.4), (21.6, 4.4), (19.6, 10.4), (12.4, 10.4)], 1), p.main)
    c.paint(c.poly([(12.4, 10), (19.6, 10), (27, 20), (26, 27), (20, 29.4), (12, 29.4), (6, 27), (5, 20)], 2), p.main)
    c.paint(c.box(11.4, 9, 20.6, 11.6, 1), p.trim, edge=True)
    c.paint(c.ellipse(16, 20.6, 4.4), p.trim, shine=True)
    c.paint(c.ellipse(16, 20.6, 2.6), p.trim, level=1)


def ore(c: Canvas, p: Paint) -> None:
    """A rock with veins of something precious."""
    c.paint(c.poly([(5, 24), (4, 15), (10, 7), (19, 5), (26, 10), (28.6, 19), (25, 27), (14, 29)]), p.trim)
    c.paint(c.poly([(10, 7), (19, 5), (21, 12), (12, 14)]), p.trim, level=3)
    c.paint(c.poly([(28.6, 19), (25, 27), (14, 29), (18, 21)]), p.trim, level=1)
    for x, y, r in ((11, 18, 3), (20, 15.4, 2.6), (17, 24, 2.4), (24.4, 21, 1.8), (9.6, 11.6, 1.5)):
        c.paint(c.poly([(x, y - r), (x + r, y), (x, y + r), (x - r, y)]), p.main, shine=True)
        c.dot(x - r * 0.4, y - r * 0.4, color_at(p.main, 4), 0.9, 0.9)


def ingot(c: Canvas, p: Paint) -> None:
    """A bar of metal."""
    c.paint(c.poly([(9, 10), (25, 7), (29, 17), (24, 24), (6, 27), (3, 17)]), p.main, level=2)
    c.paint(c.poly([(9, 10), (25, 7), (29, 17), (12, 20)]), p.main, level=3)
    c.paint(c.poly([(12, 20), (29, 17), (24, 24), (6, 27)]), p.main, level=1)
    c.paint(c.poly([(11.4, 12), (23.4, 9.8), (25, 14), (13, 16.4)]), p.main, level=4)


def cup(c: Canvas, p: Paint) -> None:
    """A goblet."""
    c.paint(c.ellipse(16, 27.6, 7.4, 2), p.main)
    c.paint(c.box(14.4, 18, 17.6, 27), p.main)
    c.paint(c.poly([(6, 5), (26, 5), (24.4, 14), (19.6, 19.6), (12.4, 19.6), (7.6, 14)], 1), p.main, shine=True)
    c.paint(c.ellipse(16, 5.6, 9.4, 2.4), p.main, level=1)
    c.paint(c.ellipse(16, 6, 7.6, 1.5), p.trim, level=2)
    c.paint(c.ellipse(16, 12.6, 2.4), p.trim, shine=True)


def moon(c: Canvas, p: Paint) -> None:
    """A crescent."""
    c.paint(c.ellipse(14.4, 16, 12).cut(c.ellipse(19.8, 13, 10)), p.main, shine=True)
    for x, y in ((22, 10), (25, 17)):
        c.paint(c.poly(star_points(x, y, 2.6, 0.35, 4)), p.main, level=4)


def sun(c: Canvas, p: Paint) -> None:
    """A sun with rays."""
    c.paint(c.poly(star_points(16, 16, 14.5, 0.72, 12)), p.trim, level=2)
    c.paint(c.ellipse(16, 16, 9), p.main, shine=True, bias=0.1)
    c.dot(12.4, 14, color_at(p.main, 0), 1.4, 2.6)
    c.dot(18.2, 14, color_at(p.main, 0), 1.4, 2.6)


def hourglass(c: Canvas, p: Paint) -> None:
    """An hourglass."""
    glass = ramp_of("c4dce8")
    c.paint(
        c.poly([(8, 6), (24, 6), (22, 12), (17, 16), (22, 20), (24, 26), (8, 26), (10, 20), (15, 16), (10, 12)]), glass
    )
    c.paint(c.poly([(11, 10), (21, 10), (16, 15)]), p.main, level=2)
    c.paint(c.poly([(9.6, 25.4), (22.4, 25.4), (16, 20)]), p.main, level=3)
    c.dot(15.6, 15, color_at(p.main, 2), 0.9, 6)
    for y in (4.4, 27.6):
        c.paint(c.box(6, y - 1.8, 26, y + 1.8, 1), p.trim)


def dice(c: Canvas, p: Paint) -> None:
    """A die."""
    c.paint(c.poly([(16, 3), (28, 9), (16, 15.4), (4, 9)]), p.main, level=4)
    c.paint(c.poly([(4, 9), (16, 15.4), (16, 29.4), (4, 22.6)]), p.main, level=3)
    c.paint(c.poly([(28, 9), (16, 15.4), (16, 29.4), (28, 22.6)]), p.main, level=1)
    for x, y in ((16, 9), (8, 15), (12, 23), (20, 20), (24, 17.4), (22, 22.4)):
        c.paint(c.ellipse(x, y, 1.7, 1.5), p.trim, level=2)


def rune(c: Canvas, p: Paint) -> None:
    """A stone with a glowing rune."""
    c.paint(c.poly([(8, 5), (22, 3), (27, 12), (25, 26), (14, 30), (5, 22)], 1), p.main)
    mark = pick(
        (
            [(12, 23), (12, 9), (20, 13), (12, 16)],
            [(11, 10), (16, 23), (21, 10)],
            [(11, 9), (20, 14), (11, 18), (20, 24)],
        ),
        p.key,
        "rune",
    )
    c.paint(c.line(*mark, width=2.0), p.trim, level=3)


def rock(c: Canvas, p: Paint) -> None:
    """A stone."""
    c.paint(c.poly([(4, 25), (6, 14), (13, 7), (22, 9), (28, 18), (27, 26), (16, 29)], 1), p.main)
    c.paint(c.poly([(13, 7), (22, 9), (18, 16), (9, 16)]), p.main, level=3)
    c.paint(c.line((18, 16), (22, 24), width=0.9), p.main, level=1)


def chest(c: Canvas, p: Paint) -> None:
    """A treasure chest with iron-bound lid and a lock."""
    c.paint(c.box(3, 15, 29, 28.6, 1), p.main)
    for y in (19.4, 24):
        c.paint(c.box(3, y, 29, y + 0.9), p.main, level=1)
    lid = [(3, 15.6), (3.4, 9), (7, 4.8), (12, 3.6), (20, 3.6), (25, 4.8), (28.6, 9), (29, 15.6)]
    c.paint(c.poly(lid), p.main, bias=0.06, edge=True)
    c.paint(c.box(4, 9, 28, 9.9), p.main, level=1)
    for x in (4.6, 24):
        c.paint(c.box(x, 4.6, x + 3.4, 28.6), p.trim)
    c.paint(c.box(2.6, 14.2, 29.4, 16.6, 0.4), p.trim)
    c.paint(c.box(13, 13, 19, 20, 1), p.trim, edge=True, shine=True)
    c.dot(15.3, 15.4, color_at(p.trim, 0), 1.4, 2.8)


Recipe = Callable[[Canvas, Paint], None]
ICONS: dict[str, Recipe] = {
    f.__name__: f
    for f in (
        potion, gem, coin, key, ring, amulet, scroll, apple, mushroom, heart, star, crown, bomb, helm, armor, boots,
        hat, bread, cheese,
        meat, egg, feather, leaf, flower, skull, candle, bag, ore, ingot, cup, moon, sun, cake, carrot, hourglass,
        dice, rune, rock, chest,
    )
}  # fmt: skip


def draw_item(c: Canvas, name: str, p: Paint) -> None:
    """Draw any item on the 32×32 grid of `c`: held things lie diagonally, as icons do."""
    if name in ICONS:
        ICONS[name](c, p)
    elif name in HELD:
        recipe, top, bottom = HELD[name]
        scale = min(1.5, 34 / (bottom - top))
        k = (top + bottom) / 2 * scale * 0.7071
        side = 0 if name != "bow" else -1.5
        recipe(c.at(16 - -k + side, 16 - k + side, 45, scale), p)
    elif name in CENTRED:
        recipe, scale = CENTRED[name]
        recipe(c.at(16, 16, 0, scale), p)
    elif name == "lantern":
        lantern(c.at(16, 2.2, 0, 2.3), p)
    else:
        gem(c, p)
