// What the panels share: a head, a search, pages, keyed rows, and looking again in time.

import { announce, append, arrange, h, icon, replace, uid } from "../lib/dom.js";

const SOON = 120; // ms in which several events become one look
const EVERY = 2000; // ms between looks where no stream tells
const TYPING = 180; // ms after the last letter until a search starts

/** The frame of a panel: a heading, a sentence, a place for trouble, and the rest. */
export function frame(title, sentence, ...rest) {
  const trouble = h("p", { class: "panel-trouble", role: "alert", hidden: true });
  const root = h(
    "div",
    { class: "panel" },
    h("div", { class: "panel-head" }, h("h2", null, title), h("p", { class: "muted" }, sentence)),
    trouble,
    rest,
  );
  return {
    root,
    /** Shows what went wrong; without an error, that it is over. */
    say(error) {
      trouble.hidden = !error;
      trouble.textContent = error ? error.message : "";
    },
  };
}

/**
 * Loads and draws once now, and again when the stream tells of one of `kinds`.
 * `look()` looks again at once; answers that were overtaken are dropped.
 */
export function follow({ live, kinds, load, draw, fail }) {
  let asked = 0;
  let timer = 0;
  let gone = false;

  async function look() {
    clearTimeout(timer);
    timer = 0;
    asked += 1;
    const mine = asked;
    try {
      const data = await load();
      if (gone || mine !== asked) return;
      fail(null);
      draw(data);
    } catch (error) {
      if (!gone && mine === asked) fail(error);
    }
  }

  function soon() {
    timer ||= setTimeout(look, SOON);
  }

  const ends = live ? kinds.map((kind) => live.on(kind, soon)) : [];
  if (live) {
    // what happened while the connection was broken was not told
    ends.push(live.on("state", (up) => up && soon()));
  } else {
    const beat = setInterval(soon, EVERY);
    ends.push(() => clearInterval(beat));
  }
  look();
  return {
    look,
    stop() {
      gone = true;
      clearTimeout(timer);
      for (const end of ends) end();
    },
  };
}

/** Does something that a person asked for; what is refused is said. */
export async function attempt(say, work) {
  try {
    const answer = await work();
    say(null);
    return answer;
  } catch (error) {
    say(error);
    return null;
  }
}

export function search(label, change) {
  let timer = 0;
  const input = h("input", {
    class: "field",
    type: "search",
    placeholder: label,
    "aria-label": label,
    autocomplete: "off",
    spellcheck: "false",
    on: {
      input: () => {
        clearTimeout(timer);
        timer = setTimeout(() => change(input.value.trim()), TYPING);
      },
    },
  });
  return h("div", { class: "panel-search" }, icon("search"), input);
}

/** "1–25 of 250" with buttons; `show({page, pages, total})` draws it. */
export function pager(what, go) {
  let page = 1;
  const words = h("span", { class: "muted" });
  const turn = (name, label, step) =>
    h(
      "button",
      { class: "icon-button", type: "button", "aria-label": label, on: { click: () => go(page + step) } },
      icon(name),
    );
  const back = turn("back", "Previous page", -1);
  const next = turn("next", "Next page", 1);
  const root = h("nav", { class: "panel-pager", "aria-label": `Pages of ${what}` }, words, back, next);
  return {
    root,
    show(data, perPage = 25) {
      page = data.page;
      const first = (page - 1) * perPage + 1;
      const last = Math.min(page * perPage, data.total);
      words.textContent = data.total ? `${count(first)}–${count(last)} of ${count(data.total)}` : "None";
      back.disabled = page <= 1;
      next.disabled = page >= data.pages;
      back.hidden = next.hidden = data.pages < 2;
    },
  };
}

/** Tabs whose choice is told; `show([{id, label, note, marked}], chosen)` draws them. */
export function tabs(label, choose) {
  const root = h("div", { class: "panel-tabs", role: "tablist", "aria-label": label });
  let drawn = "";

  function press(event) {
    const all = [...root.children];
    const at = all.indexOf(event.currentTarget);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const other = all[(at + step + all.length) % all.length];
    other.focus();
    other.click();
  }

  return {
    root,
    show(items, chosen) {
      const now = JSON.stringify([items, chosen]);
      if (now === drawn) return;
      drawn = now;
      const focused = root.contains(document.activeElement);
      replace(
        root,
        items.map((item) =>
          h(
            "button",
            {
              type: "button",
              role: "tab",
              "aria-selected": String(item.id === chosen),
              tabindex: item.id === chosen ? "0" : "-1",
              on: { click: () => choose(item.id), keydown: press },
            },
            h("span", null, item.label),
            item.note && h("span", { class: "panel-note" }, item.note),
            item.marked && h("span", { class: "panel-mark" }, item.marked),
          ),
        ),
      );
      if (focused) root.querySelector('[aria-selected="true"]')?.focus();
    },
  };
}

/**
 * Draws a list so that what stays the same stays in place, focus and all. `print(item)` is text
 * that differs when the item has to be drawn anew.
 */
export function keyed(parent, { key, print, draw }) {
  let known = new Map();
  return (items) => {
    const next = new Map();
    for (const item of items) {
      const id = key(item);
      const like = print(item);
      const before = known.get(id);
      next.set(id, before?.like === like ? before : { like, node: draw(item, before?.node) });
    }
    arrange(parent, [...next.values()].map((each) => each.node));
    known = next;
  };
}

/** A table that scrolls sideways by itself, also by keyboard. */
export function table(label) {
  const head = h("tr");
  const body = h("tbody");
  const root = h(
    "div",
    { class: "panel-table", role: "region", "aria-label": label, tabindex: "0" },
    h("table", null, h("thead", null, head), body),
  );
  return { root, head, body };
}

export function button(label, click, props = {}) {
  const { class: more = "", sign, ...rest } = props;
  return h(
    "button",
    { class: `button small ${more}`, type: "button", on: { click }, ...rest },
    sign && icon(sign),
    label,
  );
}

export function count(number) {
  return new Intl.NumberFormat("en").format(number);
}

export { announce, append, h, icon, replace, uid };
