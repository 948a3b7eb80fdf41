// The keyboard of the grid, and the list of all shortcuts.

import { el, find, findAll } from "./dom.js";
import { nextBackground } from "./inspector.js";

const SHORTCUTS = [
  ["/", "Search"], ["Arrow keys", "From card to card"], ["Enter", "Open a card"], ["Esc", "Close, clear the search"],
  ["J  K", "Next and previous entry"], ["B", "Next background"], ["+  −  0", "Larger, smaller, fit"],
  ["Space", "Play or pause"], [",  .", "Step back and on"], ["O", "Onion skin"], ["P", "Pivot"],
  ["Arrow keys", "Walk; move the brush"], ["1 – 9", "Terrain of a map; in review: choose a candidate"],
];

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
    const writing = event.target.closest("input, textarea, select");
    if (event.key === "/" && !writing) {
      find("#search").focus();
      event.preventDefault();
    } else if (event.key === "?" && !writing) showShortcuts();
    else if (event.key === "b" && !writing) nextBackground();
    else if (event.key.startsWith("Arrow") && event.target.matches(".card-open")) moveOn(event);
  });
  find("#help").addEventListener("click", showShortcuts);
}

function moveOn(event) {
  const buttons = findAll(".card:not([hidden]) .card-open").filter((button) => button.offsetParent !== null);
  const here = event.target.getBoundingClientRect();
  const at = buttons.indexOf(event.target);
  let next = null;
  if (event.key === "ArrowRight") next = buttons[at + 1];
  else if (event.key === "ArrowLeft") next = buttons[at - 1];
  else {
    const down = event.key === "ArrowDown";
    const beyond = buttons.map((button) => [button, button.getBoundingClientRect()]).filter(([, box]) => (down ? box.top > here.bottom - 4 : box.bottom < here.top + 4));
    const gap = ([, box]) => Math.abs(box.top - here.top) * 3 + Math.abs(box.left + box.width / 2 - here.left - here.width / 2);
    next = beyond.sort((a, b) => gap(a) - gap(b))[0]?.[0];
    if (!next && !down) next = find("#search");
  }
  if (!next) return;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  event.preventDefault();
}

function showShortcuts() {
  const dialog = find("#shortcuts");
  dialog.replaceChildren(el("h2", { text: "Keyboard" }), el("dl", { class: "shortcuts" }, SHORTCUTS.map(([keys, what]) => [el("dt", {}, keys.split("  ").map((key) => el("kbd", { text: key }))), el("dd", { text: what })])),
    el("div", { class: "answers" }, el("button", { type: "button", class: "button", autofocus: true, on: { click: () => dialog.close() } }, "Close")));
  dialog.showModal();
}
