"""Two people change the same assets on two branches: after git's merge one build puts everything right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from workbench import Workbench, bench

ROOT = Path(__file__).parent.parent
MANIFEST = """version: 1
project: two-branches
provider: placeholder
engines: [godot]
sprites:
  hero: {prompt: a red knight, style: rd_fast__default, size: 64, remove_bg: true}
  hat: {prompt: a hat, style: rd_fast__default, size: 64}
atlases: {game: {include: [hero, hat]}}
"""


def git(folder: Path, *words: str, fails: bool = False) -> None:
    person = ("-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *person, *words], cwd=folder, capture_output=True, text=True)
    assert (done.returncode != 0) == fails, done.stderr


def told_by_check(game: Workbench) -> list[str]:
    return game.run("check").err.splitlines()


@pytest.fixture
def merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A project of which git has just left manifest and outputs in conflict, both committed on both branches."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    game = bench(tmp_path, MANIFEST)
    game.write("assets.lock text eol=lf merge=assetgen\n", ".gitattributes")
    git(game.root, "init", "-q", "-b", "main")
    git(game.root, "config", "merge.assetgen.driver", f'"{sys.executable}" -m assetgen merge-lock %O %A %B')
    for branch, knight, height in (("main", "a red knight", 64), ("alice", "a blue knight", 80), ("bob", "a fox", 96)):
        git(game.root, "checkout", "-q", "-B", branch, *(["main"] if branch != "main" else []))
        game.edit("a red knight", knight)
        game.edit(
            "prompt: a hat, style: rd_fast__default, size: 64",
            f"prompt: a hat, style: rd_fast__default, size: {height}",
        )
        game.build()
        git(game.root, "add", "-A")
        git(game.root, "commit", "-q", "-m", branch)
    git(game.root, "merge", "alice", fails=True)
    return game


def test_a_build_after_a_merge_makes_the_outputs_that_git_left_in_conflict(merged: Workbench) -> None:
    told = merged.run("plan")
    assert (told.status, "git left this file in conflict" in told.err) == (2, True), told.err
    git(merged.root, "checkout", "--ours", "assets.yaml")
    index = merged.root / "generated" / "assets.json"
    assert "<<<<<<< " in index.read_text("utf-8")
    assert {"  ! hero: not finished yet", "  ! atlas:game: merged", "  ! index: assets changed"} <= set(
        told_by_check(merged)
    )
    done = merged.run("build")
    assert done.status == 0, done.err
    assert "drifted" not in done.err
    assert "is in .assetgen/trash/" in done.err
    assert "<<<<<<< " not in index.read_text("utf-8")
    assert "<<<<<<< " in (merged.root / ".assetgen/trash/generated/assets.json").read_text("utf-8")
    assert merged.run("check").status == 0


def test_a_lock_that_git_could_not_merge_is_joined_before_anything_is_bought(merged: Workbench) -> None:
    """A git client that does not find the program leaves our lock as it was, without marks: what alice bought is not in
    it, and would be bought again."""
    git(merged.root, "merge", "--abort")
    git(merged.root, "config", "merge.assetgen.driver", "there-is-no-such-program %O %A %B")
    git(merged.root, "merge", "alice", fails=True)
    git(merged.root, "checkout", "--ours", "assets.yaml")
    assert "<<<<<<< " not in (merged.root / "assets.lock").read_text("utf-8")
    for command in (["build"], ["reroll", "hero"], ["review"], ["watch", "--no-page"]):
        ran = merged.run(*command)
        assert (ran.status, "'assetgen merge-lock' joins both" in ran.err) == (2, True), ran.err
    assert merged.run("merge-lock").status == 0
    assert merged.run("build").status == 0
    git(merged.root, "add", "-A")
    git(merged.root, "commit", "-q", "-m", "joined")
    assert merged.run("build").status == 0


def test_a_file_that_an_editor_also_edits_is_left_to_a_person(tmp_path: Path) -> None:
    game = bench(tmp_path, MANIFEST.replace("sprites:", "tilesets:").replace("  hat:", "  # hat:").split("atlases")[0])
    game.edit("style: rd_fast__default, size: 64, remove_bg: true", "style: rd_tile__tileset, tile_size: 16")
    game.build()
    file = game.root / "generated/tilesets/hero.tres"
    lines = file.read_text("utf-8").splitlines()
    mine = "\n".join([*lines[:-1], "<<<<<<< HEAD", lines[-1], "=======", "painted = 1", ">>>>>>> alice", ""])
    file.write_text(mine, "utf-8")
    ran = game.run("build")
    assert (ran.status, file.read_text("utf-8")) == (1, mine)
    assert "hero.tres: git left it in conflict: take one side with 'git checkout --ours'" in ran.err
    assert "'assetgen adopt'" not in ran.err + game.run("check").err
    assert game.run("build", "--force").status == 0
    assert game.run("check").status == 0
    assert (game.root / ".assetgen/trash/generated/tilesets/hero.tres").read_text("utf-8") == mine
