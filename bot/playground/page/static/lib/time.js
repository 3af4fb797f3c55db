// Times in a member's zone. A `ts` is Slack's: seconds with microseconds, as text; or a number.

const formats = new Map();

/** inZone("1700000000.000100", "Europe/Paris", {dateStyle: "full"}) */
export function inZone(ts, tz, options) {
  const key = JSON.stringify([tz, options]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en", { timeZone: tz, ...options }));
  return formats.get(key).format(new Date(Number(ts) * 1000));
}

/** 14:05 */
export function clock(ts, tz) {
  return inZone(ts, tz, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** Sortable and the same within a day: 2026-11-03 */
export function dayKey(ts, tz) {
  const part = (options) => inZone(ts, tz, options);
  const [month, day, year] = part({ year: "numeric", month: "2-digit", day: "2-digit" }).split("/");
  return `${year}-${month}-${day}`;
}

/** Today, Yesterday, or Tuesday, November 3 (with the year where it is another one). */
export function day(ts, tz, now = Date.now() / 1000) {
  const key = dayKey(ts, tz);
  if (key === dayKey(now, tz)) return "Today";
  if (key === dayKey(now - 86_400, tz)) return "Yesterday";
  const year = key.slice(0, 4) === dayKey(now, tz).slice(0, 4) ? undefined : "numeric";
  return inZone(ts, tz, { weekday: "long", month: "long", day: "numeric", year });
}

/** Tuesday, November 3, 2026 at 14:05:09 CET */
export function exact(ts, tz) {
  const date = inZone(ts, tz, { weekday: "long", month: "long", day: "numeric", year: "numeric" });
  const time = inZone(ts, tz, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  return `${date} at ${time}`;
}

/** just now, 5 minutes ago, 3 hours ago, 2 days ago */
export function ago(ts, now = Date.now() / 1000) {
  const seconds = Math.max(0, now - Number(ts));
  if (seconds < 45) return "just now";
  for (const [unit, size] of [["day", 86_400], ["hour", 3600], ["minute", 60]]) {
    const count = Math.round(seconds / size);
    if (seconds >= size * 0.9 || unit === "minute") {
      return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
    }
  }
  return "just now";
}
