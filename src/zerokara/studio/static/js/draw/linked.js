// The drawing page and its link: which settings it holds, and what they say.

import { pack } from "../state.js";
import { SLIDERS } from "./bend.js";
import { packedPixels, unpackedPixels } from "./pixels.js";
import { packed, unpacked } from "./strokes.js";

export const slidersOf = (values) => Object.fromEntries(SLIDERS.map((name) => [name, values[name]]));

/** The drawing that a link holds; null for none. */
export function drawingOf(values) {
  const strokes = unpacked(values.strokes), pixels = unpackedPixels(values.pixels);
  return strokes.length || pixels ? { strokes, sliders: slidersOf(values), pixels, picture: null } : null;
}

/** The settings of the page as it is. */
export function valuesOf(page) {
  const { strokes, picture, pixels } = page.now, { place } = page.unit;
  const own = strokes.length && !picture && !pixels && !page.isExample, layer = place ? page.layers.numberOf(place.layer) : -1;
  return {
    ...page.sliders, pen: page.pen.width, strokes: own ? packed(strokes) : "", pixels: pixels ? packedPixels(pixels) : "",
    model: page.models.id, target: page.aimed ? page.target : -1, unit: layer >= 0 ? pack([layer, ...place.index]) : "",
  };
}
