"""The power goes while a build is at work: nothing paid is lost, nothing wrong is served, nothing is bought twice.

An ext4 file system on a loop device holds project and user's store. The cut is the kernel's own (`FS_IOC_SHUTDOWN`
without a flush of the log, as xfstests does it): whatever was not synced is gone, delayed data and the open
transaction too; mounting again replays the journal of the file system. Needs root and a loop device.

Before each cut the manifest grows by six assets. `ASSETGEN_SOAK=full` makes 60 cuts, `middle` 12; else there is one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from workbench import Workbench

from assetgen.simulator.config import Dialect, SimulatorConfig
from assetgen.simulator.testing import ledger, running
from assetgen.store import lockfile
from assetgen.store.entries import Ledger
from assetgen.store.journal import read_lines
from assetgen.store.objects import Objects
from assetgen.store.records import Records
from assetgen.store.registry import originals_of

CUTS = {"full": 30, "middle": 6}.get(os.environ.get("ASSETGEN_SOAK", ""), 1)
GROWTH = 6
SHUTDOWN, NO_FLUSH = 0x8004587D, 2  # FS_IOC_SHUTDOWN; EXT4_GOING_FLAGS_NOLOGFLUSH
MOUNTS = (
    "loop",
    "loop,data=writeback,noauto_da_alloc,commit=300",  # keeps least: names without data, files of no bytes
    "loop,data=journal",
)
KEY = "rdpk-power-secret"


@dataclass
class Disk:
    """A file system in a file."""

    image: Path
    root: Path
    mounts: int = 0

    def mount(self) -> None:
        options = MOUNTS[self.mounts % len(MOUNTS)]
        self.mounts += 1
        subprocess.run(["mount", "-t", "ext4", "-o", options, self.image, self.root], check=True, capture_output=True)

    def unmount(self) -> None:
        subprocess.run(["umount", self.root], check=True, capture_output=True)

    def cut(self) -> None:
        """What is not on the disk now will never be."""
        handle = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", NO_FLUSH))
        finally:
            os.close(handle)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a file system and cut its power")
    if not all(map(shutil.which, ("mount", "umount", "mkfs.ext4"))):
        pytest.skip("mkfs.ext4 and mount are needed")
    made = Disk(tmp_path / "image", tmp_path / "disk")
    made.root.mkdir()
    with made.image.open("wb") as file:
        file.truncate(256 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", made.image], check=True, capture_output=True)
    try:
        made.mount()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no loop device to mount: {error.stderr.decode().strip()}")
    try:
        yield made
    finally:
        subprocess.run(["umount", made.root], check=False, capture_output=True)


def manifest(count: int) -> str:
    lines = ["version: 1", "network: {concurrency: 4}", "sprites:"]
    lines += [f"  item_{n:03d}: {{prompt: item number {n}, style: rd_fast__default, size: 64}}" for n in range(count)]
    return "\n".join([*lines, "atlases:", "  all: {include: ['**']}", ""])


def start(game: Workbench) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **game.env, "ASSETGEN_CACHE_DIR": str(game.store)}
    command = [sys.executable, "-m", "assetgen", "-C", str(game.root), "build", "--yes", "--json", "--quiet"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def read_journal(game: Workbench) -> Ledger:
    found = Ledger()
    for path in game.store.glob("journal/*/*/journal.jsonl"):
        for line in read_lines(path.read_bytes(), str(path))[0]:
            found.apply(line)
    return found


def acknowledged(game: Workbench, before: Ledger) -> Ledger:
    """The journal, if nobody is writing it: whoever wrote all that has gone on. Else what it was before."""
    for path in game.store.glob("journal/*/*/journal.lock"):
        with path.open("ab") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return before
            return read_journal(game)
    return before


def interrupted(game: Workbench, disk: Disk, moment: float) -> Ledger:
    """Builds until the power goes, `moment` seconds after the journal is opened; what was acknowledged by then."""
    known = read_journal(game)
    lines = len(known.entries)
    build = start(game)
    end = time.monotonic() + 20
    begun = 0.0
    while build.poll() is None and time.monotonic() < end:
        known = acknowledged(game, known)
        if not begun and (len(known.entries) > lines or any(game.store.glob("journal/*/*/sessions/*"))):
            begun = time.monotonic()
        if begun and time.monotonic() - begun > moment:
            break
        time.sleep(0.002)
    if build.poll() is None:
        build.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, build.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    disk.cut()
    build.kill()
    build.communicate()
    disk.unmount()
    disk.mount()
    return known


RANK = {"refused": 0, "intended": 0, "sent": 1, "unknown": 2, "accepted": 3, "received": 4, "done": 5, "lost": 6}
"""How far a purchase has come. One that was never sent is closed by the next build, and may begin again; what a person
declared lost stays lost."""


def check(game: Workbench, known: Ledger) -> None:
    """Nothing that was acknowledged is lost; what lies under a name that says its digest is what it says."""
    kept = read_journal(game)
    for entry in known.entries.values():
        assert entry.id in kept.entries, f"the journal forgot {entry.asset}"
        now = kept.entries[entry.id]
        became = f"{entry.asset}: {entry.state} became {now.state}: {now.reason}"
        assert {now.state, entry.state} <= RANK.keys(), became
        assert RANK[now.state] >= RANK[entry.state], became
        assert "lost" not in (now.state, entry.state) or now.state == entry.state, became
        if entry.state == "received" and entry.raw:
            (reply,) = game.store.glob(f"journal/*/*/raw/{entry.raw[:2]}/{entry.raw}")
            assert digest(reply) == entry.raw
    lock = lockfile.read(game.root / "assets.lock").lock
    wholes = {digest(path) for path in game.root.glob("originals/*/*.png")}
    assert {each.sha256 for each in originals_of(lock)} <= wholes, "an original that the lock names is gone or damaged"
    records = Records(Objects(game.store))
    stored = {found.digest: found for found in records.records()}
    for entry in known.entries.values():
        if entry.state == "done":  # the lock may follow half a second later
            assert entry.digest in stored, f"{entry.asset} was acknowledged and is not in the store"
            found = stored[entry.digest]
            assert all(records.objects.has(found.realm, each.sha256) for each in found.originals)
    for path in (*game.store.glob("objects/*/??/*"), *game.store.glob("journal/*/*/raw/??/*")):
        if len(path.name) == 64:
            assert digest(path) == path.name, f"{path} holds something else"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("dialect", ["v1", "v2"] if CUTS > 1 else ["v1"])
def test_after_power_cuts_nothing_is_lost_wrong_or_bought_twice(tmp_path: Path, disk: Disk, dialect: Dialect) -> None:
    dice = random.Random(20261121)
    config = SimulatorConfig(balance=None, latency=0.1, slots=8, seed=7)
    states: Counter[str] = Counter()
    with running(config, dialect) as base:
        game = Workbench(disk.root / "game", disk.root / "store", {"RD_API_KEY": KEY, "ASSETGEN_API_URL": base})
        game.root.mkdir()
        for number in range(1, CUTS + 1):
            game.write(manifest(number * GROWTH))
            os.sync()
            known = interrupted(game, disk, dice.uniform(0, 1.5))
            check(game, known)
            states.update(entry.state for entry in known.entries.values())
            if number % 6 == 0:
                finished(game, base)
                for path in sorted((game.root / "generated").rglob("*.png")):
                    if dice.random() < 0.5:
                        path.unlink()
        report = finished(game, base)
        counts = Counter(line["prompt"] for line in ledger(base)["lines"] if line["kind"] == "charge")
        assert set(counts.values()) == {1}, f"bought twice: {counts}"
        assert len(counts) == len(report["assets"]) == CUTS * GROWTH
        served = game.files("generated")
        game.forget("generated", ".assetgen")
        shutil.rmtree(game.store / "cache", ignore_errors=True)
        assert game.run("build", "--locked", "--offline").status == 0
        assert game.files("generated") == served, "what was served is not what the originals give"
    sys.stdout.write(f"{dialect}: {CUTS} cuts, {CUTS * GROWTH} assets; acknowledged at the cuts: {dict(states)}\n")


def finished(game: Workbench, base: str) -> Any:
    """Builds until nothing is missing. A v1 request that was cut off before it arrived stands in no task list: the
    build asks, and a person who sees that it was not charged says so."""
    for _ in range(6):
        build = start(game)
        out, err = build.communicate(timeout=120)
        assert b"Traceback" not in err, err.decode()
        if build.returncode == 3 and base.endswith("/v1"):
            give_up(game, base)
            continue
        assert build.returncode == 0, err.decode()
        report = json.loads(out)
        if all(entry["status"] in ("built", "unchanged") for entry in report["assets"].values()):
            return report
    raise AssertionError("the build never came to rest")


def give_up(game: Workbench, base: str) -> None:
    """Closes the entries that a build could not settle, none of which was charged."""
    prompts = yaml.safe_load((game.root / "assets.yaml").read_text())["sprites"]
    charged = {line["prompt"] for line in ledger(base)["lines"] if line["kind"] == "charge"}
    entries = game.run("settle", "--json").json["entries"]
    assert entries
    for entry in entries:
        assert prompts[entry["asset"]]["prompt"] not in charged, f"{entry} was charged, and the task list tells"
        assert game.run("settle", entry["id"], "--lost").status == 0
