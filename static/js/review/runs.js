// A changed text: what went struck through, what came underlined.
import { el } from "../entry/dom.js";

const TAGS = { gone: ["del", "gone"], new: ["ins", "came"] };

// `cell`: {old, runs: [["same|old|new", text]]}. Without runs the old text stands before the new one as a whole.
export function runsOf(cell, now) {
  const runs = cell.runs?.length ? cell.runs : [["gone", cell.old], ["new", now]];
  const nodes = runs
    .filter(([, text]) => text)
    .map(([kind, text]) => (TAGS[kind] ? el(TAGS[kind][0], { class: TAGS[kind][1] }, text) : text));
  return nodes.length ? nodes : [el("span", { class: "quiet" }, "（空）")];
}
