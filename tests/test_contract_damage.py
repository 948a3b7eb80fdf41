"""Bad input: whatever lies in the way, a command ends with a sentence and a status, never with a traceback."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from workbench import Workbench, bench

MANIFEST = """version: 1
provider: placeholder
sprites:
  hero: {prompt: a knight, style: rd_fast__default, size: 64}
  hat: {edit: hero, prompt: hat}
  logo: {file: logo.png}
palettes: {dusk: [ff0000, 00ff00]}
atlases: {a: {include: [hero, logo]}}
"""
COMMANDS = (["plan"], ["check", "--json"], ["build", "--locked"], ["build", "--json"], ["history", "hero"])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    game = bench(tmp_path_factory.mktemp("built"), MANIFEST)
    Image.new("RGBA", (8, 8), (1, 2, 3, 255)).save(game.root / "logo.png")
    game.build()
    return game


@pytest.fixture
def game(built: Workbench, tmp_path: Path) -> Workbench:
    return built.copy(tmp_path)


def garbage(path: Path) -> None:
    path.write_bytes(b"\x00\xff garbage")


def gone(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def folder(path: Path) -> None:
    gone(path)
    (path / "inside").mkdir(parents=True)


def ring(path: Path) -> None:
    gone(path)
    path.symlink_to(path.name)


def file(path: Path) -> None:
    gone(path)
    garbage(path)


@pytest.mark.parametrize("damage", [file, folder, ring])
@pytest.mark.parametrize(
    "path",
    [
        "assets.yaml",
        "assets.lock",
        "logo.png",
        "originals",
        "originals/hero",
        "originals/hero/*.png",
        "generated",
        "generated/sprites/hat.png",
        "generated/assets.json",
        ".assetgen",
        ".assetgen/*",
    ],
)
def test_something_else_in_the_place_of_a_file(game: Workbench, path: str, damage: Callable[[Path], None]) -> None:
    targets = sorted(game.root.glob(path))
    assert targets
    for target in targets:
        damage(target)
    for command in COMMANDS:
        ran = game.run(*command)
        assert ran.status in (0, 1, 2), (command, ran.err)
        assert ran.status == 0 or ran.err or ran.out, command


def test_damaged_locks(game: Workbench) -> None:
    path = game.root / "assets.lock"
    whole, chance = path.read_bytes(), random.Random(7)
    values = [b"null", b"[]", b"{}", b"-1", b"'", b"x: y", b"!!x", b"*a", b"\xff\xfe", b"../../x", b"/etc/passwd"]
    for _ in range(60):
        lines = whole.split(b"\n")
        at = chance.randrange(len(lines))
        kind = chance.randrange(4)
        if kind == 0:
            lines[at] = lines[at].partition(b":")[0] + b": " + chance.choice(values)
        elif kind == 1:
            lines[at : at + 2] = []
        elif kind == 2:
            lines[at] = b" " * chance.randrange(8) + lines[at].strip()
        else:
            lines.insert(at, chance.choice(lines))
        path.write_bytes(b"\n".join(lines))
        ran = game.run("plan", "--json")
        assert ran.status in (0, 1, 2)
        assert ran.status != 2 or "assets.lock" in ran.err


def test_what_lies_beside_a_removed_output(game: Workbench) -> None:
    (game.root / "generated/sprites/hat.png.import").mkdir()
    game.edit("  hat: {edit: hero, prompt: hat}\n", "")
    game.build()
    assert not (game.root / "generated/sprites/hat.png").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_output_folder(game: Workbench) -> None:
    game.edit("  hat: {edit: hero, prompt: hat}\n", "")
    sprites = game.root / "generated/sprites"
    sprites.chmod(0o500)
    try:
        ran = game.run("build", "--json")
    finally:
        sprites.chmod(0o700)
    assert ran.status == 1
    assert "hat.png" in ran.err
