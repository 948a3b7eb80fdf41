"""LÖVE draws every frame of the exported tables, and the grid that anim8 cuts."""

from __future__ import annotations

import numpy as np
import pytest
from export_sample import Sample

from assetgen.model.built import BuiltAnimation
from assetgen.pixels.picture import read
from engines.machines import Love

pytestmark = pytest.mark.engine
FILES = ["generated/atlases/characters.lua", "generated/animations/foes/slime-1.lua"]


def wrong(love: Love, project: Sample) -> list[str]:
    """Names of frames that are not drawn as their files, and of animations whose times differ."""
    result = love.run(FILES)
    shot = read(result / "shot.png")
    found, seen = [], set()
    animations = {}
    for line in (result / "report.txt").read_text().splitlines():
        kind, name, *rest = line.split("\t")
        if kind == "frame":
            x, y = map(int, rest)
            cell, picture = shot[y : y + 64, x : x + 64], project.frame(name)
            canvas = np.zeros_like(cell)
            canvas[: picture.shape[0], : picture.shape[1]] = picture
            seen.add(name)
            if not np.array_equal(np.where(cell[..., 3:] > 0, cell, 0), canvas):
                found.append(name)
        elif kind == "animation":
            animations[name] = rest
    for asset in project.built.assets.values():
        for tag in asset.tags if isinstance(asset, BuiltAnimation) else ():
            frames, durations, loop = animations[f"{asset.name}/{tag.name}"]
            times = tuple(round(float(time) * 1000) for time in durations.split(","))
            same = frames.split(",") == list(tag.frames) and times == tag.durations
            if not same or (loop == "false") != (tag.loop == "once"):
                found.append(f"{asset.name}/{tag.name}")
            assert set(tag.frames) <= seen
    return found


def test_draws_every_frame(love: Love, project: Sample) -> None:
    project.write(love.folder / "generated", "love")
    assert wrong(love, project) == []


def test_refuses_a_broken_file(love: Love, project: Sample) -> None:
    project.write(love.folder / "generated", "love")
    path = love.folder / FILES[0]
    text = path.read_text()
    assert "ox=4, oy=2" in text
    path.write_text(text.replace("ox=4, oy=2", "ox=5, oy=2").replace("0.35", "0.36"))
    assert {"hero/walk_down_00", "hero/walk_down"} <= set(wrong(love, project))
