"""Tilesets put together: ids and cells that never move, terrains, animated tiles, objects, autotile sheets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawings import drawn, save, shown, square, strip
from hypothesis import given, settings
from hypothesis import strategies as st
from pixel_samples import drawn_tileset
from workbench import Workbench, bench

from assetgen.build.tilework import allocate
from assetgen.pixels.autotile import draw_blob, draw_corners, lattice, reduced
from assetgen.pixels.picture import Picture, read

COLORS = {"ladder": "884400", "door": "aa6600", "chest": "ccaa00", "sign": "667788"}

MANIFEST = """\
version: 1
provider: placeholder
sprites:
  ladder: {file: art/ladder.png}
  door: {file: art/door.png}
  chest: {file: art/chest.png}
  sign: {file: art/sign.png}
tilesets:
  deco: {tiles: [ladder, door, chest]}
"""


@pytest.fixture
def game(tmp_path: Path) -> Workbench:
    made = bench(tmp_path, MANIFEST)
    for name, color in COLORS.items():
        save(made.root, f"art/{name}.png", square(color))
    return made


def tiles(game: Workbench, name: str = "deco") -> dict[int, Any]:
    return {tile["id"]: tile for tile in game.index()["tilesets"][name]["tiles"]}


def at(game: Workbench, number: int, name: str = "deco") -> Picture:
    """The tile's cell of the written sheet."""
    entry = game.index()["tilesets"][name]
    w, h = entry["tile_size"]
    row, column = divmod(number, entry["columns"])
    x = entry["margin"] + column * (w + entry["spacing"])
    y = entry["margin"] + row * (h + entry["spacing"])
    return shown(game.root, entry["file"])[y : y + h, x : x + w]


def shows(game: Workbench, **ids: int) -> None:
    for name, number in ids.items():
        assert np.array_equal(at(game, number), square(COLORS[name])), name


# -- ids and cells ------------------------------------------------------------------


def test_an_inserted_tile_moves_no_other(game: Workbench) -> None:
    game.build()
    shows(game, ladder=0, door=1, chest=2)
    game.edit("[ladder, door, chest]", "[sign, ladder, door, chest]")
    game.build()
    shows(game, ladder=0, door=1, chest=2, sign=3)
    assert game.plan()["actions"] == []


def test_a_removed_tile_leaves_its_cell_empty_for_ever(game: Workbench) -> None:
    game.build()
    game.edit("[ladder, door, chest]", "[ladder, chest]")
    game.build()
    shows(game, ladder=0, chest=2)
    assert not at(game, 1).any()
    assert 1 not in tiles(game)
    game.edit("[ladder, chest]", "[sign, ladder, chest]")
    game.build()
    shows(game, ladder=0, chest=2, sign=3)
    game.edit("[sign, ladder, chest]", "[sign, door, ladder, chest]")
    game.build()
    shows(game, ladder=0, door=1, chest=2, sign=3)


def test_only_renumber_moves_tiles(game: Workbench) -> None:
    game.build()
    game.edit("[ladder, door, chest]", "[sign, chest, ladder]")
    game.build()
    shows(game, ladder=0, chest=2, sign=3)
    assert game.run("build", "--renumber").status == 0
    shows(game, sign=0, chest=1, ladder=2)
    game.build()
    shows(game, sign=0, chest=1, ladder=2)
    assert game.plan()["actions"] == []


def test_ids_come_from_the_lock_not_from_a_cache(game: Workbench) -> None:
    game.build()
    game.edit("[ladder, door, chest]", "[sign, ladder, door, chest]")
    game.build()
    game.forget("store", "generated", ".assetgen")
    game.build("--locked")
    shows(game, ladder=0, door=1, chest=2, sign=3)


def test_new_ids_reach_atlases(game: Workbench) -> None:
    game.write(MANIFEST + "atlases:\n  all: {include: [deco]}\n")
    game.build()
    game.edit("[ladder, door, chest]", "[sign, chest, ladder]")
    game.build()
    game.build("--renumber")
    assert sorted(game.index()["tilesets"]["deco"]["atlas"]["frames"]) == ["deco/00", "deco/01", "deco/02"]
    assert game.plan()["actions"] == []


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_ids_never_change_and_are_never_shared(data: st.DataObject) -> None:
    columns = data.draw(st.integers(1, 6))
    known: dict[str, int] = {}
    for _ in range(4):
        groups = data.draw(st.lists(st.lists(st.sampled_from("abcdefghijkl"), min_size=1, max_size=5, unique=True)))
        new = allocate(known, groups, columns)
        assert {key: new[key] for key in known} == known
        assert len(set(new.values())) == len(new)
        assert {key for group in groups for key in group} <= set(new)
        for group in groups[:1]:
            ids = [new[key] for key in group]
            if not set(group) & set(known):
                assert ids == list(range(ids[0], ids[0] + len(ids)))
                assert ids[0] // columns == ids[-1] // columns or ids[0] % columns == 0
        known = new


# -- what tiles are made of ---------------------------------------------------------


def test_animated_tiles_stand_side_by_side(game: Workbench) -> None:
    water = [square("0000ff"), square("2222ff"), square("4444ff")]
    save(game.root, "art/water.png", strip(*water))
    game.write(
        MANIFEST.replace("[ladder, door, chest]", "[ladder, {animation: water}, door]")
        + "animations:\n  water: {file: art/water.png, layout: {columns: 3, rows: 1}, durations: [100, 200, 300]}\n"
    )
    game.build()
    found = tiles(game)
    assert found[1]["animation"] == [
        {"tile": 1, "duration_ms": 100},
        {"tile": 2, "duration_ms": 200},
        {"tile": 3, "duration_ms": 300},
    ]
    for number, picture in enumerate(water, 1):
        assert np.array_equal(at(game, number), picture)
    shows(game, ladder=0, door=4)
    assert "animation" not in found[2]
    game.edit("durations: [100, 200, 300]", "durations: [100, 200, 400]")
    game.build()
    assert tiles(game)[1]["animation"][2]["duration_ms"] == 400


def test_an_animation_is_no_plain_tile(game: Workbench) -> None:
    save(game.root, "art/water.png", strip(square("0000ff"), square("2222ff")))
    game.write(
        MANIFEST.replace("[ladder, door, chest]", "[ladder, water]")
        + "animations:\n  water: {file: art/water.png, layout: {columns: 2, rows: 1}}\n"
    )
    error = game.build(status=1)["assets"]["deco"]["error"]
    assert "assets.yaml:9:26" in error
    assert "{animation: water}" in error


def test_tiles_say_more_by_id(game: Workbench) -> None:
    game.edit("chest]", "chest, {1: {collision: full, properties: {cost: 2}, probability: 0.5}}]")
    game.build()
    assert tiles(game)[1] == {
        "id": 1, "corners": None, "probability": 0.5, "properties": {"cost": 2}, "collision": "full",
    }  # fmt: skip
    game.edit("{1: {coll", "{7: {coll")
    error = game.build(status=1)["assets"]["deco"]["error"]
    assert "there is no tile 7: the ids are 0–2" in error
    assert error.startswith("assets.yaml:9:")


def test_tiles_of_another_size_are_told(game: Workbench) -> None:
    save(game.root, "art/door.png", square("aa6600", 24))
    error = game.build(status=1)["assets"]["deco"]["error"]
    assert "tile door is 24×24 pixels, the tileset's tiles are 16×16" in error


def test_drawn_files_are_tiles_and_objects_of_their_own(game: Workbench) -> None:
    save(game.root, "art/well.png", drawn(30, 40, (3, 3, 20, 30, "556677")))
    game.edit("{tiles: [ladder, door, chest]}", "{tiles: [./art/ladder.png], objects: [./art/well.png, sign]}")
    game.build()
    shows(game, ladder=0)
    assert shown(game.root, "tilesets/deco-objects/well.png").shape == (40, 30, 4)
    assert np.array_equal(shown(game.root, "tilesets/deco-objects/sign.png"), square(COLORS["sign"]))
    save(game.root, "art/ladder.png", square("123456"))
    assert "deco" in game.actions()
    game.build()
    assert np.array_equal(at(game, 0), square("123456"))


def test_pieces_and_tiles_of_others_are_tiles(game: Workbench) -> None:
    save(game.root, "art/sheet.png", strip(*(square(color) for color in COLORS.values())))
    game.write(
        MANIFEST.replace("[ladder, door, chest]", "[items/b, more/03, items]").replace(
            "tilesets:", "  items: {file: art/sheet.png, cut: {grid: 16, names: [a, b, _, _]}}\ntilesets:"
        )
        + "  more: {file: art/sheet.png, tile_size: 16}\n"
    )
    game.build()
    shows(game, door=0, sign=1, ladder=2)


def test_extrusion_repeats_edges_between_tiles_and_spoils_none(game: Workbench) -> None:
    game.edit("{tiles: [ladder, door, chest]}", "{tiles: [ladder, door, chest], extrude: 1}")
    game.build()
    entry = game.index()["tilesets"]["deco"]
    assert (entry["margin"], entry["spacing"]) == (1, 2)
    shows(game, ladder=0, door=1, chest=2)
    sheet = shown(game.root, entry["file"])
    assert np.array_equal(sheet[1:17, 0], sheet[1:17, 1])
    assert np.array_equal(sheet[1:17, 17], sheet[1:17, 16])
    assert np.array_equal(sheet[1:17, 18], sheet[1:17, 19])


# -- terrains and autotile sheets ---------------------------------------------------


def corner_sheet(seed: int) -> Picture:
    cells = drawn_tileset(16, seed)
    return np.vstack([np.hstack(cells[row * 4 : row * 4 + 4]) for row in range(5)])


TERRAINS = """\
version: 1
provider: placeholder
sprites:
  ladder: {file: art/ladder.png}
tilesets:
  meadow: {file: art/meadow.png, layout: rd_tile__tileset, autotile: [corners, blob47, dual_grid, rpgmaker_a2]}
  shore: {file: art/shore.png, layout: rd_tile__tileset}
  world:
    terrains: {meadow: [stone, grass]}
    tiles: [ladder]
    autotile: [blob47]
"""


@pytest.fixture
def world(tmp_path: Path) -> Workbench:
    made = bench(tmp_path, TERRAINS)
    save(made.root, "art/meadow.png", corner_sheet(3))
    save(made.root, "art/shore.png", corner_sheet(4))
    save(made.root, "art/ladder.png", square(COLORS["ladder"]))
    return made


def test_terrains_that_share_a_name_are_one(world: Workbench) -> None:
    world.build()
    assert world.index()["tilesets"]["world"]["terrains"] == ["stone", "grass"]
    assert len(tiles(world, "world")) == 21
    before = {number: at(world, number, "world") for number in range(21)}
    world.edit("{meadow: [stone, grass]}", "{shore: [water, grass], meadow: [stone, grass]}")
    world.build()
    entry = world.index()["tilesets"]["world"]
    assert set(entry["terrains"]) == {"stone", "grass", "water"}
    found = tiles(world, "world")
    assert len(found) == 41
    assert all(np.array_equal(at(world, number, "world"), picture) for number, picture in before.items())
    # Six tiles are all grass: three of each sheet, each a variant where its picture differs.
    grass = [tile for tile in found.values() if tile["corners"] == ["grass"] * 4]
    assert len(grass) == 6
    assert sum(tile["probability"] for tile in grass) == pytest.approx(1, abs=0.001)
    assert found[5]["corners"] == ["grass", "stone", "grass", "stone"]
    assert found[26]["corners"] == ["grass", "water", "grass", "water"]


def test_equal_full_tiles_are_one_variant(tmp_path: Path) -> None:
    cells = drawn_tileset(16)
    cells[12] = cells[16] = cells[6]
    game = bench(tmp_path, TERRAINS.partition("  shore:")[0])
    save(game.root, "art/meadow.png", np.vstack([np.hstack(cells[row * 4 : row * 4 + 4]) for row in range(5)]))
    save(game.root, "art/ladder.png", square("884400"))
    game.build()
    found = tiles(game, "meadow")
    assert len(found) == 20
    assert [found[number]["probability"] for number in (6, 12, 16)] == [1.0, 0.0, 0.0]
    assert [found[number]["probability"] for number in (0, 4, 8)] == [0.3333] * 3


def test_the_written_blob_sheet_draws_what_the_corner_tiles_draw(world: Workbench) -> None:
    world.build()
    blob = world.index()["tilesets"]["meadow"]["sheets"]["blob47"]
    assert blob["tile_size"] == [32, 32]
    sheet = shown(world.root, blob["file"])
    from assetgen.pixels.autotile import BLOB_MASKS

    by_mask = {
        mask: sheet[i // 8 * 32 : i // 8 * 32 + 32, i % 8 * 32 : i % 8 * 32 + 32] for i, mask in enumerate(BLOB_MASKS)
    }
    corners = {tuple(int(c == "inside") for c in tile["corners"]): number
               for number, tile in reversed(tiles(world, "meadow").items())}  # fmt: skip
    sixteen = [at(world, corners[tuple(map(int, format(code, "04b")))], "meadow") for code in range(16)]
    rng = np.random.default_rng(5)
    for _ in range(10):
        cells = rng.random((5, 6)) < 0.6
        plain = np.vstack([np.hstack([sixteen[0]] * 2)] * 2)
        by_blob = draw_blob(cells, {reduced(mask): picture for mask, picture in by_mask.items()}, plain)
        assert np.array_equal(by_blob, draw_corners(lattice(cells), sixteen))


def test_each_kind_of_sheet_is_written(world: Workbench) -> None:
    world.build()
    sheets = world.index()["tilesets"]["meadow"]["sheets"]
    assert {kind: (sheet["columns"], sheet["tile_size"], sheet["size"]) for kind, sheet in sheets.items()} == {
        "blob47": (8, [32, 32], [256, 192]),
        "dual_grid": (4, [16, 16], [64, 64]),
        "rpgmaker_a2": (2, [32, 32], [64, 96]),
    }
    for sheet in sheets.values():
        picture = shown(world.root, sheet["file"])
        assert list(picture.shape[1::-1]) == sheet["size"]
    world.edit("autotile: [corners, blob47, dual_grid, rpgmaker_a2]", "autotile: [blob47_approx, rpgmaker_a2_approx]")
    world.build()
    sheets = world.index()["tilesets"]["meadow"]["sheets"]
    assert {kind: sheet["tile_size"] for kind, sheet in sheets.items()} == {
        "blob47_approx": [16, 16],
        "rpgmaker_a2_approx": [16, 16],
    }


def test_each_pair_of_terrains_has_its_own_sheet(world: Workbench) -> None:
    world.edit("{meadow: [stone, grass]}", "{meadow: [stone, grass], shore: [water, grass]}")
    world.build()
    sheets = world.index()["tilesets"]["world"]["sheets"]
    assert {kind: sheet["file"] for kind, sheet in sheets.items()} == {
        "blob47": "tilesets/world-blob47.png",
        "blob47-water-grass": "tilesets/world-blob47-water-grass.png",
    }
    alone = shown(world.root, "tilesets/meadow-blob47.png")
    assert np.array_equal(shown(world.root, sheets["blob47"]["file"]), alone)
    assert not np.array_equal(shown(world.root, sheets["blob47-water-grass"]["file"]), alone)


def test_an_engine_with_its_own_folder_gets_its_autotile_sheets(world: Workbench) -> None:
    world.edit("version: 1\n", "version: 1\nproject: own\nwrite: [sheet]\nengines: [{godot: {output: game}}]\n")
    world.build()
    ours, theirs = (read(world.root / part / "tilesets/meadow-blob47.png") for part in ("generated", "game"))
    assert np.array_equal(ours, theirs)


def test_autotile_needs_corner_tiles(game: Workbench) -> None:
    game.edit("{tiles: [ladder, door, chest]}", "{tiles: [ladder, door, chest], autotile: [blob47]}")
    assert "autotile needs corner tiles" in game.build(status=1)["assets"]["deco"]["error"]


def test_a_sheet_of_ones_own_takes_further_tiles(world: Workbench) -> None:
    world.edit("autotile: [corners, blob47, dual_grid, rpgmaker_a2]}", "tiles: [ladder, {6: {collision: full}}]}")
    world.build()
    found = tiles(world, "meadow")
    assert len(found) == 21
    assert world.index()["tilesets"]["meadow"]["columns"] == 4
    assert found[6]["collision"] == "full"
    assert np.array_equal(at(world, 20, "meadow"), square(COLORS["ladder"]))
    assert np.array_equal(shown(world.root, "tilesets/meadow.png")[:80], corner_sheet(3))


def test_a_copied_tileset_keeps_ids_corners_and_objects(world: Workbench) -> None:
    world.edit(
        "tilesets:\n",
        "tilesets:\n  dusk: {copy: world, process: {colors: 4}}\n",
    )
    world.edit("tiles: [ladder]", "tiles: [ladder]\n    objects: [ladder]")
    world.build()
    plain, dusk = tiles(world, "world"), tiles(world, "dusk")
    assert dusk.keys() == plain.keys()
    assert all(dusk[number]["corners"] == plain[number]["corners"] for number in plain)
    assert len(np.unique(shown(world.root, "tilesets/dusk.png").reshape(-1, 4), axis=0)) <= 5
    assert (world.root / "generated/tilesets/dusk-objects/ladder.png").exists()
    assert world.plan()["actions"] == []
