// Inside the network while it learns: histograms of activations, weights and gradients, rms by depth, update : weight.

import { make, numbers, put } from "../dom.js";
import { percent, t } from "../texts.js";
import { colours } from "./colours.js";

const BINS = 40, WIDTH = 160, HEIGHT = 44;
const KINDS = { activations: "inside-activations", signals: "inside-signals", weights: "inside-weights", gradients: "inside-gradients" };

export class Inside {
  constructor() {
    this.rows = make("div", { class: "inside" });
    this.depth = make("canvas", { class: "depth", role: "img" });
    this.table = numbers(() => this.numbers(), () => t("inside"));
    this.element = make("div", {}, this.rows, make("h3", { "data-t": "inside-depth" }), this.depth, this.table);
  }

  show(head, arrays) {
    if (!head.inside || !arrays.counts) return;
    Object.assign(this, { head, counts: arrays.counts.data });
    const names = [...new Set(head.inside.map((one) => one.name))].join();
    if (names !== this.names) this.build(names);
    const now = colours();
    head.inside.forEach((one, k) => this.paint(this.canvases[k], one, k, now));
    this.paintDepth(now);
    this.table.again();
  }

  build(names) {
    this.names = names;
    this.canvases = this.head.inside.map(() => make("canvas", { width: WIDTH, height: HEIGHT, role: "img" }));
    this.captions = this.head.inside.map(() => make("figcaption", { class: "soft" }));
    const groups = new Map();
    this.head.inside.forEach((one, k) => groups.set(one.name, [...(groups.get(one.name) ?? []), make("figure", {}, this.canvases[k], this.captions[k])]));
    put(this.rows, ...[...groups].map(([name, figures]) => make("div", { class: "layer" }, make("h3", {}, name), ...figures)));
  }

  /** Counts on a logarithmic scale, so that the few far out are seen too. */
  paint(canvas, one, k, now) {
    const context = canvas.getContext("2d"), counts = this.counts.subarray(k * BINS, (k + 1) * BINS), most = Math.log1p(Math.max(1, ...counts));
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.fillStyle = one.kind === "gradients" || one.kind === "signals" ? now.less : now.more;
    counts.forEach((count, i) => { const high = (Math.log1p(count) / most) * (HEIGHT - 3); context.fillRect(i * (WIDTH / BINS) + 0.5, HEIGHT - high, WIDTH / BINS - 1, high); });
    context.strokeStyle = now.line;
    context.strokeRect(0, HEIGHT - 0.5, WIDTH, 0);
    if (one.least < 0 && one.greatest > 0) {
      const zero = (-one.least / (one.greatest - one.least)) * WIDTH;
      context.strokeStyle = now.soft;
      context.strokeRect(zero, 0, 0, HEIGHT);
    }
    const more = [one.update ? t("inside-update", { ratio: small(one.update) }) : null, one.zeros ? t("inside-zeros", { share: percent(one.zeros) }) : null,
      one.saturated ? t("inside-saturated", { share: percent(one.saturated) }) : null, one.notfinite ? t("inside-notfinite", { n: one.notfinite }) : null].filter(Boolean);
    const words = `${t(KINDS[one.kind])}: ${small(one.least)} … ${small(one.greatest)}, rms ${small(one.rms)}`;
    this.captions[k].textContent = [words, ...more].join(" · ");
    canvas.setAttribute("aria-label", `${one.name}: ${this.captions[k].textContent}`);
  }

  /** rms of the gradients of every weight, the first layer at the left. */
  paintDepth(now) {
    const found = this.head.inside.filter((one) => one.kind === "gradients" && one.name.endsWith("weight") && one.rms > 0);
    const width = 320, height = 90, context = this.depth.getContext("2d");
    if (this.depth.width !== 2 * width) Object.assign(this.depth, { width: 2 * width, height: 2 * height });
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, width, height);
    const logs = found.map((one) => Math.log10(one.rms)), high = Math.max(...logs, -6) + 0.2, low = Math.min(...logs, high - 2) - 0.2;
    context.font = "11px system-ui, sans-serif";
    found.forEach((one, k) => {
      const x = ((k + 0.5) / found.length) * width, y = 6 + ((high - logs[k]) / (high - low)) * (height - 28);
      context.fillStyle = now.less;
      context.fillRect(x - 9, y, 18, height - 20 - y);
      context.fillStyle = now.soft;
      context.textAlign = "center";
      context.fillText(one.name.replace(".weight", ""), x, height - 6);
    });
    this.depth.setAttribute("aria-label", `${t("inside-depth")}: ${found.map((one) => `${one.name} ${small(one.rms)}`).join(", ")}`);
  }

  numbers() {
    const rows = (this.head?.inside ?? []).map((one) => [`${one.name}, ${t(KINDS[one.kind])}`, small(one.least), small(one.greatest), small(one.rms), one.update ? small(one.update) : "–"]);
    return { heads: [t("inside"), t("head-low"), t("head-high"), "rms", t("head-update")], rows };
  }
}

/** Three digits, or a power. */
export const small = (v) => (v === null || v === undefined ? "–" : v === 0 ? "0" : Math.abs(v) < 0.001 || Math.abs(v) >= 1e5 ? v.toExponential(1).replace("-", "−") : String(Number(v.toPrecision(3))).replace("-", "−"));
