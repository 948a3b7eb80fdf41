"""assets.json holds what the contract says, by its published schema, and names only files that are there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from export_sample import sample
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assetgen.export.index import core_outputs, index
from assetgen.export.jsontext import dumps
from assetgen.model.built import Built

SCHEMA = json.loads((Path(__file__).parent.parent / "schemas/assets-index.schema.json").read_text())


def paths(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from paths(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from paths(item, key)
    elif isinstance(value, str) and key in ("file", "sheet", "data", "files"):
        yield value


def test_schema_is_valid_and_the_index_obeys_it() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(index(sample().built)))
    Draft202012Validator(SCHEMA).validate(json.loads(index(Built(None, {}, {}, {}))))


@pytest.mark.parametrize("key", ["version", "sprites", "atlases"])
def test_schema_refuses_a_missing_key(key: str) -> None:
    found = json.loads(index(sample().built))
    del found[key]
    assert not Draft202012Validator(SCHEMA).is_valid(found)


def test_every_path_is_a_file_relative_to_the_index() -> None:
    project = sample()
    written = set(project.files) | {output.path for output in core_outputs(project.built)}
    found = list(paths(json.loads(index(project.built))))
    assert len(found) == 16
    assert set(found) <= written


def test_packed_and_unpacked_assets() -> None:
    found = json.loads(index(sample().built))
    assert found["sprites"]["logo"] == {"file": "sprites/logo.png", "size": [40, 20], "pivot": [20, 10]}
    panel = found["sprites"]["panel"]
    assert "file" not in panel
    assert panel["atlas"] == {"name": "characters", "page": 1, "frame": "panel"}
    assert panel["nine_slice"] == {"left": 8, "top": 7, "right": 6, "bottom": 5}
    hero = found["animations"]["hero"]
    assert (hero["cell"], hero["pivot"], hero["hitbox"], hero["meta"]) == (
        [24, 32],
        [12, 30],
        [6, 8, 12, 22],
        {"hp": 3},
    )
    assert hero["tags"]["wave"] == {
        "frames": ["hero/wave_00", "hero/wave_01", "hero/wave_02"],
        "durations_ms": [80, 80, 240],
        "loop": "once",
    }
    assert set(hero["atlas"]["frames"]) == {name for tag in hero["tags"].values() for name in tag["frames"]}
    slime = found["animations"]["foes/slime-1"]
    assert slime["tags"]["hop"]["files"][3] == "animations/foes/slime-1/hop_03.png"
    assert slime["tags"]["hop"]["loop"] == "pingpong"


def test_tileset() -> None:
    meadow = json.loads(index(sample().built))["tilesets"]["meadow"]
    assert (meadow["tile_size"], meadow["columns"], meadow["margin"], meadow["spacing"]) == ([16, 16], 4, 1, 2)
    assert meadow["terrains"] == ["stone", "grass"]
    assert meadow["tiles"][1] == {"id": 1, "corners": ["grass", "grass", "grass", "stone"], "probability": 1.0}
    assert meadow["tiles"][6]["properties"] == {"cost": 2, "name": "rock"}
    assert meadow["tiles"][20]["corners"] is None
    assert meadow["sheets"]["blob47"]["file"] == "tilesets/meadow-blob47.png"


def test_core_json_names_the_other_pages() -> None:
    outputs = {output.path: output for output in core_outputs(sample().built)}
    first = json.loads(outputs["atlases/characters-0.json"].content)
    assert first["meta"]["related_multi_packs"] == ["characters-1.json"]
    assert first["meta"]["image"] == "characters-0.png"
    assert outputs["atlases/characters-0.json"].pictures == ("atlases/characters-0.png",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=40,
)


@given(json_values, st.integers(1, 60))
@settings(deadline=None, max_examples=100)
def test_json_text_says_what_was_given(value: object, width: int) -> None:
    assert json.loads(dumps(value, width=width)) == value
