// "This should be a 7": the drawing is kept with its label, as plain files that are a data set at any time. Undo takes it out.

import { encode } from "../frames.js";
import { make } from "../dom.js";
import { language, onSpeak, t } from "../texts.js";

const ENOUGH = 20;
/** So many drawings of two digits at least, and a training is offered. */

export class Keep {
  /** @param {{what: Function, keep: Function, status: Function, guest: boolean}} hear what(): what is kept, or null; keep(item): it is a step now */
  constructor(hear) {
    this.hear = hear;
    this.last = Promise.resolve(); // one after another
    this.counts = Array(10).fill(0);
    this.folder = "";
    this.buttons = this.counts.map((_, label) => make("button", { type: "button", onclick: () => this.keep(label) }, make("b", {}, String(label)), make("span", { class: "count" })));
    this.told = make("p", { class: "soft" });
    this.command = make("p", { class: "soft train", hidden: true });
    this.element = make("div", { class: "keep" }, make("p", { id: "keep-title", "data-t": "keep" }),
      make("div", { class: "labels", role: "group", "aria-labelledby": "keep-title" }, ...this.buttons), this.told, this.command);
    onSpeak(() => this.render());
    this.element.hidden = hear.guest;
    if (!hear.guest) this.ask("api/drawings", {});
  }

  /** Keep what is drawn as a `label`. */
  keep(label) {
    return this.hear.guest ? null : this.after(() => this.keepNow(label));
  }

  /** When all that was asked before is done. */
  after(work) {
    this.last = this.last.then(work, work);
    return this.last;
  }

  async keepNow(label) {
    const what = await this.hear.what();
    if (!what) { this.say(() => t("keep-nothing")); return; }
    const item = { label, body: encode({ label: String(label), ...what.head }, what.arrays) };
    if (await this.put(item)) this.hear.keep(item);
  }

  /** The steps before and after an undo: what is not there any more is taken out, what is there again is kept again. */
  follow(before, after) {
    return this.after(() => this.followNow(before, after));
  }

  async followNow(before, after) {
    for (const item of before) if (!after.includes(item)) await this.takeOut(item);
    for (const item of after) if (!before.includes(item)) await this.put(item);
  }

  async put(item) {
    const told = await this.ask("api/drawings", { method: "POST", body: item.body });
    if (!told) return false;
    item.id = told.id;
    this.say(() => t("kept", { label: item.label, count: this.counts[item.label], all: this.all }));
    return true;
  }

  async takeOut(item) {
    if (!item.id) return;
    const id = item.id;
    item.id = null;
    if (await this.ask(`api/drawings/${id}`, { method: "DELETE" })) this.say(() => t("kept-undone", { label: item.label, all: this.all }));
  }

  get all() {
    return this.counts.reduce((a, b) => a + b, 0);
  }

  async ask(address, options) {
    try {
      const answer = await fetch(address, { ...options, headers: { "accept-language": language() } }), told = await answer.json();
      if (!answer.ok) { this.hear.status(told.hint ? `${told.error} ${told.hint}` : told.error, "bad"); return null; }
      this.counts = told.counts;
      this.folder = told.folder;
      this.render();
      return told;
    } catch {
      this.hear.status(t("offline"), "bad");
      return null;
    }
  }

  /** Shown, and said aloud in the place for that. */
  say(words) {
    this.words = words;
    this.render();
    document.getElementById("spoken").textContent = words();
  }

  render() {
    this.buttons.forEach((button, label) => {
      button.children[1].textContent = this.counts[label] ? String(this.counts[label]) : "";
      button.setAttribute("aria-label", t("keep-as", { label, count: this.counts[label] }));
    });
    this.told.textContent = this.words ? this.words() : this.all ? t("keep-count", { all: this.all, folder: this.folder }) : t("keep-lead");
    const enough = this.all >= ENOUGH && this.counts.filter(Boolean).length > 1;
    this.command.hidden = !enough;
    if (enough) this.command.replaceChildren(t("keep-train"), " ", make("code", {}, `zerokara train --model deep-convnet --data folder:${this.folder}`));
  }
}

/** Strokes as they are kept: [[x…], [y…], [t…], [p…]] each, and the pens that drew them. */
export function plain(strokes) {
  const column = (points, k) => points.filter((_, i) => i % 3 === k);
  return {
    strokes: strokes.map(({ points, times }) => [column(points, 0), column(points, 1), times ?? [], column(points, 2)]),
    pens: strokes.map(({ width, erase }) => ({ width, erase })),
  };
}
