"""OUTPUTS, sentence by sentence."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image
from workbench import bench

HEAD = "version: 1\nprovider: placeholder\n"


def test_an_empty_frame_keeps_one_pixel_in_its_atlas(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        HEAD
        + "animations: {blink: {file: blink.png, layout: {columns: 2, rows: 1}, quality: {empty: warn}}}\n"
        + "sprites: {nothing: {file: nothing.png}}\n"
        + "atlases: {a: {include: [blink, nothing]}}\n",
    )
    Image.new("RGBA", (4, 4)).save(game.root / "nothing.png")
    strip = Image.new("RGBA", (20, 10))
    strip.paste((9, 8, 7, 255), (2, 2, 6, 7))
    strip.save(game.root / "blink.png")
    report = game.build()
    assert {warning["check"] for warning in report["warnings"]} == {"empty"}
    frames = json.loads((game.root / "generated/atlases/a-0.json").read_text())["frames"]
    for name, size in (("nothing", {"w": 4, "h": 4}), ("blink/animation_01", {"w": 10, "h": 10})):
        assert (frames[name]["frame"]["w"], frames[name]["frame"]["h"]) == (1, 1)
        assert frames[name]["sourceSize"] == size


def test_write_chooses_and_nothing_else_stays(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        HEAD
        + "write: [sheet]\n"
        + "sprites: {s: {file: s.png}}\n"
        + "animations: {w: {file: w.png, layout: {columns: 2, rows: 1}}}\n"
        + "palettes: {p: [ff0000]}\n",
    )
    Image.new("RGBA", (4, 4), (1, 2, 3, 255)).save(game.root / "s.png")
    strip = Image.new("RGBA", (20, 10), (9, 9, 9, 255))
    strip.paste((9, 8, 7, 255), (2, 2, 6, 7))
    strip.save(game.root / "w.png")
    game.build()
    assert list(game.files()) == ["generated/animations/w.png", "generated/assets.json"]
    game.edit("write: [sheet]", "write: [frames, single]")
    assert game.actions() == {"s": "process: recipe changed", "w": "process: recipe changed"}
    game.build()
    assert list(game.files()) == [
        "generated/animations/w/animation_00.png",
        "generated/animations/w/animation_01.png",
        "generated/assets.json",
        "generated/sprites/s.png",
    ]
    game.edit("write: [frames, single]", "write: [palettes]")
    assert game.actions()["palette:p"] == "process: recipe changed"
