"""Ships and cars, on the 48×48 grid of scenery."""

from __future__ import annotations

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import color_at, ramp_of
from assetgen.simulator.art.items import star_points
from assetgen.simulator.art.scenery import Stuff


def ship(c: Canvas, s: Stuff) -> None:
    """A sailing ship."""
    c.paint(c.box(23, 4, 25.4, 36), s.main)
    sail = c.paint(c.poly([(11, 9), (37, 9), (39, 18), (36, 27), (12, 27), (14, 18)], 1), s.second, edge=True)
    c.paint(c.poly(star_points(25, 18, 5.6)), s.third, level=2, clip=[sail])
    c.paint(c.poly([(25, 2.6), (33, 4.4), (25, 7)]), s.third)
    hull = c.paint(
        c.poly([(2, 30), (9, 34), (38, 34), (46, 28), (41, 43), (34, 46), (12, 46), (6, 42)]), s.main, edge=True
    )
    for y in (37.6, 41):
        c.paint(c.box(2, y, 46, y + 0.9), s.main, level=1, clip=[hull])
    for x in (14, 22, 30):
        c.paint(c.ellipse(x, 39.4, 1.6), s.main, level=0)


def spaceship(c: Canvas, s: Stuff) -> None:
    """A small fighter, nose up."""
    for x in (13.6, 34.4):
        c.paint(c.poly([(x - 2, 40), (x + 2, 40), (x, 47)]), ramp_of("f8a030"), level=3)
        c.paint(c.capsule(x, 27, x, 39, 3.2), s.second, shine=True)
    for k in (-1, 1):
        c.paint(
            c.poly([(24 + k * 4, 20), (24 + k * 20, 36), (24 + k * 20, 41), (24 + k * 5, 38)]),
            s.main,
            edge=True,
            bias=0.04 * -k,
        )
    c.paint(c.poly([(24, 1.6), (28, 9), (30, 24), (28.6, 41), (19.4, 41), (18, 24), (20, 9)], 1), s.main, edge=True)
    c.paint(c.ellipse(24, 17.6, 2.9, 5.4), s.third, shine=True, edge=True)
    c.dot(23.4, 28, color_at(s.main, 0), 1.2, 10)
    c.paint(c.box(21.4, 40, 26.6, 43.4), s.second)


def car(c: Canvas, s: Stuff) -> None:
    """A round little car."""
    c.paint(c.poly([(11, 28), (16, 16), (34, 16), (40, 28)], 1), s.main)
    c.paint(c.poly([(14.4, 27), (18, 19), (24, 19), (24, 27)]), s.third, shine=True)
    c.paint(c.poly([(26, 27), (26, 19), (32.6, 19), (37, 27)]), s.third)
    c.paint(c.poly([(2, 30), (8, 27), (40, 27), (46, 31), (46, 40), (2, 40)], 1), s.main, edge=True)
    for x in (12, 36):
        c.paint(c.ellipse(x, 40, 5.4), ramp_of("3a3a44"), edge=True)
        c.paint(c.ellipse(x, 40, 2.4), s.second, shine=True)
    c.dot(43, 31, (252, 232, 140), 2.4, 3)
