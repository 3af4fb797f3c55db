// What opens below a control and lies over everything: menus and lists.

/**
 * `end`: their right edges meet. `wide`: as wide as the control. `closed` is called when it went
 * by itself: somebody pressed elsewhere, or the control went away.
 */
export function floating(anchor, panel, { end = false, wide = false, closed = () => {} } = {}) {
  const GAP = 4;
  const EDGE = 8;
  panel.popover = "manual";
  panel.classList.add("floating");
  let isOpen = false;
  let stop = null;

  function place() {
    if (!anchor.isConnected) {
      leave();
      return;
    }
    const box = anchor.getBoundingClientRect();
    const { innerWidth: across, innerHeight: down } = window;
    panel.style.minWidth = wide ? `${box.width}px` : "";
    panel.style.maxWidth = `${Math.min(across - 2 * EDGE, Math.max(wide ? box.width : 0, 420))}px`;
    const below = down - box.bottom - GAP - EDGE;
    const above = box.top - GAP - EDGE;
    const up = below < Math.min(panel.scrollHeight, 220) && above > below;
    panel.style.maxHeight = `${Math.max(96, Math.min(320, up ? above : below))}px`;
    const width = panel.offsetWidth;
    const left = end ? box.right - width : box.left;
    panel.style.left = `${Math.max(EDGE, Math.min(left, across - width - EDGE))}px`;
    panel.style.top = up ? `${box.top - GAP - panel.offsetHeight}px` : `${box.bottom + GAP}px`;
  }

  function open() {
    if (isOpen) return;
    isOpen = true;
    panel.showPopover();
    place();
    const away = new AbortController();
    const options = { capture: true, signal: away.signal };
    const outside = (event) => {
      if (!panel.contains(event.target) && !anchor.contains(event.target)) leave();
    };
    const moved = (event) => {
      if (!panel.contains(event.target)) place();
    };
    document.addEventListener("pointerdown", outside, options);
    document.addEventListener("scroll", moved, options);
    window.addEventListener("resize", place, options);
    stop = () => away.abort();
  }

  function close() {
    if (!isOpen) return;
    isOpen = false;
    stop?.();
    if (panel.isConnected && panel.matches(":popover-open")) panel.hidePopover();
  }

  function leave() {
    close();
    closed();
  }

  return {
    open,
    close,
    place,
    get isOpen() {
      return isOpen;
    },
  };
}
