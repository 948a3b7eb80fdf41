"""The team's store by itself, on every kind of place: blobs, records, trust, signatures, tickets."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from shared_servers import Place, place
from team_stores import DATA, close_all, kept, opened, original, result

from assetgen.build.turns import Buyer, Turns
from assetgen.model.errors import StoreError, UsageError
from assetgen.model.lock import Accepted, Original
from assetgen.store.shared import keys, lease
from assetgen.store.shared.directory import Directory
from assetgen.store.shared.spent import Spent, Sum
from assetgen.store.shared.tickets import Tickets


@pytest.fixture(scope="module", params=["directory", "nginx", "s3"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if request.param == "s3":
        yield request.getfixturevalue("s3")
        return
    with place(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


_PARTS = itertools.count()


@pytest.fixture
def here(server: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A store of its own inside the server, for this test."""
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    return server.part(f"t{next(_PARTS)}")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_all()


def test_a_blob_and_its_record_come_back(here: Place, tmp_path: Path) -> None:
    team = opened(here, tmp_path)
    accepted = kept(team, result())
    other = opened(here, tmp_path)
    assert other.read(accepted.originals[0].sha256) == DATA
    found = other.recorded("official", accepted.request.digest)
    assert found is not None
    assert found.request.digest == accepted.request.digest
    assert found.originals[0].file == f"{accepted.originals[0].sha256[:8]}-1.png", "without the project's folders"
    assert (found.price, found.date) == (accepted.price, accepted.date)
    assert other.recorded("simulator", accepted.request.digest) is None, "realms are apart"
    assert other.recorded("official", "0" * 64) is None
    assert other.read("0" * 64) is None


def test_a_record_needs_its_blob_first_and_is_written_once(here: Place, tmp_path: Path) -> None:
    team = opened(here, tmp_path)
    with pytest.raises(StoreError, match="before the record"):
        team.record(result())
    accepted = kept(team, result())
    team.record(accepted)
    assert len(team.results("official", accepted.request.digest)) == 1
    again = kept(team, result(b"another", "a hero"), b"another")
    assert [r.originals[0].sha256 for r in team.results("official", again.request.digest)] == [
        accepted.originals[0].sha256,
        again.originals[0].sha256,
    ]
    found = team.recorded("official", again.request.digest)
    assert found is not None
    assert found.originals[0].sha256 == again.originals[0].sha256, "the newest counts"


def test_nothing_is_overwritten(here: Place, tmp_path: Path) -> None:
    team = opened(here, tmp_path)
    team.open()
    key = keys.lease("official", "ab" * 32, 0)
    assert team.backend.create(key, b"one")
    assert not team.backend.create(key, b"two")
    assert team.backend.get(key) == b"one"
    assert lease.refuses_overwriting(team.backend, "token")


def test_one_of_many_creates_the_same_name(here: Place, tmp_path: Path) -> None:
    """Of machines that try in the same moment one wins; where the server itself cannot tell, a second look does."""
    team = opened(here, tmp_path)
    team.open()

    async def rivals(number: int) -> int:
        turns = [Turns(team.backend, Buyer(f"m{n}", f"m{n}", "acc", repeatable=True), RealWorld()) for n in range(6)]

        tried = 0

        async def one(turn: Turns) -> bool:
            nonlocal tried
            async with turn.turn("official", f"{number:064x}") as mine:
                tried += 1
                while tried < len(turns):  # who comes late must find it held
                    await asyncio.sleep(0.01)
                return mine.mine

        return sum(await asyncio.gather(*map(one, turns)))

    for number in range(4):
        assert asyncio.run(rivals(number)) == 1


class RealWorld:
    def __init__(self) -> None:
        import time

        self.now = time.time
        self.monotonic = time.monotonic
        self.sleep = asyncio.sleep
        self.call = asyncio.to_thread


def test_a_stale_record_is_an_error(here: Place, tmp_path: Path) -> None:
    team = opened(here, tmp_path)
    accepted = kept(team, result())
    if here.files is None:
        pytest.skip("its objects are not files")
    for path in here.files.rglob(accepted.originals[0].sha256):
        path.unlink()
    with pytest.raises(StoreError, match=r"bought on 2026-11-21, but its picture .* is gone.*cache push"):
        team.recorded("official", accepted.request.digest)
    held = accepted.originals[0].sha256.__eq__
    assert team.recorded("official", accepted.request.digest, held) is not None, "the user's store has it"


def test_wrong_bytes_are_an_error(here: Place, tmp_path: Path) -> None:
    if here.files is None:
        pytest.skip("its objects are not files")
    team = opened(here, tmp_path)
    accepted = kept(team, result())
    for path in here.files.rglob(accepted.originals[0].sha256):
        path.write_bytes(b"\x89PNG pixel!")
    with pytest.raises(StoreError, match="not those of its name"):
        team.read(accepted.originals[0].sha256)
    for path in here.files.rglob(accepted.originals[0].sha256):
        path.write_bytes(b"short")
    with pytest.raises(StoreError, match=r"other bytes \(5\)"):
        team.put(DATA)


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.replace(b'"width": 16', b'"width": 17'),
        lambda d: d[: len(d) // 2],
        lambda d: b"[]",
        lambda d: b"<html>sign in</html>",
        lambda d: b"[" * 100_000,
    ],
)
def test_a_damaged_record_is_an_error(here: Place, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    if here.files is None:
        pytest.skip("its objects are not files")
    team = opened(here, tmp_path)
    accepted = kept(team, result())
    for path in here.files.rglob("*"):
        if path.is_file() and b"a hero" in path.read_bytes():
            path.chmod(0o600)
            path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(StoreError, match="the record is damaged"):
        team.recorded("official", accepted.request.digest)


def test_a_record_cannot_name_a_path(here: Place, tmp_path: Path) -> None:
    """File names in a record become files in projects: only those that we write ourselves are taken."""
    team = opened(here, tmp_path)
    team.put(DATA)
    for name in ("x.png", "12345678-1.png/../../x", "12345678-1.sh"):
        accepted = result(prompt=name)
        evil = Accepted(accepted.request, "official", (Original(name, *_digests(), (1, 1)),))
        body = team._sealed("main", "official", evil.request.digest, evil)
        assert team.backend.create(keys.record("main", "official", evil.request.digest, 0), body)
        with pytest.raises(StoreError, match="damaged"):
            team.recorded("official", evil.request.digest)


def _digests() -> tuple[str, str]:
    return original().sha256, original().pixels


def test_trust_levels(here: Place, tmp_path: Path) -> None:
    """A pull request reads what the main branch wrote and what it wrote itself; nobody else reads its records."""
    main, change = opened(here, tmp_path), opened(here, tmp_path, options="level=pr-17")
    other = opened(here, tmp_path, options="level=pr-18")
    bought = kept(main, result())
    assert change.recorded("official", bought.request.digest) is not None
    own = kept(change, result(prompt="a change"))
    assert change.recorded("official", own.request.digest) is not None
    assert main.recorded("official", own.request.digest) is None
    assert other.recorded("official", own.request.digest) is None


def test_read_only(here: Place, tmp_path: Path) -> None:
    accepted = kept(opened(here, tmp_path), result())
    reader = opened(here, tmp_path, options="write=no")
    assert reader.recorded("official", accepted.request.digest) is not None
    with pytest.raises(StoreError, match="write=no"):
        reader.put(b"x")
    with pytest.raises(StoreError, match="write=no"):
        reader.record(accepted)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Two (private, public) keys, as people make them."""
    pytest.importorskip("cryptography")
    folder, made = tmp_path_factory.mktemp("keys"), []
    for name in ("one", "two"):
        if shutil.which("ssh-keygen"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "studio", "-f", str(folder / name)]
            subprocess.run(command, check=True)
            made.append(((folder / name).read_text(), (folder / f"{name}.pub").read_text()))
        else:
            made.append(_pair())
    return made


def _pair() -> tuple[str, str]:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    return pem.decode(), key.public_key().public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH).decode()


@pytest.mark.skipif(os.name == "nt", reason="no such rights")
def test_who_may_write_into_a_directory_may_write_everywhere_in_it(tmp_path: Path) -> None:
    """Whatever the umask of the one who came first."""
    root = tmp_path / "files"
    root.mkdir()
    root.chmod(0o2775)
    before = os.umask(0o077)
    try:
        kept(opened(Place("directory", str(root)), tmp_path), result())
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*") if path.is_dir()} == {0o2775}
    assert {stat.S_IMODE(path.stat().st_mode) & 0o444 for path in root.rglob("*") if path.is_file()} == {0o444}


def test_signed_records(here: Place, tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    (own, public), (foreign, _) = pairs
    root = tmp_path / "game"
    root.mkdir()
    (root / "assets.pub").write_text(f"# the build machine\n{public}\n")
    forged = kept(opened(here, tmp_path), result(prompt="forged"))
    signed = kept(opened(here, tmp_path, root=root, key=own), result(prompt="signed"))
    reader = opened(here, tmp_path, root=root)
    assert reader.recorded("official", signed.request.digest) is not None
    with pytest.raises(StoreError, match=r"not signed by a key in assets\.pub"):
        reader.recorded("official", forged.request.digest)
    # A store that was there before its signatures: whoever has the key signs what is there, once.
    for _ in range(2):
        opened(here, tmp_path, root=root, key=own).record(result(prompt="forged"))
    assert len(reader.results("official", forged.request.digest)) == 1
    opened(here, tmp_path).record(result(DATA, "signed"))
    assert len(reader.results("official", signed.request.digest)) == 1, "what nobody signed adds nothing"
    reader.put(DATA)
    with pytest.raises(StoreError, match="ASSETGEN_SIGNING_KEY is not set"):
        reader.record(result(prompt="unsigned"))
    with pytest.raises(StoreError, match="does not belong to any key"):
        opened(here, tmp_path, root=root, key=foreign).record(result(prompt="other key"))
    change = opened(here, tmp_path, root=root, options="level=pr-1")
    assert kept(change, result(prompt="of a pull request")) is not None
    assert change.recorded("official", result(prompt="of a pull request").request.digest) is not None


def test_keys_that_are_none(tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    (tmp_path / "assets.pub").write_text("ssh-rsa AAAA\n")
    where = Place("directory", str(tmp_path / "s"))
    with pytest.raises(UsageError, match=r"assets\.pub:1"):
        opened(where, tmp_path, root=tmp_path)
    (tmp_path / "assets.pub").write_text("# nothing\n")
    with pytest.raises(UsageError, match="holds no key"):
        opened(where, tmp_path, root=tmp_path)
    with pytest.raises(UsageError, match="no Ed25519 private key"):
        opened(where, tmp_path, key="secret")


def test_a_store_that_was_seen_and_is_empty_now(here: Place, tmp_path: Path) -> None:
    """An unmounted drive is an empty folder: it must not look like a store without the result."""
    if here.files is None:
        pytest.skip("its objects are not files")
    kept(opened(here, tmp_path), result())
    shutil.rmtree(here.files)
    here.files.mkdir(mode=0o777)
    here.files.chmod(0o777)
    with pytest.raises(StoreError, match="is the drive mounted"):
        opened(here, tmp_path).recorded("official", "0" * 64)
    kept(opened(here, tmp_path / "else"), result())
    with pytest.raises(StoreError, match="another one"):
        opened(here, tmp_path).recorded("official", "0" * 64)


def test_tickets_are_had_once(here: Place, tmp_path: Path) -> None:
    team = opened(here, tmp_path)
    workers = [Tickets(team.backend, "official", "acc", 240.0, lambda: 1000.0, f"w{n}") for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(lambda w: [w.claim() for _ in range(5)], workers))
    if not team.backend.atomic:
        time.sleep(lease.SETTLE)
    times = [at for worker, ats in zip(workers, claimed, strict=True) for at in ats if worker.is_mine(at)]
    assert len(set(times)) == len(times)
    assert set(times) == {at for ats in claimed for at in ats}
    if team.backend.atomic:
        assert sorted(times) == [1000.0 + 0.25 * n for n in range(20)]


def test_what_an_account_spends_is_summed_over_machines(here: Place, tmp_path: Path) -> None:
    team, day = opened(here, tmp_path), 20_000
    books = [Spent(team.backend, "official", "acc", "USD", lambda: day * 86_400.0 + 5, f"m{n}") for n in range(4)]

    def spend(book: Spent) -> list[bool]:
        return [not isinstance(book.add(day, Decimal("0.25"), Decimal("4.00")), Decimal) for _ in range(6)]

    if team.backend.atomic:
        with ThreadPoolExecutor(4) as pool:
            taken = [each for one in pool.map(spend, books) for each in one]
    else:  # such a place needs a pause after each note, which `Allowance` makes: here one comes after the other
        taken = [each for book in books for each in spend(book)]
    assert (sum(taken), len(taken)) == (16, 24), "four dollars hold sixteen quarters"
    newcomer = Spent(team.backend, "official", "acc", "USD", lambda: day * 86_400.0, "new")
    assert newcomer.today() == day
    assert newcomer.newest(day) == Sum(16, Decimal("4.00"))
    assert newcomer.newest(day + 1) == Sum(0, Decimal(0)), "a new day"
    assert not isinstance(newcomer.add(day, Decimal("-0.25")), Decimal), "a correction"
    assert not isinstance(newcomer.add(day, Decimal("0.25"), Decimal(4)), Decimal)
    assert newcomer.add(day, Decimal("0.01"), Decimal(4)) == Decimal("4.00")
    other = Spent(team.backend, "official", "other", "USD", lambda: day * 86_400.0, "new")
    assert other.newest(day) == Sum(0, Decimal(0))


@pytest.mark.parametrize("data", [b"", b"[]", b'{"total": "x", "by": "m"}', b'{"total": "NaN", "by": "m"}'])
def test_a_damaged_note_of_what_was_spent_is_an_error(tmp_path: Path, data: bytes) -> None:
    place = Directory(tmp_path, "here")
    place.create(keys.spent("official", "acc", "USD", 3, 1), data)
    with pytest.raises(StoreError, match="what was spent is damaged"):
        Spent(place, "official", "acc", "USD", lambda: 0.0, "m").add(3, Decimal(1))


def test_a_clock_that_was_put_back_does_not_wait_for_its_old_time(tmp_path: Path) -> None:
    team = opened(Place("directory", str(tmp_path / "s")), tmp_path)
    clock = [100_000.0]
    tickets = Tickets(team.backend, "official", "acc", 60.0, lambda: clock[0], "w")
    assert tickets.claim() == 100_000.0
    clock[0] = 20_000.0
    assert tickets.claim() == 20_000.0
