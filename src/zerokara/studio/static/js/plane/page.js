// Training on the plane: the page says what is wanted, the engine goes on and answers with a picture of it.

import { onFrame } from "../dom.js";
import { decode } from "../frames.js";
import { Doctor } from "../doctor.js";
import { onSpeak, percent, t } from "../texts.js";
import { Account } from "./account.js";
import { Bent } from "./bent.js";
import { layersOf, packedText, textOf, unpackedText } from "./controls.js";
import { LossCurve, shown } from "./curve.js";
import { Engine } from "./engine.js";
import { Glass } from "./glass.js";
import { Hands } from "./hands.js";
import { Inside } from "./inside.js";
import { KNOBS as COMPARED, Versus } from "./versus.js";
import { Knobs } from "./knobs.js";
import { build } from "./layout.js";
import { Network } from "./network.js";
import { Stops, whenLeft } from "./stops.js";
import { Surface } from "./surface.js";

const SAY_EVERY = 5000, LOOK_EVERY = 400, HALVES = 4;

export class Plane {
  constructor({ wire, table, values, status }) {
    Object.assign(this, { wire, status, unit: null, said: 0, phase: HALVES - 1, at: [0, 0], settings: table.settings.plane, stops: new Stops(), playing: false, visible: { answer: true, units: true } });
    this.engine = new Engine({
      wire, isShown: () => this.element.isConnected, hearers: {
        show: () => this.wanted(), answered: (head, arrays) => this.paint(head, arrays), adopt: (live, own, gone) => this.hands.adopt(live, own, gone), settle: () => this.settle(),
        asked: () => { this.element.dataset.settled = "false"; }, starting: (on) => status(on ? t("plane-starting") : "", ""), lost: (step) => status(t("plane-again", { step }), "bad"),
        failed: (error) => { this.playing = false; status(error, "bad"); this.buttons(); },
      },
    });
    this.hands = new Hands({ engine: this.engine, changed: (anew) => this.changed(anew), label: () => this.knobs.chosen });
    this.knobs = new Knobs({ settings: this.settings, live: (change) => this.hands.live(change), anew: (change) => this.anew(change), quiet: (change) => this.quiet(change) });
    this.network = new Network({ change: (hidden, features) => this.anew({ hidden: textOf(hidden), features: features.join("-") }), look: (unit) => this.look(unit), open: (unit, weight) => this.account.open(unit, this.at, weight) });
    this.surface = new Surface({
      add: (places) => this.hands.add(places), remove: (which) => this.hands.remove(which), move: (which, x, y) => this.hands.move(which, x, y), begin: () => this.hands.gesture(), end: () => this.hands.ended(),
      spray: () => this.spray.checked, looked: (x, y) => { this.at = [x, y]; this.account.again(this.at); },
    });
    this.curve = new LossCurve({ reach: (step) => this.stand(step) });
    this.account = new Account({
      ask: (unit) => this.engine.about({ do: "unit", slot: "unit", unit }), type: (...weight) => this.hands.type(...weight), lock: (...weight) => this.hands.lock(...weight),
      isHeld: (...weight) => this.hands.isHeld(...weight), features: () => this.hands.values.features.split("-"), close: () => this.network.press(null),
    });
    this.doctor = new Doctor({ say: (sentence) => { document.getElementById("spoken").textContent = sentence; } });
    this.inside = new Inside();
    this.bent = new Bent({ choose: (pair) => this.quiet({ bend: pair.join("-") }) });
    this.versus = new Versus({ settings: this.settings, choose: (wanted) => this.compare(wanted) });
    this.glass = new Glass({ half: () => this.half() });
    this.element = build(this);
    this.paint = onFrame((head, arrays) => this.show(head, arrays));
    this.listen();
    this.open(values);
  }

  listen() {
    this.wire.on("csv", (head, arrays) => { const { data } = arrays.own; this.hands.once(() => this.hands.points([...this.hands.own, ...Array.from({ length: data.length / 3 }, (_, i) => Array.from(data.subarray(3 * i, 3 * i + 3)))])); });
    this.wire.on("unit", (head) => this.account.show(head));
    this.wire.on("end", ({ slot, error }) => { if ((slot === "csv" || slot === "unit") && error) this.status(error, "bad"); });
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("paste", (event) => { const text = event.clipboardData?.getData("text"); if (this.isFree(event) && text) this.take(text); });
    document.addEventListener("theme", () => this.paintAgain());
    this.element.addEventListener("dragover", (event) => event.preventDefault());
    this.element.addEventListener("drop", async (event) => { event.preventDefault(); const file = event.dataTransfer.files[0]; this.take(file ? await file.text() : event.dataTransfer.getData("text")); });
    whenLeft((why) => { if (this.playing) { this.play(false); this.status(t(`plane-paused-${why}`), ""); } });
    onSpeak(() => { if (!this.hands.values) return; this.built = null; this.build(); this.knobs.label(); this.bent.offer(); this.paintAgain(); });
    const seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.visible[target === this.surface.element ? "answer" : "units"] = isIntersecting;
      if (!this.playing && entries.some((one) => one.isIntersecting)) this.engine.go();
    });
    seen.observe(this.surface.element);
    seen.observe(this.network.element);
  }

  // ── what is wanted

  /** What the screen shows, and so what the engine has to compute. */
  wanted() {
    const now = performance.now(), look = !this.playing || now - (this.looked ?? 0) > LOOK_EVERY, slow = !this.playing || Number(this.hands.values.speed) <= 1, second = Boolean(this.engine.compare);
    if (look) this.looked = now;
    return { answer: this.visible.answer || second || !this.playing, units: this.visible.units || !this.playing, unit: this.unit, look, bend: this.views.bend.open ? this.bent.pair : null, glass: this.views.glass.open && slow ? this.phase : null };
  }

  anew(change) {
    this.pause();
    this.hands.anew(change);
  }

  /** Settings of the page, not of the training. */
  quiet(change) {
    Object.assign(this.hands.values, change);
    this.engine.speed = this.speed;
    if (this.playing) this.play(true);
    this.engine.go();
  }

  get speed() {
    return this.hands.values.speed === "all" ? Infinity : Number(this.hands.values.speed);
  }

  compare(wanted) {
    this.engine.compare = this.views.versus.open ? wanted : null;
    Object.assign(this.hands.values, { compare: this.views.versus.open ? this.versus.knob : "off", versus: this.views.versus.open ? packedText(String(this.versus.value)) : "" });
    this.engine.go();
  }

  take(text) {
    const { set, classes } = this.hands.values;
    this.wire.ask({ kind: "train", do: "csv", slot: "csv", n: 1, text, classes: set === "function" ? 0 : classes });
  }

  stand(step) {
    this.pause();
    this.stops.again();
    this.engine.stand(step);
  }

  /** Back through the door: what was under way goes on. */
  entered() {
    this.engine.go();
  }

  by(steps) {
    this.stand(Math.max(0, (this.engine.last?.head.step ?? 0) + steps));
  }

  /** Half a step: values, the loss, gradients, then the update. */
  half() {
    if (!this.views.glass.open) { this.views.glass.open = true; this.phase = 0; }
    this.phase = (this.phase + 1) % HALVES;
    if (this.phase) { if (!this.slow) this.pause(); this.engine.go(); } else this.engine.stand(this.engine.last.head.step + 1);
  }

  pause() {
    this.playing = this.engine.playing = false;
    clearInterval(this.slow);
    this.slow = null;
    this.question.hidden = true;
    this.buttons();
  }

  play(on) {
    this.pause();
    this.playing = on;
    this.since = null;
    this.stops.again();
    this.status("", "");
    this.buttons();
    this.engine.speed = this.speed;
    if (on && this.views.glass.open && this.speed <= 1) this.slow = setInterval(() => { if (!this.engine.flying.size) this.half(); }, 1000 / (HALVES * this.speed));
    else this.engine.play(on);
  }

  isFree(event) {
    return this.element.isConnected && !event.target.closest?.("input, select, textarea, dialog, summary, a");
  }

  key(event) {
    if (!this.isFree(event) || event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      const key = event.key.toLowerCase();
      if (key === "z" && !event.shiftKey) this.hands.deeds.undo();
      else if (key === "y" || key === "z") this.hands.deeds.redo();
      else return;
      this.buttons();
    } else if (event.key === " " && !event.target.closest("button")) this.play(!this.playing);
    else if (event.key === ">" || (event.key === "." && event.shiftKey)) this.half();
    else if (event.key === ".") this.by(1);
    else if (event.key === ",") this.by(-1);
    else if (/^[1-5]$/.test(event.key)) { this.quiet({ speed: this.settings.speed.choices[event.key - 1] }); this.knobs.spread(this.hands.values); } else return;
    event.preventDefault();
  }

  // ── what is shown

  look(unit) {
    this.unit = unit;
    if (unit) this.engine.go();
    this.paintAgain();
  }

  paintAgain() {
    const { last } = this.engine;
    if (last) this.paint(last.head, last.arrays);
  }

  show(head, arrays) {
    if (!this.element.isConnected) return;
    const words = !this.playing || performance.now() - this.said > SAY_EVERY;
    if (words) this.said = performance.now();
    const full = { ...head, words };
    this.network.show(full, arrays);
    this.surface.show(full, arrays, this.unit);
    this.curve.show(full, arrays);
    this.showNumbers(head);
    if (head.whys) this.doctor.show(head.whys);
    if (this.views.inside.open) this.inside.show(head, arrays);
    if (this.views.bend.open) this.bent.show(head, arrays);
    if (this.views.glass.open) this.glass.show(head, arrays);
    if (this.engine.compare) this.versus.show(head, arrays);
    this.account.again(this.at);
    if (this.playing) this.showStops(head);
    if (words) document.getElementById("spoken").textContent = t("said-step", { step: head.step, accuracy: percent(head.measured.train?.[1] ?? 0) });
    document.dispatchEvent(new CustomEvent("state"));
  }

  showNumbers(head) {
    this.hands.values.step = head.step;
    this.now.step.textContent = head.step.toLocaleString("en");
    this.now.epoch.textContent = head.epoch.toLocaleString("en");
    this.showRate(head);
    for (const name of ["train", "test"]) {
      const [loss, accuracy] = head.measured[name] ?? [null, null];
      this.now[name].textContent = (accuracy === null ? "" : `${percent(accuracy)}  ·  `) + t("now-loss", { loss: shown(loss) });
    }
    this.element.dataset.step = head.step;
    this.element.dataset.accuracy = head.measured.train?.[1] ?? "";
    if (head.stopped && this.stopped !== head.stopped) { this.pause(); this.status(t("plane-diverged", { why: head.stopped }), "bad"); }
    this.stopped = head.stopped;
  }

  /** What was asked meanwhile may lie behind the target: it stands where the target was reached. */
  showStops(head) {
    const why = this.stops.look(this.hands.values, head);
    if (why === "target") { this.stand(head.step); this.status(t(head.regression ? "plane-target-loss" : "plane-target", { share: percent(head.measured.train[1] ?? 0), loss: shown(head.measured.train[0]) }), "good"); }
    if (why !== "stuck") return;
    this.pause();
    this.question.firstChild.textContent = t("plane-stuck", { n: this.hands.values.patience });
    this.question.hidden = false;
  }

  /** Updates a second, over about the last one. */
  showRate(head) {
    const now = performance.now();
    if (!this.playing) { this.now.rate.textContent = "–"; this.since = null; return; }
    this.since ??= [now, head.step, 0];
    this.since[2] += 1;
    if (now - this.since[0] < 700) return;
    const seconds = (now - this.since[0]) / 1000;
    this.now.rate.textContent = Math.round((head.step - this.since[1]) / seconds).toLocaleString("en");
    this.element.dataset.frames = (this.since[2] / seconds).toFixed(1);
    this.element.dataset.rate = Math.round((head.step - this.since[1]) / seconds);
    this.since = [now, head.step, 0];
  }

  /** Say, once it is painted, that all which was asked has been answered. */
  settle() {
    requestAnimationFrame(() => { this.element.dataset.settled = String(!this.engine.busy); });
  }

  buttons() {
    this.playButton.dataset.t = this.playing ? "pause" : "play";
    this.playButton.textContent = t(this.playing ? "pause" : "play");
    this.element.dataset.playing = String(this.playing);
    this.undo.disabled = !this.hands.deeds.done.length;
    this.redo.disabled = !this.hands.deeds.undone.length;
    this.clear.disabled = !this.hands.own.length && !this.hands.gone.length;
  }

  /** The settings are others. */
  changed(anew) {
    if (anew) { this.status("", ""); this.stops.again(); this.unit = null; this.account.close(); }
    this.knobs.spread(this.hands.values);
    this.build();
    requestAnimationFrame(() => this.buttons());
  }

  build() {
    const v = this.hands.values, built = [v.hidden, v.features, v.classes, v.set === "function", document.documentElement.lang].join();
    if (built === this.built) return;
    this.built = built;
    this.network.build(layersOf(v.hidden), v.features.split("-"), v.set === "function" ? 1 : v.classes);
    this.bent.build(layersOf(v.hidden), v.bend ? v.bend.split("-").map(Number) : null);
  }

  /** For the link. */
  values() {
    return { ...this.hands.values_(), view: Object.keys(this.views).filter((name) => this.views[name].open).join("-") };
  }

  /** For a page to keep. */
  async saved() {
    const settings = Object.fromEntries(Object.entries(this.values()).filter(([name]) => this.settings[name].kind !== "Packed"));
    const [head, arrays] = this.engine.standing({ settings });
    return { head, arrays };
  }

  /** Anew from a link. */
  open(values) {
    this.pause();
    for (const [name, view] of Object.entries(this.views)) view.open = values.view.split("-").includes(name);
    this.hands.open(values);
    if (values.compare !== "off" && values.compare in COMPARED) { this.views.versus.open = true; this.versus.turn(values.compare, unpackedText(values.versus) || null, this.hands.values); }
    this.engine.speed = this.speed;
    if (Object.entries(this.settings).every(([name, setting]) => values[name] === setting.default)) this.first();
  }

  /** Before the trainer has started: the picture of these settings that comes with the page. */
  async first() {
    const answer = await fetch("static/plane-first.bin");
    if (!answer.ok) return;
    const { head, arrays } = decode(await answer.arrayBuffer());
    if (!this.engine.last && this.built) this.show(head, arrays);
  }
}

export const PLANE_KEYS = [["Space", "key-play"], [". ,", "key-one"], ["Shift+.", "key-half"], ["1–5", "key-speed"], ["Ctrl+Z, Ctrl+Y", "key-undone"], ["Enter, Delete", "key-point"]];
