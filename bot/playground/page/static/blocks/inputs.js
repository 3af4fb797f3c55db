// Text, e-mail, URL and number inputs.

import { h } from "../lib/dom.js";
import { focusKey } from "./focus.js";
import { named } from "./labels.js";
import { dispatches, enter, keepNow, keepSoon, tell, tellSoon, valueOf } from "./sheet.js";
import { wordsOf } from "./text.js";

const KINDS = {
  plain_text_input: { type: "text" },
  email_text_input: { type: "email", inputmode: "email", autocomplete: "off" },
  url_text_input: { type: "url", inputmode: "url" },
  number_input: { type: "text", inputmode: "decimal" }, // "number" would hide what is no number
};
const NEAR_THE_END = 40; // characters left from which on they are counted

export function textInput(block, element, sheet, label) {
  const placeholder = wordsOf(element.placeholder, sheet.surface);
  const shared = {
    class: "field",
    id: label.field,
    placeholder: placeholder || undefined,
    spellcheck: element.type === "plain_text_input" ? undefined : "false",
    autocomplete: "off",
    "aria-describedby": label.described,
    ...(label.field ? {} : named(label, placeholder)),
    dataset: { focus: focusKey(block, element) },
    value: valueOf(sheet, block, element) ?? "",
    on: { input: typed, change: left, keydown },
  };
  const long = Boolean(element.multiline);
  const field = long ? h("textarea", { ...shared, rows: 3 }) : h("input", { ...shared, ...KINDS[element.type] });
  const count = element.max_length ? h("span", { class: "field-count", "aria-live": "polite" }) : null;
  const tells = told(block, element);

  function value() {
    return field.value === "" ? null : field.value;
  }
  function typed() {
    enter(sheet, block, element, value());
    counted();
    if (tells.characters) tellSoon(sheet, block, element, { value: value() });
    else keepSoon(sheet);
  }
  function left() {
    if (!tells.characters) keepNow(sheet);
  }
  function keydown(event) {
    if (element.type === "number_input" && stepped(event)) return;
    if (event.key !== "Enter" || long || event.isComposing || !tells.enter) return;
    event.preventDefault();
    tell(sheet, block, element, { value: value() });
  }
  function stepped(event) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by) return false;
    event.preventDefault();
    field.value = within(element, (Number(field.value) || 0) + by);
    typed();
    return true;
  }
  function counted() {
    if (!count) return;
    const rest = element.max_length - field.value.length;
    count.textContent = rest <= NEAR_THE_END ? String(rest) : "";
    count.classList.toggle("over", rest < 0);
  }
  counted();
  return h("div", { class: `text-field${long ? " long" : ""}` }, field, count);
}

function within(element, number) {
  const low = Number(element.min_value ?? -Infinity);
  const high = Number(element.max_value ?? Infinity);
  return String(Math.min(high, Math.max(low, number)));
}

/** When the bot hears of what is typed. */
function told(block, element) {
  if (!dispatches(block)) return { enter: false, characters: false };
  const on = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return { enter: on.includes("on_enter_pressed"), characters: on.includes("on_character_entered") };
}
