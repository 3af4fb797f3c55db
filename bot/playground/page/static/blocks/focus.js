// Keeps the focus and the caret where something is drawn anew. What can have the focus carries
// data-focus: block_id, action_id and which part of the element it is.

export const focusKey = (block, element, part = "") => JSON.stringify([block.block_id, element.action_id, part]);

/** Where the focus is within the host; null where it is elsewhere. */
export function focusNow(host) {
  const node = document.activeElement;
  if (!node || node === host || !host.contains(node) || !node.dataset.focus) return null;
  const caret = "selectionStart" in node ? caretOf(node) : null;
  return { node, key: node.dataset.focus, caret, text: node.value, top: node.scrollTop };
}

function caretOf(node) {
  try {
    return node.selectionStart === null ? null : [node.selectionStart, node.selectionEnd];
  } catch {
    return null; // check boxes and the like have none
  }
}

/** Gives it back: to the same part of the same element, else to the one action of that name. */
export function focusAgain(host, focused) {
  if (!focused || focused.node === document.activeElement) return;
  if (host.contains(focused.node)) {
    focused.node.focus({ preventScroll: true });
    return;
  }
  const found = again(host, focused.key);
  if (!found) return;
  found.focus({ preventScroll: true });
  if (focused.caret && found.value === focused.text) {
    found.setSelectionRange(...focused.caret);
    found.scrollTop = focused.top;
  }
}

function again(host, key) {
  const [, action, part] = JSON.parse(key);
  const all = [...host.querySelectorAll("[data-focus]")];
  const exact = all.find((node) => node.dataset.focus === key);
  if (exact) return exact;
  const alike = all.filter((node) => {
    const [, otherAction, otherPart] = JSON.parse(node.dataset.focus);
    return otherAction === action && otherPart === part;
  });
  return alike.length === 1 ? alike[0] : null;
}
