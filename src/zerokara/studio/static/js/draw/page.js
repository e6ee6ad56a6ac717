// The page on which one draws: one state, and what is asked of the engine when it changes.

import { make, onFrame, put } from "../dom.js";
import { onSpeak, t } from "../texts.js";
import { Answer } from "./answer.js";
import { Become } from "./become.js";
import { Bend, SLIDERS } from "./bend.js";
import { History } from "./history.js";
import { Layers } from "./layers.js";
import { Pad } from "./pad.js";
import { Pixels } from "./pixels.js";
import { Seen } from "./seen.js";
import { SIDE, bent, example, packed, unpacked } from "./strokes.js";
import { METHODS, Why } from "./why.js";
import * as upload from "./upload.js";

const REST = 150, MAPS_EVERY = 120, UNDER_WAY = 2;
export const KEYS = [["Ctrl+Z", "key-undo"], ["Ctrl+Shift+Z", "key-redo"], ["E", "key-eraser"], ["[ ]", "key-width"], ["Delete", "key-clear"],
  ["Ctrl+V", "key-paste"], ["Enter", "key-pixels"], ["Space", "key-pixels-ink"], ["1–9", "key-pixels-level"], ["Esc", "key-leave"], ["?", "key-help"]];

export class Draw {
  /** @param {{wire: any, table: any, values: any, status: Function}} given the socket, the table of settings, those of the link */
  constructor({ wire, table, values, status }) {
    Object.assign(this, { wire, table, status });
    this.pen = { width: values.pen, erase: false };
    const strokes = unpacked(values.strokes), sliders = Object.fromEntries(SLIDERS.map((name) => [name, values[name]]));
    this.isExample = !strokes.length;
    this.history = new History({ strokes: strokes.length ? strokes : example(3), sliders, pixels: null, picture: null });
    this.sliders = sliders;
    this.n = 0;
    this.flying = new Map(); // questions about the moving pen that are under way, with the times of their events
    this.digits = [];
    this.chosen = 0;
    this.target = -1;
    this.inside = 0;
    this.build();
    this.listen();
    this.render();
    this.lifted();
  }

  // ── what there is

  build() {
    this.answer = new Answer({ chosen: (k) => this.choose(k), target: (c) => this.aim(c) });
    this.seen = new Seen();
    this.why = new Why();
    this.layers = new Layers();
    this.bend = new Bend({ table: this.table.settings.draw, live: (v) => this.live(v), done: (v) => this.settle(v), sweep: (name) => this.sweep(name) });
    this.become = new Become({ ask: (view, start, target, steps) => this.ask("become", { target, steps }, { view: view28(view), start: view28(start) }) });
    this.pixels = new Pixels({ changed: (values) => this.setPixels(values), leave: () => this.leavePixels() });
    this.canvas = make("canvas", { id: "ink", tabindex: "0", role: "img" });
    this.boxes = make("canvas", { id: "boxes", "aria-hidden": "true", hidden: true });
    this.hint = make("p", { class: "hint", "data-t": "hint" });
    this.under = make("canvas", { id: "under", "aria-hidden": "true", hidden: true });
    this.area = make("div", { class: "padding" }, this.under, this.hint, this.canvas, this.boxes, this.pixels.element);
    this.element = make("div", { class: "page" }, make("h1", { "data-t": "draw-title" }), make("p", { class: "soft", "data-t": "draw-lead" }),
      make("div", { class: "draw" }, make("div", {}, this.area, this.tools()), this.answer.element, this.seen.element),
      this.bend.card, this.seen.card, this.why.card, this.become.card, this.layers.card);
    this.pad = new Pad(this.canvas, { stroke: (s) => this.drawn(s), begun: () => this.begun(), moved: (time) => this.moved(time), pen: () => this.pen });
    new ResizeObserver(() => this.mark()).observe(this.area);
    new IntersectionObserver(([entry]) => { this.layers.visible = entry.isIntersecting; if (entry.isIntersecting) this.askMaps(); }, { rootMargin: "200px" }).observe(this.layers.card);
    new IntersectionObserver(([entry]) => { this.bend.visible = entry.isIntersecting; if (entry.isIntersecting) this.sweepAll(this.n); }).observe(this.bend.card);
    onSpeak(() => this.words());
  }

  tools() {
    const button = (key, name, text, run) => make("button", { type: "button", id: `tool-${name}`, class: text.length < 2 ? "icon" : null, "data-label": text.length < 2 ? key : null, "data-t": text.length < 2 ? null : key, onclick: run }, text);
    this.undoButton = button("undo", "undo", "↶", () => this.go(this.history.undo()));
    this.redoButton = button("redo", "redo", "↷", () => this.go(this.history.redo()));
    this.eraser = button("eraser", "eraser", "eraser", () => this.erase(!this.pen.erase));
    this.width = make("input", { type: "range", id: "pen-width", min: this.table.settings.draw.pen.low, max: this.table.settings.draw.pen.high, step: 1 });
    this.width.value = String(this.pen.width);
    this.width.addEventListener("input", () => { this.pen.width = Number(this.width.value); this.changed(); });
    const file = make("input", { type: "file", accept: "image/*", id: "choose", "data-label": "choose" }), photo = make("input", { type: "file", accept: "image/*", capture: "environment", id: "photograph", "data-label": "photograph" });
    for (const input of [file, photo]) input.addEventListener("change", () => { if (input.files[0]) this.take(input.files[0]); input.value = ""; });
    this.examples = make("select", { id: "examples", "data-label": "examples" });
    this.examples.addEventListener("change", () => { if (this.examples.value) this.push({ strokes: example(Number(this.examples.value)), pixels: null, picture: null }, true); this.examples.value = ""; });
    this.pixelButton = button("pixel-editor", "pixels", "pixels", () => (this.now.pixels ? this.leavePixels() : this.enterPixels()));
    return make("div", { class: "tools", role: "group", "data-label": "tools" }, this.undoButton, this.redoButton, this.eraser, button("clear", "clear", "clear", () => this.clear()),
      make("span", { class: "width" }, make("label", { for: "pen-width", "data-t": "width" }), this.width),
      make("span", { class: "button file" }, make("span", { "data-t": "choose" }), file), make("span", { class: "button file" }, make("span", { "data-t": "photograph" }), photo),
      this.examples, this.pixelButton);
  }

  listen() {
    const { wire } = this;
    wire.on("bars", (head, arrays) => this.bars(head, arrays));
    wire.on("maps", (head, arrays) => { if (head.n >= this.inside) this.paintMaps(head, arrays); });
    wire.on("stages", (head, arrays) => { if (head.n === this.inside) this.seen.showStages({ head, arrays }); });
    wire.on("sights", (head, arrays) => { if (head.n === this.inside) this.seen.showSights({ head, arrays }); });
    wire.on("heat", (head, arrays) => { if (head.n === this.inside && head.target === this.target) this.why.show(head, arrays); });
    wire.on("sweep", (head) => { if (head.n === this.swept) this.bend.swept(head); });
    wire.on("become", onFrame((head, arrays) => { if (head.n === this.inside) this.become.show(head, arrays); }));
    wire.on("hello", () => { if (this.unanswered || !this.exact) { this.flying.clear(); this.lifted(); } });
    wire.on("end", (head) => this.ended(head));
    this.paintBars = onFrame((head, arrays) => this.showBars(head, arrays));
    this.paintMaps = onFrame((head, arrays) => this.layers.show(head, arrays));
    this.canvas.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); this.enterPixels(); } });
    for (const name of ["dragenter", "dragover"]) this.area.addEventListener(name, (event) => { event.preventDefault(); this.area.classList.add("over"); });
    for (const name of ["dragleave", "drop"]) this.area.addEventListener(name, () => this.area.classList.remove("over"));
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => { event.preventDefault(); if (this.element.isConnected && event.dataTransfer.files[0]) this.take(event.dataTransfer.files[0]); });
    document.addEventListener("paste", (event) => { const file = event.clipboardData?.files[0]; if (file && this.element.isConnected) { event.preventDefault(); this.take(file); } });
    document.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (!this.element.isConnected || event.target.closest("input, select, textarea, dialog") || event.altKey) return;
    const ctrl = event.ctrlKey || event.metaKey, key = event.key.toLowerCase();
    if (ctrl && key === "z") this.go(event.shiftKey ? this.history.redo() : this.history.undo());
    else if (ctrl && key === "y") this.go(this.history.redo());
    else if (ctrl || event.target.closest('[role="grid"]')) return;
    else if (key === "e") this.erase(!this.pen.erase);
    else if (key === "[" || key === "]") this.widen(key === "[" ? -2 : 2);
    else if (event.key === "Delete") this.clear();
    else return;
    event.preventDefault();
  }

  // ── what is done

  get now() {
    return this.history.now;
  }

  push(change, keepWidth = false) {
    this.isExample = keepWidth;
    this.history.push({ ...this.now, sliders: this.bend.neutral(), ...change });
    this.go(this.now);
  }

  /** Show a state, and have it read. */
  go(state) {
    this.sliders = state.sliders;
    this.render();
    this.lifted();
  }

  begun() {
    if (this.isExample) { // whoever begins to draw draws something of their own
      this.isExample = false;
      this.history.push({ strokes: [], sliders: this.bend.neutral(), pixels: null, picture: null });
      this.sliders = this.now.sliders;
      this.render();
    } else if (SLIDERS.some((name) => name !== "contrast" && this.sliders[name] !== this.bend.neutral()[name])) {
      const strokes = bent(this.now.strokes, this.sliders).map((s) => ({ ...s, points: s.points.map((v, i) => (i % 3 === 2 ? v : Math.round(v * 4) / 4)) }));
      this.history.push({ ...this.now, strokes, sliders: { ...this.bend.neutral(), contrast: this.sliders.contrast } });
      this.sliders = this.now.sliders;
      this.render();
    }
  }

  drawn(stroke) {
    this.history.push({ ...this.now, strokes: [...this.now.strokes, stroke], sliders: this.sliders });
    this.go(this.now);
  }

  moved(time) {
    this.since ??= { event: time, heard: performance.now() };
    if (this.exact) this.changed();
    if (!this.now.picture) this.moving();
  }

  live(values) {
    this.sliders = values;
    this.render();
    this.moving();
  }

  settle(values) {
    if (SLIDERS.every((name) => values[name] === this.now.sliders[name])) return;
    this.history.push({ ...this.now, sliders: values });
    this.go(this.now);
  }

  clear() {
    const { strokes, pixels, picture } = this.now;
    if (strokes.length || picture || pixels?.some((value) => value)) this.push({ strokes: [], picture: null, pixels: pixels ? new Float32Array(SIDE * SIDE / 100) : null });
  }

  erase(on) {
    this.pen.erase = on;
    this.eraser.setAttribute("aria-pressed", String(on));
  }

  widen(by) {
    const { low, high } = this.table.settings.draw.pen;
    this.pen.width = Math.max(low, Math.min(high, this.pen.width + by));
    this.width.value = String(this.pen.width);
  }

  enterPixels() {
    this.push({ pixels: this.seen.view ? Float32Array.from(this.seen.view) : new Float32Array(784), strokes: [], picture: null });
    this.pixels.open(this.now.pixels);
  }

  setPixels(values) {
    this.history.push({ ...this.now, pixels: values });
    this.changed();
    this.moving();
    this.lifted();
  }

  leavePixels() {
    this.push({ pixels: null });
    this.canvas.focus();
  }

  /** A picture from a file, a drop, the clipboard or the camera. */
  async take(file) {
    this.status(t("reading-picture"), "");
    const n = this.ask0();
    const { head, arrays, error } = await upload.read(file);
    if (n !== this.n) return;
    if (error) { this.status(error, "bad"); return; }
    this.isExample = false;
    this.history.push({ strokes: [], sliders: this.bend.neutral(), pixels: null, picture: { file, bytes: arrays.picture, ...head.picture } });
    this.sliders = this.now.sliders;
    this.render();
    this.bars({ ...head, n }, arrays);
    this.status(head.picture.pages > 1 ? t("pages", { count: head.picture.pages }) : "", "");
  }

  // ── what is asked

  ask0() {
    return ++this.n;
  }

  ask(what, head, arrays) {
    return this.wire.ask({ kind: "read", do: what, n: this.inside, ...head }, arrays);
  }

  ink() {
    return { ink: { data: this.pad.bytes(), shape: [SIDE, SIDE] } };
  }

  /** While the pen moves: one question is computed and one on its way; what came meanwhile is asked when one is answered. */
  moving() {
    this.exact = false;
    clearTimeout(this.resting);
    if (this.flying.size >= UNDER_WAY) { this.again = true; return; }
    const n = this.ask0(), maps = this.layers.visible && performance.now() - (this.mapped ?? 0) > MAPS_EVERY;
    if (maps) this.mapped = performance.now();
    const { ink, ...where } = this.now.pixels ? {} : this.pad.part();
    const sent = ink ? this.wire.ask({ kind: "read", do: "moving", n, chosen: this.chosen, maps, ...where }, { ink })
      : this.wire.ask({ kind: "read", do: "pixels", n }, { view: view28(this.now.pixels) });
    if (sent) {
      this.flying.set(n, this.since && { ...this.since, asked: performance.now() });
      this.since = undefined;
    }
  }

  /** The pen was lifted: the numbers that stay. */
  async lifted() {
    this.changed();
    const n = this.ask0();
    this.exact = false;
    this.flying.clear();
    this.again = false;
    this.unanswered = n;
    this.swept = undefined;
    this.bend.forget();
    const { pixels, picture, strokes } = this.now;
    if (picture) {
      const { head, arrays, error } = await upload.read(strokes.length ? await upload.together(picture, this.pad.small) : picture.file);
      if (n !== this.n) return;
      if (error) this.status(error, "bad");
      else this.bars({ ...head, n }, arrays);
    } else if (pixels) this.wire.ask({ kind: "read", do: "pixels", slot: "exact", n }, { view: view28(pixels) });
    else this.wire.ask({ kind: "read", do: "lifted", n }, this.ink());
  }

  sweep(name) {
    if (this.now.pixels || this.now.picture || !this.exact || this.bend.answers.has(name)) return;
    this.swept = this.n;
    this.bend.answers.set(name, undefined);
    for (const { from, ink } of this.bend.drawings(name, this.now.strokes)) this.wire.ask({ kind: "read", do: "sweep", slot: `sweep.${name}.${from}`, n: this.n, slider: name, from }, { ink });
  }

  /** All sliders, one after another, as long as nothing new is drawn. */
  sweepAll(n, names = SLIDERS) {
    clearTimeout(this.sweeping);
    if (n !== this.n || !names.length || !this.bend.visible) return;
    this.sweep(names[0]);
    this.sweeping = setTimeout(() => this.sweepAll(n, names.slice(1)), REST);
  }

  askMaps() {
    if (this.seen.view && this.exact) this.ask("maps", {}, { view: view28(this.seen.view) });
  }

  /** The rest, once the pen is still: why, the stages, the sights, the maps. */
  look() {
    clearTimeout(this.resting);
    const view = this.seen.view;
    this.why.clear(this.target);
    this.become.start(view);
    if (!view) { this.seen.showStages(null); this.seen.showSights(null); return; }
    this.resting = setTimeout(() => {
      if (!this.exact) return; // something new is being drawn
      if (this.now.pixels || this.now.picture) this.seen.showStages(null);
      else this.ask("stages", { chosen: this.chosen }, this.ink());
      this.ask("sights", {}, { view: view28(view) });
      if (this.layers.visible) this.askMaps();
      this.askWhy();
      this.sweepAll(this.n);
    }, REST);
  }

  askWhy() {
    if (!this.seen.view) return;
    this.ask("heat", { target: this.target, methods: METHODS, curves: true }, { view: view28(this.seen.view) });
  }

  // ── what is answered

  bars(head, arrays) {
    if (head.exact ? head.n !== this.n : this.exact || !this.flying.has(head.n)) return;
    if (!head.exact) {
      head.times = this.flying.get(head.n);
      if (head.times) head.times.answered = performance.now();
      this.landed(head.n);
    } else {
      this.exact = true;
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
    if (!head.exact && this.exact) return;
    this.digits = head.digits;
    this.views = head.digits.map((_, k) => arrays[`view${k}`].data);
    this.text = head.text;
    if (this.chosen >= head.digits.length) this.chosen = 0;
    this.showChosen(head.exact);
    if (head.exact) { this.inside = head.n; this.look(); }
    if (head.times) this.painted(head.times);
  }

  /** For those who measure: how long it took from the pointer's event to the painted bars. */
  painted(times) {
    const channel = new MessageChannel(), shown = performance.now();
    channel.port1.onmessage = () => { document.dispatchEvent(new CustomEvent("painted", { detail: { ...times, shown, painted: performance.now() } })); channel.port1.close(); };
    channel.port2.postMessage(0);
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
    if (this.exact) this.look();
  }

  /** Heat and what follows speak for this class now. */
  aim(target) {
    this.target = target;
    this.aimed = this.digits[this.chosen]?.digit !== target;
    this.showChosen(this.exact);
    this.why.clear(target);
    if (this.exact) this.askWhy();
  }

  ended({ slot, n, error }) {
    if (this.flying.has(n)) this.landed(n);
    if (!error) return;
    this.status(t("engine-said", { error }), "bad");
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
    this.undoButton.disabled = !this.history.canUndo;
    this.redoButton.disabled = !this.history.canRedo;
    this.pixelButton.setAttribute("aria-pressed", String(Boolean(this.now.pixels)));
    this.hint.hidden ||= Boolean(this.pad.current);
    document.dispatchEvent(new CustomEvent("state"));
  }

  words() {
    if (!this.examples.children.length || this.examples.dataset.lang !== document.documentElement.lang) {
      this.examples.dataset.lang = document.documentElement.lang;
      put(this.examples, make("option", { value: "" }, t("examples")), ...[3, 5, 7].map((d) => make("option", { value: d }, t("example", { digit: d }))));
    }
    this.canvas.setAttribute("aria-label", t("area", { count: this.now.strokes.length, text: this.digits.length ? this.text : "–" }));
  }

  /** Boxes around the digits, where there are several or a picture. */
  mark() {
    const side = Math.round(this.area.clientWidth * (window.devicePixelRatio || 1));
    if (!side) return;
    if (this.boxes.width !== side) this.boxes.width = this.boxes.height = side;
    const context = this.boxes.getContext("2d"), { picture, pixels } = this.now, whole = picture ? upload.placed(picture, side) : { x: 0, y: 0, scale: side / SIDE };
    const none = pixels || (this.digits.length < 2 && !picture);
    if (none && this.boxes.hidden) return;
    this.boxes.hidden = none;
    context.clearRect(0, 0, side, side);
    if (none) return;
    const size = 13 * (window.devicePixelRatio || 1);
    context.font = `600 ${size}px system-ui, sans-serif`;
    this.digits.forEach(({ box, symbol }, k) => {
      const [left, top, right, bottom] = box.map((v, i) => v * whole.scale + (i % 2 ? whole.y : whole.x));
      context.strokeStyle = context.fillStyle = k === this.chosen ? "#23569b" : "#8a8c94";
      context.lineWidth = (k === this.chosen ? 2.5 : 1.5) * (window.devicePixelRatio || 1);
      context.strokeRect(left - 6, top - 6, right - left + 12, bottom - top + 12);
      context.fillText(symbol, left - 4, Math.max(size, top - 10));
    });
  }

  /** For the link. */
  values() {
    const { strokes, picture, pixels } = this.now;
    const own = strokes.length && !picture && !pixels && !this.isExample;
    return { ...this.sliders, pen: this.pen.width, strokes: own ? packed(strokes) : "" };
  }

  /** Anew from a link. */
  open(values) {
    this.pen.width = values.pen;
    this.width.value = String(values.pen);
    const strokes = unpacked(values.strokes), sliders = Object.fromEntries(SLIDERS.map((name) => [name, values[name]]));
    this.isExample = !strokes.length;
    this.history.push({ strokes: strokes.length ? strokes : example(3), sliders, pixels: null, picture: null });
    this.go(this.now);
  }
}

const view28 = (data) => ({ data, shape: [28, 28] });

