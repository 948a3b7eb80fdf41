"""The example game: it builds from nothing, is worth looking at, and what the README shows of it is true."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assetgen.cli.main import main
from assetgen.pixels.picture import read

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, built once. Tests that change it take a copy."""
    game = tmp_path_factory.mktemp("example") / "game"
    game.mkdir()
    shutil.copy(ROOT / "example_project" / "assets.yaml", game)
    shutil.copytree(ROOT / "example_project" / "art", game / "art")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSETGEN_CACHE_DIR", str(game.parent / "store"))
        assert main(["-C", str(game), "build"]) == 0
    return game


@pytest.fixture
def game(built: Path, tmp_path: Path) -> Path:
    """A copy of the built example, with an empty store."""
    return Path(shutil.copytree(built, tmp_path / "game"))


@pytest.fixture(scope="module")
def index(built: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((built / "generated" / "assets.json").read_text("utf-8"))
    return found


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def times(folder: Path) -> dict[str, int]:
    """When each file was written, but for the tool's own notes about them."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".assetgen" not in path.parts)
    return {str(path): path.stat().st_mtime_ns for path in files}


def as_json(game: Path, *arguments: str, capsys: pytest.CaptureFixture[str], status: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["-C", str(game), *arguments, "--json"]) == status
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_it_has_something_of_everything(index: dict[str, Any]) -> None:
    names = set(index["sprites"])
    kinds = ("hero", "creature/", "potion_", "item/", "tree", "house", "panel", "portrait_", "title", "logo")
    assert all(any(name.startswith(kind) for name in names) for kind in kinds)
    tags = {name: set(entry["tags"]) for name, entry in index["animations"].items()}
    directions = ("down", "left", "right", "up")
    assert tags["hero_walk"] == {f"{action}_{side}" for action in ("walk", "idle") for side in directions}
    assert tags["hero_attack"] == {"attack"}
    assert tags["explosion"] == {"effect"}
    assert [len(index["tilesets"][name]["tiles"]) for name in ("garden", "meadow", "courtyard")] == [20, 20, 1]
    assert set(index["palettes"]) == {"dusk", "hero"}
    assert len(index["atlases"]) == 2


def test_every_picture_shows_something(built: Path) -> None:
    pictures = [path for path in sorted((built / "generated").rglob("*.png")) if path.parent.name != "palettes"]
    assert len(pictures) > 60
    for path in pictures:
        picture = read(path)
        opaque = picture[picture[..., 3] > 0]
        assert len(opaque) > 20, path
        assert len(np.unique(opaque, axis=0)) >= 4, f"{path} is hardly a picture"


def test_sprites_with_a_removed_background_are_cut_out(built: Path, index: dict[str, Any]) -> None:
    for name in index["sprites"]:
        if name.startswith(("hero", "creature/", "item/", "potion_")):
            picture = read(built / "generated" / index["sprites"][name]["file"])
            assert not picture[[0, 0, -1, -1], [0, -1, 0, -1], 3].any(), f"{name}: opaque corners"
            assert 0.08 < np.mean(picture[..., 3] > 0) < 0.9, name


def test_items_lie_within_their_palette(built: Path, index: dict[str, Any]) -> None:
    allowed = {tuple(bytes.fromhex(color[1:])) for color in index["palettes"]["dusk"]["colors"]}
    assert len(allowed) == 32
    for name in index["sprites"]:
        if name.startswith(("item/", "potion_")):
            picture = read(built / "generated" / index["sprites"][name]["file"])
            used = {tuple(map(int, color)) for color in picture[picture[..., 3] > 0][:, :3]}
            assert used <= allowed, name


def test_nothing_is_wrong_with_it(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = as_json(built, "check", capsys=capsys)
    assert report["stale"] == []
    assert {finding["check"] for finding in report["findings"]} == {"placeholder"}


def test_a_second_build_touches_nothing(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = times(built)
    report = as_json(built, "build", capsys=capsys)
    assert (report["requests"], report["status"]) == (0, "ok")
    assert {asset["status"] for asset in report["assets"].values()} == {"unchanged"}
    assert times(built) == before


def test_lock_and_originals_restore_it(game: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = digests(game / "generated")
    shutil.rmtree(game / "generated")
    shutil.rmtree(game / ".assetgen")
    report = as_json(game, "build", "--locked", "--offline", capsys=capsys)
    assert report["requests"] == 0
    assert digests(game / "generated") == before


def test_it_is_the_same_on_every_machine(built: Path, game: Path) -> None:
    """Deleted and drawn again: the same pictures, the same files, the same lock but for its dates."""
    for made in ("generated", ".assetgen", "originals"):
        shutil.rmtree(game / made)
    (game / "assets.lock").unlink()
    assert main(["-C", str(game), "build"]) == 0
    assert digests(game / "generated") == digests(built / "generated")
    assert digests(game / "originals") == digests(built / "originals")


def test_the_readme_shows_the_true_plan(game: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"^\$ assetgen -C example_project plan\n(.*?)^```", readme, re.M | re.S)
    assert shown is not None
    manifest = (game / "assets.yaml").read_text("utf-8")
    assert "green slime" in manifest
    (game / "assets.yaml").write_text(manifest.replace("green slime", "blue slime"), "utf-8")
    capsys.readouterr()
    assert main(["-C", str(game), "plan"]) == 0
    assert capsys.readouterr().err == shown[1]


def test_the_readme_shows_the_true_price(game: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The service would be asked for everything that is a placeholder now, after the slime turned blue, too."""
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"^\$ assetgen -C example_project plan --provider retrodiffusion\n(.*?)^```", readme, re.M | re.S)
    assert shown is not None
    manifest = (game / "assets.yaml").read_text("utf-8")
    (game / "assets.yaml").write_text(manifest.replace("green slime", "blue slime"), "utf-8")
    capsys.readouterr()
    assert main(["-C", str(game), "plan", "--provider", "retrodiffusion"]) == 0
    plan = capsys.readouterr().err.splitlines()
    lines = [line for line in shown[1].splitlines() if line.strip() not in ("", "…")]
    assert len(lines) >= 6
    assert [line for line in plan if line in lines] == lines


def test_it_fits_its_budget(game: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = as_json(game, "plan", "--provider", "retrodiffusion", capsys=capsys)
    assert plan["cost"]["unit"] == "USD"
    assert 1 < float(plan["cost"]["amount"]) < 5


def test_the_scene_of_the_readme_can_be_drawn(built: Path, tmp_path: Path) -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("make_images", ROOT / "docs" / "make_images.py")
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    picture = script.scene(script.Outputs(built / "generated"))
    committed = read(ROOT / "docs" / "images" / "example.png")
    assert (picture.width * script.SCALE, picture.height * script.SCALE) == committed.shape[1::-1]
