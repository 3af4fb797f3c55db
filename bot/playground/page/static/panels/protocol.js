// Protocol: every exchange between Slack and the bot, both ways, with its JSON.

import { get } from "../lib/api.js";
import { inZone } from "../lib/time.js";
import { follow, frame, h, icon, keyed, replace, search, tabs, button, count, uid } from "./parts.js";
import { highlight, json } from "./json.js";

const STEP = 50; // exchanges shown at first, and added by "Show older"
const MOST = 400; // as many as the server keeps

export function mountProtocol(el, { live, tz } = {}) {
  const asked = { q: "", direction: "", limit: STEP };
  const open = new Map(); // exchanges laid open: number → the node with their JSON
  let waiting = null; // what came while it was paused
  let paused = false;

  const direction = tabs("Direction", (chosen) => turn({ direction: chosen, limit: STEP }));
  const sums = h("p", { class: "muted", role: "status" });
  const list = h("ol", { class: "exchanges", "aria-label": "Exchanges, the newest first" });
  const older = button("Show older", () => turn({ limit: Math.min(asked.limit + STEP, MOST) }));
  const pause = button("Pause", hold, { "aria-pressed": "false" });
  const empty = h("p", { class: "panel-empty", hidden: true });
  const shell = frame(
    "Protocol",
    "What Slack and the bot say to each other. Slack waits three seconds for an acknowledgement; over 100 ms is marked here.",
    direction.root,
    h("div", { class: "panel-tools" }, search("Search in all JSON", find), pause),
    sums,
    list,
    empty,
    h("div", { class: "panel-more" }, older),
  );
  const drawList = keyed(list, {
    key: (one) => one.number,
    print: (one) => JSON.stringify(one),
    draw: item,
  });

  function turn(change) {
    Object.assign(asked, change);
    return seen.look();
  }

  function find(q) {
    return turn({ q, limit: STEP }).then(() => highlight([...open.values()], asked.q));
  }

  function hold() {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.lastChild.textContent = paused ? "Go on" : "Pause";
    if (!paused && waiting) draw(waiting);
    if (!paused) seen.look();
  }

  function item(one, before) {
    const place = before?.querySelector(".exchange-json") ?? h("div", { class: "exchange-json", id: uid("json"), hidden: true });
    const wasOpen = !place.hidden;
    const focused = before?.querySelector(".exchange")?.matches(":focus");
    const row = h(
      "button",
      {
        class: "exchange",
        type: "button",
        "aria-expanded": String(wasOpen),
        "aria-controls": place.id,
        on: { click: () => toggle(one.number, row, place) },
      },
      h("span", { class: `way from-${one.from}` }, one.from === "slack" ? "Slack → bot" : "bot → Slack"),
      h("span", { class: "what" }, one.what, h("span", { class: "muted" }, ` ${words(one.kind)}`)),
      h("span", { class: "facts" }, state(one)),
      h("time", { class: "muted", datetime: new Date(one.at * 1000).toISOString() }, time(one.at, tz)),
      icon("down"),
    );
    if (focused) requestAnimationFrame(() => row.focus());
    if (wasOpen) lay(one.number, place); // its answer may have come meanwhile
    return h("li", null, row, place);
  }

  async function toggle(number, row, place) {
    const wanted = place.hidden;
    place.hidden = !wanted;
    row.setAttribute("aria-expanded", String(wanted));
    if (wanted) return lay(number, place);
    open.delete(number);
    replace(place);
    return null;
  }

  async function lay(number, place) {
    open.set(number, place);
    try {
      const one = await get(`/api/protocol/${number}`);
      replace(
        place,
        part(one.from === "slack" ? "Slack sent" : "The bot sent", one.sent),
        part(one.from === "slack" ? "The bot answered" : "Slack answered", one.answer),
      );
    } catch (error) {
      replace(place, h("p", { class: "panel-trouble" }, error.message));
    }
    highlight([...open.values()], asked.q);
  }

  function draw(data) {
    waiting = data;
    if (paused) return;
    direction.show(
      [
        { id: "", label: "Both" },
        { id: "slack", label: "Slack → bot" },
        { id: "bot", label: "bot → Slack" },
      ],
      asked.direction,
    );
    const all = asked.q || asked.direction ? `${count(data.found)} of the last ${count(data.kept)}` : `${count(data.total)} so far`;
    const said = data.total > data.kept ? `${all}; the last ${count(data.kept)} are kept.` : `${all}.`;
    if (sums.textContent !== said) sums.textContent = said;
    for (const number of open.keys()) if (!data.exchanges.some((one) => one.number === number)) open.delete(number);
    drawList(data.exchanges);
    older.hidden = data.found <= data.exchanges.length;
    empty.hidden = data.exchanges.length > 0;
    empty.textContent = asked.q ? "No exchange has these words." : "Nothing was said yet. Type /patchbay in the workspace.";
  }

  const seen = follow({ live, kinds: ["exchange"], load: () => get("/api/protocol", asked), draw, fail: shell.say });
  el.replaceChildren(shell.root);
  return () => {
    seen.stop();
    highlight([], "");
    shell.root.remove();
  };
}

function part(title, value) {
  const id = uid("said");
  return h(
    "section",
    { "aria-labelledby": id },
    h("h3", { id }, title),
    value === null || value === ""
      ? h("p", { class: "muted" }, "Nothing but the status.")
      : h("pre", { class: "json", tabindex: "0", "aria-labelledby": id }, json(value)),
  );
}

function state(one) {
  if (one.problem) return h("span", { class: "chip bad" }, words(one.problem));
  if (one.ms === null) return one.status ? String(one.status) : "…";
  const ms = `${one.status} · ${one.ms < 10 ? one.ms.toFixed(1) : Math.round(one.ms)} ms`;
  return one.slow ? h("span", { class: "chip slow", title: "Over 100 ms until it was acknowledged" }, icon("warning"), `${ms}, slow`) : ms;
}

function words(name) {
  return name.replaceAll("_", " ");
}

function time(at, tz) {
  return inZone(at, tz, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  });
}
