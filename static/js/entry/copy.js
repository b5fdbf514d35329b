// Copying instead of typing: from last year's table, from another project, from a Word or Excel file. Each part is
// shown side by side with what stands here, and only what is chosen is taken, as one step that can be undone.
import { announce, button, dialog, el, request } from "./dom.js";

const wan = (yuan) => (Number(yuan) / 10000).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 6 });
const USUAL = new Set(["goals", "indicators", "basics", "tasks", "costs", "prose"]);

export class Copy {
  constructor(app, urls) {
    this.app = app;
    this.urls = urls;
  }

  async lastYear() {
    const { data, status } = await request(this.urls.sources);
    if (status !== 200) return this.#failed();
    if (!data.last_year) return this.#say("没有上年的表", "没有找到这个项目上年的绩效目标表。可以从其他项目复制。");
    return this.#side(`${this.urls.sources}${data.last_year.id}/`);
  }

  async other() {
    const list = el("ul", { class: "sources" });
    let chosen = null;
    const search = el("input", { class: "form-control", type: "search", "aria-label": "查找项目", placeholder: "项目名称或编码", autofocus: true });
    let close;
    const fill = async () => {
      const { data } = await request(`${this.urls.sources}?q=${encodeURIComponent(search.value.trim())}`);
      const items = data.found ?? [];
      list.replaceChildren(
        ...items.map((item) =>
          el("li", {}, button([item.label, el("small", { class: "quiet" }, `${item.year}年 · ${item.department}${item.amount === null ? "" : ` · ${wan(item.amount)} 万元`}`)], () => close((chosen = item, "go")), "btn-quiet")),
        ),
        ...(items.length ? [] : [el("li", { class: "quiet" }, "没有找到。")]),
      );
    };
    let timer = 0;
    search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(fill, 250);
    });
    fill();
    await dialog("从其他项目复制", (end) => ((close = end), [search, list]), [["取消", ""]], { wide: true });
    if (chosen) await this.#side(`${this.urls.sources}${chosen.id}/`);
  }

  async file() {
    const input = el("input", { type: "file", class: "form-control", accept: ".docx,.xlsx,.xls,.txt", "aria-label": "Word 或 Excel 文件", autofocus: true });
    const said = await dialog(
      "从文件导入",
      [el("p", {}, "选择已填好的 Word 或 Excel 文件。读出的内容先与本表对照，选定后才填入。"), input],
      [
        ["取消", ""],
        ["读取", "read", "btn btn-primary"],
      ],
    );
    if (said !== "read" || !input.files.length) return;
    const form = new FormData();
    form.append("file", input.files[0]);
    const { status, data } = await request(this.urls.upload, { method: "POST", form });
    const tables = data.tables ?? [];
    if (status !== 200 || !tables.length) return void this.#say("没有读出内容", data.message || "文件里没有找到绩效目标表。");
    if (tables.length === 1) return void this.#choose(tables[0], "file");
    let picked = null;
    await dialog("文件里有几张表", (close) => tables.map((table) => button(table.label || "（未命名）", () => close((picked = table, "go")), "btn-quiet")), [["取消", ""]]);
    if (picked) this.#choose(picked, "file");
  }

  async #side(url) {
    const { status, data } = await request(url);
    if (status !== 200) return this.#failed();
    return this.#choose(data);
  }

  // A file of one's own is taken as a whole; of another year or project amounts and plan are chosen, not assumed.
  async #choose(source, from = "table") {
    const parts = source.parts.filter((part) => part.changes.length);
    if (!parts.length) return this.#say("没有不同", "那张表与本表内容相同，没有可复制的。");
    const picks = parts.map((part) => {
      const box = el("input", { type: "checkbox", checked: from === "file" || USUAL.has(part.key) });
      const rows = (part.rows ?? []).filter((row) => row.differs);
      const table = rows.length
        ? el(
            "table",
            { class: "mini versus" },
            el("thead", {}, el("tr", {}, ...["栏目", from === "file" ? "文件" : source.year ? `${source.year}年` : "来源", "本表"].map((text) => el("th", { scope: "col" }, text)))),
            el("tbody", {}, ...rows.map((row) => el("tr", {}, el("th", { scope: "row" }, row.name), el("td", {}, row.theirs || "—"), el("td", {}, row.ours || "—", row.difference ? el("small", { class: "quiet num" }, `（${row.difference}）`) : null)))),
          )
        : null;
      const adds = part.changes.filter((change) => change.op === "add").length;
      const deletes = part.changes.filter((change) => change.op === "delete").length;
      const what = adds || deletes ? `${adds} 行${deletes ? `，替换现有 ${deletes} 行` : ""}` : `${rows.length} 处不同`;
      const head = el("label", {}, box, el("b", {}, ` ${part.title}`), el("span", { class: "quiet" }, `　${what}`));
      return { part, box, node: el("section", { class: "copypart" }, head, table ? el("details", {}, el("summary", {}, "对照"), table) : null) };
    });
    const said = await dialog(
      from === "file" ? `文件中的表：${source.label || "（未命名）"}` : `复制：${source.label || ""}${source.year ? `（${source.year}年）` : ""}`,
      [el("p", { class: "quiet" }, "选择要复制的部分。复制后仍可逐项修改或撤销。"), ...picks.map((pick) => pick.node)],
      [
        ["取消", ""],
        ["复制所选", "take", "btn btn-primary"],
      ],
      { wide: true },
    );
    if (said !== "take") return;
    const changes = picks.filter((pick) => pick.box.checked).flatMap((pick) => pick.part.changes);
    if (changes.length && this.app.run(changes, { label: "复制" })) announce("已复制，Ctrl+Z 撤销");
  }

  #failed() {
    return this.#say("没有取到", "连不上服务器，或登录已过期。已填的内容不受影响，请稍后再试。");
  }

  #say(title, text) {
    return dialog(title, el("p", {}, text), [["关闭", ""]]);
  }
}
