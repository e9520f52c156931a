"use strict";
/* District, towns, villages and second-level grids: fills by load, lines, hit testing.
   Paths are kept once, in pixels of zoom 14 from the north-west corner; a view only sets the transform. */

const PATH_SCALE = 256 * 2 ** 14;
const GRID_ZOOM = 13;                    // from here the second-level grids are drawn
const STEPS = [1, 2, 4, 6];              // load 0 · 1 · 2–3 · 4–5 · 6+

class Places {
  constructor(canvas) {
    this.canvas = canvas;
    this.ctx = canvas.getContext("2d", { willReadFrequently: true });
    this.lines = new OffscreenCanvas(1, 1);
    this.list = [];
    this.byId = new Map();
    this.open = {};
    this.overdue = {};
    this.shade = "open";
    this.focus = null;
  }

  resize(w, h) {
    this.canvas.width = w; this.canvas.height = h;
    this.lines = new OffscreenCanvas(w, h);
  }

  load(collection) {
    this.list = collection.features.map((feature) => ({
      id: String(feature.properties.id),
      level: feature.properties.level,
      name: feature.properties.name,
      nameEn: feature.properties.name_en,
      parent: feature.properties.parent == null ? null : String(feature.properties.parent),
      rings: ringsOf(feature.geometry),
    })).filter((place) => place.rings.length);
    this.byId = new Map(this.list.map((place) => [place.id, place]));
    this.schematic = collection.schematic !== false;
    this.bounds = boundsOf(this.list.flatMap((place) => place.rings));
    for (const place of this.list) { this.prepare(place); }
  }

  prepare(place) {
    place.bounds = boundsOf(place.rings);
    const path = new Path2D();
    for (const ring of place.rings) {
      for (let at = 0; at < ring.length; at += 2) {
        const x = (ring[at] - this.bounds[0]) * PATH_SCALE, y = (ring[at + 1] - this.bounds[1]) * PATH_SCALE;
        if (at) { path.lineTo(x, y); } else { path.moveTo(x, y); }
      }
      path.closePath();
    }
    place.path = path;
  }

  level(name) { return this.list.filter((place) => place.level === name); }

  figures(id) {
    const place = this.byId.get(id);
    if (!place) { return { open: 0, overdue: 0 }; }
    if (place.level === "village" || place.level === "grid") {
      return { open: this.open[id] || 0, overdue: this.overdue[id] || 0 };
    }
    const sum = { open: this.open[id] || 0, overdue: this.overdue[id] || 0 };
    for (const child of this.list) {
      if (child.parent === id && child.level !== "grid") {
        const below = this.figures(child.id);
        sum.open += below.open; sum.overdue += below.overdue;
      }
    }
    return sum;
  }

  stepOf(id) {
    if (this.shade === "none") { return 0; }
    const n = (this.shade === "overdue" ? this.overdue : this.open)[id] || 0;
    return STEPS.filter((from) => n >= from).length;
  }

  transform(ctx) {
    const { scale, left, top } = this.view;
    const k = scale / PATH_SCALE;
    ctx.setTransform(k, 0, 0, k, this.bounds[0] * scale - left, this.bounds[1] * scale - top);
    return k;
  }

  inView(place) {
    const { scale, left, top } = this.view;
    const [x0, y0, x1, y1] = place.bounds;
    return x1 * scale > left && y1 * scale > top
      && x0 * scale < left + this.canvas.width && y0 * scale < top + this.canvas.height;
  }

  /* A new view or theme: lines and fills. */
  paintAll(view) {
    this.view = view;
    if (!this.list.length) { return; }
    this.paintLines();
    this.paintFills();
  }

  paintLines() {
    const ctx = this.lines.getContext("2d");
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, this.lines.width, this.lines.height);
    const k = this.transform(ctx) / this.view.dpr;
    ctx.lineJoin = "round";
    const stroke = (level, colour, width, alpha = 1) => {
      ctx.strokeStyle = colour;
      ctx.lineWidth = width / k;
      ctx.globalAlpha = alpha;
      for (const place of this.level(level)) {
        if (this.inView(place)) { ctx.stroke(place.path); }
      }
      ctx.globalAlpha = 1;
    };
    if (this.view.zoom >= GRID_ZOOM) { stroke("grid", this.theme.grid, 1, 0.55); }
    stroke("village", this.theme.grid, 1);
    stroke("town", this.theme.town, 2);
    stroke("district", this.theme.outline, 2.5);
    const focus = this.byId.get(this.focus);
    if (focus && focus.level !== "district") {
      ctx.strokeStyle = this.theme.acc;
      ctx.lineWidth = 3 / k;
      ctx.stroke(focus.path);
    }
  }

  /* Only the figures changed: fills anew under the lines that stand. */
  paintFills() {
    if (!this.view || !this.list.length || !this.lines.width) { return; }   // not shown yet: no size
    const { ctx } = this;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.transform(ctx);
    ctx.fillStyle = this.theme.load[0];
    for (const place of this.level("district")) { ctx.fill(place.path); }
    for (const place of this.level("village")) {
      if (!this.inView(place)) { continue; }
      ctx.fillStyle = this.theme.load[this.stepOf(place.id)];
      ctx.fill(place.path);
    }
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.lines, 0, 0);
  }

  /* The place under a device pixel, of the finest level that is drawn there. */
  placeAt(x, y, levels) {
    if (!this.view || !this.list.length) { return null; }
    const { ctx } = this;
    this.transform(ctx);
    const hit = (place) => ctx.isPointInPath(place.path, x, y);
    const wanted = levels || (this.view.zoom >= GRID_ZOOM ? ["grid", "village", "town"] : ["village", "town"]);
    let found = null;
    for (const level of wanted) {
      found = this.level(level).find(hit) || null;
      if (found) { break; }
    }
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    return found;
  }

  /* A quick answer to "which town is at this CSS pixel" ("" outside): the towns painted small, read back. */
  townMask() {
    const small = 4, { dpr } = this.view;
    const cells = (px) => Math.max(1, Math.ceil(px / dpr / small));   // a page not shown yet has no size
    const w = cells(this.canvas.width), h = cells(this.canvas.height);
    const ctx = new OffscreenCanvas(w, h).getContext("2d", { willReadFrequently: true });
    const towns = this.level("town");
    const k = this.transform(ctx) / dpr / small;
    const { e, f } = ctx.getTransform();
    ctx.setTransform(k, 0, 0, k, e / dpr / small, f / dpr / small);
    towns.forEach((town, at) => { ctx.fillStyle = `rgb(${(at + 1) * 8} 0 0)`; ctx.fill(town.path); });
    const { data } = ctx.getImageData(0, 0, w, h);
    return (x, y) => {
      const col = Math.floor(x / small), row = Math.floor(y / small);
      if (col < 0 || row < 0 || col >= w || row >= h || data[4 * (row * w + col) + 3] < 128) { return ""; }
      const town = towns[Math.round(data[4 * (row * w + col)] / 8) - 1];
      return town ? town.id : "";
    };
  }

  /* The point deepest inside a place (Mercator 0..1), for its label. */
  heart(place) {
    if (!place.heart) { place.heart = deepest(place.rings, place.bounds); }
    return place.heart;
  }
}

function placeName(place, words) {
  return words.lang === "en" && place.nameEn || place.name;
}

/* Rings of a geometry as flat Mercator arrays. */
function ringsOf(geometry) {
  if (!geometry) { return []; }
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.flat().map((ring) => {
    const flat = new Float64Array(ring.length * 2);
    ring.forEach(([lon, lat], at) => { flat[2 * at] = mercatorX(lon); flat[2 * at + 1] = mercatorY(lat); });
    return flat;
  });
}

function boundsOf(rings) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at += 2) {
      box[0] = Math.min(box[0], ring[at]); box[2] = Math.max(box[2], ring[at]);
      box[1] = Math.min(box[1], ring[at + 1]); box[3] = Math.max(box[3], ring[at + 1]);
    }
  }
  return box;
}

/* Signed distance² to the edge: positive inside. */
function depth(rings, x, y) {
  let inside = false, nearest = Infinity;
  for (const ring of rings) {
    for (let a = 0, b = ring.length - 2; a < ring.length; b = a, a += 2) {
      const ax = ring[a], ay = ring[a + 1], dx = ring[b] - ax, dy = ring[b + 1] - ay;
      if ((ay > y) !== (ay + dy > y) && x < dx * (y - ay) / dy + ax) { inside = !inside; }
      const along = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
      nearest = Math.min(nearest, (ax + along * dx - x) ** 2 + (ay + along * dy - y) ** 2);
    }
  }
  return inside ? nearest : -nearest;
}

function deepest(rings, [x0, y0, x1, y1]) {
  let best = [(x0 + x1) / 2, (y0 + y1) / 2], most = -Infinity;
  for (let row = 1; row < 12; row++) {
    for (let col = 1; col < 12; col++) {
      const x = x0 + (x1 - x0) * col / 12, y = y0 + (y1 - y0) * row / 12;
      const d = depth(rings, x, y);
      if (d > most) { most = d; best = [x, y]; }
    }
  }
  return best;
}
