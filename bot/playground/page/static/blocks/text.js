// Text objects and images.

import { h } from "../lib/dom.js";
import { mrkdwn, plain } from "./mrkdwn.js";

/** The words of a text object, as nodes; a string is plain text. */
export function words(object, names) {
  if (object === null || object === undefined) return document.createDocumentFragment();
  if (typeof object === "string") return document.createTextNode(plain(object));
  if (object.type === "mrkdwn") return mrkdwn(object.text, names, object);
  return document.createTextNode(plain(object.text, object.emoji !== false));
}

/** The same as a string, for labels. */
export function wordsOf(object, names) {
  const holder = document.createElement("span");
  holder.append(words(object, names));
  return holder.textContent;
}

/** Nothing is loaded from outside: other pictures are shown as their alternative text. */
export function picture(image, className) {
  const url = image.image_url ?? image.slack_file?.url ?? "";
  const alt = image.alt_text ?? "";
  if (!isOurs(url)) {
    return h("span", { class: `${className} picture-away`, role: "img", "aria-label": alt, title: alt }, h("span", null, alt));
  }
  return h("img", { class: className, src: url, alt, loading: "lazy" });
}

function isOurs(url) {
  if (url.startsWith("data:image/")) return true;
  try {
    return url !== "" && new URL(url, location.href).origin === location.origin;
  } catch {
    return false;
  }
}
