// One bound cell of the form: its table cell, its control, and what is shown in it beside the typed text.
import { el } from "./dom.js";

const DIGITS = new Set(["money", "percent", "number"]);
const grows = CSS.supports("field-sizing", "content");

export const control = (td) => td.querySelector("[data-in]");

// `cell` is a cell of the page data; `name` what it is called aloud.
export function openCell(cell, name, { editable, text, limit }) {
  const td = el("td", {
    class: `pg-cell--${cell.style} open`,
    "data-path": cell.path,
    "data-kind": cell.kind,
    colspan: cell.colspan > 1 ? String(cell.colspan) : null,
    rowspan: cell.rowspan > 1 ? String(cell.rowspan) : null,
  });
  if (cell.prefix) td.append(el("span", { class: "open__prefix" }, cell.prefix));
  td.append(editable ? field(cell, name, text, limit) : el("span", { class: "open__text", "data-text": "" }, text));
  if (!editable) td.classList.add("fixed");
  return td;
}

function field(cell, name, text, limit) {
  const node = el("textarea", {
    class: "open__in",
    "data-in": "",
    "aria-label": name,
    autocomplete: "off",
    spellcheck: "false",
    inputmode: DIGITS.has(cell.kind) ? "decimal" : null,
    rows: "1",
    "data-limit": limit ? String(limit) : null,
  });
  node.value = text;
  return node;
}

// Give a control another text; the caret stays where it can.
export function putText(td, text) {
  const node = control(td);
  if (!node) {
    const shown = td.querySelector("[data-text]");
    if (shown) shown.textContent = text;
    return;
  }
  if (node.value === text) return;
  const [from, to] = [node.selectionStart, node.selectionEnd];
  node.value = text;
  if (document.activeElement === node) {
    if (node.dataset.mode === "nav") node.select();
    else node.setSelectionRange(Math.min(from, text.length), Math.min(to, text.length));
  }
  fit(node);
}

// Long texts grow with their content where the browser does not do it by itself.
export function fit(node) {
  if (grows || node.tagName !== "TEXTAREA") return;
  node.style.height = "auto";
  node.style.height = `${node.scrollHeight}px`;
}

// What was understood of a value, in one short line; "" where it adds nothing.
export function readingOf(understood, text) {
  if (!understood || !text.trim()) return "";
  const { kind } = understood;
  if (kind === "money") return understood.yuan === null ? "" : `${grouped(understood.yuan)} 元`;
  if (kind === "percent") return understood.percent === null ? "" : `${trimmed(understood.percent)} %`;
  if (kind === "day") return understood.date ? chineseDay(understood.date) : "";
  if (kind === "target") return targetWords(understood);
  return "";
}

export const WORDS = {
  number: "一个数",
  range: "范围",
  date: "日期",
  period: "期限",
  several: "多个数",
  frequency: "频次",
  graded: "等级",
  yes_no: "是否",
  not_applicable: "不适用",
  limit: "限度",
  unit_only: "只有单位，没有数",
  placeholder: "尚未填写数值",
  unreadable: "看不出数值",
  text: "文字描述",
};

function targetWords({ reading, operator, quantity, unit, shown }) {
  if (reading === "number" && quantity !== null) return [operator || "＝", quantity, unit].filter(Boolean).join(" ");
  return reading === "empty" ? "" : (WORDS[reading] ?? shown ?? "");
}

export function grouped(text) {
  const [whole, places] = text.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (places && Number(places) ? `.${places}` : "");
}

function trimmed(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function chineseDay(text) {
  const [year, month, day] = text.split("-").map(Number);
  return `${year}年${month}月${day}日`;
}

const bare = (text) => text.replace(/[\s＝=]/g, "");

// Show below a target value how it was read; a plain figure or word that says the same needs no second line.
export function showReading(td, text, typed) {
  let line = td.querySelector(".open__reads");
  if (!text || (bare(text) === bare(typed) && !/[≥≤><≠]/.test(text))) {
    line?.remove();
    return;
  }
  if (!line) {
    line = el("span", { class: "open__reads" });
    td.append(line);
  }
  line.textContent = text;
}

// Marks of findings and unread texts on a cell.
export function mark(td, level, unread) {
  td.classList.toggle("has-block", level === "block");
  td.classList.toggle("has-warn", level === "warn" || (Boolean(unread) && level !== "block"));
  const node = control(td);
  if (!node) return;
  if (level || unread) node.setAttribute("aria-describedby", "margin-findings");
  else node.removeAttribute("aria-describedby");
  node.toggleAttribute("aria-invalid", false);
  if (level === "block") node.setAttribute("aria-invalid", "true");
}
