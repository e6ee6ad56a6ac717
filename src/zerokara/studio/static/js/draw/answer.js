// The answer: the digits large, in words, and ten bars for the one that is looked at.

import { make, put } from "../dom.js";
import { language, onSpeak, percent, t } from "../texts.js";

const EVERY = 2000;
/** Milliseconds between two sentences that are said aloud. */

const ROWS = 10;

export class Answer {
  /** @param {{chosen: Function, target: Function, peek: Function, name: Function}} hear chosen(k): look at another digit;
   * target(c): at another class; peek(c): at one as long as it is pointed at, null: no longer; name(c): of a class */
  constructor(hear) {
    this.hear = hear;
    this.big = make("span", { class: "big" });
    this.sentence = make("span", { class: "sentence" });
    this.which = make("div", { class: "chosen", role: "group", hidden: true });
    this.rows = Array.from({ length: ROWS }, (_, place) => this.row(place));
    this.bars = make("ol", { class: "bars", "data-label": "bars" }, ...this.rows.map(({ item }) => item));
    this.note = make("p", { class: "soft" });
    this.element = make("div", { class: "answer" },
      make("h2", { "data-t": "answer" }), make("p", { class: "read" }, this.big, this.sentence), this.which, this.bars, this.note);
    this.spoken = document.getElementById("spoken");
    this.lastSaid = 0;
    this.classes(ROWS);
    onSpeak(() => this.render());
  }

  row(place) {
    const fill = make("span", { class: "fill" }), share = make("span", { class: "share" }), name = make("span", { class: "name" });
    const here = () => this.shown[place];
    const button = make("button", { type: "button", class: "bar", "aria-pressed": "false", onclick: () => this.hear.target(here()) },
      name, make("span", { class: "rail" }, fill), share);
    for (const [event, look] of [["pointerenter", true], ["focus", true], ["pointerleave", false], ["blur", false]]) {
      button.addEventListener(event, (told) => { if (told.pointerType !== "touch" && !button.disabled) this.point(look ? here() : null); });
    }
    return { item: make("li", {}, button), button, fill, share, name };
  }

  /** Another network: so many classes it tells apart; of more than ten the most probable are shown. */
  classes(count) {
    this.count = count;
    this.shown = Array.from({ length: Math.min(ROWS, count) }, (_, i) => i);
    this.rows.forEach(({ item }, i) => { item.hidden = i >= this.shown.length; });
    this.now = null;
  }

  /** A bar is pointed at: what follows speaks for its class as long, and the sentence says how it stands. */
  point(target) {
    this.pointed = target;
    this.render();
    this.hear.peek(target);
  }

  /** @param {{digits: any[], text: string, exact: boolean, chosen: number, target: number}} now */
  show(now) {
    this.now = now;
    this.render();
  }

  render() {
    write(this.note, t(this.count > ROWS ? "bars-note-many" : "bars-note"));
    if (!this.now) return;
    const { digits, text, exact, chosen, target } = this.now, digit = digits[chosen], name = this.hear.name;
    write(this.big, digits.length ? text : "–");
    this.big.className = `big${digits.length ? "" : " none"}${text.length > 4 ? " long" : ""}${text.length > 12 ? " longer" : ""}`;
    const p = digit ? digit.probabilities : Array(this.count).fill(0), order = p.map((_, i) => i).sort((a, b) => p[b] - p[a]);
    if (this.count > ROWS) this.shown = order.slice(0, ROWS);
    const said = this.told(digits, text, p, order);
    write(this.sentence, said);
    this.bars.style.setProperty("--names", `${Math.min(14, Math.max(1.2, ...this.shown.map((c) => width(name(c)))))}ch`);
    this.rows.forEach(({ button, fill, share, name: label }, i) => {
      const c = this.shown[i];
      if (c === undefined) return;
      const told = digit ? percent(p[c]) : "–", best = Boolean(digit) && c === order[0], pressed = String(Boolean(digit) && c === target);
      fill.style.transform = `scaleX(${p[c].toFixed(4)})`;
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
      if (button.disabled === Boolean(digit)) button.disabled = !digit;
      button.classList.toggle("best", best);
      write(label, name(c));
      if (share.textContent === told && button.lang === language() && button.dataset.class === String(c)) return; // to write what stands there costs a layout
      share.textContent = told;
      button.lang = language();
      button.dataset.class = String(c);
      button.setAttribute("aria-label", t("bar", { digit: name(c), share: told }));
    });
    this.element.dataset.exact = String(exact);
    this.element.dataset.text = digits.length ? text : "";
    this.choose(digits, chosen);
    this.say(said, exact);
  }

  /** The sentence: how the class that is pointed at stands, or what was read. */
  told(digits, text, p, order) {
    const digit = digits[this.now.chosen], name = this.hear.name;
    if (!digit) return t("nothing");
    const other = order[0] === this.pointed ? order[1] : order[0];
    if (this.pointed !== null && this.pointed !== undefined && p[this.pointed] !== undefined && other !== undefined) {
      const told = { digit: name(this.pointed), share: percent(p[this.pointed]), other: name(other), rest: percent(p[other]) };
      return t(other === order[0] ? "bar-told-first" : "bar-told-second", told);
    }
    if (digits.length > 1) return t("reads-several", { text: text.replace(/\n/g, " / "), count: digits.length });
    return t("reads", { first: name(order[0]), share: percent(p[order[0]]), second: name(order[1]), other: percent(p[order[1]] ?? 0) });
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

/** About so many characters wide; those of East Asia are twice as wide. */
const width = (text) => Array.from(text).reduce((sum, c) => sum + (c.codePointAt(0) > 0x2e7f ? 2 : 1), 0.2);
