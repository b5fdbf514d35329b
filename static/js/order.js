// The order of a book: a new number or a dragged row moves the table; the numbers say what the form will send.
const form = document.querySelector("form[data-order]");

function renumber(body) {
  [...body.rows].forEach((row, index) => {
    row.querySelector(".book-place").value = index + 1;
  });
}

function move(row, place) {
  const body = row.parentElement;
  const others = [...body.rows].filter((other) => other !== row);
  body.insertBefore(row, others[place - 1] ?? null);
  renumber(body);
}

function watch(body) {
  let dragged = null;
  body.addEventListener("change", (event) => {
    if (!event.target.matches(".book-place")) return;
    const wanted = Number.parseInt(event.target.value, 10);
    move(event.target.closest("tr"), Number.isNaN(wanted) ? body.rows.length : Math.max(wanted, 1));
    event.target.focus();
  });
  body.addEventListener("keydown", (event) => {
    if (!event.target.matches(".book-place") || !event.altKey) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const row = event.target.closest("tr");
    move(row, Math.max([...body.rows].indexOf(row) + 1 + step, 1));
    event.target.focus();
  });
  for (const grip of body.querySelectorAll("[data-grip]")) {
    grip.hidden = false;
    grip.addEventListener("pointerdown", () => { grip.closest("tr").draggable = true; });
    grip.addEventListener("pointerup", () => { grip.closest("tr").draggable = false; });
  }
  body.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("tr");
    event.dataTransfer.effectAllowed = "move";
    dragged.classList.add("is-dragged");
  });
  body.addEventListener("dragover", (event) => {
    const over = event.target.closest("tr");
    if (!dragged || !over || over === dragged || over.parentElement !== body) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    body.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextSibling);
  });
  body.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.draggable = false;
    dragged.classList.remove("is-dragged");
    dragged = null;
    renumber(body);
  });
}

for (const list of form?.querySelectorAll("[data-order-list] tbody") ?? []) watch(list);
