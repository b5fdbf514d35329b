// The review page: puts the parts together. See docs/review.md for what page and server say to each other.
import { find } from "../entry/dom.js";
import { Review } from "./app.js";

const place = find("[data-review]");
if (place) {
  const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
  new Review(place, read("review-data"), read("review-frame")).start();
}
