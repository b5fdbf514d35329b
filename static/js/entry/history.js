// Undo and redo. A step is what a person did at once; typing in one cell is one step until a pause or another cell.
// Taking a step back is a change like any other: it is saved too, so undo works across autosaves.
const PAUSE = 1500;
const MOST = 500;

export class History {
  #undo = [];
  #redo = [];
  #listeners = [];

  constructor(doc, outbox) {
    this.doc = doc;
    this.outbox = outbox;
  }

  listen(listener) {
    this.#listeners.push(listener);
  }

  get canUndo() {
    return this.#undo.length > 0;
  }

  get canRedo() {
    return this.#redo.length > 0;
  }

  // Do `changes` as one step. `focus` is the cell to go back to; steps with the same `key` in quick succession join.
  run(changes, { focus = "", key = "", label = "" } = {}) {
    const done = this.#do(changes);
    if (!done.length) return false;
    const now = Date.now();
    const last = this.#undo.at(-1);
    if (key && last?.key === key && now - last.at < PAUSE && last.back.length === 1 && done.length === 1) {
      last.at = now;
    } else {
      this.#undo.push({ back: done, focus, key, label, at: now });
      if (this.#undo.length > MOST) this.#undo.shift();
    }
    this.#redo = [];
    this.#tell();
    return true;
  }

  // The next typing is a step of its own.
  seal() {
    const last = this.#undo.at(-1);
    if (last) last.key = "";
  }

  undo() {
    return this.#step(this.#undo, this.#redo);
  }

  redo() {
    return this.#step(this.#redo, this.#undo);
  }

  #step(from, to) {
    const step = from.pop();
    if (!step) return null;
    const done = this.#do(step.back);
    to.push({ ...step, back: done, key: "" });
    this.#tell();
    return { ...step, applied: step.back, inverse: done };
  }

  // Applies changes and hands them to the outbox; returns what takes them back, last first.
  #do(changes) {
    const [done, inverses] = [[], []];
    this.doc.together(() => {
      for (const change of changes) {
        const inverse = this.doc.apply(change);
        if (!inverse) continue;
        done.push(change);
        inverses.push(inverse);
      }
    });
    if (done.length) this.outbox.put(done);
    return inverses.reverse();
  }

  #tell() {
    for (const listener of this.#listeners) listener(this);
  }
}
