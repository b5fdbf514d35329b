// Keys that work on every page: "/" goes to the search field, "?" shows the keys.
const sheet = document.getElementById("keys");

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (event.key === "/") {
    const fields = [...document.querySelectorAll("[data-search]")].filter((field) => field.offsetParent);
    const field = fields.find((item) => item.dataset.search === "page") ?? fields[0];
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "?" && sheet && !sheet.open) {
    event.preventDefault();
    sheet.showModal();
  }
});

for (const opener of document.querySelectorAll("[data-keys]")) {
  opener.addEventListener("click", () => sheet?.showModal());
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
