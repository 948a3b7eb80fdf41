"""Faults on request: each kind over a real socket, what it costs, and the file that asks for them."""

from __future__ import annotations

import asyncio
import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulator_client import KEY, KNIGHT, Client, picture_of

from assetgen.model.errors import PictureError, UsageError
from assetgen.pixels.picture import decode, decode_frames
from assetgen.simulator import images
from assetgen.simulator.app import app
from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.faults import ACTIONS, Faults, Rule, parse_rules, read_rules
from assetgen.simulator.results import bomb
from assetgen.simulator.wire import Dropped


def once(action: str, **more: Any) -> list[dict[str, Any]]:
    return [{"action": action, "method": "POST", "path": "/v?/inferences", "times": 1, **more}]


# -- the exchange -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["drop", "wrong_length"])
def test_a_broken_connection_after_acceptance_is_charged_once_with_a_key(v2: Client, action: str) -> None:
    v2.configure(faults=once(action, when="after"))
    with pytest.raises(httpx.RemoteProtocolError):
        v2.post("/inferences", KNIGHT, Idempotency_Key="k")
    assert v2.ledger()["charges"] == 1
    assert v2.generate(KNIGHT, Idempotency_Key="k")["status"] == "succeeded"
    assert v2.ledger()["charges"] == 1


def test_a_connection_dropped_before_acceptance_costs_nothing(v2: Client) -> None:
    v2.configure(faults=once("drop"))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        v2.post("/inferences", KNIGHT)
    assert v2.ledger()["charges"] == 0
    assert v2.generate(KNIGHT)["status"] == "succeeded"


def test_v1_loses_the_reply_but_the_task_list_tells(v1: Client) -> None:
    v1.configure(faults=once("drop", when="after"))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        v1.post("/inferences", {**KNIGHT, "async": True})
    tasks = v1.get("/inferences/tasks").json()["tasks"]
    assert len(tasks) == 1
    assert v1.wait(tasks[0]["task_id"])["result"]["base64_images"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
@pytest.mark.parametrize("when", ["before", "after"])
def test_server_errors_before_and_after_acceptance(v2: Client, status: int, when: str) -> None:
    v2.configure(faults=once("status", status=status, when=when, seconds=3))
    response = v2.post("/inferences", KNIGHT, Idempotency_Key="k")
    assert response.status_code == status
    if status == 524:
        assert response.headers["content-type"].startswith("text/html")
    else:
        assert response.headers["retry-after"] == "3"
        assert response.json()["error"]["code"]
    assert v2.ledger()["charges"] == (when == "after")


@pytest.mark.parametrize(("dialect", "status"), [("v1", 500), ("v2", 502)])
def test_inference_failed_is_refunded(v2: Client, dialect: str, status: int) -> None:
    client = v2.other(dialect)
    client.configure(faults=once("inference_failed"))
    refusal = client.post("/inferences", KNIGHT)
    assert refusal.status_code == status
    assert "inference_failed" in refusal.text
    ledger = v2.ledger()
    assert (ledger["charges"], ledger["refunds"], ledger["spent"]) == (1, 1, "0")
    client.close()


@pytest.mark.parametrize("dialect", ["v1", "v2"])
def test_a_failed_task_is_told_with_200_and_refunded(v2: Client, dialect: str) -> None:
    client = v2.other(dialect)
    client.configure(faults=once("failed_task"))
    task = client.wait(client.post("/inferences", {**KNIGHT, "async": True}).json()["task_id"])
    error = task["error"]
    assert "result" not in task
    if dialect == "v2":
        assert (error["status_code"], error["code"]) == (502, "inference_failed")
        assert error["request_id"]
    else:
        assert error == {
            "status_code": 500,
            "detail": {"code": "inference_failed", "message": error["detail"]["message"]},
        }
    assert v2.ledger()["spent"] == "0"
    client.close()


def test_a_429_on_request(v2: Client) -> None:
    v2.configure(faults=once("rate_limit", seconds=2))
    response = v2.post("/inferences", KNIGHT)
    assert (response.status_code, response.headers["retry-after"]) == (429, "2")


def test_html_and_truncated_replies(v2: Client) -> None:
    v2.configure(
        faults=[{"action": "html", "when": "after", "nth": 1}, {"action": "truncate", "when": "after", "nth": 1}]
    )
    page = v2.post("/inferences", KNIGHT)
    assert (page.status_code, page.headers["content-type"]) == (202, "text/html; charset=utf-8")
    v2.configure(faults=once("truncate", when="after"))
    with pytest.raises(ValueError):
        v2.post("/inferences", KNIGHT).json()


# -- the result -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["bad_base64", "not_a_picture", "truncated_picture", "wrong_size", "bomb"])
def test_a_spoilt_result_stays_spoilt_and_is_charged(v2: Client, action: str) -> None:
    v2.configure(faults=once(action))
    task = v2.generate(KNIGHT)
    assert v2.get(f"/inferences/tasks/{task['task_id']}").json() == task
    text = task["result"]["base64_images"][0]
    if action == "wrong_size":
        assert picture_of(text).shape != (64, 64, 4)
    else:
        with pytest.raises((PictureError, ValueError)):
            decode(base64.b64decode(text, validate=True), what="reply")
    assert v2.ledger()["kept"] == 1


def test_a_result_spoilt_on_its_way_is_whole_the_next_time(v2: Client) -> None:
    v2.configure(faults=[{"action": "not_a_picture", "method": "GET", "path": "*/tasks/*", "nth": [1]}])
    v2.configure(latency=0)
    accepted = v2.post("/inferences", KNIGHT).json()
    url = f"/inferences/tasks/{accepted['task_id']}"
    v2.configure(faults=[])
    v2.wait(accepted["task_id"])
    v2.configure(faults=[{"action": "not_a_picture", "method": "GET", "path": "*/tasks/*", "nth": [1]}])
    with pytest.raises(PictureError):
        picture_of(v2.get(url).json()["result"]["base64_images"][0])
    assert picture_of(v2.get(url).json()["result"]["base64_images"][0]).shape == (64, 64, 4)


def test_fewer_images(v2: Client) -> None:
    v2.configure(faults=once("fewer_images"))
    assert len(v2.generate({**KNIGHT, "num_images": 3})["result"]["base64_images"]) == 2


def test_expired_redirected_and_endless_files(v2: Client) -> None:
    v2.configure(faults=once("expired_url"))
    accepted = v2.post("/inferences", KNIGHT).json()
    assert httpx.get(v2.wait(accepted["task_id"])["result"]["output_urls"][0]).status_code == 403
    fresh = v2.get(f"/inferences/requests/{accepted['request_id']}").json()["output_urls"][0]
    assert httpx.get(fresh).status_code == 200

    v2.configure(faults=once("redirect"))
    answer = httpx.get(v2.generate(KNIGHT)["result"]["output_urls"][0])
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("http://169.254.")

    v2.configure(faults=once("oversized"))
    url = v2.generate(KNIGHT)["result"]["output_urls"][0]
    taken = 0
    with httpx.stream("GET", url) as response:
        assert "content-length" not in response.headers
        for block in response.iter_bytes():
            taken += len(block)
            if taken > 1 << 20:
                break
    assert taken > 1 << 20


def test_files_fail_on_request_too(v2: Client) -> None:
    url = v2.generate({**KNIGHT, "upload_outputs": True})["result"]["output_urls"][0]
    v2.configure(faults=[{"action": "status", "status": 503, "path": "/files/*", "times": 1}])
    assert httpx.get(url).status_code == 503
    v2.configure(faults=[{"action": "wrong_length", "path": "/files/*", "times": 1}])
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url)
    assert httpx.get(url).status_code == 200


# -- in process -------------------------------------------------------------------------------------------------------


def test_the_application_in_process_needs_no_key_and_never_runs_out_of_money() -> None:
    application = app(SimulatorConfig.placeholder())

    async def run() -> None:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/v2") as client:
            for seed in range(3):
                accepted = (await client.post("/inferences", json={**KNIGHT, "seed": seed})).json()
                while (task := (await client.get(f"/inferences/tasks/{accepted['task_id']}")).json())["status"] in (
                    "pending",
                    "running",
                ):
                    await asyncio.sleep(0.005)
                assert task["result"]["remaining_balance"] == 1_000_000

    asyncio.run(run())
    asyncio.run(run())  # the same application under another event loop


def test_a_drop_in_process_is_an_exception() -> None:
    application = app(SimulatorConfig(faults=(Rule("drop"),)))

    async def run() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://x/v2") as client:
            await client.get("/inferences/credits", headers={"X-RD-Token": KEY})

    with pytest.raises(Dropped):
        asyncio.run(run())


# -- rules ------------------------------------------------------------------------------------------------------------


def picks(rule: Rule, count: int = 20, seed: int = 0) -> list[int]:
    faults = Faults((rule,), seed)
    return [n for n in range(1, count + 1) if faults.pick("POST", "/v2/inferences", "rd_fast__ui", "a box")[0]]


def test_rules_count_and_draw_from_the_seed() -> None:
    assert picks(Rule("drop", nth=frozenset({2, 5}))) == [2, 5]
    assert picks(Rule("drop", every=6)) == [6, 12, 18]
    assert picks(Rule("drop", times=2)) == [1, 2]
    assert picks(Rule("drop", style="rd_plus__*")) == []
    assert picks(Rule("drop", prompt="* box", method="POST", path="/v2/*", times=1)) == [1]
    half = Rule("drop", probability=0.5)
    assert picks(half, seed=1) == picks(half, seed=1)
    assert picks(half, 200, seed=1) != picks(half, 200, seed=2)
    assert 60 < len(picks(half, 200)) < 140


def test_latencies_add_and_the_first_other_rule_wins() -> None:
    faults = Faults((Rule("latency", seconds=2.0), Rule("html"), Rule("drop"), Rule("latency", seconds=1.0)))
    rule, delay = faults.pick("GET", "/v2/status", None, None)
    assert rule is not None
    assert (rule.action, delay) == ("html", 3.0)


def test_a_fault_file(tmp_path: Path) -> None:
    rules = [{"action": action, "probability": 0.1} for action in ACTIONS]
    (tmp_path / "f.json").write_text(json.dumps(rules), encoding="utf-8")
    (tmp_path / "f.yaml").write_text(
        "faults:\n" + "".join(f"- {json.dumps(rule)}\n" for rule in rules), encoding="utf-8"
    )
    assert read_rules(tmp_path / "f.json") == read_rules(tmp_path / "f.yaml")
    config = SimulatorConfig.from_options(
        faults=tmp_path / "f.yaml", seed=4, balance="2.50", rate=30, latency=1, slots=2
    )
    assert len(config.faults) == len(ACTIONS)
    assert config.balance == Decimal("2.50")


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ("drop", "list of rules"),
        (["drop"], "rule 1"),
        ([{"action": "dropp"}], "dropp"),
        ([{"action": "drop", "nht": 1}], "nht"),
        ([{"action": "drop", "nth": "first"}], "nth"),
        ([{"action": "drop", "probability": 2}], "probability"),
        ([{"action": "status", "status": 200}], "200"),
        ([{"action": "drop", "when": "during"}], "during"),
        ([{"action": "html"}, {"action": "drop", "every": 0}], "rule 2"),
    ],
)
def test_a_wrong_fault_file_says_where(document: Any, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        parse_rules(document)


@pytest.mark.parametrize(
    ("options", "word"),
    [({"latency": -1}, "--latency"), ({"slots": 0}, "--slots"), ({"balance": "much"}, "--balance much"),
     ({"balance": "1.5", "credits": True}, "whole number"), ({"faults": "/nowhere/f.yaml"}, "fault file")],
)  # fmt: skip
def test_wrong_options_name_their_flag(options: dict[str, Any], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        SimulatorConfig.from_options(**options)


# -- pictures ---------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(
    shape=st.tuples(st.integers(1, 5), st.integers(1, 40), st.integers(1, 40)),
    colors=st.integers(1, 255),
    seed=st.integers(0, 2**16),
)
def test_a_gif_gives_its_frames_back(shape: tuple[int, int, int], colors: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    table = random.permutation(1 << 12)[:colors] * 4099 % (1 << 24)
    indexes = random.integers(0, colors, shape)
    rgb = np.stack([table >> 16 & 255, table >> 8 & 255, table & 255, np.full(colors, 255)], axis=1).astype(np.uint8)
    frames = rgb[indexes]
    frames[random.random(shape) < 0.3] = 0
    animated = decode_frames(images.gif(list(frames), 120), what="gif")
    assert len(animated.frames) == shape[0]
    for given_frame, read_frame in zip(frames, animated.frames, strict=True):
        assert (given_frame == read_frame).all()


def test_the_bomb_is_small_and_claims_much() -> None:
    assert len(bomb()) < 1_000_000
    with pytest.raises(PictureError, match="40000"):
        decode(bomb(), what="bomb")
