// Follows a batch while it works: the bar, each file's state; when it is done the page shows what came of it.
import { all, dialog, el, find, request } from "../entry/dom.js";

const place = find("[data-progress]");
const PAUSE = 1500;

function show(item) {
  const list = find("[data-files]", place);
  let line = find(`[data-file="${item.id}"]`, list);
  if (!line) {
    if (item.state === "unpacked" || list.children.length > 300) return;
    line = el(
      "li",
      { "data-file": String(item.id) },
      el("span", { class: "import-files__name" }, item.name),
      el("span", { class: "import-files__state" }),
      el("span", { class: "quiet num" }),
    );
    list.append(line);
  }
  if (item.state === "unpacked") return line.remove();
  if (line.dataset.state === item.state) return;
  line.dataset.state = item.state;
  line.children[1].textContent = item.label;
  line.children[2].textContent = item.tables ? `${item.tables} 张表` : "";
}

async function follow() {
  let since = place.dataset.since;
  let misses = 0;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (document.hidden) continue;
    const { status, data } = await request(`${place.dataset.progress}?since=${encodeURIComponent(since)}`);
    if (status !== 200) {
      misses += 1;
      if (status === 401 || misses > 20) {
        find("[data-progress-text]", place).textContent = "与服务器的联系中断，读取仍在继续，请刷新页面查看。";
        return;
      }
      continue;
    }
    misses = 0;
    since = data.now;
    data.files.forEach(show);
    const bar = find(".import-bar", place);
    if (data.state === "open") {
      if (bar) bar.value = data.percent;
      find("[data-progress-text]", place).textContent = `已读 ${data.done} / ${data.total} 个，找到 ${data.tables} 张表`;
    }
    if (!data.working) {
      find("[data-live]").textContent = "已完成";
      location.reload();
      return;
    }
  }
}

if (place?.dataset.working) follow();

for (const asked of all("[data-ask]")) {
  asked.closest("form").addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.dataset.sure) return;
    event.preventDefault();
    const said = await dialog("请确认", asked.dataset.ask, [["取消", ""], ["确定", "yes", "btn btn-primary"]]);
    if (said === "yes") {
      form.dataset.sure = "1";
      form.requestSubmit(asked);
    }
  });
}
