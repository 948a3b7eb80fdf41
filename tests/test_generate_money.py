"""Never paid twice, never lost: faults of every kind over a real socket, in both dialects."""

from __future__ import annotations

import asyncio

import pytest
from generate_service import QUICK, RUNTIME, Service, entries, job, numbered, picture, settle, usd
from msgspec.structs import replace

from assetgen.generate.client import Client
from assetgen.model.errors import (
    OpenEntryError,
    ProviderError,
    StoppedError,
    StoreError,
    UnknownOutcomeError,
    UsageError,
)
from assetgen.model.manifest import Network
from assetgen.store import journals
from assetgen.store.journal import encode_line

BOTH = pytest.mark.parametrize("dialect", ["v1", "v2"])


DAY = 24 * 3600


# -- retries ----------------------------------------------------------------------------------------------------------


@BOTH
def test_429_pauses_everything_and_costs_nothing(service: Service, dialect: str) -> None:
    service.faults({"action": "rate_limit", "path": "*/inferences", "method": "POST", "times": 3, "seconds": 0})

    async def work(client: Client) -> int:
        await asyncio.gather(*(client.run(wanted) for wanted in numbered(6)))
        return client.line.transport.slots.limit

    service.run(work, dialect)
    assert service.ledger()["kept"] == 6


@pytest.mark.parametrize("status", [502, 503, 504, 524])
@pytest.mark.parametrize("when", ["before", "after"])
def test_v2_asks_again_under_the_same_key(service: Service, status: int, when: str) -> None:
    service.faults({"action": "status", "status": status, "when": when, "path": "*/inferences", "times": 2})
    service.buy(job())
    assert service.posts("/inferences") == 3
    assert service.ledger()["charges"] == 1


@pytest.mark.parametrize("action", ["drop", "html", "truncate", "wrong_length"])
@pytest.mark.parametrize("op", ["generate", "image_edit"])
def test_v2_survives_a_lost_answer(service: Service, action: str, op: str) -> None:
    service.faults({"action": action, "when": "after", "method": "POST", "times": 2})
    wanted = job() if op == "generate" else job(op=op, prompt="add a hat", pictures={"input": picture()})
    service.buy(wanted)
    assert service.ledger()["charges"] == 1


@pytest.mark.parametrize("action", ["drop", "html", "truncate", "wrong_length"])
def test_v1_finds_its_task_in_the_list(service: Service, action: str) -> None:
    service.buy(job(prompt="an older purchase"), "v1")
    service.faults({"action": action, "when": "after", "path": "*/inferences", "every": 3})

    async def work(client: Client) -> None:
        await asyncio.gather(*(client.run(wanted) for wanted in numbered(6)))

    service.run(work, "v1")
    assert service.posts("/inferences") == 7
    assert service.ledger()["charges"] == 7


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
def test_v1_never_repeats_what_it_has_sent(service: Service, status: int) -> None:
    service.faults({"action": "status", "status": status, "path": "*/inferences", "nth": 1})
    with pytest.raises(UnknownOutcomeError) as lost:
        service.buy(job(), "v1")
    assert service.posts("/inferences") == 1
    assert lost.value.exit_status == 3
    assert lost.value.entry in str(lost.value)


@BOTH
@pytest.mark.parametrize("action", ["drop", "html", "truncate", "wrong_length", "status"])
def test_looks_at_a_task_are_repeated(service: Service, dialect: str, action: str) -> None:
    service.faults({"action": action, "when": "after", "path": "*/tasks/*", "method": "GET", "nth": [1, 2]})
    service.buy(job(), dialect)
    assert service.ledger()["charges"] == 1


@BOTH
def test_a_service_that_is_away_costs_nothing(service: Service, dialect: str) -> None:
    service.buy(job(), dialect)
    gone = "http://127.0.0.1:1/" + dialect
    with pytest.raises(ProviderError, match="no connection"):
        service.buy(job(take=1), dialect, base_url=gone)
    assert not [entry for entry in entries(service) if entry.is_open]
    service.buy(job(take=1), dialect)


# -- unknown outcomes -------------------------------------------------------------------------------------------------


def test_an_unknown_outcome_blocks_the_next_run_until_it_is_settled(service: Service) -> None:
    service.faults({"action": "drop", "when": "after", "path": "*/v2/inferences"})

    async def work(client: Client) -> None:
        with pytest.raises(UnknownOutcomeError):
            await client.run(job())
        with pytest.raises(OpenEntryError):
            await client.run(job())
        assert client.outstanding() == usd("0.017")
        service.faults()
        await client.run(job(take=1))  # in a running build only that asset is blocked

    service.run(work)
    (entry,) = [entry for entry in entries(service) if entry.state == "unknown"]

    async def blocked(client: Client) -> None:
        with pytest.raises(OpenEntryError, match=entry.id):
            await client.run(job(take=2))

    service.run(blocked)
    service.run(blocked, "v1")
    service.run(lambda client: client.run(job(take=3)), key="rdpk-another-account")
    settled = {item.asset: item for item in settle(service)}
    assert settled["hero"].state == "received"
    assert service.ledger()["charges"] == 3


def test_v1_asks_rather_than_guesses(service: Service) -> None:
    service.faults({"action": "drop", "path": "*/v1/inferences"})
    with pytest.raises(UnknownOutcomeError):
        service.buy(job(), "v1")
    (settled,) = settle(service, "v1")
    assert (settled.state, settled.asset) == ("open", "hero")
    with pytest.raises(OpenEntryError, match=settled.entry):
        service.buy(job(take=1), "v1")
    with pytest.raises(UsageError, match=settled.entry):
        journals.declare_lost(service.journal, "ffff", now=RUNTIME.now)
    journals.declare_lost(service.journal, settled.entry[:6], now=RUNTIME.now)
    service.faults()
    service.buy(job(take=1), "v1")
    assert [entry.asset for entry in journals.spent_unknown(service.journal, now=RUNTIME.now)] == ["hero"]


def test_a_task_named_by_hand_is_fetched(service: Service) -> None:
    service.faults(
        {"action": "drop", "when": "after", "path": "*/v1/inferences"},
        {"action": "status", "path": "*/inferences/tasks"},
    )
    with pytest.raises(UnknownOutcomeError):
        service.buy(job(), "v1")
    service.faults()
    (line,) = service.ledger()["lines"]
    (entry,) = [entry for entry in entries(service) if entry.is_open]
    journals.claim_task(service.journal, entry.id, line["task_id"], now=RUNTIME.now)
    (settled,) = settle(service, "v1")
    assert settled.state == "received"


def test_an_entry_of_another_day_is_not_repeated(service: Service) -> None:
    service.faults({"action": "drop", "path": "*/v2/inferences"})
    with pytest.raises(UnknownOutcomeError):
        service.buy(job())
    service.faults()
    later = replace(RUNTIME, now=lambda: RUNTIME.now() + DAY + 60)
    (settled,) = settle(service, runtime=later)
    assert settled.state == "open"
    assert "24 hours" in settled.message
    assert service.ledger()["charges"] == 0
    (settled,) = settle(service)
    assert settled.state == "received"
    assert service.ledger()["charges"] == 1


@pytest.mark.parametrize("strange", [None, [], {"count": "1"}, {"size": [64]}, {"depth": 3}])
def test_an_entry_whose_shape_cannot_be_read_is_named(service: Service, strange: object) -> None:
    service.faults({"action": "drop", "path": "*/v2/inferences"})
    with pytest.raises(UnknownOutcomeError):
        service.buy(job())
    service.faults()
    (entry,) = entries(service)
    (lines,) = service.journal.glob("*/*/journal.jsonl")
    lines.write_bytes(lines.read_bytes() + encode_line({"id": entry.id, "set": {"shape": strange}}))
    with pytest.raises(StoreError, match=f"journal entry {entry.id}: what its reply must hold cannot be read"):
        settle(service)
    assert service.ledger()["charges"] == 0


def test_an_idempotency_conflict_is_an_unknown_outcome(service: Service) -> None:
    service.buy(job())
    changed = replace(job(), size=(96, 96))  # the same request digest, another body: must never happen, but if it does
    with pytest.raises(UnknownOutcomeError, match="idempotency_conflict"):
        service.buy(changed)
    assert service.ledger()["charges"] == 1


def test_a_refused_key_in_settle_leaves_all_as_it_was(service: Service) -> None:
    service.faults({"action": "drop", "path": "*/v2/inferences"})
    with pytest.raises(UnknownOutcomeError):
        service.buy(job())
    service.faults({"action": "status", "status": 401, "path": "*/v2/inferences"})
    (settled,) = settle(service)
    assert settled.state == "open"
    service.faults()
    assert settle(service)[0].state == "received"


# -- attempts ---------------------------------------------------------------------------------------------------------


def test_a_rebuy_is_a_new_purchase_and_a_repeat_is_none(service: Service) -> None:
    first = service.buy(job())
    assert service.buy(job()).images == first.images
    assert service.ledger()["charges"] == 1
    service.buy(replace(job(), rebuy=True))
    assert service.ledger()["charges"] == 2


# -- interruption -----------------------------------------------------------------------------------------------------


@BOTH
def test_an_interruption_waits_for_what_is_paid_and_sends_nothing_more(service: Service, dialect: str) -> None:
    service.configure(latency=0.3)

    async def work(client: Client) -> None:
        tasks = [asyncio.create_task(client.run(wanted)) for wanted in numbered(8)]
        while service_charges() < 2:
            await asyncio.sleep(0.02)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        with pytest.raises(StoppedError):
            await client.run(job(take=9))

    def service_charges() -> int:
        return int(service.ledger()["charges"])

    service.run(work, dialect, network=Network(concurrency=2, timeout=10))
    assert service_charges() <= 3
    settled = settle(service, dialect)
    assert {item.state for item in settled} == {"received"}
    assert len(settled) == service_charges()


def test_an_interruption_does_not_wait_for_ever(service: Service) -> None:
    service.configure(latency=3600)

    async def work(client: Client) -> None:
        task = asyncio.create_task(client.run(job()))
        while not service.ledger()["charges"]:
            await asyncio.sleep(0.02)
        started = RUNTIME.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert RUNTIME.monotonic() - started < 20

    service.run(work, tuning=replace(QUICK, grace=0.2))
    assert [entry.state for entry in entries(service)] == ["accepted"]
