// Marks on the form, each switched by its button, which is the legend as well: findings of the checks, what differs
// from the version that was last reviewed, what differs from last year's table.
import { all, el, find } from "../entry/dom.js";
import { runsOf } from "./runs.js";

const KEY = "review-marks";
const SHORT = 24;

export class Marks {
  constructor(app) {
    this.app = app;
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    this.on = { findings: true, round: true, year: true, ...kept };
    for (const node of all("[data-mark]")) node.addEventListener("click", () => this.toggle(node.dataset.mark));
  }

  has(kind) {
    return kind === "findings" ? this.app.data.findings.length > 0 : Boolean(this.app.data.marks[kind] ?? (kind === "year" && this.app.data.last_year));
  }

  toggle(kind) {
    if (!this.has(kind)) return;
    this.on[kind] = !this.on[kind];
    localStorage.setItem(KEY, JSON.stringify(this.on));
    this.draw();
    this.app.notes.draw();
    this.app.say(`${find(`[data-mark=${kind}] [data-name]`).textContent}：${this.on[kind] ? "显示" : "不显示"}`);
  }

  shown(kind) {
    return this.on[kind] && this.has(kind);
  }

  draw() {
    for (const node of all("[data-mark]")) {
      node.setAttribute("aria-pressed", String(this.shown(node.dataset.mark)));
      node.disabled = !this.has(node.dataset.mark);
    }
    const worst = new Map();
    if (this.shown("findings")) {
      for (const { path, level } of this.app.data.findings) if (level !== "info" && worst.get(path) !== "block") worst.set(path, level);
    }
    const talked = new Set([...this.app.comments.values()].filter((one) => one.state !== "resolved").map((one) => one.path));
    for (const td of all("[data-path]", this.app.paper.place)) this.#cell(td, worst.get(td.dataset.path), talked);
    this.#rows();
  }

  #cell(td, level, talked) {
    const { path } = td.dataset;
    const uid = path.split("/")[1];
    td.classList.toggle("has-block", level === "block");
    td.classList.toggle("has-warn", level === "warn");
    const rowsFirst = uid && !td.matches(".level") && !td.previousElementSibling?.matches("[data-path]:not(.level)");
    td.classList.toggle("has-talk", talked.has(path) || Boolean(rowsFirst && talked.has(path.split("/").slice(0, 2).join("/"))));
    const text = td.querySelector("[data-text]");
    const round = this.shown("round") ? this.app.data.marks.round?.cells[path] : null;
    td.classList.toggle("m-round", Boolean(round));
    if (round && text) text.replaceChildren(...runsOf(round, this.app.doc.text(path)));
    else if (text && text.childElementCount) text.replaceChildren(this.app.doc.text(path));
    td.querySelector(".was")?.remove();
    const was = this.shown("year") && this.#lastYear(path, td);
    if (was) td.append(was);
  }

  // Last year's target stands below this year's; of other cells what stood there, if it was short.
  #lastYear(path, td) {
    const [, uid, leaf] = path.split("/");
    const row = uid && this.app.data.last_year?.rows[uid];
    if (row && leaf === "value") return el("span", { class: row.same ? "was was--same" : "was" }, row.same ? "同上年" : `上年 ${row.value || "（空）"}`);
    if (row && leaf === "name" && row.name && row.name !== this.app.doc.text(path)) return el("span", { class: "was" }, `上年 ${row.name}`);
    const cell = this.app.data.marks.year?.cells[path];
    if (!cell || td.dataset.kind === "level" || (uid && row)) return null;
    if (uid) return null;
    return el("span", { class: "was" }, cell.old.length > SHORT ? "与上年不同" : `上年 ${cell.old || "（空）"}`);
  }

  #rows() {
    const rows = this.shown("round") ? this.app.data.marks.round?.rows ?? {} : {};
    for (const tr of all("tr.gridrow", this.app.paper.place)) {
      const kind = rows[`${tr.dataset.list}/${tr.dataset.uid}`];
      tr.classList.toggle("m-added", kind === "added");
      tr.classList.toggle("m-moved", kind === "moved");
    }
    const fresh = this.shown("year") && this.app.data.last_year;
    for (const tr of all("tr.gridrow[data-list=indicators]", this.app.paper.place)) {
      const td = tr.querySelector('[data-path$="/value"]');
      if (fresh && td && !this.app.data.last_year.rows[tr.dataset.uid] && !td.querySelector(".was")) td.append(el("span", { class: "was" }, "上年无"));
    }
  }
}
