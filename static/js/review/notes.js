// The margin: comments, findings and what has gone, each beside its cell; on top of a cell's notes what can be done there.
import { alignNotes } from "../entry/beside.js";
import { button, dialog, el, find, icon } from "../entry/dom.js";
import { Keyed } from "./keyed.js";
import { keepCaret, thread } from "./thread.js";

const LEVELS = { block: ["block", "须修改"], warn: ["warn", "提醒"], info: ["info", "说明"] };

export class Notes {
  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.path = "";
    this.current = 0;
    this.hidden = true;
    this.list = el("ol", { class: "notes" });
    this.keyed = new Keyed(this.list);
    place.append(this.list);
    find("[data-solved]")?.addEventListener("click", () => this.#solved());
    this.list.addEventListener("focusin", ({ target }) => {
      const card = target.closest("[data-comment]");
      if (card && Number(card.dataset.comment) !== this.current && !target.closest("button")) this.open(Number(card.dataset.comment));
    });
    this.list.addEventListener("click", ({ target }) => {
      const card = target.closest("[data-comment]");
      if (card && !card.classList.contains("is-open") && !target.closest("button")) this.open(Number(card.dataset.comment));
    });
  }

  // The cell in focus has changed.
  at(path) {
    this.path = path;
    if (!this.app.composer?.open) this.draw();
  }

  open(id, { focus = true, say = false } = {}) {
    this.current = id;
    const comment = this.app.comments.get(id);
    if (comment?.state === "resolved") this.hidden = false;
    this.draw();
    const card = this.card(id);
    if (!card) return;
    if (focus) (say ? find("textarea", card) ?? card : card).focus({ preventScroll: true });
    const box = card.getBoundingClientRect();
    if (box.top < 150 || box.bottom > innerHeight - 20) card.scrollIntoView({ block: "center" });
  }

  card(id) {
    return find(`[data-comment="${id}"]`, this.list);
  }

  get comment() {
    const card = document.activeElement?.closest?.("[data-comment]");
    return this.app.comments.get(card ? Number(card.dataset.comment) : this.current);
  }

  #solved() {
    this.hidden = !this.hidden;
    this.draw();
  }

  draw() {
    const { app } = this;
    if (!app.composer) return;
    this.#count();
    keepCaret(this.list, () => {
      const nodes = this.keyed.take([...this.#head(), ...this.#threads(), ...this.#findings(), ...this.#removed()]);
      const tops = new Map(nodes.map((node) => [node, this.#cellOf(node)?.getBoundingClientRect().top ?? 0]));
      this.keyed.settle([...nodes].sort((one, two) => tops.get(one) - tops.get(two)));
      this.align();
    });
  }

  #count() {
    const solved = [...this.app.comments.values()].filter((one) => one.state === "resolved").length;
    const toggle = find("[data-solved]");
    if (!toggle) return;
    toggle.hidden = !solved;
    toggle.textContent = this.hidden ? `已解决 ${solved} 条` : "收起已解决的";
    toggle.setAttribute("aria-expanded", String(!this.hidden));
  }

  // The box for the cell in focus: what it is called and what can be said of it, or the comment being written.
  #head() {
    const { app, path } = this;
    if (app.composer.open) {
      const at = app.composer.path;
      return [{ key: `composer ${at}`, sign: app.composer.box, make: () => el("li", { "data-path": at, class: "notes__here" }, app.composer.box) }];
    }
    if (!path || !app.may.comment) return [];
    const level = app.paper.cells(path)[0]?.dataset.kind === "level";
    const acts = [button("批注此格", () => app.composer.start("cell"), "btn btn-plain btn-small", { title: "C" })];
    if (path.split("/").length > 1) acts.push(button("此行", () => app.composer.start("row"), "btn btn-plain btn-small", { title: "R" }));
    acts.push(button("此部分", () => app.composer.start("step"), "btn btn-plain btn-small", { title: "G" }));
    const make = () => el("li", { "data-path": path, class: "notes__here" }, box);
    const box = el("div", { class: "here" }, el("b", {}, app.nameOf(path)), el("div", { class: "here__acts" }, ...(level ? acts.slice(1) : acts)), ...this.#differs(path));
    return [{ key: "here", sign: `${path} ${app.nameOf(path)} ${box.textContent}`, make }];
  }

  // A long text of last year is told here in full, for the paper has no room for it.
  #differs(path) {
    const cell = this.app.marks.shown("year") && this.app.data.marks.year?.cells[path];
    if (!cell || cell.old.length <= 24) return [];
    return [el("p", { class: "here__was" }, el("span", { class: "quiet" }, "上年："), cell.old)];
  }

  #threads() {
    const shown = this.app.sorted().filter((one) => one.state !== "resolved" || !this.hidden || one.id === this.current);
    return shown.map((comment) => {
      const name = comment.gone ? comment.place : this.app.nameOf(comment.path);
      const open = comment.id === this.current;
      return { key: `comment ${comment.id}`, sign: JSON.stringify([comment, name, open]), make: () => this.#thread(comment, name, open) };
    });
  }

  #thread(comment, name, open) {
    const card = thread(comment, {
      name,
      open,
      act: (one, what, text) => this.#act(one, what, text),
      jump: (one) => this.jump(one),
      edit: (one) => this.app.composer.edit(one),
      remove: (one) => this.#remove(one),
      opened: () => this.align(),
    });
    return el("li", { "data-path": comment.path, "data-gone": comment.gone ? "" : null }, card);
  }

  async #act(comment, what, text) {
    const why = await this.app.send(this.app.addressOf(comment, "act"), { version: comment.version, act: what, text });
    if (!why) {
      this.card(comment.id)?.focus({ preventScroll: true });
      this.app.say({ resolve: "已标为已解决", reopen: "已重新打开", reply: "已回复" }[what] ?? "已发送");
    }
    return why;
  }

  async #remove(comment) {
    const said = await dialog("删除这条批注？", el("p", {}, comment.text), [["取消", ""], ["删除", "yes", "btn btn-primary"]]);
    if (!said) return;
    const why = await this.app.send(this.app.addressOf(comment, "remove"), { version: comment.version });
    if (!why) this.app.take([{ ...comment, removed: true }]);
    else this.app.say(why);
  }

  #findings() {
    const { app } = this;
    if (!app.marks.shown("findings")) return [];
    const here = app.view === "all" ? app.data.findings : app.data.findings.filter(({ path }) => path && app.elementOf(path));
    // Plain remarks wait until their cell is looked at.
    const shown = here.filter(({ level, path }) => level !== "info" || (path && (path === this.path || path === this.path.split("/").slice(0, 2).join("/"))));
    return shown.map((finding, at) => ({ key: `finding ${finding.path} ${finding.text} ${at}`, sign: String(app.may.comment), make: () => this.#finding(finding) }));
  }

  #finding(finding) {
    const { app } = this;
    const [symbol, word] = LEVELS[finding.level] ?? LEVELS.info;
    const take = app.may.comment ? button("转为批注", () => app.composer.from(finding), "btn-quiet btn-small") : null;
    const note = el("div", { class: `hint hint--${finding.level}` }, el("span", { class: "hint__text", title: finding.source || null }, icon(symbol), el("span", { class: "visually-hidden" }, `${word}：`), finding.text), take);
    return el("li", { "data-path": finding.path }, note);
  }

  // Rows that were there and are no more stand where they stood.
  #removed() {
    const found = [];
    if (this.app.view !== "all") return [];
    for (const [kind, word] of [["round", "上一版"], ["year", "上年"]]) {
      if (!this.app.marks.shown(kind)) continue;
      for (const row of this.app.data.marks[kind]?.removed ?? []) {
        const make = () => el("li", { "data-path": row.after ? `${row.list}/${row.after}` : row.list }, note);
        const note = el("div", { class: "hint hint--gone" }, el("span", { class: "hint__text" }, el("b", {}, `${word}有，现已删去：`), el("del", { class: "gone" }, row.texts.filter(Boolean).join("　") || row.label)));
        found.push({ key: `gone ${kind} ${row.list} ${row.after} ${found.length}`, sign: row.label, make });
      }
    }
    return found;
  }

  jump(comment) {
    const node = this.app.elementOf(comment.path);
    this.current = comment.id;
    if (!this.app.cells.focus(node?.matches("td, span") ? node : node?.querySelector?.("[data-path]"))) this.draw();
  }

  // To the next open comment on the form, or the previous one.
  turn(by) {
    const open = this.app.sorted().filter((one) => one.state !== "resolved" || !this.hidden);
    if (!open.length) return void this.app.say("没有未解决的批注");
    const at = open.findIndex((one) => one.id === this.current);
    this.open(open[(at + by + (at < 0 && by < 0 ? 1 : 0) + open.length) % open.length].id);
    return undefined;
  }

  align() {
    const held = find(".notes__here", this.list) ?? this.card(this.current)?.closest("li") ?? null;
    alignNotes(this.list, (item) => this.#cellOf(item), held);
  }

  #cellOf(item) {
    return item.dataset.gone === undefined ? this.app.elementOf(item.dataset.path) : null;
  }
}
