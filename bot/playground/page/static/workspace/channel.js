// A channel or the DM with the bot: its messages and a composer.

import { h, icon } from "../lib/dom.js";
import { composer } from "./composer.js";
import { avatar, count } from "./drawing.js";
import { follow } from "./following.js";
import { MessageList } from "./list.js";

/** Returns {id, node, focus(), type(text), close()}. */
export function channelPane(sight, channelId, frame) {
  const channel = sight.channels[channelId];
  const own = channel.kind === "im";
  const name = sight.channelName(channelId);
  const list = new MessageList(sight, {
    label: `Messages in ${name}`,
    load: (before) => sight.messages({ channel: channelId, before }),
    rows: {
      openThread: (ts) => frame.openThread(channelId, ts),
      unreadSince: channel.unread ? (channel.read ?? "") : null,
    },
    intro: () => intro(sight, channel, name, (text) => box.type(text)),
    seen: (ts) => markRead(sight, channelId, ts),
  });
  const stop = follow(sight, list, (message) => message.channel === channelId && (!message.is_reply || message.broadcast));
  const box = composer(sight, { channel: channelId, label: `Message ${name}`, closed: channel.archived });
  const seen = () => !document.hidden && list.atEnd && list.last && markRead(sight, channelId, list.last.ts);
  document.addEventListener("visibilitychange", seen, { signal: sight.leaving.signal });
  list.start().catch((problem) => box.tell(problem.message));
  return {
    id: channelId,
    node: h(
      "section",
      { class: "pane", "aria-label": name },
      h(
        "header",
        { class: "pane-head" },
        frame.backButton(),
        own && avatar(sight.bot, true),
        h("h1", {}, !own && icon(channel.kind === "private" ? "lock" : "hash"), channel.name),
        own ? frame.appTabs("messages") : h("span", { class: "muted few" }, count(channel.members, "member")),
      ),
      list.node,
      box.node,
    ),
    focus: () => box.focus(),
    type: (text) => box.type(text),
    close() {
      document.removeEventListener("visibilitychange", seen);
      stop();
      list.close();
      box.close();
    },
  };
}

function markRead(sight, channelId, ts) {
  const channel = sight.channels[channelId];
  if (document.hidden || ts <= (channel.read ?? "")) return;
  channel.read = ts;
  sight.do("read", { channel: channelId, ts }).catch(() => {}); // the mark stays; no more is lost
}

function intro(sight, channel, name, type) {
  if (channel.kind !== "im") {
    return h(
      "div",
      {},
      h("h2", {}, name),
      h("p", { class: "muted" }, `This is the very beginning of ${name}.`),
    );
  }
  const command = sight.command.name;
  return h(
    "div",
    {},
    avatar(sight.bot),
    h("h2", {}, sight.bot.name),
    h("p", { class: "muted" }, `This conversation is between you and ${sight.bot.name}. ${sight.command.text}.`),
    h(
      "p",
      { class: "intro-do" },
      h("button", { type: "button", class: "button", on: { click: () => type(command) } }, "Type ", h("code", {}, command)),
      h("span", { class: "muted" }, "to see what it can do."),
    ),
  );
}
