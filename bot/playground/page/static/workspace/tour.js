// The guided tour beside everything else; put away, it waits in the sidebar.

import { h, icon } from "../lib/dom.js";
import { mountTour } from "../panels/tour.js";

const KEPT = "patchbay-tour-shown"; // "yes", "no"; nothing before anybody chose
const WIDE = matchMedia("(min-width: 760px)");

/** `changed()` is called when it was shown or put away. Returns {node, isOpen, toggle, close}. */
export function tourPlace(context, changed) {
  const inner = h("div", { class: "scroll" });
  const node = h(
    "aside",
    { class: "tour-place", "aria-label": "Guided tour", hidden: true },
    h(
      "header",
      { class: "pane-head" },
      h("h2", {}, "Guided tour"),
      h("button", { type: "button", class: "icon-button", "aria-label": "Put the tour away", on: { click: () => toggle(false) } }, icon("close")),
    ),
    inner,
  );
  let unmount = null;

  function show(open) {
    if (open === (unmount !== null)) return;
    node.hidden = !open;
    if (open) unmount = mountTour(inner, context);
    else close();
  }

  function close() {
    unmount?.();
    unmount = null;
  }

  function toggle(open = unmount === null) {
    localStorage.setItem(KEPT, open ? "yes" : "no");
    show(open);
    changed();
  }

  const kept = localStorage.getItem(KEPT);
  show(kept ? kept === "yes" : WIDE.matches);
  return { node, isOpen: () => unmount !== null, toggle, close };
}
