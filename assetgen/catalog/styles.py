"""Every style as a row of data: what it makes, sizes, limits, inputs, price, layout, former names.

`STYLES` is keyed by what goes over the wire today. The names of the first documents are aliases that manifests may
use for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from msgspec.structs import replace

from assetgen.catalog.layouts import ADVANCED_TAGS, FRAME_COUNTS
from assetgen.catalog.types import Style

_FAST = Style("", "fast", "picture", "", 64, 384, old_max=512, price="fast")
_FAST_LOW = replace(_FAST, min_size=16, max_size=128, old_max=None, price="low_res")
_PLUS = Style("", "plus", "picture", "", 64, 384, old_max=512, price="plus")
_PLUS_LOW = replace(_PLUS, min_size=16, max_size=128, old_max=None, price="low_res")
_PLUS_MID = replace(_PLUS_LOW, min_size=32, max_size=192)
_PRO = Style("", "pro", "picture", "", 12, 256, references=9, flat=Decimal("0.18"))
_PRO_FEW = replace(_PRO, min_size=64, max_images=4)
_PRO_FULL = replace(_PRO_FEW, min_size=256, sides=(256,), default_size=256)
_ANIMATION = Style(
    "", "animation", "animation", "", 1, 1, square=True, max_images=1, palette=False, tiling=False,
    flat=Decimal("0.07"),
)  # fmt: skip
_ADVANCED = Style(
    "", "advanced", "animation", "", 32, 256, max_images=1, input="required", input_sized=True, palette=False,
    tiling=False, durations=FRAME_COUNTS, flat=Decimal("0.14"),
)  # fmt: skip
_TILESET = Style(
    "", "tile", "tileset", "", 16, 32, palette=False, tiling=False, transparent=False, layout="tileset",
    flat=Decimal("0.10"),
)  # fmt: skip
_TILE = Style("", "tile", "tile", "", 16, 64, transparent=False, price="low_res")
_TILE_PICTURE = Style("", "tile", "picture", "", 16, 96, price="low_res")
_QUARTER = Decimal("0.25")


def _fixed(side: int) -> Style:
    """An animation with cells of one size."""
    return replace(_ANIMATION, min_size=side, max_size=side, sides=(side,), default_size=side)


_GROUPS: Mapping[str, Mapping[str, tuple[Style, str]]] = {
    "rd_fast__": {
        "default": (_FAST, "Simple, clean pixel art with a touch of anime illustration"),
        "retro": (_FAST, "Classic arcade look of early PC games"),
        "simple": (_FAST, "Simple shading, minimal shapes"),
        "detailed": (_FAST, "Much shading and detail"),
        "anime": (_FAST, "Clean pixel art in the manner of anime illustration"),
        "game_asset": (_FAST, "Distinct assets on a simple background"),
        "portrait": (_FAST, "Character portraits with high detail"),
        "texture": (_FAST, "Flat textures: stones, bricks, wood"),
        "ui": (_FAST, "Boxes and buttons of user interfaces"),
        "item_sheet": (_FAST, "Sheets of objects on a simple background"),
        "character_turnaround": (_FAST, "One character seen from several sides"),
        "1_bit": (_FAST, "Black and white only"),
        "no_style": (_FAST, "Pixel art without the influence of a style"),
        "low_res": (_FAST_LOW, "Small pictures of every kind"),
        "mc_item": (_FAST_LOW, "Items as in block games, background removed"),
        "mc_texture": (_FAST_LOW, "Flat block textures: grass, stone, wood"),
    },
    "rd_plus__": {
        "default": (_PLUS, "Clean pixel art, bold colours and outlines"),
        "retro": (_PLUS, "In the manner of PC-98 games"),
        "watercolor": (_PLUS, "Pixel art mixed with watercolour"),
        "textured": (_PLUS, "Half realistic, much shading and texture"),
        "cartoon": (_PLUS, "Simple shapes and shading, bold outlines"),
        "ui_element": (_PLUS, "Boxes and buttons of user interfaces"),
        "item_sheet": (_PLUS, "Sheets of objects on a simple background"),
        "character_turnaround": (_PLUS, "One character seen from several sides"),
        "environment": (_PLUS, "Scenes and backgrounds"),
        "topdown_map": (_PLUS, "Maps seen from above at three quarters"),
        "topdown_asset": (_PLUS, "Objects seen from above at three quarters"),
        "isometric": (_PLUS, "Isometric scenes with consistent outlines"),
        "isometric_asset": (_PLUS, "Isometric objects on a neutral background"),
        "classic": (_PLUS_MID, "Strong outlines, simple shading, middle sizes"),
        "skill_icon": (replace(_PLUS_MID, old_min=16), "Icons of skills, abilities, spells"),
        "low_res": (_PLUS_LOW, "Small assets and backgrounds of high quality"),
        "mc_item": (_PLUS_LOW, "Items as in block games, of high quality"),
        "mc_texture": (_PLUS_LOW, "Flat block textures that follow the prompt closely"),
        "topdown_item": (replace(_PLUS_LOW, max_size=96, old_max=128), "Items seen from above"),
    },
    "rd_pro__": {
        "default": (_PRO, "Clean pixel art by the strongest model"),
        "painterly": (_PRO, "Brush strokes, few outlines"),
        "fantasy": (_PRO, "Fantasy characters and scenes"),
        "horror": (_PRO, "Dark and uneasy"),
        "scifi": (_PRO, "Science fiction"),
        "simple": (_PRO, "Simple shading, minimal shapes"),
        "isometric": (_PRO, "Isometric scenes and objects"),
        "topdown": (_PRO, "Seen from above"),
        "platformer": (_PRO, "Seen from the side"),
        "dungeon_map": (_PRO_FEW, "Maps of dungeons"),
        "spritesheet": (_PRO_FEW, "Several sprites on one sheet"),
        "fps_weapon": (_PRO_FEW, "Weapons held in front of the viewer"),
        "typography": (_PRO_FEW, "Lettering and logos"),
        "hexagonal_tiles": (_PRO_FULL, "Sheets of hexagonal tiles"),
        "ui_panel": (_PRO_FULL, "Panels of user interfaces"),
        "inventory_items": (replace(_PRO_FULL, downloadable=True), "Sheets of items, with their boxes as data"),
        "pixelate": (replace(_PRO, min_size=16, input="required"), "Turns the input picture into pixel art"),
        "edit": (replace(_PRO, min_size=64, input="required"), "Changes the input picture as the prompt says"),
    },
    "rd_animation__": {
        "four_angle_walking": (
            replace(_fixed(48), ignores_size=True, layout="four_angle_walking"),
            "A walking figure in four directions",
        ),
        "four_angle_walking_idle": (
            replace(_fixed(48), ignores_size=True, layout="walking_and_idle"),
            "A figure walking and standing in four directions",
        ),
        "small_sprites": (
            replace(_fixed(32), ignores_size=True, layout="small_sprites"),
            "A small figure walking, waving, crouching, looking, lying",
        ),
        "vfx": (
            replace(_ANIMATION, min_size=24, max_size=96, default_size=64, ignores_size=True, layout="vfx"),
            "Effects: fire, explosions, lightning",
        ),
        "any_animation": (replace(_fixed(64), flat=_QUARTER, layout="any_animation"), "Whatever the prompt describes"),
        "big_animation": (replace(_fixed(128), layout="big_animation"), "Whatever the prompt describes, larger"),
        "8_dir_rotation": (
            replace(_fixed(80), flat=_QUARTER, layout="8_dir_rotation"),
            "One figure or object seen from eight sides",
        ),
        "battle_sprites": (
            replace(_fixed(64), layout="battle_sprites"),
            "A figure standing, walking, jumping, attacking in four directions",
        ),
        "large_walking_idle": (
            replace(_fixed(64), layout="large_walking_idle"),
            "A larger figure walking and standing in four directions",
        ),
    },
    "rd_advanced_animation__": {
        "walking": (_ADVANCED, "The input picture walks"),
        "idle": (_ADVANCED, "The input picture stands and breathes"),
        "jump": (_ADVANCED, "The input picture jumps"),
        "crouch": (_ADVANCED, "The input picture crouches"),
        "attack": (_ADVANCED, "The input picture attacks"),
        "destroy": (_ADVANCED, "The input picture is destroyed"),
        "custom_action": (replace(_ADVANCED, flat=_QUARTER), "The input picture does what the prompt says"),
        "subtle_motion": (replace(_ADVANCED, flat=_QUARTER), "The input picture moves a little"),
        "rotate": (
            replace(_ADVANCED, multiple=8, durations=(), flat=Decimal("0.10"), layout="rotate"),
            "The input picture seen from eight sides",
        ),
    },
    "rd_tile__": {
        "tileset": (_TILESET, "Twenty tiles: islands of the prompt's terrain"),
        "tileset_advanced": (replace(_TILESET, outside=True), "Twenty tiles of two terrains, each described"),
        "single_tile": (_TILE, "One tile that repeats"),
        "tile_variation": (replace(_TILE, max_size=128, input="required"), "A variation of the input tile"),
        "tile_object": (_TILE_PICTURE, "Small objects to stand on tiles"),
        "scene_object": (
            replace(_TILE_PICTURE, min_size=64, max_size=384, price="plus"),
            "Large objects for maps",
        ),
    },
}

_MINI = ("mc_item", "mc_texture", "low_res")

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "rd_animation__four_angle_walking": ("animation__four_angle_walking", "animation_four_angle_walking"),
    "rd_animation__four_angle_walking_idle": ("animation__walking_and_idle", "rd_animation__walking_and_idle"),
    "rd_animation__small_sprites": ("animation__small_sprites",),
    "rd_animation__vfx": ("animation__vfx",),
    **{f"rd_plus__{n}": (f"rd_mini__{n}",) for n in (*_MINI, "classic", "skill_icon", "topdown_item")},
    **{f"rd_fast__{n}": (f"rd_mini__fast_{n}",) for n in _MINI},
}


def _rows() -> Iterator[Style]:
    for prefix, group in _GROUPS.items():
        for name, (base, description) in group.items():
            full = prefix + name
            layout = f"advanced_{name}" if base.family == "advanced" and name in ADVANCED_TAGS else base.layout
            # The live selector lists fast styles under internal ids (`simple:rd_flux`) too.
            internal = (f"{name}:rd_flux",) if base.family == "fast" else ()
            yield replace(
                base, name=full, description=description, layout=layout, aliases=(*_ALIASES.get(full, ()), *internal)
            )


STYLES: Mapping[str, Style] = MappingProxyType({style.name: style for style in _rows()})
"""Every known style by canonical name, in the catalog's order."""

_CANONICAL: Mapping[str, str] = MappingProxyType({alias: s.name for s in STYLES.values() for alias in s.aliases})

_OWN = re.compile("user__[A-Za-z0-9_-]+")

_USER = Style(
    "", "user", "picture", "a style of your own", 16, 512, references=9, price="plus", known=False,
    note="the price is that of Plus until --check-cost says otherwise",
)  # fmt: skip


def find(name: str, *, old_model: bool = False) -> Style | None:
    """A style by canonical name or alias, None when unknown.

    With `old_model` (`model: RD_FLUX`) a bare name is a fast style. `user__…` gives a row with `known` False.
    """
    if old_model and f"rd_fast__{name}" in STYLES:
        return STYLES[f"rd_fast__{name}"]
    if _OWN.fullmatch(name):
        return replace(_USER, name=name)
    return STYLES.get(_CANONICAL.get(name, name))


def nearest(name: str) -> str | None:
    """The known style name (canonical or alias) that a misspelt one most likely means."""
    from difflib import get_close_matches

    names = [*STYLES, *_CANONICAL]
    by_end: dict[str, str] = {}
    for full in names:
        by_end.setdefault(full.split("__", 1)[-1], full)
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted in by_end:  # the family forgotten: `mc_item`
        return by_end[wanted]
    close = get_close_matches(wanted, names, 1, 0.7)
    if close:
        return close[0]
    ends = get_close_matches(wanted.split("__", 1)[-1], list(by_end), 1, 0.7)
    return by_end[ends[0]] if ends else None


def how_today(name: str) -> str | None:
    """A sentence when `name` is a former or short name of a style, else None."""
    canonical = _CANONICAL.get(name)
    return f"{name} is called {canonical} today; both names work" if canonical else None


def price(style: Style, size: tuple[int, int] | None, count: int = 1) -> Decimal:
    """The catalog's price in US dollars of `count` pictures, rounded to three places (`check_cost` is exact).

    `size` is the width and height sent; styles of a flat price need none.
    """
    if style.price == "unknown":
        raise ValueError(f"nobody knows the price of {style.name} offline")
    if style.price == "flat":
        each = style.flat
    else:
        if size is None:
            raise ValueError(f"the price of {style.name} depends on its size")
        area = Decimal(size[0] * size[1])
        least, offset, divisor = _RULES[style.price]
        each = max(least, (area + offset) / divisor)
    return (each * count).quantize(Decimal("0.001"), ROUND_HALF_UP)


_RULES: Mapping[str, tuple[Decimal, int, int]] = {
    "fast": (Decimal("0.015"), 100_000, 6_000_000),
    "plus": (Decimal("0.025"), 50_000, 2_000_000),
    "low_res": (Decimal("0.02"), 13_700, 600_000),
}
"""Least price of a picture, and the offset and divisor of its area."""
