// The app's Home tab.

import { redrawBlocks, renderBlocks } from "../blocks/blocks.js";
import { h, replace } from "../lib/dom.js";
import { avatar } from "./drawing.js";

/** Returns {id, node, focus(), close()}. */
export function homePane(sight, frame) {
  const inner = h("div", { class: "home-blocks" });
  const box = h("div", { class: "scroll home", tabindex: "0", role: "region", "aria-label": "Home" }, inner);
  const stop = sight.live.on("home", draw);
  let host = null;

  function draw() {
    const home = sight.home;
    if (!home) {
      replace(inner, h("p", { class: "muted" }, `${sight.bot.name} is drawing its Home…`));
      return;
    }
    const { values } = home.state;
    const surface = sight.surface({ kind: "view", id: home.id, type: "home" }, { ...home, values });
    if (host) redrawBlocks(host, home.blocks, surface);
    else replace(inner, (host = renderBlocks(home.blocks, surface)));
  }

  draw();
  sight.do("open-home").catch((problem) => {
    if (!sight.home) replace(inner, h("p", { class: "message-notice", role: "alert" }, problem.message));
  });
  return {
    id: "home",
    node: h(
      "section",
      { class: "pane", "aria-label": `${sight.bot.name} Home` },
      h(
        "header",
        { class: "pane-head" },
        frame.backButton(),
        avatar(sight.bot, true),
        h("h1", {}, sight.bot.name),
        frame.appTabs("home"),
      ),
      box,
    ),
    focus: () => box.focus(),
    close: stop,
  };
}
