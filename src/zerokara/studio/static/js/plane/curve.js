// The curve of the loss, with marks where settings were changed; dragging on it goes back to a step.

import { make, numbers, put } from "../dom.js";
import { t } from "../texts.js";
import { colours } from "./colours.js";

const HEIGHT = 170, LEFT = 44, BOTTOM = 22;

export class LossCurve {
  constructor({ reach }) {
    this.reach = reach;
    this.canvas = make("canvas", { class: "losses", role: "img" });
    this.slider = make("input", { type: "range", min: 0, max: 1, step: 1, value: 0, id: "step", "data-label": "step-slider" });
    this.key = make("p", { class: "curvekey soft" },
      ...["curve-key", "curve-test", "curve-branch", "curve-second"].map((name) => make("span", { class: name }, make("i", { "aria-hidden": "true" }), make("span", { "data-t": name }))));
    this.marks = make("ul", { class: "marks soft" });
    this.table = numbers(() => this.rows(), () => t("plane-curve"));
    this.element = make("div", { class: "curve" }, this.canvas, this.slider, this.key, this.marks, this.table);
    this.slider.addEventListener("input", () => this.reach(Number(this.slider.value)));
    this.canvas.addEventListener("pointerdown", (event) => { this.canvas.setPointerCapture(event.pointerId); this.drag(event); });
    this.canvas.addEventListener("pointermove", (event) => { if (event.buttons) this.drag(event); });
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  drag(event) {
    if (!this.head) return;
    const box = this.canvas.getBoundingClientRect(), share = (event.clientX - box.left - LEFT) / (box.width - LEFT - 8);
    this.reach(Math.round(Math.max(0, Math.min(1, share)) * this.head.furthest));
  }

  show(head, arrays) {
    Object.assign(this, { head, arrays });
    this.slider.max = String(Math.max(1, head.furthest));
    if (document.activeElement !== this.slider) this.slider.value = String(head.step);
    this.key.children[2].hidden = !arrays.branch;
    this.key.children[3].hidden = !arrays.curve2;
    if (head.version !== this.version || document.documentElement.lang !== this.lang) {
      Object.assign(this, { version: head.version, lang: document.documentElement.lang });
      put(this.marks, ...head.marks.slice(-6).map(({ step, changes }) => make("li", {}, t("mark", { step, what: Object.entries(changes).map(([name, value]) => said(name, value)).join(", ") }))));
    }
    this.draw();
    if (!head.words) return;
    const rows = arrays.curve, first = rows.data[2], last = rows.data[4 * rows.shape[0] - 3], test = head.measured.test?.[0];
    this.canvas.setAttribute("aria-label", t("curve-words", { step: head.furthest, first: shown(first), last: shown(last), test: shown(test) }));
    this.table.again();
  }

  draw() {
    const ratio = window.devicePixelRatio || 1, width = Math.round(this.canvas.clientWidth * ratio), height = HEIGHT * ratio;
    if (!width || !this.head) return;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const context = this.canvas.getContext("2d"), now = colours(), { curve, tests, branch } = this.arrays;
    const all = [...every(curve.data, 4, 1), ...every(curve.data, 4, 2), ...every(tests.data, 3, 1)].filter((v) => v > 0 && Number.isFinite(v));
    const high = Math.log10(Math.max(1e-3, ...all)) + 0.05, low = Math.min(high - 0.5, Math.max(high - 7, Math.log10(Math.min(1, ...all)) - 0.05));
    const end = Math.max(1, this.head.furthest), right = width - 8 * ratio, bottom = height - BOTTOM * ratio, left = LEFT * ratio;
    const x = (step) => left + (step / end) * (right - left), y = (loss) => bottom - ((Math.log10(Math.max(loss, 1e-12)) - low) / (high - low)) * (bottom - 6 * ratio);
    const clipped = (loss) => Math.max(0, Math.min(bottom, y(loss)));
    context.clearRect(0, 0, width, height);
    context.font = `${11 * ratio}px system-ui, sans-serif`;
    context.fillStyle = now.soft;
    context.strokeStyle = now.line;
    context.lineWidth = ratio;
    for (let power = Math.ceil(low); power <= high; power++) {
      context.beginPath(); context.moveTo(left, y(10 ** power)); context.lineTo(right, y(10 ** power)); context.stroke();
      context.textAlign = "right";
      context.fillText(power >= -2 ? String(10 ** power) : `1e${power}`, left - 6 * ratio, y(10 ** power) + 4 * ratio);
    }
    context.textAlign = "left"; context.fillText("0", left, height - 6 * ratio);
    context.textAlign = "right"; context.fillText(end.toLocaleString("en"), right, height - 6 * ratio);
    const second = this.arrays.curve2;
    if (second) this.line(context, every(second.data, 4, 0), every(second.data, 4, 2).map((v, i) => Math.sqrt(v * second.data[4 * i + 1])), x, clipped, now.warm, 1.3 * ratio, [7, 3], end);
    if (branch) this.line(context, every(branch.data, 4, 0), every(branch.data, 4, 2), x, clipped, now.soft, ratio, [2, 4], end);
    context.fillStyle = now.classes[0];
    context.globalAlpha = 0.3;
    context.beginPath();
    for (let i = 0; i < curve.shape[0]; i++) context.lineTo(x(curve.data[4 * i]), clipped(curve.data[4 * i + 2]));
    for (let i = curve.shape[0] - 1; i >= 0; i--) context.lineTo(x(curve.data[4 * i]), clipped(curve.data[4 * i + 1]));
    context.fill();
    context.globalAlpha = 1;
    this.line(context, every(curve.data, 4, 0), every(curve.data, 4, 2).map((v, i) => Math.sqrt(v * curve.data[4 * i + 1])), x, clipped, now.classes[0], 1.3 * ratio, [], end);
    this.line(context, every(tests.data, 3, 0), every(tests.data, 3, 1), x, clipped, now.classes[1], 1.9 * ratio, [6, 3], end);
    context.strokeStyle = now.warm;
    for (const { step } of this.head.marks) { context.beginPath(); context.moveTo(x(step), bottom); context.lineTo(x(step), bottom - 14 * ratio); context.lineWidth = 2 * ratio; context.stroke(); }
    context.strokeStyle = now.ink;
    context.lineWidth = 1.5 * ratio;
    context.beginPath(); context.moveTo(x(this.head.step), 0); context.lineTo(x(this.head.step), bottom); context.stroke();
  }

  line(context, steps, losses, x, y, colour, width, dash, end) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash.map((v) => v * (window.devicePixelRatio || 1)));
    context.beginPath();
    steps.forEach((step, i) => { if (step <= end && Number.isFinite(losses[i])) context.lineTo(x(step), y(losses[i])); });
    context.stroke();
    context.setLineDash([]);
  }

  rows() {
    const rows = [], data = this.arrays?.curve.data ?? [];
    for (let i = 0; i < data.length; i += 4) rows.push([data[i], shown(data[i + 1]), shown(data[i + 2]), Number.isFinite(data[i + 3]) ? data[i + 3].toFixed(3) : "–"]);
    return { heads: [t("head-step"), t("head-least"), t("head-greatest"), t("head-accuracy")], rows };
  }
}

/** What a mark changed, in words. */
function said(name, value) {
  if (name === "data") return t("mark-data");
  if (name === "held") return t("mark-held", { n: value });
  if (name === "weights") return value.map(([parameter, place, number]) => `${parameter}[${place.join()}] = ${Number(number.toPrecision(4))}`).join(", ");
  return `${t(name === "weight_decay" ? "decay" : name)} ${value}`;
}

const every = (data, of, at) => Array.from({ length: data.length / of }, (_, i) => data[of * i + at]);

/** A loss in four digits. */
export const shown = (loss) => (loss === undefined || loss === null || !Number.isFinite(loss) ? "–" : loss !== 0 && (loss < 0.001 || loss >= 1e5) ? loss.toExponential(1) : loss.toPrecision(3));
