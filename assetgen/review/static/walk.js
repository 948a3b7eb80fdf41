// A character walks over a generated tileset, by arrow keys, WASD or the pad on screen.

import { el } from "./dom.js";
import { canvasOf, drawCell, enlarge, picture, zoomFor } from "./pixels.js";
import { everyFrame, Player } from "./player.js";
import { drawMap } from "./map.js";
import { chance, hasTerrain, mapOf } from "./terrain.js";

const WORDS = { down: "down", s: "down", south: "down", front: "down", up: "up", n: "up", north: "up", back: "up", left: "left", w: "left", west: "left", right: "right", e: "right", east: "right" };
const STEPS = { down: [0, 1], up: [0, -1], left: [-1, 0], right: [1, 0] };
const KEYS = { ArrowDown: "down", ArrowUp: "up", ArrowLeft: "left", ArrowRight: "right", s: "down", w: "up", a: "left", d: "right" };
const ARROWS = { up: "▲", down: "▼", left: "◀", right: "▶" };
const PACE = 52; // pixels a second
const VIEW = [288, 192]; // pixels of the world that are seen

/** Tags by what is done and where to: {walk: {down: tag, …}, idle: {…}}. */
export function movesOf(animation) {
  const moves = {};
  for (const tag of animation.tags ?? []) {
    const match = /^(.*?)[_-]?(down|up|left|right|south|north|west|east|front|back|s|n|w|e)$/.exec(tag.name);
    if (!match || (match[2].length === 1 && !/[_-]/.test(tag.name))) continue;
    const action = match[1] || "walk";
    (moves[action] ??= {})[WORDS[match[2]]] = tag;
  }
  return moves;
}

/** Whether an animation can walk: some tag knows a direction, or one is called walking. */
export function canWalk(animation) {
  return Object.keys(movesOf(animation)).length > 0 || (animation.tags ?? []).some((tag) => /walk|run/.test(tag.name));
}

function chosenMoves(animation) {
  const moves = movesOf(animation);
  const named = (words) => Object.keys(moves).find((action) => words.test(action));
  const walking = moves[named(/walk|run|move/)] ?? Object.values(moves)[0] ?? {};
  const plain = animation.tags.find((tag) => /walk|run/.test(tag.name)) ?? animation.tags[0];
  return { walking, resting: moves[named(/idle|stand|face/)] ?? {}, plain };
}

/** The walk. Gives {node, tools, leave}. `tilesets` are those of the gallery. */
export function walkView(animation, tilesets) {
  const grounds = tilesets.filter((tileset) => tileset.sheet && hasTerrain(tileset));
  const canvas = canvasOf(...VIEW);
  const context = canvas.getContext("2d");
  const { walking, resting, plain } = chosenMoves(animation);
  const hero = { x: 190, y: 130, facing: "down", moving: false };
  const player = new Player(tagNow());
  const held = new Set();
  let ground = grounds[0] ?? null;
  let sheet = null;
  let floor = null;
  let time = 0;

  function tagNow() {
    const set = hero.moving ? walking : { ...walking, ...resting };
    return set[hero.facing] ?? walking[hero.facing] ?? plain;
  }
  const world = () => (ground ? [mapOf(ground).columns * ground.sheet.cell[0], mapOf(ground).rows * ground.sheet.cell[1]] : [640, 400]);

  function advance(passed) {
    time += passed;
    const way = [...held].at(-1);
    hero.moving = Boolean(way);
    if (way) {
      hero.facing = way;
      const [dx, dy] = STEPS[way];
      const [width, height] = world();
      hero.x = Math.max(8, Math.min(width - 8, hero.x + (dx * PACE * passed) / 1000));
      hero.y = Math.max(16, Math.min(height - 2, hero.y + (dy * PACE * passed) / 1000));
    }
    const tag = tagNow();
    if (tag !== player.tag) player.use(tag);
    if (hero.moving || resting[hero.facing]) player.advance(passed);
    else player.show(0);
    draw();
  }

  function draw() {
    const [width, height] = world();
    const left = Math.round(Math.max(0, Math.min(width - VIEW[0], hero.x - VIEW[0] / 2)));
    const top = Math.round(Math.max(0, Math.min(height - VIEW[1], hero.y - VIEW[1] / 2)));
    context.clearRect(0, 0, ...VIEW);
    if (ground && floor) {
      const [tw, th] = ground.sheet.cell;
      const [cx, cy] = [Math.floor(left / tw), Math.floor(top / th)];
      const map = mapOf(ground);
      const columns = Math.min(Math.ceil(VIEW[0] / tw) + 1, map.columns - cx);
      const rows = Math.min(Math.ceil(VIEW[1] / th) + 1, map.rows - cy);
      context.save();
      context.translate(cx * tw - left, cy * th - top);
      drawMap(context, floor, ground, map, [cx, cy, columns, rows], time);
      context.restore();
    } else drawPlainGround(context, left, top);
    if (!sheet) return;
    const [x, y] = [Math.round(hero.x) - left, Math.round(hero.y) - top];
    const [px, py] = animation.pivot ?? [animation.size[0] >> 1, animation.size[1]];
    context.fillStyle = "rgb(0 0 0 / 0.22)";
    context.beginPath();
    context.ellipse(x, y - 1, Math.max(5, animation.size[0] / 6), 3, 0, 0, Math.PI * 2);
    context.fill();
    drawCell(context, sheet, animation.sheet, player.cell, x - px, y - py);
    canvas.dataset.at = `${Math.round(hero.x)},${Math.round(hero.y)}`;
    canvas.dataset.tag = player.tag.name;
  }

  const node = el("div", { class: "walk", tabindex: "0", role: "application", "aria-label": `${animation.name} walks by arrow keys` }, canvas);
  node.addEventListener("keydown", (event) => {
    const way = KEYS[event.key];
    if (!way) return;
    held.delete(way);
    held.add(way);
    event.preventDefault();
    event.stopPropagation();
  });
  node.addEventListener("keyup", (event) => held.delete(KEYS[event.key]));
  node.addEventListener("blur", () => held.clear());

  const pad = el("div", { class: "pad", "aria-hidden": "true" }, ["up", "left", "right", "down"].map((way) => {
    const button = el("button", { type: "button", class: `pad-${way}`, tabindex: "-1", data: { way } }, ARROWS[way]);
    button.addEventListener("pointerdown", (event) => (button.setPointerCapture(event.pointerId), held.add(way)));
    for (const name of ["pointerup", "pointercancel"]) button.addEventListener(name, () => held.delete(way));
    return button;
  }));
  node.append(pad);

  const choice = el("select", { "aria-label": "Ground", on: { change: () => useGround(grounds.find((g) => g.name === choice.value) ?? null) } },
    grounds.map((g) => el("option", { value: g.name, text: g.name })), el("option", { value: "", text: "plain ground" }));
  const tools = el("div", { class: "tools" }, el("label", { class: "labelled" }, "Ground", choice), el("span", { class: "hint", text: "Arrow keys walk, and so does the pad on a touch screen. What you paint on the tileset's map is here, too." }));
  function useGround(next) {
    ground = next;
    floor = null;
    if (ground) picture(ground.sheet.pic).then((image) => (floor = image));
  }
  function resize() {
    const box = node.parentElement?.getBoundingClientRect() ?? { width: 640, height: 480 };
    enlarge(canvas, ...VIEW, zoomFor(...VIEW, box.width - 16, box.height - 16, 0, 6));
  }
  picture(animation.sheet.pic).then((image) => (sheet = image));
  useGround(ground);
  const stop = everyFrame(advance);
  return { node, tools, resize, leave: stop, focus: () => node.focus({ preventScroll: true }) };
}

function drawPlainGround(context, left, top) {
  for (let y = -(top % 16); y < VIEW[1]; y += 16) {
    for (let x = -(left % 16); x < VIEW[0]; x += 16) {
      const shade = chance(Math.floor((x + left) / 16), Math.floor((y + top) / 16));
      context.fillStyle = `hsl(105 28% ${28 + shade * 5}%)`;
      context.fillRect(x, y, 16, 16);
    }
  }
}
