"""Reading: source text, positions, and the mistakes that would cost money."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from manifest_files import TASTE, load, loaded, problem, problems

from assetgen.manifest.nodes import Items, Map, Node, Problems, Scalar
from assetgen.manifest.reader import parse
from assetgen.manifest.top import MAX_BYTES
from assetgen.model.errors import ManifestError

STYLED = "version: 1\ndefaults: {sprites: {style: rd_fast__default, size: 64}}\n"


def nodes(text: str) -> Map:
    found = Problems()
    root = parse(text.encode(), "a.yaml", found)
    assert not found, [str(p) for p in found.ordered()]
    assert root is not None
    return root


def prompt(root: Path, line: str) -> str:
    """The prompt that one line of the sprites section gives."""
    manifest = loaded(root, f"{STYLED}sprites:\n  {line}\n")
    text = next(iter(manifest.assets.values())).steps[0].fields["prompt"]
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("text", ["000000", "010101", "off", "yes", "1e3", "0x10", "true", "1_000", "=", "2001-01-01"])
def test_prompts_are_taken_as_they_are_written(tmp_path: Path, text: str) -> None:
    assert prompt(tmp_path, f"a: {text}") == text
    assert prompt(tmp_path, f"a: {{prompt: {text}}}") == text


def test_colours_names_and_for_each_values_are_source_text(tmp_path: Path) -> None:
    text = """\
        version: 1
        palettes: {p: [000000, 010101, 1e3456, "#ABCDEF", 11223344, 112233ff]}
        vars: {on: off, n: 007}
        sprites:
          "a_{v}_{n}": {for_each: {v: [no, 1e3, 010]}, prompt: "{v} {on}", style: rd_fast__default, size: 64}
        """
    manifest = loaded(tmp_path, text)
    assert manifest.palettes["p"].colors == ("000000", "010101", "1e3456", "abcdef", "11223344", "112233")
    assert {name: a.steps[0].fields["prompt"] for name, a in manifest.assets.items()} == {
        "a_no_007": "no off",
        "a_1e3_007": "1e3 off",
        "a_010_007": "010 off",
    }


def test_free_data_follows_the_core_schema(tmp_path: Path) -> None:
    meta = "{a: 010, b: 0o10, c: 0x1F, d: off, e: '1', f: 1e2, g: ~, h: [True, .5, 1_0], i: 12:30, x-j: keep}"
    manifest = loaded(tmp_path, f"{STYLED}sprites:\n  a: {{prompt: x, meta: {meta}}}\n")
    assert manifest.assets["a"].meta == {
        "a": 10, "b": 8, "c": 31, "d": "off", "e": "1", "f": 100.0, "h": [True, 0.5, "1_0"], "i": "12:30",
        "x-j": "keep",
    }  # fmt: skip


def test_whole_numbers_of_64_bits_stay_whole(tmp_path: Path) -> None:
    meta = "{a: 18446744073709551615, b: -9223372036854775808, c: 0xffffffffffffffff, d: 18446744073709551616}"
    manifest = loaded(tmp_path, f"{STYLED}sprites:\n  a: {{prompt: x, meta: {meta}}}\n")
    assert manifest.assets["a"].meta == {"a": 2**64 - 1, "b": -(2**63), "c": 2**64 - 1, "d": 2.0**64}
    assert problem(tmp_path, f"{STYLED}sprites:\n  a: {{prompt: x, api: {{q: [9007199254740992]}}}}\n") == (
        "assets.yaml:4:27: '[9007199254740992]' is no value for 'q' in sprite 'a'; "
        "whole numbers go up to 9007199254740991 there; quote it"
    )


@pytest.mark.parametrize(
    "lines", ["vars: {n: door #5\n}\n", 'sprites:\n  "a_{n}":\n    for_each:\n      - n: door #5\n    prompt: "{n}"\n']
)
def test_a_sign_within_what_a_variable_holds(tmp_path: Path, lines: str) -> None:
    said = problems(tmp_path, STYLED + lines)
    assert "' #' directly after the unquoted text 'door'" in said[0]
    assert problems(tmp_path, STYLED + lines.replace("#5", "# five")) != said


def test_bom_crlf_and_unicode_are_fine(tmp_path: Path) -> None:
    text = "\ufeff" + STYLED + "sprites:\n  a: naïve 龍 🐉\n"
    manifest = loaded(tmp_path, text.replace("\n", "\r\n").encode())
    assert manifest.assets["a"].steps[0].fields["prompt"] == "naïve 龍 🐉"
    assert manifest.assets["a"].position.line == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{prompt: a fox, side view}", "assets.yaml:8:24: key 'side view' has no value; quote the prompt"),
        ("{prompt: a fox, side view}", 'quote the prompt: it holds a comma: prompt: "a fox, side view"'),
        ("{prompt: {color} fox}", 'quote text in braces: "{color} …"'),
        ("{prompt: a fox #5, size: 64}", "' #' begins a comment here; quote the text before it"),
        ("a fox #5", "' #' directly after the unquoted text 'a fox' in sprite 'fox'; quote the text"),
        ("a fox  #5", "quote the text"),
        ("*fox", "alias '*fox' has no anchor '&fox'; quote text that begins with \"*\": \"*fox…\""),
        ("* fox", 'quote text that begins with "*": "*"'),
        ("{color} fox", 'quote text that begins with "{": "{color} …"'),
        ("[red] fox", 'quote text that begins with "["'),
        ("% fox", 'quote text that begins with "%": "%…"'),
        ("@fox", 'quote text that begins with "@": "@…"'),
        ("`fox", 'quote text that begins with "`": "`…"'),
        ("& fox", 'quote text that begins with "&"'),
        ("!fox x", "tag '!fox'; tags are refused; quote text that begins with \"!\""),
        ("a fox: red", "quote text that holds ': '"),
        ('"a" fox', "text goes on behind the closing quote; quote all of it"),
        ('"a fox', "8:8: the quotes opened here are never closed"),
        ('"a \\q fox"', "unknown escape after '\\'"),
    ],
)
def test_mistakes_that_would_cost_money(tmp_path: Path, text: str, message: str) -> None:
    lines = "version: 1\n" + "# filler\n" * 5 + f"sprites:\n  fox: {text}\n"
    assert any(message in said for said in problems(tmp_path, lines)), problems(tmp_path, lines)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("fox: {prompt: fox, size:64}", ["3:22: key 'size:64' _; write a blank behind the colon: 'size: 64'"]),
        ("fox: {prompt: fox, size: 64, seed 3, strength 1}",
         ["3:32: key 'seed 3' _; write 'seed: 3'", "3:40: key 'strength 1' _; write 'strength: 1'"]),
        ("fox: {seed 3, prompt: fox, size: 64}", ["3:9: key 'seed 3' _; write 'seed: 3'"]),
        ("fox: {prompt: fox, red cape,\n    side view, size: 64}",
         ["3:22: key 'red cape' _; quote the prompt: it holds a comma: prompt: \"fox, red cape, side view\""]),
        ("fox:\n    prompt: fox\n    size 64\n    seed: 3", ["5:5: expected ':' after this key; write 'size: 64'"]),
        ("fox:\n    prompt: fox\n    size:64\n    seed: 3",
         ["5:5: expected ':' after this key; write a blank behind the colon: 'size: 64'"]),
        ("fox: {prompt:[64]}", ["3:15: ':' cannot stand here; write a blank behind it"]),
        # What stands in quotes already needs none, and a comment far behind its line is none of the text.
        ("fox:\n   size: 64\n    prompt: \"a, {team} fox\"",
         ["5:11: ': ' cannot stand here; quote text that holds ': ', or check the indentation"]),
        ("fox: {file: a.png}    # the fox\natlases: {all: {include: [fox}}", ["4:30: expected ',' or ']'"]),
    ],
)  # fmt: skip
def test_keys_without_a_value(tmp_path: Path, lines: str, said: list[str]) -> None:
    found = problems(tmp_path, f"version: 1\nsprites:\n  {lines}\n")
    own = [
        line.removeprefix("assets.yaml:") for line in found if "in sprite 'fox'" not in line and "source" not in line
    ]
    assert own == [line.replace("_;", "has no value;") for line in said]


def test_a_comment_two_blanks_behind_a_prompt_is_a_comment(tmp_path: Path) -> None:
    assert prompt(tmp_path, "a: a fox  # the first one") == "a fox"
    assert prompt(tmp_path, 'a: "a fox" # the first one') == "a fox"
    assert prompt(tmp_path, "a: {prompt: fox#5}") == "fox#5"


def test_an_asset_glob_must_be_quoted(tmp_path: Path) -> None:
    said = problems(tmp_path, "version: 1\natlases:\n  all: {include: [*]}\n")
    assert said == [
        'assets.yaml:3:19: \'*\' needs a name behind it; quote text that begins with "*": "*"',
    ]


def test_unquoted_colours_with_a_sign(tmp_path: Path) -> None:
    tail = "quote colours that begin with '#', or leave the '#' out"
    assert tail in problem(tmp_path, "version: 1\npalettes: {p: [#1a1c2c, #5d275d]}\n")
    assert "quote a colour" in problem(tmp_path, "version: 1\npalettes:\n  p:\n    - #1a1c2c\n    - 5d275d\n")


def test_duplicate_keys_name_both_places(tmp_path: Path) -> None:
    text = f"{STYLED}sprites:\n  a: x\n  b: y\n  a: z\n"
    assert problem(tmp_path, text) == "assets.yaml:6:3: duplicate key 'a'; first at line 4"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"version: 1\nsprites: {a: \xff}\n", "assets.yaml:2:14: byte 0xff is not valid UTF-8; save the file as UTF-8"),
        ("version: 1\n# é\x07\n".encode(), "assets.yaml:2:4: control character U+0007; remove it"),
        (b'version: 1\nproject: "a\\0b"\n', "assets.yaml:2:10: a control character in text; remove the escape"),
        ("version: 1".encode("utf-16"), "assets.yaml:1:1: the file is UTF-16; save it as UTF-8"),
        (b"", "assets.yaml:1:1: the file is empty; a manifest begins with 'version: 1'"),
        (b"# nothing\n", "assets.yaml:1:1: the file is empty"),
        (b"- a\n- b\n", "assets.yaml:1:1: expected a map of keys"),
        (b"version: 1\n---\nversion: 1\n", "assets.yaml:2:1: a second document"),
        (b"? [a]\n: b\nversion: 1\n", "assets.yaml:1:3: a key must be text"),
        (b"version: 1\n<<: {a: b}\n", "assets.yaml:2:1: merge keys '<<' are not YAML 1.2; use 'preset' instead"),
        (b"version: !!python/object/apply:os.system [echo]\n", "tag 'tag:yaml.org,2002:python/object/apply:os.system'"),
    ],
)
def test_files_that_are_no_manifest(tmp_path: Path, data: bytes, message: str) -> None:
    assert problems(tmp_path, data)[0].startswith(message) or message in problems(tmp_path, data)[0]


def test_nothing_is_ever_constructed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("something was constructed")

    monkeypatch.setattr(yaml.constructor.BaseConstructor, "construct_document", refuse)
    monkeypatch.setattr(yaml.constructor.BaseConstructor, "construct_object", refuse)
    loaded(tmp_path, TASTE.replace("  logo: {file: art/logo.png}\n", ""))


def test_an_alias_bomb_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    found = Problems()
    assert parse("\n".join(lines).encode(), "a.yaml", found) is None
    assert "aliases add more than 100000 nodes" in str(found.ordered()[0])


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_at_once(opening: str) -> None:
    found = Problems()
    assert parse((opening * 100_000).encode(), "a.yaml", found) is None
    assert "nested more than 32 levels deep" in str(found.ordered()[0])


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    found = Problems()
    assert parse(b"#" * (MAX_BYTES + 1), "a.yaml", found) is None
    assert "limit 8 MiB" in str(found.ordered()[0])


def test_aliases_of_ignored_keys_work(tmp_path: Path) -> None:
    text = """\
        version: 1
        x-card: &card {prompt: card, style: rd_fast__default, size: 64, x-note: ignored}
        sprites: {a: *card, b: *card}
        """
    manifest = loaded(tmp_path, text)
    assert [asset.steps[0].fields["prompt"] for asset in manifest.assets.values()] == ["card", "card"]


def test_without_the_c_parser_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def plain(node: Node) -> object:
        if isinstance(node, Scalar):
            return node
        if isinstance(node, Items):
            return node.position, [plain(item) for item in node.items]
        return node.position, {key: (entry.position, plain(entry.value)) for key, entry in node.entries.items()}

    with_c = plain(nodes(TASTE))
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert plain(nodes(TASTE)) == with_c


def test_all_mistakes_of_a_run_are_told_in_order(tmp_path: Path) -> None:
    text = """\
        version: 1
        sprits: {}
        sprites:
          a: {promt: x, style: rd_fast_default, size: big, tile: z}
          b: {edit: c, prompt: y}
          b: {file: nope.png}
          con: {file: nope.png}
        atlases: {all: {include: [z*], padding: -1}}
        """
    said = problems(tmp_path, text)
    assert [line.split(" ")[0] for line in said] == sorted(
        (line.split(" ")[0] for line in said), key=lambda place: [int(n) for n in place.split(":")[1:3]]
    )
    for expected in (
        "2:1: unknown key 'sprits'; did you mean 'sprites'?",
        "4:7: unknown key 'promt' in sprite 'a'; did you mean 'prompt'?",
        "unknown style",
        "4:47: 'big' is no value for 'size' in sprite 'a'; expected 64, 96x64 or [96, 64] (width first)",
        "4:58: 'z' is no value for 'tile' in sprite 'a'; expected x, y or xy",
        "edit 'c' is no asset in sprite 'b'",
        "6:3: duplicate key 'b'",
        "7:3: the name 'con' holds 'con', a device on Windows",
        "'z*' matches no asset in atlas 'all'",
        "'-1' is no value for 'padding' in atlas 'all'; expected a whole number from 0 to 256",
    ):
        assert any(expected in line for line in said), (expected, said)


def test_a_missing_manifest_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"assets.yaml:1:1: there is no assets.yaml here; run 'assetgen init'"):
        load(tmp_path)
