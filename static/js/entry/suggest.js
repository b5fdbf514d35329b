// Suggestions while typing: what the library and approved tables have for the same column and category.
// The cell keeps the focus; the list hangs below it. Arrows choose, Enter or Tab takes, Esc closes, Alt+↓ opens.
import { announce, el, request } from "./dom.js";
import { float } from "./menu.js";
import { parts } from "./doc.js";
import { pathOf } from "./keys.js";

const FIELDS = new Set(["name", "value", "unit", "basis", "standard", "description"]);
const MOMENT = 160;

export class Suggest {
  #timer = 0;
  #asked = null;
  #items = [];
  #at = -1;
  #node = null;

  constructor(app, url) {
    this.app = app;
    this.url = url;
    this.box = el("ul", { class: "menu__list popup suggest", role: "listbox", tabindex: "0", id: "entry-suggest", "aria-label": "建议", hidden: true });
    const { place } = app.paper;
    (place.closest("main") ?? document.body).append(this.box);
    // Before the keys of the cells: an open list takes the arrows and Enter.
    place.addEventListener("keydown", (event) => this.#key(event), true);
    place.addEventListener("input", (event) => this.#soon(event.target));
    place.addEventListener("focusout", () => this.close());
    this.box.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const line = event.target.closest("li");
      if (line) this.#take(Number(line.dataset.index));
    });
    addEventListener("scroll", () => this.close(), { passive: true });
  }

  get open() {
    return !this.box.hidden;
  }

  #soon(node, empty = false) {
    const at = parts(pathOf(node));
    clearTimeout(this.#timer);
    if (!at || !at.list.includes("indicators") || !FIELDS.has(at.leaf)) return;
    if (!node.value.trim() && !empty) return void this.close();
    this.#timer = setTimeout(() => this.#ask(node, at), MOMENT);
  }

  async #ask(node, at) {
    this.#asked?.abort();
    this.#asked = new AbortController();
    const query = new URLSearchParams({ field: at.leaf, category: this.app.categoryOf(at), q: node.value.trim() });
    if (at.leaf !== "name") query.set("name", this.app.doc.text(`${at.list}/${at.uid}/name`) ?? "");
    let answer;
    try {
      answer = await request(`${this.url}?${query}`, { signal: this.#asked.signal });
    } catch {
      return;
    }
    if (answer.status !== 200 || document.activeElement !== node) return;
    const items = (answer.data.items ?? []).filter((item) => item.text !== node.value.trim()).slice(0, 8);
    if (items.length) this.#show(node, items);
    else this.close();
  }

  #show(node, items) {
    this.#items = items;
    this.#at = -1;
    this.#node = node;
    this.box.replaceChildren(
      ...items.map((item, index) => {
        const more = [item.value, item.unit && !item.value?.endsWith(item.unit) ? item.unit : "", item.basis].filter(Boolean).join(" · ");
        const about = item.description && item.description !== item.text ? item.description : "";
        return el(
          "li",
          { role: "option", id: `entry-suggest-${index}`, "data-index": String(index), "aria-selected": "false" },
          el("span", {}, item.text),
          more ? el("small", {}, more) : null,
          about ? el("small", { class: "suggest__about" }, about) : null,
          item.source ? el("small", { class: item.library ? "suggest__n is-library" : "suggest__n" }, item.source) : null,
        );
      }),
    );
    this.box.hidden = false;
    float(this.box, node.closest("[data-path]"));
    node.setAttribute("aria-autocomplete", "list");
    node.setAttribute("aria-controls", "entry-suggest");
    announce(`${items.length} 条建议，按向下键选择`);
  }

  close() {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    if (this.box.hidden) return;
    this.box.hidden = true;
    this.#node?.removeAttribute("aria-activedescendant");
    this.#node?.removeAttribute("aria-controls");
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.altKey && event.key === "ArrowDown" && event.target.dataset?.mode === "edit" && !this.open) {
      event.preventDefault();
      event.stopPropagation();
      this.#soon(event.target, true);
      return;
    }
    if (!this.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && (this.#at >= 0 || step > 0)) this.#choose(this.#at + step);
    else if ((event.key === "Enter" || event.key === "Tab") && this.#at >= 0) {
      this.#take(this.#at);
      if (event.key === "Tab") return;
    } else if (event.key === "Escape") this.close();
    else {
      if (event.key === "Enter" || event.key === "Tab") this.close();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(index) {
    const lines = [...this.box.children];
    this.#at = (index + lines.length + 1) % (lines.length + 1);
    if (this.#at === lines.length) this.#at = -1;
    lines.forEach((line, at) => line.setAttribute("aria-selected", String(at === this.#at)));
    if (this.#at >= 0) this.#node.setAttribute("aria-activedescendant", `entry-suggest-${this.#at}`);
    else this.#node.removeAttribute("aria-activedescendant");
  }

  // A name brings its usual value, unit, basis and description along, into cells that are still blank.
  #take(index) {
    const item = this.#items[index];
    const at = this.app.real(parts(pathOf(this.#node)));
    const changes = [{ op: "set", path: `${at.list}/${at.uid}/${at.leaf}`, value: item.text }];
    if (at.leaf === "name") {
      const columns = this.app.paper.block(at.list).columns.map((column) => column.leaf);
      for (const leaf of ["value", "unit", "basis", "description"]) {
        const path = `${at.list}/${at.uid}/${leaf}`;
        if (item[leaf] && columns.includes(leaf) && !this.app.doc.text(path)) changes.push({ op: "set", path, value: item[leaf] });
      }
    }
    this.app.run(changes, { label: "建议", focus: changes[0].path });
    this.close();
  }
}
