"use strict";
/* The live points the page holds, by key, in typed arrays. Slots never move, so the order of drawing
   (severity, then slot) is the same in a full paint and in a patch. */

class Points {
  constructor() {
    this.clear(1024);
  }

  clear(capacity) {
    this.slots = new Map();
    this.free = [];
    this.top = 0;
    this.key = new Int32Array(capacity);
    this.mx = new Float64Array(capacity);   // web Mercator, 0..1
    this.my = new Float64Array(capacity);
    this.style = new Uint8Array(capacity);  // (severity - 1) * 4 + mark
    this.alive = new Uint8Array(capacity);
  }

  get count() { return this.slots.size; }

  grow(needed) {
    if (needed <= this.key.length) { return; }
    const capacity = Math.max(needed, this.key.length * 2);
    for (const name of ["key", "mx", "my", "style", "alive"]) {
      const wider = new this[name].constructor(capacity);
      wider.set(this[name]);
      this[name] = wider;
    }
  }

  /* Batch: {n, key: Int32Array, lon, lat: Int32Array in 1e-7 degrees, style: Uint8Array}. */
  put(batch, at) {
    const key = batch.key[at];
    let slot = this.slots.get(key);
    if (slot === undefined) {
      slot = this.free.length ? this.free.pop() : this.top++;
      this.slots.set(key, slot);
      this.key[slot] = key;
      this.alive[slot] = 1;
    }
    this.mx[slot] = mercatorX(batch.lon[at] * 1e-7);
    this.my[slot] = mercatorY(batch.lat[at] * 1e-7);
    this.style[slot] = batch.style[at];
    return slot;
  }

  replace(batch) {
    this.clear(Math.max(1024, Math.ceil(batch.n * 1.25)));
    for (let at = 0; at < batch.n; at++) { this.put(batch, at); }
  }

  remove(key) {
    const slot = this.slots.get(key);
    if (slot === undefined) { return -1; }
    this.slots.delete(key);
    this.alive[slot] = 0;
    this.free.push(slot);
    return slot;
  }
}

function mercatorX(lon) {
  return lon / 360 + 0.5;
}

function mercatorY(lat) {
  const s = Math.sin(lat * Math.PI / 180);
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
}

function bytesOf(base64) {
  if (Uint8Array.fromBase64) { return Uint8Array.fromBase64(base64); }
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) { bytes[i] = text.charCodeAt(i); }
  return bytes;
}

/* As app side packs it: n keys, n longitudes, n latitudes (Int32), n styles (Uint8). */
function unpackPoints(base64) {
  const bytes = bytesOf(base64);
  const n = bytes.length / 13;
  const { buffer } = bytes;
  return {
    n,
    key: new Int32Array(buffer, 0, n),
    lon: new Int32Array(buffer, 4 * n, n),
    lat: new Int32Array(buffer, 8 * n, n),
    style: new Uint8Array(buffer, 12 * n, n),
  };
}

function unpackKeys(base64) {
  return new Int32Array(bytesOf(base64).buffer);
}
