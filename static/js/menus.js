// Menus and the drawer. A menu is a <details class="menu">: it works without this module, which only
// closes it again on Esc, on a click outside and when the focus leaves it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  if (drawer?.hasAttribute("data-open")) showDrawer(false);
});

const burger = document.querySelector("[data-drawer]");
const drawer = burger && document.getElementById(burger.getAttribute("aria-controls"));
let veil = null;

function showDrawer(open) {
  drawer.toggleAttribute("data-open", open);
  burger.setAttribute("aria-expanded", String(open));
  veil?.remove();
  veil = null;
  if (open) {
    veil = document.createElement("div");
    veil.className = "rail__veil";
    veil.addEventListener("click", () => showDrawer(false));
    document.body.append(veil);
    drawer.querySelector("a")?.focus();
  } else {
    burger.focus();
  }
}

burger?.addEventListener("click", () => showDrawer(!drawer.hasAttribute("data-open")));
