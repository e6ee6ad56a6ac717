// What stands where on the page of the plane.

import { make } from "../dom.js";
import { DATA, LIVE, STOPS } from "./knobs.js";

const card = (title, name, ...inside) => make("section", { class: `card ${name}`, "aria-labelledby": `${name}-title` }, make("h2", { id: `${name}-title`, "data-t": title }), ...inside);
const button = (text, id, act) => make("button", { type: "button", id, "data-t": text, onclick: act });
const label = (text, control) => make("p", { class: "control" }, make("label", { for: control.id, "data-t": text }), control);

/** A part that is computed only while it is open. */
function view(page, name, lead, inside, opened) {
  const details = make("details", { class: "card view", id: `view-${name}` }, make("summary", {}, make("h2", { "data-t": `view-${name}` })), make("p", { class: "soft lead", "data-t": lead }), inside);
  details.addEventListener("toggle", () => { opened(details.open); page.engine.go(); });
  return details;
}

/** The whole page; what it is made of becomes fields of `page`. */
export function build(page) {
  const { knobs, hands } = page;
  page.playButton = make("button", { type: "button", class: "main", id: "play", onclick: () => page.play(!page.playing) });
  page.undo = make("button", { type: "button", id: "undo", "data-t": "undo", onclick: () => { hands.deeds.undo(); page.buttons(); } });
  page.redo = make("button", { type: "button", id: "redo", "data-t": "redo", onclick: () => { hands.deeds.redo(); page.buttons(); } });
  page.clear = make("button", { type: "button", "data-t": "own-clear", onclick: () => hands.once(() => hands.points([], [])) });
  page.spray = make("input", { type: "checkbox", id: "plane-spray" });
  page.now = Object.fromEntries(["step", "epoch", "rate", "train", "test"].map((name) => [name, make("dd", { id: `now-${name}` }, "–")]));
  page.question = make("div", { class: "question", role: "alert", hidden: true }, make("p", {}), make("div", { class: "tools" }, button("plane-go-on", "go-on", () => page.play(true)), button("plane-leave", "leave", () => { page.question.hidden = true; })));
  page.views = {
    inside: view(page, "inside", "inside-lead", page.inside.element, () => page.paintAgain()),
    bend: view(page, "bend", "bent-lead", page.bent.element, () => {}),
    versus: view(page, "versus", "versus-lead", page.versus.element, (open) => (open ? page.versus.turn(page.versus.knob, page.versus.value ?? null, hands.values) : page.compare(null))),
    glass: view(page, "glass", "glass-lead", page.glass.element, () => { if (page.playing) page.play(true); }),
  };
  const bar = make("div", { class: "playbar", role: "group", "data-label": "playbar" }, page.playButton, button("one-back", "back", () => page.by(-1)), button("one-more", "one", () => page.by(1)), button("half-more", "half-more", () => page.half()),
    button("reset", "reset", () => page.anew({})), button("new-seed", "new-seed", () => page.anew({ seed: (hands.values.seed + 1) % 10000 })), page.undo, page.redo,
    make("span", { class: "inline" }, make("label", { for: "plane-speed", "data-t": "speed" }), knobs.speed));
  const told = make("dl", { class: "told" }, ...Object.entries(page.now).map(([name, dd]) => make("div", {}, make("dt", { "data-t": `now-${name}` }), dd)));
  const csv = make("textarea", { id: "plane-csv", rows: 4, spellcheck: "false" });
  const data = card("plane-data", "data", knobs.choices.set, knobs.formulaLine, ...DATA.map((name) => knobs.numbers[name]),
    make("p", { class: "control" }, make("label", { for: "own-label", "data-t": "own-label" }), knobs.ownLabel), label("own-spray", page.spray), make("p", { class: "tools" }, page.clear), make("p", { class: "soft", "data-t": "own-how" }),
    make("details", {}, make("summary", { "data-t": "csv" }), make("label", { for: "plane-csv", class: "soft", "data-t": "csv-text" }), csv, button("csv-take", "csv-take", () => page.take(csv.value))));
  const learning = card("plane-learning", "learning", knobs.choices.optimizer, knobs.choices.loss, ...LIVE.map((name) => knobs.numbers[name]), knobs.choices.schedule, knobs.numbers.horizon, make("p", { class: "soft", "data-t": "live-note" }),
    make("h3", { "data-t": "stops" }), ...STOPS.map((name) => knobs.numbers[name]), make("p", { class: "soft", "data-t": "stops-note" }));
  const network = card("plane-network", "net", make("p", { class: "control wide" }, make("label", { for: "plane-init", "data-t": "init" }), knobs.selects.init, make("span", { class: "inline" }, knobs.norm, make("label", { for: "plane-norm", "data-t": "norm" }))), page.network.element, page.account.element);
  return make("div", { class: "plane" }, make("h1", { "data-t": "plane-title" }), make("p", { class: "soft", "data-t": "plane-lead" }), bar, page.question, told,
    make("div", { class: "three" }, make("div", { class: "left" }, data, learning), make("div", { class: "middle" }, network, card("doctor", "doctored", page.doctor.element)),
      make("div", { class: "right" }, card("plane-answer", "seen-answer", page.surface.element), card("plane-curve", "seen-curve", page.curve.element)),
      make("div", { class: "views" }, ...Object.values(page.views))));
}
