// The margin at the right of the paper: what the cell in focus asks for and by which rule, what was understood of it,
// what is wrong with it. On the last step it holds all findings, each level with its cell.
import { keepCaret } from "../review/thread.js";
import { alignNotes } from "./beside.js";
import { button, el, icon } from "./dom.js";
import { WORDS, readingOf } from "./cells.js";
import { parts } from "./doc.js";

const LEVELS = { block: ["block", "须修改"], warn: ["warn", "提醒"], info: ["info", "说明"] };

export class Margin {
  constructor(place, app, help) {
    this.place = place;
    this.app = app;
    this.help = help;
    this.path = "";
    addEventListener("resize", () => this.align());
  }

  show(path) {
    this.path = path;
    this.draw();
  }

  draw() {
    if (this.app.step === "check") return void this.#all();
    const path = this.path;
    this.place.classList.remove("margin--notes");
    this.place.classList.toggle("margin--idle", !path);
    if (!path || !this.app.doc.has(path)) return void this.#put(...this.app.answers.at(""), ...this.#idle());
    this.#put(
      el("h2", {}, this.app.nameOf(path)),
      ...this.app.answers.at(path),
      ...this.#explained(path),
      ...this.#understood(path),
      ...this.#offers(path),
      ...this.#findings(path),
    );
    return undefined;
  }

  // An answer being typed keeps its caret when the margin is drawn anew.
  #put(...nodes) {
    keepCaret(this.place, () => this.place.replaceChildren(...nodes));
  }

  #idle() {
    return [
      el("h2", {}, "填写说明"),
      el("p", { class: "quiet" }, "把光标放进一格，这里显示它的填写要求、出处和识别结果。"),
      el("p", { class: "quiet" }, "按 ↓ 进入第一个空格，按 ? 查看键盘操作；内容随填随存。"),
    ];
  }

  #explained(path) {
    const at = parts(path);
    const entry = this.help[at ? `${at.list}.${at.leaf}` : path] ?? this.help[path.split(".")[0]];
    if (!entry) return [];
    const source = entry[1] ? el("p", { class: "margin__source" }, `出处：${entry[1]}`) : null;
    return [el("p", { class: "margin__help" }, entry[0]), ...(source ? [source] : [])];
  }

  #understood(path) {
    const text = this.app.doc.text(path);
    const cell = this.app.cells.get(path);
    const found = [];
    const limit = this.app.paper.limits[path];
    if (limit) found.push(el("p", { class: text.length > limit ? "margin__over num" : "quiet num" }, `${text.length} / ${limit} 字`));
    else if (text.length > 60) found.push(el("p", { class: "quiet num" }, `${text.replace(/\s/g, "").length} 字`));
    if (!text || !cell) return found;
    if (cell.unread) {
      found.push(el("p", { class: "margin__reads is-warn" }, icon("warn"), "没有看懂这一格，按原文保留。"));
    } else if (cell.understood) {
      const words = readingOf(cell.understood, text) || WORDS[cell.understood.reading];
      if (words) found.push(el("p", { class: "margin__reads" }, el("span", { class: "quiet" }, "识别为 "), el("b", {}, words)));
    }
    return found;
  }

  #offers(path) {
    const offers = this.app.offersAt(path);
    if (!offers.length) return [];
    const lines = offers.map((offer) =>
      el("li", {}, button(offer.title, () => this.app.take(offer), "btn btn-plain btn-offer"), offer.text ? el("span", { class: "num" }, offer.text) : null),
    );
    return [el("h3", {}, "可代填"), el("ul", { class: "margin__offers" }, ...lines)];
  }

  #findings(path) {
    const found = this.app.findings.filter((finding) => finding.path === path || parts(path)?.uid && finding.path === parts(path).list + "/" + parts(path).uid);
    const list = el("ul", { class: "margin__findings", id: "margin-findings" }, ...found.map((finding) => el("li", { class: `note--${finding.level}` }, ...note(finding), this.#remedy(finding))));
    return [list];
  }

  // --- all findings, beside their cells ---

  #all() {
    this.place.classList.add("margin--notes");
    const notes = gathered(this.app.findings).map(([finding, more]) => {
      const jump = button("", () => this.app.jump(finding.path), `note note--${finding.level}`, { "data-to": finding.path });
      jump.append(...note(finding, this.app.nameOf(finding.path)));
      if (more) jump.append(el("small", { class: "quiet" }, `另有 ${more} 处同样的说明`));
      return el("li", {}, jump, this.#remedy(finding));
    });
    const head = el("h2", {}, notes.length ? `需要看一看的 ${notes.length} 处` : "没有发现问题");
    this.place.replaceChildren(head, el("ol", { class: "notes" }, ...notes));
    this.align();
  }

  #remedy(finding) {
    if (!this.app.canMend(finding)) return null;
    return button(remedyName(finding.changes), () => this.app.mend(finding), "btn btn-plain btn-small note__mend", { "data-mend": finding.code });
  }

  align() {
    const list = this.place.querySelector(".notes");
    if (list) alignNotes(list, (item) => this.app.paper.cells(item.firstChild.dataset.to)[0]);
  }
}

// Remarks of one rule are gathered into one: twenty times the same sentence hides what has to be done.
function gathered(findings) {
  const first = new Map();
  const found = [];
  for (const finding of findings) {
    const known = finding.level === "info" && first.get(finding.code);
    if (known) {
      known[1] += 1;
      continue;
    }
    const one = [finding, 0];
    first.set(finding.code, one);
    found.push(one);
  }
  return found;
}

function remedyName(changes) {
  const values = [...new Set(changes.map((change) => change.value).filter(Boolean))];
  return values.length === 1 && values[0].length <= 24 ? `改为“${values[0]}”` : "按建议改正";
}

export function note(finding, name = "") {
  const [symbol, word] = LEVELS[finding.level] ?? LEVELS.info;
  return [
    el("span", { class: `mark mark--${finding.level}` }, icon(symbol), word),
    name ? el("b", {}, name) : null,
    el("span", { class: "note__text" }, finding.text),
    finding.source ? el("small", { class: "quiet" }, finding.source) : null,
  ].filter(Boolean);
}
