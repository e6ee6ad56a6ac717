// Pictures as they are sent, and numbers below and above zero, painted on small canvases.

import { make } from "../dom.js";
import { mixed, rgb } from "../plane/colours.js";

/** A canvas of one picture of (N, C, H, W) bytes. */
export function tile({ data, shape }, at, words = "") {
  const [, c, h, w] = shape, canvas = make("canvas", { class: "pixels", width: w, height: h, role: "img", "aria-label": words });
  const image = new ImageData(w, h), out = image.data, start = at * c * h * w;
  for (let i = 0, j = 0; i < h * w; i++, j += 4) {
    for (let k = 0; k < 3; k++) out[j + k] = data[start + (c === 3 ? k * h * w : 0) + i];
    out[j + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** 256 colours for the bytes 0…254 of −scale…scale: the panel's in the middle. */
export function table(now) {
  const [less, more, panel] = [rgb(now.less), rgb(now.more), rgb(now.panel)];
  return Array.from({ length: 256 }, (_, v) => mixed(panel, v < 127 ? less : more, Math.min(1, Math.abs(v - 127) / 127)));
}

/** Paint one of (n, h, w) bytes by a table of colours. */
export function paintSigned(canvas, data, at, h, w, colours) {
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const image = new ImageData(w, h), out = image.data, start = at * h * w;
  for (let i = 0, j = 0; i < h * w; i++, j += 4) {
    const colour = colours[data[start + i]];
    out[j] = colour[0]; out[j + 1] = colour[1]; out[j + 2] = colour[2]; out[j + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}
