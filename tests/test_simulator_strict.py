"""What the simulator refuses: the function and the application agree, and name what is wrong."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulator_client import KNIGHT, png

from assetgen.catalog.styles import STYLES
from assetgen.catalog.types import Style
from assetgen.simulator.app import app
from assetgen.simulator.config import Dialect, SimulatorConfig
from assetgen.simulator.strict import Ask, Rules, examine, strict_problems

APP = app(SimulatorConfig.placeholder())


def ask(payload: Any, dialect: str) -> httpx.Response:
    """The application's answer, in process; nothing is drawn."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(APP)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(f"/{dialect}/inferences", json={**payload, "check_cost": True})

    return asyncio.run(run())


def asked_size(style: Style) -> int:
    return style.sides[0] if style.sides else style.min_size


def least(style: Style) -> dict[str, Any]:
    """The smallest request that a style takes."""
    side = asked_size(style)
    body = {"prompt_style": style.name, "width": max(side, 12), "height": max(side, 12), "num_images": 1}
    if style.input == "required":
        body["input_image"] = png(side, side)
    return body


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.name)
def test_the_least_request_of_every_style_passes(style: Style) -> None:
    for dialect in ("v1", "v2"):
        assert strict_problems(least(style), dialect) == []


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.name)
def test_every_style_has_limits(style: Style) -> None:
    body = least(style)
    assert strict_problems({**body, "num_images": style.max_images + 1}, "v2")
    if not style.ignores_size:
        assert strict_problems({**body, "width": 12, "height": 512}, "v2")
    if style.input == "required":
        assert strict_problems({name: value for name, value in body.items() if name != "input_image"}, "v2")
    if style.references < 9:
        assert strict_problems({**body, "reference_images": [png(16, 16)] * (style.references + 1)}, "v2")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"width": None}, "width: Field required"),
        ({"num_images": None}, "num_images: Field required"),
        ({"prompt_style": None}, "prompt_style: Field required"),
        ({"width": "64"}, "valid integer"),
        ({"width": 64.0}, "valid integer"),
        ({"width": True}, "valid integer"),
        ({"width": 8}, "greater than or equal to 12"),
        ({"width": 16}, "64x64"),
        ({"num_images": 0}, "greater than or equal to 1"),
        ({"seed": -1}, "greater than or equal to 0"),
        ({"strength": 1.5}, "less than or equal to 1"),
        ({"strength": float("nan")}, "greater than or equal to 0"),
        ({"remove_bg": "yes"}, "valid boolean"),
        ({"remove_bg": 1}, "valid boolean"),
        ({"frames_duration": 5}, "one of 4, 6, 8, 10, 12, 16"),
        ({"prompt": 5}, "valid string"),
        ({"palette": "x"}, "palette: Extra inputs are not permitted"),
        ({"input_image": "data:image/png;base64," + png(8, 8)}, "data:"),
        ({"input_image": "not base64!"}, "not base64"),
        ({"input_image": base64.b64encode(b"no picture").decode()}, "input_image"),
        ({"input_image": png(64, 64, alpha=10)}, "RGB without alpha"),
        ({"input_palette": png(4, 1, alpha=10)}, "transparent"),
        ({"input_palette": "A" * 1_000_000}, "below 1 MB"),
        ({"reference_images": [png(8, 8)]}, "no reference images"),
        ({"reference_images": "x"}, "valid list"),
        ({"reference_images": [1]}, "valid string"),
        ({"model": "RD_CLASSIC"}, "RD_CLASSIC"),
        ({"prompt_style": "rd_fast__nothing"}, "rd_fast__nothing"),
        ({"prompt_style": "simple"}, "simple"),
        ({"prompt_style": "user__!"}, "user__!"),
    ],
)
def test_refusals_name_what_is_wrong(change: dict[str, Any], word: str) -> None:
    problems = strict_problems({**KNIGHT, **change}, "v2")
    assert problems
    assert word in "\n".join(problems)


def test_the_old_documents_left_things_out() -> None:
    body = {"width": 256, "height": 256, "prompt": "A really cool corgi"}
    assert strict_problems(body, "v1")
    assert strict_problems(body, "v1", "credits") == []


def test_sizes_of_the_old_documents() -> None:
    body = {**KNIGHT, "width": 512}
    assert isinstance(examine(body, Rules("v2")), Ask)
    assert not isinstance(examine(body, Rules("v2", sizes="today")), Ask)


def test_unknown_fields_can_be_let_pass() -> None:
    body = {**KNIGHT, "brand_new": 1}
    assert isinstance(examine(body, Rules("v2", extra_fields={"brand_new"})), Ask)


def test_the_start_frame_decides_the_size_of_an_advanced_animation() -> None:
    body = {**KNIGHT, "prompt_style": "rd_advanced_animation__attack"}
    passed = examine({**body, "input_image": png(96, 48)}, Rules("v2"))
    assert isinstance(passed, Ask)
    assert passed.size == (96, 48)
    assert strict_problems({**body, "input_image": png(300, 48)}, "v2")
    rotate = {**body, "prompt_style": "rd_advanced_animation__rotate"}
    assert strict_problems({**rotate, "input_image": png(60, 64)}, "v2")


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 600), st.floats(-1, 2), st.text(max_size=4), st.just(png(16, 16))
)  # fmt: skip
NAMES = st.sampled_from([*KNIGHT, "seed", "strength", "input_image", "input_palette", "remove_bg", "tile_x", "bogus"])


@settings(deadline=None, max_examples=60)
@given(
    style=st.sampled_from(sorted(STYLES)),
    size=st.tuples(st.integers(8, 520), st.integers(8, 520)),
    changes=st.dictionaries(NAMES, VALUES, max_size=3),
    dialect=st.sampled_from(["v1", "v2"]),
)
def test_the_application_refuses_what_the_function_refuses(
    style: str, size: tuple[int, int], changes: dict[str, Any], dialect: Dialect
) -> None:
    payload = {**KNIGHT, "prompt_style": style, "width": size[0], "height": size[1], **changes}
    problems = strict_problems({**payload, "check_cost": True}, dialect)
    response = ask(payload, dialect)
    assert (response.status_code == 200) == (not problems), (problems, response.text)
    if problems:
        assert response.status_code in (400, 404, 422)
