// Writing a comment, in the margin beside its cell: 必须修改 or 建议, on the cell, its row, its part or the whole table.
import { button, el, find, request, uuid } from "../entry/dom.js";
import { Blocks } from "./blocks.js";

const WORDS = { cell: "批注此格", row: "批注此行", step: "批注这一部分", table: "整张表的意见" };

export class Composer {
  #saving = null;

  constructor(app) {
    this.app = app;
    this.open = false;
    this.kind = sessionStorage.getItem("review-kind") ?? "must";
    this.blocks = new Blocks(app);
    find("[data-whole]")?.addEventListener("click", () => this.start("table"));
  }

  // `anchor`: cell, row, step or table; of the cell in focus.
  start(anchor, { text = "", kind = this.kind, at = this.app.cells.path } = {}) {
    const { app } = this;
    if (!app.may.comment) return void app.say(app.may.why || "现在不能批注");
    const path = { cell: at, row: at.split("/").slice(0, 2).join("/"), step: app.stepOf(at), table: "" }[anchor];
    if ((anchor !== "table" && !path) || (anchor === "row" && !path.includes("/"))) return void app.say("请先把光标放到一格上");
    this.#show({ anchor, path, kind, text: text || (sessionStorage.getItem(this.#key(path)) ?? ""), uid: uuid(), title: anchor === "table" ? WORDS.table : `${WORDS[anchor]}：${app.nameOf(path)}` });
    return undefined;
  }

  from(finding) {
    const depth = finding.path.split("/").length;
    const anchor = !finding.path ? "table" : depth === 2 ? "row" : this.app.doc.has(finding.path) && this.app.paper.cells(finding.path).length ? "cell" : "step";
    this.start(anchor, { text: finding.text, kind: finding.level === "block" ? "must" : "advice", at: finding.path });
  }

  edit(comment) {
    this.#show({ ...comment, editing: comment, title: `修改批注：${this.app.nameOf(comment.path)}` });
  }

  #key(path) {
    return `review-draft-${this.app.data.table.id}-${path}`;
  }

  #show(about) {
    this.about = about;
    this.path = about.path;
    this.open = true;
    this.back = document.activeElement;
    this.box = this.#form(about);
    this.app.notes.draw();
    this.text.focus({ preventScroll: true });
    this.text.setSelectionRange(this.text.value.length, this.text.value.length);
    const box = this.box.getBoundingClientRect();
    if (box.top < 120 || box.bottom > innerHeight) this.box.scrollIntoView({ block: "center" });
  }

  #form(about) {
    const radios = [["must", "必须修改"], ["advice", "建议"]].map(([value, word]) => {
      const input = el("input", { type: "radio", name: "compose-kind", value, checked: about.kind === value });
      input.addEventListener("change", () => this.#kind(value));
      return el("label", { class: "choice" }, input, el("span", {}, word));
    });
    this.text = el("textarea", { class: "form-control compose__in", rows: "3", maxlength: "2000", "aria-label": about.title, "aria-describedby": "compose-hint" });
    this.text.value = about.text ?? "";
    this.text.addEventListener("input", () => {
      if (!about.editing) sessionStorage.setItem(this.#key(about.path), this.text.value);
      this.app.notes.align();
    });
    this.alert = el("p", { class: "invalid-feedback", role: "alert" });
    const box = el(
      "form",
      { class: "compose", novalidate: true },
      el("b", { class: "compose__title" }, about.title),
      el("div", { class: "compose__kind", role: "radiogroup", "aria-label": "意见性质" }, ...radios, this.blocks.button(this)),
      this.text,
      this.alert,
      el(
        "div",
        { class: "compose__acts" },
        el("button", { type: "submit", class: "btn btn-primary btn-small", title: "Ctrl+Enter" }, about.editing ? "保存" : "批注"),
        button("取消", () => this.close(), "btn-quiet btn-small", { title: "Esc" }),
        el("small", { class: "quiet", id: "compose-hint" }, "Ctrl+Enter 保存 · Alt+M 换性质 · Alt+↓ 常用语"),
      ),
    );
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    box.addEventListener("keydown", (event) => this.#keys(event));
    return box;
  }

  #kind(value) {
    this.about.kind = value;
    this.kind = value;
    sessionStorage.setItem("review-kind", value);
  }

  #keys(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      this.save();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else if (event.altKey && event.key.toLowerCase() === "m") {
      event.preventDefault();
      find(`[value=${this.about.kind === "must" ? "advice" : "must"}]`, this.box).click();
      this.text.focus();
    } else if (event.altKey && event.key === "ArrowDown") {
      event.preventDefault();
      this.blocks.menu(this, find("[data-blocks]", this.box));
    }
  }

  insert(words) {
    const { text } = this;
    const before = text.value.slice(0, text.selectionStart);
    const gap = before && !/[\s。；，、]$/.test(before) ? "；" : "";
    text.setRangeText(gap + words, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input"));
    text.focus();
  }

  // Pressed twice, it is sent once.
  save() {
    this.#saving ??= this.app.during(this.#save()).finally(() => (this.#saving = null));
    return this.#saving;
  }

  async #save() {
    const { about, app } = this;
    const text = this.text.value.trim();
    if (!text) return this.#problem("请写下意见。");
    const json = about.editing ? { version: about.version, kind: about.kind, text } : { kind: about.kind, anchor: about.anchor, path: about.path, text, uid: about.uid };
    const url = about.editing ? app.addressOf(about.editing) : app.data.urls.comments;
    const { status, data } = await request(url, { method: "POST", json });
    if (status !== 200 && status !== 201) {
      if (data.comment) app.take([data.comment], data.cursor);
      return this.#problem(data.message || (status === 401 ? "登录已过期，请在另一个窗口登录后再点一次。" : "没有连上服务器，请再试一次。"));
    }
    sessionStorage.removeItem(this.#key(about.path));
    this.close();
    app.notes.current = 0;
    app.take([data.comment], data.cursor);
    app.say(about.editing ? "批注已修改" : "已批注");
    return undefined;
  }

  #problem(text) {
    this.alert.textContent = text;
    this.alert.classList.add("d-block");
    this.text.focus();
  }

  close() {
    this.open = false;
    this.app.notes.draw();
    const cell = this.app.elementOf(this.path);
    if (this.back?.isConnected && this.back !== document.body) this.back.focus({ preventScroll: true });
    else if (cell?.dataset?.path) cell.focus({ preventScroll: true });
  }
}
