"""Whole scenes: landscapes, maps from above, isometric blocks, hexagons."""

from __future__ import annotations

import numpy as np

from assetgen.simulator.art.buildings import SCENERY
from assetgen.simulator.art.canvas import BAYER4, Canvas, Picture, over
from assetgen.simulator.art.color import RGB, adjust, chance, generator, mix, rgb
from assetgen.simulator.art.noise import fractal
from assetgen.simulator.art.scenery import stuff_for
from assetgen.simulator.art.terrain import texture
from assetgen.simulator.art.words import Brief, read

# sky from the top down to the horizon, far hills, near hills, sun or moon
_TIMES: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "day": (("3c8cd8", "5cacec", "8ccaf4", "bce4f8"), "7aa4c4", "5a9a6c", "fff4c4"),
    "sunset": (("4a3a7a", "9a4a7c", "e0705c", "f8b45c"), "7a4a70", "5a4058", "ffe49c"),
    "night": (("101430", "1a2248", "263264", "3a4a80"), "2c3a60", "243450", "f4f0d8"),
    "snow": (("8cb4d8", "a8c8e4", "c4dcee", "e0eef6"), "a4bcd4", "c4d8e8", "fff8e4"),
    "dark": (("1c1824", "2c2434", "443448", "64485c"), "34283c", "2a2430", "e8c4a4"),
    "desert": (("4c9ce0", "7cbcec", "b4d8ec", "f0e0b8"), "c89a70", "d8a868", "fff4c4"),
}


def sprite(name: str, size: int, brief: Brief | None, key: str) -> Picture:
    """One piece of scenery as an outlined transparent square."""
    brief = brief or read(name, ("scenery",))
    c = Canvas(size, size, scale=(size - 2) / 48, origin=(1, 1.5))
    SCENERY[name](c, stuff_for(brief, name, key))
    c.outline()
    return c.picture()


def tiled(name: str, width: int, height: int, key: str, side: int = 32) -> Picture:
    tile = texture(read(name, ("terrain",)), side, side, key, name)
    return np.tile(tile, (-(-height // side), -(-width // side), 1))[:height, :width].copy()


def _time(brief: Brief) -> str:
    for name, words in (
        ("night", ("night", "moon", "moonlit", "midnight", "stars", "starry")),
        ("sunset", ("sunset", "sunrise", "dusk", "dawn", "evening")),
        ("snow", ("snow", "snowy", "winter", "frozen", "ice", "icy", "arctic")),
        ("desert", ("desert", "sand", "dunes", "oasis", "pyramid")),
        ("dark", ("dark", "haunted", "evil", "horror", "cave", "graveyard", "volcano", "lava", "gloomy")),
    ):
        if brief.has(*words):
            return name
    return "day"


def _season(brief: Brief, time: str) -> str:
    """What the ground is like, which goes with the sky unless the prompt says otherwise."""
    if brief.has("snow", "snowy", "winter", "frozen", "ice", "icy", "arctic"):
        return "snow"
    return "desert" if brief.has("desert", "dunes", "oasis", "pyramid") else time


def landscape(width: int, height: int, brief: Brief, key: str, *, empty: bool = False) -> Picture:
    """Sky, hills and ground with what the prompt names standing on it; `empty` leaves the middle free."""
    time = _time(brief)
    sky, far, near, light = _TIMES[time]
    rng = generator(key, "landscape")
    horizon = round(height * 0.60)
    out = np.full((height, width, 4), 255, np.uint8)
    tones = np.array([rgb(c) for c in sky], np.uint8)
    y = np.arange(height)[:, None] / horizon
    pattern = np.tile(BAYER4, (-(-height // 4), -(-width // 4)))[:height, :width]
    step = np.clip(np.floor(y * len(sky) + pattern * 0.9), 0, len(sky) - 1).astype(np.intp)
    out[..., :3] = tones[step]
    if time in ("night", "dark"):
        for _ in range(width * horizon // 140):
            out[int(rng.integers(0, horizon)), int(rng.integers(0, width)), :3] = (230, 234, 255)
    _sun(out, width, height, light, rng, time)
    if time not in ("night", "dark"):
        _clouds(out, width, horizon, rng, mix(rgb(sky[-1]), (255, 255, 255), 0.55))
    x = np.arange(width)
    for color, level, amplitude, octaves in (
        (mix(rgb(far), rgb(sky[-1]), 0.35), 0.40, 0.34, 4),
        (rgb(far), 0.50, 0.26, 3),
        (rgb(near), 0.60, 0.12, 2),
    ):
        ridge = fractal(width, 1, 3, octaves, rng)[0]
        top = np.round(height * (level - (ridge - 0.5) * amplitude)).astype(np.intp)
        mask = np.arange(height)[:, None] >= top
        out[mask, :3] = color
        # The side towards the light shows on slopes that rise to the right.
        rising = np.diff(top, prepend=top[:1]) < 0
        lit = mask & (np.arange(height)[:, None] < top + np.where(rising, 3, 1)[None, :] * max(1, height // 96))
        out[lit, :3] = mix(color, rgb(light), 0.26)
    _ = x
    ground = {"snow": "snow", "desert": "sand", "dark": "dirt"}.get(_season(brief, time), "grass")
    floor = tiled(ground, width, height - horizon, key)
    if time in ("night", "dark", "sunset"):
        floor[..., :3] = (
            floor[..., :3] * np.array([0.45, 0.5, 0.68] if time != "sunset" else [0.85, 0.62, 0.62])
        ).astype(np.uint8)
    edge = fractal(width, 1, 4, 3, rng)[0] * height * 0.05
    rows = np.arange(height)[:, None]
    on = rows >= horizon + edge[None, :]
    padded = np.zeros_like(out)
    padded[horizon:] = floor
    out[on] = padded[on]
    if brief.has("lake", "river", "water", "sea", "ocean", "beach", "island", "coast"):
        _lake(out, width, height, horizon, sky, rng)
    _stand(out, width, height, horizon, brief, key, time, empty)
    return out


def _sun(out: Picture, width: int, height: int, light: str, rng: np.random.Generator, time: str) -> None:
    cx, cy = width * (0.2 + 0.6 * float(rng.random())), height * (0.14 + 0.12 * float(rng.random()))
    if time == "sunset":
        cy = height * 0.42
    r = max(3.0, min(width, height) * 0.075)
    y, x = np.ogrid[:height, :width]
    d = np.hypot(x + 0.5 - cx, y + 0.5 - cy)
    glow = (d < r * 1.9) & ((x + y) % 2 == 0)
    out[glow, :3] = (out[glow, :3] * 0.7 + np.array(rgb(light)) * 0.3).astype(np.uint8)
    out[d < r, :3] = rgb(light)
    if time == "night":
        out[np.hypot(x + 0.5 - cx - r * 0.4, y + 0.5 - cy + r * 0.2) < r * 0.8, :3] = adjust(rgb(light), 0.9, 0.86)


def _clouds(out: Picture, width: int, horizon: int, rng: np.random.Generator, color: RGB) -> None:
    c = Canvas(width, horizon, scale=max(1.0, horizon / 60))
    tone = np.array(
        [color, mix(color, (120, 150, 200), 0.25), color, mix(color, (255, 255, 255), 0.6), (255, 255, 255)], np.uint8
    )
    span = width / c.scale
    for _ in range(max(2, width // 60)):
        x, y = float(rng.random()) * span, 6 + float(rng.random()) * 18
        for k in range(4):
            c.paint(
                c.ellipse(x + k * 4.4, y + abs(k - 1.5) * 0.8, 4.6 - abs(k - 1.5) * 0.7, 3.0 - abs(k - 1.5) * 0.5),
                tone,
                bias=0.12,
            )
    cloud = c.picture()
    solid = cloud[..., 3] > 0
    out[:horizon][solid] = cloud[solid]


def _lake(out: Picture, width: int, height: int, horizon: int, sky: tuple[str, ...], rng: np.random.Generator) -> None:
    cy, ry = horizon + (height - horizon) * 0.36, (height - horizon) * 0.24
    y, x = np.mgrid[:height, :width]
    wobble = fractal(width, 1, 4, 2, rng)[0] * 0.3
    inside = ((x - width * 0.5) / (width * 0.42)) ** 2 + ((y - cy) / ry) ** 2 < 0.85 + wobble[None, :]
    out[inside, :3] = adjust(rgb(sky[1]), 1.0, 0.9)
    shimmer = inside & ((x // 4 + y * 3) % 7 == 0) & (y % 2 == 0)
    out[shimmer, :3] = mix(rgb(sky[-1]), (255, 255, 255), 0.3)
    top = inside & ~np.roll(inside, 1, axis=0)
    out[top, :3] = adjust(rgb(sky[0]), 1.0, 0.6)


def _stand(out: Picture, width: int, height: int, horizon: int, brief: Brief, key: str, time: str, empty: bool) -> None:
    """Set scenery on the ground, far things first and smaller; what is named stands free in the middle."""
    named = [
        subject
        for kind, subject in brief.nouns
        if kind == "scenery" and subject in SCENERY and subject not in ("mountain", "island", "bridge")
    ]
    if brief.has("village", "town", "city", "kingdom"):
        named += ["house", "house", "house", "well"]
    if brief.has("graveyard", "cemetery"):
        named += ["gravestone"] * 3
    season = _season(brief, time)
    wild = {"snow": "pine", "desert": "cactus", "dark": "stump"}.get(season, "tree")
    if brief.has("forest", "jungle", "woods"):
        wild, count = ("pine" if chance(key, "wood") > 0.5 else wild), 9
    else:
        count = 3
    things = (
        [(wild, k) for k in range(count)]
        + [(name, 100 + k) for k, name in enumerate(named)]
        + [("bush" if time in ("day", "sunset") else "rock", 50)]
    )
    placed = []
    for name, k in things:
        depth = 0.15 + 0.7 * chance(key, name, k, "depth") if k < 100 else 0.42 + 0.1 * (k % 3)
        x = chance(key, name, k, "x")
        if k >= 100:
            x = (0.5 + 0.28 * ((k - 100 + 1) // 2) * (-1 if k % 2 else 1)) if len(named) > 1 else 0.5
        if k < 100 and (empty or named) and 0.26 < x < 0.74:
            x = x - 0.26 if x < 0.5 else x + 0.26
        placed.append((depth, name, x, k))
    for depth, name, x, k in sorted(placed):
        size = round(min(width, height) * (0.20 + 0.26 * depth) * (1.45 if k >= 100 else 1.0))
        size = max(12, min(size, 128))
        told = (
            brief
            if k >= 100 and brief.subject == name
            else read(f"snowy {name}" if season == "snow" else name, ("scenery",))
        )
        piece = sprite(name, size, told, f"{key}{k}")
        if time in ("night", "dark"):
            solid = piece[..., 3] > 0
            bright = piece[..., :3].max(axis=-1) > 235
            piece[solid & ~bright, :3] = (piece[solid & ~bright, :3] * np.array([0.55, 0.58, 0.78])).astype(np.uint8)
        base = round(horizon + (height - horizon) * (0.12 + 0.8 * depth))
        out[:] = over(out, piece, round(x * width - size / 2), base - size)
