"""What prompts are understood as."""

from __future__ import annotations

import numpy as np
import pytest

from assetgen.catalog import STYLES
from assetgen.simulator.art import Order, draw
from assetgen.simulator.art.color import COLORS, ramp
from assetgen.simulator.art.critters import CRITTERS
from assetgen.simulator.art.effects import EFFECTS
from assetgen.simulator.art.interface import INTERFACE
from assetgen.simulator.art.items import CENTRED, HELD
from assetgen.simulator.art.looks import look_for
from assetgen.simulator.art.terrain import TERRAINS
from assetgen.simulator.art.treasures import ICONS
from assetgen.simulator.art.words import VOCABULARY, read


@pytest.mark.parametrize(
    ("prompt", "kind", "subject"),
    [
        ("lantern-bearing knight", "person", "knight"),
        ("a raven with a glowing green eye", "critter", "raven"),
        ("A really cool corgi wearing sunglasses and a party hat", "beast", "corgi"),
        ("blue potion bottle", "item", "potion"),
        ("dragon guarding treasure", "beast", "dragon"),
        ("volcanic rock with cracks", "scenery", "rock"),
        ("fireball spell", "effect", "fireball"),
        ("wooden treasure chest", "item", "chest"),
        ("grey stones with gravel and dirt", "terrain", "stone"),
        ("old man in a brown jacket", "person", "villager"),
    ],
)
def test_subjects(prompt: str, kind: str, subject: str) -> None:
    brief = read(prompt)
    assert (brief.kind, brief.subject) == (kind, subject)


def test_colours_belong_to_the_word_after_them() -> None:
    assert read("raven with a glowing green eye").color("eye") == COLORS["green"]
    assert read("wizard with a red robe").color("top") == COLORS["red"]
    assert read("knight in a green forest").color() is None
    assert read("teal dragon").color() == COLORS["teal"]
    assert read("potion in crimson").color() == COLORS["crimson"]


def test_roles_join() -> None:
    look = look_for(read("goblin archer"))
    assert look.species == "goblin"
    assert look.main == "bow"
    assert look_for(read("lantern-bearing knight")).off == "lantern"
    assert look_for(read("knight with a pointed hat")).headgear == "wizard"


def test_every_word_leads_to_a_recipe() -> None:
    known = {
        "critter": set(CRITTERS) | {"random"},
        "item": {*ICONS, *HELD, *CENTRED, "lantern"},
        "terrain": set(TERRAINS),
        "effect": set(EFFECTS),
        "interface": {*INTERFACE, "icon"},
    }
    for word, (kind, subject) in VOCABULARY.items():
        if kind in known:
            assert subject in known[kind], word


@pytest.mark.parametrize("name", sorted(COLORS))
def test_ramps_rise_from_dark_to_light(name: str) -> None:
    light = ramp(COLORS[name]).astype(int).sum(axis=1)
    assert (light[1:] >= light[:-1]).all()


def test_every_subject_is_drawn_in_a_style_of_no_subject_of_its_own() -> None:
    of_each = {subject: word for word, subject in VOCABULARY.items()}
    for word in of_each.values():
        for remove_bg in (True, False):
            (picture,) = draw(Order(STYLES["rd_fast__default"], (32, 32), word, seed=1, remove_bg=remove_bg))
            assert picture.shape == (32, 32, 4)
            assert len(np.unique(picture.reshape(-1, 4), axis=0)) > 2, word
