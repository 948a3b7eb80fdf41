"""Colours: words, ramps with hue shift, seeded choice, exact palettes."""

from __future__ import annotations

import colorsys
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

RGB = tuple[int, int, int]
Ramp = NDArray[np.uint8]
"""Five colours (5, 3): outline, shadow, base, light, highlight."""

T = TypeVar("T")

_WORDS = """
red d0323c crimson b3133a scarlet e6382b ruby c81e4e maroon 7a1f33 cherry d42a4c blood 9c1420 rose e0648c pink f08cb4
magenta d63fc0 fuchsia e042a8 coral f27a62 salmon f0937c orange ee8228 amber f5a623 apricot f4b07a copper c06a3c
bronze b07a3c rust a8502c brown 8a5a36 chocolate 5e3a28 tan c8a070 beige dcc8a0 cream f2e6c4 ivory f4efdc
gold f0b92c golden f0b92c yellow f5d23c lemon f6e65a straw e4c96a blonde ecc860 lime 9ed83a green 46a83e emerald 1fa864
jade 3cab7c mint 8fdcb0 olive 84842e forest 2c6e3c moss 6b8a3a teal 1f8f8f turquoise 34c0b8 cyan 3cc8e0 aqua 4cd4d0
azure 3c94ec sky 72b8f0 blue 3468d8 navy 24356e cobalt 2a52be sapphire 2454c8 indigo 4a3cb0 violet 8a4fd8
purple 8442b8 lavender b49ae0 lilac c4a0dc plum 7e3a70 amethyst 9a5cd0 white eef0f2 snowy e8f2f8 silver b8c0cc
grey 8a8f98 gray 8a8f98 ash a0a09c slate 5e6a7c charcoal 44464e black 34323e ebony 3a302e obsidian 30283e dusk 5d4a7a
"""
COLORS: dict[str, RGB] = {}
for _name, _hex in zip(_WORDS.split()[::2], _WORDS.split()[1::2], strict=True):
    COLORS[_name] = (int(_hex[0:2], 16), int(_hex[2:4], 16), int(_hex[4:6], 16))

MOODS: dict[str, tuple[float, float, float]] = {
    "dark": (1.0, 0.62, 0.0),
    "shadow": (0.8, 0.5, 0.0),
    "shadowy": (0.8, 0.5, 0.0),
    "night": (0.8, 0.55, 0.0),
    "evil": (1.1, 0.6, 0.0),
    "old": (0.6, 0.9, 0.0),
    "ancient": (0.6, 0.85, 0.0),
    "pale": (0.5, 1.15, 0.0),
    "light": (0.7, 1.2, 0.0),
    "bright": (1.2, 1.15, 0.0),
    "vivid": (1.3, 1.1, 0.0),
    "pastel": (0.45, 1.2, 0.0),
    "dull": (0.5, 0.9, 0.0),
    "deep": (1.15, 0.75, 0.0),
}
"""Adjectives that change saturation and value."""

TINTS: dict[str, str] = {
    "frozen": "azure",
    "icy": "sky",
    "ice": "sky",
    "frost": "sky",
    "fiery": "orange",
    "burning": "orange",
    "flaming": "orange",
    "fire": "orange",
    "flame": "orange",
    "poison": "lime",
    "poisonous": "lime",
    "toxic": "lime",
    "cursed": "purple",
    "magic": "violet",
    "magical": "violet",
    "arcane": "violet",
    "mystic": "violet",
    "holy": "gold",
    "divine": "gold",
    "royal": "indigo",
    "lava": "orange",
    "water": "blue",
    "healing": "red",
    "health": "red",
    "mana": "blue",
    "stamina": "green",
    "nature": "green",
    "rusty": "rust",
    "wooden": "brown",
    "iron": "slate",
    "steel": "silver",
    "stone": "grey",
    "bone": "ivory",
    "undead": "jade",
    "autumn": "orange",
    "spring": "pink",
    "blossom": "pink",
}
"""Words that colour without naming a colour; weaker than a colour word."""


def rgb(text: str) -> RGB:
    """A colour from its word or six hexadecimal digits."""
    if text in COLORS:
        return COLORS[text]
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def digest(*keys: object) -> int:
    """64 bits that depend on all keys, the same on every machine."""
    text = "\x1f".join(map(str, keys))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def pick(options: Sequence[T], *keys: object) -> T:
    """One of the options, chosen by the keys."""
    return options[digest(*keys) % len(options)]


def chance(*keys: object) -> float:
    """A number in 0…1, chosen by the keys."""
    return digest(*keys) / 2**64


def generator(*keys: object) -> np.random.Generator:
    """A random generator seeded by the keys alone."""
    return np.random.Generator(np.random.PCG64(digest(*keys)))


def adjust(color: RGB, saturation: float = 1.0, value: float = 1.0, hue: float = 0.0) -> RGB:
    """A colour with saturation and value multiplied and the hue turned by degrees."""
    h, s, v = colorsys.rgb_to_hsv(*(c / 255 for c in color))
    r, g, b = colorsys.hsv_to_rgb((h + hue / 360) % 1.0, min(1.0, s * saturation), min(1.0, v * value))
    return round(r * 255), round(g * 255), round(b * 255)


def mix(first: RGB, second: RGB, amount: float) -> RGB:
    """`first` moved towards `second` by 0…1."""
    r, g, b = (round(p + (q - p) * amount) for p, q in zip(first, second, strict=True))
    return r, g, b


def luma(color: RGB) -> float:
    """Perceived brightness, 0…1."""
    return (0.30 * color[0] + 0.59 * color[1] + 0.11 * color[2]) / 255


_STEPS = ((0.30, 1.10, 30.0, 250.0), (0.66, 1.10, 16.0, 255.0), (1.0, 1.0, 0.0, 0.0), (1.26, 0.80, 12.0, 55.0))


@lru_cache(maxsize=2048)
def ramp(color: RGB) -> Ramp:
    """Five steps around a base colour; shadows turn towards violet, light towards yellow, as painters do."""
    h, s, v = colorsys.rgb_to_hsv(*(c / 255 for c in color))
    out = []
    for value, saturation, shift, target in _STEPS:
        turn = (target / 360 - h + 0.5) % 1.0 - 0.5
        turn = max(-shift / 360, min(shift / 360, turn)) if s > 0.06 else 0.0
        lit = v * value if value <= 1 else min(1.0, v * value + 0.06)
        r, g, b = colorsys.hsv_to_rgb((h + turn) % 1.0, min(1.0, s * saturation), lit)
        out.append((r, g, b))
    r, g, b = out[3]
    out.append((r + (1 - r) * 0.62, g + (1 - g) * 0.62, b + (1 - b) * 0.55))
    # Outlines are never pure black: a breath of violet keeps them in the picture.
    out[0] = (out[0][0] * 0.80 + 0.030, out[0][1] * 0.80 + 0.022, out[0][2] * 0.80 + 0.055)
    if s <= 0.06:
        out[0] = (out[0][0] * 0.92, out[0][1] * 0.92, out[0][2] * 1.12)
        out[1] = (out[1][0] * 0.93, out[1][1] * 0.95, min(1.0, out[1][2] * 1.08))
    result: Ramp = np.clip(np.array(out) * 255 + 0.5, 0, 255).astype(np.uint8)
    result.setflags(write=False)
    return result


def ramp_of(text: str) -> Ramp:
    """The ramp of a colour word or six hexadecimal digits."""
    return ramp(rgb(text))


def color_at(colors: Ramp, index: int) -> RGB:
    """One colour of a ramp."""
    return int(colors[index][0]), int(colors[index][1]), int(colors[index][2])


def gradient(*colors: str | RGB) -> Ramp:
    """A hand-made ramp from darkest to lightest, any length."""
    result: Ramp = np.array([rgb(c) if isinstance(c, str) else c for c in colors], np.uint8)
    return result
