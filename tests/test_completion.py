"""Completion: what may follow a line, and that bash gets it from the script that the program prints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from workbench import Workbench, bench

from assetgen.cli.completion import suggestions
from assetgen.cli.main import COMMANDS

ROOT = Path(__file__).parent.parent
MANIFEST = """version: 1
provider: placeholder
palettes: {dusk: [ff0000, 00ff00]}
sprites:
  hero: {prompt: a knight, style: rd_fast__default, size: 64}
  hero_hat: {edit: hero, prompt: hat}
  loot/gem: {prompt: a gem, style: rd_fast__default, size: 64}
atlases: {all: {include: [hero]}}
"""


@pytest.fixture
def game(tmp_path: Path) -> Workbench:
    return bench(tmp_path, MANIFEST)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("assetgen ", [*COMMANDS]),
        ("assetgen pl", ["plan"]),
        ("assetgen help hi", ["history"]),
        ("assetgen --ver", ["--verbose", "--version"]),
        ("assetgen nonsense ", []),
        ("assetgen build --pro", ["--provider"]),
        ("assetgen build --provider ", ["retrodiffusion", "placeholder"]),
        ("assetgen build --rebuy lo", ["loot/gem"]),
        ("assetgen build hero_hat h", ["hero", "hero_hat"]),
        ("assetgen build ", ["hero", "hero_hat", "loot/gem", "palette:dusk", "atlas:all"]),
        ("assetgen show --json ", ["hero", "hero_hat", "loot/gem"]),
        ("assetgen show hero ", []),
        ("assetgen show h", ["hero", "hero_hat"]),
        ("assetgen adopt hero ", []),
        ("assetgen adopt hero --stage ", ["original", "final"]),
        ("assetgen cache p", ["push", "pull"]),
        ("assetgen init --engine go", ["godot"]),
        ("assetgen styles rd_pro__def", ["rd_pro__default"]),
        ("assetgen -C ", []),
        ("assetgen plan --quiet -C . a", ["atlas:all"]),
        ('assetgen show "he', []),
        ("assetgen -C elsewhere show ", []),
    ],
)
def test_what_may_follow(game: Workbench, line: str, words: list[str]) -> None:
    assert [word for word, _ in suggestions(line, game.root)] == words


def test_a_manifest_with_mistakes_completes_nothing(game: Workbench) -> None:
    game.write("version: 1\nsprites: {hero: {promt: x}}\n")
    assert game.run("completion", "bash", "assetgen show ").out == ""


def test_each_shell_gets_its_form(game: Workbench) -> None:
    line = "assetgen plan palette:"
    assert game.run("completion", "bash", line).out == "palette:dusk\n"
    assert game.run("completion", "zsh", line).out == "palette\\:dusk:palette\n"
    assert game.run("completion", "fish", line).out == "palette:dusk\tpalette\n"


@pytest.mark.skipif(shutil.which("bash") is None or os.name != "posix", reason="needs bash")
@pytest.mark.parametrize(
    ("typed", "word", "reply"),
    [
        ("assetgen bu", "bu", ["build"]),
        ("assetgen build hero_", "hero_", ["hero_hat"]),
        ("assetgen build palette:d", "d", ["dusk"]),  # readline's word: it divides at ':'
        ("assetgen build palette:", ":", ["dusk"]),
        ("assetgen build palette", "palette", ["palette:dusk"]),
        ("assetgen adopt hero ", "", []),
    ],
)
def test_bash_completes(game: Workbench, typed: str, word: str, reply: list[str]) -> None:
    script = """
        assetgen() { "$PYTHON" -m assetgen "$@"; }
        source <(assetgen completion bash)
        complete -p assetgen >/dev/null || exit 1
        COMP_LINE="$TYPED" COMP_POINT=${#TYPED} COMP_WORDS=(assetgen "$WORD") COMP_CWORD=1
        _assetgen assetgen
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    env = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "TYPED": typed, "WORD": word}
    done = subprocess.run(["bash", "-c", script], cwd=game.root, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == reply
