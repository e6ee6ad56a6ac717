// The texts of the page, in the language that is chosen; they come from texts.py.

let table = {};
let lang = "en";
const changed = new Set();

/** @param {Object<string, [string, string]>} texts */
export function fill(texts) {
  table = texts;
}

/** The text `key` with its values in their places. @returns {string} */
export function t(key, values = {}) {
  const both = table[key];
  if (!both) throw new Error(`no text ${key}`);
  return both[lang === "ja" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

export const language = () => lang;

/** Speak a language from now on; everything that was said with `data-t` is said again. */
export function speak(which) {
  lang = which === "ja" ? "ja" : "en";
  document.documentElement.lang = lang;
  translate(document);
  for (const again of changed) again();
}

/** Call this whenever the language changes. */
export function onSpeak(again) {
  changed.add(again);
}

/** Fill in the texts of elements with `data-t` and labels of those with `data-label`. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-label]")) {
    const said = t(element.dataset.label);
    element.setAttribute("aria-label", said);
    if (element.tagName === "BUTTON") element.title = said;
  }
}

/** 0.9312 as 93.1 %, in one form everywhere. */
export function percent(share) {
  const value = 100 * share;
  const shown = value > 0 && value < 0.1 ? "<0.1" : value > 99.9 && value < 100 ? ">99.9" : value.toFixed(1);
  return lang === "ja" ? `${shown}%` : `${shown} %`;
}
