"""The published hook and action: what they say, and that they work as they stand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from isolation import HOME

import assetgen
from assetgen.cli.main import main
from assetgen.simulator.testing import ledger, running

ROOT = Path(__file__).parent.parent
HOOK: dict[str, Any] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))[0]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
MANIFEST = "version: 1\nprovider: placeholder\nsprites:\n  gem: {prompt: red gem, style: rd_fast__mc_item, size: 16}\n"

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
needs_pre_commit = pytest.mark.skipif(
    find_spec("pre_commit") is None, reason="pre-commit is not installed: pip install '.[test]'"
)


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """Where `assetgen` is the program under test, as a console script, and git knows who commits."""
    scripts = tmp_path / "bin"
    scripts.mkdir()
    script = scripts / "assetgen"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m assetgen "$@"\n')
    script.chmod(0o755)
    installed = Path(sysconfig.get_path("scripts"))
    first = installed if (installed / "assetgen").exists() or os.name == "nt" else scripts
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(first), str(installed), os.environ["PATH"]]),
        "PYTHONPATH": str(Path(assetgen.__file__).parent.parent),
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{who}_{what}": "a@b.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }


@pytest.fixture
def game(tmp_path: Path, environment: Mapping[str, str]) -> Path:
    """A built project in a git repository."""
    folder = tmp_path / "game"
    folder.mkdir()
    (folder / "assets.yaml").write_text(MANIFEST)
    (folder / ".gitignore").write_text(".assetgen/\n")
    assert main(["-C", str(folder), "build"]) == 0
    run(["git", "init", "-q"], folder, environment)
    run(["git", "add", "-A"], folder, environment)
    return folder


def run(command: list[str], folder: Path, environment: Mapping[str, str], *, fails: bool = False) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_what_the_hook_promises() -> None:
    assert (HOOK["id"], HOOK["entry"], HOOK["language"]) == ("assetgen-check", "assetgen check", "python")
    assert HOOK["pass_filenames"] is False
    assert HOOK["always_run"] is True


@needs_pre_commit
def test_pre_commit_accepts_the_published_file(environment: Mapping[str, str]) -> None:
    run([sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"], ROOT, environment)


@needs_pre_commit
@needs_bash
def test_the_hook_lets_a_clean_tree_pass_and_stops_a_stale_one(game: Path, environment: Mapping[str, str]) -> None:
    """The published hook, all but its language: the program under test stands in for a downloaded one."""
    local = {"repos": [{"repo": "local", "hooks": [{**HOOK, "language": "system"}]}]}
    (game / ".pre-commit-config.yaml").write_text(yaml.safe_dump(local))
    run([sys.executable, "-m", "pre_commit", "install"], game, environment)
    run(["git", "add", "-A"], game, environment)
    assert "Passed" in run(["git", "commit", "-m", "clean"], game, environment)

    (game / "assets.yaml").write_text(MANIFEST.replace("red gem", "blue gem"))
    run(["git", "add", "-A"], game, environment)
    said = run(["git", "commit", "-m", "stale"], game, environment, fails=True)
    assert "gem: prompt changed" in said
    assert "assetgen build" in said
    assert run(["git", "log", "--format=%s"], game, environment).split() == ["clean"]

    (game / "assets.yaml").write_text(MANIFEST + "# a comment makes nothing stale\n")
    run(["git", "add", "-A"], game, environment)
    run(["git", "commit", "-m", "again"], game, environment)
    assert "clean" not in run(["git", "status", "--porcelain"], game, environment), "the hook writes nothing"


def steps(inputs: Mapping[str, str], action_path: Path) -> list[tuple[str, str, dict[str, str]]]:
    """The action's steps that run something: name, script, and environment with its expressions filled in."""
    values = {f"inputs.{name}": str(entry["default"]) for name, entry in ACTION["inputs"].items()}
    values |= {f"inputs.{name}": value for name, value in inputs.items()}
    values["github.action_path"] = str(action_path)

    def filled(text: str) -> str:
        return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: values[found[1]], text)

    chosen = []
    for step in ACTION["runs"]["steps"]:
        if "run" in step:
            assert step["shell"] == "bash"
            assert "${{" not in step["run"], "inputs reach the shell through the environment, never as text"
            chosen.append((step["name"], step["run"], {k: filled(v) for k, v in step.get("env", {}).items()}))
    return chosen


def act(
    name: str,
    game: Path,
    environment: Mapping[str, str],
    inputs: Mapping[str, str],
    *,
    fails: bool = False,
    action: Path = ROOT,
) -> str:
    """Runs one step as GitHub's runner does."""
    (script, more), *_ = [(script, more) for title, script, more in steps(inputs, action) if title == name]
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return run(command, game.parent, {**environment, **more}, fails=fails)


BUILD, CHECK, LOOK = "Build", "Check", "Look"
IN_GAME = {"directory": "game"}


def changed(game: Path, environment: Mapping[str, str]) -> str:
    """What the action tells the steps after it."""
    output = game.parent / "output"
    output.write_text("")
    act(LOOK, game, {**environment, "GITHUB_OUTPUT": str(output)}, IN_GAME)
    return output.read_text()


@needs_bash
def test_the_action_rebuilds_what_the_lock_gives(game: Path, environment: Mapping[str, str]) -> None:
    shutil.rmtree(game / "generated")
    shutil.rmtree(game / ".assetgen")
    elsewhere = {**environment, "ASSETGEN_CACHE_DIR": str(game.parent / "a runner's own")}
    act(BUILD, game, elsewhere, IN_GAME)
    assert (game / "generated" / "sprites" / "gem.png").exists()
    act(CHECK, game, elsewhere, IN_GAME)
    said = act(CHECK, game, elsewhere, {**IN_GAME, "release": "true"}, fails=True)
    assert "placeholder" in said


@needs_bash
def test_the_action_fails_on_what_the_lock_does_not_give(game: Path, environment: Mapping[str, str]) -> None:
    (game / "assets.yaml").write_text(MANIFEST.replace("red gem", "blue gem"))
    assert "gem" in act(BUILD, game, environment, IN_GAME, fails=True)
    assert "gem: prompt changed" in act(CHECK, game, environment, IN_GAME, fails=True)


@needs_bash
def test_the_action_buys_up_to_a_limit(game: Path, environment: Mapping[str, str]) -> None:
    run(["git", "commit", "-m", "art"], game, environment)
    assert changed(game, environment) == "changed=false\n"
    gem = "  ring: {prompt: gold ring, style: rd_fast__mc_item, size: 16}\n"
    (game / "assets.yaml").write_text(MANIFEST.replace("provider: placeholder\n", "") + gem)
    with running() as service:
        there = {**environment, "ASSETGEN_API_URL": service}
        buys = {**IN_GAME, "api-key": "rdpk-of-ci"}
        assert "ring" in act(BUILD, game, there, buys, fails=True), "without a limit it buys nothing"
        act(BUILD, game, there, {**buys, "max-cost": "0.001"}, fails=True)
        assert ledger(service)["charges"] == 0
        act(BUILD, game, there, {**buys, "max-cost": "0.50"})
        assert ledger(service)["charges"] == 2
    act(CHECK, game, there, {**IN_GAME, "release": "true"})
    assert "ring" in act(CHECK, game, environment, {**IN_GAME, "require-review": "true"}, fails=True)
    assert changed(game, environment) == "changed=true\n"


@needs_bash
def test_the_action_divides_the_work(game: Path, environment: Mapping[str, str]) -> None:
    whole = {path: (game / path).read_bytes() for path in ("generated/sprites/gem.png", "generated/assets.json")}
    shutil.rmtree(game / "generated")
    for shard in ("1/2", "2/2"):
        act(BUILD, game, environment, {**IN_GAME, "shard": shard})
        act(CHECK, game, environment, {**IN_GAME, "shard": shard})
    assert not (game / "generated" / "assets.json").exists()
    act(BUILD, game, environment, IN_GAME)
    act(CHECK, game, environment, IN_GAME)
    assert whole == {path: (game / path).read_bytes() for path in whole}


# -- the recipes ------------------------------------------------------------------------------------------------------


def recipes() -> list[dict[str, Any]]:
    """The YAML of docs/ci.md."""
    text = (ROOT / "docs" / "ci.md").read_text("utf-8").replace("<the repository of assetgen>", "assetgen")
    return [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)]


def jobs() -> dict[str, Any]:
    """GitHub's jobs in the recipes."""
    return {name: job for recipe in recipes() for name, job in recipe.get("jobs", {}).items()}


def test_the_recipes_give_the_action_what_it_takes() -> None:
    uses = [step for job in jobs().values() for step in job["steps"] if step.get("uses", "").startswith("assetgen@")]
    assert len(uses) >= 4
    for step in uses:
        assert set(step.get("with", {})) <= set(ACTION["inputs"])
    text = (ROOT / "docs" / "ci.md").read_text("utf-8")
    assert set(re.findall(r"steps\.assets\.outputs\.(\w+)", text)) == set(ACTION["outputs"])
    assert all(version == assetgen.__version__ for version in re.findall(r"(?:@|rev: )v([\d.]+\d)\b", text))


def bought(game: Path, environment: Mapping[str, str]) -> tuple[Path, Path]:
    """A clone with the game in a subfolder, where something was bought just now, and its origin."""
    shutil.rmtree(game / ".git")
    clone, origin = game.parent / "clone", game.parent / "origin.git"
    clone.mkdir()
    game.rename(clone / "game")
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "art"]):
        run(["git", *command], clone, environment)
    run(["git", "clone", "-q", "--bare", str(clone), str(origin)], game.parent, environment)
    run(["git", "remote", "add", "origin", str(origin)], clone, environment)
    run(["git", "config", "push.default", "current"], clone, environment)
    (clone / "game" / "assets.yaml").write_text(MANIFEST.replace("red gem", "blue gem"))
    run(["git", "commit", "-q", "-am", "blue"], clone, environment)
    assert main(["-C", str(clone / "game"), "build"]) == 0
    return clone, origin


def kept(origin: Path, environment: Mapping[str, str]) -> bool:
    files = run(["git", "show", "--name-only", "--format=", "main"], origin, environment).split()
    return "game/assets.lock" in files and any(path.startswith("game/originals/gem/") for path in files)


@needs_bash
def test_the_recipe_for_github_keeps_what_was_bought(game: Path, environment: Mapping[str, str]) -> None:
    clone, origin = bought(game, environment)
    (script,) = [step["run"] for step in jobs()["buy"]["steps"] if "run" in step]
    run(["bash", "-eo", "pipefail", "-c", script], clone, environment)
    assert kept(origin, environment)


@needs_bash
def test_the_recipe_for_gitlab_keeps_what_was_bought(game: Path, environment: Mapping[str, str]) -> None:
    clone, origin = bought(game, environment)
    (recipe,) = [recipe for recipe in recipes() if "prove" in recipe]
    script = "\n".join(recipe["buy"]["after_script"])
    address = re.search(r'"https://.*?\.git"', script)
    assert address is not None
    script = script.replace(address[0], f'"{origin}"')
    for _turn in range(2):  # the second time nothing is new
        run(["bash", "-eo", "pipefail", "-c", script], clone, {**environment, "CI_COMMIT_BRANCH": "main"})
        assert kept(origin, environment)
    for line in recipe["prove"]["script"]:
        shutil.rmtree(clone / "game" / ".assetgen", ignore_errors=True)
        run(["bash", "-c", line], clone, environment)


@needs_bash
@pytest.mark.skipif(find_spec("pip") is None, reason="pip is not installed")
def test_the_action_installs_the_program(tmp_path: Path, environment: Mapping[str, str]) -> None:
    """Into an environment that has all its dependencies already: only the package itself is built and put there."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True, timeout=300)
    paths = {"base": str(venv), "platbase": str(venv)}
    site, scripts = (Path(sysconfig.get_path(what, "venv", paths)) for what in ("purelib", "scripts"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    alone = {name: value for name, value in environment.items() if name != "PYTHONPATH"}
    alone |= {"PATH": os.pathsep.join([str(scripts), os.environ["PATH"]]), **pip_settings()}
    act("Install", tmp_path, alone, {}, action=source(tmp_path))
    where = run([str(scripts / "python"), "-c", "import assetgen; print(assetgen.__file__)"], tmp_path, alone)
    assert Path(where.strip()).is_relative_to(venv)
    said = run([str(scripts / "assetgen"), "--version"], tmp_path, alone)
    assert said.strip() == f"assetgen {assetgen.__version__}"
    assert run([str(scripts / "assetgen"), "schema"], tmp_path, alone).startswith("{")


def pip_settings() -> dict[str, str]:
    """pip's settings of whoever runs the tests, since HOME is another one here."""
    places = (HOME / ".config" / "pip" / "pip.conf", HOME / ".pip" / "pip.conf")
    found = [str(place) for place in places if place.exists()]
    return {"PIP_CONFIG_FILE": found[0]} if found and "PIP_CONFIG_FILE" not in os.environ else {}


def source(tmp_path: Path) -> Path:
    """The files that git knows of, as the runner has them: no caches, nothing that was built."""
    target = tmp_path / "action"
    for place in ("assetgen", "schemas"):
        shutil.copytree(ROOT / place, target / place, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, target)
    return target
