"""Leases on a clock of their own: one machine buys, the others wait for its record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace
from shared_servers import Place
from team_stores import close_all, opened

from assetgen.build.turns import Buyer, Turns
from assetgen.model.errors import AssetError, StoppedError, StoreError
from assetgen.store.shared import keys, lease
from assetgen.store.shared.backend import Backend
from assetgen.store.shared.buyers import Buyers
from assetgen.store.shared.directory import Directory
from assetgen.store.shared.keys import Key
from assetgen.store.shared.team import Team

T = TypeVar("T")


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

    async def call(self, work: Callable[..., T], *args: Any) -> T:
        return work(*args)


def turns(
    team: Team, clock: Clock, name: str, *, account: str = "acc", repeatable: bool = True, level: str = "main"
) -> Turns:
    return Turns(team.backend, Buyer(name, name, account, repeatable, level), clock)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    found = opened(Place("directory", str(tmp_path / "store")), tmp_path)
    found.open()
    yield found
    close_all()


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


class Counting:
    """A backend that counts what is asked of it."""

    def __init__(self, inner: Backend) -> None:
        self.inner = inner
        self.asked = 0

    def get(self, key: Key) -> bytes | None:
        self.asked += 1
        return self.inner.get(key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def test_who_waits_asks_one_question_at_a_time_and_hears_of_the_end(team: Team) -> None:
    async def story() -> None:
        clock = Clock()
        owner, heir = turns(team, clock, "one"), turns(team, clock, "two")
        taken = await owner._take("official", DIGEST, rebuy=False)
        assert taken is not None
        number, note = taken
        assert not await tried(heir)
        counting = Counting(team.backend)
        heir.backend = counting
        for _look in range(10):
            assert not await heir.moved("official", DIGEST)
        assert counting.asked == 10
        clock.time += lease.TERM / 2
        assert lease.add(team.backend, "official", DIGEST, number + 1, note)  # its heart beats
        clock.time += lease.TERM / 2
        assert not await heir.moved("official", DIGEST), "it lives"
        assert lease.add(team.backend, "official", DIGEST, number + 2, replace(note, state="failed"))
        assert await heir.moved("official", DIGEST)
        assert await tried(heir)

    asyncio.run(story())


def test_who_waits_hears_when_a_lease_ran_out(team: Team) -> None:
    async def story() -> None:
        clock = Clock()
        await died_with(turns(team, clock, "one"))
        heir = turns(team, clock, "two")
        assert not await tried(heir)
        assert not await heir.moved("official", DIGEST)
        clock.time += lease.TERM + 1
        assert await heir.moved("official", DIGEST)
        assert await tried(heir)

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
