// The network as a drawing: every unit a button with its surface, every weight a line; layers and units come and go.

import { make, numbers, put } from "../dom.js";
import { t } from "../texts.js";
import { colours, diverging, paintTable } from "./colours.js";

export const ACTIVATIONS = ["relu", "leaky_relu", "sigmoid", "tanh", "gelu", "softplus", "elu", "silu", "mish", "hardsigmoid", "hardswish", "relu6", "identity"];
export const FEATURES = { x: "x", y: "y", x2: "x²", y2: "y²", xy: "x·y", sinx: "sin πx", siny: "sin πy" };
const MOST_SHOWN = 16;

export class Network {
  /**
   * `change(hidden, features)`: another network is wanted; `look(unit)`: this unit is looked at; `open(unit, weight)`: its
   * account is wanted, [layer, number] with layer 0 for the outputs.
   */
  constructor({ change, look, open }) {
    Object.assign(this, { change, look, open, lines_: [] });
    this.lines = make("canvas", { class: "lines", "aria-hidden": "true" });
    this.columns = make("div", { class: "columns" });
    this.more = make("button", { type: "button", "data-t": "layer-more", id: "layer-more", onclick: () => this.set([...this.hidden, [4, this.hidden.at(-1)?.[1] ?? "tanh"]]) });
    this.less = make("button", { type: "button", "data-t": "layer-less", onclick: () => this.set(this.hidden.slice(0, -1)) });
    this.count = make("span", { class: "soft" });
    this.table = numbers(() => this.rows(), () => t("plane-network"));
    this.inside = make("div", { class: "wires" }, this.lines, this.columns);
    this.element = make("div", { class: "network" }, make("div", { class: "tools" }, this.more, this.less, this.count), make("div", { class: "sideways" }, this.inside), this.table);
    this.hint = make("p", { class: "hint soft", "data-t": "weight-hint" }, t("weight-hint"));
    this.element.insertBefore(this.hint, this.table);
    this.inside.addEventListener("pointermove", (event) => this.hover(event));
    this.inside.addEventListener("pointerleave", () => this.point(null));
    this.inside.addEventListener("click", (event) => { const near = this.near(event); if (near && !event.target.closest("button, select")) this.choose(near.unit, near); });
    new ResizeObserver(() => { this.ends = null; this.wire(); }).observe(this.columns);
  }

  set(hidden, features = this.features) {
    if (features.length) this.change(hidden, features);
  }

  /** Another network: columns anew. */
  build(hidden, features, outputs) {
    Object.assign(this, { hidden, features, outputs, unit: null, ends: null, arrays: null });
    const inputs = make("div", { class: "column inputs", role: "group", "data-label": "features", "aria-label": t("features") },
      ...Object.keys(FEATURES).map((name) => make("button", { type: "button", class: "feature", "aria-pressed": String(features.includes(name)), "data-name": name,
        onclick: () => this.set(hidden, features.includes(name) ? features.filter((one) => one !== name) : Object.keys(FEATURES).filter((one) => one === name || features.includes(one))) }, FEATURES[name])));
    const layers = hidden.map(([units, activation], k) => this.layer(units, activation, k + 1));
    const out = make("div", { class: "column out" }, make("p", { class: "soft", "data-t": "output" }, t("output")), ...Array.from({ length: outputs }, (_, j) => make("button", { type: "button", class: "result", "data-k": j, "aria-pressed": "false", "aria-label": t("account-output", { j }), onclick: () => this.choose([0, j]) }, String(j))));
    put(this.columns, inputs, ...layers, out);
    this.less.disabled = !hidden.length;
    this.more.disabled = hidden.length >= 8;
  }

  layer(units, activation, k) {
    const of = (n) => this.set(this.hidden.map((one, at) => (at === k - 1 ? [n, one[1]] : one)));
    const select = make("select", { "aria-label": t("activation", { k }), onchange: (event) => this.set(this.hidden.map((one, at) => (at === k - 1 ? [one[0], event.target.value] : one))) },
      ...ACTIVATIONS.map((name) => make("option", { value: name, selected: name === activation }, name)));
    const head = make("div", { class: "head" }, select, make("div", { class: "steps" },
      make("button", { type: "button", "aria-label": t("units-less", { k }), disabled: units <= 1, onclick: () => of(units - 1) }, "−"),
      make("span", {}, String(units)),
      make("button", { type: "button", "aria-label": t("units-more", { k }), disabled: units >= 64, onclick: () => of(units + 1) }, "+")));
    const shown = Math.min(units, MOST_SHOWN);
    return make("div", { class: "column", "data-layer": k }, head,
      ...Array.from({ length: shown }, (_, j) => make("button", { type: "button", class: "unit", "aria-pressed": "false", onclick: () => this.choose([k, j]), onpointerenter: () => this.look([k, j]), onpointerleave: () => this.look(null), onfocus: () => this.look([k, j]), onblur: () => this.look(null) }, make("canvas", { width: 32, height: 32 }))),
      units > shown ? make("p", { class: "soft" }, t("units-hidden", { n: units - shown })) : null);
  }

  /** A unit, or the weight that leads to it: its account. */
  choose(unit, weight = null) {
    this.press(unit);
    this.open(unit, weight);
  }

  press(unit) {
    this.unit = unit;
    const is = (k, j) => String(Boolean(unit) && unit[0] === k && unit[1] === j);
    for (const [k, column] of this.hiddenColumns()) column.querySelectorAll(".unit").forEach((one, j) => one.setAttribute("aria-pressed", is(k, j)));
    this.columns.querySelectorAll(".result").forEach((one, j) => one.setAttribute("aria-pressed", is(0, j)));
  }

  /** The weight whose line passes under the pointer. */
  near(event) {
    const box = this.columns.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    let best = null, least = 7;
    for (const line of this.lines_) {
      if (x < line.from[0] || x > line.to[0]) continue;
      const s = solved((x - line.from[0]) / (line.to[0] - line.from[0])), far = Math.abs(line.from[1] + (line.to[1] - line.from[1]) * s * s * (3 - 2 * s) - y);
      if (far < least) { least = far; best = line; }
    }
    return best;
  }

  hover(event) {
    if (event.target.closest("button, select")) { this.point(null); return; }
    this.point(this.near(event));
  }

  point(line) {
    this.pointed = line;
    this.inside.classList.toggle("over", Boolean(line));
    const weights = line && this.arrays?.[`weights.${line.name}`];
    this.hint.textContent = weights ? t("weight-told", { name: line.name, j: line.j + 1, i: line.i + 1, w: weights.data[line.j * weights.shape[1] + line.i].toPrecision(4) }) : t("weight-hint");
  }

  hiddenColumns() {
    return [...this.columns.querySelectorAll("[data-layer]")].map((column) => [Number(column.dataset.layer), column]);
  }

  show(head, arrays) {
    if (!head.scales || (this.hidden.length && !arrays.units1)) return; // not on the screen, so not computed
    Object.assign(this, { head, arrays });
    if (this.pointed) this.point(this.pointed);
    const table = diverging(colours());
    for (const [k, column] of this.hiddenColumns()) {
      const maps = arrays[`units${k}`];
      if (!maps) continue;
      const scale = head.scales[k - 1];
      column.querySelectorAll(".unit").forEach((button, j) => {
        const part = maps.data.subarray(j * 1024, (j + 1) * 1024);
        paintTable(button.firstChild, part, 32, table);
        if (head.words) {
          let low = 255, high = 0;
          for (const v of part) { if (v < low) low = v; if (v > high) high = v; }
          const value = (v) => (((v - 127) / 127) * scale).toFixed(2);
          button.setAttribute("aria-label", t("unit", { j: j + 1, k, low: value(low), high: value(high) }));
        }
      });
    }
    if (head.words) this.columns.querySelectorAll(".result").forEach((one, k) => { one.textContent = head.regression ? "f" : String(k); });
    this.count.textContent = t("parameters", { n: head.parameters.toLocaleString("en") });
    this.wire();
    if (head.words) this.table.again();
  }

  /** The weights as lines from unit to unit: width by size, colour and dashes by sign. */
  wire() {
    const ratio = window.devicePixelRatio || 1, width = Math.round(this.columns.offsetWidth * ratio), height = Math.round(this.columns.offsetHeight * ratio);
    if (!width || !this.arrays) return;
    if (this.lines.width !== width || this.lines.height !== height) Object.assign(this.lines, { width, height });
    const context = this.lines.getContext("2d"), now = colours(), box = this.columns.getBoundingClientRect();
    context.clearRect(0, 0, width, height);
    if (this.ratio !== ratio || !this.ends) { this.ratio = ratio; this.ends = this.nodes(box, ratio); }
    const columns = this.ends;
    this.lines_ = [];
    for (let k = 1; k < columns.length; k++) {
      const weights = this.arrays[`weights.${k === columns.length - 1 ? "out" : `fc${k}`}`];
      if (!weights || weights.shape[1] !== this.fan(k)) continue;
      const most = weights.data.reduce((a, v) => Math.max(a, Math.abs(v)), 1e-6);
      columns[k].forEach((to, j) => columns[k - 1].forEach((from, i) => {
        const w = weights.data[j * weights.shape[1] + i], size = Math.abs(w) / most;
        this.lines_.push({ name: k === columns.length - 1 ? "out" : `fc${k}`, i, j, unit: [k === columns.length - 1 ? 0 : k, j], from: [from[1] / ratio, from[2] / ratio], to: [to[0] / ratio, to[2] / ratio] });
        if (size < 0.03) return;
        context.strokeStyle = w < 0 ? now.less : now.more;
        context.globalAlpha = 0.15 + 0.65 * size;
        context.lineWidth = (0.5 + 3 * size) * ratio;
        context.setLineDash(w < 0 ? [5 * ratio, 3 * ratio] : []);
        const middle = (from[1] + to[0]) / 2;
        context.beginPath(); context.moveTo(from[1], from[2]); context.bezierCurveTo(middle, from[2], middle, to[2], to[0], to[2]); context.stroke();
      }));
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  /** Where the nodes of every column are: left, right, middle. */
  nodes(box, ratio) {
    const ends = (nodes) => Array.from(nodes, (node) => { const at = node.getBoundingClientRect(); return [(at.left - box.left) * ratio, (at.right - box.left) * ratio, (at.top + at.height / 2 - box.top) * ratio]; });
    return [ends(this.columns.querySelectorAll('.feature[aria-pressed="true"]')), ...this.hiddenColumns().map(([, column]) => ends(column.querySelectorAll(".unit"))), ends(this.columns.querySelectorAll(".result"))];
  }

  fan(k) {
    return k === 1 ? this.features.length : this.hidden[k - 2][0];
  }

  rows() {
    const rows = [];
    for (const [name, { data, shape }] of Object.entries(this.arrays ?? {}).filter(([name]) => name.startsWith("weights."))) {
      for (let j = 0; j < shape[0] && rows.length < 300; j++) rows.push([`${name.slice(8)} ${j + 1}`, Array.from(data.subarray(j * shape[1], (j + 1) * shape[1]), (v) => v.toFixed(3)).join("  ")]);
    }
    return { heads: [t("plane-network"), "w"], rows };
  }
}

/** Where on the curve of a line its x is such a share of the way: the line is a Bézier curve with level ends. */
function solved(share) {
  let low = 0, high = 1;
  for (let i = 0; i < 18; i++) { const s = (low + high) / 2; if (1.5 * s * (1 - s) * (1 - s) + 1.5 * s * s * (1 - s) + s * s * s < share) low = s; else high = s; }
  return (low + high) / 2;
}
