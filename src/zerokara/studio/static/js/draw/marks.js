// What is marked on the drawing: boxes around the digits, through which Tab walks, and what a unit sees of it.

import { make, put } from "../dom.js";
import { t } from "../texts.js";
import { SIDE } from "./strokes.js";
import { placed } from "./upload.js";

const CHOSEN = "#23569b", OTHER = "#6f7179", FIELD = "#c2521a";

export class Marks {
  /** @param {Function} choose choose(k): look at another digit */
  constructor(choose) {
    this.choose = choose;
    this.canvas = make("canvas", { id: "boxes", "aria-hidden": "true", hidden: true });
    this.buttons = make("div", { class: "walk", role: "group", "data-label": "which" });
  }

  /** @param {{width: number, digits: any[], chosen: number, picture: any, pixels: any, view: any, field: any, isInk: boolean}} now */
  show({ width, digits, chosen, picture, pixels, view, field, isInk }) {
    const ratio = window.devicePixelRatio || 1, side = Math.round(width * ratio), { canvas } = this;
    if (!side) return;
    const several = !pixels && digits.length > 1, boxes = several || (picture && digits.length), none = !boxes && !(field && view && !pixels && digits[chosen]);
    const whole = picture ? placed(picture, side) : { x: 0, y: 0, scale: side / SIDE }, at = (box) => box.map((v, i) => v * whole.scale + (i % 2 ? whole.y : whole.x));
    this.walk(several ? digits.map(({ box, symbol }) => ({ symbol, box: at(box).map((v) => v / side) })) : [], chosen);
    if (none && canvas.hidden) return;
    canvas.hidden = none;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const context = canvas.getContext("2d"), size = 13 * ratio;
    context.clearRect(0, 0, side, side);
    if (none) return;
    context.font = `600 ${size}px system-ui, sans-serif`;
    if (boxes) digits.forEach(({ box, symbol }, k) => {
      const [left, top, right, bottom] = at(box);
      context.strokeStyle = context.fillStyle = k === chosen ? CHOSEN : OTHER;
      context.lineWidth = (k === chosen ? 2.5 : 1.5) * ratio;
      context.strokeRect(left - 6, top - 6, right - left + 12, bottom - top + 12);
      context.fillText(symbol, left - 4, Math.max(size, top - 10));
    });
    if (!field || !view || !digits[chosen]) return;
    const [left, top, right, bottom] = at(inDrawing(field, view, digits[chosen].box, isInk));
    context.strokeStyle = FIELD;
    context.lineWidth = 2.5 * ratio;
    context.setLineDash([6 * ratio, 4 * ratio]);
    context.strokeRect(left, top, right - left, bottom - top);
    context.setLineDash([]);
  }

  /** A button over each box, which no pointer meets: Tab walks through them, and to be there is to look. */
  walk(boxes, chosen) {
    const { buttons } = this;
    if (buttons.children.length !== boxes.length) put(buttons, ...boxes.map((_, k) => make("button", { type: "button", onfocus: () => this.choose(k) })));
    boxes.forEach(({ symbol, box: [left, top, right, bottom] }, k) => {
      const button = buttons.children[k], percent = (v) => `${(100 * v).toFixed(2)}%`;
      Object.assign(button.style, { left: percent(left), top: percent(top), width: percent(right - left), height: percent(bottom - top) });
      button.setAttribute("aria-label", t("which-one", { place: k + 1, digit: symbol }));
      button.setAttribute("aria-current", String(k === chosen));
    });
  }
}

/** A box [top, left, bottom, right] of the view as [left, top, right, bottom] of the drawing: its ink lies in the digit's box. */
export function inDrawing([top, left, bottom, right], view, box, isInk = true) {
  const [x0, y0, x1, y1] = isInk ? inked(view) : [0, 0, view.shape[1], view.shape[0]];
  const across = (box[2] - box[0]) / Math.max(1, x1 - x0), down = (box[3] - box[1]) / Math.max(1, y1 - y0);
  return [box[0] + (left - x0) * across, box[1] + (top - y0) * down, box[0] + (right - x0) * across, box[1] + (bottom - y0) * down];
}

/** The box around what is inked in a view. */
function inked({ data, shape: [h, w] }) {
  let x0 = w, y0 = h, x1 = 0, y1 = 0;
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
    if (data[y * w + x] < 0.2) continue;
    x0 = Math.min(x0, x); x1 = Math.max(x1, x + 1); y0 = Math.min(y0, y); y1 = Math.max(y1, y + 1);
  }
  return x0 < x1 ? [x0, y0, x1, y1] : [0, 0, w, h];
}
