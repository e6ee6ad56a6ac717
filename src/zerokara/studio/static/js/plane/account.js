// The account of a unit: y = f(Σ w·x + b) with its numbers, every gradient, and its weights to type and to lock.

import { make, put } from "../dom.js";
import { t } from "../texts.js";
import { FEATURES } from "./network.js";
import { small } from "./inside.js";

export class Account {
  /** `type(name, place, value)`, `lock(name, place, on)`; `isHeld(name, place)`; `ask(unit)`; `close()`. */
  constructor(hand) {
    this.hand = hand;
    this.title = make("h3", { tabindex: "-1" });
    this.formula = make("p", { class: "formula" });
    this.told = make("p", { class: "soft" });
    this.body = make("tbody");
    this.head = make("tr");
    this.element = make("div", { class: "account", hidden: true, role: "region" }, make("div", { class: "tools" }, this.title, make("button", { type: "button", "data-t": "close", onclick: () => this.close() })),
      this.formula, make("div", { class: "scroll", tabindex: "0", role: "group", "data-label": "account-table" }, make("table", {}, make("thead", {}, this.head), this.body)), this.told);
  }

  /** `unit`: [layer, number], layer 0 for the outputs. */
  open(unit, at, weight = null) {
    this.unit = unit;
    this.weight = weight;
    this.at = at;
    this.element.hidden = false;
    this.waits = this.focus = true;
    this.hand.ask({ layer: unit[0], number: unit[1], at });
  }

  /** The training went on: ask again, unless someone is typing. */
  again(at) {
    if (!this.unit || this.waits || this.body.contains(document.activeElement)) return;
    this.at = at;
    this.waits = this.hand.ask({ layer: this.unit[0], number: this.unit[1], at });
  }

  close() {
    this.unit = null;
    this.element.hidden = true;
    this.hand.close();
  }

  show(head) {
    this.waits = false;
    if (!this.unit || head.lost || head.layer !== this.unit[0] || head.number !== this.unit[1]) return;
    const [layer, j] = this.unit, place = head.at.map(small).join(", ");
    this.title.textContent = layer ? t("account-unit", { k: layer, j: j + 1 }) : t("account-output", { j });
    this.formula.textContent = head.formula;
    put(this.head, ...["account-from", "account-x", "account-w", "account-product", "account-gx", "account-gw", "account-lock"].map((key) => make("th", { scope: "col" }, t(key))));
    const bias = { weight: `${head.linear}.bias`, place: [j], w: head.bias, x: 1, product: head.bias, gx: null, gw: null, bias: true };
    const own = head.terms.filter((term) => term.weight);
    put(this.body, ...[...own, ...(own.length ? [bias] : [])].map((term) => this.row(term)));
    const more = head.more ? ` ${t("account-rest", { n: head.more, rest: small(head.rest) })}` : "";
    this.told.textContent = `${t("account-told", { place, engine: small(head.engine), apart: small(head.apart), gradient: small(head.gradient) })}${head.target === null ? "" : ` ${t("account-target", { k: head.target })}`}${more}`;
    this.element.setAttribute("aria-label", this.title.textContent);
    if (!this.focus) return;
    this.focus = false;
    const input = this.weight && this.body.querySelector(`[data-place="${this.weight.j},${this.weight.i}"] input`);
    if (input) input.focus();
    else this.title.focus({ preventScroll: true });
  }

  row(term) {
    const name = term.bias ? t("account-bias") : term.source === "input" ? FEATURES[this.hand.features()[term.at[0]]] : `${term.source.replace("act", t("account-layer"))} · ${term.at[0] + 1}`;
    const held = this.hand.isHeld(term.weight, term.place);
    const input = make("input", { type: "number", step: "any", value: Number(term.w.toPrecision(6)), "aria-label": t("account-type", { name }), disabled: held });
    input.addEventListener("change", () => { const value = Number(input.value); if (input.value.trim() !== "" && Number.isFinite(value)) this.hand.type(term.weight, term.place, value, term.w); });
    const lock = make("input", { type: "checkbox", checked: held, "aria-label": t("account-hold", { name }) });
    lock.addEventListener("change", () => { input.disabled = lock.checked; this.hand.lock(term.weight, term.place, lock.checked); });
    return make("tr", { "data-place": term.bias ? null : term.place.join() }, make("th", { scope: "row" }, name), ...[small(term.x)].map((v) => make("td", { class: "n" }, v)), make("td", {}, input), ...[term.product, term.gx, term.gw].map((v) => make("td", { class: "n" }, small(v))), make("td", {}, lock));
  }
}
