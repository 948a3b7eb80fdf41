"""Bad days of a machine: a full disk, what cannot be written, clocks that jump, two builds at once, damaged caches.

Each with the real command: a clear error, nothing bought twice, nothing lost, and all is well once the day is better.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from test_money_rules import paid, process
from workbench import Workbench

from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.testing import configure, ledger, reset, running

COUNT = 6
SOAK = "ASSETGEN_SOAK" in os.environ


def manifest(count: int = COUNT) -> str:
    lines = ["version: 1", "network: {retries: 4}", "sprites:"]
    lines += [f"  gem_{n}: {{prompt: gem number {n}, style: rd_fast__mc_item, size: 32}}" for n in range(count)]
    return "\n".join([*lines, "atlases:", "  all: {include: ['**']}", ""])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running(SimulatorConfig()) as base:
        yield base


@pytest.fixture
def service(server: str) -> Iterator[str]:
    """The service, with an empty ledger."""
    yield server
    reset(server)


def charges(service: str) -> Counter[str]:
    return Counter(line["prompt"] for line in ledger(service)["lines"] if line["kind"] == "charge")


def whole(game: Workbench, service: str, count: int = COUNT) -> None:
    """The next build has nothing left to ask of anybody, and everything was paid for once."""
    report = game.build("--yes")
    assert {entry["status"] for entry in report["assets"].values()} <= {"built", "unchanged"}
    assert game.run("check").status == 0
    assert charges(service) == {f"gem number {n}": 1 for n in range(count)}


# -- disks ------------------------------------------------------------------------------------------------------------


def sudo(*command: object) -> None:
    """Skips the test where this machine does not allow it."""
    try:
        subprocess.run([str(part) for part in command], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"") or str(error).encode()
        pytest.skip(f"`{command[0]}` is not possible here (only root may): {said.decode(errors='replace').strip()}")


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    place.mkdir()
    sudo("mount", "-t", "tmpfs", "-o", f"size={size}", "none", place)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=False, capture_output=True)


def fill(disk: Path, free: int) -> Path:
    """A file that leaves `free` bytes."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(max(shutil.disk_usage(disk).free - free, 0)))
    return filler


def test_on_a_full_disk_nothing_is_sent(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service, manifest())
    with small_disk(tmp_path / "disk", "1m") as disk:
        game.store = disk / "store"
        filler = fill(disk, 0)
        ran = game.run("build", "--yes")
        assert ran.status == 1, ran.err
        assert "No space left on device" in ran.err
        assert charges(service) == {}
        filler.unlink()
        whole(game, service)


@pytest.mark.parametrize("free", [20_000, 60_000, 110_000] if SOAK else [60_000])
def test_a_disk_that_fills_up_under_a_build(tmp_path: Path, service: str, free: int) -> None:
    with small_disk(tmp_path / "disk", "2m") as disk:
        game = paid(disk, service, manifest())
        filler = fill(disk, free)
        ran = game.run("build", "--yes")
        assert ran.status == 1, ran.err
        assert "No space left on device" in ran.err
        before = charges(service)
        assert set(before.values()) <= {1}
        again = game.run("build", "--yes")
        assert again.status == 1
        assert "No space left on device" in again.err
        filler.unlink()
        whole(game, service)


def test_an_output_folder_on_a_read_only_disk(tmp_path: Path, service: str) -> None:
    game = paid(tmp_path, service, manifest())
    place = game.root / "generated"
    place.mkdir()
    sudo("mount", "--bind", place, place)
    try:
        sudo("mount", "-o", "remount,bind,ro", place)
        ran = game.run("build", "--yes")
        assert ran.status == 1
        assert "Read-only file system" in ran.err
        assert "generated/" in ran.err
        assert len(charges(service)) == COUNT, "what is paid is in the store whatever becomes of outputs"
    finally:
        subprocess.run(["umount", "-l", place], check=False, capture_output=True)
    whole(game, service)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Nobody can replace, change or delete the file: what an open editor does on Windows."""
    sudo("chattr", "+i", path)
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", path], check=True)


@pytest.mark.parametrize(
    "path", ["generated/sprites/gem_1.png", "assets.lock", *(["generated/assets.json"] if SOAK else [])]
)
def test_a_file_that_an_editor_holds(tmp_path: Path, service: str, path: str) -> None:
    apart, _, _ = manifest(2).partition("atlases:")
    game = paid(tmp_path, service, apart.replace("number 1,", "number one,"))
    game.build("--yes")
    before = (game.root / path).read_bytes()
    game.write(manifest(3).partition("atlases:")[0])
    with held(game.root / path):
        ran = game.run("build", "--yes")
        assert ran.status == 1, ran.out
        assert f"{path}: Operation not permitted" in ran.err
        assert (game.root / path).read_bytes() == before
        assert (game.root / "generated/sprites/gem_2.png").is_file() or path == "assets.lock", "the others are written"
    report = game.build("--yes")
    assert report["requests"] == 0, "it is paid for already"
    assert (game.root / path).read_bytes() != before
    assert game.run("check").status == 0
    assert charges(service) == {f"gem number {n}": 1 for n in (0, "one", 1, 2)}


# -- clocks -----------------------------------------------------------------------------------------------------------

YEAR = 365.25 * 24 * 3600


def test_clocks_that_jump_between_builds(tmp_path: Path, service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    game = paid(tmp_path, service, manifest(1))
    right = time.time
    for count, years in enumerate((0, 10, -20), 1):
        monkeypatch.setattr(time, "time", lambda years=years: right() + years * YEAR)
        game.write(manifest(count))
        configure(service, faults=[{"action": "rate_limit", "seconds": 0.05, "times": 1}])
        assert game.build("--yes")["requests"] == 1
        files, times = game.files("generated"), game.times("generated")
        assert game.run("build", "--yes").status == 0
        assert (game.files("generated"), game.times("generated")) == (files, times), "nothing was to be done"
        (game.root / "generated/atlases/all-0.png").unlink()
        game.build("--yes")
        assert game.files("generated") == files
    monkeypatch.setattr(time, "time", right)
    whole(game, service, 3)


def test_a_clock_that_jumps_during_a_build(tmp_path: Path, service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock shows another day: nothing waits for ever, nothing is repeated that was answered."""
    right, looks = time.time, iter(range(1 << 30))
    monkeypatch.setattr(time, "time", lambda: right() + (next(looks) * 7 % 13 - 6) * 40_000)
    game = paid(tmp_path, service, manifest())
    limits: list[dict[str, Any]] = [{"action": "rate_limit", "seconds": 0.05, "probability": 0.3}]
    configure(service, faults=limits)
    ran = game.run("build", "--yes", "--json")
    assert ran.status == 0, ran.err
    monkeypatch.setattr(time, "time", right)
    whole(game, service)


# -- two at once, damaged caches --------------------------------------------------------------------------------------


def test_two_builds_of_one_project_at_once(tmp_path: Path, service: str) -> None:
    configure(service, latency=0.3)
    game = paid(tmp_path, service, manifest())
    builds = [process(game), process(game)]
    ends = []
    for build in builds:
        out, err = build.communicate(timeout=60)
        ends.append((build.returncode, err.decode()))
        assert b"Traceback" not in err
        assert build.returncode == 0 or b"another assetgen" in err
        assert build.returncode == 0 or not out.strip() or json.loads(out)
    assert 0 in [status for status, _ in ends], ends
    configure(service, latency=0.0)
    whole(game, service)


def emptied(data: bytes) -> bytes:
    return b""


def cut_off(data: bytes) -> bytes:
    return data[: len(data) // 2]


def zeros(data: bytes) -> bytes:
    return bytes(len(data))


def swapped(data: bytes) -> bytes:
    return data[::-1]


@pytest.mark.parametrize("damage", [emptied, cut_off, zeros, swapped])
def test_all_that_can_be_made_again_is_damaged(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    """Databases, records, stamps, memos, the log: the build makes them again, and the same files."""
    game = Workbench(tmp_path / "game", tmp_path / "store")
    game.root.mkdir()
    game.write(manifest(3).replace("version: 1", "version: 1\nprovider: placeholder"))
    game.build()
    files = game.files("generated")
    remade = [path for path in (game.root / ".assetgen").rglob("*") if path.is_file()]
    remade += [path for path in (game.store / "cache").rglob("*") if path.is_file()]
    assert {"stamps", "written", "clean", "cache.db"} <= {path.name for path in remade}
    for path in remade:
        data = path.read_bytes()
        path.unlink()  # a database may still be open in this process
        path.write_bytes(damage(data))
    assert game.run("build").status == 0
    assert game.files("generated") == files
    game.edit("gem number 1", "gem number one")
    assert game.build()["assets"]["gem_1"]["status"] == "built"
    assert set(game.files("generated")) == set(files)
    assert game.run("check").status == 0


@pytest.mark.parametrize("left", [b"", bytes(300)])
def test_names_without_their_bytes(tmp_path: Path, left: bytes) -> None:
    """What a power cut leaves of outputs, which are not synced one by one: nobody's work, so they are made again."""
    game = Workbench(tmp_path / "game", tmp_path / "store")
    game.root.mkdir()
    game.write(manifest(2).replace("version: 1", "version: 1\nproject: gems\nprovider: placeholder\nengines: [godot]"))
    game.build()
    files = game.files("generated")
    hollow = [path for path in files if not left or path.endswith(".png")]
    assert {Path(path).suffix for path in hollow} >= ({".png"} if left else {".png", ".tres", ".json"})
    for path in hollow:
        (game.root / path).write_bytes(left)
    game.build()
    assert game.files("generated") == files
    assert game.run("check").status == 0
