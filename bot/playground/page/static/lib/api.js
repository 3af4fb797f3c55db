// Asks the page's own server.

/** What the server refused, or that it could not be reached; `message` is a sentence. */
export class Problem extends Error {
  constructor(message, status) {
    super(message);
    this.name = "Problem";
    this.status = status; // 0: not reached
  }
}

/** get("/api/messages", {as: "U1", channel: "C1"}) */
export function get(path, params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== null);
  const query = new URLSearchParams(given).toString();
  return ask(query ? `${path}?${query}` : path, { cache: "no-store" });
}

/** post("/api/write", {as: "U1", channel: "C1", text: "Hello"}) */
export function post(path, body = {}) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem("The playground does not answer. Is `python -m bot demo` still running?", 0);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Problem(answer.error ?? `The playground answered ${response.status}.`, response.status);
  }
  return answer;
}
