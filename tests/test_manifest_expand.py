"""Presets, defaults, variables, `for_each`, includes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from manifest_files import Files, loaded, png, problem, problems

from assetgen.model.manifest import Manifest

STYLED = "version: 1\ndefaults: {sprites: {style: rd_fast__default, size: 64}}\n"


def fields(manifest: Manifest, name: str) -> dict[str, Any]:
    return dict(manifest.assets[name].steps[0].fields)


def test_order_of_defaults_presets_and_entry(tmp_path: Path) -> None:
    text = """\
        version: 1
        defaults: {sprites: {style: rd_fast__default, size: 64, seed: 1}}
        presets:
          base: {size: 80, seed: 2, strength: 0.2}
          big: {preset: base, size: 96}
          night: {preset: base, seed: 5, remove_bg: true}
        sprites:
          plain: a
          based: {prompt: a, preset: base}
          both: {prompt: a, preset: [big, night]}
          own: {prompt: a, preset: [big, night], seed: 9, size: 100, remove_bg: null}
        """
    manifest = loaded(tmp_path, text)
    found = {name: (a.steps[0].size, a.steps[0].fields.get("seed")) for name, a in manifest.assets.items()}
    assert found == {
        "plain": ((64, 64), 1),
        "based": ((80, 80), 2),
        "both": ((96, 96), 5),
        "own": ((100, 100), 9),
    }
    assert fields(manifest, "both")["remove_bg"] is True
    assert "remove_bg" not in fields(manifest, "own")
    assert manifest.assets["both"].preset == ("base", "big", "night")


def test_maps_merge_one_level_deep_lists_replace_null_unsets(tmp_path: Path) -> None:
    text = """\
        version: 1
        presets:
          p: {process: {outline: {side: inside, color: ff0000}, alpha: 9},
              meta: {a: {b: 1}, c: 2}, hitbox: [1, 2, 3, 4]}
        sprites:
          a:
            {file: ./a.png, preset: p, meta: {a: {d: 1}}, hitbox: auto,
             process: {outline: {corners: true}, alpha: null}}
          b: {file: ./a.png, preset: p, process: null, meta: null}
        """
    manifest = loaded(tmp_path, text, **{"a.png": png()})
    a, b = manifest.assets["a"], manifest.assets["b"]
    assert [(op.name, op.params) for op in a.recipe] == [("outline", {"corners": True})]
    assert a.meta == {"a": {"d": 1}, "c": 2}
    assert a.hitbox == "auto"
    assert (b.recipe, b.meta, b.hitbox) == ((), {}, (1, 2, 3, 4))


def test_prefix_and_suffix_add_up_and_null_drops(tmp_path: Path) -> None:
    text = """\
        version: 1
        defaults: {sprites: {style: rd_fast__default, size: 64, prompt_prefix: d1, prompt_suffix: d2}}
        presets:
          a: {prompt_prefix: a1, prompt_suffix: a2}
          b: {preset: a, prompt_prefix: b1, prompt_suffix: "b2 {team}"}
          none: {prompt_suffix: null}
        vars: {team: red}
        sprites:
          all: {preset: b, prompt: knight, prompt_prefix: e1, prompt_suffix: e2}
          cut: {preset: [b, none], prompt: knight, prompt_prefix: null}
          edited: {preset: b, edit: all, prompt: add a hat}
        """
    manifest = loaded(tmp_path, text)
    assert fields(manifest, "all")["prompt"] == "d1, a1, b1, e1, knight, d2, a2, b2 red, e2"
    assert fields(manifest, "cut")["prompt"] == "knight"
    assert fields(manifest, "edited") == {"prompt": "add a hat"}


def test_what_a_preset_brings_and_an_entry_cannot_use_is_left_out(tmp_path: Path) -> None:
    text = """\
        version: 1
        presets: {p: {style: rd_fast__default, size: 64, fps: 8, outside: grass, frames: 4, tile: xy, remove_bg: true}}
        sprites:
          a: {file: ./a.png, preset: p}
          b: {prompt: b, preset: p}
          bag: {preset: p, prompt: items, style: rd_pro__inventory_items}
        animations: {c: {prompt: c, preset: p, style: animation__vfx, size: 32}}
        """
    manifest = loaded(tmp_path, text, **{"a.png": png()})
    assert manifest.assets["a"].steps == ()
    assert set(fields(manifest, "b")) == {"prompt", "style", "width", "height", "tile", "remove_bg"}
    assert manifest.assets["bag"].steps[0].size == (256, 256)
    assert manifest.assets["c"].timing.fps == 8


def test_the_same_written_in_the_entry_is_an_error(tmp_path: Path) -> None:
    text = "version: 1\nsprites: {a: {file: ./a.png, style: rd_fast__default, fps: 8}}\n"
    said = problems(tmp_path, text, **{"a.png": png()})
    assert said == [
        "assets.yaml:2:37: 'style' has no meaning beside 'file' in sprite 'a'; remove it",
        "assets.yaml:2:55: unknown key 'fps' in sprite 'a'; it is a key of animations",
    ]


def test_mistakes_in_presets_are_told_once_even_if_nobody_uses_them(tmp_path: Path) -> None:
    text = """\
        version: 1
        presets: {p: {sise: 16, size: "{s}", tile: q}, unused: {styel: x}}
        sprites: {a: {preset: p, file: ./a.png}, b: {preset: p, file: ./a.png}}
        """
    said = problems(tmp_path, text, **{"a.png": png()})
    assert [line.split(";")[0] for line in said] == [
        "assets.yaml:2:15: unknown key 'sise' in preset 'p'",
        "assets.yaml:2:31: unknown variable '{s}' in sprite 'a'",
        "assets.yaml:2:44: 'q' is no value for 'tile' in preset 'p'",
        "assets.yaml:2:57: unknown key 'styel' in preset 'unused'",
    ]


def test_circles_of_presets(tmp_path: Path) -> None:
    text = "version: 1\npresets: {a: {preset: b}, b: {preset: [c]}, c: {preset: a}}\nsprites: {}\n"
    sprite = "sprites: {x: {preset: c, file: ./a.png}}"
    said = problem(tmp_path, text.replace("sprites: {}", sprite), **{"a.png": png()})
    assert said.startswith("assets.yaml:2:11: presets go round in a circle: ")
    assert problem(tmp_path, text).startswith("assets.yaml:2:11: presets go round in a circle: a → b → c → a")


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("[{id: a, n: 1}, {id: b, n: 2}]", ["s_a_1", "s_b_2"]),
        ("{id: [a, b], n: [1, 2]}", ["s_a_1", "s_a_2", "s_b_1", "s_b_2"]),
        ("{file: t/rows.csv}", ["s_x_1", "s_y_2"]),
    ],
)
def test_rows_lists_and_tables(tmp_path: Path, rows: str, names: list[str]) -> None:
    text = f'{STYLED}sprites:\n  "s_{{id}}_{{n}}": {{for_each: {rows}, prompt: "the {{id}}", seed: "{{n}}"}}\n'
    manifest = loaded(tmp_path, text, **{"t/rows.csv": b'\xef\xbb\xbfid,n\r\n"x",1\r\n\r\ny,2\r\n'})
    assert list(manifest.assets) == names
    assert [a.steps[0].fields["seed"] for a in manifest.assets.values()] == [int(n[-1]) for n in names]


def test_globs_give_stem_and_path(tmp_path: Path) -> None:
    files = {"art/b.png": png(), "art/a.png": png(), "art/deep/c.png": png(), "art/.hidden.png": png()}
    text = """\
        version: 1
        sprites:
          "i_{stem}": {for_each: {glob: "art/*.png"}, file: "{path}"}
          "deep/{stem}": {for_each: {glob: "art/**/*.png"}, file: "{path}"}
        """
    manifest = loaded(tmp_path, text, **files)
    assert {name: str(a.start) for name, a in manifest.assets.items()} == {
        "i_a": "art/a.png", "i_b": "art/b.png",
        "deep/a": "art/a.png", "deep/b": "art/b.png", "deep/c": "art/deep/c.png",
    }  # fmt: skip
    assert dict(manifest.globs)["art/*.png"] == ("art/a.png", "art/b.png")


def test_variables_are_replaced_everywhere_below_and_braces_escaped(tmp_path: Path) -> None:
    text = """\
        version: 1
        vars: {team: red, dir: down}
        sprites:
          "{team}_flag":
            {prompt: "a {team} {{flag}}", style: rd_fast__default, size: 64,
             meta: {"{team}": ["{dir}"]}, api: {a: "{{}}"}}
        animations:
          w: {file: ./a.png, layout: animation__four_angle_walking, tags: {"walk_{dir}": {name: "{team}"}}}
        palettes: {"{team}s": {file: "{team}.hex"}}
        atlases: {"{team}_all": {include: ["{team}*"]}}
        """
    files: Files = {"a.png": png(), "red.hex": "ff0000\n"}
    manifest = loaded(tmp_path, text, **files)
    found = fields(manifest, "red_flag")
    assert found["prompt"] == "a red {flag}"
    assert found["api"] == {"a": "{}"}
    assert manifest.assets["red_flag"].meta == {"red": ["down"]}
    assert [(rule.pattern, rule.name) for rule in manifest.assets["w"].timing.rules] == [("walk_down", "red")]
    assert manifest.palettes["reds"].colors == ("ff0000",)
    assert manifest.atlases["red_all"].members == ("red_flag",)


def test_variables_may_hold_variables(tmp_path: Path) -> None:
    text = f"""{STYLED}vars: {{lead: "{{team}} {{{{1}}}}", team: red}}
sprites:
  "s_{{id}}": {{for_each: [{{id: a, text: "{{lead}} knight"}}, {{id: b, text: "{{team}} fox"}}], prompt: "{{text}}"}}
  "t_{{id}}": {{for_each: {{id: [a], text: ["{{team}} owl"]}}, prompt: "{{text}}"}}
  "u_{{id}}": {{for_each: {{file: "{{team}}.csv"}}, prompt: "{{text}}"}}
"""
    manifest = loaded(tmp_path, text, **{"red.csv": "id,text\na,a {brace}\n"})
    assert {name: asset.steps[0].fields["prompt"] for name, asset in manifest.assets.items()} == {
        "s_a": "red {1} knight",
        "s_b": "red fox",
        "t_a": "red owl",
        "u_a": "a {brace}",  # a table is data
    }


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('vars: {a: "{b}", b: "x {a}"}', "assets.yaml:3:11: variables go round in a circle: a → b → a in 'vars'"),
        ('vars: {a: "{tema}", team: x}', "assets.yaml:3:11: unknown variable '{tema}' in 'vars'; did you mean 'team'?"),
        ('sprites: {"a_{i}": {for_each: [{i: x, t: "{i}"}], prompt: "{t}"}}',
         "assets.yaml:3:42: unknown variable '{i}' in sprite 'a_{i}'; values of 'for_each' may hold 'vars' only"),
        ('sprites: {a: {preset: "{p}", prompt: x}}', "assets.yaml:3:23: unknown variable '{p}' in sprite 'a'"),
    ],
)  # fmt: skip
def test_mistakes_in_variables_of_variables(tmp_path: Path, lines: str, message: str) -> None:
    said = problem(tmp_path, f"version: 1\ndefaults: {{sprites: {{style: rd_fast__default, size: 64}}}}\n{lines}\n")
    assert said.startswith(message)


def test_many_variables_that_hold_one_another_are_bounded(tmp_path: Path) -> None:
    chain = "".join(f'  v{n}: "{{v{n + 1}}}"\n' for n in range(3000))
    said = problems(tmp_path, f"version: 1\nvars:\n{chain}  v3000: x\n")
    assert any("is nested more than 100 levels deep" in line for line in said)
    doubled = "".join(f'  v{n}: "{{v{n + 1}}}{{v{n + 1}}}"\n' for n in range(60))
    said = problems(tmp_path, f"version: 1\nvars:\n{doubled}  v60: x\n")
    assert any("longer than" in line for line in said)


def test_a_variable_names_the_preset(tmp_path: Path) -> None:
    text = """\
        version: 1
        vars: {usual: small}
        presets: {big: {size: 128}, small: {size: 64, remove_bg: true}}
        defaults: {sprites: {style: rd_fast__default}}
        sprites:
          "s_{kind}": {for_each: {kind: [big, small]}, preset: "{kind}", prompt: fox}
          both: {preset: ["{usual}", big], prompt: owl}
        """
    manifest = loaded(tmp_path, text)
    assert {name: asset.steps[0].size for name, asset in manifest.assets.items()} == {
        "s_big": (128, 128), "s_small": (64, 64), "both": (128, 128),
    }  # fmt: skip
    assert fields(manifest, "both")["remove_bg"] is True
    said = problem(tmp_path, text.replace("[big, small]", "[big, smal]"))
    assert said.startswith("assets.yaml:6:55: unknown preset 'smal' in sprite 's_{kind}'; did you mean 'small'?")


def test_an_exact_variable_is_read_as_the_scalar_that_it_holds(tmp_path: Path) -> None:
    text = f"""{STYLED}sprites:
  "s_{{id}}":
    for_each: [{{id: a, size: 96x64, bg: true, text: "1e3"}}, {{id: b, size: 70, bg: ~, text: yes}}]
    prompt: "{{text}}"
    size: "{{size}}"
    remove_bg: "{{bg}}"
    meta: {{text: "{{text}}", mixed: "{{text}}!"}}
"""
    manifest = loaded(tmp_path, text)
    assert [a.steps[0].size for a in manifest.assets.values()] == [(96, 64), (70, 70)]
    assert [a.steps[0].fields.get("remove_bg") for a in manifest.assets.values()] == [True, None]
    assert [a.steps[0].fields["prompt"] for a in manifest.assets.values()] == ["1e3", "yes"]
    assert [a.meta for a in manifest.assets.values()] == [
        {"text": 1000.0, "mixed": "1e3!"},
        {"text": "yes", "mixed": "yes!"},
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('"a_{x}": {for_each: {y: [1]}, prompt: b}', "unknown variable '{x}' in sprite 'a_{x}'; known variables: y"),
        ('"a_{tem}": {for_each: {team: [1]}, prompt: b}', "did you mean 'team'?"),
        ('a: {prompt: "b { c"}', "begins no variable in sprite 'a'; write '{{' for a brace"),
        ("a: {for_each: {y: [1, 2]}, prompt: b}", "duplicate name 'a'; put a variable of 'for_each' into the name"),
        ('"a_{y}": {for_each: {y: [A, b c]}, prompt: b}', "'a_b c' is no name for a sprite"),
        ('"a_{y}": {for_each: [], prompt: b}', "'for_each' is a list of 0"),
        ('"a_{y}": {for_each: {y: []}, prompt: b}', "'y' is a list of 0"),
        ('"a_{y}": {for_each: x, prompt: b}', "'x' is no value for 'for_each'"),
        ('"a_{y}": {for_each: {file: n.csv}, prompt: b}', "table 'n.csv' does not exist"),
        ('"a_{y}": {for_each: {file: bad.csv}, prompt: b}', "bad.csv:3:1: 1 cell in this row; the header has 2"),
        ('"a_{y}": {for_each: {file: empty.csv}, prompt: b}', "empty.csv:1:1: the table has no rows"),
        ('"a_{y}": {for_each: {file: bad.csv, z: [1]}, prompt: b}', "has 'file' and other keys"),
        ('"a_{y}": {for_each: {glob: "*.gif"}, prompt: b}', "glob '*.gif' matches no file"),
        ('"a_{y}": {for_each: {glob: "../*.gif"}, prompt: b}', "leaves the project"),
        ('"a_{y}": {for_each: {"y z": [1]}, prompt: b}', "'y z' cannot be a key of 'for_each'"),
        (f'"a_{{y}}": {{for_each: {{{", ".join(f"v{n}: [1,2,3,4,5,6,7,8,9,0]" for n in range(9))}}}, prompt: b}}',
         "'for_each' makes 1000000000 entries"),
    ],
)  # fmt: skip
def test_mistakes_in_for_each(tmp_path: Path, entry: str, message: str) -> None:
    files = {"bad.csv": "y,z\na,b\nc\n", "empty.csv": "y\n"}
    said = problems(tmp_path, f"{STYLED}sprites:\n  {entry}\n", **files)
    assert any(message in line for line in said), said


def test_a_mistake_in_a_for_each_entry_is_told_once(tmp_path: Path) -> None:
    text = f'{STYLED}sprites:\n  "a_{{y}}": {{for_each: {{y: [1, 2, 3]}}, prompt: "{{y}}", sise: 3, tile: q}}\n'
    assert len(problems(tmp_path, text)) == 2


def test_includes(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "packs/a.yaml": """\
            vars: {hue: red}
            presets: {card: {prompt: card, style: rd_fast__default, size: 64, input: ./in.png}}
            palettes: {p: {file: p.hex}}
            sprites: {one: {file: pic.png}, two: {file: ../top.png}}
            """,
        "packs/b.yaml": "tilesets: {t: {file: ../top.png, tile_size: 16}}\n",
        "packs/pic.png": png(),
        "packs/in.png": png(),
        "packs/p.hex": "ff0000",
        "top.png": png(),
    }
    text = 'version: 1\ninclude: ["packs/*.yaml"]\nsprites: {zero: {preset: card, prompt: "{hue}"}}\n'
    manifest = loaded(tmp_path, text, **files)
    assert list(manifest.assets) == ["zero", "one", "two", "t"]
    assert [str(ref) for ref in manifest.assets["zero"].steps[0].inputs["input"]] == ["packs/in.png"]
    assert [str(manifest.assets[name].start) for name in ("one", "two", "t")] == ["packs/pic.png", "top.png", "top.png"]
    assert manifest.files == ("assets.yaml", "packs/a.yaml", "packs/b.yaml", "packs/p.hex")
    assert manifest.assets["one"].position == ("packs/a.yaml", 4, 11)


def test_mistakes_in_includes(tmp_path: Path) -> None:
    files = {"a.yaml": "output: x\nsprites: {s: {file: nope.png}, q: {}}\natlases: {}\nzzz: 1\npresets: {p: {}}\n"}
    text = "version: 1\ninclude: [a.yaml]\npresets: {p: {}}\nsprites: {s: {file: nope.png}}\n"
    said = problems(tmp_path, text, **files)
    assert [line.split(";")[0] for line in said] == [
        "assets.yaml:4:21: file 'nope.png' does not exist in sprite 's'",
        "a.yaml:1:1: 'output' cannot stand in an included file",
        "a.yaml:2:11: duplicate name 's'",
        "a.yaml:2:32: sprite 'q' has no source",
        "a.yaml:3:1: 'atlases' cannot stand in an included file",
        "a.yaml:4:1: unknown key 'zzz'",
        "a.yaml:5:11: duplicate preset 'p'",
    ]


def test_an_included_file_may_be_empty_but_is_of_this_grammar(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"p/a.yaml": "", "p/b.yaml": "# later\n", "p/c.yaml": "version: 1\n"}
    text = 'version: 1\ninclude: ["p/*.yaml"]\n'
    assert loaded(tmp_path, text, **files).files == ("assets.yaml", "p/a.yaml", "p/b.yaml", "p/c.yaml")
    said = problems(tmp_path, text, **{"p/b.yaml": "version: 2\n", "p/c.yaml": "[]\n"})
    assert said == [
        "p/b.yaml:1:10: '2' is no value for 'version'; expected 1",
        "p/c.yaml:1:1: expected a map of keys; an included file holds assets below 'sprites:' and the like",
    ]
