"""The review server: for its own page alone; what its buttons do to lock, outputs, manifest and money."""

from __future__ import annotations

import struct
import threading
import zlib
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from patience import LONG, until
from review_server import Page, serving
from workbench import Workbench, bench

from assetgen.build.options import Environment, Options
from assetgen.build.session import Session
from assetgen.model.errors import UsageError
from assetgen.pixels.picture import Picture, pixel_digest, read
from assetgen.pixels.png import encode_truecolor
from assetgen.review.prompts import change_prompt, find_prompt, write_prompt
from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.testing import ledger, running
from assetgen.store import lockfile

MANIFEST = """\
version: 1   # the version
provider: placeholder
presets:
  item: {style: rd_fast__mc_item, size: 16, remove_bg: true}

sprites:
  # who carries the lantern
  hero: {prompt: lantern-bearing knight, style: rd_pro__default, size: 64, candidates: 3}  # a knight
  gem: {preset: item, prompt: blue gem}
animations:
  hero_walk: {prompt: lantern-bearing knight, style: animation__walking_and_idle, input: hero}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    made = bench(tmp_path_factory.mktemp("built"), MANIFEST)
    made.build()
    return made


@pytest.fixture
def game(built: Workbench, tmp_path: Path) -> Workbench:
    return built.copy(tmp_path)


def block(game: Workbench, name: str) -> Any:
    return lockfile.read(game.root / "assets.lock", None).lock.blocks[name]


def output(game: Workbench, path: str) -> Picture:
    return read(game.root / "generated" / path)


# -- who may come in ------------------------------------------------------------------


def test_only_its_own_page_is_served(game: Workbench) -> None:
    lock = (game.root / "assets.lock").read_bytes()
    with serving(game) as page:
        port = page.origin.rpartition(":")[2]
        assert page.url.startswith("http://127.0.0.1:")
        assert page.get().status_code == 200
        assert page.get(Host="evil.example").status_code == 421
        assert page.get(Host=f"evil.example:{port}").status_code == 421
        assert page.get(Host=f"localhost:{port}").status_code == 200
        assert page.client.get(page.origin + "/").status_code == 404
        assert page.client.get(f"{page.origin}/{'x' * 32}/").status_code == 404
        assert page.client.get(f"{page.origin}/{'x' * 32}/gallery.json").status_code == 404
        assert page.get(Origin="https://evil.example").status_code == 403
        assert page.get("gallery.json", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
        body: dict[str, str | int] = {"asset": "hero", "number": 2}
        assert page.do("pick", body, Origin="https://evil.example").status_code == 403
        assert page.do("pick", body, Origin="null").status_code == 403
        assert page.do("pick", body, **{"X-Assetgen": ""}).status_code == 403
        assert page.client.post(f"{page.url}do/pick", json=body, headers={"X-Assetgen": "review"}).status_code == 403
        assert page.client.get(f"{page.url}do/pick", params=body).status_code == 405
    assert (game.root / "assets.lock").read_bytes() == lock


def test_the_page_may_load_nothing_from_elsewhere(game: Workbench) -> None:
    with serving(game) as page:
        answer = page.get()
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        nonce = policy.split("'nonce-")[1].split("'")[0]
        assert answer.text.count(f'nonce="{nonce}"') == 3
        assert page.url.split("/")[3] not in answer.text  # the token is in no page
        name = page.card("hero")["sheet"]["pic"]
        assert page.get(f"picture/{name}.png").content.startswith(b"\x89PNG")
        assert page.get("picture/none.png").status_code == 404


def test_pictures_stay_while_the_manifest_has_a_mistake(game: Workbench) -> None:
    """Somebody edits it in another window: the page keeps what it shows, and hears what is wrong."""
    with serving(game) as page:
        name = page.card("hero")["sheet"]["pic"]
        game.edit("sprites:", "sprits:")
        until(lambda: page.get("gallery.json").status_code == 422)
        assert "did you mean 'sprites'?" in page.data()["error"]
        assert page.get(f"picture/{name}.png").content.startswith(b"\x89PNG")
        assert page.get("picture/none.png").status_code == 404
        game.edit("sprits:", "sprites:")
        until(lambda: page.get("gallery.json").status_code == 200)


def test_reading_changes_nothing(game: Workbench) -> None:
    before = game.files("generated", "originals")
    lock = (game.root / "assets.lock").read_bytes()
    with serving(game) as page:
        page.get()
        page.data()
    assert game.files("generated", "originals") == before
    assert (game.root / "assets.lock").read_bytes() == lock


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("pick", {}),
        ("pick", {"asset": "hero", "number": "2"}),
        ("pick", {"asset": "hero", "number": True}),
        ("pick", {"asset": "nobody", "number": 1}),
        ("pick", {"asset": ["hero"], "number": 1}),
        ("review", {"asset": "hero", "verdict": "maybe"}),
        ("reroll", {"asset": "hero", "price": "1.00 USD"}),
        ("reroll", {"asset": "her*", "price": "no cost"}),
        ("prompt-source", {"asset": "nobody"}),
        ("prompt-diff", {"asset": "nobody", "text": "x"}),
        ("prompt", {"asset": "hero", "text": "x", "digest": "0"}),
        ("prompt-diff", {"asset": "hero", "text": "x" * 9000}),
        ("drop", {"asset": "hero"}),
        ("adopt-output", {"asset": "hero"}),
    ],
)
def test_nonsense_is_refused_with_words(game: Workbench, what: str, body: Any) -> None:
    lock = (game.root / "assets.lock").read_bytes()
    with serving(game) as page:
        answer = page.do(what, body)
        assert answer.status_code == 422
        assert answer.json()["error"]
        assert page.do("nothing", {}).status_code == 404
        assert page.do(what, [1, 2]).status_code == 400
    assert (game.root / "assets.lock").read_bytes() == lock


# -- choosing ---------------------------------------------------------------------------


def test_picking_changes_lock_outputs_and_the_page(game: Workbench) -> None:
    with serving(game) as page:
        before = page.card("hero")["sheet"]["pic"]
        told = page.ok("pick", asset="hero", number=2)
        assert "candidate 2" in told["message"]
        card = page.card("hero")
        assert [c["chosen"] for c in card["candidates"]] == [False, True, False]
        assert card["sheet"]["pic"] != before
        assert page.card("hero_walk")["status"] == "stale"
    chosen = block(game, "hero").steps[0]
    assert chosen.pick == chosen.candidates[1].sha256
    assert pixel_digest(output(game, "sprites/hero.png")) == chosen.candidates[1].pixels


def test_another_take_and_back(game: Workbench) -> None:
    with serving(game) as page:
        first = page.card("hero")["sheet"]["pic"]
        price = page.ok("price", asset="hero")
        assert price["free"]
        page.ok("reroll", asset="hero", price=price["price"])
        card = page.card("hero")
        assert card["sheet"]["pic"] != first
        assert [take["current"] for take in card["takes"]] == [False, True]
        page.ok("take", asset="hero", take=1)
        assert page.card("hero")["sheet"]["pic"] == first


def test_approving_and_rejecting(game: Workbench) -> None:
    with serving(game) as page:
        page.ok("review", asset="gem", verdict="approved")
        assert page.card("gem")["reviewed"]["same"]
        page.ok("review", asset="gem", verdict="rejected")
        assert page.card("gem")["reviewed"]["state"] == "rejected"
    findings = game.run("check", "--require-review", "--json").json["findings"]
    assert {f["asset"]: f["message"] for f in findings if f["check"] == "review"}["gem"] == "rejected"


def test_the_rest_is_built_from_the_page(game: Workbench) -> None:
    with serving(game) as page:
        page.ok("pick", asset="hero", number=3)
        assert page.data()["plan"]["actions"] > 0
        page.ok("build", price="nothing")
        assert page.data()["plan"]["actions"] == 0
    assert game.actions() == {}


# -- uploads ------------------------------------------------------------------------------


def test_a_dropped_file_is_adopted(game: Workbench) -> None:
    mine = output(game, "sprites/gem.png").copy()
    mine[0, 0] = (9, 9, 9, 255)
    with serving(game) as page:
        answer = page.adopt(encode_truecolor(mine), asset="gem", name="gem.png")
        assert answer.status_code == 200, answer.text
        assert page.card("gem")["adopted"]["stage"] == "final"
        assert np.array_equal(output(game, "sprites/gem.png"), mine)
        page.ok("drop", asset="gem")
        assert page.card("gem")["adopted"] is None
    assert not np.array_equal(output(game, "sprites/gem.png"), mine)


def bomb() -> bytes:
    """A PNG of 60,000 × 60,000 pixels in few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 5000)) + chunk(b"IEND", b"")
    )


def test_uploads_are_bounded_and_decoded_safely(game: Workbench) -> None:
    before = game.files("originals")
    with serving(game) as page:
        assert page.adopt(b"not a picture", asset="gem", name="x.png").status_code == 422
        assert page.adopt(bomb(), asset="gem", name="bomb.png").status_code == 422
        assert page.adopt(b"", asset="gem", name="x.png").status_code == 422
        assert page.adopt(bytes(33 * 1024 * 1024), asset="gem", name="x.png").status_code == 413
        assert page.do("pick", {"asset": "hero", "pad": "x" * 100_000}).status_code == 413
        own = {"Origin": page.origin, "X-Assetgen": "review"}

        def endless() -> Any:  # no Content-Length: it is counted as it comes
            for _ in range(40):
                yield bytes(1024 * 1024)

        answer = page.client.post(f"{page.url}do/adopt", params={"asset": "gem"}, content=endless(), headers=own)
        assert answer.status_code == 413
        assert page.get().status_code == 200
    assert game.files("originals") == before


def test_a_hand_edited_output_is_adopted_by_a_button(game: Workbench) -> None:
    mine = output(game, "sprites/gem.png").copy()
    mine[3, 3] = (200, 100, 50, 255)
    (game.root / "generated/sprites/gem.png").write_bytes(encode_truecolor(mine))
    with serving(game) as page:
        assert page.card("gem")["status"] == "drifted"
        page.ok("adopt-output", asset="gem")
        assert page.card("gem")["status"] == "current"
    assert np.array_equal(output(game, "sprites/gem.png"), mine)


# -- prompts ------------------------------------------------------------------------------


def test_a_prompt_is_shown_compared_and_written(game: Workbench) -> None:
    before = (game.root / "assets.yaml").read_text()
    with serving(game) as page:
        source = page.ok("prompt-source", asset="hero")
        assert source["text"] == "lantern-bearing knight"
        shown = page.ok("prompt-diff", asset="hero", text="a knight: with an owl, # one")
        assert [line[0] for line in shown["diff"] if line[0] in "+-"] == ["-", "+"]
        assert (game.root / "assets.yaml").read_text() == before
        page.ok("prompt", asset="hero", text="a knight: with an owl, # one", digest=source["digest"])
        assert page.card("hero")["status"] == "stale"
        assert page.do("prompt", {"asset": "hero", "text": "again", "digest": source["digest"]}).status_code == 422
    after = (game.root / "assets.yaml").read_text()
    assert after == before.replace(
        "hero: {prompt: lantern-bearing knight, style: rd_pro",
        'hero: {prompt: "a knight: with an owl, # one", style: rd_pro',
    )


WORDS = """\
version: 1
provider: placeholder
defaults: {sprites: {style: rd_fast__default, size: 64}}
presets:
  named: {prompt: from a preset}
sprites:
  short: a fox
  quoted: {prompt: 'it''s old', seed: 1}
  block:
    prompt: |
      two lines
      of it
    seed: 3   # three
  folded: {prompt: "a b"}
  inherited: {preset: named}
  "p_{c}": {for_each: {c: [red, blue]}, prompt: "{c} potion"}
"""


@pytest.fixture
def words(tmp_path: Path) -> Session:
    game = bench(tmp_path, WORDS)
    variables = {"ASSETGEN_CACHE_DIR": str(game.store)}
    return Session(Options(game.root), Environment(variables, lambda: 0.0, lambda: 0.0, lambda: 0.0))


@pytest.mark.parametrize("name", ["short", "quoted", "block", "folded", "p_red"])
@pytest.mark.parametrize(
    "text", ["a plain one", 'it\'s: {{c}} "said", # no', "no", "50", "- dash", "ünï ☃", "back\\slash"]
)
def test_only_the_prompt_changes_whatever_its_form(words: Session, name: str, text: str) -> None:
    path = words.root / "assets.yaml"
    before = path.read_text(encoding="utf-8")
    place = find_prompt(words, name)
    change = write_prompt(words, name, text, place.digest)
    after = path.read_text(encoding="utf-8")
    assert change.diff
    assert after.startswith(before[: place.start])
    assert after.endswith(before[place.end :])
    again = Session(words.options, words.environment)
    assert find_prompt(again, name).text == text
    assert len(again.manifest.assets) == len(words.manifest.assets)
    again.close()
    words.close()


def test_what_has_no_prompt_of_its_own_says_so(words: Session) -> None:
    with pytest.raises(UsageError, match="inherited"):
        find_prompt(words, "inherited")
    assert find_prompt(words, "p_red").shared == ("p_red", "p_blue")
    with pytest.raises(UsageError, match="1 to"):
        change_prompt(words, "short", "  ")
    words.close()


def test_a_prompt_that_breaks_the_manifest_is_taken_back(words: Session) -> None:
    before = (words.root / "assets.yaml").read_bytes()
    with pytest.raises(Exception, match=r"nobody|unknown|variable"):
        write_prompt(words, "p_red", "{nobody} potion", find_prompt(words, "p_red").digest)
    assert (words.root / "assets.yaml").read_bytes() == before
    words.close()


# -- money --------------------------------------------------------------------------------


def test_money_is_shown_confirmed_and_bounded_by_the_session(tmp_path: Path) -> None:
    with running(SimulatorConfig(), "v2") as base:
        game = bench(tmp_path, "version: 1\nsprites:\n  hero: {prompt: a knight, style: rd_fast__default, size: 64}\n")
        game.env.update(RD_API_KEY="rdpk-a-secret-that-must-stay-one", ASSETGEN_API_URL=base)
        game.build("--yes")
        start = ledger(base)["charges"]
        with serving(game, max_cost="0.04") as page:
            price = page.ok("price", asset="hero")
            assert price["price"].endswith("USD")
            assert not price["free"]
            assert page.do("reroll", {"asset": "hero", "price": "0.00 USD"}).status_code == 422
            assert ledger(base)["charges"] == start
            bought = 0
            while (answer := page.do("reroll", {"asset": "hero", "price": price["price"]})).status_code == 200:
                bought += 1
                assert bought < 9
            assert answer.status_code == 402
            assert "this session may still spend" in answer.json()["error"]
            assert ledger(base)["charges"] == start + bought
            live = page.data()["live"]
            assert live["cap"] == "0.04 USD"
            assert live["spent"] != "0.00 USD"
            assert "rdpk" not in page.get().text


# -- live ---------------------------------------------------------------------------------


def test_news_arrives_while_something_is_done(game: Workbench) -> None:
    seen: list[str] = []
    ready = threading.Event()

    def listen(page: Page) -> None:
        with httpx.Client(timeout=LONG) as client, client.stream("GET", f"{page.url}events") as stream:
            ready.set()
            for line in stream.iter_lines():
                if line.startswith("event: "):
                    seen.append(line[7:])
                if seen and seen[-1] == "changed":
                    return

    with serving(game) as page:
        thread = threading.Thread(target=listen, args=(page,))
        thread.start()
        assert ready.wait(LONG)
        page.ok("pick", asset="hero", number=2)
        thread.join(LONG)
        assert not thread.is_alive()
    assert seen[0] == "progress"
    assert seen[-1] == "changed"
