// Why? What in the picture speaks for the class that is looked at, by six methods side by side.

import { grid, make, numbers, paint, picture, put } from "../dom.js";
import { language, onSpeak, percent, t } from "../texts.js";

export const METHODS = ["integrated-gradients", "occlusion", "grad-cam", "saliency", "smooth-grad", "grad-cam++"];
const SVG = "http://www.w3.org/2000/svg";

export class Why {
  constructor() {
    this.found = new Map();
    this.list = make("ul", { class: "why" });
    this.title = make("h2", { id: "why-title" });
    this.card = make("section", { class: "card", id: "why", "aria-labelledby": "why-title" }, this.title,
      make("p", { class: "lead", "data-t": "why-lead" }), this.list, (this.note = make("p", { class: "soft", "data-t": "why-note" })));
    this.items = new Map(METHODS.map((name) => [name, this.item(name)]));
    put(this.list, ...[...this.items.values()].map(({ element }) => element));
    onSpeak(() => this.render());
  }

  item(name) {
    const canvas = picture(28, 28), told = make("p", {}), note = make("p", {}), curve = make("div", {});
    const details = numbers(() => { const heat = this.found.get(name)?.arrays.heat; return grid(heat?.data ?? new Float32Array(784), heat?.shape ?? [28, 28], 3); });
    return { element: make("li", {}, canvas, make("h3", {}, name), told, note, curve, details), canvas, told, note, curve, details };
  }

  /** Another drawing, or another class, by its name. */
  clear(target, name = String(target)) {
    this.target = target;
    this.name = name;
    this.found.clear();
    this.render();
  }

  /** The note is of the reader alone. */
  of(isReader) {
    this.note.hidden = !isReader;
  }

  show(head, arrays) {
    this.found.set(head.method, { head, arrays });
    this.target = head.target;
    this.render(head.method);
  }

  render(only) {
    this.title.textContent = this.target === undefined || this.target < 0 ? t("why") : t("why-of", { digit: this.name });
    for (const [name, item] of this.items) {
      if (only && name !== only) continue;
      const found = this.found.get(name);
      if (!found) {
        paint(item.canvas, new Uint8Array(784), [28, 28]);
        item.canvas.setAttribute("aria-label", t("why-none"));
        put(item.curve); item.told.textContent = "…"; item.note.textContent = "";
        continue;
      }
      const { head, arrays } = found;
      if (head.error) { item.told.textContent = t("why-cannot", { error: head.error }); put(item.curve); item.note.textContent = ""; continue; }
      paint(item.canvas, arrays.picture.data, arrays.picture.shape);
      item.canvas.setAttribute("aria-label", words(name, this.name, arrays.heat));
      item.told.textContent = head.layer ? t("why-layer", { layer: head.layer, score: head.score.toFixed(2) }) : t("why-score", { score: head.score.toFixed(2) });
      item.note.textContent = head.notes.map((note) => note[language()]).join("; ");
      put(item.curve, ...(arrays.curve ? [make("p", {}, t("why-deletion", { area: head.deletion.toFixed(2) })), curve(arrays, head.deletion)] : []));
      item.details.again();
    }
  }
}

/** In words: which ninth of the picture says most. */
function words(method, digit, { data, shape: [h, w] }) {
  const sums = Array(9).fill(0), third = (at, size) => Math.min(2, Math.floor((3 * at) / size));
  data.forEach((value, i) => { sums[3 * third(Math.floor(i / w), h) + third(i % w, w)] += Math.max(0, value); });
  const all = sums.reduce((a, b) => a + b, 0), best = sums.indexOf(Math.max(...sums));
  if (!all) return t("why-blank", { method });
  return t("why-words", { method, digit, place: t(`place-${best}`), share: percent(sums[best] / all) });
}

/** The deletion curve: the probability while the hottest pixels are taken away. */
function curve({ curve: { data }, shares }, area) {
  const svg = document.createElementNS(SVG, "svg"), line = document.createElementNS(SVG, "polyline"), ground = document.createElementNS(SVG, "line");
  svg.setAttribute("viewBox", "0 0 100 40");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", t("why-curve", { from: percent(data[0]), to: percent(data[data.length - 1]), area: area.toFixed(2) }));
  for (const [name, value] of [["x1", 0], ["x2", 100], ["y1", 40], ["y2", 40]]) ground.setAttribute(name, String(value));
  ground.setAttribute("class", "ground");
  line.setAttribute("points", Array.from(data, (p, i) => `${100 * shares.data[i]},${40 - 39 * p}`).join(" "));
  line.setAttribute("class", "curve");
  svg.append(ground, line);
  return svg;
}
