// A drawing is a list of strokes; a stroke knows its points, its width and whether it erases. It is never changed.
// Points are whole numbers of quarter pixels of the drawing area, so that a link gives back the very same drawing.

import { pack, unpack } from "../state.js";

export const SIDE = 280;
const FINE = 4;
const TOLERANCE = 0.3;

/** @typedef {{erase: boolean, width: number, points: number[], times?: number[]}} Stroke points: x, y, share of the width, …;
 * times: of each point, milliseconds from the first */

/** What is left of a line when points that lie on it within TOLERANCE are taken out (Douglas, Peucker 1973). `kept`: which. */
export function simplified(points, kept = []) {
  const count = points.length / 3, keep = new Uint8Array(count);
  keep[0] = keep[count - 1] = 1;
  const waiting = [[0, count - 1]];
  while (waiting.length) {
    const [a, b] = waiting.pop();
    let worst = 0, where = -1;
    for (let i = a + 1; i < b; i++) {
      const away = Math.max(distance(points, i, a, b), 20 * Math.abs(points[3 * i + 2] - between(points, i, a, b)));
      if (away > worst) { worst = away; where = i; }
    }
    if (worst > TOLERANCE) { keep[where] = 1; waiting.push([a, where], [where, b]); }
  }
  const left = [];
  for (let i = 0; i < count; i++) {
    if (keep[i]) kept.push(i), left.push(onGrid(points[3 * i]), onGrid(points[3 * i + 1]), Math.round(points[3 * i + 2] * 100) / 100);
  }
  return left;
}

const onGrid = (value) => Math.round(value * FINE) / FINE;

function distance(p, i, a, b) {
  const dx = p[3 * b] - p[3 * a], dy = p[3 * b + 1] - p[3 * a + 1], length = dx * dx + dy * dy;
  const x = p[3 * i] - p[3 * a], y = p[3 * i + 1] - p[3 * a + 1];
  const along = length ? Math.min(1, Math.max(0, (x * dx + y * dy) / length)) : 0;
  return Math.hypot(x - along * dx, y - along * dy);
}

const between = (p, i, a, b) => p[3 * a + 2] + ((p[3 * b + 2] - p[3 * a + 2]) * (i - a)) / (b - a);

/** Draw the part of a stroke from its point `from` on, segment by segment: the same whether at once or bit by bit. */
export function drawStroke(context, stroke, from = 0) {
  const p = stroke.points, count = p.length / 3;
  context.globalCompositeOperation = stroke.erase ? "destination-out" : "source-over";
  context.lineCap = context.lineJoin = "round";
  for (let i = Math.max(from, 0); i < count; i++) {
    const j = Math.max(0, i - 1);
    context.lineWidth = stroke.width * p[3 * i + 2];
    context.beginPath();
    context.moveTo(p[3 * j], p[3 * j + 1]);
    context.lineTo(p[3 * i] + (i === 0 ? 0.01 : 0), p[3 * i + 1]);
    context.stroke();
  }
  context.globalCompositeOperation = "source-over";
}

/** The box in which all ink of the strokes lies: left, top, right, bottom in whole pixels, never empty. */
export function boxOf(strokes) {
  let left = SIDE, top = SIDE, right = 0, bottom = 0;
  for (const { erase, width, points } of strokes) {
    if (erase) continue;
    for (let i = 0; i < points.length; i += 3) {
      const share = Math.max(points[i + 2], points[i + 5] ?? 0); // a segment is as wide as its end
      const r = (width * share) / 2 + 1, x = points[i], y = points[i + 1];
      left = Math.min(left, x - r); right = Math.max(right, x + r);
      top = Math.min(top, y - r); bottom = Math.max(bottom, y + r);
    }
  }
  left = Math.max(0, Math.floor(left)); top = Math.max(0, Math.floor(top));
  right = Math.min(SIDE, Math.ceil(right)); bottom = Math.min(SIDE, Math.ceil(bottom));
  return left < right && top < bottom ? [left, top, right, bottom] : [0, 0, 1, 1];
}

/** @param {CanvasRenderingContext2D} context scaled so that the drawing area is SIDE × SIDE */
export function drawAll(context, strokes) {
  context.clearRect(0, 0, SIDE, SIDE);
  for (const stroke of strokes) drawStroke(context, stroke);
}

/** The strokes turned, resized, leaning, thicker, shaky, about the middle of what is drawn. */
export function bent(strokes, { turn, size, lean, thickness, noise }) {
  if (turn === 0 && size === 1 && lean === 0 && thickness === 1 && noise === 0) return strokes;
  const [cx, cy] = middle(strokes), angle = (turn * Math.PI) / 180, random = generator(7);
  const cos = Math.cos(angle) * size, sin = Math.sin(angle) * size;
  return strokes.map((stroke) => {
    const source = noise ? dense(stroke.points) : stroke.points, points = [];
    for (let i = 0; i < source.length; i += 3) {
      const x = source[i] - cx - lean * (source[i + 1] - cy), y = source[i + 1] - cy;
      const shake = () => noise * (random() + random() - 1);
      points.push(cx + cos * x - sin * y + shake(), cy + sin * x + cos * y + shake(), source[i + 2]);
    }
    return { ...stroke, width: stroke.width * thickness * size, points, times: source === stroke.points ? stroke.times : [] };
  });
}

function middle(strokes) {
  const drawn = strokes.filter((stroke) => !stroke.erase);
  const xs = drawn.flatMap((s) => s.points.filter((_, i) => i % 3 === 0)), ys = drawn.flatMap((s) => s.points.filter((_, i) => i % 3 === 1));
  const mean = (all) => (all.length ? (Math.min(...all) + Math.max(...all)) / 2 : SIDE / 2);
  return [mean(xs), mean(ys)];
}

/** Points every few pixels, so that a straight line can shake too. */
function dense(points) {
  const found = points.slice(0, 3);
  for (let i = 3; i < points.length; i += 3) {
    const steps = Math.max(1, Math.ceil(Math.hypot(points[i] - points[i - 3], points[i + 1] - points[i - 2]) / 9));
    for (let k = 1; k <= steps; k++) for (let c = 0; c < 3; c++) found.push(points[i - 3 + c] + ((points[i + c] - points[i - 3 + c]) * k) / steps);
  }
  return found;
}

/** The same numbers 0..1 for a seed everywhere (mulberry32). */
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Strokes as the text of a link. */
export function packed(strokes) {
  const out = [];
  for (const { erase, width, points } of strokes) {
    out.push((erase ? -1 : 1) * Math.round(width * FINE), points.length / 3);
    for (let i = 0; i < points.length; i += 3) out.push(points[i] * FINE, points[i + 1] * FINE, Math.round(points[i + 2] * 100));
  }
  return out.length ? pack(out) : "";
}

/** Strokes from the text of a link; none where it cannot be understood. */
export function unpacked(text) {
  const all = unpack(text), strokes = [];
  for (let i = 0; i < all.length;) {
    const width = all[i++], count = all[i++];
    if (!width || !(count >= 1) || i + 3 * count > all.length) return [];
    const points = [];
    for (let k = 0; k < 3 * count; k++, i++) points.push(k % 3 === 2 ? all[i] / 100 : all[i] / FINE);
    strokes.push({ erase: width < 0, width: Math.abs(width) / FINE, points });
  }
  return strokes;
}

/** Examples to begin with, as people draw them. */
export function example(digit) {
  const lines = EXAMPLES[digit];
  return lines.map((line) => ({ erase: false, width: 18, points: simplified(smooth(line).flatMap(([x, y]) => [x, y, 1])) }));
}

/** A curve through points: Catmull and Rom's (1974), with points every eighth of the way. */
function smooth(line) {
  const at = (i) => line[Math.max(0, Math.min(line.length - 1, i))], found = [line[0]];
  for (let i = 0; i < line.length - 1; i++) {
    for (let k = 1; k <= 8; k++) {
      const u = k / 8, [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
      found.push([0, 1].map((j) => b[j] + (u / 2) * (c[j] - a[j] + u * (2 * a[j] - 5 * b[j] + 4 * c[j] - d[j] + u * (3 * (b[j] - c[j]) + d[j] - a[j])))));
    }
  }
  return found;
}

const EXAMPLES = {
  3: [[[92, 74], [112, 56], [140, 50], [166, 58], [178, 78], [172, 102], [150, 122], [126, 130], [154, 134], [178, 150], [188, 176], [180, 204], [156, 224], [126, 230], [100, 222], [84, 206]]],
  5: [[[182, 56], [108, 58], [100, 126], [126, 114], [154, 116], [178, 136], [184, 170], [172, 204], [144, 224], [112, 224], [90, 208]]],
  7: [[[82, 64], [196, 60], [172, 104], [146, 160], [130, 228]], [[112, 146], [186, 140]]],
};
