"""Photographs the preview and the review page of the example, at desktop and phone width, into docs/images/review.

    .ci/engines.sh --no-godot && python docs/make_screenshots.py

Works on a copy: the example itself is not touched. Needs Chromium and playwright-core, as the browser tests do.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent / "tests"
sys.path[:0] = [str(TESTS / "browser"), str(TESTS)]

from chromium import Chromium  # noqa: E402
from review_server import serving  # noqa: E402
from workbench import Workbench  # noqa: E402

from assetgen.pixels.shrink import shrunk  # noqa: E402

OUT = HERE / "images" / "review"
DESKTOP: dict[str, Any] = {"viewport": {"width": 1360, "height": 860}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 800}, "deviceScaleFactor": 2, "hasTouch": True}
LIGHT = {"colorScheme": "light"}
WAIT = "const wait = (ms) => page.evaluate((ms) => new Promise((done) => setTimeout(done, ms)), ms);\n"

PAINT = """
    await page.evaluate(() => assetgen.open("world"));
    await wait(300);
    const box = await (await page.$(".map canvas")).boundingBox();
    const chips = await page.$$(".tools .chip");
    const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
    await chips[0].click();
    await page.mouse.move(...at(0.42, 0.55));
    await page.mouse.down();
    for (let i = 0; i <= 24; i += 1) await page.mouse.move(...at(0.42 + i / 100, 0.55 - Math.sin(i / 6) / 8));
    await page.mouse.up();
"""
AUTOTILE = """
    await page.evaluate(() => assetgen.open("world", "Autotile"));
    await page.waitForSelector(".autotile svg rect");
    const box = await (await page.$(".map canvas")).boundingBox();
    const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
    await page.mouse.move(...at(0.55, 0.75));
    await page.mouse.down();
    await page.mouse.move(...at(0.75, 0.75), { steps: 8 });
    await page.mouse.move(...at(0.75, 0.35), { steps: 8 });
    await page.mouse.up();
    await page.mouse.move(...at(0.75, 0.75));
"""
WALK = """
    await page.evaluate(() => assetgen.open("hero_walk", "Walk"));
    await page.selectOption(".walk ~ * select, .stage-tools select", "world");
    await wait(300);
    await page.keyboard.down("ArrowRight");
    await wait(1500);
    await page.keyboard.up("ArrowRight");
    await page.keyboard.down("ArrowDown");
    await wait(260);
"""
PLAY = """
    await page.evaluate(() => assetgen.open("hero_attack"));
    await wait(500);
    await page.keyboard.press(" ");
    for (let i = 0; i < 2; i += 1) await page.keyboard.press(".");
    await page.keyboard.press("o");
    await page.keyboard.press("p");
"""


def opened(label: str) -> str:
    """A script that opens an entry."""
    return f'await page.evaluate(() => assetgen.open("{label}"));'


def scrolled(kind: str) -> str:
    """A script that scrolls to a kind of entries."""
    return f"""
        await page.evaluate(() => document.querySelector('.kind[data-kind="{kind}"]').scrollIntoView());
        await page.evaluate(() => scrollBy(0, -70));
        await wait(700);
    """


PREVIEW: dict[str, tuple[str, dict[str, Any]]] = {
    "gallery": ("", DESKTOP),
    "gallery-light": (scrolled("animation"), {**DESKTOP, **LIGHT}),
    "gallery-phone": ("", PHONE),
    "map": (PAINT, DESKTOP),
    "autotile": (AUTOTILE, DESKTOP),
    "walk": (WALK, DESKTOP),
    "walk-phone": (WALK, PHONE),
    "play": (PLAY, DESKTOP),
    "atlas": (opened("atlas:items"), {**DESKTOP, **LIGHT}),
}
REVIEW: dict[str, tuple[str, dict[str, Any]]] = {
    "candidates": (opened("hero"), DESKTOP),
    "candidates-phone": (
        opened("hero") + "await page.evaluate(() => document.querySelector('.inspector-body').scrollTo(0, 420));",
        PHONE,
    ),
    "prompt": (
        opened("hero")
        + """
        await page.click("text=Edit the prompt");
        await page.fill("textarea", "lantern-bearing knight with an owl, {team} plume, {team} cape");
        await page.waitForSelector(".diff .plus");
        """,
        {**DESKTOP, **LIGHT},
    ),
}


def photograph(browser: Chromium, url: str, shots: dict[str, tuple[str, dict[str, Any]]]) -> None:
    """Takes the named pictures of one page."""
    for name, (script, options) in shots.items():
        path = OUT / f"{name}.png"
        code = (
            f'{WAIT}await wait(700);{script}\nawait wait(900);\nawait page.screenshot({{ path: "{path.as_posix()}" }});'
        )
        visit = browser.visit(url, code, **options)
        assert not visit.errors, visit.errors
        path.write_bytes(shrunk(path.read_bytes()))
        sys.stdout.write(f"{path.relative_to(HERE.parent)}\n")


def main() -> None:
    """Builds a copy of the example with something to choose, and photographs it."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "lantern-keep"
        leave = shutil.ignore_patterns("generated", "originals", ".assetgen", "assets.lock")
        shutil.copytree(HERE.parent / "example_project", project, ignore=leave)
        game = Workbench(project, Path(folder) / "store")
        game.edit("    seed: 3\n", "    seed: 3\n    candidates: 4\n")
        game.build()
        for words in (["approve", "item/*"], ["reroll", "tree"], ["pick", "hero", "2"]):
            assert game.run(*words).status == 0
        game.build()
        browser = Chromium()
        page = Path(game.run("preview").out.strip())
        photograph(browser, page.as_uri(), PREVIEW)
        with serving(game) as served:
            photograph(browser, served.url, REVIEW)
        browser.close()


if __name__ == "__main__":
    main()
