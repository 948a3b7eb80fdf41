"""Edits by words: recolouring, dressing up, glows, outlines, weather, drawn over whatever picture is given."""

from __future__ import annotations

import colorsys
from collections.abc import Callable

import numpy as np

from assetgen.simulator.art.backdrop import background_mask, cut_out, figure_box
from assetgen.simulator.art.canvas import Canvas, Mask, Picture, over
from assetgen.simulator.art.color import RGB, Ramp, adjust, chance, generator, mix, pick, ramp, ramp_of, rgb
from assetgen.simulator.art.items import HELD, flame, lantern, paint_for, star_points
from assetgen.simulator.art.treasures import draw_item
from assetgen.simulator.art.words import ACCESSORIES, Brief, read


def repainted(picture: Picture, prompt: str, seed: int) -> Picture:
    """The picture changed as the words say; unknown words turn its colours a little and add sparks."""
    brief = read(prompt, ("item",))
    out = picture.copy()
    changed = False
    dressed = bool(_hat(brief) or _carried(brief))
    for words, act in _ACTIONS:
        # "a golden crown" is a crown, not a golden figure.
        if brief.has(*words) and not (dressed and act in _WHOLE):
            out, changed = act(out, brief, seed), True
    worn = _hat(brief)
    if worn:
        out, changed = _wear(out, worn, brief), True
    if brief.has("sunglasses", "glasses", "goggles", "shades"):
        out, changed = _glasses(out), True
    if brief.has("scarf", "bowtie", "collar", "necklace"):
        out, changed = _scarf(out, brief), True
    for thing in _carried(brief):
        out, changed = _carry(out, thing, brief), True
    if not changed and brief.colors:
        out, changed = recoloured(out, brief.colors[-1], _part(brief)), True
    if not changed and brief.kind == "item":
        out, changed = _carry(out, brief.subject, brief), True
    if not changed:
        out = _turned(out, 24 + 40 * chance(prompt, seed, "turn"))
        out = _sparks(out, (255, 246, 200), f"{prompt}{seed}")
    return out


def _hat(brief: Brief) -> str:
    if brief.has("hat", "cap", "hood", "helmet", "helm", "crown", "halo", "horns", "headband", "tiara"):
        for name, words in (
            ("party", ("party", "birthday")), ("top", ("top", "magician")), ("straw", ("straw", "farmer", "cowboy")),
            ("santa", ("santa", "christmas", "winter")),
            ("crown", ("crown", "tiara")), ("halo", ("halo",)), ("horns", ("horns",)), ("helm", ("helmet", "helm")),
            ("cap", ("cap", "baseball")),
        ):  # fmt: skip
            if brief.has(*words):
                return name
        return "wizard"
    return ""


def _carried(brief: Brief) -> list[str]:
    held = [ACCESSORIES[w] for w in brief.words if w in ACCESSORIES]
    return sorted({h for h in held if h in HELD or h in ("lantern", "shield", "book", "potion", "flower", "orb")})


def _part(brief: Brief) -> str:
    for part, words in (
        ("top", ("hair", "hat", "head", "hood", "helmet", "leaves", "roof", "liquid")),
        ("bottom", ("trousers", "pants", "boots", "shoes", "legs", "trunk", "base")),
    ):
        if brief.has(*words):
            return part
    return ""


def _figure(picture: Picture) -> tuple[Mask, tuple[int, int, int, int]]:
    """Which pixels are the figure, and its box."""
    mask = ~background_mask(picture)
    box = figure_box(np.where(mask[..., None], picture, 0).astype(np.uint8))
    h, w = mask.shape
    if box is None or (box[2] - box[0]) * (box[3] - box[1]) < h * w * 0.02:
        return np.ones_like(mask), (0, 0, w, h)
    return mask, box


def _head(picture: Picture) -> tuple[float, float, float]:
    """Where a head would be: the middle and top of the figure's upper third, and its width."""
    mask, (_, y0, _, y1) = _figure(picture)
    depth = max(2, round((y1 - y0) * 0.26))
    band = mask[y0 : y0 + depth]
    columns = np.flatnonzero(band.sum(axis=0) >= max(1, depth // 4))
    if not len(columns):
        columns = np.flatnonzero(band.any(axis=0))
    left, right = float(columns[0]), float(columns[-1] + 1)
    middle = (left + right) / 2
    column = mask[:, int(middle)]
    top = float(np.flatnonzero(column)[0]) if column.any() else float(y0)
    return middle, top, right - left


def _on(picture: Picture, scale: float, x: float, y: float, draw: Callable[[Canvas], None]) -> Picture:
    c = Canvas(picture.shape[1], picture.shape[0], scale=scale, origin=(x, y))
    draw(c)
    c.outline()
    return over(picture, c.picture())


def _wear(picture: Picture, name: str, brief: Brief) -> Picture:
    """A hat on the figure's head; the figure is moved down a little when there is no room for it."""
    x, top, wide = _head(picture)
    tall = wide * (0.95 if name in ("wizard", "party", "top", "santa") else 0.5)
    lack = int(np.ceil(tall * 0.8 - top))
    if lack > 0:
        # Room is made by sinking the whole figure a few pixels, never more than an eighth of the picture.
        lack = min(lack, picture.shape[0] // 8)
        moved = picture.copy()
        moved[lack:] = picture[:-lack]
        moved[:lack] = picture[:1]
        picture, top = moved, top + lack
    color = brief.color("hat") or brief.color() or rgb(pick(("4a3cb0", "d0323c", "2f8f8f", "8442b8"), brief.key, "hat"))
    if name == "crown" and not brief.colors:
        color = rgb("gold")
    r, band = ramp(color), ramp_of("f0b92c" if color != rgb("gold") else "d0323c")

    def draw(c: Canvas) -> None:
        if name in ("wizard", "party", "santa"):
            if name == "wizard":
                c.paint(c.ellipse(0, 1.2, 9.4, 2.4), r, bias=-0.1)
            cone = c.paint(
                c.poly(
                    [(-5.4, 1), (-3.2, -5.2), (0.6, -10.6), (4.4, -12.6), (3.0, -7.4), (4, -3.4), (5.4, 1), (0, 2)]
                    if name != "party"
                    else [(-4.6, 1.4), (0, -11), (4.6, 1.4)]
                ),
                r,
                edge=True,
            )
            c.paint(c.box(-6, -1.4, 6, 1.0), band if name != "santa" else ramp_of("f4f4f4"), clip=[cone])
            if name == "wizard":
                c.paint(c.poly(star_points(-0.2, -5.4, 1.9)), band, level=3, clip=[cone])
            else:
                c.paint(c.ellipse(0 if name == "party" else 4.2, -11.4, 1.8), ramp_of("f8f4ec"))
        elif name == "crown":
            c.paint(
                c.poly([(-5.2, 2), (-5.8, -4.6), (-3, -2.2), (0, -6), (3, -2.2), (5.8, -4.6), (5.2, 2)]), r, shine=True
            )
            c.paint(c.ellipse(0, -0.4, 1.2), ramp_of("d0323c"), shine=True)
        elif name == "top":
            c.paint(c.box(-4.6, -9, 4.6, 1, 0.6), r)
            c.paint(c.box(-4.6, -1.6, 4.6, 0.4), band)
            c.paint(c.box(-7.6, 0, 7.6, 2, 0.8), r, edge=True)
        elif name in ("cap", "helm"):
            c.paint(
                c.ellipse(0, 1.2, 6.8, 5.2).cut(c.box(-8, 2.4, 8, 8)),
                r if name == "cap" or brief.colors else ramp_of("a4b0c0"),
                shine=name == "helm",
            )
            c.paint(
                c.box(-7.4 if name == "helm" else 0, 1.0, 9.4 if name == "cap" else 7.4, 2.8, 0.8),
                r if name == "cap" or brief.colors else ramp_of("a4b0c0"),
                bias=-0.1,
                edge=True,
            )
        elif name == "straw":
            straw = r if brief.colors else ramp_of("e4c96a")
            c.paint(c.ellipse(0, -1.4, 5.2, 4), straw)
            c.paint(c.ellipse(0, 1.4, 10, 2), straw, edge=True)
        elif name == "halo":
            c.paint(c.ellipse(0, -4.4, 6, 2).cut(c.ellipse(0, -4.4, 4.2, 1)), ramp_of("f8dc5c"), level=3)
        else:
            for k in (-1, 1):
                c.paint(c.poly([(k * 3 - 1.5, 2), (k * 3 + 1.5, 2), (k * 6, -2.6), (k * 5.4, -6)]), ramp_of("f0e0bc"))

    base = top + wide * 0.10
    reach = {"wizard": 13.6, "party": 14.2, "santa": 14.2, "top": 10.0}.get(name, 7.5)
    return _on(picture, max(0.4, min(wide / 14.5, (base - 1) / reach)), x, base, draw)


def _glasses(picture: Picture) -> Picture:
    x, top, wide = _head(picture)

    def draw(c: Canvas) -> None:
        glass = ramp_of("3a3850")
        for k in (-3, 3):
            c.paint(c.box(k - 2.5, -1.4, k + 2.5, 1.8, 0.8), glass, level=0)
            c.dot(k - 1.6, -0.8, (120, 132, 180), 1.2, 1)
        c.dot(-6, -1.2, (34, 32, 50), 12, 0.9)

    return _on(picture, max(0.5, wide / 15), x, top + wide * 0.50, draw)


def _scarf(picture: Picture, brief: Brief) -> Picture:
    x, top, wide = _head(picture)
    r = ramp(brief.color("scarf") or brief.color() or rgb("d0323c"))

    def draw(c: Canvas) -> None:
        c.paint(c.capsule(-4.6, 0, 4.6, 0, 1.9), r)
        c.paint(c.capsule(3, 0.6, 4.4, 5.4, 1.5, 1.2), r, edge=True)

    return _on(picture, max(0.5, wide / 14), x, top + wide * 0.96, draw)


def _carry(picture: Picture, thing: str, brief: Brief) -> Picture:
    """A thing at the figure's right hand, or before it."""
    _, (x0, y0, x1, y1) = _figure(picture)
    tall = y1 - y0
    scale = max(0.4, tall / 40)
    x = min(x1 - (x1 - x0) * 0.10, picture.shape[1] - 5 * scale)
    y = y0 + tall * 0.66
    p = paint_for(thing, brief, brief.key)

    def draw(c: Canvas) -> None:
        if thing in HELD:
            HELD[thing][0](c.at(0, 0, 14, 1.0), p)
        elif thing == "lantern":
            lantern(c.at(0, -2, 0, 1.0), p)
        else:
            draw_item(c.at(-7, -7, 0, 0.45), thing, p)

    return _on(picture, scale, x, y, draw)


# -- colours --


def recoloured(picture: Picture, color: RGB, part: str = "") -> Picture:
    """Saturated pixels (or all, for a grey picture) turned to the colour's hue; light and dark stay."""
    mask, (_, y0, _, y1) = _figure(picture)
    rows = np.arange(picture.shape[0])[:, None]
    if part == "top":
        mask = mask & (rows < y0 + (y1 - y0) * 0.38)
    elif part == "bottom":
        mask = mask & (rows > y0 + (y1 - y0) * 0.62)
    target = colorsys.rgb_to_hsv(*(v / 255 for v in color))
    unique, inverse = np.unique(picture[mask][:, :3], axis=0, return_inverse=True)
    if not len(unique):
        return picture
    hsv = np.array([colorsys.rgb_to_hsv(*(int(v) / 255 for v in c)) for c in unique])
    strong = hsv[:, 1] > 0.28
    # Skin and wood (dull oranges) keep their colour as long as something brighter can take the new one.
    skin = (hsv[:, 0] > 0.02) & (hsv[:, 0] < 0.12) & (hsv[:, 1] < 0.66)
    chosen = strong & ~skin
    if not chosen.any():
        chosen = strong if strong.any() else hsv[:, 2] > 0.25
    share = np.bincount(inverse.reshape(-1), minlength=len(unique)) / max(1, inverse.size)
    if share[chosen].sum() < 0.3:
        # A mostly grey figure, armour say: its greys take the colour, the few strong accents stay.
        chosen = ~strong & (hsv[:, 2] > 0.22)
    new = unique.copy()
    for k in np.flatnonzero(chosen):
        _, s, v = hsv[k]
        s2 = min(1.0, target[1] * (0.6 + 0.6 * max(s, 0.4 * (1.1 - v)))) if target[1] > 0.08 else s * 0.08
        v2 = v * (0.55 + 0.5 * target[2]) if target[1] > 0.08 else v * (0.4 + 0.75 * target[2])
        new[k] = [round(x * 255) for x in colorsys.hsv_to_rgb(target[0], s2, min(1.0, v2))]
    out = picture.copy()
    out[mask, :3] = new[inverse.reshape(-1)]
    return out


def _turned(picture: Picture, degrees: float) -> Picture:
    mask, _ = _figure(picture)
    unique, inverse = np.unique(picture[mask][:, :3], axis=0, return_inverse=True)
    new = np.array([adjust((int(c[0]), int(c[1]), int(c[2])), 1.0, 1.0, degrees) for c in unique], np.uint8)
    out = picture.copy()
    out[mask, :3] = new[inverse.reshape(-1)]
    return out


def _toned(colors: Ramp) -> Callable[[Picture, Brief, int], Picture]:
    """All of the figure in one ramp, by lightness: gold, stone, ice."""

    def act(picture: Picture, brief: Brief, seed: int) -> Picture:
        mask, _ = _figure(picture)
        light = picture[mask][:, :3] @ np.array([0.30, 0.59, 0.11]) / 255
        step = np.clip((light * 5.4).astype(np.intp), 0, 4)
        out = picture.copy()
        out[mask, :3] = colors[step]
        return out

    return act


def _scaled(saturation: tuple[float, float, float]) -> Callable[[Picture, Brief, int], Picture]:
    def act(picture: Picture, brief: Brief, seed: int) -> Picture:
        out = picture.copy()
        solid = out[..., 3] > 0
        out[solid, :3] = np.clip(out[solid, :3] * np.array(saturation), 0, 255).astype(np.uint8)
        return out

    return act


def _grown(mask: Mask) -> Mask:
    out = mask.copy()
    out[1:] |= mask[:-1]
    out[:-1] |= mask[1:]
    out[:, 1:] |= mask[:, :-1]
    out[:, :-1] |= mask[:, 1:]
    return out


def _glow(picture: Picture, brief: Brief, seed: int) -> Picture:
    """A halo of two steps around the figure."""
    color = brief.color("glow") or brief.color() or rgb("cyan")
    mask, _ = _figure(picture)
    near = _grown(mask)
    far = _grown(_grown(near))
    out = picture.copy()
    y, x = np.indices(mask.shape)
    checker = (x + y) % 2 == 0
    out[far & ~near & checker] = (*mix(color, (255, 255, 255), 0.1), 255)
    out[near & ~mask] = (*mix(color, (255, 255, 255), 0.45), 255)
    return _sparks(out, mix(color, (255, 255, 255), 0.7), f"{brief.key}{seed}")


def _outline(picture: Picture, brief: Brief, seed: int) -> Picture:
    mask, _ = _figure(picture)
    out = picture.copy()
    color = brief.color() or ((250, 250, 250) if brief.has("light", "bright") else (24, 20, 36))
    out[_grown(mask) & ~mask] = (*color, 255)
    return out


def _sparks(picture: Picture, color: RGB, key: str) -> Picture:
    """A few four-pointed stars around the figure."""
    _, (x0, y0, x1, y1) = _figure(picture)
    rng = generator(key, "sparks")
    c = Canvas(picture.shape[1], picture.shape[0])
    tone = np.array([color] * 5, np.uint8)
    for _ in range(6):
        x = x0 + float(rng.random()) * (x1 - x0)
        y = y0 + float(rng.random()) * (y1 - y0) * 0.8
        c.paint(c.poly(star_points(x, y, max(1.5, min(picture.shape[:2]) / 24), 0.3, 4)), tone, level=3)
    return over(picture, c.picture())


def _flames(picture: Picture, brief: Brief, seed: int) -> Picture:
    _, (x0, y0, x1, y1) = _figure(picture)
    wide = max(4.0, (x1 - x0) / 5)
    r = ramp(brief.color("glow") or rgb("f0741e"))
    c = Canvas(picture.shape[1], picture.shape[0])
    for k in range(6):
        x = x0 + (x1 - x0) * (k + 0.5) / 6
        flame(c, x, y1, wide * 0.6, (y1 - y0) * (0.22 + 0.16 * chance(brief.key, seed, k)), r)
    return over(picture, c.picture())


def _snow(picture: Picture, brief: Brief, seed: int) -> Picture:
    mask, _ = _figure(picture)
    out = picture.copy()
    top = mask & ~np.roll(mask, 1, axis=0)
    below = np.roll(top, 1, axis=0) & mask
    out[top | below, :3] = (240, 247, 252)
    out[np.roll(below, 1, axis=0) & mask & ~below, :3] = (190, 212, 234)
    return out


def _mirrored(picture: Picture, brief: Brief, seed: int) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


def _unground(picture: Picture, brief: Brief, seed: int) -> Picture:
    return cut_out(picture)


_GOLD, _STONE, _ICE, _SHADOW = (_toned(ramp_of(c)) for c in ("f0b92c", "8a8f98", "8cc8f0", "4a3a6a"))
_DARK, _BRIGHT, _FADED = _scaled((0.62, 0.60, 0.82)), _scaled((1.22, 1.18, 1.04)), _scaled((1.04, 0.92, 0.74))
_WHOLE = (_GOLD, _STONE, _ICE, _SHADOW, _DARK, _BRIGHT, _FADED)
_ACTIONS: tuple[tuple[tuple[str, ...], Callable[[Picture, Brief, int], Picture]], ...] = (
    (("mirror", "mirrored", "flip", "flipped"), _mirrored),
    (("background",), _unground),
    (("golden", "gilded"), _GOLD),
    (("petrified", "statue"), _STONE),
    (("frozen", "ice", "icy"), _ICE),
    (("shadow", "silhouette", "shadowy"), _SHADOW),
    (("night", "darker", "dark", "evil"), _DARK),
    (("brighter", "bright", "sunny", "day"), _BRIGHT),
    (("sepia", "old", "faded", "vintage"), _FADED),
    (("fire", "flames", "burning", "flaming", "fiery"), _flames),
    (("snow", "snowy"), _snow),
    (("glow", "glowing", "aura", "shining", "magical", "radiant"), _glow),
    (("outline", "outlined", "border", "stroke"), _outline),
)
