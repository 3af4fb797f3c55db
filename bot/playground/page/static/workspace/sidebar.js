// The sidebar: channels, the DM with the bot, the app, what is beside Slack, who acts.

import { h, icon, replace, uid } from "../lib/dom.js";
import { NAMES, chosen, turn } from "../lib/theme.js";
import { avatar } from "./drawing.js";
import { memberSwitch } from "./member.js";

const THEME_ICONS = { auto: "auto", light: "light", dark: "dark" };

/** `frame`: what frame.js gives its panes. Returns {node, draw, close}. */
export function sidebar(sight, frame) {
  const places = h("div", { class: "places" });
  const node = h(
    "nav",
    { class: "sidebar", "aria-label": "Workspace" },
    h(
      "header",
      { class: "sidebar-head" },
      h("span", { class: "workspace-mark", "aria-hidden": "true" }, sight.workspace.name[0]),
      h("div", { class: "workspace-name" }, h("b", {}, sight.workspace.name), h("span", {}, "Patchbay’s playground")),
      themeButton(),
    ),
    places,
    memberSwitch(sight, frame.become),
  );
  const stop = sight.live.on("sight", draw);

  function draw() {
    const focused = places.contains(document.activeElement) ? document.activeElement.dataset.place : null;
    const channels = sight.order.map((id) => sight.channels[id]);
    replace(
      places,
      group("Channels", channels.filter((one) => one.kind !== "im").map(channel)),
      group("Direct messages", channels.filter((one) => one.kind === "im").map(channel)),
      group("Apps", [home()]),
      group("Beside Slack", [...frame.panels.map(panel), tour()]),
    );
    if (focused) places.querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
  }

  function channel(one) {
    const sign = one.kind === "im" ? avatar(sight.bot, true) : icon(one.kind === "private" ? "lock" : "hash");
    return entry(one.id, sign, one.name, () => frame.openChannel(one.id), one.unread);
  }

  function home() {
    return entry("home", icon("home"), `${sight.bot.name} Home`, frame.openHome);
  }

  function panel(one) {
    return entry(`panel ${one.id}`, icon(one.icon ?? one.id), one.title, () => frame.openPanel(one.id));
  }

  function tour() {
    return entry("tour", icon("tour"), "Guided tour", frame.toggleTour);
  }

  function entry(place, sign, name, click, unread = 0) {
    const current = frame.isAt(place);
    const beside = frame.isBeside(place);
    const classes = ["entry", current && "chosen", beside && "beside", unread > 0 && "unread"].filter(Boolean).join(" ");
    return h(
      "li",
      { class: classes },
      h(
        "button",
        { type: "button", class: "entry-main", dataset: { place }, "aria-current": current ? "page" : beside, on: { click } },
        sign,
        h("span", { class: "entry-name" }, name),
        unread > 0 &&
          h("span", { class: "badge" }, unread > 99 ? "99+" : unread, h("span", { class: "hidden-visually" }, " unread")),
      ),
    );
  }

  draw();
  return { node, draw, close: stop };
}

function group(title, entries) {
  const id = uid("group");
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), h("ul", {}, entries));
}

function themeButton() {
  const button = h("button", { type: "button", class: "icon-button theme", on: { click: () => show(turn()) } });
  const show = (theme) => {
    const label = `Colours: ${NAMES[theme]}`;
    button.setAttribute("aria-label", label);
    button.title = label;
    replace(button, icon(THEME_ICONS[theme]));
  };
  show(chosen());
  return button;
}
