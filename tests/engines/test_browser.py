"""Phaser 4 and 3.90 and PixiJS 8 draw every frame and play every animation in Chromium; so does plain CSS."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from export_sample import Sample
from msgspec.structs import replace

from assetgen.model.built import BuiltAnimation, BuiltTag
from assetgen.pixels.picture import Picture, read
from engines.machines import Browser, Report

pytestmark = pytest.mark.browser


def differences(shot: Picture, drawn: list[Report], wanted: Mapping[str, Picture]) -> list[str]:
    """Names of entries whose cell of 64 pixels is not the wanted picture at its top left."""
    found = []
    for entry in drawn:
        cell = shot[entry["y"] : entry["y"] + 64, entry["x"] : entry["x"] + 64]
        canvas = np.zeros_like(cell)
        picture = wanted[entry["name"]]
        canvas[: picture.shape[0], : picture.shape[1]] = picture
        if not np.array_equal(np.where(cell[..., 3:] > 0, cell, 0), canvas):
            found.append(entry["name"])
    return found


def expected_steps(tag: BuiltTag, length: int) -> list[tuple[int, int]]:
    steps, start = [], 0
    for step, time in enumerate(tag.durations) if tag.loop == "once" else itertools.cycle(enumerate(tag.durations)):
        if start >= length:
            break
        steps.append((start, step))
        start += time
    return steps


def wrong_times(project: Sample, played: Mapping[str, Report], bare: str | None = None) -> list[str]:
    """Tags that are not played in order, in time (to 3 ms), and looping as they should."""
    found = []
    for asset in project.built.assets.values():
        if not isinstance(asset, BuiltAnimation) or (bare is not None and asset.name != bare):
            continue
        for tag in asset.tags:
            key = tag.name if bare else f"{asset.name}/{tag.name}"
            if key not in played:
                found.append(f"{key} is missing")
                continue
            wanted = expected_steps(tag, 1590)
            got = [tuple(step) for step in played[key]["steps"]][: len(wanted)]
            same = [step for _, step in got] == [step for _, step in wanted]
            if not same or any(
                abs(a - b) > 3 * (n + 1) for n, ((a, _), (b, _)) in enumerate(zip(got, wanted, strict=True))
            ):
                found.append(f"{key}: {got} instead of {wanted}")
            if (played[key]["ended"] >= 0) != (tag.loop == "once"):
                found.append(f"{key} ended at {played[key]['ended']}")
    return found


def frame_pictures(project: Sample) -> dict[str, Picture]:
    """Every picture that Phaser knows, as KEY#FRAME."""
    found: dict[str, Picture] = {}
    atlas = project.built.atlases["characters"]
    for name, placement in atlas.placements.items():
        found[f"characters#{name}"] = project.pictures[placement.frame.pixels]
        found[f"xml#{name}"] = found[f"characters#{name}"]
    slime = project.animation("foes/slime-1")
    for row, tag in enumerate(slime.tags):
        for step in range(4):
            empty = np.zeros((14, 18, 4), np.uint8)
            picture = project.frame(tag.frames[step]) if step < len(tag.frames) else empty
            found[f"foes/slime-1#{row * 4 + step}"] = picture
    for name in ("logo", "frame"):
        found[f"{name}#__BASE"] = project.frame(name)
    for tile in project.meadow.tiles:
        found[f"meadow#{tile.id}"] = project.pictures[tile.frame.pixels]
    found["meadow#23"] = np.zeros((16, 16, 4), np.uint8)
    for sheet in project.meadow.sheets:
        for number, cell in enumerate(sheet.cells):
            empty = np.zeros((sheet.tile_size[1], sheet.tile_size[0], 4), np.uint8)
            found[f"meadow-{sheet.kind}#{number}"] = project.pictures[cell] if cell else empty
    for key in ("coin", "foes/slime-1"):
        animation = project.animation(key)
        for number, name in enumerate(name for tag in animation.tags for name in tag.frames):
            found[f"ase:{key}#{number}"] = project.frame(name)
    return found


def open_phaser(browser: Browser, engine: str) -> tuple[Report, Picture]:
    page = json.loads((browser.folder / "generated/animations/coin.aseprite.json").read_text())["meta"]["image"]
    slime = "animations/foes/slime-1"
    jobs = {
        "aseprite": [
            {"key": "ase:coin", "image": f"animations/{page}", "data": "animations/coin.aseprite.json"},
            {"key": "ase:foes/slime-1", "image": f"{slime}.png", "data": f"{slime}.aseprite.json"},
        ],
        "xml": [{"key": "xml", "image": "atlases/characters-0.png", "data": "atlases/characters-0.xml"}],
    }
    report = browser.open("phaser", engine, jobs)
    for entry in report["drawn"]:
        entry["name"] = f"{entry['key']}#{entry['frame']}"
    report["drawn"] = [
        entry for entry in report["drawn"] if entry["key"] not in ("__DEFAULT", "__MISSING", "__WHITE", "__NORMAL")
    ]
    return report, read(browser.folder / "shot.png")


@pytest.mark.parametrize(("engine", "version"), [("phaser4", "4.2.1"), ("phaser3", "3.90.0")])
def test_phaser(browser: Browser, project: Sample, engine: str, version: str) -> None:
    project.write(browser.folder / "generated", "phaser", "aseprite", "starling")
    report, shot = open_phaser(browser, engine)
    assert report["version"] == version
    assert report["errors"] == []
    wanted = frame_pictures(project)
    assert differences(shot, report["drawn"], wanted) == []
    names = {entry["name"] for entry in report["drawn"]}
    assert {name for name in wanted if not name.startswith("xml#")} <= names
    assert wrong_times(project, report["played"]) == []
    for name in ("coin", "foes/slime-1"):
        for tag in project.animation(name).tags:  # Phaser plays Aseprite's tags once: the format has no loop for it
            found = report["aseprite"][f"ase:{name}"][tag.name]
            once = expected_steps(replace(tag, loop="once"), 1590)
            assert [step for _, step in found["steps"]] == [step for _, step in once]
            assert all(
                abs(a - b) <= 3 * (n + 1) for n, ((a, _), (b, _)) in enumerate(zip(found["steps"], once, strict=True))
            )
    pivots = {entry["name"]: entry["pivot"] for entry in report["drawn"]}
    assert pivots["characters#hero/walk_down_00"] == [12, 30]
    assert pivots["characters#ui/key-2"] == [6, 5]


@pytest.mark.parametrize("engine", ["phaser4", "phaser3"])
def test_phaser_refuses_broken_files(browser: Browser, project: Sample, engine: str) -> None:
    folder = browser.folder / "generated"
    project.write(folder, "phaser", "aseprite", "starling")
    atlas = json.loads((folder / "atlases/characters.phaser.json").read_text())
    frame = next(f for f in atlas["textures"][0]["frames"] if f["filename"] == "hero/walk_down_01")
    frame["spriteSourceSize"]["x"] += 1
    (folder / "atlases/characters.phaser.json").write_text(json.dumps(atlas))
    anims = json.loads((folder / "phaser.anims.json").read_text())
    anims["anims"][0]["frames"][0]["duration"] += 50
    (folder / "phaser.anims.json").write_text(json.dumps(anims))
    report, shot = open_phaser(browser, engine)
    assert differences(shot, report["drawn"], frame_pictures(project)) == ["characters#hero/walk_down_01"]
    assert len(wrong_times(project, report["played"])) == 1


def open_pixi(browser: Browser) -> tuple[Report, Picture]:
    report = browser.open("pixi", "pixi", {"sheets": ["generated/atlases/characters-0.json"]})
    for entry in report["drawn"]:
        entry["name"] = entry["frame"]
    return report, read(browser.folder / "shot.png")


def packed(project: Sample) -> dict[str, Picture]:
    placements = project.built.atlases["characters"].placements
    return {name: project.pictures[placement.frame.pixels] for name, placement in placements.items()}


def only_packed(project: Sample) -> Sample:
    """The project as PixiJS sees it: unpacked animations have no JSON."""
    assets = {name: asset for name, asset in project.built.assets.items() if name != "foes/slime-1"}
    return Sample(replace(project.built, assets=assets), project.pictures, project.files)


def test_pixi(browser: Browser, project: Sample) -> None:
    project.write(browser.folder / "generated", "pixi")
    report, shot = open_pixi(browser)
    assert report["version"].startswith("8.")
    assert report["errors"] == []
    assert differences(shot, report["drawn"], packed(project)) == []
    assert {entry["frame"] for entry in report["drawn"]} == set(packed(project))
    assert wrong_times(only_packed(project), report["played"]) == []
    assert report["borders"] == {"panel": {"left": 8, "top": 7, "right": 6, "bottom": 5}}
    assert {entry["frame"]: entry["pivot"] for entry in report["drawn"]}["hero/wave_01"] == [12, 30]


def test_pixi_refuses_broken_files(browser: Browser, project: Sample) -> None:
    folder = browser.folder / "generated"
    project.write(folder, "pixi")
    path = folder / "atlases/characters-0.json"
    sheet = json.loads(path.read_text())
    sheet["frames"]["hero/walk_down_02"]["frame"]["y"] += 1
    sheet["animations"]["hero/walk_down"].reverse()
    sheet["animations"]["hero/walk_down"].pop()
    path.write_text(json.dumps(sheet))
    report, shot = open_pixi(browser)
    assert differences(shot, report["drawn"], packed(project)) == ["hero/walk_down_02"]
    assert any("hero/walk_down" in entry for entry in wrong_times(only_packed(project), report["played"]))


def css_class(name: str) -> str:
    return name.replace("/", "-")


def css_jobs(project: Sample) -> tuple[Report, dict[tuple[str, int | None], Picture]]:
    wanted: dict[tuple[str, int | None], Picture] = {}
    times: dict[str, list[int]] = {}
    for name, pixels in packed(project).items():
        wanted[css_class(name), None] = pixels
    for asset in project.built.assets.values():
        if isinstance(asset, BuiltAnimation):
            for name in asset.frames:
                wanted[css_class(name), None] = project.frame(name)
            for tag in asset.tags:
                key, start = css_class(f"{asset.name}/{tag.name}"), 0
                for frame, time in zip(tag.frames, tag.durations, strict=True):
                    for at in (start + 2, start + time - 2):
                        times.setdefault(key, []).append(at)
                        wanted[key, at] = project.frame(frame)
                    start += time
                if tag.loop == "once":
                    times[key].append(start + 500)
                    wanted[key, start + 500] = project.frame(tag.frames[-1])
    classes = [name for name, time in wanted if time is None]
    sheets = ["generated/atlases/characters.css", "generated/animations/foes/slime-1.css"]
    return {"css": sheets, "classes": classes, "times": times}, wanted


def css_wrong(browser: Browser, project: Sample) -> list[str]:
    jobs, wanted = css_jobs(project)
    report = browser.open("css", None, jobs)
    assert report["errors"] == []
    shot = read(browser.folder / "shot.png")
    found = []
    for entry in report["drawn"]:
        picture = {entry["name"]: wanted[entry["name"], entry.get("time")]}
        found += differences(shot, [entry], picture)
    loops = {entry["name"]: entry["loop"] for entry in report["drawn"] if "time" in entry}
    assert loops["hero-wave"] == "1"
    assert loops["hero-walk_down"] == "infinite"
    return found


def test_css(browser: Browser, project: Sample) -> None:
    project.write(browser.folder / "generated", "css")
    assert css_wrong(browser, project) == []


def test_css_refuses_a_broken_file(browser: Browser, project: Sample) -> None:
    project.write(browser.folder / "generated", "css")
    path: Path = browser.folder / "generated/animations/foes/slime-1.css"
    path.write_text(path.read_text().replace("background-position: -18px", "background-position: -17px"))
    assert "foes-slime-1-hop_01" in css_wrong(browser, project)
