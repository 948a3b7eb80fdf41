"""Ground and wall textures. Each one wraps around its edges, so it tiles with itself in both directions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from assetgen.simulator.art.canvas import BAYER4, Picture
from assetgen.simulator.art.color import RGB, Ramp, adjust, color_at, generator, mix, pick, ramp, rgb
from assetgen.simulator.art.noise import Floats, cells, fractal, value_noise
from assetgen.simulator.art.surfaces import Steps, bands, brick, carpet, metal, roof, tiles, wood
from assetgen.simulator.art.weather import weathered
from assetgen.simulator.art.words import Brief

_BASE: dict[str, tuple[str, ...]] = {
    "grass": ("4f9a34", "5aa83c"),
    "dirt": ("9a6a44", "8a5c3c"),
    "sand": ("e0c080", "dcb874"),
    "stone": ("868c94", "7c8288"),
    "gravel": ("8c8880", "7e8088"),
    "brick": ("a8523c", "9a4a3c"),
    "wood": ("a06c40", "94623c"),
    "water": ("2f7cd0", "2c8cc8"),
    "lava": ("e85a1c",),
    "snow": ("e4eef6",),
    "ice": ("9cd4f0",),
    "metal": ("8894a4", "7c8898"),
    "moss": ("5a7a38",),
    "leaves": ("3c7a34", "448438"),
    "swamp": ("5a6a3c",),
    "void": ("241c3c",),
    "carpet": ("a8303c", "3c4a9c", "6a3c8c"),
    "tiles": ("d8d0c0", "c0c8d0"),
    "roof": ("b0523c", "8a4a5c"),
}


def texture(brief: Brief, width: int, height: int, key: str, name: str | None = None) -> Picture:
    """An opaque wrapping texture (height, width, 4) for the terrain that a prompt names."""
    kind = name or (brief.subject if brief.subject in TERRAINS else "")
    if not kind:
        kind = pick(tuple(TERRAINS), brief.key, "terrain")
    rng = generator(key, kind, "texture")
    base = brief.color() or rgb(pick(_BASE[kind], brief.key, "base"))
    if brief.has("dark", "burnt", "charred", "night") and not brief.color():
        base = adjust(base, 0.9, 0.68)
    if brief.has("dry", "dead", "withered"):
        base = mix(base, rgb("c0a060"), 0.5)
    if brief.has("volcanic", "scorched"):
        base = brief.color() or (rgb("4a4048") if kind != "lava" else rgb("e85a1c"))
    steps, colors = TERRAINS[kind](width, height, ramp(base), base, rng)
    out = colors[steps]
    out = weathered(out, brief, kind, width, height, rng)
    picture: Picture = np.dstack([_calm_border(out), np.full((height, width), 255, np.uint8)])
    return picture


def _calm_border(out: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The wrapping texture rolled so that its border runs through a quiet place, not along a joint."""
    for axis in (0, 1):
        change = np.abs(np.diff(out.astype(np.int32), axis=axis, prepend=np.take(out, [-1], axis=axis)))
        profile = change.sum(axis=(1 - axis, 2))
        out = np.roll(out, -int(profile.argmin()), axis=axis)
    return out


def _dither(field: Floats, amount: float) -> Floats:
    """Ordered dither that wraps, since it needs sizes in fours; others get a gentler checker of two."""
    h, w = field.shape
    pattern = BAYER4 if h % 4 == 0 and w % 4 == 0 else BAYER4[:2, :2] * 0
    tiled = np.tile(pattern, (-(-h // pattern.shape[0]), -(-w // pattern.shape[1])))[:h, :w]
    return np.asarray(field + tiled * amount)


def grass(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Short strokes of light and shadow over soft patches."""
    patches = fractal(w, h, max(2, w // 16), 2, rng)
    out = 1 + bands(_dither(patches, 0.16), 0.52)
    n = max(6, w * h // 18)
    xs, ys = rng.integers(0, w, n), rng.integers(0, h, n)
    tone = rng.random(n)
    for x, y, t in zip(xs, ys, tone, strict=True):
        tall = 2 if t < 0.7 else 3
        for k in range(tall):
            out[(y - k) % h, x] = 3 if t > 0.55 else 0 if t < 0.16 else 2 if t < 0.36 else 1
        if t > 0.9 and w >= 16:
            out[(y - tall + 1) % h, (x + 1) % w] = 4
            out[(y + 1) % h, (x - 1) % w] = 1
    return out, np.array(
        [
            mix(color_at(r, 1), color_at(r, 0), 0.35),
            mix(color_at(r, 1), base, 0.42),
            base,
            color_at(r, 3),
            mix(color_at(r, 3), color_at(r, 4), 0.45),
        ],
        np.uint8,
    )


def dirt(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Streaky earth with crumbs and small stones."""
    streaks = fractal(w, h, max(2, w // 5), 2, rng, stretch=2.6)
    out = 1 + bands(_dither(streaks, 0.12), 0.34, 0.74)
    for _ in range(max(2, w * h // 120)):
        x, y = int(rng.integers(0, w)), int(rng.integers(0, h))
        out[y, x] = 3
        out[y, (x + 1) % w] = 3
        out[(y + 1) % h, x] = 0
        out[(y + 1) % h, (x + 1) % w] = 0
    return out, np.array(
        [color_at(r, 1), mix(color_at(r, 1), base, 0.6), base, mix(base, color_at(r, 3), 0.55), color_at(r, 3)],
        np.uint8,
    )


def sand(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Wind ripples."""
    warp = fractal(w, h, 2, 2, rng) * 2.4
    y = (np.arange(h) + 0.5)[:, None]
    waves = max(2, round(h / 8))
    ripple = np.sin(y / h * np.pi * 2 * waves + warp * 4)
    grain = value_noise(w, h, w // 2 or 1, h // 2 or 1, rng)
    out = 1 + bands(ripple * 0.62 + grain * 0.6, 0.0, 0.78)
    speck = rng.random((h, w))
    out[speck > 0.985] = 0
    return out, np.array(
        [color_at(r, 1), mix(color_at(r, 1), base, 0.72), base, mix(base, color_at(r, 3), 0.6), color_at(r, 3)],
        np.uint8,
    )


def _cobbles(w: int, h: int, size: float, gap: float, rng: np.random.Generator) -> tuple[Steps, NDArray[np.intp]]:
    near, second, number, vx, vy = cells(w, h, max(2, round(w / size)), rng, jitter=0.62)
    rim = second - near
    lift = -(vx * 0.5 + vy * 0.78) / size
    # vx, vy point from the pixel's cell centre to the pixel: light falls on the side towards the top left.
    out = 1 + bands(lift + (rng.random(number.max() + 1) * 0.24)[number], -0.13, 0.36)
    out = np.where(rim < gap, 0, out)
    return out, number


def stone(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Rounded cobbles, each lit by itself."""
    out, number = _cobbles(w, h, max(4.0, min(w / 3, 8 + w / 24)), 1.25, rng)
    moss = rng.random(number.max() + 1)[number]
    out = np.where((out > 0) & (moss > 0.82), np.maximum(out - 1, 1), out)
    pits = rng.random((h, w)) > 0.975
    out = np.where(pits & (out > 1), out - 1, out)
    return out, np.array(
        [mix(color_at(r, 0), color_at(r, 1), 0.45), color_at(r, 1), base, color_at(r, 3), color_at(r, 4)], np.uint8
    )


def gravel(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Small stones."""
    out, _ = _cobbles(w, h, 4.2, 0.7, rng)
    return out, np.array(
        [color_at(r, 1), mix(color_at(r, 1), base, 0.6), base, mix(base, color_at(r, 3), 0.7), color_at(r, 3)], np.uint8
    )


def water(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Caustic lines over a slow swell."""
    near, second, _, _, _ = cells(w, h, max(2, round(w / 11)), rng, jitter=0.9)
    swell = fractal(w, h, 2, 2, rng, stretch=1.0)
    rim = second - near
    out = 1 + bands(_dither(swell, 0.22), 0.55)
    out = np.where(rim < 1.25 + swell * 0.9, 3, out)
    out = np.where((rim < 0.85) & (swell > 0.58), 4, out)
    return out, np.array(
        [color_at(r, 0), mix(base, color_at(r, 1), 0.5), base, mix(base, color_at(r, 3), 0.75), color_at(r, 4)],
        np.uint8,
    )


def lava(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Dark crust with glowing cracks."""
    near, second, number, vx, vy = cells(w, h, max(2, round(w / 9)), rng, jitter=0.9)
    rim = second - near + (fractal(w, h, max(2, w // 6), 2, rng) - 0.5) * 2.2
    lift = -(vx * 0.5 + vy * 0.78) / max(w / 6, 5)
    out = np.where(lift > 0.16, 1, 0)
    out = np.where(rim < 3.0, 2, out)
    out = np.where(rim < 1.9, 3, out)
    out = np.where(rim < 0.9, 4, out)
    _ = number
    crust = mix((58, 40, 48), base, 0.05)
    hot = mix(base, (255, 214, 80), 0.5)
    return out, np.array([crust, mix(crust, (120, 84, 84), 0.4), mix(base, (120, 20, 20), 0.5), base, hot], np.uint8)


def snow(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Soft drifts with a few sparks."""
    drift = fractal(w, h, 3, 2, rng, stretch=1.6)
    out = 1 + bands(_dither(drift, 0.2), 0.3, 0.5)
    speck = rng.random((h, w))
    out[speck > 0.988] = 4
    shade = mix(base, (140, 170, 214), 0.42)
    return out, np.array(
        [mix(shade, (120, 150, 200), 0.3), shade, mix(base, shade, 0.4), base, (255, 255, 255)], np.uint8
    )


def ice(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Facets with bright scratches."""
    near, second, number, _, _ = cells(w, h, max(2, round(w / 12)), rng, jitter=1.0)
    tone = rng.random(number.max() + 1)[number]
    out = 1 + bands(tone, 0.33, 0.7)
    out = np.where(second - near < 0.9, 4, out)
    diagonal = (np.arange(w)[None, :] + np.arange(h)[:, None]) % max(8, min(w, h) // 2)
    gleam = (diagonal < 1) & (fractal(w, h, 3, 1, rng) > 0.62) & (w == h)
    out = np.where(gleam, 4, out)
    return out, np.array(
        [
            color_at(r, 1),
            mix(base, color_at(r, 1), 0.4),
            base,
            mix(base, color_at(r, 4), 0.5),
            mix(color_at(r, 4), (255, 255, 255), 0.5),
        ],
        np.uint8,
    )


def moss(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Cushions of moss."""
    out, _ = _cobbles(w, h, 5.5, 0.6, rng)
    spots = rng.random((h, w))
    out = np.where(spots > 0.93, np.minimum(out + 1, 4), np.where(spots < 0.08, np.maximum(out - 1, 0), out))
    return out, np.array(
        [
            mix(color_at(r, 0), color_at(r, 1), 0.5),
            color_at(r, 1),
            base,
            mix(base, color_at(r, 3), 0.8),
            color_at(r, 3),
        ],
        np.uint8,
    )


def leaves(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """A canopy of leaves."""
    near, second, number, vx, vy = cells(w, h, max(3, round(w / 5)), rng, jitter=1.0)
    tone = rng.random(number.max() + 1)[number]
    out = 1 + bands(-(vx * 0.5 + vy * 0.8) / 5 + tone * 0.7, 0.2, 0.55, 0.82)
    out = np.where((second - near < 0.6) & (tone < 0.6), 0, out)
    return out, np.array(
        [
            mix(color_at(r, 0), color_at(r, 1), 0.25),
            color_at(r, 1),
            base,
            color_at(r, 3),
            mix(color_at(r, 3), color_at(r, 4), 0.5),
        ],
        np.uint8,
    )


def swamp(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Murky water with duckweed and bubbles."""
    murk = fractal(w, h, 3, 3, rng, stretch=1.8)
    out = 1 + bands(_dither(murk, 0.14), 0.42, 0.66, 0.84)
    return out, np.array(
        [color_at(r, 0), mix(color_at(r, 1), (40, 60, 60), 0.35), mix(base, (50, 70, 60), 0.3), base, color_at(r, 3)],
        np.uint8,
    )


def void(w: int, h: int, r: Ramp, base: RGB, rng: np.random.Generator) -> tuple[Steps, Ramp]:
    """Deep space: nebula and stars."""
    nebula = fractal(w, h, 2, 3, rng)
    out = bands(_dither(nebula, 0.3), 0.5, 0.78)
    star = rng.random((h, w))
    out = np.where(star > 0.985, 3, out)
    out = np.where(star > 0.995, 4, out)
    return out, np.array(
        [mix(base, (8, 6, 20), 0.6), base, mix(base, (120, 70, 170), 0.4), (170, 170, 220), (255, 255, 255)], np.uint8
    )


Maker = Callable[[int, int, Ramp, RGB, np.random.Generator], tuple[Steps, Ramp]]
TERRAINS: dict[str, Maker] = {
    f.__name__: f
    for f in (
        grass, dirt, sand, stone, gravel, brick, wood, water, lava, snow, ice, metal, moss, leaves, swamp, void,
        carpet, tiles, roof,
    )
}  # fmt: skip
