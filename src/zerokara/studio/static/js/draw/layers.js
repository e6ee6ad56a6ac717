// The feature maps of every layer; one that is chosen is shown large, with the value at a place.

import { grid, make, numbers, paint, picture, put } from "../dom.js";
import { onSpeak, percent, t } from "../texts.js";

const OPEN = ["conv1a", "relu1b", "relu2b", "fc2"];
/** What is unfolded at first: edges, and what blocks hand on. */

export class Layers {
  /** @param {{unit: Function}} hear unit(place): the account of a unit is wanted */
  constructor(hear) {
    this.hear = hear;
    this.list = make("div", { class: "layers" });
    this.where = { row: 0, column: 0 };
    this.large = picture(28, 28);
    this.large.tabIndex = 0;
    this.large.setAttribute("role", "application");
    this.told = make("p", { class: "big" });
    this.range = make("p", { class: "soft" });
    this.loupe = make("div", { class: "loupe", hidden: true }, this.large,
      make("div", {}, make("h3", {}, ""), this.told, this.range, make("p", { class: "soft", "data-t": "loupe-note" }), (this.ways = make("p", {})), (this.values = numbers(() => this.valueRows()))));
    this.table = numbers(() => this.rows());
    this.card = make("section", { class: "card", id: "layers", "aria-labelledby": "layers-title" },
      make("h2", { id: "layers-title", "data-t": "layers" }), make("p", { class: "lead", "data-t": "layers-lead" }), this.list, this.loupe, this.table);
    this.large.addEventListener("pointermove", (event) => this.point(event));
    this.large.addEventListener("click", (event) => { this.point(event); this.account(); });
    this.go = make("button", { type: "button", "data-t": "loupe-unit", onclick: () => this.account() });
    this.large.addEventListener("keydown", (event) => this.step(event));
    this.ways.append(this.go);
    this.visible = false;
    onSpeak(() => { this.parts = null; if (this.now) this.show(this.now.head, this.now.arrays); });
  }

  show(head, arrays) {
    this.now = { head, arrays };
    const names = head.layers.map((one) => `${one.layer} ${one.shape}`).join();
    if (!this.parts || this.names !== names) { this.chosen = null; this.build(head); }
    this.names = names;
    for (const one of head.layers) {
      const told = { shape: one.shape.join(" × "), zeros: percent(one.zeros), silent: one.silent, all: one.units };
      this.parts.get(one.layer).told.textContent = t(arrays[one.layer] ? "layer-told" : "layer-large", told);
      this.fill(one.layer);
    }
    this.look();
    this.table.again();
    const waiting = this.waiting;
    this.waiting = null;
    waiting?.();
  }

  /** The place of a layer in the order of computing; −1 for none. */
  numberOf(layer) {
    return this.now?.head.layers.findIndex((one) => one.layer === layer) ?? -1;
  }

  /** Once the layers are known: call with the name of the number-th. */
  when(number, hear) {
    if (!this.now) { this.waiting = () => this.when(number, hear); return; }
    const one = this.now.head.layers[number];
    if (one) hear(one.layer);
  }

  /** Paint the maps of a layer, where they are to be seen. */
  fill(layer) {
    const { element, canvases, columns } = this.parts.get(layer), { data } = this.now.arrays[layer] ?? {};
    if (!element.open || !data) return;
    const [, h, w] = this.now.head.layers.find((one) => one.layer === layer).shape;
    if (canvases) canvases.forEach((canvas, k) => {
      const part = data.subarray(k * h * w, (k + 1) * h * w);
      paint(canvas, part, [h, w], Math.min(...part), Math.max(...part));
    });
    else columns.fill(data);
  }

  /** The chosen map, large, and what stands at the place. */
  look() {
    this.loupe.hidden = !this.chosen;
    if (!this.chosen || !this.now) return;
    if (!this.now.arrays[this.chosen.layer]) { this.chosen = null; this.loupe.hidden = true; return; }
    const { layer, channel } = this.chosen, one = this.now.head.layers.find((l) => l.layer === layer);
    const [, h, w] = one.shape, data = this.now.arrays[layer].data.subarray(channel * h * w, (channel + 1) * h * w);
    const low = Math.min(...data), high = Math.max(...data);
    paint(this.large, data, [h, w], low, high);
    const { row, column } = this.inside(), value = data[row * w + column];
    const at = t("map-at", { row: row + 1, column: column + 1, value: value.toPrecision(4).replace("-", "−") });
    this.loupe.querySelector("h3").textContent = t("map-name", { layer, channel });
    this.told.textContent = at;
    this.range.textContent = t("map-range", { low: low.toPrecision(3).replace("-", "−"), high: high.toPrecision(3).replace("-", "−") });
    this.values.again();
    this.large.setAttribute("aria-label", `${t("map-name", { layer, channel })}: ${at}`);
    const context = this.large.getContext("2d");
    context.fillStyle = "#e0701f";
    context.globalAlpha = 0.75;
    context.fillRect(column, row, 1, 1);
    context.globalAlpha = 1;
  }

  /** The numbers of the chosen map. */
  valueRows() {
    if (!this.chosen || !this.now) return { heads: [], rows: [] };
    const { layer, channel } = this.chosen, [, h, w] = this.now.head.layers.find((one) => one.layer === layer).shape;
    return grid(this.now.arrays[layer].data.subarray(channel * h * w, (channel + 1) * h * w), [h, w], 3);
  }

  point(event) {
    const box = this.large.getBoundingClientRect();
    this.where = { row: Math.floor(((event.clientY - box.top) / box.height) * this.large.height), column: Math.floor(((event.clientX - box.left) / box.width) * this.large.width) };
    this.look();
  }

  /** The unit at the place of the map that is looked at. */
  account() {
    if (!this.chosen) return;
    const { row, column } = this.inside();
    this.hear.unit({ layer: this.chosen.layer, index: [this.chosen.channel, row, column] });
  }

  /** The place, inside of the map. */
  inside() {
    const [, h, w] = this.now.head.layers.find((one) => one.layer === this.chosen.layer).shape;
    return { row: Math.max(0, Math.min(this.where.row, h - 1)), column: Math.max(0, Math.min(this.where.column, w - 1)) };
  }

  step(event) {
    if (event.key === "Enter") { event.preventDefault(); this.account(); return; }
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    this.where = { row: Math.max(0, Math.min(this.large.height - 1, this.where.row + move[0])), column: Math.max(0, Math.min(this.large.width - 1, this.where.column + move[1])) };
    this.look();
  }

  build(head) {
    this.parts = new Map();
    const known = head.layers.some((one) => OPEN.includes(one.layer));
    put(this.list, ...head.layers.map((one, k) => {
      const told = make("span", { class: "soft" }), isMap = one.shape.length === 3;
      const canvases = isMap ? Array.from({ length: one.shape[0] }, () => make("canvas", { class: "pixels", "aria-hidden": "true" })) : null;
      const columns = isMap ? null : new Columns(one, (index) => this.hear.unit({ layer: one.layer, index }));
      this.parts.set(one.layer, { told, canvases, columns });
      const body = isMap ? make("div", { class: "maps" }, ...canvases.map((canvas, c) => this.button(one.layer, c, canvas))) : columns.element;
      const element = make("details", { class: "layer", open: OPEN.includes(one.layer) || (!known && (k === 0 || k === head.layers.length - 1)) }, make("summary", {}, make("h3", {}, `${one.layer} · ${one.kind}`), told), body);
      element.addEventListener("toggle", () => this.fill(one.layer));
      this.parts.get(one.layer).element = element;
      return element;
    }));
  }

  button(layer, channel, canvas) {
    const button = make("button", { type: "button", "aria-pressed": "false", "aria-label": t("map-name", { layer, channel }) }, canvas);
    button.addEventListener("click", () => {
      for (const other of this.list.querySelectorAll('[aria-pressed="true"]')) other.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-pressed", "true");
      this.chosen = { layer, channel };
      button.closest(".layer").after(this.loupe);
      this.look();
    });
    return button;
  }

  rows() {
    const heads = ["layer", "kind", "shape", "zeros", "silent"].map((key) => t(`head-${key}`));
    return { heads, rows: (this.now?.head.layers ?? []).map((one) => [one.layer, one.kind, one.shape.join("×"), percent(one.zeros), `${one.silent} / ${one.units}`]) };
  }
}

/** The numbers of a layer without maps, a column for each, up or down; one is chosen, and Enter or a click asks for its account. */
class Columns {
  constructor({ layer, shape, axes }, ask) {
    Object.assign(this, { layer, axes, ask, count: shape[0], at: 0 });
    this.row = make("div", { class: "numbersrow", role: "application", tabindex: "0", "aria-label": t("layer-numbers", { layer, count: shape[0] }) });
    this.told = make("p", { class: "soft" });
    this.element = make("div", {}, this.row, this.told);
    this.row.addEventListener("pointermove", (event) => this.point(event));
    this.row.addEventListener("click", (event) => { this.point(event); this.ask(this.index()); });
    this.row.addEventListener("keydown", (event) => this.key(event));
  }

  fill(data) {
    this.data = data;
    const most = Math.max(1e-12, ...Array.from(data, Math.abs));
    if (this.row.children.length !== data.length) put(this.row, ...Array.from(data, () => make("i")));
    data.forEach((value, k) => { this.row.children[k].style.height = `${(36 * Math.abs(value)) / most}px`; });
    this.render();
  }

  render() {
    this.data.forEach((value, k) => { this.row.children[k].className = `${value < 0 ? "less" : ""}${k === this.at ? " at" : ""}`; });
    const told = t("number-at", { index: this.index().join(", "), value: this.data[this.at].toPrecision(4).replace("-", "−") });
    this.told.textContent = told;
    this.row.setAttribute("aria-label", `${t("layer-numbers", { layer: this.layer, count: this.count })}; ${told}`);
  }

  /** The place of the chosen number in what the layer gives. */
  index() {
    let rest = this.at;
    return this.axes.toReversed().map((n) => { const i = rest % n; rest = Math.floor(rest / n); return i; }).reverse();
  }

  go(at) {
    this.at = Math.max(0, Math.min(this.count - 1, at));
    if (this.data) this.render();
  }

  point(event) {
    const box = this.row.getBoundingClientRect();
    this.go(Math.floor(((event.clientX - box.left) / box.width) * this.count));
  }

  key(event) {
    const to = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: this.count - 1 }[event.key];
    if (event.key === "Enter") this.ask(this.index());
    else if (to !== undefined) this.go(to);
    else return;
    event.preventDefault();
  }
}
