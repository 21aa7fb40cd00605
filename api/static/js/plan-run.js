// <plan-run>: a planner's run while it searches; figures live, the curve drawn anew, the whole page when it ends.
// Then its list and its picture speak of the same: what is unticked is drawn as what would stay.
import { drawnAgain, swap, whileSeen } from "./shared.js";

const EVERY = 1500;
const signed = (price) => (price < 0 ? `−${-price}` : String(price));

class PlanRun extends HTMLElement {
  connectedCallback() {
    this.state = this.dataset.state;
    this.end = whileSeen(this);
    this.addEventListener("change", () => this.count());
    this.addEventListener("click", (event) => this.look(event));
    this.count();
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

  // How many are ticked, what they come to, and how their blocks look.
  count() {
    const sum = this.querySelector("[data-sum] b");
    const boxes = [...this.querySelectorAll("input[name=only]")];
    if (!sum || !boxes.length) return;
    const ticked = boxes.filter((box) => box.checked);
    const price = ticked.reduce((total, box) => total + Number(box.dataset.price), 0);
    const { words, becomes } = sum.parentElement.dataset;
    const was = Number(sum.closest("form").dataset.was);
    sum.textContent = words.replace("{n}", ticked.length);
    if (becomes && ticked.length < boxes.length)
      sum.textContent += ` · ${becomes.replace("{was}", was).replace("{now}", signed(was + price))}`;
    for (const box of boxes)
      for (const block of this.querySelectorAll(`.picture [data-name="${box.value}"]`))
        block.classList.toggle("maybe", !box.checked);
  }

  // Further places come under their line, and no tick is lost for them.
  async look(event) {
    const link = event.target.closest("[data-others] a");
    if (!link) return;
    event.preventDefault();
    const line = link.closest("li");
    const { answer, page } = await drawnAgain(link.href);
    const made = page.querySelector(`#${CSS.escape(line.id)} [data-others]`);
    if (!answer.ok || !made) return;
    link.parentElement.replaceWith(document.adoptNode(made));
    line.querySelector("[data-others] button")?.focus();
  }
}
customElements.define("plan-run", PlanRun);
