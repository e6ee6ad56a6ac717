// Two networks in step: a second one with one knob turned, from the same seed; its surface, and where the two differ.

import { make, put } from "../dom.js";
import { percent, t } from "../texts.js";
import { colours, diverging, mixed, paintTable, rgb } from "./colours.js";
import { shown } from "./curve.js";
import { ACTIVATIONS } from "./network.js";
import { paintClasses } from "./surface.js";
import { small } from "./inside.js";

/** Which knobs, by their name on the page, and what they are called in the engine. */
export const KNOBS = { lr: "lr", batch: "batch", momentum: "momentum", decay: "weight_decay", l1: "l1", dropout: "dropout", optimizer: "optimizer", schedule: "schedule", loss: "loss", activation: "activation", init: "init", norm: "batch_norm" };

export class Versus {
  /** `choose(knob, value)`: this is compared; null: nothing any more. */
  constructor({ settings, choose }) {
    Object.assign(this, { settings, choose, knob: "lr" });
    this.select = make("select", { id: "versus-knob", onchange: () => this.turn(this.select.value) }, ...Object.keys(KNOBS).map((name) => make("option", { value: name, "data-t": name === "activation" ? "versus-activation" : name })));
    this.place = make("span");
    const picture = (name) => make("figure", {}, make("canvas", { class: "ground", role: "img" }), make("figcaption", { class: "soft", "data-t": name }));
    this.second = picture("versus-second");
    this.apart = picture("versus-apart");
    this.told = make("p", { class: "soft", role: "status" });
    this.element = make("div", {}, make("p", { class: "tools" }, make("label", { class: "inline" }, make("span", { "data-t": "versus-knob" }), this.select), make("label", { class: "inline" }, make("span", { "data-t": "versus-value" }), this.place)),
      make("div", { class: "two" }, this.second, this.apart), this.told);
  }

  /** The control of the knob; `value` as the link has it. */
  turn(knob, value = null, values = this.values) {
    Object.assign(this, { knob, values });
    this.select.value = knob;
    const setting = this.settings[knob], words = knob === "activation" ? ACTIVATIONS : setting.choices, now = value ?? other(knob, setting, values);
    const input = words ? make("select", {}, ...words.map((one) => make("option", { value: one, selected: one === now }, one))) : make("input", { type: "number", min: setting.low, max: setting.high, step: "any", value: now });
    input.addEventListener("change", () => { this.value = input.value; this.choose(this.wanted()); });
    this.value = String(now);
    put(this.place, input);
    this.choose(this.wanted());
  }

  wanted() {
    const knob = KNOBS[this.knob], number = this.settings[this.knob]?.kind === "Number";
    const value = knob === "batch_norm" ? this.value === "on" : knob === "batch" ? Math.round(Number(this.value)) : number ? Number(this.value) : this.value === "auto" ? "" : this.value;
    return { knob, value };
  }

  show(head, arrays) {
    if (!head.second) return;
    const now = colours(), { second } = head;
    if (arrays.answer2) {
      const canvas = this.second.firstChild;
      if (head.regression) paintTable(canvas, arrays.answer2.data, arrays.answer2.shape[0], diverging(now));
      else paintClasses(canvas, arrays.answer2, arrays.sure2, head.outputs, now);
      const panel = rgb(now.panel), full = rgb(now.warm);
      paintTable(this.apart.firstChild, arrays.difference.data, arrays.difference.shape[0], Array.from({ length: 256 }, (_, v) => mixed(panel, full, (0.9 * v) / 255)));
      const words = t("versus-words", { mean: small(head.difference.mean), most: small(head.difference.greatest) });
      this.apart.firstChild.setAttribute("aria-label", words);
      canvas.setAttribute("aria-label", t("versus-second"));
      const numbers = (measured) => { const [loss, accuracy] = measured.train ?? [null, null]; return (accuracy === null ? "" : `${percent(accuracy)} · `) + t("now-loss", { loss: shown(loss) }); };
      const told = second.step === head.step || second.stopped ? t("versus-told", { one: numbers(head.measured), other: numbers(second.measured) }) : t("versus-catching", { step: second.step });
      this.told.textContent = `${told} ${words}`;
    }
  }
}

/** A value worth comparing with. */
function other(knob, setting, values) {
  if (knob === "activation") return "relu";
  if (setting.choices) return setting.choices.find((one) => one !== values[knob]) ?? setting.choices[0];
  const now = values[knob];
  return Math.min(setting.high, Math.max(setting.low, now ? (knob === "lr" || knob === "batch" ? 5 * now : 0) : { momentum: 0.9, dropout: 0.2 }[knob] ?? 0.01));
}
