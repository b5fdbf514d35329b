// Somebody saved in between: both texts of every cell concerned, and a choice for each. Cells nobody else touched are
// not asked about.
import { dialog, el, format } from "./dom.js";
import { parts } from "./doc.js";

const clock = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

// Returns {changes, adopt}: what to send on, and the texts of others to take over.
export async function settle(app, data, changes) {
  const clashes = Object.entries(data.cells ?? {}).filter(([, cell]) => !cell.same && cell.text !== cell.mine);
  const gone = new Set(data.gone ?? []);
  const lost = [...gone].filter((uid) => changes.some((change) => parts(change.path ?? "")?.uid === uid));
  if (!clashes.length && !lost.length) return { changes: rebased(changes, data), adopt: [] };
  const rows = clashes.map(([path, cell]) => row(path, app.nameOf(path), cell.mine, cell.text, app.isText(path)));
  for (const uid of lost) {
    const sets = changes.filter((change) => parts(change.path ?? "")?.uid === uid);
    rows.push(row(uid, "对方已删除的一行", sets.map((change) => change.value).join("　"), "", false, true));
  }
  const who = format("{by}在 {at} 先保存了这张表。下面各格两边都改过，请逐格选择，或全部取一方。", {
    by: data.by || "另一个窗口",
    at: data.at ? clock.format(new Date(data.at)) : "刚才",
  });
  const body = el(
    "table",
    { class: "mini versus" },
    el("thead", {}, el("tr", {}, ...["这一格", "我填的", "已保存的"].map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...rows.map((one) => one.node)),
  );
  const buttons = [
    ["全部用我填的", "mine"],
    ["全部用已保存的", "theirs"],
    ["按所选继续", "each", "btn btn-primary"],
  ];
  // Esc decides nothing: one of the two texts would be lost without anybody having said so.
  let said = "";
  while (!said) said = await dialog("保存有冲突", [el("p", {}, who), body], buttons, { wide: true });
  return outcome(app, rows, said, rebased(changes, data), gone);
}

function rebased(changes, data) {
  return changes.map((change) => {
    const cell = change.op === "set" && data.cells?.[change.path];
    return cell ? { ...change, was: cell.text } : change;
  });
}

function row(path, name, mine, theirs, both, gone = false) {
  const group = `versus-${path}`;
  const choice = (value, label, text, checked) => {
    const input = el("input", { type: "radio", name: group, value, checked, autofocus: checked });
    return el("label", { class: "versus__side" }, input, el("span", {}, el("b", {}, label), el("span", { class: "versus__text" }, text || "（空白）")));
  };
  const left = el("td", {}, choice("mine", gone ? "恢复这一行" : "用我填的", mine, true));
  const right = el("td", {}, choice("theirs", gone ? "同意删除" : "用已保存的", theirs, false));
  if (both && mine && theirs) right.append(choice("both", "两段都留", `${theirs}\n${mine}`, false));
  const node = el("tr", {}, el("th", { scope: "row" }, name), left, right);
  return { path, node, mine, theirs, gone, chosen: () => node.querySelector("input:checked").value };
}

function outcome(app, rows, said, changes, gone) {
  const adopt = [];
  let kept = changes;
  for (const one of rows) {
    const choice = said === "each" ? one.chosen() : said;
    if (one.gone) {
      kept = kept.filter((change) => parts(change.path ?? "")?.uid !== one.path && change.uid !== one.path);
      const list = changes.map((change) => parts(change.path ?? "")).find((at) => at?.uid === one.path)?.list;
      const values = app.doc.row(list, one.path)?.values;
      if (choice === "mine" && values) kept.push({ op: "add", list, uid: one.path, after: app.above(list, one.path), values: { ...values } });
    } else if (choice === "theirs") {
      kept = kept.filter((change) => change.path !== one.path);
      adopt.push([one.path, one.theirs]);
    } else if (choice === "both") {
      const value = `${one.theirs}\n${one.mine}`;
      kept = kept.map((change) => (change.path === one.path ? { ...change, value } : change));
      adopt.push([one.path, value]);
    }
  }
  const alive = (change) => change.op !== "set" || !gone.has(parts(change.path)?.uid) || kept.some((other) => other.op === "add" && other.uid === parts(change.path).uid);
  return { changes: kept.filter(alive), adopt };
}
