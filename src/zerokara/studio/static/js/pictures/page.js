// Training on pictures: the page asks for a part of the training after another, and shows what it is told.

import { Doctor } from "../doctor.js";
import { make, onFrame, put } from "../dom.js";
import { shown } from "../plane/curve.js";
import { onSpeak, percent, t } from "../texts.js";
import { Confusion } from "./confusion.js";
import { choice, number, Stack } from "./controls.js";
import { Curves, share } from "./curves.js";
import { Filters, Histograms, Maps, OnePicture } from "./inside.js";
import { Kept } from "./kept.js";
import { tile } from "./tiles.js";

const SLICE = 0.25, SAY_EVERY = 5000, SLOW = 900;
const NUMBERS = ["lr", "batch", "epochs", "decay", "smoothing", "validation", "seed"], CHOICES = ["optimizer", "schedule", "augmentation"];
const SETTINGS = ["data", "model", "layers", ...NUMBERS, ...CHOICES];
const OVER = ["finished", "diverged", "stopped"];

export class Pictures {
  constructor({ wire, table, values, status }) {
    Object.assign(this, { wire, table, n: 0, flying: 0, playing: false, run: null, state: "ready", said: 0, sets: [], lost: false, part: null, recovering: null, waits: false });
    this.status = status;
    this.settings = table.settings.pictures;
    this.curves = new Curves();
    this.confusion = new Confusion({ behind: (i, j) => this.run && this.ask("behind", { run: this.run, part: this.judged, true: i, predicted: j }, "behind"), choose: (position, part) => this.choose(position, part) });
    this.one = new OnePicture({ next: (by) => this.choose(Math.max(0, this.values_.picture + by), null) });
    Object.assign(this, { filters: new Filters(), maps: new Maps(), histograms: new Histograms() });
    this.doctor = new Doctor({ say: (words) => this.say(words) });
    this.kept = new Kept({ open: (run) => this.openRun(run), read: (run) => this.read(run) });
    this.controls();
    this.element = this.whole();
    this.paint = onFrame(() => this.show());
    wire.on("pictures", (head, arrays) => this.answered(head, arrays));
    wire.on("tested", (head, arrays) => this.tested(head, arrays));
    wire.on("behind", (head, arrays) => this.confusion.opened(head, arrays));
    wire.on("plan", (head, arrays) => this.planned(head, arrays));
    wire.on("preview", (head, arrays) => { this.preview = { head, arrays }; this.paint(); });
    wire.on("choices", (head) => this.chosen(head));
    wire.on("end", (head) => this.ended(head));
    wire.on("hello", (head) => this.greeted(head));
    wire.on("closed", () => { this.lost = true; });
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("theme", () => this.paint());
    onSpeak(() => { if (!this.values_) return; this.spread(); this.samples(); this.paint(); });
    this.open(values);
  }

  // ── what is there

  controls() {
    const plain = (name, words) => choice(name, this.settings[name], (value) => this.set({ [name]: value }), words);
    this.lines = { data: choice("data", this.settings.data, (value) => this.set({ data: value, ...(this.sets.find((one) => one.name === value)?.preset ?? {}) }), (value) => ({ "data-t": `pic-set-${value}` })),
      model: plain("model", (value) => (value === "stack" ? { "data-t": "pic-model-stack" } : null)),
      ...Object.fromEntries(CHOICES.map((name) => [name, plain(name, name === "augmentation" ? (value) => ({ "data-t": `pic-augmentation-${value}` }) : null)])),
      ...Object.fromEntries(NUMBERS.map((name) => [name, number(name, this.settings[name], (value) => this.set({ [name]: value }))])) };
    this.stack = new Stack({ change: (layers) => this.set({ layers }) });
    const button = (words, id, act) => make("button", { type: "button", id, "data-t": words, onclick: act });
    this.buttons = { play: make("button", { type: "button", class: "main", id: "pic-play", onclick: () => this.play(!this.playing) }), stop: button("pic-stop", "pic-stop", () => this.stop()), test: button("pic-test", "pic-test", () => this.test()), read: button("pic-read", "pic-read", () => this.read(this.run)) };
    this.now = Object.fromEntries(["step", "epoch", "rate", "left", "train", "held", "test", "saved"].map((name) => [name, make("dd", { id: `pic-now-${name}` }, "–")]));
    this.bar = make("progress", { max: 1, value: 0, "data-label": "pic-progress", id: "pic-progress" });
    this.about = make("p", { class: "soft", id: "pic-about" });
    this.sample = make("ul", { class: "samples" });
  }

  whole() {
    const card = (title, name, ...inside) => make("section", { class: `card ${name}`, "aria-labelledby": `pic-${name}-title` }, make("h2", { id: `pic-${name}-title`, "data-t": title }), ...inside);
    const told = make("dl", { class: "told" }, ...Object.entries(this.now).map(([name, dd]) => make("div", {}, make("dt", { "data-t": `pic-now-${name}` }), dd)));
    const data = card("pic-data-title", "data", this.lines.data, this.about, this.sample);
    const network = card("pic-network", "network", this.lines.model, this.stack.element);
    const learning = card("pic-learning", "learning", ...["optimizer", "lr", "schedule", "batch", "epochs", "decay", "smoothing", "augmentation", "validation", "seed"].map((name) => this.lines[name]), make("p", { class: "soft", "data-t": "pic-learning-note" }));
    return make("div", { class: "pictures empty" }, make("h1", { "data-t": "pic-title" }), make("p", { class: "soft", "data-t": "pic-lead" }),
      make("div", { class: "playbar", role: "group", "data-label": "pic-bar" }, ...Object.values(this.buttons)), this.bar, told,
      make("div", { class: "picgrid" }, make("div", { class: "left" }, data, network, learning), make("div", { class: "right" },
        card("pic-curves", "curves", this.curves.element), card("pic-doctor", "doctor", this.doctor.element),
        make("div", { class: "halves" }, card("pic-confusion", "confusion", this.confusion.element), make("div", {}, card("pic-one", "one", this.one.element), card("pic-filters", "filters", this.filters.element))),
        card("pic-worst", "worst", this.confusion.mistakes), card("pic-maps", "maps", this.maps.element), card("pic-inside", "inside", this.histograms.element), card("pic-kept", "kept", this.kept.element))));
  }

  // ── what is wanted

  /** Other settings belong to another run; the one that there is, is kept. */
  set(change) {
    if (Object.entries(change).every(([name, value]) => this.values_[name] === value)) { this.spread(); return; }
    Object.assign(this.values_, change);
    if (this.run) this.leave(t("pic-other", { run: this.run }));
    else this.status("", "");
    this.spread();
    this.plan();
  }

  plan() {
    this.ask("plan", { settings: this.wanted(), picture: this.values_.picture }, "plan");
  }

  wanted() {
    return Object.fromEntries(SETTINGS.map((name) => [name, this.values_[name]]));
  }

  /** Let go of a run that is kept. */
  leave(words) {
    if (this.run && !OVER.includes(this.state)) this.ask("pause", { run: this.run }, "leave");
    Object.assign(this, { run: null, playing: false, state: "ready", flying: 0, last: null, tests: null });
    this.status(words, "");
    clearTimeout(this.slow);
    this.judged = null;
    this.paint?.();
    this.bar.value = 0;
    for (const dd of Object.values(this.now)) dd.textContent = "–";
    this.mark();
  }

  play(on) {
    this.status("", "");
    if (!on) { this.pause(); return; }
    this.playing = true;
    if (!this.run || OVER.includes(this.state)) this.begin();
    else this.go();
    this.mark();
  }

  begin() {
    Object.assign(this, { run: null, state: "ready", tests: null, last: null, begun: true });
    this.flying = this.ask("start", { settings: this.wanted(), picture: this.values_.picture });
    this.wait();
  }

  /** Say so, where nothing is answered for a while. */
  wait() {
    this.slow = setTimeout(() => { this.waits = true; this.status(t("pic-starting"), ""); }, SLOW);
  }

  pause() {
    this.playing = false;
    if (this.run && !OVER.includes(this.state)) this.flying = this.ask("pause", { run: this.run, picture: this.values_.picture, ...this.of() });
    this.mark();
  }

  /** Stop for good: the run stays in its folder, and the next play begins another. */
  stop() {
    if (this.run) { const run = this.run; this.leave(t("pic-stopped", { run })); this.ask("choices", {}, "choices"); }
  }

  go() {
    if (this.flying || !this.run) return;
    this.flying = this.ask("go", { run: this.run, seconds: SLICE, picture: this.values_.picture, ...this.of() });
  }

  of() {
    return this.part === "test" ? { of: "test" } : {};
  }

  test() {
    if (this.run) this.ask("test", { run: this.run }, "tested");
  }

  choose(position, part) {
    this.part = part ?? this.part;
    this.values_.picture = Math.min(position, this.part === "test" ? Infinity : this.settings.picture.high);
    if (!this.run) this.plan();
    else if (!this.playing) this.flying = this.ask("look", { run: this.run, picture: this.values_.picture, ...this.of() });
    this.element.querySelector(".one").scrollIntoView({ block: "nearest" });
  }

  openRun(run) {
    this.playing = false;
    this.status("", "");
    this.run = run;
    Object.assign(this, { tests: null, last: null });
    this.flying = this.ask("open", { run, picture: this.values_.picture });
    this.wait();
  }

  /** Hand the run to the page on which one draws, with the weights of now. */
  read(run) {
    if (!run) return;
    if (run === this.run && !OVER.includes(this.state)) this.reading = this.ask("pause", { run, picture: this.values_.picture, ...this.of() }, "leave");
    else location.hash = `#v=1&p=draw&model=run-${run}`;
  }

  ask(what, head, slot = "pictures") {
    const n = ++this.n, sent = this.wire.ask({ kind: "pictures", do: what, slot, n, ...head });
    return sent ? n : 0;
  }

  key(event) {
    if (!this.element.isConnected || event.target.closest("input, select, textarea, dialog, summary, a, button") || event.ctrlKey || event.metaKey || event.altKey || event.key !== " ") return;
    this.play(!this.playing);
    event.preventDefault();
  }

  // ── what is answered

  answered(head, arrays) {
    if (head.n === this.flying) this.flying = 0;
    if (head.n === this.reading) { this.reading = 0; location.hash = `#v=1&p=draw&model=run-${head.run}`; }
    if (this.begun && head.step === 0 && !this.run) { this.run = head.run; this.begun = false; }
    if (head.run !== this.run) return;
    clearTimeout(this.slow);
    if (this.recovering !== null) { this.status(t("pic-recovered", { lost: this.recovering, step: head.step }), "bad"); this.recovering = null; }
    else if (this.waits) this.status("", "");
    this.waits = false;
    const known = this.last ?? { head: {}, arrays: {} };
    this.last = { head: { ...known.head, ...head }, arrays: { ...known.arrays, ...arrays } };
    if (head.looked) this.judged = head.judged;
    const was = this.state;
    this.state = head.state;
    if (OVER.includes(head.state)) {
      this.playing = false;
      if (was !== head.state) this.over(head);
    } else if (this.playing) this.go();
    this.take(head);
    this.mark();
    this.paint();
  }

  /** It is over: said at once. What has learned to the end is tested. */
  over(head) {
    const words = head.state === "finished" ? t("pic-finished", { step: head.step.toLocaleString("en"), share: share(head.held_accuracy) }) : t(head.state === "diverged" ? "pic-diverged" : "pic-stopped-by", { why: head.why });
    this.status(words, head.state === "finished" ? "good" : "bad");
    this.say(words);
    this.ask("choices", {}, "choices");
    if (head.state === "finished") this.test();
  }

  /** The page shows the settings of the run that is open. */
  take(head) {
    const same = Object.entries(head.settings).every(([name, value]) => this.values_[name] === value);
    if (same) return;
    const changed = head.settings.data !== this.values_.data;
    Object.assign(this.values_, head.settings);
    this.spread();
    if (changed) this.plan();
  }

  tested(head, arrays) {
    if (head.run !== this.run) return;
    if (!head.judged) { this.now.test.textContent = t("pic-testing", { done: head.done.toLocaleString("en"), all: head.all.toLocaleString("en") }); return; }
    this.tests = { head: { ...head, classes: this.last.head.classes }, arrays };
    this.judged = head.judged;
    this.say(t("pic-tested", { share: percent(head.held_accuracy) }));
    this.paint();
  }

  planned(head, arrays) {
    this.planning = { head, arrays };
    const fits = new Set(["stack", ...head.models]);
    for (const option of this.lines.model.querySelectorAll("option")) option.disabled = !fits.has(option.value);
    this.buttons.play.disabled = Boolean(head.why_not);
    this.samples();
  }

  samples() {
    if (!this.planning) return;
    const { head, arrays } = this.planning, [c, h, w] = head.shape;
    const size = t("pic-plan-data", { training: head.training.toLocaleString("en"), test: head.test.toLocaleString("en"), size: `${c}×${h}×${w}`, classes: head.classes.length });
    const takes = head.why_not ?? t("pic-plan-model", { parameters: head.parameters.toLocaleString("en"), adds: head.multiply_adds.toLocaleString("en"), memory: (head.memory / 2 ** 20).toFixed(0) });
    put(this.about, size, make("br"), make("span", { class: head.why_not ? "bad" : null }, takes));
    put(this.sample, ...head.labels.slice(0, 20).map((label, i) => make("li", {}, tile(arrays.examples, i, head.classes[label]))));
  }

  chosen(head) {
    this.sets = head.sets;
    for (const option of this.lines.data.querySelectorAll("option")) {
      const one = this.sets.find(({ name }) => name === option.value);
      option.disabled = !one?.here;
    }
    const here = this.sets.find(({ name }) => name === this.values_.data)?.here;
    this.kept.show(head.runs, this.run);
    if (!here && !this.run) {
      const name = this.values_.data, { preset } = this.sets[0];
      this.set({ data: "digits", ...preset });
      this.status(t(name === "folder" ? "pic-no-folder" : "pic-instead", { name }), "");
      return;
    }
    if (head.open && !this.run && !this.begun && !this.left && this.means(head.settings)) this.openRun(head.open);
    if (!this.planning) this.plan();
    this.left = true;
  }

  /** Whether the page was opened for this run: a link that says other settings means another one. */
  means(settings) {
    const plain = SETTINGS.every((name) => this.values_[name] === this.settings[name].default);
    return plain || Object.entries(settings).every(([name, value]) => this.values_[name] === value);
  }

  ended({ slot, n, error }) {
    if (!error || !["pictures", "plan", "tested", "behind", "choices", "leave"].includes(slot)) return;
    clearTimeout(this.slow);
    if (slot === "plan") { put(this.about, make("span", { class: "bad" }, error)); put(this.sample); this.buttons.play.disabled = true; return; }
    if (slot === "leave" || (slot === "pictures" && n !== this.flying)) return;
    if (slot === "pictures") { this.was = this.playing; Object.assign(this, { flying: 0, playing: false, begun: false }); this.lost ||= Boolean(this.run); }
    this.status(error, "bad");
    this.mark();
  }

  /** Another trainer, or another studio: what was saved is opened again, and goes on if it went on. */
  greeted({ workers }) {
    const now = workers.pictures;
    if (this.values_ && !this.asked) { this.asked = true; this.ask("choices", {}, "choices"); }
    if (!now || now.state !== "ready") { if (now && now.state !== "starting" && this.run) this.lost = true; this.trainer(now); return; }
    const other = this.starts !== undefined && now.starts !== this.starts;
    this.starts = now.starts;
    if (this.run && (other || this.lost) && !OVER.includes(this.state)) {
      this.recovering = this.last?.head.step ?? 0;
      this.playing = this.playing || this.was || false;
      this.was = false;
      this.flying = this.ask("open", { run: this.run, picture: this.values_.picture });
    }
    this.lost = false;
  }

  trainer(now) {
    if (now?.state === "broken") this.status(t("engine-broken"), "bad");
  }

  // ── what is shown

  say(words) {
    if (this.element?.isConnected) document.getElementById("spoken").textContent = words;
  }

  show() {
    this.element.classList.toggle("empty", !this.last);
    if (!this.element.isConnected) return;
    if (!this.last) { this.before(); return; }
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches, time = performance.now();
    if (calm && this.playing && time - (this.painted ?? 0) < 500) return;
    this.painted = time;
    const { head, arrays } = this.last, judged = this.tests && this.tests.head.step === head.step ? this.tests : this.last;
    this.curves.show(head, arrays);
    for (const part of [this.one, this.filters, this.maps, this.histograms]) part.show(head, arrays);
    if (judged !== this.drawn) { this.drawn = judged; this.confusion.show(judged.head, judged.arrays); }
    if (head.whys) this.doctor.show(head.whys);
    this.bar.value = head.steps ? head.step / head.steps : 0;
    const n = this.now, whole = (v) => v.toLocaleString("en");
    n.step.textContent = `${whole(head.step)} / ${whole(head.steps)}`;
    n.epoch.textContent = `${head.epoch} / ${head.settings.epochs}`;
    n.rate.textContent = head.rate ? whole(Math.round(head.rate)) : "–";
    n.left.textContent = head.eta !== null && head.eta !== undefined && !OVER.includes(head.state) ? t("pic-seconds", { n: head.eta < 10 ? head.eta.toFixed(1) : Math.round(head.eta) }) : "–";
    n.train.textContent = head.step ? `${share(head.accuracy)}  ·  ${shown(head.loss)}` : "–";
    n.held.textContent = head.held_accuracy === undefined ? "–" : `${share(head.held_accuracy)}  ·  ${shown(head.held_loss)}`;
    n.test.textContent = this.tests ? t("pic-test-of", { share: percent(this.tests.head.held_accuracy), step: whole(this.tests.head.step) }) : "–";
    n.saved.textContent = head.step ? whole(head.saved) : "–";
    Object.assign(this.element.dataset, { step: head.step, accuracy: head.held_accuracy ?? "", test: this.tests?.head.held_accuracy ?? "" });
    if (this.playing && time - this.said > SAY_EVERY) { this.said = time; this.say(t("pic-said", { step: head.step, share: share(head.held_accuracy) })); }
  }

  /** Before the first step: what the network says with its initial weights. */
  before() {
    if (!this.preview) return;
    const { head, arrays } = this.preview;
    this.drawn = null;
    for (const part of [this.one, this.filters, this.maps, this.histograms, this.confusion]) part.show(head, arrays);
  }

  mark() {
    this.buttons.play.dataset.t = this.playing ? "pause" : this.run && this.last?.head.step && !OVER.includes(this.state) ? "pic-go-on" : "play";
    this.buttons.play.textContent = t(this.buttons.play.dataset.t);
    this.buttons.stop.disabled = this.buttons.test.disabled = !this.run;
    this.buttons.read.disabled = !this.run || !(this.last?.head.step > 0);
    Object.assign(this.element.dataset, { state: this.state, playing: this.playing, run: this.run ?? "" });
  }

  /** Every control shows what is set. */
  spread() {
    const v = this.values_;
    for (const [name, line] of Object.entries(this.lines)) line.querySelector("input, select").value = String(v[name]);
    this.stack.element.hidden = v.model !== "stack";
    this.stack.show(v.layers);
    this.mark();
  }

  values() {
    return { ...this.values_, picture: this.part === "test" ? 0 : this.values_.picture };
  }

  /** For a page to keep: of the run that is open. */
  async saved() {
    if (!this.run) throw new Error(t("pic-nothing-to-keep"));
    const { layers, picture, ...settings } = this.values();
    return { head: { kind: "pictures", run: this.run, n: ++this.n, settings: settings.model === "stack" ? { ...settings, layers } : settings }, arrays: {} };
  }

  /** Anew from a link. */
  open(values) {
    if (this.run) this.leave("");
    this.values_ = { ...values };
    this.spread();
    if (this.sets.length) this.plan();
    else { this.asked = true; this.asked = Boolean(this.ask("choices", {}, "choices")); }
  }
}

export const PICTURES_KEYS = [["Space", "pic-key-play"], ["← ↑ → ↓", "pic-key-cells"]];
