// The keys of the review page: single letters outside fields. The sheet under "?" lists them.
import { all, find } from "../entry/dom.js";

export class Keys {
  constructor(app) {
    this.app = app;
    this.acts = {
      c: () => app.composer.start("cell"),
      r: () => app.composer.start("row"),
      g: () => app.composer.start("step"),
      w: () => app.composer.start("table"),
      n: () => app.notes.turn(1),
      p: () => app.notes.turn(-1),
      j: () => this.#mark(1),
      k: () => this.#mark(-1),
      a: () => this.#answer(),
      x: () => this.#solve(),
      e: () => app.sheet.focus(),
      f: () => app.marks.toggle("findings"),
      d: () => app.marks.toggle("round"),
      l: () => app.marks.toggle("year"),
      v: () => app.show(app.view === "all" && app.data.marks.round ? "changes" : "all"),
      b: () => app.decide.ask("return"),
      "[": () => this.#go("prev"),
      "]": () => this.#go("next"),
    };
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.app.decide.ask(this.app.decide.forward);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("textarea, select, input:not([type=radio], [type=checkbox])")) return;
    if (event.key === "Escape") {
      this.#back();
      return;
    }
    const act = this.acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #go(rel) {
    const link = find(`a[data-turn=${rel}]`);
    if (link) link.click();
    else this.app.say(rel === "next" ? "这是最后一张" : "这是第一张");
  }

  // From the margin or the sheet back to the cell that was looked at.
  #back() {
    const { app } = this;
    const cell = app.elementOf(app.cells.path || app.comments.get(app.notes.current)?.path || "") ?? find("td[data-path]", app.paper.place);
    app.cells.focus(cell?.matches("[data-path]") ? cell : null);
  }

  // The next place on the form that carries any of the marks switched on.
  #mark(by) {
    const { app } = this;
    if (app.view !== "all") app.show("all");
    const nodes = all("[data-path]", app.paper.place).filter((node) => node.matches(".has-block, .has-warn, .has-talk, .m-round, tr.m-added > :not(.level):first-of-type") && node.offsetParent !== null);
    if (!nodes.length) return void app.say("没有标出的地方");
    const every = all("[data-path]", app.paper.place);
    const here = every.findIndex((node) => node.dataset.path === app.cells.path);
    const places = nodes.map((node) => every.indexOf(node));
    const at = by > 0 ? places.findIndex((place) => place > here) : places.findLastIndex((place) => place < here);
    app.cells.focus(nodes[at < 0 ? (by > 0 ? 0 : nodes.length - 1) : at]);
    return undefined;
  }

  #answer() {
    const { notes } = this.app;
    if (notes.comment) notes.open(notes.comment.id, { say: true });
    else this.app.say("先用 N 选一条批注");
  }

  #solve() {
    const { notes } = this.app;
    const { comment } = notes;
    if (!comment) return void this.app.say("先用 N 选一条批注");
    notes.open(comment.id);
    const node = find("[data-act=resolve], [data-act=reopen]", notes.card(comment.id));
    if (node) node.click();
    else this.app.say("这条批注现在不能改状态");
    return undefined;
  }
}
