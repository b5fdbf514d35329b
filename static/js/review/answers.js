// The officer's side of the comments, on the page of filling in: where they are, one after another, answered beside the cell.
import { all, announce, button, el, find, icon, request } from "../entry/dom.js";
import { parts } from "../entry/doc.js";
import { thread } from "./thread.js";

export class Answers {
  constructor(app, url) {
    this.app = app;
    this.url = url;
    this.comments = [];
    this.current = 0;
    this.bar = find("[data-answers]");
    if (!this.bar) return;
    for (const node of all("[data-answer-turn]", this.bar)) node.addEventListener("click", () => this.turn(Number(node.dataset.answerTurn)));
    find("[data-answer-list]", this.bar)?.addEventListener("click", () => this.#list());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  // Once the form is drawn: a returned table opens at the first comment that waits for an answer.
  async load() {
    if (!this.bar) return;
    const { status, data } = await request(this.url);
    if (status !== 200) return void (find("[data-answers-word]", this.bar).textContent = "审核意见没有取到，请刷新页面");
    this.comments = data.comments;
    this.draw();
    const first = this.waiting[0];
    if (first && location.pathname.endsWith("/fill/")) this.go(first, { quiet: true });
    return undefined;
  }

  get order() {
    const every = new Map(all("[data-path]", this.app.paper.place).map((node, index) => [node.dataset.path, index]));
    const rank = (one) => (one.path ? (every.get(this.cellOf(one)) ?? 1e6) : -1);
    return [...this.comments].sort((one, two) => rank(one) - rank(two) || one.id - two.id);
  }

  get waiting() {
    return this.order.filter((one) => one.state === "open");
  }

  get unanswered() {
    return this.comments.filter((one) => one.kind === "must" && one.state === "open").length;
  }

  // The path of the cell a comment is shown at; "" for those on a whole part, on the table, or on what is gone.
  cellOf({ path, gone, anchor }) {
    if (gone || !path || anchor === "step" || anchor === "table") return "";
    if (anchor === "cell") return path;
    const [list, uid] = path.split("/");
    const cell = this.app.paper.place.querySelector(`[data-path^="${CSS.escape(list)}/${CSS.escape(uid)}/"] [data-in]`);
    return cell?.closest("[data-path]").dataset.path ?? "";
  }

  draw() {
    if (!this.comments.length) return;
    const done = this.comments.length - this.comments.filter((one) => one.state === "open").length;
    const must = this.unanswered;
    const word = find("[data-answers-word]", this.bar);
    word.replaceChildren(el("b", { class: "num" }, `${done}/${this.comments.length}`), " 已处理", must ? el("span", { class: "answers__must" }, `，还有 ${must} 条“必须修改”没有答复`) : "");
    this.bar.classList.toggle("is-done", !must);
    const open = new Map();
    for (const one of this.comments) if (one.state !== "resolved") open.set(this.cellOf(one), one.state);
    for (const td of all("[data-path]", this.app.paper.place)) td.classList.toggle("has-talk", open.has(td.dataset.path));
    this.app.margin.draw();
    this.app.submit.draw();
  }

  turn(by) {
    if (this.app.step === "check") this.current = 0;
    const all_ = this.order;
    const open = all_.filter((one) => one.state === "open" || one.id === this.current);
    const listed = open.some((one) => one.state === "open") ? open : all_;
    if (!listed.length) return;
    const at = listed.findIndex((one) => one.id === this.current);
    this.go(listed[(at + by + (at < 0 && by < 0 ? 1 : 0) + listed.length) % listed.length]);
  }

  go(comment, { quiet = false } = {}) {
    this.current = comment.id;
    const path = this.cellOf(comment);
    // On the last step the margin belongs to the findings.
    if (path && this.app.step === "check") this.app.open(this.app.stepOf(path));
    if (path) this.app.jump(path);
    else {
      if (comment.anchor === "step" && this.app.steps.some((step) => step.key === comment.path)) this.app.open(comment.path);
      this.app.margin.show("");
      find(`[data-comment="${comment.id}"]`)?.focus();
    }
    if (!quiet) announce(`${comment.kind === "must" ? "必须修改" : "建议"}：${comment.text}`);
  }

  // The threads that belong beside this cell; without one, those that belong to no cell.
  at(path) {
    if (!this.comments.length) return [];
    const at = parts(path);
    const row = at ? `${at.list}/${at.uid}` : "";
    const here = this.comments.filter((one) => (path ? one.path === path || (one.anchor === "row" && one.path === row) : this.cellOf(one) === ""));
    return here.map((one) => this.#card(one));
  }

  #card(comment) {
    const name = comment.gone ? comment.place : comment.path ? (this.app.nameOf(comment.path) || comment.place) : "整张表";
    const card = thread(comment, { name, open: true, act: (one, what, text) => this.#act(one, what, text), jump: (one) => this.go(one) });
    const say = find("[data-say=answer]", card);
    if (say && comment.state === "open") {
      const quick = button("已按意见修改", () => this.#act(comment, "answer", "已按意见修改。"), "btn-quiet btn-small");
      find(".talk__buttons", card).append(quick);
      say.placeholder = "怎样改的，或为什么不改";
    }
    return card;
  }

  async #act(comment, act, text) {
    await this.app.settled();
    const { status, data } = await request(`${this.url}${comment.id}/act/`, { method: "POST", json: { version: comment.version, act, text } });
    if (data.comment) this.comments = this.comments.map((one) => (one.id === data.comment.id ? data.comment : one));
    if (status !== 200) {
      if (data.comment) this.draw();
      return data.message || (status === 401 ? "登录已过期，请在另一个窗口登录后再试一次。" : "没有连上服务器，您写的还在，请再试一次。");
    }
    const path = this.cellOf(comment);
    this.draw();
    if (path) this.app.paper.focus(path);
    else find(`[data-comment="${comment.id}"]`)?.focus();
    announce("已答复");
    return "";
  }

  // All of them at once, in the order of the form.
  #list() {
    const margin = find("[data-margin]");
    margin.classList.remove("margin--idle", "margin--notes");
    const cards = this.order.map((one) => {
      const jump = button("", () => this.go(one), `note note--${one.kind === "must" ? "block" : "info"}`);
      const word = { open: "未处理", answered: "已答复", resolved: "已解决" }[one.state];
      jump.append(el("b", {}, one.gone ? one.place : this.app.nameOf(one.path) || one.place || "整张表"), el("span", { class: "talk__state" }, icon(one.state === "open" ? "state-draft" : "state-done"), word), el("span", { class: "note__text" }, one.text));
      return jump;
    });
    margin.replaceChildren(el("h2", {}, `审核意见 ${this.comments.length} 条`), el("div", { class: "answers__list" }, ...cards));
    find("button", margin)?.focus();
  }

  // To the answer of the comment beside the cell, or else of the one that was visited last or waits first.
  #answer() {
    const field = () => find("[data-margin] [data-say]");
    if (!field()) {
      const comment = this.comments.find((one) => one.id === this.current && one.state === "open") ?? this.waiting[0];
      if (comment) this.go(comment);
    }
    field()?.focus();
  }

  #key(event) {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "F8") {
      event.preventDefault();
      this.turn(event.shiftKey ? -1 : 1);
    } else if (event.altKey && event.key.toLowerCase() === "a") {
      event.preventDefault();
      this.#answer();
    }
  }
}
