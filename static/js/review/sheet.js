// The review sheet of one's level: graded by number keys or scored, saved by itself; the other level's grades beside it.
import { all, button, el, find, request } from "../entry/dom.js";

const GRADES = ["优", "良", "中", "差"];
const LEVELS = { department: "部门", finance: "财政" };
const WAIT = 500;

export class Sheet {
  #timer = 0;
  #dirty = new Set();
  #busy = null;

  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.sheet = app.data.sheet;
    this.others = app.data.sheets.filter((one) => one.id && one.id !== this.sheet?.id && one.version > 0);
    this.draw();
    place.addEventListener("keydown", (event) => this.#key(event));
    place.addEventListener("focusin", (event) => this.#tell(event));
  }

  get other() {
    return this.others.find((one) => one.level !== this.sheet?.level && one.revision === this.app.data.revision.number) ?? null;
  }

  // Levels beside each other: both of this version, first the department.
  draw() {
    const { sheet, other } = this;
    if (!sheet && !other) return void this.place.replaceChildren(el("p", { class: "quiet" }, "这一级不填评审表。"));
    const main = sheet ?? other;
    const active = document.activeElement?.closest?.("[data-item]") && this.place.contains(document.activeElement) ? document.activeElement : null;
    const held = active && [active.closest("[data-item]").dataset.item, active.name, active.value];
    const head = el("tr", {}, el("th", { scope: "col" }, "评审内容"), sheet ? el("th", { scope: "col" }, `${LEVELS[sheet.level]}${other ? "（本级）" : ""}`) : "", other ? el("th", { scope: "col", class: "sheet8__other" }, LEVELS[other.level]) : "");
    let dimension = "";
    const rows = main.items.map((item) => {
      const first = item.dimension !== dimension;
      dimension = item.dimension;
      return this.#row(sheet && item, other?.items.find((one) => one.key === item.key), item, first);
    });
    this.place.replaceChildren(
      el("table", { class: "sheet8" }, el("thead", {}, head), el("tbody", {}, ...rows)),
      sheet ? el("p", { class: "sheet8__told", "data-told": "" }, "按 E 开始评审：1 优、2 良、3 中、4 差，自动到下一项。虚线框是按检查结果的建议。") : "",
      ...(sheet ? this.#overall(sheet) : []),
      other ? this.#theirs(other) : "",
    );
    this.#retell();
    if (held) (find(`[data-item="${held[0]}"] [name="${held[1]}"][value="${held[2]}"]`, this.place) ?? find(`[data-item="${held[0]}"] [name="${held[1]}"]`, this.place))?.focus({ preventScroll: true });
    return undefined;
  }

  #row(item, theirs, named, first) {
    const label = el("th", { scope: "row", title: named.question }, first ? el("small", { class: "sheet8__dimension" }, named.dimension) : "", named.name);
    const note = item && (item.opinion || this.asked === item.key) ? this.#opinion(item) : null;
    const found = item?.findings ? el("span", { class: "sheet8__found num", title: item.note }, `检查 ${item.findings}`) : "";
    return el(
      "tr",
      { "data-item": named.key, class: item && !this.#value(item) ? "is-blank" : null },
      label,
      item ? el("td", {}, this.sheet.form === "key" ? this.#score(item) : this.#grades(item), found, note) : "",
      theirs ? el("td", { class: "sheet8__other", title: theirs.opinion || null }, theirs.score || theirs.grade || "—") : "",
    );
  }

  #value(item) {
    return this.sheet.form === "key" ? item.score : item.grade;
  }

  #grades(item) {
    return this.#radios(`grade-${item.key}`, item.name, item.grade, (grade) => this.set(item.key, "grade", grade), item.proposed);
  }

  #radios(name, label, value, choose, proposed = "") {
    const choices = GRADES.map((grade, index) => {
      const input = el("input", { type: "radio", name, value: grade, checked: value === grade, disabled: !this.sheet.may_edit, class: "grade__in" });
      input.addEventListener("change", () => choose(grade));
      return el("label", { class: `grade${proposed === grade ? " is-proposed" : ""}`, title: `${index + 1}${proposed === grade ? "，按检查结果建议" : ""}` }, input, el("span", {}, grade));
    });
    return el("span", { class: "grades", role: "radiogroup", "aria-label": label }, ...choices);
  }

  #score(item) {
    const input = el("input", { class: "form-control score", name: `score-${item.key}`, inputmode: "decimal", "aria-label": `${item.name}得分，满分${item.weight}`, disabled: !this.sheet.may_edit, autocomplete: "off" });
    input.value = item.score;
    input.addEventListener("input", () => this.set(item.key, "score", input.value.trim()));
    return el("span", { class: "scored" }, input, el("span", { class: "quiet num" }, `/ ${item.weight}`));
  }

  #opinion(item) {
    const text = el("textarea", { class: "form-control sheet8__opinion", rows: "1", name: `opinion-${item.key}`, "aria-label": `${item.name}：意见`, maxlength: "500", disabled: !this.sheet.may_edit });
    text.value = item.opinion;
    text.addEventListener("input", () => this.set(item.key, "opinion", text.value));
    return text;
  }

  // One place tells of the item in hand what it asks and what the checks found, so that nothing moves while grading.
  #tell({ target }) {
    const key = target.closest?.("[data-item]")?.dataset.item;
    if (key) this.told = key;
    this.#retell();
  }

  #retell() {
    const item = this.sheet?.items.find((one) => one.key === this.told);
    const place = find("[data-told]", this.place);
    if (place && item) place.replaceChildren(el("b", {}, item.name), ` ${item.question} `, el("span", { class: "quiet" }, item.note));
  }

  #overall(sheet) {
    // While items are missing, the reason alone says how far one is.
    const total = sheet.form === "key" && sheet.proposed && sheet.score ? el("b", { class: "num" }, `${sheet.score} 分 · `) : "";
    const differs = sheet.overall && sheet.proposed && sheet.overall !== sheet.proposed;
    const reason = el("textarea", { class: "form-control", id: "sheet-reason", name: "reason", rows: "2", maxlength: "500", disabled: !sheet.may_edit });
    reason.value = sheet.reason;
    reason.addEventListener("input", () => this.set("", "reason", reason.value));
    const opinion = el("textarea", { class: "form-control", id: "sheet-opinion", name: "opinion", rows: "2", maxlength: "2000", disabled: !sheet.may_edit, placeholder: "总体意见（可不填）" });
    opinion.value = sheet.opinion;
    opinion.addEventListener("input", () => this.set("", "opinion", opinion.value));
    const nodes = [
      el(
        "div",
        { class: "overall", "data-item": "overall" },
        el("b", {}, "总体"),
        this.#radios("grade-overall", "总体评级", sheet.overall || sheet.proposed, (grade) => this.set("", "overall", grade === this.sheet.proposed ? "" : grade), sheet.proposed),
        el("span", { class: "quiet small" }, total, [sheet.proposed ? `建议 ${sheet.proposed}` : "", sheet.why].filter(Boolean).join("：")),
      ),
    ];
    if (differs || sheet.reason) nodes.push(el("label", { class: "form-label", for: "sheet-reason" }, differs ? "改变建议评级的理由（必填）" : "改变建议评级的理由"), reason);
    nodes.push(el("label", { class: "visually-hidden", for: "sheet-opinion" }, "总体意见"), opinion);
    if (sheet.forms?.length > 1 && sheet.may_edit) {
      const next = sheet.form === "key" ? "general" : "key";
      nodes.push(button(next === "key" ? "改用重点项目评审表（百分制）" : "改用一般项目评审表（优良中差）", () => this.set("", "form", next), "btn-quiet btn-small sheet8__switch"));
    }
    nodes.push(el("p", { class: "small quiet", "data-saved": "", role: "status" }, sheet.missing.length && sheet.may_edit ? `还有 ${sheet.missing.length} 项未评：${sheet.missing.join("、")}` : sheet.frozen ? "已随决定存档" : ""));
    return nodes;
  }

  #theirs(other) {
    const lines = other.items.filter((item) => item.opinion).map((item) => el("li", {}, `${item.name}：${item.opinion}`));
    return el("div", { class: "theirs" }, el("b", {}, `${other.level_name ?? LEVELS[other.level]}评级：${other.overall || other.proposed || "—"}${other.score ? `（${other.score} 分）` : ""}`), el("span", { class: "quiet" }, ` ${other.by}`), other.reason ? el("p", {}, other.reason) : "", other.opinion ? el("p", {}, other.opinion) : "", lines.length ? el("ul", {}, ...lines) : "");
  }

  // --- changing and saving ---

  set(key, field, value) {
    if (!this.sheet?.may_edit) return;
    if (key) this.sheet.items.find((item) => item.key === key)[field] = value;
    else this.sheet[field] = value;
    this.#dirty.add(`${key}.${field}`);
    this.place.querySelector(`[data-item="${key}"]`)?.classList.remove("is-blank");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), field === "grade" || field === "overall" || field === "form" ? 0 : WAIT);
  }

  touch() {
    this.#dirty.add(".opinion");
  }

  get waiting() {
    return this.#dirty.size > 0 || this.#busy !== null;
  }

  async save() {
    clearTimeout(this.#timer);
    if (this.#busy) await this.#busy;
    if (!this.#dirty.size) return true;
    this.#busy = this.#send();
    const done = await this.#busy;
    this.#busy = null;
    return done;
  }

  async #send() {
    const { sheet } = this;
    const sent = new Set(this.#dirty);
    this.#dirty.clear();
    const items = Object.fromEntries(sheet.items.map(({ key, grade, score, opinion }) => [key, { grade, score, opinion }]));
    const json = { version: sheet.version, form: sheet.form, items, overall: sheet.overall === sheet.proposed ? "" : sheet.overall, reason: sheet.reason, opinion: sheet.opinion };
    const { status, data } = await request(this.app.data.urls.sheet, { method: "POST", json });
    if (status === 200) {
      this.#take(data.sheet, this.#dirty);
      this.#say(data.sheet.missing.length ? `已保存；还有 ${data.sheet.missing.length} 项未评：${data.sheet.missing.join("、")}` : "已保存，各项均已评");
      return true;
    }
    if (status === 409 && data.error === "stale" && data.sheet) {
      // A colleague of the same level saved in between: theirs is taken, what was just typed here goes on top.
      for (const one of sent) this.#dirty.add(one);
      this.#take(data.sheet, this.#dirty);
      this.#say(`${data.sheet.by || "同事"}刚改了评审表，已并入`);
      return this.#dirty.size ? this.#send() : true;
    }
    for (const one of sent) this.#dirty.add(one);
    this.#say(data.message || (status === 401 ? "未保存：登录已过期，请在另一个窗口登录" : "未保存：没有连上服务器，稍后再试"), true);
    if (status === 0 || status === 401) this.#timer = setTimeout(() => this.save(), 5000);
    return false;
  }

  // The server's sheet, except where something was typed that it does not know yet.
  #take(fresh, dirty) {
    for (const one of dirty) {
      const [key, field] = one.split(".");
      if (key) fresh.items.find((item) => item.key === key)[field] = this.sheet.items.find((item) => item.key === key)[field];
      else fresh[field] = this.sheet[field];
    }
    this.sheet = fresh;
    const typing = document.activeElement?.matches?.("textarea, .score") && this.place.contains(document.activeElement);
    if (typing) this.#figures();
    else this.draw();
    this.app.decide?.draw();
  }

  // While somebody types only what follows from it is drawn anew.
  #figures() {
    const active = document.activeElement;
    const [name, from] = [active.name, active.selectionStart];
    this.draw();
    const field = find(`[name="${name}"]`, this.place);
    field?.focus({ preventScroll: true });
    if (field && from !== null) field.setSelectionRange(from, from);
  }

  #say(text, bad = false) {
    const place = find("[data-saved]", this.place);
    if (!place) return;
    place.textContent = text;
    place.classList.toggle("is-bad", bad);
  }

  // A colleague's save, heard of by the pulse.
  async refresh(version) {
    if (!this.sheet || this.waiting || version <= this.sheet.version) return;
    const { status, data } = await request(this.app.data.urls.sheet);
    if (status === 200 && data.sheet) this.#take(data.sheet, this.#dirty);
  }

  // --- keyboard ---

  focus() {
    const blank = find("tr.is-blank [name]", this.place);
    const group = blank?.closest("[data-item]") ?? find("[data-item]", this.place);
    this.#into(group);
  }

  #into(group) {
    if (!group) return;
    const node = find("input:checked", group) ?? find("input, textarea", group);
    node?.focus();
    if (node?.select && node.type !== "radio") node.select();
  }

  #key(event) {
    const group = event.target.closest("[data-item]");
    if (!group || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const groups = all("[data-item]", this.place);
    const at = groups.indexOf(group);
    const text = event.target.matches("textarea");
    const go = (by) => this.#into(groups[Math.min(Math.max(at + by, 0), groups.length - 1)]);
    if (["ArrowDown", "ArrowUp"].includes(event.key) && !text) {
      event.preventDefault();
      go(event.key === "ArrowDown" ? 1 : -1);
    } else if (["Home", "End"].includes(event.key) && event.target.type === "radio") {
      event.preventDefault();
      this.#into(groups.at(event.key === "Home" ? 0 : -1));
    } else if (/^[1-4]$/.test(event.key) && event.target.type === "radio") {
      event.preventDefault();
      find(`[value="${GRADES[Number(event.key) - 1]}"]`, group).click();
      const again = all("[data-item]", this.place)[at + 1];
      if (again) this.#into(again);
    } else if (event.key === "Enter" && event.target.matches(".score")) {
      event.preventDefault();
      go(1);
    } else if (event.key === "o" && event.target.type === "radio" && group.dataset.item !== "overall") {
      event.preventDefault();
      this.asked = group.dataset.item;
      this.draw();
      find(`[name="opinion-${this.asked}"]`, this.place)?.focus();
    }
  }
}
