// <!date^1392734382^{date_short} at {time}^https://…|fallback> in the member's zone.

import { h } from "../lib/dom.js";
import { ago, dayKey, exact, inZone } from "../lib/time.js";
import { linkTo, meOf } from "./names.js";

const DAY = 86_400; // seconds

export function zoneOf(names) {
  return meOf(names).tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A <time>, with the exact moment as its title. `target`: what stands before the bar. */
export function when(target, fallback, names) {
  const [, seconds, format, url] = target.split("^");
  const at = Number(seconds);
  if (!Number.isFinite(at) || !format) return document.createTextNode(fallback || target);
  const words = inWords(at, format, zoneOf(names), names.now);
  const props = {
    class: "when",
    datetime: new Date(at * 1000).toISOString(),
    title: exact(at, zoneOf(names)),
  };
  const shown = h("time", props, words);
  return url ? linkTo(url, words, names, [shown]) : shown;
}

export function inWords(at, format, tz, now = Date.now() / 1000) {
  return format.replace(/\{(\w+)\}/g, (whole, token) => token_of(token, at, tz, now) ?? whole);
}

function token_of(token, at, tz, now) {
  const date = (month, options = {}) =>
    inZone(at, tz, { month, day: "numeric", year: "numeric", ...options });
  switch (token) {
    case "date_num":
      return dayKey(at, tz);
    case "date_slash":
      return inZone(at, tz, { year: "numeric", month: "2-digit", day: "2-digit" });
    case "date":
      return unlessThisYear(at, tz, now, "long");
    case "date_short":
      return date("short");
    case "date_long":
    case "date_long_full":
      return date("long", { weekday: "long" });
    case "date_pretty":
      return pretty(at, tz, now) ?? unlessThisYear(at, tz, now, "long");
    case "date_short_pretty":
      return pretty(at, tz, now) ?? date("short");
    case "date_long_pretty":
      return pretty(at, tz, now) ?? date("long", { weekday: "long" });
    case "time":
      return inZone(at, tz, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    case "time_secs":
      return inZone(at, tz, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    case "ago":
      return at <= now ? ago(at, now) : ahead(at, now);
    default:
      return undefined;
  }
}

function unlessThisYear(at, tz, now, month) {
  const sameYear = dayKey(at, tz).slice(0, 4) === dayKey(now, tz).slice(0, 4);
  return inZone(at, tz, { month, day: "numeric", year: sameYear ? undefined : "numeric" });
}

function pretty(at, tz, now) {
  const key = dayKey(at, tz);
  if (key === dayKey(now, tz)) return "today";
  if (key === dayKey(now - DAY, tz)) return "yesterday";
  return key === dayKey(now + DAY, tz) ? "tomorrow" : undefined;
}

function ahead(at, now) {
  const minutes = Math.round((at - now) / 60);
  if (minutes < 90) return `in ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  const hours = Math.round(minutes / 60);
  return hours < 36 ? `in ${hours} hours` : `in ${Math.round(hours / 24)} days`;
}
