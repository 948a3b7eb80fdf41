// The large view of one picture or animation: zoom, transport, onion skin, pivot and boxes.

import { el, find, icon, iconButton, say } from "./dom.js";
import { canvasOf, drawCell, enlarge, picture, zoomFor } from "./pixels.js";
import { tellingTag } from "./cards.js";
import { everyFrame, Player } from "./player.js";
import { view } from "./store.js";

const SPEEDS = [0.1, 0.25, 0.5, 1, 1.5, 2, 4];

/** One picture of an asset. Gives {node, tools, resize, leave}. */
export function pictureView(sheet, marks = {}) {
  const canvas = canvasOf(...sheet.cell);
  const overlay = overlayOf(sheet.cell, marks);
  const node = el("div", { class: "picture" }, el("div", { class: "fitted" }, canvas, overlay.node));
  const state = { zoom: 0 };
  picture(sheet.pic).then((image) => drawCell(canvas.getContext("2d"), image, sheet, 0), () => say("The picture cannot be shown", "bad"));
  const resize = () => fit(node, canvas, overlay, sheet.cell, state);
  const tools = el("div", { class: "tools" }, zoomTools(state, resize), overlay.toggles);
  return { node, tools, resize, leave: () => {}, zoom: (by) => zoomBy(state, by, resize), canvas };
}

/** An animation with its tags. */
export function animationView(item) {
  const [width, height] = item.sheet.cell;
  const canvas = canvasOf(width, height);
  canvas.className = "playing";
  const context = canvas.getContext("2d");
  const overlay = overlayOf(item.sheet.cell, { pivot: item.pivot, hitbox: item.hitbox });
  const node = el("div", { class: "picture" }, el("div", { class: "fitted" }, canvas, overlay.node));
  const player = new Player(tellingTag(item.tags));
  player.playing = !view.still;
  const state = { zoom: 0, onion: false };
  const ghost = canvasOf(width, height);
  let image = null;

  function show() {
    context.clearRect(0, 0, width, height);
    if (!image) return;
    if (state.onion && player.length > 1) {
      drawGhost(player.tag.frames.at(player.step - 1), "rgb(255 80 110)");
      drawGhost(player.tag.frames[(player.step + 1) % player.length], "rgb(80 170 255)");
    }
    drawCell(context, image, item.sheet, player.cell);
    canvas.dataset.step = player.step;
    canvas.dataset.tag = player.tag.name;
    mark();
  }
  function drawGhost(cell, color) {
    const own = ghost.getContext("2d");
    own.globalCompositeOperation = "source-over";
    own.clearRect(0, 0, width, height);
    drawCell(own, image, item.sheet, cell);
    own.globalCompositeOperation = "source-atop";
    own.fillStyle = color;
    own.globalAlpha = 0.55;
    own.fillRect(0, 0, width, height);
    own.globalAlpha = 1;
    context.globalAlpha = 0.45;
    context.drawImage(ghost, 0, 0);
    context.globalAlpha = 1;
  }

  const strip = el("ol", { class: "strip", "aria-label": "Frames" });
  const told = el("span", { class: "hint mono" });
  function buildStrip() {
    strip.replaceChildren(...player.tag.frames.map((cell, step) => {
      const small = canvasOf(width, height);
      if (image) drawCell(small.getContext("2d"), image, item.sheet, cell);
      const button = el("button", { type: "button", "aria-label": `Frame ${step}, ${player.tag.durations[step]} milliseconds`, on: { click: () => (pause(), player.show(step), show()) } }, small, el("span", { text: `${player.tag.durations[step]}` }));
      return el("li", {}, button);
    }));
  }
  function mark() {
    for (const [step, entry] of [...strip.children].entries()) entry.classList.toggle("now", step === player.step);
    told.textContent = `${player.tag.name} ${player.step + 1}/${player.length} · ${player.tag.loop}`;
  }

  const playButton = iconButton("pause", "Play or pause (space)", () => toggle(), { class: "icon-button big" });
  const setPlaying = (playing) => {
    player.playing = playing;
    playButton.replaceChildren(icon(playing ? "pause" : "play"));
    playButton.setAttribute("aria-pressed", String(playing));
  };
  const pause = () => setPlaying(false);
  const toggle = () => setPlaying(!player.playing);
  const step = (by) => (pause(), player.show(player.step + by), show());
  const speed = el("select", { "aria-label": "Speed", on: { change: () => (player.speed = Number(speed.value)) } }, SPEEDS.map((value) => el("option", { value, selected: value === 1, text: `${value}×` })));
  const onion = el("button", { type: "button", class: "button", "aria-pressed": "false", title: "Onion skin (O)", on: { click: () => flipOnion() } }, "Onion skin");
  const flipOnion = () => {
    state.onion = !state.onion;
    onion.setAttribute("aria-pressed", String(state.onion));
    show();
  };
  const tags = el("div", { class: "tags", role: "tablist", "aria-label": "Tags" }, item.tags.map((tag) => el("button", { type: "button", role: "tab", class: "chip", "aria-selected": tag === player.tag, data: { tag: tag.name }, on: { click: () => useTag(tag) } }, tag.name)));
  function useTag(tag) {
    player.use(tag);
    for (const button of tags.children) button.setAttribute("aria-selected", String(button.dataset.tag === tag.name));
    buildStrip();
    show();
  }

  const resize = () => fit(node, canvas, overlay, item.sheet.cell, state);
  const tools = el("div", { class: "tools stacked" }, tags,
    el("div", { class: "row" }, iconButton("prev", "Step back (,)", () => step(-1)), playButton, iconButton("next", "Step on (.)", () => step(1)), speed, onion, overlay.toggles, zoomTools(state, resize), told), strip);
  setPlaying(player.playing);
  picture(item.sheet.pic).then((loaded) => ((image = loaded), buildStrip(), resize(), show()), () => say("The sheet cannot be shown", "bad"));
  const stop = everyFrame((passed) => player.advance(passed) && show());
  const keys = { " ": toggle, ",": () => step(-1), ".": () => step(1), o: flipOnion, p: () => overlay.flip("pivot") };
  return { node, tools, resize, leave: stop, zoom: (by) => zoomBy(state, by, resize), keys, player, canvas, useTag };
}

// -- zoom ---------------------------------------------------------------------

function fit(node, canvas, overlay, cell, state) {
  const box = node.parentElement?.getBoundingClientRect() ?? { width: 480, height: 400 };
  const zoom = zoomFor(...cell, box.width - 48, box.height - 48, state.zoom, 24);
  enlarge(canvas, ...cell, zoom);
  enlarge(overlay.node, ...cell, zoom);
  state.shown = zoom / (globalThis.devicePixelRatio || 1);
  if (state.told) state.told.textContent = `${Math.round(state.shown * 100) / 100}×`;
}

function zoomBy(state, by, resize) {
  state.zoom = by === 0 ? 0 : Math.max(1, Math.min(32, Math.round(state.shown ?? 1) + by));
  resize();
}

function zoomTools(state, resize) {
  state.told = el("span", { class: "hint mono zoom-told" });
  return el("div", { class: "group", role: "group", "aria-label": "Zoom" },
    el("button", { type: "button", class: "button square", "aria-label": "Smaller", on: { click: () => zoomBy(state, -1, resize) } }, "−"), state.told,
    el("button", { type: "button", class: "button square", "aria-label": "Larger", on: { click: () => zoomBy(state, 1, resize) } }, "+"),
    el("button", { type: "button", class: "button", title: "As large as fits (0)", on: { click: () => zoomBy(state, 0, resize) } }, "Fit"));
}

// -- what lies over a picture ---------------------------------------------------

const MARKS = { pivot: "Pivot", hitbox: "Hitbox", nine: "Nine-slice" };

function overlayOf([width, height], marks) {
  const node = el("div", { class: "overlay", "aria-hidden": "true" });
  const share = (value, whole) => `${(value / whole) * 100}%`;
  const buttons = {};
  const shapes = {};
  if (marks.pivot) shapes.pivot = el("div", { class: "pivot", style: { left: share(marks.pivot[0], width), top: share(marks.pivot[1], height) } });
  if (marks.hitbox) {
    const [x, y, w, h] = marks.hitbox;
    shapes.hitbox = el("div", { class: "hitbox", style: { left: share(x, width), top: share(y, height), width: share(w, width), height: share(h, height) } });
  }
  if (marks.nine) {
    const [left, top, right, bottom] = marks.nine;
    shapes.nine = el("div", { class: "nine" }, [["left", left, width], ["top", top, height], ["right", right, width], ["bottom", bottom, height]].map(([side, value, whole]) => el("i", { class: side, style: { [side]: share(value, whole) } })));
  }
  const flip = (name) => {
    if (!shapes[name]) return;
    const shown = !shapes[name].isConnected;
    shown ? node.append(shapes[name]) : shapes[name].remove();
    buttons[name].setAttribute("aria-pressed", String(shown));
  };
  const toggles = Object.keys(shapes).map((name) => (buttons[name] = el("button", { type: "button", class: "button", "aria-pressed": "false", on: { click: () => flip(name) } }, MARKS[name])));
  return { node, toggles, flip };
}

// -- pages and sheets -----------------------------------------------------------

/** An atlas: its pages with the outlines of the frames. */
export function atlasView(atlas) {
  const host = el("div", { class: "pages" });
  const told = el("span", { class: "hint mono", text: "Point at a frame" });
  const outline = el("button", { type: "button", class: "button", "aria-pressed": "true", on: { click: () => outline.setAttribute("aria-pressed", String(!host.classList.toggle("bare"))) } }, "Outlines");
  const views = atlas.pages.map((page) => {
    const canvas = canvasOf(...page.size);
    picture(page.pic).then((image) => canvas.getContext("2d").drawImage(image, 0, 0));
    const svg = svgOf(page, told);
    const node = el("figure", {}, el("div", { class: "fitted" }, canvas, svg), el("figcaption", { text: `${page.file} · ${page.size.join("×")} · ${page.frames.length} frames` }));
    return { page, canvas, svg, node };
  });
  host.append(...views.map((v) => v.node));
  const state = { zoom: 0 };
  const resize = () => {
    const box = host.parentElement?.getBoundingClientRect() ?? { width: 480, height: 400 };
    for (const { page, canvas, svg } of views) {
      const zoom = zoomFor(...page.size, box.width - 48, box.height - 80, state.zoom, 8);
      enlarge(canvas, ...page.size, zoom);
      enlarge(svg, ...page.size, zoom);
      state.shown = zoom / (globalThis.devicePixelRatio || 1);
    }
    state.told.textContent = `${Math.round((state.shown ?? 1) * 100) / 100}×`;
  };
  const used = el("div", { class: "meter", title: `${Math.round(atlas.occupancy * 100)} % of the pages is used` }, el("i", { style: { width: `${atlas.occupancy * 100}%` } }));
  const tools = el("div", { class: "tools" }, outline, zoomTools(state, resize), el("span", { class: "labelled" }, `${Math.round(atlas.occupancy * 100)} % used`, used), told);
  return { node: host, tools, resize, leave: () => {}, zoom: (by) => zoomBy(state, by, resize) };
}

/** Outlines over a page ({size, frames: [name, x, y, width, height]}); `told` says which one is pointed at. */
export function svgOf(page, told) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", `0 0 ${page.size.join(" ")}`);
  svg.setAttribute("aria-hidden", "true");
  for (const [name, x, y, width, height] of page.frames) {
    const rect = document.createElementNS(space, "rect");
    for (const [key, value] of Object.entries({ x, y, width, height })) rect.setAttribute(key, value);
    rect.addEventListener("pointerenter", () => (told.textContent = `${name} · ${width}×${height} at ${x}, ${y}`));
    svg.append(rect);
  }
  return svg;
}

/** All tiles of a tileset with their ids; `noted` are ids that a quality finding names. */
export function tilesView(tileset, noted = new Set()) {
  const cells = tileset.tiles.map((tile) => {
    const canvas = canvasOf(...tileset.sheet.cell);
    const corners = tile.corners ? `corners ${tile.corners.map((corner) => corner ?? "–").join(", ")}` : "no terrain";
    const node = el("li", { class: noted.has(tile.id) ? "noted" : null, title: `${corners} · probability ${tile.p}` }, canvas, el("span", { class: "mono", text: tile.id }));
    return { tile, canvas, node };
  });
  const node = el("ul", { class: "tiles", "aria-label": "Tiles" }, cells.map((cell) => cell.node));
  picture(tileset.sheet.pic).then((image) => {
    for (const { tile, canvas } of cells) drawCell(canvas.getContext("2d"), image, tileset.sheet, tile.frame);
  });
  const resize = () => {
    for (const { canvas } of cells) enlarge(canvas, ...tileset.sheet.cell, zoomFor(...tileset.sheet.cell, 72, 72, 0, 4));
  };
  return { node, tools: el("div", { class: "tools" }, el("span", { class: "hint", text: "Point at a tile to see its corners: top left, top right, bottom left, bottom right" })), resize, leave: () => {} };
}

/** A palette's colours, large; a click copies one. */
export function paletteView(palette) {
  const copy = async (color) => {
    try {
      await navigator.clipboard.writeText(color);
      say(`${color} copied`);
    } catch {
      say(color);
    }
  };
  const node = el("ul", { class: "colors", "aria-label": "Colours" }, palette.colors.map((color, index) => el("li", {}, el("button", { type: "button", style: { "--color": color }, "aria-label": `Copy ${color}`, on: { click: () => copy(color) } }, el("i"), el("span", { class: "mono", text: color }), el("small", { class: "mono", text: index })))));
  return { node, tools: el("div", { class: "tools" }, el("span", { class: "hint", text: "Click a colour to copy it" })), resize: () => {}, leave: () => {} };
}
