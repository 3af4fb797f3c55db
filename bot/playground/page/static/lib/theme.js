// Light, dark, or as the system has it; kept in this browser.

const KEY = "patchbay-theme";
const THEMES = ["auto", "light", "dark"];
const system = matchMedia("(prefers-color-scheme: dark)");

export const NAMES = { auto: "As the system", light: "Light", dark: "Dark" };

export function chosen() {
  const kept = localStorage.getItem(KEY);
  return THEMES.includes(kept) ? kept : "auto";
}

function apply() {
  const theme = chosen();
  document.documentElement.dataset.theme = theme === "auto" ? (system.matches ? "dark" : "light") : theme;
}

/** Goes on to the next of the three and returns it. */
export function turn() {
  const next = THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length];
  localStorage.setItem(KEY, next);
  apply();
  return next;
}

export function start() {
  system.addEventListener("change", apply);
  addEventListener("storage", apply); // another tab turned it
  apply();
}
