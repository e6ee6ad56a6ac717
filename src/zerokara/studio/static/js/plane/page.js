// Training on the plane: the page says what is wanted, the engine goes on and answers with a picture of it.

import { make, onFrame } from "../dom.js";
import { onSpeak, percent, t } from "../texts.js";
import { choice, labels, layersOf, number, packedPoints, packedText, textOf, unpackedPoints, unpackedText } from "./controls.js";
import { LossCurve, shown } from "./curve.js";
import { Network } from "./network.js";
import { Surface } from "./surface.js";

const TAB = Array.from(crypto.getRandomValues(new Uint32Array(4)), (v) => v.toString(36)).join("");
const LIVE = ["lr", "momentum", "decay", "l1", "dropout", "batch"], NUMBERS = ["count", "noise", "share", "classes"];
const LOOK_EVERY = 33, SAY_EVERY = 5000, SLOW = 700, MOST = { circles: 10, spirals: 10, gaussians: 10, moons: 2, xor: 2, curve: 2, function: 2, own: 10 };
const PRESET = { xor: 0, circles: 0.05, spirals: 0.02, gaussians: 0.3, moons: 0.1, curve: 0, function: 0.05, own: 0 };

export class Plane {
  constructor({ wire, table, values, status }) {
    Object.assign(this, { wire, table, status, run: 0, n: 0, flying: 0, playing: false, reach: null, unit: null, said: 0, own: [], questions: new Map() });
    this.settings = table.settings.plane;
    this.network = new Network({ change: (hidden, features) => this.set({ hidden: textOf(hidden), features: features.join("-") }, true), look: (unit) => { this.unit = unit; this.paintAgain(); } });
    this.surface = new Surface({ add: (x, y) => this.add(x, y), remove: () => this.points(this.own.slice(0, -1)) });
    this.curve = new LossCurve({ reach: (step) => { this.playing = false; this.reach = step; this.go(); } });
    this.controls();
    this.element = this.whole();
    this.paint = onFrame((head, arrays) => this.show(head, arrays));
    wire.on("plane", (head, arrays) => this.answered(head, arrays));
    wire.on("csv", (head, arrays) => { const { data } = arrays.own; this.points([...this.own, ...Array.from({ length: data.length / 3 }, (_, i) => Array.from(data.subarray(3 * i, 3 * i + 3)))]); });
    wire.on("end", (head) => this.ended(head));
    wire.on("hello", () => { this.flying = 0; this.questions.clear(); this.go(); });
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("theme", () => this.paintAgain());
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.playing) { this.play(false); this.status(t("plane-paused-hidden"), ""); } });
    onSpeak(() => { if (!this.values_) return; this.build(); this.labelled(); this.paintAgain(); });
    this.open(values);
  }

  // ── what is there

  controls() {
    const of = (name, small) => number(name, this.settings[name], (value) => this.set({ [name]: value }, name === "classes"), small);
    this.numbers = Object.fromEntries([...NUMBERS, ...LIVE].map((name) => [name, of(name, ["lr", "decay", "l1"].includes(name))]));
    const chosen = (name, words) => choice(name, this.settings[name], (value) => this.set({ [name]: value, ...(name === "set" ? { noise: PRESET[value], classes: Math.min(MOST[value], Math.max(2, this.values_.classes)) } : {}) }, true), words);
    this.choices = { set: chosen("set", (value) => ({ "data-t": `set-${value}` })), init: chosen("init", (value) => ({ "data-t": `init-${value}` })), optimizer: chosen("optimizer") };
    this.selects = Object.fromEntries(Object.entries(this.choices).map(([name, line]) => [name, line.querySelector("select")]));
    this.norm = make("input", { type: "checkbox", id: "plane-norm", onchange: () => this.set({ norm: this.norm.checked ? "on" : "off" }, true) });
    this.formula = make("input", { type: "text", id: "plane-formula", maxlength: 200, spellcheck: "false", autocomplete: "off", onchange: () => this.set({ formula: packedText(this.formula.value) }, true) });
    this.formulaLine = make("p", { class: "control" }, make("label", { for: "plane-formula", "data-t": "formula" }), this.formula);
    this.ownLabel = make("span");
    this.csv = make("textarea", { id: "plane-csv", rows: 4, spellcheck: "false" });
    this.undo = make("button", { type: "button", "data-t": "own-undo", onclick: () => this.points(this.own.slice(0, -1)) });
    this.clear = make("button", { type: "button", "data-t": "own-clear", onclick: () => this.points([]) });
    this.playButton = make("button", { type: "button", class: "main", id: "play", onclick: () => this.play(!this.playing) });
    this.speed = make("select", { id: "plane-speed", onchange: () => { this.values_.speed = this.speed.value; this.go(); } }, ...this.settings.speed.choices.map((value) => make("option", { value, "data-t": `speed-${value}` })));
    this.now = Object.fromEntries(["step", "epoch", "rate", "train", "test"].map((name) => [name, make("dd", { id: `now-${name}` }, "–")]));
  }

  whole() {
    const card = (title, name, ...inside) => make("section", { class: `card ${name}`, "aria-labelledby": `${name}-title` }, make("h2", { id: `${name}-title`, "data-t": title }), ...inside);
    const button = (text, id, act) => make("button", { type: "button", id, "data-t": text, onclick: act });
    const bar = make("div", { class: "playbar", role: "group" }, this.playButton,
      button("one-back", "back", () => this.by(-1)), button("one-more", "one", () => this.by(1)), button("reset", "reset", () => this.reset()), button("new-seed", "new-seed", () => this.set({ seed: (this.values_.seed + 1) % 10000 }, true)),
      make("span", { class: "inline" }, make("label", { for: "plane-speed", "data-t": "speed" }), this.speed));
    const told = make("dl", { class: "told" }, ...Object.entries(this.now).map(([name, dd]) => make("div", {}, make("dt", { "data-t": `now-${name}` }), dd)));
    const data = card("plane-data", "data", this.choices.set, this.formulaLine, ...NUMBERS.map((name) => this.numbers[name]),
      make("p", { class: "control" }, make("label", { for: "own-label", "data-t": "own-label" }), this.ownLabel), make("p", { class: "tools" }, this.undo, this.clear),
      make("details", {}, make("summary", { "data-t": "csv" }), make("label", { for: "plane-csv", class: "soft", "data-t": "csv-text" }), this.csv, button("csv-take", "csv-take", () => this.take())));
    const learning = card("plane-learning", "learning", this.choices.optimizer, ...LIVE.map((name) => this.numbers[name]), make("p", { class: "soft", "data-t": "live-note" }));
    const network = card("plane-network", "net", make("p", { class: "control wide" }, make("label", { for: "plane-init", "data-t": "init" }), this.selects.init, this.norm, make("label", { for: "plane-norm", "data-t": "norm" })), this.network.element);
    return make("div", { class: "plane" }, make("h1", { "data-t": "plane-title" }), make("p", { class: "soft", "data-t": "plane-lead" }), bar, told,
      make("div", { class: "three" }, make("div", { class: "left" }, data, learning), network,
        make("div", { class: "right" }, card("plane-answer", "seen-answer", this.surface.element), card("plane-curve", "seen-curve", this.curve.element))));
  }

  // ── what is wanted

  /** Other settings; `anew`: they make another training. */
  set(change, anew = false) {
    Object.assign(this.values_, change);
    if (anew) { this.run += 1; this.reach = null; this.last = null; this.finished = false; }
    this.spread();
    this.status("", "");
    this.go();
  }

  points(own) {
    this.own = own.filter(([x, y]) => Math.abs(x) < 30 && Math.abs(y) < 30);
    this.spread();
    this.go();
  }

  add(x, y) {
    const label = Number(this.ownLabel.firstChild.value), whole = (v) => Math.round(v * 1000) / 1000;
    this.points([...this.own, [whole(x), whole(y), label]]);
  }

  take() {
    const n = ++this.n, classes = this.values_.set === "function" ? 0 : this.values_.classes;
    this.wire.ask({ kind: "train", do: "csv", slot: "csv", n, text: this.csv.value, classes });
  }

  /** Back through the door: what was under way goes on. */
  entered() {
    this.go();
  }

  by(steps) {
    this.playing = false;
    this.reach = Math.max(0, (this.last?.head.step ?? 0) + steps);
    this.go();
  }

  reset() {
    this.playing = false;
    this.set({}, true);
  }

  play(on) {
    this.playing = on;
    this.rate = null;
    this.reach = null;
    this.status("", "");
    this.buttons();
    this.go();
  }

  key(event) {
    if (!this.element.isConnected || event.target.closest("input, select, textarea, dialog, summary, a") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && !event.target.closest("button")) this.play(!this.playing);
    else if (event.key === ".") this.by(1);
    else if (event.key === ",") this.by(-1);
    else if (/^[1-5]$/.test(event.key)) { this.speed.value = this.values_.speed = this.settings.speed.choices[event.key - 1]; this.go(); }
    else return;
    event.preventDefault();
  }

  /** Ask for the next picture, if none is under way. At slow speeds wait until an update is due. */
  go() {
    this.buttons();
    clearTimeout(this.later);
    if (!this.element.isConnected || this.flying) { this.again = true; return; }
    const v = this.values_, speed = v.speed === "all" ? Infinity : Number(v.speed), now = performance.now();
    let updates = 0;
    if (this.playing && this.reach === null) {
      const since = Math.min(1000, now - (this.asked ?? now)) + (this.over ?? 0);
      updates = speed === Infinity ? 20000 : Math.floor((since * speed) / 1000);
      if (!updates) { this.over = since; this.asked = now; this.later = setTimeout(() => this.go(), Math.min(200, Math.max(LOOK_EVERY, 1000 / speed))); return; }
      this.over = speed === Infinity ? 0 : since - (updates * 1000) / speed;
    }
    this.asked = now;
    this.again = false;
    const n = ++this.n, own = { data: Float32Array.from(this.own.flat()), shape: [this.own.length, 3] };
    const sent = this.wire.ask({
      kind: "train", do: "go", slot: "plane", n, tab: TAB, run: this.run, updates, reach: this.reach,
      plan: { hidden: layersOf(v.hidden), features: v.features.split("-"), batch_norm: v.norm === "on", init: v.init, optimizer: v.optimizer, seed: v.seed },
      live: { lr: v.lr, momentum: v.momentum, weight_decay: v.decay, l1: v.l1, dropout: v.dropout, batch: v.batch },
      data: { set: v.set, count: v.count, noise: v.noise, share: v.share, classes: v.classes, seed: v.seed, formula: unpackedText(v.formula) },
    }, { own });
    if (sent && !this.last && !this.slow) this.slow = setTimeout(() => { this.waits = true; this.status(t("plane-starting"), ""); }, SLOW);
    if (sent) { this.element.dataset.settled = "false"; this.flying = n; this.questions.set(n, { reach: this.reach, run: this.run }); }
  }

  // ── what is answered

  /** An answer; the word that it is complete may come before it. */
  answered(head, arrays) {
    const question = this.questions.get(head.n);
    for (const n of this.questions.keys()) if (n <= head.n) this.questions.delete(n);
    if (!question || question.run !== this.run) return;
    clearTimeout(this.slow);
    this.slow = null;
    if (this.waits) { this.waits = false; this.status("", ""); }
    const before = this.last?.run === question.run ? this.last.head : null;
    if (this.reach === question.reach && head.step === this.reach) this.reach = null;
    if (before?.step && head.from === 0 && !before.fresh) { // another trainer: it has to come to the same step again
      this.status(t("plane-again", { step: before.step }), "bad");
      this.reach ??= before.step;
      head.fresh = true;
    }
    this.last = { head, arrays, run: question.run };
    this.paint(head, arrays);
    this.settle();
  }

  ended({ slot, n, error }) {
    if (slot === "csv" && error) this.status(error, "bad");
    if (slot !== "plane" || n !== this.flying) return;
    this.flying = 0;
    if (error) {
      this.playing = false;
      this.reach = null;
      this.questions.clear();
      this.status(error, "bad");
      this.buttons();
    } else if (this.playing || this.again || this.reach !== null) requestAnimationFrame(() => this.go());
    this.settle();
  }

  /** Say, once it is painted, that all which was asked has been answered. */
  settle() {
    requestAnimationFrame(() => { this.element.dataset.settled = String(!this.flying && !this.questions.size && !this.again && this.reach === null); });
  }

  // ── what is shown

  paintAgain() {
    if (this.last) this.paint(this.last.head, this.last.arrays);
  }

  show(head, arrays) {
    if (!this.element.isConnected) return;
    const words = !this.playing || performance.now() - this.said > SAY_EVERY;
    if (words) this.said = performance.now();
    const layers = layersOf(this.values_.hidden).length;
    const full = { ...head, words, scales: head.scales ?? Array(layers).fill(1) };
    this.network.show(full, arrays);
    this.surface.show(full, arrays, this.unit);
    this.curve.show(full, arrays);
    this.values_.step = head.step;
    this.now.step.textContent = head.step.toLocaleString("en");
    this.now.epoch.textContent = head.epoch.toLocaleString("en");
    this.showRate(head);
    for (const name of ["train", "test"]) {
      const [loss, accuracy] = head.measured[name] ?? [null, null];
      this.now[name].textContent = (accuracy === null ? "" : `${percent(accuracy)}  ·  `) + t("now-loss", { loss: shown(loss) });
    }
    this.element.dataset.step = head.step;
    this.element.dataset.accuracy = head.measured.train?.[1] ?? "";
    if (head.stopped) { this.playing = false; this.status(t("plane-diverged", { why: head.stopped }), "bad"); this.buttons(); }
    const done = head.measured.train?.[1] === 1 && !head.regression;
    if (done && !this.finished && this.playing) this.status(t("plane-done"), "good");
    this.finished = done;
    if (words) document.getElementById("spoken").textContent = t("said-step", { step: head.step, accuracy: percent(head.measured.train?.[1] ?? 0) });
    document.dispatchEvent(new CustomEvent("state"));
  }

  /** Updates a second, over about the last one. */
  showRate(head) {
    const now = performance.now();
    if (!this.playing) { this.now.rate.textContent = "–"; this.since = null; return; }
    this.since ??= [now, head.step];
    if (now - this.since[0] < 700) return;
    this.now.rate.textContent = Math.round((1000 * (head.step - this.since[1])) / (now - this.since[0])).toLocaleString("en");
    this.since = [now, head.step];
  }

  buttons() {
    this.playButton.dataset.t = this.playing ? "pause" : "play";
    this.playButton.textContent = t(this.playing ? "pause" : "play");
    this.element.dataset.playing = String(this.playing);
    this.undo.disabled = this.clear.disabled = !this.own.length;
  }

  /** Every control shows what is set. */
  spread() {
    const v = this.values_;
    for (const [name, line] of Object.entries(this.numbers)) line.querySelector("input").value = String(v[name]);
    for (const [name, select] of Object.entries(this.selects)) select.value = v[name];
    this.norm.checked = v.norm === "on";
    this.speed.value = v.speed;
    this.formula.value = unpackedText(v.formula) || (v.set === "function" ? "sin(2*x)*cos(2*y)" : "sin(3*x)/2");
    this.formulaLine.hidden = v.set !== "curve" && v.set !== "function";
    this.numbers.classes.hidden = MOST[v.set] === 2;
    this.numbers.momentum.hidden = !["sgd", "momentum", "nesterov"].includes(v.optimizer);
    this.build();
    this.labelled();
    this.buttons();
  }

  build() {
    const v = this.values_, built = [v.hidden, v.features, v.classes, v.set === "function", document.documentElement.lang].join();
    if (built === this.built) return;
    this.built = built;
    this.unit = null;
    this.network.build(layersOf(v.hidden), v.features.split("-"), v.set === "function" ? 1 : v.classes);
  }

  labelled() {
    labels(this.ownLabel, this.values_.classes, this.values_.set === "function");
  }

  /** For the link. After a change on the way the steps cannot be repeated from the settings alone: they begin anew. */
  values() {
    return { ...this.values_, own: packedPoints(this.own), step: this.last?.head.marks.length ? this.settings.step.default : this.last?.head.step ?? this.values_.step };
  }

  /** Anew from a link. */
  open(values) {
    this.values_ = { ...values };
    this.own = unpackedPoints(values.own);
    this.playing = false;
    this.run += 1;
    this.last = null;
    this.reach = values.step;
    requestAnimationFrame(() => { this.spread(); this.go(); });
    this.spread();
  }
}

export const PLANE_KEYS = [["Space", "key-play"], [". ,", "key-one"], ["Enter, Delete", "key-point"]];
