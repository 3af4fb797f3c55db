// section, header, divider, context, actions, image, input.

import { h, uid } from "../lib/dom.js";
import { element } from "./elements.js";
import { picture, words, wordsOf } from "./text.js";
import { unsupported } from "./unsupported.js";

export function section(block, sheet) {
  const names = sheet.surface;
  const id = uid("text");
  const text = block.text && h("div", { class: "words", id }, words(block.text, names));
  const fields = block.fields?.length && h(
    "div",
    { class: "fields" },
    block.fields.map((field) => h("div", { class: "words" }, words(field, names))),
  );
  const said = h("div", { class: "section-words" }, text, fields);
  if (!block.accessory) return h("div", { class: "block b-section" }, said);
  const label = { id: text ? id : undefined, text: wordsOf(block.text ?? block.fields?.[0], names) };
  const beside = h("div", { class: `accessory is-${block.accessory.type}` }, element(block, block.accessory, sheet, label));
  return h("div", { class: "block b-section with-accessory" }, said, beside);
}

export function header(block, sheet) {
  return h("h3", { class: "block b-header" }, words(block.text, sheet.surface));
}

export function divider() {
  return h("hr", { class: "block b-divider" });
}

export function context(block, sheet) {
  const parts = (block.elements ?? []).map((part) => {
    if (part.type === "image") return picture(part, "context-picture");
    if (part.type === "mrkdwn" || part.type === "plain_text") {
      return h("span", { class: "words" }, words(part, sheet.surface));
    }
    return unsupported(part);
  });
  return h("div", { class: "block b-context" }, parts);
}

export function actions(block, sheet) {
  const elements = (block.elements ?? []).map((one) => element(block, one, sheet, {}));
  return h("div", { class: "block b-actions" }, elements);
}

export function imageBlock(block, sheet) {
  const title = block.title && h("figcaption", { class: "picture-title" }, words(block.title, sheet.surface));
  return h("figure", { class: "block b-picture" }, title, picture(block, "picture-itself"));
}

export function input(block, sheet) {
  const names = sheet.surface;
  const ids = { label: uid("label"), hint: uid("hint"), error: uid("error"), field: uid("field") };
  const optional = block.optional && h("span", { class: "field-optional" }, " (optional)");
  const group = ["checkboxes", "radio_buttons"].includes(block.element?.type);
  const label = h(
    group ? "div" : "label",
    { class: "field-label", id: ids.label, for: group ? undefined : ids.field },
    words(block.label, names),
    optional,
  );
  const error = h("div", { class: "field-error", id: ids.error, role: "alert" });
  const hint = block.hint && h("div", { class: "field-hint", id: ids.hint }, words(block.hint, names));
  const described = [block.hint && ids.hint, ids.error].filter(Boolean).join(" ");
  const drawn = element(block, block.element, sheet, {
    id: ids.label,
    field: ids.field,
    described,
    text: wordsOf(block.label, names),
    optional: Boolean(block.optional),
  });
  const whole = h("div", { class: "block b-input" }, label, drawn, error, hint);
  const wrong = (text) => {
    error.textContent = text;
    whole.classList.toggle("wrong", Boolean(text));
    for (const field of whole.querySelectorAll("[data-focus]:not(.pill-away):not(.combo-clear)")) {
      if (text) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  };
  wrong(sheet.errors[block.block_id] ?? "");
  whole.addEventListener("said-wrong", (event) => {
    event.stopPropagation();
    wrong(event.detail);
  });
  return whole;
}
