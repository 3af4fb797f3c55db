// What this page cannot draw is said, so that nothing hides.

import { h } from "../lib/dom.js";

export function unsupported(thing) {
  const kind = String(thing?.type ?? "nothing");
  const isElement = Boolean(thing && "action_id" in thing);
  const words = isElement ? "An element that is not drawn here: " : "A block that is not drawn here: ";
  return h("div", { class: "unsupported" }, words, h("code", { class: "code" }, kind));
}
