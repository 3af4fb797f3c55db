// Who acts in this tab; another member takes over here, or in a tab of their own.

import { h, icon, uid } from "../lib/dom.js";
import { avatar } from "./drawing.js";

export function memberSwitch(sight, become) {
  const title = uid("acting");
  return h(
    "section",
    { class: "acting", "aria-labelledby": title },
    h("h2", { id: title }, "Acting as"),
    h("ul", {}, sight.members.map((member) => entry(sight, member, become))),
  );
}

function entry(sight, member, become) {
  const current = member.id === sight.as;
  const label = `Open ${member.name} in a tab of their own`;
  return h(
    "li",
    { class: current ? "entry chosen" : "entry" },
    h(
      "button",
      {
        type: "button",
        class: "entry-main",
        "aria-current": current ? "true" : false,
        on: { click: () => !current && become(member.id) },
      },
      avatar(member, true),
      h("span", { class: "entry-name" }, member.name),
      member.role && h("span", { class: "role" }, member.role),
    ),
    h(
      "a",
      { class: "icon-button", href: `/?as=${encodeURIComponent(member.id)}`, target: "_blank", "aria-label": label, title: label },
      icon("open"),
    ),
  );
}
