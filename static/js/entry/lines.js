// Rows of a repeated block: add, duplicate, delete, reorder, move to another category, choose several, copy them out.
import { all, announce, newUid } from "./dom.js";
import { showMenu } from "./menu.js";
import { parts } from "./doc.js";
import { pathOf } from "./keys.js";

const LEVELS = ["level1", "level2"];
const escape = (text) => text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

export class Lines {
  picked = new Set();
  #anchor = "";

  constructor(app) {
    this.app = app;
    const { place } = app.paper;
    place.addEventListener("keydown", (event) => this.#key(event));
    place.addEventListener("copy", (event) => this.#copy(event));
    place.addEventListener("click", (event) => {
      const level = event.target.closest?.("[data-level]");
      if (level) this.levelMenu(level);
    });
  }

  // The row a control stands in: {list, uid, leaf}; null outside repeated blocks.
  at(node) {
    return node?.closest?.("tr.gridrow") ? parts(pathOf(node)) : null;
  }

  #key(event) {
    const at = this.at(event.target);
    if (!at || event.isComposing || event.defaultPrevented) return;
    const act = this.#actOf(event, at);
    if (!act) return;
    event.preventDefault();
    act();
  }

  #actOf(event, at) {
    const { key, altKey, shiftKey } = event;
    const control = event.ctrlKey || event.metaKey;
    if (control && key === "Enter") return () => this.add(at);
    if (control && !shiftKey && key.toLowerCase() === "d") return () => this.duplicate(at);
    if (altKey && key === "Delete") return () => this.remove(at);
    if (altKey && (key === "ArrowUp" || key === "ArrowDown")) {
      const step = key === "ArrowUp" ? -1 : 1;
      return shiftKey ? () => this.toCategory(at, step) : () => this.move(at, step);
    }
    if (event.target.matches("[data-level]")) return null;
    if (event.target.dataset.mode !== "nav") return null;
    if (shiftKey && (key === "ArrowUp" || key === "ArrowDown")) return () => this.#pick(at, key === "ArrowUp" ? -1 : 1);
    if (control && key.toLowerCase() === "a") return () => this.#pickAll(at.list);
    if (key === "Escape" && this.picked.size) return () => this.unpick();
    if (key === "Delete" && this.picked.size > 1) return () => this.#blank(at.list);
    return null;
  }

  // --- rows ---

  add(at, values = null, label = "添加一行") {
    const row = this.app.doc.row(at.list, at.uid);
    const ghost = this.app.ghost(at);
    const uid = newUid();
    const kept = values ?? pick(row?.values ?? ghost?.values ?? {}, LEVELS);
    this.app.run([{ op: "add", list: at.list, uid, after: row ? at.uid : (ghost?.after ?? ""), values: kept }], { label });
    const leaf = this.#firstLeaf(at.list);
    this.app.paper.focus(`${at.list}/${uid}/${leaf}`);
    announce(label);
    return uid;
  }

  // A row in a category, behind the last row of it or of those before it on the form.
  addTo(list, { level1, level2 }) {
    const rank = (one) => this.app.data.categories.findIndex((c) => c.level1 === one.level1 && c.level2 === one.level2);
    const goal = rank({ level1, level2 });
    const before = this.app.doc.rows(list).filter((row) => rank(row.values) <= goal).at(-1);
    this.add({ list, uid: before?.uid ?? "", leaf: "" }, { level1, level2 });
  }

  duplicate(at) {
    const row = this.app.doc.row(at.list, at.uid);
    if (!row) return;
    this.add(at, { ...row.values }, "已复制一行");
  }

  remove(at) {
    const rows = this.app.doc.rows(at.list);
    const gone = this.chosen(at);
    if (!gone.length) return;
    const index = rows.findIndex((row) => row.uid === gone[0]);
    const next = rows.slice(index).find((row) => !gone.includes(row.uid)) ?? rows[index - 1];
    this.unpick();
    this.app.run(gone.map((uid) => ({ op: "delete", list: at.list, uid })), { label: "删除", focus: `${at.list}/${at.uid}/${at.leaf}` });
    const leaf = LEVELS.includes(at.leaf) ? this.#firstLeaf(at.list) : at.leaf;
    if (next) this.app.paper.focus(`${at.list}/${next.uid}/${leaf}`);
    announce(`已删除 ${gone.length} 行，Ctrl+Z 恢复`);
  }

  // Up or down by one; at the edge of a category the row first changes over into the next one.
  move(at, step) {
    const rows = this.app.doc.rows(at.list);
    const index = rows.findIndex((row) => row.uid === at.uid);
    const other = rows[index + step];
    if (index < 0 || !other) return;
    const row = rows[index];
    const same = LEVELS.every((leaf) => (row.values[leaf] ?? "") === (other.values[leaf] ?? ""));
    const change = { op: "move", list: at.list, uid: at.uid };
    if (same) change.after = step > 0 ? other.uid : (rows[index - 2]?.uid ?? "");
    else {
      change.after = rows[index - 1]?.uid ?? "";
      Object.assign(change, pick(other.values, LEVELS, ""));
    }
    this.#moved(at, change, same ? "" : (other.values.level2 ?? ""));
  }

  // To the next or previous category of the form, also one without rows so far.
  toCategory(at, step) {
    const row = this.app.doc.row(at.list, at.uid);
    const { categories } = this.app.data;
    if (!row || !categories.length || !at.list.includes("indicators")) return;
    const here = categories.findIndex((one) => one.level1 === row.values.level1 && one.level2 === row.values.level2);
    const target = categories[Math.min(Math.max(here + step, 0), categories.length - 1)];
    this.put(at, target, step < 0);
  }

  // Put a row into a category, behind its last row, or before its first.
  put(at, { level1, level2 }, first = false) {
    const { categories } = this.app.data;
    const rows = this.app.doc.rows(at.list).filter((row) => row.uid !== at.uid);
    const rank = (one) => categories.findIndex((c) => c.level1 === one.level1 && c.level2 === one.level2);
    const goal = rank({ level1, level2 });
    const same = rows.filter((row) => rank(row.values) === goal);
    const earlier = rows.filter((row) => rank(row.values) >= 0 && rank(row.values) < goal);
    let after = (same.length ? same : earlier).at(-1)?.uid ?? "";
    if (first && same.length) after = rows[rows.indexOf(same[0]) - 1]?.uid ?? "";
    this.#moved(at, { op: "move", list: at.list, uid: at.uid, after, level1, level2 }, level2);
  }

  #moved(at, change, category) {
    this.app.run([change], { label: "移动", focus: `${at.list}/${at.uid}/${at.leaf}` });
    this.app.paper.focus(`${at.list}/${at.uid}/${LEVELS.includes(at.leaf) ? this.#firstLeaf(at.list) : at.leaf}`);
    if (category) announce(`已移到 ${category}`);
  }

  #firstLeaf(list) {
    return this.app.paper.block(list).columns.find((column) => !column.merged && column.list === list)?.leaf;
  }

  // --- menus ---

  rowMenu(near, at) {
    const { app } = this;
    const ghost = !app.doc.row(at.list, at.uid);
    const items = [
      ["在下面添加一行", () => this.add(at), { keys: "Ctrl+Enter" }],
      ["复制这一行", () => this.duplicate(at), { keys: "Ctrl+D", off: ghost }],
      ["上移", () => this.move(at, -1), { keys: "Alt+↑", off: ghost }],
      ["下移", () => this.move(at, 1), { keys: "Alt+↓", off: ghost }],
      null,
      ["删除", () => this.remove(at), { keys: "Alt+Delete", off: ghost }],
    ];
    showMenu(near, items, "这一行");
  }

  levelMenu(near) {
    const at = this.at(near);
    if (!at || !this.app.data.table.editable) return;
    const row = this.app.doc.row(at.list, at.uid);
    const values = row?.values ?? this.app.ghost(at)?.values ?? {};
    const here = this.group(at);
    const { categories } = this.app.data;
    const within = categories.filter((one) => one.level1 === values.level1);
    const items =
      at.leaf === "level1" && within.length
        ? within.map((one) => [`添加一行：${one.level2}`, () => this.addTo(at.list, one)])
        : [
            ["在这一类添加一行", () => this.add({ ...at, uid: here.at(-1)?.uid ?? at.uid }), { keys: "Ctrl+Enter" }],
            ["这一类填“不适用”", () => this.app.notApplicable(at.list, values)],
            null,
            ...categories.map((one) => [
              `改为 ${one.level1} › ${one.level2}`,
              () => this.recategorise(at, here, one),
              { off: one.level1 === values.level1 && one.level2 === values.level2 },
            ]),
          ];
    showMenu(near, items, "指标类别");
  }

  // The rows a merged level cell stands for.
  group(at) {
    const rows = this.app.doc.rows(at.list);
    const index = rows.findIndex((row) => row.uid === at.uid);
    const leaves = at.leaf === "level1" ? ["level1"] : LEVELS;
    const found = [];
    for (let i = index; i >= 0 && i < rows.length; i += 1) {
      if (!leaves.every((leaf) => (rows[i].values[leaf] ?? "") === (rows[index].values[leaf] ?? ""))) break;
      found.push(rows[i]);
    }
    return found;
  }

  recategorise(at, rows, { level1, level2 }) {
    if (!rows.length) return void this.add(at, { level1, level2 });
    const changes = rows.flatMap((row) => [
      { op: "set", path: `${at.list}/${row.uid}/level1`, value: level1 },
      { op: "set", path: `${at.list}/${row.uid}/level2`, value: level2 },
    ]);
    this.app.run(changes, { label: "改类别" });
    return undefined;
  }

  // --- several rows ---

  chosen(at) {
    const rows = this.app.doc.rows(at.list).map((row) => row.uid);
    const several = rows.filter((uid) => this.picked.has(uid));
    return several.length > 1 && several.includes(at.uid) ? several : rows.filter((uid) => uid === at.uid);
  }

  #pick(at, step) {
    const rows = this.app.doc.rows(at.list);
    if (!this.picked.size) this.#anchor = at.uid;
    const from = rows.findIndex((row) => row.uid === this.#anchor);
    const to = rows.findIndex((row) => row.uid === at.uid) + step;
    if (from < 0 || to < 0 || to >= rows.length) return;
    this.#mark(rows.slice(Math.min(from, to), Math.max(from, to) + 1).map((row) => row.uid));
    this.app.paper.focus(`${at.list}/${rows[to].uid}/${at.leaf}`);
    announce(`已选 ${this.picked.size} 行`);
  }

  #pickAll(list) {
    this.#mark(this.app.doc.rows(list).map((row) => row.uid));
    announce(`已选 ${this.picked.size} 行`);
  }

  unpick() {
    this.#mark([]);
  }

  #mark(uids) {
    this.picked = new Set(uids);
    for (const row of all("tr.gridrow", this.app.paper.place)) row.classList.toggle("is-picked", this.picked.has(row.dataset.uid));
  }

  #blank(list) {
    const leaves = this.app.paper.block(list).columns.filter((column) => !column.merged && column.list === list);
    const changes = [...this.picked].flatMap((uid) =>
      leaves.map((column) => ({ op: "set", path: `${list}/${uid}/${column.leaf}`, value: "" })),
    );
    this.app.run(changes, { label: "清空" });
  }

  // Rows leave as a spreadsheet would give them: tab-separated text, and a table for Word.
  #copy(event) {
    const at = this.at(event.target);
    if (!at || this.picked.size < 2) return;
    const columns = this.app.paper.block(at.list).columns.filter((column) => column.list === at.list);
    const rows = this.app.doc.rows(at.list).filter((row) => this.picked.has(row.uid));
    const table = rows.map((row) => columns.map((column) => row.values[column.leaf] ?? ""));
    const quoted = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const cells = (row) => row.map((text) => `<td>${escape(text).replaceAll("\n", "<br>")}</td>`).join("");
    event.clipboardData.setData("text/plain", table.map((row) => row.map(quoted).join("\t")).join("\n"));
    event.clipboardData.setData("text/html", `<table>${table.map((row) => `<tr>${cells(row)}</tr>`).join("")}</table>`);
    event.preventDefault();
    announce(`已复制 ${rows.length} 行`);
  }
}

function pick(values, leaves, otherwise) {
  const found = {};
  for (const leaf of leaves) {
    if (values[leaf] !== undefined) found[leaf] = values[leaf];
    else if (otherwise !== undefined) found[leaf] = otherwise;
  }
  return found;
}
