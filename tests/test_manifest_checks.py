"""What is refused before any money is spent, in words that help."""

# ruff: noqa: E501  tables of one case a line
from __future__ import annotations

import sys
from pathlib import Path

import pytest
from manifest_files import Files, load, loaded, png, problem, problems, project
from patience import quick

from assetgen.manifest import pending

FILES = {"a.png": png(64, 64), "big.png": png(300, 300), "sheet.png": png(192, 192)}
STYLED = "version: 1\ndefaults: {sprites: {style: rd_fast__default, size: 64}}\n"


def said(root: Path, body: str, **files: str | bytes) -> list[str]:
    return problems(root, f"version: 1\n{body}\n", **{**FILES, **files})


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{prompt: x, style: rd_fast_default, size: 64}", "unknown style 'rd_fast_default' in sprite 'a'; did you mean 'rd_fast__default'?"),
        ("{prompt: x, style: mc_item, size: 64}", "did you mean 'rd_fast__mc_item'?"),
        ("{prompt: x, style: zzzzzz, size: 64}", "'assetgen styles' lists them"),
        ("{prompt: x, size: 64}", "'style' is missing in sprite 'a'"),
        ("{prompt: x, style: rd_fast__default}", "'size' is missing in sprite 'a'; rd_fast__default draws 64 to 384 pixels"),
        ("{prompt: x, style: rd_fast__default, size: 32}", "size 32x32 does not fit style 'rd_fast__default' in sprite 'a'; its sides are 64 to 384 pixels"),
        ("{prompt: x, style: rd_fast__default, size: 64x600}", "size 64x600 does not fit"),
        ("{prompt: x, style: rd_pro__ui_panel, size: 64}", "it draws 256x256 only"),
        ("{prompt: '', style: rd_fast__default, size: 64}", "'prompt' is empty in sprite 'a'; say what to draw"),
        ("{prompt: x, style: rd_pro__pixelate, size: 64}", "style 'rd_pro__pixelate' needs an input picture"),
        ("{prompt: x, style: rd_pro__ui_panel, candidates: 5}", "5 candidates in sprite 'a'; rd_pro__ui_panel makes at most 4 pictures a request"),
        ("{prompt: x, style: rd_fast__default, size: 64, candidates: 17}", "expected a whole number from 1 to 16"),
        ("{prompt: x, style: rd_fast__default, size: 64, references: [./a.png]}", "rd_fast__default takes no references"),
        ("{prompt: x, style: rd_pro__default, size: 64, references: [" + ", ".join(["./a.png"] * 10) + "]}", "expected at most 9"),
        ("{prompt: x, style: rd_fast__default, size: 64, outside: y}", "'outside' has no meaning here in sprite 'a'; rd_fast__default has one terrain only"),
        ("{prompt: x, style: rd_fast__default, size: 64, frames: 8}", "rd_fast__default makes no frames"),
        ("{prompt: x, style: rd_fast__default, size: 64, strength: 0.5}", "it needs an 'input'"),
        ("{prompt: x, style: rd_fast__default, size: 64, strength: 1.5, input: ./a.png}", "expected a number from 0 to 1"),
        ("{prompt: x, style: rd_fast__default, size: 64, data: true}", "has no downloadable data"),
        ("{prompt: x, style: rd_fast__default, size: 64, keep: [background]}", "it needs 'remove_bg: true'"),
        ("{prompt: x, style: rd_fast__default, size: 64, old_model: true, api: {model: X}}", "'api' may not hold 'model' in sprite 'a'; write 'old_model' instead"),
        ("{prompt: x, style: rd_pro__default, size: 64, old_model: true}", "'old_model' does not know 'rd_pro__default'"),
        ("{prompt: x, style: rd_fast__default, size: 64, api: {seed: 1}}", "write 'seed' instead"),
        ("{prompt: x, style: rd_fast__default, size: 64, api: {num_images: 1, async: true}}", "the tool sets it itself"),
        ("{prompt: x, style: rd_tile__tileset, tile_size: 16}", "style 'rd_tile__tileset' makes a tileset in sprite 'a'; move it to 'tilesets'"),
        ("{prompt: x, style: animation__vfx}", "makes an animation in sprite 'a'; move it to 'animations'"),
        ("{prompt: x, file: ./a.png, style: rd_fast__default, size: 64}", "'prompt' and 'file' exclude each other in sprite 'a'; an entry has one source"),
        ("{edit: ./a.png, prompt: x, edits: [y]}", "'prompt' and 'edits' exclude each other"),
        ("{edit: ./a.png}", "'prompt' is missing in sprite 'a'; image_edit needs it"),
        ("{edit: ./big.png, prompt: x}", "image_edit takes pictures of up to 256 pixels a side, this one is 300x300"),
        ("{edit: ./a.png, edits: [{tool: inpaintin}]}", "unknown tool 'inpaintin' in sprite 'a'; did you mean 'inpainting'?"),
        ("{edit: ./a.png, edits: [{tool: outpainting, expand_left: 0}]}", "outpainting needs expand_left, expand_right, expand_top or expand_bottom"),
        ("{edit: ./a.png, edits: [{tool: rotate, rotation_degrees: 90, prompt: x}]}", "'prompt' is no field of rotate in sprite 'a'; it takes rotation_degrees"),
        ("{file: ./a.png, edits: [x]}", "write 'edit: PATH' with 'edits'"),
        ("{file: ./a.png, cut: {grid: 8, auto: true}}", "'grid' and 'auto' exclude each other"),
        ("{file: ./a.png, cut: {grid: 8, names: [b, b]}}", "two pieces are called 'b'"),
        ("{prompt: x, style: rd_pro__inventory_items, cut: {data: true}}", "'cut: data' needs 'data: true'"),
        ("{file: ./a.png, nine_slice: 3, process: {trim: true}}", "'nine_slice' forbids 'trim'"),
        ("{file: ./a.png, process: {colors: 3, palette: {dither: bayer2}}}", "'palette' and 'colors' exclude each other"),
        ("{file: ./a.png, process: {recolor: {from: [000000], to: [000000, ffffff]}}}", "'recolor' goes from 1 colour to 2"),
        ("{file: ./a.png, palette: dusk}", "unknown palette 'dusk' in sprite 'a'; define it under 'palettes'"),
        ("{prompt: x, style: rd_fast__default, size: 64, variants: 2, candidates: 2}", "'candidates' and 'variants' exclude each other"),
        ("[x]", "a list is no sprite in sprite 'a'"),
        ("{}", "sprite 'a' has no source; write one of prompt, edit, file, copy"),
    ],
)  # fmt: skip
def test_wrong_sprites(tmp_path: Path, entry: str, message: str) -> None:
    found = said(tmp_path, f"sprites:\n  a: {entry}")
    assert any(message in line for line in found), found
    assert all(line.startswith("assets.yaml:3:") for line in found)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("animations: {a: {file: sheet.png}}", "'layout' is missing in animation 'a'"),
        ("animations: {a: {file: sheet.png, layout: rd_advanced_animation__idle}}", "needs 'frames'"),
        ("animations: {a: {file: sheet.png, layout: rd_fast__default}}", "draws single pictures"),
        ("animations: {a: {file: sheet.png, layout: walking}}", "unknown layout 'walking'"),
        ("animations: {a: {file: sheet.png, layout: rd_tile__tileset}}", "cuts a tileset"),
        ("animations: {a: {prompt: x, style: animation__vfx, layout: {columns: 1, rows: 1}}}", "has its own layout"),
        ("animations: {a: {prompt: x, style: animation__vfx, size: 128}}", "its sides are 24 to 96 pixels"),
        ("animations: {a: {prompt: x, style: animation__vfx, size: 64x32}}", "it draws squares only"),
        ("animations: {a: {prompt: x, style: rd_advanced_animation__idle, frames: 8}}", "needs an input picture"),
        ("animations: {a: {prompt: x, style: rd_advanced_animation__rotate, input: ./a.png, size: 60}}", "multiples of 8"),
        ("animations: {a: {prompt: x, style: rd_advanced_animation__idle, input: ./a.png, frames: 7}}", "expected 4, 6, 8"),
        ("animations: {a: {prompt: x, style: animation__vfx, candidates: 2}}", "makes at most 1 picture"),
        ("animations: {a: {prompt: x, style: animation__vfx, fps: 8, durations: 100}}", "'fps' and 'durations' exclude"),
        ("animations: {a: {prompt: x, style: animation__four_angle_walking, tags: {walk_dwn: {fps: 3}}}}",
         "animation 'a': no tag is called walk_dwn; did you mean walk_down?"),
        ("animations: {a: {prompt: x, style: animation__four_angle_walking, tags: {b: [16]}}}", "cell 16 is not on the sheet"),
        ("animations: {a: {prompt: x, style: animation__four_angle_walking, grounded: [fly*]}}", "'fly*' matches no tag"),
        ("animations: {a: {prompt: x, style: animation__four_angle_walking, tags: {Walk_down: [0]}}}", "differ by case only"),
        ("animations: {a: {parts: [b]}, b: {parts: [c]}}", "part 'c' is no asset"),
        ("animations: {a: {parts: [b, c]}, b: {file: sheet.png, layout: {columns: 1, rows: 1}}, "
         "c: {file: sheet.png, layout: {columns: 1, rows: 1}}}", "comes from 'b' and from 'c'"),
        ("sprites: {s: {file: ./a.png}}\nanimations: {a: {parts: [s]}}", "part 's' is a sprite in animation 'a'; expected an animation"),
        ("tilesets: {a: {file: sheet.png}}", "'tile_size' is missing in tileset 'a'"),
        ("tilesets: {a: {prompt: x, style: rd_tile__tileset, tile_size: 64}}", "its sides are 16 to 32 pixels"),
        ("tilesets: {a: {prompt: x, style: rd_tile__tileset, tile_size: 16, outside: y}}", "has one terrain only"),
        ("tilesets: {a: {prompt: x, style: rd_tile__tileset, tile_size: 16, remove_bg: true}}", "has no background"),
        ("tilesets: {a: {tile_size: 16, tiles: [{1: {}}, {1: {}}]}}", "tile 1 is described twice"),
        ("sprites: {s: {file: ./a.png}}\ntilesets: {a: {tile_size: 16, terrains: {s: [x, y]}}}", "is no tileset"),
        ("sprites: {s: {file: ./a.png}}\ntilesets: {a: {tile_size: 16, tiles: [{animation: s}]}}", "'s' is no animation"),
        ("tilesets: {a: {tile_size: 16, terrains: {b: [x, x]}}, b: {file: sheet.png, layout: rd_tile__tileset}}", "are both 'x'"),
        ("tilesets: {a: {tile_size: 16, terrains: {b: [x, y]}}, b: {file: sheet.png, tile_size: 16}}", "no sheet of corner tiles"),
        ("palettes: {p: [1a1c2]}", "'1a1c2' is no value for 'colors' in palette 'p'; expected a colour like 1a1c2c"),
        ("palettes: {p: {file: a.txt}}", "palette 'a.txt' does not exist"),
        ("palettes: {p: {file: empty.hex}}", "the file is empty"),
        ("palettes: {p: {from: [x]}}", "palette source 'x' is no asset"),
        ("palettes: {p: {}}", "no colours in palette 'p'"),
        ("palettes: {p: {lospec: nope}}", "nothing is fetched"),
        ("sprites: {s: {file: ./a.png}}\natlases: {a: {include: [s]}, b: {include: ['*']}}", "'s' cannot join in atlas 'b'"),
        ("sprites: {s: {file: ./a.png}}\natlases: {a: {include: [t]}}", "'t' is no asset in atlas 'a'"),
        ("sprites: {s/t: {file: ./a.png}}\natlases: {a: {include: ['*']}}", "'*' stops at '/'; write '**' to go deeper"),
        ("sprites: {s: {file: ./a.png}}\natlases: {a: {include: [s], exclude: [t*]}}", "'t*' matches no asset"),
        ("sprites: {s: {file: ./a.png}}\natlases: {a: {include: [s], max_size: 100, pot: true}}", "no power of two"),
        ("sprites: {s: {file: ./a.png}}\natlases: {a: {include: [s], max_size: 16, padding: 8}}", "leave no room"),
        ("sprites: {s: {file: ./a.png}, t: {copy: w}}\nanimations: {w: {file: x.gif}}", "copy a sprite, or name one frame"),
        ("foo: 1", "unknown key 'foo'; known keys: version, project, provider,"),
        ("hero: {prompt: x}", "unknown key 'hero'; an asset stands, indented, below 'sprites', 'animations' or 'tilesets'"),
        ("api_key: secret", "unknown key 'api_key'; a key never stands in a file: put it into the environment variable RD_API_KEY"),
        ("sprites: {s: {file: ./a.png, foo: 1}}", "unknown key 'foo' in sprite 's'; known keys: was, for_each, preset,"),
        ("sprites: {s: {prompt: x, style: rd_pro__default, size: '64'}}",
         "'64' is no value for 'size' in sprite 's'; expected 64, 96x64 or [96, 64] (width first); remove the quotes"),
        ("network: {url: x}", "unknown key 'url'; known keys: concurrency, timeout, retries, account_rate, account_budget"),
        ("budget: 5 EUR", "'5 EUR' is no value for 'budget'; expected an amount like 5.00 or \"200 credits\""),
        ("engines: [godot, godot]", "engine 'godot' is named twice"),
        ("engines: {template: [{template: t.j2, to: x}]}", "template 't.j2' does not exist"),
        ("engines: {template: [{template: a.png, to: X}, {template: a.png, to: x}]}", "two templates write 'x'"),
        ("engines: {template: [{template: a.png, to: ../x}]}", "target '../x' leaves the project"),
    ],
)  # fmt: skip
def test_wrong_entries_of_other_kinds(tmp_path: Path, body: str, message: str) -> None:
    files: Files = {"empty.hex": "", "x.gif": b"GIF89a"}
    found = said(tmp_path, body, **files)
    assert any(message in line for line in found), found


def test_version_is_needed(tmp_path: Path) -> None:
    assert problem(tmp_path, "project: x\n") == "assets.yaml:1:1: 'version' is missing; expected 1"
    assert problem(tmp_path, "version: 2\n") == "assets.yaml:1:10: '2' is no value for 'version'; expected 1"


# -- names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["A", "1a", "a b", "a//b", "/a", "a/", "../a", "a/../b", "a.b", "é", "a_", "a\\b", "''", "a:b"]
)
def test_names(tmp_path: Path, name: str) -> None:
    found = said(tmp_path, f'sprites: {{"{name}": {{file: ./a.png}}}}'.replace("\\", "\\\\"))
    assert bool(found) == (name != "a_"), found
    assert all("no name for a sprite" in line for line in found)


@pytest.mark.parametrize("name", ["con", "nul", "items/aux", "com1/x", "lpt9"])
def test_device_names(tmp_path: Path, name: str) -> None:
    (found,) = said(tmp_path, f"sprites: {{{name}: {{file: ./a.png}}}}")
    assert "a device on Windows; choose another" in found


@pytest.mark.parametrize(
    ("sprite", "others", "message"),
    [
        ("w", "animations: {w: {file: sheet.png, layout: {columns: 4, rows: 4}}}", "duplicate name 'w'; first at assets.yaml:2:"),
        ("w/walk_up_03", "animations: {w: {file: sheet.png, layout: animation__four_angle_walking}}", "is a frame of animation 'w' as well"),
        ("w/attack_00", "animations: {w: {file: x.gif}}", "is a frame of animation 'w' as well"),
        ("t/03", "tilesets: {t: {file: sheet.png, tile_size: 16}}", "is a tile of tileset 't' as well"),
    ],
)  # fmt: skip
def test_names_that_equal_another_assets_frames(tmp_path: Path, sprite: str, others: str, message: str) -> None:
    (found,) = said(tmp_path, f"sprites: {{{sprite}: {{file: ./a.png}}}}\n{others}", **{"x.gif": b"GIF89a"})
    assert message in found


def test_pieces_and_synthesised_sheets(tmp_path: Path) -> None:
    (found,) = said(tmp_path, "sprites: {s: {file: ./a.png, cut: {grid: 8, names: [b]}}, s/b: {file: ./a.png}}")
    assert "is a piece of sprite 's' as well" in found
    world = "{tile_size: 16, tiles: [{1: {}}], autotile: [blob47]}"
    (found,) = said(tmp_path, f"tilesets: {{w: {world}, w-blob47: {{file: sheet.png, tile_size: 16}}}}")
    assert "would be written over the sheet of tileset 'w'" in found
    assert not said(tmp_path, "sprites: {w/walk_up_09: {file: ./a.png}}\n"
                    "animations: {w: {file: sheet.png, layout: animation__four_angle_walking}}")  # fmt: skip


def test_former_names(tmp_path: Path) -> None:
    found = said(tmp_path, "sprites: {a: {file: ./a.png, was: b}, b: {file: ./a.png}, c: {file: ./a.png, was: old}, "
                 "d: {file: ./a.png, was: old}}")  # fmt: skip
    assert ["names an asset that still exists" in found[0], "is claimed by 'c' already" in found[1]] == [True, True]


# -- references ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("heroo", "edit 'heroo' is no asset in sprite 'a'; did you mean 'hero'?"),
        ("walk/walk_dwn_00", "'walk' has no piece 'walk_dwn_00' in sprite 'a'; did you mean 'walk_down_00'?"),
        ("walk/walk_down_04", "tag 'walk_down' has 4 frames, from 00"),
        ("walk/16", "its 16 cells count from 00"),
        ("walk/x", "tags: walk_up, walk_right, walk_down, walk_left"),
        ("hero/x", "'hero' is a single picture"),
        ("ground/x", "tiles are called by number, like 03"),
        ("cut/x", "'cut' has no piece 'x' in sprite 'a'; pieces: red"),
        ("./nope.png", "edit 'nope.png' does not exist in sprite 'a'"),
        ("../nope.png", "edit '../nope.png' leaves the project"),
        ("generated/sprites/hero.png", "is an output in sprite 'a'; name the asset instead"),
        ("{of: ./a.png, stage: final}", "a file has no stage"),
        ("{of: hero, stage: last}", "'last' is no value for 'stage' in sprite 'a'; expected base or final"),
        ("{stage: final}", "'of' is missing"),
    ],
)
def test_wrong_references(tmp_path: Path, ref: str, message: str) -> None:
    body = f"""\
sprites:
  hero: {{file: ./a.png}}
  cut: {{file: ./a.png, cut: {{grid: 32, names: [red]}}}}
  a: {{edit: {ref}, prompt: x}}
animations: {{walk: {{file: sheet.png, layout: animation__four_angle_walking}}}}
tilesets: {{ground: {{file: sheet.png, layout: rd_tile__tileset}}}}"""
    found = said(tmp_path, body)
    assert any(message in line for line in found), found


def test_rings_are_told_at_their_first_asset(tmp_path: Path) -> None:
    body = """\
sprites:
  free: {file: ./a.png}
  b: {edit: c, prompt: x}
  c: {edit: d, edits: [{tool: inpainting, mask: free, prompt: x}]}
  d: {edit: b, prompt: x}
  me: {edit: me, prompt: x}
  out: {edit: b, prompt: x}
"""
    assert said(tmp_path, body) == [
        "assets.yaml:4:3: a ring: b → c → d → b; a picture cannot be made from what is made from it",
        "assets.yaml:7:3: sprite 'me' needs itself; a picture cannot be made from what is made from it",
    ]


def test_rings_through_palettes_copies_and_parts(tmp_path: Path) -> None:
    palette = "palettes: {p: {from: [a], colors: 4}}\nsprites: {a: {prompt: x, style: rd_fast__default, size: 64, palette: %s}}"
    assert "sprite 'a' needs itself" in said(tmp_path, palette % "p")[0]
    assert said(tmp_path, palette % "{map: p}") == []
    assert "a ring: a → b → a" in said(tmp_path, "sprites: {a: {copy: b}, b: {copy: a}}")[0]
    base = "sprites: {a: {edit: {of: b, stage: final}, prompt: x}, b: {file: ./a.png, palette: {map: p}}}\n"
    assert "a ring: a → b → a" in said(tmp_path, base + "palettes: {p: {from: [a]}}")[0]
    assert said(tmp_path, base.replace("{of: b, stage: final}", "b") + "palettes: {p: {from: [a]}}") == []


def test_a_ring_of_thousands_of_assets(tmp_path: Path) -> None:
    lines = [f"  a{n}: {{edit: a{(n + 1) % 3000}, prompt: x}}" for n in range(3000)]
    (found,) = said(tmp_path, "sprites:\n" + "\n".join(lines))
    assert found.startswith("assets.yaml:3:3: a ring: a0 → a1 → a2")


# -- paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("../x.png", "leaves the project"),
        ("art/../../x.png", "leaves the project"),
        ("/etc/hostname", "is absolute"),
        ("C:/x.png", "is absolute"),
        ("art\\x.png", "holds a backslash in sprite 'a'; write '/' between folders"),
        ("' a.png'", "is no path"),
        ("A.png", "does not exist in sprite 'a'; did you mean 'a.png'?"),
        ("b/c/d.png", "its folder does not exist either"),
        ("sheet", "did you mean 'sheet.png'?"),
        (".", "is no file"),
        ("'*.gif'", "matches no file"),
        ("generated/a.png", "is an output"),
    ],
)
def test_paths(tmp_path: Path, path: str, message: str) -> None:
    (found,) = said(tmp_path, f"sprites: {{a: {{file: {path}}}}}")
    assert message in found


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_out_of_the_project_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.png").write_bytes(png())
    root = project(tmp_path / "in", "version: 1\n", **FILES)
    (root / "link.png").symlink_to(outside / "x.png")
    (root / "folder").symlink_to(outside)
    (root / "fine.png").symlink_to(root / "a.png")
    tail = "a symbolic link may not lead out of the project"
    for entry in ("{file: link.png}", "{file: folder/x.png}", "{edit: ./link.png, prompt: x}", "{file: '*.png'}"):
        found = problems(root, f"version: 1\nsprites: {{a: {entry}}}\n")
        assert found, entry
        assert all(tail in line for line in found)
    assert not problems(root, "version: 1\nsprites: {a: {file: fine.png}}\n")
    for key in ("output", "originals"):
        assert any("leaves the project" in line for line in problems(root, f"version: 1\n{key}: folder\n"))
    assert any(
        "leaves the project" in line for line in problems(root, "version: 1\nengines: {unity: {output: folder}}\n")
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("output: .", "is the folder of the manifest"),
        ("output: ./", "is the folder of the manifest"),
        ("output: ../x", "leaves the project"),
        ("output: a/../originals", "overlap; outputs may be deleted, originals never: keep them apart"),
        ("output: Originals", "overlap"),
        ("originals: generated/raw", "overlap"),
        ("output: originals/out", "overlap"),
        ("output: assets.yaml", "holds the manifest"),
        ("output: .assetgen/x", "belongs to another tool"),
        ("output: .git", "belongs to another tool"),
        ("output: con", "cannot be a folder on every system"),
        ("output: 'aa:b'", "cannot be a folder on every system"),
        ("engines: {godot: {output: Gen}, phaser: {output: gen}}", "differ by case only"),
        ("engines: {godot: {output: originals/x}}", "overlaps the originals folder"),
        ("engines: {godot: {output: ../x}}", "leaves the project"),
        ("engines: [unity]\noriginals: Assets/raw", "lie in Unity's Assets folder"),
    ],
)
def test_folders(tmp_path: Path, body: str, message: str) -> None:
    found = said(tmp_path, body)
    assert any(message in line for line in found), found


def test_originals_beside_a_manifest_inside_unitys_assets(tmp_path: Path) -> None:
    (tmp_path / "game/ProjectSettings").mkdir(parents=True)
    root = tmp_path / "game/Assets/Art"
    assert "lie in Unity's Assets folder" in problem(root, "version: 1\nengines: [unity]\n")
    assert not problems(root, "version: 1\nengines: [godot]\n")


# -- the rest --------------------------------------------------------------------------------------------------------


def test_pending_keys_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"parts": "joins animations", "process.shadow": "draws a shadow", "top.budget": "caps a build"}
    monkeypatch.setattr(pending, "PENDING", table)
    found = said(
        tmp_path, "budget: 5\nsprites: {a: {file: ./a.png, process: {shadow: true}}}\nanimations: {b: {parts: [c]}}"
    )
    assert [line.split(": ", 1)[1] for line in found if "yet" in line] == [
        "'budget' does not work yet; caps a build",
        "'shadow' does not work yet in sprite 'a'; draws a shadow",
        "'parts' does not work yet in animation 'b'; joins animations",
    ]


def test_one_mistake_gives_one_problem(tmp_path: Path) -> None:
    """A wrong value brings no further complaints about what follows from it."""
    for entry in (
        "{prompt: x, style: rd_fast__default, size: big}",
        "{prompt: [x], style: rd_fast__default, size: 64}",
        "{promt: x, style: rd_fast__default, size: 64}",
        "{prompt: x, style: [y], size: 64}",
        "{prompt: '{nope}', style: rd_fast__default, size: 64}",
        "{file: '{nope}.png'}",
        "{file: [x]}",
        "{edit: ./a.png, edits: add}",
        "{edit: *nope, prompt: x}",
        "{file: ./a.png, palette: broken}",
    ):
        found = said(tmp_path, f"palettes: {{broken: {{file: nope.hex}}}}\nsprites:\n  a: {entry}")
        assert len([line for line in found if "nope.hex" not in line]) <= 1, found
        assert found


def test_a_thousand_entries_load_in_less_than_a_second(tmp_path: Path) -> None:
    lines = [f"  s{n}: {{prompt: knight {n}, style: rd_fast__default, size: 64, seed: {n}}}" for n in range(1000)]
    project(tmp_path, "version: 1\nsprites:\n" + "\n".join(lines) + "\n")
    assert len(quick(lambda: load(tmp_path).assets, 1.0)) == 1000  # about 0.15 s


def test_a_thousand_mistakes_are_told_quickly(tmp_path: Path) -> None:
    lines = [f"  s{n}: {{edit: t{n}, promt: y}}" for n in range(1000)]
    assert len(quick(lambda: said(tmp_path, "sprites:\n" + "\n".join(lines)), 10.0)) >= 2000


def test_everything_is_checked_before_a_manifest_is_given(tmp_path: Path) -> None:
    manifest = loaded(tmp_path, f"{STYLED}sprites: {{a: x}}\n")
    assert manifest.assets["a"].position == ("assets.yaml", 3, 11)
