// Only what changed since the table was last reviewed, and what became of the comments made then.
import { all, button, el } from "../entry/dom.js";
import { runsOf } from "./runs.js";

const KINDS = { added: ["＋", "新增"], changed: ["～", "修改"], moved: ["⇅", "移动"], removed: ["－", "删除"] };

export class Changes {
  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.draw();
  }

  draw() {
    const mark = this.app.data.marks.round;
    if (!mark) return;
    const groups = this.#groups(mark);
    const inside = new Set(groups.flatMap(({ paths }) => paths));
    const others = this.app.sorted().filter((one) => !one.gone && one.path && !inside.has(one.path) && !groups.some((group) => group.path === one.path));
    const lines = groups.map((group) => this.#line(group));
    const removed = mark.removed.map((row) => this.#row("removed", row.label, `${row.list}/-`, el("del", { class: "gone" }, row.texts.filter(Boolean).join("　"))));
    const rest = [...new Set(others.map((one) => one.path))].map((path) => this.#row("", this.app.nameOf(path), path, el("span", {}, this.app.textOf(path) || "（空）")));
    this.place.replaceChildren(
      el("p", { class: "quiet" }, `与${mark.label}相比，有 ${mark.count} 处变化。`, " ", el("a", { href: mark.url }, "并排对比")),
      table("变化", [...lines, ...removed], "内容没有变化。"),
      ...(rest.length ? [table("有意见、没有改动的地方", rest, "")] : []),
    );
  }

  // Cells of one row stand together.
  #groups(mark) {
    const found = new Map();
    for (const path of Object.keys(mark.cells)) {
      const parts = path.split("/");
      const key = parts.length === 3 ? parts.slice(0, 2).join("/") : path;
      if (!found.has(key)) found.set(key, { path: key, row: parts.length === 3, paths: [] });
      found.get(key).paths.push(path);
    }
    for (const key of Object.keys(mark.rows)) if (!found.has(key)) found.set(key, { path: key, row: true, paths: [] });
    const order = new Map(all("[data-path]", this.app.paper.place).map((node, index) => [node.dataset.path, index]));
    const rank = ({ path, row }) => (row ? Math.min(...[...order].filter(([one]) => one.startsWith(`${path}/`)).map(([, index]) => index)) : (order.get(path) ?? 1e6));
    return [...found.values()].sort((one, two) => rank(one) - rank(two));
  }

  #line({ path, row, paths }) {
    const mark = this.app.data.marks.round;
    const kind = row ? (mark.rows[path] ?? "changed") : "changed";
    if (kind === "added") {
      return this.#row(kind, this.app.nameOf(path), path, el("ins", { class: "came" }, this.app.textOf(path)));
    }
    const label = row ? this.#title(path) : this.app.nameOf(path);
    const cells = paths.map((one) =>
      el("span", { class: "changed", "data-path": one }, paths.length > 1 || row ? el("b", { class: "quiet" }, `${this.#leaf(one)} `) : "", ...runsOf(mark.cells[one], this.app.doc.text(one))),
    );
    return this.#row(kind, label, path, ...(cells.length ? cells : [el("span", { class: "quiet" }, "位置变了")]));
  }

  #title(path) {
    const [list, uid] = path.split("/");
    const values = this.app.doc.row(list, uid)?.values ?? {};
    return `${this.app.nameOf(path)} ${values.name ?? values.content ?? values.item ?? values.title ?? ""}`;
  }

  #leaf(path) {
    return this.app.nameOf(path).replace(/ 第\d+行$/, "");
  }

  #row(kind, label, path, ...content) {
    const [sign, word] = KINDS[kind] ?? ["", ""];
    const open = button(label, () => this.#jump(path), "talk__place");
    return el(
      "tr",
      { "data-path": path },
      el("td", {}, kind ? el("span", { class: `change change--${kind}` }, el("span", { "aria-hidden": "true" }, sign), word) : ""),
      el("th", { scope: "row" }, kind === "removed" ? el("del", { class: "gone" }, label) : open),
      el("td", { class: "diff__text" }, ...content),
    );
  }

  #jump(path) {
    this.app.show("all");
    const node = this.app.elementOf(path);
    this.app.cells.focus(node?.matches("[data-path]") ? node : node?.querySelector("[data-path]"));
  }

  element(path) {
    if (!path) return null;
    const find = (one) => this.place.querySelector(`[data-path="${CSS.escape(one)}"]`);
    return find(path) ?? find(path.split("/").slice(0, 2).join("/"));
  }
}

function table(title, rows, none) {
  const head = el("tr", {}, el("th", { scope: "col", class: "diff__kind" }, "变化"), el("th", { scope: "col", class: "diff__name" }, "位置"), el("th", { scope: "col" }, "内容"));
  const body = rows.length ? el("table", { class: "diff" }, el("thead", {}, head), el("tbody", {}, ...rows)) : el("p", { class: "list__none" }, none);
  return el("section", { class: "sheet" }, el("div", { class: "sheet__head" }, el("h3", {}, title), el("span", { class: "mark" }, String(rows.length))), body);
}
