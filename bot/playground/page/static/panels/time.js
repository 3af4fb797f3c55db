// Time: the bot's clock, and leaving an hour or a day behind.

import { get, post } from "../lib/api.js";
import { announce, attempt, button, h, uid } from "./parts.js";

const OFTEN = 700; // ms between looks while time is being skipped
const SELDOM = 30_000;

/** The clock and its buttons, for a panel. `tz`: the zone to show it in, else the browser's. */
export function mountTime(el, { tz } = {}) {
  let offset = 0; // ms that the bot's clock is ahead of this one
  let left = 0; // hours still to go by
  let timer = 0;
  let gone = false;
  const id = uid("time");
  const clock = h("time", { class: "time-clock" });
  const ahead = h("span", { class: "muted" });
  const trouble = h("p", { class: "panel-trouble", role: "alert", hidden: true });
  const going = h("p", { class: "muted", hidden: true });
  const hour = button("Skip an hour", () => skip(1));
  const day = button("Skip a day", () => skip(24));
  const stop = button("Stop", () => ask("/api/clock/stop"), { hidden: true });
  const root = h(
    "section",
    { class: "panel-part bot-time", "aria-labelledby": id },
    h("h3", { id }, "Let time pass"),
    h("p", null, "The bot’s clock: ", clock, " ", ahead),
    h("p", { class: "muted" }, "Syncs run on a schedule, and an integration is disabled only after a day without success. So let time pass."),
    h("div", { class: "panel-tools" }, hour, day, stop),
    going,
    trouble,
  );

  function say(error) {
    trouble.hidden = !error;
    trouble.textContent = error ? error.message : "";
  }

  async function ask(path, body = {}) {
    const state = await attempt(say, () => (path === "/api/clock" ? get(path) : post(path, body)));
    if (state && !gone) draw(state);
  }

  async function skip(hours) {
    await ask("/api/clock/skip", { hours });
    announce(hours === 1 ? "An hour goes by" : "A day goes by, hour by hour");
  }

  function draw(state) {
    offset = Date.parse(state.now) - Date.now();
    if (left && !state.hours_left) announce("Time runs as usual again");
    left = state.hours_left;
    const focused = [hour, day, stop].includes(document.activeElement);
    hour.disabled = day.disabled = left > 0;
    stop.hidden = left < 2;
    if (focused && document.activeElement?.disabled !== false) (left > 1 ? stop : hour).focus();
    going.hidden = left === 0;
    going.textContent = left === 1 ? "An hour goes by…" : `${left} hours are still to go by. Each waits for its syncs.`;
    const hours = Math.round(state.ahead_seconds / 3600);
    ahead.textContent = hours ? `(${hours} ${hours === 1 ? "hour" : "hours"} ahead)` : "(the real time)";
    tick();
    clearTimeout(timer);
    timer = setTimeout(() => ask("/api/clock"), left ? OFTEN : SELDOM);
  }

  function tick() {
    const now = new Date(Date.now() + offset);
    const shown = now.toLocaleString("en", { timeZone: tz, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    if (clock.textContent !== shown) clock.textContent = shown;
    clock.dateTime = now.toISOString();
  }

  const beat = setInterval(tick, 1000);
  ask("/api/clock");
  el.replaceChildren(root);
  return () => {
    gone = true;
    clearInterval(beat);
    clearTimeout(timer);
    root.remove();
  };
}
