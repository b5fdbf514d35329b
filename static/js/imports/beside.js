// Source and reading side by side: a cell of the one leads to its field in the other, and back.
import { all, find } from "../entry/dom.js";

const cells = all("[data-paths]");
const field = (path) => document.getElementById(`c:${path}`);

function mark(path) {
  let first = null;
  for (const cell of cells) {
    const here = cell.dataset.paths.split("|").includes(path);
    cell.classList.toggle("is-here", here);
    if (here && !first) first = cell;
  }
  return first;
}

for (const cell of cells) {
  cell.addEventListener("click", () => {
    const target = cell.dataset.paths.split("|").map(field).find(Boolean);
    if (target) target.focus();
  });
}
document.addEventListener("focusin", (event) => {
  const id = event.target.id ?? "";
  if (!id.startsWith("c:")) return;
  const cell = mark(id.slice(2));
  const frame = find(".source")?.parentElement;
  if (cell && frame) {
    const top = cell.offsetTop - frame.clientHeight / 2;
    frame.scrollTo({ top, behavior: "instant" });
  }
});
for (const link of all('a[href^="#c:"]')) {
  link.addEventListener("click", (event) => {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    event.preventDefault();
    target.focus();
  });
}
