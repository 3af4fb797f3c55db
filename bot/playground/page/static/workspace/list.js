// A list of messages of any length: only what is near the view is in the document.

import { h, icon } from "../lib/dom.js";
import { messageRow } from "./message.js";

const DRAWN = 90; // rows in the document at most
const STEP = 30; // rows added at a time
const NEAR = 700; // pixels from an end at which more rows are drawn
const BOTTOM = 40; // pixels from the end that still count as being there

/**
 * `load(before)` → {messages, more}; `rows`: what `messageRow` gets beside; `seen(ts)` is called
 * when the last message is on the screen.
 */
export class MessageList {
  constructor(sight, { label, load, rows, intro, seen }) {
    this.sight = sight;
    this.load = load;
    this.rows = rows;
    this.intro = intro; // above the first message; drawn once there is nothing older
    this.seen = seen ?? (() => {});
    this.all = []; // what was loaded, oldest first
    this.more = false; // whether there are older ones
    this.from = 0; // the window: all[from] … all[to - 1] are drawn
    this.to = 0;
    this.atEnd = true;
    this.meanwhile = null; // what came while messages were being loaded: they may not have it
    this.list = h("ol", { class: "rows" });
    this.top = h("div", { class: "intro" });
    this.inner = h("div", { class: "inner" }, this.top, this.list);
    this.box = h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": label, on: { scroll: () => this.#scrolled() } },
      this.inner,
    );
    this.jump = h(
      "button",
      { type: "button", class: "button small jump", hidden: true, on: { click: () => this.toEnd() } },
      icon("down"),
      "Latest messages",
    );
    this.node = h("div", { class: "messages" }, this.box, this.jump);
    this.watch = new ResizeObserver(() => this.atEnd && this.#stick());
    this.watch.observe(this.inner);
    this.watch.observe(this.box);
  }

  async start() {
    await this.#fetch(undefined, (messages) => {
      this.all = messages;
      this.toEnd();
    });
  }

  async #fetch(before, take) {
    this.meanwhile = [];
    try {
      const { messages, more } = await this.load(before);
      this.more = more;
      take(messages);
    } finally {
      const changes = this.meanwhile;
      this.meanwhile = null;
      for (const change of changes) change();
    }
  }

  close() {
    this.watch.disconnect();
  }

  get last() {
    return this.all.at(-1);
  }

  toEnd() {
    this.to = this.all.length;
    this.from = Math.max(0, this.to - STEP * 2);
    this.list.replaceChildren(...this.#make(this.from, this.to));
    this.#ends();
    this.#stick();
    this.#atEnd(true);
  }

  /** A message that is new, or that changed. */
  put(message) {
    if (this.meanwhile) {
      this.meanwhile.push(() => this.put(message));
      return;
    }
    const at = this.#index(message.ts);
    if (this.all[at]?.ts === message.ts) {
      this.all[at] = message;
      this.#redraw(at);
      return;
    }
    if (at === 0 && this.more) return; // older than what was loaded
    this.all.splice(at, 0, message);
    if (at < this.from) {
      this.from += 1;
      this.to += 1;
    } else if (at < this.to || (at === this.to && this.to === this.all.length - 1)) {
      const [row] = this.#make(at, at + 1);
      this.list.insertBefore(row, this.list.children[at - this.from] ?? null);
      this.to += 1;
      this.#redraw(at + 1);
      if (this.atEnd) this.#trimTop();
    }
    this.#ends();
    if (this.atEnd) {
      this.#stick();
      this.seen(this.last.ts);
    } else {
      this.jump.hidden = false;
    }
  }

  remove(ts) {
    if (this.meanwhile) {
      this.meanwhile.push(() => this.remove(ts));
      return;
    }
    const at = this.#index(ts);
    if (this.all[at]?.ts !== ts) return;
    this.all.splice(at, 1);
    if (at < this.from) {
      this.from -= 1;
      this.to -= 1;
    } else if (at < this.to) {
      this.list.children[at - this.from].remove();
      this.to -= 1;
      this.#redraw(at);
    }
    this.#ends();
  }

  #index(ts) {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle].ts < ts) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #make(from, to) {
    return this.all.slice(from, to).map((_, index) => this.#row(from + index));
  }

  #row(at, old = null) {
    const before = this.all[at - 1] ?? null;
    return messageRow(this.sight, this.all[at], { ...this.rows, before }, old);
  }

  #redraw(at) {
    if (at < this.from || at >= this.to) return;
    this.#keeping(() => this.#row(at, this.list.children[at - this.from]));
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.box;
    const below = scrollHeight - clientHeight - scrollTop;
    this.#atEnd(this.to === this.all.length && below <= BOTTOM);
    if (scrollTop < NEAR) this.#up().catch(() => {}); // not reached: the next scroll tries again
    else if (below < NEAR) this.#down();
  }

  #atEnd(is) {
    this.atEnd = is;
    if (is) {
      this.jump.hidden = true;
      if (this.last) this.seen(this.last.ts);
    } else if (this.to < this.all.length) {
      this.jump.hidden = false;
    }
  }

  async #up() {
    if (this.from === 0) {
      if (!this.more || this.meanwhile) return;
      await this.#fetch(this.all[0].ts, (messages) => {
        this.all.unshift(...messages);
        this.from += messages.length;
        this.to += messages.length;
      });
    }
    const from = Math.max(0, this.from - STEP);
    if (from === this.from) return this.#ends();
    this.#keeping(() => {
      this.list.prepend(...this.#make(from, this.from));
      this.from = from;
      while (this.to - this.from > DRAWN) {
        this.list.lastChild.remove();
        this.to -= 1;
      }
      this.#ends();
    });
  }

  #down() {
    const to = Math.min(this.all.length, this.to + STEP);
    if (to === this.to) return;
    this.#keeping(() => {
      this.list.append(...this.#make(this.to, to));
      this.to = to;
      this.#trimTop();
      this.#ends();
    });
  }

  #trimTop() {
    while (this.to - this.from > DRAWN) {
      this.list.firstChild.remove();
      this.from += 1;
    }
  }

  /** What is above the first row. */
  #ends() {
    const first = this.from === 0 && !this.more;
    if (first && !this.top.firstChild && this.intro) this.top.append(this.intro());
    this.top.hidden = !first;
  }

  /** Does it without what is on the screen moving. */
  #keeping(change) {
    if (this.atEnd) {
      change();
      this.#stick();
      return;
    }
    const edge = this.box.getBoundingClientRect().top;
    const rows = [...this.list.children];
    const anchor = rows.find((row) => row.getBoundingClientRect().bottom > edge);
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) this.box.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  #stick() {
    this.box.scrollTop = this.box.scrollHeight;
  }
}
