// The official form as paper, from the grids of its steps. Rows stand in the order of the form whatever step they
// belong to; showing one step hides the others, so changing steps needs no request.
import { el } from "./dom.js";
import { control, openCell, putText } from "./cells.js";
import { ListBlock } from "./list.js";
import { parts } from "./doc.js";

const TAGS = { title: "div", caption: "div", sign: "div" };

export class Paper {
  blocks = [];
  #cells = new Map();
  #frames = [];

  constructor(place, data, doc) {
    this.place = place;
    this.doc = doc;
    this.editable = data.table.editable;
    this.limits = data.limits ?? {};
    this.steps = data.steps;
    this.#draw();
  }

  #draw() {
    const steps = this.steps.filter((step) => step.lines?.length);
    for (const step of steps) this.#frame(step, step.lines.filter((line) => line.style !== "sign"));
    for (const piece of piecesOf(this.steps)) this.#hang(piece.step, this.#grid(piece));
    for (const step of steps) this.#frame(step, step.lines.filter((line) => line.style === "sign"));
    for (const step of this.steps) {
      if (step.fields?.length) this.#hang(step.key, step.key === "prose" ? this.#prose(step) : this.#fields(step));
    }
  }

  #frame(step, lines) {
    for (const line of lines) this.#hang(step.key, this.#line(line));
  }

  #hang(step, node) {
    node.dataset.step = step;
    this.#frames.push(node);
    this.place.append(node);
  }

  #grid(grid) {
    const total = grid.widths.reduce((sum, width) => sum + width, 0) || 1;
    const columns = grid.widths.map((width) => el("col", { width: `${((width / total) * 100).toFixed(3)}%` }));
    const body = el("tbody");
    const drawFixed = (row) => {
      const tr = el("tr", { class: row.head ? "pg-head" : null }, ...row.cells.map((cell) => this.#cell(cell)));
      body.append(tr);
      return tr;
    };
    if (grid.list && grid.rows.some((row) => row.cells.some((cell) => parts(cell.path)))) {
      const block = new ListBlock(grid, this.doc, { editable: this.editable, drawFixed });
      const anchor = block.below[0] ?? null;
      for (const row of block.rows) body.insertBefore(row, anchor);
      this.blocks.push(block);
      body.dataset.block = String(this.blocks.length - 1);
    } else {
      grid.rows.forEach(drawFixed);
    }
    return el("table", { class: "pg-form" }, el("colgroup", {}, ...columns), body);
  }

  #cell(cell) {
    if (cell.path) return this.#open(cell);
    const scope = { head: "col", label: "row" }[cell.style];
    // A corner without words is no heading of anything.
    const tag = scope && cell.text.trim() ? "th" : "td";
    return el(
      tag,
      {
        class: `pg-cell--${cell.style}`,
        scope: tag === "th" ? scope : null,
        colspan: cell.colspan > 1 ? String(cell.colspan) : null,
        rowspan: cell.rowspan > 1 ? String(cell.rowspan) : null,
      },
      cell.text,
    );
  }

  #open(cell) {
    const text = this.doc.text(cell.path);
    const td = openCell(cell, cell.name, { editable: this.editable, text, limit: this.limits[cell.path] });
    this.#keep(cell.path, td);
    return td;
  }

  #keep(path, td) {
    if (!this.#cells.has(path)) this.#cells.set(path, []);
    this.#cells.get(path).push(td);
  }

  #line(line) {
    const groups = line.parts.map((group) =>
      el("span", {}, ...group.map((piece) => (piece.path ? this.#inline(piece) : (piece.label ?? piece.text ?? "")))),
    );
    return el(TAGS[line.style] ?? "p", { class: `pg-${line.style}` }, ...groups);
  }

  #inline(cell) {
    const open = this.#open({ ...cell, style: "short", kind: cell.kind === "long" ? "text" : cell.kind, colspan: 1, rowspan: 1 });
    const span = el("span", { class: "open open--line", "data-path": cell.path, "data-kind": cell.kind }, ...open.childNodes);
    if (!this.editable) span.classList.add("fixed");
    this.#cells.get(cell.path)[this.#cells.get(cell.path).indexOf(open)] = span;
    return span;
  }

  // Sections of prose: heading and text below it, as a page of text.
  #prose(step) {
    const nodes = step.fields.map((field) => {
      const heading = parts(field.path)?.leaf === "title";
      const open = this.#open({ ...field, style: "text", kind: heading ? "text" : "long", colspan: 1, rowspan: 1 });
      const box = el("div", { class: `open open--prose pg-${heading ? "heading" : "body"}`, "data-path": field.path, "data-kind": open.dataset.kind }, ...open.childNodes);
      box.classList.toggle("fixed", !this.editable);
      this.#cells.get(field.path)[0] = box;
      return box;
    });
    return el("div", {}, ...nodes);
  }

  // Cells the form has no place for: labels and controls in two columns.
  #fields(step) {
    const rows = step.fields.map((field) =>
      el(
        "tr",
        {},
        el("th", { scope: "row", class: "pg-cell--label" }, field.name),
        this.#open({ ...field, style: "text", colspan: 1, rowspan: 1 }),
      ),
    );
    const columns = el("colgroup", {}, el("col", { width: "26%" }), el("col", { width: "74%" }));
    return el("table", { class: "pg-form pg-form--other" }, columns, el("tbody", {}, ...rows));
  }

  // All cells of a path; a path may stand twice on a form.
  cells(path) {
    const at = parts(path);
    if (at) {
      const found = this.blocks.map((block) => block.cell(path)).filter(Boolean);
      if (found.length) return found;
    }
    return this.#cells.get(path) ?? [];
  }

  block(list) {
    return this.blocks.find((block) => block.lists.includes(list));
  }

  put(path, text) {
    for (const td of this.cells(path)) putText(td, text);
  }

  show(step) {
    for (const node of this.#frames) node.hidden = step !== "all" && step !== "check" && node.dataset.step !== step;
    this.place.dataset.show = step;
  }

  stepOf(path) {
    return this.cells(path)[0]?.closest("[data-step]")?.dataset.step ?? "";
  }

  focus(path, { edit = false } = {}) {
    const td = this.cells(path)[0];
    const node = td && (control(td) ?? td.querySelector("button"));
    if (!node) return false;
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (edit) node.dataset.mode = "edit";
    return true;
  }
}

// The rows of all steps in the order of the form, in tables of rows that belong to one step and one block.
function piecesOf(steps) {
  const rows = steps.flatMap((step) =>
    step.grids.flatMap((grid) => grid.rows.map((row) => ({ row, step: step.key, list: grid.list, widths: grid.widths }))),
  );
  if (rows.every(({ row }) => row.at !== undefined)) rows.sort((one, two) => one.row.at - two.row.at);
  const pieces = [];
  for (const { row, step, list, widths } of rows) {
    const last = pieces.at(-1);
    if (last && last.step === step && last.list === list && !(row.head && list)) last.rows.push(row);
    else pieces.push({ step, list, widths, rows: [row] });
  }
  return pieces;
}
