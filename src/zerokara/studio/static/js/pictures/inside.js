// Inside the network: filters, the maps of one picture, and histograms of what the layers hold.

import { make, numbers, put } from "../dom.js";
import { colours } from "../plane/colours.js";
import { shown } from "../plane/curve.js";
import { percent, t } from "../texts.js";
import { paintSigned, table, tile } from "./tiles.js";

export class OnePicture {
  constructor({ next }) {
    this.next = next;
    this.canvas = make("div", { class: "chosenpicture" });
    this.words = make("p", { class: "soft" });
    this.bars = make("ol", { class: "shares" });
    const button = (words, by) => make("button", { type: "button", "data-t": words, id: words, onclick: () => next(by) });
    this.element = make("div", { class: "onepicture" }, make("div", {}, this.canvas, make("p", { class: "tools" }, button("pic-before", -1), button("pic-next", 1))), make("div", {}, this.words, this.bars));
  }

  show(head, arrays) {
    if (!arrays.chosen) return;
    const { data } = arrays.shares, order = Array.from(data.keys()).sort((a, b) => data[b] - data[a]).slice(0, 10), best = order[0], name = head.classes[head.label];
    put(this.canvas, tile(arrays.chosen, 0, t("pic-chosen", { name })));
    this.words.textContent = t("pic-chosen-words", { name, answer: head.classes[best], share: percent(data[best]) });
    put(this.bars, ...(head.classes.length <= 10 ? head.classes.keys() : order).map((k) => {
      const fill = make("i", { class: "fill" });
      fill.style.transform = `scaleX(${data[k]})`;
      return make("li", { class: k === best ? "best" : null }, make("span", {}, head.classes[k]), make("span", { class: "rail", "aria-hidden": "true" }, fill), make("span", { class: "share" }, percent(data[k])));
    }));
  }
}

export class Filters {
  constructor() {
    this.words = make("p", { class: "soft" });
    this.list = make("div", { class: "filtergrid", role: "img" });
    this.table = numbers(() => this.rows(), () => t("pic-filters"));
    this.element = make("div", {}, this.words, this.list, this.table);
  }

  show(head, arrays) {
    this.element.hidden = !arrays.filters;
    if (!arrays.filters) return;
    this.filters = arrays.filters;
    const { data, shape: [n, c, h, w] } = arrays.filters, colour = table(colours());
    this.words.textContent = this.label = t("pic-filters-words", { n, layer: head.filters });
    this.list.setAttribute("aria-label", this.label);
    while (this.list.children.length < n) this.list.append(make("canvas", { class: "pixels" }));
    while (this.list.children.length > n) this.list.lastChild.remove();
    for (let i = 0; i < n; i++) {
      const one = data.subarray(i * c * h * w, (i + 1) * c * h * w), most = Math.max(1e-9, ...one.map(Math.abs));
      if (c === 3) { // as a picture: grey is 0
        const bytes = Uint8Array.from(one, (v) => 127 + (127 * v) / most), canvas = tile({ data: bytes, shape: [1, 3, h, w] }, 0);
        this.list.children[i].replaceWith(make("canvas", { class: "pixels", width: w, height: h }));
        this.list.children[i].getContext("2d").drawImage(canvas, 0, 0);
      } else {
        const mean = Uint8Array.from({ length: h * w }, (_, k) => { let sum = 0; for (let j = 0; j < c; j++) sum += one[j * h * w + k]; return Math.round(127 + (127 * sum) / c / most); });
        paintSigned(this.list.children[i], mean, 0, h, w, colour);
      }
    }
    this.table.again();
  }

  rows() {
    if (!this.filters) return { heads: [], rows: [] };
    const { data, shape: [n, c, h, w] } = this.filters, size = c * h * w, most = Math.min(size, 27);
    return { heads: ["#", t("pic-rms"), t("pic-low"), t("pic-high"), t("pic-first-weights", { most })], rows: Array.from({ length: n }, (_, i) => {
      const one = data.subarray(i * size, (i + 1) * size);
      return [i + 1, shown(Math.sqrt(one.reduce((a, v) => a + v * v, 0) / size)), signed(Math.min(...one)), signed(Math.max(...one)), Array.from(one.subarray(0, most), (v) => v.toFixed(2)).join(" ")];
    }) };
  }
}

export class Maps {
  constructor() {
    this.list = make("div", { class: "maplayers" });
    this.more = make("p", { class: "soft" });
    this.table = numbers(() => this.rows(), () => t("pic-maps"));
    this.element = make("div", {}, this.list, this.more, this.table);
    this.rowsOf = new Map();
  }

  show(head, arrays) {
    if (!head.layers) return;
    Object.assign(this, { head, arrays });
    const colour = table(colours()), written = head.layers.map((one) => `${one.layer} ${one.shape}`).join();
    if (written !== this.written) {
      this.written = written;
      put(this.list, ...head.layers.map((one, k) => {
        const [n, h, w] = arrays[`maps${k}`].shape;
        return make("div", { class: "maplayer" }, make("h3", {}, one.layer, " ", make("span", { class: "soft" }, `${one.kind} ${one.shape.join("×")}`)),
          make("div", { class: "maprow", role: "img", "aria-label": t("pic-maps-words", { layer: one.layer, n, h, w }) }, ...Array.from({ length: n }, () => make("canvas", { class: "pixels", width: w, height: h }))));
      }));
    }
    head.layers.forEach((_, k) => {
      const { data, shape: [n, h, w] } = arrays[`maps${k}`], canvases = this.list.children[k].querySelectorAll("canvas");
      for (let i = 0; i < n; i++) paintSigned(canvases[i], data, i, h, w, colour);
    });
    this.more.textContent = head.layers.length ? (head.skipped ? t("pic-maps-skipped", { n: head.skipped }) : "") : t("pic-maps-none");
    this.table.again();
  }

  /** Of every map its mean and its greatest value. */
  rows() {
    const rows = [];
    (this.head?.layers ?? []).forEach((one, k) => {
      const { data, shape: [n, h, w] } = this.arrays[`maps${k}`];
      for (let i = 0; i < n; i++) {
        const map = Array.from(data.subarray(i * h * w, (i + 1) * h * w), (v) => ((v - 127) / 127) * one.scale);
        rows.push([`${one.layer} ${i + 1}`, signed(map.reduce((a, b) => a + b, 0) / map.length), signed(Math.min(...map)), signed(Math.max(...map))]);
      }
    });
    return { heads: [t("pic-map"), t("pic-mean"), t("pic-low"), t("pic-high")], rows };
  }
}

export class Histograms {
  constructor() {
    this.which = make("select", { id: "pic-of", onchange: () => this.draw() }, ...["activations", "gradients", "weights", "weight-gradients"].map((of) => make("option", { value: of, "data-t": `pic-of-${of}` })));
    this.list = make("div", { class: "histograms" });
    this.table = numbers(() => this.rows(), () => t("pic-inside"));
    this.element = make("div", {}, make("p", { class: "control wide" }, make("label", { for: "pic-of", "data-t": "pic-of" }), this.which), this.list, this.table);
  }

  show(head) {
    if (!head.inside) return;
    this.head = head;
    this.draw();
  }

  chosen() {
    const of = this.which.value;
    if (of === "activations" || of === "gradients") return this.head.inside.map((one) => [one.name, one[of], one.kind]);
    return this.head.parameters.filter((one) => one.name.endsWith("weight")).map((one) => [one.name, one[of === "weights" ? "weights" : "gradients"], ""]);
  }

  draw() {
    if (!this.head) return;
    const now = colours(), found = this.chosen();
    while (this.list.children.length < found.length) this.list.append(make("figure", {}, make("canvas", { width: 160, height: 52, role: "img" }), make("figcaption", { class: "soft" })));
    while (this.list.children.length > found.length) this.list.lastChild.remove();
    found.forEach(([name, bins, kind], k) => {
      const [canvas, caption] = this.list.children[k].children, context = canvas.getContext("2d"), most = Math.log1p(Math.max(1, ...bins.counts)), wide = 160 / bins.counts.length;
      context.clearRect(0, 0, 160, 52);
      context.fillStyle = now.classes[0];
      bins.counts.forEach((count, i) => { const high = (50 * Math.log1p(count)) / most; context.fillRect(i * wide, 52 - high, wide - 0.6, high); });
      if (bins.low < 0 && bins.high > 0) { context.fillStyle = now.warm; context.fillRect((160 * -bins.low) / (bins.high - bins.low), 0, 1, 52); }
      canvas.setAttribute("aria-label", t("pic-histogram-words", { name, low: signed(bins.low), high: signed(bins.high), rms: shown(bins.rms) }));
      caption.textContent = `${name} ${kind}`;
      caption.append(make("br"), t("pic-histogram", { low: signed(bins.low), high: signed(bins.high), rms: shown(bins.rms) }));
    });
    this.table.again();
  }

  rows() {
    const heads = [t("pic-layer-name"), t("pic-rms"), t("pic-rms-gradient"), t("pic-update")];
    return { heads, rows: (this.head?.parameters ?? []).map((one) => [one.name, shown(one.weights.rms), shown(one.gradients.rms), one.update === null ? "–" : one.update.toExponential(1)]) };
  }
}

const signed = (v) => (v === null || !Number.isFinite(v) ? "–" : v === 0 ? "0" : Math.abs(v) < 0.001 || Math.abs(v) >= 1e4 ? v.toExponential(1).replace("-", "−") : v.toPrecision(2).replace("-", "−"));
