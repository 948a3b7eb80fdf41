// Autotile sheets: a map of cells to draw on, which the sheet's rule finds pictures for, and the sheet itself below.

import { el, icon, say } from "./dom.js";
import { terrainTitle } from "./map.js";
import { canvasOf, drawCell, enlarge, picture, zoomFor } from "./pixels.js";
import { svgOf } from "./stage.js";
import { chance } from "./terrain.js";

/** Neighbours by their bit in a cell's mask. */
const NEIGHBOURS = [["N", 1, 0, -1], ["NE", 2, 1, -1], ["E", 4, 1, 0], ["SE", 8, 1, 1], ["S", 16, 0, 1], ["SW", 32, -1, 1], ["W", 64, -1, 0], ["NW", 128, -1, -1]];
/** A cell's quarters: their place, and the neighbours that they touch. */
const QUARTERS = [[0, 0, 1 | 64 | 128], [1, 0, 1 | 4 | 2], [0, 1, 16 | 64 | 32], [1, 1, 16 | 4 | 8]];

/** A mask without the diagonals that do not show: one counts only when both sides beside it are there. */
export function reduced(mask) {
  for (const [diagonal, one, other] of [[2, 1, 4], [8, 16, 4], [32, 16, 64], [128, 1, 64]]) if (!(mask & one && mask & other)) mask &= ~diagonal;
  return mask;
}

/** Cells that are inside (1) or outside (0); beyond the border is outside. */
export class CellMap {
  constructor(columns, rows) {
    this.columns = columns;
    this.rows = rows;
    this.cells = new Uint8Array(columns * rows);
  }

  at(x, y) {
    return x < 0 || y < 0 || x >= this.columns || y >= this.rows ? 0 : this.cells[y * this.columns + x];
  }

  set(x, y, inside) {
    if (x >= 0 && y >= 0 && x < this.columns && y < this.rows) this.cells[y * this.columns + x] = inside;
  }

  mask(x, y) {
    return NEIGHBOURS.reduce((sum, [, bit, dx, dy]) => sum | (this.at(x + dx, y + dy) ? bit : 0), 0);
  }

  /** Islands: a few overlapping rectangles. */
  scatter(salt) {
    this.cells.fill(0);
    for (let i = 0; i < this.columns / 2; i += 1) {
      const [left, top] = [1 + Math.floor(chance(i, 0, salt) * (this.columns - 4)), 1 + Math.floor(chance(i, 1, salt) * (this.rows - 4))];
      const [width, height] = [1 + Math.floor(chance(i, 2, salt) * 5), 1 + Math.floor(chance(i, 3, salt) * 4)];
      for (let y = top; y < Math.min(top + height, this.rows - 1); y += 1) for (let x = left; x < Math.min(left + width, this.columns - 1); x += 1) this.set(x, y, 1);
    }
  }
}

/** What a place of the map shows: parts [position in the sheet, source x, y, width, height, x, y], in pixels. */
function partsOf(sheet, map, x, y) {
  const [width, height] = sheet.sheet.cell;
  const find = (wanted, bits = 255) => sheet.cells.findIndex((cell) => cell && (reduced(cell[1]) & bits) === (wanted & bits));
  if (sheet.kind === "dual_grid") {
    const corners = [[128, -1, -1], [2, 0, -1], [32, -1, 0], [8, 0, 0]].reduce((sum, [bit, dx, dy]) => sum | (map.at(x + dx, y + dy) ? bit : 0), 0);
    return [[sheet.cells.findIndex((cell) => cell && cell[1] === corners), 0, 0, width, height, (x - 0.5) * width, (y - 0.5) * height]];
  }
  if (!map.at(x, y)) return [];
  const mask = reduced(map.mask(x, y));
  const whole = find(mask);
  if (whole >= 0) return [[whole, 0, 0, width, height, x * width, y * height]];
  const [w, h] = [width / 2, height / 2];
  return QUARTERS.map(([right, low, bits]) => [find(mask, bits), right * w, low * h, w, h, x * width + right * w, y * height + low * h]);
}

/** Draws the whole map; gives for each place the positions in the sheet that it shows. */
export function drawCells(context, images, tileset, sheet, map) {
  const [width, height] = sheet.sheet.cell;
  const dual = sheet.kind === "dual_grid" ? 1 : 0;
  const ground = tileset.tiles.find((tile) => tile.corners?.every((corner) => corner === sheet.terrain?.[1]));
  const [w, h] = tileset.sheet.cell;
  context.clearRect(0, 0, map.columns * width, map.rows * height);
  if (ground && !dual) for (let y = 0; y < map.rows * height; y += h) for (let x = 0; x < map.columns * width; x += w) drawCell(context, images.tiles, tileset.sheet, ground.frame, x, y);
  for (let y = 0; y < map.rows + dual; y += 1) {
    for (let x = 0; x < map.columns + dual; x += 1) {
      for (const [place, sx, sy, sw, sh, dx, dy] of partsOf(sheet, map, x, y)) {
        if (place < 0) continue;
        const index = sheet.cells[place][0];
        const [left, top] = [(index % sheet.sheet.columns) * width, Math.floor(index / sheet.sheet.columns) * height];
        if (!dual && sw === width) context.clearRect(dx, dy, sw, sh);
        context.drawImage(images.sheet, left + sx, top + sy, sw, sh, dx, dy, sw, sh);
      }
    }
  }
}

/** The sheet as it is written, with its cells' outlines. */
function sheetFigure(sheet, image, told) {
  const [width, height] = sheet.sheet.cell;
  const size = [sheet.columns * width, Math.ceil(sheet.cells.length / sheet.columns) * height];
  const canvas = canvasOf(...size);
  const frames = [];
  for (const [place, cell] of sheet.cells.entries()) {
    if (!cell) continue;
    const [x, y] = [(place % sheet.columns) * width, Math.floor(place / sheet.columns) * height];
    drawCell(canvas.getContext("2d"), image, sheet.sheet, cell[0], x, y);
    const around = NEIGHBOURS.filter(([, bit]) => cell[1] & bit).map(([name]) => name);
    frames.push([`cell ${place} · ${sheet.kind === "dual_grid" ? "corners" : "neighbours"} ${around.join(" ") || "none"}`, x, y, width, height]);
  }
  const svg = svgOf({ size, frames }, told);
  const node = el("figure", {}, el("div", { class: "fitted" }, canvas, svg), el("figcaption", { text: `${sheet.file} · ${size.join("×")} · ${frames.length} cells of ${width}×${height}` }));
  return { node, svg, resize: (box) => [canvas, svg].forEach((shown) => enlarge(shown, ...size, zoomFor(...size, box.width - 48, box.height * 0.6, 0, 4))) };
}

/** All autotile sheets of a tileset, one at a time. Gives {node, tools, resize, leave}. */
export function autotileView(tileset) {
  const host = el("div", { class: "pages autotile" });
  const told = el("span", { class: "hint mono", role: "status", "aria-live": "polite", text: "Draw on the map; point at a cell of the sheet" });
  const state = { sheet: tileset.sheets[0], inside: 1, at: [3, 3], painting: false, zoom: 1, salt: 3, images: null, figure: null };
  const canvas = canvasOf(1, 1);
  const cursor = el("div", { class: "brush", "aria-hidden": "true" });
  const field = el("div", { class: "map", tabindex: "0", role: "application", "aria-label": "Map: arrow keys move, space draws, 1 and 2 choose what" }, canvas, cursor);
  let map = new CellMap(10, 6);
  map.scatter(state.salt);

  function redraw() {
    if (state.images) drawCells(canvas.getContext("2d"), state.images, tileset, state.sheet, map);
    canvas.dataset.cells = map.cells.join("");
    const shown = new Set(partsOf(state.sheet, map, ...state.at).map(([place]) => place));
    const drawn = state.sheet.cells.map((cell, place) => (cell ? place : -1)).filter((place) => place >= 0);
    [...(state.figure?.svg.children ?? [])].forEach((rect, i) => rect.classList.toggle("used", shown.has(drawn[i])));
  }
  function resize() {
    const box = host.parentElement?.getBoundingClientRect() ?? { width: 640, height: 480 };
    state.zoom = zoomFor(canvas.width, canvas.height, box.width - 48, Math.max(160, box.height * 0.62), 0, 4);
    enlarge(canvas, canvas.width, canvas.height, state.zoom);
    field.style.width = canvas.style.width;
    state.figure?.resize(box);
    placeBrush();
  }
  function placeBrush() {
    const [width, height] = state.sheet.sheet.cell.map((side) => (side * state.zoom) / (globalThis.devicePixelRatio || 1));
    for (const [name, value] of Object.entries({ left: state.at[0] * width, top: state.at[1] * height, width, height })) cursor.style[name] = `${value}px`;
  }
  function go(x, y) {
    state.at = [Math.max(0, Math.min(map.columns - 1, x)), Math.max(0, Math.min(map.rows - 1, y))];
    if (state.painting) map.set(...state.at, state.inside);
    placeBrush();
    redraw();
  }
  function point(event) {
    const box = canvas.getBoundingClientRect();
    go(Math.floor(((event.clientX - box.left) / box.width) * map.columns), Math.floor(((event.clientY - box.top) / box.height) * map.rows));
  }
  field.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    field.setPointerCapture(event.pointerId);
    state.painting = true;
    point(event);
  });
  field.addEventListener("pointermove", point);
  for (const name of ["pointerup", "pointercancel"]) field.addEventListener(name, () => (state.painting = false));
  field.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (move) go(state.at[0] + move[0], state.at[1] + move[1]);
    else if (event.key === " " || event.key === "Enter") (map.set(...state.at, state.inside), redraw());
    else if (event.key === "1" || event.key === "2") use(event.key === "1" ? 1 : 0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const brushes = [1, 0].map((inside) => el("button", { type: "button", class: "chip", "aria-pressed": inside === 1, on: { click: () => use(inside) } }));
  function use(inside) {
    state.inside = inside;
    brushes.forEach((chip, i) => chip.setAttribute("aria-pressed", String(inside === 1 - i)));
  }
  const choose = el("select", { "aria-label": "Sheet", on: { change: () => show(tileset.sheets[Number(choose.value)]) } }, tileset.sheets.map((sheet, i) => el("option", { value: i, text: sheet.label })));
  const tools = el("div", { class: "tools" }, tileset.sheets.length > 1 ? choose : "", el("div", { class: "group", role: "group", "aria-label": "What is drawn" }, brushes),
    el("button", { type: "button", class: "button", on: { click: () => (map.scatter((state.salt += 11)), redraw()) } }, icon("dice"), "Another map"), told);

  function show(sheet) {
    state.sheet = sheet;
    const [width, height] = sheet.sheet.cell;
    const small = width <= 16;
    const next = new CellMap(small ? 20 : 10, small ? 12 : 6);
    if (next.columns === map.columns) next.cells.set(map.cells);
    else next.scatter(state.salt);
    map = next;
    [canvas.width, canvas.height] = [map.columns * width, map.rows * height];
    canvas.getContext("2d").imageSmoothingEnabled = false;
    brushes.forEach((chip, i) => chip.replaceChildren(terrainTitle(tileset, sheet.terrain?.[i] ?? ["inside", "outside"][i])));
    Promise.all([picture(sheet.sheet.pic), picture(tileset.sheet.pic)]).then(([image, tiles]) => {
      if (state.sheet !== sheet) return;
      state.images = { sheet: image, tiles };
      state.figure = sheetFigure(sheet, image, told);
      host.replaceChildren(field, state.figure.node);
      resize();
      redraw();
    }, () => say("The sheet cannot be shown", "bad"));
  }
  show(state.sheet);
  return { node: host, tools, resize, leave: () => {}, canvas };
}
