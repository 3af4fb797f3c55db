// The list of a menu: options in groups, which one is under the keys, remarks, "Loading…".

import { h, hue, icon, initials, uid } from "../lib/dom.js";

export function optionList(id, label, many, pick) {
  const inner = h("div", { id, role: "listbox", class: "list-options", "aria-label": label.slice(0, 120), "aria-multiselectable": many ? "true" : undefined });
  const remarks = h("div", { class: "list-remark", role: "status", hidden: true });
  const node = h("div", { class: "pick-menu list" }, inner, remarks);
  node.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  node.addEventListener("mousedown", (event) => event.preventDefault());
  let options = []; // {node, offer}
  let at = -1;

  function show(groups, chosen) {
    options = [];
    const drawn = groups.map((group) => {
      const items = group.options.map((offer) => draw(offer, chosen.has(offer.key)));
      if (!group.label) return items;
      const name = uid("group");
      return h(
        "div",
        { role: "group", "aria-labelledby": name, class: "list-group" },
        h("div", { id: name, class: "list-group-name", role: "presentation" }, group.label),
        items,
      );
    });
    inner.replaceChildren(...drawn.flat());
    if (options.length) remark("");
    else remark("No results");
    const first = options.findIndex(({ offer }) => chosen.has(offer.key));
    point(many ? 0 : Math.max(0, first));
  }

  function draw(offer, isChosen) {
    const face = offer.person && h("span", { class: "face" }, initials(offer.text));
    if (face) face.style.setProperty("--hue", hue(offer.person));
    const item = h(
      "div",
      { id: uid("option"), role: "option", class: "list-option", "aria-selected": String(isChosen), on: { click: () => pick(offer) } },
      face,
      offer.icon && icon(offer.icon),
      h("span", { class: "list-words" }, h("span", null, offer.text), offer.more && h("span", { class: "pick-more" }, offer.more)),
      isChosen && icon("check"),
    );
    options.push({ node: item, offer });
    return item;
  }

  function point(to) {
    options[at]?.node.classList.remove("active");
    at = options.length ? Math.max(0, Math.min(to, options.length - 1)) : -1;
    const active = options[at]?.node;
    active?.classList.add("active");
    active?.scrollIntoView({ block: "nearest" });
  }

  function remark(text, isLoading = false) {
    remarks.textContent = text;
    remarks.hidden = !text;
    remarks.classList.toggle("loading", isLoading);
  }

  return {
    node,
    show,
    remark,
    say(text, isLoading) {
      options = [];
      at = -1;
      inner.replaceChildren();
      remark(text, isLoading);
    },
    move(step) {
      const to = at + step;
      const turns = Math.abs(step) === 1 && (to < 0 || to >= options.length);
      point(turns ? (to < 0 ? options.length - 1 : 0) : to);
    },
    active: () => options[at]?.node,
    chosen: () => options[at]?.offer,
  };
}
