"use strict";
/* Copies marks into one ImageData, alpha-aware. Little-endian RGBA words; alpha is not premultiplied. */

/* One pixel over another where neither is plainly opaque or empty. */
function blendPixel(over, under) {
  const oa = over >>> 24;
  const top = oa * 255;
  const rest = (under >>> 24) * (255 - oa);   // weight of what lies under, × 255
  const total = top + rest;                   // resulting alpha × 255
  const r = ((over & 255) * top + (under & 255) * rest) / total + 0.5;
  const g = ((over >>> 8 & 255) * top + (under >>> 8 & 255) * rest) / total + 0.5;
  const b = ((over >>> 16 & 255) * top + (under >>> 16 & 255) * rest) / total + 0.5;
  return (((total / 255 + 0.5) & 255) << 24 | (b & 255) << 16 | (g & 255) << 8 | (r & 255)) >>> 0;
}

/* Slips `mark`, centred on (cx, cy), UNDER what stands in the clip [x0, x1) × [y0, y1): drawing goes from the
   topmost mark down, so in a crowd most pixels are only looked at. Returns how many pixels became opaque. */
function blitUnder(data, stride, mark, cx, cy, x0, y0, x1, y1) {
  const left = cx - mark.half, top = cy - mark.half;
  const rowFrom = top < y0 ? y0 - top : 0;
  const rowTo = top + mark.h > y1 ? y1 - top : mark.h;
  const colFrom = left < x0 ? x0 - left : 0;
  const colTo = left + mark.w > x1 ? x1 - left : mark.w;
  const { pixels, from, to, w, hard } = mark;
  let closed = 0;
  for (let row = rowFrom; row < rowTo; row++) {
    const a = from[row] > colFrom ? from[row] : colFrom;
    const b = to[row] < colTo ? to[row] : colTo;
    const base = (top + row) * stride + left;
    const line = row * w;
    if (hard) {                                 // a speck: its row is opaque from end to end
      for (let col = a; col < b; col++) {
        if (data[base + col] === 0) { data[base + col] = pixels[line + col]; closed++; }
      }
      continue;
    }
    for (let col = a; col < b; col++) {
      const over = data[base + col];
      const cover = over >>> 24;
      if (cover === 255) { continue; }
      const pixel = pixels[line + col];
      const made = cover === 0 ? pixel : blendPixel(over, pixel);
      data[base + col] = made;
      if (made >>> 24 === 255) { closed++; }
    }
  }
  return closed;
}
