// The plane: the answer (or a unit's value) everywhere as colour, the points on it; a click adds one.

import { make, numbers } from "../dom.js";
import { percent, t } from "../texts.js";
import { colours, diverging, mark, mixed, paintTable, rgb } from "./colours.js";

const SIDE = 1.5;

const NEAR = 12, SPRAY_EVERY = 40, SPREAD = 0.12;

/** Classes as colours, the paler the less sure. */
export function paintClasses(canvas, answer, sure, outputs, now) {
  const side = answer.shape[0], panel = rgb(now.panel), least = 1 / outputs, full = now.classes.map(rgb);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const image = new ImageData(side, side), out = image.data;
  for (let i = 0, j = 0; i < side * side; i++, j += 4) {
    const colour = mixed(panel, full[answer.data[i]], 0.08 + 0.5 * Math.max(0, (sure.data[i] / 255 - least) / (1 - least)));
    out[j] = colour[0]; out[j + 1] = colour[1]; out[j + 2] = colour[2]; out[j + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

export class Surface {
  /**
   * What the hand does: `add([[x, y]…])`, `remove({own} | {drawn} | null)` (null: the last own point), `move(which, x, y)`,
   * `begin()` and `end()` of a gesture, `looked(x, y)`: a place was chosen. `spray()`: whether the brush sprays.
   */
  constructor(hand) {
    this.hand = hand;
    this.place = [0, 0];
    this.back = make("canvas", { class: "ground", "aria-hidden": "true" });
    this.canvas = make("canvas", { id: "plane", role: "application", tabindex: "0" });
    this.caption = make("p", { class: "soft caption" });
    this.table = numbers(() => this.rows(), () => t("plane-answer"));
    this.element = make("div", { class: "surface" }, make("div", { class: "square" }, this.back, this.canvas), this.caption, this.table);
    for (const [name, act] of Object.entries({ pointerdown: "down", pointermove: "moved", pointerup: "up", pointercancel: "up", keydown: "key" })) this.canvas.addEventListener(name, (event) => this[act](event));
    this.canvas.addEventListener("blur", () => this.points());
    new ResizeObserver(() => this.points()).observe(this.canvas);
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width * 2 - 1) * SIDE, -((event.clientY - box.top) / box.height * 2 - 1) * SIDE];
  }

  /** The training point under a place: {own: k} or {drawn: k}; null where there is none. */
  under(x, y) {
    if (!this.arrays?.train) return null;
    const { train, drawn } = this.arrays, reach = (NEAR / this.canvas.clientWidth) * 2 * SIDE;
    let best = null, least = reach * reach;
    for (let i = 0; i < train.shape[0]; i++) {
      const far = (train.data[3 * i] - x) ** 2 + (train.data[3 * i + 1] - y) ** 2;
      if (far <= least) { least = far; best = i; }
    }
    const count = drawn.data.length;
    return best === null ? null : best < count ? { drawn: drawn.data[best], label: train.data[3 * best + 2] } : { own: best - count, label: train.data[3 * best + 2] };
  }

  down(event) {
    if (event.button) return;
    const [x, y] = this.at(event), under = this.under(x, y);
    this.hand.looked(x, y);
    if (event.altKey) { this.hand.remove(under); return; }
    this.canvas.setPointerCapture(event.pointerId);
    this.hand.begin();
    this.gesture = { under, from: [event.clientX, event.clientY], sprayed: 0, moved: false };
    if (!under && this.hand.spray()) this.spray(x, y);
    else if (!under) this.gesture.add = [x, y];
  }

  moved(event) {
    const gesture = this.gesture, [x, y] = this.at(event);
    if (!gesture) { this.canvas.classList.toggle("over", Boolean(this.under(x, y))); return; }
    gesture.moved ||= Math.hypot(event.clientX - gesture.from[0], event.clientY - gesture.from[1]) > 4;
    if (gesture.sprayed) this.spray(x, y);
    else if (gesture.under && gesture.moved) gesture.under = this.hand.move(gesture.under, x, y);
  }

  up() {
    const gesture = this.gesture;
    this.gesture = null;
    if (!gesture) return;
    if (gesture.add) this.hand.add([gesture.add]);
    this.hand.end();
  }

  spray(x, y) {
    const now = performance.now();
    if (now - this.gesture.sprayed < SPRAY_EVERY) return;
    this.gesture.sprayed = now;
    const turn = Math.random() * 2 * Math.PI, far = SPREAD * Math.sqrt(Math.random());
    this.hand.add([[x + far * Math.cos(turn), y + far * Math.sin(turn)]]);
  }

  key(event) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (event.ctrlKey || event.metaKey) return;
    if (by) { this.place = this.place.map((v, i) => Math.max(-SIDE, Math.min(SIDE, v + by[i] * (event.shiftKey ? 0.25 : 0.05)))); this.hand.looked(...this.place); }
    else if (event.key === "Enter") this.hand.add([this.place]);
    else if (event.key === "Delete" || event.key === "Backspace") this.hand.remove(this.under(...this.place));
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.points();
  }

  /** `unit`: [layer, number], or null for the answer. */
  show(head, arrays, unit) {
    Object.assign(this, { head, arrays, unit });
    const now = colours();
    if (unit && arrays.unit && head.unit?.layer === unit[0] && head.unit.number === unit[1]) paintTable(this.back, arrays.unit.data, arrays.unit.shape[0], diverging(now));
    else if (!arrays.answer) return;
    else if (head.regression) paintTable(this.back, arrays.answer.data, arrays.answer.shape[0], diverging(now));
    else paintClasses(this.back, arrays.answer, arrays.sure, head.outputs, now);
    if (head.words || this.painted !== head.points) { this.points(); this.words(); this.table.again(); }
    this.painted = head.points;
  }

  points() {
    const ratio = window.devicePixelRatio || 1, side = Math.round(this.canvas.clientWidth * ratio);
    if (!side || !this.head) return;
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const context = this.canvas.getContext("2d"), now = colours(), number = diverging(now);
    const at = (x, y) => [((x / SIDE + 1) / 2) * side, ((1 - y / SIDE) / 2) * side];
    context.clearRect(0, 0, side, side);
    context.strokeStyle = now.soft;
    context.globalAlpha = 0.35;
    context.lineWidth = ratio;
    context.strokeRect(...at(-SIDE, 0), side, 0);
    context.strokeRect(...at(0, SIDE), 0, side);
    context.globalAlpha = 1;
    for (const name of ["test", "train"]) {
      const { data } = this.arrays[name];
      for (let i = 0; i < data.length; i += 3) {
        const [x, y] = at(data[i], data[i + 1]), label = data[i + 2];
        const byte = Math.max(0, Math.min(254, Math.round(127 + (127 * label) / (this.head.scale || 1))));
        const colour = this.head.regression ? `rgb(${number[byte].map(Math.round).join()})` : now.classes[label];
        mark(context, this.head.regression ? 0 : label, x, y, (name === "test" ? 2.6 : 3.4) * ratio);
        context.lineWidth = (name === "test" || label === 5 ? 1.4 : 0.9) * ratio;
        context.fillStyle = colour;
        context.strokeStyle = name === "test" && !this.head.regression ? colour : now.panel;
        if (name === "train" || this.head.regression) context.fill();
        if (this.head.regression) context.strokeStyle = name === "test" ? now.soft : now.ink;
        else if (label === 5) context.strokeStyle = colour;
        context.stroke();
      }
    }
    if (document.activeElement === this.canvas && this.canvas.matches(":focus-visible")) {
      const [x, y] = at(...this.place), r = 9 * ratio;
      context.strokeStyle = now.ink;
      context.lineWidth = 2 * ratio;
      context.strokeRect(x - r, y - r, 2 * r, 2 * r);
    }
  }

  words() {
    const { head, unit } = this;
    const parts = head.regression ? t("surface-range", { low: head.low.toFixed(2), high: head.high.toFixed(2) })
      : head.shares.map((share, k) => t("surface-share", { k, share: percent(share) })).join(", ");
    this.caption.textContent = unit && head.unit ? t("surface-of", { k: unit[0], j: unit[1] + 1, low: head.unit.low.toFixed(2), high: head.unit.high.toFixed(2) }) : `${t("surface-answer")}: ${parts}`;
    this.canvas.setAttribute("aria-label", t("surface-words", { step: head.step, parts }));
  }

  rows() {
    const rows = [];
    if (this.arrays) for (const name of ["train", "test"]) {
      const { data } = this.arrays[name];
      for (let i = 0; i < Math.min(data.length, 600); i += 3) rows.push([t(`now-${name}`), data[i].toFixed(3), data[i + 1].toFixed(3), String(+data[i + 2].toFixed(3))]);
    }
    return { heads: [t("plane-data"), t("head-x"), t("head-y"), t("head-label")], rows };
  }
}
