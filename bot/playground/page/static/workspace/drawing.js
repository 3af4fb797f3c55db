// Small things that several panes draw.

import { h, hue, initials, svg } from "../lib/dom.js";
import { ago, clock, exact } from "../lib/time.js";

export function avatar(person, little = false) {
  const kind = little ? "avatar little" : "avatar";
  if (person.is_bot && person.id !== "USLACKBOT") return h("span", { class: `${kind} bot`, "aria-hidden": "true" }, plug());
  const colour = `hsl(${hue(person.id)} 42% var(--avatar-light))`;
  return h("span", { class: kind, style: { background: colour }, "aria-hidden": "true" }, initials(person.name));
}

function plug() {
  const dot = (cx, cy) => svg("circle", { cx, cy, r: 3 });
  return svg(
    "svg",
    { viewBox: "0 0 32 32" },
    svg("path", { d: "M8 11c8 0 8 10 16 10M8 21c8 0 8-10 16-10" }),
    svg("g", {}, dot(8, 11), dot(8, 21), dot(24, 11), dot(24, 21)),
  );
}

/** 14:05, the exact time as its title. */
export function time(ts, tz, className = "time") {
  return h("time", { class: className, datetime: iso(ts), title: exact(ts, tz) }, clock(ts, tz));
}

/** 5 minutes ago; kept right by `refreshTimes`. */
export function timeAgo(ts, tz) {
  return h("time", { datetime: iso(ts), title: exact(ts, tz), dataset: { ago: ts } }, ago(ts));
}

export function refreshTimes(root) {
  for (const node of root.querySelectorAll("time[data-ago]")) {
    const words = ago(node.dataset.ago);
    if (node.textContent !== words) node.textContent = words;
  }
}

function iso(ts) {
  return new Date(Number(ts) * 1000).toISOString();
}

export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}
