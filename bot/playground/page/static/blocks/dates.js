// Date, time and date-with-time pickers; a moment is told in the member's zone.

import { h } from "../lib/dom.js";
import { inZone } from "../lib/time.js";
import { focusKey } from "./focus.js";
import { named } from "./labels.js";
import { choose, valueOf } from "./sheet.js";
import { stateKey } from "./states.js";
import { wordsOf } from "./text.js";
import { zoneOf } from "./when.js";

const KINDS = {
  datepicker: { type: "date", spoken: "Date" },
  timepicker: { type: "time", spoken: "Time" },
  datetimepicker: { type: "datetime-local", spoken: "Date and time" },
};

export function datePicker(block, element, sheet, label) {
  const { type, spoken } = KINDS[element.type];
  const zone = zoneOf(sheet.surface);
  const isMoment = element.type === "datetimepicker";
  const shown = (value) => (value ? (isMoment ? local(value, zone) : value) : "");
  const redraw = () => {
    field.value = shown(valueOf(sheet, block, element));
  };
  const field = h("input", {
    type,
    class: "field date-field",
    id: label.field,
    title: wordsOf(element.placeholder, sheet.surface) || undefined,
    "aria-describedby": label.described,
    ...(label.field ? {} : named(label, wordsOf(element.placeholder, sheet.surface) || spoken)),
    dataset: { focus: focusKey(block, element) },
    value: shown(valueOf(sheet, block, element)),
    on: { change },
  });
  function change() {
    const value = !field.value ? null : isMoment ? moment(field.value, zone) : field.value;
    choose(sheet, block, element, value, { [stateKey(element)]: value }, redraw);
  }
  const aside = isMoment || element.timezone;
  return h("div", { class: "date-pick" }, field, aside && h("span", { class: "muted zone" }, element.timezone ?? zone));
}

/** 1700000000 → 2023-11-14T23:13, on the clocks of that zone. */
export function local(seconds, zone) {
  const part = (options) => inZone(seconds, zone, options);
  const [month, day, year] = part({ year: "numeric", month: "2-digit", day: "2-digit" }).split("/");
  const time = part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return `${year}-${month}-${day}T${time}`;
}

/** The other way round; an hour that the clocks skip is the one after it. */
export function moment(text, zone) {
  const asUtc = Date.parse(`${text}Z`) / 1000;
  const offset = (at) => Date.parse(`${local(at, zone)}Z`) / 1000 - Math.floor(at / 60) * 60;
  const first = asUtc - offset(asUtc);
  return asUtc - offset(first);
}
