// <trailer-news>: what becomes of trailers after their last byte, live; one that plays meanwhile goes on.
import { drawnAgain, swap, whileSeen } from "./shared.js";
import { filled } from "./words.js";

const QUIET = 10_000; // a stream that is silent for so long may be dead: the page is asked instead
const AGAIN = 1000;

class TrailerNews extends HTMLElement {
  connectedCallback() {
    this.arrived = () => this.expect(10);
    document.addEventListener("film-arrived", this.arrived);
    this.follow();
  }

  disconnectedCallback() {
    document.removeEventListener("film-arrived", this.arrived);
    this.end?.();
  }

  follow() {
    if ("working" in this.dataset) this.end ??= whileSeen(this);
    else this.end = this.end?.();
  }

  open() {
    if (this.source) return;
    this.heardAt = Date.now();
    this.source = new EventSource(this.dataset.src);
    this.source.onmessage = (event) => this.heard(JSON.parse(event.data));
    this.source.addEventListener("done", () => {
      this.close();
      this.draw();
    });
    this.clock = setInterval(() => {
      if (Date.now() - this.heardAt > QUIET) this.draw();
    }, 1000);
  }

  close() {
    clearInterval(this.clock);
    this.source?.close();
    this.source = null;
  }

  heard({ trailer, fraction, mark }) {
    this.heardAt = Date.now();
    const bar = document.getElementById(`at-${trailer}`)?.querySelector("progress");
    if (fraction !== undefined && bar) this.tell(bar, Math.floor(100 * fraction));
    else if (mark !== this.dataset.mark) this.draw();
  }

  tell(bar, percent) {
    bar.value = Math.max(bar.value, percent);
    const told = bar.closest("article").querySelector("[data-percent]");
    told.textContent = filled(this.dataset.percent, { n: bar.value });
  }

  // The last byte is here before the house has turned to it: asked until it has.
  async expect(tries) {
    const before = this.dataset.mark;
    await this.draw();
    if (tries && before === this.dataset.mark) setTimeout(() => this.expect(tries - 1), AGAIN);
  }

  async draw() {
    if (this.drawing) return;
    this.drawing = true;
    this.heardAt = Date.now();
    try {
      const { page } = await drawnAgain(location.pathname);
      const made = page.getElementById(this.id);
      if (!made || !this.isConnected) return;
      if (document.querySelector("film-upload")?.isThere) swap(page, "#transfer"); // for the next one
      this.take(made);
    } catch {
      /* the next turn asks again */
    } finally {
      this.drawing = false;
    }
  }

  take(made) {
    const shown = new Map([...this.children].map((one) => [one.id, one]));
    for (const one of [...made.children]) {
      const old = shown.get(one.id);
      shown.delete(one.id);
      if (!old) this.append(document.adoptNode(one));
      else if (old.dataset.version !== one.dataset.version) old.replaceWith(document.adoptNode(one));
    }
    for (const gone of shown.values()) gone.remove();
    this.dataset.mark = made.dataset.mark;
    this.toggleAttribute("data-working", "working" in made.dataset);
    this.follow();
  }
}

customElements.define("trailer-news", TrailerNews);
