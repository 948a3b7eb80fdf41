"""Godot 4 itself loads, draws, plays and paints what the godot exporter writes, and edits it."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from export_sample import Ids, Sample
from msgspec.structs import replace

from assetgen.export.base import Output
from assetgen.export.regions import autotile_size, tile_origin
from assetgen.model.built import BuiltAnimation
from assetgen.pixels.picture import Picture, read
from engines.machines import Godot, Report

pytestmark = pytest.mark.engine
FOLDER = "game/generated"


def prepare(godot: Godot, project: Sample, ids: Ids | None = None) -> dict[str, Output]:
    """Writes the project into the engine's and lists it in jobs.json."""
    outputs = project.write(godot.project / FOLDER, "godot", ids={} if ids is None else ids)
    kinds = {
        path: (godot.project / FOLDER / path).read_text().split('"')[1] for path in outputs if path.endswith(".tres")
    }
    jobs = {
        "frames": [f"{FOLDER}/{path}" for path, kind in kinds.items() if kind == "SpriteFrames"],
        "textures": {
            f"{FOLDER}/{path}": [24, 24] if "panel" in path else [20, 20]
            for path, kind in kinds.items()
            if kind in ("AtlasTexture", "StyleBoxTexture")
        },
        "tiles": [f"{FOLDER}/{path}" for path, kind in kinds.items() if kind == "TileSet"],
        "corners": [f"{FOLDER}/tilesets/meadow.tres"],
        "blobs": [f"{FOLDER}/tilesets/meadow-blob47.tres"],
    }
    (godot.project / "jobs.json").write_text(json.dumps(jobs))
    return outputs


def assert_same(drawn: Picture, wanted: Picture, what: object) -> None:
    """Equal where opaque, nothing beyond the wanted picture."""
    canvas = np.zeros_like(drawn)
    canvas[: wanted.shape[0], : wanted.shape[1]] = wanted
    assert np.array_equal(drawn, canvas), what


def tags(project: Sample) -> dict[str, BuiltAnimation]:
    assets = project.built.assets.values()
    return {f"{FOLDER}/animations/{a.name}.tres": a for a in assets if isinstance(a, BuiltAnimation)}


def drawn(godot: Godot, report: Report) -> list[tuple[list[Any], Picture]]:
    return [(entry["what"], read(godot.project / entry["file"])) for entry in report["drawn"]]


def test_draws_every_frame(godot: Godot, project: Sample) -> None:
    prepare(godot, project)
    godot.load()
    report = godot.script("draw", window=True)
    assert report["errors"] == []
    assert report["warnings"] == []
    animations = tags(project)
    seen = dict.fromkeys(animations, 0)
    for what, pixels in drawn(godot, report):
        path = what[0].removeprefix(f"{FOLDER}/")
        if what[0] in animations:
            animation = animations[what[0]]
            tag = next(tag for tag in animation.tags if tag.name == what[1])
            assert what[3] == list(animation.cell)
            assert_same(pixels, project.frame(tag.frames[what[2]]), what)
            seen[what[0]] += 1
        elif path.startswith("tilesets/meadow.tres") and what[1] == 0:
            tile = next(t for t in project.meadow.tiles if [t.id % 4, t.id // 4] == what[2])
            if not tile.animation:
                assert_same(pixels, project.pictures[tile.frame.pixels], what)
        elif path == "tilesets/meadow-blob47.tres":
            sheet = project.meadow.sheets[0]
            assert_same(pixels, project.pictures[sheet.cells[what[2][1] * sheet.columns + what[2][0]]], what)
        elif path.startswith(("atlases/", "sprites/")):
            name = path.removeprefix("atlases/characters/").removeprefix("sprites/").removesuffix(".tres")
            assert_same(pixels, project.frame(name), what)
    assert seen == {path: sum(len(tag.frames) for tag in a.tags) for path, a in animations.items()}
    for path, animation in animations.items():
        found = report["animations"][path]
        assert {name: tag["times"] for name, tag in found["tags"].items()} == {
            tag.name: pytest.approx(tag.durations) for tag in animation.tags
        }
        assert found["pivot"] == str(animation.pivot)


def test_tile_data(godot: Godot, project: Sample) -> None:
    prepare(godot, project)
    godot.load()
    report = godot.script("draw", window=True)
    found = report["tiles"][f"{FOLDER}/tilesets/meadow.tres"]
    assert len([key for key in found if key.startswith("0/")]) == 21  # two of 23 cells are steps of an animation
    assert found["0/0:5"]["times"] == pytest.approx([100, 200, 300])
    assert found["0/0:1"]["probability"] == 0.25
    assert found["0/2:1"]["custom"] == {"cost": 2, "name": "rock"}
    assert found["0/2:1"]["polygons"] == [[[-8, -8], [8, -8], [8, 8], [-8, 8]]]
    assert "1/0:0" in found  # the object
    assert len(report["tiles"][f"{FOLDER}/tilesets/meadow-blob47.tres"]) == 47


def test_plays_in_order_and_in_time(godot: Godot, project: Sample) -> None:
    prepare(godot, project)
    godot.load()
    played = godot.script("play", fps=1000)["played"]
    for path, animation in tags(project).items():
        for tag in animation.tags:
            found = played[f"{path}:{tag.name}"]
            times = itertools.cycle(enumerate(tag.durations)) if tag.loop != "once" else enumerate(tag.durations)
            wanted, start = [], 0
            for step, time in times:
                if start >= 1590:
                    break
                wanted.append((start, step))
                start += time
            got = [tuple(entry) for entry in found["steps"]][: len(wanted)]
            assert [step for _, step in got] == [step for _, step in wanted]
            assert all(abs(a - b) <= 3 for (a, _), (b, _) in zip(got, wanted, strict=True)), (tag.name, got, wanted)
            assert (found["ended"] >= 0) == (tag.loop == "once")


def test_paints_terrains_without_a_clash(godot: Godot, project: Sample) -> None:
    prepare(godot, project)
    godot.load()
    report = godot.script("paint")
    corners = report[f"{FOLDER}/tilesets/meadow.tres"]
    blobs = report[f"{FOLDER}/tilesets/meadow-blob47.tres"]
    assert (corners["clashes"], corners["cells"]) == (0, 576)
    assert (blobs["clashes"], blobs["cells"]) == (0, blobs["painted"])
    assert blobs["kinds"] > 40
    # the same with one tile of each taken away is refused by this very test
    folder = godot.project / FOLDER
    for name, cell in (("meadow.tres", "1:0/0"), ("meadow-blob47.tres", "3:2/0")):
        lines = (folder / "tilesets" / name).read_text().splitlines()
        (folder / "tilesets" / name).write_text("\n".join(line for line in lines if not line.startswith(cell)) + "\n")
    broken = godot.script("paint")
    assert all(broken[path]["clashes"] > 0 for path in report if path.startswith(FOLDER))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("region = Rect2(", "region = Rect2(1"),
        ("margin = Rect2(", "margin = Rect2(1"),
        ('"duration": 1.0', '"duration": 2.0'),
    ],
)
def test_refuses_a_broken_file(godot: Godot, project: Sample, old: str, new: str) -> None:
    prepare(godot, project)
    path = godot.project / FOLDER / "animations" / "hero.tres"
    path.write_text(path.read_text().replace(old, new))
    godot.load()
    report = godot.script("draw", window=True)
    animation = project.animation("hero")
    wanted = {tag.name: list(tag.durations) for tag in animation.tags}
    found = report["animations"][f"{FOLDER}/animations/hero.tres"]["tags"]
    pictures = [
        (pixels, project.frame(next(t for t in animation.tags if t.name == what[1]).frames[what[2]]))
        for what, pixels in drawn(godot, report)
        if what[0].endswith("animations/hero.tres")
    ]
    equal = all(np.array_equal(a[: b.shape[0], : b.shape[1]], b) and a[:, b.shape[1] :].sum() == 0 for a, b in pictures)
    assert not equal or {name: tag["times"] for name, tag in found.items()} != wanted


def test_an_edited_tile_set_survives_the_next_build(godot: Godot, project: Sample) -> None:
    """Godot opens and saves the TileSet with a new collision polygon; a later build changes a terrain and pixels."""
    ids: Ids = {}
    first = prepare(godot, project, ids)
    godot.load()
    path, frames = f"{FOLDER}/tilesets/meadow.tres", f"{FOLDER}/animations/hero.tres"
    assert godot.script("edit", arguments=(path, frames))["saved"] == 0
    for name in ("tilesets/meadow.tres", "animations/hero.tres"):
        text = (godot.project / FOLDER / name).read_text()
        assert "res://game/generated/" in text  # Godot wrote its own form of the path
        owned = first[name].owned
        assert owned is not None
        assert owned.digest in owned.judge(text)  # and that is no drift

    meadow = project.meadow
    tiles = list(meadow.tiles)
    tiles[7] = replace(tiles[7], corners=("grass", "stone", "grass", "stone"))
    changed = Sample(
        replace(project.built, assets={**project.built.assets, "meadow": replace(meadow, tiles=tuple(tiles))}),
        project.pictures,
        dict(project.files),
    )
    sheet = changed.files["tilesets/meadow.png"].copy()
    x, y = tile_origin(meadow, 1)
    sheet[y + 4, x + 4] = (255, 0, 255, 255)
    changed.files["tilesets/meadow.png"] = sheet
    known = json.loads(json.dumps(ids))
    second = prepare(godot, changed, known)
    assert known == ids
    owned = second["tilesets/meadow.tres"].owned
    assert owned is not None
    text = (godot.project / path).read_text()
    assert owned.digest in owned.judge(text)

    godot.load()
    report = godot.script("draw", window=True)
    assert report["errors"] == []
    found = report["tiles"][path]
    assert found["0/1:0"]["polygons"] == [[[-8, -8], [3, -8], [-8, 5]]]
    assert found["0/2:1"]["polygons"] == [[[-8, -8], [8, -8], [8, 8], [-8, 8]]]
    assert "0:0/1 = 1" in text  # the alternative tile
    assert "1:0/0/z_index = 3" in text
    assert "Color(1, 0, 0, 1)" in text
    pixels = next(pixels for what, pixels in drawn(godot, report) if what == [path, 0, [1, 0]])
    assert tuple(pixels[4, 4]) == (255, 0, 255, 255)
    assert set(report["animations"][frames]["tags"]) == {"walk_down", "wave", "blink", "taunt"}
    # a change of ours by hand is drift, and is named
    moved = text.replace("separation = Vector2i(2, 2)", "separation = Vector2i(3, 2)")
    assert owned.digest not in owned.judge(moved)
    assert owned.conflicts(moved) == ("source 0",)


def test_blob_sheet_is_whole(project: Sample) -> None:
    sheet = project.meadow.sheets[0]
    assert autotile_size(sheet) == project.files["tilesets/meadow-blob47.png"].shape[1::-1]
    assert Path("tilesets/meadow-blob47.png").as_posix() in project.files
