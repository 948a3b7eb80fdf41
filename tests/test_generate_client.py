"""The client against the simulator over a real socket, in both dialects."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from generate_service import KEY, Service, job, numbered, picture, usd
from msgspec.structs import asdict

from assetgen.catalog.layouts import layout_for
from assetgen.catalog.styles import STYLES
from assetgen.catalog.types import Style
from assetgen.generate import account
from assetgen.generate.client import Client
from assetgen.generate.provider import open_provider
from assetgen.generate.types import Job
from assetgen.model.cost import FREE, Cost
from assetgen.model.errors import AccountError, ProviderError, StoppedError, UsageError
from assetgen.pixels.picture import decode
from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.testing import running

BOTH = pytest.mark.parametrize("dialect", ["v1", "v2"])


@BOTH
def test_a_picture_is_bought_once_and_told_in_full(service: Service, dialect: str) -> None:
    delivery = service.buy(job(prompt="a knight", seed=7), dialect)
    (image,) = delivery.images
    assert decode(image.data, what="reply").shape == (64, 64, 4)
    assert (image.extension, image.candidate, image.extra, image.size) == ("png", 1, None, (64, 64))
    assert delivery.price == usd("0.017")
    assert service.approvals == [usd("0.017")]
    assert delivery.date.endswith("Z")
    assert service.ledger()["kept"] == 1


@BOTH
def test_many_at_once_are_charged_once_each(service: Service, dialect: str) -> None:
    jobs = numbered(20)

    async def work(client: Client) -> None:
        deliveries = await asyncio.gather(*(client.run(wanted) for wanted in jobs))
        assert len({d.images[0].pixels for d in deliveries}) == len(jobs)
        assert client.spent() == usd("0.34")
        assert client.outstanding() == FREE

    service.run(work, dialect)
    assert service.ledger()["kept"] == 20


@BOTH
def test_candidates_extras_and_data(service: Service, dialect: str) -> None:
    wanted = job(
        "rd_pro__inventory_items", size=256, prompt="potion, sword", candidates=2, keep=["pre_palette", "background"],
        palette=("1a1c2c", "5d275d", "b13e53"), remove_bg=True, data=True,
    )  # fmt: skip
    delivery = service.buy(wanted, dialect)
    assert [(image.candidate, image.extra) for image in delivery.images] == [
        (1, None), (2, None), (1, "pre_palette"), (2, "pre_palette"), (1, "background"), (2, "background"), (1, "data"),
    ]  # fmt: skip
    data = delivery.images[-1]
    assert data.extension == "json"
    assert json.loads(data.data)["downloadable_json"]["type"] == "item_atlas"
    assert delivery.warnings == ()


@BOTH
def test_animations_come_as_sheets(service: Service, dialect: str) -> None:
    delivery = service.buy(job("animation__walking_and_idle", size=48, prompt="a knight"), dialect)
    assert delivery.images[0].size == (192, 192)
    start = picture(40, 40, hole=True)
    wanted = job("rd_advanced_animation__walking", size=40, prompt="walk", frames=6, pictures={"input": start})
    assert service.buy(wanted, dialect).images[0].size == (120, 80)


@BOTH
def test_every_kind_of_input_is_taken(service: Service, dialect: str) -> None:
    hole = picture(32, 32, hole=True)
    tileset = job(
        "rd_tile__tileset_advanced", size=32, prompt="grey stones", outside="lush grass",
        pictures={"input": hole, "outside_input": picture(32, 32, seed=2, hole=True)},
    )  # fmt: skip
    assert service.buy(tileset, dialect).images[0].size == (128, 160)
    referenced = job(
        "rd_pro__default", prompt="a knight", pictures={"references": [hole] * 9, "input": hole}, strength=0.4
    )
    assert service.buy(referenced, dialect).images[0].size == (64, 64)
    assert service.buy(job("rd_plus__default", tile="xy", expand_prompt=False, upscale=2), dialect).images[0].size == (
        128, 128,
    )  # fmt: skip


def test_every_style_of_the_catalog(service: Service) -> None:
    """Each at its smallest size, all at once; the sheet or picture has the size that the catalog says."""

    def wanted(style: Style) -> Job:
        side = style.default_size or style.min_size
        inputs = {} if style.input == "none" else {"input": picture(side, side, hole=True)}
        return job(style.name, size=side, prompt="a knight with a lantern", pictures=inputs, asset=style.name)

    async def work(client: Client) -> None:
        deliveries = await asyncio.gather(*(client.run(wanted(style)) for style in STYLES.values()))
        for style, delivery in zip(STYLES.values(), deliveries, strict=True):
            assert delivery.warnings == (), style.name
            layout = layout_for(style)
            side = style.default_size or style.min_size
            if layout is None:
                assert delivery.images[0].size == (side, side), style.name

    service.configure(balance=1000)
    service.run(work)
    assert service.ledger()["kept"] == len(STYLES)


@BOTH
def test_user_styles_and_fields_that_the_grammar_does_not_have(service: Service, dialect: str) -> None:
    user = job(
        "user__flasks_586", size=64, prompt="life and mana flasks", candidates=2, seed=1105683575, remove_bg=True
    )
    assert len(service.buy(user, dialect).images) == 2
    extra = {"output_bg_color": "#102030", "include_extra_data": True, "negative": "blur", "extra_prompt": "x"}
    assert service.buy(job(prompt="a knight", api=extra), dialect).images[0].size == (64, 64)


@BOTH
def test_the_services_regular_size_is_taken_as_it_comes(service: Service, dialect: str) -> None:
    delivery = service.buy(job(prompt="a knight", upscale="regular"), dialect)
    assert delivery.images[0].size > (64, 64)
    assert delivery.warnings == ()


def test_old_model_speaks_v1_only(service: Service) -> None:
    wanted = job("rd_fast__simple", prompt="a knight", old_model=True)
    assert service.buy(wanted, "v1").images[0].size == (64, 64)
    with pytest.raises(Exception, match="v1 API only"):
        service.buy(wanted, "v2")
    assert service.ledger()["kept"] == 1


TOOL_JOBS: dict[str, tuple[dict[str, Any], tuple[int, int] | None]] = {
    "image_edit": ({"prompt": "add a hat"}, (64, 64)),
    "inpainting": ({"prompt": "add a hat", "soft_inpaint": True}, (64, 64)),
    "outpainting": ({"expand_left": 8, "expand_bottom": 4}, (72, 68)),
    "seam_tiling": ({"tile_x": True, "seam_width": 8}, (64, 64)),
    "background_remover": ({"force_solid_pixels": True}, (64, 64)),
    "color_style_transfer": ({}, (64, 64)),
    "color_reducer": ({"color_count": 4, "dither_mode": "bayer_2x2", "dither_strength": 50}, (64, 64)),
    "palette_converter": ({}, (64, 64)),
    "k_centroid_downscale": ({"width": 16, "height": 24}, (16, 24)),
    "pixel_correction": ({}, None),
    "rotate": ({"rotation_degrees": 90}, None),
}


@BOTH
@pytest.mark.parametrize("tool", TOOL_JOBS)
def test_each_edit_tool(service: Service, dialect: str, tool: str) -> None:
    fields, size = TOOL_JOBS[tool]
    pictures = {"input": picture(hole=True)}
    if tool == "inpainting":
        pictures["mask"] = picture(hole=True)
    if tool == "color_style_transfer":
        pictures["extra_input"] = picture(20, 20)
    palette = ("1a1c2c", "f4f4f4") if tool == "palette_converter" else None
    wanted = job(op=tool, pictures=pictures, palette=palette, **fields)
    delivery = service.buy(wanted, dialect)
    assert size is None or delivery.images[0].size == size
    assert delivery.price == wanted.expected
    assert Decimal(service.ledger()["spent"]) == wanted.expected.amount
    assert len(service.approvals) == bool(wanted.expected)


@BOTH
def test_an_edit_goes_where_the_dialect_has_it(service: Service, dialect: str) -> None:
    service.buy(job(op="image_edit", prompt="add a hat", pictures={"input": picture()}), dialect)
    assert service.posts("/edit") == (dialect == "v1")
    assert service.posts("/edit/tools/image_edit/tasks") == (dialect == "v2")


@BOTH
def test_progressive_editing(service: Service, dialect: str) -> None:
    """What one edit gives is what the next one gets."""
    first = service.buy(job(op="image_edit", prompt="add a hat", pictures={"input": picture()}), dialect)
    given = decode(first.images[0].data, what="first edit")
    second = service.buy(job(op="image_edit", prompt="now a feather", pictures={"input": given}), dialect)
    assert second.images[0].size == (64, 64)
    assert service.ledger()["kept"] == 2


@BOTH
@pytest.mark.parametrize("kind", ["standard", "neural"])
def test_pixel_fixer(service: Service, dialect: str, kind: str) -> None:
    delivery = service.buy(job(op=f"fix_{kind}", pictures={"input": picture()}), dialect)
    assert delivery.price == FREE
    assert delivery.entry is None
    assert not service.journal.exists() or not list(service.journal.glob("*/*/journal.jsonl"))


@BOTH
def test_free_questions(service: Service, dialect: str) -> None:
    async def work(client: Client) -> None:
        assert await client.balance() == usd("100")
        assert await client.check_cost(job("rd_plus__default", candidates=3)) == usd("0.081")
        edit = job(op="background_remover", pictures={"input": picture()})
        assert await client.check_cost(edit) == usd("0.01")
        assert await client.check_cost(job(op="rotate", rotation_degrees=5, pictures={"input": picture()})) == FREE
        assert "rd_fast__default" in {row["prompt_style"] for row in await client.styles()}
        assert "inpainting" in {row["id"] for row in await client.tools()}
        assert (await account.ask_status(client.line))["rd_fast"] == "ok"

    service.run(work, dialect)
    assert service.ledger()["charges"] == 0
    assert service.approvals == []


@BOTH
def test_approval_is_asked_for_before_each_paid_post(service: Service, dialect: str) -> None:
    async def forbid(cost: Cost) -> None:
        raise StoppedError(f"{cost} is beyond the budget")

    with pytest.raises(StoppedError, match="beyond the budget"):
        service.buy(job(), dialect, approve=forbid)
    assert service.ledger()["charges"] == 0
    assert service.posts("/inferences") == 0


@BOTH
def test_a_wrong_key_and_an_empty_purse_end_the_build(service: Service, dialect: str) -> None:
    with pytest.raises(AccountError, match=r"401.*Invalid or expired API token") as refused:
        service.buy(job(), dialect, key="no-such-key-0815")
    assert "no-such-key-0815" not in str(refused.value)
    service.configure(balance="0.017")
    with pytest.raises(AccountError, match="Not enough balance"):
        service.buy(job(), dialect)
    service.configure(balance="1")
    assert service.buy(job(), dialect).price == usd("0.017")


@BOTH
def test_a_refusal_is_told_in_the_services_words_and_may_be_repeated(service: Service, dialect: str) -> None:
    wrong = job(api={"sparkle": 3})
    for _ in range(2):
        with pytest.raises(ProviderError, match=r"422.*sparkle.*Extra inputs are not permitted"):
            service.buy(wrong, dialect)
    assert service.ledger()["charges"] == 0


def test_nothing_is_bought_without_a_key(service: Service) -> None:
    with pytest.raises(StoppedError, match="RD_API_KEY"):
        service.buy(job(), key=None)


def test_bad_base_urls_are_refused() -> None:
    for url in ("https://example.com/v3", "http://example.com/v2", "ftp://example.com/v2", "/v2"):
        with pytest.raises(UsageError, match="ASSETGEN_API_URL"):
            open_provider("retrodiffusion", base_url=url)
    with pytest.raises(UsageError, match="no provider"):
        open_provider("other")


def test_credits_are_reported_as_charged(tmp_path: Path) -> None:
    with running(SimulatorConfig(generation="credits", balance=Decimal(50))) as base:
        service = Service(base.rsplit("/", 1)[0], tmp_path)
        delivery = service.buy(job(size=256), "v1")
        assert delivery.price == Cost(Decimal(1), "credits")
        edited = service.buy(job(op="image_edit", prompt="add a hat", pictures={"input": picture()}), "v1")
        assert edited.price == Cost(Decimal(5), "credits")
        assert service.run(lambda client: client.balance(), "v1") == Cost(Decimal(44), "credits")


@pytest.mark.parametrize("op", ["generate", "image_edit", "rotate", "fix_standard"])
def test_the_placeholder_draws_what_the_service_would(service: Service, op: str) -> None:
    more: dict[str, dict[str, Any]] = {"image_edit": {"prompt": "add a hat"}, "rotate": {"rotation_degrees": 90}}
    fields = more.get(op, {"prompt": "a knight"})
    pictures = {} if op == "generate" else {"input": picture()}
    wanted = job(op=op, pictures=pictures, **fields)

    async def draw() -> tuple[str, Cost]:
        client = open_provider("placeholder")
        try:
            assert (client.realm, client.paid) == ("placeholder", False)
            assert await client.settle() == []
            delivery = await client.run(wanted)
            return delivery.images[0].pixels, delivery.price
        finally:
            await client.aclose()

    pixels, price = asyncio.run(draw())
    assert price == FREE
    assert pixels == service.buy(wanted).images[0].pixels


@BOTH
def test_the_key_stands_nowhere(service: Service, dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    service.faults({"action": "drop", "when": "after", "path": "*/inferences", "nth": 1})

    async def work(client: Client) -> None:
        texts = [repr(client), repr(client.line), repr(client.line.transport), str(asdict(client.line))]
        for wanted in (job(), job(prompt="x" * 10, api={"bad": 1})):
            try:
                await client.run(wanted)
            except ProviderError as error:
                texts += [str(error), repr(error), repr(error.__context__), repr(error.__cause__)]
        assert KEY not in "".join(texts)

    service.run(work, dialect)
    for path in service.journal.rglob("*"):
        assert KEY not in str(path)
        if path.is_file():
            assert KEY.encode() not in path.read_bytes()
    assert KEY not in "".join(service.said) + "".join(capsys.readouterr())
    assert service.requests()["files_asked_with_key"] == 0
