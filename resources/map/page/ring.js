"use strict";
/* The accent double ring round the selected point. It is known by its key, and waits if that is not here yet. */

class Ring {
  constructor(pane) {
    this.key = null;
    this.node = element(pane, "div", "ring");
    this.node.innerHTML = '<svg width="56" height="56" viewBox="-28 -28 56 56">'
      + '<circle r="16.5" class="ring-halo"/><circle r="22" class="ring-halo"/>'
      + '<circle r="16.5" class="ring-inner"/><circle r="22" class="ring-outer"/></svg>';
    this.node.hidden = true;
  }

  /* Returns where it stands in CSS px, or null. */
  follow(live, view) {
    const slot = this.key === null ? undefined : live.points.slots.get(this.key);
    this.node.hidden = slot === undefined || !view;
    if (this.node.hidden) { return null; }
    const x = (live.points.mx[slot] * view.scale - view.left) / view.dpr;
    const y = (live.points.my[slot] * view.scale - view.top) / view.dpr;
    this.node.style.transform = `translate(${Math.round(x) - 28}px, ${Math.round(y) - 28}px)`;
    return [x, y];
  }
}
