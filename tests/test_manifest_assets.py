"""From entries to assets: steps with canonical fields, references, recipes, timing, tilesets, palettes, atlases."""

# ruff: noqa: E501  tables of one case a line
from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from manifest_files import FILES, TASTE, Files, loaded, one, png, problems

from assetgen.model.cost import CREDITS, Cost
from assetgen.model.manifest import (
    AssetRef,
    Cut,
    Manifest,
    Network,
    SentPalette,
)
from assetgen.model.request import Request, canonical_fields


def test_the_taste_of_the_design(tmp_path: Path) -> None:
    manifest = loaded(tmp_path, TASTE, **{"art/logo.png": png()})
    assert manifest.root == str(tmp_path)
    assert manifest.provider == "placeholder"
    assert list(manifest.assets) == [
        "hero", "hero_hat", "logo", "potion_red", "potion_blue", "potion_green", "hero_walk", "meadow",
    ]  # fmt: skip
    assert dict(manifest.assets["hero_walk"].steps[0].fields) == {
        "prompt": "lantern-bearing knight",
        "style": "rd_animation__four_angle_walking_idle",
        "width": 48,
        "height": 48,
    }
    assert manifest.assets["hero_walk"].layout == "walking_and_idle"
    assert manifest.assets["hero_walk"].dependencies == ("hero",)
    assert dict(manifest.assets["meadow"].steps[0].fields) == {
        "prompt": "grey stones", "outside": "lush grass", "style": "rd_tile__tileset_advanced", "width": 32, "height": 32,
    }  # fmt: skip
    potion = manifest.assets["potion_red"]
    assert potion.preset == ("item",)
    assert potion.steps[0].palette == SentPalette(None, ("1a1c2c", "5d275d", "b13e53", "ef7d57"))
    assert potion.map_palette == "dusk"
    hat = manifest.assets["hero_hat"]
    assert (hat.source, str(hat.start), hat.steps[0].op, hat.steps[0].chained) == ("edit", "hero", "image_edit", True)
    assert manifest.atlases["characters"].members == ("hero", "hero_hat", "hero_walk")
    assert manifest.warnings == ()


def test_all_request_fields_are_canonical(tmp_path: Path) -> None:
    body = """prompt: x, style: rd_pro__default, size: [96, 64], seed: 5, input: ./a.png, strength: 0.5, remove_bg: true,
      tile: xy, references: [./a.png, ./art/m.png], candidates: 3, expand_prompt: false, upscale: 2,
      keep: [background, pre_palette], palette: {send: p}, api: {output_bg_color: ff00ff, extra_strength: 0.3}"""
    step = one(tmp_path, body, extra="palettes: {p: [00000080, 000000, ffffff]}\n").steps[0]
    assert dict(step.fields) == {
        "prompt": "x", "style": "rd_pro__default", "width": 96, "height": 64, "seed": 5, "strength": 0.5, "remove_bg": True,
        "tile": "xy", "expand_prompt": False, "upscale": 2, "keep": ["background", "pre_palette"],
        "outside_strength": 0.3, "api": {"output_bg_color": "ff00ff"},
    }  # fmt: skip
    assert step.size == (96, 64)
    assert step.candidates == 3
    assert {key: [str(ref) for ref in refs] for key, refs in step.inputs.items()} == {
        "input": ["a.png"],
        "references": ["a.png", "art/m.png"],
    }
    assert step.palette == SentPalette(None, ("000000", "ffffff"))
    fields = dict(step.fields)
    assert canonical_fields(fields) == fields
    assert len(Request("generate", fields).digest) == 64


@pytest.mark.parametrize("size", ["64", "[64, 64]", "64x64", "'64x64'"])
def test_sizes_in_every_form(tmp_path: Path, size: str) -> None:
    assert one(tmp_path, f"prompt: x, style: rd_fast__default, size: {size}").steps[0].size == (64, 64)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("animation__walking_and_idle", "rd_animation__four_angle_walking_idle"),
        ("animation_four_angle_walking", "rd_animation__four_angle_walking"),
    ],
)
def test_former_names_of_styles(tmp_path: Path, written: str, canonical: str) -> None:
    assert one(tmp_path, f"prompt: x, style: {written}", "animations").steps[0].style == canonical


def test_the_old_model_and_styles_of_ones_own(tmp_path: Path) -> None:
    old = one(tmp_path, "prompt: x, style: simple, size: 64, old_model: true").steps[0]
    assert (old.style, old.fields["old_model"]) == ("rd_fast__simple", True)
    own = one(tmp_path, "prompt: x, style: user__mine_1a2b, size: 64").steps[0]
    assert own.style == "user__mine_1a2b"
    api = one(tmp_path, "prompt: x, size: 64, api: {prompt_style: rd_next__thing}").steps[0]
    assert (api.style, api.fields["api"]) == (None, {"prompt_style": "rd_next__thing"})


def test_sizes_of_the_first_documents_are_a_warning(tmp_path: Path) -> None:
    text = "version: 1\nsprites: {a: {prompt: x, style: rd_fast__default, size: 500}}\n"
    (warning,) = loaded(tmp_path, text).warnings
    assert (
        warning
        == "assets.yaml:2:57: size 500x500 of sprite 'a': rd_fast__default draws 64 to 384 pixels today; it may be refused"
    )


def test_advanced_animations_are_as_large_as_their_input(tmp_path: Path) -> None:
    text = """\
        version: 1
        sprites:
          hero: {prompt: x, style: rd_pro__default, size: 96x64}
          wide: {edit: hero, edits: [{tool: outpainting, expand_left: 8, expand_right: 24}]}
        animations:
          turn: {prompt: x, style: rd_animation__8_dir_rotation, input: hero}
          a: {prompt: walks, style: rd_advanced_animation__walking, input: hero, frames: 8}
          b: {prompt: walks, style: rd_advanced_animation__walking, input: wide, frames: 8}
          c: {prompt: walks, style: rd_advanced_animation__walking, input: turn/face_s_00}
          d: {prompt: walks, style: rd_advanced_animation__walking, input: ./a.png}
          e: {prompt: walks, style: rd_advanced_animation__walking, input: d/walking_00, size: 64}
        """
    manifest = loaded(tmp_path, text, **FILES)
    steps = {name: manifest.assets[name].steps[0] for name in "abcde"}
    assert {name: step.size for name, step in steps.items()} == {
        "a": (96, 64), "b": (128, 64), "c": (80, 80), "d": (64, 64), "e": (64, 64),
    }  # fmt: skip
    assert (steps["b"].fields["width"], steps["b"].fields["height"]) == (128, 64)
    assert (manifest.assets["a"].layout, manifest.assets["c"].layout) == ("advanced_walking_8", "advanced_walking")
    unknown = text.replace("input: hero, frames", "input: {of: hero, stage: final}, frames").replace(
        "size: 96x64}", "size: 96x64, process: {trim: true}}"
    )
    (said,) = problems(tmp_path, unknown, **FILES)
    assert "'size' is missing in animation 'a'; the size of 'hero' is not known before it is built" in said


def test_references_of_every_form(tmp_path: Path) -> None:
    text = """\
        version: 1
        sprites:
          hero: {file: ./a.png}
          items: {file: ./a.png, cut: {grid: 32, names: [red, _, blue]}}
          a: {edit: hero, prompt: x}
          b: {edit: walk/walk_down_00, prompt: x}
          c: {edit: ground/03, prompt: x}
          d: {edit: items/red, prompt: x}
          e: {edit: {of: hero, stage: final}, prompt: x}
          f: {edit: art/m.png, prompt: x}
          g: {edit: ./art/../a.png, prompt: x}
          h: {copy: hero}
          deep/er: {edit: deep/er2, prompt: x}
          deep/er2: {file: ./a.png}
        animations: {walk: {file: sheet.png, layout: animation__four_angle_walking}}
        tilesets: {ground: {file: sheet.png, tile_size: 16}}
        """
    manifest = loaded(tmp_path, text, **FILES)
    starts = {name: manifest.assets[name].start for name in "abcdefgh"}
    found = {n: (r.name, r.piece, r.stage) for n, r in starts.items() if isinstance(r, AssetRef)}
    assert found == {
        "a": ("hero", None, "base"), "b": ("walk", "walk_down_00", "base"), "c": ("ground", "03", "base"),
        "d": ("items", "red", "base"), "e": ("hero", None, "final"), "h": ("hero", None, "final"),
    }  # fmt: skip
    assert [str(starts[name]) for name in "fg"] == ["art/m.png", "a.png"]
    assert str(manifest.assets["deep/er"].start) == "deep/er2"


def test_an_assets_exact_name_wins_over_a_path_like_piece(tmp_path: Path) -> None:
    text = """\
        version: 1
        sprites:
          items: {file: ./a.png}
          items/red: {file: ./a.png}
          b: {edit: items/red, prompt: x}
        """
    ref = loaded(tmp_path, text, **FILES).assets["b"].start
    assert isinstance(ref, AssetRef)
    assert (ref.name, ref.piece) == ("items/red", None)


def test_chains_of_edits_and_the_fix_last(tmp_path: Path) -> None:
    body = """prompt: x, style: rd_fast__default, size: 64, fix: neural, edits: [add a hat,
      {tool: inpainting, mask: ./art/m.png, prompt: " feather ", seed: 2}, {tool: seam_tiling, tile: xy},
      {tool: palette_converter, palette: p, dither_mode: bayer_2x2}, {prompt: more}]"""
    steps = one(tmp_path, body, extra="palettes: {p: [000000]}\n").steps
    assert [(step.op, dict(step.fields), step.chained, step.seeded) for step in steps[1:]] == [
        ("image_edit", {"prompt": "add a hat"}, True, True),
        ("inpainting", {"prompt": "feather", "seed": 2}, True, True),
        ("seam_tiling", {"tile_x": True, "tile_y": True}, True, True),
        ("palette_converter", {"dither_mode": "bayer_2x2"}, True, False),
        ("image_edit", {"prompt": "more"}, True, True),
        ("fix_neural", {}, True, False),
    ]
    assert [str(ref) for ref in steps[2].inputs["mask"]] == ["art/m.png"]
    assert steps[4].palette == SentPalette(None, ("000000",))
    assert one(tmp_path, "file: ./a.png, fix: standard").steps[0].op == "fix_standard"
    assert one(tmp_path, "edit: ./a.png, prompt: x, seed: 4").steps[0].fields == {"prompt": "x", "seed": 4}


def test_variants(tmp_path: Path) -> None:
    text = """\
        version: 1
        sprites:
          coin: {prompt: x, style: rd_fast__default, size: 64, variants: 3, was: token}
          hat: {edit: coin_2, prompt: x}
        """
    manifest = loaded(tmp_path, text)
    coins = [asset for name, asset in manifest.assets.items() if name.startswith("coin")]
    assert [(c.name, c.variant, c.was, c.steps[0].candidates) for c in coins] == [
        ("coin_1", 1, "token_1", 3), ("coin_2", 2, "token_2", 3), ("coin_3", 3, "token_3", 3),
    ]  # fmt: skip
    assert coins[0].steps == coins[1].steps


def test_palettes_of_every_form(tmp_path: Path) -> None:
    text = """\
        version: 1
        sprites: {hero: {file: ./a.png, palette: listed}, b: {file: ./a.png, palette: {map: taken}}}
        palettes:
          listed: [000000, FFFFFF80]
          hexed: {file: p/x.hex}
          gpl: {file: p/x.gpl}
          taken: {from: [hero], colors: 8}
          saved: {lospec: sweetie-16}
        """
    files: Files = {
        **FILES,
        "p/x.hex": "ff0000\n00ff00\n",
        "p/x.gpl": "GIMP Palette\n1 2 3 x\n",
        "palettes/sweetie-16.hex": "abcdef",
    }
    manifest = loaded(tmp_path, text, **files)
    assert {name: palette.colors for name, palette in manifest.palettes.items()} == {
        "listed": ("000000", "ffffff80"), "hexed": ("ff0000", "00ff00"), "gpl": ("010203",), "taken": None,
        "saved": ("abcdef",),
    }  # fmt: skip
    assert manifest.palettes["taken"].count == 8
    assert [str(ref) for ref in manifest.palettes["taken"].sources] == ["hero"]
    assert set(manifest.files) == {"assets.yaml", "p/x.hex", "p/x.gpl", "palettes/sweetie-16.hex"}
    mapped = {n: [(op.name, dict(op.params)) for op in a.recipe] for n, a in manifest.assets.items()}
    assert mapped == {
        "hero": [("palette", {"name": "listed", "colors": ["000000", "ffffff80"]})],
        "b": [("palette", {"name": "taken", "colors": None})],
    }


def test_recipes_in_their_fixed_order(tmp_path: Path) -> None:
    body = """file: ./a.png, palette: p, nine_slice: 4, pivot: [3, 4], hitbox: [0, 1, 2, 3],
      quality: {duplicate: off, wander: {level: error, threshold: 20}},
      process: {scale: [2, 4], rotate: 90, mirror: x, recolor: {from: p, to: [FFFFFF, 111111]}, shadow: true,
      outline: {side: inside, color: "#FF0000FF"}, palette: {dither: bayer4}, canvas: {size: 96x64, align: bottom},
      trim: false, specks: 2, alpha: 100, background: {flood: 8}, grid: auto}"""
    asset = one(tmp_path, body, extra="palettes: {p: [000000, 222222]}\n")
    assert [(op.name, dict(op.params)) for op in asset.recipe] == [
        ("grid", {"scale": "auto"}),
        ("background", {"flood": 8}),
        ("alpha", {"threshold": 100}),
        ("specks", {"size": 2}),
        ("canvas", {"align": "bottom", "size": [96, 64]}),
        ("palette", {"name": "p", "colors": ["000000", "222222"], "dither": "bayer4"}),
        ("outline", {"side": "inside", "color": "ff0000"}),
        ("shadow", {}),
        ("mirror", {"axis": "x"}),
        ("rotate", {"degrees": 90}),
        ("recolor", {"from": {"name": "p", "colors": ["000000", "222222"]},
                     "to": {"name": None, "colors": ["ffffff", "111111"]}}),
    ]  # fmt: skip
    assert asset.scales == (1, 2, 4)
    assert (asset.nine_slice, asset.pivot, asset.hitbox) == ((4, 4, 4, 4), (3, 4), (0, 1, 2, 3))
    assert asset.quality == {"duplicate": "off", "wander": {"level": "error", "threshold": 20}}


def test_recipes_run_as_they_are_handed_over(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    from assetgen.pixels.recipe import Context, apply

    body = """file: ./a.png, process: {outline: {}, shadow: true, canvas: {size: 80}, colors: {count: 4, dither: bayer2},
      background: {flood: 3}, grid: 1, rotate: 180, specks: 1, alpha: 9, trim: true, mirror: y,
      recolor: {from: [ffffff], to: [000000]}}"""
    picture = np.zeros((64, 64, 4), dtype=np.uint8)
    picture[20:40, 20:40] = (255, 255, 255, 255)
    applied = apply([picture], one(tmp_path, body).recipe, Context())
    assert applied is not None


def test_cuts_and_copies(tmp_path: Path) -> None:
    assert one(tmp_path, "file: ./a.png, cut: {grid: 32, names: [red, _, 3]}").cut == Cut(
        "grid", (32, 32), ("red", None, "3")
    )
    assert one(tmp_path, "file: ./a.png, cut: {auto: true}").cut == Cut("auto")
    text = """\
        version: 1
        animations:
          walk: {file: sheet.png, layout: animation__four_angle_walking, fps: 9}
          red: {copy: walk}
          fast: {copy: walk, fps: 20}
          hat: {edit: walk, prompt: x}
        """
    manifest = loaded(tmp_path, text, **{**FILES, "sheet.png": png(192, 192)})
    found = {n: (a.source, a.layout, a.timing.fps) for n, a in manifest.assets.items()}
    assert found["red"] == ("copy", "four_angle_walking", 9)
    assert found["fast"] == ("copy", "four_angle_walking", 20)
    assert found["hat"] == ("edit", "four_angle_walking", 9)


def test_top_level_settings(tmp_path: Path) -> None:
    text = """\
        version: 1
        project: keep
        output: out/gen
        originals: art/raw
        engines: [godot, {unity: {pixels_per_unit: 32, output: Assets/Art}}, {template: [{template: t.j2, to: x/out.h}]}]
        write: [sheet]
        outputs: ignored
        budget: 5.00
        network: {concurrency: 2, timeout: 9.5}
        directions: {s: down}
        """
    manifest = loaded(tmp_path, text, **{"t.j2": ""})
    assert (manifest.project, manifest.output, manifest.originals) == ("keep", "out/gen", "art/raw")
    assert [(e.name, dict(e.options), e.output) for e in manifest.engines] == [
        ("godot", {}, None),
        ("unity", {"pixels_per_unit": 32, "output": "Assets/Art"}, "Assets/Art"),
        ("template", {"templates": [{"template": "t.j2", "to": "x/out.h"}]}, None),
    ]
    assert (manifest.write, manifest.outputs) == (frozenset({"sheet"}), "ignored")
    assert manifest.budget == Cost(Decimal("5.00"))
    assert manifest.network == Network(2, 9.5, 5)
    assert manifest.directions == {"s": "down"}
    plain = loaded(tmp_path, 'version: 1\nbudget: "200 credits"\n')
    assert plain == Manifest(str(tmp_path), "assets.yaml", budget=Cost(Decimal(200), CREDITS), files=("assets.yaml",))
