"use strict";
/* What stands on the map whatever its view: legend, scale bar, the note that the grids are schematic, the tip. */

function element(parent, tag, name, text) {
  const node = document.createElement(tag);
  if (name) { node.className = name; }
  if (text !== undefined) { node.textContent = text; }
  parent.append(node);
  return node;
}

function frameControl(map, position, name) {
  const control = L.control({ position });
  control.onAdd = () => L.DomUtil.create("div", name);
  control.addTo(map);
  return control.getContainer();
}

class Frame {
  constructor(map) {
    this.map = map;
    this.legend = frameControl(map, "bottomleft", "legend");
    this.scale = frameControl(map, "bottomleft", "scale");
    this.note = frameControl(map, "bottomright", "note");
    this.tip = element(map.getContainer(), "div", "tip");
    this.tip.hidden = true;
  }

  /* Boxes in CSS px that labels keep clear of. */
  taken() {
    const home = this.map.getContainer().getBoundingClientRect();
    return [this.legend, this.scale, this.note].map((node) => {
      const box = node.getBoundingClientRect();
      return [box.left - home.left, box.top - home.top, box.right - home.left, box.bottom - home.top];
    });
  }

  drawLegend(words, theme, shade) {
    const { legend } = this;
    legend.replaceChildren();
    element(legend, "div", "legend-title", shade === "overdue" ? words.legend_overdue : words.legend_open);
    const steps = element(legend, "div", "steps");
    ["0", "1", "2–3", "4–5", "6+"].forEach((label, step) => {
      const cell = element(steps, "div", "step");
      element(cell, "i").style.background = theme.load[shade === "none" ? 0 : step];
      element(cell, "span", "", label);
    });
    const row = element(legend, "div", "keys");
    words.severity.forEach((word, at) => this.key(row, theme, at + 1, NORMAL, word));
    const states = element(legend, "div", "keys states");
    this.key(states, theme, 2, OVERDUE, words.overdue);
    this.key(states, theme, 3, WAITING, words.waiting);
  }

  key(row, theme, severity, mark, word) {
    const item = element(row, "span", "key");
    const side = mark === OVERDUE ? 28 : 20, dpr = window.devicePixelRatio;
    const canvas = element(item, "canvas");
    canvas.width = canvas.height = side * dpr;
    canvas.style.width = canvas.style.height = `${side}px`;
    const ctx = canvas.getContext("2d");
    ctx.scale(dpr, dpr);
    ctx.translate(side / 2, side / 2);
    ctx.scale(0.8, 0.8);
    drawMark(ctx, { ...theme, halo: theme.bg1 }, 2, severity, mark);
    element(item, "span", "", word);
  }

  drawScale(words) {
    const { map, scale } = this;
    const y = map.getSize().y / 2;
    const metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([140, y]));
    const unit = 10 ** Math.floor(Math.log10(metres));
    const nice = [5, 2, 1].find((step) => step * unit <= metres) * unit;
    scale.replaceChildren();
    element(scale, "i").style.width = `${Math.round(140 * nice / metres)}px`;
    element(scale, "span", "", nice >= 1000 ? `${nice / 1000} ${words.km}` : `${nice} ${words.m}`);
  }

  drawNote(words, places) {
    const count = (level) => places.level(level).length;
    const figures = words.counts.replace("{district}", count("district"))
      .replace("{town}", count("town")).replace("{village}", count("village"));
    this.note.textContent = places.schematic === false ? figures : `${words.schematic} · ${figures}`;
  }

  /* lines: [title, second line] or null to hide; x, y in CSS px of the map. */
  showTip(lines, x, y) {
    this.tip.hidden = !lines;
    if (!lines) { return; }
    this.tip.replaceChildren();
    element(this.tip, "b", "", lines[0]);
    element(this.tip, "span", "", lines[1]);
    const size = this.map.getSize();
    const left = x + 14 + this.tip.offsetWidth > size.x ? x - 10 - this.tip.offsetWidth : x + 14;
    const top = y + 18 + this.tip.offsetHeight > size.y ? y - 10 - this.tip.offsetHeight : y + 18;
    this.tip.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }
}
