"""Results that fail, cannot be used or lie elsewhere: paid once, kept, asked for again where that is free."""

from __future__ import annotations

from typing import Any

import pytest
from generate_service import QUICK, Service, entries, job, picture, settle, usd
from msgspec.structs import replace

from assetgen.generate.client import Client
from assetgen.generate.types import RejectedDelivery
from assetgen.model.cost import FREE
from assetgen.model.errors import (
    AssetError,
    ProviderError,
    StoreError,
)

BOTH = pytest.mark.parametrize("dialect", ["v1", "v2"])

# -- failed tasks -----------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("action", ["failed_task", "inference_failed"])
def test_a_failed_task_is_refunded_and_asked_for_once_more(service: Service, dialect: str, action: str) -> None:
    service.faults({"action": action, "path": "*/inferences", "nth": 1})
    service.buy(job(), dialect)
    ledger = service.ledger()
    assert (ledger["charges"], ledger["refunds"], ledger["kept"]) == (2, 1, 1)
    if dialect == "v2" and action == "inference_failed":  # the answer to the POST itself: repeated under its key
        assert len(service.approvals) == 1
    else:
        assert len(service.approvals) == 2
        assert [entry.attempt for entry in entries(service)] == [0, 1]


@BOTH
def test_a_task_that_fails_twice_is_given_up_and_may_be_bought_later(service: Service, dialect: str) -> None:
    service.faults({"action": "failed_task", "path": "*/inferences", "times": 2})

    async def work(client: Client) -> None:
        with pytest.raises(ProviderError, match="inference_failed"):
            await client.run(job())
        assert (client.spent(), client.outstanding()) == (FREE, FREE)

    service.run(work, dialect)
    assert service.ledger()["kept"] == 0
    service.buy(job(), dialect)
    assert service.ledger()["kept"] == 1


# -- replies that cannot be used --------------------------------------------------------------------------------------


LASTING = ["not_a_picture", "truncated_picture", "wrong_size", "bomb", "fewer_images"]


@BOTH
@pytest.mark.parametrize("action", LASTING)
def test_a_result_that_cannot_be_used_is_rejected_and_kept(service: Service, dialect: str, action: str) -> None:
    service.faults({"action": action, "path": "*/inferences", "nth": 1})
    wanted = job(candidates=3)

    async def work(client: Client) -> str:
        with pytest.raises(RejectedDelivery) as rejected:
            await client.run(wanted)
        assert rejected.value.exit_status == 1
        delivery = rejected.value.delivery
        assert len(delivery.images) == (2 if action == "fewer_images" else 0)
        assert delivery.price == usd("0.052")
        assert client.spent() == usd("0.052")
        assert delivery.entry is not None
        client.close(delivery.entry)
        assert delivery.raw is not None
        with pytest.raises(RejectedDelivery):
            await client.redecode(delivery.raw, wanted)
        return delivery.raw

    raw = service.run(work, dialect)
    assert [entry.state for entry in entries(service)] == ["rejected"]
    assert service.ledger()["charges"] == 1
    if action == "fewer_images":  # another idea of what is right makes the same reply good, for nothing
        good = service.run(lambda client: client.redecode(raw, job(candidates=2)), dialect)
        assert len(good.images) == 2
    assert settle(service, dialect) == []


@BOTH
@pytest.mark.parametrize("action", [*LASTING, "bad_base64"])
def test_what_was_damaged_on_the_way_is_fetched_once_more(service: Service, dialect: str, action: str) -> None:
    service.faults({"action": action, "path": "*/tasks/*", "method": "GET", "nth": 1})
    service.buy(job(), dialect, tuning=replace(QUICK, poll=(0.1, 0.2)))
    assert service.ledger()["charges"] == 1


def test_v2_gets_a_damaged_delivery_by_its_request_record(service: Service) -> None:
    service.faults({"action": "bad_base64", "path": "*/inferences", "nth": 1})
    assert len(service.buy(job()).images) == 1
    assert service.asked("GET", "/v2/inferences/requests/") == 1
    assert service.ledger()["charges"] == 1


def test_v1_edits_are_checked_too(service: Service) -> None:
    service.faults({"action": "not_a_picture", "path": "*/edit", "nth": 1})
    with pytest.raises(RejectedDelivery, match="picture 1 of 1"):
        service.buy(job(op="image_edit", prompt="add a hat", pictures={"input": picture()}), "v1")


def test_free_tools_are_simply_asked_again(service: Service) -> None:
    rotated = job(op="rotate", rotation_degrees=90, pictures={"input": picture()})
    service.faults({"action": "truncated_picture", "path": "*/edit/tools/rotate", "times": 2})
    service.buy(rotated)
    service.faults({"action": "not_a_picture", "path": "*/edit/tools/rotate"})
    with pytest.raises(AssetError, match="picture 1 of 1"):
        service.buy(rotated)


# -- hosted files -----------------------------------------------------------------------------------------------------


HOSTED: dict[str, Any] = {"api": {"upload_outputs": True}}


@BOTH
def test_results_may_come_as_addresses_only(service: Service, dialect: str) -> None:
    assert len(service.buy(job(candidates=3, **HOSTED), dialect).images) == 3


@BOTH
@pytest.mark.parametrize("action", ["status", "drop", "wrong_length"])
def test_downloads_are_repeated(service: Service, dialect: str, action: str) -> None:
    service.faults({"action": action, "path": "/files/*", "nth": [1, 2]})
    assert len(service.buy(job(**HOSTED), dialect).images) == 1
    assert service.asked("GET", "/files/") == 3


@pytest.mark.parametrize("action", ["expired_url", "redirect", "oversized"])
def test_v2_asks_for_fresh_addresses(service: Service, action: str) -> None:
    service.faults({"action": action, "path": "*/inferences", "nth": 1})
    service.buy(job(), tuning=replace(QUICK, file_limit=1 << 20))
    assert service.ledger()["charges"] == 1


@pytest.mark.parametrize("action", ["expired_url", "redirect", "oversized"])
def test_v1_rejects_what_it_cannot_fetch(service: Service, action: str) -> None:
    service.faults({"action": action, "path": "*/inferences", "nth": 1})
    with pytest.raises(RejectedDelivery, match=r"not good any more|private address|larger than|plain http"):
        service.buy(job(), "v1", tuning=replace(QUICK, file_limit=1 << 20))


@BOTH
def test_a_file_that_cannot_be_had_now_is_paid_and_fetched_by_the_next_build(service: Service, dialect: str) -> None:
    service.faults({"action": "status", "status": 503, "path": "/files/*"})

    async def work(client: Client) -> None:
        with pytest.raises(ProviderError, match="paid, but its file cannot be fetched now"):
            await client.run(job(**HOSTED))
        assert client.outstanding() == usd("0.017")

    service.run(work, dialect)
    service.faults()
    (settled,) = settle(service, dialect)
    assert settled.state == "received"
    assert settled.delivery is not None
    assert service.buy(job(**HOSTED), dialect).images == settled.delivery.images
    assert service.ledger()["charges"] == 1


def test_a_reply_whose_files_are_gone_cannot_be_decoded_again(service: Service) -> None:
    raw = service.buy(job(**HOSTED)).raw
    assert raw is not None
    for path in service.journal.rglob("*.json"):
        path.write_text(path.read_text().replace('"files"', '"forgotten"'))
    service.faults({"action": "status", "status": 503, "path": "/files/*"})
    with pytest.raises(StoreError, match="cannot be fetched now"):
        service.run(lambda client: client.redecode(raw, job(**HOSTED)))
    with pytest.raises(StoreError, match="cannot be read"):
        service.run(lambda client: client.redecode("0" * 64, job()))
