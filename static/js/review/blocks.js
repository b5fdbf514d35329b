// Frequent opinions, one's own and shared ones: put into a comment from a menu; what was just written can be kept.
import { button, request } from "../entry/dom.js";
import { showMenu } from "../entry/menu.js";

const MOST = 14;

export class Blocks {
  constructor(app) {
    this.app = app;
    this.items = app.data.blocks;
    this.urls = app.frame.blocks;
  }

  button(composer) {
    return button("常用语", (event) => this.menu(composer, event.currentTarget), "btn-quiet btn-small compose__blocks", { "data-blocks": "", "aria-haspopup": "menu" });
  }

  menu(composer, near) {
    const { about } = composer;
    const leaf = about.path.split("/")[2] ?? about.path.split(".").at(-1);
    const fits = (block) => (!block.kind || block.kind === about.kind) && (!block.field || block.field === leaf);
    const listed = this.items.filter(fits).slice(0, MOST).map((block) => [block.text, () => this.#take(composer, block), { keys: block.shared ? "共享" : "" }]);
    const text = composer.text.value.trim();
    const keep = ["把所写的存为常用语", () => this.#keep(composer, text), { off: !text || this.items.some((block) => block.text === text) }];
    const own = this.items.filter((block) => block.mine && block.text === text).map((block) => ["从常用语中删除这一句", () => this.#drop(composer, block)]);
    showMenu(near, [...listed, ...(listed.length ? [null] : []), keep, ...own], "常用语");
  }

  #take(composer, block) {
    composer.insert(block.text);
    request(this.urls.used.replace("/0/", `/${block.id}/`), { method: "POST", json: {} });
  }

  async #keep(composer, text) {
    const { status, data } = await request(this.urls.list, { method: "POST", json: { text, kind: "", field: "", shared: false } });
    if (status === 200 || status === 201) this.items.unshift(data.block);
    this.app.say(data.block ? "已存为常用语" : (data.message ?? "没有存上"));
    composer.text.focus();
  }

  async #drop(composer, block) {
    const { status } = await request(this.urls.remove.replace("/0/", `/${block.id}/`), { method: "POST", json: { version: block.version } });
    if (status === 200) this.items.splice(this.items.indexOf(block), 1);
    this.app.say(status === 200 ? "已从常用语中删除" : "没有删除");
    composer.text.focus();
  }
}
