"""Files whole, old or new, whenever the writer dies; locks that end with their process."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from assetgen.model.errors import StoreError
from assetgen.store import atomic
from assetgen.store.guard import project_lock, purchase_lock

WRITER = """
import sys
from pathlib import Path
from assetgen.store import atomic
folder = Path(sys.argv[1])
number = 0
while True:
    number += 1
    data = (b"%08d" % number) * 20_000
    atomic.write(folder / "whole.bin", data, sync=number % 2 == 0)
    atomic.create(folder / f"new-{number}.bin", data)
    print(number, flush=True)
"""

HOLDER = """
import sys, time
from pathlib import Path
from assetgen.store.guard import project_lock
with project_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_a_killed_writer_leaves_whole_files(tmp_path: Path) -> None:
    for round_ in range(12):
        process = start(WRITER, tmp_path)
        assert process.stdout is not None
        for _line in range(1 + round_ % 4):
            process.stdout.readline()
        kill(process)
        for path in tmp_path.glob("*.bin"):
            data = path.read_bytes()
            assert len(data) == 160_000
            assert data == data[:8] * 20_000
    atomic.write(tmp_path / "whole.bin", b"new")
    left = {name for name in names(tmp_path) if name.endswith(".tmp")}
    atomic.sweep(tmp_path, before=tmp_path.stat().st_mtime + 60)
    assert left.isdisjoint(names(tmp_path))
    assert (tmp_path / "whole.bin").read_bytes() == b"new"


def test_write_creates_folders_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a/b" / ("long" * 60 + ".png")
    atomic.write(path, b"1", sync=True)
    atomic.write(path, b"2")
    assert path.read_bytes() == b"2"
    assert names(tmp_path) == {path.name}


def test_mode_is_kept_and_umask_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    old = os.umask(0o027)
    try:
        atomic.write(path, b"1")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
    finally:
        os.umask(old)
    path.chmod(0o755)
    atomic.write(path, b"2")
    assert stat.S_IMODE(path.stat().st_mode) == 0o755


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"precious")
    (tmp_path / "link").symlink_to(tmp_path / "outside")
    atomic.write(tmp_path / "link", b"new")
    assert (tmp_path / "outside").read_bytes() == b"precious"
    assert not (tmp_path / "link").is_symlink()


def test_write_if_changed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert atomic.write_if_changed(path, b"1")
    before = path.stat()
    assert not atomic.write_if_changed(path, b"1")
    assert path.stat() == before
    assert atomic.write_if_changed(path, b"2")


def test_create_never_overwrites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    assert atomic.create(path, b"1", sync=True, mode=0o444)
    assert not atomic.create(path, b"2")
    assert path.read_bytes() == b"1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o444

    def no_links(*_: object) -> None:
        raise OSError(1, "no hard links here")

    monkeypatch.setattr(os, "link", no_links)
    assert atomic.create(tmp_path / "b", b"1")
    assert not atomic.create(tmp_path / "b", b"2")
    assert not atomic.create(path, b"2")
    assert names(tmp_path) == {"a", "b"}


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file/below", tmp_path / "folder"):
        with pytest.raises(StoreError, match=r"^cannot write .*"):
            atomic.write(path, b"1")
    with pytest.raises(StoreError, match=r"^cannot write"):
        atomic.create(tmp_path / "file/below", b"1")
    assert names(tmp_path) == {"file"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    atomic.write(path, b"old")
    real = os.write

    def full(handle: int, data: bytes) -> int:
        os.dup2(os.open("/dev/full", os.O_WRONLY), handle)
        return real(handle, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StoreError, match=r"cannot write .*: No space left on device"):
        atomic.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"a"}


def test_sweep_takes_only_old_files_of_ours(tmp_path: Path) -> None:
    kept = {"a.tmp", ".x.tmp", ".hero.png.1f-2.tmp.png", ".young.png.1f-3.tmp"}
    for name in (*kept, ".hero.png.1f-2.tmp"):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (2000, 2000) if "young" in name else (1000, 1000))
    assert [path.name for path in atomic.sweep(tmp_path, before=1500)] == [".hero.png.1f-2.tmp"]
    assert names(tmp_path) == kept


def test_one_writer_a_project(tmp_path: Path) -> None:
    process = start(HOLDER, tmp_path)
    assert process.stdout is not None
    process.stdout.readline()
    with (
        pytest.raises(StoreError, match=rf"another assetgen \(process {process.pid}\)"),
        project_lock(tmp_path, wait=0.1),
    ):
        pass
    kill(process)
    with (
        project_lock(tmp_path, wait=1),
        pytest.raises(StoreError, match=f"process {os.getpid()}"),
        project_lock(tmp_path),
    ):
        pass
    with project_lock(tmp_path):
        pass


def test_one_buyer_a_request(tmp_path: Path) -> None:
    digest, inside, most = "a" * 64, 0, 0

    async def buy(realm: str) -> None:
        nonlocal inside, most
        async with purchase_lock(tmp_path, realm, digest, wait=10):
            inside += realm == "official"
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= realm == "official"

    async def all_of_them() -> None:
        await asyncio.gather(*(buy("official") for _number in range(5)), buy("localhost:8000"))
        async with purchase_lock(tmp_path, "official", digest):
            with pytest.raises(StoreError, match="buying the same request"):
                async with purchase_lock(tmp_path, "official", digest, wait=0):
                    pass

    asyncio.run(all_of_them())
    assert most == 1
    assert names(tmp_path) == set()
