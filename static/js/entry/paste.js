// A block from Excel or Word: the server reads it, this shows what would go where, the person corrects and inserts.
import { announce, dialog, el, request } from "./dom.js";

const CELLS = /<t[dh][\s>]/gi;
const LEVELS = new Set(["level1", "level2", "category"]);
const placeOf = ({ level1 = "", level2 = "" }) => `${level1}\n${level2}`;

// Whether the clipboard holds more than one cell.
export function isBlock(html, text, chosen) {
  if ((html.match(CELLS) ?? []).length > 1) return true;
  if (text.includes("\t")) return true;
  return chosen && text.trim().split(/\r?\n/).length > 1;
}

export class Paste {
  constructor(app, url) {
    this.app = app;
    this.url = url;
    app.paper.place.addEventListener("paste", (event) => this.#paste(event));
  }

  #paste(event) {
    const at = this.app.lines.at(event.target);
    if (!at || event.defaultPrevented) return;
    const html = event.clipboardData.getData("text/html");
    const text = event.clipboardData.getData("text/plain");
    if (!isBlock(html, text, event.target.dataset.mode === "nav")) return;
    event.preventDefault();
    this.open(at, html, text);
  }

  async open(at, html, text) {
    const block = this.app.paper.block(at.list);
    const row = this.app.doc.row(at.list, at.uid);
    const after = row ? at.uid : (this.app.doc.rows(at.list).at(-1)?.uid ?? "");
    const ask = async (columns) => {
      const answer = await request(this.url, { method: "POST", json: { html, text, list: at.list, after, ...(columns && { columns }) } });
      return answer.status === 200 ? answer.data : null;
    };
    let found = await ask();
    if (!found) return void (await dialog("没有读出表格", el("p", {}, "剪贴板里的内容没有读成表格，或者连不上服务器。可以改用“从文件导入”。"), [["关闭", ""]]));
    const choices = [["", "（不要）"], ...block.columns.filter((column) => column.list === at.list).map((column) => [column.leaf, column.name])];
    const known = new Set(choices.map(([leaf]) => leaf));
    for (const column of found.columns) if (column.field && !known.has(column.field)) choices.push([column.field, column.label]), known.add(column.field);
    const view = el("div", { class: "pasted", tabindex: "0", role: "region", "aria-label": "将要插入的内容" });
    const count = el("p", { class: "quiet", role: "status" });
    const clear = el("input", { type: "checkbox", checked: true, id: "paste-blank" });
    const cleared = el("label", {}, clear, el("span"));
    const replace = el("input", { type: "checkbox", id: "paste-all" });
    let blank = [];
    const draw = () => {
      const adds = found.changes.filter((change) => change.op === "add");
      blank = this.blankRows(at.list, adds);
      cleared.hidden = !blank.length;
      cleared.lastChild.textContent = ` 用掉这几类的 ${blank.length} 个空白行`;
      count.textContent = `将插入 ${adds.length} 行。${(found.notes ?? []).join(" ")}`;
      view.replaceChildren(
        preview(found, choices, async () => {
          const columns = [...view.querySelectorAll("select")].map((select) => select.value);
          found = (await ask(columns)) ?? found;
          draw();
        }),
      );
    };
    draw();
    const said = await dialog(
      "粘贴到表中",
      [count, view, cleared, this.app.doc.rows(at.list).length ? el("label", {}, replace, " 替换全部现有行") : ""],
      [
        ["取消", ""],
        ["插入", "insert", "btn btn-primary"],
      ],
      { wide: true },
    );
    if (said !== "insert") return undefined;
    const removed = replace.checked ? this.app.doc.rows(at.list).map((one) => one.uid) : clear.checked ? blank : [];
    return this.#insert(at.list, found.changes, removed);
  }

  // Blank rows that the block takes up: those of its categories. The form's blank rows of other categories stay, they
  // still have to be filled in.
  blankRows(list, adds) {
    const places = new Set(adds.map((change) => placeOf(change.values ?? {})));
    return this.app.doc
      .rows(list)
      .filter((row) => !Object.entries(row.values).some(([leaf, text]) => !LEVELS.has(leaf) && text))
      .filter((row) => places.has(placeOf(row.values)))
      .map((row) => row.uid);
  }

  #insert(list, proposed, removed) {
    const { categories } = this.app.data;
    const rank = ({ level1, level2 }) => categories.findIndex((one) => one.level1 === level1 && one.level2 === level2);
    const changes = arrange(proposed, this.app.doc.rows(list), rank);
    const deletes = removed.map((uid) => ({ op: "delete", list, uid }));
    // Deleted last, so that the rows behind which new ones go are still there.
    this.app.run([...changes, ...deletes], { label: "粘贴" });
    const first = changes.find((change) => change.op === "add");
    if (first) {
      const column = this.app.paper.block(list).columns.find((one) => !one.merged && one.list === list);
      this.app.paper.focus(`${list}/${first.uid}/${column.leaf}`);
    }
    announce(`已插入 ${changes.length} 行，Ctrl+Z 撤销`);
  }
}

// New rows go behind the last row of their category, or of those before it on the form; the others stay in the
// block's order.
function arrange(proposed, rows, rank) {
  const same = (one, two) => placeOf(one) === placeOf(two);
  const order = rows.map((row) => ({ uid: row.uid, values: row.values }));
  return proposed.map((change) => {
    if (change.op !== "add") return change;
    const values = change.values ?? {};
    const goal = rank(values);
    let home = values.level2 ? order.findLastIndex((row) => same(row.values, values)) : -1;
    if (home < 0 && goal >= 0) home = order.findLastIndex((row) => rank(row.values) < goal);
    const asked = order.findIndex((row) => row.uid === change.after);
    const at = home >= 0 ? home : asked >= 0 ? asked : order.length - 1;
    const after = order[at]?.uid ?? "";
    order.splice(at + 1, 0, { uid: change.uid, values });
    return { ...change, after };
  });
}

function preview(found, choices, changed) {
  const heads = found.columns.map((column, index) => {
    const select = el("select", { class: "form-select", "aria-label": `第${index + 1}列填到` });
    for (const [leaf, name] of choices) select.append(el("option", { value: leaf, selected: leaf === column.field }, name));
    select.addEventListener("change", changed);
    return el("th", { scope: "col", class: column.sure ? null : "is-unsure" }, select, el("small", {}, column.label));
  });
  const rows = found.rows.map((row) =>
    el("tr", {}, ...row.texts.map((text, at) => el("td", { class: row.filled?.[at] ? "is-filled" : found.columns[at]?.field ? null : "is-out" }, text))),
  );
  return el("table", { class: "mini" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
}
