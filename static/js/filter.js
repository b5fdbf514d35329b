// The filter form: a choice applies at once; empty fields stay out of the address; on a phone the
// form is folded away until asked for.
const form = document.querySelector("form[data-filter]");

if (form) {
  const fold = form.closest("details");
  if (fold && matchMedia("(max-width: 680px)").matches) fold.open = false;
  form.addEventListener("change", (event) => {
    if (event.target.matches("select") && !fold?.matches("[data-narrow]")) form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    for (const field of form.elements) {
      if (field.name && field.value === "") field.disabled = true;
    }
  });
  addEventListener("pageshow", () => {
    for (const field of form.elements) field.disabled = false;
  });
}
