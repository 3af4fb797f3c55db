// A thread in the side pane: the parent, its replies, a composer.

import { composer } from "./composer.js";
import { follow } from "./following.js";
import { MessageList } from "./list.js";
import { h } from "../lib/dom.js";

/** Returns {title, node, focus(), close()}. */
export function threadPane(sight, channelId, ts) {
  const list = new MessageList(sight, {
    label: "Messages of the thread",
    load: () => sight.messages({ channel: channelId, thread: ts }),
    rows: { openThread: null, unreadSince: null, parent: ts },
  });
  const stop = follow(
    sight,
    list,
    (message) => message.channel === channelId && (message.ts === ts || message.thread_ts === ts),
  );
  const box = composer(sight, {
    channel: channelId,
    thread: ts,
    label: "Reply in thread",
    closed: sight.channels[channelId].archived,
  });
  list.start().catch((problem) => box.tell(problem.message));
  return {
    title: "Thread",
    about: sight.channelName(channelId),
    node: h("div", { class: "thread" }, list.node, box.node),
    focus: () => box.focus(),
    close() {
      stop();
      list.close();
      box.close();
    },
  };
}
