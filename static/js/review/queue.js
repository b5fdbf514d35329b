// The queue: choose rows, decide or assign them together, keep a filter as a view; who is on which table now.
import { all, announce, dialog, el, find, icon, request } from "../entry/dom.js";

const EVERY = 30000;
const place = find("[data-queue]");
const data = JSON.parse(document.getElementById("queue-data")?.textContent ?? "{}");
const rows = new Map((data.rows ?? []).map((row) => [row.id, row]));
const picked = new Set();
let anchor = 0;

function pick(id, on) {
  if (on) picked.add(id);
  else picked.delete(id);
  const box = find(`[data-pick="${id}"]`);
  box.checked = on;
  box.closest("tr").classList.toggle("is-picked", on);
}

function show() {
  const bar = find("[data-pickbar]");
  bar.hidden = !picked.size;
  find("[data-picked]").textContent = `已选 ${picked.size} 张`;
  const every = find("[data-pick-all]");
  every.checked = picked.size === rows.size;
  every.indeterminate = picked.size > 0 && picked.size < rows.size;
}

function toggle(id, { to = false } = {}) {
  const ids = [...rows.keys()];
  const [from, at] = [ids.indexOf(anchor), ids.indexOf(id)];
  if (to && from >= 0) for (const one of ids.slice(Math.min(from, at), Math.max(from, at) + 1)) pick(one, true);
  else pick(id, !picked.has(id));
  anchor = id;
  show();
}

function clear() {
  for (const id of [...picked]) pick(id, false);
  show();
}

function refusals(refused) {
  const lines = refused.map((one) => el("tr", {}, el("th", { scope: "row" }, one.label || `第${one.id}号表`), el("td", {}, one.message)));
  return el("div", { class: "refused", tabindex: "0" }, el("table", { class: "mini" }, el("tbody", {}, ...lines)));
}

// Each table is checked again by the server under its lock; what it refuses is listed with the reason.
async function bulk() {
  const chosen = [...picked].map((id) => rows.get(id));
  const free = chosen.filter((row) => !row.bulk);
  const held = chosen.filter((row) => row.bulk).map((row) => ({ ...row, message: row.bulk }));
  const body = [
    el("p", {}, free.length ? `将通过 ${free.length} 张：没有检查问题，评审各项均为优或良。` : "所选的表都不能批量通过。"),
    ...(held.length ? [el("p", { class: "quiet" }, `${held.length} 张不在其内：`), refusals(held)] : []),
  ];
  const buttons = free.length ? [["取消", ""], [`通过 ${free.length} 张`, "yes", "btn btn-primary"]] : [["关闭", ""]];
  if ((await dialog("批量通过", body, buttons, { wide: true })) !== "yes") return;
  const { status, data: said } = await request(data.urls.bulk, { method: "POST", json: { tables: free.map(({ id, version }) => ({ id, version })), reason: "" } });
  if (status !== 200) return void (await dialog("没有办理", el("p", {}, said.message || "没有连上服务器，请再试一次。"), [["关闭", ""]]));
  if (said.refused.length) {
    await dialog(`已通过 ${said.done.length} 张，${said.refused.length} 张没有通过`, refusals(said.refused), [["关闭", ""]], { wide: true });
  }
  location.reload();
}

async function assign() {
  const people = data.colleagues ?? [];
  const boxes = people.map((one) => {
    const input = el("input", { type: "checkbox", class: "form-check-input", value: String(one.id) });
    return el("label", {}, input, `${one.name}`, el("span", { class: "quiet num" }, `手上 ${one.waiting} 张`));
  });
  const ways = [["hand", "给所选的一人"], ["evenly", "在所选的几人中平均分"], ["department", "按部门分给所选的几人"], ["clear", "取消分派"]];
  const radios = ways.map(([value, word], index) => el("label", {}, el("input", { type: "radio", name: "how", class: "form-check-input", value, checked: index === 0 }), word));
  const ways_box = el("div", { class: "assignto", role: "radiogroup", "aria-label": "怎样分派" }, ...radios);
  const who = el("div", { class: "assignto", role: "group", "aria-label": "分派给" }, ...boxes);
  const how = () => find("input:checked", ways_box).value;
  const users = () => all("input:checked", who).map((input) => Number(input.value));
  const answer = await dialog(`分派 ${picked.size} 张表`, [ways_box, el("b", {}, "分派给"), people.length ? who : el("p", { class: "quiet" }, "没有同级的其他审核人。")], [["取消", ""], ["分派", () => (how() === "clear" || users().length ? "yes" : "none"), "btn btn-primary"]]);
  if (answer === "none") return void (await dialog("没有选人", el("p", {}, "请至少选一位审核人。"), [["好", ""]]).then(assign));
  if (answer !== "yes") return;
  const { status, data: said } = await request(data.urls.assign, { method: "POST", json: { tables: [...picked], how: how(), users: users() } });
  if (status !== 200) return void (await dialog("没有分派", el("p", {}, said.message || "没有连上服务器，请再试一次。"), [["关闭", ""]]));
  if (said.refused.length) await dialog(`已分派 ${said.done.length} 张，${said.refused.length} 张没有分派`, refusals(said.refused), [["关闭", ""]], { wide: true });
  location.reload();
}

async function saveView() {
  const name = el("input", { class: "form-control", id: "view-name", maxlength: "40", autofocus: true });
  const shared = el("input", { type: "checkbox", class: "form-check-input", id: "view-shared" });
  const body = [el("label", { class: "form-label", for: "view-name" }, "视图名称"), name, el("div", { class: "form-check" }, shared, el("label", { class: "form-check-label", for: "view-shared" }, "同级的同事也能用"))];
  const said = await dialog("把当前条件存为视图", body, [["取消", ""], ["保存", () => (name.value.trim() ? "yes" : ""), "btn btn-primary"]]);
  if (said !== "yes") return;
  const { status, data: answer } = await request(data.urls.views, { method: "POST", json: { name: name.value.trim(), query: data.query, shared: shared.checked } });
  if (status === 200 || status === 201) location.reload();
  else announce(answer.message || "没有存上");
}

async function dropView(node) {
  const { status } = await request(node.dataset.drop, { method: "POST", json: {} });
  if (status === 200) node.closest("li").remove();
}

// Who is on which table now, and what a colleague has decided meanwhile.
async function refresh() {
  if (document.hidden) return;
  const { status, data: fresh } = await request(`${data.urls["queue-data"]}${location.search}`);
  if (status !== 200) return;
  const now = new Map(fresh.rows.map((row) => [row.id, row]));
  for (const [id] of rows) {
    const tr = find(`tr[data-id="${id}"]`);
    const row = now.get(id);
    tr.classList.toggle("is-gone", !row);
    if (!row) continue;
    const here = row.here.length ? el("span", { class: "mark", title: "正在看" }, icon("person"), row.here.join("、")) : "";
    find("[data-who]", tr).replaceChildren(...[row.assigned?.to ?? "", here ? " " : "", here].filter(Boolean));
  }
  const news = [...now.keys()].filter((id) => !rows.has(id)).length;
  if (news && !find("[data-news]")) {
    const line = el("div", { class: "chips", "data-news": "" }, el("a", { href: location.href }, "队列有更新，刷新"));
    find("table", place)?.before(line);
  }
}

if (place && rows.size) {
  find("[data-pick-all]").addEventListener("change", ({ target }) => {
    for (const id of rows.keys()) pick(id, target.checked);
    show();
  });
  for (const box of all("[data-pick]")) {
    box.addEventListener("click", (event) => {
      event.preventDefault();
      setTimeout(() => toggle(Number(box.dataset.pick), { to: event.shiftKey }));
    });
  }
  find("[data-bulk]").addEventListener("click", bulk);
  find("[data-assign]").addEventListener("click", assign);
  find("[data-unpick]").addEventListener("click", clear);
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && picked.size) {
      event.preventDefault();
      bulk();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target.closest("tr[data-id]");
    if (event.key.toLowerCase() === "x" && row) toggle(Number(row.dataset.id), { to: event.shiftKey });
    else if (event.key === "a" && picked.size) assign();
    else if (event.key === "Escape" && picked.size) clear();
  });
  setInterval(refresh, EVERY);
  show();
}
find("[data-save-view]")?.addEventListener("click", saveView);
for (const node of all("[data-drop]")) node.addEventListener("click", () => dropView(node));
const said = sessionStorage.getItem("review-said");
if (said && place) {
  sessionStorage.removeItem("review-said");
  place.before(el("div", { class: "alert alert-success", role: "status" }, said));
}
