// The page of filling in: puts the parts together. See docs/entry.md for what page and server say to each other.
import { App } from "./app.js";
import { find } from "./dom.js";

const place = find("[data-entry]");
if (place) {
  const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
  const app = new App(place, read("entry-data"), read("entry-help"));
  app.start().catch((error) => {
    find("#save-state").textContent = "页面没有完全打开，请刷新再试";
    throw error;
  });
}
