// What is on the screen as a page that stands by itself: made by the engine, saved by the browser.

import { decode, encode } from "../frames.js";
import { make } from "../dom.js";
import { language, t } from "../texts.js";
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

/** Have the page made, and save it. */
export async function save(page, link) {
  page.status(t("saving"), "");
  const arrays = (await content(page)) ?? page.asking.ink(), { place } = page.unit, { now, table } = page;
  const { strokes: _, pixels: __, unit: ___, ...settings } = page.values();
  const head = {
    ...page.models.asked(), chosen: page.chosen, target: Math.max(0, page.target), units: place ? [place] : [], name: now.picture?.file?.name ?? "",
    settings: { ...settings, strokes: now.strokes.length }, link: link.length <= table.longest ? link : "",
  };
  const error = await made(head, arrays);
  page.status(error ?? t("saved"), error ? "bad" : "good");
}

/** @returns {Promise<string|null>} why not, or null */
async function made(head, arrays) {
  try {
    const answer = await fetch("api/page", { method: "POST", body: encode(head, arrays), headers: { "accept-language": language() } });
    if (!answer.ok) {
      const { error, hint } = await answer.json();
      return hint ? `${error} ${hint}` : error;
    }
    const { html } = decode(await answer.arrayBuffer()).arrays, address = URL.createObjectURL(new Blob([html.data], { type: "text/html" }));
    const link = make("a", { href: address, download: "drawing.html" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    return null;
  } catch {
    return t("offline");
  }
}
