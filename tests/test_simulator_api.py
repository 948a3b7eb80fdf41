"""The simulated service over a real socket: generation, tasks, money, errors, in both dialects."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from simulator_client import KNIGHT, Client, picture_of, png

from assetgen.catalog.styles import find, price
from assetgen.pixels.picture import decode_frames
from assetgen.simulator.config import Dialect, SimulatorConfig
from assetgen.simulator.testing import running


@pytest.fixture
def serve() -> Iterator[Any]:
    """A simulator of its own config: `serve(config)` gives a client of v2."""
    open_ones: list[Any] = []

    def start(config: SimulatorConfig, dialect: Dialect = "v2") -> Client:
        context = running(config, dialect)
        client = Client(context.__enter__())
        open_ones.append((context, client))
        return client

    yield start
    for context, client in reversed(open_ones):
        client.close()
        context.__exit__(None, None, None)


def dollars(style: str, width: int, height: int, count: int = 1) -> float:
    row = find(style)
    assert row is not None
    return float(price(row, (width, height), count))


# -- generation -------------------------------------------------------------------------------------------------------


def test_v2_accepts_a_task_and_charges_once(v2: Client) -> None:
    response = v2.post("/inferences", KNIGHT)
    assert response.status_code == 202
    body = response.json()
    assert set(body) == {"status", "task_id", "request_id", "message"}
    assert body["status"] == "accepted"
    assert response.headers["x-request-id"] == body["request_id"]
    task = v2.wait(body["task_id"])
    result = task["result"]
    assert picture_of(result["base64_images"][0]).shape == (64, 64, 4)
    assert result["balance_cost"] == dollars("rd_fast__default", 64, 64)
    assert result["remaining_balance"] == pytest.approx(100 - result["balance_cost"])
    assert isinstance(result["created_at"], str)
    assert "seed" not in result
    ledger = v2.ledger()
    assert (ledger["charges"], ledger["refunds"]) == (1, 0)
    assert ledger["lines"][0]["task_id"] == body["task_id"]


def test_v1_answers_with_the_result_and_leaves_no_task(v1: Client) -> None:
    response = v1.post("/inferences", {**KNIGHT, "num_images": 3})
    assert response.status_code == 200
    body = response.json()
    assert len(body["base64_images"]) == 3
    assert isinstance(body["created_at"], int)
    assert body["model"] == "rd_fast"
    assert v1.get("/inferences/tasks").json() == {"tasks": []}


@pytest.mark.parametrize("name", ["async", "async_process"])
def test_v1_async_is_a_task(v1: Client, name: str) -> None:
    response = v1.post("/inferences", {**KNIGHT, name: True})
    assert response.status_code == 202
    assert set(response.json()) == {"status", "task_id", "message"}
    assert v1.wait(response.json()["task_id"])["result"]["base64_images"]


def test_the_same_request_draws_the_same_picture_in_both_dialects(v2: Client, v1: Client) -> None:
    body = {**KNIGHT, "seed": 7}
    assert v2.generate(body)["result"]["base64_images"] == v1.post("/inferences", body).json()["base64_images"]


def test_check_cost_is_exact_and_free(v2: Client, v1: Client) -> None:
    body = {**KNIGHT, "prompt_style": "rd_plus__default", "width": 96, "num_images": 4, "check_cost": True}
    for client in (v2, v1):
        response = client.post("/inferences", body)
        assert response.status_code == 200
        assert response.json()["balance_cost"] == dollars("rd_plus__default", 96, 64, 4)
        assert response.json()["base64_images"] == []
    assert v2.ledger()["charges"] == 0


def test_old_names(v1: Client, v2: Client) -> None:
    assert v1.post("/inferences", {**KNIGHT, "prompt_style": "simple", "model": "RD_FLUX"}).status_code == 200
    walking = {**KNIGHT, "prompt_style": "animation_four_angle_walking", "model": "RD_FLUX", "return_spritesheet": True}
    assert picture_of(v1.post("/inferences", walking).json()["base64_images"][0]).shape == (192, 192, 4)
    assert v1.post("/inferences", {**KNIGHT, "prompt_style": "simple:rd_flux"}).status_code == 200
    assert v1.post("/inferences", {**KNIGHT, "prompt_style": "rd_mini__mc_item", "width": 16, "height": 16}).is_success
    assert v1.post("/inferences", {**KNIGHT, "model": "RD_CLASSIC"}).status_code == 400
    assert v2.post("/inferences", {**KNIGHT, "prompt_style": "simple", "model": "RD_FLUX"}).status_code == 400


def test_old_animations_ignore_a_size_that_does_not_fit(v2: Client) -> None:
    body = {**KNIGHT, "prompt_style": "rd_animation__four_angle_walking", "width": 200, "height": 90}
    result = v2.generate({**body, "return_spritesheet": True})["result"]
    assert picture_of(result["base64_images"][0]).shape == (192, 192, 4)
    vfx = {**body, "prompt_style": "rd_animation__vfx", "return_spritesheet": True}
    assert picture_of(v2.generate({**vfx, "width": 64, "height": 64})["result"]["base64_images"][0]).shape[0] == 256
    assert picture_of(v2.generate(vfx)["result"]["base64_images"][0]).shape[0] == 90 * 4


@pytest.mark.parametrize(
    ("style", "size", "frames"),
    [("four_angle_walking", 48, 16), ("four_angle_walking_idle", 48, 44), ("8_dir_rotation", 80, 8), ("vfx", 24, 16)],
)
def test_an_animation_without_the_sheet_is_a_gif(v2: Client, style: str, size: int, frames: int) -> None:
    body = {**KNIGHT, "prompt_style": f"rd_animation__{style}", "width": size, "height": size}
    data = base64.b64decode(v2.generate(body)["result"]["base64_images"][0])
    animated = decode_frames(data, what="gif")
    assert data.startswith(b"GIF89a")
    assert len(animated.frames) == frames
    assert animated.frames[0].shape == (size, size, 4)
    assert set(animated.durations) == {100}


def test_gif_frames_are_the_sheets_cells_in_the_documented_order(v2: Client) -> None:
    body = {**KNIGHT, "prompt_style": "rd_animation__8_dir_rotation", "width": 80, "height": 80, "seed": 5}
    gif = v2.generate(body)["result"]["base64_images"][0]
    sheet = picture_of(v2.generate({**body, "return_spritesheet": True})["result"]["base64_images"][0])
    frames = decode_frames(base64.b64decode(gif), what="gif").frames
    for frame, cell in zip(frames, (0, 1, 2, 5, 8, 7, 6, 3), strict=True):
        y, x = divmod(cell, 3)
        assert (frame == sheet[y * 80 : y * 80 + 80, x * 80 : x * 80 + 80]).all()


def test_extra_pictures_are_appended(v2: Client) -> None:
    body = {**KNIGHT, "remove_bg": True, "return_non_bg_removed": True, "input_palette": png(4, 1)}
    result = v2.generate({**body, "return_pre_palette": True, "num_images": 2})["result"]
    assert len(result["base64_images"]) == 6
    without = v2.generate({**KNIGHT, "return_non_bg_removed": True, "return_pre_palette": True})["result"]
    assert len(without["base64_images"]) == 1


def test_upscale(v2: Client) -> None:
    for factor, side in ((1, 64), (3, 192), (None, 512)):
        body = {**KNIGHT, "upscale_output_factor": factor}
        assert picture_of(v2.generate(body)["result"]["base64_images"][0]).shape == (side, side, 4)


def test_inventory_items_bring_their_atlas(v2: Client) -> None:
    body = {**KNIGHT, "prompt_style": "rd_pro__inventory_items", "width": 256, "height": 256}
    assert "downloadable_data" not in v2.generate(body)["result"]
    data = v2.generate({**body, "include_downloadable_data": True})["result"]["downloadable_data"]["downloadable_json"]
    assert data["type"] == "item_atlas"
    assert (data["data"]["meta"]["image_w"], data["data"]["meta"]["image_h"]) == (256, 256)
    assert data["data"]["sprites"]
    for sprite in data["data"]["sprites"]:
        assert set(sprite) == {"x", "y", "w", "h", "id", "name"}
        assert 0 <= sprite["x"] < sprite["x"] + sprite["w"] <= 256


# -- files ------------------------------------------------------------------------------------------------------------


def test_results_as_urls_expire_and_are_found_again_for_a_day(v2: Client) -> None:
    accepted = v2.post("/inferences", {**KNIGHT, "upload_outputs": True}).json()
    result = v2.wait(accepted["task_id"])["result"]
    assert result["base64_images"] == []
    url = result["output_urls"][0]
    assert httpx.get(url).headers["content-type"] == "image/png"
    v2.configure(advance=15 * 60)
    assert httpx.get(url).status_code == 403
    assert v2.get(f"/inferences/tasks/{accepted['task_id']}").json()["result"]["output_urls"] == [url]
    record = v2.get(f"/inferences/requests/{accepted['request_id']}").json()
    assert record["status"] == "succeeded"
    assert record["balance_cost"] == result["balance_cost"]
    assert httpx.get(record["output_urls"][0]).content.startswith(b"\x89PNG")
    v2.configure(advance=24 * 3600)
    assert v2.get(f"/inferences/requests/{accepted['request_id']}").status_code == 404
    assert v2.get(f"/inferences/tasks/{accepted['task_id']}").status_code == 404


def test_large_results_come_only_as_urls(serve: Any) -> None:
    result = serve(SimulatorConfig(inline_limit=10)).generate(KNIGHT)["result"]
    assert (result["base64_images"], len(result["output_urls"])) == ([], 1)


def test_a_key_sent_to_a_file_is_counted(v2: Client) -> None:
    url = v2.generate({**KNIGHT, "upload_outputs": True})["result"]["output_urls"][0]
    httpx.get(url)
    seen = f"{v2.host}/_simulator/requests"
    assert v2.http.get(seen).json()["files_asked_with_key"] == 0
    v2.http.get(url)
    assert v2.http.get(seen).json()["files_asked_with_key"] == 1


# -- idempotency and tasks --------------------------------------------------------------------------------------------


def test_the_same_key_is_one_task_and_one_charge(v2: Client) -> None:
    first = v2.post("/inferences", KNIGHT, Idempotency_Key="k")
    again = v2.post("/inferences", dict(reversed(KNIGHT.items())), Idempotency_Key="k")
    assert again.json()["task_id"] == first.json()["task_id"]
    conflict = v2.post("/inferences", {**KNIGHT, "seed": 1}, Idempotency_Key="k")
    assert (conflict.status_code, conflict.json()["error"]["code"]) == (409, "idempotency_conflict")
    assert v2.ledger()["charges"] == 1
    other = Client(v2.base, "rdpk-somebody-else")
    assert other.post("/inferences", KNIGHT, Idempotency_Key="k").json()["task_id"] != first.json()["task_id"]
    other.close()


def test_keys_are_for_paid_generation_only(v2: Client, v1: Client) -> None:
    for key in ("", "with space", "x" * 257):
        refusal = v2.post("/inferences", KNIGHT, Idempotency_Key=key)
        assert (refusal.status_code, refusal.json()["error"]["code"]) == (400, "invalid_idempotency_key")
    picture = {"input_image": png(32, 32)}
    for path, body in (
        ("/inferences", {**KNIGHT, "check_cost": True}),
        ("/edit/tools/pixel_correction", picture),
        ("/pixel-fixer/standard", picture),
    ):
        assert v2.post(path, body, Idempotency_Key="k").status_code == 400
    # v1 knows no such header: two requests, two charges.
    v1.post("/inferences", KNIGHT, Idempotency_Key="k")
    v1.post("/inferences", KNIGHT, Idempotency_Key="k")
    assert v2.ledger()["charges"] == 2


def test_the_task_list_is_newest_first_and_filtered(v2: Client) -> None:
    ids = [v2.post("/inferences", {**KNIGHT, "seed": seed}).json()["task_id"] for seed in range(5)]
    for task_id in ids:
        v2.wait(task_id)
    assert [task["task_id"] for task in v2.get("/inferences/tasks").json()["tasks"]] == ids[::-1]
    assert [task["task_id"] for task in v2.get("/inferences/tasks", limit=2).json()["tasks"]] == ids[:2:-1]
    assert v2.get("/inferences/tasks", status="failed").json() == {"tasks": []}
    assert v2.get("/inferences/tasks", status="done").status_code == 422
    assert v2.get("/inferences/tasks", limit=0).status_code == 422
    stranger = Client(v2.base, "rdpk-somebody-else")
    assert stranger.get(f"/inferences/tasks/{ids[0]}").status_code == 404
    assert stranger.get("/inferences/tasks").json() == {"tasks": []}
    stranger.close()


# -- money ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dialect", "status"), [("v1", 400), ("v2", 402)])
def test_a_request_for_exactly_all_is_refused(serve: Any, dialect: str, status: int) -> None:
    cost = Decimal(str(dollars("rd_fast__default", 64, 64)))
    client = serve(SimulatorConfig(balance=cost), dialect)
    refusal = client.post("/inferences", KNIGHT)
    assert refusal.status_code == status
    expected = {"v1": {"detail": [{"msg": "Not enough balance."}]}}
    if dialect == "v1":
        assert refusal.json() == expected["v1"]
    else:
        assert refusal.json()["error"]["code"] == "not_enough_balance"
    client.configure(balance=str(cost + Decimal("0.01")))
    assert client.post("/inferences", KNIGHT).is_success
    assert client.ledger()["charges"] == 1


def test_the_credit_generation(serve: Any) -> None:
    client = serve(SimulatorConfig(generation="credits", balance=Decimal(1000)), "v1")
    body = {"model": "RD_FLUX", "width": 256, "height": 256, "prompt": "A really cool corgi", "num_images": 1}
    reply = client.post("/inferences", body).json()
    assert set(reply) == {
        "created_at", "credit_cost", "base64_images", "output_urls", "model", "type", "remaining_credits"
    }  # fmt: skip
    assert (reply["credit_cost"], reply["remaining_credits"]) == (1, 999)
    assert (reply["model"], reply["type"]) == ("RDModel.RD_FLUX", "txt2img")
    assert client.get("/inferences/credits").json() == {"credits": 999}
    edit = client.post("/edit", {"prompt": "add a hat", "inputImageBase64": png(32, 32)}).json()
    assert edit["remaining_credits"] == 994
    without_count = {"prompt": "a raven", "width": 128, "height": 128, "input_image": png(32, 32)}
    assert client.post("/inferences/legacy", without_count).json()["type"] == "img2img"
    assert client.ledger()["unit"] == "credits"


def test_credits_in_dollars_and_the_legacy_address(v2: Client, v1: Client) -> None:
    assert v2.get("/inferences/credits").json() == {"credits": 0, "balance": 100.0}
    assert v1.post("/inferences/legacy", KNIGHT).status_code == 410
    assert v2.post("/inferences/legacy", KNIGHT).status_code in (404, 405)


# -- errors -----------------------------------------------------------------------------------------------------------


def test_the_four_shapes_of_v1(v1: Client) -> None:
    assert v1.get("/nothing").json() == {"detail": "Not Found"}
    assert v1.post("/status").json() == {"detail": "Method Not Allowed"}
    missing = v1.post("/inferences", {**KNIGHT, "width": None})
    assert missing.status_code == 422
    assert missing.json()["detail"] == [{"loc": ["body", "width"], "msg": "Field required", "type": "missing"}]
    small = v1.post("/inferences", {**KNIGHT, "width": 16})
    assert small.status_code == 400
    assert set(small.json()["detail"]) == {"code", "message"}
    for damaged in (b"{oops", b'{"prompt": ' + b"[" * 100_000, b"[]", b""):
        assert v1.http.post(f"{v1.base}/inferences", content=damaged).status_code == 422


def test_the_one_shape_of_v2(v2: Client) -> None:
    for response, status, code in (
        (v2.get("/nothing"), 404, "not_found"),
        (v2.post("/status"), 405, "method_not_allowed"),
        (v2.post("/inferences", {}), 422, "validation_error"),
        (v2.post("/inferences", {**KNIGHT, "width": 16}), 400, "invalid_style_dimensions"),
        (v2.post("/inferences", {**KNIGHT, "prompt_style": "rd_fast__x"}), 404, "style_not_found"),
        (v2.get("/inferences/tasks/none"), 404, "task_not_found"),
    ):
        error = response.json()["error"]
        assert (response.status_code, error["code"]) == (status, code)
        assert response.headers["x-request-id"] == error["request_id"]
        assert set(error) <= {"code", "message", "request_id", "details"}


def test_keys(v2: Client, v1: Client) -> None:
    for client, path, none, bad in (
        (v1, "/inferences/tasks", 422, 401),
        (v1, "/inferences/credits", 422, 403),
        (v2, "/inferences/tasks", 401, 401),
        (v2, "/inferences/credits", 401, 401),
    ):
        assert httpx.get(client.base + path).status_code == none
        refusal = httpx.get(client.base + path, headers={"X-RD-Token": "nonsense"})
        assert refusal.status_code == bad
        if client is v2:
            assert refusal.json()["error"]["code"] == "invalid_token"
    assert httpx.get(v2.base + "/status").json()["status"]["rd_fast"] == "ok"


def test_only_the_given_keys(serve: Any) -> None:
    client = serve(SimulatorConfig(keys=frozenset({"rdpk-other"})))
    assert client.get("/inferences/credits").status_code == 401


def test_the_rate_limit_says_when_to_come_back(serve: Any) -> None:
    client = serve(SimulatorConfig(rate=2))
    for _ in range(2):
        assert client.post("/inferences", {**KNIGHT, "check_cost": True}).is_success
    refusal = client.post("/inferences", KNIGHT)
    assert (refusal.status_code, refusal.json()["error"]["code"]) == (429, "rate_limited")
    wait = int(refusal.headers["retry-after"])
    assert 0 < wait <= 60
    client.configure(advance=wait)
    assert client.post("/inferences", KNIGHT).is_success


def test_slots_bound_what_runs_at_once(serve: Any) -> None:
    client = serve(SimulatorConfig(latency=0.15, slots=2), "v1")
    started = time.monotonic()
    threads = [threading.Thread(target=client.post, args=("/inferences", {**KNIGHT, "seed": i})) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started >= 0.3


# -- styles -----------------------------------------------------------------------------------------------------------


def test_the_selector(v2: Client) -> None:
    rows = v2.get("/styles/selector").json()
    assert {"styles", "models", "tabs"} == set(rows)
    by_name = {row["prompt_style"]: row for row in rows["styles"]}
    assert by_name["rd_plus__skill_icon"]["min_width"] == 32
    assert by_name["rd_pro__edit"]["require_input_image"]
    assert "simple:rd_flux" in by_name
    plus = v2.get("/styles/selector", model="rd_plus").json()["styles"]
    assert {row.get("required_model") for row in plus} == {"rd_plus", None}
    tiles = v2.get("/styles/selector", tab="tab:tileset").json()["styles"]
    assert all(row["prompt_style"].startswith("rd_tile__") for row in tiles)


def test_a_users_own_style(v2: Client) -> None:
    made = v2.post("/styles", {"name": "My Flasks", "reference_images": [png(32, 32)]})
    assert made.status_code == 201
    style = made.json()
    assert style["prompt_style"].startswith("user__my_flasks_")
    body = {**KNIGHT, "prompt_style": style["prompt_style"]}
    assert v2.generate(body)["result"]["balance_cost"] == dollars("rd_plus__default", 64, 64)
    changed = v2.http.patch(f"{v2.base}/styles/{style['id']}", json={"name": "Flasks"})
    assert changed.json()["name"] == "Flasks"
    assert v2.http.delete(f"{v2.base}/styles/{style['id']}").json() == {"deleted": True}
    assert v2.post("/inferences", body).json()["error"]["code"] == "style_not_found"
    assert v2.post("/styles", {"name": "Two", "reference_images": [png(8, 8)] * 2}).status_code == 422
    assert v2.post("/styles", {"name": "None"}).status_code == 422
