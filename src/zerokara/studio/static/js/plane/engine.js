// The conversation with the trainer: what is wanted goes out whole, one question at a time, and a picture comes back.
// At full speed the next question lies ready while one is answered, so that the trainer never waits for the page.
// What a training is made of (its plan, its journal) is held here, so a trainer that was lost can be made again.

const TAB = Array.from(crypto.getRandomValues(new Uint32Array(4)), (v) => v.toString(36)).join("");
const LOOK_EVERY = 33, SLOW = 700, MOST = 20000, SLOTS = ["plane", "plane.next"];

export class Engine {
  /**
   * `answered(head, arrays)`: a picture; `adopt(live, own, gone)`: the settings that hold at its step; `failed(sentence)`;
   * `lost(step)`: it is computed again; `starting(on)`: nothing has come for a while; `show()`: what is on the screen;
   * `asked()`, `settle()`: a question is out, all may have been answered.
   */
  constructor({ wire, hearers, isShown }) {
    Object.assign(this, { wire, hearers, isShown, n: 0, run: 0, flying: new Map(), changes: 0, queue: [], questions: new Map(), playing: false, reach: null, speed: Infinity, known: {} });
    wire.on("plane", (head, arrays) => this.answered(head, arrays));
    wire.on("end", (head) => this.ended(head));
    wire.on("closed", () => this.free());
    wire.on("hello", ({ workers }) => this.hello(workers.train));
  }

  /** Another training: its plan, the settings that it begins with, what is to change on the way, where to stand. */
  begin({ plan, start, journal = [], reach = 0 }) {
    Object.assign(this, { plan, start, journal, reach, last: null, life: "", queue: [], known: {} });
    this.run += 1;
    this.go();
  }

  /** A change by hand: the settings from now on, and weights that were typed. */
  change({ live, data, own, gone, typed = [] }) {
    const last = this.queue.at(-1);
    if (last && !last.sent) Object.assign(last, { live, data, own, gone, typed: [...last.typed, ...typed] });
    else this.queue.push({ id: ++this.changes, live, data, own, gone, typed, sent: false });
    this.go();
  }

  /** Stand at a step. */
  stand(step) {
    this.playing = false;
    this.reach = step;
    this.go();
  }

  play(on) {
    this.playing = on;
    if (on) this.reach = null;
    this.over = 0;
    this.asked = performance.now();
    this.go();
  }

  get busy() {
    return Boolean(this.flying.size || this.questions.size || this.again || this.queue.length || this.reach !== null);
  }

  /** How many updates are due; null: wait. */
  due(now) {
    if (!this.playing || this.reach !== null) return 0;
    if (this.speed === Infinity) return MOST;
    const since = Math.min(Math.max(1000, 1000 / this.speed), now - (this.asked ?? now)) + (this.over ?? 0), updates = Math.floor((since * this.speed) / 1000);
    this.over = updates ? since - (updates * 1000) / this.speed : since;
    return updates || null;
  }

  /** So many questions may be under way: at full speed, with nothing else to say, another one. */
  get most() {
    const steady = this.playing && this.speed === Infinity && this.life && this.reach === null && !this.queue.length && !this.compare;
    return steady ? SLOTS.length : 1;
  }

  /** Ask for the next picture, if not enough are under way. */
  go() {
    clearTimeout(this.later);
    if (!this.plan) return;
    if (!this.isShown() || this.flying.size >= this.most) { this.again = true; return; }
    const now = performance.now(), updates = this.due(now);
    this.asked = now;
    if (updates === null && !this.queue.length && !this.again) {
      this.later = setTimeout(() => this.go(), Math.min(200, Math.max(LOOK_EVERY, 1000 / this.speed)));
      return;
    }
    if (this.ask(updates ?? 0) && this.flying.size < this.most) this.go();
  }

  ask(updates) {
    const n = ++this.n, taken = Array.from(this.flying.values()), slot = SLOTS.find((one) => !taken.includes(one));
    const change = this.queue[0], arrays = { own0: points(this.start.own), gone0: numbers(this.start.gone) };
    if (change) Object.assign(arrays, { own: points(change.own), gone: numbers(change.gone) });
    const head = {
      kind: "train", do: "go", slot, n, tab: TAB, run: this.run, life: this.life, updates, reach: this.reach, compare: this.compare ?? null,
      plan: this.plan, start: { live: this.start.live, data: this.start.data }, show: { ...this.hearers.show(), ...this.known },
      ...(change ? { change: { id: change.id, live: change.live, data: change.data, typed: change.typed } } : {}), ...(this.life ? {} : { journal: this.journal }),
    };
    if (!this.wire.ask(head, arrays)) return false;
    if (change) change.sent = true;
    this.again = false;
    this.flying.set(n, slot);
    this.questions.set(n, { reach: this.reach, run: this.run });
    if (!this.last && !this.slow) this.slow = setTimeout(() => { this.waits = true; this.hearers.starting(true); }, SLOW);
    this.hearers.asked();
    return true;
  }

  /** A question about the training as it stands: its head, and its arrays. */
  standing(head) {
    return [{ kind: "train", tab: TAB, run: this.run, life: this.life, plan: this.plan, start: { live: this.start.live, data: this.start.data }, ...head, n: ++this.n },
      { own0: points(this.start.own), gone0: numbers(this.start.gone) }];
  }

  /** It is asked beside the pictures. */
  about(head) {
    return Boolean(this.life) && this.wire.ask(...this.standing(head));
  }

  /** An answer; the word that it is complete may come before it. */
  answered(head, arrays) {
    const question = this.questions.get(head.n);
    for (const n of this.questions.keys()) if (n <= head.n) this.questions.delete(n);
    if (!question || question.run !== this.run) return;
    this.heard();
    if (head.lost) { this.lose(); return; }
    this.life = head.life;
    if (this.reach === question.reach && (head.step === this.reach || head.stopped)) this.reach = null;
    while (this.queue.length && this.queue[0].id <= head.told) this.queue.shift();
    this.known = { version: head.version, points: head.points };
    if (head.journal) this.journal = head.journal;
    this.last = { head: { ...this.last?.head, marks: [], ...head }, arrays: { ...kept(this.last?.arrays), ...arrays } };
    if (head.marks && !arrays.branch) delete this.last.arrays.branch;
    if (!this.queue.length) this.hearers.adopt(head.live, unpacked(this.last.arrays.own), Array.from(this.last.arrays.gone.data));
    this.hearers.answered(this.last.head, this.last.arrays);
    const second = head.second;
    if (second && second.step !== head.step && !second.stopped) this.again = true;
    if (!this.flying.size && (this.again || this.queue.length || this.reach !== null)) this.go(); // the end has come before the answer
    this.hearers.settle();
  }

  /** Something has come: the trainer has started. */
  heard() {
    clearTimeout(this.slow);
    this.slow = null;
    if (this.waits) this.hearers.starting(false);
    this.waits = false;
  }

  /** The trainer does not know this training any more: it gets the journal, and comes to the same step. */
  lose() {
    const step = this.last?.head.step ?? 0;
    this.life = "";
    this.known = {};
    this.reach ??= step;
    if (this.died) this.hearers.lost(step);
    this.died = false;
    this.again = true;
    this.questions.clear(); // another one under way is told the same
    if (!this.flying.size) this.go();
  }

  ended({ slot, n, error }) {
    if (this.flying.get(n) !== slot) return;
    this.flying.delete(n);
    if (error && this.trainer?.state !== "ready") { // it has died, and is started again: then it is asked again
      this.died = this.again = true;
      this.questions.clear();
    } else if (error) {
      this.heard();
      this.playing = this.again = false;
      this.reach = null;
      this.queue.shift();
      this.questions.clear();
      this.hearers.failed(error);
    } else if (this.playing || this.again || this.queue.length || this.reach !== null) this.go();
    this.hearers.settle();
  }

  /** Nothing is under way any more: the connection was closed. */
  free() {
    this.flying.clear();
    this.questions.clear();
    this.again = true;
  }

  /** How the trainer does. One that was started anew is asked at once, so that it stands where the page does. */
  hello(trainer) {
    const fresh = trainer && this.trainer && trainer.starts !== this.trainer.starts;
    this.trainer = trainer;
    if (fresh && this.last) this.died = this.again = true;
    if ((!trainer || trainer.state === "ready") && (this.again || !this.last) && !this.flying.size) this.go();
  }
}

const points = (own) => ({ data: Float32Array.from(own.flat()), shape: [own.length, 3] });
const numbers = (gone) => ({ data: Int32Array.from(gone), shape: [gone.length] });
const unpacked = ({ data }) => Array.from({ length: data.length / 3 }, (_, i) => Array.from(data.subarray(3 * i, 3 * i + 3), (v) => Math.round(v * 1000) / 1000));

/** What stays until something else comes: points, marks' curves. */
function kept(arrays = {}) {
  const names = ["train", "test", "own", "gone", "drawn", "branch", "counts"];
  return Object.fromEntries(names.filter((name) => name in arrays).map((name) => [name, arrays[name]]));
}
