// The confusion matrix: every cell a button that shows the pictures behind it; and the worst mistakes.

import { make, numbers, put } from "../dom.js";
import { colours } from "../plane/colours.js";
import { percent, t } from "../texts.js";
import { tile } from "./tiles.js";

const MOST = 20;

export class Confusion {
  /** `behind(true, predicted)`: the pictures of a cell are wanted; `choose(position)`: this picture is looked into. */
  constructor({ behind, choose }) {
    this.behind = behind;
    this.choose = choose;
    this.at = [0, 0];
    this.words = make("p", { class: "soft" });
    this.grid = make("div", { class: "scroll matrix", tabindex: "0", role: "region", "data-label": "pic-matrix" });
    this.cell = make("div", { class: "cellpictures" });
    this.worst = make("ul", { class: "tiles" });
    this.worstTable = numbers(() => this.worstRows(), () => t("pic-worst"));
    this.element = make("div", {}, this.words, this.grid, make("p", { class: "soft", "data-t": "pic-confusion-note" }), this.cell);
    this.mistakes = make("div", {}, this.worst, this.worstTable);
  }

  show(head, arrays) {
    if (!arrays.confusion) return;
    Object.assign(this, { head, arrays });
    this.words.textContent = t("pic-judged", { part: t(`pic-part-${head.judged}`), count: head.judged_count.toLocaleString("en"), wrong: head.wrong.toLocaleString("en"), share: percent(head.held_accuracy) });
    this.fill();
    put(this.worst, ...head.worst.map((one, i) => this.picture(arrays.worst, i, one.position, t("pic-mistake", this.names(one.true, one.predicted)), percent(one.confidence))));
    this.worstTable.again();
  }

  names(i, j) {
    return { true: this.head.classes[i], predicted: this.head.classes[j] };
  }

  fill() {
    const K = this.head.classes.length, counts = this.arrays.confusion.data, focused = this.grid.contains(document.activeElement) && document.activeElement !== this.grid;
    if (K > MOST) { put(this.grid, this.list(K, counts)); return; }
    this.at = this.at.map((v) => Math.min(v, K - 1));
    const rails = colours(), sums = Array.from({ length: K }, (_, i) => counts.subarray(i * K, i * K + K).reduce((a, b) => a + b, 0));
    const button = (i, j) => {
      const count = counts[i * K + j], share = sums[i] ? count / sums[i] : 0;
      const made = make("button", { type: "button", tabindex: i === this.at[0] && j === this.at[1] ? 0 : -1, "data-cell": `${i}-${j}`, "aria-label": t(i === j ? "pic-cell-right" : "pic-cell-wrong", { ...this.names(i, j), count }),
        onclick: () => { this.at = [i, j]; this.behind(i, j); }, onkeydown: (event) => this.move(event, i, j) }, count ? String(count) : "·");
      const strong = count ? 12 + 33 * (i === j ? share : Math.min(1, 4 * share)) : 0; // never so strong that the number cannot be read
      made.style.background = count ? `color-mix(in srgb, ${i === j ? rails.more : rails.less} ${strong.toFixed(0)}%, var(--panel))` : "none";
      return made;
    };
    put(this.grid, make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, t("pic-true-answer")), ...this.head.classes.map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...this.head.classes.map((name, i) => make("tr", {}, make("th", { scope: "row" }, name), ...this.head.classes.map((_, j) => make("td", {}, button(i, j))))))));
    if (focused) this.focus();
  }

  /** Of many classes: which are taken for which most often. */
  list(K, counts) {
    const found = [];
    for (let i = 0; i < K; i++) for (let j = 0; j < K; j++) if (i !== j && counts[i * K + j]) found.push([counts[i * K + j], i, j]);
    found.sort((a, b) => b[0] - a[0]);
    return make("ul", { class: "confused" }, ...found.slice(0, 40).map(([count, i, j]) => make("li", {}, make("button", { type: "button", onclick: () => this.behind(i, j) }, t("pic-cell-wrong", { ...this.names(i, j), count })))));
  }

  move(event, i, j) {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!by) return;
    const K = this.head.classes.length;
    event.preventDefault();
    this.at = [Math.max(0, Math.min(K - 1, i + by[0])), Math.max(0, Math.min(K - 1, j + by[1]))];
    this.focus();
  }

  focus() {
    for (const one of this.grid.querySelectorAll("button")) one.tabIndex = one.dataset.cell === this.at.join("-") ? 0 : -1;
    this.grid.querySelector(`[data-cell="${this.at.join("-")}"]`)?.focus({ preventScroll: true });
  }

  /** The pictures of a cell have come. */
  opened(head, arrays) {
    const names = this.names(head.true, head.predicted), right = head.true === head.predicted;
    put(this.cell, make("h3", {}, t(right ? "pic-cell-right" : "pic-cell-wrong", { ...names, count: head.count })),
      make("ul", { class: "tiles" }, ...head.positions.map((position, i) => this.picture(arrays.pictures, i, position, t("pic-mistake", names), percent(head.confidence[i]), head.part))));
  }

  picture(pictures, i, position, words, below, part = this.head.judged) {
    const button = make("button", { type: "button", class: "tile", title: t("pic-look-into"), onclick: () => this.choose(position, part) }, tile(pictures, i, words), make("span", {}, words), make("span", { class: "soft" }, below));
    return make("li", {}, button);
  }

  worstRows() {
    const heads = [t("pic-position"), t("pic-true"), t("pic-predicted"), t("pic-confidence")];
    return { heads, rows: (this.head?.worst ?? []).map((one) => [one.position, this.head.classes[one.true], this.head.classes[one.predicted], percent(one.confidence)]) };
  }
}
