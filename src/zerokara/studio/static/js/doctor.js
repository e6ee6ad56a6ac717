// The doctor: the signs that were found in a training or a reading, each with its sentence, experiment and command.

import { make, put } from "./dom.js";
import { language, onSpeak, t } from "./texts.js";

export class Doctor {
  /** `say(sentence)` is told a new sign, for those who hear the page. */
  constructor({ say = () => {} } = {}) {
    this.say = say;
    this.whys = [];
    this.list = make("ul", { class: "whys" });
    this.well = make("p", { class: "soft", "data-t": "doctor-well" }, t("doctor-well"));
    this.element = make("div", { class: "doctor" }, this.well, this.list);
    onSpeak(() => this.draw());
  }

  /**
   * What stands in an answer of the engine (`whys.told`).
   * @param {{sign: string, text: [string, string], experiments: string[], command: string}[]} whys
   */
  show(whys) {
    const before = new Set(this.whys.map((why) => why.sign)), written = JSON.stringify(whys);
    if (written === this.written) return;
    this.written = written;
    this.whys = whys;
    this.draw();
    const fresh = whys.find((why) => !before.has(why.sign));
    if (fresh) this.say(said(fresh));
  }

  draw() {
    this.well.hidden = this.whys.length > 0;
    put(this.list, ...this.whys.map((why) => make("li", { "data-sign": why.sign },
      make("p", { class: "why" }, said(why)),
      make("p", { class: "soft" }, make("span", { "data-t": "doctor-see" }, t("doctor-see")), " ", make("code", {}, why.command),
        why.experiments.length > 1 ? ` ${t("doctor-also", { names: why.experiments.slice(1).join(", ") })}` : null))));
  }
}

const said = (why) => why.text[language() === "ja" ? 1 : 0];
