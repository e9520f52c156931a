"use strict";
/* Names with their figures, set where they hide nothing: each label tries spots round its place's heart
   and takes the cheapest. Placed again for a new view or a full set, never for a batch. */

const VILLAGE_ZOOM = 13;
const FAR = 60;   // px from a label's middle to its place's heart

class Labels {
  constructor(pane) { this.pane = pane; this.items = new Map(); }

  /* world: {places, live, view, words, width, height (CSS px), taken: boxes of the furniture} */
  arrange(world) {
    this.world = world;
    const wanted = world.places.level("town");
    const seen = world.places.focus && world.view.zoom >= VILLAGE_ZOOM - 0.6 || world.view.zoom >= VILLAGE_ZOOM;
    if (seen) { wanted.push(...world.places.level("village").filter((place) => world.places.inView(place))); }
    const keep = new Set(wanted.map((place) => place.id));
    for (const [id, item] of this.items) {
      if (!keep.has(id)) { item.remove(); this.items.delete(id); }
    }
    this.land = world.places.townMask();
    const boxes = [...world.taken];
    for (const place of wanted) { this.set(place, boxes); }
  }

  set(place, boxes) {
    const item = this.item(place);
    const w = item.offsetWidth, h = item.offsetHeight;
    const spot = place.level === "town" ? this.townSpot(place, w, h, boxes) : this.villageSpot(place, w, h, boxes);
    item.style.visibility = spot ? "visible" : "hidden";
    if (spot) {
      item.style.transform = `translate(${spot[0]}px, ${spot[1]}px)`;
      this.lead(place, item, spot[0] + w / 2, spot[1] + h / 2, w, h);
      boxes.push([spot[0], spot[1], spot[0] + w, spot[1] + h]);
    }
  }

  /* A label far from its place's heart is tied to it by a line, or it would name its neighbour. */
  lead(place, item, mx, my, w, h) {
    const line = item.querySelector("i");
    const [x, y] = this.anchor(place);
    const dx = x - mx, dy = y - my, far = Math.hypot(dx, dy);
    const edge = Math.min(w / 2 / Math.max(Math.abs(dx), 1e-6), h / 2 / Math.max(Math.abs(dy), 1e-6)) * far;
    line.hidden = far < FAR || far <= edge;
    line.style.width = `${Math.max(0, far - edge - 2)}px`;
    line.style.transform = `rotate(${Math.atan2(dy, dx)}rad) translate(${edge + 2}px)`;
  }

  item(place) {
    let item = this.items.get(place.id);
    if (!item) {
      item = document.createElement("div");
      item.className = `label label-${place.level}`;
      item.append(document.createElement("b"), document.createElement("span"), document.createElement("i"));
      this.pane.append(item);
      this.items.set(place.id, item);
    }
    this.write(place, item);
    return item;
  }

  write(place, item) {
    const { places, words } = this.world;
    item.firstChild.textContent = placeName(place, words);
    const figures = places.figures(place.id);
    const word = places.shade === "overdue" ? words.late : words.open;
    item.children[1].textContent = place.level === "town" || figures.open
      ? `${word} ${places.shade === "overdue" ? figures.overdue : figures.open}` : "";
  }

  /* Figures changed: same spots, new words. */
  rewrite(world) {
    this.world = world;
    for (const [id, item] of this.items) { this.write(world.places.byId.get(id), item); }
  }

  anchor(place) {
    const { places, view } = this.world;
    const [mx, my] = places.heart(place);
    return [(mx * view.scale - view.left) / view.dpr, (my * view.scale - view.top) / view.dpr];
  }

  townSpot(place, w, h, boxes) {
    const [x, y] = this.anchor(place);
    if (x < -w || y < -h || x > this.world.width + w || y > this.world.height + h) { return null; }
    let best = null, least = Infinity;
    for (let radius = 0; radius <= 144; radius += 18) {
      const turns = radius ? 16 : 1;
      for (let turn = 0; turn < turns; turn++) {
        const angle = 2 * Math.PI * turn / turns;
        const left = Math.round(x + radius * Math.cos(angle) - w / 2);
        const top = Math.round(y + radius * Math.sin(angle) - h / 2);
        const cost = radius * 0.5 + this.cost(place, [left, top, left + w, top + h], boxes);
        if (cost < least) { least = cost; best = [left, top]; }
      }
    }
    return least < 900 ? best : null;
  }

  villageSpot(place, w, h, boxes) {
    const [x, y] = this.anchor(place);
    let best = null, least = Infinity;
    for (const lift of [0, -18, 18, -36, 36]) {
      const left = Math.round(x - w / 2), top = Math.round(y - h / 2 + lift);
      const box = [left, top, left + w, top + h];
      if (!this.inside(box) || boxes.some((other) => overlap(box, other, 2))) { continue; }
      const cost = Math.abs(lift) / 2 + hidden(this.world.live, box, this.world.view.dpr);
      if (cost < least) { least = cost; best = [left, top]; }
    }
    return best;
  }

  inside([x0, y0, x1, y1]) {
    return x0 >= 4 && y0 >= 4 && x1 <= this.world.width - 4 && y1 <= this.world.height - 4;
  }

  cost(place, box, boxes) {
    const { live, view } = this.world;
    let cost = this.inside(box) ? 0 : 1000;
    for (const other of boxes) { if (overlap(box, other, 4)) { cost += 400; } }
    cost += hidden(live, box, view.dpr);
    const lands = new Set();
    for (const fx of [0, 0.5, 1]) {
      for (const fy of [0, 1]) {
        const town = this.land(box[0] + (box[2] - box[0]) * fx, box[1] + (box[3] - box[1]) * fy);
        lands.add(town);
        if (town && town !== place.id) { cost += 14; }
      }
    }
    return cost + (lands.size - 1) * 16; // a label across a town line reads badly
  }
}

function overlap(a, b, gap) {
  return a[0] < b[2] + gap && b[0] < a[2] + gap && a[1] < b[3] + gap && b[1] < a[3] + gap;
}

const HIDING = [60, 45, 35, 20]; // what it costs to lie over a mark, by severity

/* The cost of the marks a box would lie over; a dense crowd is not counted. */
function hidden(live, [x0, y0, x1, y1], dpr) {
  if (!live.view || !live.shown || live.points.count > 1500) { return 0; }
  const { px, py, cell } = live;
  const { style } = live.points;
  const pad = 9 * dpr;
  let cost = 0;
  for (let slot = 0; slot < live.points.top; slot++) {
    if (cell[slot] >= 0 && px[slot] > x0 * dpr - pad && px[slot] < x1 * dpr + pad
      && py[slot] > y0 * dpr - pad && py[slot] < y1 * dpr + pad) { cost += HIDING[style[slot] >> 2]; }
  }
  return cost;
}
