// The table as the page knows it: texts by path, rows by list. Every change is one of four small objects, the same
// that travel to the server; `apply` does one and returns the change that takes it back.
//
//   {op:"set", path, value}   {op:"add", list, uid, after, values}   {op:"delete", list, uid}
//   {op:"move", list, uid, after, level1, level2}
//
// `path` is `goals.annual` or `indicators/<uid>/value`; `after` is the uid of the row above, "" for the first place.
export function parts(path) {
  const [list, uid, leaf] = path.split("/");
  return leaf === undefined ? null : { list, uid, leaf };
}

export class Doc {
  #listeners = [];
  #held = null;

  constructor({ values, lists }) {
    this.values = new Map(Object.entries(values));
    this.lists = new Map(
      Object.entries(lists).map(([name, rows]) => [name, rows.map((row) => ({ uid: row.uid, values: { ...row.values } }))]),
    );
  }

  listen(listener) {
    this.#listeners.push(listener);
  }

  rows(list) {
    return this.lists.get(list) ?? [];
  }

  row(list, uid) {
    return this.rows(list).find((row) => row.uid === uid);
  }

  text(path) {
    const at = parts(path);
    if (!at) return this.values.get(path) ?? "";
    return this.row(at.list, at.uid)?.values[at.leaf] ?? "";
  }

  // Whether a row of that name is still there; plain paths always are.
  has(path) {
    const at = parts(path);
    return !at || this.row(at.list, at.uid) !== undefined;
  }

  // Returns the inverse, or null when there was nothing to do (the row is gone, or is there already).
  apply(change) {
    const inverse = this[`_${change.op}`](change);
    if (inverse && this.#held) this.#held.push(change);
    else if (inverse) this.#tell([change]);
    return inverse;
  }

  // Many changes at once: who listens hears of them together, when all are done. 300 pasted rows are drawn once.
  together(act) {
    if (this.#held) return act();
    this.#held = [];
    try {
      return act();
    } finally {
      const done = this.#held;
      this.#held = null;
      if (done.length) this.#tell(done);
    }
  }

  #tell(changes) {
    for (const listener of this.#listeners) listener(changes);
  }

  _set({ path, value }) {
    if (!this.has(path)) return null;
    const before = this.text(path);
    if (before === value) return null;
    const at = parts(path);
    if (at) this.row(at.list, at.uid).values[at.leaf] = value;
    else this.values.set(path, value);
    return { op: "set", path, value: before };
  }

  _add({ list, uid, after, values }) {
    if (this.row(list, uid)) return null;
    if (!this.lists.has(list)) this.lists.set(list, []);
    this.#insert(list, { uid, values: { ...values } }, after);
    return { op: "delete", list, uid };
  }

  _delete({ list, uid }) {
    const rows = this.rows(list);
    const index = rows.findIndex((row) => row.uid === uid);
    if (index < 0) return null;
    const [row] = rows.splice(index, 1);
    return { op: "add", list, uid, after: rows[index - 1]?.uid ?? "", values: row.values };
  }

  _move({ list, uid, after, level1, level2 }) {
    const rows = this.rows(list);
    const index = rows.findIndex((row) => row.uid === uid);
    if (index < 0 || after === uid) return null;
    const before = rows[index - 1]?.uid ?? "";
    const [row] = rows.splice(index, 1);
    const inverse = { op: "move", list, uid, after: before };
    if (level1 !== undefined) {
      inverse.level1 = row.values.level1 ?? "";
      inverse.level2 = row.values.level2 ?? "";
      row.values.level1 = level1;
      row.values.level2 = level2;
    }
    this.#insert(list, row, after);
    return inverse;
  }

  #insert(list, row, after) {
    const rows = this.lists.get(list);
    const index = after ? rows.findIndex((other) => other.uid === after) : -1;
    if (after && index < 0) rows.push(row);
    else rows.splice(index + 1, 0, row);
  }
}
