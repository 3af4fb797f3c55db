// Builds elements. Text from outside only ever becomes a text node.

const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "indeterminate", "hidden"]);

/** h("button", {class: "primary", on: {click}, "aria-label": "…"}, "Save") */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

function fill(node, props, children) {
  append(node, children); // before the properties: a select's value needs its options
  for (const [name, value] of Object.entries(props ?? {})) set(node, name, value);
  return node;
}

function set(node, name, value) {
  if (name === "on") {
    for (const [kind, listener] of Object.entries(value)) {
      if (listener) node.addEventListener(kind, listener);
    }
  } else if (name === "dataset" || name === "style") {
    Object.assign(node[name], value);
  } else if (PROPERTIES.has(name)) {
    if (value !== undefined && value !== null) node[name] = value;
  } else if (value !== undefined && value !== null && value !== false) {
    node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
}

export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

export function clear(node) {
  node.replaceChildren();
  return node;
}

/** Puts these children in place of what was there. */
export function replace(node, ...children) {
  return append(clear(node), children);
}

/** Puts the children into this order; what stays is not moved, for moving loses the focus. */
export function arrange(node, children) {
  const wanted = [children].flat(Infinity).filter(Boolean);
  const staying = new Set(wanted);
  for (const child of [...node.childNodes]) if (!staying.has(child)) child.remove();
  let next = node.firstChild;
  for (const child of wanted) {
    if (child === next) next = next.nextSibling;
    else node.insertBefore(child, next);
  }
  return node;
}

let made = 0;

/** An id that nothing else on the page has. */
export function uid(prefix = "id") {
  made += 1;
  return `${prefix}-${made}`;
}

const PATHS = {
  hash: "M9 3 7 21M17 3l-2 18M4 8.5h17M3 15.5h17",
  lock: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11",
  home: "M4 11.5 12 4l8 7.5M6 10v10h4.5v-6h3v6H18V10",
  message: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6 6 18",
  back: "M14.5 5 7.5 12l7 7",
  next: "M9.5 5l7 7-7 7",
  down: "M5 9l7 7 7-7",
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  open: "M14 4h6v6M20 4l-9 9M10 5H5v14h14v-5",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  thread: "M4 5h16v10H10l-4 4v-4H4zM8 9h8M8 12h5",
  store: "M4 9.5 5.5 4h13L20 9.5M5 10v10h14V10M4 9.5c0 3.4 5.3 3.4 5.3 0 0 3.4 5.4 3.4 5.4 0 0 3.4 5.3 3.4 5.3 0M10 20v-5h4v5",
  project: "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  mail: "M3 6h18v12H3zM3 7l9 7 9-7",
  protocol: "M4 8h14M14 4l4 4-4 4M20 16H6M10 12l-4 4 4 4",
  tour: "M12 3l2.7 5.8 6.3.7-4.7 4.3 1.3 6.2-5.6-3.2L6.4 20l1.3-6.2L3 9.5l6.3-.700z",
  light: "M12 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  dark: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
  auto: "M12 3.5a8.5 8.5 0 1 0 0 17zM12 3.5a8.5 8.5 0 0 1 0 17",
  wide: "M9 5 3 12l6 7M15 5l6 7-6 7",
  plus: "M12 5v14M5 12h14",
  check: "M5 12.5 10 17.5 19.5 7",
  warning: "M12 4 2.5 20h19zM12 10v5M12 17.2v.8",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3.2 2",
  more: "M12 5.5v.1M12 12v.1M12 18.5v.1",
};

/** A drawn sign; silent for screen readers unless it has a label. */
export function icon(name, label) {
  const spoken = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 24 24", ...spoken },
    svg("path", { d: PATHS[name] ?? PATHS.more }),
  );
}

/** Says it to screen readers, politely. */
export function announce(text) {
  const region = document.getElementById("said");
  if (region) region.textContent = text;
}

export function initials(name) {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0] ?? "").join("").toUpperCase();
}

/** A colour's hue that stays the same for the same id. */
export function hue(id) {
  let sum = 7;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}
