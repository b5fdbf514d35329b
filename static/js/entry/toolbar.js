// The line above the paper: step title, undo and redo, what can be filled in at once, and the way on.
import { all, find } from "./dom.js";
import { showMenu } from "./menu.js";

export class Toolbar {
  constructor(app) {
    this.app = app;
    this.undo = find("[data-undo]");
    this.redo = find("[data-redo]");
    this.undo?.addEventListener("click", () => app.travel("undo"));
    this.redo?.addEventListener("click", () => app.travel("redo"));
    app.history.listen(() => this.#state());
    this.#state();
    for (const node of all("[data-turn]")) node.addEventListener("click", () => app.rail.turn(Number(node.dataset.turn)));
    for (const node of all("[data-do]")) node.addEventListener("click", () => this.#do(node.dataset.do, node));
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    if (event.key === "F1" && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      document.getElementById("keys").showModal();
      return;
    }
    if (!(event.ctrlKey || event.metaKey) || event.altKey || document.querySelector("dialog[open]")) return;
    const outside = event.target.closest?.("input, textarea") && !event.target.matches("[data-in]");
    const key = event.key.toLowerCase();
    const kind = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : "";
    if (!kind || outside) return;
    event.preventDefault();
    this.app.travel(kind);
  }

  #state() {
    if (this.undo) this.undo.disabled = !this.app.history.canUndo;
    if (this.redo) this.redo.disabled = !this.app.history.canRedo;
  }

  #do(what, node) {
    const { app } = this;
    if (what === "last-year") app.copy.lastYear();
    else if (what === "other") app.copy.other();
    else if (what === "file") app.copy.file();
    else if (what === "fill") this.#fill(node);
    else if (what === "add") this.#add(node);
  }

  async #fill(node) {
    const { app } = this;
    await app.offers.ready();
    const plans = app.offers.presets.map((preset) => [preset.title, () => app.take(preset)]);
    const unused = app.offers.unused.map((one) => [`${one.level1} › ${one.level2} 填“不适用”`, () => app.take({ ...one, title: "不适用" })]);
    const lists = app.steps.find((step) => step.key === app.step)?.lists ?? [];
    const items = [...(app.step === "plan" || app.step === "all" ? plans : []), ...(lists.includes("indicators") || app.step === "all" ? unused : [])];
    showMenu(node, items.length ? items : [["这一步没有可代填的", () => {}, { off: true }]], "代填");
  }

  // A row for any category of the form, or the last list of the step.
  #add(node) {
    const { app } = this;
    const step = app.steps.find((one) => one.key === app.step);
    const lists = step?.lists.length ? step.lists : [...new Set(app.steps.flatMap((one) => one.lists))];
    const list = lists.includes("indicators") ? "indicators" : lists[0];
    if (!list) return;
    if (list !== "indicators" || !app.data.categories.length) {
      app.lines.add({ list, uid: app.doc.rows(list).at(-1)?.uid ?? "", leaf: "" }, {});
      return;
    }
    const items = app.data.categories.map((one) => [`${one.level1} › ${one.level2}`, () => app.lines.addTo(list, one)]);
    showMenu(node, items, "添加到哪一类");
  }

  draw() {
    const { app } = this;
    const step = app.steps.find((one) => one.key === app.step);
    const lists = app.step === "all" ? app.steps.flatMap((one) => one.lists) : (step?.lists ?? []);
    const fill = find("[data-do=fill]");
    if (fill) fill.hidden = !(app.step === "all" || app.step === "plan" || lists.includes("indicators"));
    const add = find("[data-do=add]");
    if (add) add.hidden = !lists.length || app.step === "all";
    const keys = app.steps.map((one) => one.key);
    const at = keys.indexOf(app.step);
    for (const node of all("[data-turn]")) {
      const to = at + Number(node.dataset.turn);
      node.hidden = at < 0 || to < 0 || to >= keys.length;
      if (!node.hidden) find("span", node).textContent = app.steps[to].title;
    }
  }
}
