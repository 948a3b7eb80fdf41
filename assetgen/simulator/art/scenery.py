"""Things that stand in a landscape, on a 48×48 design grid whose ground is y = 45: plants, stones, furniture."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from msgspec import Struct

from assetgen.simulator.art.canvas import Canvas
from assetgen.simulator.art.color import Ramp, adjust, chance, color_at, generator, pick, ramp, ramp_of, rgb
from assetgen.simulator.art.items import flame
from assetgen.simulator.art.words import Brief


class Stuff(Struct, frozen=True):
    """Colours of one thing: `main` is what the prompt colours, `second` its companion; `key` decides details."""

    main: Ramp
    second: Ramp
    third: Ramp
    key: str
    snow: bool = False


_STUFF: dict[str, tuple[tuple[str, ...], str, str]] = {
    "tree": (("4a9a3c", "5aa844", "3c8a4c"), "7a4e30", "d8383c"),
    "pine": (("2f7a4c", "3a7a3c"), "6a4428", "e8f2f8"),
    "palm": (("4ca840",), "a8784c", "8a5a36"),
    "bush": (("4a9a3c", "5a8a34"), "d8386c", "f0b0c0"),
    "rock": (("868c94", "8a8478"), "6b8a3a", "5e6a7c"),
    "stump": (("8a5a36",), "d8b078", "6b8a3a"),
    "log": (("8a5a36",), "d8b078", "6b8a3a"),
    "house": (("b84c3c", "3c6aa8", "8a5a9c", "4c8a5c"), "e8d8b4", "8a5a36"),
    "castle": (("8c929c",), "a8383c", "6a4a34"),
    "tower": (("8c929c",), "4a5aa8", "6a4a34"),
    "well": (("8c929c",), "a8523c", "8a5a36"),
    "barrel": (("a06c3c",), "7c8694", "8a5a36"),
    "crate": (("b07c48",), "7a5434", "8a5a36"),
    "signpost": (("b07c48",), "7a5434", "5a4030"),
    "fence": (("b07c48", "e8e4da"), "7a5434", "8a5a36"),
    "table": (("a06c3c",), "7a5434", "e8d8b4"),
    "lamppost": (("4a5262",), "f8d060", "34323e"),
    "campfire": (("f07a24",), "7a4e30", "868c94"),
    "tent": (("c8603c", "5a8a5c", "4c6aa8"), "e8d8b4", "5a4030"),
    "cactus": (("4a9a54",), "f0709c", "e8d8a0"),
    "statue": (("a0a4a8",), "7c8088", "6b8a3a"),
    "pillar": (("d0ccc0",), "a8a498", "6b8a3a"),
    "gravestone": (("8c929c",), "5a8a3c", "5e6a7c"),
    "ladder": (("a06c3c",), "7a5434", "8a5a36"),
    "bridge": (("a06c3c",), "7a5434", "8a5a36"),
    "door": (("8a5a36",), "8c929c", "f0b92c"),
    "portal": (("8a4fd8", "3c94ec"), "6a6e78", "f0e0ff"),
    "cauldron": (("4a4a54",), "5cc84c", "f07a24"),
    "anvil": (("6a7280",), "7a5434", "8a5a36"),
    "island": (("5aa83c",), "9a6a44", "7a4e30"),
    "mountain": (("7a8090",), "eef4fa", "5a8a4c"),
    "ship": (("8a5a36",), "f2e6c4", "b3433a"),
    "spaceship": (("d0483c", "c4ccd8", "4c7ad0"), "8a94a4", "6ad8f0"),
    "car": (("d0483c", "3c7ad0", "f0b92c"), "8a94a4", "9cdcf0"),
}


def stuff_for(brief: Brief, name: str, key: str) -> Stuff:
    """The colours of a thing, the prompt's words first."""
    mains, second, third = _STUFF[name]
    named = brief.color("roof" if name == "house" else "leaves") or brief.color()
    main = named or rgb(pick(mains, brief.key, "main"))
    if name in ("tree", "bush") and named is None:
        if brief.has("autumn", "fall"):
            main = rgb(pick(("e07a2c", "d8a02c", "c84c2c"), key, "autumn"))
        if brief.has("cherry", "blossom", "sakura", "spring"):
            main = rgb("f0a0c0")
        if brief.has("dead", "withered", "bare"):
            main = rgb("8a7a5c")
    if name in ("gravestone", "rock", "pillar") and brief.has("mossy", "moss"):
        main = adjust(main, 1.0, 0.95)
    other = brief.colors[1] if len(brief.colors) > 1 else rgb(second)
    if name in ("tower", "castle", "well"):
        # The walls take the first colour; a roof's own colour goes to the roof.
        other = brief.color("roof") or other
    if name in ("cauldron", "lamppost", "portal") and named:
        # What boils or shines is meant, not its vessel.
        main, other = (rgb(pick(mains, key, "main")), named) if name != "portal" else (named, other)
    return Stuff(
        ramp(main),
        ramp(brief.color("door") or other),
        ramp_of(third),
        key,
        brief.has("snowy", "snow", "winter", "frozen", "icy"),
    )


def _crown(c: Canvas, s: Stuff, cx: float, cy: float, rx: float, ry: float, key: str) -> None:
    """Foliage: clumps from back to front, dark below, light at the top left, with leaves picked out."""
    rng = generator(s.key, key)
    c.paint(c.ellipse(cx, cy, rx, ry), s.main, bias=-0.3)
    for k in range(11):
        a = k * 2.39996
        d = math.sqrt((k + 0.5) / 11) * 0.86
        x, y = cx + math.cos(a) * rx * d, cy + math.sin(a) * ry * d
        r = (0.34 - 0.06 * d) * (rx + ry) / 2 * (0.85 + 0.3 * float(rng.random()))
        c.paint(
            c.ellipse(x, y, r * 1.1, r), s.main, bias=-0.16 - 0.22 * (y - cy) / ry - 0.10 * (x - cx) / rx, dither=0.10
        )
    n = int(26 * max(1.0, c.scale))
    for _ in range(n):
        a, d = float(rng.random()) * math.tau, math.sqrt(float(rng.random())) * 0.94
        x, y = cx + math.cos(a) * rx * d, cy + math.sin(a) * ry * d
        light = 0.62 - 0.42 * (y - cy) / ry - 0.25 * (x - cx) / rx + (float(rng.random()) - 0.5) * 0.5
        level = 4 if light > 1.02 else 3 if light > 0.66 else 2 if light > 0.3 else 0
        c.dot(x, y, color_at(s.main, level), 1.3 + float(rng.random()), 0.9)
    if s.snow:
        for _ in range(n // 2):
            x = cx + (float(rng.random()) * 2 - 1) * rx * 0.8
            c.dot(
                x,
                cy - ry * math.sqrt(max(0.0, 1 - ((x - cx) / rx) ** 2)) + float(rng.random()) * 3,
                (238, 246, 252),
                2,
                1,
            )


def tree(c: Canvas, s: Stuff) -> None:
    """A broad-leaved tree with roots, sometimes with fruit."""
    t = s.second
    trunk = [
        (21, 45),
        (15.5, 46),
        (19, 42.5),
        (20.6, 36),
        (20, 26),
        (28, 26),
        (27.4, 36),
        (29, 42.5),
        (33, 46),
        (27, 45),
        (24, 46.4),
    ]
    c.paint(c.poly(trunk), t)
    c.paint(c.line((22.6, 30), (22, 40), width=0.9), t, level=3)
    c.paint(c.line((26, 28), (26.4, 41), width=0.9), t, level=0)
    c.paint(c.capsule(21.5, 29, 15, 22, 1.6, 1.0), t)
    c.paint(c.capsule(26.5, 29, 33, 22, 1.6, 1.0), t)
    form = pick(("round", "wide", "tall"), s.key, "form")
    rx, ry = {"round": (17.5, 14.5), "wide": (21, 13), "tall": (15, 16)}[form]
    _crown(c, s, 24, 18.4 if form != "wide" else 19.4, rx, ry, "crown")
    if pick((True, False, False), s.key, "fruit"):
        for k in range(6):
            x, y = 24 + (chance(s.key, "fx", k) - 0.5) * rx * 1.5, 20 + (chance(s.key, "fy", k) - 0.5) * ry * 1.3
            c.paint(c.ellipse(x, y, 1.6), s.third, shine=True, edge=True)


def pine(c: Canvas, s: Stuff) -> None:
    """A conifer in tiers."""
    c.paint(c.poly([(21.4, 46), (22.4, 36), (25.6, 36), (26.6, 46)]), s.second)
    tiers = ((39.5, 14.5, 12), (31.4, 12, 11), (23.2, 9.4, 10), (15.4, 6.6, 9.6))
    for k, (base, half, tall) in enumerate(tiers):
        points = [(24.0, base - tall)]
        for j in range(5):
            f = (j + 1) / 5
            points += [
                (24 + half * f * 0.92, base - tall + tall * f * 0.86),
                (24 + half * f * (0.86 if j == 4 else 0.70), base - tall + tall * f * (1.0 if j == 4 else 0.92)),
            ]
        left = [(48 - x, y) for x, y in reversed(points[1:])]
        part = c.paint(c.poly([*points, *left]), s.main, bias=0.04 - 0.03 * (3 - k), edge=True, dither=0.12)
        for j in range(3):
            x = 24 - half * 0.5 + j * half * 0.4
            c.paint(c.line((x, base - tall * 0.2), (x + 1.4, base - 1.4), width=0.8), s.main, level=1, clip=[part])
        if s.snow:
            c.paint(
                c.poly(
                    [
                        (24, base - tall),
                        (24 + half * 0.5, base - tall * 0.5),
                        (24, base - tall * 0.42),
                        (24 - half * 0.62, base - tall * 0.36),
                    ]
                ),
                s.third,
                clip=[part],
                bias=0.1,
            )


def palm(c: Canvas, s: Stuff) -> None:
    """A palm with coconuts."""
    for k in range(9):
        y = 45 - k * 3.5
        x = 20 + math.sin(k / 8 * 1.5) * 5
        c.paint(
            c.box(x - 2.2 + k * 0.06, y - 3.6, x + 2.2 - k * 0.06, y + 0.6, 0.8),
            s.second,
            bias=0.06 if k % 2 else -0.08,
        )
    top = (25, 14)
    for a in (-2.9, -2.25, -0.9, -0.2, 0.35, 2.75):
        x, y = top[0] + math.cos(a) * 19, top[1] + math.sin(a) * 10 + abs(math.cos(a)) * 7
        mid = ((top[0] + x) / 2, (top[1] + y) / 2 - 5)
        c.paint(
            c.poly([top, (mid[0], mid[1] - 2.2), (x, y), (mid[0], mid[1] + 2.8)], 1),
            s.main,
            bias=-0.1 * math.sin(a),
            edge=True,
        )
    for x, y in ((23, 16), (27, 16.6), (25, 18)):
        c.paint(c.ellipse(x, y, 2), s.third, shine=True, edge=True)


def bush(c: Canvas, s: Stuff) -> None:
    """A bush, sometimes with berries or flowers."""
    for x, y, r in ((13, 37, 9), (35, 37.4, 8.6), (24, 33, 11.4)):
        _crown(c, s, x, y, r * 1.16, r * 0.9, f"{x}")
    if pick((True, True, False), s.key, "berries"):
        for k in range(8):
            berry = c.ellipse(10 + 28 * chance(s.key, "bx", k), 29 + 12 * chance(s.key, "by", k), 1.5)
            c.paint(berry, s.second, shine=True, edge=True)


def rock(c: Canvas, s: Stuff) -> None:
    """A boulder with facets."""
    v = [(chance(s.key, "rock", k) - 0.5) * 4 for k in range(6)]
    c.paint(
        c.poly(
            [
                (4, 44),
                (5 + v[0], 32),
                (13, 21 + v[1]),
                (25 + v[2], 16),
                (36, 22 + v[3]),
                (43 + v[4] * 0.5, 33),
                (44, 44),
                (34, 46),
                (14, 46),
            ]
        ),
        s.main,
    )
    c.paint(c.poly([(13, 21 + v[1]), (25 + v[2], 16), (29, 24), (20, 29), (10, 27)]), s.main, level=3)
    c.paint(c.poly([(36, 22 + v[3]), (43 + v[4] * 0.5, 33), (44, 44), (34, 46), (31, 34)]), s.main, level=1)
    c.paint(c.line((29, 24), (31, 34), (28, 41), width=1.0), s.main, level=0)
    c.paint(c.line((20, 29), (17, 36), width=0.9), s.main, level=1)
    c.dot(16, 23, color_at(s.main, 4), 5, 1.2)
    if s.snow:
        c.paint(
            c.poly([(11, 25), (14, 20 + v[1]), (25 + v[2], 15.4), (35, 21 + v[3]), (30, 24), (24, 21.4), (18, 25)], 1),
            ramp_of("eef6fc"),
        )
    else:
        for k in range(5):
            c.dot(7 + 30 * chance(s.key, "m", k), 40 + 4 * chance(s.key, "n", k), color_at(s.second, 2 + k % 2), 3, 1.4)


def stump(c: Canvas, s: Stuff) -> None:
    """A tree stump."""
    c.paint(c.poly([(12, 30), (36, 30), (37, 40), (43, 46), (32, 45), (24, 47), (15, 45), (5, 46), (11, 40)]), s.main)
    for x in (16, 22, 29, 33):
        c.paint(c.line((x, 33), (x - 0.6, 42), width=0.9), s.main, level=1)
    c.paint(c.ellipse(24, 30, 12, 4.6), s.second, bias=0.1, edge=True)
    for r in (0.72, 0.42):
        c.paint(c.ellipse(24, 30, 12 * r, 4.6 * r), s.second, level=1)
        c.paint(c.ellipse(24, 30, 12 * r - 1.3, 4.6 * r - 0.9), s.second, level=2)


def log(c: Canvas, s: Stuff) -> None:
    """A fallen log."""
    c.paint(c.capsule(11, 38, 38, 38, 7.5), s.main)
    for y in (34, 38.5, 42):
        c.paint(c.line((14, y), (38, y - 0.5), width=0.9), s.main, level=1)
    c.paint(c.ellipse(10, 38, 4.8, 7.4), s.second, edge=True, bias=0.1)
    c.paint(c.ellipse(10, 38, 2.6, 4.4), s.second, level=1)
    c.paint(c.ellipse(10, 38, 1.7, 3.4), s.second, level=2)
    c.paint(c.ellipse(28, 31.6, 7, 1.8), s.third)


def cactus(c: Canvas, s: Stuff) -> None:
    """A cactus with a flower."""
    c.paint(c.capsule(24, 44, 24, 14, 5.6), s.main)
    for points in (((13, 22), (13, 30), (24, 32)), ((35, 17), (35, 25), (24, 27))):
        for p, q in pairwise(points):
            c.paint(c.capsule(*p, *q, 3.4), s.main, edge=True)
    c.paint(c.capsule(24, 44, 24, 14, 5.0), s.main)
    for x in (21.4, 24, 26.6):
        for k in range(7):
            c.dot(x - 0.4, 14 + k * 4.2 + (x % 2) * 2, color_at(s.main, 4 if x < 24 else 0), 0.8, 1.4)
    for a in range(5):
        c.paint(c.ellipse(24 + math.cos(a * 1.256) * 2.4, 8.4 + math.sin(a * 1.256) * 2, 1.7), s.second)
    c.paint(c.ellipse(24, 8.4, 1.2), ramp_of("f8d84c"))


def island(c: Canvas, s: Stuff) -> None:
    """A floating island with a tree."""
    c.paint(c.poly([(4, 29), (44, 29), (38, 37), (31, 40), (26, 46.5), (20, 41), (12, 38)]), s.second, dither=0.1)
    c.paint(c.poly([(44, 29), (38, 37), (31, 40), (26, 46.5), (28, 36), (34, 31)]), s.second, level=1)
    c.paint(c.ellipse(24, 28.6, 20.6, 4.8), s.main, bias=0.1, edge=True)
    for k in range(9):
        x = 5 + k * 4.5
        c.paint(c.poly([(x - 2.2, 30), (x + 2.2, 30), (x, 33.6 + (k % 3))]), s.main, bias=-0.1)
    small = c.at(14, 2.0, 0, 0.6)
    tree(small, Stuff(s.main, s.third, ramp_of("d8383c"), s.key, s.snow))


def mountain(c: Canvas, s: Stuff) -> None:
    """A peak with snow."""
    c.paint(c.poly([(1, 46), (14, 24), (20, 29), (30, 6), (47, 46)]), s.main, level=2)
    c.paint(c.poly([(30, 6), (47, 46), (26, 46), (32, 30), (28, 20)]), s.main, level=1)
    c.paint(c.poly([(14, 24), (20, 29), (22, 36), (16, 46), (10, 46), (15, 35)]), s.main, level=1)
    c.paint(c.poly([(30, 6), (36.8, 22), (33, 19), (31, 24), (28, 18), (24.6, 20.6), (24, 20)]), s.second, level=2)
    c.paint(c.poly([(30, 6), (36.8, 22), (33, 19), (31.6, 15)]), s.second, level=1)
    c.paint(c.poly([(14, 24), (17.6, 27.2), (15, 29), (13, 27.6), (10.6, 29.8)]), s.second, level=2)


def campfire(c: Canvas, s: Stuff) -> None:
    """A fire on logs in a ring of stones."""
    for k in range(7):
        a = math.pi + k * math.pi / 6
        c.paint(c.ellipse(24 + math.cos(a) * 15, 40 + math.sin(a) * 3.4, 3, 2.4), s.third)
    flame(c, 24, 41, 9, 30, s.main)
    c.paint(c.capsule(13, 44, 34, 39, 2.4), s.second, edge=True)
    c.paint(c.capsule(35, 44, 14, 39, 2.4), s.second, edge=True)
    for k in range(5):
        c.paint(c.ellipse(12 + k * 6, 45 - (k % 2) * 0.4, 3, 2.2), s.third, edge=True)


Recipe = Callable[[Canvas, Stuff], None]
NATURE: dict[str, Recipe] = {
    f.__name__: f for f in (tree, pine, palm, bush, rock, stump, log, cactus, island, mountain, campfire)
}
