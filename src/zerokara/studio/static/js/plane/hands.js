// What the hand changes: settings, points, weights. Every deed can be undone and done again.

import { pack, unpack } from "../state.js";
import { packedPoints, unpackedPoints } from "./controls.js";
import { Deeds } from "./done.js";
import { dataOf, liveOf, planOf, valuesOf } from "./knobs.js";

const SEND_EVERY = 200, FAR = 30;

export class Hands {
  /** `changed(anew)`: the controls have to show other settings; `anew`: it is another training. */
  constructor({ engine, changed, label }) {
    Object.assign(this, { engine, changed, label, own: [], gone: [], held: [], deeds: new Deeds() });
  }

  // ── trainings

  /** Begin a training: from settings, or from a whole state that was kept. */
  begin(state) {
    this.values = { ...state.values };
    Object.assign(this, { own: state.own, gone: state.gone, held: [] });
    this.begun = { values: { ...state.values }, own: state.own, gone: state.gone };
    const live = liveOf(this.values, []);
    this.engine.begin({ plan: planOf(this.values), start: { live, data: dataOf(this.values), own: this.own, gone: this.gone }, journal: state.journal ?? [], reach: state.step ?? 0 });
    this.changed(true);
  }

  /** All that the training of now is made of. */
  kept() {
    return { ...this.begun, journal: this.engine.journal, step: this.engine.last?.head.step ?? 0 };
  }

  /** Settings that make another training; what of them is only of points may go with it. */
  anew(change = {}) {
    const before = this.kept(), { gone = this.gone, ...values } = change, other = ["set", "seed", "count", "share", "noise"].some((name) => name in values);
    const after = { values: { ...this.values, ...values }, own: "classes" in values || "set" in values ? this.fitting({ ...this.values, ...values }) : this.own, gone: other ? [] : gone };
    this.begin(after);
    this.deeds.add(() => this.begin(before), () => this.begin(after));
  }

  /** Own points that these settings can have. */
  fitting(values) {
    return values.set === "function" ? this.own : this.own.filter(([, , label]) => Number.isInteger(label) && label >= 0 && label < values.classes);
  }

  // ── on the way

  /** Settings from now on. */
  live(change) {
    const names = Object.keys(change), before = Object.fromEntries(names.map((name) => [name, name === "gone" ? this.gone : this.values[name]]));
    this.put(change);
    this.deeds.add(() => this.put(before), () => this.put(change));
  }

  put({ own = this.own, gone = this.gone, held = this.held, typed = [], ...values }) {
    Object.assign(this.values, values);
    Object.assign(this, { own, gone, held });
    this.engine.change({ live: liveOf(this.values, held), data: dataOf(this.values), own, gone, typed });
    this.changed(false);
  }

  /** The settings that hold where the training stands: after a rewind they may be others. Not within a gesture: the hand is ahead of what was sent. */
  adopt(live, own, gone) {
    if (this.before) { this.late = [live, own, gone]; return; }
    const written = JSON.stringify([live, own, gone]);
    if (written === this.written) return;
    this.written = written;
    Object.assign(this.values, valuesOf(live));
    Object.assign(this, { own, gone, held: live.held });
    this.changed(false);
  }

  // ── points

  /** A gesture begins: all that it does is one deed. */
  gesture() {
    this.before = { own: this.own, gone: this.gone };
  }

  points(own, gone = this.gone) {
    Object.assign(this, { own: own.filter(([x, y]) => Math.abs(x) < FAR && Math.abs(y) < FAR), gone });
    const now = performance.now();
    clearTimeout(this.sending);
    if (this.before && now - (this.sent ?? 0) < SEND_EVERY) { this.sending = setTimeout(() => this.points(this.own, this.gone), SEND_EVERY); return; }
    this.sent = now;
    this.put({ own: this.own, gone });
  }

  /** And ends. */
  ended() {
    const { before, late } = this;
    this.before = this.late = null;
    if (!before || (before.own === this.own && before.gone === this.gone)) { if (late) this.adopt(...late); return; }
    const after = { own: this.own, gone: this.gone };
    this.points(after.own, after.gone);
    this.deeds.add(() => this.put(before), () => this.put(after));
  }

  once(act) {
    if (this.before) { act(); return; }
    this.gesture();
    act();
    this.ended();
  }

  add(places) {
    const whole = (v) => Math.round(v * 1000) / 1000;
    this.once(() => this.points([...this.own, ...places.map(([x, y]) => [whole(x), whole(y), this.label()])]));
  }

  remove(which) {
    this.once(() => {
      if (which?.drawn !== undefined) this.points(this.own, [...this.gone, which.drawn]);
      else if (which) this.points(this.own.filter((_, k) => k !== which.own));
      else this.points(this.own.slice(0, -1));
    });
  }

  /** Move a point; one that was drawn becomes one of one's own. What is moved from now on. */
  move(which, x, y) {
    const whole = (v) => Math.round(Math.max(-1.5, Math.min(1.5, v)) * 1000) / 1000, at = [whole(x), whole(y), Math.round(which.label * 1000) / 1000];
    if (which.drawn !== undefined) { this.points([...this.own, at], [...this.gone, which.drawn]); return { own: this.own.length - 1, label: which.label }; }
    this.points(this.own.map((one, k) => (k === which.own ? at : one)));
    return which;
  }

  // ── weights

  type(name, place, value, before) {
    this.put({ typed: [[name, place, value]] });
    this.deeds.add(() => this.put({ typed: [[name, place, before]] }), () => this.put({ typed: [[name, place, value]] }));
  }

  isHeld(name, place) {
    return this.held.some(([other, at]) => other === name && at.join() === place.join());
  }

  lock(name, place, on) {
    const before = this.held, after = on ? [...before, [name, place]] : before.filter(([other, at]) => other !== name || at.join() !== place.join());
    this.put({ held: after });
    this.deeds.add(() => this.put({ held: before }), () => this.put({ held: after }));
  }

  // ── the link

  /** What a link holds: the settings of the beginning, what changed on the way, and the step. */
  values_() {
    const step = this.engine.reach ?? this.engine.last?.head.step ?? this.values.step;
    const marks = this.engine.journal.filter((mark) => mark.step <= step);
    return { ...this.begun.values, ...Object.fromEntries(["speed", "target", "until", "patience", "view", "bend", "compare", "versus"].map((name) => [name, this.values[name]])),
      own: packedPoints(this.begun.own), gone: this.begun.gone.length ? pack(this.begun.gone) : "", step, marks: marks.length ? packedJson(marks) : "" };
  }

  open(values) {
    this.deeds = new Deeds();
    this.begin({ values, own: unpackedPoints(values.own), gone: unpack(values.gone), journal: unpackedJson(values.marks), step: values.step });
  }
}

/** Anything as letters that a link can hold. */
export function packedJson(value) {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function unpackedJson(text) {
  if (!text) return [];
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0))));
  } catch {
    return [];
  }
}
