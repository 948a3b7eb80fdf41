"""OUTPUTS, sentence by sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image
from workbench import bench

from assetgen.build.processing import Processing

HEAD = "version: 1\nprovider: placeholder\n"


def test_an_empty_frame_keeps_one_pixel_in_its_atlas(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        HEAD
        + "animations: {blink: {file: blink.png, layout: {columns: 2, rows: 1}, quality: {empty: warn}}}\n"
        + "sprites: {nothing: {file: nothing.png}}\n"
        + "atlases: {a: {include: [blink, nothing]}}\n",
    )
    Image.new("RGBA", (4, 4)).save(game.root / "nothing.png")
    strip = Image.new("RGBA", (20, 10))
    strip.paste((9, 8, 7, 255), (2, 2, 6, 7))
    strip.save(game.root / "blink.png")
    report = game.build()
    assert {warning["check"] for warning in report["warnings"]} == {"empty"}
    frames = json.loads((game.root / "generated/atlases/a-0.json").read_text())["frames"]
    for name, size in (("nothing", {"w": 4, "h": 4}), ("blink/animation_01", {"w": 10, "h": 10})):
        assert (frames[name]["frame"]["w"], frames[name]["frame"]["h"]) == (1, 1)
        assert frames[name]["sourceSize"] == size


def test_a_page_that_cannot_be_indexed_is_told(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        HEAD
        + "sprites: {many: {file: many.png}, few: {file: few.png}}\n"
        + "atlases: {a: {include: [many], indexed: true}, b: {include: [few], indexed: true}}\n",
    )
    pixels = b"".join(bytes((n % 256, n // 256, 7, 255)) for n in range(400))
    Image.frombytes("RGBA", (20, 20), pixels).save(game.root / "many.png")
    Image.new("RGBA", (20, 20), (1, 2, 3, 255)).save(game.root / "few.png")
    (warning,) = game.build()["warnings"]
    assert (warning["asset"], warning["check"]) == ("atlas:a", "indexed")
    assert warning["message"].startswith("page 0 has 400 colours, an indexed PNG at most 256")
    modes = []
    for name in "ab":
        with Image.open(game.root / f"generated/atlases/{name}-0.png") as page:
            modes.append(page.mode)
    assert modes == ["RGB", "P"]
    (again,) = game.build("--repack")["warnings"]
    assert again == warning


def test_tags_that_would_be_one_animation_in_an_engine_are_told(tmp_path: Path) -> None:
    grid = "file: x.png, layout: {columns: 2, rows: 1}, quality: {static: off, bleeding: off, cut_off: off}"
    game = bench(
        tmp_path,
        f"{HEAD}engines: [defold]\nanimations:\n  a: {{{grid}, tags: {{b_c: [0, 1]}}}}\n"
        f"  a_b: {{{grid}, tags: {{c: [0, 1]}}}}\natlases: {{all: {{include: [a, a_b]}}}}\n",
    )
    Image.new("RGBA", (20, 10), (1, 2, 3, 255)).save(game.root / "x.png")
    (warning,) = game.build(status=1)["warnings"]
    assert warning["message"] == "defold: animations of 'a_b' and 'a' are both a_b_c: rename one"
    game.edit("tags: {c: ", "tags: {d: ")
    game.build()
    assert (game.root / "generated/atlases/all.defold.atlas").read_text().count('id: "a_b_') == 2


def test_an_editors_file_that_is_no_longer_written_is_told_where_it_stays(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        HEAD + "project: p\nengines: [godot]\nanimations: {a: {file: x.png, layout: {columns: 2, rows: 1}}}\n",
    )
    strip = Image.new("RGBA", (20, 10))
    strip.paste((1, 2, 3, 255), (2, 2, 6, 8))
    strip.paste((1, 2, 3, 255), (13, 2, 17, 8))
    strip.paste((9, 9, 9, 255), (14, 3, 15, 4))
    strip.save(game.root / "x.png")
    game.build()
    game.edit("engines: [godot]", "engines: [phaser]")
    clone = game.copy(tmp_path / "clone")
    clone.forget(".assetgen")
    assert game.build()["warnings"] == []  # here it is known that nobody touched it
    assert not (game.root / "generated/animations/a.tres").exists()
    (warning,) = clone.build()["warnings"]
    assert (warning["asset"], warning["check"]) == ("index", "kept")
    assert warning["message"].startswith("generated/animations/a.tres is no longer written")
    assert (clone.root / "generated/animations/a.tres").exists()


def test_the_report_says_why_an_atlas_failed(tmp_path: Path) -> None:
    game = bench(tmp_path, HEAD + "sprites: {x: {file: x.png}}\natlases: {a: {include: [x], max_size: 8}}\n")
    Image.new("RGBA", (20, 20), (1, 2, 3, 255)).save(game.root / "x.png")
    (warning,) = game.build(status=1)["warnings"]
    assert (warning["asset"], warning["check"]) == ("atlas:a", "failed")
    assert warning["message"].startswith("assets.yaml:4:11: frame x is 20×20 pixels; a page of atlas a is at most 8×8")


def test_write_chooses_and_nothing_else_stays(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        HEAD
        + "write: [sheet]\n"
        + "sprites: {s: {file: s.png}}\n"
        + "animations: {w: {file: w.png, layout: {columns: 2, rows: 1}}}\n"
        + "palettes: {p: [ff0000]}\n",
    )
    Image.new("RGBA", (4, 4), (1, 2, 3, 255)).save(game.root / "s.png")
    strip = Image.new("RGBA", (20, 10), (9, 9, 9, 255))
    strip.paste((9, 8, 7, 255), (2, 2, 6, 7))
    strip.save(game.root / "w.png")
    game.build()
    assert list(game.files()) == ["generated/animations/w.png", "generated/assets.json"]
    game.edit("write: [sheet]", "write: [frames, single]")
    assert game.actions() == dict.fromkeys(("s", "w"), "process: what is written changed")
    game.build()
    assert list(game.files()) == [
        "generated/animations/w/animation_00.png",
        "generated/animations/w/animation_01.png",
        "generated/assets.json",
        "generated/sprites/s.png",
    ]
    game.edit("write: [frames, single]", "write: [palettes]")
    assert game.actions()["palette:p"] == "process: what is written changed"


def _ends(selection: object, processing: Processing) -> None:
    """In the place of the last stage of a build: what is before it is on the disk, and the process ends."""
    processing.writer.flush()
    processing.keeper.flush()
    raise SystemExit(9)


@pytest.mark.parametrize("killed", [False, True])
def test_a_renamed_asset_keeps_its_ids_and_what_editors_added(
    tmp_path: Path, killed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`killed`: the run that carries the names over ends after the lock knows them, before the engines' files move."""
    game = bench(
        tmp_path,
        """version: 1
project: lantern
provider: placeholder
engines: [godot, unity, tiled, ldtk]
sprites:
  lone: {file: art/gem.png}
  lone/other: {file: art/other.png}
animations:
  coin: {file: art/coin.png, layout: {columns: 2, rows: 1}, tags: {spin: [0, 1]}}
tilesets:
  plain: {file: art/tiles.png, tile_size: 8}
""",
    )
    (game.root / "art").mkdir()
    for number, name in enumerate(("gem", "other", "coin", "tiles")):
        picture = Image.new("RGBA", (16, 8), (10, 20, number, 255))
        picture.putpixel((12, 4), (200, 100, number, 255))
        picture.save(game.root / f"art/{name}.png")
    game.build()
    out = game.root / "generated"

    def ids(*paths: str) -> list[list[str]]:
        pattern = r"(?:guid|spriteID|internalID): (\S+)|uid=\"(uid://\w+)\"|\"iid\": ?\"([^\"]+)\""
        return [["".join(found) for found in re.findall(pattern, (out / path).read_text())] for path in paths]

    def add(path: str, old: str, new: str) -> None:
        text = (out / path).read_text()
        assert old in text
        (out / path).write_text(text.replace(old, new, 1))

    before = ids("sprites/lone.png.meta", "animations/coin.tres", "animations/coin.png.meta", "tilesets/plain.tres")
    before += ids("tilesets/plain.ldtk", "tilesets/plain.png.meta", "sprites/lone/other.png.meta")
    assert all(before)
    polygon = "1:0/0/physics_layer_0/polygon_0/points = PackedVector2Array(-4, -4, 4, -4, 4, 4)"
    add("tilesets/plain.tres", "1:0/0 = 0", f"1:0/0 = 0\n{polygon}")
    add("tilesets/plain.tres", "[resource]", "[resource]\nphysics_layer_0/collision_layer = 1")
    add("tilesets/plain.tsx", " <image", ' <properties><property name="music" value="forest"/></properties>\n <image')
    add("sprites/lone.png.meta", "spriteBorder: {x: 0, y: 0, z: 0, w: 0}", "spriteBorder: {x: 2, y: 2, z: 2, w: 2}")
    assert game.run("check").status == 0
    game.edit("lone: {", "solo: {")
    game.edit("coin: {", "money: {was: coin, ")
    game.edit("plain: {", "field: {was: plain, ")
    if killed:
        with monkeypatch.context() as patched:
            patched.setattr("assetgen.build.finals.finish_project", _ends)
            assert game.run("build").status == 9
        assert "solo:" in (game.root / "assets.lock").read_text()
    report = game.build()
    assert report["blocked"] == []
    assert report["warnings"] == []
    after = ids("sprites/solo.png.meta", "animations/money.tres", "animations/money.png.meta", "tilesets/field.tres")
    after += ids("tilesets/field.ldtk", "tilesets/field.png.meta", "sprites/lone/other.png.meta")
    assert after == before
    assert polygon in (out / "tilesets/field.tres").read_text()
    assert "forest" in (out / "tilesets/field.tsx").read_text()
    assert "spriteBorder: {x: 2, y: 2, z: 2, w: 2}" in (out / "sprites/solo.png.meta").read_text()
    assert not [path for path in game.files("generated") if re.search(r"/(plain|coin|lone)\.", path)]
    assert game.run("check").status == 0
    game.build()
    game.edit("  lone/other:", "  lone: {file: art/other.png}\n  lone/other:")  # the first name of another
    game.edit("  field: {was: plain, ", "  plain: {file: art/coin.png, tile_size: 8}\n  field: {")
    game.build()
    assert ids("sprites/solo.png.meta", "tilesets/field.tres") == [before[0], before[3]]
    for one, other in (
        ("sprites/solo.png.meta", "sprites/lone.png.meta"),
        ("tilesets/field.tres", "tilesets/plain.tres"),
        ("tilesets/field.png.meta", "tilesets/plain.png.meta"),
        ("tilesets/field.ldtk", "tilesets/plain.ldtk"),
    ):
        first, second = ids(one, other)
        assert not {*first} & {*second} - {"0"}
    game.forget("generated", ".assetgen")  # another machine
    game.build()
    assert ids("sprites/solo.png.meta", "animations/money.tres") == before[:2]


def test_a_nine_slice_is_packed_whole(tmp_path: Path) -> None:
    game = bench(
        tmp_path,
        """version: 1
project: lantern
provider: placeholder
engines: [godot]
sprites:
  panel: {file: panel.png}
  gem: {file: panel.png, process: {mirror: x}}
atlases:
  ui: {include: [panel, gem]}
""",
    )
    picture = Image.new("RGBA", (16, 16))
    picture.paste((9, 8, 7, 255), (3, 2, 13, 12))
    picture.save(game.root / "panel.png")

    def packed() -> list[int]:
        frame = json.loads((game.root / "generated/atlases/ui-0.json").read_text())["frames"]["panel"]
        return [frame["frame"]["w"], frame["frame"]["h"]]

    game.build()
    assert packed() == [10, 10]
    game.edit(
        "panel: {file: panel.png}", "panel: {file: panel.png, nine_slice: {left: 3, top: 4, right: 5, bottom: 6}}"
    )
    game.build()
    assert packed() == [16, 16]
    box = (game.root / "generated/atlases/ui/panel.tres").read_text()
    for side, width in (("left", 3), ("top", 4), ("right", 5), ("bottom", 6)):
        assert f"texture_margin_{side} = {width}.0" in box
    assert game.run("check").status == 0
    game.build()
