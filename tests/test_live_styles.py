"""Styles as the service offers them today, asked over a socket: what a refresh changes, and styles of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from workbench import Ran, Workbench, bench

from assetgen.catalog import STYLES
from assetgen.catalog.live import FILE, Live, Offer, dump, parse, read_rows
from assetgen.simulator.config import Dialect, SimulatorConfig
from assetgen.simulator.testing import ledger, requests, running

GLASS = Offer("rd_plus__glass", "Stained glass", "picture", (32, 32), (96, 96), 4, needs_input=False, references=False)


def offers(*more: Offer, gone: tuple[str, ...] = ()) -> Live:
    """The catalog as a selector would tell it, with changes."""
    with running(SimulatorConfig()) as base:
        import httpx

        rows = httpx.get(f"{base}/styles/selector").json()["styles"]
    live = read_rows(rows, date="2026-11-01", source="simulator")
    kept = {name: offer for name, offer in live.offers.items() if name not in gone}
    return replace(live, offers={**kept, **{offer.name: offer for offer in more}})


@pytest.fixture(scope="module")
def today() -> Live:
    retro = Offer("rd_plus__retro", "Old", "picture", (64, 64), (128, 128), 2, needs_input=False, references=True)
    return offers(GLASS, retro, gone=("rd_fast__anime",))


@pytest.fixture
def service(today: Live) -> Iterator[str]:
    with running(SimulatorConfig(live=today)) as base:
        yield base


def project(tmp_path: Path, base: str, entry: str) -> Workbench:
    game = bench(tmp_path, "version: 1\nsprites:\n  it: " + entry + "\n")
    game.env.update(RD_API_KEY="rdpk-styles", ASSETGEN_API_URL=base)
    return game


def refreshed(game: Workbench) -> Ran:
    ran = game.run("styles", "--refresh", "--json")
    assert ran.status == 0, ran.err
    return ran


def test_refresh_says_what_is_new_gone_and_changed_and_keeps_it(tmp_path: Path, service: str, today: Live) -> None:
    game = project(tmp_path, service, "{prompt: x, style: rd_fast__default, size: 64}")
    told = refreshed(game).err
    assert "new     rd_plus__glass: Stained glass" in told
    assert "gone    rd_fast__anime" in told
    assert "changed rd_plus__retro: 64x64 to 128x128 pixels" in told
    assert len([line for line in told.splitlines() if line.startswith("  ")]) == 3
    assert parse((game.root / FILE).read_bytes()).offers == today.offers
    before = (game.root / FILE).read_bytes()
    assert "is as it was" in refreshed(game).err
    assert (game.root / FILE).read_bytes() == before
    listed = game.run("styles", "--json").json["styles"]
    assert {style["name"] for style in listed} == {*STYLES, "rd_plus__glass"}
    assert "?" in game.run("styles", "rd_plus__glass").out
    assert ledger(service)["charges"] == 0


@pytest.mark.parametrize("dialect", ["v1", "v2"])
def test_a_style_that_is_newer_than_the_program_is_bought_after_a_refresh(
    tmp_path: Path, service: str, dialect: str
) -> None:
    base = service.replace("/v2", f"/{dialect}")
    game = project(tmp_path, base, "{prompt: a window, style: rd_plus__glass, size: 48}")
    unknown = game.run("plan")
    assert unknown.status == 2
    assert "styles --refresh" in unknown.err
    assert "assets.yaml:3:" in unknown.err
    refreshed(game)
    assert game.plan()["cost"] == {"amount": None, "unit": "USD"}
    stopped = game.build("--yes", status=3)  # nobody knows the price, and nobody is asked
    assert "--check-cost" in stopped["assets"]["it"]["error"]
    assert ledger(base)["charges"] == 0
    exact = game.plan("--check-cost")["cost"]
    assert exact == {"amount": "0.026", "unit": "USD"}
    assert game.build("--max-cost", "0.01", status=3)["requests"] <= 1
    assert ledger(base)["charges"] == 0
    assert game.build("--max-cost", "0.03")["cost"] == {"amount": "0.026", "unit": "USD"}
    assert ledger(base)["charges"] == 1
    game.forget("generated", "store", ".assetgen")  # a clone with file, lock and originals needs no service
    del game.env["RD_API_KEY"]
    assert game.build("--locked")["requests"] == 0


def test_what_the_selector_says_decides_before_anything_is_sent(tmp_path: Path, service: str) -> None:
    game = project(tmp_path, service, "{prompt: x, style: rd_plus__retro, size: 256}")
    assert game.plan()["cost"]["amount"] is not None
    refreshed(game)
    for entry, words in (
        ("size: 256", "rd_plus__retro draws 64x64 to 128x128"),
        ("size: 64, candidates: 3", "at most 2"),
    ):
        game.write("version: 1\nsprites:\n  it: {prompt: x, style: rd_plus__retro, " + entry + "}\n")
        ran = game.run("build", "--yes")
        assert ran.status == 2
        assert words in ran.err
        assert "assets.yaml:3:" in ran.err
    game.write("version: 1\nsprites:\n  it: {prompt: x, style: rd_plus__retro, size: 128, references: [./a.png]}\n")
    from assetgen.pixels.png import encode_palette

    (game.root / "a.png").write_bytes(encode_palette(["ff0000", "00ff00"]))
    assert game.build("--yes")["requests"] == 1  # references, which only the selector knows of
    assert all(entry["status"] < 400 for entry in requests(service)["requests"] if entry["method"] == "POST")


def test_results_that_are_here_stand_whatever_is_offered(tmp_path: Path, today: Live) -> None:
    """Limits apply to requests about to be sent only (IDENTITY 15)."""
    with running(SimulatorConfig()) as base:
        game = project(tmp_path, base, "{prompt: x, style: rd_plus__retro, size: 256}")
        game.build("--yes")
        (game.root / FILE).write_bytes(dump(today))
        game.forget("generated", "store", ".assetgen")
        assert game.build("--locked")["assets"]["it"]["status"] in ("built", "unchanged")
        assert game.build()["requests"] == 0
        game.edit("prompt: x", "prompt: y")
        assert game.run("plan").status == 2


def test_a_style_that_is_gone_is_said(tmp_path: Path, today: Live) -> None:
    with running(SimulatorConfig()) as base:
        game = project(tmp_path, base, "{prompt: x, style: rd_fast__anime, size: 64}")
        (game.root / FILE).write_bytes(dump(today))
        assert "rd_fast__anime of sprite 'it' was not among the service's styles on 2026-11-01" in game.run("plan").err


def test_the_placeholder_draws_what_only_the_service_knows(tmp_path: Path, today: Live) -> None:
    game = bench(
        tmp_path, "version: 1\nprovider: placeholder\nsprites: {it: {prompt: x, style: rd_plus__glass, size: 48}}\n"
    )
    (game.root / FILE).write_bytes(dump(today))
    assert game.build()["assets"]["it"]["status"] == "built"


@pytest.mark.parametrize("damage", [b"", b"{", b'{"version": 1, "styles": {"x": {}}}', b'{"version": 9, "styles": {}}'])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, damage: bytes) -> None:
    game = bench(tmp_path, "version: 1\nsprites: {it: {prompt: x, style: rd_fast__default, size: 64}}\n")
    (game.root / FILE).write_bytes(damage)
    ran = game.run("plan")
    assert ran.status == 2
    assert f"{FILE}:1:1" in ran.err
    assert "styles --refresh" in ran.err


def test_a_rehearsal_does_not_replace_what_the_service_said(tmp_path: Path, service: str, today: Live) -> None:
    game = project(tmp_path, service, "{prompt: x, style: rd_fast__default, size: 64}")
    (game.root / FILE).write_bytes(dump(replace(today, source="official")))
    ran = game.run("styles", "--refresh")
    assert ran.status == 2
    assert "rehearsal" in ran.err


def test_whatever_a_selector_says_is_read_or_left_out() -> None:
    strange: list[dict[str, object]] = [
        {},
        {"prompt_style": 7},
        {"prompt_style": "simple:rd_flux"},
        {"prompt_style": "rd_plus__\n"},
        {"prompt_style": "rd_plus__odd", "min_width": "64", "max_width": -3, "max_number_of_images": True},
    ]
    live = read_rows(strange, date="2026-11-01", source="official")
    assert list(live.offers) == ["rd_plus__odd"]
    walk = {"prompt_style": "animation__four_angle_walking", "min_width": 48, "max_width": 48}
    assert list(read_rows([walk], date="", source="official").offers) == ["rd_animation__four_angle_walking"]
    assert live.offers["rd_plus__odd"].images == 1
    assert parse(dump(live)) == live
    assert json.loads(dump(live))["source"] == "official"


@pytest.mark.parametrize("dialect", ["v1", "v2"])
def test_styles_of_ones_own_are_made_changed_used_and_removed(tmp_path: Path, dialect: Dialect) -> None:
    from assetgen.pixels.png import encode_palette

    with running(SimulatorConfig(), dialect) as base:
        game = project(tmp_path, base, "{prompt: x, style: rd_fast__default, size: 64}")
        (tmp_path / "look.png").write_bytes(encode_palette(["ff0000", "00ff0080", "0000ff"]))
        made = game.run("styles", "--create", "Inked", "--reference", str(tmp_path / "look.png"),
                        "--set", "description=ink", "--set", "force_palette=true", "--set", "min_width=64",
                        "--set", "min_height=64", "--json")  # fmt: skip
        assert made.status == 0, made.err
        style = made.json["style"]
        game.edit("rd_fast__default", style["prompt_style"])
        assert game.build("--yes")["requests"] == 1
        assert style["prompt_style"] in refreshed(game).err
        changed = game.run("styles", "--change", style["id"], "--set", "name=Brushed")
        assert changed.status == 0, changed.err
        assert style["prompt_style"] in changed.out
        assert game.run("styles", "--delete", style["id"]).status == 0
        again = game.run("styles", "--delete", style["id"])
        assert again.status == 1
        assert "Style not found" in again.err
        assert ledger(base)["charges"] == 1


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--create", "x"], "--reference"),
        (["--create", "x", "--set", "colour=red"], "expected FIELD=VALUE"),
        (["--change", "x"], "what to change"),
        (["--change", "x", "--set", "force_palette=maybe"], "true or false"),
        (["--change", "x", "--set", "min_width=wide"], "number of pixels"),
        (["--delete", "x", "--set", "name=y"], "takes neither"),
        (["--set", "name=y"], "belong to"),
        (["--create", "x", "--reference", "nowhere.png"], "cannot be read"),
    ],
)
def test_mistakes_about_ones_own_styles_are_told(tmp_path: Path, flags: list[str], words: str) -> None:
    game = project(tmp_path, "http://127.0.0.1:9/v2", "{prompt: x, style: rd_fast__default, size: 64}")
    ran = game.run("styles", *flags)
    assert ran.status == 2
    assert words in ran.err
