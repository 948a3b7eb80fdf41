"""Whatever is in the file: a Manifest, or problems that all have a place. Never anything else."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manifest_files import TASTE, Files, load, png, project

from assetgen.model.errors import ManifestError

RICH = """\
version: 1
project: lantern-keep
output: out
engines: {unity: {pixels_per_unit: 32, output: Assets/Art}, template: [{template: my.j2, to: out.h}]}
write: [sheet, frames]
budget: "200 credits"
network: {concurrency: 4, timeout: 30}
directions: {s: down}
vars: {team: crimson}
include: [more/*.yaml]
x-anchor: &card {prompt: card, style: rd_fast__mc_item, size: 16}
defaults: {sprites: {style: rd_plus__default, size: 64}, animations: {fps: 8}}
presets:
  base: {prompt_suffix: "16-bit, dark outline"}
  item: {preset: base, style: rd_fast__mc_item, size: 16, palette: dusk, process: {outline: {color: 000000}}}
palettes:
  dusk: [000000, 5d275d, "#b13e53", ef7d57]
  taken: {from: [hero], colors: 8}
sprites:
  hero: {prompt: "a {team} knight", candidates: 4, seed: 7}
  bag: {prompt: items, style: rd_pro__inventory_items, cut: {grid: 32, names: [red, _, blue]}}
  hat: {edit: hero, edits: [add a hat, {tool: inpainting, mask: ./art/a.png, prompt: a feather}], fix: neural}
  red: {copy: bag/red, process: {recolor: {from: [ffffff], to: [000000]}, canvas: {size: 64x64}}}
  anchored: *card
  "spell_{id}":
    for_each: [{id: fireball, text: swirling fire}, {id: ice, text: frost}]
    preset: [item]
    prompt: "{text}"
  "card_{n}_{size}": {for_each: {n: [1, 2], size: [16, 32]}, preset: item, size: "{size}", prompt: card}
animations:
  hero_walk: {prompt: knight, style: animation__four_angle_walking, input: hero, tags: {"walk_*": {fps: 8}}}
  hero_act: {prompt: jumps, style: rd_advanced_animation__jump, input: hero, frames: 8}
  all: {parts: [hero_walk, {of: hero_act, tags: {jump: {name: hop}}}], pivot: bottom}
tilesets:
  meadow: {prompt: stones, outside: grass, style: rd_tile__tileset_advanced, tile_size: 16}
  world: {tile_size: 16, terrains: {meadow: [stone, grass]}, tiles: [{12: {collision: full}}], autotile: [blob47]}
atlases:
  all: {include: ["*"], exclude: [meadow, world], scale: [1, 2]}
"""
FILES: Files = {
    "art/logo.png": png(),
    "art/a.png": png(64, 64),
    "my.j2": "x",
    "more/b.yaml": "sprites:\n  gem: a gem\n",
}
PLACE = re.compile(r"[\w./-]+:[1-9][0-9]*:[1-9][0-9]*: \S")
INSERTS = "{}[]:,#&*!|>%@`'\"-? \t\n~é\u2028\x07\ufeff0x<"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("damage"), RICH, **FILES)


def check(folder: Path, data: bytes) -> bool:
    """Whether the damaged manifest still loads; fails when something is wrong with how it does not."""
    (folder / "assets.yaml").write_bytes(data)
    try:
        load(folder)
    except ManifestError as caught:
        found = [str(problem) for problem in caught.problems]
    else:
        return True
    assert found
    assert all(PLACE.match(problem) for problem in found), found
    return False


def test_the_undamaged_manifests_load(folder: Path) -> None:
    assert check(folder, RICH.encode())
    assert check(folder, TASTE.encode())


def damaged(source: bytes, chance: random.Random) -> bytes:
    data = bytearray(source)
    for _ in range(chance.choice([1, 1, 1, 2, 5])):
        at = chance.randrange(len(data))
        kind = chance.randrange(7)
        if kind == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            data[at:at] = chance.choice(INSERTS).encode()
        elif kind == 2:
            del data[at : at + chance.choice([1, 1, 2, 8])]
        elif kind == 3:
            del data[max(at, 1) :]
        else:
            lines = bytes(data).split(b"\n")
            line = chance.randrange(len(lines))
            if kind == 4:
                lines.insert(line, chance.choice(lines))
            elif kind == 5:
                del lines[line]
            else:
                lines[line] = b" " * chance.randrange(9) + lines[line].strip()
            data = bytearray(b"\n".join(lines)) or bytearray(b"\n")
    return bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_damaged_manifests(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    outcomes = [check(folder, damaged(chance.choice([RICH, TASTE]).encode(), chance)) for _ in range(250)]
    assert any(outcomes)
    assert not all(outcomes)


KEYS = st.sampled_from(re.findall(r"[a-z_]{3,}(?=:)", RICH))
SCALARS = st.sampled_from(
    """~ true 1e3 000000 -1 64 96x64 hero bag/red '{team}' '{x}' '{' ./art/a.png ../x.png '*' inf .nan 0x1F
    !!python/object:os.system 999999999999999999999999999999""".split()  # noqa: SIM905
)


def as_flow(entry: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in entry.items()) + "}"


NODES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(KEYS, inner, max_size=3).map(as_flow)
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(section=st.sampled_from(["sprites", "animations", "tilesets", "atlases", "palettes", "presets", "defaults"]),
       entry=st.dictionaries(KEYS, NODES, min_size=1, max_size=4))  # fmt: skip
def test_any_value_under_any_key(folder: Path, section: str, entry: dict[str, str]) -> None:
    body = "".join(f"    {key}: {value}\n" for key, value in entry.items())
    others = "" if section == "sprites" else "sprites:\n  hero: {prompt: a, style: rd_pro__default, size: 64}\n"
    check(folder, f"version: 1\n{others}{section}:\n  one:\n{body}".encode())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(folder: Path, data: bytes) -> None:
    assert not check(folder, data)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab:{}[]-#&*'\"|>!%@?, \n\t<~0.")), max_size=60))
def test_any_yaml_looking_text(folder: Path, text: str) -> None:
    assert not check(folder, text.encode())
