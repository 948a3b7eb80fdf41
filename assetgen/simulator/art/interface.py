"""Interface pieces: panels, frames, buttons, slots, bars, cursors. Drawn in whole pixels at any size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct

from assetgen.simulator.art.canvas import Canvas, Picture
from assetgen.simulator.art.color import RGB, Ramp, adjust, color_at, generator, mix, pick, ramp, ramp_of, rgb
from assetgen.simulator.art.items import star_points
from assetgen.simulator.art.noise import fractal
from assetgen.simulator.art.words import Brief


class Skin(Struct, frozen=True):
    """How interface pieces look: frame, ornament and field colours."""

    frame: Ramp
    gem: Ramp
    field: Ramp
    key: str
    modern: bool = False


_SKINS = {
    "wood": ("9a6238", "f0b92c", "4a3428"),
    "stone": ("868c98", "3cc8e0", "3a3e4a"),
    "gold": ("e8b040", "d0323c", "3c2c4c"),
    "iron": ("7c8698", "f0b92c", "2c3240"),
    "scifi": ("3c8cc8", "5cf0e0", "142438"),
    "parchment": ("a8703c", "b3133a", "e8d4a4"),
    "royal": ("6a4ab0", "f0c040", "2c2450"),
}


def skin_for(brief: Brief, key: str) -> Skin:
    """The look of interface pieces by the prompt's words."""
    name = next(
        (n for n, words in (
            ("wood", ("wood", "wooden", "tavern", "rustic", "oak")), ("stone", ("stone", "dungeon", "rock", "ancient")),
            ("gold", ("gold", "golden", "ornate", "treasure", "fantasy", "medieval")),
            ("iron", ("iron", "steel", "metal", "dark", "gothic")),
            ("scifi", ("scifi", "sci", "futuristic", "neon", "cyber", "cyberpunk", "tech", "space", "hologram")),
            ("parchment", ("parchment", "paper", "scroll", "map", "quest")),
            ("royal", ("royal", "magic", "arcane", "magical", "mystic")),
        ) if brief.has(*words)),
        None,
    ) or pick(("wood", "stone", "gold", "royal"), brief.key, "skin")  # fmt: skip
    frame, gem, field = _SKINS[name]
    color = brief.color()
    second = brief.colors[1] if len(brief.colors) > 1 else None
    if brief.subject in ("button", "banner-ui", "bar") and color:
        # Here the colour is meant for the face, not for the frame around it.
        return Skin(ramp(second or rgb("e8b040")), ramp(color), ramp(adjust(color, 0.7, 0.4)), key)
    return Skin(
        ramp(color or rgb(frame)),
        ramp(second or rgb(gem)),
        ramp(adjust(color, 0.7, 0.4)) if color and name not in ("parchment",) else ramp_of(field),
        key,
        name == "scifi",
    )


def _rect(p: Picture, x0: int, y0: int, x1: int, y1: int, color: RGB) -> None:
    p[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0), :3] = color
    p[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0), 3] = 255


def _bevel(p: Picture, x0: int, y0: int, x1: int, y1: int, r: Ramp, width: int, sunk: bool = False) -> None:
    """A framed box: outline, lit top and left, dark bottom and right, face."""
    _rect(p, x0, y0, x1, y1, color_at(r, 0))
    _rect(p, x0 + 1, y0 + 1, x1 - 1, y1 - 1, color_at(r, 1 if sunk else 3))
    _rect(
        p,
        x0 + 1 + (0 if sunk else width),
        y0 + 1 + (0 if sunk else width),
        x1 - 1,
        y1 - 1,
        color_at(r, 3 if sunk else 1),
    )
    _rect(p, x0 + 1 + width, y0 + 1 + width, x1 - 1 - width, y1 - 1 - width, color_at(r, 2))


def _blank(width: int, height: int) -> Picture:
    return np.zeros((height, width, 4), np.uint8)


def _corner(p: Picture, x: int, y: int, side: int, s: Skin) -> None:
    """A riveted ornament."""
    _bevel(p, x, y, x + side, y + side, s.frame, max(1, side // 6))
    inset = max(2, side // 4)
    if side >= 7:
        _rect(p, x + inset, y + inset, x + side - inset, y + side - inset, color_at(s.gem, 0))
        _rect(p, x + inset, y + inset, x + side - inset - 1, y + side - inset - 1, color_at(s.gem, 2))
        _rect(
            p,
            x + inset,
            y + inset,
            x + inset + max(1, (side - 2 * inset) // 2),
            y + inset + max(1, (side - 2 * inset) // 2),
            color_at(s.gem, 4),
        )


def _field(p: Picture, x0: int, y0: int, x1: int, y1: int, s: Skin) -> None:
    """The inner surface: mottled, darker at the rim."""
    w, h = x1 - x0, y1 - y0
    if w < 2 or h < 2:
        return
    noise = fractal(w, h, max(2, w // 12), 3, generator(s.key, "field"))
    y, x = np.mgrid[:h, :w]
    rim = np.minimum(np.minimum(x, w - 1 - x), np.minimum(y, h - 1 - y))
    depth = np.clip(rim / max(3, min(w, h) * 0.16), 0, 1)
    step = (noise * 0.6 + depth * 0.75 > 0.62).astype(np.intp) + 1
    tones = np.array(
        [color_at(s.field, 0), mix(color_at(s.field, 1), color_at(s.field, 0), 0.3), color_at(s.field, 2)], np.uint8
    )
    p[y0:y1, x0:x1, :3] = tones[step]
    p[y0:y1, x0:x1, 3] = 255
    if s.modern:
        p[y0:y1:3, x0:x1, :3] = mix(color_at(s.field, 2), color_at(s.gem, 2), 0.16)
    _rect(p, x0, y0, x1, y0 + 1, color_at(s.field, 0))
    _rect(p, x0, y0, x0 + 1, y1, color_at(s.field, 0))


def _beam(p: Picture, x0: int, y0: int, x1: int, y1: int, s: Skin, across: bool) -> None:
    """A side of a frame, with grain or studs along it."""
    thick = (y1 - y0) if across else (x1 - x0)
    _bevel(p, x0, y0, x1, y1, s.frame, 1)
    if thick >= 5:
        length = (x1 - x0) if across else (y1 - y0)
        for k in range(4, length - 4, max(5, thick)):
            if across:
                _rect(p, x0 + k, y0 + thick // 2, x0 + k + 2, y0 + thick // 2 + 1, color_at(s.gem, 2))
                _rect(p, x0 + k, y0 + thick // 2 + 1, x0 + k + 2, y0 + thick // 2 + 2, color_at(s.frame, 0))
            else:
                _rect(p, x0 + thick // 2, y0 + k, x0 + thick // 2 + 1, y0 + k + 2, color_at(s.gem, 2))
                _rect(p, x0 + thick // 2 + 1, y0 + k, x0 + thick // 2 + 2, y0 + k + 2, color_at(s.frame, 0))


def _framework(p: Picture, width: int, height: int, s: Skin, inside: bool) -> int:
    beam = max(4, min(width, height) // 12)
    corner = min(max(beam + 3, round(beam * 1.7)), min(width, height) // 3)
    inset = (corner - beam) // 2
    if inside:
        _field(p, inset + beam - 1, inset + beam - 1, width - inset - beam + 1, height - inset - beam + 1, s)
    _beam(p, inset, inset, width - inset, inset + beam, s, True)
    _beam(p, inset, height - inset - beam, width - inset, height - inset, s, True)
    _beam(p, inset, inset, inset + beam, height - inset, s, False)
    _beam(p, width - inset - beam, inset, width - inset, height - inset, s, False)
    for x in (0, width - corner):
        for y in (0, height - corner):
            _corner(p, x, y, corner, s)
    return inset + beam


def panel(width: int, height: int, s: Skin) -> Picture:
    """A framed panel with corner pieces; nine-slices well."""
    p = _blank(width, height)
    _framework(p, width, height, s, True)
    return p


def frame(width: int, height: int, s: Skin) -> Picture:
    """A frame with an open middle."""
    p = _blank(width, height)
    _framework(p, width, height, s, False)
    return p


def button(width: int, height: int, s: Skin) -> Picture:
    """A wide button in the middle of the picture."""
    p = _blank(width, height)
    h = min(height, max(10, width * 2 // 5))
    y = (height - h) // 2
    edge = max(1, h // 10)
    _bevel(p, 0, y, width, y + h, s.frame, edge)
    inner = edge + 2
    _bevel(p, inner, y + inner, width - inner, y + h - inner, s.gem, max(1, h // 12))
    shine = y + inner + max(1, h // 12) + 1
    _rect(p, inner + 3, shine, width - inner - 3, shine + max(1, h // 12), color_at(s.gem, 3))
    for x in (0, width - 1):
        for yy in (y, y + h - 1):
            p[yy, x] = 0
    return p


def slots(width: int, height: int, s: Skin) -> Picture:
    """A panel with a grid of sunken slots."""
    p = panel(width, height, s)
    beam = max(4, min(width, height) // 12)
    margin = beam + max(3, beam // 2)
    size = max(8, min(width, height) // 5)
    columns, rows = max(1, (width - 2 * margin) // (size + 2)), max(1, (height - 2 * margin) // (size + 2))
    x0, y0 = (width - columns * (size + 2) + 2) // 2, (height - rows * (size + 2) + 2) // 2
    for k in range(columns * rows):
        x, y = x0 + k % columns * (size + 2), y0 + k // columns * (size + 2)
        _bevel(p, x, y, x + size, y + size, s.frame, 1, sunk=True)
        _rect(p, x + 2, y + 2, x + size - 2, y + size - 2, color_at(s.field, 0))
        _rect(p, x + 3, y + 3, x + size - 2, y + size - 2, color_at(s.field, 1))
    return p


def bar(width: int, height: int, s: Skin) -> Picture:
    """A filled bar with a gem at its end."""
    p = _blank(width, height)
    h = min(height, max(8, width // 5))
    y = (height - h) // 2
    _bevel(p, h // 2, y + h // 6, width, y + h - h // 6, s.frame, 1)
    edge = max(3, h // 4)
    _rect(p, h // 2 + 2, y + edge, width - 3, y + h - edge, color_at(s.field, 0))
    full = h // 2 + 2 + round((width - 5 - h // 2) * 0.72)
    _rect(p, h // 2 + 2, y + edge, full, y + h - edge, color_at(s.gem, 2))
    _rect(p, h // 2 + 2, y + edge, full, y + edge + max(1, h // 10), color_at(s.gem, 4))
    _rect(p, h // 2 + 2, y + h - edge - max(1, h // 10), full, y + h - edge, color_at(s.gem, 1))
    _corner(p, 0, y, h, s)
    return p


def cursor(width: int, height: int, s: Skin) -> Picture:
    """A gauntlet-like arrow."""
    c = Canvas(width, height, scale=(min(width, height) - 2) / 32, origin=(1, 1))
    c.paint(c.poly([(5, 3), (27, 15), (17, 17.6), (22.6, 26.6), (18, 29), (12.8, 20), (6, 26)]), s.frame)
    c.paint(c.poly([(5, 3), (12.8, 20), (6, 26)]), s.frame, level=3)
    c.paint(c.ellipse(11.6, 13.6, 2), s.gem, shine=True)
    c.outline()
    return c.picture()


def banner(width: int, height: int, s: Skin) -> Picture:
    """A ribbon for titles."""
    c = Canvas(width, height, scale=(min(width, height * 2) - 2) / 64, origin=(width / 2, height / 2))
    for k in (-1, 1):
        c.paint(c.poly([(k * 20, -4), (k * 31, -4), (k * 27, 3), (k * 31, 10), (k * 20, 10)]), s.gem, bias=-0.2)
        c.paint(c.poly([(k * 20, 6), (k * 24, 6), (k * 20, 10)]), s.gem, level=0)
    c.paint(c.poly([(-24, -9), (0, -11), (24, -9), (24, 6), (0, 4), (-24, 6)]), s.gem)
    c.paint(c.line((-22, -6.6), (0, -8.6), (22, -6.6), width=1), s.frame, level=3)
    c.paint(c.line((-22, 3.6), (0, 1.6), (22, 3.6), width=1), s.frame, level=2)
    c.paint(c.poly(star_points(0, -3.4, 4)), s.frame, level=3)
    c.outline()
    return c.picture()


INTERFACE: dict[str, Callable[[int, int, Skin], Picture]] = {
    "panel": panel, "frame": frame, "button": button, "slots": slots, "bar": bar, "cursor": cursor, "banner-ui": banner,
}  # fmt: skip
