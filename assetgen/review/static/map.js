// A tileset as a map: the mouse (or the keyboard) paints terrain, the corner rule finds the tiles.

import { el, icon, say } from "./dom.js";
import { canvasOf, drawCell, enlarge, picture, zoomFor } from "./pixels.js";
import { everyFrame } from "./player.js";
import { hasTerrain, mapOf, TerrainMap } from "./terrain.js";

/** Draws a part of a map: `cells` [left, top, columns, rows], at 0, 0 of the context. `time` moves animated tiles. */
export function drawMap(context, image, tileset, map, cells, time = 0) {
  const [width, height] = tileset.sheet.cell;
  const [left, top, columns, rows] = cells;
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const { tile, exact } = map.at(left + x, top + y);
      if (tile) drawCell(context, image, tileset.sheet, shownFrame(tileset, tile, time), x * width, y * height);
      if (!exact) markMissing(context, x * width, y * height, width, height);
    }
  }
}

function shownFrame(tileset, tile, time) {
  if (!tile.animation?.length) return tile.frame;
  const whole = tile.animation.reduce((sum, [, duration]) => sum + duration, 0);
  let left = time % whole;
  for (const [id, duration] of tile.animation) {
    left -= duration;
    if (left < 0) return tileset.tiles.find((other) => other.id === id)?.frame ?? tile.frame;
  }
  return tile.frame;
}

function markMissing(context, x, y, width, height) {
  context.fillStyle = "rgb(255 60 90 / 0.55)";
  for (let i = 0; i < width; i += 4) context.fillRect(x + i, y + ((i * height) / width) | 0, 2, 2);
}

/** A quiet picture of a map for a card. */
export async function mapThumbnail(tileset, columns, rows) {
  const [width, height] = tileset.sheet.cell;
  const canvas = canvasOf(columns * width, rows * height);
  const map = new TerrainMap(tileset, columns, rows);
  map.scatter(5, 2.4);
  drawMap(canvas.getContext("2d"), await picture(tileset.sheet.pic), tileset, map, [0, 0, columns, rows]);
  return canvas;
}

/** The map to paint on. Gives {node, tools, leave}. */
export function mapView(tileset) {
  return hasTerrain(tileset) ? terrainView(tileset) : stampView(tileset);
}

function terrainView(tileset) {
  const [width, height] = tileset.sheet.cell;
  const map = mapOf(tileset);
  const canvas = canvasOf(map.columns * width, map.rows * height);
  const context = canvas.getContext("2d");
  const cursor = el("div", { class: "brush", "aria-hidden": "true" });
  const where = el("span", { class: "sr", role: "status", "aria-live": "polite" });
  const node = el("div", { class: "map", tabindex: "0", role: "application", "aria-label": `Map of ${tileset.name}: arrow keys move, space paints, digits choose terrain` }, canvas, cursor, where);
  const state = { terrain: map.book.terrains[0], size: 2, at: [4, 4], painting: false, zoom: 1 };
  let image = null;
  let stop = () => {};

  function redraw(time = 0) {
    if (!image) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    drawMap(context, image, tileset, map, [0, 0, map.columns, map.rows], time);
  }
  function resize() {
    const box = node.parentElement?.getBoundingClientRect() ?? { width: 640, height: 480 };
    state.zoom = zoomFor(canvas.width, canvas.height, box.width - 24, box.height - 24, 0, 6);
    enlarge(canvas, canvas.width, canvas.height, state.zoom);
    placeBrush();
  }
  function placeBrush() {
    const density = globalThis.devicePixelRatio || 1;
    const unit = (pixels) => `${(pixels * state.zoom) / density}px`;
    const low = -Math.floor((state.size - 1) / 2);
    cursor.style.left = unit((state.at[0] + low - 0.5) * width);
    cursor.style.top = unit((state.at[1] + low - 0.5) * height);
    cursor.style.width = unit(state.size * width);
    cursor.style.height = unit(state.size * height);
  }
  function corner(event) {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * map.columns;
    const y = ((event.clientY - box.top) / box.height) * map.rows;
    return [Math.round(x), Math.round(y)];
  }
  function paint() {
    map.paint(...state.at, state.terrain, state.size);
    where.textContent = `${state.terrain} at ${state.at.join(", ")}`;
    redraw();
  }
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    node.setPointerCapture(event.pointerId);
    state.painting = true;
    state.at = corner(event);
    placeBrush();
    paint();
  });
  node.addEventListener("pointermove", (event) => {
    state.at = corner(event);
    placeBrush();
    if (state.painting) paint();
  });
  for (const name of ["pointerup", "pointercancel"]) node.addEventListener(name, () => (state.painting = false));
  node.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (move) {
      state.at = [clamp(state.at[0] + move[0], map.columns), clamp(state.at[1] + move[1], map.rows)];
      placeBrush();
      if (event.shiftKey) paint();
    } else if (event.key === " " || event.key === "Enter") paint();
    else if (/^[1-9]$/.test(event.key) && map.book.terrains[event.key - 1]) use(map.book.terrains[event.key - 1]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const swatches = map.book.terrains.map((terrain) => {
    const chip = el("button", { type: "button", class: "chip", "aria-pressed": terrain === state.terrain, on: { click: () => use(terrain) } });
    return { terrain, chip };
  });
  function use(terrain) {
    state.terrain = terrain;
    for (const swatch of swatches) swatch.chip.setAttribute("aria-pressed", String(swatch.terrain === terrain));
  }
  const size = el("select", { "aria-label": "Brush", on: { change: () => ((state.size = Number(size.value)), placeBrush()) } },
    ...[[1, "one corner"], [2, "a tile"], [4, "large"]].map(([value, text]) => el("option", { value, selected: value === state.size, text })));
  let salt = 0;
  const tools = el("div", { class: "tools" },
    el("div", { class: "group", role: "group", "aria-label": "Terrain" }, swatches.map((s) => s.chip)), size,
    el("button", { type: "button", class: "button", on: { click: () => (map.scatter((salt += 17)), redraw()) } }, icon("dice"), "Another map"),
    el("button", { type: "button", class: "button", on: { click: () => (map.fill(state.terrain), redraw()) } }, "Fill"));

  picture(tileset.sheet.pic).then((loaded) => {
    image = loaded;
    for (const { terrain, chip } of swatches) chip.append(terrainSample(loaded, tileset, map, terrain), terrainTitle(tileset, terrain));
    resize();
    redraw();
    if (tileset.tiles.some((tile) => tile.animation?.length)) {
      let time = 0;
      stop = everyFrame((passed) => redraw((time += passed)));
    }
  }, () => say("The tileset's picture cannot be shown", "bad"));
  return { node, tools, resize, leave: () => stop(), map, canvas };
}

function terrainSample(image, tileset, map, terrain) {
  const canvas = canvasOf(...tileset.sheet.cell);
  const { tile } = map.book.choose([terrain, terrain, terrain, terrain], 0, 0);
  if (tile) drawCell(canvas.getContext("2d"), image, tileset.sheet, tile.frame);
  canvas.className = "sample";
  return canvas;
}

/** What a terrain is called: the words that it was asked for with, where it has no name of its own. */
export function terrainTitle(tileset, terrain) {
  return { inside: tileset.prompt, outside: tileset.outside }[terrain] || terrain;
}

const clamp = (value, most) => Math.max(0, Math.min(most, value));

/** Tilesets without terrain: choose a tile, lay it down. */
function stampView(tileset) {
  const [width, height] = tileset.sheet.cell;
  const [columns, rows] = [20, 12];
  const canvas = canvasOf(columns * width, rows * height);
  const context = canvas.getContext("2d");
  const node = el("div", { class: "map", tabindex: "0", role: "application", "aria-label": `Map of ${tileset.name}: click lays the chosen tile` }, canvas);
  const tools = el("div", { class: "tools stamps", role: "group", "aria-label": "Tiles" });
  let chosen = tileset.tiles[0];
  let image = null;
  let painting = false;
  const cells = new Array(columns * rows).fill(tileset.tiles[0]);
  const lay = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * columns);
    const y = Math.floor(((event.clientY - box.top) / box.height) * rows);
    if (x < 0 || y < 0 || x >= columns || y >= rows) return;
    cells[y * columns + x] = chosen;
    redraw();
  };
  function redraw() {
    if (!image) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    cells.forEach((tile, i) => drawCell(context, image, tileset.sheet, tile.frame, (i % columns) * width, Math.floor(i / columns) * height));
  }
  function resize() {
    const box = node.parentElement?.getBoundingClientRect() ?? { width: 640, height: 480 };
    enlarge(canvas, canvas.width, canvas.height, zoomFor(canvas.width, canvas.height, box.width - 24, box.height - 24, 0, 6));
  }
  node.addEventListener("pointerdown", (event) => ((painting = true), node.setPointerCapture(event.pointerId), lay(event)));
  node.addEventListener("pointermove", (event) => painting && lay(event));
  node.addEventListener("pointerup", () => (painting = false));
  picture(tileset.sheet.pic).then((loaded) => {
    image = loaded;
    for (const tile of tileset.tiles.slice(0, 64)) {
      const sample = canvasOf(width, height);
      sample.className = "sample";
      drawCell(sample.getContext("2d"), image, tileset.sheet, tile.frame);
      tools.append(el("button", { type: "button", class: "chip", "aria-label": `Tile ${tile.id}`, on: { click: () => (chosen = tile) } }, sample));
    }
    resize();
    redraw();
  });
  return { node, tools, resize, leave: () => {}, canvas };
}
