// What a menu offers: {value, key, text, more?, icon?, person?}, in groups with or without a label.

import { quietly } from "./sheet.js";
import { wordsOf } from "./text.js";
import { all, channelOf, personName, placeName } from "./names.js";

const MOST = 100; // options: more than that and Slack shows nothing at all
const LEAST = 3; // letters before a bot is asked, unless the element says otherwise

const kindOf = (element) => element.type.replace("multi_", "").replace("_select", "");

/** What one chosen value is called. */
export function called(element, value, names) {
  switch (kindOf(element)) {
    case "users":
      return { key: value, text: personName(names, value), person: value };
    case "conversations":
    case "channels":
      return { key: value, ...placed(channelOf(names, value), placeName(names, value)) };
    default:
      return { key: value.value, text: wordsOf(value.text, names) };
  }
}

export const asksBot = (element) => kindOf(element) === "external";
export const leastLetters = (element) => element.min_query_length ?? LEAST;

/** What the menu has by itself, narrowed down to the query. */
export function offersHere(element, sheet, query) {
  return narrowed(own(element, sheet.surface), query);
}

function own(element, names) {
  switch (kindOf(element)) {
    case "users": {
      const people = all(names.people).filter((one) => !one.is_bot && !one.deleted);
      return [{ label: "", options: people.map((one) => offer(element, one.id, names)) }];
    }
    case "conversations":
    case "channels": {
      const places = all(names.channels).filter((one) => isShown(one, element));
      return [{ label: "", options: places.map((one) => offer(element, one.id, names)) }];
    }
    default:
      return grouped(element, element, names);
  }
}

function isShown(channel, element) {
  if (channel.archived) return false;
  if (kindOf(element) === "channels") return channel.kind === "public";
  const include = element.filter?.include;
  return !include || include.includes(channel.kind);
}

function placed(channel, name) {
  if (channel?.kind === "im") return { text: name, icon: "message" };
  return channel?.kind === "private" ? { text: name, icon: "lock" } : { text: `#${name}` };
}

function offer(element, value, names) {
  const more = value.description && wordsOf(value.description, names);
  return { value, more, ...called(element, value, names) };
}

function grouped(element, given, names) {
  const groups = given.option_groups ?? [{ label: null, options: given.options ?? [] }];
  return groups.map((group) => ({
    label: group.label ? wordsOf(group.label, names) : "",
    options: (group.options ?? []).map((option) => offer(element, option, names)),
  }));
}

function narrowed(groups, query) {
  const wanted = plainLetters(query);
  if (!wanted) return groups;
  return groups
    .map((group) => ({
      ...group,
      options: group.options.filter((one) => plainLetters(`${one.text} ${one.more ?? ""}`).includes(wanted)),
    }))
    .filter((group) => group.options.length);
}

const plainLetters = (text) => text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

/** Asks the bot; nothing where it answers with more than a menu may hold. */
export async function offersOfBot(block, element, sheet, query) {
  const answer = await quietly(sheet.surface.suggest(block, element, query));
  const given = Array.isArray(answer) ? { options: answer } : (answer ?? {});
  const groups = grouped(element, given, sheet.surface);
  const tooMany = groups.length > MOST || groups.some((group) => group.options.length > MOST);
  return tooMany ? [] : groups.filter((group) => group.options.length);
}
