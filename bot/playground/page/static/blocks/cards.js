// alert, card, carousel, container.

import { h, icon, svg, uid } from "../lib/dom.js";
import { element } from "./elements.js";
import { richNodes } from "./rich.js";
import { picture, words, wordsOf } from "./text.js";

const SIGNS = { warning: "warning", error: "warning", success: "check" };
const INFO = "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.6v.1";
const LEVELS = ["default", "info", "warning", "error", "success"];

export function alertBlock(block, sheet) {
  const level = LEVELS.includes(block.level) ? block.level : "default";
  const role = level === "error" || level === "warning" ? "alert" : "status";
  return h("div", { class: `block b-alert is-${level}`, role }, sign(level), h("div", { class: "words" }, words(block.text, sheet.surface)));
}

function sign(level) {
  if (SIGNS[level]) return icon(SIGNS[level]);
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: INFO }));
}

export function card(block, sheet) {
  const names = sheet.surface;
  const part = (text, className) => text && h("div", { class: `words ${className}` }, words(text, names));
  const head = (block.icon || block.title || block.subtitle) && h(
    "div",
    { class: "card-head" },
    block.icon && picture(block.icon, "card-icon"),
    h("div", { class: "card-titles" }, part(block.title, "card-title"), part(block.subtitle, "card-subtitle")),
  );
  const buttons = block.actions?.length && h("div", { class: "card-actions" }, block.actions.map((one) => element(block, one, sheet, {})));
  return h(
    "article",
    { class: "block b-card", "aria-label": wordsOf(block.title, names) || undefined },
    block.hero_image && picture(block.hero_image, "card-hero"),
    head,
    part(block.body, "card-body"),
    buttons,
  );
}

export function carousel(block, sheet, draw) {
  const cards = (block.elements ?? []).map((one) => h("li", { class: "carousel-place" }, draw(one, sheet)));
  const track = h("ul", { class: "carousel-track", tabindex: "0", "aria-label": "Cards", on: { scroll: turned } }, cards);
  const turn = (name, by) =>
    h("button", { type: "button", class: "icon-button carousel-turn", "aria-label": name, on: { click: () => track.scrollBy({ left: by * track.clientWidth * 0.8, behavior: "smooth" }) } }, icon(by < 0 ? "back" : "next"));
  const back = turn("Earlier cards", -1);
  const next = turn("Later cards", 1);
  function turned() {
    const rest = track.scrollWidth - track.clientWidth - track.scrollLeft;
    back.disabled = track.scrollLeft < 2;
    next.disabled = rest < 2;
    turns.hidden = track.scrollWidth - track.clientWidth < 2;
  }
  const turns = h("div", { class: "carousel-turns" }, back, next);
  new ResizeObserver(turned).observe(track);
  return h("div", { class: "block b-carousel" }, track, turns);
}

export function container(block, sheet, draw) {
  const names = sheet.surface;
  const inside = uid("container");
  const title = block.rich_text_title ? richNodes(block.rich_text_title, names) : words(block.title, names);
  const said = h(
    "div",
    { class: "container-titles" },
    h("div", { class: "container-title words" }, title),
    block.subtitle && h("div", { class: "container-subtitle words" }, words(block.subtitle, names)),
  );
  const sign = block.icon && picture(block.icon, "card-icon");
  const children = h("div", { class: "container-inside blocks", id: inside }, (block.child_blocks ?? []).map((one) => draw(one, sheet)));
  const whole = h("section", { class: `block b-container width-${block.width ?? "standard"}` });
  if (!block.is_collapsible) {
    whole.append(h("div", { class: `container-head${block.has_header_divider ? " ruled" : ""}` }, sign, said), children);
    return whole;
  }
  const id = JSON.stringify([block.block_id, "", "fold"]);
  const fold = (isFolded) => {
    children.hidden = isFolded;
    head.setAttribute("aria-expanded", String(!isFolded));
  };
  const head = h(
    "button",
    { type: "button", class: "container-head", "aria-controls": inside, dataset: { focus: id }, on: { click: () => fold(!children.hidden) } },
    sign,
    said,
    icon("down"),
  );
  fold(Boolean(block.default_collapsed));
  whole.append(head, children);
  return whole;
}
