// The store's records as a table; a row can be written in, and deleted.

import { button, h, keyed, replace, table } from "./parts.js";

const LABELS = { "address.city": "city", customer_id: "customer", total_spent: "total spent", first_name: "first name", last_name: "last name" };

/** `save(id, fields)` and `remove(id)` ask the server. */
export function records({ save, remove }) {
  const shown = table("Records of Demo Store");
  const empty = h("p", { class: "panel-empty", hidden: true }, "No record has these words.");
  let columns = [];
  let editable = [];
  let editing = null; // the id of the row that is being written in

  const drawRows = keyed(shown.body, {
    key: (row) => row.id,
    print: (row) => JSON.stringify([row, columns, editing === row.id]),
    draw: (row, before) => (editing === row.id ? (before?.dataset.editing ? before : form(row)) : line(row)),
  });
  let rows = [];

  function edit(id, focus = "") {
    editing = id;
    drawRows(rows);
    const row = shown.body.querySelector("tr[data-editing]");
    (row?.querySelector(`input[name="${CSS.escape(focus)}"]`) ?? row?.querySelector("input"))?.focus();
  }

  function stop(id) {
    editing = null;
    drawRows(rows);
    shown.body.querySelector(`tr[data-id="${id}"] .record-edit`)?.focus();
  }

  function line(row) {
    const name = `number ${row.id}`;
    return h(
      "tr",
      { class: row.deleted ? "is-deleted" : "", dataset: { id: row.id } },
      row.cells.map((cell, at) =>
        h(
          at === 0 ? "th" : "td",
          { scope: at === 0 ? "row" : null, on: { dblclick: () => !row.deleted && edit(row.id, columns[at]) } },
          h("span", null, cell),
          at === 0 && state(row),
        ),
      ),
      h("td", { class: "when" }, h("time", { datetime: row.updated_at, title: row.updated_at }, row.updated_at.slice(0, 16).replace("T", " "))),
      h(
        "td",
        { class: "actions" },
        !row.deleted && [
          button("Edit", () => edit(row.id), { class: "plain record-edit", "aria-label": `Edit ${name}` }),
          button("Delete", () => remove(row.id), { class: "plain", "aria-label": `Delete ${name}` }),
        ],
      ),
    );
  }

  function state(row) {
    if (!row.deleted && !row.created) return null;
    const what = row.deleted ? "deleted" : "added";
    return [" ", h("span", { class: `chip ${what}` }, what)];
  }

  function form(row) {
    const before = Object.fromEntries(columns.map((column, at) => [column, row.cells[at]]));
    const inputs = editable.map((column) =>
      h("input", { class: "field", name: column, value: before[column], "aria-label": `${label(column)} of number ${row.id}` }),
    );
    async function keep() {
      const fields = {};
      for (const input of inputs) if (input.value !== before[input.name]) fields[input.name] = input.value;
      if (Object.keys(fields).length && !(await save(row.id, fields))) return;
      stop(row.id);
    }
    const press = (event) => {
      if (event.key === "Enter" && event.target.tagName === "INPUT") keep();
      else if (event.key === "Escape") stop(row.id);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    return h(
      "tr",
      { dataset: { id: row.id, editing: "yes" }, on: { keydown: press } },
      columns.map((column, at) => {
        const input = inputs.find((one) => one.name === column);
        return h(at === 0 ? "th" : "td", { scope: at === 0 ? "row" : null }, input ?? row.cells[at]);
      }),
      h("td", { class: "when muted" }, "Sent as typed"),
      h(
        "td",
        { class: "actions" },
        button("Save", keep, { class: "primary" }),
        button("Cancel", () => stop(row.id), { class: "plain" }),
      ),
    );
  }

  return {
    root: h("div", null, shown.root, empty),
    show(data) {
      if (data.columns.join() !== columns.join()) editing = null;
      columns = data.columns;
      editable = data.editable;
      rows = data.rows;
      const heads = [...columns.map(label), "changed", "actions"];
      replace(shown.head, heads.map((name) => h("th", { scope: "col" }, name === "actions" ? h("span", { class: "hidden-visually" }, name) : name)));
      drawRows(rows);
      empty.hidden = rows.length > 0;
    },
  };
}

function label(column) {
  return LABELS[column] ?? column;
}
