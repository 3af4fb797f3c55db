// The markdown block: the usual Markdown, as Slack draws it.

import { h } from "../lib/dom.js";
import { emoji } from "./emoji.js";
import { linkTo } from "./names.js";

const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;

export function markdown(block, sheet) {
  return h("div", { class: "block words markdown" }, blocks(String(block.text ?? "").replace(/\r\n?/g, "\n").split("\n"), sheet.surface));
}

function blocks(lines, names) {
  const out = [];
  let at = 0;
  const take = (test) => {
    const from = at;
    while (at < lines.length && test(lines[at])) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at];
    const fence = /^\s*(```|~~~)/.exec(line);
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (!line.trim()) {
      at += 1;
    } else if (fence) {
      at += 1;
      const code = take((one) => !one.trim().startsWith(fence[1]));
      at += 1;
      out.push(h("pre", { class: "pre" }, code.join("\n")));
    } else if (heading) {
      at += 1;
      out.push(h("div", { class: `heading heading-${heading[1].length}`, role: "heading", "aria-level": String(heading[1].length + 2) }, inline(heading[2], names)));
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      at += 1;
      out.push(h("hr", { class: "b-divider" }));
    } else if (/^\s*>/.test(line)) {
      const quoted = take((one) => /^\s*>/.test(one)).map((one) => one.replace(/^\s*> ?/, ""));
      out.push(h("blockquote", { class: "quote" }, blocks(quoted, names)));
    } else if (ITEM.test(line)) {
      out.push(list(take((one) => ITEM.test(one) || /^\s{2,}\S/.test(one)), names));
    } else if (line.includes("|") && /^\s*\|?\s*:?-{3,}/.test(lines[at + 1] ?? "")) {
      out.push(grid(take((one) => one.includes("|")), names));
    } else {
      const words = take((one) => one.trim() && !/^(\s*(```|~~~|>)|#{1,6}\s)/.test(one) && !ITEM.test(one));
      if (!words.length) words.push(lines[at++]);
      out.push(h("p", null, words.flatMap((one, row) => [row ? h("br") : null, inline(one.trim(), names)])));
    }
  }
  return out;
}

function list(lines, names) {
  const indent = ITEM.exec(lines[0])[1].length;
  const ordered = /\d/.test(ITEM.exec(lines[0])[2]);
  const start = ordered ? Number.parseInt(ITEM.exec(lines[0])[2], 10) : 1;
  const node = h(ordered ? "ol" : "ul", { class: "rich-list", start: start > 1 ? start : undefined });
  for (let at = 0; at < lines.length; at += 1) {
    const found = ITEM.exec(lines[at]);
    if (found && found[1].length <= indent) {
      node.append(item(found[3], names));
      continue;
    }
    const deeper = [];
    while (at < lines.length && (ITEM.exec(lines[at])?.[1].length ?? indent + 1) > indent) deeper.push(lines[at++]);
    at -= 1;
    const inner = ITEM.test(deeper[0]) ? list(deeper, names) : [" ", inline(deeper.join(" ").trim(), names)];
    node.lastElementChild?.append(...[inner].flat(2));
  }
  return node;
}

function item(words, names) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(words);
  if (!task) return h("li", null, inline(words, names));
  return h("li", { class: "task" }, h("input", { type: "checkbox", disabled: true, checked: task[1] !== " ", "aria-label": task[2] }), " ", inline(task[2], names));
}

function grid(lines, names) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const sides = cells(lines[1]).map((rule) => (rule.endsWith(":") ? (rule.startsWith(":") ? "center" : "right") : "left"));
  const row = (tag) => (line) => h("tr", null, cells(line).map((cell, at) => h(tag, { class: `to-${sides[at] ?? "left"}`, scope: tag === "th" ? "col" : undefined }, inline(cell, names))));
  const table = h("table", { class: "grid" }, h("thead", null, row("th")(lines[0])), h("tbody", null, lines.slice(2).map(row("td"))));
  return h("div", { class: "grid-place", tabindex: "0", role: "region", "aria-label": "Table" }, table);
}

const INLINE = [
  [/^`+([^`]+)`+/, (found) => h("code", { class: "code" }, found[1])],
  [/^!\[([^\]]*)\]\(([^()\s]+)\)/, (found) => h("span", { class: "muted" }, found[1] || found[2])],
  [/^\[([^\]]+)\]\(([^()\s]+)[^)]*\)/, (found, names) => linkTo(found[2], found[1], names, [inline(found[1], {})].flat())],
  [/^<(https?:[^>\s]+)>/, (found, names) => linkTo(found[1], found[1], names)],
  [/^(\*\*|__)(?=\S)(.+?\S|\S)\1/, (found, names) => h("strong", null, inline(found[2], names))],
  [/^~~(?=\S)(.+?)~~/, (found, names) => h("del", null, inline(found[1], names))],
  [/^\*(?=[^\s*])(.+?[^\s*]|[^\s*])\*(?!\*)/, (found, names) => h("em", null, inline(found[1], names))],
  [/^_(?=[^\s_])(.+?[^\s_]|[^\s_])_(?![\p{L}\p{N}_])/u, (found, names) => h("em", null, inline(found[1], names))],
  [/^https?:\/\/[^\s<>)]*[^\s<>).,;:!?]/, (found, names) => linkTo(found[0], found[0], names)],
  [/^:([a-z0-9_+-]+):/, (found) => emoji(found[1]) ?? null],
];

function inline(text, names) {
  const out = [];
  let words = "";
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const escape = /^\\([\\`*_{}[\]()#+.!|~>-])/.exec(rest);
    const [found, node] = escape ? [null, null] : match(rest, text[at - 1] ?? " ", names);
    if (node) {
      out.push(words, node);
      words = "";
      at += found[0].length;
    } else {
      words += escape ? escape[1] : text[at];
      at += escape ? 2 : 1;
    }
  }
  out.push(words);
  return out.filter((part) => part !== "");
}

function match(rest, before, names) {
  for (const [pattern, draw] of INLINE) {
    const found = pattern.exec(rest);
    if (!found || (rest[0] === "_" && /[\p{L}\p{N}]/u.test(before))) continue;
    const node = draw(found, names);
    if (node) return [found, node];
  }
  return [null, null];
}
