// The cell that is looked at: one of the paper's cells has the focus, the arrows move it as on a spreadsheet.
import { all } from "../entry/dom.js";
import { nextCell } from "../entry/nextcell.js";

const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

export class Cursor {
  constructor(app) {
    this.app = app;
    this.path = "";
    this.place = app.paper.place;
    for (const node of all("[data-path]", this.place)) node.tabIndex = -1;
    const first = this.place.querySelector("td[data-path]");
    if (first) first.tabIndex = 0;
    this.place.addEventListener("focusin", ({ target }) => this.#at(target.closest("[data-path]")));
    this.place.addEventListener("click", ({ target }) => {
      if (!target.closest("button, a") && !getSelection().toString()) target.closest("[data-path]")?.focus();
    });
    this.place.addEventListener("keydown", (event) => this.#key(event));
  }

  #at(node) {
    if (!node) return;
    for (const other of all("[data-path][tabindex='0']", this.place)) other.tabIndex = -1;
    this.place.querySelector(".is-here")?.classList.remove("is-here");
    node.tabIndex = 0;
    node.classList.add("is-here");
    this.path = node.dataset.path;
    this.app.notes.at(this.path);
  }

  leave() {
    this.place.querySelector(".is-here")?.classList.remove("is-here");
    this.path = "";
  }

  #key(event) {
    const way = ARROWS[event.key];
    const node = event.target.closest?.("[data-path]");
    if (!way || !node || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const cells = all("[data-path]", this.place).filter((cell) => cell.offsetParent !== null);
    this.focus(nextCell(cells, node, way));
  }

  focus(node) {
    if (!node) return false;
    node.focus({ preventScroll: true });
    const box = node.getBoundingClientRect();
    if (box.top < 150 || box.bottom > innerHeight - 80) node.scrollIntoView({ block: "center", inline: "nearest" });
    return true;
  }
}
