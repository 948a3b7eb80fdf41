"""`assetgen init`: what it writes, what it leaves alone, and that the result builds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import assetgen
from assetgen.cli.init import BESIDE, HINTS, project_name, starter, with_lines
from assetgen.cli.main import main
from assetgen.export.scaffold import ENGINES


def test_a_new_folder_is_ready_to_build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    game = tmp_path / "new" / "My Game"
    assert main(["init", str(game)]) == 0
    assert "build" in capsys.readouterr().err
    assert "project: my-game\n" in (game / "assets.yaml").read_text()
    assert main(["-C", str(game), "build"]) == 0
    for path in ("assets.lock", "originals/hero", "generated/assets.json", "generated/atlases/game-0.png"):
        assert (game / path).exists(), path
    assert main(["-C", str(game), "plan", "--exit-code"]) == 0
    assert main(["-C", str(game), "check"]) == 0


def test_the_directory_flag_comes_first(tmp_path: Path) -> None:
    assert main(["-C", str(tmp_path), "init", "game"]) == 0
    assert main(["-C", str(tmp_path), "init"]) == 0
    assert (tmp_path / "game" / "assets.yaml").exists()
    assert (tmp_path / "assets.yaml").exists()


def test_a_manifest_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "assets.yaml").write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["assets.yaml"]
    assert (tmp_path / "assets.yaml").read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "game").write_text("")
    assert main(["init", str(tmp_path / "game")]) == 2


@pytest.mark.parametrize("engine", ["godott", "template"])
def test_an_engine_that_init_cannot_set_up(engine: str, tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "game"), "--engine", engine]) == 2
    assert not (tmp_path / "game").exists()


@pytest.mark.parametrize("engine", sorted({*HINTS, *ENGINES, "unity", "tiled", "aseprite"}))
def test_each_engine_starts_with_a_plan(engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "game"), "--engine", engine]) == 0
    said = capsys.readouterr().err
    assert (engine in HINTS) == ("crisp pixels" in said)
    assert (engine in ENGINES) == ("hero walk" in said)
    assert f"engines: [{engine}]" in (tmp_path / "game" / "assets.yaml").read_text()
    assert main(["-C", str(tmp_path / "game"), "plan"]) == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_small_game_is_built_around_its_files(engine: str, tmp_path: Path) -> None:
    assert main(["init", str(tmp_path), "--engine", engine]) == 0
    assert main(["-C", str(tmp_path), "build"]) == 0
    assert main(["-C", str(tmp_path), "check"]) == 0


def test_an_existing_game_keeps_its_files(tmp_path: Path) -> None:
    (tmp_path / "project.godot").write_text("mine")
    assert main(["init", str(tmp_path), "--engine", "godot"]) == 0
    assert (tmp_path / "project.godot").read_text() == "mine"
    assert not (tmp_path / "main.gd").exists()


def test_lines_are_added_once_with_the_file_s_own_line_ends() -> None:
    lines = "# ours\n.assetgen/\n"
    assert with_lines("", lines) == lines
    assert with_lines("*.log", lines) == "*.log\n\n# ours\n.assetgen/\n"
    assert with_lines("*.log\r\n", lines) == "*.log\r\n\r\n# ours\r\n.assetgen/\r\n"
    assert with_lines("# ours\n", lines) == "# ours\n\n.assetgen/\n"
    for text in ("", "*.log", "*.log\r\n", lines):
        once = with_lines(text, lines)
        assert with_lines(once, lines) == once


def test_lines_of_the_user_stay(tmp_path: Path) -> None:
    for name in BESIDE:
        (tmp_path / name).write_text("# mine\n")
    assert main(["init", str(tmp_path)]) == 0
    for name in BESIDE:
        assert (tmp_path / name).read_text().startswith("# mine\n\n# assetgen")


@pytest.mark.parametrize(
    ("folder", "name"), [("Lantern Keep", "lantern-keep"), ("game_2", "game-2"), ("Ünï", "n"), ("…", "my-game")]
)
def test_the_project_is_named_after_the_folder(folder: str, name: str) -> None:
    assert project_name(folder) == name
    assert f"project: {name}\n" in starter(folder, ())


def test_git_keeps_bytes_under_autocrlf_and_lfs(tmp_path: Path) -> None:
    """With the worst settings that a person may have, a clone holds the same bytes, and the lock is no LFS pointer."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    (origin / ".gitattributes").write_text("* text=auto\n*.lock filter=lfs diff=lfs merge=lfs -text\n")
    assert main(["init", str(origin)]) == 0
    assert main(["-C", str(origin), "build"]) == 0
    _git(origin, "init", "-q")
    _git(origin, "add", "-A")
    _git(origin, "-c", "user.name=a", "-c", "user.email=a@b.invalid", "commit", "-q", "-m", "art")
    _git(tmp_path, "-c", "core.autocrlf=true", "clone", "-q", str(origin), str(clone))
    kept = [path for path in origin.rglob("*") if path.is_file() and _kept(path.relative_to(origin))]
    assert len(kept) > 20
    for path in kept:
        assert (clone / path.relative_to(origin)).read_bytes() == path.read_bytes(), path
    assert main(["-C", str(clone), "check"]) == 0
    assert not (clone / ".assetgen").exists()


def test_a_project_that_is_there_already_learns_what_git_needs(tmp_path: Path) -> None:
    """A manifest written by hand, in a repository: without the attribute the driver would never be asked."""
    _git(tmp_path, "init", "-q", "-b", "main")
    text = "version: 1\nprovider: placeholder\noutput: art/made\nsprites: {}\n"
    (tmp_path / "assets.yaml").write_text(text)
    (tmp_path / ".gitignore").write_bytes(b"caf\xe9.log\n")  # of an editor that knows no UTF-8
    assert main(["init", str(tmp_path)]) == 0
    assert (tmp_path / "assets.yaml").read_text() == text
    assert (tmp_path / ".gitignore").read_bytes().startswith(b"caf\xe9.log\n\n# assetgen")
    attributes = (tmp_path / ".gitattributes").read_text()
    assert "art/made/** -text\n" in attributes
    assert "merge=assetgen" in attributes
    assert main(["init", str(tmp_path)]) == 2, "there is nothing left to do"


def test_each_clone_learns_to_merge_locks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two people buy at the same time: git joins their locks by itself, and nothing is bought again."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    _git(origin, "init", "-q", "-b", "main")
    assert main(["init", str(origin)]) == 0
    assert "git merges assets.lock" in capsys.readouterr().err
    head = "version: 1\nprovider: placeholder\noutputs: ignored\ninclude: [a.yaml, b.yaml]\n"
    gem = "sprites:\n  gem: {prompt: gem, style: rd_fast__mc_item, size: 16}\n"
    (origin / "assets.yaml").write_text(head + gem)
    with (origin / ".gitignore").open("a") as ignored:
        ignored.write("generated/\n")
    for name in "ab":
        (origin / f"{name}.yaml").write_text("sprites: {}\n")
    _committed(origin, "begin")
    _git(tmp_path, "clone", "-q", str(origin), str(clone))
    assert main(["init", str(clone)]) == 0
    assert "stays as it is" in capsys.readouterr().err
    assert main(["init", str(clone)]) == 2, "there is nothing left to do"
    for folder, name in ((origin, "a"), (clone, "b")):
        line = f"  coin_{name}: {{prompt: coin {name}, style: rd_fast__mc_item, size: 16}}\n"
        (folder / f"{name}.yaml").write_text("sprites:\n" + line)
        assert main(["-C", str(folder), "build"]) == 0
        _committed(folder, name)
    script = tmp_path / "bin" / "assetgen"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m assetgen "$@"\n')
    script.chmod(0o755)
    _git(clone, "pull", "-q", "--no-rebase", "--no-edit", path=script.parent)
    lock = (clone / "assets.lock").read_text()
    assert all(name in lock for name in ("coin_a", "coin_b"))
    assert "<<<<" not in lock
    capsys.readouterr()
    assert main(["-C", str(clone), "plan"]) == 0
    assert " generate " not in capsys.readouterr().out


def test_a_conflict_that_git_left_is_joined_from_its_three_versions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clone that nobody told of the driver, with the game in a subfolder of the repository."""
    game = tmp_path / "game"
    game.mkdir()
    text = "version: 1\nprovider: placeholder\noutputs: ignored\n"
    (game / "assets.yaml").write_text(
        text + "sprites: {gem: {prompt: gem, style: rd_fast__mc_item, size: 16, candidates: 3}}\n"
    )
    (tmp_path / ".gitignore").write_text("generated/\n.assetgen/\n")
    _git(tmp_path, "init", "-q", "-b", "main")
    run = ["-C", str(game)]
    assert main([*run, "build"]) == 0
    _committed(tmp_path, "begin")
    for branch, number in (("theirs", "2"), ("ours", "3")):
        _git(tmp_path, "checkout", "-q", "-b", branch, "main")
        assert main([*run, "pick", "gem", number]) == 0
        _committed(tmp_path, branch)
        assert main([*run, "merge-lock"]) == 2, "nothing is in conflict"
    with pytest.raises(AssertionError, match="CONFLICT"):
        _git(tmp_path, "merge", "theirs")
    assert main([*run, "plan"]) == 2
    assert "run `assetgen merge-lock`" in capsys.readouterr().err
    assert main([*run, "merge-lock"]) == 0
    assert "gem: picked on both sides: kept candidate 3, not 2" in capsys.readouterr().err
    _committed(tmp_path, "joined")
    assert main([*run, "build"]) == 0


def _committed(folder: Path, message: str) -> None:
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", message)


def _kept(path: Path) -> bool:
    return path.parts[0] in ("originals", "generated", "assets.lock")


def _git(folder: Path, *arguments: str, path: Path | None = None) -> None:
    settings = (
        "-c",
        "core.autocrlf=true",
        "-c",
        "core.safecrlf=false",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.invalid",
    )
    environment = os.environ | {"PYTHONPATH": str(Path(assetgen.__file__).parents[1])}
    if path is not None:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(["git", *settings, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
