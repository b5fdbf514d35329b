// Lists: the whole row opens its first link; j/k or the arrows move from row to row.
function link(row) {
  return row.querySelector("a.list__open");
}

for (const body of document.querySelectorAll("table[data-rows] tbody")) {
  body.addEventListener("click", (event) => {
    if (event.target.closest("a, button, input, label, select") || getSelection().toString()) return;
    const target = event.target.closest("tr") && link(event.target.closest("tr"));
    if (!target) return;
    if (event.ctrlKey || event.metaKey) window.open(target.href, "_blank", "noopener");
    else target.click();
  });
  body.addEventListener("auxclick", (event) => {
    if (event.button !== 1 || event.target.closest("a")) return;
    const target = event.target.closest("tr") && link(event.target.closest("tr"));
    if (target) window.open(target.href, "_blank", "noopener");
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!step || event.target.closest("input, textarea, select, summary")) return;
  const links = [...document.querySelectorAll("table[data-rows] a.list__open")];
  const here = links.indexOf(document.activeElement);
  const arrow = event.key.startsWith("Arrow");
  if (!links.length || (arrow && here < 0)) return;
  event.preventDefault();
  links[Math.min(Math.max(here + step, 0), links.length - 1)].focus();
});
