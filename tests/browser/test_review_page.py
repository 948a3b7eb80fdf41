"""The review page in Chromium: what a click, a drop and a key do to lock, outputs and manifest."""

from __future__ import annotations

import base64
import threading

import numpy as np
import pytest
from review_server import serving
from workbench import Workbench

from assetgen.pixels.picture import pixel_digest, read
from assetgen.pixels.png import encode_truecolor
from assetgen.store import lockfile
from browser.chromium import SETTLE, Chromium

pytestmark = pytest.mark.browser


def test_choosing_candidate_two_changes_lock_and_outputs(chromium: Chromium, game: Workbench) -> None:
    with serving(game) as page:
        code = (
            SETTLE
            + """
            await page.evaluate(() => assetgen.open("hero"));
            await page.click('.candidate[data-n="2"]');
            await page.waitForSelector('.candidate[data-n="2"][aria-pressed="true"]');
            return page.textContent(".toast");
        """
        )
        visit = chromium.visit(page.url, code)
        assert visit.errors == []
        assert "candidate 2" in visit.value
        assert all(address.startswith(page.url) for address in visit.requests)
    chosen = lockfile.read(game.root / "assets.lock", None).lock.blocks["hero"].steps[0]
    assert chosen.pick == chosen.candidates[1].sha256
    assert pixel_digest(read(game.root / "generated/sprites/hero.png")) == chosen.candidates[1].pixels


def test_a_dropped_file_is_adopted(chromium: Chromium, game: Workbench) -> None:
    mine = read(game.root / "generated/sprites/sword.png").copy()
    mine[0, 0] = (250, 10, 10, 255)
    data = base64.b64encode(encode_truecolor(mine)).decode()
    with serving(game) as page:
        code = (
            SETTLE
            + f"""
            await page.evaluate(() => assetgen.open("sword"));
            const carried = await page.evaluateHandle((data) => {{
              const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
              const carried = new DataTransfer();
              carried.items.add(new File([bytes], "sword.png", {{ type: "image/png" }}));
              return carried;
            }}, "{data}");
            await page.dispatchEvent(".drop", "dragover", {{ dataTransfer: carried }});
            await page.dispatchEvent(".drop", "drop", {{ dataTransfer: carried }});
            await page.waitForSelector("text=Drop the retouched file");
        """
        )
        visit = chromium.visit(page.url, code)
        assert visit.errors == []
    assert np.array_equal(read(game.root / "generated/sprites/sword.png"), mine)


def test_a_prompt_is_edited_with_its_difference_shown(chromium: Chromium, game: Workbench) -> None:
    before = (game.root / "assets.yaml").read_text()
    with serving(game) as page:
        code = (
            SETTLE
            + """
            await page.evaluate(() => assetgen.open("hero"));
            await page.click("text=Edit the prompt");
            await page.fill("textarea", "a knight, with an owl");
            await page.waitForSelector(".diff .plus");
            const shown = await page.textContent(".diff");
            await page.click("text=Write to the manifest");
            await page.waitForSelector("#question:not([open])", { state: "attached" });
            await page.waitForSelector(".inspector-head .badge[data-tone=warn]");
            return shown;
        """
        )
        visit = chromium.visit(page.url, code)
        assert visit.errors == []
        assert '+  hero: {prompt: "a knight, with an owl", style' in visit.value
    after = (game.root / "assets.yaml").read_text()
    assert after == before.replace("hero: {prompt: lantern-bearing knight", 'hero: {prompt: "a knight, with an owl"')


def test_another_take_is_asked_for_and_confirmed(chromium: Chromium, game: Workbench) -> None:
    with serving(game) as page:
        code = (
            SETTLE
            + """
            await page.evaluate(() => assetgen.open("hero"));
            await page.click("text=Another take");
            await page.waitForSelector("#question[open]");
            const asked = await page.textContent("#question");
            await page.click("#question >> text=Cancel");
            await settle();
            const before = await page.$$eval(".takes li", (all) => all.length);
            await page.click("text=Another take");
            await page.click("text=Roll again");
            await page.waitForSelector(".takes li:nth-child(2)");
            return { asked, before, after: await page.$$eval(".takes li", (all) => all.length) };
        """
        )
        visit = chromium.visit(page.url, code)
        assert visit.errors == []
        assert "Another take of hero?" in visit.value["asked"]
        assert (visit.value["before"], visit.value["after"]) == (0, 2)


def test_approval_by_a_click_and_picking_by_a_digit(chromium: Chromium, game: Workbench) -> None:
    with serving(game) as page:
        code = (
            SETTLE
            + """
            await page.evaluate(() => assetgen.open("hero"));
            await page.keyboard.press("3");
            await page.waitForSelector('.candidate[data-n="3"][aria-pressed="true"]');
            await page.click("text=Approve");
            await page.waitForSelector('.actions [data-tone="good"][aria-pressed="true"]');
        """
        )
        assert chromium.visit(page.url, code).errors == []
    block = lockfile.read(game.root / "assets.lock", None).lock.blocks["hero"]
    assert block.reviewed["state"] == "approved"
    assert block.steps[0].pick == block.steps[0].candidates[2].sha256


def test_the_page_follows_what_others_do(chromium: Chromium, game: Workbench) -> None:
    with serving(game) as page:
        code = (
            SETTLE
            + """
            await page.evaluate(() => assetgen.open("hero"));
            await page.waitForSelector('.candidate[data-n="4"][aria-pressed="true"]');
            return true;
        """
        )
        timer = threading.Timer(3, lambda: game.run("pick", "hero", "4"))
        timer.start()
        assert chromium.visit(page.url, code).value
        timer.join()


def test_another_site_can_do_nothing(chromium: Chromium, game: Workbench) -> None:
    """A page of another origin knows even the address: its requests are refused, its frames stay empty."""
    lock = (game.root / "assets.lock").read_bytes()
    with serving(game) as page:
        body = '{"asset": "hero", "number": 2}'
        code = f"""
            const other = await context.newPage();
            const html = {{ contentType: "text/html", body: "<h1>hello</h1>" }};
            await other.route("http://evil.test/", (route) => route.fulfill(html));
            await other.goto("http://evil.test/");
            return other.evaluate(async ([url, body]) => {{
              const headers = {{ "X-Assetgen": "review" }};
              const tries = [
                () => fetch(url + "do/pick", {{ method: "POST", body, mode: "no-cors" }}).then((a) => a.type),
                () => fetch(url + "do/pick", {{ method: "POST", body, headers }}).then((a) => a.status),
                () => fetch(url + "gallery.json").then((a) => a.text()),
              ];
              const found = [];
              for (const attempt of tries) found.push(await attempt().catch((error) => "refused"));
              return found;
            }}, ["{page.url}", '{body}']);
        """
        value = chromium.visit(page.url, code).value
        assert value[1:] == ["refused", "refused"]
    assert (game.root / "assets.lock").read_bytes() == lock


def test_what_goes_wrong_is_seen_over_the_dialog_and_the_header_fits_a_phone(
    chromium: Chromium, game: Workbench
) -> None:
    game.edit("iron sword", "golden sword")
    with serving(game) as page:
        code = (
            SETTLE
            + """
            await settle();
            const box = async (selector) => (await page.$(selector)).boundingBox();
            const [live, build] = [await box("#live"), await box("#build")];
            const apart = live.x + live.width <= build.x || live.y + live.height <= build.y;
            await page.evaluate(() => assetgen.open("hero"));
            const data = await page.evaluateHandle(() => {
              const transfer = new DataTransfer();
              transfer.items.add(new File(["this is no picture"], "notes.png", { type: "image/png" }));
              return transfer;
            });
            await page.dispatchEvent(".drop", "drop", { dataTransfer: data });
            await page.waitForSelector("dialog[open] .toast[data-tone=bad]");
            const told = await page.textContent(".toast[data-tone=bad]");
            const { y, height } = await box(".toast[data-tone=bad]");
            await page.keyboard.press("Escape");
            await settle();
            const still = await page.isVisible("body > #toasts .toast[data-tone=bad]");
            return { apart, told, inside: y >= 0 && y + height <= page.viewportSize().height, still };
        """
        )
        value = chromium.visit(page.url, code, viewport={"width": 390, "height": 844}, hasTouch=True).value
    assert value["apart"]
    assert "notes.png" in value["told"]
    assert value["inside"]
    assert value["still"]


def test_a_mistake_in_the_manifest_is_said_until_it_is_mended_and_the_pictures_stay(
    chromium: Chromium, game: Workbench
) -> None:
    with serving(game) as page:
        code = (
            SETTLE
            + """
            await page.waitForSelector(".trouble");
            const told = await page.textContent(".trouble");
            await page.evaluate(() => assetgen.open("sword"));
            await settle();
            const seen = await page.isVisible("dialog[open] .trouble");
            await page.waitForSelector(".trouble", { state: "detached" });
            await page.waitForSelector(".toast[data-tone=good]");
            return { told, seen };
        """
        )
        timers = [
            threading.Timer(2, lambda: game.edit("sprites:", "sprits:")),
            threading.Timer(5, lambda: game.edit("sprits:", "sprites:")),
        ]
        for timer in timers:
            timer.start()
        visit = chromium.visit(page.url, code)
        assert "unknown key 'sprits'; did you mean 'sprites'?" in visit.value["told"]
        assert visit.value["seen"]
        assert [error for error in visit.errors if "422" not in error] == []
