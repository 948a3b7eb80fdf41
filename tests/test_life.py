"""The life of a repository: people change, rename, retouch, delete, choose and build at random, and what must hold
after each step holds: nothing paid for is lost or paid for twice, no retouch is overwritten, a build that went well
leaves nothing to do, and a clone of it makes the same files.

`ASSETGEN_SOAK=full` lives longer and more often; `ASSETGEN_LIFE=SEED,STEPS` lives one life.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from workbench import Ran, Workbench, bench

from assetgen.simulator.config import Dialect, SimulatorConfig
from assetgen.simulator.testing import ledger, running

SIZES = {"full": [(seed, 120) for seed in range(20)], "middle": [(seed, 40) for seed in range(4)]}
LIVES = SIZES.get(os.environ.get("ASSETGEN_SOAK", "small"), [(1, 14)])
if "ASSETGEN_LIFE" in os.environ:
    first, steps = os.environ["ASSETGEN_LIFE"].split(",")
    LIVES = [(int(first), int(steps))]

WORDS = ("knight", "slime", "lantern", "barrel", "rat", "torch", "gem", "boots")
RECIPES: tuple[dict[str, Any], ...] = ({}, {"palette": "dusk"}, {"pivot": "bottom"}, {"process": {"rotate": 90}})


def digest_of(path: Path) -> str:
    with Image.open(path) as opened:
        return hashlib.sha256(b"%d " % opened.width + opened.convert("RGBA").tobytes()).hexdigest()


class Life:
    """One repository. `entries` is what its manifest says; what was seen in earlier steps must still be there."""

    def __init__(self, game: Workbench, base: str, dice: random.Random) -> None:
        self.game, self.base, self.dice = game, base, dice
        self.entries: dict[str, dict[str, Any]] = {}
        self.atlas = True
        self.born = 0
        self.originals: set[str] = set()
        self.retouches: dict[str, str] = {}  # pixel digest: what was done
        self.story: list[str] = []
        self.add()
        self.add()

    # -- what people do ------------------------------------------------------------------------------------------------

    def add(self) -> None:
        name = f"a{self.born}"
        self.born += 1
        if self.entries and self.dice.random() < 0.4:
            entry: dict[str, Any] = {"edit": self.any(), "prompt": f"make it {self.dice.choice(WORDS)}"}
        else:
            entry = {"prompt": self.prompt(), "style": "rd_fast__default", "size": 64}
            if self.dice.random() < 0.25:
                entry["candidates"] = 2
        self.entries[name] = entry
        self.say(f"adds {name} {entry}")

    def remove(self) -> None:
        used = {entry.get("edit") for entry in self.entries.values()}
        free = [name for name in self.entries if name not in used]
        if len(self.entries) > 2 and free:
            name = self.dice.choice(free)
            del self.entries[name]
            self.say(f"removes {name}")

    def reword(self) -> None:
        name = self.any()
        self.entries[name]["prompt"] = self.prompt()
        self.say(f"rewords {name}: {self.entries[name]['prompt']}")

    def recipe(self) -> None:
        name = self.any()
        entry = self.entries[name]
        self.entries[name] = {k: v for k, v in entry.items() if k in ("edit", "prompt", "style", "size", "candidates")}
        self.entries[name] |= self.dice.choice(RECIPES)
        self.say(f"other recipe: {name} {self.entries[name]}")

    def rename(self) -> None:
        old, new = self.any(), f"a{self.born}"
        self.born += 1
        self.entries = {new if name == old else name: entry for name, entry in self.entries.items()}
        for entry in self.entries.values():
            if entry.get("edit") == old:
                entry["edit"] = new
        self.say(f"renames {old} to {new}")

    def pack(self) -> None:
        self.atlas = not self.atlas
        self.say(f"atlas {self.atlas}")

    def retouch(self) -> None:
        """Somebody paints over an output."""
        outputs = sorted(self.game.root.glob("generated/**/*.png"))
        if outputs:
            path = self.dice.choice(outputs)
            self.retouches.pop(digest_of(path), None)  # who paints over a retouch has replaced it
            with Image.open(path) as opened:
                picture = opened.convert("RGBA")
            color = (self.dice.randrange(256), self.dice.randrange(256), 7, 255)
            picture.putpixel((self.dice.randrange(picture.width), self.dice.randrange(picture.height)), color)
            picture.save(path)
            where = path.relative_to(self.game.root).as_posix()
            self.retouches[digest_of(path)] = f"{where} in step {len(self.story)}"
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
        self.retouches = {digest: told for digest, told in self.retouches.items() if digest not in there}
        self.game.forget(part)
        self.say(f"deletes {part}")

    def lose_originals(self) -> None:
        """The user's own store has them still."""
        self.game.forget("originals")
        self.retouches.clear()  # adopted ones lay there
        self.originals.clear()
        self.say("deletes originals/")

    # -- what must hold ------------------------------------------------------------------------------------------------

    def build(self) -> None:
        """A build that went well is the end of it, for this machine and for a clone."""
        planned = self.game.run("plan", "--json")
        before = self.spent()
        ran = self.do("build", "--yes", "--json")
        told = json.loads(ran.out)
        cost = Decimal(told["cost"]["amount"])
        assert cost == self.spent() - before, "the report says what was charged"
        assert cost <= Decimal(planned.json["cost"]["amount"]), "never more than was planned"
        if ran.status != 0:
            return
        assert not planned.json["blocked"] or all(b["state"] in ("adopted", "pinned") for b in planned.json["blocked"])
        again = self.game.plan()
        assert again["actions"] == [], "nothing is left to do"
        files, times = self.game.files(), self.game.times()
        assert self.game.build("--yes")["requests"] == 0
        assert self.game.times() == times
        assert self.game.run("check").status == 0
        self.clone(files)

    def clone(self, files: dict[str, bytes]) -> None:
        folder = self.game.root.parent / "clone"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        other = Workbench(folder / "game", folder / "store")
        shutil.copytree(self.game.root, other.root, ignore=shutil.ignore_patterns("generated", ".assetgen"))
        placeholders = "realm: placeholder" in (self.game.root / "assets.lock").read_text()
        ran = other.run("build", "--locked", "--offline")
        assert ran.status == 0 or placeholders, ran.err
        if not placeholders:
            assert other.files() == files, "a clone makes the same files"

    def always(self, ran: Ran | None) -> None:
        if ran is not None:
            assert "Traceback" not in ran.err, ran.err
            assert ran.status in (0, 1, 2, 3), ran.err
        kept = [line for line in ledger(self.base)["lines"] if line["kind"] == "charge"]
        kept = [line for line in kept if line["path"] != "/v1/edit"]  # it knows no seed: another take is the same words
        twice = [what for what, count in Counter((x["path"], x["input"]) for x in kept).items() if count > 1]
        assert not twice, f"paid twice: {twice}"
        there = {hashlib.sha256(p.read_bytes()).hexdigest() for p in self.game.root.glob("originals/**/*.png")}
        assert self.originals <= there, "originals are never overwritten or deleted"
        self.originals = there
        pictures = {digest_of(path) for path in self.game.root.rglob("*.png")}
        for digest, told in self.retouches.items():
            assert digest in pictures, f"the retouch of {told} is gone"

    # -- how it goes ---------------------------------------------------------------------------------------------------

    def live(self, steps: int) -> None:
        doings: list[tuple[Callable[[], None], int]] = [
            (self.build, 10),
            (self.add, 4),
            (self.reword, 4),
            (self.rename, 3),
            (self.remove, 2),
            (self.recipe, 3),
            (self.pack, 1),
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
        ]
        for _ in range(steps):
            (doing,) = self.dice.choices([d for d, _ in doings], [w for _, w in doings])
            self.write()
            self.story.append(f"- {doing.__name__}")
            doing()
            self.always(None)
        self.write()
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
        doc: dict[str, Any] = {"version": 1, "palettes": {"dusk": ["1a1c2c", "ef7d57", "f4f4f4"]}}
        doc["sprites"] = self.entries
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


@pytest.mark.parametrize("dialect", ["v2", "v1"])
@pytest.mark.parametrize(("seed", "steps"), LIVES)
def test_a_life(tmp_path: Path, seed: int, steps: int, dialect: Dialect) -> None:
    with running(SimulatorConfig(balance=None, latency=0.0, slots=16, seed=3), dialect) as base:
        game = bench(tmp_path, "")
        game.env.update(RD_API_KEY="rdpk-one-life", ASSETGEN_API_URL=base)
        life = Life(game, base, random.Random(seed))
        try:
            life.live(steps)
        except AssertionError as error:
            error.add_note("\n".join(life.story))
            raise
