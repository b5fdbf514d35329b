// Choosing tables of the list: a box in each row, one for the whole page, a bar that appears with what can be done.
const bar = document.querySelector("form[data-pick]");
const list = document.querySelector("table[data-rows]");

function box(label) {
  const made = document.createElement("input");
  made.type = "checkbox";
  made.className = "form-check-input pick";
  made.setAttribute("aria-label", label);
  return made;
}

function begin() {
  const boxes = [];
  for (const row of list.tBodies[0].rows) {
    const link = row.querySelector("a.list__open");
    const id = link?.getAttribute("href").match(/\/tables\/(\d+)\//)?.[1];
    if (!id) continue;
    const made = box(`${bar.dataset.one}${link.textContent}`);
    made.name = "table";
    made.value = id;
    made.setAttribute("form", bar.id);
    link.before(made);
    boxes.push(made);
  }
  if (!boxes.length) return;
  const all = box(bar.dataset.all);
  list.tHead.rows[0].cells[0].prepend(all);

  function show() {
    const chosen = boxes.filter((made) => made.checked).length;
    bar.hidden = !chosen;
    bar.querySelector("[data-pick-count]").textContent = chosen;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    boxes.forEach((made) => made.closest("tr").classList.toggle("is-picked", made.checked));
  }

  function set(value) {
    boxes.forEach((made) => { made.checked = value; });
    show();
  }

  list.addEventListener("change", (event) => {
    if (event.target === all) set(all.checked);
    else if (event.target.matches(".pick")) show();
  });
  bar.querySelector("[data-pick-none]").addEventListener("click", () => {
    set(false);
    boxes[0].focus();
  });
  // The browser brings ticks back with the page's history.
  addEventListener("pageshow", show);
  show();
}

if (bar && list) begin();
