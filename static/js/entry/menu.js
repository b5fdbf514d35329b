// A menu at a place of the page: arrows move, Enter or a click does, Esc and a click elsewhere close.
import { all, el } from "./dom.js";

let open = null;

export function closeMenu() {
  open?.close();
}

// `items`: [label, act, {keys, off}] or null for a rule. `near`: the element it belongs to.
export function showMenu(near, items, label) {
  closeMenu();
  const menu = el("ul", { class: "menu__list popup", role: "menu", "aria-label": label });
  for (const item of items) {
    if (!item) {
      menu.append(el("li", { class: "menu__rule", role: "separator" }));
      continue;
    }
    const [text, act, { keys = "", off = false } = {}] = item;
    const line = el("button", { type: "button", role: "menuitem", tabindex: "-1", disabled: off }, text);
    if (keys) line.append(el("kbd", { "aria-hidden": "true" }, keys));
    line.addEventListener("click", () => {
      close();
      act();
    });
    menu.append(el("li", { role: "none" }, line));
  }
  const close = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    near.removeAttribute("aria-expanded");
    open = null;
    if (near.isConnected && (!document.activeElement || document.activeElement === document.body)) near.focus({ preventScroll: true });
  };
  const outside = (event) => {
    if (!menu.contains(event.target)) close();
  };
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const lines = all("button:not(:disabled)", menu);
    const at = lines.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) lines.at((at + step + lines.length) % lines.length).focus();
    else if (event.key === "Home") lines[0].focus();
    else if (event.key === "End") lines.at(-1).focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
  });
  // Inside the page's main part, so that no landmark is left out.
  (near.closest("main") ?? document.body).append(menu);
  near.setAttribute("aria-expanded", "true");
  float(menu, near);
  document.addEventListener("pointerdown", outside, true);
  open = { close };
  menu.querySelector("button:not(:disabled)")?.focus();
}

// Put a floating box below `near`, above it where there is no room, always inside the window.
export function float(box, near) {
  const at = near.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = at.bottom + 2 + height <= innerHeight || at.top < height;
  box.style.position = "fixed";
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  box.style.top = `${below ? Math.min(at.bottom + 2, Math.max(8, innerHeight - height - 8)) : at.top - height - 2}px`;
}
