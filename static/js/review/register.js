// The register: tick lines, take their review sheets together. Without this script the buttons take whatever is ticked.
const boxes = [...document.querySelectorAll('.register input[name="table"]')];
const every = document.querySelector("[data-pick-all]");
const bar = document.querySelector("[data-sheets]");

function show() {
  const picked = boxes.filter((box) => box.checked).length;
  for (const box of boxes) box.closest("tr").classList.toggle("is-picked", box.checked);
  every.checked = picked === boxes.length;
  every.indeterminate = picked > 0 && picked < boxes.length;
  for (const button of bar.querySelectorAll("button")) button.disabled = !picked;
  bar.querySelector("[data-picked]").textContent = picked ? `已选 ${picked} 次的审核表` : "勾选后下载审核表";
  bar.closest(".list-foot").classList.toggle("is-picked", picked > 0);
}

if (every && bar) {
  every.hidden = false;
  every.addEventListener("change", () => {
    for (const box of boxes) box.checked = every.checked;
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  addEventListener("pageshow", show);
}
