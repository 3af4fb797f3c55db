// rich_text: sections, lists, quotes, code.

import { h } from "../lib/dom.js";
import { emoji } from "./emoji.js";
import { linkTo, mention, place } from "./names.js";
import { unsupported } from "./unsupported.js";
import { when } from "./when.js";

const STYLES = { bold: "strong", italic: "em", strike: "del", underline: "u" };

export function richText(block, sheet) {
  return h("div", { class: "block words rich" }, richNodes(block, sheet.surface));
}

/** Also for cells and titles. */
export function richNodes(block, names) {
  const out = [];
  let list = []; // lists that follow each other are one, by their indents
  const endList = () => {
    if (list.length) out.push(nested(list, 0, names));
    list = [];
  };
  for (const part of block.elements ?? []) {
    if (part.type === "rich_text_list") {
      list.push(part);
      continue;
    }
    endList();
    out.push(piece(part, names));
  }
  endList();
  return out;
}

function piece(part, names) {
  switch (part.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section" }, inline(part.elements, names));
    case "rich_text_quote":
      return h("blockquote", { class: "quote" }, inline(part.elements, names));
    case "rich_text_preformatted":
      return h("pre", { class: "pre" }, inline(part.elements, names));
    default:
      return unsupported(part);
  }
}

function nested(lists, depth, names) {
  const first = lists.find((one) => (one.indent ?? 0) === depth) ?? lists[0];
  const ordered = first.style === "ordered";
  const node = h(ordered ? "ol" : "ul", { class: "rich-list", start: ordered && first.offset ? first.offset + 1 : undefined });
  for (let at = 0; at < lists.length; at += 1) {
    const one = lists[at];
    if ((one.indent ?? 0) > depth) {
      const deeper = [];
      while (at < lists.length && (lists[at].indent ?? 0) > depth) deeper.push(lists[at++]);
      at -= 1;
      (node.lastElementChild ?? node.appendChild(h("li"))).append(nested(deeper, depth + 1, names));
    } else {
      for (const item of one.elements) node.append(h("li", null, inline(item.elements, names)));
    }
  }
  return node;
}

function inline(elements, names) {
  return (elements ?? []).map((part) => styled(bare(part, names), part.style));
}

function bare(part, names) {
  switch (part.type) {
    case "text":
      return document.createTextNode(part.text);
    case "link":
      return linkTo(part.url, part.text ?? part.url, names);
    case "emoji":
      return h("span", { class: "emoji", role: "img", "aria-label": part.name.replaceAll("_", " ") }, fromCode(part.unicode) ?? emoji(part.name) ?? `:${part.name}:`);
    case "user":
      return mention(part.user_id, names);
    case "channel":
      return place(part.channel_id, names);
    case "usergroup":
      return h("span", { class: "mention" }, `@${part.usergroup_id}`);
    case "broadcast":
      return h("span", { class: "mention everyone" }, `@${part.range}`);
    case "date":
      return when(`!date^${part.timestamp}^${part.format}${part.url ? `^${part.url}` : ""}`, part.fallback ?? "", names);
    case "color":
      return h("span", { class: "colour" }, h("span", { class: "colour-spot", style: { background: /^#[0-9a-f]{3,8}$/i.test(part.value) ? part.value : "none" } }), part.value);
    default:
      return unsupported(part);
  }
}

function fromCode(unicode) {
  return unicode ? String.fromCodePoint(...unicode.split("-").map((code) => Number.parseInt(code, 16))) : null;
}

function styled(node, style = {}) {
  let out = node;
  if (style.code) out = h("code", { class: "code" }, out);
  for (const [name, tag] of Object.entries(STYLES)) {
    if (style[name]) out = h(tag, null, out);
  }
  return out;
}
