"""DESIGN section 6: what is common to all commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from workbench import Workbench, bench

from assetgen.cli.main import main

MANIFEST = "version: 1\nprovider: placeholder\nsprites: {logo: {file: logo.png}}\n"


def project(tmp_path: Path) -> Workbench:
    game = bench(tmp_path, MANIFEST)
    Image.new("RGBA", (8, 8), (1, 2, 3, 255)).save(game.root / "logo.png")
    return game


def test_the_folder_may_stand_before_or_behind_the_command(tmp_path: Path) -> None:
    game = project(tmp_path)
    for arguments in (["-C", str(game.root), "plan"], ["plan", "-C", str(game.root)]):
        assert main([*arguments, "--quiet"]) == 0


def test_people_read_stderr_and_programs_stdout(tmp_path: Path) -> None:
    game = project(tmp_path)
    for command in (["plan"], ["build"], ["check"]):
        ran = game.run(*command)
        assert (ran.out, bool(ran.err)) == ("", True), command
    game.edit("logo: {file", "badge: {file")
    for command in (["plan", "--json"], ["check", "--json"], ["build", "--json"]):
        assert game.run(*command).json["version"] == 1


def test_quiet_says_errors_alone(tmp_path: Path) -> None:
    game = project(tmp_path)
    assert game.run("--quiet", "build").err == ""
    assert game.run("check", "--quiet").err == ""
    (game.root / "generated/sprites/logo.png").unlink()
    assert game.run("check", "--quiet").err == "  ! generated/sprites/logo.png: output missing\n"


def test_flags_stand_anywhere(tmp_path: Path) -> None:
    game = project(tmp_path)
    assert game.run("build", "--offline", "logo", "--quiet", "logo").status == 0
    Image.new("RGBA", (8, 8), (9, 9, 9, 255)).save(game.root / "retouched.png")
    for words in (["logo", "--stage", "final", "retouched.png"], ["--stage", "final", "logo", "retouched.png"]):
        assert game.run("adopt", *words).status == 0, words
        assert game.run("adopt", "--drop", "logo").status == 0


def test_a_slip_of_the_finger_and_a_folder_too_deep(tmp_path: Path) -> None:
    game = project(tmp_path)
    ran = game.run("biuld")
    assert (ran.status, "'biuld' is no command; did you mean 'build'?" in ran.err) == (2, True)
    (game.root / "art").mkdir()
    ran = Workbench(game.root / "art", game.store).run("build")
    assert (ran.status, f"'assetgen -C {game.root} …'" in ran.err) == (2, True)


def test_a_file_on_the_command_line_is_below_the_given_folder(tmp_path: Path) -> None:
    game = project(tmp_path)
    game.build()
    Image.new("RGBA", (8, 8), (9, 9, 9, 255)).save(game.root / "retouched.png")
    assert game.run("adopt", "logo", "retouched.png").status == 0
    assert Image.open(game.root / "generated/sprites/logo.png").convert("RGBA").getpixel((0, 0)) == (9, 9, 9, 255)


def test_who_only_looks_leaves_nothing_behind(tmp_path: Path) -> None:
    game = project(tmp_path)
    for command in (
        ["plan"],
        ["plan", "--json"],
        ["plan", "--exit-code"],
        ["check"],
        ["history", "logo"],
        ["show", "logo", "--draw", "none"],
        ["report"],
        ["styles"],
        ["cache", "info"],
    ):
        game.run(*command)
        assert sorted(path.name for path in game.root.rglob("*")) == ["assets.yaml", "logo.png"], command


def test_each_folder_counts_from_the_one_before_as_with_make_and_git(tmp_path: Path) -> None:
    game = project(tmp_path)
    above, name = str(game.root.parent), game.root.name
    for words in (
        ["-C", above, "-C", name, "plan"],
        ["-C", above, "plan", "-C", name],
        ["plan", "-C", above, "-C", "", "-C", name],
        ["-C", "nowhere", "-C", str(game.root), "plan"],
    ):
        assert main([*words, "--quiet"]) == 0, words


def told(game: Workbench, arguments: str) -> tuple[int, str]:
    """Status and stderr of a shell's line, where `assetgen` is ours."""
    line = f'"{sys.executable}" -m assetgen {arguments}'
    paths = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, "PYTHONPATH": paths, "ASSETGEN_CACHE_DIR": str(game.store)}
    ran = subprocess.run(
        ["bash", "-c", line], cwd=game.root, env=environment, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_nobody_can_have_is_no_crash(tmp_path: Path) -> None:
    game = project(tmp_path)
    assert told(game, "build --json <&- >&- 2>&-") == (0, "")
    assert game.run("check").status == 0
    assert told(game, "plan --json >&-") == (0, "")
    for command in ("plan --json", "schema"):
        status, said = told(game, f"{command} >/dev/full")
        assert (status, said.count("\n")) == (1, 1)
        assert "No space left" in said
