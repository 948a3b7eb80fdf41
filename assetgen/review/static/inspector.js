// One entry, large: its views on the left, what is told of it on the right.

import { bringNotices, el, find, iconButton } from "./dom.js";
import { autotileView } from "./autotile.js";
import { cards } from "./cards.js";
import { sectionsOf, notedTiles } from "./facts.js";
import { shownLabels } from "./filters.js";
import { mapView } from "./map.js";
import { animationView, atlasView, paletteView, pictureView, tilesView } from "./stage.js";
import { gallery, onView, setView, STATUS, view } from "./store.js";
import { canWalk, walkView } from "./walk.js";

const state = { label: null, view: null, tab: null, opener: null };
export const inspected = state;
let live = null;

/** Gives the inspector the actions of a server. */
export function useLive(actions) {
  live = actions;
}

function viewsOf(item) {
  if (item.kind === "palette") return { Colours: () => paletteView(item) };
  if (item.kind === "atlas") return item.pages.length ? { Pages: () => atlasView(item) } : {};
  if (!item.sheet) return {};
  if (item.tags) {
    const views = { Play: () => animationView(item) };
    if (canWalk(item)) views.Walk = () => walkView(item, gallery.assets.filter((asset) => asset.tiles));
    return views;
  }
  if (item.tiles) {
    const views = { Map: () => mapView(item), Tiles: () => tilesView(item, notedTiles(item)) };
    if (item.sheets?.length) views.Autotile = () => autotileView(item);
    return views;
  }
  return { Picture: () => pictureView(item.sheet, { pivot: item.pivot, hitbox: item.hitbox, nine: item.nine }) };
}

export function open(label, tab = null) {
  const dialog = find("#inspector");
  const entry = cards.get(label) ?? [...cards.values()].find(({ item }) => item.asset === label);
  if (!entry) return;
  leaveView();
  const item = entry.item;
  if (!dialog.open) state.opener = document.activeElement;
  state.label = item.label;
  const views = viewsOf(item);
  const names = Object.keys(views);
  const stage = el("div", { class: "stage", tabindex: "-1" });
  const tools = el("div", { class: "stage-tools" });
  const tabs = el("div", { class: "tabs", role: "tablist", "aria-label": "Views" }, names.map((name) => el("button", { type: "button", role: "tab", class: "tab", data: { tab: name }, on: { click: () => show(name) } }, name)));
  const [status, tone] = STATUS[item.status] ?? [null, null];

  function show(name) {
    leaveView();
    state.tab = name;
    for (const button of tabs.children) button.setAttribute("aria-selected", String(button.dataset.tab === name));
    const made = views[name]();
    state.view = made;
    stage.replaceChildren(made.node);
    tools.replaceChildren(made.tools);
    made.resize();
    made.focus?.();
  }

  dialog.replaceChildren(
    el("header", { class: "inspector-head" },
      iconButton("left", "Previous (K)", () => go(-1)), iconButton("right", "Next (J)", () => go(1)),
      el("h2", { id: "inspected", class: "name", text: item.name }), el("span", { class: "badge", data: { tone: "quiet" }, text: item.kind }),
      status && item.status !== "current" ? el("span", { class: "badge", data: { tone }, text: status, title: item.reason }) : "",
      names.length > 1 ? tabs : "", iconButton("close", "Close (Esc)", close, { class: "icon-button close" })),
    el("div", { class: "inspector-body" },
      el("div", { class: "viewer" }, stage, tools),
      el("aside", { class: "beside", "aria-label": `About ${item.name}` }, sectionsOf(item, open, live))));
  if (!dialog.open) dialog.showModal();
  bringNotices();
  if (names.length) show(names.includes(tab) ? tab : names[0]);
  else stage.append(el("p", { class: "nothing", text: item.reason || "There is no picture yet." }));
  if (!state.view?.focus) stage.focus({ preventScroll: true });
  history.replaceState(null, "", `#${encodeURIComponent(item.label)}`);
}

/** Shows the entry again with new data, without losing the place. */
export function reopen() {
  if (!find("#inspector").open) return;
  cards.has(state.label) ? open(state.label, state.tab) : close();
}

function leaveView() {
  state.view?.leave();
  state.view = null;
}

export function close() {
  find("#inspector").close();
}

export function go(by) {
  const labels = shownLabels();
  const at = labels.indexOf(state.label);
  if (labels.length) open(labels[(at + by + labels.length) % labels.length]);
}

export function startInspector() {
  const dialog = find("#inspector");
  document.addEventListener("close", bringNotices, true);
  dialog.addEventListener("close", () => {
    leaveView();
    history.replaceState(null, "", location.pathname + location.search);
    // Whoever has gone on to something else already is not called back.
    const here = document.activeElement;
    const elsewhere = here && here !== document.body && here !== state.opener && !dialog.contains(here);
    if (!elsewhere) (cards.get(state.label)?.card.querySelector(".card-open") ?? state.opener)?.focus();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = { j: () => go(1), k: () => go(-1), "+": () => state.view?.zoom?.(1), "=": () => state.view?.zoom?.(1), "-": () => state.view?.zoom?.(-1), 0: () => state.view?.zoom?.(0), b: nextBackground, ...state.view?.keys };
    const onButton = event.target.closest("button") && (event.key === " " || event.key === "Enter");
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || onButton) {
      if (live && /^[1-9]$/.test(event.key)) live.pickNumber(cards.get(state.label)?.item, Number(event.key));
      return;
    }
    action();
    event.preventDefault();
  });
  addEventListener("resize", () => state.view?.resize());
  onView((changed) => changed.includes("background") && state.view?.resize());
}

const GROUNDS = ["checker", "dark", "light", "custom"];
export function nextBackground() {
  setView({ background: GROUNDS[(GROUNDS.indexOf(view.background) + 1) % GROUNDS.length] });
}
