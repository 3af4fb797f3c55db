// Draws blocks. Redrawing keeps what did not change as it stands on the screen, with its focus,
// its caret and its open menus; what did change gets the focus back where ids stay.

import { arrange, h } from "../lib/dom.js";
import { alertBlock, card, carousel, container } from "./cards.js";
import { chart } from "./charts.js";
import { focusAgain, focusNow } from "./focus.js";
import { actions, context, divider, header, imageBlock, input, section } from "./layout.js";
import { markdown } from "./markdown.js";
import { richText } from "./rich.js";
import { newSheet, renew } from "./sheet.js";
import { placed } from "./states.js";
import { dataTable, table } from "./tables.js";
import { unsupported } from "./unsupported.js";

const DRAWERS = {
  section, header, divider, context, actions, input, image: imageBlock, rich_text: richText, markdown,
  table, data_table: dataTable, data_visualization: chart, alert: alertBlock, card, carousel, container,
};

const drawn = new WeakMap(); // host → {sheet, entries}

/** The blocks as an element of their own. */
export function renderBlocks(blocks, surface) {
  return redrawBlocks(h("div", { class: "blocks" }), blocks, surface);
}

/** Draws them into an element that `renderBlocks` made before. */
export function redrawBlocks(host, blocks, surface) {
  const known = drawn.get(host) ?? { sheet: newSheet(), entries: [] };
  const { sheet } = known;
  const focused = focusNow(host);
  const before = { values: sheet.values, errors: sheet.errors };
  const named = withIds(blocks);
  renew(sheet, named, surface);
  sheet.onForgiven = (id) => showError(host, id, "");
  sheet.onTrouble = (text) => host.append(notice(text)); // until it is drawn anew
  const entries = named.map((block) => {
    const json = JSON.stringify(block, asShown);
    const kept = known.entries.find((entry) => entry.json === json && !entry.taken);
    if (kept && isAsBefore(block, before, sheet)) {
      kept.taken = true;
      return { json, node: kept.node };
    }
    return { json, node: drawBlock(block, sheet) };
  });
  arrange(host, [entries.map((entry) => entry.node), surface.type !== "modal" && surface.notice && notice(surface.notice)]); // moves none that stays: that would lose the focus
  drawn.set(host, { sheet, entries });
  focusAgain(host, focused);
  return host;
}

/** What an element proposes is not what it shows: that is its state. */
const asShown = (key, value) =>
  key.startsWith("initial_") || key === "focus_on_load" ? undefined : value;

export const sheetOf = (host) => drawn.get(host)?.sheet;

export function drawBlock(block, sheet) {
  const node = (DRAWERS[block.type] ?? unsupported)(block, sheet, drawBlock);
  node.dataset.block = block.block_id;
  return node;
}

/** Shows an error beside a field without drawing the field anew; "" takes it away. */
export function showError(host, blockId, text) {
  const block = host.querySelector(`[data-block="${CSS.escape(blockId)}"]`);
  block?.dispatchEvent(new CustomEvent("said-wrong", { detail: text }));
}

/** Blocks that came without an id get the number of their place. */
function withIds(blocks) {
  return blocks.map((block, at) => {
    const named = block.block_id ? block : { ...block, block_id: `block-${at}` };
    if (block.type === "container") {
      return { ...named, child_blocks: within(block.child_blocks ?? [], named.block_id) };
    }
    return block.type === "carousel" ? { ...named, elements: within(block.elements ?? [], named.block_id) } : named;
  });
}

function within(blocks, id) {
  return blocks.map((block, at) => (block.block_id ? block : { ...block, block_id: `${id}-${at}` }));
}

function isAsBefore(block, before, sheet) {
  if ((before.errors[block.block_id] ?? "") !== (sheet.errors[block.block_id] ?? "")) return false;
  for (const { block: inner, element } of placed([block])) {
    const at = (values) => JSON.stringify(values[inner.block_id]?.[element.action_id]);
    if (at(before.values) !== at(sheet.values)) return false;
  }
  return true;
}

function notice(text) {
  return h("div", { class: "bot-notice", role: "alert" }, text);
}
