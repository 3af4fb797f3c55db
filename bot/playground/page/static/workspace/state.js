// What the member of this tab sees, kept up to date by the stream; and what they do.

import { get, post } from "../lib/api.js";
import { connect } from "../lib/live.js";

const byId = (list) => Object.fromEntries(list.map((one) => [one.id, one]));

/** Loads a member's sight and follows it. Raises Problem. */
export async function enter(as, members) {
  return new Sight(as, await get("/api/sight", { as }), members);
}

export class Sight {
  constructor(as, data, members) {
    this.as = as;
    this.members = members; // those one can act as: {id, name, role}
    this.me = data.me;
    this.workspace = data.workspace;
    this.people = byId(data.people);
    this.order = data.channels.map((channel) => channel.id);
    this.channels = byId(data.channels);
    this.views = data.views;
    this.home = data.home;
    this.command = data.command;
    this.drafts = new Map(); // what stands in the composers, by channel and thread
    this.leaving = new AbortController(); // for listeners on what outlives this sight
    this.live = connect(as, data.after);
    this.live.on("hello", ({ born }) => {
      if (born !== data.born) location.reload(); // another playground; nothing here is its own
    });
    this.live.on("sight", ({ channels }) => {
      this.order = channels.map((channel) => channel.id);
      Object.assign(this.channels, byId(channels));
    });
    this.live.on("views", ({ views }) => {
      this.views = views;
    });
    this.live.on("home", ({ home }) => {
      this.home = home;
    });
  }

  get bot() {
    return this.people[this.workspace.bot];
  }

  /** The DM with the bot. */
  get own() {
    return Object.values(this.channels).find((channel) => channel.kind === "im");
  }

  get unread() {
    return Object.values(this.channels).reduce((sum, channel) => sum + channel.unread, 0);
  }

  person(id) {
    return this.people[id] ?? { id, name: id, tz: "UTC", is_bot: false };
  }

  channelName(id) {
    const channel = this.channels[id];
    return channel?.kind === "im" ? channel.name : `#${channel?.name ?? id}`;
  }

  do(what, given) {
    return post(`/api/${what}`, { as: this.as, ...given });
  }

  messages(given) {
    return get("/api/messages", { as: this.as, ...given });
  }

  /** What blocks are drawn on: a message, a window, the Home. */
  surface(named, { values, errors = {}, notice = "" }) {
    const { type = "message", ...place } = named;
    const on = (block, element, rest) => ({
      surface: place,
      block_id: block.block_id,
      action_id: element.action_id,
      ...rest,
    });
    return {
      ...place,
      type,
      me: this.me,
      people: this.people,
      channels: this.channels,
      values,
      errors,
      notice,
      keep: (kept) => this.do("keep", { surface: place, values: kept }),
      act: (block, element, chosen, kept) =>
        this.do("act", on(block, element, { chosen, values: kept })),
      suggest: async (block, element, query) =>
        (await this.do("suggest", on(block, element, { query }))).options,
      openLink: (url) => window.open(url, "_blank", "noopener"),
    };
  }

  leave() {
    this.live.close();
    this.leaving.abort();
  }
}
