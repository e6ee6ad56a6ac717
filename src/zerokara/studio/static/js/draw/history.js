// What was done, and can be undone: whole states, none of which is ever changed; as many as there are.

export class History {
  constructor(first) {
    this.states = [first];
    this.at = 0;
  }

  get now() {
    return this.states[this.at];
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.states.length - 1;
  }

  /** A new state; what was undone before is gone. */
  push(state) {
    this.states.length = this.at + 1;
    this.states.push(state);
    this.at += 1;
  }

  undo() {
    if (this.canUndo) this.at -= 1;
    return this.now;
  }

  redo() {
    if (this.canRedo) this.at += 1;
    return this.now;
  }
}
