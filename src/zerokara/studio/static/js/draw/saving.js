// What is on the drawing area, for those who keep it: a page that stands by itself, a labelled drawing.

import { view28 } from "./asking.js";
import * as upload from "./upload.js";

/** What is on the drawing area, as arrays for a question; null where nothing is. */
export async function content({ now, pad, asking }) {
  const { pixels, picture, strokes } = now;
  if (picture) {
    if (picture.view && !strokes.length) return { view: picture.view };
    const file = strokes.length ? await upload.together(picture, pad.small) : picture.file;
    return { file: { data: new Uint8Array(await file.arrayBuffer()), shape: [file.size] } };
  }
  if (pixels) return pixels.some((value) => value) ? { view: view28(pixels) } : null;
  return strokes.length ? asking.ink() : null;
}

/** What a page to keep is made of. */
export async function saved(page) {
  const arrays = (await content(page)) ?? page.asking.ink(), { place } = page.unit, { now } = page;
  const { strokes: _, pixels: __, unit: ___, ...settings } = page.values();
  const head = {
    ...page.models.asked(), chosen: page.chosen, target: Math.max(0, page.target), units: place ? [place] : [], name: now.picture?.file?.name ?? "",
    settings: { ...settings, strokes: now.strokes.length },
  };
  return { head, arrays };
}
