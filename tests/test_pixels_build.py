"""What the manifest can ask for without a purchase, by the real commands: palettes, recipes, characters, checks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from drawings import drawn, places, save, shown, strip
from numpy.typing import NDArray
from test_palettes import aco, act, ase, riff
from workbench import Workbench, bench

from assetgen.pixels import palettes
from assetgen.pixels.picture import Picture, decode, read

DUSK = ["1a1c2c", "5d275d", "b13e53", "ef7d57"]

# -- palettes -----------------------------------------------------------------

FILES: dict[str, bytes] = {
    "gimp.gpl": b"\xef\xbb\xbfGIMP Palette\r\nName: dusk\r\nColumns: 4\r\n#\r\n"
    b" 26\t28\t44\tnight\r\n 93 39 93\r\n177 62 83\r\n239 125 87\tsun\r\n",
    "aseprite.gpl": b"GIMP Palette\nChannels: RGBA\n#\n"
    b"26 28 44 255 a\n93 39 93 255 b\n177 62 83 255 c\n239 125 87 255 d\n",
    "lospec.hex": b"1a1c2c\n5d275d\nb13e53\nef7d57\n",
    "lospec.json": json.dumps({"name": "dusk", "colors": DUSK}).encode(),
    "jasc.pal": b"JASC-PAL\r\n0100\r\n4\r\n26 28 44\r\n93 39 93\r\n177 62 83\r\n239 125 87\r\n",
    "windows.pal": riff(DUSK),
    "paint.txt": b"; paint.net\r\nFF1A1C2C\r\nFF5D275D\r\nFFB13E53\r\nFFEF7D57\r\n",
    "swatch.png": palettes.write(DUSK, "dusk", "png"),
    "adobe.ase": ase([(b"RGB ", tuple(channel / 255 for channel in bytes.fromhex(color))) for color in DUSK]),
    "adobe.act": act(DUSK, b"\x00\x04\xff\xff"),
    "adobe.aco": aco([(0, *(channel * 257 for channel in bytes.fromhex(color)), 0) for color in DUSK]),
}


def test_every_palette_file_is_an_entry_and_is_written_in_five_formats(tmp_path: Path) -> None:
    entries = [f"  {name.replace('.', '_')}: {{file: art/{name}}}" for name in FILES]
    game = bench(
        tmp_path,
        "\n".join(
            [
                "version: 1\nprovider: placeholder\npalettes:",
                "  plain: [1a1c2c, '#5D275D', b13e53, ef7d57]",
                "  lospec: {lospec: sweetie}",
                "  beside: {lospec: slso8}",
                "  found: {from: [hero], colors: 4}",
                *entries,
                "sprites:\n  hero: {file: art/hero.png}",
            ]
        ),
    )
    for name, data in FILES.items():
        (game.root / "art").mkdir(exist_ok=True)
        (game.root / "art" / name).write_bytes(data)
    game.write("1a1c2c\n5d275d\nb13e53\nef7d57\n", "palettes/sweetie.hex")
    (game.root / "slso8.act").write_bytes(FILES["adobe.act"])
    save(game.root, "art/hero.png", strip(*(drawn(2, 2, (0, 0, 2, 2, color)) for color in DUSK)))
    game.build()
    written = game.index()["palettes"]
    assert len(written) == len(FILES) + 4
    for name, entry in written.items():
        assert entry["colors"] == [f"#{color}" for color in DUSK], name
        assert set(entry["files"]) == {"gpl", "hex", "pal", "png", "json"}
        for path in entry["files"].values():
            assert palettes.read((game.root / "generated" / path).read_bytes(), path) == DUSK


def test_a_broken_palette_file_is_told_with_its_place(tmp_path: Path) -> None:
    game = bench(tmp_path, "version: 1\npalettes:\n  a: {file: a.pal}\n  b: {lospec: nothing-saved}\n")
    (game.root / "a.pal").write_bytes(b"JASC-PAL\n0100\n5\n26 28 44\n")
    ran = game.run("build")
    assert ran.status == 2
    assert "assets.yaml:3:" in ran.err
    assert "a.pal" in ran.err
    assert "nothing is fetched" in ran.err


WISHES = """\
version: 1
provider: placeholder
palettes:
  dusk: [1a1c2c, 5d275d, b13e53, ef7d57, f4f4f4]
sprites:
  both: {prompt: gem, style: rd_fast__mc_item, size: 16, palette: dusk}
  mapped: {prompt: gem, style: rd_fast__mc_item, size: 16, palette: {map: dusk}}
  sent: {prompt: gem, style: rd_fast__mc_item, size: 16, palette: {send: dusk}}
"""


def colors_of(picture: Picture) -> set[str]:
    return {bytes(color[:3]).hex() for color in picture.reshape(-1, 4).tolist() if color[3]}


def test_a_palette_is_sent_as_a_wish_mapped_exactly_or_both_and_never_buys(tmp_path: Path) -> None:
    game = bench(tmp_path, WISHES)
    game.build()
    dusk = {"1a1c2c", "5d275d", "b13e53", "ef7d57", "f4f4f4"}
    assert colors_of(shown(game.root, "sprites/both.png")) <= dusk
    assert colors_of(shown(game.root, "sprites/mapped.png")) <= dusk
    bought = game.files("originals")
    raw = {path.split("/")[1]: colors_of(decode(data, what=path)) for path, data in bought.items() if "/." not in path}
    assert raw["both"] <= dusk  # the style honours the wish
    assert not raw["mapped"] <= dusk
    game.edit("5d275d", "00ff88")
    assert all(action.startswith("process") for action in game.actions().values())
    game.build()
    assert game.files("originals") == bought
    changed = (dusk - {"5d275d"}) | {"00ff88"}
    assert colors_of(shown(game.root, "sprites/both.png")) <= changed
    assert colors_of(shown(game.root, "sprites/mapped.png")) <= changed


# -- recipes ------------------------------------------------------------------

RECIPES = """\
version: 1
provider: placeholder
palettes:
  warm: [aa0000, ffffff]
  cold: [0000aa, eeeeff]
  grey: ["000000", 606060, c0c0c0, ffffff]
defaults: {sprites: {file: art/gem.png}}
sprites:
  grid: {file: art/big.png, process: {grid: auto}}
  factor: {file: art/big.png, process: {grid: 4}}
  background: {file: art/full.png, process: {background: {flood: 8}}}
  alpha: {file: art/soft.png, process: {alpha: 128}}
  specks: {file: art/dust.png, process: {specks: 2}}
  trim: {process: {trim: true}}
  canvas: {process: {canvas: {size: [20, 24], align: bottom, margin: 2}}}
  palette: {process: {palette: {name: cold}}}
  dither: {file: art/ramp.png, process: {palette: {name: grey, dither: bayer4}}}
  colors: {file: art/ramp.png, process: {colors: 3}}
  outline: {process: {outline: {side: outside, color: 00ff00}}}
  inside: {process: {outline: {side: inside, color: 00ff00}}}
  shadow: {process: {shadow: {kind: drop, color: 000000, opacity: 96, offset: [1, 1]}}}
  mirror: {process: {mirror: x}}
  rotate: {process: {rotate: 90}}
  recolor: {process: {recolor: {from: warm, to: cold}}}
  scale: {process: {scale: [1, 2, 3]}}
"""
GEM = drawn(12, 10, (3, 2, 6, 7, "aa0000"), (4, 3, 2, 2, "ffffff"))


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    game = bench(tmp_path_factory.mktemp("recipes"), RECIPES)
    save(game.root, "art/gem.png", GEM)
    save(game.root, "art/big.png", np.repeat(np.repeat(GEM, 4, axis=0), 4, axis=1))
    full = drawn(12, 10, (0, 0, 12, 10, "20c020"), (3, 2, 6, 7, "aa0000"), (5, 5, 2, 2, "20c020"))
    save(game.root, "art/full.png", full)
    soft = GEM.copy()
    soft[2, 3:9, 3], soft[8, 3:9, 3] = 127, 128
    save(game.root, "art/soft.png", soft)
    save(
        game.root, "art/dust.png", drawn(12, 10, (3, 2, 6, 7, "aa0000"), (0, 0, 2, 1, "ffffff"), (4, 3, 1, 1, "00ff00"))
    )
    shades = np.linspace(0, 255, 16).astype(np.uint8)
    ramp = np.zeros((8, 16, 4), np.uint8)
    ramp[..., :3], ramp[..., 3] = shades[None, :, None], 255
    save(game.root, "art/ramp.png", ramp)
    game.build()
    return game


def made(game: Workbench, name: str) -> Picture:
    return shown(game.root, f"sprites/{name}.png")


def at(picture: NDArray[np.uint8], *boxes: tuple[int, int, int, int, str]) -> Picture:
    result = picture.copy()
    for x, y, w, h, color in boxes:
        result[y : y + h, x : x + w] = (*bytes.fromhex(color.ljust(8, "f")),)
    return result


def test_cleaning_steps(recipes: Workbench) -> None:
    assert np.array_equal(made(recipes, "grid"), GEM)
    assert np.array_equal(made(recipes, "factor"), GEM)
    flooded = drawn(12, 10, (3, 2, 6, 7, "aa0000"), (5, 5, 2, 2, "20c020"))
    assert np.array_equal(made(recipes, "background"), flooded)
    hard = GEM.copy()
    hard[2] = 0
    assert np.array_equal(made(recipes, "alpha"), hard)
    assert np.array_equal(made(recipes, "specks"), drawn(12, 10, (3, 2, 6, 7, "aa0000"), (4, 3, 1, 1, "00ff00")))


def test_framing_steps(recipes: Workbench) -> None:
    assert np.array_equal(made(recipes, "trim"), GEM[2:9, 3:9])
    canvas = made(recipes, "canvas")
    assert canvas.shape == (24, 20, 4)
    assert np.array_equal(canvas[24 - 2 - 10 : 22, 4:16], GEM)
    assert np.array_equal(made(recipes, "mirror"), GEM[:, ::-1])
    assert np.array_equal(made(recipes, "rotate"), np.rot90(GEM, -1))
    for factor in (2, 3):
        assert np.array_equal(
            made(recipes, f"scale@{factor}x"), np.repeat(np.repeat(GEM, factor, axis=0), factor, axis=1)
        )


def test_colour_steps(recipes: Workbench) -> None:
    assert colors_of(made(recipes, "palette")) == {"0000aa", "eeeeff"}
    assert colors_of(made(recipes, "recolor")) == {"0000aa", "eeeeff"}
    assert places(made(recipes, "recolor"), "eeeeff") == places(GEM, "ffffff")
    assert colors_of(made(recipes, "dither")) <= {"000000", "606060", "c0c0c0", "ffffff"}
    columns = made(recipes, "dither")[:, :, 0].T
    assert any(len(set(column.tolist())) > 1 for column in columns)  # a pattern, not bands
    assert len(colors_of(made(recipes, "colors"))) == 3


def test_drawn_steps(recipes: Workbench) -> None:
    around = drawn(12, 10, (3, 1, 6, 9, "00ff00"), (2, 2, 8, 7, "00ff00"))
    assert np.array_equal(made(recipes, "outline"), at(around, (3, 2, 6, 7, "aa0000"), (4, 3, 2, 2, "ffffff")))
    inner = at(drawn(12, 10, (3, 2, 6, 7, "00ff00")), (4, 3, 4, 5, "aa0000"), (4, 3, 2, 2, "ffffff"))
    assert np.array_equal(made(recipes, "inside"), inner)
    shade = at(np.zeros_like(GEM), (4, 3, 6, 7, "00000060"))
    assert np.array_equal(made(recipes, "shadow"), np.where(GEM[..., 3:] > 0, GEM, shade))


def test_a_canvas_that_is_too_small_fails_that_asset_only(recipes: Workbench, tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        "version: 1\nprovider: placeholder\nsprites:\n"
        "  big: {file: art/gem.png, process: {canvas: {size: 8}}}\n  fine: {file: art/gem.png}\n",
    )
    save(game.root, "art/gem.png", GEM)
    report = game.build(status=1)
    assert "8" in report["assets"]["big"]["error"]
    assert "assets.yaml:4:" in report["assets"]["big"]["error"]
    assert report["assets"]["fine"]["status"] == "built"


# -- geometry -----------------------------------------------------------------


def test_pivots_borders_boxes_and_free_recolours(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """\
version: 1
provider: placeholder
palettes:
  warm: [aa0000, ffffff]
sprites:
  gem: {file: art/gem.png, pivot: bottom, hitbox: auto}
  moved: {file: art/gem.png, pivot: [6, 9], hitbox: [1, 2, 3, 4], process: {trim: true}}
  panel: {file: art/gem.png, nine_slice: {left: 4, top: 3, right: 4, bottom: 2}, process: {scale: [1, 2]}}
  "gem_{team}":
    for_each: [{team: blue, color: 0000aa}, {team: green, color: 00aa00}]
    copy: gem
    process: {recolor: {from: warm, to: ["{color}", ffffff]}}
""",
    )
    save(game.root, "art/gem.png", GEM)
    game.build()
    sprites = game.index()["sprites"]
    assert sprites["gem"]["pivot"] == [6, 9]
    assert sprites["gem"]["hitbox"] == [3, 2, 6, 7]
    assert sprites["moved"]["pivot"] == [3, 7]
    assert sprites["moved"]["hitbox"] == [1, 2, 3, 4]
    assert sprites["panel"]["nine_slice"] == {"left": 4, "top": 3, "right": 4, "bottom": 2}
    assert made(game, "panel@2x").shape == (20, 24, 4)
    for team, color in (("blue", "0000aa"), ("green", "00aa00")):
        assert sprites[f"gem_{team}"]["pivot"] == [6, 9]
        assert colors_of(made(game, f"gem_{team}")) == {color, "ffffff"}
    assert not (game.root / "originals").exists() or not game.files("originals").keys() - {"originals/.gdignore"}
    game.edit("process: {scale: [1, 2]}", "process: {trim: true}")
    ran = game.run("build")
    assert ran.status == 2
    assert "trim" in ran.err
    assert "nine_slice" in ran.err


def figure(x: int, y: int, w: int = 4, h: int = 8) -> Picture:
    return drawn(24, 24, (x, y, w, h, "406080"), (x, y, 1, 1, "ffcc99"))


def test_animations_are_cropped_by_one_box_and_never_recentred(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """\
version: 1
provider: placeholder
defaults: {animations: {file: art/jump.png, layout: {columns: 3, rows: 1}, quality: {wander: off}}}
animations:
  jump: {crop: box}
  trimmed: {process: {trim: true, outline: {color: 00ff00}}}
  whole: {}
""",
    )
    cells = [figure(4, 12), figure(8, 5), figure(11, 12)]
    save(game.root, "art/jump.png", strip(*cells))
    game.build()
    entry = game.index()["animations"]
    for number, cell in enumerate(cells):
        assert np.array_equal(shown(game.root, f"animations/whole/animation_{number:02d}.png"), cell)
        cropped = shown(game.root, f"animations/jump/animation_{number:02d}.png")
        assert np.array_equal(cropped, cell[5:20, 4:15])
        outlined = shown(game.root, f"animations/trimmed/animation_{number:02d}.png")
        (x, y), (left, top) = places(outlined, "ffcc99")[0], places(cropped, "ffcc99")[0]
        assert (x - left, y - top) == (1, 1)
    assert entry["whole"]["pivot"] == [12, 20]
    assert entry["jump"]["cell"] == [11, 15]
    assert entry["jump"]["pivot"] == [5, 15]


def test_tilesets_have_scale_variants(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        "version: 1\nprovider: placeholder\ntilesets:\n"
        "  deco: {file: art/deco.png, tile_size: 8, columns: 1, margin: 1, spacing: 2, process: {scale: [1, 2]}}\n",
    )
    save(
        game.root,
        "art/deco.png",
        np.pad(strip(GEM[:8, :8], np.zeros((8, 2, 4), np.uint8), GEM[2:, 4:]), [(1, 1), (1, 1), (0, 0)]),
    )
    game.build()
    sheet = shown(game.root, "tilesets/deco.png")
    twice = np.repeat(np.repeat(sheet, 2, axis=0), 2, axis=1)
    assert np.array_equal(shown(game.root, "tilesets/deco@2x.png"), twice)
    assert game.plan()["actions"] == []
    game.edit("scale: [1, 2]", "scale: [1]")
    game.build()
    assert not (game.root / "generated/tilesets/deco@2x.png").exists()


# -- characters ---------------------------------------------------------------


def test_directional_stills_are_tags_and_inputs_of_further_animations(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """\
version: 1
provider: placeholder
directions: {s: down, se: down_right}
animations:
  hero_turn: {prompt: knight, style: rd_animation__8_dir_rotation}
  walk_down: {prompt: walks, style: rd_advanced_animation__walking, input: hero_turn/face_down_00, frames: 4}
  walk_e: {prompt: walks, style: rd_advanced_animation__walking, input: hero_turn/face_e_00, frames: 4}
  hero: {parts: [{of: walk_down, tags: {walk: {name: walk_down}}}, {of: walk_e, tags: {walk: {name: walk_right}}},
                 hero_turn], mirror: {left: right}}
""",
    )
    game.build()
    index = game.index()["animations"]
    assert {"face_down", "face_down_right", "face_n", "turn"} <= set(index["hero"]["tags"])
    tags = index["hero"]["tags"]
    assert {"walk_down", "walk_right", "walk_left", "face_down"} <= set(tags)
    right = [shown(game.root, path) for path in tags["walk_right"]["files"]]
    left = [shown(game.root, path) for path in tags["walk_left"]["files"]]
    x, _ = index["hero"]["pivot"]
    for one, other in zip(right, left, strict=True):
        assert turned(one, x) == turned(other[:, ::-1], other.shape[1] - x)
    assert game.plan()["actions"] == []
    game.edit("prompt: knight", "prompt: a green knight")
    assert {name for name, action in game.actions().items() if action.startswith("generate")} == {
        "hero_turn", "walk_down", "walk_e",
    }  # fmt: skip


def test_a_file_like_a_styles_sheet_may_have_cells_of_any_size(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """\
version: 1
provider: placeholder
directions: {down: s}
animations:
  hero: {file: art/hero.png, layout: animation__four_angle_walking, quality: {duplicate: off, static: off}}
  run: {prompt: runs, style: rd_advanced_animation__walking, input: hero/walk_s_00, frames: 4}
  wide: {file: art/wide.png, layout: animation__four_angle_walking}
""",
    )
    sheet = np.zeros((4 * 32, 4 * 32, 4), np.uint8)
    for row in range(4):
        for column in range(4):
            sheet[row * 32 + 8 : row * 32 + 24, column * 32 + 8 : column * 32 + 24] = (40 * row, 40 * column, 90, 255)
    save(game.root, "art/hero.png", sheet)
    save(game.root, "art/wide.png", sheet[:, :64])
    said = game.build(status=1)["assets"]["wide"]["error"]
    assert "64×128 pixels; layout four_angle_walking (4×4 cells of 48×48) needs 192×192 or that shape" in said
    animations = game.index()["animations"]
    assert (animations["hero"]["cell"], animations["run"]["cell"]) == ([32, 32], [32, 32])
    assert list(animations["hero"]["tags"]) == ["walk_up", "walk_right", "walk_s", "walk_left"]
    assert np.array_equal(shown(game.root, "animations/hero/walk_s_01.png"), sheet[64:96, 32:64])


def turned(picture: Picture, x: int) -> list[tuple[int, int, bytes]]:
    """Opaque pixels by their place from the pivot."""
    ys, xs = np.nonzero(picture[..., 3])
    return sorted((int(b - x), int(a), picture[a, b].tobytes()) for a, b in zip(ys, xs, strict=True))


# -- quality ------------------------------------------------------------------


def test_a_purchase_is_never_rejected_and_the_good_output_stays(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """\
version: 1
provider: placeholder
animations:
  walk: {prompt: knight, style: animation__walking_and_idle}
sprites:
  gem: {prompt: gem, style: rd_fast__mc_item, size: 16}
""",
    )
    game.build()
    good = game.files("generated/animations")
    strict = "style: animation__walking_and_idle, quality: {wander: {level: error, threshold: 0}}"
    game.edit("style: animation__walking_and_idle", strict)
    game.edit("prompt: knight", "prompt: wizard")
    game.edit("prompt: gem", "prompt: ruby")
    report = game.build(status=1)
    assert "wander" in report["assets"]["walk"]["error"]
    assert report["assets"]["gem"]["status"] == "built"
    assert [w["check"] for w in report["warnings"] if w["asset"] == "walk"]
    assert game.files("generated/animations") == good
    bought = game.files("originals")
    found = game.run("check", "--json")
    assert found.status == 1
    levels = {(item["asset"], item["check"]): item["level"] for item in found.json["findings"]}
    assert levels["walk", "wander"] == "error"
    game.edit(", threshold: 0}}", ", threshold: 99}}")
    assert all(action.startswith("process") for action in game.actions().values())
    game.build()
    assert game.files("originals") == bought
    assert game.files("generated/animations") != good
    assert read(game.root / "generated/animations/walk.png").size


@pytest.mark.parametrize(
    ("entry", "folder"),
    [
        ("sprites:\n  moss: {prompt: moss, style: rd_fast__texture, size: 64, tile: xy}", "sprites"),
        ("tilesets:\n  moss: {prompt: moss, style: rd_tile__single_tile, tile_size: 32}", "tilesets"),
    ],
)
def test_seams_of_what_was_asked_to_repeat_are_measured(tmp_path: Path, entry: str, folder: str) -> None:
    game = bench(tmp_path, f"version: 1\nprovider: placeholder\n{entry}\n")
    game.build()
    torn = shown(game.root, f"{folder}/moss.png").copy()
    torn[:, :3, :3] = 255 - torn[:, :3, :3]
    save(game.root, "art/torn.png", torn)
    assert game.run("adopt", "moss", "art/torn.png", "--stage", "original").status == 1
    assert "seam: " in game.build(status=1)["assets"]["moss"]["error"]
    game.edit("prompt: moss", "prompt: moss, quality: {seam: warn}")
    assert "seam" in {item["check"] for item in game.build()["warnings"]}
