// The preview's list: one box for all rows of the page.
import { all, find } from "../entry/dom.js";

const master = find("[data-all]");
if (master) {
  const boxes = () => all('input[name="table"]');
  master.hidden = false;
  master.addEventListener("change", () => boxes().forEach((box) => (box.checked = master.checked)));
}
