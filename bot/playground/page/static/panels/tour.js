// The guided tour: nine short steps that notice by themselves when they are done.
//
// While a window is open it moves into it, since all else is out of reach then, and most of what
// it tells is done in windows.

import { get } from "../lib/api.js";
import { announce, button, follow, h, icon, replace, uid } from "./parts.js";
import { STEPS } from "./steps.js";

const KEPT = "patchbay.tour"; // {place, done, skipped, folded}
const EVENTS = ["views", "message", "store", "exchange"];
const NARROW = "(max-width: 1150px)"; // there is no room for it beside a window

/** `context`: {live, focusComposer(text), openPanel(id)}. */
export function mountTour(el, context = {}) {
  let kept = recall();
  let facts = null;
  let at = ""; // the step that is shown
  let all = false; // whether the list of steps is laid open
  const id = uid("tour");
  const root = h("section", { class: "tour", "aria-labelledby": id, hidden: true });

  function keep(change) {
    kept = { ...kept, ...change };
    localStorage.setItem(KEPT, JSON.stringify(kept));
    show();
  }

  function draw(data) {
    facts = data;
    const done = data.steps.filter((step) => step.done).map((step) => step.id);
    if (kept.place !== data.place) keep({ place: data.place, done, skipped: [] });
    else keep({ done: [...new Set([...kept.done, ...done])] });
  }

  const open = (step) => !kept.done.includes(step.id) && !kept.skipped.includes(step.id);

  function show() {
    const step = STEPS.find(open);
    const like = JSON.stringify([kept, facts, all]);
    if (!facts || like === root.dataset.like) return;
    root.dataset.like = like;
    const next = step?.id ?? "end";
    if (at && next !== at) announce(step ? `Next in the tour: ${step.title}` : "The tour is over");
    at = next;
    const role = root.contains(document.activeElement) ? document.activeElement.dataset.role : null;
    root.hidden = false;
    replace(root, step ? shown(step) : over());
    if (role) (root.querySelector(`[data-role="${role}"]`) ?? root.querySelector("button"))?.focus();
  }

  function head(words, ...rest) {
    return h("div", { class: "tour-head" }, h("h3", { id }, words), rest);
  }

  function shown(step) {
    const words = `Step ${STEPS.indexOf(step) + 1} of ${STEPS.length}: ${step.title}`;
    const inWindow = root.closest("dialog") !== null;
    const folded = inWindow && kept.folded;
    const fold = inWindow && press("fold", folded ? "Show" : "Fold", () => keep({ folded: !folded }), {
      "aria-expanded": String(!folded),
    });
    const top = head(words, dots(step), fold);
    if (folded) return top;
    return [
      top,
      h("p", null, step.why),
      h("ol", { class: "tour-press" }, step.press(facts).map((line) => h("li", null, line))),
      h(
        "div",
        { class: "panel-tools" },
        helps(step),
        press("skip", "Skip this step", () => keep({ skipped: [...kept.skipped, step.id] })),
        kept.skipped.some((each) => !kept.done.includes(each)) && skipped(),
        press("all", all ? "Hide the steps" : "All steps", () => {
          all = !all;
          show();
        }, { "aria-expanded": String(all) }),
      ),
      all && list(step),
    ];
  }

  function over() {
    const left = kept.skipped.filter((each) => !kept.done.includes(each)).length;
    const words = left
      ? `You skipped ${left} ${left === 1 ? "step" : "steps"}.`
      : "That is all of Patchbay: connect, map, activate, and hear of trouble before anybody misses the data.";
    return [
      head("The tour is over"),
      h("p", null, words),
      left > 0 && h("div", { class: "panel-tools" }, skipped()),
      list(null),
    ];
  }

  const skipped = () => press("back", "Back to skipped steps", () => keep({ skipped: [] }));

  /** Buttons that do the dull part of a step. */
  function helps(step) {
    const inWindow = root.closest("dialog") !== null;
    const { focusComposer, openPanel } = context;
    return [
      step.types && !inWindow && focusComposer &&
        button(`Type ${step.types}`, () => focusComposer(step.types), { class: "primary" }),
      step.copies &&
        button("Copy the address", async () => {
          await navigator.clipboard.writeText(facts[step.copies]);
          announce("Copied");
        }, { class: "primary" }),
      step.panel && facts.synced && !inWindow && openPanel &&
        button("Open Demo Store", () => openPanel(step.panel), { class: "primary" }),
    ];
  }

  function dots(step) {
    return h(
      "span",
      { class: "tour-dots", role: "img", "aria-label": `${kept.done.length} of ${STEPS.length} steps are done` },
      STEPS.map((each) => h("span", { class: each === step ? "now" : state(each) })),
    );
  }

  function list(step) {
    return h(
      "ol",
      { class: "tour-steps" },
      STEPS.map((each) =>
        h(
          "li",
          { class: state(each), "aria-current": each === step ? "step" : null },
          icon(state(each) === "done" ? "check" : "next"),
          each.title,
          state(each) && h("span", { class: "muted" }, ` ${state(each)}`),
        ),
      ),
    );
  }

  function state(step) {
    if (kept.done.includes(step.id)) return "done";
    return kept.skipped.includes(step.id) ? "skipped" : "";
  }

  /** Into the open window, or back above the panes. */
  function move() {
    const place = document.querySelector("#modals dialog[open]") ?? el;
    if (root.parentElement === place) return;
    place.append(root);
    delete root.dataset.like;
    show();
  }

  const windows = new MutationObserver(move);
  const modals = document.getElementById("modals");
  if (modals) windows.observe(modals, { childList: true, subtree: true, attributeFilter: ["open"] });
  const seen = follow({ live: context.live, kinds: EVENTS, load: () => get("/api/tour"), draw, fail: () => {} });
  move();
  return () => {
    windows.disconnect();
    seen.stop();
    root.remove();
  };
}

function press(role, words, click, props = {}) {
  return button(words, click, { class: "plain", "data-role": role, ...props });
}

function recall() {
  const folded = matchMedia(NARROW).matches;
  const none = { place: "", done: [], skipped: [], folded };
  try {
    return { ...none, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };
  } catch {
    return none; // something else has written there
  }
}
