"""Effects over time: fire, explosions, lightning, smoke, magic, water, slashes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from assetgen.simulator.art.canvas import BAYER4, Canvas, Picture
from assetgen.simulator.art.color import Ramp, adjust, color_at, generator, gradient, mix, ramp_of, rgb
from assetgen.simulator.art.items import star_points
from assetgen.simulator.art.noise import Floats, fractal
from assetgen.simulator.art.words import Brief

_HOT: dict[str, tuple[str, str, str, str, str]] = {
    "fire": ("6a1c24", "c8321e", "f0741e", "f8be3c", "fff2b4"),
    "explosion": ("4a2434", "b8301e", "f0701e", "f8c444", "fff6d0"),
    "lightning": ("34307a", "4a6ae8", "6ab4f8", "c4ecff", "ffffff"),
    "smoke": ("44424e", "6a6874", "8e8c96", "b4b2ba", "dcdce0"),
    "magic": ("3c1c6a", "7a34c8", "b45af0", "e49cfa", "fff0ff"),
    "heal": ("1c5a34", "2ca04c", "5cd05c", "b4f08c", "fffff0"),
    "splash": ("1c3a8a", "2c6ad8", "4ca4f0", "9cdcfa", "ffffff"),
    "slash": ("3a4a7a", "6a94d8", "a4d0f4", "e4f4fc", "ffffff"),
    "fireball": ("6a1c24", "c8321e", "f0741e", "f8be3c", "fff2b4"),
}
ENDLESS = frozenset({"fire", "magic", "fireball", "heal", "smoke"})
"""Effects whose last frame leads into the first."""


def colors_for(kind: str, brief: Brief) -> Ramp:
    """Five colours from the cool rim to the hot core."""
    color = brief.color() or brief.color("glow")
    if color is None and kind == "magic" and brief.has("green", "poison"):
        color = rgb("lime")
    if color is None or (
        kind in ("fire", "explosion", "fireball")
        and brief.colors
        and brief.has("burning", "fiery")
        and not brief.color()
    ):
        return gradient(*_HOT[kind])
    if kind in ("fire", "explosion", "fireball") and color == rgb("orange"):
        return gradient(*_HOT[kind])
    return gradient(
        adjust(color, 1.1, 0.38, -14),
        adjust(color, 1.1, 0.72, -8),
        color,
        mix(adjust(color, 0.9, 1.2, 8), (255, 255, 220), 0.45),
        mix(color, (255, 255, 245), 0.88),
    )


def effect_frames(brief: Brief, kind: str, size: int, count: int, key: str) -> list[Picture]:
    """`count` square transparent frames of an effect."""
    return EFFECTS[kind](size, count, colors_for(kind, brief), key)


def _grid(size: int) -> tuple[Floats, Floats]:
    axis = (np.arange(size) + 0.5) / size * 2 - 1
    return np.broadcast_to(axis, (size, size)), np.broadcast_to(axis[:, None], (size, size))


def _heat(
    field: Floats, colors: Ramp, limits: tuple[float, ...] = (0.0, 0.18, 0.38, 0.6, 0.82), dither: float = 0.06
) -> Picture:
    """A picture of a heat field: transparent below the first limit, then one colour a step."""
    size = field.shape[0]
    if dither:
        field = field + np.tile(BAYER4, (-(-size // 4), -(-size // 4)))[:size, :size] * dither
    step: NDArray[np.intp] = np.zeros(field.shape, np.intp)
    for limit in limits:
        step += field > limit
    out = np.zeros((size, size, 4), np.uint8)
    out[..., :3] = colors[np.clip(step - 1, 0, len(colors) - 1)]
    out[..., 3] = 255
    out[step == 0] = 0
    out[0], out[-1], out[:, 0], out[:, -1] = 0, 0, 0, 0
    return out


def _dots(picture: Picture, points: list[tuple[float, float, int]], colors: Ramp, big: bool) -> None:
    """Sparks at places in −1…1 with a colour step each."""
    size = picture.shape[0]
    for x, y, step in points:
        px, py = int((x + 1) / 2 * size), int((y + 1) / 2 * size)
        side = 2 if big else 1
        if 1 <= px < size - side and 1 <= py < size - side:
            picture[py : py + side, px : px + side, :3] = colors[step]
            picture[py : py + side, px : px + side, 3] = 255


def fire(size: int, count: int, colors: Ramp, key: str) -> list[Picture]:
    """A fire that burns for ever: noise rises and wraps."""
    rng = generator(key, "fire")
    u, v = _grid(size)
    noise = fractal(size, size, 5, 3, rng)
    slow = fractal(size, size, 3, 2, rng)
    frames = []
    for k in range(count):
        rise = round(k * size / count)
        turbulence = np.roll(noise, -rise, axis=0) * 0.75 + np.roll(slow, -rise * 2, axis=0) * 0.45
        lick = 0.16 * np.sin(k / count * math.tau + v * 4.2) * (0.9 - v)
        height = (0.86 - v) / 1.75
        width = 0.74 * np.sqrt(np.clip(1 - height, 0, 1)) + 0.02
        body = 1 - (np.abs(u + lick * 0.5) / np.maximum(width, 0.05)) ** 1.7
        heat = body * (1.02 - height * 0.9) + (turbulence - 0.62) * (0.5 + height * 1.1)
        heat = np.where(v > 0.88 - 0.16 * np.abs(u), -1.0, heat)
        heat = np.where((height > 1) | (height < -0.02), -1.0, heat)
        picture = _heat(heat, colors, (0.02, 0.16, 0.36, 0.58, 0.80))
        sparks = []
        for s in range(5):
            life = (k / count + s * 0.21) % 1.0
            sparks.append((math.sin(s * 2.4 + life * 3) * 0.38, 0.1 - life * 0.98, 3 if life < 0.5 else 2))
        _dots(picture, sparks, colors, size >= 56)
        frames.append(picture)
    return frames


def explosion(size: int, count: int, colors: Ramp, key: str) -> list[Picture]:
    """A flash, a ball of fire, and smoke that breaks up."""
    rng = generator(key, "explosion")
    u, v = _grid(size)
    d, angle = np.hypot(u, v), np.arctan2(v, u)
    noise = fractal(size, size, 5, 3, rng)
    ray = np.interp(angle, np.linspace(-math.pi, math.pi, 25), np.append(rng.random(24), [0.5]))
    smoke = gradient("34303c", "4c4854", "6c6872", "8e8a92")
    sparks = [(rng.random() * math.tau, 0.55 + rng.random() * 0.5) for _ in range(14)]
    frames = []
    for k in range(count):
        t = (k + 0.6) / count
        radius = 0.8 * (1 - (1 - min(t * 1.9, 1)) ** 2.4) + 0.06
        fade = max(0.0, (t - 0.32) / 0.68)
        heat = (
            (1 - d / radius) * 1.5 + (noise - 0.5) * (0.8 + fade) + (ray - 0.5) * 0.34 * (1 - fade) - fade * 0.95 + 0.16
        )
        if t < 0.14:
            heat = 1.2 - d / 0.42 + ray * 0.6
        picture = _heat(heat, colors, (0.06, 0.2, 0.4, 0.62, 0.9))
        if t > 0.3:
            puff = (1 - np.abs(d - radius * 0.62) / (radius * 0.44)) + (noise - 0.5) * 2.2 - fade * 1.15 + 0.12
            cloud = _heat(puff + (-u - v * 1.2) * 0.12, smoke, (0.16, 0.4, 0.62, 0.86))
            behind = (picture[..., 3] == 0) & (cloud[..., 3] > 0) & (v < 0.95)
            picture[behind] = cloud[behind]
        _dots(
            picture,
            [
                (
                    math.cos(a) * s * min(1, t * 1.5) * 0.98,
                    math.sin(a) * s * min(1, t * 1.5) * 0.98 + t * t * 0.16,
                    3 if t < 0.6 else 2,
                )
                for a, s in sparks
            ],
            colors,
            size >= 48,
        )
        frames.append(picture)
    return frames


def _bolt(
    c: Canvas, rng: np.random.Generator, x: float, y0: float, y1: float, width: float, colors: Ramp, depth: int = 0
) -> None:
    points = [(x, y0)]
    steps = max(3, round((y1 - y0) / 4))
    for k in range(1, steps + 1):
        x += float(rng.random() - 0.5) * 8
        x = min(max(x, 5), 27)
        points.append((x, y0 + (y1 - y0) * k / steps))
    soft = ramp_of("6ab4f8")
    glow = np.array([colors[0], colors[1], colors[1], colors[2], colors[2]], np.uint8)
    core = np.array([colors[2], colors[3], colors[4], colors[4], colors[4]], np.uint8)
    c.paint(c.line(*points, width=width + 1.4), glow, level=1)
    c.paint(c.line(*points, width=width), core, level=2)
    if depth < 1:
        for _ in range(2):
            at = points[int(rng.integers(1, len(points) - 1))]
            _bolt(c, rng, at[0], at[1], min(at[1] + 9, y1), width * 0.6, colors, depth + 1)
    _ = soft


def lightning(size: int, count: int, colors: Ramp, key: str) -> list[Picture]:
    """Bolts that strike, with a burst where they hit."""
    frames = []
    for k in range(count):
        c = Canvas(size, size, scale=size / 32)
        rng = generator(key, "bolt", k // 2)
        strength = (1.5, 0.8, 1.3, 0.6)[k % 4]
        # Between strikes a thin thread of light stays.
        _bolt(c, rng, 16 + float(rng.random() - 0.5) * 6, 2, 27, strength if k % 8 < 6 else 0.3, colors)
        flare = np.array([colors[0], colors[1], colors[2], colors[3], colors[4]], np.uint8)
        r = 5 - (k % 4) * 0.8
        c.paint(c.ellipse(16, 27.4, r * 1.5, r * 0.42), flare, level=1)
        c.paint(c.ellipse(16, 27.4, r, r * 0.28), flare, level=3)
        spread = generator(key, "spark", k)
        for _ in range(6):
            c.dot(
                16 + float(spread.random() - 0.5) * 18, 27 - float(spread.random()) * 10, color_at(colors, 3), 0.8, 0.8
            )
        frames.append(_framed(c))
    return frames


def smoke(size: int, count: int, colors: Ramp, key: str) -> list[Picture]:
    """Puffs that rise, swell and thin out, for ever."""
    rng = generator(key, "smoke")
    puffs = [(float(rng.random() - 0.5), float(rng.random()), 0.7 + float(rng.random()) * 0.5) for _ in range(11)]
    tones = np.array([colors[0], colors[1], colors[2], colors[3], colors[4]], np.uint8)
    frames = []
    for k in range(count):
        c = Canvas(size, size, scale=size / 32)
        t = (k + 0.5) / count
        order = sorted(puffs, key=lambda p: p[1])
        for x, delay, r in order:
            life = (t + delay) % 1.0
            grow = 4.6 * r * math.sin(min(1.0, life * 1.15) * math.pi * 0.9) ** 0.7
            c.paint(
                c.ellipse(16 + x * (8 + 12 * life), 26 - life * 17 * r, max(grow, 0.8), max(grow * 0.9, 0.8)),
                tones,
                bias=0.12 - life * 0.1,
                shine=True,
            )
        frames.append(_framed(c))
    return frames


def _sparkle(c: Canvas, x: float, y: float, r: float, colors: Ramp, hot: int = 4) -> None:
    if r * c.scale < 1.2:
        c.dot(x - 0.5, y - 0.5, color_at(colors, hot - 1), 1, 1)
        return
    tones = np.array([colors[1], colors[2], colors[3], colors[hot], colors[4]], np.uint8)
    c.paint(c.poly(star_points(x, y, r, 0.3, 4)), tones, level=2)
    c.paint(c.poly(star_points(x, y, r * 0.55, 0.4, 4)), tones, level=4)


def magic(size: int, count: int, colors: Ramp, key: str) -> list[Picture]:
    """Two spirals of light around a pulsing core."""
    frames = []
    for k in range(count):
        c = Canvas(size, size, scale=size / 32)
        t = k / count * math.tau
        tones = np.array([colors[0], colors[0], colors[1], colors[2], colors[3]], np.uint8)
        pulse = 1 + 0.12 * math.sin(t * 2)
        ring = c.ellipse(16, 16, 11.6 * pulse, 11.6 * pulse).cut(c.ellipse(16, 16, 10.2 * pulse, 10.2 * pulse))
        c.paint(ring, tones, level=2)
        for arm in range(3):
            for step in range(9):
                a = t + arm * math.tau / 3 - step * 0.26
                r = 13.4 - step * 1.25
                w = 2.0 - step * 0.16
                c.paint(
                    c.ellipse(16 + math.cos(a) * r, 16 + math.sin(a) * r, w, w),
                    tones,
                    level=min(4, 1 + (9 - step) // 3 + 1),
                )
        core = np.array([colors[0], colors[1], colors[2], colors[3], colors[4]], np.uint8)
        c.paint(c.ellipse(16, 16, 4.6 * pulse), core, level=2)
        c.paint(c.ellipse(16, 16, 3.2 * pulse), core, level=3)
        c.paint(c.ellipse(16, 16, 1.8 * pulse), core, level=4)
        for s in range(6):
            a, life = s * 2.4 + 0.7, (k / count + s * 0.17) % 1.0
            _sparkle(
                c,
                16 + math.cos(a) * (4 + 10 * life),
                16 + math.sin(a) * (4 + 10 * life),
                2.3 * math.sin(life * math.pi),
                colors,
            )
        frames.append(_framed(c))
    return frames


def heal(size: int, count: int, colors: Ramp, key: str) -> list[Picture]:
    """Crosses and sparks that rise from a ring of light."""
    rng = generator(key, "heal")
    seeds = [(float(rng.random()), float(rng.random()), k % 3 == 0) for k in range(10)]
    frames = []
    for k in range(count):
        c = Canvas(size, size, scale=size / 32)
        tones = np.array([colors[0], colors[1], colors[2], colors[3], colors[4]], np.uint8)
        pulse = 1 + 0.08 * math.sin(k / count * math.tau)
        c.paint(c.ellipse(16, 27, 11.5 * pulse, 3.2 * pulse), tones, level=1)
        c.paint(c.ellipse(16, 27, 9.6 * pulse, 2.3 * pulse), tones, level=2)
        c.paint(c.ellipse(16, 27, 6 * pulse, 1.2 * pulse), tones, level=3)
        for x, start, cross in seeds:
            life = (k / count + start) % 1.0
            px, py, r = 5 + 22 * x, 26 - life * 22, 2.6 * math.sin(life * math.pi) ** 0.6
            if cross and r > 1:
                c.paint(c.box(px - r * 0.4, py - r, px + r * 0.4, py + r), tones, level=3)
                c.paint(c.box(px - r, py - r * 0.4, px + r, py + r * 0.4), tones, level=3)
                c.dot(px - 0.4, py - 0.6, color_at(colors, 4), 1, 1)
            else:
                _sparkle(c, px, py, r, colors)
        frames.append(_framed(c))
    return frames


def splash(size: int, count: int, colors: Ramp, key: str) -> list[Picture]:
    """A crown of water, drops that fall, rings that widen."""
    rng = generator(key, "splash")
    drops = [
        (float(rng.random() - 0.5) * 1.5, 0.75 + float(rng.random()) * 0.6, 0.7 + float(rng.random()) * 0.9)
        for _ in range(15)
    ]
    tones = np.array([colors[0], colors[1], colors[2], colors[3], colors[4]], np.uint8)
    frames = []
    for k in range(count):
        c = Canvas(size, size, scale=size / 32)
        t = (k + 0.6) / count
        wide = 3 + 11 * math.sqrt(t)
        outer, inner = (
            c.ellipse(16, 27, wide, wide * 0.26),
            c.ellipse(16, 27, max(wide - 1.8, 0.5), max(wide * 0.26 - 0.9, 0.3)),
        )
        c.paint(outer.cut(inner), tones, level=2 if t < 0.6 else 1)
        if t < 0.55:
            tall = 17 * math.sin(t / 0.55 * math.pi)
            c.paint(
                c.poly(
                    [
                        (16 - wide * 0.7, 27),
                        (16 - wide * 0.95, 27 - tall * 0.7),
                        (16 - wide * 0.3, 27 - tall * 0.4),
                        (16, 27 - tall),
                        (16 + wide * 0.3, 27 - tall * 0.4),
                        (16 + wide * 0.95, 27 - tall * 0.7),
                        (16 + wide * 0.7, 27),
                    ],
                    1,
                ),
                tones,
                shine=True,
            )
        for x, speed, r in drops:
            y = 27 - (speed * 34 * t - 32 * t * t)
            if y < 28:
                c.paint(c.ellipse(16 + x * 16 * t + x * 3, y, r * 1.05 + 0.1), tones, shine=True, bias=0.1)
        frames.append(_framed(c))
    return frames


def slash(size: int, count: int, colors: Ramp, key: str) -> list[Picture]:
    """A crescent of light that sweeps and fades."""
    frames = []
    for k in range(count):
        c = Canvas(size, size, scale=size / 32)
        t = (k + 0.5) / count
        head = -1.3 + 2.0 * min(1.0, t * 2.2) ** 0.8
        length = head + 2.5 - 0.9 * max(0.0, t - 0.5)
        tones = np.array([colors[0], colors[1], colors[2], colors[3], colors[4]], np.uint8)
        for width, level in ((1.0, 1), (0.66, 2), (0.34, 4)):
            outer, inner = [], []
            for s in range(13):
                f = s / 12
                a = head - length * f
                thick = 4.6 * math.sin(f * math.pi) ** 0.7 * width * (1.0 - 0.6 * max(0.0, t - 0.3) / 0.7)
                outer.append((16 + math.cos(a) * (11.0 - (1 - width)), 16 + math.sin(a) * (11.0 - (1 - width))))
                inner.append((16 + math.cos(a) * (10.6 - thick), 16 + math.sin(a) * (10.6 - thick)))
            c.paint(c.poly([*outer, *reversed(inner)]), tones, level=level)
        for s in range(5):
            a = head - s * 0.5
            _sparkle(c, 16 + math.cos(a) * (11 + s % 3), 16 + math.sin(a) * (11 + s % 3), 2.4 * (1 - t) + 0.4, colors)
        frames.append(_framed(c))
    return frames


def fireball(size: int, count: int, colors: Ramp, key: str) -> list[Picture]:
    """A ball of fire that flies to the right, its tail flickering."""
    rng = generator(key, "ball")
    u, v = _grid(size)
    noise = fractal(size, size, 5, 3, rng)
    frames = []
    for k in range(count):
        flow = np.roll(noise, -round(k * size / count), axis=1)
        ball = 1.0 - np.hypot(u - 0.36, v) / 0.44
        tail_width = np.clip(0.36 * (u + 1.0) / 1.36, 0.02, None)
        tail = np.where(
            u < 0.4, 0.75 - (np.abs(v + 0.05 * np.sin(k / count * math.tau + u * 5)) / tail_width) ** 1.5 * 0.7, -1
        )
        heat = np.maximum(ball * 1.5, tail - (0.36 - u) * 0.42) + (flow - 0.5) * 0.66
        heat = np.where(u < -0.94, -1, heat)
        frames.append(_heat(heat, colors, (0.08, 0.24, 0.42, 0.66, 0.94)))
    return frames


def _framed(c: Canvas) -> Picture:
    """The canvas's picture with an empty border pixel, so that frames never touch."""
    out = c.picture()
    out[0], out[-1], out[:, 0], out[:, -1] = 0, 0, 0, 0
    return out


EFFECTS: dict[str, Callable[[int, int, Ramp, str], list[Picture]]] = {
    f.__name__: f for f in (fire, explosion, lightning, smoke, magic, heal, splash, slash, fireball)
}
