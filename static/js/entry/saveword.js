// The quiet word beside the title: what became of what was typed. It is read out only when something is wrong.
import { announce, button, el } from "./dom.js";

const clock = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
const QUIET = 900;

export class SaveWord {
  #last = "";
  #timer = 0;

  // `look` shows what is not saved.
  constructor(place, { login, savedAt, look }) {
    this.place = place;
    this.look = look;
    this.login = login;
    if (savedAt) this.#show("saved", `已保存 ${clock.format(new Date(savedAt))}`);
  }

  show(outbox, keep) {
    clearTimeout(this.#timer);
    if (keep.failed && outbox.waiting) {
      this.#show("bad", "未保存：本机存不下，请先不要关闭本页");
    } else if (outbox.halted === "login") {
      const next = encodeURIComponent(location.pathname + location.search);
      this.#show("bad", el("a", { href: `${this.login}?next=${next}` }, "登录已过期，点此重新登录"), "内容已存在本机");
    } else if (outbox.halted === "closed") {
      this.#show("bad", `未保存：${outbox.message || "这张表现在不能修改"}`, this.#button());
    } else if (outbox.halted === "stale") {
      this.#show("bad", "未保存：有人先保存了这张表");
    } else if (outbox.trouble === "refused") {
      this.#show("bad", `未保存：${outbox.message || "有一格的内容不能保存"}`, this.#button());
    } else if (outbox.trouble) {
      this.#show("bad", "未保存：网络中断，已存在本机");
    } else if (outbox.waiting) {
      // A fast answer needs no word of its own.
      if (this.place.dataset.state !== "saved") this.#show("busy", "保存中");
      else this.#timer = setTimeout(() => this.#show("busy", "保存中"), QUIET);
    } else if (outbox.savedAt) {
      this.#show("saved", `已保存 ${clock.format(outbox.savedAt)}`);
    }
  }

  #button() {
    return button("查看", this.look, "btn btn-plain btn-small", { "aria-label": "查看没有保存的内容" });
  }

  #show(state, text, more = "") {
    const words = typeof text === "string" ? text : text.textContent;
    this.place.dataset.state = state;
    if (words === this.#last) return;
    this.#last = words;
    const plain = typeof more === "string";
    this.place.replaceChildren(text, ...(more ? [plain ? el("span", {}, `（${more}）`) : more] : []));
    if (state === "bad") announce(plain ? words + more : words);
  }
}
