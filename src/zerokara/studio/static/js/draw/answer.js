// The answer: the digits large, in words, and ten bars for the one that is looked at.

import { make, put } from "../dom.js";
import { language, onSpeak, percent, t } from "../texts.js";

const EVERY = 2000;
/** Milliseconds between two sentences that are said aloud. */

export class Answer {
  /** @param {{chosen: Function, target: Function}} hear chosen(k): look at another digit; target(c): at another class */
  constructor(hear) {
    this.hear = hear;
    this.big = make("span", { class: "big" });
    this.sentence = make("span", { class: "sentence" });
    this.which = make("div", { class: "chosen", role: "group", hidden: true });
    this.rows = Array.from({ length: 10 }, (_, digit) => this.row(digit));
    this.element = make("div", { class: "answer" },
      make("h2", { "data-t": "answer" }), make("p", { class: "read" }, this.big, this.sentence), this.which,
      make("ol", { class: "bars", "data-label": "bars" }, ...this.rows.map(({ item }) => item)),
      make("p", { class: "soft", "data-t": "bars-note" }));
    this.spoken = document.getElementById("spoken");
    this.lastSaid = 0;
    onSpeak(() => this.render());
  }

  row(digit) {
    const fill = make("span", { class: "fill" }), share = make("span", { class: "share" });
    const button = make("button", { type: "button", class: "bar", "aria-pressed": "false", onclick: () => this.hear.target(digit) },
      make("span", {}, String(digit)), make("span", { class: "rail" }, fill), share);
    return { item: make("li", {}, button), button, fill, share };
  }

  /** @param {{digits: any[], text: string, exact: boolean, chosen: number, target: number}} now */
  show(now) {
    this.now = now;
    this.render();
  }

  render() {
    if (!this.now) return;
    const { digits, text, exact, chosen, target } = this.now, digit = digits[chosen];
    write(this.big, digits.length ? text : "–");
    this.big.className = `big${digits.length ? "" : " none"}${text.length > 4 ? " long" : ""}`;
    const p = digit ? digit.probabilities : Array(10).fill(0), order = p.map((_, i) => i).sort((a, b) => p[b] - p[a]);
    const values = { first: order[0], share: percent(p[order[0]]), second: order[1], other: percent(p[order[1]]) };
    const said = !digit ? t("nothing") : digits.length > 1 ? t("reads-several", { text: text.replace(/\n/g, " / "), count: digits.length }) : t("reads", values);
    write(this.sentence, said);
    this.rows.forEach(({ button, fill, share }, i) => {
      const told = digit ? percent(p[i]) : "–", best = Boolean(digit) && i === order[0], pressed = String(Boolean(digit) && i === target);
      fill.style.transform = `scaleX(${p[i].toFixed(4)})`;
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
      if (button.disabled === Boolean(digit)) button.disabled = !digit;
      button.classList.toggle("best", best);
      if (share.textContent === told && button.lang === language()) return; // to write what stands there costs a layout
      share.textContent = told;
      button.lang = language();
      button.setAttribute("aria-label", t("bar", { digit: i, share: told }));
    });
    this.element.dataset.exact = String(exact);
    this.element.dataset.text = digits.length ? text : "";
    this.choose(digits, chosen);
    this.say(said, exact);
  }

  choose(digits, chosen) {
    const hidden = digits.length < 2;
    this.which.hidden = hidden;
    if (hidden) { put(this.which); return; }
    this.which.setAttribute("aria-label", t("which"));
    if (this.which.children.length !== digits.length) {
      put(this.which, ...digits.map((_, k) => make("button", { type: "button", onclick: () => this.hear.chosen(k) })));
    }
    digits.forEach((digit, k) => {
      const button = this.which.children[k];
      button.textContent = digit.symbol;
      button.setAttribute("aria-pressed", String(k === chosen));
      button.setAttribute("aria-label", t("which-one", { place: k + 1, digit: digit.symbol }));
    });
  }

  /** Aloud at most every two seconds, and only what is new; the last word always comes. */
  say(sentence) {
    clearTimeout(this.later);
    if (sentence === this.spoken.textContent) return;
    const wait = Math.max(0, this.lastSaid + EVERY - performance.now());
    this.later = setTimeout(() => {
      this.spoken.textContent = sentence;
      this.lastSaid = performance.now();
    }, wait);
  }
}

/** A text that stands there already is not laid out again. */
const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };
