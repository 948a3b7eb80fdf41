"""`assetgen styles`: lists, filters, explains, and compares with the live selector."""

from __future__ import annotations

from pathlib import Path

from workbench import bench

from assetgen.catalog.styles import STYLES
from assetgen.simulator.testing import ledger, running

MANIFEST = "version: 1\nprovider: placeholder\nsprites: {a: {prompt: x, style: rd_fast__default, size: 64}}\n"


def test_lists_and_filters(tmp_path: Path) -> None:
    game = bench(tmp_path, MANIFEST)
    assert {row["name"] for row in game.run("styles", "--json").json["styles"]} == set(STYLES)
    pro = game.run("styles", "--family", "pro", "--size", "16", "--json").json["styles"]
    assert pro
    assert all(row["family"] == "pro" and row["min_size"] <= 16 for row in pro)
    named = game.run("styles", "walking", "--json").json["styles"]
    assert {"rd_animation__four_angle_walking", "rd_advanced_animation__walking"} <= {row["name"] for row in named}


def test_explains_one_under_any_of_its_names(tmp_path: Path) -> None:
    told = bench(tmp_path, MANIFEST).run("styles", "animation__walking_and_idle").out
    for words in ("rd_animation__four_angle_walking_idle", "older name", "48 pixels", "$0.07", "animations:"):
        assert words in told


def test_a_typing_mistake_is_met_with_the_nearest_name(tmp_path: Path) -> None:
    ran = bench(tmp_path, MANIFEST).run("styles", "rd_fast__defualt")
    assert ran.status == 2
    assert "rd_fast__default" in ran.err


def test_refresh_asks_the_service_for_nothing(tmp_path: Path) -> None:
    with running() as base:
        game = bench(tmp_path, MANIFEST)
        ran = game.run("styles", "--refresh", RD_API_KEY="rdpk-styles", ASSETGEN_API_URL=base)
        assert ran.status == 0, ran.err
        assert ledger(base)["charges"] == 0
