// What the network sees: the 28×28 picture, the stages on the way to it, and the five sights with their answers.

import { grid, make, numbers, paint, picture, put } from "../dom.js";
import { onSpeak, percent, t } from "../texts.js";

const STAGES = ["box", "redrawn", "fitted", "view", "own"];
const SIGHTS = ["sight-plain", "sight-left", "sight-right", "sight-large", "sight-small"];

export class Seen {
  constructor() {
    this.canvas = picture(28, 28);
    this.element = make("div", { class: "seen" }, make("h2", { "data-t": "seen" }), this.canvas,
      make("div", {}, (this.note = make("p", { class: "soft" })), (this.numbers = numbers(() => this.rows()))));
    this.stages = make("ol", { class: "strip" });
    this.sights = make("ol", { class: "strip" });
    this.card = make("section", { class: "card", id: "seen", "aria-labelledby": "seen-title" },
      make("h2", { id: "seen-title", "data-t": "way" }), make("p", { class: "lead", "data-t": "way-lead" }), this.stages,
      (this.several = make("div", {}, make("h3", { class: "subhead", "data-t": "sights" }), make("p", { class: "soft", "data-t": "sights-lead" }), this.sights)));
    onSpeak(() => { this.showView(this.view, this.digit); this.showStages(this.stagesNow); this.showSights(this.sightsNow); });
  }

  /** @param {{data: Float32Array, shape: number[]} | null} view what the network was shown */
  showView(view, digit) {
    this.view = view;
    this.digit = digit;
    const { data, shape } = view ?? NOTHING, size = shape.slice(0, 2).join(" × ");
    paint(this.canvas, data, shape, 0, 1);
    this.canvas.setAttribute("aria-label", view ? t("seen-words", { digit, size }) : t("nothing"));
    this.note.textContent = t(shape[2] ? "seen-note-colour" : "seen-note", { size });
    this.numbers.again();
  }

  /** The numbers of the view; of a picture in colour the brightness. */
  rows() {
    const { data, shape: [h, w, channels] } = this.view ?? NOTHING;
    if (!channels) return grid(data, [h, w]);
    return grid(Float32Array.from({ length: h * w }, (_, i) => (data[3 * i] + data[3 * i + 1] + data[3 * i + 2]) / 3), [h, w]);
  }

  showStages(now) {
    this.stagesNow = now;
    if (!now || now.head.width === null) { put(this.stages, make("li", {}, make("p", {}, t("stages-none")))); return; }
    const { head, arrays } = now, [h, w] = arrays.box.shape, [fh, fw] = arrays.fitted.shape, own = arrays.own?.shape ?? [28, 28];
    const width = head.width.toFixed(1), wanted = head.wanted.toFixed(1);
    const told = { box: t("stage-box", { w, h }), redrawn: head.width === head.wanted ? t("stage-same", { width }) : t("stage-redrawn", { width, wanted }),
      fitted: t("stage-fitted", { w: fw, h: fh }), view: t("stage-view"), own: t("stage-own", { size: own.join(" × ") }) };
    put(this.stages, ...STAGES.filter((name) => arrays[name]).map((name, k) => {
      const canvas = picture(28, 28, told[name]), square = inSquare(arrays[name]);
      paint(canvas, square.data, square.shape);
      return make("li", {}, canvas, make("p", { class: "big" }, `${k + 1}. ${t(`stage-${name}-name`)}`), make("p", {}, told[name]), numbers(() => grid(arrays[name].data, arrays[name].shape, 0), () => told[name]));
    }));
  }

  showSights(now) {
    this.sightsNow = now;
    this.several.hidden = Boolean(now && !now.head.probabilities); // other networks than the reader look once
    if (this.several.hidden) return;
    if (!now) { put(this.sights, make("li", {}, make("p", {}, t("stages-none")))); return; }
    const { head, arrays } = now, size = 784;
    const one = (name, probabilities, data) => {
      const best = probabilities.indexOf(Math.max(...probabilities)), words = t("sight-words", { name: t(name), digit: best, share: percent(probabilities[best]) });
      const canvas = data ? picture(28, 28, words) : null;
      if (canvas) paint(canvas, data, [28, 28], 0, 1);
      return make("li", {}, canvas, make("p", { class: "big" }, `${best} · ${percent(probabilities[best])}`), make("p", {}, t(name)), tiny(probabilities, words), numbers(() => shares(probabilities), () => words));
    };
    put(this.sights, ...SIGHTS.map((name, k) => one(name, head.probabilities[k], arrays.pictures.data.subarray(k * size, (k + 1) * size))),
      one("sight-mean", head.together, null));
  }
}

/** Ten probabilities as a table. */
const shares = (probabilities) => ({ heads: [t("head-digit"), t("head-share")], rows: probabilities.map((p, digit) => [digit, percent(p)]) });

const NOTHING = { data: new Float32Array(784), shape: [28, 28] };

/** Ten small columns. */
export function tiny(probabilities, words) {
  const best = probabilities.indexOf(Math.max(...probabilities));
  const columns = probabilities.map((p, i) => {
    const column = make("i", { class: i === best ? "best" : null });
    column.style.height = `${Math.max(1, 34 * p)}px`;
    return column;
  });
  return make("div", { class: "tiny", role: "img", "aria-label": words }, ...columns);
}

/** A picture of any shape in the middle of a black square. */
function inSquare({ data, shape: [h, w] }) {
  const side = Math.max(h, w), out = new Uint8Array(side * side), top = (side - h) >> 1, left = (side - w) >> 1;
  for (let y = 0; y < h; y++) out.set(data.subarray(y * w, (y + 1) * w), (top + y) * side + left);
  return { data: out, shape: [side, side] };
}
