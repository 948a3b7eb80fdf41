"""What a checkout remembers: file digests by stamp, the log of what was written, the trash."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.model.errors import StoreError
from assetgen.store import atomic
from assetgen.store.paths import inside, problem
from assetgen.store.stamps import Stamps
from assetgen.store.state import State, Written

D1, D2, D3 = ("1" * 64, "2" * 64, "3" * 64)


class Pixels:
    """Counts how often a picture is decoded. A picture here is its bytes without spaces."""

    def __init__(self) -> None:
        self.decoded: list[str] = []

    def __call__(self, data: bytes, what: str) -> str:
        self.decoded.append(what)
        return sha(data.replace(b" ", b""))


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def later() -> float:
    return time.time() + 60


def open_stamps(root: Path, pixels: Pixels, clock: Callable[[], float] = later) -> Stamps:
    return Stamps(root, root / ".assetgen/stamps", clock=clock, pixels=pixels)


def test_digests_are_computed_once_and_kept(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"a a")
    pixels = Pixels()
    stamps = open_stamps(tmp_path, pixels)
    assert stamps.pixel_digest("a.png") == sha(b"aa")
    assert stamps.byte_digest("a.png") == sha(b"a a")
    assert stamps.text_digest("a.png") == sha(b"a a")
    stamps.save()
    again = open_stamps(tmp_path, pixels)
    assert again.pixel_digest("a.png") == sha(b"aa")
    assert pixels.decoded == ["a.png"]
    saved = (tmp_path / ".assetgen/stamps").stat().st_mtime_ns
    again.save()
    assert (tmp_path / ".assetgen/stamps").stat().st_mtime_ns == saved


def test_a_changed_or_missing_file_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    stamps = open_stamps(tmp_path, Pixels())
    assert stamps.pixel_digest("a.png") is None
    file.write_bytes(b"one")
    assert stamps.pixel_digest("a.png") == sha(b"one")
    file.write_bytes(b"three")
    assert stamps.pixel_digest("a.png") == sha(b"three")
    file.unlink()
    file.mkdir()
    assert stamps.byte_digest("a.png") is None


def test_a_write_within_one_tick_of_the_clock_is_noticed(tmp_path: Path) -> None:
    """Same size, same time, same inode: only a stamp taken well after the last write is believed."""
    file = tmp_path / "a.png"
    file.write_bytes(b"one")
    found = file.stat()
    stamps = open_stamps(tmp_path, Pixels(), lambda: found.st_mtime)
    assert stamps.pixel_digest("a.png") == sha(b"one")
    stamps.save()
    file.write_bytes(b"two")
    os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert stamps.pixel_digest("a.png") == sha(b"two")
    assert open_stamps(tmp_path, Pixels()).pixel_digest("a.png") == sha(b"two")


def test_a_touched_file_is_hashed_but_not_decoded(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"one")
    pixels = Pixels()
    stamps = open_stamps(tmp_path, pixels)
    stamps.pixel_digest("a.png")
    os.utime(file, (1, 1))
    assert stamps.pixel_digest("a.png") == sha(b"one")
    assert pixels.decoded == ["a.png"]


def test_what_was_just_written_is_never_decoded(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"one")
    pixels = Pixels()
    stamps = open_stamps(tmp_path, pixels)
    stamps.note("a.png", b"one", pixels=D1)
    assert stamps.pixel_digest("a.png") == D1
    assert pixels.decoded == []


def test_text_digest_ignores_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x\r\ny\n")
    assert open_stamps(tmp_path, Pixels()).text_digest("a") == sha(b"x\ny\n")


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b'{"version":1,"files":{"a.png":[1]}}', b"\xff\x00"])
def test_damaged_stamps_are_made_again(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "a.png").write_bytes(b"one")
    (tmp_path / ".assetgen").mkdir()
    (tmp_path / ".assetgen/stamps").write_bytes(damage)
    assert open_stamps(tmp_path, Pixels()).pixel_digest("a.png") == sha(b"one")


def test_written_remembers_every_branch(tmp_path: Path) -> None:
    written = Written(tmp_path / "written")
    written.append([("a b.png", D1), ("c\nd", D2)])
    written.append([("a b.png", D3), ("a b.png", D3)])
    size = (tmp_path / "written").stat().st_size
    written.append([("a b.png", D1)])
    assert (tmp_path / "written").stat().st_size == size
    for log in (written, Written(tmp_path / "written")):
        assert log.has("a b.png", D1)
        assert log.has("a b.png", D3)
        assert log.has("c\nd", D2)
        assert not log.has("a b.png", D2)
        assert not log.has("other", D1)


def test_written_goes_on_after_a_torn_line(tmp_path: Path) -> None:
    file = tmp_path / "written"
    Written(file).append([("a", D1), ("b", D2)])
    file.write_bytes(file.read_bytes()[:-30])
    log = Written(file)
    assert log.has("a", D1)
    assert not log.has("b", D2)
    log.append([("c", D3)])
    assert Written(file).has("c", D3)
    assert Written(file).has("a", D1)


def test_written_is_compacted(tmp_path: Path) -> None:
    file = tmp_path / "written"
    log = Written(file)
    log.append([("a", f"{number:064x}") for number in range(5000)] + [("b", D1)])
    log.compact()
    assert file.stat().st_size < 10_000
    assert log.has("b", D1)
    assert log.has("a", f"{4999:064x}")
    assert not log.has("a", f"{0:064x}")


def test_written_survives_a_killed_writer(tmp_path: Path) -> None:
    """Whatever a killed process was in the middle of: each batch that it finished is there."""
    program = """
import sys
from pathlib import Path
from assetgen.store.state import Written
log = Written(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 10**6):
    log.append([(f"{number}-{part}", f"{number:064x}") for part in range(50)])
    print(number, flush=True)
"""
    file, start = tmp_path / "written", 0
    for _round in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(file), str(start)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _line in range(5):
            start = int(process.stdout.readline())
        process.kill()
        process.wait()
        done = [int(line) for line in process.stdout.read().split()]
        process.stdout.close()
        start = max([start, *done])
        log = Written(file)
        assert all(log.has(f"{number}-{part}", f"{number:064x}") for number in range(start) for part in range(50))


def test_trash_keeps_every_version(tmp_path: Path) -> None:
    state = State(tmp_path, clock=later, pixels=Pixels())
    state.prepare()
    assert (tmp_path / ".assetgen/.gitignore").read_text() == "*\n"
    for content in (b"1", b"2", b"3"):
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out/hero.png").write_bytes(content)
        state.trash("out/hero.png")
    trash = tmp_path / ".assetgen/trash/out"
    assert {path.name: path.read_bytes() for path in trash.iterdir()} == {
        "hero.png": b"1",
        "hero~2.png": b"2",
        "hero~3.png": b"3",
    }
    with pytest.raises(StoreError, match="cannot move"):
        state.trash("out/hero.png")


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x",
        "a/../../x",
        "C:/x",
        "a\\b",
        "nul",
        "a/CON.png",
        "com1 .txt",
        "a//b",
        "",
        "a.",
        "x\ny",
        "~/x",
    ],
)
def test_paths_that_lead_out_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(StoreError, match="refused path"):
        inside(tmp_path, path)


@pytest.mark.parametrize("path", ["a", "a/b.png", "./a", "console/nullify.png", "hero@2x.png", "a b/ü.png", ".hidden"])
def test_paths_inside(tmp_path: Path, path: str) -> None:
    assert inside(tmp_path, path) == tmp_path / path


@settings(max_examples=200, deadline=None)
@given(st.text("ab./\\:~ \x00", max_size=8))
def test_no_accepted_spelling_leads_out(path: str) -> None:
    if problem(path) is None:
        assert os.path.normpath("/game/" + path).startswith("/game")


def test_symbolic_links_out_of_the_project_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "game"
    (root / "art").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "file.png").symlink_to(tmp_path / "secret/x.png")
    (root / "fine").symlink_to(root / "art")
    (tmp_path / "alias").symlink_to(root)
    for path in ("link", "link/a.png", "link/deep/a.png", "file.png"):
        with pytest.raises(StoreError, match="symbolic link"):
            inside(root, path)
    assert inside(root, "fine/a.png") == root / "fine/a.png"
    assert inside(tmp_path / "alias", "art/a.png") == tmp_path / "alias/art/a.png"


def test_stores_are_quick_to_import() -> None:
    """Planning a project that did not change must not pay for pictures, sockets or databases."""
    modules = [f"assetgen.store.{path.stem}" for path in (Path(atomic.__file__).parent).glob("[a-z]*.py")]
    slow = {"numpy", "PIL", "httpx", "yaml", "diskcache", "sqlite3", "asyncio", "jsonschema", "rich", "starlette"}
    program = f"import sys, {', '.join(modules)}; print(*sorted({slow!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_log_that_another_process_appended_to_is_read_again(tmp_path: Path) -> None:
    mine, other = Written(tmp_path / "written"), Written(tmp_path / "written")
    mine.append([("a", D1)])
    assert not other.has("a", D2)
    other.append([("a", D2)])
    mine.look_again()
    assert mine.has("a", D2)
    mine.append([("a", D3)])
    other.append([("b", D1)])
    mine.append([("b", D2)])
    for log in (mine, other):
        log.look_again()
        assert all(log.has(*pair) for pair in [("a", D1), ("a", D2), ("a", D3), ("b", D1), ("b", D2)])
    (tmp_path / "written").unlink()
    mine.look_again()
    assert not mine.has("a", D1)
