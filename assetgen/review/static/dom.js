// Elements without a framework: el("div", {class: "card", on: {click}}, child, "text").

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  setProps(node, props);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function setProps(node, props) {
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined) continue;
    if (key.startsWith("aria-")) node.setAttribute(key, String(value));
    else if (value === false) continue;
    else if (key === "class") node.className = value;
    else if (key === "text") node.textContent = value;
    else if (key === "data") Object.assign(node.dataset, value);
    else if (key === "style") for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
    else if (key === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else node.setAttribute(key, value === true ? "" : value);
  }
}

export const find = (selector, root = document) => root.querySelector(selector);
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

const SHAPES = {
  play: "M5 3.5v9l7.5-4.5z",
  pause: "M4.5 3.5h2.4v9H4.5zM9.1 3.5h2.4v9H9.1z",
  prev: "M11.5 3.5 5.6 8l5.9 4.5zM4 3.5h1.5v9H4z",
  next: "M4.5 3.5 10.4 8l-5.9 4.5zM10.5 3.5H12v9h-1.5z",
  left: "M9.8 3.2 5 8l4.8 4.8 1-1L7 8l3.8-3.8z",
  right: "M6.2 3.2 11 8l-4.8 4.8-1-1L9 8 5.2 4.2z",
  close: "m4.2 3.2 3.8 3.8 3.8-3.8 1 1L9 8l3.8 3.8-1 1L8 9l-3.8 3.8-1-1L7 8 3.2 4.2z",
  check: "M13 4.2 6.4 11.6 3 8.4l1-1 2.3 2.1L12 3.2z",
  warn: "M8 1.8 15 14H1zM7.3 6v4h1.4V6zm0 5.2v1.4h1.4v-1.4z",
  dice: "M2.5 2.5h11v11h-11zM4 4v8h8V4zm1.2 1.2h1.7v1.7H5.2zm3.9 0h1.7v1.7H9.1zM7.1 7.1h1.8v1.8H7.1zM5.2 9.1h1.7v1.7H5.2zm3.9 0h1.7v1.7H9.1z",
  pencil: "m10.9 2.2 2.9 2.9-7.9 7.9-3.6.7.7-3.6zM4.3 10.7l-.3 1.3 1.3-.3 6.4-6.4-1-1z",
  upload: "M7.3 10.5V4.9L5.2 7l-1-1L8 2.2 11.8 6l-1 1-2.1-2.1v5.6zM3 9.5v3.2h10V9.5h1.4v4.6H1.6V9.5z",
  trash: "M6 2h4v1.2h3.4v1.3H2.6V3.2H6zM3.7 5.6h8.6l-.6 8.4H4.3z",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onClick, props = {}) {
  return el("button", { class: "icon-button", type: "button", "aria-label": label, title: label, on: { click: onClick }, ...props }, icon(name));
}

const noticeBoxes = {};

/** A box of notices, where it is seen and heard: whatever lies outside an open dialog is neither. */
export function noticeBox(id) {
  const box = (noticeBoxes[id] ??= find(id));
  const host = findAll("dialog[open]").at(-1) ?? document.body;
  if (box.parentElement !== host) host.append(box);
  return box;
}

/** Brings all notices to where they are seen: a dialog was opened, filled anew or closed. */
export function bringNotices() {
  for (const id of ["#activity", "#toasts"]) noticeBox(id);
}

/** Says something to people, on screen and to screen readers. */
export function say(text, tone = "plain") {
  const box = noticeBox("#toasts");
  const toast = el("div", { class: "toast", data: { tone }, text });
  box.append(toast);
  setTimeout(() => toast.classList.add("leaving"), tone === "bad" ? 8000 : 3600);
  setTimeout(() => toast.remove(), tone === "bad" ? 8400 : 4000);
}
