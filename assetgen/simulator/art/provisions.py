"""Food, plants and small finds on the 32×32 design grid."""

from __future__ import annotations

import math

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import chance, color_at, ramp_of
from assetgen.simulator.art.items import Paint, flame


def apple(c: Canvas, p: Paint) -> None:
    """A round fruit with a leaf."""
    c.paint(c.line((16, 10), (17.5, 4.5), width=1.6), ramp_of("6a4428"))
    body = [
        (16, 10),
        (20, 7.6),
        (25.5, 9.5),
        (27, 16),
        (24, 24),
        (19.5, 28.5),
        (16, 27.4),
        (12.5, 28.5),
        (8, 24),
        (5, 16),
        (6.5, 9.5),
        (12, 7.6),
    ]
    c.paint(c.poly(body, 2), p.main)
    c.paint(c.ellipse(10.6, 13.6, 1.7, 2.8), p.main, level=4)
    c.paint(c.poly([(17.5, 7.5), (20, 3.4), (26, 3), (23.5, 7)], 1), p.trim, edge=True)


def mushroom(c: Canvas, p: Paint) -> None:
    """A spotted mushroom."""
    c.paint(c.poly([(12.5, 16), (19.5, 16), (21, 28), (18, 29.5), (14, 29.5), (11, 28)], 1), p.trim)
    c.paint(c.ellipse(16, 18.4, 8, 2), p.trim, level=1)
    dome = [(3.5, 18), (4.5, 10.5), (10, 4.5), (16, 3), (22, 4.5), (27.5, 10.5), (28.5, 18), (22, 19.6), (10, 19.6)]
    cap = c.paint(c.poly(dome, 2), p.main, edge=True, shine=True)
    for x, y, r in ((11, 9.5, 2.6), (20.5, 8.4, 2.1), (16, 14.5, 2.2), (24.4, 14.6, 1.9), (7, 15.6, 1.7)):
        c.paint(c.ellipse(x, y, r, r * 0.86), p.trim, bias=0.15, clip=[cap])


def bread(c: Canvas, p: Paint) -> None:
    """A loaf."""
    d = c.at(16, 17, -28)
    d.paint(d.ellipse(0, 0, 13.4, 7.8), p.main)
    for x in (-7, -1, 5):
        d.paint(d.capsule(x - 1.4, 3.4, x + 2.4, -4, 1.2), p.main, level=4)
        d.paint(d.capsule(x + 0.2, 3.8, x + 4, -3.6, 0.5), p.trim, level=2)


def cheese(c: Canvas, p: Paint) -> None:
    """A wedge of cheese."""
    c.paint(c.poly([(3, 17), (22, 6), (29, 14), (29, 17)]), p.main, level=3)
    side = c.paint(c.poly([(3, 17), (29, 15.4), (29, 26), (3, 28)]), p.main, level=2)
    for x, y, r in ((9, 22, 2.3), (16.6, 24.6, 1.7), (23, 20, 2.6)):
        c.paint(c.ellipse(x, y, r, r * 0.9), p.trim, level=1, clip=[side])
        c.paint(c.ellipse(x + 0.4, y + 0.5, r * 0.7, r * 0.6), p.trim, level=2, clip=[side + 1, side + 3, side + 5])


def meat(c: Canvas, p: Paint) -> None:
    """Meat on the bone."""
    c.paint(c.capsule(14, 18, 26, 27, 1.7), p.trim)
    c.paint(c.ellipse(27.6, 26.2, 2), p.trim)
    c.paint(c.ellipse(25.6, 28.2, 2), p.trim)
    c.paint(c.poly([(5, 12), (9, 5), (17, 4), (22.6, 9), (22, 17), (18, 22.6), (10, 21)], 2), p.main, edge=True)
    c.paint(c.ellipse(11.6, 9.6, 2.8, 2), p.main, level=4)


def egg(c: Canvas, p: Paint) -> None:
    """A spotted egg."""
    body = c.paint(
        c.poly([(16, 2.6), (22, 8), (26.5, 18), (23.5, 26), (16, 29.6), (8.5, 26), (5.5, 18), (10, 8)], 2), p.main
    )
    for k in range(6):
        x, y = 8 + 16 * chance(p.key, "x", k), 9 + 17 * chance(p.key, "y", k)
        c.paint(c.ellipse(x, y, 1.8, 1.5), p.trim, level=2, clip=[body])
    c.paint(c.ellipse(11.8, 10.8, 1.8, 2.6), p.main, level=4)


def leaf(c: Canvas, p: Paint) -> None:
    """A leaf with veins."""
    c.paint(c.poly([(27, 4), (28, 14), (22, 24), (11, 26), (6, 20), (9, 10), (17, 5)], 2), p.main)
    c.paint(c.line((4, 28), (11, 21), (25, 7), width=1.1), p.main, level=1)
    for x, y in ((13, 19), (17.5, 14.5)):
        c.paint(c.line((x, y), (x + 6, y + 1.4), width=0.8), p.main, level=1)
        c.paint(c.line((x, y), (x - 1, y - 5.4), width=0.8), p.main, level=4)


def flower(c: Canvas, p: Paint) -> None:
    """A flower on a stem."""
    c.paint(c.line((16, 16), (16.6, 22), (15.6, 30), width=1.8), p.trim)
    c.paint(c.poly([(16, 26), (20, 21.4), (25, 22), (21, 26.4)], 1), p.trim)
    c.paint(c.poly([(16, 28), (12, 23.4), (7.4, 24), (11, 28)], 1), p.trim)
    for k in range(6):
        a = k * math.tau / 6 + 0.5
        c.paint(
            c.ellipse(16 + math.cos(a) * 5.4, 11 + math.sin(a) * 5.2, 3.7), p.main, bias=-0.12 * math.sin(a), edge=True
        )
    c.paint(c.ellipse(16, 11, 3), ramp_of("f8d048"), shine=True, edge=True)


def cake(c: Canvas, p: Paint) -> None:
    """A slice of something sweet."""
    c.paint(c.box(5, 14, 27, 28, 2), p.trim)
    c.paint(c.box(5, 20, 27, 22), p.main, level=3)
    c.paint(
        c.poly(
            [
                (4, 16),
                (5, 10),
                (16, 8),
                (27, 10),
                (28, 16),
                (25, 19.6),
                (22, 16.6),
                (18.6, 20.4),
                (15, 16.8),
                (11, 20),
                (8, 16.6),
            ],
            1,
        ),
        p.main,
    )
    c.paint(c.ellipse(16, 6.6, 3), ramp_of("d8303c"), shine=True, edge=True)


def carrot(c: Canvas, p: Paint) -> None:
    """A carrot."""
    for x in (-4, 0, 4):
        c.paint(c.line((21, 10), (24 + x, 3 + abs(x) * 0.5), width=2.2), p.trim)
    c.paint(c.poly([(16, 8), (24, 9), (25, 16), (14, 25), (4, 29.4), (8, 19)], 2), p.main)
    for x, y in ((12, 17), (17, 15), (13, 22)):
        c.paint(c.line((x, y), (x + 2.4, y + 2), width=0.8), p.main, level=1)


def feather(c: Canvas, p: Paint) -> None:
    """A quill."""
    c.paint(c.poly([(27, 3), (28, 11), (21, 20), (11, 25), (8.5, 22.5), (12, 12), (19, 5)], 1), p.main)
    c.paint(c.poly([(27, 3), (28, 11), (21, 20), (11, 25), (10, 24)], 0), p.main, level=1)
    c.paint(c.line((4, 29), (12, 21), (26, 5), width=1.0), p.trim, level=3)


def skull(c: Canvas, p: Paint) -> None:
    """A skull."""
    c.paint(c.box(10.4, 19, 21.6, 28.4, 1.6), p.main, bias=-0.1)
    c.paint(c.ellipse(16, 13.6, 11.4, 10.4), p.main)
    for x in (11.4, 20.6):
        c.paint(c.ellipse(x, 15.6, 3.2, 3.5), p.trim, level=0)
        c.dot(x - 0.6, 15, color_at(p.fixed("eye", "e8503c"), 3), 1.3, 1.3)
    c.paint(c.poly([(16, 18.6), (17.8, 22), (14.2, 22)]), p.trim, level=0)
    for x in (12.4, 15.4, 18.4):
        c.dot(x, 24.6, color_at(p.main, 0), 0.8, 3.4)


def candle(c: Canvas, p: Paint) -> None:
    """A candle in a dish."""
    c.paint(c.ellipse(16, 27, 10, 2.8), ramp_of("c8963c"), shine=True)
    c.paint(c.box(11.6, 13.6, 20.4, 27, 1.4), p.main)
    c.paint(c.capsule(13, 14, 12.6, 19, 1.3, 1.5), p.main, level=4)
    c.dot(15.6, 11, color_at(p.main, 0), 1, 3)
    flame(c, 16, 12.4, 3, 9.4, p.trim)
