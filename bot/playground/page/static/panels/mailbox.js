// Mailbox: the mails that Patchbay sent, to be read as HTML or as text.

import { get, post } from "../lib/api.js";
import { exact } from "../lib/time.js";
import { attempt, button, follow, frame, h, icon, keyed, replace, tabs } from "./parts.js";

const read = new Set(); // numbers of the mails that were opened in this tab

export function mountMailbox(el, { live, tz } = {}) {
  let open = null; // the number of the mail in the reading pane
  let face = "html";
  let mails = [];
  let refuses = false;
  const list = h("ul", { class: "mail-list", "aria-label": "Mails" });
  const pane = h("article", { class: "mail-pane", "aria-label": "Reading pane" });
  const both = h("div", { class: "mail-both" }, list, pane);
  const empty = h(
    "div",
    { class: "panel-empty", hidden: true },
    icon("mail"),
    h("p", null, "No mail yet. Alerts and confirmations arrive here, whoever they are for."),
  );
  const refusing = h(
    "button",
    {
      class: "switch",
      type: "button",
      role: "switch",
      "aria-checked": "false",
      on: { click: () => attempt(shell.say, () => post("/api/mailbox/refuse", { on: !refuses })).then(() => seen.look()) },
    },
    h("span", { class: "switch-knob", "aria-hidden": "true" }),
    "refuses mail for now",
  );
  const shell = frame(
    "Mailbox",
    "Everybody’s mail on a real mail server of its own. Nothing leaves this machine.",
    h("div", { class: "panel-tools" }, refusing),
    empty,
    both,
  );
  const faces = tabs("How the mail is shown", (chosen) => {
    face = chosen;
    if (shown) drawBody();
  });
  let shown = null; // the mail in the reading pane
  const body = h("div", { class: "mail-body" });

  const drawList = keyed(list, {
    key: (mail) => mail.number,
    print: (mail) => JSON.stringify([mail, mail.number === open, read.has(mail.number)]),
    draw: item,
  });

  function item(mail, before) {
    const focused = before?.contains(document.activeElement);
    const node = h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: "mail-item",
          "aria-current": mail.number === open ? "true" : null,
          on: { click: () => show(mail.number) },
        },
        h(
          "span",
          { class: "mail-line" },
          !read.has(mail.number) && h("span", { class: "mail-new" }, h("span", { class: "hidden-visually" }, "Unread: ")),
          h("strong", null, mail.subject),
        ),
        h("span", { class: "muted" }, `To ${mail.to} · ${when(mail)}`),
        h("span", { class: "mail-preview muted" }, mail.preview),
      ),
    );
    if (focused) requestAnimationFrame(() => node.firstChild.focus());
    return node;
  }

  async function show(number) {
    open = number;
    read.add(number);
    drawList(mails);
    shown = await attempt(shell.say, () => get(`/api/mailbox/${number}`));
    if (!shown || open !== number) return;
    if (!shown.has_html) face = "text";
    const title = h("h3", { tabindex: "-1" }, shown.subject);
    replace(
      pane,
      button("All mails", back, { class: "plain mail-back", sign: "back" }),
      title,
      h(
        "dl",
        { class: "mail-facts" },
        [["From", shown.from], ["To", shown.to], ["Sent", when(shown, true)]].map(([name, value]) =>
          h("div", null, h("dt", null, name), h("dd", null, value)),
        ),
      ),
      faces.root,
      body,
    );
    both.dataset.reading = "yes";
    drawBody();
    title.focus({ preventScroll: true });
  }

  function back() {
    const number = open;
    open = shown = null;
    delete both.dataset.reading;
    replace(pane, nothing());
    drawList(mails);
    list.children[mails.findIndex((mail) => mail.number === number)]?.firstChild.focus();
  }

  function drawBody() {
    const choices = [shown.has_html && { id: "html", label: "HTML" }, { id: "text", label: "Text" }];
    faces.show(choices.filter(Boolean), face);
    replace(body, face === "html" ? framed(shown) : h("pre", { class: "mail-text", tabindex: "0" }, linked(shown)));
  }

  function when(mail, fully = false) {
    if (!mail.at) return "without a date";
    const seconds = Date.parse(mail.at) / 1000;
    return fully ? exact(seconds, tz) : exact(seconds, tz).replace(/^\w+, |, \d{4}|:\d\d \S+$/g, "");
  }

  function draw(data) {
    ({ mails, refuses } = data);
    refusing.setAttribute("aria-checked", String(refuses));
    empty.hidden = mails.length > 0;
    both.hidden = !mails.length;
    drawList(mails);
  }

  replace(pane, nothing());
  const seen = follow({ live, kinds: ["mail"], load: () => get("/api/mailbox"), draw, fail: shell.say });
  el.replaceChildren(shell.root);
  return () => {
    seen.stop();
    shell.root.remove();
  };
}

function nothing() {
  return h("p", { class: "panel-empty" }, "Choose a mail to read it.");
}

/** Nothing runs and nothing is loaded in there; see the policy that the server sends with it. */
function framed(mail) {
  return h("iframe", {
    class: "mail-frame",
    title: `The mail “${mail.subject}”`,
    sandbox: "allow-popups allow-popups-to-escape-sandbox",
    referrerpolicy: "no-referrer",
    src: `/api/mailbox/${mail.number}/html`,
  });
}

/** The text with its addresses as links. */
function linked({ text, links }) {
  const parts = [];
  let at = 0;
  for (const address of Object.keys(links)) {
    const found = text.indexOf(address, at);
    if (found < 0) continue;
    const link = h("a", { href: links[address], target: "_blank", rel: "noopener noreferrer" }, address);
    parts.push(text.slice(at, found), link);
    at = found + address.length;
  }
  return [...parts, text.slice(at)];
}
