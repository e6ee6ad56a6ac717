// The feature maps of every layer; one that is chosen is shown large, with the value at a place.

import { make, numbers, paint, picture, put } from "../dom.js";
import { onSpeak, percent, t } from "../texts.js";

const OPEN = ["conv1a", "relu1b", "relu2b", "fc2"];
/** What is unfolded at first: edges, and what blocks hand on. */

export class Layers {
  constructor() {
    this.list = make("div", { class: "layers" });
    this.where = { row: 0, column: 0 };
    this.large = picture(28, 28);
    this.large.tabIndex = 0;
    this.large.setAttribute("role", "application");
    this.told = make("p", { class: "big" });
    this.range = make("p", { class: "soft" });
    this.loupe = make("div", { class: "loupe", hidden: true }, this.large,
      make("div", {}, make("h3", {}, ""), this.told, this.range, make("p", { class: "soft", "data-t": "loupe-note" })));
    this.table = numbers(() => this.rows());
    this.card = make("section", { class: "card", id: "layers", "aria-labelledby": "layers-title" },
      make("h2", { id: "layers-title", "data-t": "layers" }), make("p", { class: "lead", "data-t": "layers-lead" }), this.list, this.loupe, this.table);
    this.large.addEventListener("pointermove", (event) => this.point(event));
    this.large.addEventListener("pointerdown", (event) => this.point(event));
    this.large.addEventListener("keydown", (event) => this.step(event));
    this.visible = false;
    onSpeak(() => { this.parts = null; if (this.now) this.show(this.now.head, this.now.arrays); });
  }

  show(head, arrays) {
    this.now = { head, arrays };
    const names = head.layers.map((one) => one.layer).join();
    if (!this.parts || this.names !== names) this.build(head);
    this.names = names;
    for (const one of head.layers) {
      const told = { shape: one.shape.join(" × "), zeros: percent(one.zeros), silent: one.silent, all: one.shape[0] };
      this.parts.get(one.layer).told.textContent = t("layer-told", told);
      this.fill(one.layer);
    }
    this.look();
    this.table.again();
  }

  /** Paint the maps of a layer, where they are to be seen. */
  fill(layer) {
    const { element, canvases, columns } = this.parts.get(layer), { data } = this.now.arrays[layer];
    if (!element.open) return;
    const [, h, w] = this.now.head.layers.find((one) => one.layer === layer).shape;
    if (canvases) canvases.forEach((canvas, k) => {
      const part = data.subarray(k * h * w, (k + 1) * h * w);
      paint(canvas, part, [h, w], Math.min(...part), Math.max(...part));
    });
    else bars(columns, data);
  }

  /** The chosen map, large, and what stands at the place. */
  look() {
    this.loupe.hidden = !this.chosen;
    if (!this.chosen || !this.now) return;
    const { layer, channel } = this.chosen, one = this.now.head.layers.find((l) => l.layer === layer);
    const [, h, w] = one.shape, data = this.now.arrays[layer].data.subarray(channel * h * w, (channel + 1) * h * w);
    const low = Math.min(...data), high = Math.max(...data);
    paint(this.large, data, [h, w], low, high);
    const row = Math.min(this.where.row, h - 1), column = Math.min(this.where.column, w - 1), value = data[row * w + column];
    const at = t("map-at", { row: row + 1, column: column + 1, value: value.toPrecision(4) });
    this.loupe.querySelector("h3").textContent = t("map-name", { layer, channel });
    this.told.textContent = at;
    this.range.textContent = t("map-range", { low: low.toPrecision(3), high: high.toPrecision(3) });
    this.large.setAttribute("aria-label", `${t("map-name", { layer, channel })}: ${at}`);
    const context = this.large.getContext("2d");
    context.fillStyle = "#e0701f";
    context.globalAlpha = 0.75;
    context.fillRect(column, row, 1, 1);
    context.globalAlpha = 1;
  }

  point(event) {
    const box = this.large.getBoundingClientRect();
    this.where = { row: Math.floor(((event.clientY - box.top) / box.height) * this.large.height), column: Math.floor(((event.clientX - box.left) / box.width) * this.large.width) };
    this.look();
  }

  step(event) {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    this.where = { row: Math.max(0, Math.min(this.large.height - 1, this.where.row + move[0])), column: Math.max(0, Math.min(this.large.width - 1, this.where.column + move[1])) };
    this.look();
  }

  build(head) {
    this.parts = new Map();
    put(this.list, ...head.layers.map((one) => {
      const told = make("span", { class: "soft" }), isMap = one.shape.length === 3;
      const canvases = isMap ? Array.from({ length: one.shape[0] }, () => make("canvas", { class: "pixels", "aria-hidden": "true" })) : null;
      const columns = isMap ? null : make("div", { class: "numbersrow", role: "img", "aria-label": t("layer-numbers", { layer: one.layer, count: one.shape[0] }) });
      this.parts.set(one.layer, { told, canvases, columns });
      const body = isMap ? make("div", { class: "maps" }, ...canvases.map((canvas, k) => this.button(one.layer, k, canvas))) : columns;
      const element = make("details", { class: "layer", open: OPEN.includes(one.layer) }, make("summary", {}, make("h3", {}, `${one.layer} · ${one.kind}`), told), body);
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
    return { heads, rows: (this.now?.head.layers ?? []).map((one) => [one.layer, one.kind, one.shape.join("×"), percent(one.zeros), `${one.silent} / ${one.shape[0]}`]) };
  }
}

/** A column for each number, up or down. */
function bars(element, data) {
  const most = Math.max(1e-12, ...Array.from(data, Math.abs));
  if (element.children.length !== data.length) put(element, ...Array.from(data, () => make("i")));
  data.forEach((value, k) => {
    element.children[k].style.height = `${(36 * Math.abs(value)) / most}px`;
    element.children[k].className = value < 0 ? "less" : "";
  });
}
