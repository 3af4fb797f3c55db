// The panels beside Slack, in the side pane.

import { h } from "../lib/dom.js";
import { mountMailbox } from "../panels/mailbox.js";
import { mountProject } from "../panels/project.js";
import { mountProtocol } from "../panels/protocol.js";
import { mountStore } from "../panels/store.js";

export const PANELS = [
  { id: "store", title: "Demo Store", mount: mountStore },
  { id: "project", title: "Project", mount: mountProject },
  { id: "mailbox", title: "Mailbox", icon: "mail", mount: mountMailbox },
  { id: "protocol", title: "Protocol", mount: mountProtocol },
];

/** Returns {title, node, focus(), close()}. */
export function panelPane(id, sight) {
  const panel = PANELS.find((one) => one.id === id);
  const node = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": panel.title });
  const close = panel.mount(node, { live: sight.live, tz: sight.me.tz });
  return { title: panel.title, node, focus: () => node.focus(), close };
}
