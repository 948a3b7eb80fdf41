"""Tiled reads back what the tiled exporter writes; its rasteriser, pytmx and pygame draw the map."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from export_sample import Ids, Sample
from msgspec.structs import replace

from assetgen.export.base import Output
from assetgen.pixels.picture import Picture, read
from engines.machines import MapReaders, Tiled

pytestmark = pytest.mark.engine
NAMES = ("meadow", "meadow-blob47", "meadow-dual_grid", "meadow-objects")


def composed(project: Sample, folder: Path) -> Picture:
    """The sample map put together from the tile files alone."""
    text = (folder / "tilesets/meadow.tmx").read_text()
    data = re.search(r'<data encoding="csv">(.*?)</data>', text, re.DOTALL)
    assert data is not None
    rows = [[int(cell) for cell in row.strip(",").split(",")] for row in data.group(1).split()]
    picture = np.zeros((len(rows) * 16, len(rows[0]) * 16, 4), np.uint8)
    for y, row in enumerate(rows):
        for x, gid in enumerate(row):
            if gid:
                tile = project.files[f"tilesets/meadow/{gid - 1:02d}.png"]
                picture[y * 16 : y * 16 + 16, x * 16 : x * 16 + 16] = tile
    return picture


@pytest.fixture
def folder(tmp_path: Path, project: Sample) -> Path:
    project.write(tmp_path, "tiled")
    return tmp_path


def outputs(project: Sample, ids: Ids | None = None) -> dict[str, Output]:
    return {output.path: output for output in project.export("tiled", ids)}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("form", "other"), [("tsx", "tsj"), ("tsj", "tsx")])
def test_tiled_reads_back_what_was_written(
    tiled: Tiled, project: Sample, folder: Path, name: str, form: str, other: str
) -> None:
    """Tiled opens one form and saves the other: all that we own is there, wangsets to the last id."""
    target = folder / "tilesets" / f"saved.{other}"
    tiled.convert(folder / "tilesets" / f"{name}.{form}", target)
    owned = outputs(project)[f"tilesets/{name}.{other}"].owned
    assert owned is not None
    assert owned.conflicts(target.read_text()) == ()
    assert owned.digest in owned.judge(target.read_text())
    if name == "meadow-blob47" and other == "tsj":
        found = json.loads(target.read_text())["wangsets"][0]
        assert found["type"] == "mixed"
        assert len(found["wangtiles"]) == 46


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('wangid="0,2,0,1,0,2,0,2"', 'wangid="0,2,0,2,0,1,0,2"'),
        ('duration="200"', 'duration="210"'),
        ('spacing="2"', 'spacing="3"'),
        ('probability="0.25"', 'probability="0.5"'),
    ],
)
def test_a_broken_file_is_refused(tiled: Tiled, project: Sample, folder: Path, old: str, new: str) -> None:
    source = folder / "tilesets" / "meadow.tsx"
    assert old in source.read_text()
    source.write_text(source.read_text().replace(old, new))
    tiled.convert(source, folder / "tilesets" / "saved.tsj")
    owned = outputs(project)["tilesets/meadow.tsj"].owned
    assert owned is not None
    assert owned.conflicts((folder / "tilesets" / "saved.tsj").read_text()) != ()


def test_the_map_is_drawn_as_composed(tiled: Tiled, readers: MapReaders, project: Sample, folder: Path) -> None:
    wanted = composed(project, folder)
    source = folder / "tilesets" / "meadow.tmx"
    tiled.draw(source, folder / "tiled.png")
    found = readers.draw(source, folder / "pygame.png")
    assert np.array_equal(read(folder / "tiled.png"), wanted)
    assert np.array_equal(read(folder / "pygame.png"), wanted)
    assert found["properties"]["6"] == {"cost": 2, "name": "rock"}
    # a wrong margin is seen by both
    tileset = folder / "tilesets" / "meadow.tsx"
    tileset.write_text(tileset.read_text().replace('margin="1"', 'margin="0"'))
    tiled.draw(source, folder / "tiled.png")
    readers.draw(source, folder / "pygame.png")
    assert not np.array_equal(read(folder / "tiled.png"), wanted)
    assert not np.array_equal(read(folder / "pygame.png"), wanted)


@pytest.mark.parametrize("form", ["tsx", "tsj"])
def test_what_a_person_added_survives(tiled: Tiled, project: Sample, folder: Path, form: str) -> None:
    """Tiled saves the tileset, a person adds a property, a wangset and a colour; a later build changes a corner."""
    ids: Ids = {}
    path = f"tilesets/meadow.{form}"
    first = outputs(project, ids)[path].owned
    assert first is not None
    tiled.convert(folder / path, folder / "tilesets" / f"edited.{form}")
    text = (folder / "tilesets" / f"edited.{form}").read_text()
    text = edited_xml(text) if form == "tsx" else edited_json(text)
    assert first.digest in first.judge(text)

    meadow = project.meadow
    tiles = list(meadow.tiles)
    tiles[7] = replace(tiles[7], corners=("grass", "stone", "grass", "stone"))
    tiles[6] = replace(tiles[6], properties={"cost": 5})
    assets = {**project.built.assets, "meadow": replace(meadow, tiles=tuple(tiles))}
    second = outputs(Sample(replace(project.built, assets=assets), {}, {}), ids)[path].owned
    assert second is not None
    merged = second.merge(text)
    assert second.record(merged) == second.digest
    (folder / path).write_text(merged)
    saved = folder / "tilesets" / "saved.tsj"
    tiled.convert(folder / path, saved)
    found = json.loads(saved.read_text())
    by_id = {tile["id"]: tile for tile in found["tiles"]}
    assert [entry["value"] for entry in by_id[3]["properties"]] == ["mine"]
    assert {entry["name"]: entry["value"] for entry in by_id[6]["properties"]} == {"cost": 5}  # `name` was ours
    assert {entry["name"] for entry in found["wangsets"]} == {"meadow", "roads"}
    meadow_set = next(entry for entry in found["wangsets"] if entry["name"] == "meadow")
    assert meadow_set["colors"][0]["color"] == "#123456"
    assert next(tile["wangid"] for tile in meadow_set["wangtiles"] if tile["tileid"] == 7) == [0, 1, 0, 1, 0, 2, 0, 2]
    assert [entry["value"] for entry in found["properties"]] == [7]


def edited_xml(text: str) -> str:
    root = ET.fromstring(text)
    tile = ET.Element("tile", {"id": "3"})
    ET.SubElement(ET.SubElement(tile, "properties"), "property", {"name": "hidden", "value": "mine"})
    root.insert(1, tile)
    properties = ET.Element("properties")
    ET.SubElement(properties, "property", {"name": "level", "type": "int", "value": "7"})
    root.insert(0, properties)
    sets, color = root.find("wangsets"), root.find("wangsets/wangset/wangcolor")
    assert sets is not None
    assert color is not None
    color.set("color", "#123456")
    roads = ET.SubElement(sets, "wangset", {"name": "roads", "type": "edge", "tile": "-1"})
    ET.SubElement(roads, "wangcolor", {"name": "road", "color": "#ff0000", "tile": "-1", "probability": "1"})
    ET.SubElement(roads, "wangtile", {"tileid": "2", "wangid": "1,0,0,0,1,0,0,0"})
    return ET.tostring(root, encoding="unicode")


def edited_json(text: str) -> str:
    found = json.loads(text)
    found["tiles"].append({"id": 3, "properties": [{"name": "hidden", "type": "string", "value": "mine"}]})
    found["properties"] = [{"name": "level", "type": "int", "value": 7}]
    found["wangsets"][0]["colors"][0]["color"] = "#123456"
    color = {"name": "road", "color": "#ff0000", "tile": -1, "probability": 1}
    tiles = [{"tileid": 2, "wangid": [1, 0, 0, 0, 1, 0, 0, 0]}]
    found["wangsets"].append({"name": "roads", "type": "edge", "tile": -1, "colors": [color], "wangtiles": tiles})
    return json.dumps(found)
