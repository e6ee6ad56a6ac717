// Loss and accuracy by step: of the batches as a band and a line, of held-out pictures as dashes, of epochs as marks.

import { make, numbers } from "../dom.js";
import { shown } from "../plane/curve.js";
import { colours } from "../plane/colours.js";
import { percent, t } from "../texts.js";

const HEIGHT = 190, LEFT = 46, BOTTOM = 22;

export class Curves {
  constructor() {
    this.canvases = ["loss", "accuracy"].map((of) => make("canvas", { class: "losses", role: "img", "data-of": of }));
    this.table = numbers(() => this.rows(), () => t("pic-curves"));
    const key = make("p", { class: "curvekey soft" }, ...["pic-key-train", "pic-key-held", "pic-key-epoch"].map((name) => make("span", { class: name }, make("i", { "aria-hidden": "true" }), make("span", { "data-t": name }))));
    this.element = make("div", {}, make("p", { class: "soft noneyet", "data-t": "pic-none-yet" }), make("div", { class: "twocurves" }, ...this.canvases.map((canvas, i) => make("figure", {}, make("figcaption", { class: "soft", "data-t": i ? "pic-accuracy" : "pic-loss" }), canvas))), key, this.table);
    new ResizeObserver(() => this.draw()).observe(this.canvases[0]);
  }

  show(head, arrays) {
    Object.assign(this, { head, arrays });
    this.draw();
    const held = arrays.looks.data, n = held.length;
    this.canvases[0].setAttribute("aria-label", t("pic-loss-words", { step: head.step, loss: shown(head.loss), held: shown(n ? held[n - 2] : null) }));
    this.canvases[1].setAttribute("aria-label", t("pic-accuracy-words", { step: head.step, accuracy: share(head.accuracy), held: share(n ? held[n - 1] : null) }));
    this.table.again();
  }

  draw() {
    if (!this.head) return;
    const { curve, looks, epochs } = this.arrays, c = columns(curve.data, 4), l = columns(looks.data, 3), e = columns(epochs.data, 5);
    const finite = [...c[1], ...c[2], ...l[1], ...e[3]].filter((v) => v > 0 && Number.isFinite(v));
    const high = Math.log10(Math.max(0.1, ...finite)) + 0.05, low = Math.min(high - 0.6, Math.max(high - 6, Math.log10(Math.min(1, ...finite)) - 0.05));
    const mean = c[1].map((v, i) => Math.sqrt(v * c[2][i]));
    this.pane(0, { scale: (v) => (Math.log10(Math.max(v, 1e-12)) - low) / (high - low), ticks: ticks(low, high), band: [c[0], c[1], c[2]], lines: [[c[0], mean], [l[0], l[1]]], marks: [e[0], e[3]] });
    const least = Math.max(0, Math.floor(10 * (Math.min(0.9, ...c[3].filter(Number.isFinite), ...l[2]) - 0.02)) / 10);
    this.pane(1, { scale: (v) => (v - least) / (1 - least) * 0.97, ticks: [0, 0.25, 0.5, 0.75, 1].map((v) => least + v * (1 - least)).map((v) => [v, `${Math.round(100 * v)}%`]), band: null, lines: [[c[0], c[3]], [l[0], l[2]]], marks: [e[0], e[4]] });
  }

  pane(which, { scale, ticks, band, lines, marks }) {
    const canvas = this.canvases[which], ratio = window.devicePixelRatio || 1, width = Math.round(canvas.clientWidth * ratio), height = HEIGHT * ratio;
    if (!width) return;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d"), now = colours(), end = Math.max(1, this.head.steps, this.head.step), right = width - 8 * ratio, bottom = height - BOTTOM * ratio, left = LEFT * ratio;
    const x = (step) => left + (step / end) * (right - left), y = (v) => Math.max(0, Math.min(bottom, bottom - scale(v) * (bottom - 6 * ratio)));
    context.clearRect(0, 0, width, height);
    context.font = `${11 * ratio}px system-ui, sans-serif`;
    context.fillStyle = now.soft;
    context.strokeStyle = now.line;
    context.lineWidth = ratio;
    for (const [value, words] of ticks) {
      context.beginPath(); context.moveTo(left, y(value)); context.lineTo(right, y(value)); context.stroke();
      context.textAlign = "right"; context.fillText(words, left - 6 * ratio, y(value) + 4 * ratio);
    }
    context.textAlign = "left"; context.fillText("0", left, height - 6 * ratio);
    context.textAlign = "right"; context.fillText(end.toLocaleString("en"), right, height - 6 * ratio);
    if (band) {
      context.fillStyle = now.classes[0]; context.globalAlpha = 0.25; context.beginPath();
      band[0].forEach((step, i) => context.lineTo(x(step), y(band[2][i])));
      for (let i = band[0].length - 1; i >= 0; i--) context.lineTo(x(band[0][i]), y(band[1][i]));
      context.fill(); context.globalAlpha = 1;
    }
    lines.forEach(([steps, values], i) => {
      context.strokeStyle = now.classes[i]; context.lineWidth = (i ? 2 : 1.4) * ratio; context.setLineDash(i ? [6 * ratio, 3 * ratio] : []);
      context.beginPath();
      steps.forEach((step, k) => { if (Number.isFinite(values[k])) context.lineTo(x(step), y(values[k])); });
      context.stroke();
    });
    context.setLineDash([]);
    context.fillStyle = now.classes[1];
    marks[0].forEach((step, k) => { if (Number.isFinite(marks[1][k])) { context.beginPath(); context.arc(x(step), y(marks[1][k]), 3.6 * ratio, 0, 7); context.fill(); } });
    const step = x(this.head.step);
    context.strokeStyle = now.soft; context.lineWidth = ratio; context.beginPath(); context.moveTo(step, 0); context.lineTo(step, bottom); context.stroke();
  }

  rows() {
    const heads = [t("pic-step"), t("pic-loss"), t("pic-accuracy"), t("pic-held-loss"), t("pic-held-accuracy")];
    if (!this.arrays) return { heads, rows: [] };
    const c = columns(this.arrays.curve.data, 4), l = columns(this.arrays.looks.data, 3), held = new Map(l[0].map((step, i) => [step, i]));
    const at = (step) => c[0].findIndex((one) => one >= step), steps = [...new Set([...c[0].filter((_, i) => i % 8 === 0), ...l[0]])].sort((a, b) => a - b);
    return { heads, rows: steps.map((step) => {
      const i = at(step), k = held.get(step);
      return [step, i < 0 ? "–" : shown(Math.sqrt(c[1][i] * c[2][i])), i < 0 ? "–" : share(c[3][i]), k === undefined ? "–" : shown(l[1][k]), k === undefined ? "–" : share(l[2][k])];
    }) };
  }
}

const columns = (data, of) => Array.from({ length: of }, (_, at) => Array.from({ length: data.length / of }, (_, i) => data[of * i + at]));
export const share = (value) => (value === null || value === undefined || !Number.isFinite(value) ? "–" : percent(value));

/** Round places on a logarithmic axis. */
function ticks(low, high) {
  const found = [];
  for (let power = Math.floor(low); power <= high; power++) for (const by of [1, 2, 5]) {
    const value = by * 10 ** power;
    if (Math.log10(value) >= low && Math.log10(value) <= high) found.push([value, value >= 0.001 ? String(Number(value.toPrecision(1))) : value.toExponential(0)]);
  }
  return found.length > 7 ? found.filter(([value]) => String(value).replace(/[^1-9]/g, "").startsWith("1")) : found;
}
