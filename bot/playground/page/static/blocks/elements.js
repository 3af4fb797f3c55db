// One element of a block. `label`: {id?, text?, field?, described?, optional?} of what it stands in.

import { button, overflow } from "./buttons.js";
import { checkboxes, radioButtons } from "./choices.js";
import { datePicker } from "./dates.js";
import { textInput } from "./inputs.js";
import { select } from "./selects.js";
import { picture } from "./text.js";
import { unsupported } from "./unsupported.js";

const SELECTS = ["static", "external", "users", "conversations", "channels"].flatMap((kind) => [
  [`${kind}_select`, select],
  [`multi_${kind}_select`, select],
]);

const DRAWERS = {
  button,
  overflow,
  checkboxes,
  radio_buttons: radioButtons,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  datepicker: datePicker,
  timepicker: datePicker,
  datetimepicker: datePicker,
  image: (block, element) => picture(element, "thumbnail"),
  ...Object.fromEntries(SELECTS),
};

export function element(block, element, sheet, label) {
  return (DRAWERS[element?.type] ?? ((_, one) => unsupported(one)))(block, element, sheet, label);
}
