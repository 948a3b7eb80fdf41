"""Builds with several processes: the same files as with one, whoever is killed and whatever is retouched meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from patience import LONG, until
from test_incremental import picture, settle
from workbench import Workbench

from assetgen.build.finish import Finished, Sources, finish
from assetgen.build.outputs import Target, Writer, staged
from assetgen.build.strip import Laid, Strip
from assetgen.model.manifest import Asset
from assetgen.pixels.picture import Picture, file_digest
from assetgen.store.state import State

linux = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
NAMES = [f"s{number:03d}" for number in range(210)]


def project(folder: Path, extra: str = "") -> Workbench:
    """Enough sprites for several processes."""
    game = Workbench(folder, folder.with_name(folder.name + "-store"))
    lines = "\n".join(f"  {name}: {{file: art/{name}.png}}" for name in NAMES)
    game.write(f"version: 1\nprovider: placeholder\nwrite: [single]\nsprites:\n{lines}\n{extra}")
    (game.root / "art").mkdir()
    for seed, name in enumerate(NAMES):
        (game.root / f"art/{name}.png").write_bytes(picture(seed))
    settle()
    return game


def begun(game: Workbench, *arguments: str) -> subprocess.Popen[str]:
    """The program as a process of its own, where it may start others."""
    environment = {**os.environ, "ASSETGEN_CACHE_DIR": str(game.store)}
    whole = [sys.executable, "-m", "assetgen", "-C", str(game.root), *arguments]
    return subprocess.Popen(whole, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def command(game: Workbench, *arguments: str, status: int = 0) -> tuple[str, str]:
    process = begun(game, *arguments)
    out, err = process.communicate(timeout=60)
    assert process.returncode == status, err
    return out, err


def children(process: subprocess.Popen[str]) -> Sequence[int]:
    """The processes that it started, as soon as there are two of them."""
    file = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    end = time.monotonic() + LONG
    while time.monotonic() < end and process.poll() is None:
        found = [int(pid) for pid in file.read_text().split()]
        if len(found) == 2:
            return found
        time.sleep(0.001)
    raise AssertionError("it started no processes")


def complete(game: Workbench) -> None:
    """Every output is there, and nothing else."""
    assert not list(game.root.rglob("*.tmp"))
    there = {path.stem for path in (game.root / "generated/sprites").glob("*.png")}
    assert there == set(NAMES)
    assert "Nothing to do" in command(game, "build")[1]


@linux
def test_processes_make_the_same_as_one(tmp_path: Path) -> None:
    """One sprite is broken, one mapped, one copied; then again from the lock alone."""
    made: list[tuple[dict[str, bytes], str, int]] = []
    for jobs in ("1", "3"):
        game = project(tmp_path / jobs, "  twin: {copy: s005, palette: dusk}\n")
        game.edit("s003: {file: art/s003.png}", "s003: {file: art/s003.png, palette: dusk}")
        game.edit("sprites:\n", "palettes: {dusk: [1a1c2c, b13e53]}\natlases: {all: {include: [s00*]}}\nsprites:\n")
        (game.root / "art/s100.png").write_bytes(b"no picture")
        settle()
        report = json.loads(command(game, "build", "--json", "-j", jobs, status=1)[0])
        assert [name for name, asset in report["assets"].items() if asset["status"] != "built"] == ["s100"]
        assert "art/s100.png" in report["assets"]["s100"]["error"]
        (game.root / "art/s100.png").write_bytes(picture(100))
        settle()
        command(game, "build", "-j", jobs)
        if jobs == "3":
            game.forget("generated", ".assetgen")
            command(game, "build", "-j", jobs)
        assert not list(game.root.rglob("*.tmp"))
        made.append((game.files(), (game.root / "assets.lock").read_text(), len(report["assets"])))
    assert made[0] == made[1]


@linux
@pytest.mark.parametrize("possible", [0, 1])
def test_a_system_that_gives_no_more_processes_is_done_without(tmp_path: Path, possible: int) -> None:
    game = project(tmp_path / "game")
    program = f"""
import errno, os, sys
from assetgen.cli.main import main
fork, left = os.fork, [{possible}]
def refused():
    if not left[0]:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
    left[0] -= 1
    return fork()
os.fork = refused
sys.exit(main(["-C", {str(game.root)!r}, "build", "-j", "3"]))
"""
    environment = {**os.environ, "ASSETGEN_CACHE_DIR": str(game.store)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    complete(game)


@linux
def test_what_processes_finished_is_known_in_another_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they only keep for later they write at their end."""
    again: list[str] = []

    def noted(asset: Asset, sources: Sources) -> Finished:
        again.append(asset.name)
        return finish(asset, sources)

    monkeypatch.setattr("assetgen.build.work.finish", noted)
    mapped = "  gem: {file: art/s000.png, palette: dusk}\npalettes: {dusk: [1a1c2c, b13e53]}\n"
    game = project(tmp_path / "game", mapped)
    command(game, "build", "-j", "2")
    clone = Workbench(tmp_path / "clone", game.store)
    for part in ("art", "assets.yaml", "assets.lock"):
        copy = shutil.copytree if part == "art" else shutil.copyfile
        clone.root.mkdir(exist_ok=True)
        copy(game.root / part, clone.root / part)
    settle()
    clone.build("-j", "1")
    assert again == []
    assert clone.files("generated") == game.files("generated")


@linux
@pytest.mark.parametrize("room", [2, 1 << 20])
def test_pages_show_what_processes_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """Whether its pictures lie where both see them, or travel; what is made of one of them, too."""
    monkeypatch.setattr("assetgen.build.crew._STRIPS", room)
    seen: list[Laid] = []
    see = Strip.see

    def noted(strip: Strip, laid: Laid) -> dict[str, Picture]:
        seen.append(laid)
        return see(strip, laid)

    monkeypatch.setattr(Strip, "see", noted)
    more = "  twin: {copy: s005, palette: dusk}\npalettes: {dusk: [1a1c2c, b13e53]}\natlases: {all: {include: ['*']}}\n"
    made = []
    for jobs in ("1", "2"):
        game = project(tmp_path / jobs, more)
        game.build("-j", jobs)
        made.append((game.files(), (game.root / "assets.lock").read_text()))
    assert made[0] == made[1]
    assert bool(seen) == (room > 2)


@linux
def test_a_process_that_is_killed_is_done_without(tmp_path: Path) -> None:
    game = project(tmp_path / "game")
    process = begun(game, "build", "-j", "2")
    os.kill(children(process)[0], signal.SIGKILL)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    complete(game)


@linux
def test_processes_end_with_the_build_that_started_them(tmp_path: Path) -> None:
    """Nothing stays behind: no process, no lock, and after the next build no unfinished file."""
    game = project(tmp_path / "game")
    process = begun(game, "build", "-j", "2")
    others = children(process)
    process.kill()
    process.communicate(timeout=60)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in others), "a process went on alone")
    command(game, "build")
    complete(game)


@linux
def test_an_interrupt_of_all_processes_ends_the_build_in_order(tmp_path: Path) -> None:
    """As at a terminal, where the whole group is told."""
    game = project(tmp_path / "game")
    process = begun(game, "build", "-j", "2")
    for pid in [*children(process), process.pid]:
        os.kill(pid, signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert process.returncode in (130, 1, 0), err
    assert not list(game.root.rglob("*.tmp"))
    command(game, "build")
    complete(game)


@pytest.mark.parametrize("apart", [False, True])
def test_a_retouch_between_judging_and_writing_is_kept(tmp_path: Path, apart: bool) -> None:
    """`apart`: another process laid the new file beside its place already."""
    state = State(tmp_path, clock=time.time, pixels=file_digest)
    old, new, retouch = picture(1), picture(2), picture(3)
    for path, data in (("a.png", old), ("b.png", old)):
        (tmp_path / path).write_bytes(data)
    writer = Writer(tmp_path, state, Memory())
    recorded = {"a.png": file_digest(old, "a"), "b.png": file_digest(old, "b")}
    judged = writer.judge(recorded, [Target(path, file_digest(new, path), lambda: new) for path in recorded])
    if apart:
        judged.pending[:] = [replace(item, staged=staged(tmp_path, item, set())) for item in judged.pending]
    time.sleep(0.02)  # a tick of the file system's clock
    (tmp_path / "a.png").write_bytes(retouch)
    (tmp_path / "b.png").write_bytes(old)  # touched, not changed
    writer.add(judged)
    writer.flush()
    assert (tmp_path / "a.png").read_bytes() == retouch
    assert (tmp_path / "b.png").read_bytes() == new
    assert (writer.left, writer.written) == (1, 1)
    assert not list(tmp_path.rglob("*.tmp"))


class Memory(dict[str, bytes]):
    """A memo."""

    def put(self, key: str, data: bytes) -> None:
        self[key] = data
