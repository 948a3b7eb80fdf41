"""Sentences of the grammar, each tried by a manifest of its own, through the command line."""

# ruff: noqa: E501  tables of one case a line
from __future__ import annotations

import os
from pathlib import Path

import pytest
from manifest_files import png
from workbench import Workbench, bench

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"


def made(tmp_path: Path, body: str) -> Workbench:
    """A project with some drawn files."""
    wb = bench(tmp_path, f"version: 1\nprovider: placeholder\n{body}\n")
    for name, size in {"a": (16, 16), "t": (64, 80), "s": (64, 64), "w": (192, 192)}.items():
        (wb.root / f"{name}.png").write_bytes(png(*size))
    (wb.root / "art").mkdir()
    (wb.root / "art/Hero.PNG").write_bytes(png())
    (wb.root / "pointer.png").write_bytes(POINTER)
    (wb.root / "my.j2").write_text("x")
    (wb.root / "part.yaml").write_text("sprites: {z: {prmpt: x}}\nanimations: {y: [}\n")
    return wb


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        # An engine's name is a word like any other.
        ("engines: [godot, gdot]\nproject: p", ["assets.yaml:3:18: unknown engine 'gdot'; did you mean 'godot'?"]),
        ("engines: {zzz: {}}", ["assets.yaml:3:11: unknown engine 'zzz'; there are: aseprite, bevy"]),
        # Seeds: an advanced tileset needs both descriptions.
        (
            "tilesets: {t: {prompt: x, style: rd_tile__tileset_advanced, tile_size: 16}}",
            ["assets.yaml:3:34: style 'rd_tile__tileset_advanced' needs 'outside' in tileset 't'; write 'outside: lush grass'"],
        ),
        # What a preset that is not there would have brought is not missing.
        (
            "presets: {p: {preset: nope}}\nsprites: {x: {preset: q}, y: {preset: p, prompt: y}}\nanimations: {z: {preset: q, file: a.png}}",
            [
                "assets.yaml:3:23: unknown preset 'nope' in preset 'p'",
                "assets.yaml:4:23: unknown preset 'q' in sprite 'x'",
                "assets.yaml:5:26: unknown preset 'q' in animation 'z'",
            ],
        ),
        # Two tags of one name are a mistake, however they came to it.
        (
            "animations: {x: {file: s.png, layout: {columns: 4, rows: 4}, tags: {a: {cells: [0], name: b}, b: [1]}}}",
            ["assets.yaml:3:95: animation 'x': two tags are called b"],
        ),
        # A mirror that nothing looks into.
        (
            "animations:\n  x: {file: s.png, layout: {columns: 2, rows: 1}, tags: {go_left: [1]}, mirror: {right: lft}}",
            ["assets.yaml:4:89: no tag faces 'lft', which 'mirror' would turn to 'right' in animation 'x'; there are: go_left"],
        ),
        # An option of an engine stands where it stands.
        (
            "project: p\nengines: {unity: {pixels_per_unit: 0, outptu: x}}",
            ["assets.yaml:4:19: unity: pixels_per_unit is 0", "assets.yaml:4:39: unity has no option 'outptu'"],
        ),
        # Pieces are files, too; and `cut` says how.
        (
            "sprites:\n  x: {file: s.png, cut: {grid: 4, names: [a, nul]}}\n  y: {file: s.png, cut: {}}",
            ["assets.yaml:4:42: a piece is called 'nul', a device on Windows", "assets.yaml:5:25: 'cut' does not say how"],
        ),
        # The nearest file, whatever its ending and the case of its folder.
        (
            "sprites: {x: {file: S.gif}, y: {file: q.png}, z: {file: Art/hero.png}}",
            ["'S.gif' does not exist in sprite 'x'; did you mean 's.png'?", "'q.png' does not exist in sprite 'y'",
             "'Art/hero.png' does not exist in sprite 'z'; did you mean 'art/Hero.PNG'?"],
        ),
        # Text in quotes; text behind the end.
        ('write: [single]\noutputs: "committed"\n...\nproject: p', ["assets.yaml:6:1: text behind '...', which ends the file"]),
        # Pieces are listed as they stand; frames are counted with two digits.
        (
            "sprites:\n  x: {file: s.png, cut: {grid: 16, names: [e, a, d, c, b]}}\n  y: {copy: x/9}\n  z: {copy: w/go_1}\n"
            "animations: {w: {file: s.png, layout: {columns: 2, rows: 1}, tags: {go: [0, 1]}}}",
            ["'x' has no piece '9' in sprite 'y'; pieces: e, a, d, c, b", "did you mean 'go_01'?"],
        ),
        # Objects are files of their own.
        (
            "tilesets:\n  w: {file: s.png, tile_size: 16, objects: [a.png]}\n  w-objects/a: {file: s.png, tile_size: 16}",
            ["assets.yaml:5:3: tileset 'w-objects/a' would be written over the objects of tileset 'w'"],
        ),
        # The nearest valid name of a frame is a frame.
        (
            "animations: {w: {file: w.png, layout: animation__four_angle_walking}}\nsprites: {x: {copy: w/walk_down}, y: {copy: w/walk_dwn_01}}",
            ["did you mean 'walk_down_00'?", "did you mean 'walk_down_01'?"],
        ),
        # Sheets of further terrains have names too.
        (
            "tilesets:\n  m: {file: t.png, layout: rd_tile__tileset}\n  n: {file: t.png, layout: rd_tile__tileset}\n"
            "  t: {terrains: {m: [stone, grass], n: [water, grass]}, tile_size: 16, autotile: [blob47]}\n"
            "  t-blob47-water-grass: {file: t.png, tile_size: 16}",
            ["assets.yaml:7:3: tileset 't-blob47-water-grass' would be written over the sheet of tileset 't'"],
        ),
        # The user's templates keep out of the way of outputs.
        (
            "engines: {template: [{template: my.j2, to: SPRITES/x.png}, {template: my.j2, to: Assets.json}, {template: my.j2, to: atlases}]}",
            ["3:44: 'SPRITES/x.png' may be an output already", "'Assets.json' may be", "'atlases' may be"],
        ),
        # An animated tile names one of the animation's tags.
        (
            "animations: {w: {file: w.png, layout: animation__four_angle_walking}}\n"
            "tilesets: {t: {tile_size: 48, tiles: [{animation: w, tag: walk_dwn}]}}",
            ["assets.yaml:4:39: 'w' has no tag 'walk_dwn' in tileset 't'; did you mean 'walk_down'?"],
        ),
        # A syntax error hides neither what stands before it nor what stands in other files.
        (
            "include: [part.yaml]\nsprites:\n  a: {promt: x}\n  B: {prompt: x}\n  c: {sizes: 3\n d: x",
            [
                "assets.yaml:5:7: unknown key 'promt' in sprite 'a'; did you mean 'prompt'?",
                "assets.yaml:6:3: 'B' is no name for a sprite",
                "assets.yaml:8:3: expected ',' or '}'",
                "part.yaml:1:15: unknown key 'prmpt' in sprite 'z'",
                "part.yaml:2:18: expected a value here",
            ],
        ),
        # … nor does it blame what refers to the part that cannot be read.
        (
            "sprites:\n  a: {copy: later}\n  b: {preset: late, prompt: '{word}'}\n  c: [\nvars: {word: x}",
            ["expected ',' or ']'"],
        ),
        (
            "vars: {team: x}\nsprites:\n  a: {prompt: my {team} hero, size: 64}",
            ["""assets.yaml:5:18: expected ',' or '}'; quote text that holds "{": "my {team} …\""""],
        ),
        # The offending text is what stands in the file, not what it is called today.
        ("animations: {a: {prompt: x, style: animation__vfx, size: 99}}", ["size 99x99 does not fit style 'animation__vfx'"]),
        ("sprites: {a: {prompt: x, style: animation__vfx}}", ["style 'animation__vfx' makes an animation"]),
    ],
)  # fmt: skip
def test_mistakes(tmp_path: Path, body: str, lines: list[str]) -> None:
    ran = made(tmp_path, body).run("plan")
    assert ran.status == 2
    told = ran.err.splitlines()[:-1]
    assert len(told) == len(lines), ran.err
    assert all(line in said for line, said in zip(lines, told, strict=True)), ran.err


def test_what_is_right_stays_right(tmp_path: Path) -> None:
    """The neighbours of those mistakes."""
    wb = made(
        tmp_path,
        "engines: {template: [{template: my.j2, to: sprites/x.h}]}\n"
        "tilesets: {t: {prompt: x, outside: y, style: rd_tile__tileset_advanced, tile_size: 16}}\n"
        "animations: {x: {file: s.png, layout: {columns: 4, rows: 4}, tags: {a: {cells: [0, 1], name: b}, b: {fps: 4}}}}",
    )
    assert wb.run("plan").status == 0


def test_the_first_walking_animation_of_the_old_model(tmp_path: Path) -> None:
    """The first seed's own payload: RD_FLUX draws `animation_four_angle_walking`."""
    body = "animations: {w: {prompt: corgi, style: animation_four_angle_walking, seed: 123, old_model: true}}"
    assert made(tmp_path, body).actions() == {"w": "generate: new"}


def test_variants_of_one_entry_are_no_accident(tmp_path: Path) -> None:
    entry = "{prompt: x, style: rd_fast__default, size: 64, variants: 2}"
    assert "hint" not in made(tmp_path, f"sprites: {{v: {entry}}}").run("plan").err


def test_a_drawn_corner_sheet_has_the_tiles_that_are_asked_for(tmp_path: Path) -> None:
    body = "tilesets: {t: {file: t.png, layout: rd_tile__tileset, tile_size: 32}}"
    wb = made(tmp_path, body)
    error = wb.build(status=1)["assets"]["t"]["error"]
    assert "t.png is 64×80 pixels" in error
    assert "4×5 tiles of 32×32" in error
    assert "128×160" in error
    wb.edit("tile_size: 32", "tile_size: 16")
    assert "128×160" not in wb.run("build").err


def test_an_input_that_cannot_be_read_fails_its_own_asset(tmp_path: Path) -> None:
    """Advanced animations take their size from their input: one that is not there yet is no mistake of the manifest."""
    body = (
        "animations: {w: {prompt: x, style: rd_advanced_animation__attack, input: pointer.png, frames: 8}}\n"
        "sprites: {a: {file: a.png}}"
    )
    report = made(tmp_path, body).build(status=1)
    assert "git lfs pull" in report["assets"]["w"]["error"]
    assert report["assets"]["a"]["status"] == "built"


def test_an_animated_tile_of_several_tags_says_which_one_it_plays(tmp_path: Path) -> None:
    body = (
        "animations: {w: {prompt: knight, style: animation__four_angle_walking}}\n"
        "tilesets: {t: {tile_size: 48, tiles: [{animation: w}]}}"
    )
    wb = made(tmp_path, body)
    (warning,) = [each for each in wb.build()["warnings"] if each["asset"] == "t"]
    assert "plays its first tag, walk_up, and leaves out walk_right, walk_down, walk_left" in warning["message"]
    wb.edit("{animation: w}", "{animation: w, tag: walk_left}")
    assert not [each for each in wb.build()["warnings"] if each["asset"] == "t"]


def test_a_palette_that_cannot_be_taken_is_left_out_of_the_index(tmp_path: Path) -> None:
    """One picture that cannot be read fails what is made of it, and nothing else."""
    body = "sprites: {x: {file: pointer.png}, y: {file: a.png}}\npalettes: {p: {from: [x], colors: 4}}"
    wb = made(tmp_path, body)
    report = wb.build(status=1)
    assert {name: asset["status"] for name, asset in report["assets"].items()} == {"x": "failed", "y": "built"}
    assert list(wb.index()["sprites"]) == ["y"]
    assert wb.index()["palettes"] == {}


def test_a_glob_of_all_pieces_packs_the_sheet_that_is_cut(tmp_path: Path) -> None:
    """Pieces are sprites `NAME/PIECE`: `s/*` means them all."""
    body = "sprites: {s: {file: s.png, cut: {grid: 32, names: [a, b, _, c]}}}\natlases: {x: {include: ['s/*']}}"
    wb = made(tmp_path, body)
    assert wb.actions() == {"s": "process: new", "atlas:x": "pack: new"}
    wb.edit("'s/*'", "'s/a*'")
    assert "'s/a*' matches no asset in atlas 'x'" in wb.run("plan").err


@pytest.mark.parametrize("name", ["icon[1].png", "what?.png", "a*b.png"])
@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such names but the first")
def test_a_file_whose_name_reads_like_a_glob_is_that_file(tmp_path: Path, name: str) -> None:
    wb = made(tmp_path, f'sprites: {{logo: {{file: "{name}"}}}}')
    (wb.root / name).write_bytes(png(12, 12))
    wb.build()
    assert wb.actions() == {}
    (wb.root / name).unlink()
    assert "matches no file" in wb.run("plan").err
