// Files, folders and archives into a batch: one request a file, a few at a time. What was sent stays sent.
import { el, find, request } from "../entry/dom.js";

const AT_ONCE = 3;
const drop = find("[data-drop]");

function entriesOf(transfer) {
  const items = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return items.length ? items : null;
}

// Everything under a dropped folder, with its path.
async function walk(entry, into) {
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) into.push({ file, name: entry.fullPath.replace(/^\//, "") });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const part = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!part.length) return;
    for (const child of part) await walk(child, into);
  }
}

function skipped(name) {
  return name.split("/").some((part) => /^(~\$|\._|\.~|\.DS_Store$|Thumbs\.db$|desktop\.ini$|__MACOSX$)/i.test(part));
}

// What a batch is called: the folder that all files lie in, else the first file and how many there are.
function titled(files) {
  const [first] = files[0].name.split("/");
  const together = files.every(({ name }) => name.startsWith(`${first}/`));
  return together || files.length === 1 ? first : `${first} 等 ${files.length} 个文件`;
}

class Uploader {
  constructor(place) {
    this.place = place;
    this.form = place.closest("form");
    this.note = find("[data-drop-note]");
    this.problems = find("[data-drop-problems]");
    this.bar = find("[data-drop-bar]");
    this.waiting = [];
    this.sent = 0;
    this.total = 0;
    this.running = 0;
    this.batch = null;
  }

  say(text) {
    this.note.textContent = text;
  }

  problem(text) {
    this.problems.append(el("li", {}, text));
  }

  async take(found) {
    const order = new Intl.Collator("zh", { numeric: true });
    const files = found.filter(({ name }) => !skipped(name)).sort((a, b) => order.compare(a.name, b.name));
    if (!files.length) return this.say("没有可以上传的文件。");
    this.waiting.push(...files);
    this.total += files.length;
    if (!this.batch && !(await this.begin(files))) return;
    for (let n = this.running; n < AT_ONCE; n += 1) this.next();
  }

  // The list's form makes a batch first; a batch's own form takes files at once.
  async begin(files) {
    if (this.place.dataset.url.endsWith("/files/")) {
      this.batch = { url: location.pathname, files: this.place.dataset.url };
      return true;
    }
    const form = new FormData();
    const scope = find("[name=department]", this.form);
    form.append("department", scope ? scope.value : "");
    form.append("name", titled(files));
    const { status, data } = await request(this.place.dataset.url, { method: "POST", form });
    if (status !== 201) {
      this.say(status === 401 ? "登录已失效，请重新登录后再上传。" : data.message || "不能开始导入，请刷新页面再试。");
      return false;
    }
    this.batch = { url: data.url, files: `${data.url}files/` };
    return true;
  }

  async next() {
    const item = this.waiting.shift();
    if (!item) {
      if (!this.running && this.sent >= this.total) location.assign(this.batch.url);
      return;
    }
    this.running += 1;
    this.say(`正在上传 ${this.sent + 1} / ${this.total}：${item.name}`);
    this.bar.hidden = false;
    this.bar.max = this.total;
    this.bar.value = this.sent;
    const failed = await this.send(item);
    this.running -= 1;
    this.sent += 1;
    if (failed) this.problem(`${item.name}：${failed}`);
    if (this.stopped) return this.say(`已上传 ${this.sent - 1} 个，其余没有上传：${this.stopped}`);
    this.next();
  }

  async send({ file, name }) {
    const limit = Number(this.place.dataset.limit) * 1048576;
    const form = new FormData();
    // A file far too large is not sent at all; the batch keeps that it was refused, and why.
    if (file.size > limit) form.append("size", String(file.size));
    else form.append("file", file);
    form.append("name", name);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const { status, data } = await request(this.batch.files, { method: "POST", form }).catch(() => ({ status: 0, data: {} }));
      if (status === 201) return "";
      if (status === 401) {
        this.stopped = "登录已失效，请重新登录后把同一个文件夹再拖一次，已上传的不会重复。";
        return "登录已失效";
      }
      if (status && status < 500) return data.message || "没有被接收";
      await new Promise((resolve) => setTimeout(resolve, 800 * (attempt + 1)));
    }
    return "服务器没有响应，请再上传一次";
  }

  get busy() {
    return this.running > 0 || this.waiting.length > 0;
  }
}

if (drop) {
  const uploader = new Uploader(drop);
  for (const node of drop.querySelectorAll("[data-script]")) node.hidden = false;
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("is-over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("is-over");
    const plain = [...event.dataTransfer.files].map((file) => ({ file, name: file.name }));
    const entries = entriesOf(event.dataTransfer);
    if (!entries) return uploader.take(plain);
    const found = [];
    for (const entry of entries) await walk(entry, found);
    uploader.take(found);
  });
  for (const input of drop.querySelectorAll("[data-pick]")) {
    input.addEventListener("change", () => {
      uploader.take([...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name })));
      input.value = "";
    });
  }
  addEventListener("beforeunload", (event) => {
    if (uploader.busy) event.preventDefault();
  });
}
