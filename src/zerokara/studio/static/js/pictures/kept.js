// The runs that are kept: each can be gone on with, and read with.

import { make, put } from "../dom.js";
import { t } from "../texts.js";
import { share } from "./curves.js";

export class Kept {
  constructor({ open, read }) {
    this.hand = { open, read };
    this.inside = make("div", { class: "scroll", tabindex: "0", role: "region", "data-label": "pic-kept-table" });
    this.element = make("div", {}, make("p", { class: "soft", "data-t": "pic-kept-note" }), this.inside);
  }

  show(runs, now) {
    const heads = ["pic-run", "pic-data", "pic-model", "pic-step", "pic-held-accuracy", "pic-ways"];
    put(this.inside, runs.length ? make("table", { class: "runs" }, make("thead", {}, make("tr", {}, ...heads.map((name) => make("th", { scope: "col", "data-t": name }, t(name))))),
      make("tbody", {}, ...runs.map((one) => make("tr", {}, make("th", { scope: "row" }, one.run), make("td", {}, one.data), make("td", {}, one.model.replaceAll("-", "-\u200b")), make("td", { class: "n" }, one.step.toLocaleString("en")), make("td", { class: "n" }, share(one.accuracy)),
        make("td", {}, this.button("pic-go-on", one.run, this.hand.open, one.run === now), this.button("pic-read", one.run, this.hand.read, !one.readable)))))) : make("p", { "data-t": "pic-none-kept" }, t("pic-none-kept")));
  }

  button(words, run, act, disabled) {
    return make("button", { type: "button", "data-t": words, "aria-label": `${t(words)}: ${run}`, disabled, onclick: () => act(run) }, t(words));
  }
}
