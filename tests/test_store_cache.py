"""The cache of derived bytes: a wrong byte is a miss, damage is repaired, nothing is unpickled."""

from __future__ import annotations

import errno
import pickle
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import diskcache
import pytest

from assetgen.store.cache import Cache

LARGE = bytes(range(256)) * 200


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path("unpickled"),))


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    opened = Cache(tmp_path / "derived")
    yield opened
    opened.close()


def tamper(cache: Cache, statement: str, *values: object) -> None:
    cache.close()
    connection = sqlite3.connect(cache.folder / "cache.db")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_bytes_in_bytes_out(cache: Cache) -> None:
    assert not cache.folder.exists()
    assert cache.info() == (0, 0)
    assert not cache.folder.exists()
    for data in (b"", b"small", LARGE):
        cache.put("key", data)
        assert cache.get("key") == data, "what waits to be written is there already"
    assert cache.get("other") is None
    entries, size = cache.info()
    assert entries == 1
    assert size > len(LARGE)
    assert cache.get("key") == LARGE
    again = Cache(cache.folder)
    assert again.get("key") == LARGE
    again.close()


def test_pickled_rows_are_refused(cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cache.put("key", b"value")
    tamper(cache, "UPDATE Cache SET mode = 4, value = ?", pickle.dumps(Evil()))
    assert cache.get("key") is None
    assert not (tmp_path / "unpickled").exists()
    cache.put("key", b"value")
    assert cache.get("key") == b"value"


@pytest.mark.parametrize("filename", ["../../secret", "/etc/hostname", "00/11/zz.val"])
def test_rows_that_point_elsewhere_are_refused(cache: Cache, filename: str) -> None:
    cache.put("key", LARGE)
    (cache.folder.parent / "secret").write_bytes(b"x")
    tamper(cache, "UPDATE Cache SET filename = ?", filename)
    assert cache.get("key") is None


def test_wrong_bytes_are_a_miss(cache: Cache) -> None:
    cache.put("small", b"value")
    cache.put("large", LARGE)
    cache.flush()
    (file,) = cache.folder.glob("*/*/*.val")
    file.write_bytes(file.read_bytes()[:-1])
    tamper(cache, "UPDATE Cache SET value = ? WHERE key = 'small'", b"x" * 40)
    assert cache.get("small") is None
    assert cache.get("large") is None
    assert cache.info()[0] == 0


def test_exchanged_rows_are_a_miss(cache: Cache) -> None:
    cache.put("a", b"1")
    cache.put("b", b"2")
    tamper(cache, "UPDATE Cache SET value = (SELECT value FROM Cache WHERE key = 'b')")
    assert cache.get("a") is None
    assert cache.get("b") == b"2"


@pytest.mark.parametrize("damage", [b"no database at all", b"SQLite format 3\0" + b"\xff" * 4000, None])
def test_a_damaged_database_is_moved_aside_and_made_anew(cache: Cache, damage: bytes | None) -> None:
    for number in range(50):
        cache.put(f"key {number}", b"value" * 100)
    cache.close()
    for path in cache.folder.glob("cache.db*"):
        if path.suffix == ".db":
            data = path.read_bytes()
            path.write_bytes(data[:3000] if damage is None else damage)
        else:
            path.unlink()
    opened = Cache(cache.folder)
    assert opened.get("key 1") in (None, b"value" * 100)
    opened.put("key", b"new")
    assert opened.get("key") == b"new"
    opened.close()
    assert (cache.folder.parent / "derived.damaged").is_dir()


@pytest.mark.parametrize("size", [1_000, 100_000])
def test_a_full_disk_loses_nothing_that_is_kept(cache: Cache, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Rows come back with sqlite's error, large values, which are files, with the system's."""
    cache.put("kept", LARGE)
    cache.flush()
    cache._opened()._sql("PRAGMA max_page_count = 1").fetchall()  # no page more than there are
    if size > 16_384:

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(diskcache.Disk, "_write", full)
    for number in range(300):
        cache.put(f"{number}", bytes(size))
    cache.flush()
    assert cache.get("kept") == LARGE
    assert cache.get("0") is None
    assert not cache.folder.with_name("derived.damaged").exists()


def test_an_unusable_folder_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = Cache(tmp_path / "file" / "below")
    cache.put("key", b"value")
    cache.flush()
    assert cache.get("key") is None
    assert cache.info() == (0, 0)
    cache.close()


def test_nothing_is_evicted_without_a_limit(cache: Cache) -> None:
    for number in range(300):
        cache.put(f"{number}", LARGE)
    assert all(cache.get(f"{number}") == LARGE for number in range(300))


def test_a_limit_drops_the_oldest(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "derived", limit=1_000_000)
    for number in range(100):
        cache.put(f"{number}", LARGE)
        cache.flush()
    assert cache.get("0") is None
    assert cache.get("99") == LARGE
    assert cache.info()[0] * len(LARGE) < 1_200_000
    cache.close()


def test_threads(cache: Cache) -> None:
    wrong: list[str] = []

    def work(number: int) -> None:
        for step in range(40):
            key = f"{(number + step) % 10}"
            cache.put(key, key.encode() * 50)
            if cache.get(key) not in (None, key.encode() * 50):
                wrong.append(key)
        cache.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert cache.info()[0] == 10
