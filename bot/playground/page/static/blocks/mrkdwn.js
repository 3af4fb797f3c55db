// Slack's mrkdwn as nodes. Text from outside only ever becomes text nodes.

import { h } from "../lib/dom.js";
import { emoji } from "./emoji.js";
import { isAddress, linkTo, mention, place } from "./names.js";
import { when } from "./when.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const WORD = /[\p{L}\p{N}]/u;
const MARKS = { "*": "strong", _: "em", "~": "del" };
const BARE = /^https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]}'"“”]/;
const ITEM = /^(\s*)([•◦▪‣]|-(?= )|\d+[.)](?= ))\s+/u;

export function unescape(text) {
  return text.replace(/&(?:lt|gt|amp);/g, (found) => ENTITIES[found]);
}

/** `names`: {people, channels, me} (a surface will do). `verbatim`: bare links stay text. */
export function mrkdwn(text, names = {}, { verbatim = false } = {}) {
  const fragment = document.createDocumentFragment();
  const parts = String(text ?? "").split("```");
  if (parts.length % 2 === 0) parts.push(`${parts.splice(-2, 1)[0]}\`\`\`${parts.pop()}`); // never closed
  parts.forEach((part, at) => {
    if (at % 2 === 0) {
      fragment.append(lines(trimmed(part, at > 0, at < parts.length - 1), names, verbatim));
      return;
    }
    const code = unescape(part.replace(/^\n/, "").replace(/\n$/, ""));
    if (code) fragment.append(h("pre", { class: "pre" }, withoutLinks(code)));
  });
  return fragment;
}

/** Plain text: emoji become signs unless the object says otherwise. */
export function plain(text, withEmoji = true) {
  const words = unescape(String(text ?? ""));
  if (!withEmoji) return words;
  return words.replace(/:([a-z0-9_+'-]+):/g, (whole, name) => emoji(name) ?? whole);
}

function trimmed(words, afterCode, beforeCode) {
  let rest = words;
  if (afterCode) rest = rest.replace(/^\n/, "");
  if (beforeCode) rest = rest.replace(/\n$/, "");
  return rest;
}

function withoutLinks(code) {
  return code.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (whole, target, label) => {
    return /^(https?:|mailto:)/.test(target) ? label || target : whole;
  });
}

function lines(text, names, verbatim) {
  const fragment = document.createDocumentFragment();
  const inline = (line) => spans(line, names, verbatim);
  let quoted = [];
  let needsBreak = false;
  const endQuote = () => {
    if (!quoted.length) return;
    const quote = h("blockquote", { class: "quote" });
    quoted.forEach((line, index) => quote.append(...(index ? [h("br")] : []), inline(line)));
    fragment.append(quote);
    quoted = [];
    needsBreak = false;
  };
  const all = text.split("\n");
  for (let at = 0; at < all.length; at += 1) {
    const line = all[at];
    if (/^(?:>|&gt;){3} ?/.test(line)) { // all that follows
      quoted.push(line.replace(/^(?:>|&gt;){3} ?/, ""), ...all.slice(at + 1));
      break;
    }
    if (/^(?:>|&gt;) ?/.test(line)) {
      quoted.push(line.replace(/^(?:>|&gt;) ?/, ""));
      continue;
    }
    endQuote();
    const item = ITEM.exec(line);
    if (item) {
      const words = h("span", { class: "mrk-words" }, inline(line.slice(item[0].length)));
      const mark = h("span", { class: "mrk-mark" }, `${item[2]} `);
      const deep = Math.min(4, Math.floor(item[1].length / 2));
      fragment.append(h("div", { class: `mrk-item deep-${deep}` }, mark, words));
      needsBreak = false;
      continue;
    }
    if (needsBreak) fragment.append(h("br"));
    fragment.append(inline(line));
    needsBreak = true;
  }
  endQuote();
  return fragment;
}

/** One line: code, links and mentions, emoji, bold, italic, strike. */
function spans(text, names, verbatim) {
  const fragment = document.createDocumentFragment();
  let words = "";
  const flush = () => {
    if (words) fragment.append(words);
    words = "";
  };
  const add = (node, length) => {
    flush();
    fragment.append(node);
    return length;
  };
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const before = at ? text[at - 1] : "";
    const took = one(rest, before, names, verbatim, add);
    if (took) {
      at += took;
    } else {
      const entity = /^&(?:lt|gt|amp);/.exec(rest);
      words += entity ? ENTITIES[entity[0]] : text[at];
      at += entity ? entity[0].length : 1;
    }
  }
  flush();
  return fragment;
}

function one(rest, before, names, verbatim, add) {
  const sign = rest[0];
  if (sign === "`") {
    const code = /^`([^`\n]+)`/.exec(rest);
    return code ? add(h("code", { class: "code" }, withoutLinks(unescape(code[1]))), code[0].length) : 0;
  }
  if (sign === "<") {
    const found = /^<([^<>\n]+)>/.exec(rest);
    return found ? add(angle(found[1], names), found[0].length) : 0;
  }
  if (sign === ":") {
    const found = /^:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?/.exec(rest);
    const drawn = found && emoji(found[1]);
    return drawn ? add(sign_of(drawn, found[1]), found[0].length) : 0;
  }
  if (sign in MARKS && !WORD.test(before) && before !== sign) {
    const inner = marked(rest, sign);
    if (inner === null) return 0;
    return add(h(MARKS[sign], null, spans(inner, names, verbatim)), inner.length + 2);
  }
  if (sign === "h" && !verbatim && !WORD.test(before)) {
    const bare = BARE.exec(rest);
    if (bare) return add(linkTo(unescape(bare[0]), unescape(bare[0]), names), bare[0].length);
  }
  return 0;
}

/** What stands between this mark and the one that closes it; null where none does. */
function marked(rest, sign) {
  if (!rest[1] || /\s/.test(rest[1]) || rest[1] === sign) return null;
  let inside = "";
  for (let at = 1; at < rest.length; at += 1) {
    const letter = rest[at];
    if (letter === "<") { // a link is never cut in two
      const link = /^<[^<>\n]+>/.exec(rest.slice(at));
      if (link) {
        inside += link[0];
        at += link[0].length - 1;
        continue;
      }
    }
    if (letter === sign) {
      const ends = !/\s/.test(rest[at - 1]) && !WORD.test(rest[at + 1] ?? "") && rest[at + 1] !== sign;
      return ends ? inside : null;
    }
    inside += letter;
  }
  return null;
}

function sign_of(drawn, name) {
  return h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, drawn);
}

/** What stands between < and >. */
function angle(inside, names) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inside.slice(bar + 1));
  if (target.startsWith("@")) return mention(target.slice(1), names, label);
  if (target.startsWith("#")) return place(target.slice(1), names, label);
  if (target.startsWith("!date^")) return when(target, label, names);
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label || "@group");
  if (target.startsWith("!")) {
    const word = target.slice(1);
    return h("span", { class: "mention everyone" }, label || `@${word}`);
  }
  if (!isAddress(unescape(target))) return document.createTextNode(unescape(`<${inside}>`));
  return linkTo(unescape(target), label || unescape(target).replace(/^mailto:/, ""), names);
}
