"""Sprites as games have them: drawn by the simulator's artist, cropped, and mapped to one palette of the game."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from inputs import SEED, Size, manifest, save

from assetgen.catalog import STYLES
from assetgen.pixels.colors import map_to
from assetgen.pixels.geometry import crop, trim_box
from assetgen.pixels.picture import Picture, pixel_digest, read
from assetgen.pixels.quantize import extract
from assetgen.simulator.art import Order, draw
from assetgen.simulator.art.words import VOCABULARY

COLORS = 48
_KINDS = ("person", "beast", "critter", "item", "scenery", "effect")
_SIDES, _SHARES = (16, 24, 32, 48, 64, 96), (0.25, 0.15, 0.3, 0.15, 0.1, 0.05)
_TINTS = ("", "red", "blue", "green", "golden", "purple", "dark", "white", "brown")


def art_project(root: Path, count: int) -> list[Size]:
    """A project of `count` drawn sprites in one atlas below `root`, and their sizes; drawn once."""
    art, ready = root / "art", root / "assets.yaml"
    if not ready.is_file():
        pictures = list(islice(_different(_drawn()), count))
        colors = extract(pictures[: min(count, 200)], COLORS)
        art.mkdir(parents=True, exist_ok=True)
        names = [f"s{number:06d}" for number in range(count)]
        for name, picture in zip(names, pictures, strict=True):
            save(map_to(picture, colors), art / f"{name}.png")
        ready.write_text(manifest(names, atlas=True), encoding="utf-8")
    found = [read(path).shape for path in sorted(art.iterdir())]
    return [(width, height) for height, width, _ in found]


def _drawn() -> Iterator[Picture]:
    """Subjects of all kinds without a background, opaque or clear, cropped to what they show."""
    noise = np.random.default_rng(SEED)
    style = STYLES["rd_plus__default"]
    words = [word for word, (kind, _) in VOCABULARY.items() if kind in _KINDS]
    while True:
        side = int(noise.choice(_SIDES, p=_SHARES))
        prompt = f"{noise.choice(_TINTS)} {noise.choice(words)}".strip()
        seed = int(noise.integers(1, 1 << 30))
        picture = draw(Order(style, (side, side), prompt, seed=seed, remove_bg=True))[0]
        clear = np.where(picture[..., 3:] >= 128, picture | np.array([0, 0, 0, 255], np.uint8), np.uint8(0))
        yield crop(np.ascontiguousarray(clear), trim_box(clear))


def _different(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """Each picture once, and none that is nearly nothing: some packers take equal ones for one, others do not."""
    seen: set[str] = set()
    for picture in pictures:
        digest = pixel_digest(picture)
        if min(picture.shape[:2]) >= 4 and digest not in seen:
            seen.add(digest)
            yield picture
