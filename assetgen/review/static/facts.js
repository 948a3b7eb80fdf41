// What is told beside the large view: prompt, findings, candidates, takes, and the plain facts.

import { el, icon } from "./dom.js";
import { canvasOf, drawCell, enlarge, fitting, picture } from "./pixels.js";
import { STATUS } from "./store.js";

/** The sections of an item. `open(label)` goes to another entry, `live` holds actions where there is a server. */
export function sectionsOf(item, open, live) {
  const sections = [];
  if (live) sections.push(...live.decide(item));
  if (item.candidates?.length) sections.push(candidatesSection(item, live));
  if (item.prompt || item.outside) sections.push(promptSection(item, live));
  if (live) sections.push(...live.retouch(item));
  if (item.findings?.length) sections.push(findingsSection(item));
  if (item.takes?.length) sections.push(takesSection(item, live));
  sections.push(factsSection(item, open));
  return sections;
}

export function section(title, ...content) {
  return el("section", { class: "facts" }, el("h3", { text: title }), content);
}

function thumbnail(pic, size, box) {
  if (!pic) return el("span", { class: "none", text: "not here" });
  const canvas = canvasOf(...size);
  const most = Math.max(...size);
  if (most <= box) enlarge(canvas, ...size, fitting(...size, box, box, 6));
  else for (const [side, length] of [["width", size[0]], ["height", size[1]]]) canvas.style[side] = `${(length * box) / most}px`;
  picture(pic).then((image) => drawCell(canvas.getContext("2d"), image, { cell: size, columns: 1 }, 0));
  return canvas;
}

function candidatesSection(item, live) {
  const provisional = item.candidates.some((candidate) => candidate.provisional);
  const list = el("ul", { class: "candidates" }, item.candidates.map((candidate) => {
    const inner = [thumbnail(candidate.pic, candidate.size, 128), el("span", { class: "number", text: candidate.n }), candidate.chosen ? el("span", { class: "badge", data: { tone: candidate.provisional ? "quiet" : "good" }, text: candidate.provisional ? "first" : "chosen" }) : ""];
    const label = `Candidate ${candidate.n}${candidate.chosen ? ", chosen" : ""}`;
    const props = { class: "candidate", "aria-label": label, data: { n: candidate.n } };
    const node = live ? el("button", { type: "button", ...props, "aria-pressed": candidate.chosen && !candidate.provisional, on: { click: () => live.pick(item, candidate.n) } }, inner) : el("div", props, inner);
    return el("li", {}, node);
  }));
  const hint = provisional ? `Nobody has picked: number 1 stands in until then.` : null;
  return section("Candidates", list, hint && el("p", { class: "hint", text: hint }), !live && provisional ? el("p", { class: "hint" }, "In a shell: ", el("code", { text: `assetgen pick ${item.asset} N` })) : "");
}

function promptSection(item, live) {
  const text = el("p", { class: "prompt", text: item.prompt ?? "" });
  const more = item.outside ? el("p", { class: "prompt outside" }, el("span", { class: "hint", text: "outside: " }), item.outside) : "";
  return section("Prompt", text, more, live ? live.promptButton(item) : "");
}

function findingsSection(item) {
  return section("Findings", el("ul", { class: "findings" }, item.findings.map((finding) =>
    el("li", { data: { tone: finding.level === "error" ? "bad" : "warn" } }, icon("warn"), el("span", {}, el("b", { text: finding.check }), ` ${finding.message}`)))));
}

function takesSection(item, live) {
  return section("Takes", el("ol", { class: "takes" }, item.takes.map((take) => {
    const told = [take.date.slice(0, 10), take.price, take.adopted ? "retouched" : null, take.count > 1 ? `${take.count} candidates` : null].filter(Boolean).join(" · ");
    const choose = live && !take.current ? el("button", { type: "button", class: "button", on: { click: () => live.choose(item, take.take) } }, "Use this") : take.current ? el("span", { class: "badge", data: { tone: "good" }, text: "now" }) : "";
    return el("li", {}, thumbnail(take.pic, take.size, 56), el("div", {}, el("b", { text: `Take ${take.take}` }), el("p", { class: "hint", text: told }), el("p", { class: "hint", text: take.prompt })), choose);
  })));
}

function factsSection(item, open) {
  const rows = [];
  const add = (name, value) => value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && !value.length) && rows.push([name, value]);
  const links = (names) => (names?.length ? names.map((name) => el("button", { type: "button", class: "link mono", on: { click: () => open(name) } }, name)) : null);
  if (item.status) add("Status", `${STATUS[item.status][0]}${item.reason ? `: ${item.reason}` : ""}`);
  if (item.reviewed) add("Review", `${item.reviewed.state} on ${item.reviewed.date.slice(0, 10)}${item.reviewed.same ? "" : ", but it looks different now"}`);
  add("Size", item.size?.join(" × "));
  add("Style", item.style);
  if (item.source === "file" || item.source === "edit" || item.source === "copy") add(item.source === "edit" ? "Edit of" : item.source === "copy" ? "Copy of" : "File", item.of);
  add("Price", item.price);
  add(item.price ? "Bought" : "Made", item.date ? `${item.date.slice(0, 16).replace("T", " ")} UTC` : null);
  add("From", item.realm);
  add("Model", item.model);
  add("Seed", item.seed);
  add("Pivot", item.pivot?.join(", "));
  add("Terrains", item.terrains?.join(", "));
  add("Retouched", item.adopted ? `${item.adopted.file} (${item.adopted.stage})` : item.override);
  add("Palette", item.palette ? links([`palette:${item.palette}`]) : null);
  add("Atlas", item.atlas ? links([`atlas:${item.atlas}`]) : null);
  add("Preset", item.preset?.join(", "));
  add("Made with", links(item.uses ?? item.from));
  add("Used by", links(item.usedBy));
  add("Members", links(item.members));
  add("Left out", item.partial?.join(", "));
  add("Padding", item.padding !== undefined ? `${item.padding} px, extruded by ${item.extrude}` : null);
  add("In the manifest", item.position);
  const table = el("dl", {}, rows.map(([name, value]) => [el("dt", { text: name }), el("dd", {}, value)]));
  const outputs = item.outputs?.length ? el("details", {}, el("summary", { text: `${item.outputs.length} file${item.outputs.length > 1 ? "s" : ""}` }), el("ul", { class: "outputs mono" }, item.outputs.map((path) => el("li", { text: path })))) : "";
  return section("Facts", table, outputs);
}

/** Tile ids that quality findings name. */
export function notedTiles(item) {
  const found = new Set();
  for (const finding of item.findings ?? []) for (const match of finding.message.matchAll(/\b(?:tile|cell) (\d+)/g)) found.add(Number(match[1]));
  return found;
}
