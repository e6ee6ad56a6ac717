// When a training stops by itself: it has reached its target; it makes no progress (then it asks); nobody looks.

export const HIDDEN = 60000;
const BETTER = 0.999;

export class Stops {
  constructor() {
    this.again();
  }

  /** From now on progress is counted anew. */
  again() {
    this.best = Infinity;
    this.since = null;
    this.reached = false;
  }

  /**
   * What a picture says: "target", "stuck" or null.
   * @param {{target: number, until: number, patience: number}} rules accuracy in percent, loss, epochs; 0: never
   */
  look({ target, until, patience }, head) {
    const [loss, accuracy] = head.measured.train ?? [null, null];
    const there = head.regression ? until > 0 && loss !== null && loss <= until : target > 0 && accuracy !== null && 100 * accuracy >= target;
    const fresh = there && !this.reached;
    this.reached = there;
    if (fresh) return "target";
    if (loss === null) return null;
    if (loss < BETTER * this.best || this.since === null || head.epoch < this.since) { this.best = Math.min(loss, this.best); this.since = head.epoch; }
    if (!patience || head.epoch - this.since < patience) return null;
    this.again();
    return "stuck";
  }
}

/** Call `act(why)` when the page was hidden for a minute, or the battery runs low: "hidden", "battery". */
export function whenLeft(act) {
  let timer = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => act("hidden"), HIDDEN);
  });
  navigator.getBattery?.().then((battery) => {
    const look = () => { if (!battery.charging && battery.level <= 0.15) act("battery"); };
    battery.addEventListener("levelchange", look);
  }, () => {});
}
