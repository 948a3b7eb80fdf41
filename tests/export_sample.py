"""A small finished project, drawn by numbers: every case that a format must carry, as `Built` and as files.

Packed and unpacked, trimmed and empty frames, unequal durations, once and ping-pong, two pages, a nine-slice, a hitbox,
names with `/` and `-`, a tileset with margin, spacing, terrains, variants, an animated tile, collision and properties.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from assetgen.export import base, index
from assetgen.model.built import (
    AutotileSheet,
    Box,
    Built,
    BuiltAnimation,
    BuiltAtlas,
    BuiltPage,
    BuiltPalette,
    BuiltSprite,
    BuiltTag,
    BuiltTile,
    BuiltTileset,
    Frame,
    Placement,
)
from assetgen.model.layout import Loop
from assetgen.model.manifest import Engine
from assetgen.model.position import Position
from assetgen.pixels import autotile
from assetgen.pixels.picture import Picture, canonical, pixel_digest
from assetgen.pixels.png import encode

NOWHERE = Position("assets.yaml", 1, 1)
PAGE = (96, 96)
PADDING, EXTRUDE = 2, 1
CORNERS = (
    *("0000", "0001", "0011", "0010", "0000", "0101", "1111", "1010", "0000", "0100"),
    *("1100", "1000", "1111", "1110", "1101", "0110", "1111", "1011", "0111", "1001"),
)
STONE, GRASS = (120, 118, 130, 255), (74, 160, 72, 255)

Ids = dict[str, dict[str, str]]
"""What the lock remembers: ids by asset and purpose."""


Steps = tuple[list[Picture], list[int], Loop]
"""What becomes a tag: its pictures, their milliseconds, and how it goes on."""


def bits(corners: str) -> autotile.Corners:
    """`0101` as numbers."""
    top_left, top_right, bottom_left, bottom_right = map(int, corners)
    return (top_left, top_right, bottom_left, bottom_right)


def picture(width: int, height: int, seed: int, box: Box | None = None) -> Picture:
    """Noise of a few colours inside `box` (left, top, right, bottom), transparent outside; its border is opaque."""
    noise = np.random.default_rng(seed)
    pixels = np.zeros((height, width, 4), np.uint8)
    left, top, right, bottom = box or (0, 0, width, height)
    colors = noise.integers(20, 236, (6, 3), dtype=np.uint8)
    inside = colors[noise.integers(0, 6, (bottom - top, right - left))]
    pixels[top:bottom, left:right, :3] = inside
    pixels[top:bottom, left:right, 3] = 255
    return canonical(pixels)


def tile_picture(corners: str, seed: int, size: int = 16) -> Picture:
    """A corner tile: each quarter is its corner's terrain, so that equal corners meet without a seam."""
    half = size // 2
    pixels = np.zeros((size, size, 4), np.uint8)
    for place, bit in enumerate(corners):
        top, left = (place // 2) * half, (place % 2) * half
        pixels[top : top + half, left : left + half] = STONE if bit == "1" else GRASS
    pixels[seed % size, (seed * 7) % size, :3] = (seed * 11 % 256, 40, 90)  # so that no two tiles are equal
    return canonical(pixels)


def trim_of(pixels: Picture) -> Box:
    ys, xs = np.nonzero(pixels[..., 3])
    if not len(ys):
        return (0, 0, 1, 1)
    left, top = int(xs.min()), int(ys.min())
    return (left, top, int(xs.max()) + 1 - left, int(ys.max()) + 1 - top)


@dataclass
class Sample:
    """The project: `built`, its pictures by digest, and every file by path relative to the output folder."""

    built: Built
    pictures: dict[str, Picture]
    files: dict[str, Picture]

    def frame(self, name: str) -> Picture:
        """The untrimmed picture of a frame."""
        for asset in self.built.assets.values():
            frames = {"": asset.frame} if isinstance(asset, BuiltSprite) else {}
            frames = dict(asset.frames) if isinstance(asset, BuiltAnimation) else frames
            for frame in frames.values():
                if frame.name == name:
                    return self.pictures[frame.pixels]
        raise KeyError(name)

    def animation(self, name: str) -> BuiltAnimation:
        found = self.built.assets[name]
        assert isinstance(found, BuiltAnimation)
        return found

    @property
    def meadow(self) -> BuiltTileset:
        """The one tileset."""
        found = self.built.assets["meadow"]
        assert isinstance(found, BuiltTileset)
        return found

    def write_pictures(self, folder: Path) -> None:
        for path, pixels in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(encode(pixels))

    def export(self, engine: str, ids: Ids | None = None, **options: object) -> list[base.Output]:
        """An engine's outputs; `ids` is filled, as the lock would be."""
        built = replace(self.built, ids=ids) if ids is not None else self.built
        context = base.Context(load=self.pictures.__getitem__)
        outputs = list(base.exporter(engine).export(built, Engine(engine, options, NOWHERE), context))
        if ids is not None:
            for owner, found in context.ids.items():
                ids.setdefault(owner, {}).update(found)
        self.warnings = context.warnings
        return outputs

    def write(self, folder: Path, *engines: str, ids: Ids | None = None) -> dict[str, base.Output]:
        """Writes pictures, index and the engines' files into a folder, merging as the build does."""
        self.write_pictures(folder)
        outputs = index.core_outputs(self.built)
        for engine in engines:
            outputs += self.export(engine, ids)
        for output in outputs:
            write_output(folder, output)
        return {output.path: output for output in outputs}


def write_output(folder: Path, output: base.Output) -> None:
    target = folder / output.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(output.content, bytes):
        target.write_bytes(output.content)
        return
    text = output.content
    if output.owned is not None and target.exists():
        text = output.owned.merge(target.read_text(encoding="utf-8"))
    target.write_text(text, encoding="utf-8", newline="\n")


class Maker:
    def __init__(self) -> None:
        self.pictures: dict[str, Picture] = {}
        self.files: dict[str, Picture] = {}
        self.roles: dict[str, dict[str, str]] = {}

    def frame(self, name: str, pixels: Picture) -> Frame:
        digest = pixel_digest(pixels)
        self.pictures[digest] = pixels
        return Frame(name, (pixels.shape[1], pixels.shape[0]), digest, trim_of(pixels))

    def file(self, asset: str, role: str, path: str, pixels: Picture) -> None:
        self.files[path] = pixels
        self.roles.setdefault(asset, {})[role] = path

    def sprite(
        self, name: str, pixels: Picture, *, nine_slice: Box | None = None, hitbox: Box | None = None
    ) -> BuiltSprite:
        self.file(name, "single", f"sprites/{name}.png", pixels)
        size = (pixels.shape[1], pixels.shape[0])
        return BuiltSprite(name, self.frame(name, pixels), (size[0] // 2, size[1] // 2), nine_slice, hitbox)

    def animation(self, name: str, tags: dict[str, Steps]) -> BuiltAnimation:
        frames, built = {}, []
        first = next(iter(tags.values()))[0][0]
        height, width = first.shape[:2]
        columns = max(len(steps) for steps, _, _ in tags.values())
        sheet = np.zeros((height * len(tags), width * columns, 4), np.uint8)
        for row, (tag, (steps, durations, loop)) in enumerate(tags.items()):
            names = []
            for step, pixels in enumerate(steps):
                frame = self.frame(f"{name}/{tag}_{step:02d}", pixels)
                frames[frame.name] = frame
                names.append(frame.name)
                sheet[row * height : (row + 1) * height, step * width : (step + 1) * width] = pixels
                self.file(name, f"frame:{tag}_{step:02d}", f"animations/{frame.name}.png", pixels)
            built.append(BuiltTag(tag, tuple(names), tuple(durations), loop))
        self.file(name, "sheet", f"animations/{name}.png", sheet)
        return BuiltAnimation(name, (width, height), (width // 2, height - 2), tuple(built), frames)

    def tileset(self) -> BuiltTileset:
        margin, spacing, columns, size = 1, 2, 4, 16
        tiles, pictures = [], [tile_picture(corners, seed) for seed, corners in enumerate(CORNERS)]
        pictures += [picture(size, size, 900 + step) for step in range(3)]  # an animated tile in row 5
        rows = -(-len(pictures) // columns)
        height, width = (
            2 * margin + rows * (size + spacing) - spacing,
            2 * margin + columns * (size + spacing) - spacing,
        )
        sheet = np.zeros((height, width, 4), np.uint8)
        names = {"1": "stone", "0": "grass"}
        for number, pixels in enumerate(pictures):
            y, x = margin + number // columns * (size + spacing), margin + number % columns * (size + spacing)
            sheet[y : y + size, x : x + size] = pixels
            frame = self.frame(f"meadow/{number:02d}", pixels)
            self.file("meadow", f"tile:{number:02d}", f"tilesets/meadow/{number:02d}.png", pixels)
            tiles.append(BuiltTile(number, frame))
            if number < len(CORNERS):
                a, b, c, d = (names[bit] for bit in CORNERS[number])
                tiles[number] = replace(tiles[number], corners=(a, b, c, d))
        for variant in (4, 8, 16):
            tiles[variant] = replace(tiles[variant], probability=0.25)
        tiles[6] = replace(tiles[6], collision="full", properties={"cost": 2, "name": "rock"})
        tiles[20] = replace(tiles[20], animation=((20, 100), (21, 200), (22, 300)))
        self.file("meadow", "sheet", "tilesets/meadow.png", sheet)
        sixteen = autotile.corner_tiles(pictures[:20], [bits(corners) for corners in CORNERS])
        sheets = []
        kinds: tuple[autotile.Kind, ...] = ("blob47", "dual_grid")
        for kind in kinds:
            made = autotile.build(kind, sixteen, [bits(f"{code:04b}") for code in range(16)])
            cells = [None if cell is None else self.frame("", cell).pixels for cell in made.cells]
            self.file("meadow", f"sheet:{kind}", f"tilesets/meadow-{kind}.png", autotile.sheet_picture(made))
            sheets.append(
                AutotileSheet(kind, made.tile_size, made.columns, tuple(cells), made.peering, ("stone", "grass"))
            )
        tree = picture(20, 30, 77, (2, 1, 18, 30))
        self.file("meadow", "object:tree", "tilesets/meadow-objects/tree.png", tree)
        return BuiltTileset(
            "meadow", (size, size), columns, tuple(tiles), ("stone", "grass"), (("stone", "grass"),), margin, spacing,
            sheets=tuple(sheets), objects=(self.frame("tree", tree),),
        )  # fmt: skip

    def atlas(self, name: str, assets: Sequence[BuiltSprite | BuiltAnimation]) -> BuiltAtlas:
        """Shelves, first fit: a packer that is simple enough to be right."""
        frames: list[list[Frame]] = []
        for asset in assets:
            if isinstance(asset, BuiltSprite):
                frames.append([asset.frame])
            else:
                frames += [[asset.frames[n] for n in tag.frames] for tag in asset.tags]
        pages: list[Picture] = [np.zeros((PAGE[1], PAGE[0], 4), np.uint8)]
        placements: dict[str, Placement] = {}
        places: dict[str, tuple[int, int, int]] = {}
        x = y = shelf = 0
        for group in frames:
            area = sum((f.trim[2] + 4) * (f.trim[3] + 4) for f in group)
            if area + y * PAGE[0] > PAGE[0] * PAGE[1] * 0.4:
                pages.append(np.zeros((PAGE[1], PAGE[0], 4), np.uint8))
                x = y = shelf = 0
                places = {}
            for frame in group:
                ox, oy, w, h = frame.trim
                if frame.pixels not in places:
                    if x + w + 2 * EXTRUDE > PAGE[0]:
                        x, y, shelf = 0, y + shelf + PADDING, 0
                    places[frame.pixels] = (len(pages) - 1, x + EXTRUDE, y + EXTRUDE)
                    cut = self.pictures[frame.pixels][oy : oy + h, ox : ox + w]
                    grown = np.pad(cut, ((EXTRUDE, EXTRUDE), (EXTRUDE, EXTRUDE), (0, 0)), mode="edge")
                    pages[-1][y : y + h + 2 * EXTRUDE, x : x + w + 2 * EXTRUDE] = grown
                    x, shelf = x + w + 2 * EXTRUDE + PADDING, max(shelf, h + 2 * EXTRUDE)
                page, px, py = places[frame.pixels]
                placements[frame.name] = Placement(frame, page, px, py, frame.trim)
        built_pages = []
        for number, pixels in enumerate(pages):
            file = f"atlases/{name}-{number}.png"
            self.files[file] = canonical(pixels)
            built_pages.append(BuiltPage(file, f"atlases/{name}-{number}.json", PAGE))
        members = tuple(asset.name for asset in assets)
        return BuiltAtlas(name, tuple(built_pages), placements, members, 0.5, padding=PADDING, extrude=EXTRUDE)


def sample() -> Sample:
    """The whole project. Deterministic."""
    make = Maker()
    walk = [picture(24, 32, 10 + step, (4 + step, 2, 19 + step, 30)) for step in range(4)]
    hero = make.animation(
        "hero",
        {
            "walk_down": (walk, [100, 150, 100, 350], "repeat"),
            "wave": (
                [walk[0], picture(24, 32, 20, (1, 0, 23, 29)), picture(24, 32, 21, (6, 6, 20, 32))],
                [80, 80, 240],
                "once",
            ),
            "blink": ([walk[1], np.zeros((32, 24, 4), np.uint8)], [500, 60], "repeat"),
        },
    )
    hero = replace(hero, hitbox=(6, 8, 12, 22), palette="dusk", meta={"hp": 3})
    a, b, c = (picture(18, 14, 40 + step, (step, 3, 17, 14)) for step in range(3))
    slime = make.animation(
        "foes/slime-1",
        {
            "hop": ([a, b, c, b], [120, 90, 60, 90], "pingpong"),
            "melt": ([c, a], [200, 300], "once"),
        },
    )
    coin = make.animation(
        "coin",
        {"spin": ([picture(12, 12, 60 + step, (step, 1, 11, 12)) for step in range(3)], [90, 110, 90], "repeat")},
    )
    logo = make.sprite("logo", picture(40, 20, 50, (3, 2, 37, 19)))
    panel = make.sprite("panel", picture(24, 24, 51, (1, 0, 24, 23)), nine_slice=(8, 7, 6, 5))
    key = make.sprite("ui/key-2", picture(13, 11, 52, (2, 1, 9, 11)), hitbox=(2, 1, 7, 10))
    frame = make.sprite("frame", picture(20, 20, 53), nine_slice=(6, 6, 6, 6))
    meadow = make.tileset()
    atlas = make.atlas("characters", [coin, hero, panel, key])
    for member in atlas.members:  # the single files stay on disk for the tests, but the project does not list them
        make.roles.pop(member)
    assets = {asset.name: asset for asset in (coin, hero, slime, logo, panel, key, frame, meadow)}
    palette = BuiltPalette("dusk", ("#1a1c2c", "#5d275d"), {"gpl": "palettes/dusk.gpl"})
    built = Built("lantern", assets, {"dusk": palette}, {"characters": atlas}, make.roles)
    return Sample(built, make.pictures, make.files)
