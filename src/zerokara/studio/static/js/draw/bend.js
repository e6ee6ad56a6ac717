// Bend the drawing: how far can it go before the answer flips? Under each slider stands what is read at its places.

import { make, put } from "../dom.js";
import { onSpeak, t } from "../texts.js";
import { SIDE, bent, drawAll } from "./strokes.js";

export const SLIDERS = ["turn", "size", "lean", "thickness", "noise", "contrast"];
const PLACES = 19, AT_ONCE = 10;

export class Bend {
  /** @param {{table: any, live: Function, done: Function, sweep: Function}} hear */
  constructor(hear) {
    this.hear = hear;
    this.values = {};
    this.rows = new Map();
    this.answers = new Map();
    const list = make("div", { class: "bend" }, ...SLIDERS.map((name) => this.row(name, hear.table[name])));
    this.reset = make("button", { type: "button", "data-t": "straight", onclick: () => hear.done(this.neutral()) });
    this.card = make("section", { class: "card", id: "bend", "aria-labelledby": "bend-title" },
      make("h2", { id: "bend-title", "data-t": "bend" }), make("p", { class: "lead", "data-t": "bend-lead" }), list, make("p", { class: "tools" }, this.reset));
    this.canvas = document.createElement("canvas");
    this.canvas.width = this.canvas.height = SIDE;
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    onSpeak(() => SLIDERS.forEach((name) => this.marks(name)));
  }

  neutral() {
    return Object.fromEntries(SLIDERS.map((name) => [name, this.hear.table[name].default]));
  }

  row(name, setting) {
    const limits = { min: setting.low, max: setting.high, step: setting.step, "data-slider": name };
    const range = make("input", { type: "range", id: `slider-${name}`, ...limits }), field = make("input", { type: "number", ...limits });
    const flips = make("div", { class: "flips", role: "img" });
    const live = (input) => {
      const value = Number(input.value);
      if (input.value === "" || !(value >= setting.low && value <= setting.high)) return;
      this.hear.live({ ...this.values, [name]: value });
    };
    for (const input of [range, field]) {
      input.addEventListener("input", () => live(input));
      input.addEventListener("change", () => this.hear.done(this.values));
      input.addEventListener("focus", () => this.hear.sweep(name));
    }
    range.addEventListener("pointerenter", () => this.hear.sweep(name));
    this.rows.set(name, { range, field, flips });
    return make("div", { class: "one" }, make("div", { class: "row" }, make("label", { for: `slider-${name}`, "data-t": `slider-${name}` }), named(field, name)), range, flips);
  }

  show(values) {
    this.values = values;
    for (const [name, { range, field }] of this.rows) {
      range.value = String(values[name]);
      if (document.activeElement !== field) field.value = String(values[name]);
      range.setAttribute("aria-valuetext", `${values[name]}`);
    }
    this.reset.disabled = SLIDERS.every((name) => values[name] === this.hear.table[name].default);
  }

  /** The drawing at every place of a slider, in portions that fit into a message. */
  drawings(name, strokes) {
    const { low, high } = this.hear.table[name], portions = [];
    for (let from = 0; from < PLACES; from += AT_ONCE) {
      const count = Math.min(AT_ONCE, PLACES - from), ink = new Uint8Array(count * SIDE * SIDE);
      for (let k = 0; k < count; k++) {
        const value = low + ((high - low) * (from + k)) / (PLACES - 1), values = { ...this.values, [name]: value };
        drawAll(this.context, bent(strokes, values));
        const rgba = this.context.getImageData(0, 0, SIDE, SIDE).data, at = k * SIDE * SIDE;
        for (let i = 0; i < SIDE * SIDE; i++) ink[at + i] = Math.round(rgba[4 * i + 3] * values.contrast);
      }
      portions.push({ from, ink: { data: ink, shape: [count, SIDE, SIDE] } });
    }
    return portions;
  }

  forget() {
    this.answers.clear();
    SLIDERS.forEach((name) => this.marks(name));
  }

  swept({ slider, from, answers }) {
    if (!this.rows.has(slider)) return;
    const all = this.answers.get(slider) ?? Array(PLACES).fill(undefined);
    answers.forEach((answer, k) => { all[from + k] = answer; });
    this.answers.set(slider, all);
    this.marks(slider);
  }

  marks(name) {
    const { flips } = this.rows.get(name), all = this.answers.get(name), { low, high } = this.hear.table[name];
    if (!all || all.some((answer) => answer === undefined)) {
      put(flips);
      flips.setAttribute("aria-label", t("flips-none"));
      return;
    }
    const digits = all.map((answer) => (answer ? answer.indexOf(Math.max(...answer)) : null));
    const here = digits[Math.round(((this.values[name] - low) / (high - low)) * (PLACES - 1))];
    put(flips, ...digits.map((digit, k) => {
      const flip = k > 0 && digit !== digits[k - 1];
      return make("span", { class: `${digit === here ? "same" : "other"}${flip ? " flip" : ""}` }, k === 0 || flip ? this.say(digit) : "");
    }));
    const at = (k) => (low + ((high - low) * k) / (PLACES - 1)).toFixed(2).replace(/\.?0+$/, "");
    const told = digits.map((digit, k) => (k > 0 && digit !== digits[k - 1] ? t("flip", { value: at(k), digit: this.say(digit) }) : null)).filter(Boolean);
    flips.setAttribute("aria-label", told.length ? t("flips", { first: this.say(digits[0]), told: told.join("; ") }) : t("flips-same", { digit: this.say(here) }));
  }

  say(digit) {
    return digit === null || digit === undefined ? "–" : this.hear.name(digit);
  }
}

function named(field, name) {
  field.dataset.label = `slider-${name}`;
  return field;
}
