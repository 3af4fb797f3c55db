// Where one writes: plain messages, and the slash command with what it can do.

import { h, icon, replace } from "../lib/dom.js";
import { completion } from "./completion.js";

const TALLEST = 200; // pixels; longer texts scroll

/** Returns {node, focus(), type(text), tell(sentence), close()}. */
export function composer(sight, { channel, thread = null, label, closed }) {
  const key = `${channel} ${thread ?? ""}`;
  const problem = h("p", { class: "composer-problem", role: "alert", hidden: true });
  if (closed) {
    const node = h("div", { class: "composer closed" }, h("p", { class: "muted" }, "This channel is archived."), problem);
    return { node, focus() {}, type() {}, tell, close() {} };
  }
  const offers = completion(sight.command, (text) => put(text));
  const field = h("textarea", {
    rows: "1",
    "aria-label": label,
    "aria-autocomplete": "list",
    "aria-controls": offers.id,
    placeholder: label,
    value: sight.drafts.get(key) ?? "",
    on: { input: changed, keydown: pressed, blur: () => offers.hide() },
  });
  const send = h(
    "button",
    { type: "button", class: "icon-button send", "aria-label": "Send", title: "Send", disabled: true, on: { click: sendIt } },
    icon("send"),
  );
  const node = h(
    "div",
    { class: "composer" },
    problem,
    h("div", { class: "composer-box" }, offers.node, field, send),
    h("p", { class: "composer-hint" }, hint(thread, sight.command.name)),
  );
  changed();
  requestAnimationFrame(grow); // it stands in the document then

  function tell(sentence) {
    problem.hidden = !sentence;
    replace(problem, icon("warning"), sentence);
  }

  function put(text) {
    field.value = text;
    field.focus();
    changed();
  }

  function changed() {
    sight.drafts.set(key, field.value);
    send.disabled = !field.value.trim();
    grow();
    if (!thread) offers.show(field.value, field);
  }

  function grow() {
    field.style.height = "auto";
    if (field.isConnected) field.style.height = `${Math.min(field.scrollHeight, TALLEST)}px`;
  }

  function pressed(event) {
    if (event.isComposing) return;
    if (offers.pressed(event, field)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      sendIt();
    }
  }

  async function sendIt() {
    const text = field.value.trim();
    if (!text) return;
    if (thread && text.startsWith("/")) {
      tell("Slash commands do not work in threads; type it in the channel.");
      return;
    }
    put("");
    offers.hide();
    tell("");
    try {
      if (text.startsWith("/")) await sight.do("command", { channel, words: text });
      else await sight.do("write", { channel, text, thread });
    } catch (failure) {
      if (!field.value) put(text);
      tell(failure.message);
    }
  }

  return { node, focus: () => field.focus(), type: put, tell, close: () => offers.hide() };
}

function hint(thread, command) {
  const key = (name) => h("kbd", {}, name);
  const start = thread ? [] : [h("code", {}, command), " for commands · "];
  return [...start, key("Enter"), " sends · ", key("Shift"), "+", key("Enter"), " starts a new line"];
}
