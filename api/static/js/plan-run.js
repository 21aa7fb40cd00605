// <plan-run>: a planner's run while it searches; figures live, the curve drawn anew, the whole page when it ends.
import { drawnAgain, swap, whileSeen } from "./shared.js";

const EVERY = 1500;

class PlanRun extends HTMLElement {
  connectedCallback() {
    this.state = this.dataset.state;
    this.end = whileSeen(this);
  }

  disconnectedCallback() {
    this.end();
  }

  open() {
    if (this.source || !("going" in this.dataset)) return;
    this.source = new EventSource(this.dataset.src);
    this.source.onmessage = (event) => this.hear(JSON.parse(event.data));
    this.source.addEventListener("done", () => this.close());
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  hear(news) {
    for (const place of this.querySelectorAll("[data-text]")) this.write(place, news[place.dataset.text]);
    for (const place of this.querySelectorAll("[data-percent]"))
      this.write(place, news[place.dataset.percent], 100);
    if (news.phase) this.dataset.phase = news.phase;
    if (news.state !== this.state || news.refresh) this.redraw("main");
    else this.freshen();
    this.state = news.state ?? this.state;
  }

  write(place, value, times = 1) {
    if (typeof value === "number")
      place.textContent = (times * value).toLocaleString(document.documentElement.lang, {
        maximumFractionDigits: 1,
      });
  }

  freshen() {
    if (Date.now() - (this.drawn ?? 0) < EVERY) return;
    this.drawn = Date.now();
    this.redraw("[data-fresh]");
  }

  async redraw(part) {
    const { answer, page } = await drawnAgain();
    if (answer.ok) swap(page, part);
  }
}
customElements.define("plan-run", PlanRun);
