"""The simulator's edits and pixel fixers over a real socket."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from simulator_client import Client, picture_of, png

from assetgen.catalog.tools import TOOLS

PICTURE = png(32, 32)

BODIES: dict[str, dict[str, Any]] = {
    "image_edit": {"prompt": "add a hat", "seed": 3},
    "inpainting": {"prompt": "a red gem", "mask_image": png(32, 32, alpha=200), "soft_inpaint": False},
    "outpainting": {"expand_left": 8, "prompt": "more forest"},
    "seam_tiling": {"tile_x": True, "seam_width": 4, "repair_window_size": 16},
    "background_remover": {"force_solid_pixels": True, "transparency_threshold": 40},
    "color_style_transfer": {"extra_input_image": png(16, 16)},
    "color_reducer": {"color_count": 4, "dither_mode": "bayer_4x4", "dither_strength": 50},
    "palette_converter": {"input_palette": png(4, 1), "dither_mode": "none"},
    "k_centroid_downscale": {"width": 16, "height": 16},
    "pixel_correction": {},
    "rotate": {"rotation_degrees": 90},
}


def test_the_tools_are_listed_with_their_fields(v2: Client) -> None:
    listed = {tool["id"]: tool for tool in httpx.get(v2.base + "/edit/tools").json()}
    assert set(listed) == set(TOOLS) == set(BODIES)
    for name, tool in listed.items():
        assert tool["balance_cost"] == float(TOOLS[name].price)
        assert tool["is_free"] == (tool["balance_cost"] == 0)
        assert {field["name"] for field in tool["api_fields"]} >= {"input_image"} | set(BODIES[name])


@pytest.mark.parametrize("tool", BODIES)
def test_every_tool_at_once_and_as_a_task(v2: Client, tool: str) -> None:
    body = {"input_image": PICTURE, **BODIES[tool]}
    estimate = v2.post(f"/edit/tools/{tool}/estimate", body).json()
    assert estimate["balance_cost"] == float(TOOLS[tool].price)
    assert v2.ledger()["charges"] == 0

    reply = v2.post(f"/edit/tools/{tool}", body)
    result = reply.json()
    assert reply.status_code == 200
    assert result["charged"] == (TOOLS[tool].price > 0)
    assert bool(result["base64_images"]) != bool(result["output_urls"])
    assert bool(result["output_urls"]) == TOOLS[tool].url_only
    record = v2.get(f"/inferences/requests/{reply.headers['x-rd-request-id']}").json()
    assert (record["operation"], record["status"]) == ("edit_tool", "succeeded")

    accepted = v2.post(f"/edit/tools/{tool}/tasks", body)
    assert accepted.status_code == 202
    task = v2.wait(accepted.json()["task_id"], "/edit/tasks/")["result"]
    assert task["base64_images"] == []
    content = httpx.get(task["output_urls"][0]).content
    height, width = picture_of(base64.b64encode(content).decode()).shape[:2]
    if TOOLS[tool].keeps_size:
        assert (width, height) == (32, 32)
    spent = v2.ledger()["spent"]
    assert float(spent) == pytest.approx(2 * float(TOOLS[tool].price))


def test_custom_id_is_the_key_of_an_edit_task(v2: Client) -> None:
    body = {"input_image": PICTURE, "prompt": "add a hat", "custom_id": "job-1"}
    first = v2.post("/edit/tools/image_edit/tasks", body).json()
    assert v2.post("/edit/tools/image_edit/tasks", body).json()["task_id"] == first["task_id"]
    assert v2.post("/edit/tools/image_edit/tasks", {**body, "prompt": "a bow"}).status_code == 409
    assert v2.ledger()["charges"] == 1
    # At once it is only a name: two runs, two charges.
    for _ in range(2):
        assert v2.post("/edit/tools/image_edit", body).is_success
    assert v2.ledger()["charges"] == 3
    assert v2.get("/inferences/tasks").json() == {"tasks": []}
    assert v2.get("/edit/tasks/none").json()["error"]["code"] == "edit_task_not_found"


@pytest.mark.parametrize(
    ("tool", "change", "status", "code"),
    [
        ("image_edit", {"prompt": None}, 422, "validation_error"),
        ("image_edit", {"prompt": "  "}, 400, "missing_prompt"),
        ("image_edit", {"input_image": png(300, 16)}, 400, "invalid_image_size"),
        ("image_edit", {"input_image": "data:image/png;base64," + PICTURE}, 400, "invalid_image"),
        ("image_edit", {"strength": 1}, 422, "validation_error"),
        ("inpainting", {"mask_image": png(16, 16)}, 400, "invalid_dimensions"),
        ("inpainting", {"mask_image": None}, 422, "validation_error"),
        ("outpainting", {"expand_left": 0}, 400, "missing_expansion"),
        ("seam_tiling", {"tile_x": False}, 400, "missing_tile_direction"),
        ("color_reducer", {"dither_mode": "noise"}, 400, "invalid_dither_mode"),
        ("color_reducer", {"dither_strength": 101}, 422, "validation_error"),
        ("palette_converter", {"input_palette": png(2, 2, alpha=0)}, 400, "invalid_palette"),
        ("no_such_tool", {}, 404, "tool_not_found"),
    ],
)
def test_what_tools_refuse(v2: Client, tool: str, change: dict[str, Any], status: int, code: str) -> None:
    body = {"input_image": PICTURE, **BODIES.get(tool, {}), **change}
    for suffix in ("", "/tasks", "/estimate"):
        refusal = v2.post(f"/edit/tools/{tool}{suffix}", body)
        assert (refusal.status_code, refusal.json()["error"]["code"]) == (status, code)
    assert v2.ledger()["charges"] == 0


def test_the_old_edit_of_v1(v1: Client, v2: Client) -> None:
    body = {"prompt": "add a hat", "inputImageBase64": PICTURE}
    first = v1.post("/edit", body).json()
    assert first["remaining_balance"] == pytest.approx(99.82)
    again = v1.post("/edit", {"prompt": "a red one", "inputImageBase64": first["outputImageBase64"]})
    assert picture_of(again.json()["outputImageBase64"]).shape == (32, 32, 4)
    assert v1.post("/edit", {**body, "inputImageBase64": png(8, 32)}).status_code == 400
    assert v1.post("/edit", {"prompt": "no picture"}).status_code == 422
    assert v2.post("/edit", body).status_code in (404, 405)
    assert v1.get("/inferences/tasks").json() == {"tasks": []}


@pytest.mark.parametrize("kind", ["standard", "neural"])
def test_the_pixel_fixer(v2: Client, kind: str) -> None:
    reply = v2.post(f"/pixel-fixer/{kind}", {"input_image": png(64, 64)})
    assert set(reply.json()) == {"base64_images"}
    assert picture_of(reply.json()["base64_images"][0]).shape[2] == 4
    assert v2.ledger()["charges"] == 0
    small = v2.post(f"/pixel-fixer/{kind}", {"input_image": png(8, 64)})
    assert (small.status_code, small.json()["error"]["code"]) == (422, "invalid_pixel_fixer_image")
    assert v2.post(f"/pixel-fixer/{kind}", {"input_image": PICTURE, "seed": 1}).status_code == 422
    assert v2.post(f"/pixel-fixer/{kind}", {"input_image": "A" * 900_000}).status_code == 413


def test_ten_fixes_a_minute(v2: Client) -> None:
    body = {"input_image": PICTURE}
    answers = [v2.post("/pixel-fixer/standard", body).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    v2.configure(advance=60)
    assert v2.post("/pixel-fixer/neural", body).status_code == 200
