// <live-page>: draws itself again every few seconds while somebody looks, without losing their place.
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
      const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
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
