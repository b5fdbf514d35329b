// The steps at the left: their state and findings; any of them opens at any time, also by Alt+PageUp/PageDown.
import { all, el, find, icon } from "./dom.js";

const STATES = {
  empty: ["state-draft", "未填"],
  partial: ["state-working", "未填完"],
  complete: ["state-done", "已填"],
  findings: ["block", "有须修改处"],
};

export class Rail {
  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.opener = find("[data-steps]");
    this.opener?.addEventListener("click", () => this.#drawer(!place.hasAttribute("data-open")));
    place.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-to]");
      if (!link || event.ctrlKey || event.metaKey || event.button) return;
      event.preventDefault();
      this.#drawer(false);
      app.open(link.dataset.to);
    });
    place.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#drawer(false);
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const links = all("a[data-to]", place);
      const at = links.indexOf(document.activeElement);
      if (!step || at < 0) return;
      event.preventDefault();
      links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
    });
    document.addEventListener("keydown", (event) => {
      if (!event.altKey || !["PageDown", "PageUp"].includes(event.key) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      this.turn(event.key === "PageDown" ? 1 : -1);
    });
  }

  draw() {
    const { steps, findings, step: current } = this.app;
    const items = steps.map((step, index) => {
      const [symbol, word] = STATES[step.state] ?? STATES.empty;
      const here = findings.filter((finding) => finding.level !== "info" && this.app.stepOf(finding.path) === step.key);
      const blocks = here.filter((finding) => finding.level === "block").length;
      const link = el(
        "a",
        { href: this.app.addressOf(step.key), "data-to": step.key, "aria-current": step.key === current ? "step" : null },
        el("span", { class: `steps__state steps__state--${step.state}` }, icon(symbol)),
        el("span", { class: "steps__name" }, `${index + 1} ${step.title}`),
        el("span", { class: "visually-hidden" }, `（${word}）`),
        here.length && step.key !== "check"
          ? el("span", { class: `mark mark--${blocks ? "block" : "warn"}`, title: `${here.length} 处` }, String(here.length))
          : null,
      );
      return el("li", {}, link);
    });
    find("ol", this.place).replaceChildren(...items);
    const whole = find("[data-to=all]", this.place);
    if (current === "all") whole?.setAttribute("aria-current", "step");
    else whole?.removeAttribute("aria-current");
    const at = steps.findIndex((step) => step.key === current);
    if (this.opener) {
      this.opener.lastElementChild.textContent = at < 0 ? "整张表" : `${at + 1}/${steps.length} ${steps[at].title}`;
    }
  }

  turn(by) {
    const keys = this.app.steps.map((step) => step.key);
    const at = keys.indexOf(this.app.step);
    const next = keys[Math.min(Math.max(at + by, 0), keys.length - 1)];
    if (next && next !== this.app.step) this.app.open(next, { focus: true });
  }

  #drawer(open) {
    this.place.toggleAttribute("data-open", open);
    this.opener?.setAttribute("aria-expanded", String(open));
    if (open) find("a", this.place)?.focus();
  }
}
