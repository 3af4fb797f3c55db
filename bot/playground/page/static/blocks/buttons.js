// Buttons and overflow menus.

import { h, icon, uid } from "../lib/dom.js";
import { focusKey } from "./focus.js";
import { floating } from "./floating.js";
import { press } from "./sheet.js";
import { words, wordsOf } from "./text.js";

export function button(block, element, sheet) {
  const style = element.style ? ` ${element.style}` : "";
  const props = {
    class: `button${style}`,
    "aria-label": element.accessibility_label,
    dataset: { focus: focusKey(block, element, element.value ?? "") },
    on: { click },
  };
  const inside = [h("span", { class: "button-words" }, words(element.text, sheet.surface))];
  function click(event) {
    if (element.url) {
      event.preventDefault();
      sheet.surface.openLink?.(element.url);
    }
    press(sheet, block, element, {}, node);
  }
  const node = element.url
    ? h("a", { ...props, href: element.url, target: "_blank", rel: "noopener noreferrer" }, inside, icon("open"))
    : h("button", { ...props, type: "button" }, inside);
  return node;
}

export function overflow(block, element, sheet, label) {
  const menu = uid("menu");
  const opener = h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": label.text ? `More actions: ${label.text.slice(0, 80)}` : "More actions",
      dataset: { focus: focusKey(block, element) },
    },
    icon("more"),
  );
  const items = (element.options ?? []).map((option) =>
    h(
      "button",
      { type: "button", role: "menuitem", tabindex: "-1", class: "pick-item", on: { click: () => pick(option) } },
      words(option.text, sheet.surface),
      option.description && h("span", { class: "pick-more" }, words(option.description, sheet.surface)),
    ),
  );
  const list = h("div", { class: "pick-menu", role: "menu", id: menu, "aria-label": wordsOf(label.text || "More actions") }, items);
  const float = floating(opener, list, { end: true, closed: () => opener.setAttribute("aria-expanded", "false") });

  function open(at = 0) {
    float.open();
    opener.setAttribute("aria-expanded", "true");
    items.at(at)?.focus();
  }
  function close(back = true) {
    float.close();
    if (back) opener.focus({ preventScroll: true });
  }
  function pick(option) {
    close();
    if (option.url) sheet.surface.openLink?.(option.url);
    press(sheet, block, element, { selected_option: option }, opener);
  }
  opener.addEventListener("click", () => (float.isOpen ? close() : open()));
  opener.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(event.key === "ArrowUp" ? -1 : 0);
  });
  list.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: (at + 1) % items.length, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items.at(to).focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") {
      close();
    }
  });
  return h("span", { class: "overflow-place" }, opener, list);
}
