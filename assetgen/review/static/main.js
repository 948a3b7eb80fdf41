// Puts the page together.

import { find, findAll } from "./dom.js";
import { buildCards } from "./cards.js";
import { buildFilters, filter, startSearch } from "./filters.js";
import { inspected, open, reopen, startInspector } from "./inspector.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { mapOf } from "./terrain.js";
import { applyView, gallery, onView, setView, view } from "./store.js";

function showProject() {
  find("#project").textContent = gallery.project;
}

function startLook() {
  const radios = findAll(".grounds [data-ground]");
  const mark = () => {
    for (const radio of radios) radio.setAttribute("aria-checked", String(radio.dataset.ground === view.background));
    find(".custom").classList.toggle("chosen", view.background === "custom");
    find("#custom").value = view.custom;
    find("#zoom").value = String(view.zoom);
  };
  for (const radio of radios) radio.addEventListener("click", () => setView({ background: radio.dataset.ground }));
  find("#custom").addEventListener("input", (event) => setView({ background: "custom", custom: event.target.value }));
  find("#zoom").addEventListener("change", (event) => setView({ zoom: Number(event.target.value) }));
  find("#theme").addEventListener("click", () => {
    const dark = view.theme === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : view.theme === "dark";
    setView({ theme: dark ? "light" : "dark" });
  });
  onView(mark);
  mark();
}

function render() {
  showProject();
  buildCards(open);
  buildFilters();
  filter();
}

applyView();
startLook();
startSearch();
startInspector();
startKeys();
render();
startLive(() => {
  render();
  reopen();
});
if (location.hash.length > 1) open(decodeURIComponent(location.hash.slice(1)));
addEventListener("hashchange", () => location.hash.length > 1 && open(decodeURIComponent(location.hash.slice(1))));
globalThis.assetgen = { gallery, open, mapOf, inspected };
document.documentElement.dataset.ready = "true";
