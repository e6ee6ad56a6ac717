// Small helpers: elements, tables, canvases. Text goes in as text, never as markup.

import { t } from "./texts.js";

/** @returns {HTMLElement} an element with attributes and children (elements or texts) */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Replace what is in an element. */
export function put(element, ...children) {
  element.replaceChildren(...children);
  return element;
}

/** A canvas of pixels with words, at the resolution of its data. */
export function picture(width, height, words = "") {
  return make("canvas", { width, height, class: "pixels", role: "img", "aria-label": words });
}

/**
 * Paint numbers on a canvas: (H, W) grey or (H, W, 3) in colour, between low and high.
 * @param {HTMLCanvasElement} canvas
 */
export function paint(canvas, data, shape, low = 0, high = 255, invert = false) {
  const [h, w] = shape;
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const image = new ImageData(w, h), out = image.data, scale = high > low ? 255 / (high - low) : 0;
  for (let i = 0, j = 0; i < w * h; i++, j += 4) {
    if (shape[2] === 3) {
      for (let c = 0; c < 3; c++) out[j + c] = (data[3 * i + c] - low) * scale;
    } else {
      const grey = (data[i] - low) * scale;
      out[j] = out[j + 1] = out[j + 2] = invert ? 255 - grey : grey;
    }
    out[j + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** The numbers behind a picture, in a table that is made when it is opened. */
export function numbers(rows, about = () => "") {
  const inside = make("div", { class: "scroll", tabindex: "0", role: "region" });
  const summary = make("summary", { "data-t": "numbers" }, t("numbers"));
  const details = make("details", { class: "numbers" }, summary, inside);
  const fill = () => {
    inside.setAttribute("aria-label", `${about()} ${t("numbers")}`.trim());
    if (details.open) put(inside, table(rows()));
  };
  details.addEventListener("toggle", fill);
  details.again = fill;
  return details;
}

/** A table: {heads: string[], rows: (string|number)[][]}; the first cell of a row is its head, a text or an element. */
export function table({ heads, rows }) {
  const number = (cell) => (typeof cell === "number" || /^[<>−+\-]?[\d.]+( ?%)?$/.test(cell) ? "n" : null);
  return make("table", {},
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, String(head))))),
    make("tbody", {}, ...rows.map(([first, ...rest]) =>
      make("tr", {}, make("th", { scope: "row" }, first instanceof Node ? first : String(first)), ...rest.map((cell) => make("td", { class: number(cell) }, String(cell)))))));
}

/** (H, W) numbers as rows of a table. */
export function grid(data, [h, w], digits = 2) {
  const heads = ["#", ...Array.from({ length: w }, (_, x) => x + 1)];
  const rows = Array.from({ length: h }, (_, y) =>
    [y + 1, ...Array.from({ length: w }, (_, x) => Number(data[y * w + x]).toFixed(digits))]);
  return { heads, rows };
}

/** Call at most once between two paintings of the screen, with the newest arguments. */
export function onFrame(render) {
  let waiting = null;
  return (...given) => {
    if (!waiting) requestAnimationFrame(() => { const now = waiting; waiting = null; render(...now); });
    waiting = given;
  };
}
