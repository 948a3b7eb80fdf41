"""What is not looked at when nothing changed, what is noticed when something did, and how little is then redone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from workbench import Workbench, bench

import assetgen
from assetgen.build.finish import Finished, Sources, finish
from assetgen.model.manifest import Asset
from assetgen.pixels.png import encode

MANIFEST = """\
version: 1
provider: placeholder
include: [parts/*.yaml]
palettes:
  dusk: {file: art/dusk.hex}
sprites:
  hero: {prompt: lantern-bearing knight, style: rd_fast__default, size: 64, seed: 7}
  logo: {file: art/logo.png}
  gem: {file: art/gem.png, palette: dusk}
animations:
  walk: {file: "art/walk/*.png"}
atlases:
  items: {include: [gem, logo]}
project: keep
engines: [godot]
write: [single, sheet]
"""
PART = "sprites:\n  key: {file: ../art/key.png}\n"


def picture(seed: int, side: int = 12) -> bytes:
    """A noisy sprite of four colours."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((side, side, 4), np.uint8)
    pixels[..., :3] = rng.integers(0, 256, (4, 3), dtype=np.uint8)[rng.integers(0, 4, (side, side))]
    pixels[..., 3] = 255
    return encode(pixels)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows whenever a command opens a project: stays empty where an answer was known."""
    from assetgen.build.session import Session

    seen: list[str] = []
    before = Session.__init__

    def noted(self: Session, *args: Any) -> None:
        seen.append("session")
        before(self, *args)

    monkeypatch.setattr(Session, "__init__", noted)
    return seen


def settle() -> None:
    """Waits until a file changed now no longer counts as changed just now."""
    time.sleep(0.15)


@pytest.fixture
def game(tmp_path: Path) -> Workbench:
    made = bench(tmp_path, MANIFEST)
    made.write(PART, "parts/keys.yaml")
    made.write("1a1c2c\n5d275d\nb13e53\nef7d57\n", "art/dusk.hex")
    for seed, name in enumerate(("logo", "gem", "key", "walk/1", "walk/2")):
        path = made.root / f"art/{name}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture(seed))
    settle()
    made.build()
    return made


def test_the_first_idle_build_already_knows(game: Workbench, looks: list[str]) -> None:
    ran = game.run("build")
    assert looks == []
    assert (ran.status, ran.out) == (0, "")
    assert "Nothing to do: 5 assets up to date." in ran.err
    assert game.run("build", "--quiet").err == ""
    assert looks == []


def test_plan_and_documents_are_told_again_in_full(game: Workbench, looks: list[str]) -> None:
    for command in (("build", "--json"), ("plan", "--json"), ("plan", "--exit-code")):
        first, again, third = (game.run(*command) for _ in range(3))
        assert (first.status, first.out, first.err) == (again.status, again.out, again.err)
        assert again == third
    assert len(looks) == 1, "the plan is worked out once; the build has told its document already"
    report = game.run("build", "--json").json
    assert {name: entry["status"] for name, entry in report["assets"].items()} == dict.fromkeys(
        ("gem", "hero", "key", "logo", "walk"), "unchanged"
    )
    assert report["assets"]["hero"]["outputs"] == ["generated/sprites/hero.png"]
    assert game.plan()["unchanged"] == 5


def touch(path: str, data: bytes) -> Callable[[Workbench], None]:
    def change(game: Workbench) -> None:
        (game.root / path).write_bytes(data)

    return change


def same_size_and_time(path: str) -> Callable[[Workbench], None]:
    """Other bytes, put there so that size and modification time stay."""

    def change(game: Workbench) -> None:
        target = game.root / path
        found, data = target.stat(), bytearray(target.read_bytes())
        data[-20] ^= 1
        target.write_bytes(data)
        os.utime(target, ns=(found.st_atime_ns, found.st_mtime_ns))

    return change


def remove(path: str) -> Callable[[Workbench], None]:
    return lambda game: (game.root / path).unlink()


def originals_gone(game: Workbench) -> None:
    game.forget("originals/hero", "store")


def lock_changed(game: Workbench) -> None:
    lock = game.root / "assets.lock"
    text = lock.read_text()
    lock.write_text(text.replace("  kind: sprite\n", "  kind: animation\n", 1))


CHANGES: dict[str, tuple[Callable[[Workbench], object], bool]] = {
    "a prompt": (lambda game: game.edit("knight", "rogue"), True),
    "a comment": (lambda game: game.edit("include:", "# words\ninclude:"), False),
    "an included manifest": (lambda game: game.edit("key:", "lock:", "parts/keys.yaml"), True),
    "a new included manifest": (lambda game: game.write("sprites: {}\n", "parts/more.yaml"), False),
    "a palette file": (lambda game: game.edit("ef7d57", "ef7d58", "art/dusk.hex"), True),
    "an input": (touch("art/logo.png", picture(99)), True),
    "an input, size and time kept": (same_size_and_time("art/dusk.hex"), True),
    "a frame more for a glob": (touch("art/walk/3.png", picture(98)), True),
    "a frame less for a glob": (remove("art/walk/2.png"), True),
    "an output": (touch("generated/sprites/hero.png", picture(97)), True),
    "a text output": (touch("generated/assets.json", b"{}"), True),
    "an output gone": (remove("generated/sprites/hero.png"), True),
    "an engine's file gone": (lambda game: next((game.root / "generated").rglob("*.tres")).unlink(), True),
    "an original gone": (originals_gone, True),
    "the lock": (lock_changed, False),
    "the lock gone": (remove("assets.lock"), True),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_is_noticed(game: Workbench, looks: list[str], what: str) -> None:
    change, to_do = CHANGES[what]
    assert game.run("plan").err.startswith("Nothing to do")
    looks.clear()
    settle()
    change(game)
    plan = game.plan()
    assert looks, "the old answer was given"
    assert bool(plan["actions"] or plan["blocked"]) == to_do, plan


def test_a_change_right_behind_a_build_is_noticed(game: Workbench) -> None:
    """Within one tick of the clock times need not tell two states of a file apart: its bytes are looked at."""
    for number in range(5):
        (game.root / "art/logo.png").write_bytes(picture(10 + number))
        assert game.build()["assets"]["logo"]["status"] == "built", number


@pytest.mark.parametrize("flags", [("--provider", "retrodiffusion"), ("--repack",), ("hero",), ("--locked",)])
def test_other_options_have_answers_of_their_own(game: Workbench, looks: list[str], flags: tuple[str, ...]) -> None:
    game.run("build", *flags, ASSETGEN_API_URL="http://127.0.0.1:9/v2")
    assert looks


@pytest.mark.parametrize("name", ["ASSETGEN_API_URL", "ASSETGEN_CACHE_DIR"])
def test_another_environment_is_another_question(game: Workbench, looks: list[str], name: str, tmp_path: Path) -> None:
    assert game.run("plan", **{name: str(tmp_path / "other")}).status == 0
    assert looks


def test_a_failed_asset_is_never_taken_for_done(game: Workbench, looks: list[str]) -> None:
    (game.root / "art/logo.png").write_bytes(b"no picture")
    for _ in range(3):
        assert game.run("build").status == 1
    assert len(looks) == 3


def test_a_damaged_answer_is_none(game: Workbench, looks: list[str]) -> None:
    clean = game.root / ".assetgen/clean"
    whole = clean.read_bytes()
    for damage in (b"", b"{}", whole[:-40], whole.replace(b'"lines"', b'"limes"'), b"\xff" + whole):
        clean.write_bytes(damage)
        looks.clear()
        assert "Nothing to do" in game.run("build").err
        assert looks


def test_an_idle_command_imports_next_to_nothing(game: Workbench) -> None:
    code = (
        "import sys\nfrom assetgen.cli.main import main\nstatus = main(sys.argv[1:])\n"
        "heavy = {'yaml', 'numpy', 'PIL', 'httpx', 'rich', 'asyncio', 'jsonschema', 'diskcache', 'decimal', 'hashlib',"
        " 'dataclasses', 'inspect', 'msgspec',"
        " 'assetgen.build.session', 'assetgen.model.manifest', 'assetgen.plan.planner'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or status)"
    )
    package = str(Path(assetgen.__file__).parents[1])  # the very one that built: it may not be the one in this folder
    environment = {**os.environ, "ASSETGEN_CACHE_DIR": str(game.store), "PYTHONPATH": package}
    settle()
    game.run("plan")
    done = subprocess.run(
        [sys.executable, "-c", code, "-C", str(game.root), "plan"], env=environment, cwd=game.root,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Nothing to do" in done.stderr


# -- how little is redone ---------------------------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path: Path) -> Workbench:
    """200 sprites in an atlas of several pages, and one apart."""
    names = [f"s{number:03d}" for number in range(200)]
    lines = [f"  {name}: {{file: art/{name}.png}}" for name in (*names, "apart")]
    atlas = "atlases:\n  all: {include: [s*], max_size: 128}\nproject: keep\nengines: [godot]\n"
    made = bench(tmp_path, "version: 1\nprovider: placeholder\nsprites:\n" + "\n".join(lines) + "\n" + atlas)
    (made.root / "art").mkdir()
    for seed, name in enumerate((*names, "apart")):
        (made.root / f"art/{name}.png").write_bytes(picture(seed))
    made.build()
    return made


def changed_files(game: Workbench, change: Callable[[], object]) -> set[str]:
    before = game.times("generated")
    settle()
    change()
    game.build()
    after = game.times("generated")
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_one_changed_sprite_rewrites_its_page_alone(many: Workbench) -> None:
    pages = sorted((many.root / "generated/atlases").glob("*.png"))
    assert len(pages) >= 3
    place = many.index()["sprites"]["s123"]["atlas"]
    page = many.index()["atlases"]["all"]["pages"][place["page"]]["file"]
    changed = changed_files(many, lambda: (many.root / "art/s123.png").write_bytes(picture(999)))
    assert changed == {f"generated/{page}"}, "same size, same place: the data does not change"


def test_one_sprite_of_another_size_rewrites_page_and_data_only(many: Workbench) -> None:
    changed = changed_files(many, lambda: (many.root / "art/s123.png").write_bytes(picture(999, 9)))
    pages = {path for path in changed if path.endswith(".png")}
    assert len(pages) == 1
    assert all(path.endswith((".json", ".tres")) for path in changed - pages), changed
    assert not any("sprites/" in path for path in changed)


def test_a_sprite_apart_touches_no_page(many: Workbench) -> None:
    changed = changed_files(many, lambda: (many.root / "art/apart.png").write_bytes(picture(999)))
    assert changed == {"generated/sprites/apart.png"}


def test_a_new_name_draws_no_page(many: Workbench) -> None:
    def placed() -> dict[str, object]:
        pages = sorted((many.root / "generated/atlases").glob("*.json"))
        return {name: (page.name, frame["frame"]) for page in pages
                for name, frame in json.loads(page.read_text())["frames"].items()}  # fmt: skip

    many.edit("  s150: {file: art/s150.png}\n", "")  # leaves a hole where a newcomer would go
    many.build()
    before = placed()

    def rename() -> None:
        many.edit("  s003: ", "  s/knight: ")
        many.edit("include: [s*]", 'include: ["s**"]')

    changed = changed_files(many, rename)
    assert not [path for path in changed if path.endswith(".png")]
    assert placed() == {"s/knight" if name == "s003" else name: place for name, place in before.items()}
    assert many.run("check").status == 0


# -- what was finished once -------------------------------------------------------------------------------------------


@pytest.fixture
def recipes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of each asset whose base picture is cut and goes through its recipe."""
    seen: list[str] = []

    def noted(asset: Asset, sources: Sources) -> Finished:
        seen.append(asset.name)
        return finish(asset, sources)

    monkeypatch.setattr("assetgen.build.work.finish", noted)
    return seen


@pytest.fixture
def worked(tmp_path: Path) -> Workbench:
    """A mapped sprite, one edited by a person, a retimed animation, a tileset, and an atlas of two."""
    made = bench(tmp_path, WORKED)
    made.write("1a1c2c\n5d275d\nb13e53\nef7d57\n", "art/dusk.hex")
    for seed, (name, side) in enumerate((("gem", 12), ("knight", 12), ("walk", 24), ("ground", 32))):
        (made.root / "art" / f"{name}.png").write_bytes(picture(seed, side))
    settle()
    made.build()
    return made


WORKED = """\
version: 1
provider: placeholder
palettes:
  dusk: {file: art/dusk.hex}
sprites:
  gem: {file: art/gem.png, palette: dusk}
  knight: {file: art/knight.png, process: {outline: {color: 1a1c2c}}}
animations:
  walk: {file: art/walk.png, layout: {columns: 2, rows: 2}, process: {trim: true}}
tilesets:
  ground: {file: art/ground.png, tile_size: 16, palette: dusk}
atlases:
  all: {include: [gem, knight]}
write: [single, sheet]
"""
NAMES = ["gem", "ground", "knight", "walk"]


@pytest.mark.parametrize("locked", [True, False])
def test_a_second_clone_takes_finished_frames_from_the_users_cache(
    worked: Workbench, recipes: list[str], tmp_path: Path, locked: bool
) -> None:
    """With the lock of the first, and without: two people's branches meet before it is committed."""
    clone = worked.copy(tmp_path / "clone")
    for cache, made in ((worked.store, []), (tmp_path / "another", NAMES)):  # the second: the count counts
        clone.store = cache
        clone.forget("generated", ".assetgen")
        if not locked:
            (clone.root / "assets.lock").unlink()
        report = clone.build()
        assert {name for name, asset in report["assets"].items() if asset["status"] == "built"} == set(NAMES)
        assert clone.files() == worked.files()
        assert sorted(recipes) == made


def test_a_branch_that_was_built_before_runs_no_recipe_again(worked: Workbench, recipes: list[str]) -> None:
    main, branch = "{color: 1a1c2c}", "{color: b13e53}"
    files = {main: worked.files()}
    worked.edit(main, branch)
    worked.build()
    files[branch] = worked.files()
    for here, there in ((branch, main), (main, branch)):
        worked.edit(here, there)
        worked.build()
        assert worked.files() == files[there]
    assert recipes == ["knight"]
