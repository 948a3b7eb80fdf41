"""What has several pictures: animations, parts, tilesets, atlases."""

# ruff: noqa: E501  tables of one case a line
from __future__ import annotations

from pathlib import Path
from typing import Any

from manifest_files import FILES, loaded, one, png

from assetgen.model.layout import Layout
from assetgen.model.manifest import (
    FileRef,
    Grid,
    TagRule,
)


def test_animations(tmp_path: Path) -> None:
    body = """file: sheet.png, layout: {columns: 4, rows: 4}, durations: [80, 120], loop: pingpong, crop: box, pivot: bottom,
      grounded: [a], mirror: {right: left},
      tags: {a: [0, 1], b_left: {cells: [2, 3], fps: 8, loop: once, name: c_left}}"""
    asset = one(tmp_path, body, "animations")
    assert asset.grid == Grid(4, 4)
    timing = asset.timing
    assert (timing.durations, timing.loop, timing.grounded, timing.mirror) == (
        (80, 120),
        "pingpong",
        ("a",),
        {"right": "left"},
    )
    assert [rule.pattern for rule in timing.rules] == ["a", "b_left"]
    assert timing.rules[1] == TagRule("b_left", timing.rules[1].position, "c_left", (2, 3), 8, None, "once")
    assert asset.crop_box
    assert asset.pivot == "bottom"


def test_files_that_bring_their_frames_need_no_layout(tmp_path: Path) -> None:
    files: dict[str, Any] = {"f/1.png": png(), "f/2.png": png(), "x.gif": b"GIF89a", "y.aseprite": b"x", "z.json": "{}"}
    text = """\
        version: 1
        animations:
          a: {file: "f/*.png"}
          b: {file: x.gif}
          c: {file: y.aseprite}
          d: {file: z.json}
          e: {file: x.gif, layout: rd_advanced_animation__walking, frames: 8}
        """
    manifest = loaded(tmp_path, text, **files)
    start = manifest.assets["a"].start
    assert isinstance(start, FileRef)
    assert (start.path, start.glob) == ("f/*.png", True)
    assert manifest.assets["e"].layout == "advanced_walking_8"
    assert dict(manifest.globs) == {"f/*.png": ("f/1.png", "f/2.png")}


def test_parts(tmp_path: Path) -> None:
    text = """\
        version: 1
        animations:
          hero: {parts: [walk, {of: hurt, tags: {animation: {name: hurt}}}]}
          walk: {file: sheet.png, layout: animation__four_angle_walking}
          hurt: {file: sheet.png, layout: {columns: 4, rows: 1}, export: true}
        atlases: {a: {include: ["*"]}}
        """
    manifest = loaded(tmp_path, text, **FILES)
    hero = manifest.assets["hero"]
    assert [(part.of.name, part.of.stage, [r.name for r in part.rules]) for part in hero.parts] == [
        ("walk", "final", []),
        ("hurt", "final", ["hurt"]),
    ]
    assert {n: a.export for n, a in manifest.assets.items()} == {"hero": True, "walk": False, "hurt": True}
    assert manifest.atlases["a"].members == ("hero", "hurt")


def test_tilesets(tmp_path: Path) -> None:
    text = """\
        version: 1
        sprites: {tree: {file: ./a.png}, ladder: {file: ./a.png}}
        animations: {water: {file: sheet.png, layout: {columns: 4, rows: 1}}}
        tilesets:
          meadow: {prompt: x, outside: y, style: rd_tile__tileset_advanced, tile_size: 16}
          drawn: {file: sheet.png, layout: rd_tile__tileset}
          plain: {file: sheet.png, tile_size: 16x24, margin: 1, spacing: 2}
          slab: {prompt: x, style: rd_tile__single_tile, tile_size: 32, tile: xy}
          world:
            tile_size: 16
            terrains: {meadow: [stone, grass], drawn: [water, grass]}
            tiles: [ladder, {animation: water}, {of: ladder, stage: base}, {12: {collision: full, properties: {cost: 2}}, 13: {probability: 0.5}}]
            objects: [tree]
            autotile: [corners, blob47]
            columns: 8
            extrude: 1
        """
    manifest = loaded(tmp_path, text, **FILES)
    assert {n: (a.source, a.layout, a.grid) for n, a in manifest.assets.items() if a.kind == "tileset"} == {
        "meadow": ("prompt", "tileset", None),
        "drawn": ("file", "tileset", None),
        "plain": ("file", None, Grid(None, None, (16, 24), 1, 2)),
        "slab": ("prompt", None, None),
        "world": ("tiles", None, None),
    }
    world = manifest.assets["world"].tileset
    assert world.terrains == {"meadow": ("stone", "grass"), "drawn": ("water", "grass")}
    assert [(str(t.of), t.animated, t.id, t.collision, dict(t.properties), t.probability) for t in world.tiles] == [
        ("ladder", False, None, None, {}, None), ("water", True, None, None, {}, None), ("ladder", False, None, None, {}, None),
        ("None", False, 12, "full", {"cost": 2}, None), ("None", False, 13, None, {}, 0.5),
    ]  # fmt: skip
    assert [str(ref) for ref in world.objects] == ["tree"]
    assert (world.autotile, world.columns, world.extrude, world.tile_size) == (("corners", "blob47"), 8, 1, (16, 16))
    assert manifest.assets["world"].dependencies == ("ladder", "water", "tree", "meadow", "drawn")


def test_atlases(tmp_path: Path) -> None:
    text = """\
        version: 1
        sprites: {b: {file: ./a.png}, a: {file: ./a.png}, ui/x: {file: ./a.png}, ui/y/z: {file: ./a.png}}
        atlases:
          flat: {include: [a*, "?"], exclude: [b], max_size: 512, padding: 0, pot: true, square: true, scale: 2, layout: grid}
          ui: {include: ["ui/**"], trim: false, indexed: true}
        """
    manifest = loaded(tmp_path, text, **FILES)
    flat, ui = manifest.atlases["flat"], manifest.atlases["ui"]
    assert (flat.members, ui.members) == (("a",), ("ui/x", "ui/y/z"))
    assert (flat.max_size, flat.padding, flat.pot, flat.square, flat.scales, flat.layout) == (
        512,
        0,
        True,
        True,
        (1, 2),
        "grid",
    )
    assert (ui.trim, ui.indexed, ui.extrude, ui.padding) == (False, True, 0, 2)


def test_every_layout_of_the_catalog_can_be_named(tmp_path: Path) -> None:
    from assetgen.catalog.layouts import LAYOUTS
    from assetgen.catalog.styles import STYLES

    for style in STYLES.values():
        if style.layout is None:
            continue
        frames = ", frames: 8" if style.durations else ""
        kind = "tilesets" if style.makes == "tileset" else "animations"
        layout: Layout = LAYOUTS[one(tmp_path, f"file: sheet.png, layout: {style.name}{frames}", kind).layout or ""]
        assert layout.tiles == (kind == "tilesets")
