// One table being filled in: the document, its history and outbox, and the parts of the page that show them.
import { Answers } from "../review/answers.js";
import { Attachments } from "./attach.js";
import { mark, readingOf, showReading } from "./cells.js";
import { Copy } from "./copy.js";
import { settle } from "./conflict.js";
import { collect, metaOf, namesOf } from "./data.js";
import { Doc, parts } from "./doc.js";
import { all, announce, find, newUid, request } from "./dom.js";
import { Handle } from "./handle.js";
import { History } from "./history.js";
import { Keep } from "./keep.js";
import { Keys, pathOf } from "./keys.js";
import { Lines } from "./lines.js";
import { Margin } from "./margin.js";
import { Offers } from "./offers.js";
import { Outbox } from "./outbox.js";
import { Paper } from "./paper.js";
import { Paste } from "./paste.js";
import { Rail } from "./rail.js";
import { SaveWord } from "./saveword.js";
import { Submit } from "./submit.js";
import { Suggest } from "./suggest.js";
import { restored, unsaved } from "./leftover.js";
import { Toolbar } from "./toolbar.js";

const RANK = { info: 1, warn: 2, block: 3 };
const LEVELS = new Set(["level1", "level2"]);

export class App {
  constructor(place, data, help) {
    this.place = place;
    this.data = data;
    this.help = help;
    this.steps = data.steps;
    this.step = place.dataset.step;
    this.findings = data.findings;
    this.counts = data.counts;
    this.cells = metaOf(data);
    this.names = namesOf(data);
    this.leaving = false;
  }

  async start() {
    const { data, place } = this;
    const content = collect(data);
    this.doc = new Doc(content);
    this.keep = new Keep(place.dataset.user, data.table.id);
    const { own, left } = await this.keep.open();
    this.outbox = new Outbox({ url: data.urls.changes, version: data.table.version, served: content.served, keep: this.keep });
    this.history = new History(this.doc, this.outbox);
    this.paper = new Paper(find("[data-paper]"), data, this.doc);
    this.word = new SaveWord(find("#save-state"), { login: place.dataset.login, savedAt: data.table.saved_at, look: () => unsaved(this) });
    this.#parts();
    this.#wire();
    this.marks();
    this.show(this.step);
    place.dataset.waiting = "0";
    place.dataset.ready = "";
    // What can no longer be saved here is only shown: it must not look like the table's own content.
    if (own && data.table.editable) this.restore(own);
    else if (own) left.unshift(own);
    if (left.length) restored(this, left);
    this.answers.load();
  }

  #parts() {
    const { urls, table } = this.data;
    this.margin = new Margin(find("[data-margin]"), this, this.help);
    this.rail = new Rail(find("[data-rail]"), this);
    this.answers = new Answers(this, urls.comments);
    this.lines = new Lines(this);
    this.offers = new Offers(this, urls.offers);
    this.toolbar = new Toolbar(this);
    this.submit = new Submit(this, urls.submit);
    this.attachments = new Attachments(find("[data-attachments]"), urls.attachments, table.editable);
    this.attachments.load();
    if (!table.editable) return;
    this.copy = new Copy(this, urls);
    this.suggest = new Suggest(this, urls.suggest);
    this.paste = new Paste(this, urls.paste);
    this.handle = new Handle(this.lines, this.paper.place);
    this.offers.soon();
  }

  #wire() {
    this.doc.listen((changes) => this.#changed(changes));
    this.keys = new Keys(this.paper.place, {
      typed: (path, value) => this.typed(path, value),
      left: (path) => this.#left(path),
      entered: (path) => this.margin.show(path),
      composing: (on) => this.outbox.hold(on),
    });
    this.outbox.on("state", () => {
      this.place.dataset.waiting = String(this.outbox.waiting);
      this.word.show(this.outbox, this.keep);
    });
    this.outbox.on("saved", (data) => this.#saved(data));
    this.outbox.on("stale", (data) => this.#stale(data));
    document.addEventListener("keydown", (event) => this.#enter(event));
    addEventListener("pagehide", () => this.outbox.flush());
    addEventListener("popstate", () => this.show(history.state?.step ?? this.place.dataset.step));
    addEventListener("beforeunload", (event) => {
      if (this.keep.failed && this.outbox.waiting && !this.leaving) event.preventDefault();
    });
  }

  // From outside the cells ↓ leads to the first blank one of what is shown.
  #enter(event) {
    const outside = event.target === document.body || event.target.matches?.("[data-step-title]");
    if (event.key !== "ArrowDown" || !outside || event.altKey || event.ctrlKey || this.step === "check") return;
    const cells = this.keys.visible().filter((node) => node.matches("[data-in]"));
    const first = cells.find((node) => !node.value) ?? cells[0];
    if (!first) return;
    event.preventDefault();
    first.focus();
  }

  // --- changing ---

  run(changes, options) {
    return this.history.run(changes, options);
  }

  typed(path, value) {
    const at = this.real(parts(path));
    const real = at ? `${at.list}/${at.uid}/${at.leaf}` : path;
    this.history.run([{ op: "set", path: real, value }], { focus: real, key: real });
    this.margin.show(real);
  }

  // A blank place of the form becomes a row the moment something is typed there.
  real(at) {
    const ghost = at && this.ghost(at);
    if (!ghost) return at;
    const uid = newUid();
    const block = this.paper.block(at.list);
    const active = document.activeElement;
    const [text, from] = [active?.value, active?.selectionStart];
    this.run([{ op: "add", list: at.list, uid, after: ghost.after ?? "", values: { ...ghost.values } }], { label: "添加" });
    const node = block.cell(`${at.list}/${uid}/${at.leaf}`)?.querySelector("[data-in]");
    if (node && text !== undefined) {
      node.value = text;
      node.dataset.kept = "";
      node.focus();
      delete node.dataset.kept;
      node.dataset.mode = "edit";
      node.setSelectionRange(from, from);
    }
    return { ...at, uid };
  }

  ghost(at) {
    return this.paper.block(at.list)?.ghosts.get(`${at.list}/${at.uid}`);
  }

  above(list, uid) {
    const rows = this.doc.rows(list);
    return rows[rows.findIndex((row) => row.uid === uid) - 1]?.uid ?? "";
  }

  take(offer) {
    const path = this.margin.path;
    if (this.run(offer.changes, { label: offer.title })) announce(`已填入 ${offer.text ?? ""}`);
    if (path) this.paper.focus(path);
    this.margin.draw();
  }

  // What a finding proposes, done by one click; it is undone like anything typed.
  mend(finding) {
    if (this.run(finding.changes, { label: "按建议修改", focus: finding.path })) announce("已按建议修改，可以撤销");
    this.outbox.flush();
    this.margin.draw();
  }

  canMend(finding) {
    return this.data.table.editable && finding.changes?.length > 0 && finding.changes.every((change) => this.doc.has(change.path));
  }

  offersAt(path) {
    return this.data.table.editable ? this.offers.at(path) : [];
  }

  notApplicable(list, values) {
    return this.offers.notApplicable(list, values);
  }

  #changed(changes) {
    const [blocks, sets] = [new Set(), []];
    let rows = false;
    for (const change of changes) {
      const at = parts(change.path ?? "");
      if (change.op === "set") sets.push(change);
      else rows = true;
      if (change.op !== "set") blocks.add(this.paper.block(change.list));
      else if (at && LEVELS.has(at.leaf)) blocks.add(this.paper.block(at.list));
    }
    for (const block of blocks) block?.refresh();
    if (sets.some(({ path }) => path === "project.name")) this.#entitle();
    for (const { path } of sets) if (this.doc.has(path)) this.paper.put(path, this.doc.text(path));
    if (rows) this.marks();
  }

  // A project's table is called by its project, from the moment it has a name.
  #entitle() {
    const name = this.doc.text("project.name").trim() || this.data.table.label || "（未命名）";
    for (const node of all("[data-label]")) node.textContent = name;
    document.title = `填报：${name} · ${document.title.split(" · ").slice(1).join(" · ")}`;
  }

  travel(kind) {
    const step = this.history[kind]();
    if (!step) return;
    const path = this.#whereof(step);
    if (path) this.jump(path);
    announce(`${kind === "undo" ? "已撤销" : "已重做"}${step.label ? `：${step.label}` : ""}`);
  }

  // The cell to look at after a step was taken back or done again.
  #whereof({ focus, applied, inverse }) {
    if (focus && this.doc.has(focus) && applied.some((change) => change.path === focus || change.uid === parts(focus)?.uid)) return focus;
    const last = applied.at(-1);
    if (!last) return "";
    if (last.op === "set") return last.path;
    const uid = last.op === "delete" ? inverse[0]?.after || this.doc.rows(last.list)[0]?.uid : last.uid;
    const leaf = this.paper.block(last.list)?.columns.find((column) => !column.merged && column.list === last.list)?.leaf;
    return uid ? `${last.list}/${uid}/${leaf}` : "";
  }

  // --- saving ---

  #left(path) {
    this.history.seal();
    this.outbox.flush();
    this.#echo(path);
  }

  #saved(data) {
    const active = document.activeElement;
    const here = active?.matches?.("[data-in]") ? pathOf(active) : "";
    const pending = this.outbox.pendingPaths();
    this.doc.together(() => {
      for (const [path, cell] of Object.entries(data.cells ?? {})) {
        this.cells.set(path, cell);
        if (path !== here) this.#echo(path, pending);
      }
    });
    const lists = new Set(this.doc.lists.keys());
    const within = (path) =>
      data.scope.some((scope) => path === scope || (!lists.has(scope) && (path.startsWith(`${scope}.`) || path.startsWith(`${scope}/`))));
    this.findings = [...this.findings.filter((finding) => !within(finding.path)), ...data.findings];
    this.counts = data.counts;
    for (const step of this.steps) step.state = data.steps[step.key] ?? step.state;
    this.offers.soon();
    this.marks();
  }

  // What the form prints takes the place of what was typed, once nobody is typing there.
  #echo(path, pending = this.outbox.pendingPaths()) {
    const cell = this.cells.get(path);
    if (!cell || cell.text === undefined || pending(path) || !this.doc.has(path)) return;
    this.doc.apply({ op: "set", path, value: cell.text });
  }

  async #stale(data) {
    const sent = [...this.outbox.sending.changes, ...this.outbox.queue];
    this.outbox.queue = [];
    const { changes, adopt } = await settle(this, data, sent);
    this.doc.together(() => {
      for (const [path, value] of adopt) this.doc.apply({ op: "set", path, value });
    });
    // First what others wrote, then on with ours: the other way round an old answer could come last.
    await this.reload([...changes]);
    this.outbox.resume(data.version, changes);
  }

  // Take over what others changed meanwhile, without what is still on its way from here.
  async reload(chosen = null) {
    const { status, data } = await request(this.place.dataset.data);
    if (status !== 200) return;
    const content = collect(data);
    const waiting = [...(chosen ?? this.outbox.sending?.changes ?? []), ...this.outbox.queue];
    for (const [path, text] of content.served) if (!waiting.some((change) => change.path === path)) this.outbox.served.set(path, text);
    if (!waiting.length) this.outbox.version = Math.max(this.outbox.version, data.table.version);
    const fresh = new Doc(content);
    for (const change of waiting) fresh.apply(change);
    this.doc.values = fresh.values;
    this.doc.lists = fresh.lists;
    for (const [path, cell] of metaOf(data)) this.cells.set(path, { ...this.cells.get(path), ...cell });
    for (const path of fresh.values.keys()) this.paper.put(path, fresh.text(path));
    for (const block of this.paper.blocks) block.refresh();
    this.takeFindings(data.findings, data.counts);
  }

  restore(record) {
    this.doc.together(() => {
      for (const change of [...(record.sending?.changes ?? []), ...record.queue]) this.doc.apply(change);
    });
    this.outbox.adopt(record);
  }

  async settled() {
    this.outbox.flush();
    for (let wait = 0; this.outbox.waiting && wait < 60 && !this.outbox.halted; wait += 1) {
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  takeFindings(findings, counts) {
    this.findings = findings;
    const count = (level) => findings.filter((finding) => finding.level === level).length;
    this.counts = counts ?? { block: count("block"), warn: count("warn"), info: count("info") };
    this.marks();
  }

  // --- showing ---

  marks() {
    const worst = new Map();
    for (const { path, level } of this.findings) if (RANK[level] > (RANK[worst.get(path)] ?? 0)) worst.set(path, level);
    for (const td of this.paper.place.querySelectorAll("[data-path]")) {
      const { path, kind } = td.dataset;
      mark(td, worst.get(path), this.cells.get(path)?.unread);
      if (kind !== "target") continue;
      const text = this.doc.text(path);
      showReading(td, readingOf(this.cells.get(path)?.understood, text), text);
    }
    this.rail.draw();
    this.submit.draw();
    this.margin.draw();
  }

  open(step, { focus = false } = {}) {
    if (step !== this.step) history.pushState({ step }, "", this.addressOf(step));
    this.show(step);
    scrollTo(0, 0);
    const target = focus && step !== "check" && this.keys.visible().find((node) => node.matches("[data-in]"));
    if (target) target.focus();
    else find("[data-step-title]").focus({ preventScroll: true });
  }

  show(step) {
    this.step = step;
    this.place.dataset.step = step;
    const known = this.steps.find((one) => one.key === step);
    find("[data-step-title]").textContent = known?.title ?? "整张表";
    this.paper.show(step);
    this.handle?.hide();
    this.toolbar.draw();
    this.rail.draw();
    this.submit.draw();
    this.margin.show("");
    if (step === "check") this.margin.align();
  }

  addressOf(step) {
    return this.place.dataset.address.replace("/all/", `/${step}/`);
  }

  jump(path) {
    const step = this.stepOf(path);
    if (!["all", "check", step].includes(this.step)) this.open(step);
    const at = parts(path);
    if (this.paper.focus(path)) return;
    const [list, uid] = path.split("/");
    const row = this.paper.block(list);
    if (!at && row) this.paper.place.querySelector(uid ? `tr[data-uid="${uid}"] [data-in]` : `tr[data-list="${list}"] [data-in]`)?.focus();
  }

  stepOf(path) {
    const list = path.split("/")[0];
    const found = this.steps.find((step) => step.lists.includes(list) || step.paths.includes(path));
    return found?.key ?? (this.paper.stepOf(path) || this.steps.find((step) => step.paths.some((one) => one.startsWith(`${path}.`)))?.key || "check");
  }

  nameOf(path) {
    const at = parts(path);
    if (!at) return this.names.get(path) ?? this.names.get(path.split("/")[0]) ?? "";
    const name = this.paper.block(at.list)?.columns.find((column) => column.list === at.list && column.leaf === at.leaf)?.name;
    // Cells outside a repeated block have a name of their own.
    if (!name && this.names.has(path)) return this.names.get(path);
    const index = this.doc.rows(at.list).findIndex((row) => row.uid === at.uid);
    return `${name ?? ""}${index < 0 ? "" : ` 第${index + 1}行`}`;
  }

  isText(path) {
    return ["text", "long"].includes(this.paper.cells(path)[0]?.dataset.kind);
  }

  categoryOf(at) {
    const values = this.doc.row(at.list, at.uid)?.values ?? this.ghost(at)?.values ?? {};
    return this.data.categories.find((one) => one.level1 === values.level1 && one.level2 === values.level2)?.category ?? "";
  }
}
