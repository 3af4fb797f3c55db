// Check boxes and radio buttons.

import { h, uid } from "../lib/dom.js";
import { focusKey } from "./focus.js";
import { named } from "./labels.js";
import { choose, valueOf } from "./sheet.js";
import { words } from "./text.js";

export function checkboxes(block, element, sheet, label) {
  const boxes = () => [...group.querySelectorAll("input")];
  const redraw = () => {
    const chosen = new Set((valueOf(sheet, block, element) ?? []).map((option) => option.value));
    boxes().forEach((box, at) => {
      box.checked = chosen.has(element.options[at].value);
    });
  };
  const changed = () => {
    const value = element.options.filter((_, at) => boxes()[at].checked);
    choose(sheet, block, element, value, { selected_options: value }, redraw);
  };
  const group = choices("checkbox", block, element, sheet, label, changed);
  redraw();
  return group;
}

export function radioButtons(block, element, sheet, label) {
  const buttons = () => [...group.querySelectorAll("input")];
  const redraw = () => {
    const chosen = valueOf(sheet, block, element)?.value;
    buttons().forEach((one, at) => {
      one.checked = element.options[at].value === chosen;
    });
  };
  const changed = () => {
    const value = element.options.find((_, at) => buttons()[at].checked) ?? null;
    choose(sheet, block, element, value, { selected_option: value }, redraw);
  };
  const group = choices("radio", block, element, sheet, label, changed);
  redraw();
  return group;
}

function choices(type, block, element, sheet, label, changed) {
  const name = uid("choice");
  const options = (element.options ?? []).map((option) => {
    const more = option.description && uid("more");
    const box = h("input", {
      type,
      name,
      class: "choice-box",
      "aria-describedby": more || undefined,
      dataset: { focus: focusKey(block, element, option.value) },
      on: { change: changed },
    });
    const said = h("span", { class: "choice-text" }, words(option.text, sheet.surface));
    const described = more && h("span", { class: "choice-more", id: more }, words(option.description, sheet.surface));
    return h("div", { class: "choice" }, h("label", { class: "choice-label" }, box, said), described);
  });
  const role = type === "radio" ? "radiogroup" : "group";
  return h("div", { class: "choices", role, ...named(label), "aria-describedby": label.described }, options);
}
