"""An entry of the preview in Chromium: it plays in time, paints and walks by the rules."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import numpy as np
import pytest
from export_sample import bits
from workbench import Workbench

from assetgen.pixels.autotile import BLOB_MASKS, blob_cell, corner_tiles, draw_blob, draw_corners
from assetgen.pixels.picture import Picture, read
from browser.chromium import SETTLE, Chromium

pytestmark = pytest.mark.browser

PIXELS = """
async function pixels(selector) {
  return page.evaluate((selector) => {
    const canvas = document.querySelector(selector);
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let text = "";
    for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192));
    return { width: canvas.width, height: canvas.height, data: btoa(text) };
  }, selector);
}
"""


def picture(shot: dict[str, Any]) -> Picture:
    data = np.frombuffer(base64.b64decode(shot["data"]), np.uint8)
    return data.reshape(shot["height"], shot["width"], 4)


@pytest.mark.parametrize("tag", ["walk_down", "walk_up"])
def test_an_animation_shows_its_frames_in_order_and_in_time(
    chromium: Chromium, preview: str, built: Workbench, tag: str
) -> None:
    entry = built.index()["animations"]["hero_walk"]["tags"][tag]
    code = (
        PIXELS
        + f"""
        await page.clock.pauseAt(10000);
        await page.evaluate(() => assetgen.open("hero_walk"));
        await page.click('[data-tag="{tag}"]');
        await page.waitForSelector("canvas.playing[data-step]");
        const seen = [];
        let time = 0;
        const look = async () => {{
          const step = await page.$eval("canvas.playing", (canvas) => Number(canvas.dataset.step));
          if (seen.at(-1)?.step === step) return;
          seen.push({{ step, time, shot: await pixels("canvas.playing") }});
        }};
        await look();
        for (; time < 1200; ) {{ await page.clock.runFor(8); time += 8; await look(); }}
        return seen;
    """
    )
    seen = chromium.visit(preview, code, clock=True).value
    count = len(entry["frames"])
    steps = [item["step"] for item in seen]
    assert steps[: count * 2] == [(steps[0] + i) % count for i in range(count * 2)]
    assert len(seen) >= count * 2
    for item in seen:
        wanted = read(built.root / "generated" / entry["files"][item["step"]])
        assert np.array_equal(picture(item["shot"]), wanted)
    for before, after in itertools.pairwise(seen[1:]):
        assert abs((after["time"] - before["time"]) - entry["durations_ms"][before["step"]]) <= 34, (
            tag,
            before["step"],
        )


def test_play_step_speed_onion_and_pivot(chromium: Chromium, preview: str) -> None:
    code = (
        SETTLE
        + PIXELS
        + """
        await page.evaluate(() => assetgen.open("hero_walk"));
        await page.waitForSelector("canvas.playing[data-step]");
        const step = () => page.$eval("canvas.playing", (canvas) => Number(canvas.dataset.step));
        await page.keyboard.press(" ");
        const held = await step();
        await settle(); await settle();
        const same = await step();
        await page.keyboard.press(".");
        const on = await step();
        await page.keyboard.press(",");
        const back = await step();
        const plain = await pixels("canvas.playing");
        await page.keyboard.press("o");
        const onion = await pixels("canvas.playing");
        await page.keyboard.press("p");
        const pivot = await page.$eval(".pivot", (mark) => [mark.style.left, mark.style.top]);
        return { held, same, on, back, plain, onion, pivot };
    """
    )
    value = chromium.visit(preview, code).value
    assert value["held"] == value["same"] == value["back"]
    assert value["on"] == (value["held"] + 1) % 4
    assert not np.array_equal(picture(value["plain"]), picture(value["onion"]))
    assert value["pivot"][0] == "50%"


def test_painting_gives_the_tiles_that_the_corner_rule_demands(
    chromium: Chromium, preview: str, built: Workbench
) -> None:
    code = (
        SETTLE
        + PIXELS
        + """
        await page.evaluate(() => assetgen.open("meadow"));
        await page.waitForSelector(".tools .chip canvas.sample");
        await settle();
        const chips = await page.$$(".tools .chip");
        await chips[1].click();
        await page.click("text=Fill");
        await chips[0].click();
        await page.selectOption(".tools select", "1");
        const box = await (await page.$(".map canvas")).boundingBox();
        const map = await page.evaluate(() => {
          const m = assetgen.mapOf(assetgen.gallery.assets.find((a) => a.name === "meadow"));
          return { columns: m.columns, rows: m.rows };
        });
        const at = (x, y) => [box.x + (x / map.columns) * box.width, box.y + (y / map.rows) * box.height];
        await page.mouse.move(...at(5, 4));
        await page.mouse.down();
        await page.mouse.move(...at(6, 4), { steps: 4 });
        await page.mouse.move(...at(7, 4), { steps: 4 });
        await page.mouse.up();
        await page.focus(".map");
        await page.mouse.click(...at(10, 9));
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press(" ");
        const tiles = await page.evaluate(() => {
          const m = assetgen.mapOf(assetgen.gallery.assets.find((a) => a.name === "meadow"));
          const found = {};
          for (let y = 0; y < m.rows; y += 1) {
            for (let x = 0; x < m.columns; x += 1) {
              const { tile, exact } = m.at(x, y);
              found[`${x},${y}`] = { id: tile.id, exact, corners: m.around(x, y) };
            }
          }
          return found;
        });
        return { tiles, shot: await pixels(".map canvas") };
    """
    )
    value = chromium.visit(preview, code).value
    index = built.index()["tilesets"]["meadow"]
    inside, outside = index["terrains"]
    painted = {(5, 4), (6, 4), (7, 4), (10, 9), (11, 9)}
    by_corners: dict[tuple[str, ...], set[int]] = {}
    for tile in index["tiles"]:
        by_corners.setdefault(tuple(tile["corners"]), set()).add(tile["id"])
    shown = picture(value["shot"])
    for place, tile in value["tiles"].items():
        x, y = map(int, place.split(","))
        corners = tuple(
            inside if (x + dx, y + dy) in painted else outside for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1))
        )
        assert tuple(tile["corners"]) == corners
        assert tile["exact"]
        assert tile["id"] in by_corners[corners]
        drawn = shown[y * 32 : y * 32 + 32, x * 32 : x * 32 + 32]
        assert np.array_equal(drawn, read(built.root / f"generated/tilesets/meadow/{tile['id']:02d}.png"))


def test_a_character_walks_where_the_arrow_keys_lead(chromium: Chromium, preview: str) -> None:
    code = (
        SETTLE
        + """
        await page.evaluate(() => assetgen.open("hero_walk", "Walk"));
        const state = () => page.$eval(".walk canvas", (canvas) => {
          return { at: canvas.dataset.at.split(",").map(Number), tag: canvas.dataset.tag };
        });
        const moved = (at) => page.waitForFunction((at) => {
          return document.querySelector(".walk canvas").dataset.at !== at.join(",");
        }, at);
        await page.waitForSelector(".walk:focus canvas[data-at]");
        const found = { rest: await state() };
        for (const name of ["right", "down", "left", "up"]) {
          const key = `Arrow${name[0].toUpperCase()}${name.slice(1)}`;
          const before = await state();
          await page.keyboard.down(key);
          await moved(before.at);
          const now = await state();
          await page.keyboard.up(key);
          await page.waitForSelector(".walk canvas:not([data-tag^=walk])");
          const by = [now.at[0] - before.at[0], now.at[1] - before.at[1]];
          const rest = await state();
          await settle();
          found[name] = { by, tag: now.tag, rest: rest.tag, stays: `${(await state()).at}` === `${rest.at}` };
        }
        return found;
    """
    )
    value = chromium.visit(preview, code).value
    assert value["rest"]["tag"] == "idle_down"
    for way, (x, y) in {"right": (1, 0), "left": (-1, 0), "up": (0, -1), "down": (0, 1)}.items():
        assert value[way]["tag"] == f"walk_{way}"
        assert value[way]["rest"] == f"idle_{way}"
        assert value[way]["stays"]
        assert tuple(np.sign(value[way]["by"])) == (x, y)


def corner_pictures(built: Workbench) -> list[Picture]:
    """The sixteen corner tiles of the meadow by their code, from its sheet and the index."""
    entry = built.index()["tilesets"]["meadow"]
    sheet = read(built.root / "generated" / entry["file"])
    (width, height), columns = entry["tile_size"], entry["columns"]
    tiles = [tile for tile in entry["tiles"] if tile.get("corners")]
    places = [divmod(tile["id"], columns) for tile in tiles]
    pictures = [sheet[row * height : (row + 1) * height, col * width : (col + 1) * width] for row, col in places]
    inside = entry["terrains"][0]
    corners = [bits("".join("01"[corner == inside] for corner in tile["corners"])) for tile in tiles]
    return corner_tiles(pictures, corners)


@pytest.mark.parametrize("sheet", ["blob47", "rpgmaker_a2", "dual_grid"])
def test_an_autotile_sheet_draws_a_map_by_its_rules(
    chromium: Chromium, preview: str, built: Workbench, sheet: str
) -> None:
    code = (
        SETTLE
        + PIXELS
        + f"""
        await page.evaluate(() => assetgen.open("meadow", "Autotile"));
        await page.selectOption(".tools select", {{ label: "{sheet}" }});
        await page.waitForSelector('.autotile figcaption:has-text("{sheet}")');
        await settle();
        const box = await (await page.$(".map canvas")).boundingBox();
        const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
        await page.mouse.move(...at(0.31, 0.45));
        await page.mouse.down();
        await page.mouse.move(...at(0.72, 0.62), {{ steps: 12 }});
        await page.mouse.up();
        await page.focus(".map");
        await page.keyboard.press("2");
        await page.keyboard.press("ArrowLeft");
        await page.keyboard.press(" ");
        const used = await page.$$eval(".autotile rect.used", (nodes) => nodes.length);
        const cells = await page.$eval(".map canvas", (canvas) => canvas.dataset.cells);
        await page.hover(".autotile rect");
        const told = await page.textContent(".tools .hint");
        return {{ cells, used, told, shot: await pixels(".map canvas") }};
    """
    )
    visit = chromium.visit(preview, code)
    assert visit.errors == []
    shown = picture(visit.value["shot"])
    sixteen = corner_pictures(built)
    side = sixteen[0].shape[0] * (1 if sheet == "dual_grid" else 2)
    rows, columns = shown.shape[0] // side, shown.shape[1] // side
    cells = np.array([int(cell) for cell in visit.value["cells"]], bool).reshape(rows, columns)
    assert 4 < cells.sum() < cells.size
    if sheet == "dual_grid":
        half = side // 2
        wanted = draw_corners(np.pad(cells, 1), sixteen)[half:-half, half:-half]
    else:
        blob = {mask: blob_cell(sixteen, mask) for mask in BLOB_MASKS}
        wanted = draw_blob(cells, blob, np.tile(sixteen[0], (2, 2, 1)))
    assert np.array_equal(shown, wanted)
    assert "cell 0" in visit.value["told"]
