// Starts the page: finds out who acts in this tab, and draws what they see.

import { get } from "./lib/api.js";
import { h } from "./lib/dom.js";
import * as theme from "./lib/theme.js";
import { openFrame } from "./workspace/frame.js";
import { enter } from "./workspace/state.js";

const root = document.getElementById("app");
let leave = () => {};
let switching = 0;

async function become(id) {
  switching += 1;
  const turn = switching;
  try {
    const { members } = await get("/api/members");
    const member = members.find((one) => one.id === id) ?? members[0];
    const sight = await enter(member.id, members);
    if (turn !== switching) return sight.leave(); // somebody else was chosen meanwhile
    leave();
    history.replaceState(null, "", `/?as=${encodeURIComponent(member.id)}${location.hash}`);
    leave = openFrame(root, sight, become);
  } catch (problem) {
    if (turn === switching) tell(problem, id);
  }
}

function tell(problem, id) {
  leave();
  leave = () => {};
  const again = h("button", { type: "button", class: "button primary", on: { click: () => become(id) } }, "Try again");
  root.replaceChildren(h("div", { class: "starting", role: "alert" }, h("p", {}, problem.message), h("p", {}, again)));
}

theme.start();
become(new URLSearchParams(location.search).get("as"));
