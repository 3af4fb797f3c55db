// A question on top of everything: confirm objects, and closing a form with something in it.

import { h, uid } from "../lib/dom.js";
import { words } from "./text.js";

/** Shows it; true where the member said yes. */
export function confirmed(confirm, names) {
  return new Promise((done) => {
    const title = uid("confirm");
    const text = uid("confirm");
    const style = confirm.style === "danger" ? "danger" : "primary";
    const answer = (yes) => {
      dialog.close();
      dialog.remove();
      back?.focus?.({ preventScroll: true });
      done(yes);
    };
    const no = h("button", { type: "button", class: "button", on: { click: () => answer(false) } }, words(confirm.deny, names));
    const yes = h("button", { type: "button", class: `button ${style}`, on: { click: () => answer(true) } }, words(confirm.confirm, names));
    const back = document.activeElement;
    const cancel = (event) => {
      event.preventDefault();
      answer(false);
    };
    const dialog = h(
      "dialog",
      { class: "confirm", role: "alertdialog", "aria-labelledby": title, "aria-describedby": text, on: { cancel } },
      h("h2", { id: title, class: "confirm-title" }, words(confirm.title, names)),
      h("div", { id: text, class: "confirm-text" }, words(confirm.text, names)),
      h("div", { class: "confirm-buttons" }, no, yes),
    );
    document.body.append(dialog);
    dialog.showModal();
    yes.focus();
  });
}
