// The account of one unit: y = f(Σ w·x + b) with the numbers filled in, where it looks, what it looks for, its gradients.

import { grid, make, numbers, paint, picture, put, table } from "../dom.js";
import { onSpeak, t } from "../texts.js";

const LEAST = 168, MOST_MAPS = 36;
const FRAME = "#e0701f";

export class Unit {
  /** @param {{top: Function, marked: Function, close: Function}} hear top(place): search; marked(box): show it on the drawing */
  constructor(hear) {
    this.hear = hear;
    this.place = null;
    this.title = make("h2", { id: "unit-title", tabindex: "-1" });
    this.lead = make("p", { class: "lead" });
    this.formula = make("code", {});
    this.facts = make("ul", { class: "facts" });
    this.field = make("canvas", { class: "field", role: "img" });
    this.fieldWords = make("p", {});
    this.weights = make("div", { class: "weights", role: "img" });
    this.weightsWords = make("p", {});
    this.weightsNumbers = numbers(() => this.weightRows(), () => t("unit-weights"));
    this.terms = make("div", { class: "scroll", tabindex: "0", role: "region" });
    this.top = make("ol", { class: "tops" });
    this.topWords = make("p", { class: "soft" });
    this.more = make("button", { type: "button", "data-t": "unit-top-go", onclick: () => this.search() });
    this.close = make("button", { type: "button", "data-t": "close", onclick: () => this.choose(null) });
    this.body = make("div", { class: "account" },
      make("div", { class: "looks" }, make("h3", { "data-t": "unit-field" }), this.field, this.fieldWords,
        make("h3", { "data-t": "unit-weights" }), this.weights, this.weightsWords, this.weightsNumbers),
      make("div", { class: "sum" }, make("p", { class: "formula", tabindex: "0" }, this.formula), this.facts, make("h3", { "data-t": "unit-terms" }), this.terms));
    this.card = make("section", { class: "card", id: "unit", "aria-labelledby": "unit-title", hidden: true },
      make("div", { class: "row between" }, this.title, this.close), this.lead, this.body,
      make("div", { class: "row" }, make("h3", { "data-t": "unit-top" }), this.more), this.topWords, this.top);
    onSpeak(() => this.render());
  }

  /** Look at a unit, or at none any more. @param {{layer: string, index: number[]} | null} place */
  choose(place) {
    const same = place && this.place && place.layer === this.place.layer && place.index.join() === this.place.index.join();
    if (!same) { this.now = null; this.found = null; this.searched = false; }
    this.place = place;
    this.card.hidden = !place;
    if (!place) { this.hear.marked(null); this.hear.close(); }
    this.render();
  }

  /** There is nothing to account for at the moment. */
  blank() {
    this.now = null;
    this.hear.marked(null);
    this.render();
  }

  show(head, arrays) {
    if (!this.place || head.layer !== this.place.layer || head.index.join() !== this.place.index.join()) return;
    this.now = { head, arrays, view: this.hear.view() };
    this.hear.marked(head.box);
    this.render();
    if (this.searched && !this.found) this.search();
  }

  search() {
    if (!this.place) return;
    this.searched = true;
    this.topWords.textContent = t("unit-top-searching");
    this.hear.top(this.place);
  }

  showTop(head, arrays) {
    if (!this.place || (head.data && (head.layer !== this.place.layer || head.unit !== this.place.index[0]))) return;
    this.found = { head, arrays };
    this.renderTop();
  }

  render() {
    if (!this.place) return;
    const place = this.place.index.join(", ");
    this.title.textContent = t("unit-title", { layer: this.place.layer, place });
    this.body.hidden = !this.now;
    if (!this.now) { this.lead.textContent = t("unit-none"); put(this.top); this.topWords.textContent = ""; return; }
    const { head, arrays } = this.now, n = number;
    this.lead.textContent = t("unit-lead", { count: head.count, engine: n(head.engine, 7), value: n(head.value, 7) });
    const [value, ...rest] = head.formula.split(" = ");
    this.formula.textContent = `y = ${rest.join(" = ")} = ${value}`;
    const facts = [t("unit-gradient", { gradient: n(head.gradient), name: this.hear.name(head.target), score: n(head.score, 5) })];
    if (head.kind === "choice") facts.push(t("unit-choice"));
    if (head.kind === "slope") facts.push(t("unit-slope", { rule: head.rule }));
    put(this.facts, ...facts.map((fact) => make("li", {}, fact)));
    this.paintField(head, arrays);
    this.paintWeights(arrays.weights);
    this.terms.setAttribute("aria-label", t("unit-terms"));
    put(this.terms, table(this.rows(head)));
    this.renderTop();
  }

  /** The largest terms, the rest in one row, b, the sum, and f step by step. */
  rows(head) {
    const heads = [t("unit-from"), "w", "x", "w·x", "∂S/∂x", "∂S/∂w", "∂S/∂y·∂y/∂x"], n = number, gap = ["", "", "", "", "", ""];
    const rows = head.terms.map((one) => [this.source(one), n(one.w), n(one.x), n(one.product), n(one.gradient_x), one.gradient_w === null ? "–" : n(one.gradient_w), n(one.share)]);
    const only = (name, value, slope = "") => [name, ...gap.slice(0, 2), n(value), slope, ...gap.slice(0, 2)];
    if (head.count > head.terms.length) rows.push(only(t("unit-rest", { count: head.count - head.terms.length }), head.rest));
    rows.push(only("b", head.bias), only("Σ w·x + b", head.sum));
    for (const stage of head.stages) rows.push(only(`${stage.name}(${n(stage.before)})`, stage.after, n(stage.slope)));
    return { heads, rows };
  }

  /** Where an x comes from: a unit, whose own account is a click away, or the input. */
  source({ source, at }) {
    const told = `${source || "–"} [${at.join(", ")}]`;
    if (!source || source === "input") return told;
    return make("button", { type: "button", class: "onward", "aria-label": t("unit-onward", { unit: told }), onclick: () => this.hear.go({ layer: source, index: at }) }, told);
  }

  /** What the network sees, with a frame around what this unit sees of it. */
  paintField(head, arrays) {
    const { view } = this.now, [h, w] = view.shape, times = Math.max(1, Math.ceil((2 * LEAST) / Math.max(h, w)));
    const small = make("canvas", {});
    paint(small, view.data, view.shape, 0, 1);
    Object.assign(this.field, { width: w * times, height: h * times });
    const context = this.field.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, w * times, h * times);
    const seen = arrays.field.data;
    context.fillStyle = "rgba(0, 0, 0, 0.55)";
    for (let i = 0; i < h * w; i++) if (!seen[i]) context.fillRect((i % w) * times, Math.floor(i / w) * times, times, times);
    const told = head.box ? t("unit-field-told", { top: head.box[0] + 1, left: head.box[1] + 1, bottom: head.box[2], right: head.box[3] }) : t("unit-field-all");
    if (head.box) {
      const [top, left, bottom, right] = head.box.map((v) => v * times);
      context.strokeStyle = FRAME;
      context.lineWidth = 4;
      context.strokeRect(left + 2, top + 2, right - left - 4, bottom - top - 4);
    }
    this.field.setAttribute("aria-label", told);
    this.fieldWords.textContent = told;
  }

  /** A small picture for each map that is looked at; middle grey is 0. */
  paintWeights({ data, shape: [count, h, w] }) {
    const largest = Math.max(1e-12, ...Array.from(data, Math.abs)), shown = Math.min(count, MOST_MAPS), words = t("unit-weights-told", { count, largest: number(largest) });
    put(this.weights, ...Array.from({ length: shown }, (_, k) => {
      const canvas = make("canvas", { class: "pixels", "aria-hidden": "true" });
      paint(canvas, data.subarray(k * h * w, (k + 1) * h * w), [h, w], -largest, largest);
      return canvas;
    }));
    this.weights.classList.toggle("single", shown === 1);
    this.weights.setAttribute("aria-label", words);
    this.weightsWords.textContent = words;
    this.weightsNumbers.again();
  }

  weightRows() {
    const { data, shape: [count, h, w] } = this.now?.arrays.weights ?? { data: new Float32Array(1), shape: [1, 1, 1] };
    return grid(data, [count * h, w], 3);
  }

  renderTop() {
    this.more.hidden = this.searched;
    if (!this.searched) { put(this.top); this.topWords.textContent = t("unit-top-lead"); return; }
    if (!this.found) { put(this.top); return; }
    const { head, arrays } = this.found;
    if (!head.data) { put(this.top); this.topWords.textContent = t("examples-none"); return; }
    this.topWords.textContent = t("unit-top-told", { count: head.looked, data: head.data });
    const { data, shape: [, h, w, channels] } = arrays.pictures, size = h * w * (channels ?? 1);
    put(this.top, ...head.values.map((value, k) => {
      const words = t("unit-top-one", { label: head.labels[k], value: number(value, 3) }), canvas = picture(w, h, words);
      paint(canvas, data.subarray(k * size, (k + 1) * size), channels ? [h, w, channels] : [h, w]);
      const [top, left, bottom, right] = head.boxes[k], frame = make("span", { class: "frame" });
      Object.assign(frame.style, { top: `${(100 * top) / h}%`, left: `${(100 * left) / w}%`, width: `${(100 * (right - left)) / w}%`, height: `${(100 * (bottom - top)) / h}%` });
      return make("li", {}, make("div", { class: "framed" }, canvas, frame), make("p", {}, words));
    }));
  }
}

const number = (value, digits = 4) => Number(value.toPrecision(digits)).toString().replace("-", "−");
