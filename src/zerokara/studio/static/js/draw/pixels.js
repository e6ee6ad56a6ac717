// The keyboard's way to draw: 28×28 cells, set one by one. Arrows move, Space inks, Shift and an arrow draw.

import { make } from "../dom.js";
import { pack, unpack } from "../state.js";
import { onSpeak, percent, t } from "../texts.js";

const SIDE = 28;

const FINEST = 2295;
/** Ink comes in so many steps, ninths and bytes among them: a link gives back the very same numbers. */

/** The ink in steps that a link can hold. */
export const snapped = (view) => Float32Array.from(view, (ink) => Math.round(ink * FINEST) / FINEST);

/** Pixels as the text of a link: −n stands for n blank ones. */
export function packedPixels(values) {
  const numbers = [];
  let blank = 0;
  const flush = () => { if (blank) numbers.push(-blank); blank = 0; };
  for (const ink of values) {
    if (ink) { flush(); numbers.push(Math.round(ink * FINEST)); } else blank += 1;
  }
  flush();
  return pack(numbers);
}

/** The pixels in the text of a link; null for none, or for what are none. */
export function unpackedPixels(text) {
  const values = [];
  for (const n of unpack(text ?? "")) {
    if (n < 0) for (let k = 0; k < -n && values.length <= SIDE * SIDE; k++) values.push(0);
    else values.push(Math.min(1, n / FINEST));
  }
  return values.length === SIDE * SIDE ? Float32Array.from(values) : null;
}

export class Pixels {
  /** @param {{changed: Function, leave: Function}} hear changed(values): a cell was set */
  constructor(hear) {
    this.hear = hear;
    this.values = new Float32Array(SIDE * SIDE);
    this.level = 1;
    this.at = [14, 14];
    this.cells = [];
    this.element = make("div", { class: "grid", role: "grid", "data-label": "pixels-label", hidden: true });
    for (let y = 0; y < SIDE; y++) {
      const row = make("div", { role: "row" });
      for (let x = 0; x < SIDE; x++) {
        const cell = make("div", { role: "gridcell", tabindex: "-1" });
        cell.addEventListener("pointerdown", () => { this.go(y, x); this.set(y, x, this.values[y * SIDE + x] ? 0 : this.level); });
        this.cells.push(cell);
        row.append(cell);
      }
      this.element.append(row);
    }
    this.element.addEventListener("keydown", (event) => this.key(event));
    onSpeak(() => this.render());
  }

  show(values) {
    this.values = values;
    this.render();
  }

  open(values) {
    this.element.hidden = false;
    this.show(values);
    this.go(...this.at);
  }

  render() {
    if (this.element.hidden) return;
    this.cells.forEach((_, i) => this.cell(i));
  }

  cell(i) {
    const ink = this.values[i], grey = Math.round(255 - 232 * ink);
    this.cells[i].style.backgroundColor = `rgb(${grey}, ${grey}, ${Math.min(255, grey + 4)})`;
    this.cells[i].setAttribute("aria-label", t("pixel", { row: Math.floor(i / SIDE) + 1, column: (i % SIDE) + 1, ink: percent(ink) }));
    this.cells[i].tabIndex = i === this.at[0] * SIDE + this.at[1] ? 0 : -1;
  }

  go(y, x) {
    const before = this.at[0] * SIDE + this.at[1];
    this.at = [Math.max(0, Math.min(SIDE - 1, y)), Math.max(0, Math.min(SIDE - 1, x))];
    this.cell(before);
    const now = this.at[0] * SIDE + this.at[1];
    this.cell(now);
    this.cells[now].focus({ preventScroll: true });
  }

  set(y, x, ink) {
    const values = Float32Array.from(this.values);
    values[y * SIDE + x] = ink;
    this.values = values;
    this.cell(y * SIDE + x);
    this.hear.changed(values);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [y, x] = this.at, move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (move) {
      this.go(y + move[0], x + move[1]);
      if (event.shiftKey) this.set(...this.at, this.level);
    } else if (event.key === " ") this.set(y, x, this.values[y * SIDE + x] ? 0 : this.level);
    else if (event.key === "Delete" || event.key === "Backspace" || event.key === "0") this.set(y, x, 0);
    else if (/^[1-9]$/.test(event.key)) this.set(y, x, (this.level = Number(event.key) / 9));
    else if (event.key === "Escape") this.hear.leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
