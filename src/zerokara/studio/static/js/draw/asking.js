// What is asked of the engine, and what is done with the answers: while the pen moves, when it is lifted, when it rests.

import { onFrame } from "../dom.js";
import { t } from "../texts.js";
import { SLIDERS } from "./bend.js";
import { SIDE } from "./strokes.js";
import { METHODS } from "./why.js";
import * as upload from "./upload.js";

const REST = 150, MAPS_EVERY = 120, UNDER_WAY = 2;
export const view28 = (data) => ({ data, shape: [28, 28] });

export class Asking {
  /** @param {any} page the drawing page: its state, and the parts that show answers */
  constructor(page) {
    this.page = page;
    this.wire = page.wire;
    this.n = 0; // of the last question
    this.inside = 0; // of the answer that stays: what is looked into
    this.flying = new Map(); // questions about the moving pen that are under way, with the times of their events
    this.listen();
  }

  listen() {
    const { wire, page } = this, now = (head) => head.n === this.inside;
    wire.on("bars", (head, arrays) => this.bars(head, arrays));
    wire.on("maps", (head, arrays) => { if (head.n >= this.inside) this.paintMaps(head, arrays); });
    wire.on("stages", (head, arrays) => { if (now(head)) page.seen.showStages({ head, arrays }); });
    wire.on("sights", (head, arrays) => { if (now(head)) page.seen.showSights({ head, arrays }); });
    wire.on("heat", (head, arrays) => { if (now(head) && head.target === page.target) page.why.show(head, arrays); });
    wire.on("sweep", (head) => { if (head.n === this.swept) page.bend.swept(head); });
    wire.on("become", onFrame((head, arrays) => { if (now(head)) page.become.show(head, arrays); }));
    wire.on("unit", (head, arrays) => { if (now(head)) page.unit.show(head, arrays); });
    wire.on("top", (head, arrays) => page.unit.showTop(head, arrays));
    wire.on("hello", () => { if (this.unanswered || !page.exact) { this.flying.clear(); this.lifted(); } });
    wire.on("end", (head) => this.ended(head));
    this.paintBars = onFrame((head, arrays) => this.showBars(head, arrays));
    this.paintMaps = onFrame((head, arrays) => page.layers.show(head, arrays));
  }

  next() {
    return ++this.n;
  }

  /** Of the network that is chosen. */
  ask(what, head, arrays) {
    return this.wire.ask({ ...this.page.models.asked(), do: what, n: this.inside, ...head }, arrays);
  }

  ink() {
    return { ink: { data: this.page.pad.bytes(), shape: [SIDE, SIDE] } };
  }

  /** While the pen moves: one question is computed and one on its way; what came meanwhile is asked when one is answered. */
  moving() {
    const { page } = this;
    page.exact = false;
    clearTimeout(this.resting);
    if (this.flying.size >= UNDER_WAY) { this.again = true; return; }
    const n = this.next(), maps = page.layers.visible && performance.now() - (this.mapped ?? 0) > MAPS_EVERY;
    if (maps) this.mapped = performance.now();
    const { ink, ...where } = page.now.pixels ? {} : page.pad.part();
    const sent = ink ? this.ask("moving", { n, chosen: page.chosen, maps, ...where }, { ink }) : this.ask("pixels", { n }, { view: view28(page.now.pixels) });
    if (sent) {
      this.flying.set(n, this.since && { ...this.since, asked: performance.now() });
      this.since = undefined;
    }
  }

  /** The pen was lifted: the numbers that stay. */
  async lifted() {
    const { page } = this;
    page.changed();
    const n = this.next();
    page.exact = false;
    this.flying.clear();
    this.again = false;
    this.since = undefined;
    this.unanswered = n;
    this.swept = undefined;
    page.bend.forget();
    const { pixels, picture, strokes } = page.now;
    if (picture && (strokes.length || !picture.view)) {
      const file = strokes.length ? await upload.together(picture, page.pad.small) : picture.file;
      const { head, arrays, error } = await upload.read(file, page.models.id);
      if (n !== this.n) return;
      if (error) page.status(error, "bad");
      else this.bars({ ...head, n }, arrays);
    } else if (picture) this.ask("pixels", { slot: "exact", n }, { view: picture.view });
    else if (pixels) this.ask("pixels", { slot: "exact", n }, { view: view28(pixels) });
    else this.ask("lifted", { n }, this.ink());
  }

  sweep(name) {
    const { page } = this;
    if (page.now.pixels || page.now.picture || !page.exact || page.bend.answers.has(name)) return;
    this.swept = this.n;
    page.bend.answers.set(name, undefined);
    for (const { from, ink } of page.bend.drawings(name, page.now.strokes)) this.ask("sweep", { slot: `sweep.${name}.${from}`, n: this.n, slider: name, from }, { ink });
  }

  /** All sliders, one after another, as long as nothing new is drawn. */
  sweepAll(n = this.n, names = SLIDERS) {
    clearTimeout(this.sweeping);
    if (n !== this.n || !names.length || !this.page.bend.visible) return;
    this.sweep(names[0]);
    this.sweeping = setTimeout(() => this.sweepAll(n, names.slice(1)), REST);
  }

  maps() {
    if (this.page.seen.view && this.page.exact) this.ask("maps", {}, { view: this.page.seen.view });
  }

  /** The rest, once the pen is still: why, the stages, the sights, the maps, the unit that is looked at. */
  look() {
    const { page } = this, { view } = page.seen;
    clearTimeout(this.resting);
    page.why.clear(page.target, page.models.name(page.target));
    page.become.start(view);
    if (!view) { page.seen.showStages(null); page.seen.showSights(null); page.unit.blank(); return; }
    this.resting = setTimeout(() => {
      if (!page.exact) return; // something new is being drawn
      if (page.now.pixels || page.now.picture) page.seen.showStages(null);
      else this.ask("stages", { chosen: page.chosen }, this.ink());
      this.ask("sights", {}, { view });
      if (page.layers.visible) this.maps();
      this.why();
      this.unit();
      this.sweepAll();
    }, REST);
  }

  why() {
    const { view } = this.page.seen;
    if (view) this.ask("heat", { target: this.page.target, methods: METHODS, curves: true }, { view });
  }

  /** The account of the unit that is looked at. */
  unit() {
    const { page } = this, place = page.unit.place;
    if (place && page.seen.view && page.exact) this.ask("unit", { ...place, target: page.target }, { view: page.seen.view });
  }

  /** The pictures that excite it most. */
  top(place) {
    this.ask("top", place, {});
  }

  /** The number-th picture of a class; null where there is none. @returns {Promise<any>} */
  example(label, number) {
    const n = this.next();
    return new Promise((done) => {
      const hear = (head, arrays) => { if (head.n === n) { done({ head, arrays }); this.waiting?.delete(n); } };
      if (!this.waiting) {
        this.waiting = new Map();
        for (const topic of ["example", "end"]) this.wire.on(topic, (head, arrays) => this.waiting.get(head.n)?.(head, arrays));
      }
      this.waiting.set(n, hear);
      if (!this.ask("example", { n, label, number }, {})) done(null);
    });
  }

  bars(head, arrays) {
    const { page } = this;
    if (head.exact ? head.n !== this.n : page.exact || !this.flying.has(head.n)) return;
    if (!head.exact) {
      head.times = this.flying.get(head.n);
      if (head.times) head.times.answered = performance.now();
      this.landed(head.n);
    } else {
      page.exact = true;
      this.unanswered = 0;
    }
    this.paintBars(head, arrays);
  }

  /** A question is answered, and those before it will not be: the next may go out. */
  landed(n) {
    for (const one of [...this.flying.keys()]) if (one <= n) this.flying.delete(one);
    if (this.again) { this.again = false; this.moving(); }
  }

  showBars(head, arrays) {
    const { page } = this;
    if (!head.exact && page.exact) return;
    page.answered(head, arrays);
    if (head.exact) { this.inside = head.n; this.look(); }
    if (head.times) this.painted(head.times);
  }

  /** For those who measure: how long it took from the pointer's event to the painted bars. */
  painted(times) {
    const channel = new MessageChannel(), shown = performance.now();
    channel.port1.onmessage = () => { document.dispatchEvent(new CustomEvent("painted", { detail: { ...times, shown, painted: performance.now() } })); channel.port1.close(); };
    channel.port2.postMessage(0);
  }

  ended({ slot, n, error }) {
    if (this.flying.has(n)) this.landed(n);
    if (!error) return;
    this.page.status(t("engine-said", { error }), "bad");
    if (slot === "unit") this.page.unit.blank();
  }
}
