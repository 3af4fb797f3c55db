// Menus of one and of several: an editable combobox with a list below it (the ARIA pattern).

import { h, hue, icon, initials, uid } from "../lib/dom.js";
import { floating } from "./floating.js";
import { focusKey } from "./focus.js";
import { named } from "./labels.js";
import { optionList } from "./listing.js";
import { asksBot, called, leastLetters, offersHere, offersOfBot } from "./offers.js";
import { choose, valueOf } from "./sheet.js";
import { isMany, stateKey } from "./states.js";
import { wordsOf } from "./text.js";

const TYPING = 200; // ms after the last letter until the bot is asked

export function select(block, element, sheet, label) {
  const many = isMany(element);
  const placeholder = wordsOf(element.placeholder, sheet.surface) || (many ? "Select options" : "Select an option");
  const listId = uid("list");
  const field = h("input", {
    type: "text",
    class: "combo-field",
    id: label.field,
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-haspopup": "listbox",
    "aria-describedby": label.described,
    ...(label.field ? {} : named(label.id ? { text: label.text } : label, wordsOf(element.placeholder, sheet.surface) || undefined)),
    dataset: { focus: focusKey(block, element) },
  });
  const list = optionList(listId, label.text || placeholder, many, pick);
  const chips = many ? h("span", { class: "chips" }) : null;
  const clear = !many && label.optional ? h("button", { type: "button", class: "combo-clear", "aria-label": "Clear", on: { click: none } }, icon("close")) : null;
  const box = h("div", { class: `combo${many ? " many" : ""}` }, chips, field, clear, h("span", { class: "combo-arrow" }, icon("down")));
  const float = floating(box, list.node, { wide: true, closed: ended });
  let query = "";
  let asked = 0;
  let timer = 0;

  const value = () => valueOf(sheet, block, element);
  const values = () => (many ? (value() ?? []) : value() ? [value()] : []);
  const shown = (one) => called(element, one, sheet.surface);
  const keys = () => new Set(values().map((one) => shown(one).key));
  const isFull = () => many && element.max_selected_items && values().length >= element.max_selected_items;

  function redraw() {
    if (many) {
      chips.replaceChildren(...values().map(chip));
      field.value = query;
      field.placeholder = values().length ? "" : placeholder;
    } else {
      field.value = float.isOpen ? query : values().map((one) => shown(one).text).join("");
      field.title = field.value;
      field.placeholder = (float.isOpen && values().map((one) => shown(one).text).join("")) || placeholder;
      clear && (clear.hidden = !values().length);
    }
  }

  function chip(one, at) {
    const { text, icon: sign, person } = shown(one);
    const away = h(
      "button",
      {
        type: "button",
        class: "pill-away",
        "aria-label": `Remove ${text}`,
        dataset: { focus: focusKey(block, element, `away ${at}`) },
        on: { click: () => set(values().filter((other) => other !== one), true) },
      },
      icon("close"),
    );
    const face = person && h("span", { class: "face" }, initials(text));
    if (face) face.style.setProperty("--hue", hue(person));
    return h("span", { class: "pill" }, face, sign && icon(sign), h("span", { class: "pill-text" }, text), away);
  }

  function open() {
    if (float.isOpen) return;
    query = "";
    float.open();
    field.setAttribute("aria-expanded", "true");
    redraw();
    look();
  }

  function ended() {
    clearTimeout(timer);
    asked += 1;
    query = "";
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    redraw();
  }

  function close() {
    float.close();
    ended();
  }

  /** Shows what there is for the query. */
  function look() {
    clearTimeout(timer);
    asked += 1;
    if (!asksBot(element)) {
      show(offersHere(element, sheet, query));
      return;
    }
    const least = leastLetters(element);
    if (query.length < least) {
      say(least === 1 ? "Type to search" : `Type at least ${least} characters to search`);
      return;
    }
    say("Loading…", true);
    const mine = asked;
    timer = setTimeout(
      async () => {
        const groups = await offersOfBot(block, element, sheet, query);
        if (mine === asked && float.isOpen) show(groups);
      },
      query ? TYPING : 0,
    );
  }

  function show(groups) {
    list.show(groups, keys());
    if (isFull()) list.remark(`You can select up to ${element.max_selected_items}.`);
    follow();
  }

  function say(text, isLoading = false) {
    list.say(text, isLoading);
    follow();
  }

  function follow() {
    float.place();
    const active = list.active();
    if (active) field.setAttribute("aria-activedescendant", active.id);
    else field.removeAttribute("aria-activedescendant");
  }

  function pick(offer) {
    if (!many) {
      close();
      field.focus({ preventScroll: true });
      set(offer.value);
      return;
    }
    const has = keys().has(offer.key);
    if (!has && isFull()) return;
    query = "";
    set(has ? values().filter((one) => shown(one).key !== offer.key) : [...values(), offer.value]);
    field.focus({ preventScroll: true });
  }

  function none() {
    set(null);
    field.focus({ preventScroll: true });
  }

  async function set(next, keepsFocus = false) {
    const told = choose(sheet, block, element, next, { [stateKey(element)]: next }, redraw);
    redraw();
    if (float.isOpen) look();
    if (keepsFocus) field.focus({ preventScroll: true });
    await told;
  }

  function keydown(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      event.preventDefault();
      if (float.isOpen) list.move(step);
      else open();
      follow();
    } else if (event.key === "Enter") {
      event.preventDefault(); // never submits the form
      if (!float.isOpen) open();
      else if (list.chosen()) pick(list.chosen());
    } else if (event.key === "Escape" && float.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Tab" && float.isOpen) {
      close();
    } else if (event.key === "Backspace" && many && !field.value && values().length) {
      set(values().slice(0, -1));
    }
  }

  field.addEventListener("keydown", keydown);
  field.addEventListener("input", () => {
    const typed = field.value;
    open();
    query = typed;
    redraw();
    look();
  });
  box.addEventListener("click", (event) => {
    if (event.target.closest("button")) return;
    field.focus({ preventScroll: true });
    open();
  });
  redraw();
  return h("div", { class: "select" }, box, list.node);
}
