// <live-page>: draws itself again every few seconds while somebody looks, without losing their place.
import { drawnAgain } from "./shared.js";

class LivePage extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.draw(), Number(this.dataset.every));
  }
  disconnectedCallback() {
    clearInterval(this.timer);
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
