// The grid: a card for each asset, drawn when it comes into sight and let go when it leaves.

import { el, find } from "./dom.js";
import { canvasOf, drawCell, enlarge, picture, zoomFor } from "./pixels.js";
import { everyFrame, Player } from "./player.js";
import { mapThumbnail } from "./map.js";
import { hasTerrain } from "./terrain.js";
import { gallery, items, KIND_TITLES, KINDS, onView, STATUS, traits, view } from "./store.js";

/** label → {item, card, text, traits}: what search and filters look at. */
export const cards = new Map();

const BADGES = { unpicked: ["to pick", "warn"], placeholder: ["placeholder", "quiet"], adopted: ["retouched", "accent"], override: ["override", "accent"] };
let rehearsal = null;
/** Whether nothing was bought yet: then the page says so once, not on every card. */
export const allPlaceholders = () => (rehearsal ??= gallery.assets.every((asset) => !asset.realm || asset.realm === "placeholder"));
const sight = new IntersectionObserver(seen, { rootMargin: "320px 0px" });
const leavers = new WeakMap();

export function buildCards(open) {
  const host = find("#cards");
  for (const { card } of cards.values()) leave(card);
  sight.disconnect();
  cards.clear();
  rehearsal = null;
  const sections = new Map();
  for (const item of items()) {
    if (!sections.has(item.kind)) sections.set(item.kind, []);
    const card = cardOf(item, open);
    sections.get(item.kind).push(card);
    const words = [item.label, item.prompt, item.style, item.outside, item.palette, item.atlas, ...(item.preset ?? [])];
    cards.set(item.label, { item, card, text: words.filter(Boolean).join(" ").toLowerCase(), traits: new Set(traits(item).map(([id]) => id)) });
  }
  host.replaceChildren(...KINDS.filter((kind) => sections.has(kind)).map((kind) =>
    el("section", { class: "kind", data: { kind }, "aria-labelledby": `kind-${kind}` },
      el("h2", { id: `kind-${kind}` }, KIND_TITLES[kind], el("span", { class: "count" })),
      el("ul", { class: "grid" }, sections.get(kind)))));
  for (const { card } of cards.values()) sight.observe(card);
}

function cardOf(item, open) {
  const stage = el("div", { class: "shown" });
  const button = el("button", { type: "button", class: "card-open", "aria-label": labelOf(item), on: { click: () => open(item.label) } });
  const card = el("li", { class: "card", data: { kind: item.kind, name: item.label } }, stage, el("div", { class: "badges" }, badgesOf(item)), el("div", { class: "told" }, el("div", { class: "name", text: item.name, title: item.name }), el("div", { class: "meta", text: metaOf(item) })), button);
  return card;
}

function labelOf(item) {
  const parts = [item.name, item.kind, metaOf(item)];
  if (item.status && item.status !== "current") parts.push(STATUS[item.status][0]);
  for (const flag of item.flags ?? []) parts.push(BADGES[flag]?.[0] ?? flag);
  if (item.findings?.length) parts.push(`${item.findings.length} findings`);
  return parts.filter(Boolean).join(", ");
}

function badgesOf(item) {
  const found = [];
  if (item.status && !["current", "adopted", "pinned"].includes(item.status)) {
    const [text, tone] = STATUS[item.status];
    found.push(el("span", { class: "badge", data: { tone }, text, title: item.reason }));
  }
  for (const flag of item.flags ?? []) if (BADGES[flag] && !(flag === "placeholder" && allPlaceholders())) found.push(el("span", { class: "badge", data: { tone: BADGES[flag][1] }, text: BADGES[flag][0] }));
  if (item.reviewed?.state === "approved" && item.reviewed.same) found.push(el("span", { class: "badge", data: { tone: "good" }, text: "approved" }));
  if (item.reviewed?.state === "rejected" && item.reviewed.same) found.push(el("span", { class: "badge", data: { tone: "bad" }, text: "rejected" }));
  const worst = item.findings?.some((finding) => finding.level === "error") ? "bad" : "warn";
  if (item.findings?.length) found.push(el("span", { class: "dot", data: { tone: worst }, title: `${item.findings.length} findings` }));
  return found;
}

function metaOf(item) {
  if (item.kind === "palette") return `${item.colors.length} colours${item.usedBy.length ? ` · used by ${item.usedBy.length}` : ""}`;
  if (item.kind === "atlas") return item.pages.length ? `${item.pages.length} page${item.pages.length > 1 ? "s" : ""} · ${Math.round(item.occupancy * 100)} % used` : "not packed yet";
  const parts = [item.size ? item.size.join("×") : null];
  if (item.tags) parts.push(`${item.tags.length} tag${item.tags.length > 1 ? "s" : ""}`);
  if (item.tiles) parts.push(`${item.tiles.length} tile${item.tiles.length > 1 ? "s" : ""}`);
  parts.push(item.style ? item.style.replace(/^(rd_)?/, "") : item.source);
  if (item.price) parts.push(item.price);
  return parts.filter(Boolean).join(" · ");
}

// -- drawing ------------------------------------------------------------------

function seen(entries) {
  for (const entry of entries) entry.isIntersecting ? enter(entry.target) : leave(entry.target);
}

function enter(card) {
  if (leavers.has(card)) return;
  const entry = cards.get(card.dataset.name);
  if (entry) leavers.set(card, draw(entry.item, card.firstElementChild));
}

function leave(card) {
  leavers.get(card)?.();
  leavers.delete(card);
  card.firstElementChild.replaceChildren();
}

/** Redraws what is in sight: the zoom changed. */
function redraw() {
  for (const { card } of cards.values()) {
    if (!leavers.has(card)) continue;
    leave(card);
    enter(card);
  }
}

onView((changed) => changed.includes("zoom") && redraw());

function draw(item, stage) {
  if (item.kind === "palette") return drawPalette(item, stage);
  if (item.kind === "atlas") return item.pages.length ? drawPicture({ pic: item.pages[0].pic, cell: item.pages[0].size, columns: 1 }, stage) : empty(stage, "not packed yet");
  if (!item.sheet) return empty(stage, item.status === "waiting" ? "waiting" : "no picture yet");
  if (item.tags) return drawAnimation(item, stage);
  if (item.tiles && hasTerrain(item)) return drawTerrain(item, stage);
  if (item.tiles) return drawPicture({ pic: item.sheet.pic, cell: sheetSize(item.sheet), columns: 1 }, stage);
  return drawPicture(item.sheet, stage);
}

function sheetSize(sheet) {
  return [sheet.columns * sheet.cell[0], Math.ceil(sheet.count / sheet.columns) * sheet.cell[1]];
}

function empty(stage, text) {
  stage.append(el("span", { class: "none", text }));
  return () => {};
}

function drawPalette(item, stage) {
  stage.append(el("div", { class: "swatches" }, item.colors.slice(0, 64).map((color) => el("i", { style: { background: color } }))));
  return () => {};
}

function place(canvas, stage, width, height) {
  enlarge(canvas, width, height, zoomFor(width, height, stage.clientWidth - 16, stage.clientHeight - 16, view.zoom, 8));
  stage.append(canvas);
}

function drawPicture(sheet, stage) {
  const canvas = canvasOf(...sheet.cell);
  place(canvas, stage, ...sheet.cell);
  picture(sheet.pic).then((image) => drawCell(canvas.getContext("2d"), image, sheet, 0), () => empty(stage, "cannot be shown"));
  return () => {};
}

function drawTerrain(item, stage) {
  let gone = false;
  const [width, height] = item.sheet.cell;
  const density = globalThis.devicePixelRatio || 1;
  const zoom = Math.max(1, Math.round((view.zoom || (width <= 16 ? 2 : 1)) * density));
  const columns = Math.ceil((stage.clientWidth * density) / (width * zoom));
  const rows = Math.ceil((stage.clientHeight * density) / (height * zoom));
  mapThumbnail(item, columns, rows).then((canvas) => {
    if (gone) return;
    enlarge(canvas, canvas.width, canvas.height, zoom);
    stage.append(canvas);
  });
  return () => (gone = true);
}

function drawAnimation(item, stage) {
  const canvas = canvasOf(...item.sheet.cell);
  const context = canvas.getContext("2d");
  const player = new Player(tellingTag(item.tags));
  let image = null;
  place(canvas, stage, ...item.sheet.cell);
  const show = () => {
    if (!image) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    drawCell(context, image, item.sheet, player.cell);
  };
  picture(item.sheet.pic).then((loaded) => ((image = loaded), show()), () => empty(stage, "cannot be shown"));
  if (view.still) return () => {};
  return everyFrame((passed) => player.advance(passed) && show());
}

/** The tag that tells most at a glance: walking down rather than standing. */
export function tellingTag(tags) {
  return tags.find((tag) => /^walk.*down/.test(tag.name)) ?? tags.find((tag) => /walk|run|attack/.test(tag.name)) ?? tags[0];
}
