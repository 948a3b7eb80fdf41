"""Draws docs/images/example.png: a scene of the example's own outputs, as a game would put them together.

    assetgen -C example_project build && python docs/make_images.py

Everything in it comes out of `example_project/generated`: the map from the tileset's corners in assets.json, figures
from sprites and animation sheets. Nothing is scaled but the whole, by 2.
"""

from __future__ import annotations

import json
import math
import random
import sys
from pathlib import Path
from typing import Any

from PIL import Image

HERE = Path(__file__).resolve().parent
SCALE = 2
TILE = 16
COLUMNS, ROWS = 26, 17

Place = tuple[float, float]


class Outputs:
    """The finished files of a project, found through its index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index: dict[str, Any] = json.loads((folder / "assets.json").read_text("utf-8"))

    def picture(self, path: str) -> Image.Image:
        return Image.open(self.folder / path).convert("RGBA")

    def sprite(self, name: str) -> Image.Image:
        return self.picture(self.index["sprites"][name]["file"])

    def frame(self, name: str, tag: str, step: int) -> Image.Image:
        """One step of an animation, cut from its sheet: one row a tag, one cell a step."""
        entry = self.index["animations"][name]
        width, height = entry["cell"]
        row = list(entry["tags"]).index(tag)
        return self.picture(entry["sheet"]).crop((step * width, row * height, (step + 1) * width, (row + 1) * height))

    def tiles(self, name: str) -> tuple[Image.Image, dict[tuple[str, ...], list[tuple[int, float]]], int]:
        """The sheet, tile ids with their probabilities by corners, and the sheet's columns."""
        entry = self.index["tilesets"][name]
        by_corners: dict[tuple[str, ...], list[tuple[int, float]]] = {}
        for tile in entry["tiles"]:
            if tile["corners"]:
                by_corners.setdefault(tuple(tile["corners"]), []).append((tile["id"], tile["probability"]))
        return self.picture(entry["file"]), by_corners, entry["columns"]


def terrain(x: int, y: int) -> str:
    """The material at a corner of the map: a lake, a courtyard before the keep, a path to the shore."""
    lake = math.hypot((x - 22.5) / 4.6, (y - 12.5) / 3.4) + 0.12 * math.sin(3 * x + y)
    if lake < 1:
        return "water"
    courtyard = 5 <= x <= 13 and 6 <= y <= 8
    path = 8 <= x <= 10 and 6 <= y <= 17
    crossing = 8 <= x <= 16 and 11 <= y <= 12
    return "stone" if courtyard or path or crossing else "grass"


def ground(outputs: Outputs) -> Image.Image:
    """The map, each cell chosen by the materials at its four corners."""
    sheet, by_corners, columns = outputs.tiles("world")
    chance = random.Random(5)
    picture = Image.new("RGBA", (COLUMNS * TILE, ROWS * TILE))
    for y in range(ROWS):
        for x in range(COLUMNS):
            corners = tuple(terrain(x + dx, y + dy) for dy in (0, 1) for dx in (0, 1))
            ids, weights = zip(*by_corners[corners], strict=True)
            tile = chance.choices(ids, weights)[0]
            left, top = tile % columns * TILE, tile // columns * TILE
            picture.paste(sheet.crop((left, top, left + TILE, top + TILE)), (x * TILE, y * TILE))
    return picture


def stand(scene: Image.Image, figure: Image.Image, x: int, y: int) -> None:
    """Puts a figure with the middle of its feet at (x, y), with a soft shadow."""
    box = figure.getbbox()
    assert box is not None
    figure = figure.crop(box)
    shadow = Image.new("RGBA", (figure.width, max(4, figure.width // 5)))
    for sx in range(shadow.width):
        for sy in range(shadow.height):
            if math.hypot((sx + 0.5) / shadow.width * 2 - 1, (sy + 0.5) / shadow.height * 2 - 1) < 0.95:
                shadow.putpixel((sx, sy), (18, 19, 31, 90))
    scene.alpha_composite(shadow, (x - shadow.width // 2, y - shadow.height // 2))
    scene.alpha_composite(figure, (x - figure.width // 2, y - figure.height))


def interface(scene: Image.Image, outputs: Outputs) -> None:
    """Below the map: two portraits, the inventory with its items, the skills."""
    top = ROWS * TILE
    bar = Image.new("RGBA", (scene.width, scene.height - top), (27, 24, 38, 255))
    scene.paste(bar, (0, top))
    for column, name in enumerate(("portrait_knight", "portrait_wizard")):
        scene.alpha_composite(outputs.sprite(name), (6 + column * 70, top + 6))
    items = [f"potion_{color}" for color in ("red", "blue", "green", "purple")]
    items += [name for name in outputs.index["sprites"] if name.startswith("item/")]
    left, columns = 152, 14
    for at, name in enumerate(items[: columns * 2]):
        x, y = left + at % columns * 18.6, top + 6 + at // columns * 18
        scene.alpha_composite(outputs.sprite(name), (int(x), y))
    for at, name in enumerate(("skill_fireball", "skill_mending", "skill_ward")):
        scene.alpha_composite(outputs.sprite(name), (left + at * 36, top + 41))
    for step in range(4):
        flame = outputs.frame("flame", "effect", step * 3)
        scene.alpha_composite(flame.crop((8, 12, 40, 48)), (266 + step * 37, top + 40))


def figures(outputs: Outputs) -> list[tuple[Image.Image, int, int]]:
    """Everything that stands on the map, with its feet."""
    frame, sprite = outputs.frame, outputs.sprite
    placed: list[tuple[Image.Image, int, int]] = [
        (sprite("keep"), 150, 118),
        (sprite("tower"), 44, 112),
        (sprite("house"), 304, 112),
        (sprite("well"), 236, 146),
        (sprite("campfire"), 98, 228),
        (sprite("cauldron"), 240, 252),
        (frame("wizard", "face_s", 0), 276, 262),
        (frame("hero_walk", "walk_down", 1), 152, 158),
        (frame("hero_walk", "walk_right", 1), 208, 198),
        (frame("hero_walk", "walk_left", 3), 134, 200),
        (frame("hero_walk", "walk_up", 3), 160, 254),
        (frame("villager", "walk_down", 0), 64, 214),
        (frame("villager", "arms_right", 0), 68, 244),
        (frame("villager", "walk_left", 1), 128, 240),
        (frame("hero_attack", "attack", 4), 288, 156),
        (frame("slime_idle", "idle", 2), 334, 144),
        (frame("explosion", "effect", 6), 362, 232),
        (sprite("creature/dragon"), 368, 66),
        (sprite("creature/owl"), 260, 132),
        (sprite("creature/fox"), 24, 180),
        (sprite("creature/mimic"), 36, 264),
        (sprite("creature/ghost"), 96, 142),
        (sprite("creature/bat"), 240, 34),
        (sprite("creature/skeleton"), 262, 192),
    ]
    for name, x, y in (
        ("pine", 12, 78), ("pine", 84, 64), ("tree", 224, 76), ("pine", 254, 72), ("tree", 14, 150), ("pine", 404, 112),
        ("tree", 378, 128), ("tree", 14, 236), ("lamppost", 118, 142), ("lamppost", 186, 142), ("pine", 204, 268),
    ):  # fmt: skip
        placed.append((sprite(name), x, y))
    return placed


def scene(outputs: Outputs) -> Image.Image:
    """The whole picture at its own size, before it is enlarged."""
    picture = Image.new("RGBA", (COLUMNS * TILE, ROWS * TILE + 78))
    picture.paste(ground(outputs), (0, 0))
    for figure, x, y in sorted(figures(outputs), key=lambda placed: placed[2]):
        stand(picture, figure, x, y)
    interface(picture, outputs)
    picture.alpha_composite(outputs.sprite("logo"), (picture.width - 36, 2))
    return picture


def main() -> None:
    generated = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "example_project" / "generated"
    picture = scene(Outputs(generated)).convert("RGB")
    target = HERE / "images" / "example.png"
    size = (picture.width * SCALE, picture.height * SCALE)
    picture.resize(size, Image.Resampling.NEAREST).quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    main()
