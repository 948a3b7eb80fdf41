"""The example project, built by the program itself: Godot, Phaser and Tiled load and draw all of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assetgen.export.tiled import _read_json, _read_xml
from assetgen.pixels.picture import Picture, read
from engines.machines import Browser, Godot, Report, Tiled

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of example_project, with every frame as a file."""
    folder = tmp_path_factory.mktemp("example")
    source = ROOT / "example_project"
    shutil.copytree(source / "art", folder / "art")
    text = (source / "assets.yaml").read_text(encoding="utf-8")
    assert "write: [single, sheet, palettes]" in text
    text = text.replace("write: [single, sheet, palettes]", "write: [single, sheet, frames, palettes]")
    (folder / "assets.yaml").write_text(text, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ASSETGEN_CACHE_DIR": str(folder / "cache")}
    command = [sys.executable, "-m", "assetgen", "-C", str(folder), "build", "--yes"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert (folder / "generated/assets.json").exists(), done.stderr
    return folder / "generated"


def index_of(example: Path) -> Report:
    return dict(json.loads((example / "assets.json").read_text()))


def padded(picture: Picture, like: Picture) -> Picture:
    canvas = np.zeros_like(like)
    canvas[: picture.shape[0], : picture.shape[1]] = picture
    return canvas


@pytest.mark.engine
def test_godot(godot: Godot, example: Path) -> None:
    shutil.copytree(example, godot.project / "generated")
    kinds: dict[str, list[str]] = {}
    for path in sorted(example.rglob("*.tres")):
        kinds.setdefault(path.read_text().split('"')[1], []).append(f"generated/{path.relative_to(example).as_posix()}")
    assert len(kinds["SpriteFrames"]) >= 5
    assert len(kinds["TileSet"]) >= 4
    textures = {path: [64, 64] for path in kinds["AtlasTexture"]}
    blobs = [path for path in kinds["TileSet"] if "blob47" in path]
    jobs = {"frames": kinds["SpriteFrames"], "textures": textures, "tiles": [], "blobs": blobs}
    jobs["corners"] = ["generated/tilesets/meadow.tres", "generated/tilesets/shore.tres"]
    (godot.project / "jobs.json").write_text(json.dumps(jobs))
    godot.load()
    report = godot.script("draw", window=True)
    assert report["errors"] == []
    index = index_of(example)
    for entry in report["drawn"]:
        path, *rest = entry["what"]
        drawn = read(godot.project / entry["file"])
        if path in textures:
            name = path.removesuffix(".tres").split("/", 3)[3]
            wanted = read(example / index["sprites"][name]["file"])
        else:
            animation = index["animations"][path.removeprefix("generated/animations/").removesuffix(".tres")]
            wanted = read(example / animation["tags"][rest[0]]["files"][rest[1]])
        assert np.array_equal(drawn, padded(wanted, drawn)), entry["what"]
    for path, found in report["animations"].items():
        name = path.removeprefix("generated/animations/").removesuffix(".tres")
        tags = index["animations"][name]["tags"]
        assert {tag: (pytest.approx(item["durations_ms"]), item["loop"] != "once") for tag, item in tags.items()} == {
            tag: (item["times"], item["loop"]) for tag, item in found["tags"].items()
        }
    painted = godot.script("paint")
    told = {path: painted[path] for path in (*jobs["corners"], *blobs)}
    assert all(item["clashes"] == 0 and item["cells"] > 0 for item in told.values()), told


@pytest.mark.browser
def test_phaser(browser: Browser, example: Path) -> None:
    """Every texture and animation of the pack is there, and each plays its frames for their times."""
    shutil.copytree(example, browser.folder / "generated")
    report = browser.open("phaser", "phaser4", {"aseprite": []})
    assert report["errors"] == []
    index = index_of(example)
    known = {(entry["key"], entry["frame"]) for entry in report["drawn"]}
    assert all((atlas, frame) in known for atlas, frame in _packed(index))
    wanted = {f"{name}/{tag}" for name, item in index["animations"].items() for tag in item["tags"]}
    assert set(report["played"]) == wanted
    for key, played in report["played"].items():
        assert all((texture, str(frame)) in known for texture, frame in played["frames"]), key


def _packed(index: Report) -> list[tuple[str, str]]:
    found = [(item["atlas"]["name"], frame) for item in index["animations"].values() if "atlas" in item
             for frame in item["atlas"]["frames"]]  # fmt: skip
    return found + [
        (item["atlas"]["name"], item["atlas"]["frame"]) for item in index["sprites"].values() if "atlas" in item
    ]


@pytest.mark.engine
def test_tiled(tiled: Tiled, example: Path, tmp_path: Path) -> None:
    """Tiled reads every tileset back to the last terrain bit, and draws every sample map."""
    names = [path.stem for path in sorted((example / "tilesets").glob("*.tsx"))]
    assert len(names) >= 4
    folder = tmp_path / "tilesets"
    shutil.copytree(example / "tilesets", folder)
    for name in names:
        tiled.convert(folder / f"{name}.tsx", folder / "saved.tsj")
        scope = tuple([f"tile {number}" for number in range(400)] + [f"wangset {name}"])
        written = _read_xml((folder / f"{name}.tsx").read_text(), scope, file=f"tilesets/{name}.tsx")
        saved = _read_json((folder / "saved.tsj").read_text(), scope, file="tilesets/saved.tsj")
        assert written == saved, name
    for path in sorted(folder.glob("*.tmx")):
        tiled.draw(path, tmp_path / "map.png")
        assert read(tmp_path / "map.png")[..., 3].any(), path.name
