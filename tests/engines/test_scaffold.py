"""The scaffolded projects run in their engines: the ground is drawn of tiles, the hero walks when a key is held."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from export_sample import GRASS, STONE, Maker, Sample, Steps, picture, sample
from msgspec.structs import replace

from assetgen.export.scaffold import ENGINES, scaffold
from assetgen.pixels.picture import read
from engines.screens import SHOTS

MARKS = {"godot": pytest.mark.engine, "love": pytest.mark.engine, "phaser": pytest.mark.browser}


def with_walker(project: Sample) -> Sample:
    """The sample with an animation that walks and stands in four directions."""
    make = Maker()
    tags: dict[str, Steps] = {}
    for number, direction in enumerate(("down", "left", "up", "right")):
        steps = [picture(24, 24, 500 + 10 * number + step, (5, 1, 19, 22)) for step in range(3)]
        tags[f"walk_{direction}"] = ([steps[0], steps[1], steps[0], steps[2]], [125] * 4, "repeat")
        tags[f"idle_{direction}"] = (steps[:1], [500], "repeat")
    walker = make.animation("hero_walk", tags)
    built = replace(
        project.built,
        assets={**project.built.assets, "hero_walk": walker},
        files={**project.built.files, **make.roles},
    )
    return Sample(built, {**project.pictures, **make.pictures}, {**project.files, **make.files})


@pytest.mark.parametrize("engine", [pytest.param(name, marks=MARKS[name]) for name in ENGINES])
def test_the_hero_walks(engine: str, tmp_path: Path) -> None:
    game, shots = tmp_path / "project", tmp_path / "shots"
    shots.mkdir()
    with_walker(sample()).write(game / "generated", engine)
    for path, text in scaffold(engine).items():
        (game / path).write_text(text, encoding="utf-8")
    before, after = (read(path) for path in SHOTS[engine](game, shots))
    assert before.shape == after.shape == (720, 960, 4)
    for color in (STONE, GRASS):
        share = np.mean(np.all(before[..., :3] == np.array(color[:3], np.uint8), axis=-1))
        assert share > 0.1, f"{color}: {share}"
    changed = np.argwhere(np.any(before != after, axis=-1))
    left, right = changed[:, 1].min(), changed[:, 1].max()
    assert 400 < left < 480  # where the hero stood: 160 * 3, less half of its 24 pixels
    assert right - left > 200  # and about a second of 60 pixels a second further, three times enlarged


@pytest.mark.parametrize("engine", ENGINES)
def test_texts_name_the_project_and_its_files(engine: str) -> None:
    files = scaffold(engine, project="lantern", output="art/out", hero="knight", tileset="cave")
    text = "\n".join(files.values())
    assert "@" not in text.replace("@2x", "")
    assert {"lantern", "art/out", "knight", "cave"} <= {
        word for word in ("lantern", "art/out", "knight", "cave") if word in text
    }
    with pytest.raises(KeyError):
        scaffold("unreal")
