// The page on which one draws: its state, what is done to it, and what is shown of it.

import { make } from "../dom.js";
import { unpack } from "../state.js";
import { onSpeak, t } from "../texts.js";
import { Answer } from "./answer.js";
import { listenToFiles, take } from "./arriving.js";
import { Asking, view28 } from "./asking.js";
import { Become } from "./become.js";
import { Bend, SLIDERS } from "./bend.js";
import { History } from "./history.js";
import { Keep, plain } from "./keep.js";
import { listenToKeys } from "./keys.js";
import { Layers } from "./layers.js";
import { drawingOf, slidersOf, valuesOf } from "./linked.js";
import { Marks } from "./marks.js";
import { Models } from "./models.js";
import { Pad } from "./pad.js";
import { Pixels, snapped } from "./pixels.js";
import { content, saved } from "./saving.js";
import { Seen } from "./seen.js";
import { bent, example } from "./strokes.js";
import { Tools } from "./tools.js";
import { Unit } from "./unit.js";
import { Why } from "./why.js";
import * as upload from "./upload.js";

export { KEYS } from "./keys.js";

const PEEK = 150;
/** Milliseconds that a bar is pointed at before the heat speaks for it. */

export class Draw {
  /** @param {{wire: any, table: any, values: any, status: Function}} given the socket, the table of settings, those of the link */
  constructor({ wire, table, values, status }) {
    Object.assign(this, { wire, table, status });
    this.pen = { width: values.pen, erase: false };
    this.digits = [];
    this.text = "";
    this.chosen = 0;
    this.target = -1;
    this.history = new History({ ...this.drawingOf(values), kept: [] });
    this.sliders = this.now.sliders;
    this.build();
    this.asking = new Asking(this);
    this.listen();
    this.render();
    this.wanted = values;
    if (values.model === this.models.id) this.asking.lifted();
    else this.models.choose(values.model).then((there) => { if (!there) this.stay(); });
  }

  // ── what there is

  build() {
    const name = (c) => this.models.name(c);
    this.models = new Models({ chosen: () => this.another(), status: this.status, guest: this.table.guest });
    this.answer = new Answer({ chosen: (k) => this.choose(k), target: (c) => this.aim(c), peek: (c) => this.peek(c), name });
    this.seen = new Seen();
    this.why = new Why();
    this.layers = new Layers({ unit: (place) => this.account(place) });
    this.unit = new Unit({ top: (place) => this.asking.top(place), marked: (box) => { this.field = box; this.mark(); }, close: () => this.changed(), go: (place) => this.account(place), view: () => this.seen.view, name });
    this.bend = new Bend({ table: this.table.settings.draw, live: (v) => this.live(v), done: (v) => this.settle(v), sweep: (one) => this.asking.sweep(one), name });
    this.become = new Become({ ask: (view, start, target, steps) => this.asking.ask("become", { target, steps }, { view, start }) });
    this.pixels = new Pixels({ changed: (values) => this.setPixels(values), leave: () => this.leavePixels() });
    this.keep = new Keep({ what: () => this.toKeep(), keep: (item) => { this.history.push({ ...this.now, sliders: this.sliders, kept: [...this.now.kept, item] }); this.changed(); }, status: this.status, guest: this.table.guest });
    this.tools = new Tools(this);
    this.canvas = make("canvas", { id: "ink", tabindex: "0", role: "img" });
    this.marks = new Marks((k) => this.choose(k));
    this.hint = make("p", { class: "hint", "data-t": "hint" });
    this.under = make("canvas", { id: "under", "aria-hidden": "true", hidden: true });
    this.area = make("div", { class: "padding" }, this.under, this.hint, this.canvas, this.marks.canvas, this.marks.buttons, this.pixels.element);
    this.element = make("div", { class: "page" }, make("h1", { "data-t": "draw-title" }), make("p", { class: "soft", "data-t": "draw-lead" }), this.models.element,
      make("div", { class: "draw" }, make("div", {}, this.area, this.tools.element, this.keep.element), this.answer.element, this.seen.element),
      this.bend.card, this.seen.card, this.why.card, this.become.card, this.layers.card, this.unit.card);
    this.pad = new Pad(this.canvas, { stroke: (s) => this.drawn(s), begun: () => this.begun(), moved: (time) => this.moved(time), pen: () => this.pen });
    new ResizeObserver(() => this.mark()).observe(this.area);
    new IntersectionObserver(([entry]) => { this.layers.visible = entry.isIntersecting; if (entry.isIntersecting) this.asking.maps(); }, { rootMargin: "200px" }).observe(this.layers.card);
    new IntersectionObserver(([entry]) => { this.bend.visible = entry.isIntersecting; if (entry.isIntersecting) this.asking.sweepAll(); }).observe(this.bend.card);
    onSpeak(() => this.words());
  }

  listen() {
    this.canvas.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); this.enterPixels(); } });
    listenToFiles(this);
    listenToKeys(this);
  }

  // ── what is done

  get now() {
    return this.history.now;
  }

  /** A new state. `isExample`: nobody has drawn it; whoever begins to draw begins anew. */
  push(change, isExample = false) {
    this.isExample = isExample;
    this.history.push({ ...this.now, sliders: this.bend.neutral(), ...change });
    this.go();
  }

  undo() {
    this.moveTo(() => this.history.undo());
  }

  redo() {
    this.moveTo(() => this.history.redo());
  }

  moveTo(move) {
    const before = this.now;
    move();
    if (this.now === before) return;
    this.keep.follow(before.kept, this.now.kept);
    if (["strokes", "pixels", "picture", "sliders"].every((part) => this.now[part] === before[part])) this.changed(); // only a label was taken back
    else this.go();
  }

  /** Show the state, and have it read. */
  go() {
    this.sliders = this.now.sliders;
    this.render();
    this.asking.lifted();
  }

  begun() {
    if (this.isExample) { // whoever begins to draw draws something of their own
      this.isExample = false;
      this.history.push({ ...this.now, strokes: [], sliders: this.bend.neutral(), pixels: null, picture: null });
    } else if (SLIDERS.some((name) => name !== "contrast" && this.sliders[name] !== this.bend.neutral()[name])) {
      const strokes = bent(this.now.strokes, this.sliders).map((s) => ({ ...s, points: s.points.map((v, i) => (i % 3 === 2 ? v : Math.round(v * 4) / 4)) }));
      this.history.push({ ...this.now, strokes, sliders: { ...this.bend.neutral(), contrast: this.sliders.contrast } });
    } else return;
    this.sliders = this.now.sliders;
    this.render();
  }

  drawn(stroke) {
    this.history.push({ ...this.now, strokes: [...this.now.strokes, stroke], sliders: this.sliders });
    this.go();
  }

  moved(time) {
    this.asking.since ??= { event: time, heard: performance.now() };
    if (this.exact) this.changed();
    if (!this.now.picture) this.asking.moving();
  }

  live(values) {
    this.sliders = values;
    this.render();
    this.asking.moving();
  }

  settle(values) {
    if (SLIDERS.every((name) => values[name] === this.now.sliders[name])) return;
    this.history.push({ ...this.now, sliders: values });
    this.go();
  }

  clear() {
    const { strokes, pixels, picture } = this.now;
    if (strokes.length || picture || pixels?.some((value) => value)) this.push({ strokes: [], picture: null, pixels: pixels ? new Float32Array(784) : null });
  }

  enterPixels() {
    const { view } = this.seen, fits = view?.data.length === 784;
    this.push({ pixels: fits ? snapped(view.data) : new Float32Array(784), strokes: [], picture: null });
    this.pixels.open(this.now.pixels);
  }

  setPixels(values) {
    this.history.push({ ...this.now, pixels: values });
    this.changed();
    this.asking.moving();
    this.asking.lifted();
  }

  leavePixels() {
    this.push({ pixels: null });
    this.canvas.focus();
  }

  /** A picture from a file, a drop, the clipboard or the camera. */
  take(file) {
    return take(this, file);
  }

  /** Another network answers from now on. */
  another() {
    const { id, about: { classes, shape } } = this.models;
    this.aimed = false;
    this.target = -1;
    this.chosen = 0;
    this.digits = [];
    this.unit.choose(null);
    this.answer.classes(classes.length || 10);
    this.become.classes(classes.length ? classes : Array.from({ length: 10 }, (_, c) => this.models.name(c)));
    this.why.of(id === "reader");
    this.tools.render();
    const { picture } = this.now; // one of the data set of another network is a picture like any other now
    if (picture?.view && picture.view.shape.join() !== shape.join()) this.push({ picture: { ...picture, view: null } }, this.isExample);
    else this.go();
  }

  // ── what is answered

  answered(head, arrays) {
    this.digits = head.digits;
    this.views = head.digits.map((_, k) => arrays[`view${k}`]);
    this.text = head.text;
    const count = this.digits[0]?.probabilities.length;
    if (count && count !== this.answer.count) this.answer.classes(count);
    if (this.chosen >= head.digits.length) this.chosen = 0;
    this.showChosen(head.exact);
    if (head.exact && this.wanted?.model === this.models.id) this.follow();
  }

  /** The first answer is there: what else the link says is done. */
  follow() {
    const { target, unit } = this.wanted;
    this.wanted = null;
    if (target >= 0 && target < (this.digits[0]?.probabilities.length ?? 0)) this.aim(target);
    const place = unpack(unit);
    if (place.length > 1) this.asking.ask("maps", {}, { view: this.seen.view ?? view28(new Float32Array(784)) });
    if (place.length > 1) this.layers.when(place[0], (layer) => this.account({ layer, index: place.slice(1) }, false));
  }

  showChosen(exact) {
    const digit = this.digits[this.chosen];
    if (!this.aimed || !digit) this.target = digit ? digit.digit : -1;
    this.seen.showView(digit ? this.views[this.chosen] : null, digit?.symbol);
    this.answer.show({ digits: this.digits, text: this.text, exact, chosen: this.chosen, target: this.target });
    this.mark();
    this.words();
  }

  choose(k) {
    this.chosen = k;
    this.aimed = false;
    this.showChosen(this.exact);
    if (this.exact) this.asking.look();
  }

  /** Heat, account and what follows speak for this class now. */
  aim(target) {
    clearTimeout(this.peeking);
    this.peeked = undefined;
    this.aimed = this.digits[this.chosen]?.digit !== target;
    this.speakFor(target);
    this.changed();
  }

  /** … as long as its bar is pointed at. */
  peek(target) {
    clearTimeout(this.peeking);
    this.peeking = setTimeout(() => {
      if (target === null && this.peeked === undefined) return;
      this.peeked ??= this.target;
      const wanted = target ?? this.peeked;
      if (target === null) this.peeked = undefined;
      if (wanted !== this.target && this.exact && this.digits.length) this.speakFor(wanted, this.peeked);
    }, PEEK);
  }

  speakFor(target, chosen = target) {
    this.target = target;
    this.answer.show({ ...this.answer.now, target: chosen });
    this.why.clear(target, this.models.name(target));
    if (this.exact) { this.asking.why(); this.asking.unit(); }
  }

  /** The account of a unit is wanted. */
  account(place, scroll = true) {
    this.unit.choose(place);
    this.asking.unit();
    this.changed();
    if (scroll) { this.unit.card.scrollIntoView({ block: "nearest" }); this.unit.title.focus({ preventScroll: true }); }
  }

  // ── what is shown

  render() {
    const { strokes, pixels, picture } = this.now, free = !pixels && !picture;
    this.pad.show(free ? bent(strokes, this.sliders) : strokes, this.sliders.contrast);
    this.bend.show(this.sliders);
    this.bend.card.hidden = !free;
    this.pixels.element.hidden = !pixels;
    if (pixels) this.pixels.show(pixels);
    this.under.hidden = !picture;
    if (picture) upload.show(this.under, picture);
    this.hint.hidden = strokes.length > 0 || Boolean(pixels) || Boolean(picture);
    this.changed();
    this.mark();
    this.words();
  }

  changed() {
    this.tools.changed();
    this.hint.hidden ||= Boolean(this.pad.current);
    document.dispatchEvent(new CustomEvent("state"));
  }

  words() {
    this.tools.render();
    this.canvas.setAttribute("aria-label", t("area", { count: this.now.strokes.length, text: this.digits.length ? this.text : "–" }));
  }

  mark() {
    const { picture, pixels } = this.now, { digits, chosen, field } = this;
    this.marks.show({ width: this.area.clientWidth, digits, chosen, picture, pixels, field, view: this.seen.view, isInk: this.models.digits });
  }

  // ── what goes out: kept, saved, put into a link

  async toKeep() {
    const arrays = this.digits.length ? await content(this) : null;
    return arrays && { head: { chosen: this.chosen, ...plain(this.now.strokes), sliders: this.sliders }, arrays };
  }

  /** For a page to keep. */
  saved() {
    return saved(this);
  }

  values() {
    return valuesOf(this);
  }

  /** Why the link does not hold everything; null where it does. */
  lacks() {
    return this.now.picture ? t("link-no-picture") : null;
  }

  /** Anew from a link. One that holds no drawing leaves what is drawn, and only the settings are its own. */
  async open(values) {
    this.tools.setWidth(values.pen);
    const drawn = !this.isExample && !values.strokes && !values.pixels;
    this.history.push({ ...this.now, ...(drawn ? { sliders: slidersOf(values) } : this.drawingOf(values)) });
    this.wanted = values;
    this.sliders = this.now.sliders;
    if (values.model === this.models.id) this.go();
    else if (!(await this.models.choose(values.model))) this.stay();
  }

  /** The network of the link is not there: the one of before reads. */
  stay() {
    this.wanted = { ...this.wanted, model: this.models.id };
    this.go();
  }

  drawingOf(values) {
    const drawing = drawingOf(values);
    this.isExample = drawing === null;
    return drawing ?? { strokes: example(3), sliders: slidersOf(values), pixels: null, picture: null };
  }
}
