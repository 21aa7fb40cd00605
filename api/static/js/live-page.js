// <live-page>: draws itself again every few seconds while somebody looks, and at once when news come, without
// losing their place.
import { drawnAgain, whileSeen } from "./shared.js";

class LivePage extends HTMLElement {
  connectedCallback() {
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
      this.querySelector("details[open]") ||
      this.contains(document.activeElement)
    );
  }

  async draw() {
    if (this.isBusy) return;
    this.drawing = true;
    try {
      const { answer, page } = await drawnAgain(location.pathname);
      const fresh = page.querySelector("live-page");
      if (answer.ok && fresh && !this.contains(document.activeElement))
        this.replaceChildren(...fresh.childNodes);
    } catch {
      /* the next turn tries again */
    } finally {
      this.drawing = false;
    }
  }
}
customElements.define("live-page", LivePage);
