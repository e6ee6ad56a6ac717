// The step under the glass: the graph of the next update, with values, gradients, formulas, and what it changes.

import { make, put } from "../dom.js";
import { t } from "../texts.js";
import { colours, diverging } from "./colours.js";
import { small } from "./inside.js";

const PHASES = ["glass-0", "glass-1", "glass-2", "glass-3"];
const LETTERS = [["v", "glass-value"], ["g", "glass-gradient"], ["c", "glass-change"]];

export class Glass {
  /** `half()`: half a step on. */
  constructor({ half }) {
    this.phase = make("p", { class: "phase", role: "status" });
    this.graph = make("ol", { class: "graph" });
    this.sums = make("ul", { class: "sums soft" });
    this.element = make("div", {}, make("p", { class: "tools" }, make("button", { type: "button", id: "half", "data-t": "glass-half", onclick: half }), this.phase), this.graph, make("h3", { "data-t": "glass-sums" }), this.sums);
    this.open = new Set();
  }

  show(head, arrays) {
    if (!("glass" in head)) return;
    const { glass } = head;
    if (!glass) { this.phase.textContent = t("glass-none"); put(this.graph); put(this.sums); return; }
    const words = t(PHASES[glass.phase], { step: head.step + 1 });
    if (this.phase.textContent !== words) this.phase.textContent = words;
    const table = diverging(colours()), results = glass.knots.map((knot, k) => [knot, k]).filter(([knot]) => knot.rule);
    put(this.graph, ...results.map(([knot, k]) => this.knot(knot, k, glass, arrays, table)));
    put(this.sums, ...(glass.checks.length ? glass.checks.map((check) => make("li", { class: check.holds ? "good" : "bad" }, `${check.holds ? "✓" : "✗"} ${t(`glass-sum-${check.kind}`, { name: this.name(glass, check.knot), apart: small(check.apart) })}`)) : [make("li", {}, t("glass-sums-later"))]));
  }

  name(glass, k) {
    const knot = glass.knots[k];
    if (knot.name || knot.kind === "input") return knot.name || t("glass-input");
    const owner = knot.inputs.map((i) => glass.knots[i].name).find(Boolean);
    return owner ? `${knot.rule} (${owner.replace(/\.\w+$/, "")})` : knot.kind === "loss" ? t("glass-loss", { rule: knot.rule }) : knot.rule;
  }

  /** A result, with the leaves that go into it beside it. */
  knot(knot, k, glass, arrays, table) {
    const from = knot.inputs.filter((i) => glass.knots[i].kind !== "constant"), leaves = from.filter((i) => !glass.knots[i].rule);
    const formula = make("details", { open: this.open.has(k), class: "rule" }, make("summary", {}, this.name(glass, k)), make("pre", {}, knot.formula));
    formula.addEventListener("toggle", () => (formula.open ? this.open.add(k) : this.open.delete(k)));
    const came = from.filter((i) => glass.knots[i].rule).map((i) => this.name(glass, i)).join(", ");
    return make("li", { class: knot.shown ? "knot" : "knot waits" },
      make("div", { class: "leaves" }, ...leaves.map((i) => make("div", { class: "leaf" }, make("p", {}, `${this.name(glass, i)} `, make("span", { class: "soft" }, shape(glass.knots[i]))), this.numbers(i, glass, arrays, table)))),
      make("div", { class: "made" }, formula, make("p", { class: "soft" }, `${shape(knot)}${came ? ` ← ${came}` : ""}`), this.numbers(k, glass, arrays, table)));
  }

  /** Values above, gradients below, and at leaves what the update adds. */
  numbers(k, glass, arrays, table) {
    return make("div", { class: "values" }, ...LETTERS.filter(([letter]) => arrays[`glass.${letter}${k}`]).map(([letter, label]) => {
      const { data, shape: [h, w] } = arrays[`glass.${letter}${k}`], most = data.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
      const canvas = make("canvas", { width: w, height: h, class: "heat", role: "img" }), image = new ImageData(w, h);
      data.forEach((v, i) => { const c = table[Math.round(127 + (127 * v) / (most || 1))]; image.data.set([c[0], c[1], c[2], 255], 4 * i); });
      canvas.getContext("2d").putImageData(image, 0, 0);
      const one = data.length === 1, words = one ? small(data[0]) : t("glass-most", { most: small(most) });
      canvas.setAttribute("aria-label", `${this.name(glass, k)}, ${t(label)}: ${Array.from(data.subarray(0, 12), small).join(", ")}${data.length > 12 ? " …" : ""}`);
      canvas.title = Array.from({ length: Math.min(h, 10) }, (_, y) => Array.from(data.subarray(y * w, y * w + Math.min(w, 10)), small).join("  ")).join("\n");
      return make("figure", { class: letter }, make("figcaption", { class: "soft" }, `${t(label)} `, make("span", {}, words)), one ? null : canvas);
    }));
  }
}

const shape = (knot) => (knot.shape.length ? `(${knot.shape.join(" × ")})` : "");
