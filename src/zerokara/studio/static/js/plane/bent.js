// The plane bent: its grid and its points as a pair of units of a hidden layer sees them.

import { make, numbers, put } from "../dom.js";
import { t } from "../texts.js";
import { colours, diverging, mark } from "./colours.js";
import { small } from "./inside.js";

export class Bent {
  /** `choose([layer, unit, unit])`: another pair is wanted. */
  constructor({ choose }) {
    this.choose = choose;
    this.pair = null;
    this.choices = make("p", { class: "tools" });
    this.canvas = make("canvas", { class: "bent", role: "img" });
    this.table = numbers(() => this.rows(), () => t("bend-plane"));
    this.element = make("div", {}, this.choices, this.canvas, this.table);
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  /** Another network. */
  build(hidden, wanted = null) {
    const fits = wanted && wanted[0] >= 1 && wanted[0] <= hidden.length && wanted.slice(1).every((j) => j < hidden[wanted[0] - 1][0]);
    this.hidden = hidden;
    this.pair = !hidden.length ? null : fits ? wanted : [hidden.length, 0, Math.min(1, hidden.at(-1)[0] - 1)];
    this.offer();
  }

  offer() {
    if (!this.pair) { put(this.choices, make("span", { class: "soft" }, t("bend-none"))); return; }
    const select = (label, count, at, first) => {
      const made = make("select", { onchange: () => { this.pair[at] = Number(made.value) + (at ? 0 : 1); if (!at) this.build(this.hidden, [this.pair[0], 0, Math.min(1, this.hidden[this.pair[0] - 1][0] - 1)]); this.choose(this.pair); } },
        ...Array.from({ length: count }, (_, k) => make("option", { value: k, selected: k === first }, String(k + 1))));
      return make("label", { class: "inline" }, label, made);
    };
    const units = this.hidden[this.pair[0] - 1][0];
    put(this.choices, select(t("bend-layer"), this.hidden.length, 0, this.pair[0] - 1), select(t("bend-across"), units, 1, this.pair[1]), select(t("bend-up"), units, 2, this.pair[2]));
  }

  show(head, arrays) {
    if (!head.bend || !arrays.lines) return;
    Object.assign(this, { head, arrays });
    this.draw();
    this.table.again();
  }

  draw() {
    const ratio = window.devicePixelRatio || 1, side = Math.round(this.canvas.clientWidth * ratio);
    if (!side || !this.arrays) return;
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const context = this.canvas.getContext("2d"), now = colours(), { data, shape } = this.arrays.lines, points = this.arrays.bentpoints.data, all = [data, points];
    const ends = [0, 1].map((axis) => { let low = Infinity, high = -Infinity; for (const part of all) for (let i = axis; i < part.length; i += 2) { low = Math.min(low, part[i]); high = Math.max(high, part[i]); } return [low, Math.max(high, low + 1e-6)]; });
    const at = (x, y) => [side * (0.04 + (0.92 * (x - ends[0][0])) / (ends[0][1] - ends[0][0])), side * (0.96 - (0.92 * (y - ends[1][0])) / (ends[1][1] - ends[1][0]))];
    context.clearRect(0, 0, side, side);
    for (let way = 0; way < 2; way++) for (let line = 0; line < shape[1]; line++) {
      context.beginPath();
      for (let i = 0; i < shape[2]; i++) { const k = 2 * ((way * shape[1] + line) * shape[2] + i); context.lineTo(...at(data[k], data[k + 1])); }
      context.strokeStyle = way ? now.soft : now.accent;
      context.globalAlpha = line === (shape[1] - 1) / 2 ? 0.95 : 0.4;
      context.lineWidth = (line === (shape[1] - 1) / 2 ? 1.6 : 0.8) * ratio;
      context.stroke();
    }
    context.globalAlpha = 1;
    const labels = this.arrays.train.data, table = diverging(now);
    for (let i = 0; i < points.length / 2; i++) {
      const label = labels[3 * i + 2], byte = Math.max(0, Math.min(254, Math.round(127 + (127 * label) / (this.head.scale || 1))));
      mark(context, this.head.regression ? 0 : label, ...at(points[2 * i], points[2 * i + 1]), 3 * ratio);
      context.fillStyle = this.head.regression ? `rgb(${table[byte].map(Math.round).join()})` : now.classes[label];
      context.strokeStyle = label === 5 && !this.head.regression ? context.fillStyle : now.panel;
      context.lineWidth = 0.8 * ratio;
      context.fill();
      context.stroke();
    }
    const [k, one, other] = this.head.bend, words = { k, one: one + 1, other: other + 1, a: small(ends[0][0]), b: small(ends[0][1]), c: small(ends[1][0]), d: small(ends[1][1]) };
    this.canvas.setAttribute("aria-label", t("bend-words", words));
  }

  rows() {
    const points = this.arrays?.bentpoints.data ?? [], train = this.arrays?.train.data ?? [], rows = [];
    for (let i = 0; i < Math.min(300, points.length / 2); i++) rows.push([`${small(train[3 * i])}, ${small(train[3 * i + 1])}`, small(points[2 * i]), small(points[2 * i + 1]), small(train[3 * i + 2])]);
    return { heads: ["x, y", t("bend-across"), t("bend-up"), t("head-label")], rows };
  }
}
