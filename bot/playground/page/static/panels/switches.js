// The switches that break the store, each named as a person would say it.

import { button, h, icon, uid } from "./parts.js";

const SWITCHES = [
  ["500", "answers 500", "Every request fails."],
  ["slow", "is slow", "Each answer takes 3 seconds."],
  ["timeout", "times out", "No answer in the 10 seconds that the bot waits."],
  ["limited", "rate limits", "429 with Retry-After on every request."],
  ["malformed", "sends malformed JSON", "Answers break off in the middle."],
  ["bad", "sends bad records", "Three in ten have words where money belongs."],
];

/** `act(path, body)` asks the server; `show(state)` draws what is switched on. */
export function switches(act) {
  const made = new Map(SWITCHES.map(([id, name, effect]) => [id, toggle(id, name, effect)]));
  const drop = dropping();
  const banner = h("p", { class: "store-health", role: "status" });
  const said = h("p", { class: "muted store-said" });
  const works = button("Works again", () => act("/api/store/works-again", {}), { class: "primary", sign: "check" });
  const id = uid("breaking");
  let state = null;

  function toggle(switchId, name, effect) {
    const hint = uid("effect");
    const node = h(
      "button",
      {
        class: "switch",
        type: "button",
        role: "switch",
        "aria-checked": "false",
        "aria-describedby": hint,
        on: { click: () => act("/api/store/switch", { switch: switchId, on: !state.switches[switchId] }) },
      },
      h("span", { class: "switch-knob", "aria-hidden": "true" }),
      name,
    );
    return { node, item: h("li", null, node, h("p", { class: "muted", id: hint }, effect)) };
  }

  function dropping() {
    const field = h("select", { class: "field", "aria-label": "The field that is dropped" });
    const made = toggle("drop", "drops a field", "It is no longer sent; if mapped, that is schema drift.");
    const turn = () =>
      act("/api/store/switch", { switch: "drop", on: !state.switches.drop, field: field.value });
    const node = made.node.cloneNode(true);
    node.addEventListener("click", turn);
    made.node.replaceWith(node);
    made.item.append(field);
    return { node, item: made.item, field };
  }

  const root = h(
    "section",
    { class: "panel-part store-breaking", "aria-labelledby": id },
    h("div", { class: "panel-row" }, h("h3", { id }, "Break it: the store…"), works),
    banner,
    h("ul", { class: "store-switches" }, [...made.values()].map((each) => each.item), drop.item),
    h(
      "div",
      { class: "panel-tools" },
      button("revokes the token", () => act("/api/store/token/revoke", {}), {
        class: "danger",
        title: "No token and no key works any more, refreshing neither",
      }),
      button("expires the token", () => act("/api/store/token/expire", {}), {
        title: "The access token ends now; it can be refreshed",
      }),
      said,
    ),
  );

  return {
    root,
    show(now) {
      state = now;
      for (const [switchId, { node }] of [...made, ["drop", drop]]) {
        node.setAttribute("aria-checked", String(now.switches[switchId]));
      }
      if (!drop.field.options.length) drop.field.append(...now.droppable.map((name) => h("option", { value: name }, name)));
      if (now.dropped.length) [drop.field.value] = now.dropped;
      drop.field.disabled = now.switches.drop;
      const on = [...SWITCHES, ["drop", `drops ${now.dropped.join(", ")}`]].filter(([switchId]) => now.switches[switchId]);
      works.disabled = !on.length;
      const words = on.length ? `The store ${on.map(([, name]) => name).join(", ")}.` : "The store works.";
      if (banner.textContent !== words) banner.replaceChildren(icon(on.length ? "warning" : "check"), words);
      banner.dataset.broken = String(on.length > 0);
      if (said.textContent !== now.said) said.textContent = now.said;
    },
  };
}
