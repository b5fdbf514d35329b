// A new table: another department brings the form it files most, unless the person has chosen one already.
const form = document.querySelector("[data-newtable]");

if (form) {
  const { department, layout } = form.elements;
  let chosen = false;
  layout.addEventListener("change", () => (chosen = true));
  department.addEventListener("change", () => {
    const usual = department.selectedOptions[0]?.dataset.usual;
    if (!chosen && [...layout.options].some((option) => option.value === usual)) layout.value = usual;
  });
}
