// Reading the page data: every cell of the steps' grids, lines and fields.
import { parts } from "./doc.js";

function* cellsOf(data) {
  for (const step of data.steps) {
    for (const grid of step.grids) for (const row of grid.rows) for (const cell of row.cells) if (cell.path) yield cell;
    for (const line of step.lines ?? []) for (const group of line.parts) for (const cell of group) if (cell.path) yield cell;
    for (const field of step.fields ?? []) yield field;
  }
}

// Values by path and rows by list, and `served`: each path's text as the server has it.
export function collect(data) {
  const values = {};
  const lists = {};
  const served = new Map();
  const put = (path, text) => {
    const at = parts(path);
    if (at?.uid.startsWith("+")) return;
    served.set(path, text);
    if (!at) values[path] = text;
    else {
      lists[at.list] ??= new Map();
      if (!lists[at.list].has(at.uid)) lists[at.list].set(at.uid, {});
      lists[at.list].get(at.uid)[at.leaf] = text;
    }
  };
  for (const cell of cellsOf(data)) for (const path of [cell.path, ...(cell.covers ?? [])]) put(path, cell.text);
  for (const step of data.steps) for (const name of step.lists) lists[name] ??= new Map();
  const rows = Object.fromEntries(
    Object.entries(lists).map(([name, found]) => [name, [...found].map(([uid, texts]) => ({ uid, values: texts }))]),
  );
  return { values, lists: rows, served };
}

export function metaOf(data) {
  const found = new Map();
  for (const { path, unread, understood } of cellsOf(data)) found.set(path, { unread, ...(understood && { understood }) });
  return found;
}

export function namesOf(data) {
  const found = new Map();
  for (const cell of cellsOf(data)) if (cell.name) found.set(cell.path, cell.name);
  for (const step of data.steps) for (const list of step.lists) found.set(list, step.title);
  return found;
}
