// The stack of modals: at most three lie on each other, the one on top is seen.
// `actions`: surface(view) → surface; submit(view, values) → {errors?, notice?}; close(view, everything).

import { h, icon, uid } from "../lib/dom.js";
import { avatar } from "../workspace/drawing.js";
import { redrawBlocks, renderBlocks, sheetOf } from "./blocks.js";
import { confirmed } from "./confirm.js";
import { focusKey } from "./focus.js";
import { drop } from "./sheet.js";
import { placed } from "./states.js";
import { words } from "./text.js";

const SETTLE = 800; // ms that a submitted form waits for what comes of it
const BOT = { id: "UBOT", name: "Patchbay", is_bot: true };
const stacks = new WeakMap(); // container → stack

const plain = (text) => ({ type: "plain_text", text });
const LEAVE = {
  title: plain("Close without submitting?"),
  text: plain("What you entered here has not been submitted."),
  confirm: plain("Close"),
  deny: plain("Keep editing"),
};

/** Draws the views, the one on top last. `still`: as a picture, in the flow of the page. */
export function renderModalStack(container, views, actions, { still = false } = {}) {
  const stack = stacks.get(container) ?? newStack(container, still);
  stack.actions = actions;
  const before = stack.windows;
  const focused = document.activeElement;
  const top = before.at(-1);
  if (top?.node.contains(focused)) top.focused = focused;
  stack.windows = views.map((view, at) => {
    const known = before.find((one) => one.view.id === view.id) ?? newWindow(stack, view);
    redraw(known, view, at > 0);
    return known;
  });
  for (const gone of before) {
    if (!stack.windows.includes(gone)) leave(gone);
  }
  for (const one of stack.windows) {
    if (!one.node.isConnected) stack.dialog.append(one.node);
    one.node.hidden = one !== stack.windows.at(-1);
  }
  show(stack, top);
}

function newStack(container, still) {
  const stack = { container, still, windows: [], actions: {}, dialog: null };
  stack.dialog = h("dialog", {
    class: still ? "modal still" : "modal",
    on: {
      cancel: (event) => {
        event.preventDefault();
        close(stack, false);
      },
      keydown: (event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        close(stack, false);
      },
      close: () => { // the browser did it by itself; the event may come after the next one opened
        if (!stack.dialog.open && stack.windows.length) stack.actions.close?.(stack.windows.at(-1).view, true);
      },
    },
  });
  stacks.set(container, stack);
  return stack;
}

function show(stack, before) {
  const { dialog, windows } = stack;
  const top = windows.at(-1);
  if (!top) {
    dialog.close();
    dialog.remove();
    return;
  }
  if (!dialog.isConnected) stack.container.append(dialog);
  dialog.setAttribute("aria-labelledby", top.titleId);
  if (!dialog.open) {
    if (stack.still) dialog.show();
    else dialog.showModal();
  }
  if (top === before || stack.still) {
    if (!stack.still && !dialog.contains(document.activeElement)) top.node.focus({ preventScroll: true });
    return;
  }
  const again = top.focused?.isConnected ? top.focused : firstFocus(top);
  (again ?? top.node).focus({ preventScroll: true });
}

/** What the bot wants to have the focus; once. */
function firstFocus(one) {
  if (one.seen) return null;
  one.seen = true;
  for (const { block, element } of placed(one.view.blocks)) {
    if (element.focus_on_load) {
      const key = focusKey(block, element).slice(0, -3); // whichever part of it
      return [...one.host.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus.startsWith(key));
    }
  }
  return null;
}

function newWindow(stack, view) {
  const one = { view, busy: false, settle: 0, seen: false, focused: null, titleId: uid("title"), host: null };
  one.back = h("button", { type: "button", class: "icon-button window-back", "aria-label": "Back", on: { click: () => close(stack, false) } }, icon("back"));
  one.title = h("h2", { class: "window-title", id: one.titleId });
  const away = h("button", { type: "button", class: "icon-button", "aria-label": "Close", on: { click: () => close(stack, true) } }, icon("close"));
  one.body = h("div", { class: "window-body" });
  one.notice = h("div", { class: "bot-notice", role: "alert", hidden: true });
  one.cancel = h("button", { type: "button", class: "button window-cancel", on: { click: () => close(stack, false) } });
  one.send = h("button", { type: "submit", class: "button primary window-submit" });
  one.foot = h("footer", { class: "window-foot" }, one.notice, h("div", { class: "window-buttons" }, one.cancel, one.send));
  one.node = h(
    "form",
    {
      class: "window",
      novalidate: true,
      tabindex: "-1",
      on: {
        submit: (event) => {
          event.preventDefault();
          submit(stack, one);
        },
      },
    },
    h("header", { class: "window-head" }, one.back, avatar(BOT, true), one.title, away),
    one.body,
    one.foot,
  );
  one.surface = () => stack.actions.surface(one.view);
  return one;
}

function redraw(one, view, isOnAnother) {
  const isNews = one.view.hash !== view.hash;
  one.view = view;
  one.back.hidden = !isOnAnother;
  const surface = one.surface();
  const names = surface;
  one.title.replaceChildren(words(view.title, names));
  one.cancel.replaceChildren(words(view.close ?? (view.submit ? "Cancel" : "Close"), names));
  one.send.hidden = !view.submit;
  if (view.submit) one.send.replaceChildren(words(view.submit, names));
  say(one, view.notice ?? "");
  if (isNews) free(one);
  if (one.host) {
    redrawBlocks(one.host, view.blocks, surface);
    return;
  }
  one.host = renderBlocks(view.blocks, surface);
  one.body.append(one.host);
}

function leave(one) {
  clearTimeout(one.settle);
  const sheet = sheetOf(one.host);
  if (sheet) drop(sheet);
  one.node.remove();
}

function say(one, text) {
  if (one.notice.textContent !== text) one.notice.textContent = text;
  one.notice.hidden = !text;
}

async function submit(stack, one) {
  if (one.busy || !one.view.submit) return;
  const sheet = sheetOf(one.host);
  const { hash } = one.view;
  drop(sheet);
  hold(one);
  say(one, "");
  let answer = {};
  try {
    answer = (await stack.actions.submit(one.view, sheet.values)) ?? {};
  } catch (error) {
    answer = { notice: error.message };
  }
  if (stack.windows.at(-1) !== one || one.view.hash !== hash) {
    free(one);
    return;
  }
  const isRefused = answer.notice || Object.keys(answer.errors ?? {}).length;
  if (!isRefused) { // what comes of it is under way
    one.settle = setTimeout(() => free(one), SETTLE);
    return;
  }
  free(one);
  say(one, answer.notice ?? "");
  redrawBlocks(one.host, one.view.blocks, { ...one.surface(), errors: answer.errors ?? {} });
  const wrong = one.host.querySelector('[aria-invalid="true"]');
  wrong?.focus();
}

function hold(one) {
  one.busy = true;
  one.send.classList.add("busy");
  one.send.setAttribute("aria-busy", "true");
}

function free(one) {
  clearTimeout(one.settle);
  one.busy = false;
  one.send.classList.remove("busy");
  one.send.removeAttribute("aria-busy");
}

async function close(stack, everything) {
  const top = stack.windows.at(-1);
  if (!top) return;
  const going = everything || top.view.clear_on_close ? stack.windows : [top];
  const asks = going.some((one) => one.view.notify_on_close && sheetOf(one.host)?.changed.size);
  if (asks && !(await confirmed(LEAVE, top.surface()))) return;
  if (stack.windows.at(-1) === top) await stack.actions.close(top.view, everything);
}
