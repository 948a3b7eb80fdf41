// The project's data, and how the person wants to see it (kept in this browser where that is allowed).

import { find } from "./dom.js";

export const gallery = JSON.parse(find("#gallery").textContent);

const KEPT = "assetgen-gallery";
const defaults = { background: "checker", custom: "#4a7a58", zoom: 0, theme: "auto", still: false };

function read() {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };
  } catch {
    return { ...defaults };
  }
}

export const view = read();
if (globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches) view.still = true;

const listeners = new Set();

/** Called with the names of what changed. */
export function onView(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function setView(changes) {
  Object.assign(view, changes);
  try {
    localStorage.setItem(KEPT, JSON.stringify(view));
  } catch {
    // A page that may keep nothing still works.
  }
  applyView();
  for (const listener of listeners) listener(Object.keys(changes));
}

export function applyView() {
  const root = document.documentElement;
  root.dataset.background = view.background;
  root.style.setProperty("--custom-background", view.custom);
  if (view.theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = view.theme;
}

export const KINDS = ["sprite", "animation", "tileset", "palette", "atlas"];
export const KIND_TITLES = { sprite: "Sprites", animation: "Animations", tileset: "Tilesets", palette: "Palettes", atlas: "Atlases" };

/** Everything that has a card, in the order of the page. */
export function items() {
  const sorted = { sprite: [], animation: [], tileset: [] };
  for (const asset of gallery.assets) sorted[asset.kind].push(asset);
  const palettes = gallery.palettes.map((palette) => ({ ...palette, kind: "palette", label: `palette:${palette.name}` }));
  const atlases = gallery.atlases.map((atlas) => ({ ...atlas, kind: "atlas", label: `atlas:${atlas.name}` }));
  return [...sorted.sprite, ...sorted.animation, ...sorted.tileset, ...palettes, ...atlases].map((item) => ({ label: item.name, ...item }));
}

export const STATUS = {
  current: ["Up to date", "good"],
  new: ["Not built", "quiet"],
  stale: ["Out of date", "warn"],
  waiting: ["Waiting", "warn"],
  lost: ["Lost", "bad"],
  rejected: ["Refused reply", "bad"],
  failed: ["Failed", "bad"],
  drifted: ["Changed by hand", "warn"],
  adopted: ["Adopted", "good"],
  pinned: ["Pinned", "good"],
};

/** The filters that an item answers to, as [id, title]. */
export function traits(item) {
  const found = [];
  const add = (id, title) => found.push([id, title]);
  if (item.status && item.status !== "current") add(`status:${item.status}`, STATUS[item.status][0]);
  const flags = new Set(item.flags ?? []);
  if (flags.has("unpicked")) add("unpicked", "To pick");
  if (flags.has("placeholder")) add("placeholder", "Placeholder");
  if (flags.has("adopted") || flags.has("override")) add("adopted", "Retouched");
  if (item.findings?.length) add("findings", "Findings");
  if (item.reviewed?.state === "approved" && item.reviewed.same) add("approved", "Approved");
  else if (item.reviewed?.state === "rejected" && item.reviewed.same) add("turned-down", "Rejected");
  else if (item.kind && ["sprite", "animation", "tileset"].includes(item.kind) && item.style) add("unreviewed", "To review");
  return found;
}
