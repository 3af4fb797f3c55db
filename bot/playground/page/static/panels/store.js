// Demo Store: what it has, changed in place; and the switches that break it.

import { get, post } from "../lib/api.js";
import { announce, attempt, button, count, follow, frame, h, pager, search, tabs, uid } from "./parts.js";
import { records } from "./records.js";
import { switches } from "./switches.js";
import { mountTime } from "./time.js";

const NAMES = { customers: "Customers", orders: "Orders", products: "Products" };

/** Shows the panel in `el`; returns what takes it away again. */
export function mountStore(el, { live, tz } = {}) {
  const asked = { kind: "customers", q: "", page: 1 };
  const requests = h("p", { class: "store-requests" });
  const breaking = switches((path, body) => act(() => post(path, body)));
  const pages = pager("records", (page) => turn({ page }));
  const kinds = tabs("Kinds of records", (kind) => turn({ kind, page: 1 }));
  const howMany = h(
    "select",
    { class: "field store-many", "aria-label": "How many to add" },
    [1, 10, 100].map((many) => h("option", { value: many }, many)),
  );
  const table = records({
    save: (id, fields) => act(() => post("/api/store/change", { kind: asked.kind, ids: [id], fields }), `Changed number ${id}`),
    remove: (id) => act(() => post("/api/store/delete", { kind: asked.kind, ids: [id] }), `Deleted number ${id}`),
  });

  const recordsId = uid("records");
  const time = h("div");
  const shown = frame(
    "Demo Store",
    "A small shop that is really there: Patchbay reads it over HTTP, like any other service.",
    requests,
    breaking.root,
    time,
    h(
      "section",
      { class: "panel-part", "aria-labelledby": recordsId },
      h("h3", { id: recordsId }, "Records"),
      kinds.root,
      h(
        "div",
        { class: "panel-tools" },
        search("Search records", (q) => turn({ q, page: 1 })),
        h("span", { class: "store-add" }, howMany, button("Add", add, { sign: "plus" })),
        button("Change 20", changeSome, { title: "Changes something in twenty of them, as a busy day would" }),
      ),
      table.root,
      pages.root,
    ),
  );

  function turn(change) {
    Object.assign(asked, change);
    return seen.look();
  }

  async function act(work, done) {
    const answer = await attempt(shown.say, work);
    if (answer && done) announce(done);
    await seen.look();
    return answer;
  }

  function add() {
    const many = Number(howMany.value);
    return act(() => post("/api/store/add", { kind: asked.kind, count: many }), `Added ${many}`).then(() => turn({ page: 1 }));
  }

  async function changeSome() {
    const found = await attempt(shown.say, () => get("/api/store", { kind: asked.kind, page: 2 }));
    const ids = (found?.rows ?? []).filter((row) => !row.deleted).map((row) => row.id).slice(0, 20);
    if (ids.length) await act(() => post("/api/store/change", { kind: asked.kind, ids }), `Changed ${ids.length}`);
  }

  function draw(data) {
    const { state } = data;
    asked.page = data.page;
    const total = Object.values(state.requests).reduce((sum, each) => sum + each, 0);
    requests.replaceChildren(
      h("strong", null, count(total)),
      ` request${total === 1 ? "" : "s"} from Patchbay so far, at `,
      h("code", null, state.url),
    );
    requests.title = Object.entries(state.requests).map(([path, times]) => `${path}: ${times}`).join("\n");
    breaking.show(state);
    kinds.show(
      Object.entries(state.counts).map(([id, many]) => ({ id, label: NAMES[id], note: count(many) })),
      data.kind,
    );
    table.show(data);
    pages.show(data);
  }

  const seen = follow({ live, kinds: ["store"], load: () => get("/api/store", asked), draw, fail: shown.say });
  const endTime = mountTime(time, { tz });
  el.replaceChildren(shown.root);
  return () => {
    seen.stop();
    endTime();
    shown.root.remove();
  };
}
