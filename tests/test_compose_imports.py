"""Aseprite files and Aseprite JSON as sources and inputs: tags, durations and slices come along."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawings import drawn, save, shown, square, strip
from test_aseprite import block, cel, chunk, document, layer, tags, text
from workbench import Workbench, bench

from assetgen.pixels.picture import Picture

SIZE = (16, 16)


def figure(step: int) -> Picture:
    return drawn(*SIZE, (4 + step, 3, 6, 12, "406080"), (5, 4, 2, 2, "ffcc99"))


def slices(box: tuple[int, int, int, int], center: tuple[int, int, int, int], pivot: tuple[int, int]) -> bytes:
    body = struct.pack("<III", 1, 3, 0) + text("panel") + struct.pack("<IiiII", 0, *box)
    return chunk(0x2022, body + struct.pack("<iiII", *center) + struct.pack("<ii", *pivot))


def aseprite(*frames: Picture, more: tuple[bytes, ...] = ()) -> bytes:
    cels = [[cel(frame)] for frame in frames]
    return document([layer(), *cels[0], *more], *cels[1:], size=SIZE)


MANIFEST = """\
version: 1
provider: placeholder
defaults: {animations: {fps: 8}}
animations:
  hero: {file: art/hero.aseprite}
"""


@pytest.fixture
def game(tmp_path: Path) -> Workbench:
    made = bench(tmp_path, MANIFEST)
    (made.root / "art").mkdir()
    entries = tags((0, 2, 2, 0, "walk"), (3, 3, 0, 1, "fall over"))
    (made.root / "art/hero.aseprite").write_bytes(aseprite(*map(figure, range(4)), more=(entries,)))
    return made


def test_tags_durations_and_loops_come_along(game: Workbench) -> None:
    game.build()
    hero = game.index()["animations"]["hero"]
    walk = hero["tags"]["walk"]
    assert (walk["durations_ms"], walk["loop"]) == ([100, 101, 102, 101], "pingpong")
    assert hero["tags"]["fall_over"]["loop"] == "once"
    assert np.array_equal(shown(game.root, walk["files"][3]), figure(1))
    assert game.plan()["actions"] == []


def test_the_manifest_has_the_last_word(game: Workbench) -> None:
    game.edit(
        "{file: art/hero.aseprite}", "{file: art/hero.aseprite, tags: {walk: {name: stroll, fps: 10}}, pivot: [3, 4]}"
    )
    game.build()
    hero = game.index()["animations"]["hero"]
    assert hero["tags"]["stroll"]["durations_ms"] == [100] * 4
    assert hero["tags"]["fall_over"]["durations_ms"] == [103]
    assert hero["pivot"] == [3, 4]


def test_a_file_of_one_sheet_is_cut_by_a_layout(game: Workbench) -> None:
    wide = strip(drawn(8, 16, (1, 1, 5, 5, "00ff00")), drawn(8, 16, (2, 2, 5, 5, "00ff00")))
    (game.root / "art/hero.aseprite").write_bytes(aseprite(wide))
    game.edit("{file: art/hero.aseprite}", "{file: art/hero.aseprite, layout: {columns: 2, rows: 1}}")
    game.build()
    hero = game.index()["animations"]["hero"]
    assert hero["cell"] == [8, 16]
    assert np.array_equal(shown(game.root, hero["tags"]["animation"]["files"][1]), wide[:, 8:])


def sheet_json(root: Path, image: str = "hero.png", size: int = 16) -> None:
    """What Aseprite exports: two frames, the second trimmed."""
    frame = {"x": 0, "y": 0, "w": size, "h": size}
    frames: dict[str, Any] = {
        "0": {"frame": frame, "spriteSourceSize": frame, "sourceSize": {"w": size, "h": size}, "duration": 80},
        "1": {
            "frame": {"x": 21, "y": 3, "w": 6, "h": 12}, "trimmed": True, "duration": 120,
            "spriteSourceSize": {"x": 5, "y": 3, "w": 6, "h": 12}, "sourceSize": {"w": size, "h": size},
        },
    }  # fmt: skip
    meta = {"image": image, "frameTags": [{"name": "walk", "from": 0, "to": 1, "direction": "forward"}]}
    (root / "art/hero.json").write_text(json.dumps({"frames": frames, "meta": meta}))


def test_an_exported_json_brings_its_picture(game: Workbench) -> None:
    sheet_json(game.root)
    save(game.root, "art/hero.png", strip(figure(0), figure(1)))
    game.edit("hero.aseprite", "hero.json")
    game.build()
    walk = game.index()["animations"]["hero"]["tags"]["walk"]
    assert walk["durations_ms"] == [80, 120]
    assert np.array_equal(shown(game.root, walk["files"][1]), figure(1))
    assert game.plan()["actions"] == []
    save(game.root, "art/hero.png", strip(figure(2), figure(1)))
    assert list(game.actions()) == ["hero"]
    game.build()
    assert np.array_equal(shown(game.root, walk["files"][0]), figure(2))


@pytest.mark.parametrize("image", ["../../secret.png", "/etc/passwd", "C:/x.png"])
def test_a_json_cannot_name_a_picture_outside(game: Workbench, image: str) -> None:
    sheet_json(game.root, image)
    game.edit("hero.aseprite", "hero.json")
    error = game.build(status=1)["assets"]["hero"]["error"]
    assert "art/hero.json" in error
    assert "does not lie in the project" in error


def test_a_json_without_its_picture_is_told(game: Workbench) -> None:
    sheet_json(game.root)
    game.edit("hero.aseprite", "hero.json")
    assert "art/hero.png" in game.build(status=1)["assets"]["hero"]["error"]
    (game.root / "art/hero.json").write_text('{"a": 1}')
    assert "not an Aseprite JSON" in game.build(status=1)["assets"]["hero"]["error"]


PANEL = """\
version: 1
provider: placeholder
sprites:
  panel: {file: art/panel.aseprite}
  framed: {file: art/panel.aseprite, process: {canvas: {margin: 2}}}
  own: {file: art/panel.aseprite, nine_slice: 2, pivot: [0, 0]}
"""


def test_slices_give_nine_slice_and_pivot(tmp_path: Path) -> None:
    game = bench(tmp_path, PANEL)
    (game.root / "art").mkdir()
    boxes = slices((1, 1, 14, 14), (3, 4, 8, 6), (7, 13))
    (game.root / "art/panel.aseprite").write_bytes(aseprite(figure(0), figure(1), more=(boxes,)))
    game.build()
    sprites = game.index()["sprites"]
    assert sprites["panel"]["nine_slice"] == {"left": 4, "top": 5, "right": 4, "bottom": 5}
    assert sprites["panel"]["pivot"] == [8, 14]
    assert np.array_equal(shown(game.root, "sprites/panel.png"), figure(0))
    assert sprites["framed"]["pivot"] == [10, 16]
    assert "nine_slice" not in sprites["framed"]
    assert sprites["own"]["nine_slice"] == {"left": 2, "top": 2, "right": 2, "bottom": 2}
    assert sprites["own"]["pivot"] == [0, 0]


def test_a_tileset_may_be_an_aseprite_file(tmp_path: Path) -> None:
    game = bench(tmp_path, "version: 1\nprovider: placeholder\ntilesets:\n  deco: {file: art/deco.ase, tile_size: 8}\n")
    (game.root / "art").mkdir()
    (game.root / "art/deco.ase").write_bytes(aseprite(square("aa0000")))
    game.build()
    assert game.index()["tilesets"]["deco"]["columns"] == 2
    assert np.array_equal(shown(game.root, "tilesets/deco.png"), square("aa0000"))


INPUTS = """\
version: 1
provider: placeholder
sprites:
  hat: {edit: ./art/hero.aseprite, prompt: add a hat}
  cape: {edit: hero/walk_01, prompt: add a cape}
  crown: {edit: still, prompt: add a crown}
  still: {file: art/hero.aseprite}
animations:
  hero: {file: art/hero.aseprite}
  run: {prompt: running, style: rd_advanced_animation__walking, input: ./art/large.aseprite, frames: 4}
"""


def test_aseprite_files_are_inputs_by_their_first_frame(game: Workbench) -> None:
    game.write(INPUTS)
    large = document([layer(), cel(block((200, 40, 40, 255), 20, 30), at=(5, 1))], size=(32, 32))
    (game.root / "art/large.aseprite").write_bytes(large)
    game.build()
    assert game.plan()["actions"] == []
    entries = tags((0, 2, 2, 0, "walk"), (3, 3, 0, 1, "fall over"))
    later = aseprite(figure(0), figure(1), figure(3), figure(2), more=(entries,))
    (game.root / "art/hero.aseprite").write_bytes(later)
    assert set(game.actions()) == {"hero", "still"}, "the first frame and the second are what they were"
    (game.root / "art/hero.aseprite").write_bytes(aseprite(figure(2), figure(1), figure(3), figure(2), more=(entries,)))
    verbs = {name: action.split(":")[0] for name, action in game.actions().items()}
    assert verbs == {"hat": "edit", "crown": "edit", "hero": "process", "still": "process"}


def test_animated_files_are_inputs_by_their_first_frame_as_well(tmp_path: Path) -> None:
    from PIL import Image

    game = bench(
        tmp_path, "version: 1\nprovider: placeholder\nsprites:\n  hat: {edit: ./art/a.gif, prompt: add a hat}\n"
    )
    (game.root / "art").mkdir()
    frames = [Image.fromarray(figure(step)) for step in range(3)]
    frames[0].save(game.root / "art/a.gif", save_all=True, append_images=frames[1:], duration=90, disposal=2)
    game.build()
    assert game.plan()["actions"] == []


def test_frames_may_be_a_glob_of_files(tmp_path: Path) -> None:
    game = bench(tmp_path, 'version: 1\nprovider: placeholder\nanimations:\n  hero: {file: "art/f_*.png"}\n'
                           "sprites:\n  cape: {edit: hero/animation_02, prompt: add a cape}\n")  # fmt: skip
    for step in range(3):
        save(game.root, f"art/f_{step}.png", figure(step))
    game.build()
    assert len(game.index()["animations"]["hero"]["tags"]["animation"]["frames"]) == 3
    assert game.plan()["actions"] == []
    save(game.root, "art/f_3.png", drawn(8, 8, (1, 1, 5, 5, "00ff00")))
    assert "not all of one size: 8×8, 16×16" in game.build(status=1)["assets"]["hero"]["error"]
