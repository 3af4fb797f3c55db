// Project: the tables that the data goes to, with what changed since the last look.

import { get, post } from "../lib/api.js";
import { attempt, button, count, follow, frame, h, icon, keyed, pager, replace, search, table, tabs } from "./parts.js";

const LOOK = "patchbay.look"; // of this tab

export function mountProject(el, { live } = {}) {
  const asked = { look: look(), table: "", q: "", page: 1 };
  const where = h("p", { class: "muted" });
  const choice = tabs("Tables", (name) => turn({ table: name, page: 1 }));
  const marked = h("span", { class: "project-marked", role: "status" });
  const seenAll = button("Mark all as seen", () => act(), { sign: "check" });
  const shown = table("Rows of the table");
  const pages = pager("rows", (page) => turn({ page }));
  const empty = h("div", { class: "panel-empty" });
  const tools = h(
    "div",
    { class: "panel-tools" },
    search("Search rows", (q) => turn({ q, page: 1 })),
    marked,
    seenAll,
  );
  const shell = frame(
    "Project",
    "Your own database, where the data goes. What changes while you look away is marked.",
    where,
    choice.root,
    tools,
    shown.root,
    empty,
    pages.root,
  );
  const drawRows = keyed(shown.body, {
    key: (row) => row.key,
    print: JSON.stringify,
    draw: (row) =>
      h(
        "tr",
        { class: row.mark ? `is-${row.mark}` : "" },
        h("td", { class: "mark" }, row.mark && h("span", { class: `chip ${row.mark}` }, row.mark)),
        row.cells.map((cell) => h("td", null, cell ?? h("span", { class: "null" }, "null"))),
      ),
  });

  function turn(change) {
    Object.assign(asked, change);
    return seen.look();
  }

  async function act() {
    await attempt(shell.say, () => post("/api/project/looked", { look: asked.look }));
    await seen.look();
  }

  function draw(data) {
    where.textContent = data.database;
    const none = !data.tables.length;
    for (const part of [choice.root, tools, shown.root, pages.root]) part.hidden = none;
    empty.hidden = !none && data.table?.total > 0;
    if (none) {
      replace(empty, icon("project"), h("p", null, "There is no table yet. Saving a mapping makes the first one."));
      return;
    }
    choice.show(
      data.tables.map(({ name, rows, changed }) => ({
        id: name,
        label: name,
        note: count(rows),
        marked: changed ? `${count(changed)} new or changed` : "",
      })),
      data.table?.name,
    );
    if (data.table) drawTable(data.table);
  }

  function drawTable(now) {
    asked.page = now.page;
    replace(
      shown.head,
      h("th", { scope: "col" }, h("span", { class: "hidden-visually" }, "Since the last look")),
      now.columns.map((column) =>
        h(
          "th",
          { scope: "col" },
          column.name,
          h("small", null, column.type, column.key && h("span", { class: "key" }, " key")),
        ),
      ),
    );
    drawRows(now.rows);
    pages.show(now);
    const facts = [
      [now.new, "new"],
      [now.changed, "changed"],
      [now.removed, "removed"],
    ].filter(([many]) => many);
    const words = facts.length
      ? `Since the last look: ${facts.map(([many, what]) => `${count(many)} ${what}`).join(", ")}.`
      : now.is_whole
        ? "Nothing changed since the last look."
        : `The first rows of ${count(now.count)}; changes are not marked in so large a table.`;
    if (marked.textContent !== words) marked.textContent = words;
    seenAll.hidden = !facts.length;
    replace(empty, h("p", null, asked.q ? "No row has these words." : "The table has no rows yet."));
  }

  const seen = follow({
    live,
    kinds: ["project"],
    load: () => get("/api/project", asked),
    draw,
    fail: shell.say,
  });
  el.replaceChildren(shell.root);
  return () => {
    seen.stop();
    shell.root.remove();
    post("/api/project/looked", { look: asked.look }).catch(() => {}); // gone in any case
  };
}

function look() {
  const known = sessionStorage.getItem(LOOK);
  if (known) return known;
  const made = Math.random().toString(36).slice(2, 12);
  sessionStorage.setItem(LOOK, made);
  return made;
}
