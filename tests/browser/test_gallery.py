"""The preview in Chromium: it opens clean and fast, and is usable by keyboard and by everyone."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assetgen.pixels.png import encode
from assetgen.review.page import page as html_page
from browser.chromium import SETTLE, Chromium, Visit

pytestmark = pytest.mark.browser


def test_the_page_opens_without_an_error_and_asks_for_nothing(chromium: Chromium, preview: str) -> None:
    for options in ({}, {"colorScheme": "light"}, {"viewport": {"width": 390, "height": 844}, "hasTouch": True}):
        code = (
            SETTLE
            + """
            await settle();
            const names = await page.$$eval(".card:not([hidden]) .name", (nodes) => nodes.map((n) => n.textContent));
            for (const label of ["hero", "hero_walk", "meadow", "palette:dusk", "atlas:items"]) {
              await page.evaluate((label) => assetgen.open(label), label);
              await settle();
              for (const tab of await page.$$(".tab")) { await tab.click(); await settle(); }
              await page.keyboard.press("Escape");
            }
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            return { names, wide };
        """
        )
        visit = chromium.visit(preview, code, **options)
        assert visit.errors == []
        assert visit.requests == [preview]
        assert {"hero", "sword", "hero_walk", "meadow", "dusk", "items"} <= set(visit.value["names"])
        assert visit.value["wide"] <= 0


def test_search_filters_and_cards_work_by_keyboard(chromium: Chromium, preview: str) -> None:
    code = """
        const shown = () => page.$$eval(".card:not([hidden])", (cards) => cards.map((card) => card.dataset.name));
        const found = {};
        await page.keyboard.press("/");
        await page.keyboard.type("potion blue");
        found.search = await shown();
        await page.keyboard.press("Enter");
        await page.keyboard.press("Enter");
        found.opened = await page.textContent("#inspected");
        await page.keyboard.press("Escape");
        found.focus = await page.evaluate(() => document.activeElement.closest(".card")?.dataset.name);
        await page.keyboard.press("/");
        await page.keyboard.press("Escape");
        found.cleared = (await shown()).length;
        await page.focus('[data-filter="kind:tileset"]');
        await page.keyboard.press(" ");
        found.kind = await shown();
        await page.keyboard.press(" ");
        await page.focus('[data-filter="unpicked"]');
        await page.keyboard.press("Enter");
        found.status = await shown();
        await page.keyboard.press("Enter");
        await page.keyboard.press("/");
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("ArrowRight");
        found.moved = await page.evaluate(() => document.activeElement.closest(".card")?.dataset.name);
        await page.keyboard.press("Enter");
        await page.keyboard.press("j");
        found.next = await page.textContent("#inspected");
        await page.keyboard.press("Escape");
        await page.keyboard.press("/");
        await page.keyboard.type("nothing like this");
        found.nothing = await page.isVisible("#nothing");
        found.told = await page.textContent("#found");
        return found;
    """
    value = chromium.visit(preview, code).value
    assert value["search"] == ["potion_blue"]
    assert value["opened"] == "potion_blue"
    assert value["focus"] == "potion_blue"
    assert value["cleared"] == 9
    assert value["kind"] == ["meadow"]
    assert value["status"] == ["hero"]
    assert value["moved"] == "potion_red"
    assert value["next"] == "potion_blue"
    assert value["nothing"]
    assert value["told"].startswith("0 of 9")


def test_zoom_is_whole_and_pixels_stay_crisp(chromium: Chromium, preview: str) -> None:
    code = (
        SETTLE
        + """
        await page.waitForSelector(".shown canvas");
        await settle();
        const ratios = () => page.$$eval(".shown canvas", (all) => all.map((canvas) => {
          const wide = canvas.getBoundingClientRect().width * devicePixelRatio;
          return [wide / canvas.width, getComputedStyle(canvas).imageRendering];
        }));
        const fit = await ratios();
        await page.selectOption("#zoom", "3");
        await settle();
        return { fit, three: await ratios() };
    """
    )
    for density in (1, 1.5, 2):
        value = chromium.visit(preview, code, deviceScaleFactor=density).value
        for ratio, rendering in value["fit"]:
            assert abs(ratio - round(ratio)) < 0.02
            assert rendering == "pixelated"
        assert {round(ratio) for ratio, _ in value["three"][:3]} == {int(3 * density + 0.5)}


EVERYONE = Path(__file__).with_name("everyone.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("label", [None, "hero", "hero_walk", "meadow", "atlas:items", "palette:dusk"])
def test_contrast_and_names_for_everyone(chromium: Chromium, preview: str, scheme: str, label: str | None) -> None:
    opening = f"await page.evaluate(() => assetgen.open('{label}')); await settle();" if label else "await settle();"
    value = chromium.visit(preview, SETTLE + opening + EVERYONE, colorScheme=scheme).value
    assert value["low"] == []
    assert value["nameless"] == []


def many(count: int) -> tuple[dict[str, Any], dict[str, str]]:
    """A gallery of so many sprites and animations, each with a picture of its own."""
    random = np.random.default_rng(7)
    pictures: dict[str, str] = {}
    assets = []
    for number in range(count):
        drawn = np.zeros((32, 64, 4), np.uint8)
        palette = random.integers(0, 255, (12, 4), np.uint8)
        palette[:, 3] = 255
        drawn[:] = palette[random.integers(0, 12, (32, 64))]
        name = f"picture{number}"
        pictures[name] = "data:image/png;base64," + base64.b64encode(encode(drawn)).decode()
        moving = number % 4 == 0
        card: dict[str, Any] = {
            "name": f"asset_{number:04d}",
            "asset": f"asset_{number:04d}",
            "kind": "animation" if moving else "sprite",
            "size": [32, 32],
            "sheet": {"pic": name, "cell": [32, 32], "columns": 2, "count": 2},
            "status": "current",
            "reason": "",
            "style": "rd_fast__default",
            "source": "prompt",
            "prompt": f"thing number {number}",
            "flags": [],
            "findings": [],
            "position": "assets.yaml:1:1",
        }
        if moving:
            card["tags"] = [{"name": "walk_down", "frames": [0, 1], "durations": [90, 110], "loop": "repeat"}]
        assets.append(card)
    document = {
        "version": 1,
        "project": "many",
        "provider": "placeholder",
        "assets": assets,
        "palettes": [],
        "atlases": [],
    }
    return {**document, "plan": {"actions": 0, "buy": 0, "blocked": 0, "cost": None}}, pictures


def fast(visit: Visit) -> bool:
    """Open within two seconds, and frames that follow one another; drawn without a graphics card."""
    gaps = sorted(visit.value["gaps"])
    return visit.opened < 2 and gaps[len(gaps) // 2] < 50 and gaps[int(len(gaps) * 0.95)] < 300


def test_a_thousand_assets_open_in_two_seconds_and_scroll_smoothly(chromium: Chromium, tmp_path: Path) -> None:
    target = tmp_path / "many.html"
    target.write_text(html_page(*many(1000)), encoding="utf-8")
    code = (
        SETTLE
        + """
        const drawn = () => page.$$eval(".shown canvas", (all) => all.length);
        await page.waitForSelector(".shown canvas");
        await settle();
        const start = await drawn();
        const gaps = await page.evaluate(async () => {
          const times = [];
          const end = document.documentElement.scrollHeight - innerHeight;
          let before = performance.now();
          for (let i = 0; i <= 120; i += 1) {
            scrollTo(0, (end * i) / 120);
            await new Promise(requestAnimationFrame);
            times.push(performance.now() - before);
            before = performance.now();
          }
          return times;
        });
        await page.waitForSelector(".card:last-child .shown canvas");
        await settle();
        return { start, end: await drawn(), gaps, cards: await page.$$eval(".card", (all) => all.length) };
    """
    )
    # What else the machine does only adds to a time: the page is as fast as in the best of its visits.
    visits = []
    for _ in range(5):
        visits.append(chromium.visit(target.as_uri(), code))
        if fast(visits[-1]):
            break
    for visit in visits:
        assert visit.errors == []
        assert visit.value["cards"] == 1000
        assert 0 < visit.value["start"] < 150
        assert 0 < visit.value["end"] < 150
    assert fast(visits[-1]), [(visit.opened, sorted(visit.value["gaps"])) for visit in visits]
