// The last step: blocking findings stop, warnings want one line that reviewers will see, then the table is sent.
import { dialog, el, find, request } from "./dom.js";

export class Submit {
  constructor(app, url) {
    this.app = app;
    this.url = url;
    this.bar = find("[data-submit]");
    this.form = find("form", this.bar);
    this.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  draw() {
    if (!this.bar) return;
    this.bar.hidden = this.app.step !== "check";
    if (!this.form) return;
    const { block = 0, warn = 0 } = this.app.counts;
    const must = this.app.answers.unanswered;
    const words = must && !block
      ? `还有 ${must} 条“必须修改”的审核意见没有答复，逐条答复后才能再送审。`
      : block
      ? `还有 ${block} 处须修改，改好后才能送审。`
      : warn
        ? `没有须修改之处；有 ${warn} 处提醒，请用一句话说明理由，审核人会看到。`
        : "没有发现问题，可以送审。";
    find("[data-verdict]", this.bar).textContent = words;
    this.bar.dataset.state = block || must ? "block" : warn ? "warn" : "ready";
    const reason = find("[name=reason]", this.form);
    const box = reason.closest("div.mb-3, div[id^=div_]") ?? reason.parentNode;
    box.hidden = !warn || block > 0;
    reason.required = warn > 0 && !block;
    find("[type=submit]", this.form).disabled = block > 0 || must > 0;
  }

  async send() {
    if (this.busy) return;
    this.busy = true;
    await this.#send();
    // Once sent, the page is on its way to the table.
    this.busy = this.app.leaving;
  }

  async #send() {
    const { app } = this;
    const reason = find("[name=reason]", this.form);
    if (reason.required && !reason.value.trim()) return void this.#problem("请用一句话说明为何保留这些提醒。", reason);
    await app.settled();
    if (app.outbox.waiting) return void this.#problem("还有内容没有保存到服务器，保存后才能送审。");
    const { status, data } = await request(this.url, {
      method: "POST",
      json: { version: app.outbox.version, reason: reason.required ? reason.value.trim() : "" },
    });
    if (status === 200) {
      app.leaving = true;
      location.assign(data.url ?? find("[data-table-url]").dataset.tableUrl);
      return undefined;
    }
    if (data.findings) {
      app.takeFindings(data.findings);
      return void this.#problem("送审前的检查发现了上面这些问题。");
    }
    if (data.comments) {
      await app.answers.load();
      return void this.#problem(data.message);
    }
    if (data.error === "stale") {
      await app.reload();
      return void this.#problem("有人刚刚保存了这张表，已换成最新内容，请再核对一遍。");
    }
    await dialog("没有送审", el("p", {}, data.message || "连不上服务器，或登录已过期。"), [["关闭", ""]]);
    return undefined;
  }

  #problem(text, field) {
    const place = find("[role=alert]", this.form);
    place.textContent = text;
    field?.focus();
  }
}
