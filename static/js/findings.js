// Findings beside the official form: each marks its cell, and leads to it.
const paper = document.querySelector(".paper");
const RANK = { info: 1, warn: 2, block: 3 };

function cellsOf(field) {
  if (!field) return [];
  return [...paper.querySelectorAll("[data-field]")].filter((cell) => cell.dataset.field === field);
}

for (const button of document.querySelectorAll("[data-findings] [data-field]")) {
  const { field, level } = button.dataset;
  const cells = cellsOf(field);
  for (const cell of cells) {
    if ((RANK[level] ?? 0) <= (RANK[cell.dataset.found] ?? 0)) continue;
    cell.dataset.found = level;
    cell.classList.toggle("has-block", level === "block");
    cell.classList.toggle("has-warn", level === "warn");
  }
  if (!cells.length) continue;
  const show = (on) => cells.forEach((cell) => cell.classList.toggle("is-shown", on));
  button.addEventListener("pointerenter", () => show(true));
  button.addEventListener("pointerleave", () => show(false));
  button.addEventListener("focus", () => show(true));
  button.addEventListener("blur", () => show(false));
  button.addEventListener("click", () => cells[0].scrollIntoView({ block: "center", inline: "nearest" }));
}
