// Every quarter of a minute: I am here; what did others write; who else is here; has somebody decided?
import { el, find, request } from "../entry/dom.js";

const EVERY = 15000;

export class Pulse {
  #timer = 0;

  constructor(app) {
    this.app = app;
    this.present(app.data.presence);
  }

  start() {
    this.beat();
    document.addEventListener("visibilitychange", () => !document.hidden && this.beat());
    addEventListener("pagehide", () => request(this.app.data.urls.pulse, { method: "POST", json: { cursor: this.app.cursor, leave: true }, keepalive: true }));
  }

  stop() {
    clearTimeout(this.#timer);
    this.stopped = true;
  }

  async beat() {
    clearTimeout(this.#timer);
    if (this.stopped) return;
    this.#timer = setTimeout(() => this.beat(), EVERY);
    if (document.hidden) return;
    const { app } = this;
    const { status, data } = await request(app.data.urls.pulse, { method: "POST", json: { cursor: app.cursor, leave: false } });
    const lost = find("[data-lost]");
    lost.hidden = status === 200;
    if (status !== 200) {
      lost.textContent = status === 401 ? "登录已过期，请重新登录" : status === 404 ? "这张表已不由您审核" : "没有连上服务器";
      return;
    }
    if (data.comments.length) {
      const fresh = data.comments.filter((one) => !one.removed && !app.comments.has(one.id));
      app.take(data.comments, data.cursor);
      if (fresh.length) app.say(`${fresh[0].by}新批注了 ${fresh.length} 处`);
    }
    app.cursor = Math.max(app.cursor, data.cursor);
    this.present(data.presence);
    if (data.sheet_version) app.sheet.refresh(data.sheet_version);
    if (data.decided || data.version !== app.data.table.version) this.#decided(data.decided);
  }

  present(people) {
    const place = find("[data-presence]");
    const names = people.map((one) => one.by);
    place.hidden = !names.length;
    find("span", place).textContent = names.length ? `${names.join("、")} 也在看` : "";
  }

  #decided(words) {
    const place = find("[data-decided]");
    place.hidden = false;
    place.replaceChildren(el("span", {}, `${words || "这张表刚刚有了变化"}。`), el("a", { href: location.href }, "刷新看最新情况"));
  }
}
