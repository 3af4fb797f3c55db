// Brings what the stream says of messages into a list.

/** `fits` tells which messages belong there. Returns what stops it. */
export function follow(sight, list, fits) {
  return sight.live.on("message", ({ what, message, ts }) => {
    if (what === "deleted") list.remove(ts);
    else if (fits(message)) list.put(message);
  });
}
