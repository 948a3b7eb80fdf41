"""The published schema: valid, complete for editors, within what the reader compiles, and agreeing with jsonschema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from manifest_files import TASTE
from test_manifest_damage import RICH

from assetgen.catalog.layouts import FRAME_COUNTS
from assetgen.catalog.tools import TOOLS
from assetgen.manifest import recipe, scalars, schema, schema_text
from assetgen.manifest.check import Context
from assetgen.manifest.nodes import Entry, Map, Problems
from assetgen.manifest.reader import parse
from assetgen.model.position import Position
from assetgen.model.request import DEFAULTS
from assetgen.pixels import quality, versions

SCHEMA: dict[str, Any] = json.loads(schema_text())
ROOT = Path(__file__).parents[1]


def walk(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside the document, with its path."""
    if not isinstance(node, dict):
        return
    yield path, node
    for key, value in node.items():
        if key in ("properties", "patternProperties", "$defs"):
            for name, inner in value.items():
                yield from walk(inner, f"{path}/{key}/{name}")
        elif key in ("items", "additionalProperties", "propertyNames", "unevaluatedProperties"):
            yield from walk(value, f"{path}/{key}")
        elif key in ("anyOf", "allOf"):
            for index, inner in enumerate(value):
                yield from walk(inner, f"{path}/{key}/{index}")


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property that an editor can complete."""
    for path, node in walk(SCHEMA):
        for name, rule in {**node.get("properties", {}), **node.get("patternProperties", {})}.items():
            yield f"{path}/{name}", rule


def test_it_is_a_valid_schema_of_2020_12() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_property_has_a_title_and_a_description() -> None:
    bare = [path for path, rule in properties() if not rule.get("title") or not rule.get("description")]
    assert bare == []


def test_it_uses_no_keyword_that_the_reader_does_not_compile() -> None:
    unknown = {key for _, node in walk(SCHEMA) for key in node} - schema.KEYWORDS
    assert unknown == set()


def test_every_reference_leads_somewhere_and_every_definition_is_used() -> None:
    used = {node["$ref"].removeprefix("#/$defs/") for _, node in walk(SCHEMA) if "$ref" in node}
    assert used == set(SCHEMA["$defs"])


def test_the_catalog_and_the_schema_know_the_same_words() -> None:
    edit = schema.keys_of("edit")
    assert {f.name for tool in TOOLS.values() for f in tool.fields} | {"tool", "tile"} == set(edit)
    assert set(schema.keys_of("inheritable")) >= set(DEFAULTS) - {"take", "soft_inpaint"}
    assert SCHEMA["$defs"]["request"]["properties"]["frames"]["anyOf"][0]["enum"] == list(FRAME_COUNTS)
    assert set(SCHEMA["$defs"]["common"]["properties"]["quality"]["properties"]) == set(quality.CHECKS)
    process = SCHEMA["$defs"]["finish"]["properties"]["process"]["properties"]
    assert tuple(process) == (*recipe.ORDER, "scale") == (*versions.ORDER, "scale")


@pytest.mark.parametrize("text", [TASTE, RICH])
def test_a_manifest_that_loads_passes_jsonschema(text: str) -> None:
    assert list(validator("").iter_errors(core(text))) == []


@cache
def validator(name: str) -> Any:
    top = SCHEMA if not name else {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}
    return jsonschema.Draft202012Validator(top)


def core(text: str) -> Any:
    problems = Problems()
    node = parse(text.encode(), "a.yaml", problems)
    assert node is not None, [str(p) for p in problems.ordered()]
    return scalars.plain_json(node)


SAMPLES = """true | 'true' | 0 | 1 | 8 | 64 | -1 | 0.5 | 1.5 | 99999 | x | xy | none | auto | bottom | once | '64'
96x64 | 000000 | 1a1c2c | '' | '{v}' | hero | ./a.png | [] | [1] | [1, 2] | [0, 1, 2, 3] | [64, x] | [hero]
[{of: hero}]
[1a1c2c, 000000] | {} | {of: hero, stage: final} | {of: hero, stage: last} | {map: dusk} | {columns: 4, rows: 2}
{columns: 4} | {grid: 32} | {level: warn, threshold: 3} | {walk: {fps: 8}, idle: [0]} | {unknown: 1} | {file: a.csv}
{v: [1, 2]} | [{v: 1}] | {left: 1, top: 1, right: 1, bottom: 1} | [pre_palette] | {meadow: [stone, grass]}
[{12: {collision: full}}] | [{animation: hero}] | {right: left} | [blob47] | [add a hat] | {trim: 3} | {size: off}
[{tool: rotate, rotation_degrees: 90}] | {outline: {side: inside}, scale: [1, 2]}""".replace("\n", " | ").split(" | ")


ENTRIES = ["sprite", "animation", "tileset", "preset"]


@pytest.mark.parametrize("name", [*ENTRIES, "palette", "atlas", "project"])
def test_the_reader_and_jsonschema_agree(name: str) -> None:
    """For every key and many values: what jsonschema accepts the reader accepts, and what the reader makes of a value
    that it accepts is valid. (Texts that look like numbers are text to the reader where text is wanted.)"""
    differing = []
    # All kinds share their keys with presets, which have them all.
    keys = schema.keys_of("own") if name in ENTRIES[:3] else schema.keys_of(name)
    for key in keys:
        for sample in SAMPLES:
            if name not in ENTRIES and "{v}" in sample:
                continue
            text = f"{key}: {sample}" if name != "atlas" or key == "include" else f"include: [a]\n{key}: {sample}"
            node = parse(text.encode(), "a.yaml", Problems())
            assert node is not None
            context = Context(raw=name in ENTRIES)
            value = schema.checker(name).read(node, name, context)
            if context.failures:
                # A number where a colour or an amount is wanted: its spelling matters, which is lost on jsonschema.
                spelled = all(f.tail.startswith(("expected a colour", "expected an amount")) for f in context.failures)
                agree = spelled or not validator(name).is_valid(core(text))
            else:
                agree = validator(name).is_valid(value)
            if not agree:
                differing.append(text)
    assert differing == []


def test_unset_values_and_ignored_keys_pass_everywhere_in_entries() -> None:
    for name in ("sprite", "animation", "tileset", "preset"):
        for key in [key for key in schema.keys_of(name) if key != "for_each"]:
            assert validator(name).is_valid({key: None}), f"{name}: {key}"
        assert validator(name).is_valid({"x-note": 1})


def test_the_packaged_schema_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert schema_text() == (ROOT / "schemas" / schema.NAME).read_text(encoding="utf-8")
    packaged = tmp_path / "assetgen" / "schemas" / schema.NAME
    packaged.parent.mkdir(parents=True)
    packaged.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(schema, "__file__", str(tmp_path / "assetgen" / "manifest" / "schema.py"))
    assert schema_text() == "{}"


def test_every_key_is_documented() -> None:
    """docs/manifest.md names each key of the schema in code."""
    text = (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8")
    code = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text)
    words = set(re.findall(r"\w+", " ".join(code)))
    names = {path.rpartition("/")[2] for path, _ in properties()} - {"^x-"}
    assert sorted(names - words) == []


def test_examples_in_the_documentation_are_yaml_that_the_schema_accepts() -> None:
    text = (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(examples) >= 10
    for example in examples:
        problems = Problems()
        node = parse(example.encode(), "manifest.md", problems)
        assert node is not None, [str(p) for p in problems.ordered()]
        at = Position("manifest.md", 1, 1)
        version = parse(b"version: 1", "manifest.md", problems)
        assert version is not None
        whole = Map({"version": Entry("version", at, version.entries["version"].value), **node.entries}, at)
        context = Context(raw=True)
        schema.checker("").read(whole, "", context)
        assert [f"{f.head}; {f.tail}" for f in context.failures] == [], example
