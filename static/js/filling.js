// The officer's list: how many lines are chosen, all of a page at once; x chooses the line with the focus, n begins its
// table from last year's.
const form = document.querySelector("[data-filling]");

if (form) {
  const all = form.querySelector("[data-all]");
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const picked = form.querySelector("[data-picked]");
  const told = () => {
    const count = (name) => boxes.filter((box) => box.name === name && box.checked).length;
    const tables = count("table");
    const before = count("before");
    const parts = [];
    if (before) parts.push(`待新建 ${before} 项`);
    if (tables) parts.push(`可送审 ${tables} 张`);
    if (picked) picked.textContent = parts.length ? `已选：${parts.join("，")}` : "";
    for (const button of form.querySelectorAll("[data-needs]")) {
      button.disabled = !(button.dataset.needs === "table" ? tables : before);
    }
    if (all) {
      const chosen = boxes.filter((box) => box.checked).length;
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  };
  if (all && boxes.length) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      told();
    });
  }
  form.addEventListener("change", told);
  document.addEventListener("keydown", (event) => {
    if (!["x", "n"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    const row = document.activeElement.closest("tr");
    if (event.key === "n") return void row?.querySelector("button[name=one]")?.click();
    const box = row?.querySelector("input[type=checkbox]");
    if (!box) return;
    event.preventDefault();
    box.checked = !box.checked;
    told();
  });
  // Enter behind the reason submits; it is the only field of that choice.
  form.elements.reason?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    form.querySelector("[data-needs=table]").click();
  });
  // A page restored by "back" keeps its ticks.
  window.addEventListener("pageshow", told);
  told();
}
