// The keyboard in the cells of the form, as in a spreadsheet. A cell is first only chosen: its text is selected, the
// arrows move on, typing replaces. Enter, F2, a click or typing begins to edit: the arrows then move in the text and
// leave it at its ends. Because the control itself has the focus all along, input methods work from the first key.
import { all } from "./dom.js";
import { fit } from "./cells.js";

const LONG = new Set(["long"]);
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

  // The cell that lies next on paper in that direction.
  neighbour(node, way) {
    const here = node.closest("[data-path]").getBoundingClientRect();
    const upright = way === "up" || way === "down";
    const sign = way === "down" || way === "right" ? 1 : -1;
    const near = (box) => (sign > 0 ? (upright ? box.top : box.left) : upright ? -box.bottom : -box.right);
    const edge = sign > 0 ? (upright ? here.bottom : here.right) : upright ? -here.top : -here.left;
    let best = null;
    let least = Infinity;
    for (const other of this.visible()) {
      if (other === node) continue;
      const box = other.closest("[data-path]").getBoundingClientRect();
      const gap = near(box) - edge;
      if (gap < -2) continue;
      const across = upright
        ? Math.max(0, Math.max(box.left, here.left) - Math.min(box.right, here.right) + 2)
        : Math.max(0, Math.max(box.top, here.top) - Math.min(box.bottom, here.bottom) + 2);
      if (!upright && across > 0) continue;
      const side = upright ? Math.abs(box.left - here.left) : Math.abs(box.top - here.top);
      const cost = gap * 4 + across * 3 + side * 0.01;
      if (cost < least) [best, least] = [other, cost];
    }
    return best;
  }
}
