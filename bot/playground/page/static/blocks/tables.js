// table, and data_table with paging, sorting and filtering.

import { h, icon, uid } from "../lib/dom.js";
import { richNodes } from "./rich.js";
import { plain } from "./mrkdwn.js";

const PAGE = 10; // rows, unless the block says otherwise

export function table(block, sheet) {
  const sides = block.column_settings ?? [];
  const side = (at) => `to-${sides[at]?.align ?? "left"}${sides[at]?.is_wrapped ? " wrapped" : ""}`;
  const [head, ...rows] = block.rows ?? [[]];
  const row = (tag) => (cells) =>
    h("tr", null, cells.map((cell, at) => h(tag, { class: side(at), scope: tag === "th" ? "col" : undefined }, drawn(cell, sheet.surface))));
  const grid = h("table", { class: "grid" }, h("thead", null, row("th")(head)), h("tbody", null, rows.map(row("td"))));
  return h("div", { class: "block b-table grid-place", tabindex: "0", role: "region", "aria-label": "Table" }, grid);
}

function drawn(cell, names) {
  if (cell.type === "rich_text") return richNodes(cell, names);
  return cell.type === "raw_number" ? (cell.text ?? cell.value.toLocaleString("en")) : plain(cell.text);
}

const isNumber = (cell) => cell?.type === "raw_number";

function textOf(cell) {
  if (cell.type === "raw_number") return cell.text ?? String(cell.value);
  if (cell.type === "raw_text") return cell.text;
  const parts = [];
  const walk = (node) => {
    if (typeof node?.text === "string") parts.push(node.text);
    for (const inner of node?.elements ?? []) walk(inner);
  };
  walk(cell);
  return parts.join("");
}

function compared(one, other) {
  if (isNumber(one) && isNumber(other)) return one.value - other.value;
  return textOf(one).localeCompare(textOf(other), "en", { numeric: true, sensitivity: "base" });
}

export function dataTable(block, sheet) {
  const [head, ...all] = block.rows;
  const size = block.page_size ?? PAGE;
  const caption = uid("caption");
  const looks = { page: 0, column: -1, down: false, query: "" };
  const numeric = head.map((_, at) => all.every((row) => isNumber(row[at])));

  const body = h("tbody");
  const headers = head.map((cell, at) =>
    h(
      "th",
      { scope: "col", class: numeric[at] ? "to-right" : "to-left" },
      h("button", { type: "button", class: "sort", on: { click: () => sort(at) } }, h("span", null, drawn(cell, sheet.surface)), icon("down")),
    ),
  );
  const filter = h("input", { type: "search", class: "field table-filter", placeholder: "Filter", "aria-label": `Filter “${block.caption}”`, on: { input: filtered } });
  const turn = (name, sign, by) =>
    h("button", { type: "button", class: "icon-button", "aria-label": name, on: { click: () => page(looks.page + by) } }, icon(sign));
  const back = turn("Previous page", "back", -1);
  const next = turn("Next page", "next", 1);
  const where = h("span", { class: "table-where", role: "status" });
  const turns = h("span", { class: "table-turns" }, back, next);

  function sort(at) {
    looks.down = looks.column === at && !looks.down;
    looks.column = at;
    looks.page = 0;
    draw();
  }
  function filtered() {
    looks.query = filter.value.trim().toLowerCase();
    looks.page = 0;
    draw();
  }
  function page(to) {
    looks.page = to;
    draw();
  }
  function draw() {
    const fits = (row) => !looks.query || row.some((cell) => textOf(cell).toLowerCase().includes(looks.query));
    const rows = all.filter(fits);
    if (looks.column >= 0) rows.sort((one, other) => compared(one[looks.column], other[looks.column]) * (looks.down ? -1 : 1));
    const pages = Math.max(1, Math.ceil(rows.length / size));
    looks.page = Math.min(looks.page, pages - 1);
    const from = looks.page * size;
    const shown = rows.slice(from, from + size);
    body.replaceChildren(...shown.map(row));
    headers.forEach((header, at) => {
      const sorted = looks.column === at ? (looks.down ? "descending" : "ascending") : "none";
      header.setAttribute("aria-sort", sorted);
    });
    where.textContent = rows.length ? `${from + 1}–${from + shown.length} of ${rows.length}` : "No rows match";
    back.disabled = looks.page === 0;
    next.disabled = looks.page >= pages - 1;
    turns.hidden = pages === 1;
  }
  function row(cells) {
    return h("tr", null, cells.map((cell, at) => {
      const isHeader = at === block.row_header_column_index;
      return h(isHeader ? "th" : "td", { scope: isHeader ? "row" : undefined, class: isNumber(cell) ? "to-right" : "to-left" }, drawn(cell, sheet.surface));
    }));
  }
  draw();
  return h(
    "div",
    { class: "block b-data-table" },
    h("div", { class: "table-head" }, h("div", { class: "table-caption", id: caption }, plain(block.caption)), filter),
    h("div", { class: "grid-place", tabindex: "0", role: "region", "aria-labelledby": caption }, h("table", { class: "grid", "aria-labelledby": caption }, h("thead", null, h("tr", null, headers)), body)),
    h("div", { class: "table-foot" }, where, turns),
  );
}
