"""A browser for the session, and a project with its page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench import Workbench, bench

from browser.chromium import Chromium

MANIFEST = """\
version: 1
project: lantern-keep
provider: placeholder
presets:
  item: {style: rd_fast__mc_item, size: 16, remove_bg: true, palette: dusk}
palettes:
  dusk: [1a1c2c, 5d275d, b13e53, ef7d57, ffcd75, a7f070, 38b764, 257179]
sprites:
  # who carries the lantern
  hero: {prompt: lantern-bearing knight, style: rd_pro__default, size: 64, candidates: 4}  # a knight
  "potion_{color}": {for_each: {color: [red, blue, green]}, preset: item, prompt: "{color} potion bottle"}
  sword: {preset: item, prompt: iron sword}
animations:
  hero_walk:
    prompt: lantern-bearing knight
    style: animation__walking_and_idle
    input: hero
    tags: {walk_down: {durations: [80, 120, 200, 40]}, walk_up: {loop: pingpong, fps: 10}}
tilesets:
  meadow:
    prompt: grey stones
    outside: lush grass
    style: rd_tile__tileset_advanced
    tile_size: 32
    autotile: [blob47, rpgmaker_a2, dual_grid]
atlases:
  items: {include: [potion_*], max_size: 256}
"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    browser = Chromium()
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """The project, built once; never changed by a test."""
    made = bench(tmp_path_factory.mktemp("built"), MANIFEST)
    made.build()
    return made


@pytest.fixture
def game(built: Workbench, tmp_path: Path) -> Workbench:
    """A copy of it."""
    return built.copy(tmp_path)


@pytest.fixture(scope="session")
def preview(built: Workbench) -> str:
    """The address of its preview."""
    ran = built.run("preview")
    assert ran.status == 0, ran.err
    return Path(ran.out.strip()).as_uri()
