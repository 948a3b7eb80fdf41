"""Further ways of money through the command line: exact prices side by side, two units in one project, what another
realm left open, refusals of every shape with asset and place, chains of edits."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from generate_service import picture
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from workbench import Workbench, bench

from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.faults import parse_rules
from assetgen.simulator.testing import ledger, requests, running
from assetgen.store.entries import Entry
from assetgen.store.journal import Journal, account_of

KEY = "rdpk-a-secret-of-the-ways"
ONE = "version: 1\nnetwork: {retries: 0}\nsprites:\n  gem: {prompt: blue gem, style: rd_fast__mc_item, size: 16}\n"


def paid(tmp_path: Path, base: str, manifest: str = ONE) -> Workbench:
    game = bench(tmp_path, manifest)
    game.env.update(RD_API_KEY=KEY, ASSETGEN_API_URL=base)
    return game


@pytest.mark.parametrize("dialect", ["v1", "v2"])
def test_exact_prices_are_asked_side_by_side(tmp_path: Path, dialect: Any) -> None:
    lines = [f"  gem_{n}: {{prompt: gem {n}, style: rd_fast__mc_item, size: 16}}" for n in range(16)]
    slow = parse_rules([{"action": "latency", "method": "POST", "path": "*/inferences", "seconds": 1}])
    with running(SimulatorConfig(faults=slow), dialect) as base:
        game = paid(tmp_path, base, "version: 1\nnetwork: {concurrency: 16}\nsprites:\n" + "\n".join(lines) + "\n")
        game.plan()
        assert game.plan("--check-cost")["cost"] == {"amount": "0.368", "unit": "USD"}
        asked = [entry["time"] for entry in requests(base)["requests"] if entry["method"] == "POST"]
        assert len(asked) == 16
        assert max(asked) - min(asked) < 8  # one after the other they lie sixteen seconds apart
        assert ledger(base)["charges"] == 0


def test_two_units_are_never_converted(tmp_path: Path) -> None:
    with running(SimulatorConfig()) as dollars, running(SimulatorConfig(generation="credits", balance=None)) as credits:
        game = paid(tmp_path, dollars)
        game.build("--yes")
        game.write(ONE + "  hero: {prompt: knight, style: rd_fast__default, size: 64}\n")
        second = game.build("--max-cost", "20 credits", ASSETGEN_API_URL=credits)
        assert second["cost"]["unit"] == "credits"
        amount = second["cost"]["amount"]
        report = game.run("report", "--json").json
        assert report["total"] == {"amount": "0.023", "unit": "USD", "other": [{"amount": amount, "unit": "credits"}]}
        assert report["by_asset"]["hero"] == {"amount": amount, "unit": "credits"}
        assert game.build()["requests"] == 0


def test_what_another_realm_left_open_does_not_block(tmp_path: Path) -> None:
    with running(SimulatorConfig()) as base:
        game = paid(tmp_path, base)
        with Journal(game.store / "journal", "official", account_of(KEY), now=time.time) as journal:
            price = {"amount": "0.18", "unit": "USD"}
            left = Entry(
                "e" * 10, "intended", 0.0, 0.0, "", "hero", "d" * 64, None, 0, "k", "https://x/v1", "/inferences", "b",
                "inference", price,
            )  # fmt: skip
            journal.intend(left)
            journal.record("e" * 10, "unknown", reason="lost")
            journal.release("e" * 10)
        assert game.build("--yes")["requests"] == 1
        assert [entry["id"] for entry in game.run("settle", "--json").json["entries"]] == ["e" * 10]
        with Journal(game.store / "journal", "simulator", account_of(KEY), now=time.time) as journal:
            journal.intend(replace(left, id="f" * 10))
            journal.record("f" * 10, "unknown", reason="lost")
            journal.release("f" * 10)
        game.edit("blue gem", "red gem")
        assert game.run("build", "--yes").status != 0  # of this realm it would


# -- refusals ---------------------------------------------------------------------------------------------------------


@contextmanager
def refusing(status: int, body: Any) -> Iterator[str]:
    """A service that has money to spend, no tasks, and refuses each generation so; gives its root."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, {"tasks": []} if "tasks" in self.path else {"credits": 0, "balance": 9})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self._answer(status, body)

        def _answer(self, status: int, body: Any) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    ("dialect", "status", "body", "words"),
    [
        ("v1", 400, {"detail": {"code": "bad_request", "message": "Not so."}}, "400 bad_request: Not so."),
        ("v1", 400, {"detail": [{"msg": "Not enough balance."}]}, "Not enough balance."),
        ("v1", 422, {"detail": [{"loc": ["body", "width"], "msg": "Too wide", "type": "x"}]}, "width: Too wide"),
        ("v1", 404, {"detail": "Not Found"}, "404: Not Found"),
        ("v2", 422, {"error": {"code": "odd", "message": "Too odd.", "request_id": "r-7"}}, "Too odd. (request r-7)"),
    ],
)  # fmt: skip
def test_refusals_of_every_shape_name_asset_and_place(
    tmp_path: Path, dialect: str, status: int, body: Any, words: str
) -> None:
    with refusing(status, body) as url:
        game = paid(tmp_path, f"{url}/{dialect}")
        ran = game.run("build", "--yes", "--json")
        assert ran.status == 1
        error = ran.json["assets"]["gem"]["error"]
        assert words in error
        assert "gem (assets.yaml:4:" in error
        assert words in ran.err
        assert ran.json["assets"]["gem"]["cost"]["amount"] == "0"
        assert game.run("settle", "--json").json["entries"] == []


# -- chains of edits --------------------------------------------------------------------------------------------------

_KEEPING: tuple[dict[str, Any] | str, ...] = (
    "add a hat",
    {"tool": "image_edit", "prompt": "make it red", "seed": 7},
    {"tool": "inpainting", "mask": "./mask.png", "prompt": "a door", "soft_inpaint": True},
    {"tool": "seam_tiling", "tile_x": True},
    {"tool": "background_remover", "transparency_threshold": 10},
    {"tool": "color_style_transfer", "extra_input": "./mask.png"},
    {"tool": "color_reducer", "color_count": 8},
    {"tool": "palette_converter", "palette": "dusk"},
    {"tool": "pixel_correction"},
)


@settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from(_KEEPING), min_size=1, max_size=5),
    st.sampled_from(["file", "prompt"]),
    st.sampled_from([None, "standard", "neural"]),
)
def test_every_chain_of_edits_passes_the_services_checks(
    tmp_path_factory: pytest.TempPathFactory, chain: list[Any], start: str, fix: str | None
) -> None:
    """Each step is sent to the strict simulator, over what the step before it really gave."""
    from assetgen.pixels.png import encode

    game = bench(tmp_path_factory.mktemp("chain"), "")
    for name in ("art.png", "mask.png"):
        (game.root / name).write_bytes(encode(picture(48, 48, hole=name == "mask.png")))
    first = {"edit": "./art.png"} if start == "file" else {"prompt": "x", "style": "rd_fast__mc_item", "size": 48}
    entry = {**first, "edits": chain, "quality": {"empty": "off"}, **({"fix": fix} if fix is not None else {})}
    palettes = {"dusk": ["1a1c2c", "5d275d", "b13e53"]}
    game.write(json.dumps({"version": 1, "provider": "placeholder", "palettes": palettes, "sprites": {"it": entry}}))
    assert game.build()["assets"]["it"]["status"] == "built"
    steps = len(chain) + (start == "prompt") + (fix is not None)
    assert (game.root / "assets.lock").read_text().count("op: ") == steps


@pytest.mark.parametrize(
    ("chain", "words"),
    [
        ([{"tool": "outpainting", "expand_left": 250}, "add a hat"], "up to 256 pixels a side, this one is 298x48"),
        ([{"tool": "outpainting", "expand_top": 8}, {"tool": "inpainting", "mask": "./m.png", "prompt": "x"}], "56"),
        ([{"tool": "seam_tiling", "tile_x": False}], "tile"),
        (["add a hat", {"tool": "inpaint", "prompt": "x"}], "inpainting"),
        (["add a hat", {"tool": "rotate", "angle": 90}], "rotation_degrees"),
    ],
)
def test_a_chain_that_the_service_would_refuse_is_refused_before(tmp_path: Path, chain: list[Any], words: str) -> None:
    from assetgen.pixels.png import encode

    game = bench(tmp_path, "")
    for name in ("art.png", "m.png"):
        (game.root / name).write_bytes(encode(picture(48, 48)))
    game.write(json.dumps({"version": 1, "sprites": {"it": {"edit": "./art.png", "edits": chain}}}))
    ran = game.run("plan")
    assert ran.status == 2
    assert words in ran.err
