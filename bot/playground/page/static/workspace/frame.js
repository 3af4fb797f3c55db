// The whole screen of one member: sidebar, main pane, side pane, windows on top.

import { renderModalStack } from "../blocks/modal.js";
import { announce, arrange, h, icon } from "../lib/dom.js";
import { channelPane } from "./channel.js";
import { refreshTimes } from "./drawing.js";
import { homePane } from "./home.js";
import { panelPane, PANELS } from "./beside.js";
import { sidebar } from "./sidebar.js";
import { threadPane } from "./thread.js";
import { tourPlace } from "./tour.js";
import { mrkdwn } from "../blocks/mrkdwn.js";

const SPOKEN = 200; // letters of a new message that screen readers are told
const AGO = 20_000; // ms between looks at relative times

/** Draws it into `root`; `become(id)` switches to another member. Returns what takes it away. */
export function openFrame(root, sight, become) {
  let main = null; // the pane in the middle
  let side = null; // a thread or a panel
  const middle = h("main", { class: "main", id: "main" });
  const aside = h("aside", { class: "side", "aria-label": "Beside", hidden: true });
  const lost = h("div", { class: "lost", role: "status", hidden: true }, "The playground does not answer; trying again…");
  const modals = document.getElementById("modals");
  const frame = {
    panels: PANELS,
    become,
    backButton,
    appTabs,
    openChannel,
    openThread,
    openHome: () => show("home", () => homePane(sight, frame)),
    openPanel,
    toggleTour: () => tour.toggle(),
    isAt: (place) => place === main?.id,
    isBeside: (place) => place === side?.id || (place === "tour" && tour.isOpen()),
  };
  const context = { live: sight.live, openPanel, openChannel, openHome: frame.openHome, focusComposer };
  const tour = tourPlace(context, () => {
    bar.draw();
    look("main");
  });
  const bar = sidebar(sight, frame);
  const screen = h("div", { class: "screen" }, bar.node, h("div", { class: "stage" }, lost, h("div", { class: "work" }, h("div", { class: "panes" }, middle, aside), tour.node)));

  function look(pane) {
    screen.dataset.pane = pane; // what is shown where there is room for one
  }

  function show(id, make) {
    if (main?.id !== id) {
      main?.close();
      main = make();
      arrange(middle, [main.node]);
    }
    if (side && getComputedStyle(middle).display === "none") dropSide(); // there is room for one
    history.replaceState(null, "", `${location.pathname}${location.search}#${id}`);
    bar.draw();
    look("main");
    if (matchMedia("(min-width: 760px)").matches) main.focus();
  }

  function openChannel(id) {
    show(id, () => channelPane(sight, id, frame));
  }

  /** Puts words into the composer of what is open, or of the DM with the bot. */
  function focusComposer(text = "") {
    if (!main?.type) openChannel(sight.own.id);
    else look("main");
    main.type(text);
  }

  function openThread(channelId, ts) {
    beside({ id: `thread ${ts}`, ...threadPane(sight, channelId, ts) });
  }

  function openPanel(id) {
    if (side?.id === `panel ${id}`) look("side");
    else beside({ id: `panel ${id}`, ...panelPane(id, sight) });
  }

  function beside(pane) {
    const from = document.activeElement;
    side?.close();
    side = pane;
    side.from = from;
    aside.hidden = false;
    aside.className = pane.id.startsWith("panel") ? "side for-panel" : "side";
    aside.setAttribute("aria-label", pane.title);
    arrange(aside, [sideHead(pane), pane.node]);
    bar.draw();
    look("side");
    pane.focus?.();
  }

  function sideHead(pane) {
    const isPanel = pane.id.startsWith("panel");
    return h(
      "header",
      { class: "pane-head" },
      isPanel
        ? h("p", { class: "beside-slack" }, "Beside Slack") // the panel brings its own heading
        : h("h2", {}, pane.title, h("span", { class: "muted" }, pane.about)),
      isPanel && wideButton(),
      h("button", { type: "button", class: "icon-button", "aria-label": `Close ${pane.title}`, on: { click: closeSide } }, icon("close")),
    );
  }

  function wideButton() {
    const click = () => button.setAttribute("aria-pressed", String(aside.classList.toggle("wide")));
    const button = h(
      "button",
      { type: "button", class: "icon-button widen", "aria-label": "Full width", title: "Full width", "aria-pressed": "false", on: { click } },
      icon("wide"),
    );
    return button;
  }

  function dropSide() {
    side.close();
    side = null;
    aside.hidden = true;
    aside.replaceChildren();
  }

  function closeSide() {
    const { from } = side;
    dropSide();
    bar.draw();
    look("main");
    if (from?.isConnected) from.focus();
    else main?.focus();
  }

  function backButton() {
    return h(
      "button",
      { type: "button", class: "icon-button back", "aria-label": "Back to the sidebar", on: { click: () => look("sidebar") } },
      icon("back"),
    );
  }

  function appTabs(current) {
    const tab = (name, words, click) =>
      h("button", { type: "button", "aria-current": name === current ? "page" : false, on: { click } }, words);
    return h(
      "div",
      { class: "tabs", role: "group", "aria-label": sight.bot.name },
      tab("home", "Home", frame.openHome),
      tab("messages", "Messages", () => openChannel(sight.own.id)),
    );
  }

  function drawModals() {
    renderModalStack(modals, sight.views, {
      surface: (view) =>
        sight.surface({ kind: "view", id: view.id, type: "modal" }, { ...view, values: view.state.values }),
      submit: (view, values) => sight.do("submit", { view: view.id, values }),
      close: (view, everything = false) => sight.do("close", { view: view.id, everything }),
    });
  }

  function drawTitle() {
    const unread = sight.unread ? `(${sight.unread}) ` : "";
    document.title = `${unread}${sight.me.name} – ${sight.workspace.name}, Patchbay’s playground`;
  }

  function hear({ what, message }) {
    if (!["posted", "whispered"].includes(what) || message.user === sight.as) return;
    const who = sight.person(message.user).name;
    const words = h("div", {}, mrkdwn(message.text, sight)).textContent;
    announce(`${who} in ${sight.channelName(message.channel)}: ${words.slice(0, SPOKEN)}`);
  }

  sight.live.on("views", drawModals);
  sight.live.on("sight", drawTitle);
  sight.live.on("message", hear);
  sight.live.on("state", (up) => (lost.hidden = up));
  const ticking = setInterval(() => refreshTimes(screen), AGO);
  root.replaceChildren(screen);
  drawTitle();
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (wanted === "home") frame.openHome();
  else openChannel(sight.channels[wanted] ? wanted : sight.own.id);
  drawModals();

  return () => {
    clearInterval(ticking);
    tour.close();
    side?.close();
    main?.close();
    bar.close();
    renderModalStack(modals, [], {});
    sight.leave();
  };
}
