"""The guard around the tests itself: what must raise raises, what tests need works."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from isolation import GUARD, HOME, USER_FOLDERS, Touched, is_loopback

TOUCHES: dict[str, Callable[[], object]] = {
    "connect": lambda: socket.create_connection(("203.0.113.7", 80), timeout=0.1),
    "connect by name": lambda: socket.create_connection(("example.invalid", 80), timeout=0.1),
    "look a name up": lambda: socket.getaddrinfo("example.invalid", 443),
    "send a datagram": lambda: _datagram(("203.0.113.7", 53)),
    "listen to everybody": lambda: _listen("0.0.0.0"),
    "write at home": lambda: (HOME / "assetgen-test-was-here").write_text("x"),
    "make a folder at home": lambda: (HOME / "assetgen-test-was-here").mkdir(),
    "look into the store": lambda: list(USER_FOLDERS[0].iterdir()),
    "read from the store": lambda: (USER_FOLDERS[0] / "journal").read_bytes(),
    "make the store": lambda: USER_FOLDERS[0].mkdir(parents=True, exist_ok=True),
}


def _datagram(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"?", address)


def _listen(host: str) -> None:
    with socket.socket() as listener:
        listener.bind((host, 0))
        listener.listen()


@pytest.mark.parametrize("what", TOUCHES)
def test_the_outside_raises(what: str) -> None:
    with pytest.raises(Touched):
        TOUCHES[what]()
    assert GUARD.touched, "what was refused is remembered, so that swallowing the exception does not help"
    GUARD.touched.clear()


def test_loopback_and_the_own_folder_work(tmp_path: Path) -> None:
    _listen("127.0.0.1")
    socket.getaddrinfo("localhost", 80)
    (tmp_path / "file").write_text("x")


def test_what_counts_as_this_machine() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.8.8.8", "::1")))
    assert not any(map(is_loopback, ("", "0.0.0.0", "::", "10.0.0.1", "localhost.example.com", "127.0.0.1.example")))


def test_each_test_has_its_own_store(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = Path(os.environ["ASSETGEN_CACHE_DIR"])
    assert store.is_relative_to(tmp_path_factory.getbasetemp())
    assert list(store.iterdir()) == []


def test_processes_find_another_home() -> None:
    script = "from pathlib import Path; import platformdirs; print(Path.home(), platformdirs.user_data_dir('assetgen'))"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    home, data = map(Path, printed.split())
    assert home != HOME
    assert data not in USER_FOLDERS
