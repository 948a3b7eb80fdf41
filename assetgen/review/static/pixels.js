// Pictures by name, decoded when they are first wanted; whole-number zoom in device pixels, so that pixels stay crisp.

import { gallery, view } from "./store.js";

const LIMIT = 800;
const decoded = new Map();

/** A picture as something that canvases draw. */
export function picture(name) {
  let wanted = decoded.get(name);
  if (!wanted) {
    const image = new Image();
    image.src = gallery.pictures[name] ?? `picture/${name}.png`;
    wanted = image.decode().then(() => image);
    wanted.catch(() => decoded.delete(name));
    decoded.set(name, wanted);
    if (decoded.size > LIMIT) decoded.delete(decoded.keys().next().value);
  }
  return wanted;
}

/** Draws cell `index` of a sheet ({pic, cell, columns}) with its top left at x, y. */
export function drawCell(context, image, sheet, index, x = 0, y = 0) {
  const [width, height] = sheet.cell;
  const column = index % sheet.columns;
  const row = Math.floor(index / sheet.columns);
  context.drawImage(image, column * width, row * height, width, height, x, y, width, height);
}

/** A canvas that is as large as what it shows; CSS enlarges it. */
export function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").imageSmoothingEnabled = false;
  return canvas;
}

/** The largest whole zoom (in device pixels) at which width × height fits into a box of CSS pixels; at least 1. */
export function fitting(width, height, boxWidth, boxHeight, most = 16) {
  const density = globalThis.devicePixelRatio || 1;
  const zoom = Math.floor(Math.min((boxWidth * density) / width, (boxHeight * density) / height));
  return Math.max(1, Math.min(zoom, Math.round(most * density)));
}

/** Zoom in device pixels for a wish in CSS pixels (0: what fits). */
export function zoomFor(width, height, boxWidth, boxHeight, wish = view.zoom, most = 16) {
  const density = globalThis.devicePixelRatio || 1;
  return wish ? Math.max(1, Math.round(wish * density)) : fitting(width, height, boxWidth, boxHeight, most);
}

/** Sets a canvas's size on screen: `zoom` device pixels for each of its own. */
export function enlarge(node, width, height, zoom) {
  const density = globalThis.devicePixelRatio || 1;
  node.style.width = `${(width * zoom) / density}px`;
  node.style.height = `${(height * zoom) / density}px`;
}
