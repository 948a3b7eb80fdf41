"""Files that editors also edit, without the editors: what people set stays, ours is replaced, conflicts are told.

The texts "as the editor writes them" follow what Unity 2022.3, Godot 4.6 and LDtk 1.5.3 save.
"""

from __future__ import annotations

import json

import pytest
from export_sample import Ids, Sample, sample
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assetgen.export import tiled_xml
from assetgen.export.base import Output
from assetgen.export.shapes import polygons, three_way
from assetgen.export.tres import meaning, parse, parse_value, uid
from assetgen.export.unityyaml import dumps, loads
from assetgen.model.request import Json


def exported(project: Sample, engine: str, path: str, ids: Ids) -> Output:
    return next(output for output in project.export(engine, ids) if output.path == path)


def text_of(output: Output) -> str:
    assert isinstance(output.content, str)
    return output.content


def with_asset(project: Sample, name: str, **changes: object) -> Sample:
    assets = {**project.built.assets, name: replace(project.built.assets[name], **changes)}
    return Sample(replace(project.built, assets=assets), project.pictures, project.files)


# Unity


@pytest.fixture
def ids() -> Ids:
    return {}


def unity_edit(text: str) -> str:
    """What Unity's editors leave: a border on a sprite, a sprite of a person's own, linear filter, an outline."""
    found = loads(text)
    importer = found["TextureImporter"]
    sprites = importer["spriteSheet"]["sprites"]
    sprites[0]["border"]["x"] = "3"
    sprites[0]["outline"] = [[{"x": "1", "y": "2"}]]
    mine = json.loads(json.dumps(sprites[1])) | {"name": "my_own", "internalID": "12345", "spriteID": "00ff" * 8}
    sprites.append(mine)
    importer["spriteSheet"]["nameFileIdTable"]["my_own"] = "12345"
    importer["internalIDToNameTable"].append({"first": {"213": "12345"}, "second": "my_own"})
    importer["textureSettings"]["filterMode"] = "1"
    importer["userData"] = "kept"
    return dumps(found)


def test_a_border_set_in_unity_survives(ids: Ids) -> None:
    project = sample()
    path = "atlases/characters-0.png.meta"
    first = exported(project, "unity", path, ids)
    text = unity_edit(text_of(first))
    assert first.owned is not None
    assert first.owned.digest in first.owned.judge(text)  # no drift
    moved = with_asset(project, "coin", pivot=(1, 1))
    second = exported(moved, "unity", path, ids)
    assert second.owned is not None
    merged = second.owned.merge(text)
    importer = loads(merged)["TextureImporter"]
    sprites = {sprite["name"]: sprite for sprite in importer["spriteSheet"]["sprites"]}
    assert sprites["coin_spin_00"]["border"]["x"] == "3"
    assert sprites["coin_spin_00"]["outline"] == [[{"x": "1", "y": "2"}]]
    assert sprites["coin_spin_00"]["pivot"] != loads(text)["TextureImporter"]["spriteSheet"]["sprites"][0]["pivot"]
    assert "my_own" in sprites
    assert importer["spriteSheet"]["nameFileIdTable"]["my_own"] == "12345"
    assert importer["textureSettings"]["filterMode"] == "1"
    assert importer["userData"] == "kept"
    assert second.owned.record(merged) == second.owned.digest
    assert second.owned.merge(merged) == merged  # a build with nothing to do writes nothing


def test_a_border_of_the_manifest_follows_it_until_somebody_sets_another(ids: Ids) -> None:
    project = sample()
    path = "sprites/frame.png.meta"
    first = text_of(exported(project, "unity", path, ids))
    wider = with_asset(project, "frame", nine_slice=(9, 9, 9, 9))
    second = exported(wider, "unity", path, ids)
    assert second.owned is not None
    assert "spriteBorder: {x: 9, y: 9, z: 9, w: 9}" in second.owned.merge(first)
    by_hand = first.replace("spriteBorder: {x: 6, y: 6, z: 6, w: 6}", "spriteBorder: {x: 2, y: 6, z: 6, w: 6}")
    assert "spriteBorder: {x: 2, y: 6, z: 6, w: 6}" in second.owned.merge(by_hand)


def test_unity_conflicts_are_told(ids: Ids) -> None:
    output = exported(sample(), "unity", "atlases/characters-0.png.meta", ids)
    assert output.owned is not None
    text = text_of(output)
    assert output.owned.judge(text.replace("spriteMode: 2", "spriteMode: 1")) != (output.owned.digest,)
    assert output.owned.conflicts(text.replace("spritePixelsToUnits: 16", "spritePixelsToUnits: 100")) == (
        "spritePixelsToUnits",
    )
    guid = text.splitlines()[1]
    foreign = text.replace(guid, "guid: " + "0" * 31 + "1")
    assert output.owned.conflicts(foreign) == ("guid",)
    assert "guid: " + "0" * 31 + "1" in output.owned.merge(foreign)  # scenes refer to it: never replaced


def test_a_removed_asset_leaves_the_page(ids: Ids) -> None:
    project = sample()
    path = "atlases/characters-1.png.meta"
    first = exported(project, "unity", path, ids)
    atlas = project.built.atlases["characters"]
    placements = {name: place for name, place in atlas.placements.items() if name != "panel"}
    smaller = replace(atlas, placements=placements, members=tuple(m for m in atlas.members if m != "panel"))
    assets = {name: asset for name, asset in project.built.assets.items() if name != "panel"}
    built = replace(project.built, atlases={"characters": smaller}, assets=assets)
    second = exported(Sample(built, project.pictures, project.files), "unity", path, ids)
    assert second.owned is not None
    assert first.owned is not None
    assert first.owned.digest in second.owned.judge(text_of(first))  # the file of the last build is no drift
    assert "panel" not in second.owned.merge(text_of(first))


scalars = st.from_regex(r"[A-Za-z0-9_.]{1,8}", fullmatch=True)
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(scalars, inner, max_size=3), max_leaves=20
)


@given(st.dictionaries(scalars, trees, min_size=1, max_size=4))
@settings(deadline=None, max_examples=80)
def test_unity_yaml_round_trip(value: dict[str, Json]) -> None:
    assert loads(dumps(value)) == value


# Godot


def test_a_few_lines_that_stand_for_endless_ones_are_refused() -> None:
    anchors = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 30)]
    with pytest.raises(ValueError, match="alias"):
        loads("\n".join(["a0: &a0 [x]", *anchors]))
    entities = [f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 30)]
    with pytest.raises(ValueError, match="entities"):
        tiled_xml.parse(f'<!DOCTYPE tileset [<!ENTITY a0 "x">{"".join(entities)}]><tileset tilewidth="&a29;"/>')


def test_godot_values() -> None:
    assert parse_value("Rect2(1, -2.5, 3e1, 4)") == ["Rect2", 1, -2.5, 30, 4]
    assert parse_value('[{\n"name": &"walk",\n"loop": true\n}, null]') == [{"name": "walk", "loop": True}, None]
    assert parse_value('Array[Dictionary]([{"a": "x\\"]"}])') == ["Array", [{"a": 'x"]'}]]
    for broken in ("[1, 2", "Rect2(1 2)", '"open', "1 2", "{1}"):
        with pytest.raises(ValueError):
            parse_value(broken)


def test_godot_paths_mean_the_same() -> None:
    file = "tilesets/ui/meadow.tres"
    assert meaning("../meadow.png", file) == "tilesets/meadow.png"
    assert meaning("res://art/sprites/out/tilesets/meadow.png", file) == "tilesets/meadow.png"
    assert meaning("res://x/tilesets/tilesets/a.png", file, ["tilesets/tilesets/a.png"]) == "tilesets/tilesets/a.png"


@given(st.text(), st.text())
@settings(max_examples=50)
def test_godot_uid_form(project: str, name: str) -> None:
    text = uid(project, name).removeprefix("uid://")
    assert set(text) <= set("abcdefghijklmnopqrstuvwxy012345678")
    assert not text.startswith("a")
    assert len(text) <= 13


@pytest.mark.parametrize("path", ["tilesets/meadow.tres", "animations/hero.tres"])
def test_godot_merge_with_its_own_text_changes_nothing(path: str, ids: Ids) -> None:
    exported(sample(), "godot", path, ids)
    output = exported(sample(), "godot", path, ids)
    assert output.owned is not None
    assert output.owned.merge(text_of(output)) == text_of(output)
    assert output.owned.conflicts(text_of(output)) == ()
    assert parse(text_of(output)).write() == text_of(output)


def test_godot_collision_of_the_manifest_follows_it_until_somebody_paints(ids: Ids) -> None:
    project = sample()
    first = exported(project, "godot", "tilesets/meadow.tres", ids)
    tiles = list(project.meadow.tiles)
    tiles[6] = replace(tiles[6], collision=[[[0, 0], [16, 0], [0, 16]]])
    second = exported(with_asset(project, "meadow", tiles=tuple(tiles)), "godot", "tilesets/meadow.tres", dict(ids))
    assert second.owned is not None
    assert "PackedVector2Array(-8, -8, 8, -8, -8, 8)" in second.owned.merge(text_of(first))
    painted = text_of(first).replace("(-8, -8, 8, -8, 8, 8, -8, 8)", "(-4, -4, 4, -4, 4, 4, -4, 4)")
    assert "PackedVector2Array(-4, -4, 4, -4, 4, 4, -4, 4)" in second.owned.merge(painted)


def test_godot_terrain_numbers_stay_when_one_is_added(ids: Ids) -> None:
    project = sample()
    exported(project, "godot", "tilesets/meadow.tres", ids)
    more = with_asset(project, "meadow", terrains=("water", "stone", "grass"))
    text = text_of(exported(more, "godot", "tilesets/meadow.tres", ids))
    for index, name in enumerate(("stone", "grass", "water")):
        assert f'terrain_set_0/terrain_{index}/name = "{name}"' in text


def test_a_file_that_is_no_resource_is_written_anew(ids: Ids) -> None:
    output = exported(sample(), "godot", "tilesets/meadow.tres", ids)
    assert output.owned is not None
    assert output.owned.judge("<<<<<<< HEAD") == ()
    assert output.owned.merge("<<<<<<< HEAD") == text_of(output)
    assert "cannot be read" in output.owned.conflicts("<<<<<<< HEAD")[0]


# LDtk


def test_ldtk_keeps_levels_and_entities(ids: Ids) -> None:
    project = sample()
    first = exported(project, "ldtk", "tilesets/meadow.ldtk", ids)
    found = json.loads(text_of(first))
    found["levels"][0]["layerInstances"][0]["intGridCsv"][0] = 1
    found["defs"]["entities"].append({"identifier": "Door", "uid": 7})
    found["defs"]["layers"][0]["intGridValues"][0]["color"] = "#FFFFFF"
    text = json.dumps(found)
    assert first.owned is not None
    assert first.owned.digest in first.owned.judge(text)
    tiles = [replace(tile, corners=None) if tile.id == 19 else tile for tile in project.meadow.tiles]
    second = exported(with_asset(project, "meadow", tiles=tuple(tiles)), "ldtk", "tilesets/meadow.ldtk", ids)
    assert second.owned is not None
    merged = json.loads(second.owned.merge(text))
    assert merged["levels"] == found["levels"]
    assert merged["defs"]["entities"] == found["defs"]["entities"]
    assert merged["defs"]["layers"][0]["intGridValues"][0]["color"] == "#FFFFFF"
    assert len(merged["defs"]["layers"][0]["autoRuleGroups"][0]["rules"]) == 15
    assert second.owned.record(json.dumps(merged)) == second.owned.digest


# what all of them share


def test_three_way() -> None:
    assert three_way("as we wrote it", "as we wrote it", "new") == "new"
    assert three_way("a person's", "as we wrote it", "new") == "a person's"
    assert three_way(None, "as we wrote it", "new") is None  # taken out by a person
    assert three_way(None, None, "new") == "new"
    assert three_way("as we wrote it", "as we wrote it", None) is None


def test_collision_shapes() -> None:
    box = [(0, 0), (16, 0), (16, 8), (0, 8)]
    assert polygons("full", (16, 8)) == [box]
    assert polygons([[[0, 0], [16, 0], [16, 8]]], (16, 8)) == [box[:3]]
    assert polygons(None, (16, 8)) == []
