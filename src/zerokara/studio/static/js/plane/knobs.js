// The settings as controls: made from the table of settings, spread when they change, and said in the engine's words.

import { make, put } from "../dom.js";
import { choice, labels, layersOf, number, packedText, unpackedText } from "./controls.js";

export const DATA = ["count", "noise", "share", "classes"], LIVE = ["lr", "momentum", "decay", "l1", "dropout", "batch"], STOPS = ["target", "until", "patience"];
const SMALL = ["lr", "decay", "l1", "until"];
const MOST = { circles: 10, spirals: 10, gaussians: 10, moons: 2, xor: 2, curve: 2, function: 2, own: 10 };
const PRESET = { xor: 0, circles: 0.05, spirals: 0.02, gaussians: 0.3, moons: 0.1, curve: 0, function: 0.05, own: 0 };
const OF_NUMBERS = ["mse", "l1", "smooth-l1"], OF_CLASSES = ["cross-entropy", "brier"];

/** What the engine calls the settings of the page. */
export const planOf = (v) => ({ hidden: layersOf(v.hidden), features: v.features.split("-"), batch_norm: v.norm === "on", init: v.init, optimizer: v.optimizer, seed: v.seed, schedule: v.schedule, horizon: v.horizon, loss: v.loss === "auto" ? "" : v.loss });
export const liveOf = (v, held) => ({ lr: v.lr, momentum: v.momentum, weight_decay: v.decay, l1: v.l1, dropout: v.dropout, batch: v.batch, held });
export const dataOf = (v) => ({ set: v.set, count: v.count, noise: v.noise, share: v.share, classes: v.classes, seed: v.seed, formula: unpackedText(v.formula) });

/** And back. */
export const valuesOf = ({ data, ...live }) => ({ lr: live.lr, momentum: live.momentum, decay: live.weight_decay, l1: live.l1, dropout: live.dropout, batch: live.batch, noise: data.noise, count: data.count, share: data.share, formula: packedText(data.formula) });

export class Knobs {
  /** `live(change)`: while it learns; `anew(change)`: another training; `quiet(change)`: nothing of the training. */
  constructor({ settings, live, anew, quiet }) {
    Object.assign(this, { settings });
    const made = (name, change) => number(name, settings[name], (value) => change({ [name]: value }), SMALL.includes(name));
    this.numbers = Object.fromEntries([...LIVE.map((name) => [name, made(name, live)]), ...DATA.map((name) => [name, made(name, name === "classes" ? anew : (change) => live({ ...change, gone: [] }))]), ...STOPS.map((name) => [name, made(name, quiet)]), ["horizon", made("horizon", anew)]]);
    const words = (name) => (value) => ({ "data-t": `${name}-${value}` });
    const of = (name, said, more = () => ({})) => choice(name, settings[name], (value) => anew({ [name]: value, ...more(value) }), said ? words(name) : null);
    this.choices = {
      set: of("set", true, (value) => ({ noise: PRESET[value], classes: Math.min(MOST[value], Math.max(2, this.values.classes)), loss: "auto" })),
      init: of("init", true), optimizer: of("optimizer", false), schedule: of("schedule", true), loss: of("loss", true),
    };
    this.selects = Object.fromEntries(Object.entries(this.choices).map(([name, line]) => [name, line.querySelector("select")]));
    this.norm = make("input", { type: "checkbox", id: "plane-norm", onchange: () => anew({ norm: this.norm.checked ? "on" : "off" }) });
    this.formula = make("input", { type: "text", id: "plane-formula", maxlength: 200, spellcheck: "false", autocomplete: "off", onchange: () => anew({ formula: packedText(this.formula.value) }) });
    this.formulaLine = make("p", { class: "control" }, make("label", { for: "plane-formula", "data-t": "formula" }), this.formula);
    this.ownLabel = make("span");
    this.speed = make("select", { id: "plane-speed", onchange: () => quiet({ speed: this.speed.value }) }, ...settings.speed.choices.map((value) => make("option", { value, "data-t": `speed-${value.replace(".", "-")}` })));
  }

  /** Every control shows what is set. */
  spread(v) {
    this.values = v;
    for (const [name, line] of Object.entries(this.numbers)) { const input = line.querySelector("input"); if (input !== document.activeElement || Number(input.value) !== v[name]) input.value = String(v[name]); }
    const regression = v.set === "function", fits = regression ? OF_NUMBERS : OF_CLASSES;
    const offered = ["auto", ...fits];
    if (this.offered !== offered.join()) { this.offered = offered.join(); put(this.selects.loss, ...offered.map((value) => make("option", { value, "data-t": `loss-${value}` }))); }
    for (const [name, select] of Object.entries(this.selects)) select.value = v[name];
    this.norm.checked = v.norm === "on";
    this.speed.value = v.speed;
    this.formula.value = unpackedText(v.formula) || (regression ? "sin(2*x)*cos(2*y)" : "sin(3*x)/2");
    this.formulaLine.hidden = v.set !== "curve" && !regression;
    this.numbers.classes.hidden = MOST[v.set] === 2;
    this.numbers.momentum.hidden = !["sgd", "momentum", "nesterov"].includes(v.optimizer);
    this.numbers.horizon.hidden = v.schedule === "constant";
    this.numbers.until.hidden = !regression;
    this.numbers.target.hidden = regression;
    this.label();
  }

  label() {
    labels(this.ownLabel, this.values.classes, this.values.set === "function");
  }

  get chosen() {
    return Number(this.ownLabel.firstChild.value);
  }
}
