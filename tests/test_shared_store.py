"""The team's store by itself, on every kind of place: blobs, records, trust, signatures, leases, tickets."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from shared_servers import Place, place

from assetgen.build.turns import Buyer, Turns
from assetgen.model.cost import Cost
from assetgen.model.errors import AssetError, StoppedError, StoreError, UsageError
from assetgen.model.lock import Accepted, Original
from assetgen.model.request import Request
from assetgen.store.shared import keys, lease
from assetgen.store.shared.address import parse
from assetgen.store.shared.buyers import Buyers
from assetgen.store.shared.directory import Directory
from assetgen.store.shared.keys import Key
from assetgen.store.shared.opening import open_team
from assetgen.store.shared.spent import Spent, Sum
from assetgen.store.shared.team import Team
from assetgen.store.shared.tickets import Tickets

DATA = b"\x89PNG pixels"


@pytest.fixture(scope="module", params=["directory", "nginx", "s3"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if request.param == "s3":
        yield request.getfixturevalue("s3")
        return
    with place(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


_SERIAL = iter(range(10**6))


@pytest.fixture
def here(server: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A store of its own inside the server, for this test."""
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    return server.part(f"t{next(_SERIAL)}")


def opened(
    where: Place, tmp_path: Path, *, options: str = "", root: Path | None = None, key: str | None = None
) -> Team:
    url = where.url
    if options:
        url += ("&" if "?" in url else "?") + options
    variables = {"ASSETGEN_SHARED_STORE": url, **where.env, "USER": "ada"}
    if key is not None:
        variables["ASSETGEN_SIGNING_KEY"] = key
    serial = next(_SERIAL)
    team = open_team(variables, tmp_path / "home", root, now=lambda: float(serial), random=lambda: 0.5)
    assert team is not None
    _OPEN.append(team)
    return team


_OPEN: list[Team] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while _OPEN:
        _OPEN.pop().close()


def original(data: bytes = DATA) -> Original:
    digest = hashlib.sha256(data).hexdigest()
    return Original(f"originals/hero/{digest[:8]}-1.png", digest, hashlib.sha256(b"p" + data).hexdigest(), (16, 16))


def result(data: bytes = DATA, prompt: str = "a hero", realm: str = "official") -> Accepted:
    request = Request("generate", {"prompt": prompt, "width": 16})
    return Accepted(request, realm, (original(data),), price=Cost(Decimal("0.18")), date="2026-11-21T08:00:00Z")


def kept(team: Team, accepted: Accepted, data: bytes = DATA) -> Accepted:
    team.put(data)
    team.record(accepted)
    return accepted


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
def test_a_damaged_record_is_an_error(here: Place, tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
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


# -- leases on a clock of their own -------------------------------------------


class Clock:
    """A world whose time passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.wall = 0.0

    def now(self) -> float:
        return self.time + self.wall

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    async def call(self, work, *args):  # type: ignore[no-untyped-def]
        return work(*args)


def turns(
    team: Team, clock: Clock, name: str, *, account: str = "acc", repeatable: bool = True, level: str = "main"
) -> Turns:
    return Turns(team.backend, Buyer(name, name, account, repeatable, level), clock)


@pytest.fixture
def team(tmp_path: Path) -> Team:
    found = opened(Place("directory", str(tmp_path / "store")), tmp_path)
    found.open()
    return found


DIGEST = "ab" * 32


async def died_with(buyer: Turns) -> None:
    assert not isinstance(await buyer._take("official", DIGEST, rebuy=False), str)


async def tried(buyer: Turns, *, rebuy: bool = False) -> bool:
    async with buyer.turn("official", DIGEST, rebuy=rebuy) as turn:
        return turn.mine


def test_a_lease_is_waited_for_and_taken_over_after_its_term(team: Team) -> None:
    async def story() -> None:
        clock = Clock()
        await died_with(turns(team, clock, "one"))
        heir = turns(team, clock, "two")
        assert not await tried(heir)
        clock.time += lease.TERM - 1
        assert not await tried(heir)
        clock.time += 2
        assert await tried(heir)

    asyncio.run(story())


@pytest.mark.parametrize("jump", [-1e9, -3600.0, 3600.0])
def test_clocks_that_jump_end_no_lease(team: Team, jump: float) -> None:
    async def story() -> None:
        clock = Clock()
        await died_with(turns(team, clock, "one"))
        heir = turns(team, clock, "two")
        assert not await tried(heir)
        clock.wall += jump
        assert not await tried(heir), "only its own steady clock counts"

    asyncio.run(story())


def test_an_owner_that_lives_keeps_its_lease(team: Team) -> None:
    async def story() -> None:
        clock = Clock()
        owner, heir = turns(team, clock, "one"), turns(team, clock, "two")
        async with owner.turn("official", DIGEST) as turn:
            assert turn.mine
            for _ in range(12):
                assert not await tried(heir)
                clock.time += lease.TERM / 2
                for _ in range(6):
                    await asyncio.sleep(0)  # its heart beats

    asyncio.run(story())


@pytest.mark.parametrize(("account", "repeatable"), [("other", True), ("acc", False)])
def test_what_could_charge_twice_is_left_to_a_person(team: Team, account: str, repeatable: bool) -> None:
    async def story() -> None:
        clock = Clock()
        await died_with(turns(team, clock, "one", account=account, repeatable=repeatable))
        heir = turns(team, clock, "two")
        assert not await tried(heir)
        clock.time += lease.TERM + 1
        with pytest.raises(StoppedError, match="one began to buy it"):
            await tried(heir)
        assert await tried(heir, rebuy=True)

    asyncio.run(story())


def test_after_a_day_a_repeat_is_no_longer_free(team: Team) -> None:
    async def story() -> None:
        clock = Clock()
        await died_with(turns(team, clock, "one"))
        heir = turns(team, clock, "two")
        clock.time += 25 * 3600
        assert not await tried(heir)
        clock.time += lease.TERM + 1
        with pytest.raises(StoppedError, match="rebuy"):
            await tried(heir)

    asyncio.run(story())


async def ends_with(buyer: Turns, error: Exception, *, began: bool = True) -> None:
    async with buyer.turn("official", DIGEST) as turn:
        turn.began = began
        raise error


def test_how_it_ended_decides_what_others_do(team: Team) -> None:
    async def story() -> None:
        from assetgen.generate.types import Delivery, RejectedDelivery
        from assetgen.model.cost import FREE

        clock = Clock()
        owner, other = turns(team, clock, "one"), turns(team, clock, "two")
        with pytest.raises(AssetError):
            await ends_with(owner, AssetError("refused by the service"))
        assert await tried(other), "nothing was charged: the next may try at once"
        delivery = Delivery((), FREE, None, "")
        with pytest.raises(RejectedDelivery):
            await ends_with(owner, RejectedDelivery("no picture", delivery=delivery))
        with pytest.raises(AssetError, match="one bought it, and the reply could not be used: no picture"):
            await tried(other)
        assert await tried(other, rebuy=True)

    asyncio.run(story())


@pytest.mark.parametrize("began", [False, True])
def test_trouble_before_anything_is_sent_gives_the_lease_back(team: Team, began: bool) -> None:
    async def story() -> None:
        clock = Clock()
        owner, other = turns(team, clock, "one"), turns(team, clock, "two")
        with pytest.raises(StoreError):
            await ends_with(owner, StoreError("the store went away"), began=began)
        assert await tried(other) is not began

    asyncio.run(story())


async def bought(buyer: Turns, *, shared: bool = True) -> None:
    async with buyer.turn("official", DIGEST) as turn:
        assert turn.mine
        turn.began, turn.unshared = True, not shared


def test_what_was_bought_and_is_not_recorded_is_not_bought_again(team: Team) -> None:
    """The lease says that somebody bought it: then a missing record is an error, not a miss."""

    async def story() -> None:
        clock = Clock()
        await bought(turns(team, clock, "one"))
        other = turns(team, clock, "two")
        assert not await tried(other), "a network drive may show the record late"
        clock.time += lease.TERM + 1
        with pytest.raises(StoreError, match=r"one bought it, and its record is gone.*cache push"):
            await tried(other)
        assert await tried(other, rebuy=True)

    asyncio.run(story())


@pytest.mark.parametrize(("account", "repeatable"), [("acc", True), ("other", True), ("acc", False)])
def test_what_could_not_be_shared_is_bought_again_only_where_that_is_free(
    team: Team, account: str, repeatable: bool
) -> None:
    async def story() -> None:
        clock = Clock()
        await bought(turns(team, clock, "one", account=account, repeatable=repeatable), shared=False)
        other = turns(team, clock, "two")
        if account == "acc" and repeatable:
            assert await tried(other), "the same key of the same account: the service sends it again"
            return
        with pytest.raises(StoppedError, match="could not put it into the shared store"):
            await tried(other)
        assert await tried(other, rebuy=True)

    asyncio.run(story())


def test_levels_that_do_not_believe_each_other_buy_for_themselves(team: Team) -> None:
    async def story() -> None:
        clock = Clock()
        await bought(turns(team, clock, "one", level="pr-1"))
        assert await tried(turns(team, clock, "two", level="pr-2"))
        await bought(turns(team, clock, "three"))
        assert not await tried(turns(team, clock, "four", level="pr-1")), "all believe main"

    asyncio.run(story())


def test_the_machine_of_a_dead_process_goes_on_at_once(team: Team, tmp_path: Path) -> None:
    """Its journal is there, and its lock on the purchase is free: nobody knows better whether it was charged."""

    async def story() -> None:
        clock, one, two = Clock(), Buyers(tmp_path / "one"), Buyers(tmp_path / "two")
        dead = turns(team, clock, "dead", repeatable=False)
        dead = Turns(team.backend, replace(dead.buyer, owner="d-1", enter=lambda: one.enter("d-1", 0.0)), clock)
        async with dead.turn("official", DIGEST) as turn:
            turn.began = True
            for buyer, account, mine in [(two, "acc", False), (one, "other", False), (one, "acc", True)]:
                heir = turns(team, clock, "heir", account=account, repeatable=False)
                heir = Turns(team.backend, replace(heir.buyer, is_here=buyer.is_here), clock)
                assert await tried(heir) is mine

    asyncio.run(story())
    assert not Buyers(tmp_path / "one").is_here("../buyers/d-1")
    Buyers(tmp_path / "one").enter("d-2", 1e12)
    assert not Buyers(tmp_path / "one").is_here("d-1"), "forgotten after a while"


def test_a_place_that_says_it_can_and_cannot(tmp_path: Path) -> None:
    """Servers that speak S3 and know no conditions overwrite: it is tried out, whatever the kind of place."""

    class Overwrites(Directory):
        def create(self, key: Key, data: bytes) -> bool:
            path = self.root / key.tree
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            return True

    place = Overwrites(tmp_path, "s3://old")
    assert place.atomic
    buyer = Turns(place, Buyer("one", "one", "acc", repeatable=True), Clock())
    with pytest.raises(StoreError, match="it overwrites what is there"):
        asyncio.run(tried(buyer))


def test_a_damaged_lease_is_an_error(team: Team) -> None:
    assert team.backend.create(keys.lease("official", DIGEST, 0), json.dumps({"state": "free"}).encode())
    with pytest.raises(StoreError, match="lease is damaged"):
        asyncio.run(tried(turns(team, Clock(), "one")))


# -- addresses ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "scheme", "where"),
    [
        ("/mnt/art", "file", "/mnt/art"),
        ("file:///mnt/art?level=pr-3", "file", "file:///mnt/art"),
        ("https://ada:secret@cache.studio:8443/assets/?write=no", "https", "https://cache.studio:8443/assets/"),
        ("s3://art/team?endpoint=http://127.0.0.1:9&region=x", "s3", "s3://art/team"),
    ],
)
def test_addresses(text: str, scheme: str, where: str) -> None:
    address = parse(text)
    assert (address.scheme, address.where) == (scheme, where)
    assert "secret" not in address.where + address.url


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("store", "no URL and no absolute path"),
        ("ftp://host/x", "'ftp' is no kind of store"),
        ("file://server/share", "names another machine"),
        ("https://host/x?level=Main", "no trust level"),
        ("https://host/x?level=cas", "no trust level"),
        ("https://host/x?levle=main", "unknown option 'levle'"),
        ("/mnt/../x?y", None),
        ("https://host/?write=perhaps", "say yes or no"),
    ],
)
def test_wrong_addresses(text: str, told: str | None) -> None:
    if told is None:
        assert parse(text).scheme == "file"
        return
    with pytest.raises(UsageError, match=told):
        parse(text)
