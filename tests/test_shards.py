"""Slicing and packing on several machines: each does its part, a last run joins them and cuts nothing again."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench import Workbench, bench

from assetgen.build import work
from assetgen.build.finish import Finished
from assetgen.build.shards import Shard, parse
from assetgen.build.shelf import Shelf

ITEMS = 24
MANIFEST = (
    "version: 1\nprovider: placeholder\nengines: [phaser]\n"
    "palettes:\n  dusk: [1a1c2c, 5d275d, b13e53, ef7d57]\n"
    "sprites:\n"
    + "".join(
        f"  gem_{n}: {{prompt: gem {n}, style: rd_fast__mc_item, size: 16, palette: dusk}}\n" for n in range(ITEMS)
    )
    + "  twin: {edit: gem_0, prompt: add a glow}\n"
    "animations:\n  walk: {prompt: knight, style: animation__four_angle_walking}\n"
    "atlases:\n  low: {include: [gem_1*], padding: 1}\n  high: {include: [gem_2*, walk], padding: 1}\n"
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    folder = tmp_path_factory.mktemp("whole")
    game = bench(folder, MANIFEST)
    game.build()
    return game


def clone(whole: Workbench, folder: Path) -> Workbench:
    """What a checkout holds: manifest, lock and originals."""
    folder.mkdir()
    game = bench(folder, MANIFEST)
    shutil.copy(whole.root / "assets.lock", game.root)
    shutil.copytree(whole.root / "originals", game.root / "originals")
    return game


def finishes(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what is cut and processed."""
    seen: Counter[str] = Counter()
    real = work._finish

    def counted(item: work.Work, shelf: Shelf) -> Finished:
        seen[item.asset.name] += 1
        return real(item, shelf)

    monkeypatch.setattr(work, "_finish", counted)
    return seen


@pytest.mark.parametrize("count", [1, 3, 8])
def test_shards_and_the_run_that_joins_them(
    tmp_path: Path, whole: Workbench, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    seen = finishes(monkeypatch)
    joined = clone(whole, tmp_path / "join")
    written: Counter[str] = Counter()
    for index in range(1, count + 1):
        machine = clone(whole, tmp_path / f"m{index}")
        assert machine.run("build", "--locked", "--offline", "--shard", f"{index}/{count}").status == 0
        files = machine.files()
        written.update(list(files))
        assert "generated/assets.json" not in files
        for folder in ("generated", ".assetgen/shards"):
            if (machine.root / folder).is_dir():
                shutil.copytree(machine.root / folder, joined.root / folder, dirs_exist_ok=True)
    assert set(seen) == {*(f"gem_{n}" for n in range(ITEMS)), "twin", "walk"}
    assert all(times == 1 for name, times in seen.items() if name != "gem_0"), "gem_0 is also what twin is made of"
    assert all(times == 1 for path, times in written.items() if "gem_0" not in path)
    seen.clear()
    assert joined.run("build", "--locked", "--offline").status == 0
    assert not seen, "nothing is cut again"
    assert joined.files() == whole.files()
    assert not (joined.root / ".assetgen/shards").exists()


def test_what_a_shard_left_may_be_damaged(tmp_path: Path, whole: Workbench) -> None:
    joined = clone(whole, tmp_path / "join")
    folder = joined.root / ".assetgen" / "shards"
    folder.mkdir(parents=True)
    (folder / "1-of-2").write_bytes(b"\x00" * 100)
    (folder / "2-of-2").write_bytes(b"")
    assert joined.run("build", "--locked", "--offline").status == 0
    assert joined.files() == whole.files()


def test_shards_that_buy_share_one_lock_later(tmp_path: Path, whole: Workbench) -> None:
    """Without --locked a shard generates its part, too."""
    game = bench(tmp_path, MANIFEST)
    built = set()
    for index in (1, 2):
        report = game.build("--shard", f"{index}/2")
        built |= {name for name, entry in report["assets"].items() if entry["status"] == "built"}
    assert len(built) == ITEMS + 2
    game.build()
    assert game.files() == whole.files()


def test_a_shard_does_not_announce_the_files_of_the_whole(tmp_path: Path) -> None:
    told = bench(tmp_path, MANIFEST).run("build", "--shard", "1/2").err
    assert "to generate" in told
    assert "export" not in told


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "a/b", "1/2/3", "-1/2"])
def test_no_part_of_a_whole(tmp_path: Path, text: str) -> None:
    game = bench(tmp_path, MANIFEST)
    ran = game.run("build", f"--shard={text}")
    assert ran.status == 2
    assert "no part of a whole" in ran.err


def test_a_shard_of_a_part(tmp_path: Path) -> None:
    ran = bench(tmp_path, MANIFEST).run("build", "gem_1", "--shard", "1/2")
    assert ran.status == 2
    assert "give no ASSET" in ran.err


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=12), unique=True, max_size=30), st.integers(1, 40))
def test_each_name_falls_into_one_part(names: list[str], count: int) -> None:
    for name in names:
        assert sum(Shard(index, count).holds(name) for index in range(1, count + 1)) == 1


def test_parts_are_fixed_for_ever() -> None:
    assert [Shard(i, 5).holds("atlas:characters") for i in range(1, 6)].index(True) == 3
    assert str(parse("2/5")) == "2/5"
