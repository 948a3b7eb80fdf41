"""Exports 1,000 animations to every target, in one process: python benchmarks/export.py [--limit SECONDS].

Half of them are packed in atlases, half have sheets of their own; each has two tags of four frames of 32×32 pixels,
and there are ten tilesets with the sixteen corner tiles. Prints the seconds of each target and their sum; with
`--limit` the status is 1 where the sum is above it. Files are not written: that is not the exporters' work.
"""

from __future__ import annotations

import argparse
import time
from itertools import product

import numpy as np

from assetgen.export.base import BUILTIN, Context, exporter
from assetgen.export.index import core_outputs
from assetgen.model.built import (
    Built,
    BuiltAnimation,
    BuiltAsset,
    BuiltAtlas,
    BuiltPage,
    BuiltTag,
    BuiltTile,
    BuiltTileset,
    Frame,
    Placement,
)
from assetgen.model.manifest import Engine
from assetgen.model.position import Position
from assetgen.pixels.picture import Picture, canonical

CELL, STEPS, TAGS = 32, 4, ("walk", "idle")


def frame_picture(seed: int) -> Picture:
    noise = np.random.default_rng(seed)
    picture = np.zeros((CELL, CELL, 4), np.uint8)
    colors = noise.integers(0, 255, (16, 3), dtype=np.uint8)
    picture[4:28, 6:26, :3] = colors[noise.integers(0, 16, (24, 20))]
    picture[4:28, 6:26, 3] = 255
    return canonical(picture)


def animation(number: int) -> BuiltAnimation:
    name = f"foes/kind-{number:04d}"
    tags, frames = [], {}
    for tag in TAGS:
        names = tuple(f"{name}/{tag}_{step:02d}" for step in range(STEPS))
        tags.append(BuiltTag(tag, names, (100, 150, 100, 250), "repeat"))
        for step, frame in enumerate(names):
            frames[frame] = Frame(frame, (CELL, CELL), f"picture-{(number + step) % 64}", (6, 4, 20, 24))
    return BuiltAnimation(name, (CELL, CELL), (16, 30), tuple(tags), frames, hitbox=(6, 4, 20, 24))


def atlas(name: str, members: list[BuiltAnimation]) -> BuiltAtlas:
    frames = [frame for member in members for frame in member.frames.values()]
    per_page = 70 * 80
    placements = {}
    for place, frame in enumerate(frames):
        page, rest = divmod(place, per_page)
        placements[frame.name] = Placement(frame, page, rest % 80 * 24 + 2, rest // 80 * 28 + 2, frame.trim)
    pages = tuple(
        BuiltPage(f"atlases/{name}-{number}.png", f"atlases/{name}-{number}.json", (2048, 2048))
        for number in range(-(-len(frames) // per_page))
    )
    return BuiltAtlas(name, pages, placements, tuple(member.name for member in members), 0.9, padding=2)


def tileset(number: int) -> BuiltTileset:
    name = f"ground-{number}"
    tiles = tuple(
        BuiltTile(number, Frame(f"{name}/{number:02d}", (16, 16), f"picture-{number}", (0, 0, 16, 16)), (a, b, c, d))
        for number, (a, b, c, d) in enumerate(product(("grass", "stone"), repeat=4))
    )
    return BuiltTileset(name, (16, 16), 4, tiles, ("stone", "grass"), (("stone", "grass"),))


def project(count: int) -> Built:
    animations = [animation(number) for number in range(count)]
    tilesets = [tileset(number) for number in range(10)]
    packed = animations[: count // 2]
    atlases = {f"atlas{n}": atlas(f"atlas{n}", packed[n::4]) for n in range(4)}
    files: dict[str, dict[str, str]] = {}
    for item in animations:
        frames = {f"frame:{frame.rpartition('/')[2]}": f"animations/{frame}.png" for frame in item.frames}
        files[item.name] = {"sheet": f"animations/{item.name}.png", **frames}
    for item in packed:
        del files[item.name]["sheet"]
    files |= {item.name: {"sheet": f"tilesets/{item.name}.png"} for item in tilesets}
    assets: list[BuiltAsset] = [*animations, *tilesets]
    return Built("bench", {item.name: item for item in assets}, {}, atlases, files)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=float, help="seconds that all targets may take together")
    parser.add_argument("--count", type=int, default=1000)
    arguments = parser.parse_args()
    built = project(arguments.count)
    pictures = {f"picture-{number}": frame_picture(number) for number in range(64)}
    template = "{% for name, item in animations.items() %}{{ name }} {{ item.cell[0] }}\n{% endfor %}"
    total, files = 0.0, 0
    for name in ("core", *BUILTIN):
        context = Context(load=pictures.__getitem__, read=lambda _: template)
        options = {"templates": [{"template": "a.j2", "to": "a.txt"}]} if name == "template" else {}
        start = time.perf_counter()
        if name == "core":
            outputs = core_outputs(built)
        else:
            outputs = list(exporter(name).export(built, Engine(name, options, Position("", 1, 1)), context))
            for output in outputs:
                if output.owned is not None:
                    assert output.owned.digest  # what the build records for a file that editors also edit
        took = time.perf_counter() - start
        total, files = total + took, files + len(outputs)
        print(f"{name:10} {took:6.2f} s {len(outputs):6} files")
    print(f"{'all':10} {total:6.2f} s {files:6} files")
    return int(arguments.limit is not None and total > arguments.limit)


if __name__ == "__main__":
    raise SystemExit(main())
