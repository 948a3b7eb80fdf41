"""Whatever a service answers: refusals in its own words, pictures that can be used, damage that is said."""

from __future__ import annotations

import asyncio
import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from generate_service import KEY, asked, job, picture
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.generate.decode import date_of, decode_reply, price_of, remaining_of
from assetgen.generate.errors import parse_refusal, parse_task_error
from assetgen.generate.shape import Shape, shape_of
from assetgen.model.cost import CREDITS, Cost
from assetgen.model.errors import AccountError
from assetgen.pixels.png import encode
from assetgen.simulator.images import gif

# -- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (400, {"detail": {"code": "bad_style", "message": "No such style."}}, "400 bad_style: No such style."),
        (422, {"detail": [{"msg": "Too large."}, {"msg": "Too wide."}]}, "422: Too large.; Too wide."),
        (
            422,
            {"detail": [{"loc": ["body", "width"], "msg": "Field required", "type": "missing"}]},
            "422: width: Field required",
        ),
        (404, {"detail": "Not Found"}, "404: Not Found"),
        (
            502,
            {"error": {"code": "upstream_failure", "message": "No GPU.", "request_id": "r-7"}},
            "502 upstream_failure: No GPU. (request r-7)",
        ),
        (
            422,
            {
                "error": {
                    "code": "v",
                    "message": "Bad.",
                    "details": {"issues": [{"loc": ["body", "seed"], "msg": "no"}]},
                }
            },
            "422 v: Bad. (seed: no)",
        ),
    ],
)
def test_all_shapes_of_errors_are_told_in_the_services_words(status: int, body: Any, words: str) -> None:
    refusal = parse_refusal(status, {}, json.dumps(body).encode())
    assert refusal.words == words
    assert str(refusal.error("hero (assets.yaml:4:3)")) == f"hero (assets.yaml:4:3): the service says {words}"


def test_pages_of_proxies_and_hostile_texts_are_cut_short() -> None:
    page = parse_refusal(524, {}, b"<html><head><title>A timeout\n occurred</title></head>" + b"x" * 10_000)
    assert page.words == "524: a web page titled “A timeout occurred”"
    assert not page.structured
    assert parse_refusal(500, {}, b"").words == "500: no message"
    hostile = parse_refusal(400, {}, json.dumps({"detail": "\x1b[2J" + "a" * 5000}).encode())
    assert "\x1b" not in hostile.words
    assert len(hostile.words) < 450
    inner = {"message": "no", "code": "\x1b]0;x\x07", "request_id": "\x1b[1A" + "r" * 5000}
    hostile = parse_refusal(400, {}, json.dumps({"error": inner}).encode())
    assert hostile.words.isprintable()
    assert len(hostile.words) < 450
    assert parse_refusal(400, {}, b"[" * 100_000).status == 400


def test_failed_tasks_of_both_dialects() -> None:
    first = parse_task_error({"status_code": 500, "detail": {"code": "inference_failed", "message": "Sorry."}})
    second = parse_task_error({"status_code": 502, "code": "inference_failed", "message": "Sorry.", "request_id": "r"})
    assert (first.status, first.code, first.message) == (500, "inference_failed", "Sorry.")
    assert (second.status, second.code, second.message) == (502, "inference_failed", "Sorry.")
    assert parse_task_error("odd").message == "odd"
    assert parse_task_error(None).status == 500


def test_what_ends_a_build_and_what_is_refunded() -> None:
    def of(status: int, body: Any) -> Any:
        return parse_refusal(status, {}, json.dumps(body).encode())

    broke = of(400, {"detail": [{"msg": "Not enough balance."}]})
    assert isinstance(broke.error("x"), AccountError)
    for status in (401, 402, 403):
        assert of(status, {"detail": "no"}).is_account
    assert not of(400, {"detail": "no"}).is_account
    failed = of(500, {"detail": {"code": "inference_failed", "message": ""}})
    assert failed.refunds("v1")
    assert of(502, {"error": {"code": "upstream_failure", "message": ""}}).refunds("v2")
    assert not of(502, {"error": {"code": "upstream_failure", "message": ""}}).refunds("v1")
    assert not parse_refusal(502, {}, b"<html>").refunds("v2")


# -- decoding ---------------------------------------------------------------------------------------------------------


def reply(*pictures: bytes | str, **more: Any) -> bytes:
    texts = [base64.b64encode(p).decode() if isinstance(p, bytes) else p for p in pictures]
    return json.dumps({"base64_images": texts, **more}).encode()


GOOD = encode(picture(32, 32))


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "base64_images",
                            "output_urls",
                            "result",
                            "balance_cost",
                            "credit_cost",
                            "created_at",
                            "model",
                            "downloadable_data",
                            "remaining_balance",
                            "outputImageBase64",
                            "charged",
                        ]
                    ),
                    inner,
                    max_size=5,
                )
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode()),
    ),
    st.booleans(),
)
def test_nothing_that_a_reply_may_hold_is_a_traceback(body: bytes, data: bool) -> None:
    decoded = decode_reply(body, {}, Shape(count=2, size=(32, 32), extras=("background",), data=data))
    assert decoded.problems


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_damaged_picture_is_a_problem_or_a_picture(place: int, flip: int) -> None:
    damaged = bytearray(GOOD)
    damaged[place] ^= flip
    decoded = decode_reply(reply(bytes(damaged)), {}, Shape(size=(32, 32)))
    assert len(decoded.problems) + len(decoded.images) == 1


def test_what_nobody_can_write_down_or_pay_is_left_out() -> None:
    """Found by a fuzzer: half characters and endless prices went on to the lock and the report, and broke them."""
    text = '{"model": "rd_\\ud800", "balance_cost": 1e308, "remaining_balance": "9e99"'
    text += ', "downloadable_data": {"\\udfff": 1}'
    body = f'{text}, "base64_images": ["{base64.b64encode(GOOD).decode()}"]}}'.encode()
    decoded = decode_reply(body, {}, Shape(size=(32, 32), data=True))
    assert decoded.problems == ()
    assert (decoded.model, decoded.price, decoded.remaining) == ("rd_?", None, None)
    assert [image.data for image in decoded.images] == [GOOD, b'{"?":1}']


def test_usable_pictures_are_kept_beside_broken_ones() -> None:
    decoded = decode_reply(reply(GOOD, "*no*", encode(picture(16, 32)), GOOD), {}, Shape(count=5, size=(32, 32)))
    assert [image.candidate for image in decoded.images] == [1, 4]
    assert decoded.problems == (
        "the reply holds 4 pictures where 5 were paid for",
        "picture 2 of 5 is no valid base64",
        "picture 3 of 5 is 16×32, not 32×32 as asked",
    )


def test_a_size_is_only_let_pass_where_the_style_chooses_it() -> None:
    walking = job("animation__four_angle_walking", size=48)
    decoded = decode_reply(reply(encode(picture(256, 256))), {}, shape_of(walking))
    assert decoded.problems == ()
    assert "256×256, not 192×192" in decoded.warnings[0]
    assert decode_reply(reply(encode(picture(255, 256))), {}, shape_of(walking)).problems
    attack = job("rd_advanced_animation__attack", size=64, pictures={"input": picture(48, 40)}, frames=6)
    assert shape_of(attack).size == (144, 80)
    assert decode_reply(reply(encode(picture(128, 80))), {}, shape_of(attack)).problems
    ten = job("rd_advanced_animation__attack", size=64, pictures={"input": picture(48, 40)}, frames=10)
    assert decode_reply(reply(encode(picture(240, 80))), {}, shape_of(ten)).problems == ()
    assert (
        "no whole number of 48×40 cells" in decode_reply(reply(encode(picture(200, 80))), {}, shape_of(ten)).problems[0]
    )


def test_a_gif_in_place_of_a_sheet_is_kept_and_said() -> None:
    frames = [picture(48, 48, seed=n) for n in range(16)]
    decoded = decode_reply(reply(gif(frames, 100)), {}, shape_of(job("rd_animation__four_angle_walking", size=48)))
    assert decoded.problems == ()
    assert decoded.images[0].extension == "gif"
    assert "animated GIF" in decoded.warnings[0]


def test_extras_are_named_and_their_damage_is_only_said() -> None:
    shape = Shape(count=2, size=(32, 32), extras=("pre_palette", "background"))
    decoded = decode_reply(reply(*[GOOD] * 5, "*"), {}, shape)
    assert [(i.candidate, i.extra) for i in decoded.images] == [
        (1, None), (2, None), (1, "pre_palette"), (2, "pre_palette"), (1, "background"),
    ]  # fmt: skip
    assert decoded.problems == ()
    assert decoded.warnings == ("the background picture of candidate 2 is no valid base64",)
    single = decode_reply(reply(*[GOOD] * 4), {}, shape)
    assert [(i.candidate, i.extra) for i in single.images[2:]] == [(1, "pre_palette"), (1, "background")]


def test_hosted_files_stand_for_pictures() -> None:
    body = json.dumps({"base64_images": [], "output_urls": ["https://x/1", "https://x/2"]}).encode()
    decoded = decode_reply(body, {0: GOOD, 1: "is too old"}, Shape(count=2, size=(32, 32)))
    assert len(decoded.images) == 1
    assert decoded.problems == ("picture 2 of 2 is too old",)


def test_both_generations_of_money_and_dates() -> None:
    assert price_of({"balance_cost": 0.07}) == price_of({"balance_cost": "0.07"}) == Cost(Decimal("0.07"))
    assert price_of({"credit_cost": 3}) == price_of({"balance_cost": 0, "credit_cost": 3}) == Cost(Decimal(3), CREDITS)
    assert price_of({"charged": False, "balance_cost": 0.18}) == Cost()
    assert price_of({}) is price_of({"balance_cost": True}) is price_of({"balance_cost": "nan"}) is None
    both = remaining_of({"remaining_balance": 4.5, "remaining_credits": 7})
    assert str(both) == "4.50 USD + 7 credits"
    assert date_of(1733425519) == date_of("2024-12-05T19:05:19") == date_of("2024-12-05T20:05:19+01:00")
    assert date_of("yesterday") is date_of(1e30) is date_of(None) is date_of(float("nan")) is None


def test_a_key_that_comes_back_is_blotted_out() -> None:
    """Whoever echoes it, in a body, a header or an error."""

    async def echo(scope: Any, receive: Any, send: Any) -> None:
        key = dict(scope["headers"])[b"x-rd-token"]
        headers = [(b"x-echo", key), (b"location", b"https://x/?" + key)]
        await send({"type": "http.response.start", "status": 302, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"detail": "bad key ' + key + b'"}'})

    reply = asyncio.run(asked(echo, "GET"))
    assert KEY not in repr(reply)
    assert len(reply.body) == len(f'{{"detail": "bad key {KEY}"}}')
    assert "has moved to https://x/?***" in parse_refusal(reply.status, reply.headers, reply.body).words
