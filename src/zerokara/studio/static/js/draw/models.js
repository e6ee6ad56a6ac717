// Which network answers: the reader, a run of this machine, an ONNX file that was given to the page. A network is named by
// an id; where it lies the page never knows.

import { make, put } from "../dom.js";
import { language, onSpeak, t } from "../texts.js";

const READER = "reader", DIGITS = Array.from("0123456789");

export class Models {
  /** @param {{chosen: Function, status: Function, guest: boolean}} hear chosen(): another network answers from now on; guest: who may not choose one */
  constructor(hear) {
    this.hear = hear;
    this.id = READER;
    this.about = { name: READER, classes: DIGITS, shape: [28, 28], digits: true };
    this.listed = [];
    this.select = make("select", { id: "model" });
    this.select.addEventListener("change", () => this.choose(this.select.value));
    for (const name of ["pointerdown", "focus"]) this.select.addEventListener(name, () => this.list());
    this.input = make("input", { type: "file", accept: ".onnx", id: "model-file", "data-label": "model-file" });
    this.input.addEventListener("change", () => { if (this.input.files[0]) this.give(this.input.files[0]); this.input.value = ""; });
    this.told = make("p", { class: "soft" });
    this.element = make("div", { class: "models" }, make("div", { class: "row" }, make("label", { for: "model", "data-t": "model" }), this.select,
      make("span", { class: "button file" }, make("span", { "data-t": "model-file" }), this.input)), this.told);
    onSpeak(() => this.render());
    this.element.hidden = hear.guest;
    if (!hear.guest) this.list();
  }

  get classes() {
    return this.about.classes;
  }

  /** Whether digits are cut out of the drawing one by one. */
  get digits() {
    return this.about.digits;
  }

  /** What every question names. */
  asked() {
    return this.id === READER ? { kind: "read" } : { kind: "look", model: this.id };
  }

  /** The name of a class. */
  name(index) {
    return this.about.classes[index] ?? (index < 0 ? "–" : t("class-number", { index }));
  }

  async list() {
    try {
      const answer = await fetch("api/models");
      if (!answer.ok) return;
      this.listed = (await answer.json()).models;
    } catch { return; } // the live line says that the studio cannot be reached
    this.render();
  }

  /** Let a network answer; whether it is there. */
  async choose(id) {
    if (id === this.id) return true;
    if (id === READER) { this.take(READER, { name: READER, classes: DIGITS, shape: [28, 28], digits: true }); return true; }
    this.hear.status(t("model-opens"), "");
    try {
      const answer = await fetch(`api/models/${encodeURIComponent(id)}`, { headers: { "accept-language": language() } }), told = await answer.json();
      if (!answer.ok) throw new Error(told.error);
      this.take(id, told);
      this.hear.status("", "");
      return true;
    } catch (error) {
      this.hear.status(t("engine-said", { error: error.message.replace(/[.。]$/, "") }), "bad");
      this.render();
      return false;
    }
  }

  /** A file from this machine: opened by a process of its own, with limits. */
  async give(file) {
    this.hear.status(t("model-opens"), "");
    try {
      const answer = await fetch(`api/models?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file, headers: { "accept-language": language() } });
      const told = await answer.json();
      if (!answer.ok) { this.hear.status(told.hint ? `${told.error} ${told.hint}` : told.error, "bad"); return; }
      await this.list();
      this.take(told.id, told);
      this.hear.status("", "");
    } catch {
      this.hear.status(t("offline"), "bad");
    }
  }

  take(id, { name, classes, shape, digits }) {
    this.id = id;
    this.about = { name, classes, shape, digits };
    this.render();
    this.hear.chosen();
  }

  render() {
    const option = ({ id, name, about }) => make("option", { value: id }, about ? `${name} · ${about}` : name);
    const group = (kind, text) => {
      const there = this.listed.filter((one) => one.kind === kind);
      return there.length ? [make("optgroup", { label: text }, ...there.map(option))] : [];
    };
    const known = this.id === READER || this.listed.some(({ id }) => id === this.id);
    put(this.select, make("option", { value: READER }, t("model-reader")), ...group("run", t("model-runs")), ...group("onnx", t("model-files")),
      ...(known ? [] : [option({ id: this.id, name: this.about.name })]));
    this.select.value = this.id;
    this.told.textContent = this.id === READER ? "" : t("model-told", { shape: this.about.shape.join(" × "), count: this.about.classes.length || "?" });
    this.told.hidden = this.id === READER;
  }
}
