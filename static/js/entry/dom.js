// Small helpers to build pages from data: texts always arrive as text nodes, never as markup.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export const find = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const sheet = document.querySelector("[data-icons]")?.dataset.icons ?? "";

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${sheet}#${name}`);
  svg.append(use);
  return svg;
}

export function button(label, act, kind = "btn btn-plain", attributes = {}) {
  return el("button", { type: "button", class: kind, onclick: act, ...attributes }, label);
}

// A modal dialog made for one question; `answer` resolves with what a button said, "" for Esc.
// `body` may be a function: it then gets `close(value)`.
export function dialog(title, body, buttons, { wide = false } = {}) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const ident = `dialog-${Math.random().toString(36).slice(2)}`;
    const box = el("dialog", { class: `keys ask${wide ? " ask--wide" : ""}`, "aria-labelledby": ident });
    let said = "";
    const close = (value) => {
      said = value;
      box.close();
    };
    const acts = buttons.map(([label, value, kind]) =>
      button(label, () => close(typeof value === "function" ? value() : value), kind ?? "btn btn-plain"),
    );
    const inside = typeof body === "function" ? body(close) : body;
    box.append(
      el("h2", { id: ident }, title),
      el("div", { class: "ask__body" }, ...[inside].flat()),
      el("div", { class: "ask__acts" }, ...acts),
    );
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        (acts.find((act) => act.classList.contains("btn-primary")) ?? acts[0])?.click();
      }
    });
    box.addEventListener("close", () => {
      box.remove();
      if (before?.isConnected) before.focus({ preventScroll: true });
      resolve(said);
    });
    document.body.append(box);
    box.showModal();
    (find("[autofocus]", box) ?? acts.find((act) => act.classList.contains("btn-primary")) ?? acts[0])?.focus();
  });
}

export function format(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Without HTTPS browsers hide randomUUID; the bytes are as good.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// The name of a new row: 32 hex digits.
export const newUid = () => uuid().replaceAll("-", "");

export function cookie(name) {
  const found = document.cookie.split("; ").find((item) => item.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

// One request to our own server. Returns {status, data}; status 0 when it could not be reached.
export async function request(url, { method = "GET", json, form, signal, keepalive = false } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = cookie("csrftoken");
  let body = form;
  if (json !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(json);
  }
  let answer;
  try {
    answer = await fetch(url, { method, headers, body, signal, keepalive, credentials: "same-origin", redirect: "manual" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { status: 0, data: {} };
  }
  // A redirect is the way to the login page: the session is gone.
  if (answer.type === "opaqueredirect") return { status: 401, data: {} };
  const data = await answer.json().catch(() => ({}));
  return { status: answer.status, data };
}

export function announce(text) {
  const place = document.getElementById("entry-live");
  if (place) place.textContent = text;
}
