// The controls of the plane: made from the table of settings, each a native one with a name.

import { make } from "../dom.js";
import { pack, unpack } from "../state.js";
import { t } from "../texts.js";

/** A number with its name; `change(value)` when it was set to one that can be. */
export function number(name, setting, change, small = false) {
  const input = make("input", { type: "number", id: `plane-${name}`, min: setting.low, max: setting.high, step: small ? "any" : setting.step, value: setting.default });
  input.addEventListener("change", () => {
    const value = input.value.trim() === "" ? setting.default : Math.max(setting.low, Math.min(setting.high, Number(input.value)));
    input.value = String(value);
    change(value);
  });
  return make("p", { class: "control" }, make("label", { for: input.id, "data-t": name }), input);
}

/** One of a few; `words(value)` names the text of each, where the value itself is not said. */
export function choice(name, setting, change, words = null) {
  const select = make("select", { id: `plane-${name}` }, ...setting.choices.map((value) => make("option", { value, ...words?.(value) }, words ? "" : value)));
  select.addEventListener("change", () => change(select.value));
  return make("p", { class: "control" }, make("label", { for: select.id, "data-t": name }), select);
}

/** "8tanh-8tanh" ↔ [[8, "tanh"], [8, "tanh"]]; what is not understood is left out. */
export const layersOf = (text) => text.split("-").map((one) => one.match(/^(\d{1,3})([a-z_0-9]+)$/)).filter(Boolean).map(([, units, name]) => [Number(units), name]);
export const textOf = (hidden) => hidden.map(([units, name]) => `${units}${name}`).join("-");

/** A formula as the codes of its characters. */
export const packedText = (text) => (text ? pack(Array.from(text, (c) => c.charCodeAt(0))) : "");
export const unpackedText = (packed) => String.fromCharCode(...unpack(packed).filter((code) => code > 31 && code < 127));

/** Points as whole numbers: x, y in thousandths, the label times a thousand. */
export const packedPoints = (points) => (points.length ? pack(points.flat().map((v) => Math.max(-32768, Math.min(32767, Math.round(v * 1000))))) : "");
export function unpackedPoints(packed) {
  const whole = unpack(packed), points = [];
  for (let i = 0; i + 2 < whole.length; i += 3) points.push([whole[i] / 1000, whole[i + 1] / 1000, whole[i + 2] / 1000]);
  return points;
}

/** Which label the next point gets: a class to choose, or a number. */
export function labels(own, classes, regression) {
  const before = own.firstChild?.value ?? "1";
  own.replaceChildren(regression ? make("input", { type: "number", step: "0.1", value: "1", id: "own-label" })
    : make("select", { id: "own-label" }, ...Array.from({ length: classes }, (_, k) => make("option", { value: k, selected: String(k) === before }, t("own-class", { k })))));
}
