// What a year asks of its reviewers: which level grades, from which amount on in points, and the weights.
import { all, find, request } from "../entry/dom.js";

const form = find("[data-settings]");
const weights = all("[data-weight]", form);

function sum() {
  const total = weights.reduce((whole, field) => whole + Math.round(Number(field.value || 0) * 100), 0) / 100;
  find("[data-sum]", form).textContent = Number.isNaN(total) ? "—" : String(total);
}

async function save(event) {
  event.preventDefault();
  const amount = form.elements.key_amount.value.trim().replaceAll(",", "");
  const json = {
    version: Number(form.dataset.version),
    sheet: { department: form.elements.department.value, finance: form.elements.finance.value },
    key_amount: amount && !Number.isNaN(Number(amount)) ? (Number(amount) * 10000).toFixed(2) : amount,
    weights: Object.fromEntries(weights.map((field) => [field.dataset.weight, field.value.trim()])),
  };
  const { status, data } = await request(form.dataset.address, { method: "POST", json });
  find("[data-alert]", form).textContent = status === 200 ? "" : data.message || "没有连上服务器，请再试一次。";
  find("[data-saved]", form).textContent = status === 200 ? "已保存" : "";
  if (status === 200) form.dataset.version = String(data.settings?.version ?? data.version ?? Number(form.dataset.version) + 1);
  else if (data.field) find(`[name="${data.field}"], [data-weight="${data.field}"]`, form)?.focus();
}

form.addEventListener("submit", save);
form.addEventListener("input", sum);
sum();
