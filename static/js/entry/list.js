// A repeated block of the form (指标, 测算明细, 重点工作…): one table row per entry, equal neighbours of the level
// columns merged downward as the form prints them, redrawn in place whenever rows come, go or move. Forms with two
// halves put the entries of both lists side by side, category by category.
import { el } from "./dom.js";
import { openCell, putText } from "./cells.js";
import { parts } from "./doc.js";

// From so many rows on, a merged cell keeps its words in sight instead of in its middle.
const TALL = 8;

export class ListBlock {
  #cells = new Map();

  // `grid`: the block as the server drew it; it tells the columns, the head and the rows of totals.
  constructor(grid, doc, { editable, drawFixed }) {
    this.doc = doc;
    this.editable = editable;
    const first = grid.rows.find((row) => row.cells.some((cell) => parts(cell.path)));
    const at = grid.rows.indexOf(first);
    let last = at;
    while (grid.rows[last + 1]?.cells.some((cell) => parts(cell.path))) last += 1;
    this.columns = first.cells
      .filter((cell) => parts(cell.path))
      .map((cell) => ({ ...cell, ...parts(cell.path), rowspan: 1, merged: cell.kind === "level" }));
    this.lists = [...new Set([grid.list, ...this.columns.map((column) => column.list)])].filter(Boolean);
    this.list = grid.list || this.lists[0];
    this.above = grid.rows.slice(0, at).map(drawFixed);
    this.below = grid.rows.slice(last + 1).map(drawFixed);
    this.side = this.above.flatMap((row) => [...row.children]).find((cell) => cell.rowSpan > 1) ?? null;
    this.rows = [];
    this.ghosts = new Map();
    this.refresh();
  }

  cell(path) {
    return this.#cells.get(path);
  }

  // Entries in the order of the form: [{list: row or ghost}]. A ghost is a blank place whose row is made when typed in.
  #entries() {
    this.ghosts.clear();
    const [one, two] = [this.list, this.lists.find((name) => name !== this.list)];
    const rows = this.doc.rows(one);
    if (!two) return rows.length ? rows.map((row) => ({ [one]: row })) : [{ [one]: this.#ghost(one, "", {}) }];
    const entries = [];
    for (const [level1, ours, theirs] of sideBySide(rows, this.doc.rows(two))) {
      for (let index = 0; index < Math.max(ours.length, theirs.length, 1); index += 1) {
        entries.push({
          [one]: ours[index] ?? this.#ghost(one, ours.at(-1)?.uid, { level1 }),
          [two]: theirs[index] ?? this.#ghost(two, theirs.at(-1)?.uid, { level1 }),
        });
      }
    }
    return entries.length ? entries : [{ [one]: this.#ghost(one, "", {}), [two]: this.#ghost(two, "", {}) }];
  }

  #ghost(list, after, values) {
    const uid = `+${this.ghosts.size}`;
    this.ghosts.set(`${list}/${uid}`, { list, after, values });
    return { uid, values, ghost: true };
  }

  refresh() {
    const active = document.activeElement;
    const held = active && this.rows.some((row) => row.contains(active));
    const entries = this.#entries();
    const spans = this.#spans(entries);
    const wanted = new Set();
    const known = new Map(this.rows.map((row) => [row.dataset.uid, row]));
    const rows = entries.map((entry, index) => {
      const cells = this.columns.flatMap((column, at) => {
        const span = spans[at]?.[index] ?? 1;
        return span ? [this.#cell(column, entry, index, span, wanted)] : [];
      });
      const main = entry[this.list];
      const tr = known.get(main.uid) ?? el("tr", { class: "gridrow", "data-list": this.list });
      tr.dataset.uid = main.uid;
      if (cells.length !== tr.children.length || cells.some((cell, at) => cell !== tr.children[at])) {
        tr.replaceChildren(...cells);
      }
      return tr;
    });
    for (const path of this.#cells.keys()) if (!wanted.has(path)) this.#cells.delete(path);
    this.#place(rows);
    if (held && active.isConnected && document.activeElement !== active) active.focus({ preventScroll: true });
  }

  #place(rows) {
    const body = this.above[0]?.parentNode ?? this.rows[0]?.parentNode;
    if (body) {
      const kept = new Set(rows);
      for (const row of this.rows) if (!kept.has(row)) row.remove();
      let before = this.above.at(-1) ?? null;
      for (const row of rows) {
        const next = before ? before.nextSibling : body.firstChild;
        if (next !== row) body.insertBefore(row, next);
        before = row;
      }
    }
    this.rows = rows;
    if (this.side) this.side.rowSpan = this.above.length + rows.length + this.below.length;
  }

  #cell(column, entry, index, span, wanted) {
    const other = Object.values(entry).find((row) => !row.ghost);
    const row = column.leaf === "level1" && entry[column.list].ghost && other ? other : entry[column.list];
    const list = row === entry[column.list] ? column.list : Object.keys(entry).find((name) => entry[name] === row);
    const path = `${list}/${row.uid}/${column.leaf}`;
    const text = row.values[column.leaf] ?? "";
    const name = `${column.name} 第${index + 1}行`;
    let td = this.#cells.get(path);
    if (!td) {
      td = column.merged ? this.#level(column, path) : openCell({ ...column, path }, name, { editable: this.editable, text });
      this.#cells.set(path, td);
    }
    wanted.add(path);
    td.rowSpan = span;
    td.classList.toggle("is-tall", column.merged && span > TALL);
    if (column.merged) this.#levelText(td, text, column.name);
    else {
      putText(td, text);
      td.querySelector("[data-in]")?.setAttribute("aria-label", name);
    }
    return td;
  }

  #level(column, path) {
    const td = el("td", {
      class: `pg-cell--label level${this.editable ? "" : " fixed"}`,
      "data-path": path,
      "data-kind": "level",
      colspan: column.colspan > 1 ? String(column.colspan) : null,
    });
    const options = { type: "button", class: "level__in", tabindex: "-1", "data-level": "", "aria-haspopup": "menu" };
    td.append(this.editable ? el("button", options) : el("span", { "data-text": "" }));
    return td;
  }

  #levelText(td, text, name) {
    const node = td.firstChild;
    if (node.textContent !== text) node.textContent = text;
    if (node.tagName === "BUTTON") node.setAttribute("aria-label", `${name}：${text || "未填"}`);
    td.classList.toggle("is-blank", !text);
  }

  // How many rows each level cell covers (0: covered from above); level 2 only within one level 1, blanks never.
  #spans(entries) {
    let outer = null;
    return this.columns.map((column) => {
      if (!column.merged) return null;
      const texts = entries.map((entry) => entry[column.list].values[column.leaf] ?? "");
      const joined = texts.map(
        (text, index) => index > 0 && text !== "" && text === texts[index - 1] && (!outer || outer[index]),
      );
      if (column.leaf === "level1") outer = joined;
      const spans = texts.map(() => 0);
      let anchor = 0;
      joined.forEach((covered, index) => {
        if (!covered) anchor = index;
        spans[anchor] += 1;
      });
      return spans;
    });
  }
}

function runs(rows) {
  const found = [];
  for (const row of rows) {
    const name = row.values.level1 ?? "";
    if (found.at(-1)?.[0] === name) found.at(-1)[1].push(row);
    else found.push([name, [row]]);
  }
  return found;
}

// Two lists beside each other, level 1 by level 1, keeping the order of both: [[level1, ours, theirs]].
export function sideBySide(right, left) {
  const [ours, theirs] = [runs(right), runs(left)];
  const found = [];
  while (ours.length || theirs.length) {
    const known = ours.some(([name]) => name === theirs[0]?.[0]);
    const name = !ours.length || (theirs.length && theirs[0][0] !== ours[0][0] && !known) ? theirs[0][0] : ours[0][0];
    found.push([
      name,
      ours[0]?.[0] === name ? ours.shift()[1] : [],
      theirs[0]?.[0] === name ? theirs.shift()[1] : [],
    ]);
  }
  return found;
}
