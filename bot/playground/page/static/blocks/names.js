// People, channels and links by name. `names` is {people, channels, me, openLink} (a surface).

import { h } from "../lib/dom.js";

function find(among, id) {
  if (!among) return undefined;
  if (Array.isArray(among)) return among.find((one) => one.id === id);
  return among instanceof Map ? among.get(id) : among[id];
}

export function all(among) {
  if (!among) return [];
  return Array.isArray(among) ? among : [...(among instanceof Map ? among.values() : Object.values(among))];
}

export const personOf = (names, id) => find(names.people, id);
export const channelOf = (names, id) => find(names.channels, id);
export const meOf = (names) =>
  typeof names.me === "string" ? (personOf(names, names.me) ?? { id: names.me }) : (names.me ?? {});

export function personName(names, id) {
  return personOf(names, id)?.name ?? id;
}

export function placeName(names, id) {
  const channel = channelOf(names, id);
  if (!channel) return id;
  return channel.kind === "im" ? (channel.with_name ?? channel.name) : channel.name;
}

export function mention(id, names, label = "") {
  const isMe = meOf(names).id === id;
  const words = personOf(names, id)?.name ?? (label || id);
  return h("span", { class: isMe ? "mention mine" : "mention" }, `@${words.replace(/^@/, "")}`);
}

export function place(id, names, label = "") {
  const channel = channelOf(names, id);
  return h("span", { class: "mention" }, `#${channel?.name ?? (label || id)}`);
}

/** Whether one may follow it: no script hides behind these. */
export const isAddress = (url) => /^(https?:|mailto:|tel:|slack:)/i.test(url);

/** A link that opens beside; what is no address of a page or a mailbox stays text. */
export function linkTo(url, words, names = {}, shown = []) {
  if (!isAddress(url)) return document.createTextNode(words);
  const click = (event) => {
    if (!names.openLink) return;
    event.preventDefault();
    names.openLink(url);
  };
  const props = { class: "link", href: url, target: "_blank", rel: "noopener noreferrer", on: { click } };
  return h("a", props, shown.length ? shown : words);
}
