// How fields are called.

/** By the block's label, else by the placeholder, else by the words that stand before it. */
export function named(label, placeholder) {
  if (label.id) return { "aria-labelledby": label.id };
  return { "aria-label": placeholder || label.text || undefined };
}
