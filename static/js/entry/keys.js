// The keyboard in the cells of the form, as in a spreadsheet. A cell is first only chosen: its text is selected, the
// arrows move on, typing replaces. Enter, F2, typing, or a click (in a figure the second one) begins to edit: the arrows
// then move in the text and leave it at its ends. Because the control itself has the focus all along, input methods work from the first key.
import { all } from "./dom.js";
import { fit } from "./cells.js";
import { nextCell } from "./nextcell.js";

const LONG = new Set(["long"]);
const FIGURES = new Set(["money", "percent", "number", "day", "target"]);
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

export const isCell = (node) => node instanceof Element && node.matches("[data-in], [data-level]");
export const pathOf = (node) => node.closest("[data-path]")?.dataset.path ?? "";
const kindOf = (node) => node.closest("[data-kind]")?.dataset.kind ?? "text";
const isLong = (node) => LONG.has(kindOf(node)) && !node.closest("tr.gridrow");

export function setMode(node, mode) {
  if (node.dataset.mode === mode) return;
  node.dataset.mode = mode;
  node.closest("[data-path]")?.classList.toggle("is-editing", mode === "edit");
}

export class Keys {
  #pointed = false;

  constructor(place, { typed, left, entered, composing }) {
    this.place = place;
    this.call = { typed, left, entered, composing };
    place.addEventListener("pointerdown", (event) => (this.#pointed = isCell(event.target)));
    place.addEventListener("mousedown", (event) => this.#press(event));
    place.addEventListener("focusin", (event) => this.#focus(event));
    place.addEventListener("focusout", (event) => this.#blur(event));
    place.addEventListener("input", (event) => this.#input(event));
    place.addEventListener("keydown", (event) => this.#key(event));
    place.addEventListener("pointerup", () => (this.#pointed = false));
    place.addEventListener("compositionstart", () => composing(true));
    place.addEventListener("compositionend", (event) => {
      composing(false);
      if (event.target.matches("[data-in]")) this.call.typed(pathOf(event.target), event.target.value, event.target);
    });
  }

  // A click chooses a figure, so that typing replaces it, as in a spreadsheet: a caret before an amount makes 200 and
  // 202.00 into 200202.00. The second click begins to edit; in texts the first one does.
  #press(event) {
    const node = event.target;
    if (!node.matches?.("[data-in]") || event.button) return;
    if (node === document.activeElement) return void setMode(node, "edit");
    if (!FIGURES.has(kindOf(node))) return;
    this.#pointed = false;
    event.preventDefault();
    node.focus({ preventScroll: true });
  }

  #focus({ target }) {
    if (!isCell(target)) return;
    target.closest("[data-path]").classList.add("is-here");
    if (target.matches("[data-in]")) {
      if (this.#pointed || isLong(target)) {
        setMode(target, "edit");
        if (!this.#pointed && !target.dataset.kept) target.setSelectionRange(target.value.length, target.value.length);
      } else {
        setMode(target, "nav");
        target.select();
      }
    }
    this.call.entered(pathOf(target), target);
  }

  #blur({ target }) {
    if (!isCell(target)) return;
    target.closest("[data-path]")?.classList.remove("is-here", "is-editing");
    if (target.matches("[data-in]")) delete target.dataset.mode;
    this.call.left(pathOf(target), target);
  }

  #input(event) {
    const node = event.target;
    if (!node.matches?.("[data-in]")) return;
    if (event.inputType !== "deleteContentForward") setMode(node, "edit");
    fit(node);
    if (!event.isComposing) this.call.typed(pathOf(node), node.value, node);
  }

  #key(event) {
    const node = event.target;
    if (!isCell(node) || event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    if (node.matches("[data-level]")) return this.#levelKey(event, node);
    if (event.ctrlKey || event.metaKey) return this.#controlKey(event, node);
    if (event.altKey && event.key === "Enter") return this.#breakLine(event, node);
    if (event.altKey) return undefined;
    return node.dataset.mode === "nav" ? this.#navKey(event, node) : this.#editKey(event, node);
  }

  #levelKey(event, node) {
    const way = ARROWS[event.key];
    if (way && !event.ctrlKey && !event.altKey && !event.shiftKey) this.#go(event, node, way);
  }

  #controlKey(event, node) {
    if (node.dataset.mode !== "nav") return;
    if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      const cells = this.visible();
      (event.key === "Home" ? cells[0] : cells.at(-1))?.focus();
    }
  }

  #navKey(event, node) {
    const way = ARROWS[event.key];
    if (way && !event.shiftKey) this.#go(event, node, way);
    else if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      this.edit(node);
    } else if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      const row = all("[data-in]", node.closest("tr") ?? node.closest("[data-path]"));
      (event.key === "Home" ? row[0] : row.at(-1))?.focus();
    }
  }

  #editKey(event, node) {
    const [from, to, length] = [node.selectionStart, node.selectionEnd, node.value.length];
    if (event.key === "Enter") {
      if (event.shiftKey) return this.#breakLine(event, node);
      if (isLong(node)) return;
      this.#go(event, node, "down", true);
    } else if (event.key === "Escape" || event.key === "F2") {
      event.preventDefault();
      setMode(node, "nav");
      node.select();
    } else if (!event.shiftKey && from === to) {
      if (event.key === "ArrowDown" && to === length) this.#go(event, node, "down");
      else if (event.key === "ArrowUp" && from === 0) this.#go(event, node, "up");
    }
  }

  #breakLine(event, node) {
    event.preventDefault();
    setMode(node, "edit");
    node.setRangeText("\n", node.selectionStart, node.selectionEnd, "end");
    node.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertLineBreak" }));
  }

  edit(node) {
    setMode(node, "edit");
    node.setSelectionRange(node.value.length, node.value.length);
  }

  #go(event, node, way, orStay = false) {
    event.preventDefault();
    const next = this.neighbour(node, way);
    if (next) next.focus();
    else if (orStay) {
      setMode(node, "nav");
      node.select();
    }
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  visible() {
    return all("[data-in], [data-level]", this.place).filter((node) => node.offsetParent !== null);
  }

  // The control of the cell that lies next on paper in that direction.
  neighbour(node, way) {
    const controls = this.visible();
    const cells = controls.map((control) => control.closest("[data-path]"));
    return controls[cells.indexOf(nextCell(cells, node.closest("[data-path]"), way))] ?? null;
  }
}
