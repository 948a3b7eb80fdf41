"""Formats whose engine cannot run here, read by strict readers: frames pixel for pixel, times, pivots, ids."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from export_sample import Sample, sample, write_output
from hypothesis import given, settings
from hypothesis import strategies as st
from strict_readers import (
    Cut,
    aseprite,
    bevy,
    cocos2d,
    defold_atlas,
    defold_tiles,
    ldtk_level,
    libgdx,
    starling,
    unity,
)

from assetgen.export.defold import rate
from assetgen.export.jsontext import dumps
from assetgen.export.regions import Region
from assetgen.export.texturepacker import hash_record, record
from assetgen.model.built import Box, BuiltAnimation, BuiltTag, BuiltTileset, Size
from assetgen.pixels.picture import read

PAGES = ("atlases/characters-0", "atlases/characters-1")
SHEET = "animations/foes/slime-1"


@pytest.fixture(scope="module")
def project() -> Sample:
    return sample()


def tags(project: Sample) -> list[tuple[BuiltAnimation, BuiltTag]]:
    animations = [asset for asset in project.built.assets.values() if isinstance(asset, BuiltAnimation)]
    return [(animation, tag) for animation in animations for tag in animation.tags]


def frames(project: Sample) -> set[str]:
    """Frames of packed assets and of the unpacked animation."""
    packed = set(project.built.atlases["characters"].placements)
    return packed | set(project.animation("foes/slime-1").frames)


def pivot_of(project: Sample, name: str) -> tuple[int, int]:
    asset = project.built.assets.get(name) or project.animation(name.rpartition("/")[0])
    assert not isinstance(asset, BuiltTileset)
    return asset.pivot


def assert_frames(project: Sample, cuts: dict[str, Cut]) -> None:
    assert set(cuts) == frames(project)
    for name, cut in cuts.items():
        assert np.array_equal(cut.picture(), project.frame(name)), name
        assert cut.pivot == pytest.approx(pivot_of(project, name), abs=1e-3), name


@pytest.mark.parametrize(
    ("engine", "reader", "ending", "break_it"),
    [
        ("starling", starling, ".xml", ('frameX="-4"', 'frameX="-3"')),
        ("cocos2d", cocos2d, ".plist", ("<string>{{1,1},", "<string>{{2,1},")),
        ("bevy", bevy, ".ron", ("(min: (1, 1)", "(min: (2, 1)")),
    ],
)
def test_one_file_a_page(
    project: Sample,
    tmp_path: Path,
    engine: str,
    reader: Callable[[Path], dict[str, Cut]],
    ending: str,
    break_it: tuple[str, str],
) -> None:
    project.write(tmp_path, engine)
    files = [tmp_path / (stem + ending) for stem in (*PAGES, SHEET)]
    assert_frames(project, {name: cut for file in files for name, cut in reader(file).items()})
    old, new = break_it
    broken = files[0].read_text()
    assert old in broken
    files[0].write_text(broken.replace(old, new))
    with pytest.raises(AssertionError):
        assert_frames(project, {name: cut for file in files for name, cut in reader(file).items()})


def test_cocos2d_animations(project: Sample, tmp_path: Path) -> None:
    import plistlib

    project.write(tmp_path, "cocos2d")
    found = plistlib.loads((tmp_path / "atlases/characters.animations.plist").read_bytes())
    assert found["properties"] == {"format": 2, "spritesheets": ["characters-0.plist", "characters-1.plist"]}
    walk = found["animations"]["hero/walk_down"]
    times = [frame["delayUnits"] * walk["delayPerUnit"] * 1000 for frame in walk["frames"]]
    assert times == pytest.approx([100, 150, 100, 350])


def test_libgdx(project: Sample, tmp_path: Path) -> None:
    project.write(tmp_path, "libgdx")
    found = libgdx(tmp_path / "atlases/characters.atlas") | libgdx(tmp_path / f"{SHEET}.atlas")
    for animation, tag in tags(project):
        for step, name in enumerate(tag.frames):
            assert np.array_equal(found[f"{animation.name}/{tag.name}", step].picture(), project.frame(name))
    assert np.array_equal(found["ui/key-2", -1].picture(), project.frame("ui/key-2"))
    assert len(found) == len(frames(project))
    path = tmp_path / "atlases/characters.atlas"
    assert "  split: 7, 6, 7, 4\n" in path.read_text()  # left, right, top, bottom of the cut
    path.write_text(path.read_text().replace("  offset: 4, 2", "  offset: 4, 3"))
    assert not np.array_equal(libgdx(path)["hero/walk_down", 0].picture(), project.frame("hero/walk_down_00"))


@pytest.mark.parametrize("form", ["hash", "array"])
def test_aseprite(project: Sample, tmp_path: Path, form: str) -> None:
    project.write_pictures(tmp_path)
    for output in project.export("aseprite", form=form):
        write_output(tmp_path, output)
    assert project.warnings == [
        ("hero", "aseprite: its frames lie on several pages, which one file cannot hold: no file")
    ]
    for key in ("coin", "foes/slime-1"):
        animation = project.animation(key)
        cuts, durations, ranges = aseprite(tmp_path / f"animations/{key}.aseprite.json")
        assert list(ranges) == [tag.name for tag in animation.tags]
        for tag in animation.tags:
            first, last = ranges[tag.name]
            assert durations[first : last + 1] == list(tag.durations)
            for cut, name in zip(cuts[first : last + 1], tag.frames, strict=True):
                assert np.array_equal(cut.picture(), project.frame(name))
    document = json.loads((tmp_path / "animations/coin.aseprite.json").read_text())
    assert document["meta"]["slices"][0]["keys"][0]["pivot"] == {"x": 6, "y": 10}


def test_defold(project: Sample, tmp_path: Path) -> None:
    project.write(tmp_path / "generated", "defold")
    folder = tmp_path / "generated"
    animations, images = defold_atlas(folder / f"{SHEET}.defold.atlas", tmp_path)
    assert images == []
    for tag in project.animation("foes/slime-1").tags:
        pictures, seconds, loop = animations[tag.name]
        assert loop == (tag.loop != "once")
        wanted = [project.frame(name) for name in tag.frames]
        times = [0.0] * len(wanted)
        step = 0
        for picture in pictures:  # neighbouring pictures of a step are equal, those of different steps are not
            if not np.array_equal(picture, wanted[step]):
                step += 1
            assert np.array_equal(picture, wanted[step])
            times[step] += seconds * 1000
        assert times == pytest.approx(tag.durations, rel=0.01)
    _, images = defold_atlas(folder / "sprites/logo.defold.atlas", tmp_path)
    assert np.array_equal(images[0], project.frame("logo"))
    tiles, cycles = defold_tiles(folder / "tilesets/meadow.tilesource", tmp_path)
    for tile in project.meadow.tiles:
        assert np.array_equal(tiles[tile.id], project.pictures[tile.frame.pixels])
    assert cycles == []  # its steps are unequal, which a tile source cannot say
    assert any("tile 20" in message for _, message in project.warnings)
    path = folder / "sprites/logo.defold.atlas"
    path.write_text(path.read_text().replace("margin", "margins"))
    with pytest.raises(AssertionError, match="no field margins"):
        defold_atlas(path, tmp_path)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=12))
@settings(deadline=None, max_examples=60)
def test_defold_rate_holds_every_duration(durations: list[int]) -> None:
    fps, steps = rate(durations)
    assert 1 <= fps <= 1000
    assert [count * 1000 / fps for count in steps] == pytest.approx(durations, rel=0.01)


def test_gamemaker(project: Sample, tmp_path: Path) -> None:
    outputs = project.write(tmp_path, "gamemaker")
    names = {path for path in outputs if "_strip" in path}
    assert "animations/coin_strip3.png" in names  # one tag: the animation's name alone
    assert "animations/foes_slime_1_hop_strip4.png" in names
    for animation, tag in tags(project):
        stem = animation.name.replace("/", "_").replace("-", "_")
        stem = stem if len(animation.tags) == 1 else f"{stem}_{tag.name}"
        strip = read(tmp_path / f"animations/{stem}_strip{len(tag.frames)}.png")
        assert strip.shape[1] % len(tag.frames) == 0
        cells = np.split(strip, len(tag.frames), axis=1)
        assert all(np.array_equal(cell, project.frame(name)) for cell, name in zip(cells, tag.frames, strict=True))


def test_unity(project: Sample, tmp_path: Path) -> None:
    outputs = project.write(tmp_path, "unity")
    metas = [path for path in outputs if path.endswith(".meta")]
    assert len(metas) == 9
    seen: set[str] = set()
    guids = {(tmp_path / path).read_text().splitlines()[1] for path in metas}
    assert len(guids) == len(metas)
    for stem in (*PAGES, SHEET):
        sprites, importer = unity(tmp_path / f"{stem}.png.meta")
        assert importer["spriteMode"] == "2"
        assert importer["textureSettings"]["filterMode"] == "0"
        for name, (cut, border, _) in sprites.items():
            frame = next(frame for frame in frames(project) if frame.replace("/", "_") == name)
            seen.add(frame)
            whole = project.frame(frame)
            ys, xs = np.nonzero(whole[..., 3])
            left, top = (int(xs.min()), int(ys.min())) if len(xs) and stem != SHEET else (0, 0)
            w, h = cut.rect[2:]
            assert np.array_equal(cut.picture(), whole[top : top + h, left : left + w]), name
            x, y = pivot_of(project, frame)
            assert cut.pivot == pytest.approx((cut.rect[0] + x - left, cut.rect[1] + y - top), abs=1e-3), name
            assert border == ((7, 4, 6, 7) if frame == "panel" else (0, 0, 0, 0))
    assert seen == frames(project)
    sprites, importer = unity(tmp_path / "sprites/frame.png.meta")
    assert sprites[""][1] == (6, 6, 6, 6)
    tiles, _ = unity(tmp_path / "tilesets/meadow.png.meta")
    for tile in project.meadow.tiles:
        assert np.array_equal(tiles[f"meadow_{tile.id:02d}"][0].picture(), project.pictures[tile.frame.pixels])
    path = tmp_path / "atlases/characters-0.png.meta"
    path.write_text(path.read_text().replace("    - serializedVersion: 2\n      name: coin_spin_00", "    - name: x"))
    with pytest.raises((AssertionError, KeyError)):
        unity(path)


def test_ldtk_corners(project: Sample, tmp_path: Path) -> None:
    project.write(tmp_path, "ldtk")
    picture, cells, found = ldtk_level(tmp_path / "tilesets/meadow.ldtk")
    names = {value["value"]: value["identifier"] for value in found["defs"]["layers"][0]["intGridValues"]}
    assert names == {1: "stone", 2: "grass"}
    by_corners = {tile.corners: tile for tile in reversed(project.meadow.tiles) if tile.corners}
    for y in range(len(cells) - 1):
        for x in range(len(cells[0]) - 1):
            corners = tuple(names[cells[y + dy][x + dx]] for dy in (0, 1) for dx in (0, 1))
            wanted = project.pictures[by_corners[corners].frame.pixels]
            assert np.array_equal(picture[y * 16 + 8 : y * 16 + 24, x * 16 + 8 : x * 16 + 24], wanted)


def test_ldtk_blob(project: Sample, tmp_path: Path) -> None:
    from assetgen.pixels import autotile

    project.write(tmp_path, "ldtk")
    picture, cells, found = ldtk_level(tmp_path / "tilesets/meadow-blob47.ldtk")
    sheet = project.meadow.sheets[0]
    rules = found["defs"]["layers"][0]["autoRuleGroups"][0]["rules"]
    assert len(rules) == 47
    by_mask = {mask: cell for mask, cell in zip(sheet.peering, sheet.cells, strict=True) if cell is not None}
    inside = np.array(cells, bool)
    for y, x in np.argwhere(inside):
        mask = sum(
            bit
            for bit, (dx, dy) in zip(
                (1, 2, 4, 8, 16, 32, 64, 128),
                ((0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1)),
                strict=True,
            )
            if 0 <= y + dy < inside.shape[0] and 0 <= x + dx < inside.shape[1] and inside[y + dy, x + dx]
        )
        wanted = project.pictures[by_mask[autotile.reduced(mask)]]
        assert np.array_equal(picture[y * 32 : y * 32 + 32, x * 32 : x * 32 + 32], wanted)


SIDES = st.tuples(st.integers(1, 5000), st.integers(1, 5000))
PLACES = st.tuples(*[st.integers(0, 5000)] * 6)


@settings(deadline=None)
@given(SIDES, SIDES, PLACES, st.none() | st.tuples(*[st.integers(0, 400)] * 4), st.integers(1, 3))
def test_a_frame_of_a_hash_file_is_laid_out_like_any_other_value(
    size: Size, cut: Size, place: tuple[int, ...], borders: Box | None, count: int
) -> None:
    x, y, ox, oy, *pivot = place
    region = Region("a", "a", x, y, *cut, ox, oy, size, (pivot[0], pivot[1]), "", nine_slice=borders)
    names = ("left", "top", "right", "bottom")
    plain = record(region) | ({"borders": dict(zip(names, borders, strict=True))} if borders else {})
    laid, values = ({f"f{n}": value for n in range(count)} for value in (hash_record(region), plain))
    assert dumps({"frames": laid, "meta": 1}, width=200) == dumps({"frames": values, "meta": 1}, width=200)
