"use strict";
/* Pre-drawn marks: severity by shape and numeral, rasterised once per theme and pixel ratio.
   A mark is {w, h, half, pixels: Uint32Array (RGBA as ImageData holds it)}. */

const MARK_FONT = "\"Grid Sans\", \"Noto Sans CJK SC\", sans-serif";
const MARK_LEVELS = [
  { box: 7, halo: 1, numeral: 0 },      // speck: thousands in view
  { box: 13, halo: 1.5, numeral: 0 },   // plain: shape without numeral
  { box: 20, halo: 2.5, numeral: 11 },  // full
];
const NORMAL = 0, OVERDUE = 1, WAITING = 2;

/* Outline of a severity's shape, centred on 0,0, for a box of `box` px. */
function traceSeverity(ctx, severity, box) {
  const h = box / 2;
  ctx.beginPath();
  if (severity === 1) {
    ctx.moveTo(0, -h); ctx.lineTo(h, 0); ctx.lineTo(0, h); ctx.lineTo(-h, 0);
  } else if (severity === 2) {
    ctx.moveTo(0, -h * 0.92); ctx.lineTo(h, h * 0.8); ctx.lineTo(-h, h * 0.8);
  } else if (severity === 3) {
    const s = h * 0.78;
    ctx.rect(-s, -s, 2 * s, 2 * s);
  } else {
    ctx.arc(0, 0, h * 0.78, 0, 7);
  }
  ctx.closePath();
}

function drawNumeral(ctx, severity, size, colour) {
  ctx.font = `700 ${size}px ${MARK_FONT}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  ctx.fillStyle = colour;
  const drop = severity === 2 ? 0.56 : 0.37; // a triangle's weight lies low
  ctx.fillText(String(severity), 0, size * drop);
}

/* Draws one mark centred on 0,0 of ctx, in CSS pixels. */
function drawMark(ctx, theme, level, severity, mark) {
  const { box, halo, numeral } = MARK_LEVELS[level];
  const colour = theme.severity[severity - 1];
  const hollow = mark === WAITING;
  ctx.lineJoin = "round";
  if (mark === OVERDUE) {
    drawOverdueRing(ctx, theme, level);
  }
  const tight = level === 0 && mark === OVERDUE;   // the ring is the halo
  traceSeverity(ctx, severity, tight ? box - 2 : box);
  ctx.lineWidth = tight ? 0.5 : 2 * halo;
  ctx.strokeStyle = theme.halo;
  ctx.stroke();
  if (hollow) {
    const line = level === 0 ? 1.5 : 2;
    traceSeverity(ctx, severity, box - line);
    ctx.fillStyle = theme.halo;
    ctx.fill();
    ctx.lineWidth = line;
    ctx.strokeStyle = colour;
    ctx.stroke();
  } else {
    ctx.fillStyle = colour;
    ctx.fill();
  }
  if (numeral) {
    drawNumeral(ctx, severity, numeral, hollow ? colour : theme.onsev);
  }
}

/* Overdue: a ring of the critical colour round the shape. */
function drawOverdueRing(ctx, theme, level) {
  const line = level === 2 ? 2 : 1.5;
  const radius = ringRadius(level);
  ctx.beginPath();
  ctx.arc(0, 0, radius, 0, 7);
  ctx.lineWidth = line + 2;
  ctx.strokeStyle = theme.halo;
  ctx.stroke();
  ctx.fillStyle = theme.halo;
  ctx.fill();
  ctx.lineWidth = line;
  ctx.strokeStyle = theme.crit;
  ctx.stroke();
}

function ringRadius(level) {
  const { box, halo } = MARK_LEVELS[level];
  return level === 0 ? box / 2 + 0.25 : box / 2 + halo + (level === 2 ? 0.5 : 0.75);
}

/* Half the side of a mark's picture, in CSS pixels. */
function markReach(level, mark) {
  const { box, halo } = MARK_LEVELS[level];
  return Math.ceil(mark === OVERDUE ? ringRadius(level) + [1.25, 1.75, 2][level] : box / 2 + halo);
}

function rasteriseMark(theme, dpr, level, severity, mark) {
  const half = Math.ceil(markReach(level, mark) * dpr);
  const side = 2 * half + 1;
  const canvas = new OffscreenCanvas(side, side);
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  ctx.translate(half + 0.5, half + 0.5);
  ctx.scale(dpr, dpr);
  drawMark(ctx, theme, level, severity, mark);
  const pixels = new Uint32Array(ctx.getImageData(0, 0, side, side).data.buffer);
  if (level === 0) { harden(pixels); }
  return trimMark(pixels, side, half, level === 0);
}

/* Specks are drawn by the ten thousand: without soft edges they need no blending. */
function harden(pixels) {
  for (let at = 0; at < pixels.length; at++) {
    pixels[at] = pixels[at] >>> 24 < 112 ? 0 : pixels[at] | 0xff000000;
  }
}

/* First and last inked column of each row: blitting skips what is empty. */
function trimMark(pixels, side, half, hard) {
  const from = new Int16Array(side).fill(side), to = new Int16Array(side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (pixels[y * side + x] >>> 24) {
        if (x < from[y]) { from[y] = x; }
        to[y] = x + 1;
      }
    }
  }
  return { w: side, h: side, half, pixels, from, to, hard };
}

/* All marks of a theme: [level][(severity - 1) * 4 + mark]. */
function rasteriseMarks(theme, dpr) {
  return MARK_LEVELS.map((_, level) => {
    const marks = [];
    for (let severity = 1; severity <= 4; severity++) {
      for (const mark of [NORMAL, OVERDUE, WAITING]) {
        marks[(severity - 1) * 4 + mark] = rasteriseMark(theme, dpr, level, severity, mark);
      }
    }
    return marks;
  });
}
