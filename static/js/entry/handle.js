import { all, el, icon } from "./dom.js";
import { closeMenu } from "./menu.js";

// The handle in the paper's margin beside the row under the pointer or in focus: drag to move, click for the menu.
export class Handle {
  #row = null;
  #drag = null;

  constructor(lines, place) {
    this.lines = lines;
    this.place = place;
    this.node = el("button", { type: "button", class: "handle", tabindex: "-1", "aria-label": "这一行：拖动排序，点击打开菜单", hidden: true }, icon("grip"));
    this.mark = el("div", { class: "dropmark", hidden: true });
    place.append(this.node, this.mark);
    place.addEventListener("pointerover", (event) => this.#at(event.target.closest?.("tr.gridrow")));
    place.addEventListener("focusin", (event) => this.#at(event.target.closest?.("tr.gridrow")));
    this.node.addEventListener("pointerdown", (event) => this.#begin(event));
    this.node.addEventListener("click", (event) => {
      const at = this.#place();
      if (at && !event.defaultPrevented) this.lines.rowMenu(this.node, at);
    });
  }

  hide() {
    this.#row = null;
    this.node.hidden = true;
  }

  #at(row) {
    if (!row || this.#drag) return;
    this.#row = row;
    this.node.hidden = false;
    this.#move(this.node, row.getBoundingClientRect().top + 3);
  }

  #move(node, top) {
    node.style.top = `${top - this.place.getBoundingClientRect().top}px`;
  }

  #place() {
    if (!this.#row?.isConnected) return null;
    return { list: this.#row.dataset.list, uid: this.#row.dataset.uid, leaf: "" };
  }

  #begin(event) {
    const at = this.#place();
    if (!at || event.button !== 0) return;
    closeMenu();
    this.#drag = { at, start: event.clientY, row: this.#row, target: null };
    this.node.setPointerCapture(event.pointerId);
    const move = (moved) => this.#over(moved.clientY);
    const end = () => {
      this.node.removeEventListener("pointermove", move);
      this.#drop();
    };
    this.node.addEventListener("pointermove", move);
    this.node.addEventListener("pointerup", end, { once: true });
    this.node.addEventListener("pointercancel", end, { once: true });
  }

  #over(y) {
    const drag = this.#drag;
    if (!drag || (!drag.target && Math.abs(y - drag.start) < 5)) return;
    const rows = all("tr.gridrow", drag.row.parentNode);
    const next = rows.find((row) => {
      const box = row.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    const before = next ? rows[rows.indexOf(next) - 1] : rows.at(-1);
    drag.target = { next, before, list: drag.at.list };
    drag.row.classList.add("is-dragged");
    this.mark.hidden = false;
    this.#move(this.mark, next ? next.getBoundingClientRect().top : rows.at(-1).getBoundingClientRect().bottom);
  }

  #drop() {
    const drag = this.#drag;
    this.#drag = null;
    this.mark.hidden = true;
    drag?.row.classList.remove("is-dragged");
    if (!drag?.target) return;
    this.node.addEventListener("click", (event) => event.preventDefault(), { once: true, capture: true });
    const { doc } = this.lines.app;
    const { before, next } = drag.target;
    const after = before?.dataset.uid ?? "";
    if (after === drag.at.uid || next?.dataset.uid === drag.at.uid) return;
    // Between two categories the row stays with its own if that is one of them.
    const own = doc.row(drag.at.list, drag.at.uid)?.values;
    const sides = [before, next].map((row) => row && doc.row(drag.at.list, row.dataset.uid)?.values).filter(Boolean);
    const goal = sides.find((one) => one.level2 === own?.level2 && one.level1 === own?.level1) ?? sides[0];
    const levels = goal?.level1 === undefined ? {} : { level1: goal.level1, level2: goal.level2 ?? "" };
    this.lines.app.run([{ op: "move", list: drag.at.list, uid: drag.at.uid, after, ...levels }], { label: "移动" });
  }
}
