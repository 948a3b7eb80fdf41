// What needs a server: choosing, rolling again, adopting, approving, editing prompts, and progress as it comes.

import { el, find, icon, noticeBox, say } from "./dom.js";
import { section } from "./facts.js";
import { useLive } from "./inspector.js";
import { gallery } from "./store.js";

const base = new URL(".", location.href);
let refresh = () => {};

/** Starts the live part where the page came from a server; `again` draws everything anew. */
export function startLive(again) {
  if (!gallery.live) return;
  refresh = again;
  useLive({ decide, retouch, pick, pickNumber, choose, promptButton });
  showSession();
  const events = new EventSource(new URL("events", base));
  events.addEventListener("changed", () => reload());
  events.addEventListener("progress", (event) => showProgress(JSON.parse(event.data)));
  events.addEventListener("error", () => setConnected(false));
  events.addEventListener("open", () => setConnected(true));
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
}

function setConnected(connected) {
  const note = find("#live");
  note.hidden = false;
  note.dataset.tone = connected ? "good" : "bad";
  note.textContent = connected ? sessionText() : "offline";
  note.title = connected ? "" : "The server has ended: start it again and open the address that it prints";
}

function sessionText() {
  const { spent, cap } = gallery.live;
  return cap ? `${spent} of ${cap} spent` : spent ? `${spent} spent` : "live";
}

function showSession() {
  setConnected(true);
  const { actions, cost } = gallery.plan;
  const button = find("#build");
  button.hidden = !actions;
  button.textContent = cost ? `Build · ${cost}` : "Build";
  button.title = `${actions} thing${actions === 1 ? "" : "s"} to do${cost ? "" : ", for nothing"}`;
  button.onclick = buildAll;
}

async function buildAll() {
  const { actions, buy, cost } = gallery.plan;
  const yes = !cost || (await ask("Build everything?", [`${actions} things are to be done; ${buy} of them are asked of the provider.`, `That costs ${cost}.`], `Spend ${cost}`));
  if (yes) await post("build", { price: cost ?? "nothing" });
}

let trouble = null;
/** Says why the project cannot be looked at, for as long as that is so. The page stays as it was. */
function showTrouble(text) {
  if (trouble && !text) say("Mended", "good");
  trouble?.remove();
  trouble = text ? el("div", { class: "toast trouble", data: { tone: "bad" }, text }) : null;
  if (trouble) noticeBox("#toasts").append(trouble);
}

let reloading = null;
function reload() {
  reloading ??= (async () => {
    const answer = await fetch(new URL("gallery.json", base));
    const fresh = await answer.json();
    reloading = null;
    showTrouble(answer.ok ? null : fresh.error);
    if (!answer.ok) return;
    Object.assign(gallery, fresh);
    showSession();
    refresh();
  })().catch(() => (reloading = null));
  return reloading;
}

async function post(what, body, raw = null) {
  const address = new URL(`do/${what}`, base);
  if (raw) for (const [key, value] of Object.entries(body)) if (value) address.searchParams.set(key, value);
  const headers = { "X-Assetgen": "review", "Content-Type": raw ? "application/octet-stream" : "application/json" };
  let answer;
  try {
    answer = await fetch(address, { method: "POST", headers, body: raw ?? JSON.stringify(body) });
  } catch {
    say("The server does not answer: is 'assetgen review' still running?", "bad");
    return null;
  }
  const told = await answer.json().catch(() => ({ error: `The server answered ${answer.status}` }));
  if (!answer.ok) {
    say(told.error ?? "That did not work", "bad");
    return null;
  }
  if (told.message) say(told.message, told.tone ?? "good");
  if (told.changed) await reload();
  return told;
}

// -- actions of one asset -------------------------------------------------------

function pick(item, number) {
  return post("pick", { asset: item.asset, number });
}

function pickNumber(item, number) {
  if (item?.candidates?.some((candidate) => candidate.n === number)) pick(item, number);
}

function choose(item, take) {
  return post("take", { asset: item.asset, take });
}

const isAsset = (item) => ["sprite", "animation", "tileset"].includes(item.kind);

function retouch(item) {
  return isAsset(item) && !item.override ? [section("Retouched it?", dropZone(item))] : [];
}

function decide(item) {
  if (!isAsset(item)) return [];
  const made = Boolean(item.sheet);
  const generated = Boolean(item.style) || item.source === "edit";
  const button = (name, iconName, click, props = {}) => el("button", { type: "button", class: "button", on: { click }, ...props }, icon(iconName), name);
  const approved = item.reviewed?.same && item.reviewed.state === "approved";
  const turnedDown = item.reviewed?.same && item.reviewed.state === "rejected";
  const row = el("div", { class: "actions" },
    made ? button("Approve", "check", () => post("review", { asset: item.asset, verdict: "approved" }), { "aria-pressed": approved, data: { tone: "good" } }) : "",
    made ? button("Reject", "close", () => post("review", { asset: item.asset, verdict: "rejected" }), { "aria-pressed": turnedDown, data: { tone: "bad" } }) : "",
    generated ? button(item.next ? `Another take · ${item.next}` : "Another take", "dice", () => reroll(item)) : "",
    item.adopted ? button("Drop the retouched file", "trash", () => post("drop", { asset: item.asset })) : "",
    item.status === "drifted" ? button("Adopt the change", "upload", () => post("adopt-output", { asset: item.asset })) : "");
  return [section("Decide", row)];
}

async function reroll(item) {
  const price = await post("price", { asset: item.asset });
  if (!price) return;
  const text = price.free ? "Another take costs nothing here." : `Another take costs ${price.price}.`;
  const yes = await ask(`Another take of ${item.asset}?`, [text, price.note, "The take of now stays, and can be chosen again for nothing."], price.free ? "Roll again" : `Spend ${price.price}`);
  if (yes) await post("reroll", { asset: item.asset, price: price.price });
}

function dropZone(item) {
  const input = el("input", { type: "file", accept: "image/png,image/gif,image/webp", class: "sr", "aria-label": `Adopt a retouched picture for ${item.asset}` });
  const stage = el("select", { "aria-label": "Stage" }, [["", "by its size"], ["final", "finished as it is"], ["original", "through the recipe"]].map(([value, text]) => el("option", { value, text })));
  const zone = el("label", { class: "drop" }, input, icon("upload"), el("span", {}, "Drop a retouched picture here, or ", el("u", { text: "choose one" })));
  const take = (file) => file && post("adopt", { asset: item.asset, stage: stage.value, name: file.name }, file);
  input.addEventListener("change", () => take(input.files[0]));
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => (event.preventDefault(), zone.classList.add("over")));
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(event.dataTransfer.files[0]);
  });
  return el("div", { class: "adopt" }, zone, el("label", { class: "labelled" }, "Taken as", stage));
}

// -- prompts ----------------------------------------------------------------------

function promptButton(item) {
  return el("button", { type: "button", class: "button", on: { click: () => editPrompt(item) } }, icon("pencil"), "Edit the prompt");
}

async function editPrompt(item) {
  const source = await post("prompt-source", { asset: item.asset });
  if (!source) return;
  const dialog = find("#question");
  const area = el("textarea", { rows: 4, "aria-label": "Prompt", spellcheck: "true" });
  area.value = source.text;
  const difference = el("pre", { class: "diff", "aria-label": "What is written to the manifest", "aria-live": "polite" });
  const note = el("p", { class: "hint" });
  const write = el("button", { type: "button", class: "button primary", disabled: true }, "Write to the manifest");
  let wanted = 0;
  area.addEventListener("input", async () => {
    const mine = (wanted += 1);
    write.disabled = true;
    const shown = await post("prompt-diff", { asset: item.asset, text: area.value });
    if (!shown || mine !== wanted) return;
    difference.replaceChildren(...shown.diff.map((line) => el("span", { class: line[0] === "+" ? "plus" : line[0] === "-" ? "minus" : "same", text: `${line}\n` })));
    note.textContent = shown.note;
    write.disabled = !shown.diff.length;
  });
  write.addEventListener("click", async () => {
    const done = await post("prompt", { asset: item.asset, text: area.value, digest: source.digest });
    if (done) dialog.close();
  });
  const shared = source.shared.length > 1 ? el("p", { class: "hint", text: `One entry stands for ${source.shared.join(", ")}: all of them change.` }) : "";
  dialog.replaceChildren(el("h2", { text: `Prompt of ${item.asset}` }), el("p", { class: "hint mono", text: source.position }), shared, area, difference, note,
    el("div", { class: "answers" }, el("button", { type: "button", class: "button", on: { click: () => dialog.close() } }, "Cancel"), write));
  dialog.showModal();
  area.focus();
}

/** Asks a question; true for yes. */
function ask(title, lines, yes) {
  const dialog = find("#question");
  return new Promise((resolve) => {
    let answer = false;
    const confirm = el("button", { type: "button", class: "button primary", on: { click: () => ((answer = true), dialog.close()) } }, yes);
    dialog.replaceChildren(el("h2", { text: title }), ...lines.filter(Boolean).map((text) => el("p", { text })), el("div", { class: "answers" }, el("button", { type: "button", class: "button", autofocus: true, on: { click: () => dialog.close() } }, "Cancel"), confirm));
    dialog.addEventListener("close", () => resolve(answer), { once: true });
    dialog.showModal();
  });
}

// -- progress ---------------------------------------------------------------------

const underWay = new Map();

function showProgress(event) {
  const box = noticeBox("#activity");
  if (event.what === "started") underWay.set(event.asset, event.text);
  else if (event.what === "finished" || event.what === "failed") underWay.delete(event.asset);
  if (event.what === "failed") say(`${event.asset}: ${event.text}`, "bad");
  if (event.what === "note") say(event.text);
  if (event.what === "begin") box.dataset.title = event.text;
  if (event.what === "end") underWay.clear();
  const lines = [...underWay].slice(0, 4).map(([asset, text]) => el("li", {}, el("b", { class: "mono", text: asset }), ` ${text}`));
  box.hidden = event.what === "end";
  box.replaceChildren(el("span", { class: "spinner" }), el("div", {}, el("b", { text: box.dataset.title ?? "Working" }), el("ul", {}, lines)));
}
