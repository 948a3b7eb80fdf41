"""The life of a repository: two people change, rename, retouch, delete, choose, build and merge at random, on bad days,
too, and what must hold after each step holds: nothing paid for is lost or paid for twice, no retouch is overwritten, a
build that went well leaves nothing to do, and a clone of it makes the same files.

`ASSETGEN_SOAK=full` lives longer and more often; `ASSETGEN_LIFE=SEED,STEPS` lives one life.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from workbench import Ran, Workbench, bench

from assetgen.simulator.config import Dialect, SimulatorConfig
from assetgen.simulator.testing import configure, ledger, running

SIZES = {"full": [(seed, 120) for seed in range(20)], "middle": [(seed, 40) for seed in range(2)]}
LIVES = SIZES.get(os.environ.get("ASSETGEN_SOAK", "small"), [(1, 14)])
if "ASSETGEN_LIFE" in os.environ:
    first, steps = os.environ["ASSETGEN_LIFE"].split(",")
    LIVES = [(int(first), int(steps))]

Entries = dict[str, dict[str, Any]]
STORMS: tuple[dict[str, Any], ...] = (
    {"action": "drop", "when": "before", "method": "POST"},
    {"action": "drop", "when": "after", "method": "POST", "probability": 0.5},
    {"action": "status", "status": 503, "when": "before", "method": "POST"},
    {"action": "status", "status": 524, "when": "after", "method": "POST", "probability": 0.5},
    {"action": "failed_task", "method": "POST"},
    {"action": "wrong_size", "method": "POST", "path": "*/inferences", "probability": 0.5},
    {"action": "truncated_picture", "method": "POST", "path": "*/inferences", "probability": 0.5},
)
REFS = ("edit", "input")
WORDS = ("knight", "slime", "lantern", "barrel", "rat", "torch", "gem", "boots")
RECIPES: tuple[dict[str, Any], ...] = ({}, {"palette": "dusk"}, {"pivot": "bottom"}, {"process": {"rotate": 90}})


def digest_of(path: Path) -> str:
    with Image.open(path) as opened:
        return hashlib.sha256(b"%d " % opened.width + opened.convert("RGBA").tobytes()).hexdigest()


@dataclass
class Version:
    """What git keeps of a repository."""

    entries: Entries = field(default_factory=dict)
    lock: bytes = b"version: 1\n"


@dataclass
class Person:
    """Somebody's clone. What was seen in earlier steps must still be there: digests of originals, and pixel digests of
    retouches with what was done."""

    game: Workbench
    entries: Entries
    merged: Version = field(default_factory=Version)
    originals: set[str] = field(default_factory=set)
    retouches: dict[str, str] = field(default_factory=dict)

    @property
    def lock(self) -> bytes:
        path = self.game.root / "assets.lock"
        return path.read_bytes() if path.exists() else b"version: 1\n"


def looks(game: Workbench) -> dict[str, str | bytes]:
    files = game.files().items()
    return {path: digest_of(game.root / path) if path.endswith(".png") else data for path, data in files}


class Life:
    """One repository and its people, each with an account; `team`: they share a store."""

    def __init__(self, people: list[Workbench], base: str, dice: random.Random, *, team: bool) -> None:
        self.people = [Person(game, {}) for game in people]
        self.me = self.people[0]
        self.base = base
        self.dice = dice
        self.team = team
        self.atlas = True
        self.engines: list[str] = []
        self.stormy = False
        self.born = 0
        self.story: list[str] = []
        self.add()
        self.add()
        for person in self.people[1:]:
            person.entries = deepcopy(self.me.entries)
            if (self.game.root / "art").is_dir():
                shutil.copytree(self.game.root / "art", person.game.root / "art")

    @property
    def game(self) -> Workbench:
        return self.me.game

    @property
    def entries(self) -> Entries:
        return self.me.entries

    # -- what people do ------------------------------------------------------------------------------------------------

    def add(self) -> None:
        name = f"a{self.born}"
        self.born += 1
        sprites = [known for known, entry in self.entries.items() if "input" not in entry]
        kind = self.dice.choices(["generated", "edited", "animated", "drawn"], [10, 6 if sprites else 0, 2, 3])[0]
        if kind == "edited":
            entry: dict[str, Any] = {"edit": self.dice.choice(sprites), "prompt": f"make it {self.dice.choice(WORDS)}"}
        elif kind == "animated" and sprites:
            entry = {"prompt": self.prompt(), "style": "animation__four_angle_walking", "input": sprites[0]}
        elif kind == "drawn":
            entry = {"file": f"art/{name}.png"}
            self.draw(self.game.root / "art" / f"{name}.png")
        else:
            entry = {"prompt": self.prompt(), "style": "rd_fast__default", "size": 64}
            if self.dice.random() < 0.25:
                entry["candidates"] = 2
        self.entries[name] = entry
        self.say(f"adds {name} {entry}")

    def draw(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        shade = self.dice.randrange(256)
        Image.new("RGBA", (32, 32), (shade, 255 - shade, 7, 255)).save(path)

    def redraw(self) -> None:
        drawn = [entry["file"] for entry in self.entries.values() if "file" in entry]
        if drawn:
            path = self.dice.choice(drawn)
            self.draw(self.game.root / path)
            self.say(f"redraws {path}")

    def engine(self) -> None:
        self.engines = self.dice.choice([[], ["godot"], ["phaser"], ["tiled", "love"]])
        self.say(f"engines {self.engines}")

    def remove(self) -> None:
        used = {entry.get(ref) for entry in self.entries.values() for ref in REFS}
        free = [name for name in self.entries if name not in used]
        if len(self.entries) > 2 and free:
            name = self.dice.choice(free)
            del self.me.entries[name]
            self.say(f"removes {name}")

    def reword(self) -> None:
        name = self.dice.choice([name for name, entry in self.entries.items() if "prompt" in entry])
        self.entries[name]["prompt"] = self.prompt()
        self.say(f"rewords {name}: {self.entries[name]['prompt']}")

    def recipe(self) -> None:
        name = self.any()
        kept = {key: value for key, value in self.entries[name].items() if not any(key in recipe for recipe in RECIPES)}
        self.entries[name] = kept | self.dice.choice(RECIPES[: 1 if "input" in kept else None])
        self.say(f"other recipe: {name} {self.entries[name]}")

    def rename(self) -> None:
        old, new = self.any(), f"a{self.born}"
        self.born += 1
        self.me.entries = {new if name == old else name: entry for name, entry in self.entries.items()}
        for entry in self.entries.values():
            entry.update({ref: new for ref in REFS if entry.get(ref) == old})
        self.say(f"renames {old} to {new}")

    def pack(self) -> None:
        self.atlas = not self.atlas
        self.say(f"atlas {self.atlas}")

    def retouch(self) -> None:
        """Somebody paints over an output."""
        outputs = sorted(self.game.root.glob("generated/**/*.png"))
        if outputs:
            path = self.dice.choice(outputs)
            self.me.retouches.pop(digest_of(path), None)  # who paints over a retouch has replaced it
            with Image.open(path) as opened:
                picture = opened.convert("RGBA")
            color = (self.dice.randrange(256), self.dice.randrange(256), 7, 255)
            picture.putpixel((self.dice.randrange(picture.width), self.dice.randrange(picture.height)), color)
            picture.save(path)
            where = path.relative_to(self.game.root).as_posix()
            self.me.retouches[digest_of(path)] = f"{where} in step {len(self.story)}"
            self.say(f"retouches {where}")

    def adopt(self) -> None:
        self.do("adopt", self.any(), *self.dice.choice([(), (), ("--drop",)]))

    def pick(self) -> None:
        self.do("pick", self.any(), str(self.dice.randint(1, 2)))

    def pick_take(self) -> None:
        self.do("pick", self.any(), "--take", str(self.dice.randint(0, 2)))

    def accept(self) -> None:
        self.do("accept", self.any())

    def reroll(self) -> None:
        self.do("reroll", self.any(), "--yes")

    def build_one(self) -> None:
        self.do("build", self.any(), "--yes")

    def build_poor(self) -> None:
        self.do("build", "--yes", "--max-cost", "0.05")

    def build_by_force(self) -> None:
        self.do("build", "--yes", "--force", "--pick-first")

    def build_placeholders(self) -> None:
        self.do("build", "--provider", "placeholder")

    def clean(self) -> None:
        """Somebody deletes what can be made again, as they think."""
        part = self.dice.choice(["generated", ".assetgen", "generated/sprites"])
        there = {digest_of(path) for path in self.game.root.glob(f"{part}/**/*.png")}
        self.me.retouches = {digest: told for digest, told in self.me.retouches.items() if digest not in there}
        self.game.forget(part)
        self.say(f"deletes {part}")

    def lose_originals(self) -> None:
        """The user's own store has them still."""
        self.game.forget("originals")
        self.me.retouches.clear()  # adopted ones lay there
        self.me.originals.clear()
        self.say("deletes originals/")

    def other(self) -> None:
        """The other one goes on."""
        self.me = self.dice.choice([person for person in self.people if person is not self.me])
        self.say(f"now {self.me.game.root.parent.name}")

    def pull(self) -> None:
        """Takes in what the other one has, as git with our merge driver does."""
        theirs = self.dice.choice([person for person in self.people if person is not self.me])
        base = self.me.merged
        for path, data in theirs.game.files("originals", "art").items():
            target = self.game.root / path
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        self.write()
        for name, data in (("base", base.lock), ("theirs", theirs.lock)):
            (self.game.root.parent / name).write_bytes(data)
        if not (self.game.root / "assets.lock").exists():
            (self.game.root / "assets.lock").write_bytes(self.me.lock)
        paid = originals_in(self.me.lock) | originals_in(theirs.lock)
        folder = self.game.root.parent
        self.me.entries = joined(base.entries, self.entries, theirs.entries)
        self.do("merge-lock", str(folder / "base"), str(self.game.root / "assets.lock"), str(folder / "theirs"))
        assert paid <= originals_in(self.me.lock), "the merged lock knows every result of both"
        for person in (self.me, theirs):  # both know theirs now: it is what they have in common
            person.merged = Version(deepcopy(theirs.entries), theirs.lock)
        self.say(f"has now {self.entries}")

    def storm(self) -> None:
        """The service has a bad day, or is well again."""
        rules = self.dice.choice([[], *([rule] for rule in STORMS)])
        configure(self.base, faults=rules)
        self.stormy = True
        self.say(f"faults: {rules}")

    def kill(self) -> None:
        """A build ends where it stands, as a power cut ends it."""
        self.write()
        self.stormy = True
        environment = {**os.environ, **self.game.env, "ASSETGEN_CACHE_DIR": str(self.game.store)}
        command = [sys.executable, "-m", "assetgen", "-C", str(self.game.root), "build", "--yes", "--quiet"]
        build = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with suppress(subprocess.TimeoutExpired):
            build.wait(0.1 + self.dice.random())
        build.kill()
        build.wait()
        self.say("builds, and is killed")

    # -- what must hold ------------------------------------------------------------------------------------------------

    def build(self) -> None:
        """A build that went well is the end of it, for this machine and for a clone."""
        planned = self.game.run("plan", "--json")
        before = self.spent()
        ran = self.do("build", "--yes", "--json")
        assert ran.status != 2, ran.err
        told = json.loads(ran.out)
        cost = Decimal(told["cost"]["amount"])
        if not self.stormy:  # of an unknown outcome it says so
            assert cost == self.spent() - before, "the report says what was charged"
            assert cost <= Decimal(planned.json["cost"]["amount"]), "never more than was planned"
        if ran.status != 0:
            return
        assert not planned.json["blocked"] or all(b["state"] in ("adopted", "pinned") for b in planned.json["blocked"])
        again = self.game.plan()
        assert again["actions"] == [], "nothing is left to do"
        times = self.game.times()
        assert self.game.build("--yes")["requests"] == 0
        assert self.game.times() == times
        assert self.game.run("check").status == 0
        self.clone()

    def clone(self) -> None:
        folder = self.game.root.parent / "clone"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        other = Workbench(folder / "game", folder / "store")
        shutil.copytree(self.game.root, other.root, ignore=shutil.ignore_patterns("generated", ".assetgen"))
        placeholders = "realm: placeholder" in (self.game.root / "assets.lock").read_text()
        ran = other.run("build", "--locked", "--offline")
        assert ran.status == 0 or placeholders, ran.err
        if not placeholders:
            mine = looks(self.game)  # and what was left of assets that the other one removed
            assert looks(other) == {path: mine.get(path) for path in looks(other)}, "the same files, pixel for pixel"

    def always(self, ran: Ran | None) -> None:
        if ran is not None:
            assert "Traceback" not in ran.err, ran.err
            assert ran.status in (0, 1, 2, 3), ran.err
        lines = ledger(self.base)["lines"]
        back = {line["refund_of"] for line in lines if line["kind"] == "refund"}
        kept = [line for line in lines if line["kind"] == "charge" and line["number"] not in back]
        kept = [line for line in kept if line["path"] != "/v1/edit"]  # it knows no seed: another take is the same words
        asked = [(line["path"], line["input"], "team" if self.team else line["account"]) for line in kept]
        twice = [what for what, count in Counter(asked).items() if count > 1]
        assert not twice, f"paid twice: {twice}"
        there = {hashlib.sha256(p.read_bytes()).hexdigest() for p in self.game.root.glob("originals/**/*.png")}
        assert self.me.originals <= there, "originals are never overwritten or deleted"
        self.me.originals = there
        pictures = {digest_of(path) for path in self.game.root.rglob("*.png")}
        for digest, told in self.me.retouches.items():
            assert digest in pictures, f"the retouch of {told} is gone"

    # -- how it goes ---------------------------------------------------------------------------------------------------

    def live(self, steps: int, *, storms: bool) -> None:
        doings: list[tuple[Callable[[], None], int]] = [
            (self.build, 10),
            (self.add, 4),
            (self.reword, 4),
            (self.rename, 3),
            (self.remove, 2),
            (self.recipe, 3),
            (self.pack, 1),
            (self.engine, 1),
            (self.redraw, 2),
            (self.retouch, 3),
            (self.adopt, 2),
            (self.pick, 3),
            (self.pick_take, 2),
            (self.accept, 2),
            (self.reroll, 2),
            (self.build_one, 3),
            (self.build_poor, 1),
            (self.build_by_force, 2),
            (self.build_placeholders, 1),
            (self.clean, 2),
            (self.lose_originals, 1),
            (self.other, 3),
            (self.pull, 4),
            (self.storm, 2 if storms else 0),
            (self.kill, 2 if storms else 0),
        ]
        for _ in range(steps):
            (doing,) = self.dice.choices([d for d, _ in doings], [w for _, w in doings])
            self.write()
            self.story.append(f"- {doing.__name__}")
            doing()
            self.always(None)
        self.write()
        configure(self.base, faults=[])
        self.do("build", "--yes", "--pick-first", "--force")
        self.story.append("- last build")
        self.build()

    def do(self, *words: str) -> Ran:
        self.write()
        ran = self.game.run(*words)
        self.say(f"assetgen {' '.join(words)} → {ran.status} {ran.err.strip()}")
        self.always(ran)
        return ran

    def write(self) -> None:
        doc: dict[str, Any] = {"version": 1, "project": "life", "palettes": {"dusk": ["1a1c2c", "ef7d57", "f4f4f4"]}}
        doc["engines"] = self.engines
        doc["sprites"] = {name: entry for name, entry in self.entries.items() if "input" not in entry}
        doc["animations"] = {name: entry for name, entry in self.entries.items() if "input" in entry}
        if self.atlas:
            doc["atlases"] = {"all": {"include": ["*"], "max_size": 256}}
        self.game.write(json.dumps(doc, indent=1))

    def any(self) -> str:
        return self.dice.choice(list(self.entries))

    def prompt(self) -> str:
        return f"{self.dice.choice(WORDS)} {self.dice.randrange(3)}"

    def spent(self) -> Decimal:
        return Decimal(ledger(self.base)["spent"])

    def say(self, text: str) -> None:
        self.story.append(text)


def joined(base: Entries, ours: Entries, theirs: Entries) -> Entries:
    """As a person merges two manifests: what one side changed; ours where both did."""
    found: Entries = {}
    for name in dict.fromkeys([*ours, *theirs]):
        mine, old, its = ours.get(name), base.get(name), theirs.get(name)
        entry = its if mine == old else mine
        if entry is not None:
            found[name] = deepcopy(entry)
    while gone := [name for name, entry in found.items() if any(entry.get(ref) not in (None, *found) for ref in REFS)]:
        for name in gone:
            del found[name]
    return found or deepcopy(ours)


def originals_in(lock: bytes) -> set[str]:
    return set(re.findall(r"sha256: ([0-9a-f]{64})", lock.decode()))


@pytest.mark.parametrize("dialect", ["v2", "v1"])
@pytest.mark.parametrize(("seed", "steps"), LIVES)
def test_a_life(tmp_path: Path, seed: int, steps: int, dialect: Dialect) -> None:
    dice = random.Random(seed)
    with running(SimulatorConfig(balance=None, latency=0.0, slots=16, seed=3), dialect) as base:
        team = dice.random() < 0.5
        people = []
        for name in ("ann", "bob"):
            (tmp_path / name).mkdir()
            game = bench(tmp_path / name, "")
            game.env.update(RD_API_KEY=f"rdpk-key-of-{name}", ASSETGEN_API_URL=base)
            if team:
                game.env["ASSETGEN_SHARED_STORE"] = str(tmp_path / "team")
            people.append(game)
        life = Life(people, base, dice, team=team)
        try:
            life.live(steps, storms=dialect == "v2")  # where v1 may have charged only a person knows it
        except AssertionError as error:
            error.add_note("\n".join(life.story))
            raise
