// Search, and filters by kind and status.

import { el, find, findAll } from "./dom.js";
import { allPlaceholders, cards } from "./cards.js";
import { items, KIND_TITLES, KINDS, traits } from "./store.js";

const chosen = { words: "", kinds: new Set(), traits: new Set() };
const ORDER = ["unpicked", "unreviewed", "approved", "turned-down", "findings", "placeholder", "adopted"];

export function buildFilters() {
  const counts = new Map();
  const titles = new Map();
  for (const item of items()) {
    for (const [id, title] of [[`kind:${item.kind}`, KIND_TITLES[item.kind]], ...traits(item)]) {
      counts.set(id, (counts.get(id) ?? 0) + 1);
      titles.set(id, title);
    }
  }
  for (const id of [...chosen.traits]) if (!counts.has(id)) chosen.traits.delete(id);
  const statuses = [...counts.keys()].filter((id) => id.startsWith("status:"));
  const rest = ORDER.filter((id) => counts.has(id));
  find("#filters").replaceChildren(
    group("Kind", KINDS.filter((kind) => counts.has(`kind:${kind}`)).map((kind) => chip(`kind:${kind}`, KIND_TITLES[kind], counts.get(`kind:${kind}`), chosen.kinds, kind))),
    group("Status", [...statuses, ...rest].map((id) => chip(id, titles.get(id), counts.get(id), chosen.traits, id))));
}

function group(title, chips) {
  if (!chips.length) return "";
  return el("div", { class: "filter-group", role: "group", "aria-label": title }, el("h2", { text: title }), chips);
}

function chip(id, title, count, set, value) {
  const button = el("button", { type: "button", class: "filter", data: { filter: id }, "aria-pressed": set.has(value) },
    el("span", { text: title }), el("span", { class: "count", text: count }));
  button.addEventListener("click", () => {
    set.has(value) ? set.delete(value) : set.add(value);
    button.setAttribute("aria-pressed", String(set.has(value)));
    filter();
  });
  return button;
}

/** Shows what fits: every word of the search, one of the kinds, one of the statuses. */
export function filter() {
  const words = chosen.words.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { item, card, text, traits: has } of cards.values()) {
    const fits = words.every((word) => text.includes(word)) && (!chosen.kinds.size || chosen.kinds.has(item.kind)) && (!chosen.traits.size || [...chosen.traits].some((id) => has.has(id)));
    card.hidden = !fits;
    shown += fits;
  }
  for (const section of findAll("section.kind")) {
    const count = findAll(".card:not([hidden])", section).length;
    section.hidden = count === 0;
    find(".count", section).textContent = count;
  }
  const all = shown === cards.size;
  const note = allPlaceholders() ? " · placeholders: nothing was bought yet" : "";
  find("#found").textContent = (all ? `${shown} entries` : `${shown} of ${cards.size} entries`) + note;
  find("#nothing").hidden = shown > 0;
}

export function clearFilters() {
  chosen.words = "";
  chosen.kinds.clear();
  chosen.traits.clear();
  find("#search").value = "";
  for (const button of findAll(".filter")) button.setAttribute("aria-pressed", "false");
  filter();
}

export function startSearch() {
  const input = find("#search");
  input.addEventListener("input", () => {
    chosen.words = input.value;
    filter();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value) {
      input.value = "";
      chosen.words = "";
      filter();
      event.stopPropagation();
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      find(".card:not([hidden]) .card-open")?.focus();
      event.preventDefault();
    }
  });
  find("#clear").addEventListener("click", clearFilters);
}

/** Labels of the cards that are shown, in order. */
export function shownLabels() {
  return [...cards.values()].filter(({ card }) => !card.hidden).map(({ item }) => item.label);
}
