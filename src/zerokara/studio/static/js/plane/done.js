// What was done by hand, to be undone and done again: of every deed what stood before and what stands after it.

export class Deeds {
  constructor() {
    this.done = [];
    this.undone = [];
  }

  /** `back()` and `again()` put one or the other state in place. Deeds with the same key that follow each other are one. */
  add(back, again, key = null) {
    const last = this.done.at(-1);
    if (key && last?.key === key) last.again = again;
    else this.done.push({ back, again, key });
    this.undone.length = 0;
  }

  undo() {
    const deed = this.done.pop();
    if (!deed) return;
    this.undone.push(deed);
    deed.back();
  }

  redo() {
    const deed = this.undone.pop();
    if (!deed) return;
    this.done.push(deed);
    deed.again();
  }
}
