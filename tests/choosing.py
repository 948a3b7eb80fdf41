"""A project with something to choose, and what the tests of choosing look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from workbench import Ran, Workbench, bench

from assetgen.pixels.picture import Picture, read
from assetgen.pixels.png import encode_truecolor
from assetgen.store import lockfile

MANIFEST = """\
version: 1
provider: placeholder
presets:
  item: {style: rd_fast__mc_item, size: 16, remove_bg: true}
palettes:
  dusk: [1a1c2c, 5d275d, b13e53, ef7d57, ffcd75, a7f070, 38b764, 257179]
sprites:
  hero: {prompt: lantern-bearing knight, style: rd_pro__default, size: 64, seed: 7, candidates: 4}  # the knight
  gem: {preset: item, prompt: blue gem, palette: dusk}
  logo: {file: art/logo.png}
animations:
  hero_walk: {prompt: lantern-bearing knight, style: animation__walking_and_idle, input: hero}
tilesets:
  meadow: {prompt: grey stones, outside: lush grass, style: rd_tile__tileset_advanced, tile_size: 32}
"""


def project(folder: Path) -> Workbench:
    """It, built."""
    made = bench(folder, MANIFEST)
    draw(made.root / "art/logo.png", np.full((8, 8, 4), 255, np.uint8))
    made.build()
    return made


def draw(path: Path, picture: Picture) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_truecolor(picture))
    return path


def dotted(picture: Picture, x: int = 1, y: int = 1) -> Picture:
    """The picture with one white pixel."""
    changed = picture.copy()
    changed[y, x] = 255
    return changed


def ok(ran: Ran) -> Ran:
    assert ran.status == 0, f"exit {ran.status}\n{ran.err}"
    return ran


def output(game: Workbench, path: str) -> Picture:
    return read(game.root / "generated" / path)


def block(game: Workbench, name: str) -> Any:
    return lockfile.read(game.root / "assets.lock", None).lock.blocks[name]


def originals(game: Workbench) -> set[str]:
    return {path.rpartition("/")[2] for path in game.files("originals")}
