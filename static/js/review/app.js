// One table being judged: the submitted form, the comments beside it, the sheet, and the decision.
import { collect, namesOf } from "../entry/data.js";
import { Doc, parts } from "../entry/doc.js";
import { all, announce, find, request } from "../entry/dom.js";
import { Paper } from "../entry/paper.js";
import { Changes } from "./changes.js";
import { Composer } from "./composer.js";
import { Cursor } from "./cursor.js";
import { Decide } from "./decide.js";
import { Keys } from "./keys.js";
import { Marks } from "./marks.js";
import { Notes } from "./notes.js";
import { Pulse } from "./pulse.js";
import { Sheet } from "./sheet.js";

export class Review {
  #saying = 0;
  #writing = new Set();

  constructor(place, data, frame) {
    this.place = place;
    this.data = data;
    this.frame = frame;
    this.comments = new Map(data.comments.map((comment) => [comment.id, comment]));
    this.names = namesOf(data);
    this.cursor = data.cursor;
    const { open } = data.table;
    this.may = { comment: open, why: open ? "" : `这张表“${data.table.status_name}”，现在不能批注` };
  }

  start() {
    const { data } = this;
    this.doc = new Doc(collect(data));
    this.paper = new Paper(find("[data-paper]"), { ...data, table: { ...data.table, editable: false } }, this.doc);
    this.paper.show("all");
    this.notes = new Notes(find("[data-notes]"), this);
    this.marks = new Marks(this);
    this.changes = new Changes(find("[data-changes]"), this);
    this.cells = new Cursor(this);
    this.composer = new Composer(this);
    this.sheet = new Sheet(find("[data-sheet]"), this);
    this.decide = new Decide(this);
    this.keys = new Keys(this);
    this.pulse = new Pulse(this);
    for (const node of all("[data-view]")) node.addEventListener("click", () => this.show(node.dataset.view));
    this.show(data.marks.round ? "changes" : "all");
    this.marks.draw();
    addEventListener("resize", () => this.notes.align());
    document.fonts?.ready.then(() => this.notes.align());
    this.pulse.start();
    const said = sessionStorage.getItem("review-said");
    if (said) this.say(said);
    sessionStorage.removeItem("review-said");
    this.place.dataset.ready = "";
  }

  // --- what is shown ---

  // "changes": only what differs from what was last reviewed; "all": the whole form.
  show(view) {
    this.view = view;
    for (const node of all("[data-view]")) node.setAttribute("aria-pressed", String(node.dataset.view === view));
    find("[data-paper]").closest("[data-frame]").hidden = view !== "all";
    this.changes.place.hidden = view !== "changes";
    this.notes.draw();
  }

  // The element a place of the form is shown in, in whichever of the two views is open.
  elementOf(path) {
    if (this.view === "changes") return this.changes.element(path);
    if (!path) return null;
    const [list, uid] = path.split("/");
    const cell = this.paper.cells(path)[0];
    if (cell) return cell;
    const block = this.paper.block(list);
    if (uid) return all(`[data-path^="${CSS.escape(list)}/${CSS.escape(uid)}/"]`, this.paper.place).find((td) => td.dataset.kind !== "level") ?? null;
    const step = this.data.steps.find((one) => one.key === path);
    return block?.rows[0] ?? (step && this.paper.place.querySelector(`.pg-form[data-step="${step.key}"]`)) ?? null;
  }

  nameOf(path) {
    if (!path) return "整张表";
    const [list, uid, leaf] = path.split("/");
    const step = this.data.steps.find((one) => one.key === path);
    if (!uid) return this.names.get(path) ?? step?.title ?? path;
    const block = this.paper.block(list);
    const row = this.doc.rows(list).findIndex((one) => one.uid === uid) + 1;
    if (!leaf) return `${this.names.get(list) ?? "行"} 第${row}行`;
    const column = block?.columns.find((one) => one.list === list && one.leaf === leaf);
    return `${column?.name ?? this.names.get(path) ?? ""} 第${row}行`;
  }

  stepOf(path) {
    const list = path.split("/")[0];
    return this.data.steps.find((step) => step.key === path || step.lists.includes(list) || step.paths.includes(path))?.key ?? "";
  }

  textOf(path) {
    const at = parts(path);
    if (at || !path.includes("/")) return this.doc.text(path);
    const [list, uid] = path.split("/");
    return Object.values(this.doc.row(list, uid)?.values ?? {}).join("　");
  }

  // --- comments ---

  sorted() {
    const order = new Map(all("[data-path]", this.paper.place).map((node, index) => [node.dataset.path, index]));
    const rank = ({ path }) => {
      if (!path) return -1;
      const known = order.get(path) ?? order.get(this.elementOf(path)?.dataset?.path);
      return known ?? 1e6;
    };
    return [...this.comments.values()].sort((one, two) => rank(one) - rank(two) || one.id - two.id);
  }

  take(comments, cursor) {
    for (const comment of comments) {
      if (comment.removed) this.comments.delete(comment.id);
      else this.comments.set(comment.id, comment);
    }
    if (cursor) this.cursor = Math.max(this.cursor, cursor);
    if (!comments.length) return;
    this.marks.draw();
    this.changes.draw();
    this.notes.draw();
    this.decide.draw();
  }

  counts() {
    const found = { must: 0, must_unanswered: 0, must_pending: 0, answered: 0 };
    for (const { kind, state } of this.comments.values()) {
      if (kind === "must") found.must += 1;
      if (kind === "must" && state !== "resolved") found.must_pending += 1;
      if (kind === "must" && state === "open") found.must_unanswered += 1;
      if (state === "answered") found.answered += 1;
    }
    return found;
  }

  // Send something about a comment; what the server answers is shown, also when it was refused.
  send(url, json) {
    return this.during(this.#send(url, json));
  }

  // Remember that this is under way: a decision waits for it, or it would be refused for what its own author wrote.
  during(work) {
    this.#writing.add(work);
    return work.finally(() => this.#writing.delete(work));
  }

  async settled() {
    await Promise.allSettled([...this.#writing]);
  }

  async #send(url, json) {
    const { status, data } = await request(url, { method: "POST", json });
    if (data.comment) this.take([data.comment], data.cursor);
    if (status === 200 || status === 201) return "";
    return data.message || (status === 401 ? "登录已过期，请在另一个窗口登录后再试一次。" : "没有连上服务器，内容还在这里，请再试一次。");
  }

  addressOf(comment, act = "") {
    return `${this.data.urls.comments}${comment.id}/${act ? `${act}/` : ""}`;
  }

  say(text) {
    announce(text);
    const place = find("[data-said]");
    place.textContent = text;
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => (place.textContent = ""), 5000);
  }
}
