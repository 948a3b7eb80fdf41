"""What a prompt asks for: its subject, roles, accessories and colours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from assetgen.simulator.art.color import COLORS, MOODS, RGB, TINTS, adjust

_VOCABULARY = {
    # Outfits and kinds of people: drawn by the one rig. A prompt may name several ("goblin archer").
    "person": """knight paladin=knight soldier=guard guard warrior barbarian viking wizard mage=wizard sorcerer=wizard
        sorceress=witch warlock=wizard witch druid archer ranger=archer hunter=archer elf goblin orc troll=orc
        ogre=orc skeleton zombie lich=skeleton mummy robot android=robot droid=robot golem automaton=robot king
        queen prince=king princess=queen monk priest cleric=priest healer=priest thief=rogue rogue
        assassin=rogue ninja samurai pirate bandit=rogue farmer villager peasant=villager merchant=villager
        blacksmith=smith smith cook=chef chef child=villager boy=villager girl man=villager woman=girl
        person=villager human=villager people=villager hero adventurer=hero explorer=hero dwarf vampire demon
        devil=demon imp=demon angel fairy=angel astronaut cyborg=robot scientist alchemist=scientist bard=bard
        sailor=pirate miner=dwarf gladiator=warrior fighter=warrior boxer=monk protagonist=hero character=hero
        npc=villager heroine=girl player=hero maid=girl shopkeeper=villager crusader=knight templar=knight
        lady=queen traveler=hero mechanic=smith""",
    "beast": """cat kitten=cat tiger lion dog puppy=dog corgi shiba=corgi fox wolf hound=wolf bear rabbit bunny=rabbit
        hare=rabbit pig boar=pig horse pony=horse unicorn=horse deer stag=deer sheep lamb=sheep goat cow bull=cow
        mouse=mouse rat=mouse squirrel=fox raccoon panda=bear dragon drake=dragon wyvern=dragon dinosaur=dragon
        lizard=dragon hedgehog=mouse""",
    "critter": """slime ooze=slime jelly=slime blob=slime ghost spirit=ghost phantom=ghost wraith=ghost
        specter=ghost bat spider bird raven crow=raven owl eagle=bird parrot=bird chicken hen=chicken rooster=chicken
        duck penguin=duck phoenix=bird fish snake serpent=snake worm=snake frog toad=frog bee butterfly crab
        eye=beholder beholder eyeball=beholder mimic snail turtle=crab octopus=octopus squid=octopus
        jellyfish=octopus monster=random creature=random beast=random enemy=random pet=random boss=random
        animal=random alien=octopus""",
    "item": """potion flask=potion bottle=potion elixir=potion vial=potion sword blade=sword longsword=sword
        katana=sword saber=sword dagger knife=dagger axe hatchet=axe hammer mace=hammer warhammer=hammer bow
        longbow=bow crossbow=bow arrow spear lance=spear trident=spear staff wand=staff scepter=staff shield
        buckler=shield gem jewel=gem crystal=gem ruby=gem diamond=gem emerald=gem sapphire=gem amethyst=gem coin
        coins=coin money=coin key ring amulet necklace=amulet pendant=amulet scroll map=scroll letter=scroll
        parchment=scroll book tome=book spellbook=book grimoire=book apple fruit=apple pear=apple mushroom
        toadstool=mushroom heart star torch lantern lamp=lantern crown bomb helmet=helm helm armor=armor
        armour=armor chestplate=armor boots=boots boot=boots glove=boots hat bread=bread loaf=bread cheese
        meat=meat ham=meat drumstick=meat egg feather leaf herb=leaf flower rose=flower skull pickaxe
        shovel=pickaxe pick=pickaxe candle bag pouch=bag sack=bag backpack=bag ore ingot bar=ingot cup=cup
        goblet=cup chalice=cup mug=cup orb moon sun cake carrot=carrot hourglass dice=dice rune gun pistol=gun
        rifle=gun chest treasure=chest compass=amulet medallion=amulet gauntlet=boots cloak=armor drink=cup
        cookie=bread pie=cake shell=egg trophy=cup cannon=gun relic=amulet""",
    "scenery": """tree oak=tree maple=tree pine fir=pine spruce=pine conifer=pine palm bush shrub=bush hedge=bush rock
        boulder=rock stump log=stump house cottage=house hut=house cabin=house home=house shop=house
        tavern=house inn=house building=house barn=house castle keep=castle fortress=castle tower well
        fountain=well barrel crate box=crate sign signpost=sign fence gate=fence bench=table table lamppost
        streetlight=lamppost campfire bonfire=campfire tent cactus statue pillar column=pillar gravestone
        tombstone=gravestone grave=gravestone ladder bridge cart=crate windmill=tower door=door portal
        altar=table throne=door bed=table chair=table cauldron anvil stalagmite=rock ruins=pillar temple=pillar
        island=island volcano=mountain mountain hill=mountain ship boat=ship spaceship=spaceship
        rocket=spaceship starship=spaceship fighter-jet=spaceship car=car tank=car ufo=spaceship plane=spaceship""",
    "terrain": """grass meadow=grass lawn=grass grassland=grass dirt soil=dirt earth=dirt mud=dirt path=dirt ground=dirt
        farmland=dirt sand desert=sand beach=sand dune=sand stone rocks=stone cobble=stone cobblestone=stone
        gravel pebble=gravel stones=stone brick bricks=brick wall=brick wood plank=wood planks=wood floor=wood
        floorboards=wood parquet=wood water sea=water ocean=water lake=water river=water pond=water lava
        magma=lava volcanic=lava snow ice metal plate=metal moss leaves=leaves foliage=leaves swamp=swamp
        marsh=swamp void=void space=void starfield=void abyss=void carpet rug=carpet fabric=carpet cloth=carpet
        tile=tiles tiles=tiles marble=tiles checkerboard=tiles roof shingle=roof shingles=roof thatch=roof
        forest=leaves jungle=leaves cloud=snow clouds=snow asphalt=gravel road=gravel concrete=gravel
        ash-ground=gravel ruins-floor=stone dungeon=stone cave=stone cavern=stone bark=wood hay=roof
        bone-floor=gravel""",
    "effect": """fire flame=fire flames=fire explosion explode=explosion blast=explosion boom=explosion lightning
        thunder=lightning electric=lightning electricity=lightning spark=lightning smoke fog=smoke mist=smoke
        poof=smoke dust=smoke magic spell=magic sparkle=magic sparkles=magic aura=magic heal=heal buff=heal
        splash wave=splash bubbles=splash slash cut=slash swipe=slash fireball comet=fireball meteor=fireball
        vortex=magic beam=lightning shockwave=explosion tornado=smoke impact=explosion hit=explosion
        poison-cloud=smoke swirl=magic swirling=magic curse=magic laser=lightning""",
    "interface": """panel window=panel menu=panel dialog=panel dialogue=panel textbox=panel inventory=slots hotbar=slots
        slot=slots button frame border=frame icon=icon icons=icon healthbar=bar hp=bar progress=bar meter=bar
        gauge=bar slider=bar cursor=cursor pointer=cursor ui=panel interface=panel hud=bar title=banner-ui
        banner=banner-ui logo=banner-ui checkbox=button""",
    "portrait": "portrait face=portrait headshot=portrait bust=portrait avatar=portrait mugshot=portrait",
    "scene": """landscape scene=landscape scenery=landscape village town=village city=village horizon=landscape
        sunset=landscape sunrise=landscape valley=landscape background=landscape environment=landscape
        battlefield=landscape kingdom=landscape""",
}

VOCABULARY: dict[str, tuple[str, str]] = {}
"""Word → (kind, recipe)."""
for _kind, _list in _VOCABULARY.items():
    for _entry in _list.split():
        _word, _, _recipe = _entry.partition("=")
        VOCABULARY.setdefault(_word, (_kind, _recipe or _word))

ACCESSORIES = {
    "lantern": "lantern", "lamp": "lantern", "sword": "sword", "blade": "sword", "katana": "sword", "axe": "axe",
    "hatchet": "axe", "hammer": "hammer", "mace": "hammer", "bow": "bow", "crossbow": "bow", "staff": "staff",
    "wand": "staff", "spear": "spear", "lance": "spear", "trident": "spear", "shield": "shield", "book": "book",
    "tome": "book", "torch": "torch", "dagger": "dagger", "knife": "dagger", "pickaxe": "pickaxe", "flower": "flower",
    "potion": "potion", "gun": "gun", "pistol": "gun", "rifle": "gun", "scythe": "axe", "broom": "broom",
    "banner": "spear", "pitchfork": "spear", "orb": "orb", "hat": "hat", "cap": "cap", "hood": "hood",
    "hooded": "hood", "helmet": "helm", "helm": "helm", "crown": "crown", "bandana": "bandana", "headband": "bandana",
    "horns": "horns", "horned": "horns", "halo": "halo", "goggles": "goggles", "sunglasses": "glasses",
    "glasses": "glasses", "cape": "cape", "cloak": "cape", "scarf": "scarf", "beard": "beard", "bearded": "beard",
    "mustache": "beard", "moustache": "beard", "wings": "wings", "winged": "wings", "backpack": "backpack",
    "mask": "mask", "masked": "mask", "robe": "robe", "robes": "robe", "robed": "robe", "dress": "robe",
    "gown": "robe", "armor": "armor", "armour": "armor", "armored": "armor", "armoured": "armor", "plume": "plume",
    "bald": "bald", "ponytail": "ponytail", "straw": "straw", "turban": "turban", "bowtie": "scarf",
    "quiver": "backpack",
}  # fmt: skip
"""What may be worn or held, by the word for it."""

COLOURED_PARTS = {
    "eye": "eye", "eyes": "eye", "hair": "hair", "haired": "hair", "skin": "skin", "skinned": "skin", "shirt": "top",
    "tunic": "top", "jacket": "top", "coat": "top", "vest": "top", "robe": "top", "robes": "top", "dress": "top",
    "armor": "top", "armour": "top", "armored": "top", "suit": "top", "clothes": "top", "clothing": "top",
    "outfit": "top", "uniform": "top", "trousers": "legs", "pants": "legs", "jeans": "legs", "shorts": "legs",
    "skirt": "legs", "boots": "boots", "shoes": "boots", "hat": "hat", "hood": "hat", "helmet": "hat", "helm": "hat",
    "cap": "hat", "crown": "hat", "bandana": "hat", "cape": "cape", "cloak": "cape", "scarf": "scarf",
    "bowtie": "scarf", "plume": "plume", "beard": "beard", "bearded": "beard", "wings": "wings", "winged": "wings",
    "lantern": "held", "sword": "held", "staff": "held", "shield": "shield", "roof": "roof", "door": "door",
    "leaves": "leaves", "foliage": "leaves", "trim": "trim", "belt": "trim", "cork": "trim", "handle": "trim",
    "hilt": "trim", "glow": "glow", "flame": "glow", "flames": "glow", "liquid": "main",
}  # fmt: skip
"""Parts that a colour word before them is about."""

_BREAKS = frozenset(
    """with holding wearing carrying wielding bearing on in of at under over near beside by inside behind into onto
    from against for that which who and surrounded riding using full""".split()  # noqa: SIM905 - read as a text
)
_VERBS = frozenset(
    """guarding eating fighting flying standing sitting running walking swimming sleeping casting throwing chasing
    riding attacking jumping dancing made filled""".split()  # noqa: SIM905 - read as a text
)
"""Words that end the subject when one was named before them."""
_WEAK = frozenset(("magic", "hero", "villager", "panel", "random"))
"""General subjects: a more definite one beside them is meant."""
_HELD = frozenset(
    """bearing wielding carrying holding wearing armed clad handed""".split()  # noqa: SIM905 - read as a text
)


class Brief(Struct, frozen=True):
    """A prompt understood. `roles` are all the person words in order; `extras` what is worn or held."""

    kind: str
    subject: str
    key: str
    words: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    colors: tuple[RGB, ...] = ()
    parts: Mapping[str, RGB] | None = None
    known: bool = True
    nouns: tuple[tuple[str, str], ...] = ()

    def color(self, part: str = "main") -> RGB | None:
        """The colour that the prompt gives to a part; `main` is the subject itself."""
        if part == "main":
            return self.colors[0] if self.colors else None
        return (self.parts or {}).get(part)

    def has(self, *words: str) -> bool:
        """Whether the prompt uses any of these words."""
        return not self.words.isdisjoint(words)


def _singular(word: str) -> str:
    if word in VOCABULARY or word in COLORS or word in COLOURED_PARTS:
        return word
    for ending, replacement in (("ies", "y"), ("ves", "f"), ("es", "e"), ("es", ""), ("s", ""), ("'s", "")):
        if word.endswith(ending) and word[: -len(ending)] + replacement in VOCABULARY:
            return word[: -len(ending)] + replacement
    return word


@lru_cache(maxsize=512)
def read(prompt: str, prefer: tuple[str, ...] = ()) -> Brief:
    """Understand a prompt. Nouns of the kinds in `prefer` win over others; the last one before a preposition is meant.

    A prompt without a known noun comes back with `known` False, kind and subject empty.
    """
    key = " ".join(prompt.lower().split())
    tokens = re.findall(r"[^\W\d_]+(?:'s)?", key)
    nouns: list[tuple[int, str, str]] = []
    extras: list[str] = []
    colors: list[RGB] = []
    parts: dict[str, RGB] = {}
    tints: list[RGB] = []
    mood = (1.0, 1.0)
    pending: RGB | None = None
    pending_at = -9
    first_break = len(tokens)
    for at, raw in enumerate(tokens):
        word = _singular(raw.removesuffix("'s"))
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if raw in _BREAKS and at and (raw not in _HELD or at < 2 or tokens[at - 1] not in ACCESSORIES):
            first_break = min(first_break, at)
        if raw in _VERBS and nouns:
            first_break = min(first_break, at)
        if word in MOODS:
            mood = (mood[0] * MOODS[word][0], mood[1] * MOODS[word][1])
        # "bone", "rose", "ruby" and the like are colours only before a noun; the noun table has its own words for them.
        noun_follows = _singular(following.removesuffix("'s")) in VOCABULARY or following in COLOURED_PARTS
        if word in COLORS and (noun_follows or word not in VOCABULARY):
            if pending is not None and pending_at == at - 1 and not colors:
                colors.append(pending)
            pending, pending_at = COLORS[word], at
            continue
        if word in TINTS:
            tints.append(COLORS[TINTS[word]])
        fresh = pending is not None and at - pending_at <= 3
        if word in ACCESSORIES:
            extras.append(ACCESSORIES[word])
        if fresh and word in COLOURED_PARTS and pending is not None and (at > first_break or word not in VOCABULARY):
            parts.setdefault(COLOURED_PARTS[word], pending)
            pending = None
        if word in VOCABULARY and not (following in _HELD and word in ACCESSORIES):
            kind, subject = VOCABULARY[word]
            nouns.append((at, kind, subject))
            if word in COLORS and at <= first_break and not (fresh and pending is not None):
                colors.append(COLORS[word])
            if fresh and pending is not None:
                # After a preposition the colour belongs to something around the subject, not to the subject.
                if at <= first_break:
                    colors.append(pending)
                pending = None
        if pending is not None and at - pending_at >= 3:
            colors.append(pending)
            pending = None
    if pending is not None and (
        first_break == len(tokens) or pending_at < first_break or "in" in tokens[first_break:] or not nouns
    ):
        colors.append(pending)
    chosen = _choose(nouns, first_break, prefer)
    creature = _titled(nouns, chosen)
    if creature is not None and chosen is not None:
        extras += [{"wizard": "hat", "witch": "hat", "king": "crown", "queen": "crown"}.get(chosen[2], "")]
        chosen = creature
    colors = [adjust(c, *mood) for c in (colors or tints[:1])]
    roles = tuple(subject for _, kind, subject in nouns if kind == "person")
    if creature is not None:
        roles = ()
    elif chosen is not None and chosen[1] == "person":
        before = [n[2] for n in nouns if n[1] == "person" and n[0] <= first_break]
        roles = tuple(dict.fromkeys(before or roles))
    return Brief(
        kind=chosen[1] if chosen else "",
        subject=chosen[2] if chosen else "",
        key=key,
        words=frozenset(tokens),
        roles=roles,
        extras=tuple(dict.fromkeys(e for e in extras if e)),
        colors=tuple(colors),
        parts={name: adjust(c, *mood) for name, c in parts.items()},
        known=chosen is not None,
        nouns=tuple((kind, subject) for _, kind, subject in nouns),
    )


def _choose(
    nouns: Sequence[tuple[int, str, str]], first_break: int, prefer: tuple[str, ...]
) -> tuple[int, str, str] | None:
    head = [noun for noun in nouns if noun[0] <= first_break]
    for group in (head, list(nouns)):
        wanted = [noun for noun in group if noun[1] in prefer]
        if wanted:
            return _definite(wanted)
    if not nouns:
        return None
    return _definite(head or [nouns[0]])


def _titled(nouns: Sequence[tuple[int, str, str]], chosen: tuple[int, str, str] | None) -> tuple[int, str, str] | None:
    """The creature before a title: a "slime king" is a slime, a "cat wizard" a cat."""
    if chosen is None or chosen[1] != "person":
        return None
    return next((noun for noun in nouns if noun[1] in ("beast", "critter") and noun[0] == chosen[0] - 1), None)


def _definite(nouns: Sequence[tuple[int, str, str]]) -> tuple[int, str, str]:
    """The last noun, or a more definite one of its kind before it: "fireball spell" is a fireball."""
    last = nouns[-1]
    if last[2] in _WEAK:
        return next((noun for noun in reversed(nouns) if noun[1] == last[1] and noun[2] not in _WEAK), last)
    return last
