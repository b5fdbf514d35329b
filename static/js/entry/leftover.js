// What this browser has and the server does not: what an earlier visit left is offered, and what cannot be saved now can
// be looked at, taken elsewhere, or given up. Nothing is taken or thrown away unasked.
import { button, dialog, el, find } from "./dom.js";

const clock = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

// A record of another window or an earlier visit, one bar each.
export function restored(app, left) {
  const { editable } = app.data.table;
  for (const record of left) {
    const changes = [...(record.sending?.changes ?? []), ...record.queue];
    const bar = el("div", { class: "alert alert-warning left", role: "status" });
    const done = (take) => {
      if (take) app.restore(record);
      app.keep.drop(record.key);
      bar.remove();
    };
    bar.append(
      el("span", {}, `这台电脑上有 ${clock.format(new Date(record.at))} 填写、还没有存到服务器的 ${changes.length} 处内容。${editable ? "" : "这张表现在不能修改，可以查看后复制到别处。"}`),
      ...(editable ? [button("恢复", () => done(true), "btn btn-primary btn-small")] : []),
      button("查看", () => show(app, changes, [["关闭", ""]]), "btn btn-plain btn-small"),
      button("放弃", () => done(false), "btn btn-plain btn-small"),
    );
    find("[data-left]").append(bar);
  }
}

// What stands on this page and was refused.
export async function unsaved(app) {
  const said = await show(app, app.outbox.unsaved, [
    ["放弃这些内容", "drop"],
    ["关闭", "", "btn btn-primary"],
  ]);
  if (said !== "drop") return;
  app.outbox.forget();
  app.leaving = true;
  location.reload();
}

function show(app, changes, buttons) {
  const rows = changes
    .filter((change) => change.op === "set" || change.op === "add")
    .map((change) => el("tr", {}, el("th", { scope: "row" }, nameOf(app, change)), el("td", {}, change.value ?? Object.values(change.values ?? {}).join("　"))));
  const more = changes.length - rows.length;
  const table = el("table", { class: "mini versus" }, el("tbody", {}, ...rows));
  return dialog("没有存到服务器的内容", [table, more ? el("p", { class: "quiet" }, `另有 ${more} 处移动或删除。`) : ""], buttons, { wide: true });
}

const nameOf = (app, change) => (change.path ? app.nameOf(change.path) || change.path : "新的一行");
