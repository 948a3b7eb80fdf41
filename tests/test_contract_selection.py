"""IDENTITY 18: building one asset leaves every other as it was, in pages and in the index, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from workbench import Workbench, bench

HEAD = "version: 1\nprovider: placeholder\nsprites:\n  cow: {file: cow.png}\n  logo: {file: logo.png}\n"
ATLAS = "atlases:\n  all: {include: ['*']}\n"


def drawing(path: Path, shade: int, side: int = 8) -> None:
    Image.new("RGBA", (side, side), (shade, 3, 3, 255)).save(path)


def project(tmp_path: Path, manifest: str) -> Workbench:
    game = bench(tmp_path, manifest)
    drawing(game.root / "cow.png", 10)
    drawing(game.root / "logo.png", 20)
    game.build()
    return game


def index(game: Workbench) -> Any:
    return json.loads((game.root / "generated/assets.json").read_text())


def shade(game: Workbench, name: str) -> int:
    """The red of a member's first pixel in the atlas."""
    frame = json.loads((game.root / "generated/atlases/all-0.json").read_text())["frames"][name]["frame"]
    with Image.open(game.root / "generated/atlases/all-0.png") as page:
        pixel: Any = page.convert("RGBA").getpixel((frame["x"], frame["y"]))
    return int(pixel[0])


def test_a_stale_member_keeps_its_last_picture_in_the_atlas(tmp_path: Path) -> None:
    game = project(tmp_path, HEAD + ATLAS)
    drawing(game.root / "cow.png", 11)
    drawing(game.root / "logo.png", 21, side=16)
    game.build("cow")
    assert (shade(game, "cow"), shade(game, "logo")) == (11, 20)
    assert index(game)["sprites"]["logo"]["size"] == [8, 8]
    assert game.actions("cow") == {}, "nothing of it is left to do"
    game.build()
    assert (shade(game, "cow"), shade(game, "logo")) == (11, 21)
    assert game.actions() == {}


def test_a_member_that_was_never_built_is_left_out(tmp_path: Path) -> None:
    game = project(tmp_path, HEAD + ATLAS)
    game.edit("  logo:", "  calf: {file: logo.png}\n  logo:")
    drawing(game.root / "cow.png", 11)
    warnings = game.build("cow")["warnings"]
    assert [(w["asset"], w["check"]) for w in warnings] == [("atlas:all", "partial")]
    assert index(game)["atlases"]["all"]["partial"] == ["calf"]
    assert list(index(game)["sprites"]) == ["cow", "logo"]
    game.build()
    assert "partial" not in index(game)["atlases"]["all"]
    assert list(index(game)["sprites"]) == ["calf", "cow", "logo"]


@pytest.mark.parametrize("change", ["pivot: bottom", "process: {rotate: 90}"])
def test_the_index_tells_of_files_as_they_are(tmp_path: Path, change: str) -> None:
    game = project(tmp_path, HEAD)
    before = index(game)["sprites"]["logo"]
    game.edit("file: logo.png", f"file: logo.png, {change}")
    drawing(game.root / "cow.png", 11, side=16)
    game.build("cow")
    assert index(game)["sprites"]["cow"]["size"] == [16, 16]
    assert index(game)["sprites"]["logo"] == before


def test_a_drawing_that_broke_keeps_its_place_in_the_index(tmp_path: Path) -> None:
    game = project(tmp_path, HEAD)
    (game.root / "logo.png").write_bytes(b"no picture")
    drawing(game.root / "cow.png", 11)
    report = game.build(status=1)
    assert report["assets"]["logo"]["status"] == "failed"
    assert index(game)["sprites"]["logo"]["file"] == "sprites/logo.png"
    assert (game.root / "generated/sprites/logo.png").exists()


def test_locked_asks_only_for_what_is_selected(tmp_path: Path) -> None:
    game = project(tmp_path, HEAD)
    outputs = game.files("generated")
    game.edit("  logo: {file: logo.png}", "  logo: {file: logo.png, pivot: bottom}\n  calf: {file: logo.png}")
    game.forget("generated")
    game.build("cow", "--locked")
    assert game.files("generated") == {path: data for path, data in outputs.items() if "logo" not in path}
    assert set(game.build("--locked", status=1)["assets"]) == {"calf", "cow", "logo"}


def test_what_nobody_remembers_is_shown_as_it_is_now(tmp_path: Path) -> None:
    game = project(tmp_path, HEAD + ATLAS)
    game.forget("store", ".assetgen")
    drawing(game.root / "cow.png", 11)
    drawing(game.root / "logo.png", 21)
    game.build("cow")
    assert (shade(game, "cow"), shade(game, "logo")) == (11, 21)


def test_a_member_that_is_to_be_renamed_keeps_its_name_until_it_is_built(tmp_path: Path) -> None:
    game = project(tmp_path, HEAD + ATLAS)
    game.edit("  logo:", "  sign:")
    drawing(game.root / "cow.png", 11)
    game.build("cow")
    assert (shade(game, "cow"), shade(game, "logo")) == (11, 20)
    assert list(index(game)["sprites"]) == ["cow", "logo"]
    assert "sign" in game.actions()
    game.build()
    assert (shade(game, "cow"), shade(game, "sign")) == (11, 20)
    assert list(index(game)["sprites"]) == ["cow", "sign"]
    assert game.actions() == {}
    game.forget("generated", ".assetgen", "store")
    assert game.run("build", "--locked", "--offline").status == 0


def test_a_packed_asset_that_is_gone_goes_from_the_lock_too(tmp_path: Path) -> None:
    """It has no file of its own; building another asset has brought atlas and index up to date already."""
    game = project(tmp_path, HEAD.replace("provider: placeholder", "provider: placeholder\nengines: [phaser]") + ATLAS)
    game.edit("  logo: {file: logo.png}\n", "")
    game.build("cow")
    assert game.actions() == {"logo": "delete: no longer in the manifest"}
    assert [(s["asset"], s["reason"]) for s in game.run("check", "--json").json["stale"]] == [
        ("logo", "no longer in the manifest")
    ]
    game.build()
    assert game.actions() == {}
    assert game.run("check").status == 0
    assert game.run("build", "--locked").status == 0


def test_an_atlas_that_comes_back_owns_its_pages_again(tmp_path: Path) -> None:
    """Its page was painted over when it went: the retired block kept it, and deleted the new one after each build."""
    game = project(tmp_path, HEAD + ATLAS)
    page = game.root / "generated/atlases/all-0.png"
    with Image.open(page) as opened:
        painted = opened.convert("RGBA")
    painted.putpixel((0, 0), (1, 2, 3, 255))
    painted.save(page)
    game.edit(ATLAS, "")
    game.build(status=1)
    assert page.exists()
    game.edit(HEAD, HEAD + ATLAS)
    game.build(status=1)
    with Image.open(page) as kept:
        assert kept.convert("RGBA").getpixel((0, 0)) == (1, 2, 3, 255)
    game.build("--force")
    assert shade(game, "logo") == 20
    assert game.actions() == {}
    assert game.run("check").status == 0
    assert "retired" not in (game.root / "assets.lock").read_text()


def test_what_a_removed_asset_left_painted_over_is_named_until_it_goes(tmp_path: Path) -> None:
    game = project(tmp_path, HEAD)
    drawing(game.root / "generated/sprites/logo.png", 99)
    game.edit("  logo: {file: logo.png}\n", "")
    for _ in range(2):
        blocked = game.build(status=1)["blocked"]
        assert [(b["asset"], b["state"]) for b in blocked] == [("logo", "drifted")]
    (game.root / "generated/sprites/logo.png").unlink()
    game.build()
    assert game.run("check").status == 0
