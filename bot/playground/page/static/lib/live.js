// What happens in the workspace, as it happens; takes up where it was when a connection broke.

const SLACK = ["hello", "message", "views", "home", "sight"];
const BESIDE = ["store", "mail", "project", "exchange", "clock"];
const KINDS = [...SLACK, ...BESIDE];
const AWAY = 30_000; // ms out of sight until the connection is given up; browsers allow six
const WAITS = [250, 500, 1000, 2000, 4000]; // ms between attempts

/**
 * connect("U1", 12) hears all after change 12. `live.on(kind, listener)` returns what takes the
 * listener away; the kind "state" tells whether it is connected (true, false).
 */
export function connect(as, after) {
  const listeners = new Map();
  let last = after;
  let source = null;
  let attempts = 0;
  let waiting = 0;
  let away = 0;
  let closed = false;

  function tell(kind, data) {
    for (const listener of listeners.get(kind) ?? []) listener(data);
  }

  function hear(event) {
    last = Math.max(last, Number(event.lastEventId) || 0);
    tell(event.type, JSON.parse(event.data));
  }

  function open() {
    if (closed || source) return;
    source = new EventSource(`/api/stream?${new URLSearchParams({ as, after: last })}`);
    for (const kind of KINDS) source.addEventListener(kind, hear);
    source.onopen = () => {
      attempts = 0;
      tell("state", true);
    };
    source.onerror = () => {
      drop();
      tell("state", false);
      waiting = setTimeout(open, WAITS[Math.min(attempts, WAITS.length - 1)]);
      attempts += 1;
    };
  }

  function drop() {
    clearTimeout(waiting);
    source?.close();
    source = null;
  }

  function seen() {
    clearTimeout(away);
    if (document.hidden) away = setTimeout(drop, AWAY);
    else open();
  }

  document.addEventListener("visibilitychange", seen);
  open();
  return {
    on(kind, listener) {
      if (!listeners.has(kind)) listeners.set(kind, new Set());
      listeners.get(kind).add(listener);
      return () => listeners.get(kind).delete(listener);
    },
    close() {
      closed = true;
      clearTimeout(away);
      drop();
      listeners.clear();
      document.removeEventListener("visibilitychange", seen);
    },
  };
}
