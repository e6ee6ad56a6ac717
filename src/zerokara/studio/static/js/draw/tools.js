// The tools below the drawing area: undo, eraser, width, pictures, examples, the pixel editor.

import { make, put } from "../dom.js";
import { language, onSpeak, t } from "../texts.js";
import { example } from "./strokes.js";
import * as upload from "./upload.js";

const DRAWN = [3, 5, 7];
/** Digits for which strokes are kept as examples. */

export class Tools {
  constructor(page) {
    this.page = page;
    const { pen } = page.table.settings.draw;
    this.undo = this.button("undo", "undo", "↶", () => page.undo());
    this.redo = this.button("redo", "redo", "↷", () => page.redo());
    this.eraser = this.button("eraser", "eraser", "eraser", () => this.erase(!page.pen.erase));
    this.width = make("input", { type: "range", id: "pen-width", min: pen.low, max: pen.high, step: 1 });
    this.width.value = String(page.pen.width);
    this.width.addEventListener("input", () => { page.pen.width = Number(this.width.value); page.changed(); });
    this.examples = make("select", { id: "examples", "data-label": "examples" });
    this.examples.addEventListener("change", () => this.pick());
    this.counts = new Map();
    this.pixels = this.button("pixel-editor", "pixels", "pixels", () => (page.now.pixels ? page.leavePixels() : page.enterPixels()));
    this.element = make("div", { class: "tools", role: "group", "data-label": "tools" }, this.undo, this.redo, this.eraser, this.button("clear", "clear", "clear", () => page.clear()),
      make("span", { class: "width" }, make("label", { for: "pen-width", "data-t": "width" }), this.width),
      this.file("choose", { accept: "image/*,.heic,.heif" }), this.file("photograph", { accept: "image/*", capture: "environment" }), this.examples, this.pixels);
    onSpeak(() => this.render());
  }

  button(key, name, text, run) {
    const icon = text.length < 2;
    return make("button", { type: "button", id: `tool-${name}`, class: icon ? "icon" : null, "data-label": icon ? key : null, "data-t": icon ? null : key, onclick: run }, text);
  }

  file(key, options) {
    const input = make("input", { type: "file", id: key, "data-label": key, ...options });
    input.addEventListener("change", () => { if (input.files[0]) this.page.take(input.files[0]); input.value = ""; });
    return make("span", { class: "button file" }, make("span", { "data-t": key }), input);
  }

  erase(on) {
    this.page.pen.erase = on;
    this.eraser.setAttribute("aria-pressed", String(on));
  }

  widen(by) {
    const { low, high } = this.page.table.settings.draw.pen;
    this.setWidth(Math.max(low, Math.min(high, this.page.pen.width + by)));
  }

  setWidth(width) {
    this.page.pen.width = width;
    this.width.value = String(width);
  }

  /** What may be used now. */
  changed() {
    const { history, now } = this.page;
    this.undo.disabled = !history.canUndo;
    this.redo.disabled = !history.canRedo;
    this.pixels.setAttribute("aria-pressed", String(Boolean(now.pixels)));
  }

  /** Examples: some as people draw them, and the next picture of a class of the data set. */
  render() {
    const { classes, id } = this.page.models, key = `${language()} ${id} ${classes.length}`;
    if (this.examples.dataset.key === key) return;
    this.examples.dataset.key = key;
    const option = (value, text) => make("option", { value }, text);
    put(this.examples, option("", t("examples")),
      make("optgroup", { label: t("examples-drawn") }, ...DRAWN.map((d) => option(`drawn:${d}`, t("example", { digit: d })))),
      ...(classes.length ? [make("optgroup", { label: t("examples-data") }, ...classes.map((name, c) => option(`data:${c}`, t("example-data", { name }))))] : []));
  }

  async pick() {
    const [kind, label] = this.examples.value.split(":"), { page } = this;
    this.examples.value = "";
    if (kind === "drawn") page.push({ strokes: example(Number(label)), pixels: null, picture: null }, true);
    if (kind !== "data") return;
    const number = this.counts.get(label) ?? 0;
    this.counts.set(label, number + 1);
    const { head, arrays } = await page.asking.example(Number(label), number) ?? {};
    if (!arrays?.view) { if (!head?.error) page.status(t("examples-none"), "bad"); return; }
    const picture = shown(arrays.view, page.models.digits), file = await upload.together(picture, document.createElement("canvas"));
    page.push({ strokes: [], pixels: null, picture: { ...picture, file } }, true);
    page.status(t("example-told", { name: page.models.name(head.label), data: head.data, index: head.index }), "");
  }
}

/** A view as a picture to be drawn on: digits as dark ink on white paper, others as they are. */
function shown(view, isInk) {
  const [height, width, channels] = view.shape, bytes = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) {
      const value = Math.round(255 * view.data[channels ? channels * i + c : i]);
      bytes[3 * i + c] = isInk ? 255 - value : value;
    }
  }
  return { view, width, height, every: 1, pages: 1, bytes: { data: bytes, shape: [height, width, 3] } };
}
