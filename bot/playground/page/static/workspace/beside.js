// The panels beside Slack, in the side pane.

import { h } from "../lib/dom.js";
import { panel as mailbox } from "../panels/mailbox.js";
import { panel as project } from "../panels/project.js";
import { panel as protocol } from "../panels/protocol.js";
import { panel as store } from "../panels/store.js";

export const PANELS = [store, project, mailbox, protocol];

/** Returns {title, node, close()}. */
export function panelPane(id, context) {
  const panel = PANELS.find((one) => one.id === id);
  const node = h("div", { class: "scroll panel-body", tabindex: "0", role: "region", "aria-label": panel.title });
  const close = panel.open(node, context);
  return { title: panel.title, node, focus: () => node.focus(), close: close ?? (() => {}) };
}
