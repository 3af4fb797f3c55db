// A surface on the screen (a modal, the Home, a message) and what was entered in it here.
// The surface comes from the caller:
//   {type, me, people, channels, values, errors?, notice?, fresh?,
//    keep(values), act(block, element, chosen, values), suggest(block, element, query), openLink(url)}

import { announce } from "../lib/dom.js";
import { confirmed } from "./confirm.js";
import { entered, keyOf, stateOf, statesOf } from "./states.js";

const TYPING = 200; // ms after the last letter

export function newSheet() {
  const sheet = {
    surface: null,
    blocks: [],
    values: {},
    errors: {},
    changed: new Set(), // keys of what this member changed here
    waiting: new Map(), // key → what is to be told once typing pauses
    keeping: 0,
    busy: new Set(), // keys of elements whose answer is awaited
    onForgiven: null, // told the block_id whose error goes
    onTrouble: null, // told why the server could not be told
  };
  return sheet;
}

/** Takes in what the server says now. */
export function renew(sheet, blocks, surface) {
  const values = statesOf(blocks, surface.values, sheet.values, sheet.changed);
  sheet.surface = surface;
  sheet.blocks = blocks;
  sheet.values = values;
  sheet.errors = { ...(surface.errors ?? {}) };
}

export const valueOf = (sheet, block, element) =>
  entered(element, sheet.values[block.block_id]?.[element.action_id]);

/** Notes what was entered; tells the server soon, the bot not at all. */
export function enter(sheet, block, element, value) {
  (sheet.values[block.block_id] ??= {})[element.action_id] = stateOf(element, value);
  sheet.changed.add(keyOf(block, element));
  forgive(sheet, block);
}

export function keepSoon(sheet) {
  clearTimeout(sheet.keeping);
  sheet.keeping = setTimeout(() => keepNow(sheet), TYPING);
}

export function keepNow(sheet) {
  clearTimeout(sheet.keeping);
  sheet.keeping = 0;
  quietly(sheet.surface.keep?.(sheet.values));
}

/** An error beside a field goes as soon as the field changes. */
function forgive(sheet, block) {
  if (!(block.block_id in sheet.errors)) return;
  delete sheet.errors[block.block_id];
  sheet.onForgiven?.(block.block_id);
}

export const dispatches = (block) => block.type !== "input" || Boolean(block.dispatch_action);

/** A choice: noted, and told where it dispatches. `undo` draws what was chosen before. */
export async function choose(sheet, block, element, value, chosen, undo) {
  const asks = element.confirm && dispatches(block);
  if (asks && !(await confirmed(element.confirm, sheet.surface))) {
    undo();
    return;
  }
  enter(sheet, block, element, value);
  if (dispatches(block)) await tell(sheet, block, element, chosen);
  else keepNow(sheet);
}

/** A press, with its confirm dialog. */
export async function press(sheet, block, element, chosen, node) {
  if (element.confirm && !(await confirmed(element.confirm, sheet.surface))) return;
  await waitingFor(sheet, node, keyOf(block, element), () => tell(sheet, block, element, chosen));
}

async function waitingFor(sheet, node, key, work) {
  if (sheet.busy.has(key)) return; // pressed twice
  sheet.busy.add(key);
  node?.classList.add("busy");
  node?.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    sheet.busy.delete(key);
    node?.classList.remove("busy");
    node?.removeAttribute("aria-busy");
  }
}

/** block_actions: the bot hears of it. What was typed just before is told first. */
export async function tell(sheet, block, element, chosen) {
  clearTimeout(sheet.keeping);
  await flush(sheet, keyOf(block, element));
  try {
    await sheet.surface.act(block, element, chosen, sheet.values);
  } catch (error) {
    announce(error.message);
    sheet.onTrouble?.(error.message);
  }
}

/** Tells what was typed once there is a pause. */
export function tellSoon(sheet, block, element, chosen) {
  const key = keyOf(block, element);
  clearTimeout(sheet.waiting.get(key)?.timer);
  const now = () => {
    sheet.waiting.delete(key);
    return tell(sheet, block, element, chosen);
  };
  sheet.waiting.set(key, { timer: setTimeout(now, TYPING), now });
}

async function flush(sheet, except) {
  const due = [...sheet.waiting].filter(([key]) => key !== except);
  await Promise.all(
    due.map(([, { timer, now }]) => {
      clearTimeout(timer);
      return now();
    }),
  );
}

/** Forgets what waits to be told: a form that is submitted carries it all. */
export function drop(sheet) {
  clearTimeout(sheet.keeping);
  for (const { timer } of sheet.waiting.values()) clearTimeout(timer);
  sheet.waiting.clear();
}

export async function quietly(promise) {
  try {
    return await promise;
  } catch (error) {
    announce(error.message);
    return undefined;
  }
}
