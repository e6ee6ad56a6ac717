// What would make it a 9? Gradient ascent on the picture: what is added in one colour, what is taken away in another.

import { grid, make, numbers, picture, put } from "../dom.js";
import { onSpeak, percent, t } from "../texts.js";

const STEPS = 20;

export class Become {
  /** @param {{ask: Function}} hear ask(view, start, target, steps): whether it could be asked */
  constructor(hear) {
    this.hear = hear;
    this.canvas = picture(28, 28);
    this.title = make("h2", { id: "become-title" });
    this.choice = make("select", { id: "become-target" });
    this.classes(Array.from("0123456789"));
    this.go = make("button", { type: "button", class: "main", "data-t": "become-go", onclick: () => this.ask(false) });
    this.more = make("button", { type: "button", "data-t": "become-more", disabled: true, onclick: () => this.ask(true) });
    this.told = make("p", { class: "big" });
    this.shares = make("p", { class: "soft" });
    this.numbers = numbers(() => this.rows());
    this.card = make("section", { class: "card", id: "become", "aria-labelledby": "become-title" }, this.title,
      make("p", { class: "lead", "data-t": "become-lead" }),
      make("div", { class: "become" }, make("div", {}, this.canvas,
        make("p", { class: "key" }, make("span", {}, make("b", { class: "plus" }), make("span", { "data-t": "become-plus" })), make("span", {}, make("b", { class: "minus" }), make("span", { "data-t": "become-minus" })))),
      make("div", {}, make("p", { class: "row tools" }, make("label", { for: "become-target", "data-t": "become-target" }), this.choice, this.go, this.more), this.told, this.shares, this.numbers)));
    this.choice.addEventListener("change", () => this.render());
    onSpeak(() => this.render());
  }

  /** Another network: what it tells apart. */
  classes(names) {
    this.names = names;
    put(this.choice, ...names.map((name, c) => make("option", { value: c }, name)));
    this.choice.value = String(names.length - 1);
  }

  rows() {
    const { data, shape: [h, w, channels] } = this.change ?? { data: new Float32Array(784), shape: [28, 28] };
    return grid(data, [h, w * (channels ?? 1)]);
  }

  /** Another drawing: begin anew. */
  start(view) {
    this.begun = view ? { data: Float32Array.from(view.data), shape: view.shape } : null;
    this.now = null;
    this.view = this.change = null;
    this.went = 0;
    this.render();
  }

  ask(onward) {
    const from = onward && this.view ? this.view : this.begun;
    if (!from) return;
    this.base = onward ? this.went : 0;
    this.hear.ask(from, this.begun, Number(this.choice.value), STEPS);
  }

  show(head, arrays) {
    this.now = head;
    this.view = arrays.view;
    this.change = arrays.change;
    this.went = (this.base ?? 0) + head.step;
    this.more.disabled = head.step < head.steps;
    this.render();
  }

  render() {
    const target = Number(this.choice.value), view = this.view ?? this.begun;
    this.title.textContent = t("become", { digit: this.names[target] ?? target });
    this.go.disabled = !this.begun;
    if (!this.now) this.more.disabled = true;
    this.paint(view);
    this.canvas.setAttribute("aria-label", this.now ? t("become-words", { added: this.now.added.toFixed(1), taken: this.now.taken.toFixed(1) }) : t("become-first"));
    if (!this.now) { put(this.told, t("become-first")); put(this.shares); return; }
    const p = this.now.probabilities, best = p.indexOf(Math.max(...p));
    this.told.textContent = t("become-told", { steps: this.went, best: this.names[best] ?? best, share: percent(p[best]), target: this.names[this.now.target] ?? this.now.target, other: percent(p[this.now.target]) });
    this.shares.textContent = t("become-words", { added: this.now.added.toFixed(1), taken: this.now.taken.toFixed(1) });
    this.numbers.again();
  }

  paint(view) {
    const style = getComputedStyle(document.documentElement), plus = rgb(style.getPropertyValue("--accent")), minus = rgb(style.getPropertyValue("--warm"));
    const { data, shape: [h, w, channels = 1] } = view ?? { data: new Float32Array(784), shape: [28, 28] }, image = new ImageData(w, h);
    for (let i = 0; i < h * w; i++) {
      let change = 0;
      for (let c = 0; c < channels; c++) change += (this.change?.data[channels * i + c] ?? 0) / channels;
      const share = Math.min(1, 1.6 * Math.abs(change)), colour = change > 0 ? plus : minus;
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = (1 - share) * 255 * data[channels * i + (channels > 1 ? c : 0)] + share * colour[c];
      image.data[4 * i + 3] = 255;
    }
    if (this.canvas.width !== w || this.canvas.height !== h) Object.assign(this.canvas, { width: w, height: h });
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }
}

function rgb(hex) {
  const value = parseInt(hex.trim().slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
