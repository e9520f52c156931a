"use strict";
/* Ties the layers to Leaflet's view and is the page's whole face to the desktop: every public method
   is called from there by name. Nothing is fetched but what the own scheme serves. */

class Grid {
  constructor(map, bridge) {
    this.map = map;
    this.bridge = bridge;
    const canvas = (pane) => element(map.getPane(pane), "canvas");
    this.places = new Places(canvas("places"));
    this.live = new Live(canvas("live"));
    this.labels = new Labels(element(map.getPane("words"), "div", "words"));
    this.ring = new Ring(element(map.getPane("words"), "div", "rings"));
    this.frame = new Frame(map);
    this.homely = true;   // the whole district is in view and follows the widget's size
    this.paintMs = 0;
    this.listen();
  }

  listen() {
    const { map } = this;
    map.on("move", () => this.schedule());
    map.on("moveend", () => this.settle());
    map.on("resize", () => this.resized());
    map.on("dragstart", () => { this.homely = false; });
    map.getContainer().addEventListener("wheel", () => { this.homely = false; }, { passive: true });
    map.on("click", (event) => this.clicked(event.containerPoint));
    map.on("mousemove", (event) => this.hovered(event.containerPoint));
    map.on("mouseout", () => this.frame.showTip(null));
  }

  /* ---- from the desktop ---- */

  setTheme(theme) {
    this.theme = theme;
    this.places.theme = theme;
    const style = document.documentElement.style;
    for (const [name, value] of Object.entries(theme)) {
      if (typeof value === "string") { style.setProperty(`--${name}`, value); }
    }
    this.rasterise();
    this.dress();
    this.paintAll();
  }

  setLanguage(words) {
    this.words = words;
    document.documentElement.lang = words.lang;
    this.dress();
    this.settle();
  }

  setLayers(incidents, shade) {
    const turned = this.live.shown !== incidents;
    this.live.shown = incidents;
    this.places.shade = shade;
    this.dress();
    this.places.paintFills();
    if (turned && this.view) { this.live.paintAll(this.view); }
    this.labels.rewrite(this.world());
  }

  async loadPlaces(url) {
    const answer = await fetch(url);
    this.places.load(await answer.json());
    this.dress();
    this.home();
  }

  setShades(open, overdue) {
    const from = performance.now();
    this.places.open = open;
    this.places.overdue = overdue;
    this.places.paintFills();
    if (this.labels.world) { this.labels.rewrite(this.world()); }
    this.shadeMs = performance.now() - from;
  }

  setPoints(base64, token) {
    const from = performance.now();
    this.live.points.replace(unpackPoints(base64));
    if (this.view) { this.live.paintAll(this.view); }
    this.ring.follow(this.live, this.view);
    this.worked(from, token);
    this.arrangeSoon();
    return this.live.points.count;
  }

  updatePoints(base64, gone, token) {
    const from = performance.now();
    if (!this.live.change(unpackPoints(base64), unpackKeys(gone)) && this.view) { this.live.paintAll(this.view); }
    this.ring.follow(this.live, this.view);
    this.worked(from, token);
    return this.live.points.count;
  }

  select(key) {
    this.ring.key = key;
    const spot = this.ring.follow(this.live, this.view);
    const size = this.map.getSize();
    if (spot && (spot[0] < 24 || spot[1] < 24 || spot[0] > size.x - 24 || spot[1] > size.y - 24)) {
      this.homely = false;
      this.map.panTo(this.map.containerPointToLatLng(spot), { animate: false });
    }
  }

  focusPlace(id) {
    this.places.focus = id;
    const place = id === null ? null : this.places.byId.get(id);
    if (place && place.level !== "district") { this.homely = false; this.fit(place.bounds); } else { this.home(); }
    this.paintAll();
  }

  zoom(by) {
    this.homely = false;
    this.map.setZoom(this.map.getZoom() + by, { animate: false });
  }

  home() {
    this.homely = true;
    if (this.places.list.length) { this.fit(this.places.bounds); }
  }

  stats() {
    const { live, places, map } = this;
    return {
      points: live.points.count, selected: this.ring.key, ring: !this.ring.node.hidden, zoom: map.getZoom(),
      level: live.level, paint_ms: this.paintMs, shade_ms: this.shadeMs || 0, places: places.list.length,
      note: this.frame.note.textContent, legend: this.frame.legend.textContent, incidents: live.shown,
      shade: places.shade, focus: places.focus, labels: [...this.labels.items.values()]
        .filter((item) => item.style.visibility === "visible").map((item) => item.innerText),
    };
  }

  /* What the page knows of one point; ink is the RGBA at its centre, x and y are CSS px. */
  stateOf(key) {
    const { live } = this;
    const slot = live.points.slots.get(key);
    if (slot === undefined) { return null; }
    const style = live.points.style[slot];
    const x = live.px[slot], y = live.py[slot];
    const seen = x >= 0 && y >= 0 && x < live.w && y < live.h;
    const at = 4 * (y * live.w + x);
    return {
      key, severity: (style >> 2) + 1, mark: style & 3, seen, x: x / this.view.dpr, y: y / this.view.dpr,
      ink: seen ? [...live.image.data.subarray(at, at + 4)] : null,
    };
  }

  /* CSS px of a place's heart. */
  spotOf(id) {
    const [mx, my] = this.places.heart(this.places.byId.get(id));
    const { scale, left, top, dpr } = this.view;
    return [(mx * scale - left) / dpr, (my * scale - top) / dpr];
  }

  /* ---- drawing ---- */

  rasterise() {
    this.dpr = window.devicePixelRatio || 1;
    this.live.setMarks(rasteriseMarks(this.theme, this.dpr), this.dpr);
  }

  resized() {
    const size = this.map.getSize();
    if (this.theme && this.dpr !== window.devicePixelRatio) { this.rasterise(); }
    for (const layer of [this.places, this.live]) {
      layer.resize(Math.round(size.x * this.dpr), Math.round(size.y * this.dpr));
      layer.canvas.style.width = `${size.x}px`;
      layer.canvas.style.height = `${size.y}px`;
    }
    document.documentElement.classList.toggle("narrow", size.x < 680);
    if (this.homely) { this.home(); }
    this.settle();
  }

  /* The legend's corner is the emptiest of the district's box, so a small margin does. */
  fit([x0, y0, x1, y1]) {
    const corner = (x, y) => L.latLng(latitudeOf(y), (x - 0.5) * 360);
    const size = this.map.getSize();
    const pad = size.x < 680 ? 14 : 20;
    this.map.setMinZoom(0);
    this.map.fitBounds([corner(x0, y1), corner(x1, y0)], {
      paddingTopLeft: [pad, Math.min(44, size.y * 0.07)], paddingBottomRight: [pad, 44], animate: false,
    });
    if (this.homely) { this.map.setMinZoom(this.map.getZoom() - 0.5); }
  }

  takeView() {
    const { map, dpr } = this;
    const corner = map.getPixelBounds().min;
    const zoom = map.getZoom();
    this.view = { scale: 256 * 2 ** zoom * dpr, left: corner.x * dpr, top: corner.y * dpr, zoom, dpr };
    const origin = map.containerPointToLayerPoint([0, 0]);
    for (const layer of [this.places, this.live]) { L.DomUtil.setPosition(layer.canvas, origin); }
    for (const pane of [this.labels.pane, this.ring.node.parentNode]) { L.DomUtil.setPosition(pane, origin); }
  }

  schedule() {
    if (this.pending) { return; }
    this.pending = requestAnimationFrame(() => { this.pending = 0; this.paintAll(); });
  }

  paintAll() {
    if (!this.theme || !this.words) { return; }
    this.takeView();
    this.places.paintAll(this.view);
    this.live.paintAll(this.view);
    this.ring.follow(this.live, this.view);
  }

  /* The view has come to rest. */
  settle() {
    if (!this.theme || !this.words) { return; }
    this.paintAll();
    this.frame.drawScale(this.words);
    this.arrange();
  }

  arrange() {
    if (this.view && this.places.list.length) { this.labels.arrange(this.world()); }
  }

  /* After a full set, when the page has nothing better to do. */
  arrangeSoon() {
    if (this.arranging) { return; }
    this.arranging = requestIdleCallback(() => { this.arranging = 0; this.arrange(); }, { timeout: 400 });
  }

  world() {
    const size = this.map.getSize();
    return {
      places: this.places, live: this.live, view: this.view, words: this.words,
      width: size.x, height: size.y, taken: this.frame.taken(),
    };
  }

  dress() {
    if (!this.theme || !this.words) { return; }
    this.frame.drawLegend(this.words, this.theme, this.places.shade);
    this.frame.drawNote(this.words, this.places);
  }

  worked(from, token) {
    this.paintMs = performance.now() - from;
    if (!token) { return; }
    requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = () => this.bridge.painted(token);
      after.port2.postMessage(0);
    });
  }

  /* ---- from the hand ---- */

  clicked({ x, y }) {
    const key = this.live.keyAt(x * this.dpr, y * this.dpr);
    if (key >= 0) { this.bridge.picked(key); return; }
    const place = this.places.placeAt(x * this.dpr, y * this.dpr);
    if (place) { this.bridge.placePicked(place.id); }
  }

  hovered({ x, y }) {
    const point = this.live.keyAt(x * this.dpr, y * this.dpr) >= 0;
    const place = this.places.placeAt(x * this.dpr, y * this.dpr);
    this.map.getContainer().style.cursor = point || place ? "pointer" : "";
    if (!place) { this.frame.showTip(null); return; }
    const figures = this.places.figures(place.level === "grid" ? place.parent : place.id);
    const above = this.places.byId.get(place.parent);
    const { words } = this;
    const own = placeName(place, words);
    const name = above && above.level !== "district" ? `${placeName(above, words)} ${own}` : own;
    this.frame.showTip([name, `${words.open} ${figures.open} · ${words.late} ${figures.overdue}`], x, y);
  }
}

function latitudeOf(y) {
  return 360 / Math.PI * Math.atan(Math.exp((1 - 2 * y) * Math.PI)) - 90;
}

/* Called by the page folium made, once its map stands. */
function startGrid(map) {
  new QWebChannel(qt.webChannelTransport, async (channel) => {
    const { bridge } = channel.objects;
    await Promise.all([400, 700].map((weight) => document.fonts.load(`${weight} 12px "Grid Sans"`, "1网")));
    window.grid = new Grid(map, bridge);
    window.grid.dpr = window.devicePixelRatio || 1;
    window.grid.resized();
    bridge.up();
  });
}
