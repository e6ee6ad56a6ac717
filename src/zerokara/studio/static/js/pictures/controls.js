// The settings of a training on pictures, each a native control with a name; and the stack of layers, a row a layer.

import { make, put } from "../dom.js";
import { t } from "../texts.js";

/** A number with its name; `change(value)` when it was set to one that can be. */
export function number(name, setting, change) {
  const whole = Number.isInteger(setting.step), input = make("input", { type: "number", id: `pictures-${name}`, min: setting.low, max: setting.high, step: whole ? 1 : "any", value: setting.default });
  input.addEventListener("change", () => {
    let value = input.value.trim() === "" ? setting.default : Math.max(setting.low, Math.min(setting.high, Number(input.value)));
    if (whole) value = Math.round(value);
    input.value = String(value);
    change(value);
  });
  return make("p", { class: "control" }, make("label", { for: input.id, "data-t": `pic-${name}` }), input);
}

/** One of a few; `words(value)` gives the attributes of each, where the value itself is not said. */
export function choice(name, setting, change, words = null) {
  const select = make("select", { id: `pictures-${name}` }, ...setting.choices.map((value) => make("option", { value, ...words?.(value) }, words?.(value) ? "" : value)));
  select.addEventListener("change", () => change(select.value));
  return make("p", { class: "control" }, make("label", { for: select.id, "data-t": `pic-${name}` }), select);
}

const ACTIVATIONS = ["relu", "leaky_relu", "sigmoid", "tanh", "gelu", "softplus", "elu", "silu", "mish", "hardsigmoid", "hardswish", "relu6"];
/** Every kind of layer: its numbers' names, what they begin with, and how it is written. */
const KINDS = {
  conv: { numbers: [["filters", 16, 1, 1024], ["kernel", 3, 1, 11]], text: (a, b) => (b === 3 ? `conv${a}` : `conv${a}x${b}`) },
  linear: { numbers: [["units", 64, 1, 8192]], text: (a) => `linear${a}` },
  norm: { numbers: [], text: () => "norm" },
  maxpool: { numbers: [["side", 2, 2, 9]], text: (a) => `maxpool${a}` },
  avgpool: { numbers: [["side", 2, 2, 9]], text: (a) => `avgpool${a}` },
  meanpool: { numbers: [], text: () => "meanpool" },
  dropout: { numbers: [["percent", 30, 0, 95]], text: (a) => `dropout${a}` },
};

/** "conv16x5-relu" ↔ [["conv", 16, 5], ["relu"]]; what is not understood is left out. */
export function layersOf(text) {
  return text.split("-").map((one) => {
    if (ACTIVATIONS.includes(one) || one === "norm" || one === "meanpool") return [one];
    const found = one.match(/^(conv|linear|maxpool|avgpool|dropout)(\d+)(?:x(\d+))?$/);
    return found && [found[1], Number(found[2]), ...(found[1] === "conv" ? [Number(found[3] ?? 3)] : [])];
  }).filter(Boolean);
}
export const textOf = (layers) => layers.map(([kind, ...numbers]) => KINDS[kind]?.text(...numbers) ?? kind).join("-");

export class Stack {
  /** `change(text)`: other layers are wanted. */
  constructor({ change }) {
    this.change = change;
    this.list = make("ol", { class: "stack" });
    this.add = make("button", { type: "button", "data-t": "pic-layer-add", id: "pic-layer-add", onclick: () => this.set([...this.layers, ["relu"]]) });
    this.element = make("div", {}, this.list, this.add);
  }

  set(layers) {
    this.change(textOf(layers));
  }

  show(text) {
    this.layers = layersOf(text);
    put(this.list, ...this.layers.map((layer, k) => this.row(layer, k)));
    this.add.disabled = this.layers.length >= 40;
  }

  row([kind, ...numbers], k) {
    const at = (layer) => this.set(this.layers.map((one, i) => (i === k ? layer : one)));
    const select = make("select", { "aria-label": t("pic-layer", { k: k + 1 }), onchange: () => at([select.value, ...(KINDS[select.value]?.numbers ?? []).map(([, first]) => first)]) },
      ...[...Object.keys(KINDS), ...ACTIVATIONS].map((value) => make("option", { value, selected: value === kind }, value)));
    const inputs = (KINDS[kind]?.numbers ?? []).map(([name, first, low, high], i) => {
      const input = make("input", { type: "number", min: low, max: high, step: name === "kernel" ? 2 : 1, value: numbers[i], "aria-label": t(`pic-layer-${name}`, { k: k + 1 }), title: t(`pic-layer-${name}`, { k: k + 1 }) });
      input.addEventListener("change", () => {
        let value = Math.round(Math.max(low, Math.min(high, Number(input.value) || first)));
        if (name === "kernel" && value % 2 === 0) value += 1;
        at([kind, ...numbers.map((one, j) => (j === i ? value : one))]);
      });
      return input;
    });
    const move = (by, words, sign) => make("button", { type: "button", "aria-label": t(words, { k: k + 1 }), title: t(words, { k: k + 1 }), disabled: k + by < 0, onclick: () => {
      const layers = [...this.layers];
      [layers[k], layers[k + by]] = [layers[k + by], layers[k]];
      this.set(layers);
    } }, sign);
    const out = make("button", { type: "button", "aria-label": t("pic-layer-out", { k: k + 1 }), title: t("pic-layer-out", { k: k + 1 }), onclick: () => this.set(this.layers.filter((_, i) => i !== k)) }, "×");
    return make("li", {}, select, ...inputs, make("span", { class: "moves" }, move(-1, "pic-layer-up", "↑"), out));
  }
}
