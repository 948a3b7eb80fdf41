"""Picture files through the build: written when their pixels change, and not for other bytes; `optimize: true`."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from workbench import Workbench, bench

from assetgen.pixels import png
from assetgen.pixels.picture import canonical, decode, pixel_digest, read
from assetgen.pixels.shrink import shrunk

GAME = """
version: 1
provider: placeholder
sprites:
  hero: {prompt: knight, style: rd_pro__default, size: 64, process: {scale: [1, 2]}}
  bat: {prompt: bat, style: rd_plus__classic, size: 48}
animations:
  walk: {prompt: knight, style: animation__walking_and_idle}
"""

PACKED = (
    GAME
    + """
engines: {pixi: {output: web}}
atlases: {all: {include: ["*"]}}
"""
)


@pytest.mark.parametrize("colors", [2, 200, 5000])
def test_large_pictures_are_the_same_file_from_one_thread_and_from_several(colors: int) -> None:
    noise = np.random.default_rng(colors)
    values = noise.integers(0, 1 << 32, colors, dtype=np.uint32)
    # Rows repeat further apart than a piece is long, and in the next row: what lies before a piece is of use in it.
    lines = values[noise.integers(0, colors, (64, 3001))].repeat(2, axis=0)
    picture = canonical(np.concatenate([lines, lines[::-1]] * 4).view(np.uint8).reshape(-1, 3001, 4))
    data = png.encode(picture)
    assert png.encode(picture, threads=3) == data
    assert np.array_equal(decode(data, what="ours"), picture)
    assert np.array_equal(np.asarray(Image.open(BytesIO(data)).convert("RGBA"))[..., 3], picture[..., 3])
    assert len(data) < 0.6 * picture.nbytes


@pytest.fixture
def game(tmp_path: Path) -> Workbench:
    made = bench(tmp_path, GAME)
    made.build()
    return made


def pixels(game: Workbench, *folders: str) -> dict[str, str]:
    files = game.files(*folders)
    return {path: pixel_digest(decode(data, what=path)) for path, data in files.items() if path.endswith(".png")}


def test_the_same_pixels_in_other_bytes_are_left_alone(game: Workbench) -> None:
    pictures = [game.root / path for path in game.files() if path.endswith(".png")]
    for path in pictures:  # as another machine's zlib, an optimizer or an editor would have written them
        Image.open(path).convert("RGBA").save(path, compress_level=1)
    before = game.times()
    assert game.plan()["actions"] == []
    game.build()
    game.edit("style: rd_plus__classic, size: 48}", "style: rd_plus__classic, size: 48, process: {scale: [1]}}")
    game.edit("provider: placeholder", "provider: placeholder\nproject: keep")
    game.build()
    game.build("--force")
    after = game.times()
    assert {path for path in before if before[path] != after[path]} == {"generated/assets.json"}


def test_only_changed_pixels_are_written(game: Workbench) -> None:
    before = game.times()
    game.edit("size: 48}", "size: 48, process: {mirror: x}}")
    game.build()
    after = game.times()
    assert {path for path in before if before[path] != after[path]} == {"generated/sprites/bat.png"}


def test_files_hold_no_metadata_and_no_filters(game: Workbench) -> None:
    for path, data in game.files().items():
        if path.endswith(".png"):
            assert set(chunks(data)) <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}, path
            assert png.encode(decode(data, what=path)) == data


def chunks(data: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(data):
        found.append(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return found


def test_optimize_makes_files_smaller_and_keeps_their_pixels(game: Workbench) -> None:
    before, drawn, paid = game.files(), pixels(game), game.files("originals")
    game.edit("size: 64, process", "size: 64, optimize: true, process")
    assert game.actions() == {"hero": "process: what is written changed"}
    game.build()
    after = game.files()
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {"generated/sprites/hero.png", "generated/sprites/hero@2x.png"}
    assert all(len(after[path]) < len(before[path]) for path in changed)
    assert pixels(game) == drawn
    assert game.files("originals") == paid
    assert game.plan()["actions"] == []
    assert game.run("check").status == 0
    game.build("--locked")
    assert game.files() == after


def test_pages_are_optimized_when_all_of_their_members_are(tmp_path: Path) -> None:
    game = bench(tmp_path, PACKED)
    game.build()
    before = {path: data for path, data in game.files("generated", "web").items() if path.endswith(".png")}
    drawn = pixels(game, "generated", "web")
    assert set(before) == {"generated/atlases/all-0.png", "web/atlases/all-0.png"}
    game.edit("size: 48}", "size: 48, optimize: true}")
    game.build()
    assert {path: data for path, data in game.files("generated", "web").items() if path in before} == before
    game.edit("version: 1", "version: 1\ndefaults: {sprites: {optimize: true}, animations: {optimize: true}}")
    game.build()
    after = game.files("generated", "web")
    assert all(len(after[path]) < len(before[path]) for path in before)
    assert pixels(game, "generated", "web") == drawn


def test_the_missing_extra_is_named_and_nothing_is_bought_twice(
    game: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "oxipng", None)
    game.edit("size: 64, process", "size: 64, optimize: true, process")
    before = game.times()
    report = game.build(status=1)
    assert "pip install 'assetgen[optimize]'" in report["assets"]["hero"]["error"]
    assert report["assets"]["hero"]["error"].startswith("assets.yaml:5:")
    assert {path for path, time in game.times().items() if before[path] != time} <= {"generated/assets.json"}
    monkeypatch.undo()
    assert game.build()["assets"]["hero"]["status"] == "built"


def test_shrinking_is_exact_and_never_grows(tmp_path: Path) -> None:
    game = bench(tmp_path, GAME)
    game.build()
    for path in (game.root / "generated").rglob("*.png"):
        picture = read(path)
        data = png.encode(picture)
        small = shrunk(data)
        assert len(small) <= len(data)
        assert pixel_digest(decode(small, what=path.name)) == pixel_digest(picture)
        assert shrunk(data) == small
        assert len(shrunk(small)) <= len(small)
