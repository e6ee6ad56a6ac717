// Pictures from outside: chosen, photographed, dropped, pasted; they become a step like any other.

import { t } from "../texts.js";
import * as upload from "./upload.js";

/** Listen to what is dropped and pasted, wherever on the page. */
export function listenToFiles(page) {
  const { area } = page, given = (files, event) => { if (files?.[0] && page.element.isConnected) { event.preventDefault(); page.take(files[0]); } };
  for (const name of ["dragenter", "dragover"]) area.addEventListener(name, (event) => { event.preventDefault(); area.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) area.addEventListener(name, () => area.classList.remove("over"));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => { event.preventDefault(); given(event.dataTransfer.files, event); });
  document.addEventListener("paste", (event) => given(event.clipboardData?.files, event));
}

/** Have a picture read by the network that is chosen, and put it under the drawing area. */
export async function take(page, file) {
  page.status(t("reading-picture"), "");
  const n = page.asking.next(), { head, arrays, error } = await upload.read(file, page.models.id);
  if (n !== page.asking.n) return;
  if (error) { page.status(error, "bad"); return; }
  page.isExample = false;
  page.history.push({ ...page.now, strokes: [], sliders: page.bend.neutral(), pixels: null, picture: { file, bytes: arrays.picture, ...head.picture } });
  page.sliders = page.now.sliders;
  page.render();
  page.asking.bars({ ...head, n }, arrays);
  page.status(head.picture.pages > 1 ? t("pages", { count: head.picture.pages }) : "", "");
}
