// Pictures from outside: their bytes go to the engine as they are, and come back upright, to be drawn on.

import { decode } from "../frames.js";
import { language, t } from "../texts.js";
import { paint } from "../dom.js";
import { SIDE } from "./strokes.js";

/** Have a picture read, by the network of an id. @param {Blob} file @returns {Promise<{head?: any, arrays?: any, error?: string}>} */
export async function read(file, model) {
  try {
    const answer = await fetch(`api/read?model=${encodeURIComponent(model)}`, { method: "POST", body: file, headers: { "accept-language": language() } });
    if (answer.ok) return decode(await answer.arrayBuffer());
    const { error, hint } = await answer.json();
    return { error: hint ? `${error} ${hint}` : error };
  } catch {
    return { error: t("offline") };
  }
}

/** Where the picture lies in a square of this side: as large as fits, in the middle. */
export function placed({ width, height }, side) {
  const scale = side / Math.max(width, height);
  return { x: (side - width * scale) / 2, y: (side - height * scale) / 2, scale };
}

/** Show the picture under the drawing area. */
export function show(canvas, picture) {
  const drawn = asCanvas(picture), side = 2 * SIDE, { x, y, scale } = placed(picture, side);
  Object.assign(canvas, { width: side, height: side });
  canvas.getContext("2d").drawImage(drawn, x, y, picture.width * scale, picture.height * scale);
}

/** The picture with the strokes over it, as a file. @returns {Promise<Blob>} */
export function together(picture, ink) {
  const canvas = asCanvas(picture), { x, y, scale } = placed(picture, SIDE), context = canvas.getContext("2d");
  context.drawImage(ink, x, y, picture.width * scale, picture.height * scale, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function asCanvas({ bytes }) {
  const canvas = document.createElement("canvas");
  paint(canvas, bytes.data, bytes.shape);
  return canvas;
}
