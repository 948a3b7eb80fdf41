"""Made things that stand in a landscape, on the 48×48 grid of scenery."""

from __future__ import annotations

import math

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import chance, color_at, generator, ramp_of
from assetgen.simulator.art.scenery import NATURE, Recipe, Stuff
from assetgen.simulator.art.vehicles import car, ship, spaceship


def _shingles(c: Canvas, s: Stuff, roof: int, x0: float, x1: float, y0: float, y1: float) -> None:
    y, row = y0, 0
    while y < y1:
        c.paint(c.box(x0, y, x1, y + 0.8), s.main, level=1, clip=[roof])
        for k in range(int((x1 - x0) / 4) + 1):
            x = x0 + k * 4 + (row % 2) * 2
            c.paint(c.box(x, y - 2.2, x + 0.8, y), s.main, level=1, clip=[roof])
        y, row = y + 3, row + 1


def _window(c: Canvas, x: float, y: float, s: Stuff, lit: bool = True) -> None:
    c.paint(c.box(x - 3, y - 3.4, x + 3, y + 3.4, 0.4), s.third, edge=False, level=1)
    c.paint(c.box(x - 2.2, y - 2.6, x + 2.2, y + 2.6), ramp_of("f8d870" if lit else "7ab4e0"), bias=0.1)
    c.dot(x - 0.4, y - 2.6, color_at(s.third, 1), 0.8, 5.2)
    c.dot(x - 2.2, y - 0.4, color_at(s.third, 1), 4.4, 0.8)


def house(c: Canvas, s: Stuff) -> None:
    """A cottage with a shingled roof, a door, lit windows and a chimney."""
    stone = ramp_of("8c929c")
    c.paint(c.box(33, 5, 38, 18), stone)
    c.paint(c.box(32.4, 4, 38.6, 6.4), stone, bias=0.2)
    wall = c.paint(c.box(7, 24, 41, 45), s.second, dither=0.06)
    for x in (7, 39.4):
        c.paint(c.box(x, 24, x + 1.6, 45), s.third)
    c.paint(c.box(7, 42, 41, 45), stone, bias=-0.05)
    c.paint(c.box(7, 24, 41, 27.6), s.second, level=1, clip=[wall])
    roof = c.paint(
        c.poly([(2, 27), (11, 7.4), (37, 7.4), (46, 27), (45, 28.4), (3, 28.4)]), s.main, edge=True, bias=0.05
    )
    _shingles(c, s, roof, 2, 46, 11, 27)
    c.paint(c.poly([(2, 27), (46, 27), (45, 28.8), (3, 28.8)]), s.main, level=0)
    c.paint(c.box(11, 7, 37, 8.6), s.main, level=3)
    if s.snow:
        c.paint(
            c.poly([(8, 14), (11, 6.4), (37, 6.4), (40, 14), (34, 12), (28, 15.4), (22, 12.4), (15, 15.6)]),
            ramp_of("eef6fc"),
        )
    c.paint(c.box(19.4, 31, 28.6, 45, 1), s.third, level=0)
    c.paint(c.box(20.4, 32, 27.6, 45, 0.8), s.third, bias=0.12)
    c.dot(23.7, 32.6, color_at(s.third, 1), 0.7, 12)
    c.dot(25.6, 38.4, (240, 196, 80), 1.3, 1.3)
    _window(c, 13.4, 35, s)
    _window(c, 34.6, 35, s)


def _battlement(c: Canvas, s: Stuff, x0: float, x1: float, y: float) -> None:
    c.paint(c.box(x0 - 1, y, x1 + 1, y + 3), s.main, bias=0.1, edge=True)
    step = (x1 - x0 + 2) / 5
    for k in range(3):
        c.paint(c.box(x0 - 1 + k * step * 2, y - 3, x0 - 1 + k * step * 2 + step, y + 1), s.main, bias=0.08)


def _masonry(c: Canvas, s: Stuff, part: int, x0: float, y0: float, x1: float, y1: float) -> None:
    rng = generator(s.key, "masonry", x0)
    for _ in range(int((x1 - x0) * (y1 - y0) / 26)):
        x, y = x0 + float(rng.random()) * (x1 - x0 - 3), y0 + float(rng.random()) * (y1 - y0)
        c.paint(
            c.box(x, round(y / 3) * 3, x + 3, round(y / 3) * 3 + 1.1),
            s.main,
            level=1 if rng.random() < 0.6 else 3,
            clip=[part],
        )


def castle(c: Canvas, s: Stuff) -> None:
    """A keep between two towers with banners."""
    part = c.paint(c.box(12, 22, 36, 45), s.main, bias=-0.02)
    _masonry(c, s, part, 12, 26, 36, 44)
    _battlement(c, s, 13, 35, 21)
    for x0 in (3, 34):
        part = c.paint(c.box(x0, 17, x0 + 11, 45.4), s.main, edge=True)
        _masonry(c, s, part, x0, 20, x0 + 11, 44)
        c.paint(c.poly([(x0 - 1.6, 18), (x0 + 5.5, 4), (x0 + 12.6, 18)]), s.second, edge=True)
        c.paint(c.box(x0 + 4.6, 24, x0 + 6.4, 29, 0.8), s.main, level=0)
        c.dot(x0 + 5.2, 0.8, color_at(s.third, 1), 0.8, 4)
        c.paint(c.poly([(x0 + 6, 1), (x0 + 10, 2.2), (x0 + 6, 3.6)]), s.second, level=3)
    c.paint(
        c.poly([(18.4, 45), (18.4, 36), (20, 32.4), (24, 30.6), (28, 32.4), (29.6, 36), (29.6, 45)]), s.main, level=0
    )
    gate = c.paint(
        c.poly([(19.6, 45), (19.6, 36.4), (21, 33.6), (24, 32), (27, 33.6), (28.4, 36.4), (28.4, 45)]), s.third
    )
    for x in (21.6, 23.7, 25.8):
        c.dot(x, 33, color_at(s.third, 0), 0.7, 12)
    _ = gate


def tower(c: Canvas, s: Stuff) -> None:
    """A tall tower with a pointed roof."""
    part = c.paint(c.poly([(13, 45.6), (15, 20), (33, 20), (35, 45.6)]), s.main)
    _masonry(c, s, part, 13, 21, 35, 44)
    c.paint(c.box(12, 15.4, 36, 21, 0.6), s.main, bias=0.06, edge=True)
    for k in range(5):
        c.dot(13.4 + k * 4.6, 20, color_at(s.main, 0), 2, 1.4)
    roof = c.paint(c.poly([(10, 16.4), (24, 0.6), (38, 16.4), (24, 18)]), s.second, edge=True)
    for y in (6, 10, 14):
        c.paint(c.box(9, y, 39, y + 0.8), s.second, level=1, clip=[roof])
    for x, y in ((24, 26), (20, 34)):
        c.paint(c.box(x - 1.8, y - 2.6, x + 1.8, y + 2.6, 1.6), s.main, level=0)
        c.paint(c.box(x - 1.0, y - 1.6, x + 1.0, y + 2.4, 0.9), ramp_of("f8d870"))
    c.paint(c.box(21, 38.4, 27.6, 45.6, 2), s.third, edge=True)


def well(c: Canvas, s: Stuff) -> None:
    """A well with a roof and a bucket."""
    for x in (10, 35):
        c.paint(c.box(x, 16, x + 3, 36), s.third)
    c.paint(c.poly([(4, 18), (12, 6), (36, 6), (44, 18), (43, 19.6), (5, 19.6)]), s.second, edge=True)
    for y in (10, 14):
        c.paint(c.box(4, y, 44, y + 0.9), s.second, level=1, clip=[c.count[0] if y == 10 else c.count[0] - 1])
    c.dot(23.6, 19.6, (90, 70, 50), 0.9, 9)
    c.paint(c.ellipse(24, 34, 16, 4.4), s.main, level=3)
    c.paint(c.ellipse(24, 34.4, 13, 3), s.main, level=0)
    c.paint(c.poly([(20.6, 28), (27.4, 28), (26.6, 33.4), (21.4, 33.4)]), s.third, edge=True)
    body = c.paint(c.poly([(8, 34), (13, 37), (24, 38.4), (35, 37), (40, 34), (39, 44), (24, 47), (9, 44)]), s.main)
    for k in range(3):
        for j in range(6):
            c.paint(
                c.box(8 + j * 6 + (k % 2) * 3, 37.6 + k * 3, 8.8 + j * 6 + (k % 2) * 3, 40.4 + k * 3),
                s.main,
                level=1,
                clip=[body],
            )
        c.paint(c.box(8, 40.2 + k * 3, 40, 40.9 + k * 3), s.main, level=1, clip=[body])


def barrel(c: Canvas, s: Stuff) -> None:
    """A barrel with hoops."""
    body = c.paint(c.poly([(12, 12), (36, 12), (40, 22), (40, 34), (36, 45), (12, 45), (8, 34), (8, 22)], 1), s.main)
    for x in (15, 21, 27, 33):
        c.paint(c.box(x, 10, x + 0.8, 47), s.main, level=1, clip=[body])
    for y in (17, 36.4):
        c.paint(c.box(6, y, 42, y + 3), s.second, clip=list(range(body, c.count[0] + 1)), shine=True)
    c.paint(c.ellipse(24, 12.4, 12.4, 3.4), s.main, bias=0.2, edge=True)
    c.paint(c.ellipse(24, 12.4, 9.6, 2.2), s.main, level=1)


def crate(c: Canvas, s: Stuff) -> None:
    """A wooden crate."""
    c.paint(c.box(6, 10, 42, 45.6, 0.6), s.main, level=1)
    for k in range(4):
        c.paint(c.box(9, 13.4 + k * 7.4, 39, 19.6 + k * 7.4), s.main, bias=0.02 + 0.06 * (k % 2))
    c.paint(c.poly([(9, 38), (34, 13), (39, 13), (39, 18), (14, 43), (9, 43)]), s.main, edge=True, bias=0.08)
    for x0, y0, x1, y1 in ((6, 10, 42, 14), (6, 41.6, 42, 45.6), (6, 10, 10, 45.6), (38, 10, 42, 45.6)):
        c.paint(c.box(x0, y0, x1, y1, 0.5), s.main, edge=True, bias=0.12)
    for x in (8, 39.4):
        for y in (11.6, 43):
            c.dot(x - 0.4, y - 0.4, color_at(s.second, 0), 1.2, 1.2)


def signpost(c: Canvas, s: Stuff) -> None:
    """A sign with an arrow."""
    c.paint(c.box(22, 12, 26.4, 46), s.second)
    board = c.paint(c.poly([(6, 10), (36, 9), (43, 16.4), (36, 24), (6, 25)]), s.main, edge=True)
    c.paint(c.line((9, 15), (36, 14.4), width=0.9), s.main, level=1, clip=[board])
    for y, w in ((14, 20), (18, 24), (21, 14)):
        c.dot(11, y, color_at(s.main, 0), w * 0.8, 1.2)
    for x in (-4, 3.4):
        c.paint(c.poly([(24 + x - 3, 46), (24 + x, 41), (24 + x + 3, 46)]), ramp_of("5aa83c"))


def fence(c: Canvas, s: Stuff) -> None:
    """Pickets."""
    for y in (24, 35):
        c.paint(c.box(1, y, 47, y + 4), s.main, bias=-0.1)
    for x in (3, 14.6, 26.2, 37.8):
        c.paint(c.poly([(x, 46), (x, 17), (x + 3.6, 12), (x + 7.2, 17), (x + 7.2, 46)]), s.main, edge=True)
        c.dot(x + 3, 25, color_at(s.second, 0), 1.2, 1.2)
        c.dot(x + 3, 36, color_at(s.second, 0), 1.2, 1.2)


def table(c: Canvas, s: Stuff) -> None:
    """A table with a candle."""
    for x in (8, 36):
        c.paint(c.box(x, 28, x + 4, 46), s.second)
    c.paint(c.box(4, 24, 44, 31, 1), s.main, bias=-0.15, edge=True)
    c.paint(c.poly([(8, 18), (40, 18), (44, 25.6), (4, 25.6)]), s.main, bias=0.12)
    c.paint(c.box(19, 12, 22, 21, 0.6), ramp_of("f2e6c4"))
    c.paint(c.ellipse(20.5, 10, 1.5, 2.4), ramp_of("f8c040"), level=3)
    c.paint(c.ellipse(32, 21, 4, 1.8), ramp_of("d8d0c4"))


def lamppost(c: Canvas, s: Stuff) -> None:
    """A street lamp."""
    c.paint(c.poly([(19, 46), (21, 42), (27, 42), (29, 46)]), s.main)
    c.paint(c.box(22.6, 16, 25.6, 43), s.main, shine=True)
    c.paint(c.box(18, 15, 30, 17.6, 0.6), s.main, edge=True)
    glass = c.paint(c.poly([(19, 15.4), (17.6, 6), (30.4, 6), (29, 15.4)]), s.second, level=3)
    c.paint(c.ellipse(24, 11, 3, 3.6), s.second, level=4, clip=[glass])
    c.paint(c.poly([(16, 6.6), (24, 1.4), (32, 6.6)]), s.main, edge=True)


def tent(c: Canvas, s: Stuff) -> None:
    """A tent with an open flap."""
    c.paint(c.poly([(24, 8), (46, 45), (2, 45)]), s.main)
    c.paint(c.poly([(24, 8), (46, 45), (32, 45)]), s.main, level=1)
    for x in (10, 38):
        c.paint(c.line((24, 9), (x, 45), width=1.4), s.second, level=2)
    c.paint(c.poly([(24, 16), (32, 45), (16, 45)]), s.third, level=0)
    c.paint(c.poly([(24, 14), (20, 45), (14.6, 45)]), s.main, level=3, edge=True)
    c.paint(c.line((24, 10), (22, 4), width=1.4), s.third)
    c.paint(c.line((24, 10), (26, 4), width=1.4), s.third)


def statue(c: Canvas, s: Stuff) -> None:
    """A stone figure on a plinth."""
    c.paint(c.box(10, 38, 38, 46, 0.6), s.main)
    c.paint(c.box(13, 34, 35, 39, 0.6), s.main, bias=0.14, edge=True)
    c.paint(c.poly([(17, 35), (19, 18), (29, 18), (31, 35)]), s.main)
    c.paint(c.line((24, 22), (23.4, 34), width=1), s.main, level=1)
    c.paint(c.capsule(18.6, 19.6, 15.4, 28, 2.2), s.main, edge=True)
    c.paint(c.capsule(29.4, 19.6, 33, 15, 2.2), s.main, edge=True)
    c.paint(c.box(32, 3.4, 34, 17), s.main, bias=0.2)
    c.paint(c.ellipse(24, 12, 5.4, 5.8), s.main, edge=True)


def pillar(c: Canvas, s: Stuff) -> None:
    """A fluted column, sometimes broken."""
    broken = chance(s.key, "broken") > 0.5
    top = 14 if broken else 10
    shaft = c.paint(
        c.poly([(15, 42), (15, top + 3), (19, top), (23, top + 4), (28, top - 1), (33, top + 5), (33, 42)])
        if broken
        else c.box(15, 9, 33, 42),
        s.main,
    )
    for x in (18, 22.4, 26.8, 31):
        c.paint(c.box(x, 8, x + 1.2, 42), s.main, level=1, clip=[shaft])
    c.paint(c.box(10, 41, 38, 46, 0.6), s.main, bias=0.1, edge=True)
    if not broken:
        c.paint(c.box(10, 4, 38, 9.6, 0.8), s.main, bias=0.12, edge=True)
        c.paint(c.box(13, 9, 35, 11.4, 0.4), s.main, level=1)
    for k in range(4):
        c.dot(14 + 16 * chance(s.key, k), 36 + 5 * chance(s.key, k, "y"), color_at(s.third, 2), 3, 1.6)


def gravestone(c: Canvas, s: Stuff) -> None:
    """A gravestone in the grass."""
    c.paint(c.poly([(12, 45), (12, 20), (15, 13), (24, 9.6), (33, 13), (36, 20), (36, 45)]), s.main, level=1)
    c.paint(c.poly([(10, 45), (10, 20), (13, 13), (22, 9.6), (31, 13), (34, 20), (34, 45)]), s.main, dither=0.05)
    c.paint(c.box(20.6, 16, 23.4, 28), s.main, level=0)
    c.paint(c.box(16.6, 19, 27.4, 21.8), s.main, level=0)
    c.dot(14, 32, color_at(s.main, 1), 16, 1.2)
    c.dot(14, 35.4, color_at(s.main, 1), 12, 1.2)
    for k in range(9):
        x = 5 + k * 4.8
        c.paint(
            c.poly([(x - 2, 46), (x + chance(s.key, k) * 2 - 1, 39 + 3 * chance(s.key, k, "h")), (x + 2, 46)]), s.second
        )


def ladder(c: Canvas, s: Stuff) -> None:
    """A ladder."""
    for k in range(7):
        c.paint(c.box(14, 5 + k * 6.2, 34, 7.6 + k * 6.2), s.main, bias=-0.05)
    for x in (12, 32.4):
        c.paint(c.box(x, 1.4, x + 3.8, 46.4, 0.6), s.main, edge=True)


def bridge(c: Canvas, s: Stuff) -> None:
    """A plank bridge."""
    for k in range(9):
        c.paint(
            c.box(2 + k * 5, 26 - 2 * math.sin(k / 8 * math.pi), 6.4 + k * 5, 38 - 2 * math.sin(k / 8 * math.pi), 0.4),
            s.main,
            bias=0.08 * (k % 2),
        )
    for y in (21, 36):
        c.paint(
            c.line(*[(2 + k * 11, y - 3 * math.sin(k / 4 * math.pi)) for k in range(5)], width=1.4), ramp_of("d8c08c")
        )
        for k in range(5):
            c.paint(
                c.box(1.4 + k * 10.6, y - 2 - 3 * math.sin(k / 4 * math.pi), 4 + k * 10.6, y + 7), s.second, edge=True
            )


def door(c: Canvas, s: Stuff) -> None:
    """An arched door in stone."""
    c.paint(c.poly([(7, 46), (7, 18), (12, 8), (24, 3), (36, 8), (41, 18), (41, 46)]), s.second)
    for k in range(8):
        a = math.pi + k * math.pi / 7
        c.paint(
            c.line(
                (24 + math.cos(a) * 12.6, 18 + math.sin(a) * 11.4),
                (24 + math.cos(a) * 17, 18 + math.sin(a) * 15),
                width=0.9,
            ),
            s.second,
            level=0,
        )
    leaf = c.paint(
        c.poly([(12, 46), (12, 19), (15.6, 11.4), (24, 8), (32.4, 11.4), (36, 19), (36, 46)]), s.main, edge=True
    )
    for x in (17.6, 23.6, 29.6):
        c.paint(c.box(x, 6, x + 0.9, 46), s.main, level=0, clip=[leaf])
    for y in (18, 37):
        c.paint(c.box(12, y, 36, y + 2.6), ramp_of("5e6470"), clip=list(range(leaf, c.count[0] + 1)), shine=True)
    c.paint(c.ellipse(31.6, 29.6, 2), s.third, shine=True, edge=True)


def portal(c: Canvas, s: Stuff) -> None:
    """A swirling gate."""
    c.paint(c.ellipse(24, 44, 18, 2.8), s.second)
    c.paint(c.ellipse(24, 23.6, 17, 21), s.second)
    for k in range(12):
        a = k * math.tau / 12
        c.paint(
            c.line(
                (24 + math.cos(a) * 13, 23.6 + math.sin(a) * 17),
                (24 + math.cos(a) * 17, 23.6 + math.sin(a) * 21),
                width=0.9,
            ),
            s.second,
            level=0,
        )
    c.paint(c.ellipse(24, 23.6, 13, 17), s.main, level=0)
    for k in range(30):
        a, r = k * 0.62, 1 - k / 32
        c.paint(
            c.ellipse(24 + math.cos(a) * 10.6 * r, 23.6 + math.sin(a) * 14.6 * r, 2.4 * r + 0.6, 2.6 * r + 0.6),
            s.main,
            level=1 + (k * 3 // 30) + (k > 26),
        )
    c.paint(c.ellipse(24, 23.6, 2.2, 2.8), s.third, level=4)


def cauldron(c: Canvas, s: Stuff) -> None:
    """A bubbling cauldron over embers."""
    for x in (12, 20, 28, 36):
        c.paint(c.ellipse(x, 45, 3.4, 1.6), s.third, shine=True)
    c.paint(c.poly([(8, 20), (40, 20), (43, 32), (37, 42), (11, 42), (5, 32)], 2), s.main)
    c.paint(c.ellipse(24, 19, 17, 4.6), s.main, bias=0.2, edge=True)
    c.paint(c.ellipse(24, 19, 14, 3.2), s.second)
    for x, y, r in ((18, 17, 3), (28, 15.6, 3.6), (23, 11, 2.2), (31, 8, 1.6), (20, 6, 1.3)):
        c.paint(c.ellipse(x, y, r), s.second, shine=True, edge=True)
    c.paint(c.ellipse(13, 28, 2, 4), s.main, level=3)


def anvil(c: Canvas, s: Stuff) -> None:
    """An anvil on a block."""
    c.paint(c.box(12, 36, 36, 46, 0.6), s.second)
    c.paint(c.poly([(18, 36), (20, 28), (28, 28), (30, 36)]), s.main, bias=-0.15)
    c.paint(c.poly([(3, 20), (12, 17), (43, 17), (43, 24), (31, 28.6), (17, 28.6)]), s.main, edge=True, shine=True)
    c.paint(c.box(11, 17, 43, 19), s.main, level=4)


BUILT: dict[str, Recipe] = {
    f.__name__: f
    for f in (
        house, castle, tower, well, barrel, crate, signpost, fence, table, lamppost, tent, statue, pillar,
        gravestone, ladder, bridge,
        door, portal, cauldron, anvil, ship, spaceship, car,
    )
}  # fmt: skip
SCENERY: dict[str, Recipe] = {**NATURE, **BUILT}
