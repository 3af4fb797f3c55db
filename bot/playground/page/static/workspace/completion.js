// What the slash command can do, above the composer, while it is typed.

import { h, replace, uid } from "../lib/dom.js";

/** `choose(text)` gets what is to stand in the field. Returns {id, node, show, hide, pressed}. */
export function completion(command, choose) {
  const id = uid("commands");
  const list = h("ul", { id, role: "listbox", "aria-label": "Commands" });
  const node = h("div", { class: "completion", hidden: true }, list);
  let shown = [];
  let active = -1;

  function show(text, field) {
    shown = text.startsWith("/") ? fitting(command, text) : [];
    active = -1;
    node.hidden = !shown.length;
    replace(list, shown.map((one, index) => option(one, index)));
    mark(field);
  }

  function option(one, index) {
    return h(
      "li",
      {
        id: `${id}-${index}`,
        class: one.words.includes(" ") ? "" : "whole",
        role: "option",
        "aria-selected": "false",
        on: {
          mousedown: (event) => event.preventDefault(), // the field keeps the focus
          click: () => choose(typed(one)),
        },
      },
      h("span", { class: "completion-words" }, h("b", {}, one.words), one.usage && h("span", { class: "muted" }, ` ${one.usage}`)),
      h("span", { class: "completion-text muted" }, one.text),
    );
  }

  function mark(field) {
    [...list.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === active));
      if (index === active) item.scrollIntoView({ block: "nearest" });
    });
    if (active < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", `${id}-${active}`);
  }

  /** Whether the key was for the list. */
  function pressed(event, field) {
    if (node.hidden) return false;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      const step = key === "ArrowDown" ? 1 : -1;
      active = active < 0 && step < 0 ? shown.length - 1 : (active + step + shown.length) % shown.length;
      mark(field);
      return true;
    }
    if (key === "Escape") {
      hide();
      return true;
    }
    if (key === "Tab" && !event.shiftKey) {
      const next = typed(shown[Math.max(active, 0)]);
      if (next === field.value) return false;
      choose(next);
      return true;
    }
    if (key === "Enter" && active >= 0 && !event.shiftKey) {
      choose(typed(shown[active]));
      return true;
    }
    return false;
  }

  function hide() {
    node.hidden = true;
    active = -1;
  }

  return { id, node, show, hide, pressed };
}

/** The text that choosing it puts into the field. */
function typed(one) {
  return one.usage && one.words.includes(" ") ? `${one.words} ` : one.words;
}

function fitting(command, text) {
  const whole = { words: command.name, usage: command.hint, text: command.text };
  const wanted = text.toLowerCase().trimEnd();
  const begins = (one) => one.words.startsWith(wanted);
  const goesOn = (one) => one.usage && wanted.startsWith(`${one.words} `);
  const words = command.words.filter((one) => begins(one) || goesOn(one));
  return begins(whole) ? [whole, ...words] : words;
}
