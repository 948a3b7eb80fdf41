"""DESIGN section 6: what is common to all commands."""

from __future__ import annotations

from pathlib import Path

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
