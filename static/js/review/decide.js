// The decision: return, pass or approve, with what stands in the way said beforehand; then on to the next of the queue.
import { all, dialog, el, find, request } from "../entry/dom.js";

const REASONS = { return: "退回意见", pass: "审核意见（可不填）", approve: "批复意见（可不填）" };
const KEEP = "review-go-on";

export class Decide {
  #asking = false;

  constructor(app) {
    this.app = app;
    this.actions = new Map(app.data.actions.map((one) => [one.action, one]));
    this.version = app.data.table.version;
    this.required = app.data.sheet?.required ?? false;
    // What the server refuses and the page cannot explain is nothing that the page could mend: state, year, one's own work.
    this.hard = new Map(app.data.actions.map(({ action, why }) => [action, action !== "return" && this.#mendable(true) ? "" : why]));
    for (const node of all("[data-decide]")) node.addEventListener("click", () => this.ask(node.dataset.decide === "forward" ? this.forward : "return"));
    this.draw();
  }

  // What this person's approval would be at this level.
  get forward() {
    const free = ["approve", "pass"].find((name) => this.actions.get(name) && !this.actions.get(name).why);
    return free ?? (this.actions.has("pass") && this.app.data.level === "department" ? "pass" : this.actions.has("approve") ? "approve" : "pass");
  }

  why(action) {
    const { app } = this;
    const known = this.actions.get(action);
    if (!known) return "这张表现在不由您办理";
    // What the page itself can tell at once is told as it changes; the rest is the server's answer.
    if (action === "return") return this.hard.get(action);
    return this.#mendable() || this.hard.get(action);
  }

  // What can be mended on this page: comments that are not dealt with, the sheet.
  // Answered ones are marked as resolved with the decision; `strict`: they count as well.
  #mendable(strict = false) {
    const counts = this.app.counts();
    const open = strict ? counts.must_pending : counts.must_unanswered;
    if (open) return `还有 ${open} 条“必须修改”没有解决`;
    const { sheet } = this.app.sheet;
    if (!sheet) return "";
    if (this.required && !sheet.complete) return `评审表还缺：${sheet.missing.join("、")}`;
    const grade = sheet.version ? sheet.overall || sheet.proposed : "";
    return ["中", "差"].includes(grade) ? `总体评级为“${grade}”，应退回修改` : "";
  }

  draw() {
    const forward = find("[data-decide=forward]");
    const back = find("[data-decide=return]");
    if (!forward) return;
    const known = this.actions.get(this.forward);
    const off = !known || Boolean(this.hard.get(known.action));
    forward.textContent = known?.name ?? "审核通过";
    forward.disabled = off;
    const returning = this.actions.get("return");
    back.disabled = !returning || Boolean(this.hard.get("return"));
    const why = off ? (known?.why ?? "这张表现在不由您办理") : this.why(this.forward);
    find("[data-why]").textContent = why ? `${off ? "" : "现在不能通过："}${why}` : "";
  }

  async ask(action) {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.app.settled();
      await this.#ask(action);
    } finally {
      this.#asking = false;
    }
  }

  async #ask(action) {
    const { app } = this;
    const known = this.actions.get(action);
    if (!known || this.hard.get(action)) return void app.say(known?.why ?? "这张表现在不由您办理");
    const why = this.why(action);
    if (why) {
      app.say(`现在不能${known.name}：${why}`);
      if (app.counts().must_unanswered) app.notes.turn(1);
      else app.sheet.focus();
      return undefined;
    }
    // Grades filled in by the checks count as read once they are decided with; then they are kept, too.
    if (app.sheet.sheet?.version === 0 && action !== "return" && app.sheet.sheet.complete) app.sheet.touch();
    if (!(await app.sheet.save())) return void app.say("评审表还没有保存，稍后再试");
    return this.#dialog(action, known);
  }

  async #dialog(action, known, text = "") {
    const { app } = this;
    const counts = app.counts();
    const must = counts.must_unanswered;
    const field = el("textarea", { class: "form-control", id: "decide-reason", rows: "3", maxlength: "2000", autofocus: true });
    field.value = text;
    const next = el("input", { type: "checkbox", class: "form-check-input", id: "decide-next", checked: localStorage.getItem(KEEP) !== "no" });
    const solve = counts.answered ? el("input", { type: "checkbox", class: "form-check-input", id: "decide-solve", checked: true }) : null;
    const { sheet } = app.sheet;
    const facts = [];
    if (action === "return") facts.push(must ? `带 ${must} 条“必须修改”退回。` : "没有“必须修改”的批注，请写明退回意见。");
    if (action !== "return" && sheet?.version) facts.push(`总体评级：${sheet.overall || sheet.proposed || "未评"}${sheet.score ? `（${sheet.score} 分）` : ""}。`);
    const said = await dialog(`${known.name}“${app.data.table.label}”`, (close) => {
      field.addEventListener("input", () => field.classList.remove("is-invalid"));
      return [
        el("p", {}, facts.join("")),
        el("label", { class: "form-label", for: "decide-reason" }, action === "return" && !must ? "退回意见（必填）" : (REASONS[action] ?? "意见")),
        field,
        el("p", { class: "invalid-feedback", id: "decide-problem", role: "alert" }),
        solve ? el("div", { class: "form-check" }, solve, el("label", { class: "form-check-label", for: "decide-solve" }, `把 ${counts.answered} 条已答复的批注标为已解决`)) : "",
        el("div", { class: "form-check" }, next, el("label", { class: "form-check-label", for: "decide-next" }, "办理后看下一张")),
        el("div", { hidden: true, "data-close": "", onclick: () => close("") }),
      ];
    }, [["取消", ""], [`${known.name}（Ctrl+Enter）`, () => (action === "return" && !must && !field.value.trim() ? "blank" : "yes"), "btn btn-primary"]]);
    if (said === "blank") {
      app.say("请写明退回意见，或至少批注一条“必须修改”。");
      return this.#dialog(action, known, field.value);
    }
    if (said !== "yes") return undefined;
    localStorage.setItem(KEEP, next.checked ? "yes" : "no");
    return this.#send(action, known, { reason: field.value.trim(), resolve: Boolean(solve?.checked), goOn: next.checked });
  }

  async #send(action, known, { reason, resolve, goOn }) {
    const { app } = this;
    const json = { action, version: this.version, cursor: app.cursor, reason, resolve, sheet: app.sheet.sheet?.version ?? 0, queue: app.frame.queue };
    const { status, data } = await request(app.data.urls.decide, { method: "POST", json });
    if (status === 200) return this.#done(data, goOn);
    if (data.error === "stale") {
      app.take(data.comments ?? [], data.cursor);
      if (data.sheet) app.sheet.refresh(data.sheet.version ?? data.sheet);
      const changed = (data.comments ?? []).map((one) => el("li", {}, `${app.nameOf(one.path)}：${one.text}`));
      await dialog("没有办理：情况刚刚变了", [el("p", {}, data.message), changed.length ? el("ul", {}, ...changed) : "", reason ? el("p", { class: "quiet" }, `您写的意见还在：${reason}`) : ""], [["看看变化", ""]]);
      if (data.version !== undefined && data.version !== this.version) return void location.reload();
      return this.#dialog(action, known, reason);
    }
    if (data.open?.length) app.notes.open(data.open[0]);
    await dialog(`没有${known.name}`, [el("p", {}, data.message || (status === 401 ? "登录已过期，请在另一个窗口登录后再办理。" : "没有连上服务器，请再试一次。")), reason ? el("p", { class: "quiet" }, `您写的意见：${reason}`) : ""], [["关闭", ""]]);
    return undefined;
  }

  #done(data, goOn) {
    sessionStorage.setItem("review-said", data.message);
    this.app.pulse.stop();
    location.assign(goOn && data.next ? data.next.url : goOn ? this.app.frame.queueUrl : location.href);
  }
}
