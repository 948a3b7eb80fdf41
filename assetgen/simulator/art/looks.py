"""How a person looks: derived from the words of a prompt, so that one prompt gives one person in every style."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from assetgen.simulator.art.color import COLORS, RGB, Ramp, adjust, chance, luma, pick, ramp, ramp_of, rgb
from assetgen.simulator.art.words import Brief

SKINS = ("f4c9a0", "e8b088", "d89a6c", "b87848", "8a5634", "f6d6b8")
HAIRS = ("3a2c2c", "6a4428", "a8642c", "e4b850", "c84c2c", "8a8f98", "4a3a5c", "2c3c5c")
CLOTHS = ("3468a8", "b3433a", "3c8450", "8a5aa8", "c87f34", "2f8f8f", "a83c64", "5e6a7c", "6a5238", "4a4f8a")


class Look(Struct, frozen=True):
    """One person. Ramps colour the parts; names choose their form. `main` and `off` are held things."""

    species: str
    skin: Ramp
    hair: Ramp
    hair_style: str
    eye: RGB
    body: str
    top: Ramp
    legs: Ramp
    boots: Ramp
    trim: Ramp
    headgear: str
    hat: Ramp
    plume: Ramp
    cape: Ramp | None
    main: str
    off: str
    held: Ramp
    shield: Ramp
    key: str
    beard: bool = False
    glasses: bool = False
    scarf: Ramp | None = None
    wings: Ramp | None = None
    mask: bool = False
    backpack: bool = False
    height: float = 1.0
    width: float = 1.0


# body, headgear, main, off, top, legs, hat, cape ("" none)
_OUTFITS: dict[str, tuple[str, str, str, str, str, str, str, str]] = {
    "knight": ("armor", "helm", "sword", "shield", "a4b0c0", "6e7888", "a4b0c0", ""),
    "guard": ("armor", "kettle", "spear", "", "7a8494", "5a4a3c", "8a94a4", ""),
    "warrior": ("bare", "bandana", "axe", "", "8a5a36", "5e4634", "b3433a", ""),
    "barbarian": ("bare", "", "axe", "", "8a5a36", "6a4a30", "8a5a36", ""),
    "viking": ("tunic", "horned", "axe", "shield", "6e5a44", "5a4634", "8a94a4", ""),
    "wizard": ("robe", "wizard", "staff", "", "4a3cb0", "3a2c5c", "4a3cb0", ""),
    "witch": ("robe", "wizard", "broom", "", "5a2c6e", "34323e", "44305c", ""),
    "druid": ("robe", "antlers", "staff", "", "4c7a3c", "5a4634", "6a8a3c", ""),
    "archer": ("tunic", "cap", "bow", "", "3c8450", "6a5238", "2c6e3c", ""),
    "king": ("robe", "crown", "", "", "b3133a", "4a3a5c", "f0b92c", "b3133a"),
    "queen": ("robe", "crown", "", "", "8442b8", "4a3a5c", "f0b92c", ""),
    "monk": ("robe", "", "staff", "", "d8862c", "8a5a36", "d8862c", ""),
    "priest": ("robe", "", "book", "", "eef0f2", "c8a070", "eef0f2", ""),
    "rogue": ("tunic", "hood", "dagger", "", "44464e", "34323e", "3a3c48", "3a3c48"),
    "ninja": ("tunic", "ninja", "dagger", "", "2c3048", "24283c", "2c3048", ""),
    "samurai": ("armor", "kabuto", "sword", "", "a8303c", "34323e", "5a2c34", ""),
    "pirate": ("jacket", "pirate", "sword", "", "7a2c3c", "44464e", "34323e", ""),
    "farmer": ("overalls", "straw", "", "", "c84c3c", "3a64a8", "e4c96a", ""),
    "villager": ("tunic", "", "", "", "", "", "", ""),
    "girl": ("dress", "", "", "", "c83c54", "f0e4d0", "", ""),
    "smith": ("overalls", "", "hammer", "", "c8b8a0", "5a4634", "", ""),
    "chef": ("tunic", "chef", "", "", "f0f0ec", "44464e", "f4f4f4", ""),
    "hero": ("tunic", "", "sword", "", "", "", "", "b3433a"),
    "dwarf": ("tunic", "kettle", "pickaxe", "", "8a5a36", "5a4634", "9aa4b4", ""),
    "vampire": ("jacket", "", "", "", "34323e", "24242e", "", "8a1c2c"),
    "angel": ("robe", "halo", "", "", "f4f0e4", "e4d8b8", "f8d84c", ""),
    "astronaut": ("robot", "bubble", "", "", "e8ecf0", "c4ccd4", "e8ecf0", ""),
    "scientist": ("jacket", "", "potion", "", "f0f2f4", "44546c", "", ""),
    "bard": ("tunic", "cap", "", "", "8a3c9c", "3c8450", "8a3c9c", ""),
    "elf": ("tunic", "", "bow", "", "3c8450", "6a5238", "", ""),
    "goblin": ("tunic", "", "dagger", "", "8a5a36", "6a4a30", "", ""),
    "orc": ("bare", "", "axe", "", "6a4a30", "5a4a3c", "", ""),
    "skeleton": ("bones", "", "sword", "", "ece4d0", "ece4d0", "", ""),
    "zombie": ("tunic", "", "", "", "5e6a5c", "4a4438", "", ""),
    "mummy": ("tunic", "wraps", "", "", "e0d4b0", "e0d4b0", "e0d4b0", ""),
    "robot": ("robot", "robot", "", "", "8c9cb0", "5e6c80", "8c9cb0", ""),
    "golem": ("robot", "golem", "", "", "8a8f88", "74786e", "8a8f88", ""),
    "demon": ("bare", "horns", "", "", "4a2030", "34202c", "3a2c34", ""),
}

_SKINS = {
    "goblin": "6fae3c", "orc": "5c8a44", "skeleton": "ece4d0", "zombie": "8aa878", "mummy": "e0d4b0", "robot": "8c9cb0",
    "golem": "8a8f88", "demon": "d0403c", "vampire": "e4dce8", "astronaut": "f4c9a0",
}  # fmt: skip
_HELD_COLORS = {
    "staff": "3cc8e0",
    "potion": "46a83e",
    "bow": "9a6238",
    "gun": "5e6878",
    "torch": "f5a623",
    "broom": "d8a84c",
    "flower": "e8506c",
    "orb": "5a7cf0",
    "lantern": "f8c850",
}
_SPECIES = (
    "goblin",
    "orc",
    "skeleton",
    "zombie",
    "mummy",
    "robot",
    "golem",
    "demon",
    "vampire",
    "elf",
    "dwarf",
    "angel",
    "astronaut",
)
_HELD_SLOTS = (
    "sword",
    "axe",
    "hammer",
    "bow",
    "staff",
    "spear",
    "torch",
    "dagger",
    "pickaxe",
    "gun",
    "broom",
    "lantern",
    "flower",
    "potion",
)
_OWN_COLOR = frozenset(("crown", "halo", "kettle", "horned", "straw", "horns", "antlers"))
"""What keeps its colour when the prompt colours the person."""
_HATS = {w: w for w in ("straw", "party", "top", "chef", "pirate", "santa")} | {"cowboy": "straw"}
"""What kind of hat a word before it means."""
_HEADGEAR = {
    "hat": "wizard", "cap": "cap", "hood": "hood", "helm": "helm", "crown": "crown", "bandana": "bandana",
    "horns": "horns", "halo": "halo", "goggles": "goggles", "straw": "straw", "turban": "bandana",
}  # fmt: skip


def look_for(brief: Brief, seed: int = 0) -> Look:
    """The look that a prompt asks for: words decide its form, the key fills gaps, `seed` varies tints and trims."""
    key = brief.key
    roles = list(brief.roles)
    if not roles:
        roles = [pick(("hero", "villager", "archer", "rogue", "wizard", "farmer", "knight", "girl"), key, "role")]
    species = next((r for r in roles if r in _SPECIES), "human")
    role = next((r for r in reversed(roles) if r not in _SPECIES), roles[-1])
    body, headgear, main, off, top, legs, hat, cape = _OUTFITS.get(role, _OUTFITS["villager"])
    top = top or pick(CLOTHS, key, "top")
    legs = legs or pick(("4a4f6a", "6a5238", "44546c", "5a4a3c"), key, "legs")
    skin = ramp_of(_SKINS.get(species) or pick(SKINS, key, "skin"))
    named = brief.color()
    cloth = named or adjust(rgb(top), 1.0, 1.0, (chance(key, seed, "hue") - 0.5) * 16 if seed else 0.0)
    if named and species in ("goblin", "orc", "skeleton", "robot", "golem", "demon", "zombie") and role == species:
        skin = ramp(named)
        cloth = named if species in ("robot", "golem", "skeleton") else rgb(top)
    hair = rgb(pick(HAIRS, key, seed or "", "hair"))
    look = Look(
        species=species,
        skin=skin,
        hair=ramp(brief.color("hair") or hair),
        hair_style=pick(("short", "messy", "spiky", "side"), key, "style"),
        eye=brief.color("eye") or _eye(species, key),
        body=body,
        top=ramp(brief.color("top") or cloth),
        legs=ramp(brief.color("legs") or rgb(legs)),
        boots=ramp(brief.color("boots") or rgb(pick(("6a4430", "4a3a34", "5a5048"), key, "boots"))),
        trim=ramp(brief.color("trim") or rgb(pick(("f0b92c", "e8e0cc", "c8884c"), key, seed or "", "trim"))),
        headgear=headgear,
        hat=ramp(brief.color("hat") or (named if named and hat and headgear not in _OWN_COLOR else rgb(hat or top))),
        plume=ramp(
            brief.color("plume") or rgb(pick(("d0323c", "3468d8", "e8a82c", "8442b8"), key, seed or "", "plume"))
        ),
        cape=ramp(brief.color("cape") or named or rgb(cape)) if cape else None,
        main=main,
        off=off,
        held=ramp(brief.color("held") or rgb(_HELD_COLORS.get(main, "b4c0cc"))),
        shield=ramp(brief.color("shield") or named or rgb(pick(("3468d8", "b3133a", "2c7a4c"), key, "shield"))),
        key=key,
        height={"dwarf": 0.84, "goblin": 0.88, "orc": 1.06, "golem": 1.08}.get(species, 1.0),
        width={"dwarf": 1.14, "orc": 1.2, "golem": 1.28, "skeleton": 0.92}.get(species, 1.0),
    )
    if species not in ("human", "elf", "dwarf") and headgear == "helm":
        # The face is what tells a skeleton knight from a knight.
        look = replace(look, headgear="kettle")
    look = _dress(look, brief)
    return _temper(look, brief)


def _eye(species: str, key: str) -> RGB:
    glowing = {
        "skeleton": "e8503c",
        "goblin": "38201c",
        "orc": "38201c",
        "robot": "4ce0f0",
        "golem": "f5a623",
        "zombie": "f0e04c",
        "demon": "f8e04c",
        "vampire": "e02c3c",
    }
    return rgb(glowing.get(species) or pick(("34323e", "2c3c5c", "3c2c24", "2c4c34"), key, "eye"))


def _dress(look: Look, brief: Brief) -> Look:
    """Put on and into the hands what the prompt names."""
    for extra in brief.extras:
        if extra in _HELD_SLOTS or extra in ("shield", "book", "orb"):
            look = _hold(look, brief, extra)
        elif _HEADGEAR.get(extra):
            gear = _HEADGEAR[extra]
            if extra == "hat":
                gear = next((_HATS[word] for word in _HATS if brief.has(word)), "wizard")
            look = replace(look, headgear=gear)
            if brief.color("hat") is None and gear != look.headgear:
                look = replace(look, hat=ramp_of(pick(("b3433a", "4a3cb0", "3c8450"), look.key, "gear")))
            if gear == "crown" and brief.color("hat") is None:
                look = replace(look, hat=ramp_of("f0b92c"))
            if gear == "helm" and brief.color("hat") is None:
                look = replace(look, hat=ramp_of("a4b0c0"))
        elif extra == "cape":
            look = replace(
                look,
                cape=ramp(brief.color("cape") or rgb(pick(("b3433a", "3468a8", "3c8450", "5a2c6e"), look.key, "cape"))),
            )
        elif extra == "scarf":
            look = replace(
                look, scarf=ramp(brief.color("scarf") or rgb(pick(("d0323c", "f0b92c", "3468d8"), look.key, "scarf")))
            )
        elif extra == "wings":
            look = replace(
                look, wings=ramp(brief.color("wings") or rgb("f4f0e4" if look.species != "demon" else "5a2430"))
            )
        elif extra == "robe":
            look = replace(look, body="dress" if brief.has("dress", "gown") else "robe")
        elif extra == "armor":
            look = replace(look, body="armor")
        elif extra == "beard":
            look = replace(look, beard=True)
        elif extra == "glasses":
            look = replace(look, glasses=True)
        elif extra == "mask":
            look = replace(look, mask=True)
        elif extra == "backpack":
            look = replace(look, backpack=True)
        elif extra in ("bald", "ponytail"):
            look = replace(look, hair_style=extra)
    return look


def _hold(look: Look, brief: Brief, thing: str) -> Look:
    held = brief.color("held")
    if thing in ("lantern", "torch", "shield", "book", "orb", "potion", "flower") and look.main:
        look = replace(look, off=thing)
    else:
        look = replace(look, main=thing, held=ramp_of(_HELD_COLORS.get(thing, "b4c0cc")))
    if held:
        return replace(look, held=ramp(held))
    return look


def _temper(look: Look, brief: Brief) -> Look:
    """What remains: age, sex, species and light words."""
    role_words = brief.words
    if brief.has("old", "elder", "elderly", "grandpa", "wise", "ancient") or {"wizard", "dwarf"} & set(brief.roles):
        look = replace(look, beard=True)
        if brief.color("hair") is None and not brief.has("young") and "dwarf" not in brief.roles:
            look = replace(look, hair=ramp_of("d8dce0"))
    if brief.color("beard"):
        look = replace(look, hair=ramp(brief.color("beard") or (0, 0, 0)), beard=True)
    if role_words & {
        "girl",
        "woman",
        "queen",
        "witch",
        "princess",
        "lady",
        "sorceress",
        "maid",
        "heroine",
        "female",
        "she",
    }:
        look = replace(look, hair_style=pick(("long", "ponytail", "bun", "long"), look.key, "style"), beard=False)
    if "elf" in brief.roles and look.headgear in ("", "cap"):
        look = replace(look, hair_style="long", hair=ramp(brief.color("hair") or COLORS["blonde"]))
    if brief.has("child", "boy", "kid", "little", "small", "tiny", "young"):
        look = replace(look, height=look.height * 0.86, beard=False)
    if brief.has("giant", "huge", "big", "large", "fat"):
        look = replace(look, width=look.width * 1.14)
    if look.species in ("skeleton", "robot", "golem", "mummy", "orc", "goblin", "zombie") and look.species != "zombie":
        look = replace(look, hair_style="bald", beard=False)
    if "monk" in brief.roles:
        look = replace(look, hair_style="bald")
    if "angel" in brief.roles or "fairy" in role_words:
        look = replace(look, wings=look.wings or ramp_of("f4f0e4"), hair=ramp(brief.color("hair") or COLORS["blonde"]))
    if "demon" in brief.roles:
        look = replace(look, wings=look.wings or ramp_of("6a2434"), hair_style="bald")
    if brief.has("frozen", "icy", "ice", "frost") and brief.color() is None:
        look = replace(look, top=ramp_of("8cc4e8"))
    if luma((int(look.top[2][0]), int(look.top[2][1]), int(look.top[2][2]))) < 0.12:
        look = replace(look, top=ramp_of("44464e"))
    return look
