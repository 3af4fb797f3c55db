// One message as a row: who, when, what, its thread.

import { redrawBlocks, renderBlocks } from "../blocks/blocks.js";
import { mrkdwn } from "../blocks/mrkdwn.js";
import { arrange, h, icon } from "../lib/dom.js";
import { clock, day, dayKey, exact } from "../lib/time.js";
import { avatar, count, time, timeAgo } from "./drawing.js";

const TOGETHER = 300; // seconds within which somebody's messages are drawn as one

const drawn = new WeakMap(); // row → {article, body, host}: what a redraw goes on using

/**
 * `before`: the message above, or null; `openThread`: null where the list is a thread itself.
 * `row`: the one that is drawn anew. Returns a list item with `data-ts`.
 */
export function messageRow(sight, message, { before, openThread, unreadSince, parent }, row = null) {
  const tz = sight.me.tz;
  const newDay = !before || dayKey(before.ts, tz) !== dayKey(message.ts, tz);
  const isNew =
    unreadSince !== null && message.ts > unreadSince && (!before || before.ts <= unreadSince);
  const isFirstReply = before && before.ts === parent;
  const follows = !newDay && !isNew && !isFirstReply && before && goesOn(before, message);
  const list = row ?? h("li", { class: "row", dataset: { ts: message.ts } });
  const kept = drawn.get(list) ?? { article: h("article", {}), body: h("div", { class: "message-body" }), host: null };
  drawn.set(list, kept);
  drawArticle(sight, message, { follows, openThread, kept });
  return arrange(list, [
    isFirstReply && line("Replies"),
    (newDay || isNew) && line(newDay && day(message.ts, tz), isNew && "New"),
    kept.article,
  ]);
}

function goesOn(before, message) {
  return (
    before.user === message.user &&
    before.ephemeral === message.ephemeral &&
    !message.blocks?.length && // what is built of blocks stands by itself
    !before.reply_count &&
    Number(message.ts) - Number(before.ts) < TOGETHER
  );
}

/** A line across the list: the day's name, "New" at its end, or both. */
function line(words, end = false) {
  return h(
    "div",
    { class: end ? "line-across new" : "line-across" },
    words && h("span", { class: "line-words" }, words),
    end && h("span", { class: "line-end" }, end),
  );
}

function drawArticle(sight, message, { follows, openThread, kept }) {
  const { article, body } = kept;
  const person = sight.person(message.user);
  const tz = sight.me.tz;
  const classes = ["message", follows && "follows", message.ephemeral && "whisper"];
  article.className = classes.filter(Boolean).join(" ");
  article.setAttribute("aria-label", `${person.name}, ${clock(message.ts, tz)}`);
  arrange(body, [
    !follows && author(sight, person, message),
    content(sight, message, kept),
    openThread && message.reply_count > 0 && threadBar(sight, message, openThread),
  ]);
  arrange(article, [
    message.ephemeral && h("p", { class: "only-you" }, icon("eye"), "Only visible to you"),
    follows ? time(message.ts, tz, "time aside") : avatar(person),
    body,
    openThread && !message.ephemeral && tools(message, openThread),
  ]);
}

function author(sight, person, message) {
  return h(
    "div",
    { class: "author" },
    h("span", { class: "name" }, person.name),
    person.is_bot && h("span", { class: "app-mark" }, "App"),
    time(message.ts, sight.me.tz),
  );
}

function content(sight, message, kept) {
  const { channel, ts, ephemeral } = message;
  const surface = sight.surface({ kind: "message", channel, ts, ephemeral }, message);
  const edited =
    message.edited &&
    h("span", { class: "edited", title: exact(message.edited.ts, sight.me.tz) }, "(edited)");
  const more = (message.attachments ?? []).map((one) => attachment(one, surface));
  if (!message.blocks?.length) {
    kept.host = null;
    return [message.text && h("div", { class: "words" }, mrkdwn(message.text, surface), " ", edited), more];
  }
  if (kept.host) redrawBlocks(kept.host, message.blocks, surface);
  else kept.host = renderBlocks(message.blocks, surface);
  return [kept.host, more, edited];
}

function attachment(one, surface) {
  const style = /^#[0-9a-f]{3,8}$/i.test(one.color ?? "") ? { borderLeftColor: one.color } : {};
  return h(
    "div",
    { class: "attachment", style },
    one.text && h("div", { class: "words" }, mrkdwn(one.text, surface)),
    one.blocks?.length && renderBlocks(one.blocks, surface),
  );
}

function threadBar(sight, message, openThread) {
  const faces = message.reply_users.slice(0, 4).map((id) => avatar(sight.person(id), true));
  return h(
    "button",
    { type: "button", class: "thread-bar", on: { click: () => openThread(message.ts) } },
    h("span", { class: "faces" }, faces),
    h("span", { class: "thread-count" }, count(message.reply_count, "reply", "replies")),
    h("span", { class: "muted" }, "Last reply ", timeAgo(message.latest_reply, sight.me.tz)),
  );
}

function tools(message, openThread) {
  const click = () => openThread(message.ts);
  return h(
    "div",
    { class: "message-tools" },
    h(
      "button",
      { type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread", on: { click } },
      icon("thread"),
    ),
  );
}
