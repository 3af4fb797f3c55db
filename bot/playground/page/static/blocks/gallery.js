// Draws one view, message or thread, and looks for what went wrong in the drawing.

import { h } from "../lib/dom.js";
import { messageRow } from "../workspace/message.js";
import { renderBlocks } from "./blocks.js";
import { renderModalStack } from "./modal.js";

const HANGING = 8; // px that a space at a line's end may reach out
const ZONE = "Europe/Paris";
const BOT = { id: "UBOT", name: "Patchbay", is_bot: true, tz: ZONE };
const ME = { id: "U012AB3CD", name: "Alice Moreau", is_bot: false, tz: ZONE };
const PEOPLE = [ME, BOT, ...Object.entries({
  U1: "Boris Lindqvist", U2: "Chiara Ogawa", U_EVERYBODY: "Dele Adeyemi", UVIEWER: "Chiara Ogawa", UEDITOR: "Boris Lindqvist", UADMIN: "Emre Kaya",
}).map(([id, name]) => ({ id, name, is_bot: false, tz: ZONE }))];
const CHANNELS = [
  { id: "C012AB3CD", name: "data-alerts", kind: "public" },
  { id: "C1", name: "general", kind: "public" },
];
const byId = (list) => Object.fromEntries(list.map((one) => [one.id, one]));
const acts = window.acts ?? (window.acts = []); // what was told to the server

function surface(named, given = {}) {
  return {
    ...named,
    type: named.kind === "view" ? named.type : "message",
    me: ME,
    people: byId(PEOPLE),
    channels: byId(CHANNELS),
    values: given.values ?? {},
    errors: given.errors ?? {},
    notice: given.notice ?? "",
    now: named.now,
    keep: (values) => answer("keep", { values }),
    act: (block, element, chosen, values) => answer("act", { block, element, chosen, values }),
    suggest: (block, element, query) => answer("suggest", { block, element, query }),
    openLink: (url) => acts.push({ what: "link", url }),
  };
}

/** A test may put functions into `window.answers`. */
async function answer(what, given) {
  acts.push({ what, ...JSON.parse(JSON.stringify(given)) });
  return (await window.answers?.[what]?.(given)) ?? (what === "suggest" ? [] : {});
}

function sight(now) {
  const person = (id) => byId(PEOPLE)[id] ?? { id, name: id, tz: ZONE, is_bot: false };
  return { as: ME.id, me: ME, bot: BOT, person, surface: (named, given) => surface({ ...named, now }, given) };
}

function frames(sample, drawing) {
  const { payload, surface: place, now } = sample;
  if (sample.kind === "view" && place === "modal") return modal([payload], drawing, now);
  if (sample.kind === "blocks" && place === "modal") {
    const title = { type: "plain_text", text: "Part of a modal" };
    return modal([{ type: "modal", title, blocks: payload }], drawing, now);
  }
  if (place === "home") {
    drawing.append(h("div", { class: "home-blocks" }, renderBlocks(payload.blocks, surface({ kind: "view", type: "home", now }))));
    return undefined;
  }
  const given = sample.kind === "blocks" ? [{ text: "A sentence.", blocks: payload }] : [payload].flat();
  const heading = given.length > 1 && h("h2", { class: "thread-head" }, "Thread");
  return drawing.append(...[heading, rows(given, now)].filter(Boolean));
}

function rows(messages, now) {
  const mine = sight(now);
  let before = null;
  return h("ol", { class: "rows" }, messages.map((message, at) => {
    const whole = { user: BOT.id, channel: "C1", ts: String(now + at * 400), ephemeral: false, values: {}, ...message };
    const row = messageRow(mine, whole, { before: before ?? whole, openThread: null, unreadSince: null });
    if (at === 0) row.replaceChildren(...messageRow(mine, { ...whole }, { before: { ...whole, user: "" }, openThread: null, unreadSince: null }).childNodes);
    before = whole;
    return row;
  }));
}

function modal(views, drawing, now) {
  drawing.classList.add("modal-frame");
  showStack(views, now, true);
}

/** As the page does; tests call it again and again with other views. */
function showStack(views, now, still = false) {
  const drawing = document.getElementById("drawing");
  const whole = views.map((view, at) => ({ id: `V${at}`, hash: "1", state: { values: {} }, ...view }));
  renderModalStack(drawing, whole, {
    surface: (view) => surface({ kind: "view", id: view.id, type: "modal", now }, { ...view, values: view.state.values }),
    submit: (view, values) => answer("submit", { view: view.id, values }),
    close: (view, everything) => answer("close", { view: view.id, everything }),
  }, { still });
}

/** Draws it in place of what was there; says what is wrong with it. */
async function draw(sample, theme = "light") {
  document.documentElement.dataset.theme = theme;
  const drawing = h("main", { id: "drawing" });
  document.getElementById("drawing").replaceWith(drawing);
  frames(sample, drawing);
  await new Promise((done) => requestAnimationFrame(done));
  window.scrollTo(0, 0);
  return findings(drawing);
}

function findings(drawing) {
  const strange = [...drawing.querySelectorAll(".unsupported")].map((node) => `unsupported: ${node.textContent}`);
  return [...strange, ...overflows(drawing)];
}

/** What reaches beyond the drawing, or beyond the frame it stands in, and is not scrolled there. */
function overflows(drawing) {
  const found = [];
  const frame = drawing.querySelector(".window, .home-blocks, .rows") ?? drawing;
  const box = frame.getBoundingClientRect();
  for (const node of frame.querySelectorAll("*")) {
    const own = node.getBoundingClientRect();
    const slack = getComputedStyle(node).display === "inline" ? HANGING : 1;
    if (!own.width || (own.right <= box.right + slack && own.left >= box.left - slack)) continue;
    if (!isCut(node, frame)) found.push(`overflow: ${node.className || node.tagName} by ${Math.round(Math.max(own.right - box.right, box.left - own.left))} px: ${node.textContent.slice(0, 60)}`);
  }
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`overflow: the page by ${root.scrollWidth - root.clientWidth} px`);
  return found.slice(0, 5);
}

function isCut(node, frame) {
  for (let outer = node.parentElement; outer && outer !== frame; outer = outer.parentElement) {
    const { overflowX } = getComputedStyle(outer);
    if (overflowX !== "visible") return true;
  }
  return node.closest(".hidden-visually") !== null;
}

Object.assign(window, { draw, findings, showStack });
document.documentElement.dataset.ready = "true";
