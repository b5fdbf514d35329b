// What the page can fill in by itself: sums and rests, presets of the spend plan, 不适用 for a category. Offered beside
// the cell, never done unasked. Alt+= takes the sum, as in a spreadsheet.
import { announce, button, dialog, el } from "./dom.js";
import { request } from "./dom.js";
import { isCell, pathOf } from "./keys.js";

const MOMENT = 500;
const NONE = "不适用";

export class Offers {
  #timer = 0;
  #fresh = false;
  #data = { plan: [], sums: [], not_applicable: [] };

  constructor(app, url) {
    this.app = app;
    this.url = url;
    app.paper.place.addEventListener("keydown", (event) => {
      if (!event.altKey || event.key !== "=" || !isCell(event.target)) return;
      event.preventDefault();
      const offer = this.at(pathOf(event.target))[0];
      if (offer) app.take(offer);
      else announce("这一格没有可代填的数");
    });
  }

  soon() {
    this.#fresh = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), MOMENT);
  }

  // For who asks for the offers of what stands there now.
  async ready() {
    if (this.#fresh) return;
    await this.app.settled();
    await this.#ask();
  }

  async #ask() {
    if (this.app.outbox.waiting) return void this.soon();
    clearTimeout(this.#timer);
    const { status, data } = await request(this.url);
    if (status !== 200) return;
    this.#fresh = true;
    this.#data = { ...this.#data, ...data };
    this.#buttons();
    this.app.margin.draw();
    this.app.toolbar.draw();
  }

  // Offers for one cell.
  at(path) {
    const sums = this.#data.sums.filter((sum) => sum.path === path);
    if (sums.length) return sums;
    if (!path.startsWith("spend_plan.")) return [];
    return this.#data.plan.map((preset) => ({ ...preset, text: Object.keys(preset.points ?? {}).sort().map((month) => preset.points[month].replace(/\.00%$/, "%")).join("、") }));
  }

  get presets() {
    return this.#data.plan;
  }

  // The sum as a button in its cell.
  #buttons() {
    for (const old of this.app.paper.place.querySelectorAll(".open__offer")) old.remove();
    for (const sum of this.#data.sums) {
      for (const td of this.app.paper.cells(sum.path)) {
        td.append(
          button(`＝ ${sum.text}`, () => this.app.take(sum), "open__offer", { tabindex: "-1", title: `${sum.title}（Alt+=）` }),
        );
      }
    }
  }

  // Fill a category with 不适用 in one row; what stands there is only replaced when the person agrees.
  async notApplicable(list, { level1 = "", level2 = "" }) {
    const { app } = this;
    const rows = app.doc.rows(list).filter((row) => row.values.level1 === level1 && row.values.level2 === level2);
    const leaves = app.paper.block(list).columns.filter((column) => !column.merged && column.list === list).map((column) => column.leaf);
    const full = rows.filter((row) => leaves.some((leaf) => row.values[leaf]));
    if (full.length) {
      const said = await dialog("填“不适用”", el("p", {}, `“${level2 || level1}”已有 ${full.length} 行内容，将换成一行“不适用”。`), [
        ["取消", ""],
        ["换成不适用", "yes", "btn btn-primary"],
      ]);
      if (said !== "yes") return;
    }
    const [first, ...rest] = rows;
    const changes = rest.map((row) => ({ op: "delete", list, uid: row.uid }));
    if (first) changes.push(...leaves.map((leaf) => ({ op: "set", path: `${list}/${first.uid}/${leaf}`, value: NONE })));
    app.run(changes, { label: NONE });
    announce(`${level2 || level1} 已填“不适用”`);
  }

  get unused() {
    return this.#data.not_applicable;
  }
}
