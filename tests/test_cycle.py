"""The walk through the whole cycle on the example, offline: every choice survives a rename, a prompt and a clone."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
from workbench import Ran, Workbench

from assetgen.pixels.picture import Picture, read
from assetgen.pixels.png import encode_truecolor

ROOT = Path(__file__).parent.parent


def ok(ran: Ran) -> Ran:
    assert ran.status == 0, f"exit {ran.status}\n{ran.err}"
    return ran


def git(folder: Path, *words: str) -> None:
    person = ("-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *person, *words], cwd=folder, check=True, capture_output=True)


def shown(game: Workbench, name: str) -> Picture:
    return read(game.root / f"generated/sprites/{name}.png")


def example(folder: Path) -> Workbench:
    """The example in a repository of its own, with four candidates of its hero."""
    game = Workbench(folder / "game", folder / "store")
    shutil.copytree(ROOT / "example_project/art", game.root / "art")
    shutil.copy(ROOT / "example_project/assets.yaml", game.root)
    game.edit("    seed: 3\n", "    seed: 3\n    candidates: 4\n")
    game.write("generated/\n", ".gitignore")
    git(game.root, "init", "-q", "-b", "main")
    return game


def test_every_choice_survives_the_whole_cycle(tmp_path: Path) -> None:
    """Four candidates, pick, re-roll, adopt a retouched file, rename, change the prompt, build on a fresh clone."""
    game = example(tmp_path)
    game.build("--offline")
    ok(game.run("pick", "hero", "3"))
    third = shown(game, "hero")
    ok(game.run("reroll", "hero"))
    ok(game.run("pick", "hero", "2"))
    second_take = shown(game, "hero")
    assert not np.array_equal(second_take, third)
    ok(game.run("pick", "hero", "--take", "1"))
    assert np.array_equal(shown(game, "hero"), third)

    retouched = third.copy()
    retouched[30:33, 30:33] = 255
    (tmp_path / "retouched.png").write_bytes(encode_truecolor(retouched))
    ok(game.run("adopt", "hero", str(tmp_path / "retouched.png")))

    for old, new in (("  hero:\n    preset", "  knight:\n    preset"), ("from: [hero]", "from: [knight]")):
        game.edit(old, new)
    game.edit("edit: hero,", "edit: knight,")
    game.edit("input: hero", "input: knight")
    assert game.actions()["knight"] == "rename: renamed from hero"
    game.build("--offline")
    assert np.array_equal(shown(game, "knight"), retouched)
    assert not (game.root / "generated/sprites/hero.png").exists()

    game.edit('    prompt: "lantern-bearing knight, {team} plume, {team} cape"\n    style: rd_pro', "    style: rd_pro")
    game.edit("    style: rd_pro__default", "    prompt: a knight with an owl\n    style: rd_pro__default")
    blocked = {item["asset"]: item["state"] for item in game.build("--offline")["blocked"]}
    assert blocked == {"knight": "adopted"}
    assert np.array_equal(shown(game, "knight"), retouched)
    git(game.root, "add", "-A")
    git(game.root, "commit", "-q", "-m", "The knight")

    git(tmp_path, "clone", "-q", str(game.root), str(tmp_path / "clone"))
    clone = Workbench(tmp_path / "clone", tmp_path / "another store")
    assert not (clone.root / "generated").exists()
    clone.build("--offline")
    assert clone.files() == game.files()
    assert (clone.root / "assets.lock").read_bytes() == (game.root / "assets.lock").read_bytes()
    takes = clone.run("history", "knight", "--json").json["takes"]
    assert [take["pick"] for take in takes] == [3, 2, 3]
    assert takes[-1]["adopted"] is not None

    ok(clone.run("adopt", "knight", "--drop"))
    assert np.array_equal(shown(clone, "knight"), third)
    ok(clone.run("pick", "knight", "--take", "2"))
    assert np.array_equal(shown(clone, "knight"), second_take)
    assert json.loads(clone.run("plan", "logo", "--json").out)["actions"] == []
