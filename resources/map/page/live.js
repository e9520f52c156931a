"use strict";
/* The canvas of live points: every mark is blitted into one ImageData, and a batch repaints
   only the squares its points left or entered. */

/* Order of drawing: rank 0 (severity 1) on top of all, and within a rank the higher slot on top. */

class Live {
  constructor(canvas) {
    this.canvas = canvas;
    this.ctx = canvas.getContext("2d", { willReadFrequently: true });
    this.points = new Points();
    this.shown = true;
    this.near = [0, 1, 2, 3].map(() => new Int32Array(1024));   // by rank: what `gather` found
    this.found = [0, 0, 0, 0];
    this.level = 2;
    this.resize(1, 1);
  }

  /* A page not shown yet has no size, and no ImageData can be without one. */
  resize(width, height) {
    const w = Math.max(1, width), h = Math.max(1, height);
    this.w = w; this.h = h;
    this.canvas.width = w; this.canvas.height = h;
    this.image = new ImageData(w, h);
    this.data = new Uint32Array(this.image.data.buffer);
  }

  setMarks(marks, dpr) { this.marks = marks; this.dpr = dpr; }

  /* Which size of mark suits the zoom and the crowd (tokens: below 14 px the numeral goes). */
  pickLevel(zoom) {
    const n = this.points.count;
    this.crowd = n;
    if (zoom >= 14.5 || n <= 600) { return 2; }
    return zoom >= 13 || n <= 3000 ? 1 : 0;
  }

  markOf(style) {
    const low = style >= 12 && this.level === 2 && this.zoom < 12.5;
    return this.marks[low ? 1 : this.level][style];
  }

  /* Everything, for a new view, a new theme or a full set. View: {scale, left, top, zoom} in device px. */
  paintAll(view) {
    this.view = view;
    this.zoom = view.zoom;
    this.level = this.pickLevel(view.zoom);
    this.reach = Math.ceil(markReach(this.level, OVERDUE) * this.dpr);
    this.project();
    this.data.fill(0);
    if (this.shown) {
      const order = this.ordered();
      const { data, w, h, px, py } = this;
      const { style } = this.points;
      for (let at = order.length - 1; at >= 0; at--) {
        const slot = order[at];
        blitUnder(data, w, this.markOf(style[slot]), px[slot], py[slot], 0, 0, w, h);
      }
    }
    this.ctx.putImageData(this.image, 0, 0);
  }

  project() {
    const { points, w, h, reach } = this;
    const capacity = points.key.length;
    if (!this.px || this.px.length !== capacity) {
      this.px = new Int32Array(capacity);
      this.py = new Int32Array(capacity);
      this.next = new Int32Array(capacity);
      this.prev = new Int32Array(capacity);
      this.cell = new Int32Array(capacity);
    }
    this.cols = Math.ceil((w + 2 * reach) / reach) + 1;
    this.rows = Math.ceil((h + 2 * reach) / reach) + 1;
    this.head = new Int32Array(this.cols * this.rows).fill(-1);
    for (let slot = 0; slot < points.top; slot++) {
      this.cell[slot] = -1;
      if (points.alive[slot]) { this.place(slot); }
    }
  }

  place(slot) {
    const { view, points, reach } = this;
    const x = Math.floor(points.mx[slot] * view.scale - view.left);
    const y = Math.floor(points.my[slot] * view.scale - view.top);
    this.px[slot] = x; this.py[slot] = y;
    if (x < -reach || y < -reach || x >= this.w + reach || y >= this.h + reach) {
      this.cell[slot] = -1;
      return;
    }
    const cell = this.cellAt(x, y);
    const first = this.head[cell];
    this.cell[slot] = cell;
    this.prev[slot] = -1;
    this.next[slot] = first;
    if (first >= 0) { this.prev[first] = slot; }
    this.head[cell] = slot;
  }

  lift(slot) {
    const cell = this.cell[slot];
    if (cell < 0) { return; }
    const before = this.prev[slot], after = this.next[slot];
    if (before >= 0) { this.next[before] = after; } else { this.head[cell] = after; }
    if (after >= 0) { this.prev[after] = before; }
    this.cell[slot] = -1;
  }

  cellAt(x, y) {
    const { reach } = this;
    return Math.floor((y + reach) / reach) * this.cols + Math.floor((x + reach) / reach);
  }

  /* Slots in view in the order of drawing: a counting sort by severity. */
  ordered() {
    const { points, cell } = this;
    const start = [0, 0, 0, 0];
    for (let slot = 0; slot < points.top; slot++) {
      if (cell[slot] >= 0) { start[3 - (points.style[slot] >> 2)]++; }
    }
    let sum = 0;
    for (let rank = 0; rank < 4; rank++) { const n = start[rank]; start[rank] = sum; sum += n; }
    const order = new Int32Array(sum);
    for (let slot = 0; slot < points.top; slot++) {
      if (cell[slot] >= 0) { order[start[3 - (points.style[slot] >> 2)]++] = slot; }
    }
    return order;
  }

  /* A batch. Returns false when the crowd has changed so much that all must be drawn anew. */
  change(batch, gone) {
    const { points } = this;
    const spots = [];
    const note = (slot) => { if (this.cell[slot] >= 0) { spots.push(this.px[slot], this.py[slot]); } };
    for (const key of gone) {
      const slot = points.remove(key);
      if (slot >= 0) { note(slot); this.lift(slot); }
    }
    points.grow(points.top + batch.n);
    const full = !this.view || points.key.length !== this.px.length;
    for (let at = 0; at < batch.n; at++) {
      const known = points.slots.get(batch.key[at]);
      if (known !== undefined && !full) { note(known); this.lift(known); }
      const slot = points.put(batch, at);
      if (!full) { this.place(slot); note(slot); }
    }
    if (full || this.pickLevelAgain()) { return false; }
    if (this.shown) { this.patch(spots); }
    return true;
  }

  pickLevelAgain() {
    const n = this.points.count, was = this.crowd;
    const level = this.pickLevel(this.zoom);
    this.crowd = was;
    return level !== this.level && Math.abs(n - was) > was * 0.1;
  }

  patch(spots) {
    const { reach, w, h } = this;
    const seen = new Set();
    for (let at = 0; at < spots.length; at += 2) {
      const x = spots[at], y = spots[at + 1];
      const name = x * 65536 + y;
      if (seen.has(name)) { continue; }
      seen.add(name);
      const x0 = Math.max(0, x - reach), y0 = Math.max(0, y - reach);
      const x1 = Math.min(w, x + reach + 1), y1 = Math.min(h, y + reach + 1);
      if (x0 >= x1 || y0 >= y1) { continue; }
      this.repaint(x0, y0, x1, y1);
      this.ctx.putImageData(this.image, 0, 0, x0, y0, x1 - x0, y1 - y0);
    }
  }

  repaint(x0, y0, x1, y1) {
    const { data, w, px, py } = this;
    const { style } = this.points;
    for (let y = y0; y < y1; y++) { data.fill(0, y * w + x0, y * w + x1); }
    this.gather(x0, y0, x1, y1);
    let clear = (x1 - x0) * (y1 - y0);
    for (let rank = 0; rank < 4 && clear > 0; rank++) {
      const order = this.near[rank].subarray(0, this.found[rank]).sort();
      for (let at = order.length - 1; at >= 0 && clear > 0; at--) {
        const slot = order[at];
        clear -= blitUnder(data, w, this.markOf(style[slot]), px[slot], py[slot], x0, y0, x1, y1);
      }
    }
  }

  /* Finds the marks that may touch a square, by rank. */
  gather(x0, y0, x1, y1) {
    const { reach, cols, rows, head, next, px, py, near, found } = this;
    const { style } = this.points;
    const left = x0 - reach, top = y0 - reach, right = x1 + reach, bottom = y1 + reach;
    const cx0 = Math.max(0, Math.floor(x0 / reach)), cx1 = Math.min(cols - 1, Math.floor(right / reach) + 1);
    const cy0 = Math.max(0, Math.floor(y0 / reach)), cy1 = Math.min(rows - 1, Math.floor(bottom / reach) + 1);
    found.fill(0);
    for (let cy = cy0; cy <= cy1; cy++) {
      for (let cx = cx0; cx <= cx1; cx++) {
        for (let slot = head[cy * cols + cx]; slot >= 0; slot = next[slot]) {
          if (px[slot] < left || px[slot] >= right || py[slot] < top || py[slot] >= bottom) { continue; }
          const rank = style[slot] >> 2;
          if (found[rank] === near[rank].length) { this.widen(rank); }
          near[rank][found[rank]++] = slot;
        }
      }
    }
  }

  widen(rank) {
    const wider = new Int32Array(this.near[rank].length * 2);
    wider.set(this.near[rank]);
    this.near[rank] = wider;
  }

  /* The mark under a device pixel, the topmost of the nearest; -1 when there is none. */
  keyAt(x, y) {
    if (!this.shown || !this.view) { return -1; }
    const slack = Math.ceil(3 * this.dpr);
    this.gather(x - slack, y - slack, x + slack, y + slack);
    let best = -1, least = Infinity;
    for (let rank = 0; rank < 4; rank++) {
      for (let at = 0; at < this.found[rank]; at++) {
        const slot = this.near[rank][at];
        const away = Math.hypot(this.px[slot] - x, this.py[slot] - y);
        if (away <= this.markOf(this.points.style[slot]).half + slack && away + rank * 0.5 < least) {
          best = this.points.key[slot]; least = away + rank * 0.5;
        }
      }
    }
    return best;
  }
}
