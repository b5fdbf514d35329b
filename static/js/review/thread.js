// One comment with what was said below it, as a card. Used beside the form by reviewers and by the officer.
import { announce, button, el, icon } from "../entry/dom.js";

export const KINDS = { must: ["block", "必须修改"], advice: ["info", "建议"] };
export const STATES = { open: ["state-draft", "未处理"], answered: ["state-working", "已答复"], resolved: ["state-done", "已解决"] };
const LEVELS = { department: "部门", finance: "财政" };
const SAID = { reply: "回复", answer: "答复", resolve: "标为已解决", reopen: "重新打开" };
const ASKED = { reply: "回复", answer: "答复", reopen: "重新打开的原因" };
const LONG = 60;
const moment = new Intl.DateTimeFormat("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });

export const when = (at) => moment.format(new Date(at));

// What a person typed and has not sent stands here until it is sent, also when the card is drawn anew.
const typed = new Map();

// Draw a place anew without taking the focus from the card, or the text, that has it.
export function keepCaret(place, draw) {
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  const id = active?.closest("[data-comment]")?.dataset.comment;
  const [from, to] = active?.matches("textarea") ? [active.selectionStart, active.selectionEnd] : [];
  draw();
  if (active?.isConnected) {
    active.focus({ preventScroll: true });
    if (from !== undefined) active.setSelectionRange(from, to);
    return;
  }
  const card = id && place.querySelector(`[data-comment="${id}"]`);
  if (!card) return;
  const field = from === undefined ? null : card.querySelector("textarea");
  (field ?? card).focus({ preventScroll: true });
  field?.setSelectionRange(from, to);
}

// `act(comment, act, text)` sends and answers with "" or why not; `jump(comment)` goes to the cell.
export function thread(comment, { name, open, act, jump, edit, remove, opened = () => {} }) {
  const [symbol, state] = STATES[comment.state] ?? STATES.open;
  const [sign, kind] = KINDS[comment.kind];
  const card = el("article", {
    class: `talk talk--${comment.kind} talk--${comment.state}${open ? " is-open" : ""}`,
    "data-comment": String(comment.id),
    tabindex: "-1",
    "aria-label": `${kind}：${name}，${state}`,
  });
  const place = button(name, () => jump(comment), "talk__place");
  card.append(
    el(
      "header",
      { class: "talk__head" },
      el("span", { class: `mark mark--${comment.kind === "must" ? "block" : "plain"}` }, icon(sign), kind),
      comment.gone ? el("span", { class: "talk__place" }, comment.place) : place,
      el("span", { class: `talk__state talk__state--${comment.state}` }, icon(symbol), state),
    ),
    el("p", { class: "talk__text" }, comment.text),
  );
  if (!open) {
    const last = comment.thread.filter((entry) => entry.text).at(-1);
    if (last) card.append(el("p", { class: "talk__last" }, el("b", {}, `${last.by}：`), last.text));
    return card;
  }
  card.append(...about(comment), list(comment), acts(comment, card, { act, edit, remove, opened }));
  return card;
}

function about(comment) {
  const where = `${comment.by}${LEVELS[comment.level] ? `（${LEVELS[comment.level]}）` : ""} · ${when(comment.at)} · 第${comment.revision}版${comment.shown ? "" : " · 退回或批复前填报人看不到"}`;
  const nodes = [el("p", { class: "talk__who" }, where)];
  if (comment.gone) nodes.push(el("p", { class: "talk__quote" }, "这一处已删除，原为：", el("del", { class: "gone" }, comment.quote || "（空）")));
  else if (comment.changed && comment.quote.length + comment.now.length > LONG) {
    nodes.push(el("p", { class: "talk__quote quiet" }, "这一处已改动，原为：", comment.quote.length > LONG ? `${comment.quote.slice(0, LONG)}…` : comment.quote || "（空）"));
  } else if (comment.changed) {
    const now = comment.now ? el("ins", { class: "came" }, comment.now) : "（空）";
    nodes.push(el("p", { class: "talk__quote" }, el("del", { class: "gone" }, comment.quote || "（空）"), " → ", now));
  }
  return nodes;
}

function list(comment) {
  const entries = comment.thread.map((entry) =>
    el(
      "li",
      { class: entry.officer ? "is-officer" : null },
      el("span", { class: "talk__who" }, el("b", {}, entry.by), ` ${SAID[entry.act] ?? ""} · ${when(entry.at)}`),
      entry.text ? el("span", { class: "talk__said" }, entry.text) : null,
    ),
  );
  return entries.length ? el("ol", { class: "talk__list" }, ...entries) : "";
}

function acts(comment, card, { act, edit, remove, opened }) {
  const may = new Set(comment.may);
  const box = el("div", { class: "talk__acts" });
  const ask = may.has("answer") ? "answer" : may.has("reply") ? "reply" : "";
  const field = ask ? answerField(comment, card, ask, act, opened) : null;
  const line = el("div", { class: "talk__buttons" });
  const plain = "btn btn-plain btn-small";
  if (may.has("resolve") && comment.state !== "resolved") line.append(button("已解决", () => run(comment, card, act, "resolve", ""), plain, { "data-act": "resolve", title: "X" }));
  if (may.has("reopen") && comment.state !== "open") line.append(button("重新打开", () => reopen(comment, card, act, field), plain, { "data-act": "reopen", title: "X" }));
  if (may.has("edit")) line.append(button("修改", () => edit(comment), "btn-quiet btn-small"));
  if (may.has("remove")) line.append(button("删除", () => remove(comment), "btn-quiet btn-small"));
  if (field) box.append(...field.nodes);
  if (field) line.prepend(field.send);
  box.append(line, el("p", { class: "invalid-feedback", role: "alert" }));
  return line.childElementCount || field ? box : "";
}

function answerField(comment, card, ask, act, opened) {
  const ident = `say-${comment.id}`;
  const text = el("textarea", { class: "form-control talk__in", id: ident, rows: "2", maxlength: "2000", "data-say": ask });
  text.value = typed.get(comment.id) ?? "";
  const send = button(ASKED[ask], () => run(comment, card, act, ask, text.value.trim()), `btn btn-small ${ask === "answer" ? "btn-primary" : "btn-plain"}`, { title: "Ctrl+Enter" });
  text.addEventListener("input", () => {
    typed.set(comment.id, text.value);
    opened();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      send.click();
    } else if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      card.focus();
    }
  });
  return { nodes: [el("label", { class: "visually-hidden", for: ident }, ASKED[ask]), text], send, text };
}

async function run(comment, card, act, what, text) {
  const alert = card.querySelector("[role=alert]");
  if (!text && ASKED[what]) return problem(alert, `请先写下${ASKED[what]}。`, card);
  // Whoever draws the card anew on success must not find the text again.
  const kept = typed.get(comment.id);
  typed.delete(comment.id);
  const why = await act(comment, what, text);
  if (!why) return undefined;
  if (kept !== undefined) typed.set(comment.id, kept);
  return problem(card.isConnected ? alert : null, why, card);
}

function reopen(comment, card, act, field) {
  const text = field?.text.value.trim() ?? "";
  if (text) return run(comment, card, act, "reopen", text);
  return problem(card.querySelector("[role=alert]"), "请在上面写明重新打开的原因。", card);
}

function problem(alert, text, card) {
  if (!alert) return void announce(text);
  alert.textContent = text;
  alert.classList.add("d-block");
  card.querySelector("textarea")?.focus();
  return undefined;
}
