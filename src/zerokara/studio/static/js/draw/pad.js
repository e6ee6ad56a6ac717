// The drawing area: mouse, finger and pen become strokes. While a pen is down nothing else draws; two fingers never do.

import { onFrame } from "../dom.js";
import { SIDE, boxOf, drawAll, drawStroke, simplified } from "./strokes.js";

const LEAST = 0.4;
/** Of the chosen width: a pen's pressure never makes it thinner. */

export class Pad {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{stroke: Function, begun: Function, moved: Function, pen: Function}} hear
   *   stroke(stroke): one was drawn; begun(): one begins; moved(event time): the ink has changed; pen(): {width, erase}
   */
  constructor(canvas, hear) {
    this.canvas = canvas;
    this.hear = hear;
    this.strokes = [];
    this.current = null;
    this.pointer = null;
    this.fingers = new Set();
    this.small = document.createElement("canvas");
    this.small.width = this.small.height = SIDE;
    this.ink = this.small.getContext("2d", { willReadFrequently: true });
    this.shown = canvas.getContext("2d");
    this.inked = this.painted = 0; // points of the current stroke that are drawn: in the ink, and on the screen
    this.paint = onFrame(() => { if (this.current) this.painted = this.draw(this.shown, this.painted); });
    this.contrast = 1;
    new ResizeObserver(() => this.resize()).observe(canvas);
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    // where the browser tells of moves at once, and not only before the next painting, they are asked about sooner
    canvas.addEventListener("onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", (event) => this.cancel(event));
    for (const name of ["keydown", "blur"]) canvas.addEventListener(name, () => canvas.classList.remove("pointed"));
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** Show other strokes. */
  show(strokes, contrast = 1) {
    this.strokes = strokes;
    this.contrast = contrast;
    drawAll(this.ink, strokes);
    this.repaint();
  }

  resize() {
    const side = Math.max(1, Math.round(this.canvas.clientWidth * (window.devicePixelRatio || 1)));
    if (this.canvas.width !== side) {
      this.canvas.width = this.canvas.height = side;
      this.repaint();
    }
  }

  repaint() {
    const scale = this.canvas.width / SIDE;
    this.shown.setTransform(scale, 0, 0, scale, 0, 0);
    this.shown.strokeStyle = "#17181c";
    this.shown.globalAlpha = 1;
    this.canvas.style.opacity = String(Math.max(0.12, this.contrast));
    drawAll(this.shown, this.strokes);
    if (this.current) this.painted = this.draw(this.shown, 0);
  }

  /** 280×280 bytes, 255 where the ink is full; or those of a part of them. */
  bytes([left, top, right, bottom] = [0, 0, SIDE, SIDE]) {
    if (this.current) this.inked = this.draw(this.ink, this.inked);
    const rgba = this.ink.getImageData(left, top, right - left, bottom - top).data, out = new Uint8Array(rgba.length / 4);
    if (this.contrast === 1) for (let i = 0, j = 3; i < out.length; i++, j += 4) out[i] = rgba[j];
    else for (let i = 0; i < out.length; i++) out[i] = Math.round(rgba[4 * i + 3] * this.contrast);
    return out;
  }

  /** The ink as an array for a message, and where it is: only the part that holds strokes, so that little travels. */
  part() {
    const box = boxOf(this.current ? [...this.strokes, this.current] : this.strokes), [left, top, right, bottom] = box;
    return { at: [left, top], side: SIDE, ink: { data: this.bytes(box), shape: [bottom - top, right - left] } };
  }

  place(event, box) {
    const scale = SIDE / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  down(event) {
    if (event.pointerType === "touch") {
      this.fingers.add(event.pointerId);
      if (this.fingers.size > 1 && this.current && this.pointer?.type === "touch") this.drop();
    }
    if (event.button !== 0 && event.buttons !== 32) return;
    if (this.current) {
      if (event.pointerType !== "pen" || this.pointer.type === "pen") return;
      this.drop(); // the pen comes down where a palm lies already
    }
    if (event.pointerType === "touch" && this.fingers.size > 1) return;
    event.preventDefault();
    this.canvas.classList.add("pointed"); // the browser takes this for a focus by keyboard, which has a ring
    this.canvas.focus({ preventScroll: true });
    try { this.canvas.setPointerCapture(event.pointerId); } catch { /* it has gone already */ }
    this.hear.begun();
    const { width, erase } = this.hear.pen();
    this.pointer = { id: event.pointerId, type: event.pointerType, pressure: 0 };
    this.current = { erase: erase || event.buttons === 32, width, points: [], times: [] };
    this.inked = this.painted = 0;
    this.ink.strokeStyle = "#000";
    this.take(event);
  }

  move(event) {
    if (!this.current || event.pointerId !== this.pointer.id) return;
    this.take(event);
  }

  take(event) {
    const box = this.canvas.getBoundingClientRect(), events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      const [x, y] = this.place(one, box);
      this.current.points.push(x, y, this.share(one));
      this.current.times.push(one.timeStamp);
    }
    this.paint();
    this.hear.moved(event.timeStamp);
  }

  /** The current stroke from a point on; how many points are drawn then. */
  draw(context, from) {
    drawStroke(context, this.current, from);
    return this.current.points.length / 3;
  }

  /** The share of the width: by pressure for a pen, smoothed; a mouse has none, and some pens begin with 0. */
  share(event) {
    if (this.pointer.type !== "pen") return 1;
    this.pointer.pressure = this.pointer.pressure ? 0.7 * this.pointer.pressure + 0.3 * event.pressure : event.pressure;
    return Math.max(LEAST, Math.min(1.3, LEAST + 1.2 * this.pointer.pressure));
  }

  up(event) {
    this.fingers.delete(event.pointerId);
    if (!this.current || event.pointerId !== this.pointer.id) return;
    const kept = [], points = simplified(this.current.points, kept), [first] = this.current.times;
    const done = { ...this.current, points, times: kept.map((i) => Math.round(this.current.times[i] - first)) };
    this.current = this.pointer = null;
    this.hear.stroke(done);
  }

  cancel(event) {
    this.fingers.delete(event.pointerId);
    if (this.current && event.pointerId === this.pointer.id) this.drop();
  }

  /** An unfinished stroke is taken back. */
  drop() {
    this.current = this.pointer = null;
    this.show(this.strokes, this.contrast);
    this.hear.moved(performance.now());
  }
}
