// <live-page>: draws itself again every few seconds while somebody looks, and at once when news come, without
// losing their place.
import { drawnAgain, hourNow, swap, whileSeen } from "./shared.js";

const PATIENCE = 15_000;

class LivePage extends HTMLElement {
  connectedCallback() {
    this.drawn = hourNow();
    this.timer = setInterval(() => this.draw(), Number(this.dataset.every));
    if (this.dataset.news) this.end = whileSeen(this);
  }
  disconnectedCallback() {
    clearInterval(this.timer);
    this.end?.();
  }

  // News: a mark that differs from ours means that something we show has changed.
  open() {
    if (this.source) return;
    this.source = new EventSource(this.dataset.news);
    this.source.onmessage = (event) => {
      const { mark } = JSON.parse(event.data);
      if (this.mark !== undefined && this.mark !== mark) this.draw();
      this.mark = mark;
    };
  }
  close() {
    this.source?.close();
    this.source = null;
  }

  get isBusy() {
    return (
      document.hidden ||
      this.drawing ||
      this.querySelector("details[open], [data-asking]") ||
      this.contains(document.activeElement)
    );
  }

  // Without an answer the page is as old as the last one, and says so.
  tell(isOld) {
    const line = document.querySelector("[data-stale]");
    if (!line || line.hidden === !isOld) return;
    line.textContent = isOld ? line.dataset.stale.replace("{hour}", this.drawn) : "";
    line.hidden = !isOld;
  }

  async draw() {
    if (this.isBusy) return;
    this.drawing = true;
    try {
      const { answer, page } = await drawnAgain(location.pathname, { patience: PATIENCE });
      const fresh = page.querySelector(this.id ? `#${this.id}` : "live-page");
      this.tell(!answer.ok);
      if (answer.ok && !fresh && this.hasAttribute("data-ends")) location.reload(); // what it waited for is over
      if (!answer.ok || !fresh || this.contains(document.activeElement)) return;
      this.replaceChildren(...fresh.childNodes);
      if (this.dataset.beside) swap(page, this.dataset.beside);
      this.drawn = hourNow();
    } catch {
      this.tell(true); // the next turn tries again
    } finally {
      this.drawing = false;
    }
  }
}
customElements.define("live-page", LivePage);
