// Attachments of a table: list, add, download, delete.
import { announce, button, dialog, el, find, request } from "./dom.js";

const UNITS = ["B", "KB", "MB"];

export class Attachments {
  constructor(place, url, editable) {
    this.place = place;
    this.url = url;
    this.editable = editable;
    this.input = find("input[type=file]", place);
    this.input?.addEventListener("change", () => this.#add());
    place.addEventListener("toggle", () => place.open && this.load(), true);
  }

  async load() {
    const { status, data } = await request(this.url);
    if (status === 200) this.#draw(data.attachments ?? data.items ?? data);
  }

  #draw(items) {
    const list = find("ul", this.place);
    find("[data-count]", this.place).textContent = items.length ? String(items.length) : "";
    list.replaceChildren(
      ...items.map((item) =>
        el(
          "li",
          {},
          el("a", { href: item.url }, item.name),
          el("small", { class: "quiet num" }, `${size(item.size)} · ${item.by} · ${String(item.at).slice(0, 10)}`),
          this.editable && item.delete_url
            ? button("删除", () => this.#remove(item), "btn-quiet btn-small", { "aria-label": `删除附件 ${item.name}` })
            : null,
        ),
      ),
      ...(items.length ? [] : [el("li", { class: "quiet" }, "还没有附件。")]),
    );
  }

  async #add() {
    const problem = find("[role=alert]", this.place);
    problem.textContent = "";
    const refused = [];
    for (const file of this.input.files) {
      const form = new FormData();
      form.append("file", file);
      const { status, data } = await request(this.url, { method: "POST", form });
      if (status >= 300 || status === 0) refused.push(data.message || (status === 401 ? "登录已过期，请重新登录后再传。" : `“${file.name}”没有传上去，请稍后再试。`));
      else announce(`已添加 ${file.name}`);
    }
    this.input.value = "";
    await this.load();
    problem.textContent = refused.join(" ");
  }

  async #remove(item) {
    const said = await dialog("删除附件", el("p", {}, `删除“${item.name}”？删除后不能恢复。`), [
      ["取消", ""],
      ["删除", "yes", "btn btn-primary"],
    ]);
    if (said !== "yes") return;
    const { status, data } = await request(item.delete_url, { method: "POST" });
    await this.load();
    find("[role=alert]", this.place).textContent = status >= 300 || status === 0 ? data.message || `“${item.name}”没有删除，请稍后再试。` : "";
  }
}

function size(bytes) {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${value < 10 && unit ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
